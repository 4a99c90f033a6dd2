use super::{SnapshotError, Snapshots};
use crate::standard::fhir::pare::{self, Keep};
use crate::standard::fhir::store::{Builder, Packing, Store};
use crate::standard::fhir::{ElementDefinition, Layer, Library, Release, StructureDefinition};
use serde_json::{Value, json};
use std::sync::Arc;

/// A profile `http://test/NAME` of a base, with a differential.
fn profile(name: &str, of: &str, base: &str, elements: Value) -> String {
    json!({
        "resourceType": "StructureDefinition", "url": format!("http://test/{name}"), "name": name, "kind": "resource",
        "type": of, "derivation": "constraint", "baseDefinition": base, "differential": {"element": elements}
    })
    .to_string()
}

fn core(name: &str) -> String {
    format!("http://hl7.org/fhir/StructureDefinition/{name}")
}

fn snapshots(definitions: &[String]) -> Snapshots {
    let mut builder = Builder::default();
    for json in definitions {
        pare::add(&mut builder, json.as_bytes(), Keep::Facts).expect("the test's own");
    }
    let store = Store::open(builder.finish(Packing::Plain).expect("small")).expect("just made");
    Snapshots::new(Arc::new(Library::embedded(Release::R4).with([Layer::new("test", store)])))
}

fn made(definitions: &[String], name: &str) -> Arc<StructureDefinition> {
    let found = snapshots(definitions).structure(&format!("http://test/{name}"));
    found.expect("it can be made").expect("it is there")
}

fn failed(definitions: &[String], name: &str) -> SnapshotError {
    snapshots(definitions).structure(&format!("http://test/{name}")).expect_err("it cannot be made")
}

fn element<'s>(of: &'s StructureDefinition, id: &str) -> &'s ElementDefinition {
    let found = of.snapshot.iter().find(|element| element.id.as_deref() == Some(id));
    found.unwrap_or_else(|| panic!("there is no {id}"))
}

fn ids(of: &StructureDefinition, start: &str) -> Vec<String> {
    of.snapshot.iter().filter_map(|element| element.id.clone()).filter(|id| id.starts_with(start)).collect()
}

#[test]
fn an_empty_differential_gives_the_base() {
    let snapshots = snapshots(&[profile("p", "Patient", &core("Patient"), json!([]))]);
    let (made, base) = (snapshots.structure("http://test/p"), snapshots.structure("Patient"));
    let (made, base) = (made.expect("made").expect("there"), base.expect("made").expect("there"));
    assert_eq!(ids(&made, ""), ids(&base, ""));
}

#[test]
fn what_is_said_is_laid_over_the_base_and_its_first_definition_kept() {
    let p = profile(
        "p",
        "Patient",
        &core("Patient"),
        json!([{"id": "Patient.gender", "path": "Patient.gender", "min": 1, "mustSupport": true,
                "binding": {"strength": "required", "valueSet": "http://test/vs"},
                "constraint": [{"key": "t-1", "severity": "error", "expression": "true"}]}]),
    );
    let made = made(&[p], "p");
    let gender = element(&made, "Patient.gender");
    assert_eq!((gender.min, gender.max.as_deref(), gender.must_support), (Some(1), Some("1"), Some(true)));
    assert_eq!(gender.base.as_ref().map(|base| (base.path.as_str(), base.min)), Some(("Patient.gender", 0)));
    let keys: Vec<_> = gender.constraint.iter().map(|one| (one.key.as_str(), one.source.as_deref())).collect();
    let element_url = core("Element");
    assert_eq!(keys, [("ele-1", Some(element_url.as_str())), ("t-1", Some("http://test/p"))]);
    assert_eq!(gender.binding.as_ref().and_then(|one| one.value_set.as_deref()), Some("http://test/vs"));
}

