//! How the resources of one unit hang together.

use super::{definition, found};
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
    assert_eq!(
        found(&[], swapped),
        ["bundle-first Bundle.entry[0].resource", "bundle-unlinked-warning Bundle.entry[1]"]
    );
    let mut bare = document(vec![]);
    bare.as_object_mut().unwrap().remove("entry");
    assert_eq!(found(&[], bare), ["bundle-first Bundle"]);
}

#[test]
fn a_document_is_linked_by_the_addresses_of_its_own_resources() {
    let of = |own: &str, subject: &str, other: &str| {
        found(&[], document(vec![entry(own, composition(subject)), entry(other, patient("p"))]))
    };
    let (number, other) =
        ("urn:uuid:0f0e0d0c-0b0a-4909-8807-060504030202", "urn:uuid:0f0e0d0c-0b0a-4909-8807-060504030203");
    assert_eq!(of(number, other, other), [""; 0]);
    let subject = "bundle-unlinked Bundle.entry[0].resource.subject";
    let unlinked = [subject, "bundle-unlinked Bundle.entry[1]"];
    let warned = "reference-unresolved-warning Bundle.entry[0].resource.subject";
    assert_eq!(of(number, "Patient/p", other), [warned, unlinked[0], unlinked[1]]);
    // Relative addresses are wrong, and still lead to each other.
    let relative = ["bundle-full-url Bundle.entry[0]", "bundle-full-url Bundle.entry[1]"];
    assert_eq!(of("Composition/c", "Patient/p", "Patient/p"), relative);
    // A definition need not come along.
    let questionnaire = "https://trust.example/fhir/Questionnaire/q";
    let mut letter = composition(&format!("{BASE}/Patient/p"));
    letter["section"] = json!([{ "title": "Form", "entry": [{ "reference": questionnaire }] }]);
    let entries = vec![entry(number, letter), entry(&format!("{BASE}/Patient/p"), patient("p"))];
    assert_eq!(found(&[], document(entries)), [""; 0]);
}

#[test]
fn a_message_holds_what_it_is_about() {
    let of = |focus: &str| {
        let header = json!({
            "resourceType": "MessageHeader", "id": "h", "eventUri": "https://trust.example/event",
            "source": { "endpoint": "https://trust.example/a" }, "focus": [{ "reference": focus }]
        });
        let entries =
            [entry(&format!("{BASE}/MessageHeader/h"), header), entry(&format!("{BASE}/Patient/p"), patient("p"))];
        found(&[], json!({ "resourceType": "Bundle", "type": "message", "entry": entries }))
    };
    assert_eq!(of("Patient/p"), [""; 0]);
    let focus = "bundle-unlinked Bundle.entry[0].resource.focus[0]";
    assert_eq!(of("Patient/q"), [focus, "bundle-unlinked-warning Bundle.entry[1]"]);
}

#[test]
fn a_link_from_data_to_narrative_leads_to_one_place() {
    let of = |part: &str| {
        let text = |inside: &str| {
            let div = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{inside}</div>");
            json!({ "status": "generated", "div": div })
        };
        let mut letter = composition(&format!("{BASE}/Patient/p"));
        letter["text"] = text("<p id=\"here\">x</p><p id=\"twice\">y</p>");
        letter["title"] = json!("Letter");
        letter["identifier"] = json!({ "id": "twice", "value": "1" });
        let mut subject = patient("p");
        subject["extension"] = json!([{ "url": "http://hl7.org/fhir/StructureDefinition/narrativeLink",
            "valueUrl": format!("{BASE}/Composition/c#{part}") }]);
        let entries =
            vec![entry(&format!("{BASE}/Composition/c"), letter), entry(&format!("{BASE}/Patient/p"), subject)];
        let told = found(&[], document(entries));
        told.into_iter().filter(|told| told.ends_with(" Bundle")).collect::<Vec<_>>()
    };
    assert_eq!(of("here"), [""; 0]);
    assert_eq!(of("nowhere"), ["bundle-unlinked Bundle"]);
    assert_eq!(of("twice"), ["reference-ambiguous Bundle"]);
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
    for wrong in ["p", "Patient?name=x", "Patient p"] {
        assert_eq!(with(wrong, held()), [format!("reference-format {subject}")], "{wrong}");
    }
    assert_eq!(with("#", held()), [format!("reference-unresolved {subject}")]);
    assert_eq!(with("#p", held()), [format!("reference-unresolved {subject}")]);
    let moved = entry("urn:uuid:0f0e0d0c-0b0a-4909-8807-060504030201", patient("p"));
    assert_eq!(with("Patient/p", moved), [format!("reference-unresolved-warning {subject}")]);
}

