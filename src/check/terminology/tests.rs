use super::*;
use serde_json::json;

/// Sets and systems by URL.
#[derive(Default)]
struct Shelf {
    sets: FxHashMap<String, Arc<ValueSet>>,
    systems: FxHashMap<String, Arc<CodeSystem>>,
}

impl Published for Shelf {
    fn value_set(&self, canonical: &str) -> Option<Arc<ValueSet>> {
        self.sets.get(canonical).cloned()
    }

    fn code_system(&self, canonical: &str) -> Option<Arc<CodeSystem>> {
        self.systems.get(canonical).cloned()
    }
}

const COLOURS: &str = "urn:test:colours";

fn terms(sets: &[(&str, serde_json::Value)]) -> Terminology {
    let colours = json!({
        "resourceType": "CodeSystem", "url": COLOURS, "content": "complete", "caseSensitive": true,
        "property": [{ "code": "warm", "type": "boolean" }, { "code": "gone", "uri": "http://hl7.org/fhir/concept-properties#inactive", "type": "boolean" }],
        "concept": [
            { "code": "red", "display": "Red", "property": [{ "code": "warm", "valueBoolean": true }],
              "concept": [{ "code": "crimson", "display": "Deep red", "designation": [{ "language": "cy", "value": "Rhuddgoch" }] }] },
            { "code": "blue", "display": "Blue", "concept": [{ "code": "navy" }, { "code": "woad", "property": [{ "code": "gone", "valueBoolean": true }] }] }
        ]
    });
    let part = json!({ "resourceType": "CodeSystem", "url": "urn:test:part", "content": "fragment", "concept": [{ "code": "a" }] });
    let mut shelf = Shelf::default();
    for system in [colours, part] {
        let system: CodeSystem = serde_json::from_value(system).unwrap();
        shelf.systems.insert(system.url.clone(), Arc::new(system));
    }
    for (url, body) in sets {
        let mut set = body.clone();
        set["resourceType"] = "ValueSet".into();
        set["url"] = (*url).into();
        shelf.sets.insert((*url).to_owned(), Arc::new(serde_json::from_value(set).unwrap()));
    }
    Terminology::new(Arc::new(shelf))
}

fn asked<'a>(system: Option<&'a str>, code: &'a str) -> CodingRef<'a> {
    CodingRef { system, code, ..CodingRef::default() }
}

/// The codes of the colours, and one that is none, that are in the set.
fn within(terms: &Terminology, set: &str) -> String {
    let codes = ["red", "crimson", "blue", "navy", "woad", "plaid"];
    let held = codes.iter().filter(|code| terms.member(set, asked(Some(COLOURS), code)) == Membership::Member);
    held.copied().collect::<Vec<_>>().join(" ")
}

#[test]
fn filters_choose_by_hierarchy_property_and_expression() {
    let by =
        |filter: serde_json::Value| json!({ "compose": { "include": [{ "system": COLOURS, "filter": [filter] }] } });
    let cases = [
        (json!({ "property": "concept", "op": "is-a", "value": "red" }), "red crimson"),
        (json!({ "property": "concept", "op": "descendent-of", "value": "red" }), "crimson"),
        (json!({ "property": "concept", "op": "is-not-a", "value": "red" }), "blue navy woad"),
        (json!({ "property": "concept", "op": "generalizes", "value": "navy" }), "blue navy"),
        (json!({ "property": "warm", "op": "=", "value": "true" }), "red"),
        (json!({ "property": "warm", "op": "exists", "value": "false" }), "crimson blue navy woad"),
        (json!({ "property": "code", "op": "regex", "value": ".*a.*" }), "navy woad"),
        (json!({ "property": "concept", "op": "in", "value": "red,navy" }), "red navy"),
        (json!({ "property": "concept", "op": "not-in", "value": "red,navy" }), "crimson blue woad"),
        (json!({ "property": "parent", "op": "=", "value": "blue" }), "navy woad"),
    ];
    for (filter, expected) in cases {
        let terms = terms(&[("urn:set", by(filter.clone()))]);
        assert_eq!(within(&terms, "urn:set"), expected, "{filter}");
    }
}

