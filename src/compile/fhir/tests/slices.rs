//! Slices, by each thing that they may be told by.

use super::{definition, found, messages, profile};
use serde_json::{Value, json};

const NOTHING: [&str; 0] = [];

/// `Patient.identifier` in slices `nhs` (once, by its system) and `local` (at most once).
fn sliced(rules: &str, ordered: bool) -> Value {
    let slice = |name: &str, min: u32, system: &str| {
        vec![
            json!({"id": format!("Patient.identifier:{name}"), "path": "Patient.identifier", "sliceName": name,
                   "min": min, "max": "1", "type": [{"code": "Identifier"}]}),
            json!({"id": format!("Patient.identifier:{name}.system"), "path": "Patient.identifier.system", "min": 1,
                   "max": "1", "base": {"path": "Identifier.system", "min": 0, "max": "1"}, "type": [{"code": "uri"}],
                   "fixedUri": system}),
            json!({"id": format!("Patient.identifier:{name}.value"), "path": "Patient.identifier.value", "min": 1,
                   "max": "1", "base": {"path": "Identifier.value", "min": 0, "max": "1"}, "type": [{"code": "string"}]}),
        ]
    };
    let mut elements = vec![json!({"id": "Patient.identifier", "path": "Patient.identifier", "min": 0, "max": "*",
        "type": [{"code": "Identifier"}],
        "slicing": {"discriminator": [{"type": "value", "path": "system"}], "rules": rules, "ordered": ordered}})];
    elements.extend(slice("nhs", 1, "http://test/nhs"));
    elements.extend(slice("local", 0, "http://test/local"));
    profile("Patient", Value::Array(elements))
}

fn patient(systems: &[&str]) -> Value {
    let identifiers: Vec<Value> =
        systems.iter().map(|name| json!({"system": format!("http://test/{name}"), "value": "1"})).collect();
    json!({"resourceType": "Patient", "identifier": identifiers})
}

#[test]
fn slices_are_told_by_value_and_counted() {
    let open = sliced("open", false);
    let run = |systems: &[&str]| found(std::slice::from_ref(&open), patient(systems));
    assert_eq!(run(&["nhs"]), NOTHING);
    assert_eq!(run(&["other", "nhs", "local"]), NOTHING);
    assert_eq!(run(&["nhs", "nhs"]), ["slice-max Patient"]);
    assert_eq!(found(std::slice::from_ref(&open), json!({"resourceType": "Patient"})), ["slice-min Patient"]);
    let said = |identifiers: Value| {
        let resource = json!({"resourceType": "Patient", "identifier": identifiers});
        let told = messages(std::slice::from_ref(&open), resource);
        told.into_iter().find(|(place, _)| place == "slice-min Patient").expect("the slice is missing").1
    };
    let missing = "the slice `nhs` of `identifier` is missing, and there must be one";
    let another = "`system` is another value than `http://test/nhs`";
    assert_eq!(
        said(json!([{"system": "http://test/other"}, {"system": "http://test/local"}, {"value": "1"}])),
        format!(
            "{missing}; those that are there do not fit: {another}; \
             `system` is missing, and must be `http://test/nhs`"
        )
    );
    let told = messages(std::slice::from_ref(&open), json!({"resourceType": "Patient"}));
    assert_eq!(told[0].1, format!("{missing}: one where `system` is `http://test/nhs`"));
}

#[test]
fn what_a_slice_asks_for_holds_in_it_alone() {
    let told = found(
        &[sliced("open", false)],
        json!({"resourceType": "Patient", "identifier": [
            {"system": "http://test/nhs"}, {"system": "http://test/other"}]}),
    );
    assert_eq!(told, ["cardinality-min Patient.identifier[0]"]);
}

#[test]
fn closed_slicing_says_what_was_tried() {
    let told = messages(&[sliced("closed", false)], patient(&["nhs", "other"]));
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, "slice-unmatched Patient.identifier[1]");
    assert_eq!(
        told[0].1,
        "it fits none of the slices, and there may be no others; tried: \
         `nhs` (`system` is another value than `http://test/nhs`), \
         `local` (`system` is another value than `http://test/local`)"
    );
}

#[test]
fn slices_keep_their_order_where_one_is_given() {
    assert_eq!(found(&[sliced("open", true)], patient(&["local", "nhs"])), ["slice-order Patient.identifier[1]"]);
    assert_eq!(found(&[sliced("open", false)], patient(&["local", "nhs"])), NOTHING);
    assert_eq!(found(&[sliced("openAtEnd", false)], patient(&["x", "nhs"])), ["slice-order Patient.identifier[1]"]);
    assert_eq!(found(&[sliced("openAtEnd", false)], patient(&["nhs", "x"])), NOTHING);
}

