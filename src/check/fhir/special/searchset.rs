//! Answers to searches: every match has an id and is of a type that was searched for (FHIR R4, Bundle, search).

use crate::check::fhir::links::{named, text};
use crate::check::fhir::{Code, Issues};
use crate::instance::NodeId;
use crate::standard::fhir::View;

/// Checks the Bundle `id` of type `searchset`.
pub(super) fn check(view: View<'_>, id: NodeId, issues: &mut Issues) {
    issues.applies(Code::BundleSearchWarning);
    let own = named(view, id, "link").find(|&link| text(view, link, "relation").is_some_and(|kind| kind == "self"));
    let searched = own.and_then(|link| text(view, link, "url")).map(|url| types_of(view, &url));
    if own.is_none() {
        issues.fail(Code::BundleSearchWarning, id, None, || {
            "an answer to a search should have a link `self` that says what was searched for".into()
        });
    }
    let mode_of = |entry| view.child_called(entry, "search").and_then(|search| text(view, search, "mode"));
    let any_mode = named(view, id, "entry").any(|entry| mode_of(entry).is_some());
    if !any_mode && named(view, id, "entry").next().is_some() {
        issues.fail(Code::BundleSearchWarning, id, None, || {
            "the entries should say by `search.mode` whether each is a match".into()
        });
    }
    for entry in named(view, id, "entry") {
        issues.applies(Code::BundleSearch);
        let Some(resource) = view.child_called(entry, "resource") else {
            issues
                .fail(Code::BundleSearch, entry, None, || "what a search finds is a resource, and none is here".into());
            continue;
        };
        let kind = view.type_name(resource);
        // Without modes nothing says which entries were found.
        let Some(mode) = mode_of(entry) else { continue };
        if !matches!(&*mode, "match" | "include") {
            if kind != "OperationOutcome" {
                issues.fail(Code::BundleSearch, resource, None, || {
                    format!("an entry of mode `outcome` must be an OperationOutcome, and this is `{kind}`").into()
                });
            }
            continue;
        }
        if text(view, resource, "id").is_none() {
            issues.fail(Code::BundleSearch, resource, None, || "what a search finds must have an id".into());
        }
        let wanted = searched.as_ref().filter(|types| mode == "match" && !types.is_empty());
        if let Some(types) = wanted
            && !types.iter().any(|known| known == kind)
        {
            issues.fail(Code::BundleSearch, resource, None, || {
                format!("the search was for {}, and this is `{kind}`", types.join(" or ")).into()
            });
        }
    }
}

/// The published types that a search URL asks for: the last name of its path, or `_type`.
fn types_of(view: View<'_>, url: &str) -> Vec<String> {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let is_type = |name: &&str| view.model.type_id(name).is_some();
    let last = path.trim_end_matches('/').rsplit('/').next().filter(is_type);
    if let Some(last) = last {
        return vec![last.to_owned()];
    }
    let asked = query.split('&').find_map(|part| part.strip_prefix("_type="));
    asked.unwrap_or_default().split([',']).filter(is_type).map(str::to_owned).collect()
}