#[test]
fn a_reference_by_number_tells_the_type_of_its_target() {
    let number = |last: u32| format!("urn:uuid:0f0e0d0c-0b0a-4909-8807-06050403020{last}");
    let of = |reference: Value| {
        let observation = json!({
            "resourceType": "Observation", "status": "final", "code": { "text": "x" }, "subject": reference
        });
        let entries = [entry(&number(1), observation), entry(&number(2), json!({ "resourceType": "Patient" }))];
        found(&[], json!({ "resourceType": "Bundle", "type": "collection", "entry": entries }))
    };
    let to = |kind: &str| format!("{kind}/0f0e0d0c-0b0a-4909-8807-060504030202");
    let subject = "Bundle.entry[0].resource.subject";
    assert_eq!(of(json!({ "reference": to("Patient") })), [""; 0]);
    assert_eq!(of(json!({ "reference": to("Group") })), [format!("reference-type {subject}")]);
    assert_eq!(
        of(json!({ "reference": "https://elsewhere.example/Patient/p", "type": "Group" })),
        [format!("reference-type-stated {subject}")]
    );
}

#[test]
fn what_is_sent_to_a_server_may_refer_by_a_search() {
    let of = |full_url: Option<&str>, reference: &str| {
        let observation = json!({
            "resourceType": "Observation", "id": "o", "status": "final", "code": { "text": "x" },
            "subject": { "reference": reference }
        });
        let mut sent = json!({ "resource": observation, "request": { "method": "POST", "url": "Observation" } });
        if let Some(url) = full_url {
            sent["fullUrl"] = json!(url);
        }
        found(&[], json!({ "resourceType": "Bundle", "type": "transaction", "entry": [sent] }))
    };
    let number = Some("urn:uuid:0f0e0d0c-0b0a-4909-8807-060504030202");
    let subject = "Bundle.entry[0].resource.subject";
    assert_eq!(of(number, "Patient?identifier=a|b"), [""; 0]);
    assert_eq!(of(number, "Patient?identifier"), [format!("reference-format {subject}")]);
    assert_eq!(of(None, "Patient/p"), [format!("bundle-full-url {subject}")]);
    assert_eq!(of(None, "https://elsewhere.example/Patient/p"), [""; 0]);
}

#[test]
fn resources_among_parameters_refer_to_each_other() {
    let of = |reference: &str| {
        let observation = json!({
            "resourceType": "Observation", "status": "final", "code": { "text": "x" },
            "subject": { "reference": reference, "type": "Group" }
        });
        let parameters = [
            json!({ "name": "a", "resource": observation }),
            json!({ "name": "b", "part": [{ "name": "c", "resource": patient("p") }] }),
        ];
        found(&[], json!({ "resourceType": "Parameters", "parameter": parameters }))
    };
    let subject = "Parameters.parameter[0].resource.subject";
    assert_eq!(of("Patient/p"), [format!("reference-type-stated {subject}")]);
    assert_eq!(of("Group/g"), [""; 0]);
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
    let picture = json!({ "resourceType": "Binary", "id": "b", "contentType": "image/png" });
    let shown = json!({ "resourceType": "Patient", "contained": [picture], "text": { "status": "generated",
        "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\"><img src=\"#b\" alt=\"x\"/></div>" } });
    assert_eq!(found(&[], shown), [""; 0]);
}

#[test]
fn a_bundle_has_the_links_of_its_type() {
    let of = |kind: &str, relations: &[&str]| {
        let links: Vec<Value> =
            relations.iter().map(|relation| json!({ "relation": relation, "url": "https://trust.example/" })).collect();
        let mut bundle = json!({ "resourceType": "Bundle", "type": kind, "link": links });
        if kind == "history" {
            bundle["total"] = json!(0);
        }
        found(&[], bundle)
    };
    assert_eq!(of("history", &["self", "next"]), [""; 0]);
    assert_eq!(of("history", &["next", "next"]), ["bundle-search Bundle.link[1]"]);
    assert_eq!(of("collection", &["self", "next"]), ["bundle-search Bundle.link[1].relation"]);
    assert_eq!(of("collection", &["self", "self"]), ["bundle-search Bundle.link[1].relation"]);
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

#[test]
fn profiles_of_targets_that_lead_in_circles_end() {
    // The claim of the first is that its partner fulfils the second, whose partner fulfils the first.
    let of = |url: &str, gender: &str, next: &str| {
        definition(
            url,
            "Patient",
            json!([
                { "id": "Patient.gender", "path": "Patient.gender", "fixedCode": gender, "type": [{ "code": "code" }] },
                { "id": "Patient.link", "path": "Patient.link", "type": [{ "code": "BackboneElement" }] },
                { "id": "Patient.link.other", "path": "Patient.link.other",
                    "type": [{ "code": "Reference", "targetProfile": [next] }] }
            ]),
        )
    };
    let profiles = [of("http://test/a", "male", "http://test/b"), of("http://test/b", "female", "http://test/a")];
    let pair = |gender: &str| {
        let link = |to: &str| json!([{ "type": "seealso", "other": { "reference": to } }]);
        json!({
            "resourceType": "Patient", "gender": "male", "link": link("#p"),
            "contained": [{ "resourceType": "Patient", "id": "p", "gender": gender, "link": link("#") }]
        })
    };
    assert_eq!(found(&profiles, pair("female")), [""; 0]);
    assert_eq!(found(&profiles, pair("male")), ["reference-profile Patient.link[0].other"]);
    // Nobody holds the second.
    assert_eq!(found(&profiles[..1], pair("female")), ["reference-profile Patient.link[0].other"]);
}
