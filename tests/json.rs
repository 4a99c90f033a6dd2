//! JSON documents against the packs: what FHIR resources prove, where faults are, what is never told.

use hallmark::check::{Coverage, Engine, Expected, Plan, Shown, Tally, Unit, Worker};
use hallmark::compile::hl7v2::Compiler;
use hallmark::ingest::{Event, Options, read_stream};
use hallmark::standard::{Catalogue, Test};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

fn plan() -> &'static (Plan, Compiler) {
    static PLAN: OnceLock<(Plan, Compiler)> = OnceLock::new();
    PLAN.get_or_init(|| {
        let plan = Plan::new(Catalogue::load(&[]).unwrap_or_else(|error| panic!("{error}")));
        let compiler = Compiler::new(&plan).unwrap_or_else(|error| panic!("{error}"));
        (plan, compiler)
    })
}

fn check(documents: &[&str], expected: Expected) -> Tally {
    let (plan, compiler) = plan();
    let mut engine = Engine::new(plan, compiler, Shown::Shapes);
    let artifact: Arc<str> = "a.json".into();
    for (at, document) in documents.iter().enumerate() {
        let unit =
            Unit { bytes: document.as_bytes(), artifact: &artifact, item: at as u64 + 1, first_line: 1, indent: 0 };
        engine.json(unit, expected);
    }
    engine.finish()
}

/// Every finding as `CODE path`.
fn found(document: &str, expected: Expected) -> Vec<String> {
    let tally = check(&[document], expected);
    let code = |rule| &plan().0.rule(rule).code;
    let groups = tally.groups.iter();
    let all =
        groups.flat_map(|(key, group)| group.first.keys().map(move |at| format!("{} {}", code(key.rule), at.path)));
    all.collect::<BTreeSet<_>>().into_iter().collect()
}

const PATIENT: &str = r#"{"resourceType":"Patient","id":"ctl1","name":[{"family":"Test"}]}"#;

#[test]
fn a_clean_resource_proves_every_rule_of_its_kind() {
    let tally = check(&[PATIENT, PATIENT], Expected::Anything);
    let (plan, _) = plan();
    assert!(tally.groups.is_empty(), "{:?}", tally.groups);
    for id in plan.ids() {
        let rule = plan.rule(id);
        let counts = tally.of(id);
        let of = |family: &str| matches!(rule.test(), Ok(Test::Syntax(codes)) if codes.iter().any(|c| c.starts_with(family)));
        assert_eq!(counts.failed + counts.cannot_tell, 0, "{}", rule.code);
        match (of("json."), of("fhir.")) {
            (true, _) => assert_eq!((counts.passed(), counts.messages, counts.reached), (2, 2, 2), "{}", rule.code),
            // How often depends on what is in the resource.
            (_, true) => assert_eq!((counts.reached, counts.messages), (2, counts.messages.min(2)), "{}", rule.code),
            _ => assert_eq!((counts.passed(), counts.messages, counts.reached), (0, 0, 0), "{}", rule.code),
        }
    }
    let of = |code: &str| tally.of(plan.find(code).expect("the rule is in the pack"));
    // Three elements a resource, two of them values: nothing is counted that was not looked at.
    assert_eq!(of("FHIR-08").passed(), 8);
    assert_eq!(of("FHIR-13a").passed(), 4);
    assert_eq!(of("FHIR-07").passed(), 2);
}

