//! The published FHIRPath tests for R4: every one passes but those of `ci/suites/fhirpath.txt`, each with its reason.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::resource::Resource;
use hallmark::check::fhirpath::{Answer, Compiled, Dialect, Halt, Host, Item, Moment, Scratch};
use hallmark::instance::{Elements, NodeId};
use hallmark::standard::fhir::{Library, Release, View};
use quick_xml::Reader;
use quick_xml::events::Event;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;

const EXPECTED: &str = include_str!("../../ci/suites/fhirpath.txt");
const SUITE: &str = "../shared/suites/fhirpath";

#[derive(Default, Debug)]
struct Test {
    name: String,
    input: String,
    predicate: bool,
    ordered: bool,
    mode: Option<String>,
    invalid: Option<String>,
    expression: String,
    /// Type, when it is given, and value.
    outputs: Vec<(Option<String>, String)>,
}

/// The tests of the suite's file.
fn tests(text: &str) -> Vec<Test> {
    let mut reader = Reader::from_str(text);
    let (mut tests, mut inside) = (Vec::<Test>::new(), String::new());
    loop {
        let event = reader.read_event().unwrap();
        match &event {
            Event::Start(start) | Event::Empty(start) => {
                inside = start.name().as_ref().to_owned();
                let attribute = |name: &str| {
                    let found = start.try_get_attribute(name).unwrap()?;
                    Some(quick_xml::escape::unescape(&found.value).unwrap().into_owned())
                };
                match inside.as_str() {
                    "test" => tests.push(Test {
                        name: attribute("name").unwrap(),
                        input: attribute("inputfile").unwrap_or_default(),
                        predicate: attribute("predicate").is_some_and(|value| value == "true"),
                        ordered: attribute("ordered").is_none_or(|value| value == "true"),
                        mode: attribute("mode"),
                        ..Test::default()
                    }),
                    "expression" => {
                        let test = tests.last_mut().unwrap();
                        test.invalid = attribute("invalid");
                        test.mode = test.mode.take().or(attribute("mode"));
                    }
                    "output" => tests.last_mut().unwrap().outputs.push((attribute("type"), String::new())),
                    _ => {}
                }
                if matches!(event, Event::Empty(_)) {
                    inside.clear();
                }
            }
            Event::End(_) => inside.clear(),
            Event::Text(_) | Event::GeneralRef(_) | Event::CData(_) => {
                let Some(test) = tests.last_mut() else { continue };
                let text = match &event {
                    Event::Text(text) => (**text).to_owned(),
                    Event::CData(text) => (**text).to_owned(),
                    Event::GeneralRef(reference) => {
                        let name: &str = reference;
                        quick_xml::escape::unescape(&format!("&{name};")).unwrap().into_owned()
                    }
                    _ => unreachable!(),
                };
                match inside.as_str() {
                    "expression" => test.expression.push_str(&text),
                    "output" => test.outputs.last_mut().unwrap().1.push_str(&text),
                    _ => {}
                }
            }
            Event::Eof => return tests,
            _ => {}
        }
    }
}

/// Knows the time, and the base definitions of types.
struct Published;

impl Host for Published {
    fn conforms_to(&self, view: View<'_>, node: NodeId, profile: &str) -> Answer {
        let name = profile.strip_prefix("http://hl7.org/fhir/StructureDefinition/");
        match name.and_then(|name| view.model.type_id(name)) {
            Some(id) if view.model.is_a(view.type_id(node), id) => Answer::Yes,
            Some(_) => Answer::No,
            None => Answer::Wrong("no such profile is held".into()),
        }
    }

    fn now(&self) -> Option<Moment> {
        Moment::parse_date_time("2026-11-22T10:00:00.000Z")
    }
}

