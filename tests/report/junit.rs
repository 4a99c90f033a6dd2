//! JUnit XML: valid against the schema, read back, and no failure passed off as a pass.

use crate::{fixture, render};
use hallmark::report::{Format, model::Report};
use quick_xml::{Reader, events::Event};
use std::{io::Write, process::Command};

/// Every element with its attributes, in order.
fn elements(xml: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut reader = Reader::from_str(xml);
    let mut all = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) => {
                let name = tag.name().as_ref().to_owned();
                let attributes = tag.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let value = quick_xml::escape::unescape(&attribute.value).unwrap().into_owned();
                    (attribute.key.as_ref().to_owned(), value)
                });
                all.push((name, attributes.collect()));
            }
            Event::Eof => return all,
            _ => {}
        }
    }
}

fn attribute<'a>(element: &'a (String, Vec<(String, String)>), key: &str) -> &'a str {
    element.1.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value)
}

#[test]
fn junit_conforms_to_the_schema() {
    if Command::new("xmllint").arg("--version").output().is_err() {
        eprintln!("skipped: xmllint is not installed (Debian package libxml2-utils)");
        return;
    }
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemas/junit-10.xsd");
    for report in [fixture::report(), fixture::hostile(), fixture::many(50), Report::default()] {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(render(Format::Junit, &report).as_bytes()).unwrap();
        let done =
            Command::new("xmllint").args(["--noout", "--nonet", "--schema", schema]).arg(file.path()).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

#[test]
fn a_suite_is_an_integration_and_a_case_a_rule() {
    let all = elements(&render(Format::Junit, &fixture::report()));
    let suites: Vec<_> = all.iter().filter(|e| e.0 == "testsuite").map(|e| attribute(e, "name")).collect();
    assert_eq!(suites, ["pas/feed", "pds/tracing", "cds/derivation", "ers/provider", "gp/results", "no integration"]);
    let feed = all.iter().find(|e| attribute(e, "name") == "pas/feed").unwrap();
    assert_eq!((attribute(feed, "tests"), attribute(feed, "failures")), ("2", "2"));
    assert!(
        all.iter()
            .any(|e| attribute(e, "name") == "ID-02 nhs-number-check-digit"
                && attribute(e, "classname") == "pds/tracing")
    );
}

#[test]
fn outcomes_keep_their_meaning() {
    let all = elements(&render(Format::Junit, &fixture::report()));
    let after = |name: &str| {
        let at = all.iter().position(|e| attribute(e, "name").starts_with(name)).unwrap();
        all.get(at + 1).cloned().unwrap_or_default()
    };
    assert_eq!(after("ID-02 ").0, "failure");
    assert_eq!(attribute(&after("ID-02 "), "message"), "NHS number has 10 digits in groups of 3, 3 and 4 (24 places)");
    assert_eq!(after("PAS-14 ").0, "error");
    assert_eq!(attribute(&after("ERS-03 "), "message"), "not shown: nothing in the input exercised it");
    assert_eq!(after("LAB-07 ").0, "skipped");
    assert_ne!(after("LAB-01 ").0, "skipped");
}

#[test]
fn a_rule_whose_every_place_is_waived_is_skipped_with_the_reason() {
    let mut report = fixture::report();
    report.groups[0].waived = 20;
    report.groups[0].known = 4;
    let text = render(Format::Junit, &report);
    assert!(text.contains("failed, but every place is waived or in the baseline"));
    assert!(!text.contains("NHS number has 10 digits"));
}

#[test]
fn hostile_names_stay_text() {
    let text = render(Format::Junit, &fixture::hostile());
    assert!(!text.contains("<img") && !text.contains("<script") && !text.contains("<![CDATA["));
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
    elements(&text);
}
