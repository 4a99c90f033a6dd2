//! One resource in JSON and in XML: the same findings at the same paths, each on its own line and column; and which
//! release a resource is held to.

use hallmark::check::fhir::Code;
use hallmark::check::{Engine, Expected, Plan, Plans, Shown, Tally, Unit};
use hallmark::compile::hl7v2::Compiler;
use hallmark::instance::{Elements, Instance, Namespaces};
use hallmark::parse::{Faults, fhir, xml};
use hallmark::standard::Catalogue;
use hallmark::standard::fhir::{Library, Release, Syntax, View, to_json};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

fn plan() -> &'static (Plan, Compiler) {
    static PLAN: OnceLock<(Plan, Compiler)> = OnceLock::new();
    PLAN.get_or_init(|| of(&[]))
}

/// The plan of the standards `used`; of all when none is named.
fn of(used: &[&str]) -> (Plan, Compiler) {
    let mut catalogue = Catalogue::load(&[]).unwrap_or_else(|error| panic!("{error}"));
    if !used.is_empty() {
        let used: Vec<String> = used.iter().map(|&id| id.to_owned()).collect();
        catalogue.keep(&used).unwrap_or_else(|error| panic!("{error}"));
    }
    let plan = Plan::new(catalogue);
    let compiler = Compiler::new(&plan).unwrap_or_else(|error| panic!("{error}"));
    (plan, compiler)
}

fn check((plan, compiler): &(Plan, Compiler), text: &[u8], syntax: Syntax) -> Tally {
    let mut engine = Engine::new(plan, compiler, Shown::Shapes);
    let artifact: Arc<str> = "a".into();
    let unit = Unit { bytes: text, artifact: &artifact, item: 1, first_line: 1, indent: 0 };
    match syntax {
        Syntax::Json => engine.json(unit, Expected::Resource),
        Syntax::Xml => engine.xml(unit, Expected::Resource),
    };
    engine.finish()
}

/// Every finding as `CODE outcome path: message`, codes that a notation alone has aside.
fn found(text: &[u8], syntax: Syntax) -> BTreeSet<String> {
    let (plan, compiler) = plan();
    let of_notation: Vec<_> = ["fhir.element-order", "fhir.json-array", "fhir.xml-attribute"]
        .iter()
        .filter_map(|code| compiler.syntax().rule(code))
        .collect();
    let tally = check(self::plan(), text, syntax);
    let groups = tally.groups.iter().filter(|(key, _)| !of_notation.contains(&key.rule));
    groups
        .flat_map(|(key, group)| {
            let code = &plan.rule(key.rule).code;
            group.first.keys().map(move |place| format!("{code} {:?} {}: {}", key.outcome, place.path, key.message))
        })
        .collect()
}

/// The resource `text`, which is XML, as JSON.
fn json_of(text: &[u8]) -> Vec<u8> {
    let (mut tree, mut namespaces) = (Instance::default(), Namespaces::default());
    let (mut elements, mut faults) = (Elements::default(), Faults::default());
    let library = Library::embedded(Release::R4);
    let parsed = xml::parse(text, &mut tree, &mut namespaces, &mut faults);
    fhir::xml::lower(parsed.markup(&tree, &namespaces), library.model(), &mut elements, &mut faults);
    let view = View { bytes: &parsed.bytes, elements: &elements, model: library.model(), syntax: Syntax::Xml };
    to_json(view, Elements::ROOT)
}

/// Faults of many kinds, one to a line.
const XML: &str = r#"<Patient xmlns="http://hl7.org/fhir">
  <id value="test 1"/>
  <extension url="http://hl7.org/fhir/StructureDefinition/no-such">
    <valueString value="x"/>
  </extension>
  <name id="n">
    <use value="nickname"/>
    <given value="A "/>
    <given>
      <extension url="http://hl7.org/fhir/StructureDefinition/data-absent-reason"><valueCode value="unknown"/></extension>
    </given>
  </name>
  <gender value="x"/>
  <birthDate value="2024-02-30"/>
  <deceasedDateTime value="2024-02-28T10:00:00"/>
  <contact>
    <gender value="male"/>
  </contact>
  <link>
    <type value="seealso"/>
  </link>
</Patient>
"#;

#[test]
fn one_resource_gives_the_same_findings_in_both_notations() {
    let json = json_of(XML.as_bytes());
    let (of_xml, of_json) = (found(XML.as_bytes(), Syntax::Xml), found(&json, Syntax::Json));
    assert_eq!(of_xml, of_json);
    assert!(of_xml.len() >= 8, "{of_xml:?}");
    for path in
        ["Patient.id:", "Patient.name[0].given[0]:", "Patient.deceased.ofType(dateTime):", "Patient.contact[0]:"]
    {
        assert!(of_xml.iter().any(|found| found.contains(path)), "{path} in {of_xml:#?}");
    }
}

