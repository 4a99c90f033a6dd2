//! What every FHIR resource must have, whatever its profile: a published type, an id of the right form, and at its top
//! no element that FHIR does not publish (FHIR R4, resource and JSON representation).
//!
//! In: a parsed document. Out: faults with codes `fhir.*`. It visits the resource itself, those it contains, and those
//! in the entries of a bundle and in parameters.

use super::places::NO_RESOURCE;
use crate::detect::resource_type;
use crate::instance::{Document, Kind, NodeId};
use crate::parse::Faults;
use crate::parse::json::Extent;
use crate::span::Span;
use crate::standard::fhir::elements;
use std::collections::VecDeque;

/// Every code given here: what a rule may name in `syntax`.
pub const FHIR_CODES: &[&str] = &[
    "fhir.id-format",
    "fhir.not-an-object",
    "fhir.resource-type-missing",
    "fhir.resource-type-unknown",
    "fhir.unknown-element",
];

/// What a document is taken to be before it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A FHIR resource: what comes with it is FHIR.
    Resource,
    /// A FHIR resource, if it says so itself.
    Anything,
}

/// What a document turned out to be.
pub(super) struct Root {
    /// How paths into it begin: its type, `Resource` where that is unknown, `$` where it is no FHIR.
    pub(super) name: &'static str,
    pub(super) is_resource: bool,
}

/// Characters an id may have (FHIR R4, datatype id).
const MAX_ID: usize = 64;

/// Checks `document`.
pub(super) fn check(document: Document<'_>, extent: Extent, expected: Expected, faults: &mut Faults) -> Root {
    let Some(value) = document.value() else {
        return Root { name: NO_RESOURCE, is_resource: expected == Expected::Resource };
    };
    let typed = document.member(value, b"resourceType").is_some();
    if extent == Extent::Part && !typed {
        // It may be a resource all the same; that it was not read to its end is told already.
        return Root { name: NO_RESOURCE, is_resource: false };
    }
    if document.kind(value) != Kind::Object {
        let message = match document.kind(value) {
            Kind::Array => "the document is an array; a FHIR resource is one JSON object",
            _ => "the document is a single value; a FHIR resource is one JSON object",
        };
        faults.push("fhir.not-an-object", first_byte(document, value), message);
        return Root { name: NO_RESOURCE, is_resource: expected == Expected::Resource };
    }
    if !typed && expected == Expected::Anything {
        return Root { name: NO_RESOURCE, is_resource: false };
    }
    // First in, first out: near the order of the document, in which faults are listed.
    let mut ahead = VecDeque::from([Ahead::Resource(value)]);
    while let Some(next) = ahead.pop_front() {
        match next {
            // The type of one that was not read to its end may have stood in the rest.
            Ahead::Resource(id) if id != value && is_open(document, extent, id) => {}
            Ahead::Resource(id) => resource(document, id, &mut ahead, faults),
            Ahead::Parameter(id) => parameter(document, id, &mut ahead),
        }
    }
    Root { name: type_of(document, value).unwrap_or("Resource"), is_resource: true }
}

/// Whether the reading stopped inside `id`.
fn is_open(document: Document<'_>, extent: Extent, id: NodeId) -> bool {
    extent == Extent::Part && document.tree.node(id).span.end as usize == document.bytes.len()
}

/// What is still to be visited.
enum Ahead {
    Resource(NodeId),
    Parameter(NodeId),
}

/// The published type that `resource` says it has.
fn type_of(document: Document<'_>, resource: NodeId) -> Option<&'static str> {
    resource_type(&document.text(document.member(resource, b"resourceType")?)?)
}

fn resource(document: Document<'_>, id: NodeId, ahead: &mut VecDeque<Ahead>, faults: &mut Faults) {
    if document.kind(id) != Kind::Object {
        let message = "a resource is expected here, an object with a resourceType";
        return faults.push("fhir.resource-type-missing", first_byte(document, id), message);
    }
    let kind = type_of(document, id);
    match document.member(id, b"resourceType") {
        None => {
            let message = "the resource has no resourceType, so nothing says what it is";
            faults.push("fhir.resource-type-missing", first_byte(document, id), message);
        }
        Some(named) if kind.is_none() => {
            let message = match document.kind(named) {
                Kind::String => "the resourceType is unknown: no version of FHIR publishes it",
                _ => "the resourceType is not a string",
            };
            faults.push("fhir.resource-type-unknown", document.tree.node(named).span, message);
        }
        Some(_) => {}
    }
    for member in document.tree.children(id) {
        let name = document.name(member);
        match name.as_ref() {
            b"id" => resource_id(document, member, faults),
            b"contained" => ahead.extend(document.items(member).map(Ahead::Resource)),
            b"entry" if kind == Some("Bundle") => {
                for entry in document.items(member) {
                    ahead.extend(document.member(entry, b"resource").map(Ahead::Resource));
                    let response = document.member(entry, b"response");
                    let outcome = response.and_then(|response| document.member(response, b"outcome"));
                    ahead.extend(outcome.map(Ahead::Resource));
                }
            }
            b"parameter" if kind == Some("Parameters") => ahead.extend(document.items(member).map(Ahead::Parameter)),
            _ => {}
        }
        if let Some(kind) = kind
            && elements().at_top(kind.as_bytes(), &name) == Some(false)
        {
            let span = document.tree.node(member).name;
            faults.push("fhir.unknown-element", span, "an unknown element: the resource type has none of this name");
        }
    }
}

fn parameter(document: Document<'_>, id: NodeId, ahead: &mut VecDeque<Ahead>) {
    ahead.extend(document.member(id, b"resource").map(Ahead::Resource));
    if let Some(parts) = document.member(id, b"part") {
        ahead.extend(document.items(parts).map(Ahead::Parameter));
    }
}

fn resource_id(document: Document<'_>, id: NodeId, faults: &mut Faults) {
    let message = match document.text(id) {
        None => "the id is not a string",
        Some(text) if text.is_empty() => "the id is empty",
        Some(text) if text.iter().any(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'-' | b'.')) => {
            "the id holds a character that is no letter, digit, hyphen or full stop"
        }
        Some(text) if text.len() > MAX_ID => "the id is longer than 64 characters",
        Some(_) => return,
    };
    faults.push("fhir.id-format", document.tree.node(id).span, message);
}

/// A whole object or array is no place that a reader can be shown; its first byte is.
fn first_byte(document: Document<'_>, id: NodeId) -> Span {
    let start = document.tree.node(id).span.start;
    Span::new(start, start + 1)
}
