//! `explain` of paths of FHIR.

use super::Bench;
use std::path::{Path, PathBuf};

/// What is told, with layout taken out.
fn told(bench: &Bench, arguments: &[&str]) -> String {
    let out = bench.run(&[&["explain"], arguments].concat()).code(0).out;
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_path_is_explained_by_the_built_in_definitions() {
    let bench = Bench::new();
    let gender = told(&bench, &["Patient.gender"]);
    for part in [
        "Patient.gender in FHIR R4 definition Patient 4.0.1 (http://hl7.org/fhir/StructureDefinition/Patient)",
        "package FHIR 4.0.1, built in",
        "cardinality 0..1",
        "type code",
        "binding required: http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1",
        "codes female, male, other, unknown",
        "invariant ele-1 (error): hasValue() or",
    ] {
        assert!(gender.contains(part), "{part}: {gender}");
    }
    let contact = told(&bench, &["Patient.contact"]);
    assert!(contact.contains("invariant pat-1 (error): name.exists() or"), "{contact}");
    assert!(contact.contains("has id 0..1, extension 0..*"), "{contact}");
    let modifier = told(&bench, &["Patient.active"]);
    assert!(modifier.contains("flags modifier"), "{modifier}");
    let subject = told(&bench, &["Observation.subject"]);
    assert!(subject.contains("type Reference to Patient or Group or Device or Location"), "{subject}");
    // Choices, content of another element, and types by themselves.
    let unit = told(&bench, &["Observation.valueQuantity.code"]);
    assert!(
        unit.contains("definition Quantity 4.0.1") && unit.contains("through Observation.value[x] of Observation"),
        "{unit}"
    );
    let quantity = told(&bench, &["Observation.valueQuantity"]);
    assert!(quantity.contains("type Quantity ") && quantity.contains("qty-3 (error)"), "{quantity}");
    assert!(told(&bench, &["Questionnaire.item.item"]).contains("content as that of Questionnaire.item"));
    assert!(told(&bench, &["HumanName.family"]).contains("definition HumanName 4.0.1"));
    // The release follows the standard in use.
    let stu3 = told(&bench, &["Patient.animal", "--use", "hl7-fhir-stu3"]);
    assert!(stu3.contains("package FHIR 3.0.2, built in"), "{stu3}");
    // Codes and paths may be asked for together.
    let both = told(&bench, &["ID-02", "Patient"]);
    assert!(both.contains("nhs-number-check-digit") && both.contains("dom-2 (error)"), "{both}");
}

#[test]
fn what_is_not_there_is_told_with_what_is_nearest() {
    let bench = Bench::new();
    for (path, meant) in [
        ("Patient.identifer", "did you mean Patient.identifier?"),
        ("Pateint.name", "did you mean Patient?"),
        ("Patient.contact.nmae.family", "did you mean Patient.contact.name?"),
        ("Observation.valueQuantiy", "did you mean Observation.valueQuantity?"),
        ("Patient.animal", "It has: id, meta"),
    ] {
        let ran = bench.run(&["explain", path]).code(2);
        assert!(ran.said().contains(meant), "{path}: {}", ran.err);
    }
    let ran = bench.run(&["explain", "Patient", "--use", "itk-hl7v2-adt"]).code(2);
    assert!(ran.said().contains("no standard in use speaks of FHIR"), "{}", ran.err);
    let ran = bench.run(&["explain", "Patient", "--profile", "https://example.org/none"]).code(2);
    assert!(ran.said().contains("no definition in use has the URL"), "{}", ran.err);
}

#[test]
fn a_profile_of_ones_own_says_what_it_adds() {
    let bench = Bench::new();
    bench.write(
        "work/profile.json",
        r#"{"resourceType":"StructureDefinition","url":"https://example.org/P","version":"1.2.0","name":"OurPatient",
        "status":"active","fhirVersion":"4.0.1","kind":"resource","abstract":false,"type":"Patient",
        "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint",
        "differential":{"element":[
          {"id":"Patient.identifier","path":"Patient.identifier","min":1,"mustSupport":true,
           "slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"closed"},
           "constraint":[{"key":"our-1","severity":"warning","human":"Two at most","expression":"count() <= 2"}]},
          {"id":"Patient.identifier:ours","path":"Patient.identifier","sliceName":"ours","min":1,"max":"1"},
          {"id":"Patient.identifier:ours.system","path":"Patient.identifier.system","min":1,"fixedUri":"https://example.org/id"},
          {"id":"Patient.gender","path":"Patient.gender","patternCode":"other"}]}}"#,
    );
    let with = |path: &str| told(&bench, &[path, "--package", "profile.json", "--profile", "https://example.org/P"]);
    let identifier = with("Patient.identifier");
    for part in [
        "definition OurPatient 1.2.0 (https://example.org/P)",
        "package profile.json",
        "cardinality 1..* (0..* in Patient.identifier)",
        "flags must support",
        "slicing by value of system; closed: nothing else may stand",
        r#"slice ours 1..1: system "https://example.org/id""#,
        "invariant our-1 (warning): Two at most: count() <= 2",
    ] {
        assert!(identifier.contains(part), "{part}: {identifier}");
    }
    let system = with("Patient.identifier:ours.system");
    assert!(system.contains(r#"fixed uri "https://example.org/id""#), "{system}");
    let slice = with("Patient.identifier:ours");
    assert!(slice.contains("slice of Patient.identifier (by value of system; closed"), "{slice}");
    // A slice that says nothing of an element has what its type has.
    assert!(with("Patient.identifier:ours.period.start").contains("definition Period 4.0.1"));
    assert!(with("Patient.gender").contains(r#"pattern code "other""#));
    let ran = bench.run(&[
        "explain",
        "Patient.identifier:our",
        "--package",
        "profile.json",
        "--profile",
        "https://example.org/P",
    ]);
    assert!(ran.code(2).said().contains("did you mean Patient.identifier:ours?"));
    let ran =
        bench.run(&["explain", "Observation.code", "--package", "profile.json", "--profile", "https://example.org/P"]);
    assert!(ran.code(2).said().contains("no profile in use is of Observation"));
    assert!(
        told(&bench, &["https://example.org/P#Patient.gender", "--package", "profile.json"]).contains("pattern code")
    );
}

#[test]
fn uk_core_says_which_slices_and_extensions_a_patient_has() {
    let shared = std::env::var_os("HALLMARK_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join(shared).join("packages/fhir.r4.ukcore.stu1-0.5.1.tgz");
    if !package.is_file() {
        return eprintln!("skipped: paths of UK Core (the folder shared/packages is not there)");
    }
    let bench = Bench::new();
    let with = |path: &str| {
        let profile = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient";
        told(&bench, &[path, "--package", package.to_str().expect("it is UTF-8"), "--profile", profile])
    };
    let identifier = with("Patient.identifier");
    assert!(identifier.contains("package fhir.r4.ukcore.stu1@0.5.1"), "{identifier}");
    assert!(identifier.contains(r#"slice nhsNumber 0..1: system "https://fhir.nhs.uk/Id/nhs-number""#), "{identifier}");
    let extension = with("Patient.extension");
    assert!(
        extension.contains(
            "slice ethnicCategory 0..1: https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory"
        ),
        "{extension}"
    );
    let ethnic = with("Patient.extension:ethnicCategory.value[x]");
    assert!(ethnic.contains("preferred: https://fhir.hl7.org.uk/ValueSet/UKCore-EthnicCategory"), "{ethnic}");
}
