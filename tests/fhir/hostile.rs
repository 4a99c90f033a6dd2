//! Resources and definitions made to hurt, small enough to make here: each comes out, soon, with what is wrong named.

use crate::house::House;
use hallmark::standard::fhir::Syntax;
use serde_json::json;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static BASE: LazyLock<House> = LazyLock::new(|| House::of(&["hl7-fhir-r4"], &[]));

/// What one of them may take in a build without optimisation, on a machine that does other things too.
const LONGEST: Duration = Duration::from_secs(20);

/// Findings of which one message lists so many at most.
const MOST: usize = 1_500;

/// What `text` comes to, and that it does not take long.
fn checked(house: &House, text: &str) -> Vec<String> {
    let syntax = if text.starts_with('<') { Syntax::Xml } else { Syntax::Json };
    let begun = Instant::now();
    let tally = house.check(text.as_bytes(), syntax);
    assert!(begun.elapsed() < LONGEST, "{} s", begun.elapsed().as_secs());
    let found: Vec<String> = house.findings(&tally, &[]).into_iter().collect();
    assert!(found.len() <= MOST, "{} findings", found.len());
    if let Some(finding) = found.iter().find(|finding| finding.len() > 2_000) {
        panic!("a finding of more than a page: {} …", finding.chars().take(500).collect::<String>());
    }
    found
}

fn patient(members: &str) -> String {
    format!("{{\"resourceType\":\"Patient\"{members}}}")
}

fn definition(base: &str, expression: &str) -> String {
    let constraint = json!([{"key": "k-1", "severity": "error", "human": "h", "expression": expression}]);
    json!({
        "resourceType": "StructureDefinition", "url": "http://x.test/a", "name": "A", "status": "draft",
        "kind": "resource", "abstract": false, "type": "Patient", "baseDefinition": base, "derivation": "constraint",
        "differential": {"element": [{"id": "Patient", "path": "Patient", "constraint": constraint}]},
    })
    .to_string()
}

const PATIENT: &str = "http://hl7.org/fhir/StructureDefinition/Patient";

/// Expressions that would never come to an end, or fill the memory.
fn expressions() -> [(&'static str, String); 8] {
    let numbers: Vec<String> = (0..64).map(|number| number.to_string()).collect();
    [
        ("brackets", format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000))),
        ("repeat", "repeat($this & 'a').count() > 0".to_owned()),
        ("doubling", format!("({}).aggregate($total & $total, 'a').length() > 0", numbers.join("|"))),
        ("descendants", "descendants().descendants().descendants().descendants().count() >= 0".to_owned()),
        ("regex", "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(a+)+$')".to_owned()),
        ("counted regex", "'a'.matches('(((a{1000}){1000}){1000}){1000}')".to_owned()),
        ("chain", vec!["true"; 50_000].join(" and ")),
        ("signs", format!("{}1 = 1", "-".repeat(100_000))),
    ]
}