#[test]
fn parts_add_up_exclude_and_import() {
    let terms = terms(&[
        (
            "urn:reds",
            json!({ "compose": { "include": [{ "system": COLOURS, "concept": [{ "code": "red" }, { "code": "crimson" }] }] } }),
        ),
        (
            "urn:whole",
            json!({ "compose": { "include": [{ "system": COLOURS }], "exclude": [{ "system": COLOURS, "concept": [{ "code": "navy" }] }] } }),
        ),
        (
            "urn:imported",
            json!({ "compose": { "include": [{ "valueSet": ["urn:reds"] }, { "system": COLOURS, "concept": [{ "code": "blue" }] }] } }),
        ),
        ("urn:both", json!({ "compose": { "include": [{ "system": COLOURS, "valueSet": ["urn:reds"] }] } })),
        ("urn:in-use", json!({ "compose": { "inactive": false, "include": [{ "system": COLOURS }] } })),
        ("urn:circle", json!({ "compose": { "include": [{ "valueSet": ["urn:circle"] }] } })),
    ]);
    assert_eq!(within(&terms, "urn:reds"), "red crimson");
    assert_eq!(within(&terms, "urn:whole"), "red crimson blue woad");
    assert_eq!(within(&terms, "urn:imported"), "red crimson blue");
    assert_eq!(within(&terms, "urn:both"), "red crimson");
    assert_eq!(within(&terms, "urn:in-use"), "red crimson blue navy");
    assert!(matches!(terms.member("urn:circle", asked(Some(COLOURS), "red")), Membership::CannotTell(_)));
    assert_eq!(terms.few_codes("urn:reds").as_deref(), Some(&["crimson".to_owned(), "red".to_owned()][..]));
    assert_eq!(terms.near("urn:reds", "crimsn").as_deref(), Some("`crimson` may be meant"));
    assert_eq!(terms.near("urn:reds", "RED").as_deref(), Some("`red` is written in this letter case"));
    for other in ["rd", "blue", ""] {
        assert_eq!(terms.near("urn:reds", other), None, "{other:?} is near nothing, and too short to be a slip");
    }
    assert_eq!(terms.member("urn:reds", asked(None, "red")), Membership::Member, "a plain code has the set's system");
    assert_eq!(terms.member("urn:reds", asked(Some("urn:other"), "red")), Membership::NotMember);
}

#[test]
fn what_is_not_held_cannot_be_told_and_what_cannot_be_is_told() {
    let terms = terms(&[
        (
            "urn:snomed",
            json!({ "compose": { "include": [{ "system": "http://snomed.info/sct", "filter": [{ "property": "concept", "op": "is-a", "value": "404684003" }] }] } }),
        ),
        ("urn:fragment", json!({ "compose": { "include": [{ "system": "urn:test:part" }] } })),
        (
            "urn:listed",
            json!({
                "compose": { "include": [{ "system": "urn:not-held" }] },
                "expansion": { "contains": [{ "system": "urn:not-held", "code": "x" }] }
            }),
        ),
    ]);
    let member = |set: &str, system: &str, code: &str| terms.member(set, asked(Some(system), code));
    assert!(matches!(member("urn:snomed", "http://snomed.info/sct", "22298006"), Membership::CannotTell(_)));
    assert_eq!(member("urn:snomed", "http://snomed.info/sct", "22298007"), Membership::NotMember);
    assert_eq!(member("urn:snomed", COLOURS, "red"), Membership::NotMember);
    assert_eq!(member("urn:fragment", "urn:test:part", "a"), Membership::Member);
    assert!(matches!(member("urn:fragment", "urn:test:part", "b"), Membership::CannotTell(_)));
    assert_eq!(member("urn:listed", "urn:not-held", "x"), Membership::Member);
    assert_eq!(member("urn:listed", "urn:not-held", "y"), Membership::NotMember);
    assert!(matches!(member("urn:nowhere", COLOURS, "red"), Membership::CannotTell(_)));
    let Membership::CannotTell(cause) = terms.in_system(asked(Some("urn:canary"), "x")) else { panic!() };
    assert!(!cause.contains("canary"), "a system named by a message is not printed");
}

#[test]
fn displays_are_the_published_ones_in_any_case() {
    let terms = terms(&[("urn:whole", json!({ "compose": { "include": [{ "system": COLOURS }] } }))]);
    let shown = |code, display| {
        let coding = CodingRef { system: Some(COLOURS), code, display: Some(display), ..CodingRef::default() };
        (terms.member("urn:whole", coding), terms.in_system(coding))
    };
    let right = (Membership::Member, Membership::Member);
    let wrong = (Membership::WrongDisplay, Membership::WrongDisplay);
    assert_eq!(shown("red", "RED "), right);
    assert_eq!(shown("crimson", "rhuddgoch"), right);
    assert_eq!(shown("red", "Blue"), wrong);
    assert_eq!(shown("navy", "anything: nothing is published"), right);
}