#[test]
fn slices_and_their_slices_follow_what_they_slice() {
    let by = json!({"discriminator": [{"type": "value", "path": "system"}], "rules": "open"});
    let base = profile(
        "base",
        "Patient",
        &core("Patient"),
        json!([{"id": "Patient.identifier", "path": "Patient.identifier", "slicing": by, "min": 1},
               {"id": "Patient.identifier:a", "path": "Patient.identifier", "sliceName": "a", "max": "1"},
               {"id": "Patient.identifier:a.system", "path": "Patient.identifier.system", "fixedUri": "http://a"},
               {"id": "Patient.identifier:b", "path": "Patient.identifier", "sliceName": "b"}]),
    );
    let p = profile(
        "p",
        "Patient",
        "http://test/base",
        json!([{"id": "Patient.identifier:a/x", "path": "Patient.identifier", "sliceName": "a/x", "min": 1},
               {"id": "Patient.identifier:a/x.value", "path": "Patient.identifier.value", "min": 1},
               {"id": "Patient.identifier:c", "path": "Patient.identifier", "sliceName": "c"}]),
    );
    let made = made(&[base, p], "p");
    let slices: Vec<_> =
        ids(&made, "Patient.identifier").into_iter().filter(|id| id.matches('.').count() == 1).collect();
    let expected = ["", ":a", ":a/x", ":b", ":c"].map(|slice| format!("Patient.identifier{slice}"));
    assert_eq!(slices, expected);
    let x = element(&made, "Patient.identifier:a/x");
    assert_eq!((x.min, x.max.as_deref(), x.slicing.is_none()), (Some(1), Some("1"), true));
    // A slice of a slice has what the slice has.
    let system = element(&made, "Patient.identifier:a/x.system");
    assert_eq!(system.fixed.as_ref().map(|(_, json)| json.get()), Some("\"http://a\""));
    assert_eq!(element(&made, "Patient.identifier:a/x.value").min, Some(1));
    assert_eq!(element(&made, "Patient.identifier:a.value").min, Some(0));
    // A new slice may be absent, whatever is asked of all of them together.
    assert_eq!(element(&made, "Patient.identifier:c").min, Some(0));
    assert!(ids(&made, "Patient.identifier:b.").is_empty());
}

#[test]
fn one_form_of_a_choice_is_its_slice_by_type() {
    let short = profile(
        "short",
        "Observation",
        &core("Observation"),
        json!([{"path": "Observation.valueQuantity", "min": 1}, {"path": "Observation.valueQuantity.unit", "min": 1},
               {"path": "Observation.valueString", "maxLength": 3}]),
    );
    let of_short = made(&[short], "short");
    let value = element(&of_short, "Observation.value[x]");
    let slicing = value.slicing.as_ref().expect("it is sliced");
    assert_eq!((slicing.rules.as_str(), slicing.discriminator[0].kind.as_str()), ("closed", "type"));
    let codes = |element: &ElementDefinition| element.types.iter().map(|one| one.code.clone()).collect::<Vec<_>>();
    assert_eq!(codes(value), ["Quantity", "string"]);
    let quantity = element(&of_short, "Observation.value[x]:valueQuantity");
    assert_eq!((codes(quantity), quantity.path.as_str()), (vec!["Quantity".to_owned()], "Observation.value[x]"));
    assert_eq!(element(&of_short, "Observation.value[x]:valueQuantity.unit").min, Some(1));
    assert_eq!(element(&of_short, "Observation.value[x]:valueString").max_length, Some(3));
    // Where only one type is left, its elements are those of the choice itself.
    let only = profile(
        "only",
        "Observation",
        &core("Observation"),
        json!([{"path": "Observation.value[x]", "type": [{"code": "Quantity"}]},
               {"path": "Observation.valueQuantity.unit", "min": 1}]),
    );
    let only = made(&[only], "only");
    assert_eq!(element(&only, "Observation.value[x].unit").min, Some(1));
    assert!(element(&only, "Observation.value[x]").slicing.is_none());
}

