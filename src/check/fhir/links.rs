//! What the references of one unit lead to: contained resources, and the entries of the Bundle that they stand in.
//!
//! In: a unit, and a reference in it. Out: the resource it names, by the rules of FHIR R4 (References; Bundle, resolving
//! references). It never looks outside the unit. The Bundles of a unit are indexed when the first reference asks.

use super::special::narrative;
use super::{Candidates, Resolved, Resolver};
use crate::instance::{Elements, Flags, NodeId};
use crate::standard::fhir::{Release, View};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// The references of the unit in hand. One belongs to one worker.
#[derive(Debug, Default)]
pub struct Links {
    index: RefCell<Option<Index>>,
    /// Every id in the unit.
    ids: RefCell<Option<FxHashMap<String, usize>>>,
}

/// The Bundles of a unit, and the Parameters.
#[derive(Debug, Default)]
struct Index {
    bundles: FxHashMap<NodeId, Entries>,
    /// Resources that are parameters, by their Parameters resource and `Type/id`.
    parameters: FxHashMap<(NodeId, Box<str>), NodeId>,
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
        *self.ids.borrow_mut() = None;
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
            Some(None) => Resolved::NotHeld,
            None => self.in_parameters(view, from, reference).map_or(Resolved::NotHeld, Resolved::Inside),
        }
    }

    fn has_id(&self, view: View<'_>, id: &str) -> bool {
        let mut ids = self.ids.borrow_mut();
        ids.get_or_insert_with(|| narrative::ids(view, Elements::ROOT)).contains_key(id)
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

    /// The resource that `reference` names among the parameters that the resource of `from` is one of.
    fn in_parameters(&self, view: View<'_>, from: NodeId, reference: &str) -> Option<NodeId> {
        let around = parameters_of(view, view.resource_of(from))?;
        let mut index = self.index.borrow_mut();
        let index = index.get_or_insert_with(|| Index::of(view));
        index.parameters.get(&(around, reference.into())).copied()
    }
}

/// The Parameters resource that the resource `id` is a parameter of, or what is contained in it.
fn parameters_of(view: View<'_>, id: NodeId) -> Option<NodeId> {
    let mut at = id;
    while at != Elements::ROOT {
        let around = view.resource_of(view.elements.node(at).parent);
        match view.type_name(around) {
            "Parameters" => return Some(around),
            "Bundle" => return None,
            _ => at = around,
        }
    }
    None
}

impl Index {
    fn of(view: View<'_>) -> Self {
        let mut made = Self::default();
        for id in 0..view.elements.len() as NodeId {
            if id == Elements::ROOT || view.elements.node(id).flags.has(Flags::RESOURCE) {
                if view.type_name(id) == "Bundle" {
                    made.bundles.insert(id, Entries::of(view, id));
                }
                made.parameter(view, id);
            }
        }
        made
    }

    fn parameter(&mut self, view: View<'_>, id: NodeId) {
        let Some(around) = parameters_of(view, id) else { return };
        if let Some(identity) = identity(view, id) {
            self.parameters.entry((around, identity.into())).or_insert(id);
        }
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
            if let Some(identity) = identity(view, resource) {
                made.by_identity.entry(identity.into()).or_default().push(resource);
            }
        }
        made
    }

    /// The resources that `reference`, in the resource of `entry`, names: a relative one is taken for one on the server
    /// that the entry's `fullUrl` names, or for another number of the same kind.
    pub(super) fn matches(&self, view: View<'_>, entry: NodeId, reference: &str) -> Vec<NodeId> {
        let (url, version) = split_version(reference);
        if is_absolute(url) {
            return self.at(view, url, version);
        }
        let Some(full_url) = text(view, entry, "fullUrl") else { return Vec::new() };
        let Some((_, id)) = url.split_once('/').filter(|(_, id)| !id.contains('/')) else { return Vec::new() };
        if is_urn(&full_url) {
            let kind = full_url.rsplit_once(':').map_or("", |(kind, _)| kind);
            return self.at(view, &format!("{kind}:{id}"), version);
        }
        self.at(view, &format!("{}{url}", base_of(&full_url)), version)
    }

    /// The same by the rule for documents and messages: the entry's `fullUrl` must be the address of its own resource on
    /// a server, and a relative reference is taken for one on the same. In STU3 a type and an id do where only one
    /// resource has them.
    pub(super) fn linked(&self, view: View<'_>, entry: NodeId, reference: &str) -> Vec<NodeId> {
        let (url, version) = split_version(reference);
        if is_absolute(url) {
            return self.at(view, url, version);
        }
        let own = view.child_called(entry, "resource").and_then(|resource| identity(view, resource));
        let found = match (text(view, entry, "fullUrl"), own) {
            (Some(full_url), Some(own)) => match full_url.strip_suffix(&*own) {
                Some(base) if base.is_empty() || is_server(base) => self.at(view, &format!("{base}{url}"), version),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        match self.of_identity(reference) {
            [only] if found.is_empty() && view.model.release == Release::Stu3 => vec![*only],
            _ => found,
        }
    }

    /// The resources whose `fullUrl` is `url`, of that version where one is said.
    fn at(&self, view: View<'_>, url: &str, version: Option<&str>) -> Vec<NodeId> {
        let found = self.by_url.get(url).map_or(&[][..], Vec::as_slice);
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

/// The resource that `id` names among those contained in the resource that `from` is in; for an empty one, the resource
/// that contains the one of `from`.
pub(super) fn contained(view: View<'_>, from: NodeId, id: &str) -> Option<NodeId> {
    let mut host = view.resource_of(from);
    let is_inside = is_contained(view, host);
    if is_inside {
        host = view.resource_of(view.elements.node(host).parent);
    }
    // It stands for the container, so only what is contained can say it.
    if id.is_empty() {
        return is_inside.then_some(host);
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

/// The type and the id of the resource `id`, as a reference has them.
fn identity(view: View<'_>, id: NodeId) -> Option<String> {
    Some(format!("{}/{}", view.type_name(id), text(view, id, "id")?))
}

/// What is before the type and the id in the URL of a resource: the base of a server with its last slash, or nothing.
pub(super) fn base_of(full_url: &str) -> &str {
    let slash = |text: &str| text.rfind('/');
    slash(full_url).and_then(|at| slash(&full_url[..at])).map_or("", |at| &full_url[..=at])
}

/// Whether `base` is the base of a server, its last slash and all.
fn is_server(base: &str) -> bool {
    let rest = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"));
    rest.is_some_and(|rest| rest.ends_with('/') && !rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        assert_eq!(base_of("https://a.example/fhir/Patient/1"), "https://a.example/fhir/");
        assert_eq!((base_of("Patient/1"), base_of("urn:uuid:1")), ("", ""));
        assert!(is_server("https://a.example/") && !is_server("https:///") && !is_server("Patient/"));
        assert_eq!(split_version("Patient/1/_history/2#x"), ("Patient/1", Some("2")));
        assert!(is_absolute("urn:oid:1.2") && is_absolute("https://x") && !is_absolute("Patient/1"));
    }
}
