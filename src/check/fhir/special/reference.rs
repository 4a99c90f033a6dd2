//! References: their form, and whether what they name in the unit is there and is what they say (FHIR R4, References).

use crate::check::fhir::links::{base_of, entry_of, is_absolute, is_urn, named, split_version, text};
use crate::check::fhir::{Code, Context, Issues, Resolved};
use crate::instance::{Flags, NodeId};
use crate::standard::fhir::{TypeKind, View};

/// Checks every reference of the resource `resource`.
pub(super) fn check(view: View<'_>, resource: NodeId, context: &Context<'_>, issues: &mut Issues) {
    let Some(reference) = view.model.type_id("Reference") else { return };
    let end = view.elements.node(resource).next;
    let mut at = resource + 1;
    while at < end {
        let element = view.elements.node(at);
        if element.flags.has(Flags::RESOURCE) {
            at = element.next;
            continue;
        }
        if element.type_id == reference {
            one(view, at, context, issues);
        }
        at += 1;
    }
}

fn one(view: View<'_>, id: NodeId, context: &Context<'_>, issues: &mut Issues) {
    let Some(value) = text(view, id, "reference") else { return };
    issues.applies(Code::ReferenceFormat);
    form(view, id, &value, issues);
    let resolved = context.resolver.resolve(view, id, &value);
    match resolved {
        Resolved::Inside(target) => stated(view, id, target, &value, issues),
        Resolved::Missing if value.starts_with('#') => {
            issues.fail(Code::ReferenceUnresolved, id, None, || {
                "the reference names a contained resource, and none has this id".into()
            });
        }
        Resolved::Missing => issues.fail(Code::ReferenceUnresolvedWarning, id, None, || {
            "the reference names a resource of this Bundle by its number, and no entry has it".into()
        }),
        _ => {}
    }
    if !is_absolute(&value) && !value.starts_with('#') {
        relative(view, id, &value, context, issues);
    }
}

fn form(view: View<'_>, id: NodeId, value: &str, issues: &mut Issues) {
    if value.starts_with('#') || value.is_empty() {
        return;
    }
    if is_absolute(value) {
        return;
    }
    let (url, version) = split_version(value);
    let mut parts = url.trim_start_matches('/').rsplit('/');
    let (last, kind) = (parts.next().unwrap_or_default(), parts.next());
    let is_type = |name: &str| {
        let info = view.model.type_id(name).and_then(|id| view.model.info(id));
        info.is_some_and(|info| info.kind == TypeKind::Resource)
    };
    // A search or a conditional reference has its own form.
    if value.contains('?') {
        return;
    }
    match kind {
        Some(kind) if is_type(kind) && !last.is_empty() => {}
        _ if version.is_some() => issues.fail(Code::ReferenceFormatWarning, id, None, || {
            "the reference has a version and does not name a type and an id before it".into()
        }),
        _ => issues.fail(Code::ReferenceFormat, id, None, || {
            "a relative reference must be a resource type, a slash and an id".into()
        }),
    }
}

/// The type that the reference tells and the type that it states, against the target's.
fn stated(view: View<'_>, id: NodeId, target: NodeId, value: &str, issues: &mut Issues) {
    let found = view.type_name(target);
    issues.applies(Code::ReferenceTypeStated);
    if let Some(kind) = text(view, id, "type")
        && kind.rsplit('/').next() != Some(found)
    {
        issues.fail(Code::ReferenceTypeStated, id, None, || {
            format!("the reference states another type than its target has: it is `{found}`").into()
        });
    }
    let (url, _) = split_version(value);
    let told = url.rsplit('/').nth(1).filter(|_| !is_urn(url) && !url.starts_with('#'));
    if let Some(told) = told
        && told != found
        && view.model.type_id(told).is_some()
    {
        issues.fail(Code::ReferenceType, id, None, || {
            format!("the reference names another type than the entry it leads to: that is `{found}`").into()
        });
    }
}

/// A relative reference in a Bundle: it is resolved by the `fullUrl` of its own entry.
fn relative(view: View<'_>, id: NodeId, value: &str, context: &Context<'_>, issues: &mut Issues) {
    let Some(entry) = entry_of(view, id) else { return };
    let bundle = view.resource_of(view.elements.node(entry).parent);
    let kind = text(view, bundle, "type").unwrap_or_default();
    // What is sent to be stored has no place yet.
    if matches!(&*kind, "transaction" | "batch") {
        return;
    }
    let full_url = text(view, entry, "fullUrl");
    issues.applies(Code::BundleFullUrl);
    let Some(full_url) = full_url else {
        if named(view, bundle, "entry").any(|other| text(view, other, "fullUrl").is_some()) {
            issues.fail(Code::BundleFullUrl, id, None, || {
                "a relative reference in an entry without fullUrl: nothing says what it is relative to".into()
            });
        }
        return;
    };
    let candidates = context.resolver.candidates(view, id, value);
    match candidates.exact {
        0 => {
            if candidates.alike > 0 {
                issues.fail(Code::ReferenceUnresolvedWarning, id, None, || {
                    let why = match base_of(&full_url) {
                        Some(_) => "its fullUrl is not what the reference comes to",
                        None => "the fullUrl of the entry that refers to it is no address on a server",
                    };
                    format!("an entry has this type and id, and the reference does not lead to it: {why}").into()
                });
            }
        }
        1 => {}
        _ => issues.fail(Code::ReferenceAmbiguous, id, None, || {
            "several entries of the Bundle answer to the reference; it does not say which version is meant".into()
        }),
    }
}
