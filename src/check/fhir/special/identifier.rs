//! Identifiers whose system says that their value is a URI (FHIR R4, Identifier, section 2.24.0.12).

use super::super::{Code, Issues};
use super::read::At;

/// The system of values that are URIs themselves.
const URIS: &str = "urn:ietf:rfc:3986";

/// Checks the Identifier `at`.
pub(super) fn check(at: At<'_>, issues: &mut Issues) {
    if at.text_of("system").as_deref() != Some(URIS) {
        return;
    }
    issues.applies(Code::Special);
    let Some(value) = at.text_of("value") else { return };
    let scheme = value.split_once(':').map(|(scheme, _)| scheme);
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    };
    if !scheme.is_some_and(is_scheme) {
        issues.fail(Code::Special, at.node, None, || {
            "the identifier's system says that its value is a URI, and the value has no scheme".into()
        });
    }
}
