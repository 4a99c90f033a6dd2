//! Single values of a resource, whatever the resource: each is shown to what knows its type.
//!
//! In: a resource. Out: what is wrong with its texts, attachments and identifiers, and ids that two of its elements have.
//! Every element is met once, those of the resources in it not.

use super::super::{Code, Context, Issues};
use super::read::At;
use super::{address, attachment, identifier, text};
use crate::instance::{Flags, NameId, TypeId};
use rustc_hash::FxHashSet;
use std::borrow::Cow;

/// Checks the values of `resource`.
pub(super) fn check(resource: At<'_>, context: &Context<'_>, issues: &mut Issues) {
    let view = resource.view;
    let of_type = |name| view.model.type_id(name).unwrap_or(TypeId::UNKNOWN);
    let (attachments, identifiers) = (of_type("Attachment"), of_type("Identifier"));
    let defined = of_type("ElementDefinition");
    let id = view.model.name("id").unwrap_or(NameId::UNKNOWN);
    let mut ids: FxHashSet<Cow<'_, str>> = FxHashSet::default();
    let mut range = view.elements.descendants(resource.node);
    while let Some(node) = range.next() {
        let element = view.elements.node(node);
        let at = At::new(view, node);
        if element.flags.has(Flags::RESOURCE) {
            range.start = element.next;
        } else if element.flags.has(Flags::VALUE) {
            if element.name == id && element.parent != resource.node {
                // Those of a definition's elements stand in the snapshot and in the differential.
                if view.type_id(element.parent) != defined {
                    unique(at, &mut ids, issues);
                }
            } else if let Some(kind) = view.model.primitive(element.type_id) {
                text::check(at, kind, context, issues);
                address::check(at, kind, context, issues);
            }
        } else if element.type_id == attachments {
            attachment::check(at, issues);
        } else if element.type_id == identifiers {
            identifier::check(at, issues);
        }
    }
}

/// An id stands once in a resource (FHIR R4, Element.id).
fn unique<'a>(at: At<'a>, ids: &mut FxHashSet<Cow<'a, str>>, issues: &mut Issues) {
    let Some(id) = at.text() else { return };
    issues.applies(Code::Special);
    if !ids.insert(id) {
        let holder = at.view.elements.node(at.node).parent;
        issues.fail(Code::Special, holder, None, || "an element before this one has the same id".into());
    }
}
