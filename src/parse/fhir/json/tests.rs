use super::*;
use crate::instance::Instance;
use crate::parse::fhir::model_for_tests::model;
use crate::parse::json;
use crate::standard::fhir::{Syntax, View};

/// The elements of `text` as `path=value`, and its faults as `code path`.
fn lowered(text: &str) -> (Vec<String>, Vec<String>) {
    let model = model();
    let (mut tree, mut elements, mut faults) = (Instance::default(), Elements::default(), Faults::default());
    json::parse(text.as_bytes(), &mut tree, &mut faults);
    let document = Document { bytes: text.as_bytes(), tree: &tree };
    lower(document, &model, &mut elements, &mut faults);
    let view = View { bytes: text.as_bytes(), elements: &elements, model: &model, syntax: Syntax::Json };
    let ids = 0..elements.len() as NodeId;
    let shown = ids.map(|id| match view.text(id) {
        Some(text) => format!("{}={text}", view.path(id)),
        None => view.path(id).to_string(),
    });
    let told = faults.listed().iter().map(|fault| match fault.element {
        Some(within) => format!("{} {}", fault.code, view.path_below(within.node, within.below)),
        None => fault.code.to_owned(),
    });
    let (shown, told) = (shown.collect(), told.collect());
    for id in 0..elements.len() as NodeId {
        let element = elements.node(id);
        assert!(element.next > id && element.next as usize <= elements.len());
        assert!(elements.children(id).all(|child| elements.node(child).parent == id));
    }
    (shown, told)
}

fn elements_of(text: &str) -> Vec<String> {
    let (elements, faults) = lowered(text);
    assert!(faults.is_empty(), "{faults:?}");
    elements
}

/// The faults of a Patient with these members.
fn faults_of(members: &str) -> Vec<String> {
    lowered(&format!(r#"{{"resourceType":"Patient",{members}}}"#)).1
}

#[test]
fn elements_stand_in_order_with_their_types_and_text() {
    let text = r#"{"id":"a","active":true,"score":1.50,"name":[{"family":"T\u00e9st","given":["A","B"]},{"use":"old"}],
        "deceasedDateTime":"2024","contact":[{"name":{"family":"X"},"contact":[{"id":"x"}]}],"resourceType":"Patient"}"#;
    let expected = [
        "Patient",
        "Patient.id=a",
        "Patient.active=true",
        "Patient.score=1.50",
        "Patient.name[0]",
        "Patient.name[0].family=Tést",
        "Patient.name[0].given[0]=A",
        "Patient.name[0].given[1]=B",
        "Patient.name[1]",
        "Patient.name[1].use=old",
        "Patient.deceased.ofType(dateTime)=2024",
        "Patient.contact[0]",
        "Patient.contact[0].name",
        "Patient.contact[0].name.family=X",
        "Patient.contact[0].contact[0]",
        "Patient.contact[0].contact[0].id=x",
    ];
    assert_eq!(elements_of(text), expected);
}

#[test]
fn both_halves_of_a_primitive_are_one_element() {
    let text = r#"{"resourceType":"Patient","_birthDate":{"id":"b","extension":[{"url":"http://u","valueCode":"c"}]},
        "birthDate":"2024","name":[{"_given":[null,{"extension":[{"url":"x"}]},{"id":"z"}],"given":["A",null,"C"]},
        {"_family":{"extension":[{"url":"x"}]}}]}"#;
    let expected = [
        "Patient",
        "Patient.birthDate=2024",
        "Patient.birthDate.id=b",
        "Patient.birthDate.extension[0]",
        "Patient.birthDate.extension[0].url=http://u",
        "Patient.birthDate.extension[0].value.ofType(code)=c",
        "Patient.name[0]",
        "Patient.name[0].given[0]=A",
        "Patient.name[0].given[1]",
        "Patient.name[0].given[1].extension[0]",
        "Patient.name[0].given[1].extension[0].url=x",
        "Patient.name[0].given[2]=C",
        "Patient.name[0].given[2].id=z",
        "Patient.name[1]",
        "Patient.name[1].family",
        "Patient.name[1].family.extension[0]",
        "Patient.name[1].family.extension[0].url=x",
    ];
    assert_eq!(elements_of(text), expected);
}

