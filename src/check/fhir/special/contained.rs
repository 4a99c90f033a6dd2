//! Contained resources: each is there for the resource that contains it (FHIR R4, invariant dom-3).

use super::narrative;
use crate::check::fhir::links::{is_contained, named, text};
use crate::check::fhir::{Code, Issues};
use crate::instance::NodeId;
use crate::standard::fhir::View;
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::cell::OnceCell;

/// Checks those contained in `resource`.
pub(super) fn check(view: View<'_>, resource: NodeId, issues: &mut Issues) {
    if is_contained(view, resource) {
        return;
    }
    let mut contained = named(view, resource, "contained").peekable();
    if contained.peek().is_none() {
        return;
    }
    // Everything that may name one: whatever its element, it begins with `#`. Of each name, the first and the last.
    let mut names: FxHashMap<Cow<'_, str>, (NodeId, NodeId)> = FxHashMap::default();
    // Where the container itself is named.
    let mut back: Vec<NodeId> = Vec::new();
    for id in view.elements.descendants(resource) {
        if view.raw(id).first() == Some(&b'#')
            && let Some(text) = view.text(id)
        {
            match text.len() {
                1 => back.push(id),
                _ => names.entry(text).or_insert((id, id)).1 = id,
            }
        }
    }
    // Narrative shows contained pictures.
    let shown: OnceCell<FxHashSet<String>> = OnceCell::new();
    let targets = || narrative::targets(view, resource).collect();
    for one in contained {
        issues.applies(Code::ContainedUnreferenced);
        let end = view.elements.node(one).next;
        let refers_back = back.get(back.partition_point(|&at| at < one)).is_some_and(|&at| at < end);
        let id = text(view, one, "id");
        let is_referred = |id: &str| {
            let named = names.get(&*format!("#{id}"));
            named.is_some_and(|&(first, last)| first < one || last >= end) || shown.get_or_init(targets).contains(id)
        };
        if !refers_back && !id.is_some_and(|id| is_referred(&id)) {
            issues.fail(Code::ContainedUnreferenced, one, None, || {
                "the contained resource is not referred to by the resource it is in, nor does it refer to that".into()
            });
        }
    }
}