#[test]
fn what_is_no_resource_proves_nothing() {
    for (document, findings) in [
        (r#"{"name":"x"}"#, vec![]),
        (r#"{"openapi":"3.0.0","paths":{}}"#, vec![]),
        (r#"{"$schema":"x","a":1,"a":2}"#, vec!["FHIR-03 $.?"]),
        ("[]", vec!["FHIR-06a "]),
        ("null", vec!["FHIR-06a "]),
    ] {
        assert_eq!(found(document, Expected::Anything), findings, "{document}");
        let tally = check(&[document], Expected::Anything);
        assert!(tally.counts.iter().all(|counts| counts.passed() == 0), "{document}");
    }
    assert_eq!(found(r#"{"name":"x"}"#, Expected::Resource), ["FHIR-06b Resource"]);
}

#[test]
fn resources_are_found_wherever_they_may_stand() {
    let nested = r#"{"resourceType":"Bundle","entry":[
        {"resource":{"resourceType":"Patient","id":"a b","contained":[{"resourceType":"Zzyx","id":""}]}},
        {"response":{"outcome":{"resourceType":"OperationOutcome","id":7}}},
        {"resource":{"resourceType":"Parameters","parameter":[{"part":[{"resource":{"id":"x"}}]}]}},
        {"resource":"text"}]}"#;
    let expected = [
        "FHIR-06b Bundle.entry[2].resource.parameter[0].part[0].resource",
        "FHIR-06c Bundle.entry[0].resource.contained[0]",
        "FHIR-07 Bundle.entry[0].resource.id",
        "FHIR-10a Bundle.entry[1].response.outcome.id",
        "FHIR-10a Bundle.entry[3].resource",
    ];
    let mut found = found(nested, Expected::Anything);
    // What the definitions say of them is not the matter here.
    found.retain(|found| found.starts_with("FHIR-0") || found.starts_with("FHIR-1"));
    assert_eq!(found, expected);
}

#[test]
fn ids_have_their_form() {
    let id = |id: &str| found(&format!(r#"{{"resourceType":"Patient","id":"{id}"}}"#), Expected::Anything);
    for good in ["A", "a-1.B", &"a".repeat(64), r"\u0061"] {
        assert!(id(good).is_empty(), "{good}");
    }
    assert_eq!(id(""), ["FHIR-10e Patient.id"]);
    let bad = ["bad id", "../../x", "/x", r"..\\x", "é", &"a".repeat(65), r"a\u0000.json", "a_b", "--output=/x"];
    for bad in bad {
        assert!(id(bad).iter().any(|finding| finding == "FHIR-07 Patient.id"), "{bad}");
    }
}

#[test]
fn no_name_or_value_of_the_input_is_told() {
    let planted = r#"{"resourceType":"Zzyxcanary","9990004311":{"zzyxcanary":[1,]},"Mrs Qvort":NaN,"zzyxcanary":"\x",
        "birthDate":"1931-07-19","birthDate":"77 Canarywold Yard\ud800","id":"9990004311 Qvort"}"#;
    for expected in [Expected::Anything, Expected::Resource] {
        let tally = check(&[planted, &planted.replace("Zzyxcanary", "Patient"), planted.split_at(150).0], expected);
        let told = format!("{tally:?}");
        for secret in ["anary", "Qvort", "999000", "1931"] {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
    }
}

#[test]
fn a_million_bad_names_cost_little_and_are_counted() {
    let many: String = (0..1_000_000).map(|n| format!(",\"k{n}\":1")).collect();
    let document = format!("{{\"resourceType\":\"Patient\"{many}}}");
    let started = Instant::now();
    let tally = check(&[&document], Expected::Anything);
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    let rule = plan().0.find("FHIR-08").expect("the rule is in the pack");
    assert_eq!(tally.of(rule).failed, 1_000_000);
    assert_eq!(tally.groups.values().map(|group| group.count).sum::<u64>(), 1_000_000);
}

#[test]
fn the_path_of_a_late_fault_is_found_past_many_siblings() {
    let many = r#"{"family":"x"},"#.repeat(50_000);
    let document = format!(r#"{{"resourceType":"Patient","name":[{many}{{"given":[NaN,"a","\x"]}}]}}"#);
    let expected =
        ["FHIR-04a Patient.name[50000].given[2]".to_owned(), "FHIR-05a Patient.name[50000].given[0]".to_owned()];
    assert_eq!(found(&document, Expected::Anything), expected);
}

/// A run over one stream called `name`.
fn run(name: &str, mut bytes: &[u8]) -> (Tally, Option<Coverage>) {
    let (plan, compiler) = plan();
    let mut worker = Worker::new(plan, compiler, Shown::Shapes);
    let mut coverage = None;
    let mut sink = |event: Event| {
        match event {
            Event::Start(artifact) => coverage = Some(Coverage::of(&artifact)),
            Event::Block(block) => worker.block(&block, &mut |_, _| panic!("no HL7 v2 message is here")),
            Event::Trouble(_) | Event::End(_) => {}
        }
        ControlFlow::Continue(())
    };
    read_stream(name, &mut bytes, &Options::default(), &mut sink);
    (worker.finish(), coverage)
}

#[test]
fn what_an_artifact_is_decides_who_reads_it() {
    let whole = Some(Coverage::Json(Expected::Anything));
    let cases: [(&str, &[u8], Option<Coverage>); 13] = [
        ("a.json", PATIENT.as_bytes(), whole),
        ("a.txt", PATIENT.as_bytes(), whole),
        ("a.ndjson", PATIENT.as_bytes(), Some(Coverage::Json(Expected::Resource))),
        ("a.ndjson", b"{\"a\":1}\n", whole),
        ("a.json", b"/*x*/{}", whole),
        ("a.json", b"\xff\xfe{\0}\0", whole),
        ("a.xml", b"<a/>", Some(Coverage::Xml(Expected::Anything))),
        ("a.xml", b"text", Some(Coverage::Xml(Expected::Anything))),
        ("a.txt", b"<a/>", Some(Coverage::Xml(Expected::Anything))),
        ("a.txt", b"<Patient xmlns='http://hl7.org/fhir'/>", Some(Coverage::Xml(Expected::Resource))),
        ("a.json", b"<html></html>", Some(Coverage::None)),
        ("a.txt", b"text", Some(Coverage::None)),
        ("a.hl7", b"MSH|^~\\&|", Some(Coverage::Hl7v2)),
    ];
    for (name, bytes, expected) in cases {
        let mut bytes = bytes;
        let mut coverage = None;
        read_stream(name, &mut bytes, &Options::default(), &mut |event| {
            if let Event::Start(artifact) = event {
                coverage = Some(Coverage::of(&artifact));
            }
            ControlFlow::Continue(())
        });
        assert_eq!(coverage, expected, "{name}");
    }
    assert_eq!(run("a.xml", b"<a/>").0.messages, 0);
}

#[test]
fn a_bad_line_is_one_finding_on_its_line_and_the_others_are_checked() {
    let mut lines: Vec<String> = (0..100).map(|n| PATIENT.replace("ctl1", &format!("p{n}"))).collect();
    lines[41] = "{\"resourceType\":".to_owned();
    lines[60] = "[".repeat(300_000);
    lines[80] = r#"{"id":"x"}"#.to_owned();
    let (tally, _) = run("bulk.ndjson", lines.join("\n").as_bytes());
    assert_eq!(tally.messages, 100);
    let code = |rule| plan().0.rule(rule).code.as_str();
    let mut found: Vec<_> = tally
        .groups
        .iter()
        .flat_map(|(key, group)| {
            group.first.iter().map(move |(place, at)| (at.position.line, code(key.rule), place.item))
        })
        .collect();
    found.sort_unstable();
    assert_eq!(found, [(42, "FHIR-01b", 42), (61, "FHIR-09", 61), (81, "FHIR-06b", 81)]);
}

/// 400,000 small resources in one stream; prints the time, for a build with optimisation.
#[test]
#[ignore = "a measurement"]
fn bulk_speed() {
    let bulk: String = (0..400_000).map(|n| PATIENT.replace("ctl1", &format!("p{n}")) + "\n").collect();
    let started = Instant::now();
    let (tally, _) = run("bulk.ndjson", bulk.as_bytes());
    assert_eq!(tally.messages, 400_000);
    assert!(tally.groups.is_empty());
    eprintln!("{} bytes in {:?}", bulk.len(), started.elapsed());
}
