//! What the references of one unit lead to: contained resources, and the entries of the Bundle that they stand in.
//!
//! In: a unit, and a reference in it. Out: the resource it names, by the rules of FHIR R4 (References; Bundle, resolving
//! references). It never looks outside the unit. The Bundles of a unit are indexed when the first reference asks.

use super::{Candidates, Resolved, Resolver};
use crate::instance::{Elements, Flags, NodeId};
use crate::standard::fhir::View;
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// The references of the unit in hand. One belongs to one worker.
#[derive(Debug, Default)]
pub struct Links {
    index: RefCell<Option<Index>>,
}

/// The Bundles of a unit.
#[derive(Debug, Default)]
struct Index {
    bundles: FxHashMap<NodeId, Entries>,
}

/// The entries of a Bundle.
#[derive(Debug, Default)]
pub(super) struct Entries {
    by_url: FxHashMap<Box<str>, Vec<NodeId>>,
    by_identity: FxHashMap<Box<str>, Vec<NodeId>>,
}

impl Links {
    /// Forgets the last unit.
    pub fn start(&self) {
        *self.index.borrow_mut() = None;
    }
}

impl Resolver for Links {
    fn resolve(&self, view: View<'_>, from: NodeId, reference: &str) -> Resolved {
        if let Some(id) = reference.strip_prefix('#') {
            return contained(view, from, id).map_or(Resolved::Missing, Resolved::Inside);
        }
        let first =
            self.in_bundle(view, from, |entries, entry| entries.matches(view, entry, reference).first().copied());
        match first {
            Some(Some(node)) => Resolved::Inside(node),
            // Such a name has no meaning outside its Bundle.
            Some(None) if is_urn(reference) => Resolved::Missing,
            _ => Resolved::NotHeld,
        }
    }

    fn candidates(&self, view: View<'_>, from: NodeId, reference: &str) -> Candidates {
        let count = |entries: &Entries, entry| Candidates {
            exact: entries.matches(view, entry, reference).len(),
            alike: entries.of_identity(reference).len(),
        };
        self.in_bundle(view, from, count).unwrap_or_default()
    }
}

impl Links {
    /// What `ask` says of the Bundle in which `from` stands; `None` when it stands in none.
    fn in_bundle<T>(&self, view: View<'_>, from: NodeId, ask: impl FnOnce(&Entries, NodeId) -> T) -> Option<T> {
        let entry = entry_of(view, from)?;
        let bundle = view.resource_of(view.elements.node(entry).parent);
        let mut index = self.index.borrow_mut();
        let entries = index.get_or_insert_with(|| Index::of(view)).bundles.get(&bundle)?;
        Some(ask(entries, entry))
    }
}

impl Index {
    fn of(view: View<'_>) -> Self {
        let is_bundle = |id: &NodeId| {
            (*id == Elements::ROOT || view.elements.node(*id).flags.has(Flags::RESOURCE))
                && view.type_name(*id) == "Bundle"
        };
        let all = (0..view.elements.len() as NodeId).filter(is_bundle);
        Self { bundles: all.map(|id| (id, Entries::of(view, id))).collect() }
    }
}

impl Entries {
    pub(super) fn of(view: View<'_>, bundle: NodeId) -> Self {
        let mut made = Self::default();
        for entry in named(view, bundle, "entry") {
            let Some(resource) = view.child_called(entry, "resource") else { continue };
            if let Some(url) = text(view, entry, "fullUrl") {
                made.by_url.entry(url.into()).or_default().push(resource);
            }
            if let Some(id) = text(view, resource, "id") {
                let identity = format!("{}/{id}", view.type_name(resource));
                made.by_identity.entry(identity.into()).or_default().push(resource);
            }
        }
        made
    }

    /// The resources that `reference`, in the resource of `entry`, names.
    pub(super) fn matches(&self, view: View<'_>, entry: NodeId, reference: &str) -> Vec<NodeId> {
        let (url, version) = split_version(reference);
        let absolute = match is_absolute(url) {
            true => url.to_owned(),
            false => {
                let Some(full_url) = text(view, entry, "fullUrl") else { return Vec::new() };
                match base_of(&full_url) {
                    Some(base) => format!("{base}/{url}"),
                    None => return Vec::new(),
                }
            }
        };
        let found = self.by_url.get(&*absolute).map_or(&[][..], Vec::as_slice);
        let meant = |resource: &&NodeId| {
            version.is_none_or(|version| {
                let meta = view.child_called(**resource, "meta");
                meta.and_then(|meta| text(view, meta, "versionId")).is_some_and(|known| known == version)
            })
        };
        found.iter().filter(meant).copied().collect()
    }

