use super::*;
use crate::instance::Document;
use crate::parse::fhir::model_for_tests::model;
use crate::parse::{self, fhir};
use crate::standard::fhir::{Syntax, View};

/// The elements of a view as `path=value`, in order of path, and the faults as `code path`.
fn shown(view: View<'_>, faults: &Faults) -> (Vec<String>, Vec<String>) {
    let ids = 0..view.elements.len() as NodeId;
    let mut shown: Vec<String> = ids
        .map(|id| match view.text(id) {
            Some(text) => format!("{}={text}", view.path(id)),
            None => view.path(id).to_string(),
        })
        .collect();
    shown.sort();
    let mut told: Vec<String> = faults
        .listed()
        .iter()
        .map(|fault| match fault.element {
            Some(within) => format!("{} {}", fault.code, view.path_below(within.node, within.below)),
            None => fault.code.to_owned(),
        })
        .collect();
    told.sort();
    for id in 0..view.elements.len() as NodeId {
        let names: Vec<_> = view.elements.children(id).map(|child| view.elements.node(child).name).collect();
        let together = names.chunk_by(|a, b| a == b).map(|run| run[0]).collect::<Vec<_>>();
        let distinct: std::collections::BTreeSet<_> = together.iter().collect();
        assert_eq!(distinct.len(), together.len(), "children of one name stand together");
    }
    (shown, told)
}

fn of_xml(text: &str) -> (Vec<String>, Vec<String>) {
    let model = model();
    let (mut tree, mut namespaces) = (Instance::default(), Namespaces::default());
    let (mut elements, mut faults) = (Elements::default(), Faults::default());
    let parsed = parse::xml::parse(text.as_bytes(), &mut tree, &mut namespaces, &mut faults);
    lower(parsed.markup(&tree, &namespaces), &model, &mut elements, &mut faults);
    shown(View { bytes: &parsed.bytes, elements: &elements, model: &model, syntax: Syntax::Xml }, &faults)
}

fn of_json(text: &str) -> (Vec<String>, Vec<String>) {
    let model = model();
    let (mut tree, mut elements, mut faults) = (Instance::default(), Elements::default(), Faults::default());
    parse::json::parse(text.as_bytes(), &mut tree, &mut faults);
    fhir::json::lower(Document { bytes: text.as_bytes(), tree: &tree }, &model, &mut elements, &mut faults);
    shown(View { bytes: text.as_bytes(), elements: &elements, model: &model, syntax: Syntax::Json }, &faults)
}

/// A Patient with these elements.
fn patient(inside: &str) -> String {
    format!(r#"<Patient xmlns="http://hl7.org/fhir">{inside}</Patient>"#)
}

fn faults_of(inside: &str) -> Vec<String> {
    of_xml(&patient(inside)).1
}

#[test]
fn one_resource_gives_the_same_elements_in_both_notations() {
    let pairs = [
        (
            r#"<!-- c --><id value="a"/><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">x</div>
            </text><active value="true"/><name id="n"><family value="T&amp;&#233;&#xA;"><extension url="http://u">
            <valueCode value="c"/></extension></family><given value="A"/><given id="g"><extension url="x"/></given></name>
            <name><use value="old"/></name><deceasedDateTime value="2024"/><score value="1.50"/>"#,
            r#"{"resourceType":"Patient","id":"a","text":{"status":"generated",
            "div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},"active":true,"name":[{"id":"n","family":"T&é\n",
            "_family":{"extension":[{"url":"http://u","valueCode":"c"}]},"given":["A",null],
            "_given":[null,{"id":"g","extension":[{"url":"x"}]}]},{"use":"old"}],"deceasedDateTime":"2024","score":1.50}"#,
        ),
        (
            r#"<contained><Observation><valueQuantity><value value="1"/></valueQuantity></Observation></contained>
            <contact><name><family value="X"/></name><contact id="x"/></contact>"#,
            r#"{"contained":[{"resourceType":"Observation","valueQuantity":{"value":1}}],"contact":[{"name":{"family":"X"},
            "contact":[{"id":"x"}]}],"resourceType":"Patient"}"#,
        ),
        // Faults that are no matter of notation.
        (
            r#"<id value="a b"/><birthDte value="2024"/><gender value=" a"/><birthDate value="2024-13"/><deceasedBoolean
            value="true"/><deceasedDateTime value="2024"/><contact><name><famly/><family value=""/></name></contact>"#,
            r#"{"id":"a b","birthDte":"2024","gender":" a","birthDate":"2024-13","deceasedBoolean":true,
            "deceasedDateTime":"2024","contact":[{"name":{"famly":{},"family":""}}],"resourceType":"Patient"}"#,
        ),
    ];
    for (xml, json) in pairs {
        let (xml, json) = (of_xml(&patient(xml)), of_json(json));
        assert_eq!(xml, json);
        assert!(xml.0.len() > 5);
    }
}

