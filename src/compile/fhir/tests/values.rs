//! Cardinality, types, values, lengths, limits and codes.

use super::{definition, found, messages, profile};
use serde_json::json;

const NOTHING: [&str; 0] = [];

#[test]
fn a_profile_asks_for_more_than_its_base() {
    let profile = profile(
        "Patient",
        json!([
            {"id": "Patient.name", "path": "Patient.name", "min": 1, "max": "2", "type": [{"code": "HumanName"}]},
            {"id": "Patient.name.family", "path": "Patient.name.family", "min": 1, "max": "1",
             "base": {"path": "HumanName.family", "min": 0, "max": "1"}, "type": [{"code": "string"}]},
            {"id": "Patient.photo", "path": "Patient.photo", "min": 0, "max": "0", "type": [{"code": "Attachment"}]},
        ]),
    );
    let run = |resource| found(std::slice::from_ref(&profile), resource);
    assert_eq!(run(json!({"resourceType": "Patient", "name": [{"family": "Muster"}]})), NOTHING);
    assert_eq!(run(json!({"resourceType": "Patient"})), ["cardinality-min Patient"]);
    assert_eq!(
        run(json!({"resourceType": "Patient", "name": [{"text": "A"}, {"family": "B"}, {"family": "C"}],
                   "photo": [{"title": "x"}]})),
        ["cardinality-min Patient.name[0]", "cardinality-max Patient", "cardinality-max Patient"]
    );
}

