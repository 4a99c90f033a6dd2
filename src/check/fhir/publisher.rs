//! Which package holds what is not held, where its address tells.
//!
//! In: a canonical URL that an instance names. Out: words about publisher and package, from a list of ours: nothing of
//! the URL itself is repeated.

/// Publishers that English systems meet, by how their addresses begin; the first that fits counts. Package names are
/// those of the public registries.
const PUBLISHERS: &[(&str, &str)] = &[
    ("https://fhir.hl7.org.uk/StructureDefinition/UKCore-", "UK Core (package fhir.r4.ukcore.stu1 or later)"),
    ("https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-", "UK Core (package fhir.r4.ukcore.stu1 or later)"),
    ("https://fhir.hl7.org.uk/STU3/", "HL7 UK's STU3 profiles (Care Connect)"),
    ("https://fhir.nhs.uk/STU3/", "NHS England's STU3 profiles (package fhir.nhs.uk.stu3.assets)"),
    ("https://fhir.nhs.uk/StructureDefinition/NHSDigital-", "NHS England's R4 profiles (package uk.nhsdigital.r4)"),
    ("https://fhir.nhs.uk/", "NHS England"),
    ("https://fhir.nhs.wales/", "NHS Wales"),
    ("http://hl7.org/fhir/us/core/", "US Core (package hl7.fhir.us.core)"),
    ("http://hl7.org/fhir/uv/ips/", "the International Patient Summary (package hl7.fhir.uv.ips)"),
    ("http://hl7.org/fhir/uv/", "an international guide of HL7 (a package hl7.fhir.uv.…)"),
];

/// Whose definition `url` is, and in which package, when its beginning tells.
pub(super) fn of(url: &str) -> Option<&'static str> {
    PUBLISHERS.iter().find(|(begins, _)| url.starts_with(begins)).map(|(_, whose)| *whose)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_beginning_stands_first() {
        for (at, (begins, _)) in PUBLISHERS.iter().enumerate() {
            assert!(
                PUBLISHERS[..at].iter().all(|(earlier, _)| !begins.starts_with(earlier)),
                "{begins} is never found"
            );
        }
        assert!(
            of("https://fhir.nhs.uk/STU3/StructureDefinition/x").is_some_and(|whose| whose.contains("stu3.assets"))
        );
        assert_eq!(of("https://fhir.example.org/x"), None);
    }
}
