//! `detect`, `list`, `explain`, `standards test`, `completions`, `man`.

use crate::{Bench, conforming};
use std::path::Path;

#[test]
fn lists_are_text_json_and_csv() {
    let bench = Bench::new();
    for what in ["standards", "integrations", "requirements", "rules"] {
        let text = bench.run(&["list", what]).code(0).out;
        let json: serde_json::Value =
            serde_json::from_str(&bench.run(&["list", what, "--format", "json"]).code(0).out).expect("JSON");
        let rows = json.as_array().expect("a list").len();
        assert_eq!(text.lines().count(), rows + 1, "{what}: a heading and a line for each");
        let csv = bench.run(&["list", what, "--format", "csv"]).code(0).out;
        let read = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes()).into_records().count();
        assert_eq!(read, rows, "{what}");
        let narrowed = bench.run(&["list", what, "--for", "results/gp-sender", "--format", "json"]).code(0).out;
        let narrowed: serde_json::Value = serde_json::from_str(&narrowed).expect("JSON");
        assert!((1..rows).contains(&narrowed.as_array().expect("a list").len()), "{what}");
    }
    let requirements = bench.run(&["list", "requirements"]).out;
    assert!(requirements.contains("(not tested: "), "{requirements}");
    let ran = bench.run(&["list", "rules", "--for", "pas/fed"]).code(2);
    assert!(ran.said().contains("did you mean pas/feed?"), "{}", ran.err);
}

#[test]
fn every_rule_requirement_standard_and_integration_is_explained() {
    let bench = Bench::new();
    for what in ["standards", "integrations", "requirements", "rules"] {
        let json = bench.run(&["list", what, "--format", "json"]).code(0).out;
        let json: Vec<serde_json::Value> = serde_json::from_str(&json).expect("JSON");
        let ids: Vec<&str> = json.iter().filter_map(|row| row["id"].as_str().or(row["code"].as_str())).collect();
        assert_eq!(ids.len(), json.len());
        let told = bench.run(&[&["explain"], ids.as_slice()].concat()).code(0).out;
        for id in ids {
            assert!(told.contains(id), "{id}");
        }
    }
}

#[test]
fn a_rule_is_explained_with_what_fails_and_what_passes() {
    let bench = Bench::new();
    let told = bench.run(&["explain", "id-02"]).code(0).out;
    for part in ["nhs-number-check-digit", "why ", "fix ", "blocks ", "source ", "  fails\n", "  passes\n", "PID|"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let ran = bench.run(&["explain", "ID-2"]).code(2);
    assert!(ran.said().contains("did you mean ID-02?"), "{}", ran.err);
}

#[test]
fn detection_gives_its_reasons() {
    let bench = Bench::new();
    bench.write("work/a.hl7", conforming()).write("work/b.html", "<!DOCTYPE html><html><body>Sign in</body></html>");
    let text = bench.run(&["detect", "a.hl7", "b.html"]).code(0).out;
    assert!(text.contains("HL7 v2 2.4 ADT^A01") && text.contains("because") && text.contains("html"), "{text}");
    let json = bench.run(&["detect", ".", "--format", "json"]).code(0).out;
    let json: Vec<serde_json::Value> = serde_json::from_str(&json).expect("JSON");
    assert_eq!((json[0]["syntax"].as_str(), json[1]["syntax"].as_str()), (Some("hl7v2"), Some("html")));
    bench.run(&["detect", "absent"]).code(2);
    std::fs::create_dir(bench.path("work/empty")).expect("it is ours");
    assert_eq!(bench.run(&["detect", "empty", "--format", "json"]).code(0).out, "[]\n");
}

/// A trust's own pack: one rule, and its proof on a sample of ours.
fn pack(bench: &Bench, rule: &str) {
    let requirements = "id,section,verb,statement,why_not_tested\nT-01,1,SHALL,The ward is named.,\n";
    bench
        .write(
            "work/packs/trust/standard.toml",
            "id = 'trust'\ntitle = 'Ours'\npublisher = 'Us'\nversion = '1'\nstatus = 'active'\nlayer = 100\n\
             builds_on = ['itk-hl7v2-adt']\nsyntax = 'hl7v2'\nmessages = ['ADT']\nintegrations = ['pas/feed']\n",
        )
        .write("work/packs/trust/requirements.csv", requirements)
        .write("work/packs/trust/rules/ward.toml", rule);
}

const RULE: &str = "[[rule]]\ncode = 'T-01'\nname = 'ward-missing'\nrequirement = ['T-01']\nseverity = 'warning'\n\
                    messages = ['ADT^A01']\non = 'message'\nassert = \"PID-5.1 != 'OURS'\"\nmessage = 'no ward'\n\
                    why = 'w'\nfix = 'f'\nsource = { title = 's', section = '1', verified = true }\n";
const PROOF: &str = "[[rule.breaks]]\nsample = 'itk-hl7v2-adt/a01.hl7'\nset = { 'PID-5.1' = 'OURS' }\nat = 'message'\n";

#[test]
fn a_trusts_own_pack_is_tested_and_used() {
    let bench = Bench::new();
    pack(&bench, &format!("{RULE}{PROOF}"));
    let ran = bench.run(&["standards", "test", "packs"]).code(0);
    assert!(ran.out.contains("1 rule, 1 proof, 1 requirement"), "{}", ran.out);
    let ours = String::from_utf8(conforming()).expect("ASCII");
    let name = ours.split('|').nth(ours.split("PID|").next().expect("it has a PID").matches('|').count() + 5);
    let ours = ours.replacen(name.expect("it has a name").split('^').next().expect("one part"), "OURS", 1);
    bench.write("work/a.hl7", ours);
    let used = bench.run(&["check", "a.hl7", "--standards", "packs", "--fail-on", "warning"]).code(1);
    assert!(used.out.contains("T-01"), "{}", used.out);
    bench.run(&["check", "a.hl7", "--fail-on", "warning"]).code(0);
}

#[test]
fn what_is_wrong_with_a_pack_is_told() {
    let bench = Bench::new();
    pack(&bench, RULE);
    let ran = bench.run(&["standards", "test", "packs"]).code(1);
    assert!(ran.out.contains("it has no proof"), "{}", ran.out);
    pack(&bench, &format!("{RULE}{}", PROOF.replace("OURS' }", "SMITH' }")));
    assert!(bench.run(&["standards", "test", "packs"]).code(1).out.contains("not found: T-01@message"));
    pack(&bench, &format!("{RULE}{PROOF}").replace("assert = \"PID-5.1 != 'OURS'\"", "across = 'no-such-check'"));
    assert!(bench.run(&["standards", "test", "packs"]).code(1).out.contains("no check across messages"));
    pack(&bench, &format!("{RULE}{PROOF}").replace("PID-5.1 != ", "PID-5.1 !! "));
    let ran = bench.run(&["standards", "test", "packs"]).code(2);
    assert!(ran.said().contains("trust/rules/ward.toml:1:1"), "{}", ran.err);
    pack(&bench, &format!("colour = 1\n{RULE}"));
    let ran = bench.run(&["standards", "test", "packs"]).code(2);
    assert!(ran.said().contains("ward.toml:1:1"), "{}", ran.err);
}

#[test]
fn our_own_packs_pass_the_test_that_trusts_run() {
    let standards = Path::new(env!("CARGO_MANIFEST_DIR")).join("standards").display().to_string();
    let ran = Bench::new().run(&["standards", "test", &standards]).code(0);
    assert!(!ran.out.contains("to be mended"), "{}", ran.out);
}

#[test]
fn completions_and_manual_pages_are_made() {
    let bench = Bench::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(bench.run(&["completions", shell]).code(0).out.contains("hallmark"), "{shell}");
    }
    assert!(bench.run(&["man"]).code(0).out.contains(".TH hallmark"));
    assert!(bench.run(&["man", "check"]).code(0).out.contains("\\-\\-fail\\-on"));
    assert!(bench.run(&["man", "chek"]).code(2).said().contains("check"));
}

