//! Bundles: what each entry has to be, by the type of the Bundle (FHIR R4, Bundle).

use super::{document, searchset};
use crate::check::fhir::links::{Entries, is_absolute, is_urn, named, text};
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
    links(view, id, &kind, issues);
    match &*kind {
        "document" => document::check(view, id, document::Kind::Document, issues),
        "message" => document::check(view, id, document::Kind::Message, issues),
        "searchset" => searchset::check(view, id, issues),
        _ => {}
    }
}

/// The address of an entry (FHIR R4, Bundle.entry.fullUrl): absolute, and that of the resource's own id.
fn full_url(view: View<'_>, entry: NodeId, kind: &str, issues: &mut Issues) {
    issues.applies(Code::BundleFullUrl);
    let Some(url) = text(view, entry, "fullUrl") else {
        // What is sent to be stored, and what answers it, need not have one; nor what is said of a search itself.
        let search = view.child_called(entry, "search");
        let is_outcome = search.and_then(|search| text(view, search, "mode")).is_some_and(|mode| mode == "outcome");
        let is_free = matches!(kind, "transaction" | "transaction-response" | "batch" | "batch-response");
        if !is_free && !is_outcome {
            issues.fail(Code::BundleFullUrl, entry, None, || {
                "the entry has no fullUrl, so no reference can lead to it".into()
            });
        }
        return;
    };
    if !is_absolute(&url) {
        return issues.fail(Code::BundleFullUrl, entry, None, || {
            "the fullUrl is relative; it must be an absolute URL or a urn:uuid".into()
        });
    }
    let Some(resource) = view.child_called(entry, "resource").filter(|_| !is_urn(&url)) else { return };
    let mut parts = url.rsplit('/');
    let (last, before) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_type = view.model.type_id(before).and_then(|id| view.model.info(id));
    let is_server = is_type.is_some_and(|info| info.kind == TypeKind::Resource);
    match text(view, resource, "id") {
        _ if !is_server => {
            if text(view, resource, "url").is_some_and(|own| own == url && !is_older(&own)) {
                issues.fail(Code::BundleFullUrl, entry, None, || {
                    "the fullUrl is the canonical URL of the resource, which is not the address of one".into()
                });
            }
        }
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

/// Whether `url` is that of a code system of HL7 v2 or v3 as they were before HL7 Terminology.
fn is_older(url: &str) -> bool {
    url.starts_with("http://hl7.org/fhir/v3/") || url.starts_with("http://hl7.org/fhir/v2/")
}

/// Relations from one page of an answer to others.
const PAGES: [&str; 4] = ["first", "last", "next", "previous"];

/// Links of a Bundle: pages where it can have them, and each relation once.
fn links(view: View<'_>, id: NodeId, kind: &str, issues: &mut Issues) {
    let is_paged = matches!(kind, "searchset" | "history");
    let mut seen = BTreeSet::new();
    for link in named(view, id, "link") {
        let Some(at) = view.child_called(link, "relation") else { continue };
        let Some(relation) = view.text(at) else { continue };
        issues.applies(Code::BundleSearch);
        let page = PAGES.iter().copied().find(|page| relation == *page);
        let known = page.or((relation == "self").then_some("self"));
        if let Some(page) = page.filter(|_| !is_paged) {
            issues.fail(Code::BundleSearch, at, None, || {
                format!("a Bundle of this type has no pages, and so no link `{page}`").into()
            });
        } else if let Some(known) = known.filter(|known| !seen.insert(*known)) {
            let at = if is_paged { link } else { at };
            issues.fail(Code::BundleSearch, at, None, || format!("the Bundle has more than one link `{known}`").into());
        } else if relation == "stylesheet" && kind == "document" {
            stylesheet(view, id, link, issues);
        }
    }
}

/// A style sheet of a document is elsewhere, or one of its entries.
fn stylesheet(view: View<'_>, bundle: NodeId, link: NodeId, issues: &mut Issues) {
    let Some(at) = view.child_called(link, "url") else { return };
    let Some(url) = view.text(at).filter(|url| !is_absolute(url)) else { return };
    if Entries::of(view, bundle).of_identity(&url).is_empty() {
        issues.fail(Code::BundleSearch, at, None, || "no entry is the style sheet that the link names".into());
    }
}
