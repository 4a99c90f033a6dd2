//! SARIF against the official schema, and what the schema cannot say.

use crate::{fixture, render};
use hallmark::report::{
    Format,
    model::{Finding, Report},
    sarif,
};
use serde_json::Value;

fn parsed(report: &Report) -> Value {
    serde_json::from_str(&render(Format::Sarif, report)).unwrap()
}

fn schema() -> jsonschema::Validator {
    let mut schema: Value = serde_json::from_str(include_str!("../schemas/sarif-schema-2.1.0.json")).unwrap();
    // The pattern for `language` has a stray `]`, which strict regular expressions refuse; we write no `language`.
    for holder in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][holder]["properties"]["language"];
        language.as_object_mut().unwrap().remove("pattern").unwrap();
    }
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn sarif_conforms_to_the_official_schema() {
    let schema = schema();
    for report in [fixture::report(), fixture::hostile(), fixture::many(50), Report::default()] {
        let log = parsed(&report);
        let errors: Vec<_> = schema.iter_errors(&log).map(|e| format!("{} {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let mut broken = parsed(&fixture::report());
    broken["runs"][0]["results"][0]["level"] = "grave".into();
    assert!(!schema.is_valid(&broken), "the schema checks nothing");
}

#[test]
fn every_rule_is_listed_and_every_result_points_at_its_own() {
    let report = fixture::report();
    let log = parsed(&report);
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), report.rules.len());
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    for (result, finding) in run["results"].as_array().unwrap().iter().zip(&report.findings) {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        assert_eq!(result["partialFingerprints"]["hallmark/v1"], finding.fingerprint.as_str());
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["region"]["startLine"], finding.line);
        assert_eq!(place["region"]["startColumn"], finding.column);
        assert_eq!(place["region"]["endColumn"], finding.column + finding.length);
        assert_eq!(place["artifactLocation"]["uri"], finding.artifact.as_str());
        assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
        let artifact = place["artifactLocation"]["index"].as_u64().unwrap() as usize;
        assert_eq!(report.artifacts[artifact].id, finding.artifact);
        assert_eq!(result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], finding.path.as_str());
    }
}

#[test]
fn waived_known_and_undecided_findings_are_told_apart() {
    let log = parsed(&fixture::report());
    let results = &log["runs"][0]["results"];
    assert!(results[0].get("suppressions").is_none());
    assert_eq!(results[0]["baselineState"], "new");
    assert_eq!(results[5]["suppressions"][0]["status"], "accepted");
    assert!(results[5]["suppressions"][0]["justification"].as_str().unwrap().contains("Chief information officer"));
    assert_eq!(results[6]["baselineState"], "unchanged");
    assert_eq!((&results[7]["kind"], &results[7]["level"]), (&"open".into(), &"none".into()));
    assert_eq!((&results[0]["kind"], &results[0]["level"]), (&"fail".into(), &"error".into()));
}

#[test]
fn a_partial_report_and_unlisted_places_are_said() {
    let log = parsed(&fixture::report());
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let said = invocation["toolExecutionNotifications"].to_string();
    assert!(said.contains("one archive entry could not be read"), "{said}");
    assert!(said.contains("33 further places"), "{said}");
}

#[test]
fn past_the_limit_the_least_serious_go_and_it_is_said() {
    let mut report = fixture::report();
    let make = |severity: &str| Finding { severity: severity.into(), ..report.findings[0].clone() };
    let (warning, error) = (make("warning"), make("error"));
    report.findings = vec![warning; sarif::RESULTS];
    report.findings.extend(vec![error; 10]);
    let log = parsed(&report);
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), sarif::RESULTS);
    assert_eq!(results.iter().filter(|result| result["level"] == "error").count(), 10);
    assert!(log["runs"][0]["invocations"].to_string().contains("10 less serious findings are left out"));
}

#[test]
fn a_name_never_becomes_a_scheme_or_raw_text() {
    let text = render(Format::Sarif, &fixture::hostile());
    let log: Value = serde_json::from_str(&text).unwrap();
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
        assert!(!uri.contains(':') && uri.bytes().all(|b| b.is_ascii_graphic()), "{uri}");
    }
    assert!(!text.contains(['<', '\u{202e}', '\u{9b}']));
}
