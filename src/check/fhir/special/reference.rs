//! References: their form, and whether what they name in the unit is there and is what they say (FHIR R4, References).

use crate::check::fhir::links::{entry_of, is_absolute, is_urn, split_version, text};
use crate::check::fhir::{Code, Context, Issues, Resolved};
use crate::instance::{Flags, NodeId};
use crate::standard::fhir::{TypeKind, View};
use std::borrow::Cow;

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
    let Some(value) = text(view, id, "reference").filter(|value| !value.trim().is_empty()) else { return };
    issues.applies(Code::ReferenceFormat);
    if value.contains(char::is_whitespace) {
        return issues.fail(Code::ReferenceFormat, id, None, || "a reference has no blanks in it".into());
    }
    let resolved = context.resolver.resolve(view, id, &value);
    let inside = match resolved {
        Resolved::Inside(target) => Some(target),
        _ => None,
    };
    types(view, id, inside, &value, issues);
    if matches!(resolved, Resolved::Missing) {
        match value.starts_with('#') {
            true => issues.fail(Code::ReferenceUnresolved, id, None, || {
                "the reference names a contained resource, and none has this id".into()
            }),
            false => issues.fail(Code::ReferenceUnresolvedWarning, id, None, || {
                "the reference names a resource of this Bundle by its number, and no entry has it".into()
            }),
        }
    }
    if value.starts_with('#') || is_absolute(&value) {
        return;
    }
    let place = entry_of(view, id).map(|entry| Place::of(view, entry));
    form(view, id, &value, place.as_ref(), issues);
    if let Some(place) = place {
        relative(view, id, &value, &place, context, issues);
    }
}

/// The entry of a Bundle that a reference stands in.
struct Place<'a> {
    kind: Cow<'a, str>,
    full_url: Option<Cow<'a, str>>,
}

impl<'a> Place<'a> {
    fn of(view: View<'a>, entry: NodeId) -> Self {
        let bundle = view.resource_of(view.elements.node(entry).parent);
        Self { kind: text(view, bundle, "type").unwrap_or_default(), full_url: text(view, entry, "fullUrl") }
    }

    /// Whether its Bundle asks a server to do things: a reference may be a search there.
    fn is_request(&self) -> bool {
        matches!(&*self.kind, "transaction" | "batch")
    }
}

/// The form of a relative reference.
fn form(view: View<'_>, id: NodeId, value: &str, place: Option<&Place<'_>>, issues: &mut Issues) {
    let is_type = |name: &str| {
        let info = view.model.type_id(name).and_then(|id| view.model.info(id));
        info.is_some_and(|info| info.kind == TypeKind::Resource)
    };
    let searched = value.split_once('?').filter(|(kind, _)| is_type(kind));
    if let Some((_, query)) = searched {
        let is_pair =
            |pair: &str| pair.split_once('=').is_some_and(|(name, rest)| is_name(name) && !rest.contains('='));
        if !query.split('&').all(is_pair) {
            issues.fail(Code::ReferenceFormat, id, None, || {
                "a reference by a search has names and values after the question mark: name=value&name=value".into()
            });
        }
    }
    let (url, version) = split_version(value);
    let mut parts = url.trim_start_matches('/').rsplit('/');
    let (last, kind) = (parts.next().unwrap_or_default(), parts.next());
    // In a Bundle it is resolved by these parts, so there must be just so many. Without fullUrl it is told otherwise.
    let slashes = value.bytes().filter(|&byte| byte == b'/').count();
    if place.is_some_and(|place| place.full_url.is_some()) && !matches!(slashes, 1 | 3) {
        if searched.is_none() || !place.is_some_and(Place::is_request) {
            issues.fail(Code::ReferenceFormat, id, None, || {
                "in a Bundle, a relative reference must be a resource type, a slash and an id".into()
            });
        }
    } else if searched.is_none() && (last.is_empty() || !kind.is_some_and(is_type)) {
        issues.fail(Code::ReferenceFormatWarning, id, None, || match version {
            Some(_) => "the reference has a version and does not name a type and an id before it".into(),
            None => "a relative reference should be a resource type, a slash and an id".into(),
        });
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

/// The type that the reference tells and the type that it states, against the target's, or against each other.
fn types(view: View<'_>, id: NodeId, target: Option<NodeId>, value: &str, issues: &mut Issues) {
    let (url, _) = split_version(value);
    let told = url.rsplit('/').nth(1).filter(|_| !is_urn(url) && !url.starts_with('#'));
    let told = told.and_then(|told| view.model.type_id(told)).and_then(|told| view.model.info(told));
    let told = told.filter(|info| info.kind == TypeKind::Resource).map(|info| &*info.name);
    issues.applies(Code::ReferenceTypeStated);
    if let Some(kind) = text(view, id, "type")
        && let Some(found) = target.map(|target| view.type_name(target)).or(told)
        && kind.strip_prefix(DEFINED).unwrap_or(&kind) != found
    {
        issues.fail(Code::ReferenceTypeStated, id, None, || {
            format!("the reference states another type than its target has: it is `{found}`").into()
        });
    }
    // Elsewhere the type is part of what finds the target, and a wrong one is the fault of its entry.
    let by_number = |target: &NodeId| {
        let full_url = entry_of(view, *target).and_then(|entry| text(view, entry, "fullUrl"));
        !is_absolute(value) && full_url.is_some_and(|url| is_urn(&url))
    };
    if let (Some(told), Some(found)) = (told, target.filter(by_number).map(|target| view.type_name(target)))
        && told != found
    {
        issues.fail(Code::ReferenceType, id, None, || {
            format!("the reference names another type than the entry it leads to: that is `{found}`").into()
        });
    }
}

/// What a type's name follows where it is written as the URL of its definition.
const DEFINED: &str = "http://hl7.org/fhir/StructureDefinition/";

/// A relative reference in a Bundle: it is resolved by the `fullUrl` of its own entry.
fn relative(view: View<'_>, id: NodeId, value: &str, place: &Place<'_>, context: &Context<'_>, issues: &mut Issues) {
    issues.applies(Code::BundleFullUrl);
    if place.full_url.is_none() {
        // What a server answered has its place there.
        if !matches!(&*place.kind, "transaction-response" | "batch-response") {
            issues.fail(Code::BundleFullUrl, id, None, || {
                "a relative reference in an entry without fullUrl: nothing says what it is relative to".into()
            });
        }
        return;
    }
    let candidates = context.resolver.candidates(view, id, value);
    match candidates.exact {
        0 => {
            if candidates.alike > 0 {
                issues.fail(Code::ReferenceUnresolvedWarning, id, None, || {
                    "an entry has this type and id, and its fullUrl is not what the reference comes to".into()
                });
            }
        }
        1 => {}
        _ => issues.fail(Code::ReferenceAmbiguous, id, None, || {
            "several entries of the Bundle answer to the reference; it does not say which version is meant".into()
        }),
    }
}