#[test]
fn a_profile_narrows_types() {
    let choice = |types: serde_json::Value| {
        profile(
            "Observation",
            json!([{"id": "Observation.value[x]", "path": "Observation.value[x]", "min": 0, "max": "1", "type": types}]),
        )
    };
    let resource = json!({"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "valueString": "y"});
    let two = choice(json!([{"code": "Quantity"}, {"code": "CodeableConcept"}]));
    let told = messages(&[two], resource.clone());
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, "type Observation");
    assert!(told[0].1.contains("string") && told[0].1.contains("Quantity, CodeableConcept"), "{}", told[0].1);
    let one = choice(json!([{"code": "Quantity"}]));
    assert_eq!(found(&[one], resource.clone()), ["type Observation.value.ofType(string)"]);
    let fits = choice(json!([{"code": "Quantity"}, {"code": "string"}]));
    assert_eq!(found(&[fits], resource), NOTHING);
}

#[test]
fn one_of_the_profiles_of_a_type_must_hold() {
    let address = |url: &str, part: &str| {
        let path = format!("Address.{part}");
        definition(
            url,
            "Address",
            json!([{"id": path, "path": path, "min": 1, "max": "1", "type": [{"code": "string"}]}]),
        )
    };
    let profile = profile(
        "Patient",
        json!([{"id": "Patient.address", "path": "Patient.address", "min": 0, "max": "*",
                "type": [{"code": "Address", "profile": ["http://test/city", "http://test/country"]}]}]),
    );
    let all = [profile, address("http://test/city", "city"), address("http://test/country", "country")];
    let run = |address| found(&all, json!({"resourceType": "Patient", "address": [address]}));
    assert_eq!(run(json!({"country": "GB"})), NOTHING);
    assert_eq!(
        run(json!({"text": "x"})),
        ["type-profile Patient.address[0]", "cardinality-min Patient.address[0]", "cardinality-min Patient.address[0]"]
    );
    assert_eq!(
        found(&all[..1], json!({"resourceType": "Patient", "address": [{"text": "x"}]})),
        ["type-profile Patient.address[0]"]
    );
}

#[test]
fn fixed_values_are_all_and_patterns_are_a_part() {
    let said = |what: &str| {
        let mut element = json!({"id": "Patient.identifier", "path": "Patient.identifier", "min": 0, "max": "*",
                                 "type": [{"code": "Identifier"}]});
        element[what] = json!({"system": "http://test/s", "type": {"coding": [{"system": "http://o", "code": "MR"}]}});
        profile("Patient", json!([element]))
    };
    let patient = |identifier| json!({"resourceType": "Patient", "identifier": [identifier]});
    let exact = json!({"system": "http://test/s", "type": {"coding": [{"system": "http://o", "code": "MR"}]}});
    let more = json!({"system": "http://test/s", "value": "1",
                      "type": {"coding": [{"system": "http://o", "code": "X"}, {"system": "http://o", "code": "MR", "display": "d"}]}});
    assert_eq!(found(&[said("fixedIdentifier")], patient(exact.clone())), NOTHING);
    assert_eq!(found(&[said("patternIdentifier")], patient(exact)), NOTHING);
    let told = found(&[said("patternIdentifier")], patient(more.clone()));
    assert!(told.iter().all(|one| !one.starts_with("pattern")), "{told:?}");
    assert!(!found(&[said("fixedIdentifier")], patient(more)).is_empty());
    let told = messages(&[said("patternIdentifier")], patient(json!({"system": "http://other"})));
    assert_eq!(told[0].0, "pattern Patient.identifier[0].system");
    assert!(told[0].1.contains("`http://test/s`"), "{}", told[0].1);
    assert_eq!(told[1].0, "pattern Patient.identifier[0]");
}

#[test]
fn numbers_compare_as_decimals_and_limits_hold() {
    let profile = profile(
        "Observation",
        json!([
            {"id": "Observation.value[x]", "path": "Observation.value[x]", "min": 0, "max": "1",
             "type": [{"code": "Quantity"}], "patternQuantity": {"value": 1.50},
             "minValueQuantity": {"value": 1, "code": "mg", "system": "http://unitsofmeasure.org"}},
            {"id": "Observation.note", "path": "Observation.note", "min": 0, "max": "*", "type": [{"code": "Annotation"}]},
            {"id": "Observation.note.text", "path": "Observation.note.text", "min": 1, "max": "1", "maxLength": 3,
             "base": {"path": "Annotation.text", "min": 1, "max": "1"}, "type": [{"code": "markdown"}]}
        ]),
    );
    let run = |value: &str, unit: &str, note: &str| {
        let value: serde_json::Value = serde_json::from_str(value).unwrap();
        found(
            std::slice::from_ref(&profile),
            json!({"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "note": [{"text": note}],
                   "valueQuantity": {"value": value, "system": "http://unitsofmeasure.org", "code": unit}}),
        )
    };
    assert_eq!(run("1.5", "mg", "äöü"), NOTHING);
    assert_eq!(run("1.5", "kg", "a"), NOTHING);
    assert_eq!(run("1.5", "m", "a"), ["min-value? Observation.value.ofType(Quantity)"]);
    let told = run("0.5", "mg", "abcd");
    let wanted = [
        "max-length Observation.note[0].text",
        "pattern Observation.value.ofType(Quantity).value",
        "min-value Observation.value.ofType(Quantity)",
    ];
    assert_eq!(told, wanted);
}

#[test]
fn codes_are_in_the_value_set_or_cannot_be_told() {
    let bound = |strength: &str, value_set: &str| {
        profile(
            "Observation",
            json!([{"id": "Observation.code", "path": "Observation.code", "min": 1, "max": "1",
                    "type": [{"code": "CodeableConcept"}], "binding": {"strength": strength, "valueSet": value_set}}]),
        )
    };
    let observation = |coding: serde_json::Value| json!({"resourceType": "Observation", "status": "final", "code": {"text": "t", "coding": coding}});
    let run = |strength, coding| found(&[bound(strength, "http://test/vs")], observation(coding));
    let a = json!([{"system": "http://other", "code": "z"}, {"system": "http://test/cs", "code": "a"}]);
    assert_eq!(run("required", a), NOTHING);
    let z = json!([{"system": "http://other", "code": "z"}]);
    assert_eq!(run("required", z.clone()), ["binding-required Observation.code"]);
    assert_eq!(run("extensible", z.clone()), ["binding-extensible Observation.code"]);
    assert_eq!(run("preferred", z.clone()), ["binding-preferred Observation.code"]);
    assert_eq!(run("example", z.clone()), NOTHING);
    let told = messages(&[bound("required", "http://test/vs")], observation(z.clone()));
    assert!(told[0].1.contains("http://test/vs (required), whose codes are a, b"), "{}", told[0].1);
    assert_eq!(found(&[bound("required", "http://test/else")], observation(z)), ["binding-required? Observation.code"]);
    let bare = json!({"resourceType": "Observation", "status": "final", "code": {"text": "t"}});
    assert_eq!(found(&[bound("required", "http://test/vs")], bare), ["binding-no-code Observation.code"]);
    let unknown = json!([{"system": "http://test/cs", "code": "q"}]);
    assert_eq!(run("example", unknown), ["code-unknown Observation.code.coding[0].code"]);
    let wrong = json!([{"system": "http://test/cs", "code": "a", "display": "wrong"}]);
    assert_eq!(run("example", wrong), ["display Observation.code.coding[0].display"]);
}

#[test]
fn references_lead_to_what_they_may() {
    let profile = profile(
        "Observation",
        json!([{"id": "Observation.subject", "path": "Observation.subject", "min": 0, "max": "1",
                "type": [{"code": "Reference", "targetProfile": ["http://hl7.org/fhir/StructureDefinition/Patient"]}]}]),
    );
    let run = |reference: &str| {
        found(
            std::slice::from_ref(&profile),
            json!({"resourceType": "Observation", "status": "final", "code": {"text": "x"},
                   "subject": {"reference": reference}}),
        )
    };
    assert_eq!(run("Patient/1/_history/2"), NOTHING);
    assert_eq!(run("urn:uuid:4f6a2d0e-0000-4000-8000-000000000000"), NOTHING);
    assert_eq!(run("http://a.org/fhir/Group/1"), ["reference-type-warning Observation.subject"]);
}

#[test]
fn a_profile_that_is_claimed_and_not_held_is_told_and_no_error() {
    let told = messages(&[profile("Organization", json!([]))], json!({"resourceType": "Patient"}));
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, "profile-type Patient");
}

