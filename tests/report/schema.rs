//! The published schema: real reports validate, and it names exactly the properties that the model writes.

use crate::{fixture, render};
use hallmark::report::{Format, model::Report, schema};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

fn schema() -> Value {
    serde_json::from_str(schema::REPORT).unwrap()
}

#[test]
fn reports_validate() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let bare = Report { format: "1.0".into(), as_of: "2026-11-22".into(), ..Report::default() };
    for report in [fixture::report(), fixture::hostile(), fixture::many(3), bare] {
        let value: Value = serde_json::from_str(&render(Format::Json, &report)).unwrap();
        let errors: Vec<_> = validator.iter_errors(&value).map(|e| format!("{} {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

/// Every object of the value, under the schema definition that describes it.
fn collect<'v>(
    schema: &Value,
    at: &Value,
    name: &str,
    value: &'v Value,
    found: &mut BTreeMap<String, Vec<&'v Map<String, Value>>>,
) {
    if let Some(reference) = at["$ref"].as_str() {
        let name = reference.trim_start_matches("#/$defs/");
        return collect(schema, &schema["$defs"][name], name, value, found);
    }
    match value {
        Value::Object(map) => {
            found.entry(name.to_owned()).or_default().push(map);
            for (key, inner) in map {
                let property = &at["properties"][key];
                assert!(property.is_object(), "{name}.{key} is not in the schema");
                collect(schema, property, key, inner, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(schema, &at["items"], name, item, found)),
        _ => {}
    }
}

#[test]
fn the_schema_names_what_the_model_writes_and_nothing_else() {
    let schema = schema();
    let value: Value = serde_json::from_str(&render(Format::Json, &fixture::report())).unwrap();
    let mut found = BTreeMap::new();
    collect(&schema, &schema, "Report", &value, &mut found);
    let definitions = schema["$defs"].as_object().unwrap();
    let all = definitions.iter().map(|(name, of)| (name.as_str(), of)).chain([("Report", &schema)]);
    for (name, of) in all {
        assert_eq!(of["additionalProperties"], false, "{name}");
        let named: BTreeSet<&str> = of["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let objects = found.get(name).unwrap_or_else(|| panic!("no {name} in the fixture"));
        let written: BTreeSet<&str> = objects.iter().flat_map(|object| object.keys()).map(String::as_str).collect();
        assert_eq!(named, written, "{name}");
        let required: BTreeSet<&str> = of["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(required.is_subset(&named), "{name}");
        for (property, of) in of["properties"].as_object().unwrap() {
            assert!(of["description"].as_str().is_some_and(|text| !text.is_empty()), "{name}.{property}");
        }
    }
}
