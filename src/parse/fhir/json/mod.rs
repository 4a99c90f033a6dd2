//! FHIR JSON → elements (FHIR R4, JSON representation of resources).
//!
//! In: a parsed document and the model of a release. Out: elements, typed, choice names resolved, each `x` and `_x` one
//! element; and what is not written as FHIR writes it. It walks as deep as the JSON parser lets a document be
//! ([`crate::parse::json::MAX_DEPTH`]) and allocates once a document.

mod object;
mod primitive;
#[cfg(test)]
mod tests;

use super::values::{self, broken};
use crate::instance::{Document, Element, Elements, Flags, Kind, NameId, NodeId, TypeId, unescape};
use crate::parse::{Faults, Within};
use crate::span::Span;
use crate::standard::fhir::{Model, TypeKind};
use std::borrow::Cow;

/// Lowers the resource that `document` is into `elements`, whose memory is reused. They stay empty when the document is
/// no object; a resource whose type is unknown is one element without a type.
pub fn lower(document: Document<'_>, model: &Model, elements: &mut Elements, faults: &mut Faults) {
    elements.clear();
    let Some(value) = document.value() else { return };
    let mut lower = Lower::new(document, model, elements, faults);
    match document.kind(value) {
        Kind::Object => lower.resource(value, Place::root()),
        _ => no_object(document, faults),
    }
}

/// Tells that `document` is no object.
pub fn no_object(document: Document<'_>, faults: &mut Faults) {
    let Some(value) = document.value() else { return };
    let message = match document.kind(value) {
        Kind::Array => "the document is an array; a FHIR resource is one JSON object",
        _ => "the document is a single value; a FHIR resource is one JSON object",
    };
    faults.push("fhir.not-an-object", first_byte(document, value), message);
}

/// A whole object or array is no place that a reader can be shown; its first byte is.
fn first_byte(document: Document<'_>, json: NodeId) -> Span {
    let node = document.tree.node(json);
    match node.kind {
        Kind::Object | Kind::Array => Span::new(node.span.start, node.span.start + 1),
        _ => node.span,
    }
}

/// Lowers `document`, a value of the datatype `type_id`: what a definition gives as fixed or as a pattern.
pub fn lower_as(document: Document<'_>, type_id: TypeId, model: &Model, elements: &mut Elements, faults: &mut Faults) {
    elements.clear();
    let Some(value) = document.value() else { return };
    let mut lower = Lower::new(document, model, elements, faults);
    let place = Place::root();
    match lower.kind(type_id) {
        Some(TypeKind::Resource) => lower.resource(value, place),
        Some(TypeKind::Primitive(primitive)) => lower.primitive((type_id, primitive), place, Some(value), None),
        _ => lower.complex(value, type_id, place),
    }
}

/// Where an element will stand.
#[derive(Clone, Copy, Debug)]
struct Place {
    name: NameId,
    flags: Flags,
    parent: NodeId,
    index: u32,
    key: Span,
}

impl Place {
    fn root() -> Self {
        Self { name: NameId::UNKNOWN, flags: Flags::default(), parent: Elements::ROOT, index: 0, key: Span::default() }
    }
}

struct Lower<'a> {
    document: Document<'a>,
    model: &'a Model,
    elements: &'a mut Elements,
    faults: &'a mut Faults,
    /// The members of the open objects, innermost last.
    members: Vec<object::Member>,
    /// The name `id`.
    id: NameId,
}

impl<'a> Lower<'a> {
    fn new(document: Document<'a>, model: &'a Model, elements: &'a mut Elements, faults: &'a mut Faults) -> Self {
        let id = model.name("id").unwrap_or(NameId::UNKNOWN);
        Self { document, model, elements, faults, members: Vec::with_capacity(64), id }
    }

    fn kind(&self, type_id: TypeId) -> Option<TypeKind> {
        self.model.info(type_id).map(|info| info.kind)
    }