#[test]
fn content_references_share_what_the_profile_says() {
    let profile = profile(
        "Questionnaire",
        json!([
            {"id": "Questionnaire.item", "path": "Questionnaire.item", "min": 0, "max": "*",
             "type": [{"code": "BackboneElement"}]},
            {"id": "Questionnaire.item.prefix", "path": "Questionnaire.item.prefix", "min": 1, "max": "1",
             "type": [{"code": "string"}]},
            {"id": "Questionnaire.item.item", "path": "Questionnaire.item.item", "min": 0, "max": "*",
             "contentReference": "#Questionnaire.item"}
        ]),
    );
    let told = found(
        &[profile],
        json!({"resourceType": "Questionnaire", "status": "draft", "item": [{"linkId": "1", "type": "group",
               "prefix": "1", "item": [{"linkId": "2", "type": "display", "text": "x"}]}]}),
    );
    assert_eq!(told, ["cardinality-min Questionnaire.item[0].item[0]"]);
}

#[test]
fn limits_may_count_from_the_time_of_the_run() {
    let limits = |side: &str, value: i64, code: &str| {
        let mut element = json!({"id": "Patient.birthDate", "path": "Patient.birthDate", "type": [{"code": "date"}]});
        element[side] = json!({"value": value, "system": "http://unitsofmeasure.org", "code": code});
        profile("Patient", json!([element]))
    };
    let run = |profile, date: &str| found(&[profile], json!({"resourceType": "Patient", "birthDate": date}));
    let least = || limits("minValueDuration", 100, "a");
    assert_eq!(run(least(), "1920-06-15"), NOTHING);
    assert_eq!(run(least(), "1920-06-14"), ["min-value Patient.birthDate"]);
    assert_eq!(run(least(), "1920"), ["min-value? Patient.birthDate"]);
    assert_eq!(run(limits("maxValueQuantity", 10, "d"), "2020-06-25"), NOTHING);
    assert_eq!(run(limits("maxValueQuantity", 10, "d"), "2020-06-26"), ["max-value Patient.birthDate"]);
    assert_eq!(run(limits("maxValueDuration", 1, "kg"), "2020-06-26"), ["max-value? Patient.birthDate"]);
}