/// Its type and its value as text.
fn shown(item: &Item<'_>, view: View<'_>) -> (String, String) {
    match item {
        Item::Node(node) => {
            (view.type_name(*node).to_owned(), view.text(*node).unwrap_or(Cow::Borrowed("(no text)")).into_owned())
        }
        _ => {
            let kind = item.system().map_or("resource", |system| system.name());
            (kind.to_owned(), item.to_text().map_or("(no text)".to_owned(), |text| text.to_string()))
        }
    }
}

fn same_value(found: &str, wanted: &str) -> bool {
    let wanted = wanted.strip_prefix("@T").or_else(|| wanted.strip_prefix('@')).unwrap_or(wanted);
    if found == wanted {
        return true;
    }
    let number = |text: &str| hallmark::check::fhirpath::Decimal::parse(text);
    matches!((number(found), number(wanted)), (Some(a), Some(b)) if a == b)
}

/// What is wrong with what the test gives.
fn run(test: &Test, view: View<'_>) -> Result<(), String> {
    let dialect = if test.mode.as_deref() == Some("strict") { Dialect::Strict } else { Dialect::Published };
    let compiled = match Compiled::with(&test.expression, view.model, dialect) {
        Ok(compiled) => compiled,
        Err(_) if test.invalid.is_some() => return Ok(()),
        Err(error) => return Err(format!("does not compile: {error}")),
    };
    let outcome = compiled.evaluate(&mut Scratch::default(), view, Elements::ROOT, &Published);
    let items = match (outcome, &test.invalid) {
        (Err(Halt::Error(_)), Some(_)) => return Ok(()),
        (Ok(_), Some(kind)) => return Err(format!("gives something and has a {kind} error")),
        (Err(halt), _) => return Err(format!("{halt:?}")),
        (Ok(items), None) => items,
    };
    let mut found: Vec<(String, String)> = items.iter().map(|item| shown(item, view)).collect();
    if test.predicate {
        found = vec![("boolean".to_owned(), (!found.is_empty()).to_string())];
    }
    let mut wanted = test.outputs.clone();
    if !test.ordered {
        found.sort_by(|a, b| a.1.cmp(&b.1));
        wanted.sort_by(|a, b| a.1.cmp(&b.1));
    }
    let same = found.len() == wanted.len()
        && found.iter().zip(&wanted).all(|((kind, value), (wanted_kind, wanted))| {
            same_value(value, wanted) && wanted_kind.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(kind))
        });
    if same { Ok(()) } else { Err(format!("gives {found:?}, not {wanted:?}")) }
}

#[test]
fn the_published_tests_pass() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(SUITE);
    let Ok(text) = std::fs::read_to_string(folder.join("tests-fhir-r4.xml")) else {
        eprintln!("skipped: the FHIRPath suite is not here (935 tests)");
        return;
    };
    let library = Library::embedded(Release::R4);
    let model = library.model();
    let mut resources = BTreeMap::new();
    let mut failed = BTreeMap::new();
    let tests = tests(&text);
    assert!(tests.len() > 900);
    for test in &tests {
        // Tests without a resource are of literals: any will do.
        let input = if test.input.is_empty() { "patient-example.xml" } else { &test.input };
        let path = folder.join("input").join(input);
        let resource = resources.entry(input.to_owned()).or_insert_with(|| Resource::read(&path, model));
        if let Err(told) = run(test, resource.view(model)) {
            failed.insert(test.name.clone(), format!("{}: {told}", test.expression.trim()));
        }
    }
    let expected: Vec<&str> = EXPECTED
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(": ").expect("a name and a reason").0)
        .collect();
    for (name, told) in &failed {
        eprintln!("{name}: {told}");
    }
    let share = 1.0 - failed.len() as f64 / tests.len() as f64;
    eprintln!("{} of {} pass ({:.2} %)", tests.len() - failed.len(), tests.len(), share * 100.0);
    let failed: Vec<&str> = failed.keys().map(String::as_str).collect();
    assert_eq!(failed, expected, "tests that fail, and those that are expected to: the list may only shrink");
    assert!(share >= 0.994);
}
