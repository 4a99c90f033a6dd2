//! Extensions: known, in place, and what their definitions say.

use super::{definition, found};
use serde_json::{Value, json};

const NOTHING: [&str; 0] = [];

/// A simple extension of Patient with a boolean, which a test gives as a profile of another type so that it is held.
fn simple(modifier: bool, contexts: Value) -> Value {
    let mut made = definition(
        "http://test/flag",
        "Extension",
        json!([
            {"id": "Extension.extension", "path": "Extension.extension", "min": 0, "max": "0",
             "base": {"path": "Element.extension", "min": 0, "max": "*"}, "type": [{"code": "Extension"}]},
            {"id": "Extension.url", "path": "Extension.url", "min": 1, "max": "1", "type": [{"code": "uri"}],
             "base": {"path": "Extension.url", "min": 1, "max": "1"}, "fixedUri": "http://test/flag"},
            {"id": "Extension.value[x]", "path": "Extension.value[x]", "min": 1, "max": "1",
             "base": {"path": "Extension.value[x]", "min": 0, "max": "1"}, "type": [{"code": "boolean"}]}
        ]),
    );
    made["snapshot"]["element"][0]["isModifier"] = json!(modifier);
    made["context"] = contexts;
    made
}

fn run(extension: Value, resource: Value) -> Vec<String> {
    let nothing = definition("http://test/p", resource["resourceType"].as_str().unwrap(), json!([]));
    found(&[nothing, extension], resource)
}

fn on(path: &str) -> Value {
    json!([{"type": "element", "expression": path}])
}

#[test]
fn an_extension_stands_where_it_is_for() {
    let flag = json!([{"url": "http://test/flag", "valueBoolean": true}]);
    let patient = json!({"resourceType": "Patient", "extension": flag});
    for fits in ["Patient", "DomainResource", "Element"] {
        assert_eq!(run(simple(false, on(fits)), patient.clone()), NOTHING, "{fits}");
    }
    assert_eq!(run(simple(false, on("Observation")), patient), ["extension-context Patient"]);
    let contact = json!({"resourceType": "Patient", "contact": [{"name": {"text": "x", "extension": flag}}]});
    for fits in ["Patient.contact.name", "HumanName", "Patient.contact.name.text.x"] {
        let wanted: &[&str] = if fits.ends_with('x') { &["extension-context Patient.contact[0].name"] } else { &[] };
        assert_eq!(run(simple(false, on(fits)), contact.clone()), wanted, "{fits}");
    }
    let choice = json!({"resourceType": "Patient", "multipleBirthBoolean": true,
                        "_multipleBirthBoolean": {"extension": flag}});
    for fits in ["Patient.multipleBirth[x]", "Patient.multipleBirth", "Patient.multipleBirthBoolean", "boolean"] {
        assert_eq!(run(simple(false, on(fits)), choice.clone()), NOTHING, "{fits}");
    }
}

#[test]
fn a_modifier_is_no_ordinary_extension() {
    let as_is =
        |name: &str| json!({"resourceType": "Patient", name: [{"url": "http://test/flag", "valueBoolean": true}]});
    assert_eq!(run(simple(true, on("Patient")), as_is("modifierExtension")), NOTHING);
    assert_eq!(run(simple(true, on("Patient")), as_is("extension")), ["extension-modifier Patient.extension[0]"]);
    assert_eq!(
        run(simple(false, on("Patient")), as_is("modifierExtension")),
        ["extension-modifier Patient.modifierExtension[0]"]
    );
}

#[test]
fn the_value_of_an_extension_is_told_once() {
    let with = |extension: Value| json!({"resourceType": "Patient", "extension": [extension]});
    let string = json!({"url": "http://test/flag", "valueString": "x"});
    assert_eq!(run(simple(false, on("Patient")), with(string)), ["extension-value Patient.extension[0]"]);
}

#[test]
fn unknown_extensions_are_told_by_whose_they_are() {
    let run = |url: &str| {
        let resource = json!({"resourceType": "Patient", "extension": [{"url": url, "valueString": "x"}]});
        run(simple(false, on("Patient")), resource)
    };
    assert_eq!(run("http://a.org/x"), ["extension-unknown Patient.extension[0]"]);
    assert_eq!(run("http://hl7.org/fhir/StructureDefinition/none-such"), ["extension-unknown Patient.extension[0]"]);
    assert_eq!(run("http://example.org/x"), ["extension-unknown-information Patient.extension[0]"]);
    assert_eq!(run("flag"), ["extension-url Patient.extension[0]"]);
}