/// `Observation.component` with one slice `s` of at least one, told by `kind` at `path`; `said` are elements in it.
fn component(kind: &str, path: &str, said: Vec<Value>) -> Value {
    let mut elements = vec![
        json!({"id": "Observation.component", "path": "Observation.component", "min": 0, "max": "*",
               "type": [{"code": "BackboneElement"}],
               "slicing": {"discriminator": [{"type": kind, "path": path}], "rules": "open"}}),
        json!({"id": "Observation.component:s", "path": "Observation.component", "sliceName": "s", "min": 1, "max": "*",
               "type": [{"code": "BackboneElement"}]}),
    ];
    elements.extend(said);
    profile("Observation", Value::Array(elements))
}

fn in_slice(name: &str, rest: Value) -> Value {
    let mut element = json!({"id": format!("Observation.component:s.{name}"),
                             "path": format!("Observation.component.{name}")});
    for (key, value) in rest.as_object().into_iter().flatten() {
        element[key] = value.clone();
    }
    element
}

fn with(component: Value) -> Value {
    let mut component = component;
    if component.get("code").is_none() {
        component["code"] = json!({"text": "c"});
    }
    json!({"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "component": [component]})
}

fn is_of_slice(profile: &Value, one: Value) -> bool {
    match &*found(std::slice::from_ref(profile), with(one)) {
        [] => true,
        [only] if only.starts_with("slice-min Observation") => false,
        other => panic!("{other:?}"),
    }
}

/// Why `one`, which is not of the slice, is not.
fn why_not(profile: &Value, one: Value) -> String {
    let told = messages(std::slice::from_ref(profile), with(one));
    let missing = "the slice `s` of `component` is missing, and there must be one; those that are there do not fit: ";
    told.iter().find_map(|(_, said)| said.strip_prefix(missing)).unwrap_or_else(|| panic!("{told:?}")).to_owned()
}

#[test]
fn a_pattern_above_tells_by_its_part() {
    let concept = json!({"coding": [{"system": "http://loinc.org", "code": "1-8"}]});
    let profile = component(
        "pattern",
        "code",
        vec![in_slice(
            "code",
            json!({"min": 1, "max": "1", "type": [{"code": "CodeableConcept"}],
                                     "patternCodeableConcept": concept}),
        )],
    );
    let coded = |code: &str| json!({"code": {"coding": [{"system": "http://loinc.org", "code": code}]}});
    assert!(is_of_slice(&profile, coded("1-8")));
    assert!(!is_of_slice(&profile, coded("1-9")));
    assert_eq!(
        why_not(&profile, coded("1-9")),
        "`code` is another value than coding.code `1-8` and coding.system `http://loinc.org`"
    );
    let deeper = component(
        "value",
        "code.coding.code",
        vec![in_slice(
            "code",
            json!({"min": 1, "max": "1", "type": [{"code": "CodeableConcept"}],
                                     "patternCodeableConcept": {"coding": [{"code": "1-8"}]}}),
        )],
    );
    assert!(is_of_slice(&deeper, coded("1-8")));
    assert!(!is_of_slice(&deeper, coded("1-9")));
}

#[test]
fn slices_are_told_by_existence() {
    let said = |min: u32, max: &str| {
        vec![in_slice("dataAbsentReason", json!({"min": min, "max": max, "type": [{"code": "CodeableConcept"}]}))]
    };
    let there = component("exists", "dataAbsentReason", said(1, "1"));
    let absent = component("exists", "dataAbsentReason", said(0, "0"));
    let with_it = json!({"dataAbsentReason": {"text": "x"}});
    assert!(is_of_slice(&there, with_it.clone()) && !is_of_slice(&there, json!({})));
    assert!(!is_of_slice(&absent, with_it.clone()) && is_of_slice(&absent, json!({})));
    assert_eq!(why_not(&there, json!({})), "`dataAbsentReason` is missing");
    assert_eq!(why_not(&absent, with_it), "`dataAbsentReason` is there, and must not be");
}

#[test]
fn slices_are_told_by_type() {
    let profile = component(
        "type",
        "value",
        vec![in_slice("value[x]", json!({"min": 1, "max": "1", "type": [{"code": "Quantity"}]}))],
    );
    assert!(is_of_slice(&profile, json!({"valueQuantity": {"value": 1}})));
    assert!(!is_of_slice(&profile, json!({"valueString": "x"})));
    assert_eq!(why_not(&profile, json!({"valueString": "x"})), "`value` is not of type Quantity");
    assert_eq!(why_not(&profile, json!({})), "`value` is missing, and must be of type Quantity");
}

#[test]
fn slices_are_told_by_a_code_of_a_value_set() {
    let bound = |value_set: &str| {
        component(
            "value",
            "code",
            vec![in_slice(
                "code",
                json!({"min": 1, "max": "1", "type": [{"code": "CodeableConcept"}],
                                         "binding": {"strength": "required", "valueSet": value_set}}),
            )],
        )
    };
    let coded = |code: &str| json!({"code": {"coding": [{"system": "http://test/cs", "code": code}]}});
    assert!(is_of_slice(&bound("http://test/vs"), coded("a")));
    assert_eq!(why_not(&bound("http://test/vs"), coded("z")), "`code` is not in the value set http://test/vs");
    // What nobody holds decides nothing.
    let told = found(&[bound("http://test/else")], with(coded("a")));
    assert_eq!(told, ["slice-min? Observation"]);
}

#[test]
fn slices_are_told_by_profile() {
    let quantity = definition(
        "http://test/kilograms",
        "Quantity",
        json!([{"id": "Quantity.code", "path": "Quantity.code", "min": 1, "max": "1", "type": [{"code": "code"}],
                "fixedCode": "kg"}]),
    );
    let sliced = component(
        "profile",
        "value",
        vec![in_slice(
            "value[x]",
            json!({"min": 1, "max": "1",
                                         "type": [{"code": "Quantity", "profile": ["http://test/kilograms"]}]}),
        )],
    );
    let all = [sliced, quantity];
    let run = |code: &str| found(&all, with(json!({"valueQuantity": {"value": 1, "code": code}})));
    assert_eq!(run("kg"), NOTHING);
    // Trying leaves nothing but the slice that is missing.
    assert_eq!(run("g"), ["slice-min Observation"]);
    let told = messages(&all, with(json!({"valueQuantity": {"value": 1, "code": "g"}})));
    assert!(told[0].1.ends_with("`value` does not conform to http://test/kilograms"), "{}", told[0].1);
}

#[test]
fn forms_of_a_choice_are_slices_by_their_type() {
    let profile = profile(
        "Observation",
        json!([
            {"id": "Observation.value[x]", "path": "Observation.value[x]", "min": 0, "max": "1",
             "base": {"path": "Observation.value[x]", "min": 0, "max": "1"},
             "type": [{"code": "Quantity"}, {"code": "string"}],
             "slicing": {"discriminator": [{"type": "type", "path": "$this"}], "rules": "open"}},
            {"id": "Observation.value[x]:valueQuantity", "path": "Observation.value[x]", "sliceName": "valueQuantity",
             "base": {"path": "Observation.value[x]", "min": 0, "max": "1"}, "min": 0, "max": "1",
             "type": [{"code": "Quantity"}]},
            {"id": "Observation.value[x]:valueQuantity.unit", "path": "Observation.value[x].unit", "min": 1, "max": "1",
             "base": {"path": "Quantity.unit", "min": 0, "max": "1"}, "type": [{"code": "string"}]}
        ]),
    );
    let run = |name: &str, value: Value| {
        let mut resource = json!({"resourceType": "Observation", "status": "final", "code": {"text": "x"}});
        resource[name] = value;
        found(std::slice::from_ref(&profile), resource)
    };
    assert_eq!(run("valueString", json!("x")), NOTHING);
    assert_eq!(run("valueQuantity", json!({"value": 1, "unit": "kg"})), NOTHING);
    assert_eq!(run("valueQuantity", json!({"value": 1})), ["cardinality-min Observation.value.ofType(Quantity)"]);
}

#[test]
fn slices_may_be_sliced_again() {
    let element = |name: &str, min: u32, rest: Value| {
        let mut element = json!({"id": format!("Patient.telecom:{name}"), "path": "Patient.telecom", "sliceName": name,
                                 "min": min, "max": "*", "type": [{"code": "ContactPoint"}]});
        for (key, value) in rest.as_object().into_iter().flatten() {
            element[key] = value.clone();
        }
        element
    };
    let fixed = |name: &str, part: &str, code: &str| {
        json!({"id": format!("Patient.telecom:{name}.{part}"), "path": format!("Patient.telecom.{part}"), "min": 1,
               "max": "1", "base": {"path": format!("ContactPoint.{part}"), "min": 0, "max": "1"},
               "type": [{"code": "code"}], "fixedCode": code})
    };
    let by = |path: &str| json!({"discriminator": [{"type": "value", "path": path}], "rules": "open"});
    let profile = profile(
        "Patient",
        json!([
            {"id": "Patient.telecom", "path": "Patient.telecom", "min": 0, "max": "*", "slicing": by("system"),
             "type": [{"code": "ContactPoint"}]},
            element("phone", 1, json!({"slicing": by("use")})),
            fixed("phone", "system", "phone"),
            element("phone/home", 1, json!({})),
            fixed("phone/home", "use", "home"),
        ]),
    );
    let run = |telecom| found(std::slice::from_ref(&profile), json!({"resourceType": "Patient", "telecom": telecom}));
    assert_eq!(run(json!([{"system": "phone", "use": "home"}])), NOTHING);
    assert_eq!(run(json!([{"system": "phone", "use": "work"}])), ["slice-min Patient"]);
    assert_eq!(run(json!([{"system": "email", "use": "home"}])), ["slice-min Patient"]);
}
