//! One cause is one group, however many resources show it and in whichever form the report is read.

use super::Bench;
use serde_json::{Value, json};

/// Resources in the Bundle; more than a group lists.
const MANY: usize = 200;

/// A Bundle of as many of `resource` as are many.
fn bundle(resource: &Value) -> String {
    let entry = |n: usize| json!({"fullUrl": format!("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4{n:04x}"), "resource": resource});
    let entries: Vec<Value> = (0..MANY).map(entry).collect();
    serde_json::to_string_pretty(&json!({"resourceType": "Bundle", "type": "collection", "entry": entries}))
        .expect("it is JSON")
}

/// The groups of a run over `name`, as rule, outcome, path and count; and what it says.
fn groups(bench: &Bench, name: &str) -> Vec<(String, String, String, u64, String)> {
    let text = run(bench, name, "json");
    let report: Value = serde_json::from_str(&text).expect("the report is JSON");
    let (listed, all) = (report["findings"].as_array(), report["groups"].as_array());
    assert!(listed.map(Vec::len) <= all.map(|all| 100 * all.len()), "a group lists its first places");
    let word = |group: &Value, key: &str| group[key].as_str().unwrap_or_default().to_owned();
    let one = |group: &Value| {
        let count = group["count"].as_u64().unwrap_or_default();
        (word(group, "rule"), word(group, "outcome"), word(group, "path"), count, word(group, "message"))
    };
    report["groups"].as_array().expect("it has groups").iter().map(one).collect()
}

fn run(bench: &Bench, name: &str, format: &str) -> String {
    let path = bench.path(name).display().to_string();
    bench.run(&["--no-config", "check", "--use", "hl7-fhir-r4", "--format", format, "--quiet", &path]).out
}

#[test]
fn one_wrong_profile_in_two_hundred_resources_is_one_gap_in_every_form() {
    let bench = Bench::new();
    let vitals = "http://hl7.org/fhir/StructureDefinition/vitalsigns";
    bench.write(
        "wrong.json",
        bundle(&json!({"resourceType": "Patient", "meta": {"profile": [vitals]}, "active": true})),
    );
    let told = groups(&bench, "wrong.json");
    assert_eq!(told.len(), 1, "{told:?}");
    let (rule, outcome, path, count, message) = &told[0];
    assert_eq!((&**rule, &**outcome, &**path, *count), ("FHIR-38a", "failed", "Bundle.entry.resource", MANY as u64));
    assert_eq!(message, &format!("the profile {vitals} is for `Observation`, and this is `Patient`"));

    let terminal = run(&bench, "wrong.json", "terminal");
    assert_eq!(terminal.matches("FHIR-38a").count(), 1, "{terminal}");
    assert!(terminal.contains("200 places: ") && terminal.lines().count() < 60, "{terminal}");
    let markdown = run(&bench, "wrong.json", "markdown");
    assert_eq!(markdown.matches("| FHIR-38a").count(), 1, "{markdown}");
    assert!(markdown.contains("| 200 |"), "{markdown}");
    let html = run(&bench, "wrong.json", "html");
    assert_eq!(html.matches("<details class=\"gap").count(), 1);
    assert!(html.contains("200 places") && html.contains("and 190 more places"));
}

#[test]
fn a_package_that_nobody_gave_is_one_thing_that_could_not_be_decided() {
    let bench = Bench::new();
    let claim = |kind: &str| {
        let profile = format!("https://fhir.hl7.org.uk/StructureDefinition/UKCore-{kind}");
        json!({"resourceType": kind, "meta": {"profile": [profile]}, "active": true})
    };
    // One file a type, so that neither path nor place is the same.
    let lines = |kind: &str| format!("{}\n", claim(kind)).repeat(MANY / 2);
    bench.write("all/patients.ndjson", lines("Patient")).write("all/practitioners.ndjson", lines("Practitioner"));
    let told = groups(&bench, "all");
    assert_eq!(told.len(), 1, "{told:?}");
    let (rule, outcome, path, count, message) = &told[0];
    assert_eq!(
        (&**rule, &**outcome, &**path, *count),
        ("FHIR-38b", "cannot-tell", "Resource.meta.profile", MANY as u64)
    );
    assert!(message.contains("UK Core (package fhir.r4.ukcore.stu1 or later)"), "{message}");
}

#[test]
fn slices_that_are_missing_for_one_reason_are_one_gap_that_names_it() {
    let bench = Bench::new();
    bench.write(
        "weights.json",
        bundle(&json!({
            "resourceType": "Observation", "status": "final",
            "meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/bodyweight"]},
            "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category",
                                      "code": "laboratory"}]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
            "subject": {"display": "an invented patient"}, "effectiveDateTime": "2026-03-02",
            "valueQuantity": {"value": 71.5, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
        })),
    );
    let told = groups(&bench, "weights.json");
    let failed: Vec<_> = told.iter().filter(|(_, outcome, ..)| outcome == "failed").collect();
    assert_eq!(failed.len(), 1, "{told:?}");
    assert_eq!((&*failed[0].0, failed[0].3), ("FHIR-36a", MANY as u64));
    assert!(failed[0].4.ends_with("`coding.code` is another value than `vital-signs`"), "{}", failed[0].4);
    assert!(!failed[0].4.contains("laboratory"), "what the resource says is in no message");
    let report: Value = serde_json::from_str(&run(&bench, "weights.json", "json")).expect("the report is JSON");
    let found = report["findings"].as_array().into_iter().flatten().find(|finding| finding["rule"] == "FHIR-36a");
    let found = found.expect("it is listed");
    assert_eq!(
        found["definition"],
        "Observation.category:VSCat of http://hl7.org/fhir/StructureDefinition/bodyweight (FHIR 4.0.1)"
    );
    assert_eq!(found["source"]["url"], "https://hl7.org/fhir/R4/profiling.html#slicing");
}