#[test]
fn what_xml_writes_otherwise_is_told() {
    for (inside, expected) in [
        ("", vec![]),
        (r#"<active something="x" value="true"/>"#, vec!["fhir.xml-attribute Patient.active"]),
        (r#"<active xmlns:x="urn:x" x:value="true" value="true"/>"#, vec!["fhir.xml-attribute Patient.active"]),
        (r#"<name value="x"><family value="x"/></name>"#, vec!["fhir.xml-attribute Patient.name[0]"]),
        (r#"<name><id value="x"/></name>"#, vec!["fhir.unknown-element Patient.name[0]"]),
        (r#"<active><value value="true"/></active>"#, vec!["fhir.unknown-element Patient.active"]),
        (r#"<active value="true">x</active>"#, vec!["fhir.xml-text Patient.active"]),
        ("<active/>", vec!["fhir.empty Patient.active"]),
        ("<name/>", vec!["fhir.empty Patient.name[0]"]),
        ("x", vec!["fhir.xml-text Patient"]),
        ("<![CDATA[x]]>", vec!["fhir.xml-text Patient"]),
        ("<?x y?>", vec!["fhir.xml-form Patient"]),
        (r#"<active xmlns="urn:x" value="true"/>"#, vec!["fhir.xml-namespace Patient.active"]),
        (r#"<zz xmlns="urn:x"/>"#, vec!["fhir.xml-namespace Patient"]),
        (r#"<text><div>x</div></text>"#, vec!["fhir.xml-namespace Patient.text.div"]),
        ("<contained/>", vec!["fhir.resource-type-missing Patient.contained[0]"]),
        ("<contained><HumanName/></contained>", vec!["fhir.resource-type-unknown Patient.contained[0]"]),
        ("<contained><Patient/><Patient/></contained>", vec!["fhir.unknown-element Patient.contained[0]"]),
        (r#"<name><given value="a"/><family value="b"/></name>"#, vec!["fhir.element-order Patient.name[0].family"]),
        (
            r#"<name><given value="a"/><family value="b"/><given value="c"/></name>"#,
            vec!["fhir.element-order Patient.name[0].family"],
        ),
    ] {
        assert_eq!(faults_of(inside), expected, "{inside}");
    }
}

#[test]
fn elements_out_of_order_are_put_together() {
    let (elements, _) = of_xml(&patient(r#"<name><given value="a"/><family value="b"/><given value="c"/></name>"#));
    let names =
        ["Patient.name[0].family=b", "Patient.name[0].given[0]=a", "Patient.name[0].given[1]=c"].map(str::to_owned);
    assert_eq!(elements[2..], names);
}

#[test]
fn the_root_says_what_the_document_is() {
    for (text, expected) in [
        (r#"<Patient xmlns="urn:x"><active value="true"/></Patient>"#, vec!["fhir.xml-namespace Patient"]),
        (r#"<Patient><active value="true"/></Patient>"#, vec!["fhir.xml-namespace Patient"]),
        (r#"<f:Patient xmlns:f="http://hl7.org/fhir"><f:active value="true"/></f:Patient>"#, vec![]),
        (r#"<Zzyx xmlns="http://hl7.org/fhir"><a/></Zzyx>"#, vec!["fhir.resource-type-unknown Resource"]),
        (r#"<?xml version="1.0"?><?style x?><Patient xmlns="http://hl7.org/fhir"/>"#, vec!["fhir.xml-form Patient"]),
        (
            r#"<Patient xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
            xsi:schemaLocation="http://hl7.org/fhir x.xsd"/>"#,
            vec!["fhir.xml-attribute Patient"],
        ),
        (r#"<Patient xmlns="http://hl7.org/fhir" xml:lang="en"/>"#, vec!["fhir.xml-attribute Patient"]),
    ] {
        assert_eq!(of_xml(text).1, expected, "{text}");
    }
    assert_eq!(of_xml("text").0, [""; 0]);
}

#[test]
fn a_hostile_document_costs_no_more_than_its_size() {
    let many = r#"<extension url="x"/>"#.repeat(100_000) + &r#"<deceasedBoolean value="true"/>"#.repeat(100_000);
    let started = std::time::Instant::now();
    let (elements, _) = of_xml(&patient(&many));
    assert_eq!(elements.len(), 300_001);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    let deep = format!("{}{}", "<contained><Patient>".repeat(100), "</Patient></contained>".repeat(100));
    assert_eq!(of_xml(&patient(&deep)).0.len(), 101);
}
