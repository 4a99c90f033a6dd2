//! Addresses: those that only examples have, and those by which definitions are known.
//!
//! In: a primitive, or a resource. Out: an address of `example.org` and its like, where the user says that no examples
//! may stand; the canonical URL of a definition that is not absolute, so that nobody can refer to it.

use super::super::{Code, Context, Examples, Issues};
use super::read::At;
use crate::standard::fhir::Primitive;

/// Names that are kept for examples.
const RESERVED: [&[u8]; 3] = [b"example.org", b"acme.com", b"acme.org"];

/// Types of resource that are known by a canonical URL of their own, in the order of their names (FHIR R4, canonical
/// resources). Device and the rest have a `url` of another meaning.
const CANONICAL: [&str; 30] = [
    "ActivityDefinition",
    "CapabilityStatement",
    "ChargeItemDefinition",
    "CodeSystem",
    "CompartmentDefinition",
    "ConceptMap",
    "EffectEvidenceSynthesis",
    "EventDefinition",
    "Evidence",
    "EvidenceVariable",
    "ExampleScenario",
    "GraphDefinition",
    "ImplementationGuide",
    "Library",
    "Measure",
    "MessageDefinition",
    "NamingSystem",
    "OperationDefinition",
    "PlanDefinition",
    "Questionnaire",
    "ResearchDefinition",
    "ResearchElementDefinition",
    "RiskEvidenceSynthesis",
    "SearchParameter",
    "StructureDefinition",
    "StructureMap",
    "SubscriptionTopic",
    "TerminologyCapabilities",
    "TestScript",
    "ValueSet",
];

/// Checks the URL by which the resource `at` is known.
pub(super) fn canonical(at: At<'_>, issues: &mut Issues) {
    if CANONICAL.binary_search(&at.type_name()).is_err() {
        return;
    }
    let Some(url) = at.child("url") else { return };
    issues.applies(Code::PrimitiveFormat);
    if url.text().is_some_and(|text| !is_absolute(&text) && (at.is_contained() || !text.starts_with('#'))) {
        issues.fail(Code::PrimitiveFormat, url.node, None, || {
            "the URL by which a definition is known is absolute; nobody can refer to this one".into()
        });
    }
}

/// Whether `text` has a scheme and something after it.
pub(super) fn is_absolute(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_scheme = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.');
    scheme.starts_with(|c: char| c.is_ascii_lowercase()) && scheme.bytes().all(is_scheme) && !rest.is_empty()
}

/// Checks the address `at`, which is of type `kind`.
pub(super) fn check(at: At<'_>, kind: Primitive, context: &Context<'_>, issues: &mut Issues) {
    let is_address = matches!(kind, Primitive::Uri | Primitive::Url | Primitive::Canonical);
    if !is_address || context.options.examples == Examples::Allowed {
        return;
    }
    issues.applies(Code::ExampleUrl);
    let raw = at.view.raw(at.node);
    if RESERVED.iter().any(|name| memchr::memmem::find(raw, name).is_some()) {
        issues.fail(Code::ExampleUrl, at.node, None, || {
            "the address is one of those that are kept for examples, and examples may not stand here".into()
        });
    }
}
