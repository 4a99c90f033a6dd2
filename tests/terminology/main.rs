//! `check --terminology`, through the real binary, against a FHIR terminology server over loopback.

mod server;

use serde_json::{Value, json};
use server::{Reply, Seen, Server, content, json as reply, plain};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;

const SNOMED: &str = "http://snomed.info/sct";

/// A project, a home, and the binary run there with nothing of our environment.
struct Project {
    folder: TempDir,
}

impl Project {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("it is ours");
    }

    /// A Condition with a coding.
    fn condition(&self, name: &str, system: &str, code: &str, display: &str) {
        self.write(name, &condition(system, code, display).to_string());
    }

    fn output(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hallmark"));
        command.env_clear().env("HOME", self.path("home")).env("LC_ALL", "C.UTF-8").env("COLUMNS", "400");
        command.envs(environment.iter().copied()).current_dir(self.folder.path()).args(arguments);
        command.output().expect("it starts")
    }

    /// The report of a check of `what` with `more` arguments, and what was said on standard error.
    #[track_caller]
    fn report(&self, what: &[&str], more: &[&str], environment: &[(&str, &str)]) -> (Report, String) {
        let fixed = ["--use", "hl7-fhir-r4", "--format", "json", "--fail-on", "never", "--as-of", "2026-11-22"];
        let arguments = [&["check"], what, &fixed, more].concat();
        let output = self.output(&arguments, environment);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let text = String::from_utf8(output.stdout).expect("it is UTF-8");
        assert!(output.status.code() != Some(2), "{said}");
        assert!(!text.contains("CANARY") && !said.contains("CANARY"), "a server's words are not ours");
        (Report(serde_json::from_str(&text).expect("it is JSON"), text), said)
    }
}

fn condition(system: &str, code: &str, display: &str) -> Value {
    let mut coding = json!({ "system": system, "code": code });
    if !display.is_empty() {
        coding["display"] = display.into();
    }
    json!({
        "resourceType": "Condition", "id": "c",
        "clinicalStatus": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active" }] },
        "code": { "coding": [coding], "text": "FREETEXT of Mrs Smith" },
        "subject": { "reference": "Patient/a" },
    })
}

struct Report(Value, String);

impl Report {
    /// The findings of the rule for this fault of FHIR: outcome and message.
    fn of(&self, fault: &str) -> Vec<(String, String)> {
        let rules = self.0["rules"].as_array().expect("there are rules");
        let codes: Vec<&Value> = rules.iter().filter(|rule| rule["name"] == fault).map(|rule| &rule["code"]).collect();
        let findings = self.0["findings"].as_array().expect("there are findings");
        let of = findings.iter().filter(|finding| codes.contains(&&finding["rule"]));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        of.map(|finding| (text(&finding["outcome"]), text(&finding["message"]))).collect()
    }

    fn used(&self, what: &str) -> u64 {
        self.0["terminology"][what].as_u64().unwrap_or(u64::MAX)
    }

    fn unknown(&self) -> Vec<(String, String)> {
        self.of("code-unknown")
    }
}

#[test]
fn codes_that_nothing_held_decides_are_decided_in_one_batch() {
    let server = Server::start(content);
    let project = Project::new();
    let all = [
        (SNOMED, "22298006", "Myocardial infarction"),
        (SNOMED, "195967001", "asthma"),
        (SNOMED, "84114007", "Heart failure"),
        ("https://trust.example/local", "x1", ""),
    ];
    let lines = all.map(|(system, code, display)| format!("{}\n", condition(system, code, display)));
    project.write("in.ndjson", &lines.concat());
    let (offline, _) = project.report(&["in.ndjson"], &[], &[]);
    assert!(offline.0.get("terminology").is_none());
    assert_eq!(offline.unknown().len(), 4, "{:?}", offline.unknown());
    let (report, _) = project.report(&["in.ndjson"], &["--terminology", &server.url()], &[]);
    let unknown = report.unknown();
    assert_eq!(unknown.len(), 2, "{unknown:?}");
    let failed: Vec<_> = unknown.iter().filter(|(outcome, _)| outcome == "failed").collect();
    assert_eq!(failed.len(), 1, "84114007 is not of this server's SNOMED CT: {unknown:?}");
    assert!(
        unknown
            .iter()
            .any(|(outcome, why)| outcome == "cannot-tell" && why.contains("server does not hold the code system"))
    );
    assert_eq!(report.0["terminology"]["server"], server.origin());
    assert_eq!((report.used("answered_by_server"), report.used("answered_by_cache")), (3, 0));
    assert_eq!(report.used("unanswered"), 1);
    let asked = server.asked();
    assert_eq!(asked.len(), 1, "three codes, one request: {asked:?}");
    assert!(!asked[0].body.contains("x1"), "what the server says it does not hold is not sent");
    let sent = &asked[0].body;
    assert!(!sent.contains("FREETEXT") && !sent.contains("asthma") && !sent.contains("Patient"), "{sent}");
}