#[test]
fn resources_made_to_hurt_come_out_with_what_is_wrong() {
    let deep = |open: &str, close: &str, count: usize| format!("{}{}", open.repeat(count), close.repeat(count));
    let xml = |inside: &str| format!("<Patient xmlns=\"http://hl7.org/fhir\">{inside}</Patient>");
    let ring: Vec<String> = (0..400)
        .map(|at| {
            let next = format!("urn:uuid:00000000-0000-4000-8000-{:012}", (at + 1) % 400);
            format!(
                "{{\"fullUrl\":\"urn:uuid:00000000-0000-4000-8000-{at:012}\",\"resource\":{}}}",
                patient(&format!(",\"link\":[{{\"other\":{{\"reference\":\"{next}\"}},\"type\":\"seealso\"}}]"))
            )
        })
        .collect();
    let ring = format!("{{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{}]}}", ring.join(","));
    assert_eq!(checked(&BASE, &ring), Vec::<String>::new());
    for (about, text) in [
        ("extensions", patient(&deep(",\"extension\":[{\"url\":\"u\"", "}]", 20_000))),
        ("contained", patient(&deep(",\"contained\":[{\"resourceType\":\"Patient\"", "}]", 5_000))),
        ("elements", xml(&deep("<extension>", "</extension>", 50_000))),
        ("unknown elements", xml(&"<bogus/>".repeat(20_000))),
        ("unknown members", patient(&format!(",\"name\":[{}{{\"x\":1}}]", "{\"famly\":1},".repeat(20_000)))),
        ("a long name", patient(&format!(",\"{}\":1", "k".repeat(1 << 20)))),
        ("a long element", xml(&format!("<{}/>", "n".repeat(1 << 20)))),
        ("a long id", patient(&format!(",\"id\":\"{}!\"", "a".repeat(1 << 20)))),
        ("a long string", patient(&format!(",\"name\":[{{\"family\":\"{}\\u0001\"}}]", " ".repeat(1 << 20)))),
        ("twice", patient(",\"id\":\"a\",\"\\u0069d\":\"b\"")),
        ("prototypes", patient(",\"__proto__\":{\"a\":1},\"constructor\":{\"prototype\":1}")),
        ("a number", patient(",\"multipleBirthInteger\":99999999999999999999999")),
        ("base64", format!("{{\"resourceType\":\"Binary\",\"contentType\":\"a/b\",\"data\":\"{}!\"}}", "QUJD".repeat(1 << 18))),
        ("one from itself", definition("http://x.test/a", "true")),
        ("brackets", definition(PATIENT, &expressions()[0].1)),
        ("entities", "<!DOCTYPE P [<!ENTITY a \"&b;&b;\"><!ENTITY b \"&a;\">]><Patient xmlns=\"http://hl7.org/fhir\"/>".to_owned()),
        ("include", "<Patient xmlns=\"http://hl7.org/fhir\" xmlns:i=\"http://www.w3.org/2001/XInclude\"><i:include href=\"/etc/passwd\"/></Patient>".to_owned()),
    ] {
        assert!(!checked(&BASE, &text).is_empty(), "nothing is wrong with {about}");
    }
}

/// Definitions as a user lays them over FHIR's own.
fn package(name: &str, resources: &[String]) -> (tempfile::TempDir, House) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made: PathBuf = folder.path().join("package");
    std::fs::create_dir_all(&made).expect("a temporary folder");
    let manifest = json!({"name": name, "version": "1.0.0", "fhirVersions": ["4.0.1"]}).to_string();
    std::fs::write(made.join("package.json"), manifest).expect("it can be written");
    for (at, resource) in resources.iter().enumerate() {
        std::fs::write(made.join(format!("{at}.json")), resource).expect("it can be written");
    }
    let house = House::of(&["hl7-fhir-r4"], &[folder.path().to_owned()]);
    (folder, house)
}

const CLAIM: &str = ",\"meta\":{\"profile\":[\"http://x.test/a\"]},\"name\":[{\"family\":\"Example\"}]";

#[test]
fn expressions_made_to_hurt_are_stopped() {
    for (about, expression) in expressions() {
        let (_folder, house) = package("x.test", &[definition(PATIENT, &expression)]);
        let found = checked(&house, &patient(CLAIM));
        assert!(found.iter().all(|finding| finding.contains("FHIR-3")), "{about}: {found:#?}");
    }
}

#[test]
fn definitions_that_go_round_are_stopped() {
    let derived = |url: &str, base: &str| definition(base, "true").replace("http://x.test/a", url);
    let (_folder, house) = package(
        "x.test",
        &[derived("http://x.test/a", "http://x.test/b"), derived("http://x.test/b", "http://x.test/a")],
    );
    assert!(!checked(&house, &patient(CLAIM)).is_empty());
    // Each includes the next twice, and the last the first.
    let sets: Vec<String> = (0..40)
        .map(|at| {
            let next = format!("http://x.test/v{}", (at + 1) % 40);
            json!({
                "resourceType": "ValueSet", "url": format!("http://x.test/v{at}"), "status": "draft",
                "compose": {"include": [{"valueSet": [next]}, {"valueSet": [next]}]},
            })
            .to_string()
        })
        .collect();
    let mut bound: serde_json::Value = serde_json::from_str(&definition(PATIENT, "true")).expect("it is JSON");
    let elements = bound["differential"]["element"].as_array_mut().expect("it has elements");
    elements.push(json!({
        "id": "Patient.maritalStatus", "path": "Patient.maritalStatus",
        "binding": {"strength": "required", "valueSet": "http://x.test/v0"},
    }));
    let all: Vec<String> = sets.into_iter().chain([bound.to_string()]).collect();
    let (_folder, house) = package("x.test", &all);
    let status = ",\"maritalStatus\":{\"coding\":[{\"system\":\"http://x.test/s\",\"code\":\"a\"}]}";
    assert!(!checked(&house, &patient(&format!("{CLAIM}{status}"))).is_empty());
}