    /// Adds the element at `place` whose JSON is `json`.
    fn open(&mut self, place: Place, type_id: TypeId, flags: Flags, json: Option<NodeId>) -> NodeId {
        self.elements.open(Element {
            name: place.name,
            type_id,
            flags: place.flags.with(flags),
            parent: place.parent,
            next: 0,
            index: place.index,
            key: place.key,
            span: json.map_or(place.key, |json| self.document.tree.node(json).span),
            value: Span::default(),
        })
    }

    /// A resource: its own type decides what it is made of.
    fn resource(&mut self, json: NodeId, place: Place) {
        if self.document.kind(json) != Kind::Object {
            let id = self.open(place, TypeId::UNKNOWN, Flags::RESOURCE.with(Flags::BROKEN), Some(json));
            let span = self.first_byte(json);
            let found = self.found(json);
            return self.fault("fhir.json-type", span, id, || {
                format!("{found} stands where a resource belongs: an object with a resourceType")
            });
        }
        let document = self.document;
        let id = self.open(place, TypeId::UNKNOWN, Flags::RESOURCE, Some(json));
        let Some(named) = document.member(json, b"resourceType") else {
            broken(self.elements, id);
            let span = self.first_byte(json);
            let message = "the resource has no resourceType, so nothing says what it is";
            return self.fault("fhir.resource-type-missing", span, id, || message);
        };
        let model = self.model;
        let name = document.text(named);
        let known =
            name.as_deref().and_then(|name| std::str::from_utf8(name).ok()).and_then(|name| model.type_id(name));
        match known.and_then(|known| Some((known, model.info(known)?))) {
            Some((type_id, info)) if values::is_instance(info) => {
                self.elements.node_mut(id).type_id = type_id;
                self.object(json, id, info, object::Of::Resource);
            }
            _ => {
                broken(self.elements, id);
                let span = document.tree.node(named).span;
                self.fault("fhir.resource-type-unknown", span, id, || -> Cow<'static, str> {
                    match name {
                        None => "the resourceType is not a string".into(),
                        Some(name) => super::unknown::resource(model, &name).into(),
                    }
                });
            }
        }
        self.elements.close(id);
    }

    /// A datatype with elements, or a backbone element.
    fn complex(&mut self, json: NodeId, type_id: TypeId, place: Place) {
        let Some(info) = self.model.info(type_id) else { return };
        if self.document.kind(json) != Kind::Object {
            let id = self.open(place, type_id, Flags::BROKEN, Some(json));
            let span = self.first_byte(json);
            let found = self.found(json);
            return self.fault("fhir.json-type", span, id, || {
                format!("{found} stands where an object belongs: {} has elements", info.name)
            });
        }
        let id = self.open(place, type_id, Flags::default(), Some(json));
        if self.document.tree.is_leaf(json) {
            let span = self.document.tree.node(json).span;
            self.fault("fhir.empty", span, id, || "an empty object: an element without content is left out");
        }
        self.object(json, id, info, object::Of::Complex);
        if self.elements.len() as NodeId == id + 1 {
            // It is empty, or all that is in it was told to be none of FHIR.
            broken(self.elements, id);
        }
        self.elements.close(id);
    }

    /// What stands at `json`, for a message.
    fn found(&self, json: NodeId) -> &'static str {
        match self.document.kind(json) {
            Kind::Object => "an object",
            Kind::Array => "an array",
            Kind::String => "a string",
            Kind::Number => "a number",
            Kind::Boolean => "true or false",
            _ => "null",
        }
    }

    fn fault<M: Into<Cow<'static, str>>>(
        &mut self,
        code: &'static str,
        span: Span,
        element: impl Into<Within>,
        message: impl FnOnce() -> M,
    ) {
        self.faults.push_within(code, span, element.into(), message);
    }

    fn first_byte(&self, json: NodeId) -> Span {
        first_byte(self.document, json)
    }

    /// The name of the member `json`, escapes resolved.
    fn name(&self, json: NodeId) -> Cow<'a, [u8]> {
        unescape(self.document.tree.node(json).name.of(self.document.bytes))
    }
}
