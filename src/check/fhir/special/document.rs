//! Documents and messages: the first entry leads to all the others (FHIR R4, Documents; Messaging).

use super::narrative;
use crate::check::fhir::links::{Entries, is_absolute, named, text};
use crate::check::fhir::{Code, Issues};
use crate::instance::{Flags, NodeId, TypeId};
use crate::standard::fhir::{Primitive, Release, View};
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;

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

    /// The elements of the first resource whose targets must come along.
    fn held(self) -> &'static [&'static str] {
        match self {
            Self::Document => &["subject", "encounter", "author", "custodian", "party", "detail", "entry", "focus"],
            Self::Message => &["focus"],
        }
    }
}

/// Checks the Bundle `id`.
pub(super) fn check(view: View<'_>, id: NodeId, kind: Kind, issues: &mut Issues) {
    let entries: Vec<NodeId> = named(view, id, "entry").collect();
    issues.applies(Code::BundleFirst);
    let first = entries.first().and_then(|&entry| Some((entry, view.child_called(entry, "resource")?)));
    let known = Entries::of(view, id);
    match first {
        Some((entry, first)) if view.type_name(first) == kind.first() => {
            missing(view, (entry, first), kind, &known, issues);
        }
        _ => {
            let at = first.map(|(_, resource)| resource).or(entries.first().copied()).unwrap_or(id);
            issues.fail(Code::BundleFirst, at, None, || {
                format!("the first entry must be a {}: it says what the others are", kind.first()).into()
            });
        }
    }
    if kind == Kind::Document && view.model.release == Release::Stu3 {
        dated(view, id, issues);
    }
    let graph = Graph::of(view, (id, &entries), &known, issues);
    if kind == Kind::Document || first.is_some() {
        graph.reach(view, kind, issues);
    }
}

/// STU3 knows when a document was put together from the Bundle's last update (FHIR STU3, Documents); later releases have
/// `timestamp`.
fn dated(view: View<'_>, bundle: NodeId, issues: &mut Issues) {
    issues.applies(Code::Bundle);
    let meta = view.child_called(bundle, "meta");
    if meta.and_then(|meta| text(view, meta, "lastUpdated")).is_none() {
        issues.fail(Code::Bundle, bundle, None, || {
            "a document says by `meta.lastUpdated` when it was put together, and this one does not".into()
        });
    }
}

/// What the first resource itself refers to must be there.
fn missing(view: View<'_>, (entry, first): (NodeId, NodeId), kind: Kind, known: &Entries, issues: &mut Issues) {
    let Some(reference) = view.model.type_id("Reference") else { return };
    for id in view.elements.descendants(first).filter(|&id| view.type_id(id) == reference) {
        let name = view.model.name_of(view.elements.node(id).name);
        // Only the resource's own: not what its contained resources and extensions refer to.
        if !kind.held().contains(&name) || view.resource_of(id) != first {
            continue;
        }
        let Some(target) = text(view, id, "reference").filter(|target| !target.starts_with('#')) else { continue };
        issues.applies(Code::BundleUnlinked);
        match known.linked(view, entry, &target).len() {
            0 if is_canonical(view, &target) => {}
            0 => issues.fail(Code::BundleUnlinked, id, None, || {
                let alike = match known.of_identity(&target).is_empty() {
                    true => "",
                    false => "; an entry has this type and id, and its fullUrl is not what the reference comes to",
                };
                let (what, first) = (kind.word(), kind.first());
                format!("a {what} must hold what its {first} refers to, and no entry is that{alike}").into()
            }),
            1 => {}
            _ => issues.fail(Code::ReferenceAmbiguous, id, None, || {
                format!("several entries answer to the reference of the {}", kind.first()).into()
            }),
        }
    }
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Message => "message",
        }
    }
}

/// Whether `target` is the address of a definition on a server, which need not come along.
fn is_canonical(view: View<'_>, target: &str) -> bool {
    let told = target.rsplit('/').nth(1).filter(|_| is_absolute(target)).and_then(|told| view.model.type_id(told));
    let url = view.model.name("url");
    told.and_then(|told| view.model.info(told))
        .is_some_and(|info| info.children.iter().any(|child| Some(child.name) == url))
}

/// The entries of a Bundle that have a resource, and which refers to which.
struct Graph {
    entries: Vec<NodeId>,
    links: Vec<Vec<usize>>,
    /// Entries that a link of the Bundle itself leads to.
    linked: Vec<usize>,
}

impl Graph {
    fn of(view: View<'_>, (bundle, entries): (NodeId, &[NodeId]), known: &Entries, issues: &mut Issues) -> Self {
        let resources = entries.iter().filter_map(|&entry| Some((entry, view.child_called(entry, "resource")?)));
        let (entries, resources): (Vec<NodeId>, Vec<NodeId>) = resources.unzip();
        let at: FxHashMap<NodeId, usize> = resources.into_iter().zip(0..).collect();
        let mut parts = Parts { view, bundle, ids: FxHashMap::default() };
        let links = entries.iter().map(|&entry| {
            let named = mentions(view, entry).into_iter();
            let found = named.flat_map(|mention| {
                let found = known.linked(view, entry, &mention.target);
                if let [one] = &*found {
                    parts.check(&mention, *one, issues);
                }
                found
            });
            found.filter_map(|node| at.get(&node).copied()).collect()
        });
        let links = links.collect();
        let styles =
            named(view, bundle, "link").filter(|&link| text(view, link, "relation").is_some_and(|r| r == "stylesheet"));
        let targets = styles.filter_map(|link| text(view, link, "url"));
        let linked = targets.flat_map(|url| known.of_identity(&url).to_vec()).filter_map(|node| at.get(&node).copied());
        let linked = linked.collect();
        Self { entries, links, linked }
    }