#[test]
fn resources_inside_have_their_own_types() {
    let text = r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","contained":[
        {"valueQuantity":{"value":1},"resourceType":"Observation"}]}}]}"#;
    let expected = [
        "Bundle",
        "Bundle.entry[0]",
        "Bundle.entry[0].resource",
        "Bundle.entry[0].resource.contained[0]",
        "Bundle.entry[0].resource.contained[0].value.ofType(Quantity)",
        "Bundle.entry[0].resource.contained[0].value.ofType(Quantity).value=1",
    ];
    assert_eq!(elements_of(text), expected);
}

#[test]
fn names_that_are_no_elements_are_told_at_their_parent() {
    assert_eq!(faults_of(r#""birthdate":"2024""#), ["fhir.unknown-element Patient"]);
    assert_eq!(faults_of(r#""name":[{"famly":"x","Zzyx":{"a":1}}]"#), ["fhir.unknown-element Patient.name[0]"; 2]);
    assert_eq!(faults_of(r#""deceased":true"#), ["fhir.unknown-element Patient"]);
    assert_eq!(faults_of(r#""_name":[{"id":"x"}]"#), ["fhir.unknown-element Patient"]);
    assert_eq!(faults_of(r#""name":[{"resourceType":"HumanName"}]"#), ["fhir.unknown-element Patient.name[0]"]);
    assert_eq!(faults_of(r#""_active":{"value":true}"#), ["fhir.unknown-element Patient.active"]);
    assert_eq!(faults_of(r#""birth\u0044ate":"2024","_birth\u0044ate":{"id":"x"}"#), [""; 0]);
}

#[test]
fn what_has_the_wrong_shape_is_told_once() {
    for (members, expected) in [
        (r#""name":{"family":"x"}"#, "fhir.json-array Patient.name"),
        (r#""birthDate":["2024"]"#, "fhir.json-array Patient.birthDate"),
        (r#""name":[{"given":"x"}]"#, "fhir.json-array Patient.name[0].given"),
        (r#""name":["x"]"#, "fhir.json-type Patient.name[0]"),
        (r#""name":[[{}]]"#, "fhir.json-type Patient.name[0]"),
        (r#""birthDate":{"value":1}"#, "fhir.json-type Patient.birthDate"),
        (r#""birthDate":2024"#, "fhir.json-type Patient.birthDate"),
        (r#""score":"1""#, "fhir.json-type Patient.score"),
        (r#""active":"true""#, "fhir.json-type Patient.active"),
        (r#""_active":[{"id":"x"}]"#, "fhir.json-array Patient.active"),
        (r#""active":true,"_active":1"#, "fhir.json-type Patient.active"),
        (r#""contained":["x"]"#, "fhir.json-type Patient.contained[0]"),
        (r#""contained":[{"id":"x"}]"#, "fhir.resource-type-missing Patient.contained[0]"),
        (r#""contained":[{"resourceType":"HumanName"}]"#, "fhir.resource-type-unknown Patient.contained[0]"),
        (r#""contained":[{"resourceType":"Resource"}]"#, "fhir.resource-type-unknown Patient.contained[0]"),
        (r#""contained":[{"resourceType":7}]"#, "fhir.resource-type-unknown Patient.contained[0]"),
        (r#""active":null"#, "fhir.json-null Patient.active"),
        (r#""name":[null]"#, "fhir.json-null Patient.name[0]"),
        (r#""name":null"#, "fhir.json-null Patient.name[0]"),
        (r#""name":[{"given":["a",null]}]"#, "fhir.json-null Patient.name[0].given[1]"),
        (r#""name":[]"#, "fhir.empty Patient.name"),
        (r#""name":[{"given":[]}]"#, "fhir.empty Patient.name[0].given"),
        (r#""name":[{}]"#, "fhir.empty Patient.name[0]"),
        (r#""gender":"""#, "fhir.empty Patient.gender"),
        (r#""_gender":{}"#, "fhir.empty Patient.gender"),
        (r#""deceasedBoolean":true,"deceasedDateTime":"2024""#, "fhir.choice-repeated Patient.deceased"),
        (r#""deceasedBoolean":true,"_deceasedDateTime":{"id":"x"}"#, "fhir.choice-repeated Patient.deceased"),
        (r#""name":[{"given":["a","b"],"_given":[{"id":"x"}]}]"#, "fhir.json-alignment Patient.name[0].given[1]"),
        (r#""gender":"a","gender":"b""#, "json.duplicate-name"),
        (r#""gender":" a""#, "fhir.primitive-format Patient.gender"),
        (r#""id":"a b""#, "fhir.id-format Patient.id"),
        (r#""name":[{"family":"a "}]"#, "fhir.whitespace Patient.name[0].family"),
        (r#""name":[{"family":"a\n"}]"#, "fhir.whitespace Patient.name[0].family"),
        (r#""birthDate":"1024-01-01""#, "fhir.primitive-format-warning Patient.birthDate"),
        (r#""rank":[0]"#, "fhir.primitive-format Patient.rank[0]"),
        (r#""rank":[1.0]"#, "fhir.primitive-format Patient.rank[0]"),
        (r#""rank":[18446744073709551615]"#, "fhir.primitive-format Patient.rank[0]"),
        (r#""rank":[01]"#, "json.number-form"),
        (r#""rank":[99999999999999999999999]"#, "json.number-range"),
    ] {
        assert_eq!(faults_of(members), [expected], "{members}");
    }
}

#[test]
fn what_is_no_resource_gives_no_elements() {
    assert_eq!(lowered("[]"), (vec![], vec!["fhir.not-an-object".to_owned()]));
    assert_eq!(lowered("{}").1, ["fhir.resource-type-missing Resource"]);
    assert_eq!(lowered(r#"{"resourceType":"Zzyx","id":1}"#).1, ["fhir.resource-type-unknown Resource"]);
}

#[test]
fn a_datatype_is_lowered_alone() {
    let model = model();
    let text = br#"{"value":1,"unit":"m"}"#;
    let (mut tree, mut elements, mut faults) = (Instance::default(), Elements::default(), Faults::default());
    json::parse(text, &mut tree, &mut faults);
    let quantity = model.type_id("Quantity").expect("the model has it");
    lower_as(Document { bytes: text, tree: &tree }, quantity, &model, &mut elements, &mut faults);
    assert!(faults.is_empty());
    assert_eq!((elements.len(), elements.node(0).type_id), (3, quantity));
}

#[test]
fn messages_hold_published_names_only() {
    let model = model();
    let text = r#"{"resourceType":"Patient","birthdate":"x","family":"x","animal":1,"Mrs Qvort":2,"deceased":1,"_name":1,
        "contained":[{"resourceType":"Qvort"},{"resourceType":"Encounter"},{"resourceType":"Patien"}]}"#;
    let (mut tree, mut elements, mut faults) = (Instance::default(), Elements::default(), Faults::default());
    json::parse(text.as_bytes(), &mut tree, &mut faults);
    lower(Document { bytes: text.as_bytes(), tree: &tree }, &model, &mut elements, &mut faults);
    let told: Vec<&str> = faults.listed().iter().map(|fault| &*fault.message).collect();
    let expected = [
        "an unknown element: Patient has none of this name; it is written birthDate, and letter case counts",
        "Patient has no element family; it belongs in name",
        "Patient has no element animal",
        "an unknown element: Patient has none of this name",
        "Patient has no element deceased; a choice carries its type in its name, as deceasedBoolean does",
        "_name is not allowed: name is no primitive",
        "the resource type is unknown: no version of FHIR publishes it",
        "FHIR 4.0.1 has no resource type Encounter",
        "the resource type is unknown; Patient may be meant",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_hostile_object_costs_no_more_than_its_size() {
    let many = r#""deceasedBoolean":true,"_deceasedDateTime":{},"given":[],"#.repeat(100_000);
    let started = std::time::Instant::now();
    let (elements, _) = lowered(&format!(r#"{{{many}"resourceType":"Patient"}}"#));
    assert_eq!(elements.len(), 2);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    let deep = format!("{}{}", r#"{"resourceType":"Patient","contained":["#.repeat(90), "]}".repeat(90));
    assert_eq!(lowered(&deep).0.len(), 90);
}