#[test]
fn published_examples_give_the_same_findings_in_both_notations() {
    let shared = std::env::var_os("HALLMARK_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let folder = shared.join("corpora/ukcore-examples-xml/examples");
    let Ok(files) = std::fs::read_dir(&folder) else {
        return println!("SKIPPED every example: there are none here");
    };
    let mut compared = 0;
    for file in files.flatten().filter(|file| file.path().extension().is_some_and(|extension| extension == "xml")) {
        let text = std::fs::read(file.path()).expect("the example can be read");
        let of_xml = found(&text, Syntax::Xml);
        // The second form of a choice is told and not lowered, so there is nothing to write it from.
        if of_xml.iter().any(|finding| finding.starts_with("FHIR-10f ")) {
            continue;
        }
        let json = json_of(&text);
        assert_eq!(of_xml, found(&json, Syntax::Json), "{}", file.path().display());
        compared += 1;
    }
    assert!(compared > 50, "only {compared} examples were compared");
}

/// Where a finding of the rule that answers for `code` stands.
fn place(text: &str, syntax: Syntax, code: &str) -> (u64, u32) {
    let rule = plan().1.syntax().rule(code).unwrap_or_else(|| panic!("{code} has a rule"));
    let tally = check(plan(), text.as_bytes(), syntax);
    let places = tally.groups.iter().filter(|(key, _)| key.rule == rule).flat_map(|(_, group)| group.first.values());
    let places = places.map(|place| (place.position.line, place.position.column));
    places.min().unwrap_or_else(|| panic!("{code} is found"))
}

#[test]
fn each_finding_stands_on_its_line_and_column() {
    let binding = Code::BindingRequired.as_str();
    for (code, expected) in [
        ("fhir.id-format", (2, 14)),
        ("fhir.whitespace", (8, 19)),
        (binding, (13, 3)),
        ("fhir.primitive-format", (14, 21)),
        (Code::CardinalityMin.as_str(), (19, 3)),
    ] {
        assert_eq!(place(XML, Syntax::Xml, code), expected, "{code}");
    }
    let json = "{\n  \"resourceType\": \"Patient\",\r\n  \"ü\": 1,\n  \"gender\": \"x\",\n  \"link\": [\n    { \"type\": \"seealso\" }\n  ],\n\
                \t\"birthDate\": \"2024-13-01\"\n}";
    for (code, expected) in [
        ("fhir.unknown-element", (3, 4)),
        (binding, (4, 13)),
        (Code::CardinalityMin.as_str(), (6, 5)),
        ("fhir.primitive-format", (8, 15)),
    ] {
        assert_eq!(place(json, Syntax::Json, code), expected, "{code}");
    }
}

/// Codes of the findings on `text` when `used` are the standards.
fn codes(used: &[&str], text: &str) -> BTreeSet<String> {
    let made = of(used);
    let tally = check(&made, text.as_bytes(), Syntax::Json);
    tally.groups.keys().map(|key| made.0.rule(key.rule).code.clone()).collect()
}

#[test]
fn a_resource_is_held_to_its_release() {
    // `animal` is an element of STU3, `deceased` with a wrong type of none.
    let stu3 = r#"{"resourceType":"Patient","animal":{"species":{"text":"dog"}}"#;
    let claimed =
        format!("{},\"meta\":{{\"profile\":[\"https://fhir.nhs.uk/STU3/StructureDefinition/None-1\"]}}}}", stu3);
    let plain = format!("{stu3}}}");
    assert!(codes(&["hl7-fhir-r4"], &plain).contains("FHIR-08"));
    assert!(codes(&["hl7-fhir-r4"], &claimed).contains("FHIR-08"), "only R4 is asked for");
    assert!(!codes(&["hl7-fhir-stu3"], &plain).contains("FHIR-08"));
    assert!(!codes(&[], &plain).contains("FHIR-08"), "its elements are those of STU3");
    let either = r#"{"resourceType":"Patient","animals":["x"],"contact":[{"relationship":"x"}]}"#;
    assert!(codes(&[], either).contains("FHIR-08"), "no release has it, so it is taken for R4");
    let both = r#"{"resourceType":"Patient","animal":{"species":{"text":"dog"}},"surname":"x","nickname":"y"}"#;
    assert!(codes(&[], both).contains("FHIR-08"), "STU3 has one of the three, and not the others");
    let order = r#"<Encounter xmlns="http://hl7.org/fhir"><status value="planned"/><reason><text value="x"/></reason></Encounter>"#;
    let tally = check(&of(&[]), order.as_bytes(), Syntax::Xml);
    assert!(tally.groups.keys().all(|key| of(&[]).0.rule(key.rule).code != "FHIR-08"), "`reason` is of STU3");
    assert!(!codes(&[], &claimed).contains("FHIR-08"), "the profile shows that it is STU3");
    assert!(!codes(&[], r#"{"resourceType":"ReferralRequest","status":"draft"}"#).contains("FHIR-06c"));
    assert!(codes(&["hl7-fhir-r4"], r#"{"resourceType":"ReferralRequest"}"#).contains("FHIR-06c"));
    assert!(!codes(&["hl7-fhir-r4b"], r#"{"resourceType":"Ingredient"}"#).contains("FHIR-06c"));
    assert_eq!(codes(&["hl7v2-base"], &plain), BTreeSet::new());
}

#[test]
fn a_document_of_stu3_says_when_it_was_put_together() {
    let document = |meta: &str| {
        format!(
            r#"{{"resourceType":"Bundle","meta":{meta},"type":"document","identifier":{{"system":"https://trust.example","value":"1"}},
            "entry":[{{"fullUrl":"urn:uuid:0f0e0d0c-0b0a-4909-8807-060504030202","resource":{{"resourceType":"Composition",
            "status":"final","type":{{"text":"Letter"}},"subject":{{"display":"x"}},"date":"2026-01-01","title":"Letter",
            "author":[{{"display":"Ward"}}]}}}}]}}"#
        )
    };
    let of = |meta: &str| codes(&["hl7-fhir-stu3"], &document(meta)).contains("FHIR-60a");
    assert!(of(r#"{"versionId":"1"}"#));
    assert!(!of(r#"{"lastUpdated":"2026-01-01T00:00:00Z"}"#));
}