#[test]
fn a_second_run_needs_no_server_and_says_the_same() {
    let project = Project::new();
    project.condition("a.json", SNOMED, "22298006", "Cardiac infarction");
    project.condition("b.json", SNOMED, "84114007", "");
    let server = Server::start(content);
    let url = server.url();
    let (first, _) = project.report(&["a.json", "b.json"], &["--terminology", &url], &[]);
    assert_eq!(first.unknown().len(), 1);
    drop(server);
    let (second, said) = project.report(&["a.json", "b.json"], &["--terminology", &url], &[]);
    assert_eq!(first.0["findings"], second.0["findings"]);
    assert_eq!(said, "");
    assert_eq!((second.used("answered_by_server"), second.used("answered_by_cache")), (0, 3));
    // Names of files and their content tell nothing of what was asked.
    let cache = project.path("home/.cache/hallmark/terminology");
    let mut files = Vec::new();
    walk(&cache, &mut files);
    assert_eq!(files.len(), 3);
    for file in files {
        let text = format!("{}{}", file.display(), std::fs::read_to_string(&file).expect("it is there"));
        assert!(!text.contains("22298006") && !text.contains("84114007") && !text.contains("Smith"), "{text}");
    }
}

fn walk(folder: &std::path::Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("it is there").flatten() {
        if entry.path().is_dir() { walk(&entry.path(), files) } else { files.push(entry.path()) }
    }
}

#[test]
fn displays_are_compared_here_and_never_sent() {
    let server = Server::start(content);
    let project = Project::new();
    for (name, display) in [("a.json", "Heart attack"), ("b.json", "heart  ATTACK"), ("c.json", "Broken toe")] {
        project.condition(name, SNOMED, "22298006", display);
    }
    let (report, _) = project.report(&["a.json", "b.json", "c.json"], &["--terminology", &server.url()], &[]);
    assert_eq!(report.unknown(), []);
    let wrong = report.of("display");
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(
        server.asked().iter().all(|seen| !seen.body.to_lowercase().contains("attack") && !seen.body.contains("toe"))
    );
}

#[test]
fn a_server_without_batches_and_capabilities_is_asked_one_by_one() {
    let server = Server::start(plain);
    let project = Project::new();
    project.condition("a.json", SNOMED, "22298006", "");
    project.condition("b.json", SNOMED, "84114007", "");
    project.condition("c.json", "https://trust.example/local", "x1", "");
    let (report, _) = project.report(&["a.json", "b.json", "c.json"], &["--terminology", &server.url()], &[]);
    let mut outcomes: Vec<String> = report.unknown().into_iter().map(|(outcome, _)| outcome).collect();
    outcomes.sort();
    assert_eq!(outcomes, ["cannot-tell", "failed"]);
    assert_eq!(server.asked().iter().filter(|seen| seen.path.ends_with("$validate-code")).count(), 3);
}

