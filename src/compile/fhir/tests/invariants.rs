//! Invariants, of profiles and of base definitions.

use super::{found, messages, profile};
use serde_json::{Value, json};

const NOTHING: [&str; 0] = [];

fn constrained(constraint: Value) -> Value {
    profile(
        "Patient",
        json!([{"id": "Patient.name", "path": "Patient.name", "min": 0, "max": "*", "type": [{"code": "HumanName"}],
                "constraint": [constraint]}]),
    )
}

#[test]
fn invariants_hold_or_are_told_by_their_severity() {
    let with = |severity: &str| {
        constrained(json!({"key": "t-1", "severity": severity, "human": "A family name, please",
                           "expression": "family.exists()"}))
    };
    let patient = |name: Value| json!({"resourceType": "Patient", "name": [name]});
    assert_eq!(found(&[with("error")], patient(json!({"family": "Muster"}))), NOTHING);
    let told = messages(&[with("error")], patient(json!({"text": "x"})));
    assert_eq!(told, [("invariant Patient.name[0]".to_owned(), "t-1: A family name, please".to_owned())]);
    assert_eq!(found(&[with("warning")], patient(json!({"text": "x"}))), ["invariant-warning Patient.name[0]"]);
}

#[test]
fn an_invariant_that_the_base_has_is_told_once() {
    let dom = json!({"key": "dom-2", "severity": "error",
                     "expression": "contained.contained.empty()"});
    let mut profile = profile("Patient", json!([]));
    profile["snapshot"]["element"][0]["constraint"] = json!([dom]);
    let nested = json!({"resourceType": "Patient", "contained": [{"resourceType": "Patient", "id": "a",
        "contained": [{"resourceType": "Patient", "id": "b"}]}]});
    let told = found(&[profile], nested);
    assert!(told.iter().filter(|one| *one == "invariant Patient").count() <= 1, "{told:?}");
}

#[test]
fn an_expression_that_cannot_be_read_is_told_and_no_error() {
    let told = messages(
        &[constrained(json!({"key": "t-2", "severity": "error", "expression": "family.exists("}))],
        json!({"resourceType": "Patient"}),
    );
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, "definition-broken? Patient");
    assert!(told[0].1.contains("Patient.name") && told[0].1.contains("family.exists("), "{}", told[0].1);
}

#[test]
fn expressions_ask_for_value_sets() {
    let told = |expression: &str| {
        found(
            &[constrained(json!({"key": "t-3", "severity": "error", "expression": expression}))],
            json!({"resourceType": "Patient", "name": [{"family": "a"}]}),
        )
    };
    assert_eq!(told("family.memberOf('http://test/vs')"), NOTHING);
    assert_eq!(told("family.memberOf('http://test/vs').not()"), ["invariant Patient.name[0]"]);
    assert_eq!(told("family.memberOf('http://test/else')"), ["invariant? Patient.name[0]"]);
}
