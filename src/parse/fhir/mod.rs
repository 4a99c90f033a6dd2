//! JSON or XML → FHIR elements, typed by the model of a release.
//!
//! In: the arena that a parser made. Out: [`crate::instance::Elements`], the same for both notations, and faults
//! `fhir.*` about what FHIR does not have there or does not write so. It knows types and names; how often an element
//! stands, which codes it has and what must hold are the profiles' (`check::fhir`).

pub mod json;
#[cfg(test)]
mod model_for_tests;
pub mod primitive;
mod unknown;
mod values;
pub mod xml;

/// Every code given here, in order: what a rule may name in `syntax`.
pub const CODES: &[&str] = &[
    "fhir.choice-repeated",
    "fhir.element-order",
    "fhir.empty",
    "fhir.id-format",
    "fhir.json-alignment",
    "fhir.json-array",
    "fhir.json-null",
    "fhir.json-type",
    "fhir.not-an-object",
    "fhir.primitive-format",
    "fhir.primitive-format-warning",
    "fhir.resource-type-missing",
    "fhir.resource-type-unknown",
    "fhir.unknown-element",
    "fhir.whitespace",
    "fhir.xml-attribute",
    "fhir.xml-form",
    "fhir.xml-namespace",
    "fhir.xml-text",
];