    /// The resources of the type and id that `reference` tells, whatever their `fullUrl`.
    pub(super) fn of_identity(&self, reference: &str) -> &[NodeId] {
        let (url, _) = split_version(reference);
        let mut parts = url.rsplit('/');
        let (Some(id), Some(kind)) = (parts.next(), parts.next()) else { return &[] };
        self.by_identity.get(format!("{kind}/{id}").as_str()).map_or(&[], Vec::as_slice)
    }
}

/// The resource that `id` names among those contained in the resource that `from` is in; the resource itself for an
/// empty one.
pub(super) fn contained(view: View<'_>, from: NodeId, id: &str) -> Option<NodeId> {
    let mut host = view.resource_of(from);
    if is_contained(view, host) {
        host = view.resource_of(view.elements.node(host).parent);
    }
    if id.is_empty() {
        return Some(host);
    }
    named(view, host, "contained").find(|&one| text(view, one, "id").is_some_and(|known| known == id))
}

/// Whether the resource `id` is contained in another.
pub(super) fn is_contained(view: View<'_>, id: NodeId) -> bool {
    let name = view.elements.node(id).name;
    id != Elements::ROOT && view.model.name("contained") == Some(name)
}

/// The innermost entry of a Bundle that `id` is in.
pub(super) fn entry_of(view: View<'_>, id: NodeId) -> Option<NodeId> {
    let entry = view.model.type_id("Bundle.entry")?;
    let mut at = id;
    while at != Elements::ROOT {
        if view.type_id(at) == entry {
            return Some(at);
        }
        at = view.elements.node(at).parent;
    }
    None
}

/// The children of `id` called `name`.
pub(super) fn named<'a>(view: View<'a>, id: NodeId, name: &str) -> impl Iterator<Item = NodeId> + use<'a> {
    let name = view.model.name(name);
    name.into_iter().flat_map(move |name| view.named(id, name))
}

/// The text of the first child of `id` called `name`.
pub(super) fn text<'a>(view: View<'a>, id: NodeId, name: &str) -> Option<std::borrow::Cow<'a, str>> {
    view.text(view.child_called(id, name)?)
}

/// Whether `url` has a scheme.
pub(super) fn is_absolute(url: &str) -> bool {
    let Some((scheme, _)) = url.split_once(':') else { return false };
    !scheme.is_empty()
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// Whether `url` names a resource by number only.
pub(super) fn is_urn(url: &str) -> bool {
    url.starts_with("urn:uuid:") || url.starts_with("urn:oid:")
}

/// A reference without its fragment, and the version it asks for.
pub(super) fn split_version(reference: &str) -> (&str, Option<&str>) {
    let whole = reference.split('#').next().unwrap_or(reference);
    match whole.split_once("/_history/") {
        Some((url, version)) => (url, Some(version)),
        None => (whole, None),
    }
}

/// The base of a server from the URL of a resource on it: what is before `Type/id`.
pub(super) fn base_of(full_url: &str) -> Option<&str> {
    if is_urn(full_url) {
        return None;
    }
    let (before, id) = full_url.rsplit_once('/')?;
    let (base, kind) = before.rsplit_once('/')?;
    let is_type = kind.starts_with(|c: char| c.is_ascii_uppercase()) && kind.bytes().all(|b| b.is_ascii_alphabetic());
    (is_type && !id.is_empty() && base.contains("://")).then_some(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        assert_eq!(base_of("https://a.example/fhir/Patient/1"), Some("https://a.example/fhir"));
        for url in ["urn:uuid:1", "https://a.example/fhir/Patient/", "Patient/1", "https://a.example/x"] {
            assert_eq!(base_of(url), None, "{url}");
        }
        assert_eq!(split_version("Patient/1/_history/2#x"), ("Patient/1", Some("2")));
        assert!(is_absolute("urn:oid:1.2") && is_absolute("https://x") && !is_absolute("Patient/1"));
    }
}
