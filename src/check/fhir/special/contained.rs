//! Contained resources: each is there for the resource that contains it (FHIR R4, invariant dom-3).

use crate::check::fhir::links::{is_contained, named, text};
use crate::check::fhir::{Code, Issues};
use crate::instance::NodeId;
use crate::standard::fhir::View;
use std::borrow::Cow;

/// Checks those contained in `resource`.
pub(super) fn check(view: View<'_>, resource: NodeId, issues: &mut Issues) {
    if is_contained(view, resource) {
        return;
    }
    let mut contained = named(view, resource, "contained").peekable();
    if contained.peek().is_none() {
        return;
    }
    // Everything that may name one: whatever its element, it begins with `#`.
    let mut names: Vec<(Cow<'_, str>, NodeId)> = Vec::new();
    for id in view.elements.descendants(resource) {
        if view.raw(id).first() == Some(&b'#')
            && let Some(text) = view.text(id)
        {
            names.push((text, id));
        }
    }
    for one in contained {
        issues.applies(Code::ContainedUnreferenced);
        let inside = one..view.elements.node(one).next;
        let refers_back = names.iter().any(|(name, at)| name == "#" && inside.contains(at));
        let id = text(view, one, "id");
        let referred = id.is_some_and(|id| {
            names.iter().any(|(name, at)| name.strip_prefix('#') == Some(&id) && !inside.contains(at))
        });
        if !referred && !refers_back {
            issues.fail(Code::ContainedUnreferenced, one, None, || {
                "the contained resource is not referred to by the resource it is in, nor does it refer to that".into()
            });
        }
    }
}
