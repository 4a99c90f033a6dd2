//! What HL7 asks of definitions that are published, and nobody else needs.
//!
//! In: a resource with a canonical URL, when the user says that it is to be published. Out: what HL7's own definitions
//! lack (errors), and what others had better say (warnings). Contained resources are published with what holds them.

use super::super::{Code, Context, Issues, Publication};
use super::conformance::is_of_hl7;
use super::read::At;

/// The extension that names the committee of HL7 that owns a definition.
const COMMITTEE: &str = "http://hl7.org/fhir/StructureDefinition/structuredefinition-wg";

/// What a code system or value set says of itself when it is to be shared (FHIR R4, shareable profiles).
const SHAREABLE: [&str; 6] = ["url", "version", "title", "status", "experimental", "description"];

/// Checks the resource `at`.
pub(super) fn check(at: At<'_>, context: &Context<'_>, issues: &mut Issues) {
    if context.options.publication == Publication::Not || at.is_contained() || at.child("status").is_none() {
        return;
    }
    let Some(url) = at.text_of("url") else { return };
    let of_hl7 = is_of_hl7(&url);
    if of_hl7 {
        issues.applies(Code::Special);
        if at.extension(COMMITTEE).is_none() {
            issues.fail(Code::Special, at.node, None, || {
                "HL7 publishes this, and the extension that names the committee that owns it is missing".into()
            });
        }
    }
    let (wrong, advised, also): (_, _, &[&str]) = match at.type_name() {
        "CodeSystem" if at.word("content") == "supplement" => (Code::CodeSystem, Code::CodeSystemWarning, &["content"]),
        "CodeSystem" => (Code::CodeSystem, Code::CodeSystemWarning, &["content", "caseSensitive"]),
        "ValueSet" => (Code::ValueSet, Code::ValueSetWarning, &[]),
        _ => return,
    };
    for name in SHAREABLE.iter().chain(also).chain(&["name"]).filter(|name| at.child(name).is_none()) {
        let code = if of_hl7 && *name != "name" { wrong } else { advised };
        issues.applies(code);
        issues.fail(code, at.node, None, || format!("what is published for others to use has `{name}`").into());
    }
}