#[test]
fn value_sets_are_decided_whole_or_by_their_parts() {
    let server = Server::start(content);
    let project = Project::new();
    let set = |name: &str, compose: Value| {
        json!({ "resourceType": "ValueSet", "url": format!("https://example.org/ValueSet/{name}"), "version": "1.0.0",
            "name": "V", "status": "active", "compose": compose })
    };
    let findings = set(
        "findings",
        json!({ "include": [{ "system": SNOMED,
        "filter": [{ "property": "concept", "op": "is-a", "value": "404684003" }] }] }),
    );
    project.write("findings.json", &findings.to_string());
    let profile = |set: &str| {
        json!({ "resourceType": "StructureDefinition", "url": format!("https://example.org/StructureDefinition/{set}"),
            "name": "P", "status": "active", "fhirVersion": "4.0.1", "kind": "resource", "abstract": false,
            "type": "Condition", "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Condition",
            "derivation": "constraint", "differential": { "element": [ { "id": "Condition.code", "path": "Condition.code",
                "binding": { "strength": "required", "valueSet": format!("https://example.org/ValueSet/{set}") } } ] } })
    };
    for set in ["findings", "pressures", "nowhere"] {
        project.write(&format!("p-{set}.json"), &profile(set).to_string());
    }
    let check = |code: (&str, &str), set: &str| {
        project.condition("a.json", code.0, code.1, "");
        let (package, canonical) = (format!("p-{set}.json"), format!("https://example.org/StructureDefinition/{set}"));
        let mut more = vec![
            "--terminology",
            &*server.url().leak() as &str,
            "--package",
            &*package.leak(),
            "--profile",
            &*canonical.leak(),
        ];
        if set == "findings" {
            more.extend(["--package", "findings.json"]);
        }
        project.report(&["a.json"], &more, &[]).0.of("code-not-in-required-set")
    };
    // The server does not know the set, and knows the part of SNOMED CT that it is made of.
    assert_eq!(check((SNOMED, "22298006"), "findings"), []);
    assert_eq!(check((SNOMED, "71388002"), "findings")[0].0, "failed");
    // The set is not held here, and the server knows it.
    assert_eq!(check(("http://loinc.org", "8480-6"), "pressures"), []);
    assert_eq!(check((SNOMED, "22298006"), "pressures")[0].0, "failed");
    // Nobody knows it.
    let (outcome, why) = check((SNOMED, "22298006"), "nowhere").remove(0);
    assert_eq!(outcome, "cannot-tell");
    assert!(why.contains("the terminology server does not hold the value set"), "{why}");
}

#[test]
fn what_passes_is_waited_for_and_what_does_not_is_told() {
    let project = Project::new();
    project.condition("a.json", SNOMED, "84114007", "");
    // Busy twice, then there.
    let busy = Server::start(|seen: &Seen| match seen.method == "POST" && seen.before < 2 {
        true => Reply::of(if seen.before == 0 { 429 } else { 503 }, "").header("Retry-After", "1"),
        false => content(seen),
    });
    let (report, _) = project.report(&["a.json"], &["--terminology", &busy.url()], &[]);
    assert_eq!(report.unknown()[0].0, "failed");
    assert_eq!(busy.asked().len(), 3);
    // The rest decides nothing, is no error of the message, and says why.
    type Odd = fn(&Seen) -> Reply;
    let odd: [(&str, Odd); 9] = [
        ("refuses to answer (status 401)", |_| Reply::of(401, "")),
        ("is no answer", |_| Reply::of(200, "<html>not what you wanted</html>")),
        ("is no answer", |_| reply(200, &json!({ "resourceType": "Patient" }))),
        ("is no answer", |_| {
            reply(
                200,
                &json!({ "resourceType": "Parameters", "parameter": [{ "name": "result", "valueString": "yes" }] }),
            )
        }),
        ("does not hold the code system", |_| reply(422, &json!({ "resourceType": "OperationOutcome", "issue": [] }))),
        ("cannot be reached", |seen| Reply { cut: Some(10), ..content(seen) }),
        ("cannot be reached", |seen| Reply { cut: Some(10), stall: true, ..content(seen) }),
        ("too busy to answer (status 429)", |_| Reply::of(429, "").header("Retry-After", "3600")),
        ("leads to another address", |_| Reply::of(307, "").header("Location", "http://127.0.0.1:1/fhir")),
    ];
    for (why, odd) in odd {
        let server = Server::start(move |seen| if seen.method == "GET" { Reply::of(404, "") } else { odd(seen) });
        let config = format!("[terminology]\nurl = '{}'\ntimeout = 5\ncache = 'none'\n", server.url());
        project.write("hallmark.toml", &config);
        let (report, _) = project.report(&["a.json"], &[], &[]);
        let unknown = report.unknown();
        assert_eq!((unknown.len(), &*unknown[0].0), (1, "cannot-tell"), "{why}: {unknown:?}");
        assert!(unknown[0].1.contains(why), "{why}: {unknown:?}");
        assert_eq!(report.used("unanswered"), 1);
    }
}

#[test]
fn a_server_that_is_not_there_is_left_alone_after_one_try() {
    let project = Project::new();
    for at in 0..5 {
        project.condition(&format!("{at}.json"), SNOMED, "22298006", "");
    }
    // A port that was free a moment ago.
    let url = Server::start(content).url();
    project.write("hallmark.toml", &format!("[terminology]\nurl = '{url}'\ntimeout = 10\n"));
    let (report, said) = project.report(&["0.json", "1.json", "2.json", "3.json", "4.json"], &[], &[]);
    assert_eq!(report.unknown().len(), 5);
    assert!(
        report.unknown().iter().all(|(outcome, why)| outcome == "cannot-tell" && why.contains("cannot be reached"))
    );
    assert!(said.contains("note: the terminology server cannot be reached"), "{said}");
    let (offline, _) = project.report(&["0.json"], &["--terminology", "none"], &[]);
    assert!(offline.0.get("terminology").is_none());
}