    /// Every entry must be linked to the first one, at least by referring to what is.
    fn reach(&self, view: View<'_>, kind: Kind, issues: &mut Issues) {
        let starts = || (0..self.entries.len().min(1)).chain(self.linked.iter().copied());
        let forward = walk(starts(), |at| self.links[at].clone());
        let mut both: Vec<Vec<usize>> = self.links.clone();
        for (from, targets) in self.links.iter().enumerate() {
            for &target in targets {
                both[target].push(from);
            }
        }
        let either = walk(starts(), |at| both[at].clone());
        for (at, &entry) in self.entries.iter().enumerate() {
            issues.applies(Code::BundleUnlinked);
            let first = kind.first();
            let is_history =
                view.child_called(entry, "resource").is_some_and(|one| view.type_name(one) == "Provenance");
            if !either.contains(&at) {
                let code = if kind == Kind::Document { Code::BundleUnlinked } else { Code::BundleUnlinkedWarning };
                issues.fail(code, entry, None, || {
                    format!("nothing leads from the {first} to this entry, nor from it to the {first}").into()
                });
            } else if !forward.contains(&at) && kind == Kind::Document && !is_history {
                issues.fail(Code::BundleUnlinkedWarning, entry, None, || {
                    format!("the entry refers to others, and nothing leads from the {first} to it").into()
                });
            }
        }
    }
}

fn walk(from: impl Iterator<Item = usize>, next: impl Fn(usize) -> Vec<usize>) -> FxHashSet<usize> {
    let mut ahead: Vec<usize> = from.collect();
    let mut seen = FxHashSet::from_iter(ahead.iter().copied());
    while let Some(at) = ahead.pop() {
        ahead.extend(next(at).into_iter().filter(|&target| seen.insert(target)));
    }
    seen
}

/// Something in an entry that may name another.
struct Mention<'a> {
    node: NodeId,
    target: Cow<'a, str>,
    is_narrative: bool,
}

/// Extensions that say which data a part of the narrative shows.
const NARRATIVE_LINK: &str = "http://hl7.org/fhir/StructureDefinition/narrativeLink";

/// Elements whose URLs name no resource: namespaces, definitions, and where a message comes from and goes.
const NAMES: &[&str] = &["fullUrl", "system", "endpoint", "endpointUrl", "profile"];

/// References and addresses in the entry `entry`, each target once; a Bundle in it is a matter of its own.
fn mentions<'a>(view: View<'a>, entry: NodeId) -> Vec<Mention<'a>> {
    let of = |name: &str| view.model.type_id(name).unwrap_or(TypeId::UNKNOWN);
    let (reference, extension, bundle) = (of("Reference"), of("Extension"), of("Bundle"));
    let url = view.model.name("url");
    let mut made: Vec<Mention<'a>> = Vec::new();
    let mut seen: FxHashSet<Cow<'a, str>> = FxHashSet::default();
    let mut range = view.elements.descendants(entry);
    while let Some(node) = range.next() {
        let element = view.elements.node(node);
        if element.type_id == bundle {
            range.start = element.next;
            continue;
        }
        let mut is_narrative = false;
        let target = if element.type_id == reference {
            text(view, node, "reference")
        } else if element.flags.has(Flags::VALUE)
            && matches!(view.model.primitive(element.type_id), Some(Primitive::Uri | Primitive::Url))
        {
            let name = view.model.name_of(element.name);
            let in_extension = view.type_id(element.parent) == extension;
            let is_address = view.type_name(element.parent) == "Endpoint" && name == "address";
            if NAMES.contains(&name) || is_address || (in_extension && Some(element.name) == url) {
                continue;
            }
            is_narrative = in_extension && text(view, element.parent, "url").is_some_and(|url| url == NARRATIVE_LINK);
            view.text(node)
        } else {
            None
        };
        let Some(target) = target.filter(|target| !target.starts_with('#')) else { continue };
        if seen.insert(target.clone()) {
            made.push(Mention { node, target, is_narrative });
        }
    }
    made
}

/// Parts of entries that mentions name, by the id of an element.
struct Parts<'a> {
    view: View<'a>,
    bundle: NodeId,
    /// The ids in an entry, and how many elements have each.
    ids: FxHashMap<NodeId, FxHashMap<String, usize>>,
}

impl Parts<'_> {
    /// What `mention` names in the resource `found` must be there once.
    fn check(&mut self, mention: &Mention<'_>, found: NodeId, issues: &mut Issues) {
        let Some((_, part)) = mention.target.split_once('#').filter(|(url, _)| is_absolute(url)) else { return };
        let entry = self.view.elements.node(found).parent;
        let ids = self.ids.entry(entry).or_insert_with(|| narrative::ids(self.view, entry));
        let span = self.view.elements.node(mention.node).span;
        match ids.get(part).copied().unwrap_or_default() {
            0 if mention.is_narrative => issues.fail_at(Code::BundleUnlinked, self.bundle, span, None, || {
                "a link from data to narrative names a part of an entry, and nothing there has this id".into()
            }),
            0 | 1 => {}
            count => issues.fail_at(Code::ReferenceAmbiguous, self.bundle, span, None, || {
                format!("a link names a part of an entry, and {count} parts there have this id").into()
            }),
        }
    }
}
