//! A FHIR R4 OperationOutcome: one issue per finding, for people who paste it into other FHIR tools.
//!
//! In: a report. Out: a resource that conforms to R4: at least one issue, codes from the required value sets, no empty
//! strings. A path that is not FHIRPath goes to `location`, never to `expression`.

use super::{
    Renderer,
    escape::{
        json::{Layout, write},
        visible::visible,
    },
    model::{Artifact, Finding, Report},
};
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::io;

/// Writes an OperationOutcome.
#[derive(Clone, Copy, Debug, Default)]
pub struct OperationOutcome;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    resource_type: &'static str,
    issue: Vec<Issue>,
}

#[derive(Serialize)]
struct Issue {
    severity: &'static str,
    code: &'static str,
    details: Concept,
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnostics: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    location: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    expression: Vec<String>,
}

#[derive(Serialize)]
struct Concept {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    coding: Vec<Coding>,
    text: String,
}

#[derive(Serialize)]
struct Coding {
    code: String,
}

impl Renderer for OperationOutcome {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let artifacts: FxHashMap<&str, &Artifact> = report.artifacts.iter().map(|a| (a.id.as_str(), a)).collect();
        let mut issue: Vec<Issue> =
            report.findings.iter().map(|finding| from(finding, artifacts.get(finding.artifact.as_str()))).collect();
        if !report.complete {
            let why = match report.incomplete_because.as_slice() {
                [] => "the run did not finish".to_owned(),
                some => some.join("; "),
            };
            issue.push(note("warning", "incomplete", &format!("The report is partial: {why}")));
        }
        if issue.is_empty() {
            issue.push(note("information", "informational", "No finding; see the verdicts for what was not shown"));
        }
        write(&Resource { resource_type: "OperationOutcome", issue }, Layout::Pretty, out)?;
        out.write_all(b"\n")
    }
}

fn note(severity: &'static str, code: &'static str, text: &str) -> Issue {
    let details = Concept { coding: Vec::new(), text: visible(text).into_owned() };
    Issue { severity, code, details, diagnostics: None, location: Vec::new(), expression: Vec::new() }
}

fn from(finding: &Finding, artifact: Option<&&Artifact>) -> Issue {
    let prefix = match finding.state.as_str() {
        "waived" => "Waived: ",
        "known" => "In the baseline: ",
        _ => "",
    };
    let severity = match finding.severity.as_str() {
        _ if !prefix.is_empty() => "information",
        "fatal" => "fatal",
        "error" => "error",
        "warning" => "warning",
        _ => "information",
    };
    let code = match (finding.outcome.as_str(), severity) {
        ("cannot-tell", _) => "incomplete",
        (_, "information") => "informational",
        _ => "invalid",
    };
    let text = format!("{prefix}{}: {}. {}", finding.rule, finding.message, finding.fix);
    let mut place = finding.artifact.clone();
    if finding.line > 0 {
        place.push_str(&format!(":{}:{}", finding.line, finding.column));
    }
    let path = visible(&finding.path).into_owned();
    let paths = if path.is_empty() { Vec::new() } else { vec![path] };
    let is_fhir = artifact.is_some_and(|artifact| artifact.kind.starts_with("FHIR"));
    let (location, expression) = if is_fhir { (Vec::new(), paths) } else { (paths, Vec::new()) };
    let coding = if finding.rule.is_empty() { Vec::new() } else { vec![Coding { code: finding.rule.clone() }] };
    Issue {
        severity,
        code,
        details: Concept { coding, text: visible(&text).into_owned() },
        diagnostics: (!place.is_empty()).then(|| visible(&place).into_owned()),
        location,
        expression,
    }
}
