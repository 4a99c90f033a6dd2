//! Bundles: what each entry has to be, by the type of the Bundle (FHIR R4, Bundle).

use super::{document, searchset};
use crate::check::fhir::links::{is_absolute, is_urn, named, text};
use crate::check::fhir::{Code, Issues};
use crate::instance::NodeId;
use crate::standard::fhir::{TypeKind, View};
use std::collections::BTreeSet;

/// Checks the Bundle `id`.
pub(super) fn check(view: View<'_>, id: NodeId, issues: &mut Issues) {
    let kind = text(view, id, "type").unwrap_or_default();
    for entry in named(view, id, "entry") {
        full_url(view, entry, &kind, issues);
    }
    links(view, id, issues);
    match &*kind {
        "document" => document::check(view, id, document::Kind::Document, issues),
        "message" => document::check(view, id, document::Kind::Message, issues),
        "searchset" => searchset::check(view, id, issues),
        _ => {}
    }
}

/// The address of an entry (FHIR R4, Bundle.entry.fullUrl): absolute, and that of the resource's own id.
fn full_url(view: View<'_>, entry: NodeId, kind: &str, issues: &mut Issues) {
    let Some(resource) = view.child_called(entry, "resource") else { return };
    issues.applies(Code::BundleFullUrl);
    let Some(url) = text(view, entry, "fullUrl") else {
        // What is sent to be stored, and what answers it, need not have one.
        let needed = matches!(kind, "document" | "message" | "collection");
        let code = if needed { Code::BundleFullUrl } else { Code::BundleFullUrlWarning };
        if needed || kind == "searchset" {
            issues.fail(code, entry, None, || "the entry has no fullUrl, so no reference can lead to it".into());
        }
        return;
    };
    if !is_absolute(&url) {
        return issues.fail(Code::BundleFullUrl, entry, None, || {
            "the fullUrl is relative; it must be an absolute URL or a urn:uuid".into()
        });
    }
    if is_urn(&url) {
        return;
    }
    let mut parts = url.rsplit('/');
    let (last, before) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_type = view.model.type_id(before).and_then(|id| view.model.info(id));
    if !is_type.is_some_and(|info| info.kind == TypeKind::Resource) {
        return;
    }
    match text(view, resource, "id") {
        None => issues.fail(Code::BundleFullUrl, entry, None, || {
            "the fullUrl is the address of a resource on a server, and the resource has no id".into()
        }),
        Some(id) if id != last => issues
            .fail(Code::BundleFullUrl, entry, None, || "the fullUrl ends in another id than the resource has".into()),
        Some(_) if before != view.type_name(resource) => issues.fail(Code::BundleFullUrl, entry, None, || {
            format!("the fullUrl names another type than the resource has: it is `{}`", view.type_name(resource)).into()
        }),
        Some(_) => {}
    }
}

/// Relations that a Bundle may state once.
const ONCE: [&str; 5] = ["self", "first", "last", "next", "previous"];

fn links(view: View<'_>, id: NodeId, issues: &mut Issues) {
    let mut seen = BTreeSet::new();
    for link in named(view, id, "link") {
        let Some(relation) = text(view, link, "relation") else { continue };
        let Some(known) = ONCE.iter().copied().find(|known| relation == *known) else { continue };
        issues.applies(Code::BundleSearch);
        if !seen.insert(known) {
            issues
                .fail(Code::BundleSearch, link, None, || format!("the Bundle has more than one link `{known}`").into());
        }
    }
}