#[test]
fn extensions_come_with_what_their_definitions_say() {
    let extension = profile(
        "e",
        "Extension",
        &core("Extension"),
        json!([{"path": "Extension", "max": "1"}, {"path": "Extension.url", "fixedUri": "http://test/e"},
               {"path": "Extension.value[x]", "min": 1, "type": [{"code": "code"}]}]),
    );
    let p = profile(
        "p",
        "Patient",
        &core("Patient"),
        json!([{"path": "Patient.extension", "sliceName": "e", "type": [{"code": "Extension", "profile": ["http://test/e"]}]},
               {"path": "Patient.extension.value[x]", "binding": {"strength": "required", "valueSet": "http://test/vs"}}]),
    );
    let made = made(&[extension, p], "p");
    let slicing = element(&made, "Patient.extension").slicing.as_ref().expect("extensions are sliced by their URL");
    assert_eq!((slicing.discriminator[0].path.as_str(), slicing.rules.as_str()), ("url", "open"));
    assert_eq!(element(&made, "Patient.extension:e").max.as_deref(), Some("1"));
    let url = element(&made, "Patient.extension:e.url");
    assert_eq!(url.fixed.as_ref().map(|(_, json)| json.get()), Some("\"http://test/e\""));
    let value = element(&made, "Patient.extension:e.value[x]");
    assert_eq!((value.min, value.types.len(), value.binding.is_some()), (Some(1), 1, true));
}

#[test]
fn shared_content_is_fetched_from_where_it_is() {
    let p = profile(
        "p",
        "Questionnaire",
        &core("Questionnaire"),
        json!([{"path": "Questionnaire.item.item.item.text", "min": 1}]),
    );
    let made = made(&[p], "p");
    let text = element(&made, "Questionnaire.item.item.item.text");
    assert_eq!(text.min, Some(1));
    assert_eq!(element(&made, "Questionnaire.item.item.text").min, Some(0));
    let item = element(&made, "Questionnaire.item.item");
    assert_eq!((item.content_reference.as_deref(), item.types[0].code.as_str()), (None, "BackboneElement"));
    let last = element(&made, "Questionnaire.item.item.item.item");
    assert_eq!(last.content_reference.as_deref(), Some("#Questionnaire.item"));
}

#[test]
fn what_makes_no_sense_is_told_where_it_stands() {
    let unknown = profile("p", "Patient", &core("Patient"), json!([{"path": "Patient.shoe", "min": 1}]));
    assert_eq!(failed(&[unknown], "p").element.as_deref(), Some("Patient.shoe"));
    let nowhere = profile("p", "Patient", "http://test/nowhere", json!([]));
    let error = failed(&[nowhere], "p");
    assert_eq!((error.element, error.why.contains("http://test/nowhere")), (None, true));
    let one = profile("one", "Patient", "http://test/two", json!([]));
    let two = profile("two", "Patient", "http://test/one", json!([]));
    assert!(failed(&[one, two], "one").why.contains("circle"));
    // Deeper than any definition: an end, and no overflow.
    let deep = format!("Questionnaire{}.text", ".item".repeat(500));
    let deep = profile("deep", "Questionnaire", &core("Questionnaire"), json!([{"path": deep, "min": 1}]));
    let found = snapshots(&[deep]).structure("http://test/deep").map(|found| found.is_some());
    assert_eq!(found, Ok(true));
}

#[test]
fn slices_that_multiply_come_to_an_end() {
    // Each profile slices one level of items more, and every slice of a level has all slices of the levels below.
    let mut definitions = Vec::new();
    for level in (1..30).rev() {
        let path = format!("Questionnaire{}", ".item".repeat(level));
        let slices: Vec<Value> = ["a", "b", "c"].iter().map(|name| json!({"path": path, "sliceName": name})).collect();
        let base = if level == 29 { core("Questionnaire") } else { format!("http://test/p{}", level + 1) };
        definitions.push(profile(&format!("p{level}"), "Questionnaire", &base, json!(slices)));
    }
    assert!(failed(&definitions, "p1").why.contains("more elements"));
}
