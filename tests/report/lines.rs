//! The forms that are read line by line or object by object: NDJSON, GitHub, GitLab, OperationOutcome.

use crate::{fixture, render};
use hallmark::report::{Format, model::*};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

fn records(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn ndjson_has_a_record_per_thing_and_a_true_trailer() {
    let report = fixture::report();
    let text = render(Format::Ndjson, &report);
    let all = records(&text);
    let of = |kind: &str| all.iter().filter(|record| record["type"] == kind).cloned().collect::<Vec<_>>();
    assert_eq!(all[0]["type"], "run");
    let findings: Vec<Finding> =
        of("finding").into_iter().map(|record| serde_json::from_value(record).unwrap()).collect();
    assert_eq!(findings, report.findings);
    assert_eq!(of("rule").len(), report.rules.len());
    assert_eq!(of("verdict").len(), report.verdicts.len());
    assert_eq!(of("group").len(), report.groups.len());
    assert_eq!(of("requirement").len(), report.requirements.len());
    assert_eq!(of("artifact").len(), report.artifacts.len());
    let end = all.last().unwrap();
    assert_eq!(
        (&end["type"], &end["complete"], &end["counts"]["findings"]),
        (&"end".into(), &false.into(), &38.into())
    );
    let before = &text[..text.trim_end().rfind('\n').unwrap() + 1];
    let digest: String = Sha256::digest(before.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(end["sha256"], digest.as_str());
}

#[test]
fn hostile_text_forges_no_line() {
    let report = fixture::hostile();
    let text = render(Format::Ndjson, &report);
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
    assert_eq!(records(&text).iter().filter(|r| r["type"] == "finding").count(), report.findings.len());

    let mut shown = fixture::hostile();
    shown.contains_patient_data = false;
    let text = render(Format::Github, &shown);
    for line in text.lines() {
        assert!(line.starts_with("::error ") || line.starts_with("::notice "), "{line}");
        assert!(!line.contains("<img"));
    }
    assert_eq!(text.lines().count(), 2);
}

#[test]
fn github_gets_a_line_per_group_at_its_first_place() {
    let text = render(Format::Github, &fixture::report());
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[0].starts_with("::notice title=Hallmark verdicts::PAS feed to a trust integration engine: blocked; ")
    );
    assert!(lines[1].starts_with(
        "::error file=feeds/adt-march.hl7,line=3,col=9,endColumn=21,title=ID-02::NHS number has 10 digits"
    ));
    assert!(lines[1].contains("(24 places at PID-3.1)"));
    assert!(lines[3].starts_with("::warning "));
    assert!(lines[4].contains("could not be decided"));
    assert_eq!(lines.len(), 5);
}

#[test]
fn github_withholds_patient_data() {
    let text = render(Format::Github, &fixture::hostile());
    assert_eq!(text.lines().count(), 1);
    assert!(text.contains("withheld"));
}

#[test]
fn gitlab_fingerprints_are_unique_and_severities_known() {
    let mut report = fixture::report();
    report.findings.extend(fixture::report().findings);
    let all: Vec<Value> = serde_json::from_str(&render(Format::Gitlab, &report)).unwrap();
    assert_eq!(all.len(), report.findings.len());
    let prints: BTreeSet<&str> = all.iter().map(|one| one["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(prints.len(), all.len());
    for one in &all {
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&one["severity"].as_str().unwrap()));
        assert!(one["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
        assert!(!one["location"]["path"].as_str().unwrap().is_empty());
    }
    assert_eq!((&all[0]["severity"], &all[0]["check_name"]), (&"blocker".into(), &"ID-02".into()));
    assert_eq!(all[5]["severity"], "info");
    assert!(all[5]["description"].as_str().unwrap().starts_with("Waived: "));
    assert_eq!(all[7]["severity"], "minor");
}

#[test]
fn an_operation_outcome_uses_only_the_codes_of_its_value_sets() {
    let severities = ["fatal", "error", "warning", "information"];
    let codes = ["invalid", "incomplete", "informational"];
    let mut empty = Report { complete: true, ..Report::default() };
    for report in [fixture::report(), fixture::hostile(), empty.clone()] {
        let outcome: Value = serde_json::from_str(&render(Format::OperationOutcome, &report)).unwrap();
        assert_eq!(outcome["resourceType"], "OperationOutcome");
        let issues = outcome["issue"].as_array().unwrap();
        assert!(!issues.is_empty());
        for issue in issues {
            assert!(severities.contains(&issue["severity"].as_str().unwrap()));
            assert!(codes.contains(&issue["code"].as_str().unwrap()));
            for text in [&issue["details"]["text"], &issue["diagnostics"], &issue["location"][0]] {
                let Some(text) = text.as_str() else { continue };
                assert!(!text.is_empty() && !text.contains(char::is_control));
            }
        }
    }
    let outcome: Value = serde_json::from_str(&render(Format::OperationOutcome, &fixture::report())).unwrap();
    let issue = &outcome["issue"];
    assert_eq!(issue[0]["location"][0], "PID-3[1].1");
    assert!(issue[0].get("expression").is_none());
    assert_eq!((&issue[5]["severity"], &issue[7]["code"]), (&"information".into(), &"incomplete".into()));
    assert_eq!(issue.as_array().unwrap().len(), 9, "the partial report is an issue too");

    empty.artifacts = vec![Artifact { id: "p.json".into(), kind: "FHIR R4 Patient".into(), ..Artifact::default() }];
    empty.findings = vec![Finding { artifact: "p.json".into(), path: "Patient.name[0]".into(), ..Finding::default() }];
    let outcome: Value = serde_json::from_str(&render(Format::OperationOutcome, &empty)).unwrap();
    assert_eq!(outcome["issue"][0]["expression"][0], "Patient.name[0]");
}