#[test]
fn credentials_go_to_the_origin_they_are_for_and_nowhere_else() {
    let elsewhere = Server::start(content);
    let to = format!("{}/fhir/CodeSystem/$validate-code", elsewhere.origin());
    let moved = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&moved);
    let server = Server::start(move |seen| {
        assert_eq!(seen.headers.get("authorization").map(String::as_str), Some("Bearer SECRET"));
        if seen.method == "POST" {
            count.fetch_add(1, Ordering::SeqCst);
            return Reply::of(307, "").header("Location", to.clone());
        }
        content(seen)
    });
    let project = Project::new();
    project.condition("a.json", SNOMED, "22298006", "");
    let config = format!("[terminology]\nurl = '{}'\ncredential = 'HALLMARK_TERMINOLOGY_NHS'\n", server.url());
    project.write("hallmark.toml", &config);
    let secret = [("HALLMARK_TERMINOLOGY_NHS", "SECRET"), ("HALLMARK_TERMINOLOGY_TOKEN", "OTHER")];
    let (report, said) = project.report(&["a.json"], &[], &secret);
    assert!(report.unknown()[0].1.contains("leads to another address"), "{:?}", report.unknown());
    assert!(!report.1.contains("SECRET") && !said.contains("SECRET"));
    assert_eq!(moved.load(Ordering::SeqCst), 1);
    assert_eq!(elsewhere.seen().len(), 0, "neither codes nor credentials follow a redirect");
    // The file's credential is for the file's server.
    let (_, _) = project.report(&["a.json"], &["--terminology", &elsewhere.url()], &[secret[0]]);
    assert!(!elsewhere.seen().is_empty());
    assert!(elsewhere.seen().iter().all(|seen| !seen.headers.contains_key("authorization")));
    let (_, _) = project.report(&["a.json"], &["--terminology", &elsewhere.url()], &[secret[1]]);
    // A secret that is asked for and is not there is an error before anything is sent.
    let output = project.output(&["check", "a.json"], &[]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("HALLMARK_TERMINOLOGY_NHS") && said.contains("hallmark.toml:3"), "{said}");
}

#[test]
fn mistakes_are_told_where_they_stand() {
    let project = Project::new();
    project.condition("a.json", SNOMED, "22298006", "");
    for (text, why) in [
        ("[terminology]\nurl = 'http://terms.example/r4'\n", "not encrypted"),
        ("[terminology]\nurl = 'https://user:pass@terms.example/r4'\n", "name or password"),
        ("[terminology]\nserver = 'https://terms.example/r4'\n", "there is no such key"),
        ("[terminology]\n\ncredential = 'HOME'\n", "credential takes something else"),
    ] {
        project.write("hallmark.toml", text);
        let output = project.output(&["check", "a.json"], &[]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        let line = text.lines().count();
        assert!(said.contains(why) && said.contains(&format!("hallmark.toml:{line}")), "{said}");
    }
    let output = project.output(&["check", "a.json", "--no-config", "--terminology", "ftp://x"], &[]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_report_is_the_same_for_any_number_of_threads_and_requests_are_few() {
    let server = Server::start(content);
    let project = Project::new();
    let codes = ["22298006", "195967001", "73211009", "84114007", "71388002"];
    let mut lines = String::new();
    for at in 0..600 {
        let display = if at % 7 == 0 { "Heart attack" } else { "" };
        lines.push_str(&format!("{}\n", condition(SNOMED, codes[at % codes.len()], display)));
    }
    project.write("bulk.ndjson", &lines);
    project.write("hallmark.toml", &format!("[terminology]\nurl = '{}'\ncache = 'none'\n", server.url()));
    let run = |threads: &str| project.report(&["bulk.ndjson"], &["--threads", threads], &[]).0;
    let one = run("1");
    assert!(server.asked().len() <= 3, "{}", server.asked().len());
    assert_eq!(one.unknown().iter().filter(|(outcome, _)| outcome == "failed").count(), 100);
    for threads in ["2", "4"] {
        assert_eq!(one.1, run(threads).1);
    }
}
