//! Documents and messages: the first entry leads to all the others (FHIR R4, Documents; Messaging).

use crate::check::fhir::links::{Entries, entry_of, named, text};
use crate::check::fhir::{Code, Issues};
use crate::instance::{NodeId, TypeId};
use crate::standard::fhir::View;
use rustc_hash::{FxHashMap, FxHashSet};

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A Composition with what it refers to.
    Document,
    /// A MessageHeader with its content.
    Message,
}

impl Kind {
    fn first(self) -> &'static str {
        match self {
            Self::Document => "Composition",
            Self::Message => "MessageHeader",
        }
    }
}

/// Elements of a Composition whose targets a document must hold.
const HELD: [&str; 8] = ["subject", "encounter", "author", "custodian", "party", "detail", "entry", "focus"];

/// Checks the Bundle `id`.
pub(super) fn check(view: View<'_>, id: NodeId, kind: Kind, issues: &mut Issues) {
    let entries: Vec<NodeId> = named(view, id, "entry").collect();
    issues.applies(Code::BundleFirst);
    let first = entries.first().and_then(|&entry| view.child_called(entry, "resource"));
    let Some(first) = first.filter(|&first| view.type_name(first) == kind.first()) else {
        let at = entries.first().copied().unwrap_or(id);
        return issues.fail(Code::BundleFirst, at, None, || {
            format!("the first entry must be a {}: it says what the others are", kind.first()).into()
        });
    };
    let known = Entries::of(view, id);
    let links = links(view, &entries, &known);
    if kind == Kind::Document {
        missing(view, first, &known, issues);
    }
    reach(view, kind, &entries, &links, issues);
}

/// The resources that each entry refers to, by the index of the entry.
fn links(view: View<'_>, entries: &[NodeId], known: &Entries) -> Vec<Vec<usize>> {
    let Some(reference) = view.model.type_id("Reference") else { return vec![Vec::new(); entries.len()] };
    let at: FxHashMap<NodeId, usize> = entries
        .iter()
        .enumerate()
        .filter_map(|(at, &entry)| Some((view.child_called(entry, "resource")?, at)))
        .collect();
    let of = |&entry: &NodeId| {
        let targets = references(view, entry, reference).filter_map(|id| text(view, id, "reference"));
        let found = targets.flat_map(|target| known.matches(view, entry, &target));
        found.filter_map(|node| at.get(&node).copied()).collect()
    };
    entries.iter().map(of).collect()
}

fn references(view: View<'_>, below: NodeId, reference: TypeId) -> impl Iterator<Item = NodeId> {
    view.elements.descendants(below).filter(move |&id| view.type_id(id) == reference)
}

/// What the Composition itself refers to must be there.
fn missing(view: View<'_>, first: NodeId, known: &Entries, issues: &mut Issues) {
    let Some(reference) = view.model.type_id("Reference") else { return };
    let Some(entry) = entry_of(view, first) else { return };
    for id in references(view, first, reference) {
        let name = view.model.name_of(view.elements.node(id).name);
        // Only the Composition's own: not what its contained resources and extensions refer to.
        if !HELD.contains(&name) || view.resource_of(id) != first {
            continue;
        }
        let Some(target) = text(view, id, "reference").filter(|target| !target.starts_with('#')) else { continue };
        issues.applies(Code::BundleUnlinked);
        let found = known.matches(view, entry, &target);
        match found.len() {
            0 => issues.fail(Code::BundleUnlinked, id, None, || {
                let alike = match known.of_identity(&target).is_empty() {
                    true => "",
                    false => "; an entry has this type and id, and its fullUrl is not what the reference comes to",
                };
                format!("a document must hold what its Composition refers to, and no entry is that{alike}").into()
            }),
            1 => {}
            _ => issues.fail(Code::ReferenceAmbiguous, id, None, || {
                "several entries answer to the reference of the Composition".into()
            }),
        }
    }
}

/// Every entry must be linked to the first one, at least by referring to what is.
fn reach(view: View<'_>, kind: Kind, entries: &[NodeId], links: &[Vec<usize>], issues: &mut Issues) {
    let forward = walk(0, |at| links[at].clone());
    let mut both: Vec<Vec<usize>> = links.to_vec();
    for (from, targets) in links.iter().enumerate() {
        for &target in targets {
            both[target].push(from);
        }
    }
    let either = walk(0, |at| both[at].clone());
    for (at, &entry) in entries.iter().enumerate() {
        if view.child_called(entry, "resource").is_none_or(|resource| view.type_name(resource) == "Provenance") {
            continue;
        }
        issues.applies(Code::BundleUnlinked);
        let first = kind.first();
        if !either.contains(&at) {
            let code = if kind == Kind::Document { Code::BundleUnlinked } else { Code::BundleUnlinkedWarning };
            issues.fail(code, entry, None, || {
                format!("nothing leads from the {first} to this entry, nor from it to the {first}").into()
            });
        } else if !forward.contains(&at) && kind == Kind::Document {
            issues.fail(Code::BundleUnlinkedWarning, entry, None, || {
                format!("the entry refers to others, and nothing leads from the {first} to it").into()
            });
        }
    }
}

fn walk(from: usize, next: impl Fn(usize) -> Vec<usize>) -> FxHashSet<usize> {
    let mut seen = FxHashSet::from_iter([from]);
    let mut ahead = vec![from];
    while let Some(at) = ahead.pop() {
        ahead.extend(next(at).into_iter().filter(|&target| seen.insert(target)));
    }
    seen
}