#[test]
fn expressions_are_evaluated_on_a_resource_in_json_and_in_xml() {
    let bench = Bench::new();
    let json = r#"{"resourceType": "Patient", "name": [{"family": "SPECIMEN", "given": ["ALEX", "B\u001b[2J"]}]}"#;
    let xml = r#"<Patient xmlns="http://hl7.org/fhir"><name><family value="SPECIMEN"/><given value="ALEX"/></name></Patient>"#;
    bench.write("work/p.json", json).write("work/p.xml", xml);
    for file in ["p.json", "p.xml"] {
        let told = bench.run(&["fhirpath", "name.family | name.count()", file]).code(0).out;
        assert_eq!(told, "string: SPECIMEN\nInteger: 1\n", "{file}");
        assert_eq!(bench.run(&["fhirpath", "name", file]).code(0).out, "HumanName at Patient.name[0]\n");
    }
    let told = bench.run(&["fhirpath", "name.given", "p.json"]).code(0).out;
    assert!(!told.contains('\u{1b}'), "text of the file does not reach the terminal as commands: {told}");
    let told = bench.run(&["fhirpath", "now() > @2020-01-01", "p.json"]).code(0).out;
    assert_eq!(told, "Boolean: true\n");
    let told = bench.run(&["fhirpath", "name.given.first()", "p.json", "--format", "json"]).code(0).out;
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    let wanted = serde_json::json!([{"type": "string", "value": "ALEX", "path": "Patient.name[0].given[0]"}]);
    assert_eq!(told, wanted);
    assert_eq!(bench.run(&["fhirpath", "photo", "p.json"]).code(0).out, "");
    let said = bench.run(&["fhirpath", "name.givn()", "p.json"]).code(2).said();
    assert!(said.contains("there is no function givn") && said.contains("^^^^"), "{said}");
    let said = bench.run(&["fhirpath", "name.memberOf('x')", "p.json"]).code(2).said();
    assert!(said.contains("cannot be decided"), "{said}");
    bench.write("work/n.txt", "no resource");
    bench.run(&["fhirpath", "name", "n.txt"]).code(2);
    bench.run(&["fhirpath", "name", "absent"]).code(2);
}
