//! Which release of FHIR a resource is written for, where it shows.
//!
//! In: the first bytes of a resource, JSON or XML. Out: the release and the evidence, in words that hold nothing of the
//! resource. Most resources show nothing: R4 is what they are taken for.

use super::fhir_types;
use crate::standard::fhir::Release;

/// Bytes looked at: profiles and versions are claimed at the top.
const LOOKED_AT: usize = 64 << 10;
/// Places looked at for a claim; a large bundle has thousands.
const MOST: usize = 64;
/// Bytes after a name in which its value stands.
const NEAR: usize = 200;

/// In byte order. Resources that STU3 has and no later release.
const STU3_ONLY: &[&str] = &[
    "BodySite",
    "DataElement",
    "DeviceComponent",
    "EligibilityRequest",
    "EligibilityResponse",
    "ExpansionProfile",
    "ImagingManifest",
    "ProcedureRequest",
    "ProcessRequest",
    "ProcessResponse",
    "ReferralRequest",
    "Sequence",
    "ServiceDefinition",
];

/// In byte order. Resources that R4B has and R4 has not.
const R4B_NOT_R4: &[&str] = &[
    "AdministrableProductDefinition",
    "Citation",
    "ClinicalUseDefinition",
    "EvidenceReport",
    "Ingredient",
    "ManufacturedItemDefinition",
    "MedicinalProductDefinition",
    "NutritionProduct",
    "PackagedProductDefinition",
    "RegulatedAuthorization",
    "SubscriptionStatus",
    "SubscriptionTopic",
    "SubstanceDefinition",
];

/// The release that `text` is written for, with the evidence; `None` when nothing in its first 64 KiB tells.
pub fn fhir_release(text: &[u8]) -> Option<(Release, &'static str)> {
    let text = &text[..text.len().min(LOOKED_AT)];
    version(text).or_else(|| profile(text)).or_else(|| only_there(text))
}

/// `fhirVersion`, which conformance resources have.
fn version(text: &[u8]) -> Option<(Release, &'static str)> {
    let mut values = after(text, b"fhirVersion").filter_map(|value| {
        let digits = value.iter().position(u8::is_ascii_digit)?;
        std::str::from_utf8(value.get(digits..digits + 3)?).ok()
    });
    Some((values.find_map(Release::of_version)?, "names its FHIR version"))
}

/// A claimed profile whose URL names a release, as those of NHS England and HL7 do.
fn profile(text: &[u8]) -> Option<(Release, &'static str)> {
    let marks: [(&[u8], _, _); 4] = [
        (b"/STU3/StructureDefinition/", Release::Stu3, "claims a profile whose address is under /STU3/"),
        (b"hl7.org/fhir/3.0/StructureDefinition/", Release::Stu3, "claims a profile of FHIR 3.0"),
        (b"hl7.org/fhir/4.0/StructureDefinition/", Release::R4, "claims a profile of FHIR 4.0"),
        (b"hl7.org/fhir/4.3/StructureDefinition/", Release::R4b, "claims a profile of FHIR 4.3"),
    ];
    after(text, b"profile").find_map(|value| {
        let found = marks.iter().find(|(mark, ..)| memchr::memmem::find(value, mark).is_some());
        found.map(|(_, release, evidence)| (*release, *evidence))
    })
}

/// A type of resource that one release alone has.
fn only_there(text: &[u8]) -> Option<(Release, &'static str)> {
    let named = after(text, b"resourceType").find_map(|value| {
        let value = &value[value.iter().position(u8::is_ascii_alphabetic)?..];
        let length = value.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(value.len());
        release_of(&value[..length])
    });
    named.or_else(|| {
        let tags = memchr::memchr_iter(b'<', text).take(MOST);
        tags.map(|at| &text[at + 1..]).find_map(|tag| {
            let length = tag.iter().position(|byte| !byte.is_ascii_alphabetic())?;
            release_of(&tag[..length])
        })
    })
}

fn release_of(name: &[u8]) -> Option<(Release, &'static str)> {
    let name = fhir_types::known(name)?;
    if STU3_ONLY.binary_search(&name).is_ok() {
        return Some((Release::Stu3, "has a resource type that only STU3 has"));
    }
    let is_r4b = R4B_NOT_R4.binary_search(&name).is_ok();
    is_r4b.then_some((Release::R4b, "has a resource type that R4B has and R4 has not"))
}

/// What follows each `name`, as far as its value may reach: to the quote that ends it.
fn after<'t>(text: &'t [u8], name: &'t [u8]) -> impl Iterator<Item = &'t [u8]> {
    memchr::memmem::find_iter(text, name).take(MOST).map(move |at| {
        let from = at + name.len();
        let rest = &text[from..text.len().min(from + NEAR)];
        // `": ["` in JSON, ` value="` in XML: the value stands in the second pair of quotes, or the first.
        let mut quotes = memchr::memchr2_iter(b'"', b'\'', rest).map(|quote| quote + 1);
        let first = quotes.next().unwrap_or(rest.len());
        let is_json = rest.first() == Some(&b'"');
        let start = if is_json { quotes.next().unwrap_or(rest.len()) } else { first };
        let end = quotes.next().map_or(rest.len(), |end| end - 1);
        &rest[start..end.max(start)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_shows_in_versions_profiles_and_types() {
        let cases: [(&str, Option<Release>); 13] = [
            (r#"{"resourceType":"Patient"}"#, None),
            (r#"{"resourceType":"ReferralRequest"}"#, Some(Release::Stu3)),
            (r#"{"resourceType":"Ingredient"}"#, Some(Release::R4b)),
            (r#"<ProcedureRequest xmlns="http://hl7.org/fhir"/>"#, Some(Release::Stu3)),
            (r#"{"resourceType":"CapabilityStatement","fhirVersion":"3.0.1"}"#, Some(Release::Stu3)),
            (r#"<StructureDefinition><fhirVersion value="4.0.1"/></StructureDefinition>"#, Some(Release::R4)),
            (r#"{"fhirVersion" : "4.3.0"}"#, Some(Release::R4b)),
            (r#"{"meta":{"profile":["https://fhir.nhs.uk/STU3/StructureDefinition/X-1"]}}"#, Some(Release::Stu3)),
            (
                r#"<meta><profile value="https://fhir.hl7.org.uk/STU3/StructureDefinition/X"/></meta>"#,
                Some(Release::Stu3),
            ),
            (r#"{"extension":[{"url":"https://fhir.hl7.org.uk/STU3/StructureDefinition/X"}]}"#, None),
            (r#"{"meta":{"profile":["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"]}}"#, None),
            (r#"{"meta":{"profile"#, None),
            // What an attachment is in, not the resource.
            (r#"{"contentType":"application/fhir+json; fhirVersion=3.0","size":3,"title":"3.0"}"#, None),
        ];
        for (text, release) in cases {
            assert_eq!(fhir_release(text.as_bytes()).map(|found| found.0), release, "{text}");
        }
    }

    #[test]
    fn the_lists_are_in_order() {
        assert!(STU3_ONLY.is_sorted() && R4B_NOT_R4.is_sorted());
    }
}
