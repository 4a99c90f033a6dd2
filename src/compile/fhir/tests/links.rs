//! How the resources of one unit hang together.

use super::found;
use serde_json::{Value, json};

const BASE: &str = "https://trust.example/fhir";

fn entry(full_url: &str, resource: Value) -> Value {
    json!({ "fullUrl": full_url, "resource": resource })
}

fn document(entries: Vec<Value>) -> Value {
    json!({
        "resourceType": "Bundle", "type": "document", "timestamp": "2026-01-01T00:00:00Z",
        "identifier": { "system": "urn:ietf:rfc:3986", "value": "urn:uuid:0f0e0d0c-0b0a-4909-8807-060504030201" },
        "entry": entries
    })
}

fn composition(subject: &str) -> Value {
    json!({
        "resourceType": "Composition", "id": "c", "status": "final", "type": { "text": "Letter" },
        "date": "2026-01-01", "title": "Letter", "subject": { "reference": subject },
        "author": [{ "display": "Ward" }]
    })
}

fn patient(id: &str) -> Value {
    json!({ "resourceType": "Patient", "id": id })
}

#[test]
fn a_document_holds_what_its_composition_refers_to() {
    let at = |kind: &str, id: &str| format!("{BASE}/{kind}/{id}");
    let good = document(vec![
        entry(&at("Composition", "c"), composition("Patient/p")),
        entry(&at("Patient", "p"), patient("p")),
    ]);
    assert_eq!(found(&[], good), [""; 0]);
    let absent = document(vec![entry(&at("Composition", "c"), composition("Patient/p"))]);
    assert_eq!(found(&[], absent), ["bundle-unlinked Bundle.entry[0].resource.subject"]);
    let unlinked = document(vec![
        entry(&at("Composition", "c"), composition("Patient/p")),
        entry(&at("Patient", "p"), patient("p")),
        entry(&at("Patient", "q"), patient("q")),
    ]);
    assert_eq!(found(&[], unlinked), ["bundle-unlinked Bundle.entry[2]"]);
    let swapped = document(vec![
        entry(&at("Patient", "p"), patient("p")),
        entry(&at("Composition", "c"), composition("Patient/p")),
    ]);
    assert_eq!(found(&[], swapped), ["bundle-first Bundle.entry[0]"]);
}

#[test]
fn full_urls_are_absolute_and_those_of_their_resources() {
    let of = |url: &str, resource: Value| {
        found(&[], json!({ "resourceType": "Bundle", "type": "collection", "entry": [entry(url, resource)] }))
    };
    assert_eq!(of("urn:uuid:0f0e0d0c-0b0a-4909-8807-060504030201", patient("p")), [""; 0]);
    assert_eq!(of("https://trust.example/fhir/Patient/p", patient("p")), [""; 0]);
    for url in ["Patient/p", "https://trust.example/fhir/Patient/q", "https://trust.example/fhir/Person/p"] {
        assert_eq!(of(url, patient("p")), ["bundle-full-url Bundle.entry[0]"], "{url}");
    }
    let none = json!({ "resourceType": "Bundle", "type": "collection", "entry": [{ "resource": patient("p") }] });
    assert_eq!(found(&[], none), ["bundle-full-url Bundle.entry[0]"]);
}

#[test]
fn references_lead_where_they_say() {
    let with = |reference: &str, other: Value| {
        let observation = json!({
            "resourceType": "Observation", "id": "o", "status": "final", "code": { "text": "x" },
            "subject": { "reference": reference }
        });
        let entries = [entry(&format!("{BASE}/Observation/o"), observation), other];
        found(&[], json!({ "resourceType": "Bundle", "type": "collection", "entry": entries }))
    };
    let subject = "Bundle.entry[0].resource.subject";
    let held = || entry(&format!("{BASE}/Patient/p"), patient("p"));
    assert_eq!(with("Patient/p", held()), [""; 0]);
    assert_eq!(with("Patient/p/_history/3", held()), [format!("reference-unresolved-warning {subject}")]);
    assert_eq!(with("https://elsewhere.example/Patient/p", held()), [""; 0]);
    assert_eq!(
        with("urn:uuid:0f0e0d0c-0b0a-4909-8807-060504030201", held()),
        [format!("reference-unresolved-warning {subject}")]
    );
    assert_eq!(with("p", held()), [format!("reference-format {subject}")]);
    assert_eq!(with("#p", held()), [format!("reference-unresolved {subject}")]);
    let moved = entry("urn:uuid:0f0e0d0c-0b0a-4909-8807-060504030201", patient("p"));
    assert_eq!(with("Patient/p", moved), [format!("reference-unresolved-warning {subject}")]);
}

#[test]
fn what_is_contained_is_referred_to() {
    let of = |reference: &str, contained: Value| {
        let mut patient = json!({ "resourceType": "Patient", "contained": [contained] });
        if !reference.is_empty() {
            patient["generalPractitioner"] = json!([{ "reference": reference }]);
        }
        found(&[], patient)
    };
    let practitioner = || json!({ "resourceType": "Practitioner", "id": "gp" });
    assert_eq!(of("#gp", practitioner()), [""; 0]);
    assert_eq!(of("", practitioner()), ["contained-unreferenced Patient.contained[0]"]);
    let list = json!({ "resourceType": "Group", "id": "g", "type": "person", "actual": true,
        "member": [{ "entity": { "reference": "#" } }] });
    assert_eq!(of("", list), [""; 0]);
}

#[test]
fn an_answer_to_a_search_says_what_was_searched_for() {
    let of = |url: Option<&str>, mode: &str, resource: Value| {
        let mut bundle = json!({ "resourceType": "Bundle", "type": "searchset", "total": 1, "entry": [
            { "fullUrl": format!("{BASE}/Patient/p"), "resource": resource, "search": { "mode": mode } }
        ] });
        if let Some(url) = url {
            bundle["link"] = json!([{ "relation": "self", "url": url }]);
        }
        found(&[], bundle)
    };
    let search = Some("https://trust.example/fhir/Patient?name=x");
    assert_eq!(of(search, "match", patient("p")), [""; 0]);
    assert_eq!(of(None, "match", patient("p")), ["bundle-search-warning Bundle"]);
    let person = Some("https://trust.example/fhir/Person?name=x");
    assert_eq!(of(person, "match", patient("p")), ["bundle-search Bundle.entry[0].resource"]);
    assert_eq!(of(person, "include", patient("p")), [""; 0]);
    assert_eq!(of(search, "outcome", patient("p")), ["bundle-search Bundle.entry[0].resource"]);
}
