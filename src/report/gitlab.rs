//! GitLab Code Quality: a JSON array with one object per finding.
//!
//! In: a report. Out: objects whose fingerprints are unique, as GitLab requires. A waived or known finding stays, as
//! information and named so: the form has no other word for it.

use super::{
    Renderer,
    escape::{
        json::{Layout, write},
        visible,
    },
    hex,
    model::{Finding, Report},
};
use rustc_hash::FxHashSet;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io;

/// Writes GitLab Code Quality JSON.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gitlab;

#[derive(Serialize)]
struct Degradation<'r> {
    description: String,
    check_name: &'r str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'r>,
}

#[derive(Serialize)]
struct Location<'r> {
    path: &'r str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
}

impl Renderer for Gitlab {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut seen = FxHashSet::default();
        let all: Vec<_> = report.findings.iter().map(|finding| degradation(finding, &mut seen)).collect();
        write(&all, Layout::Pretty, out)?;
        out.write_all(b"\n")
    }
}

fn degradation<'r>(finding: &'r Finding, seen: &mut FxHashSet<String>) -> Degradation<'r> {
    let mut fingerprint = finding.fingerprint.clone();
    while !seen.insert(fingerprint.clone()) {
        fingerprint = hex(&Sha256::digest(fingerprint.as_bytes()));
    }
    let prefix = match (finding.state.as_str(), finding.outcome.as_str()) {
        ("waived", _) => "Waived: ",
        ("known", _) => "In the baseline: ",
        (_, "cannot-tell") => "Could not be decided: ",
        _ => "",
    };
    let description = format!("{prefix}{} at {}. {}", finding.message, finding.path, finding.fix);
    Degradation {
        description: visible::visible(&description).into_owned(),
        check_name: &finding.rule,
        fingerprint,
        severity: severity(finding),
        location: Location {
            // The form requires a path; a finding about the run itself has none.
            path: if finding.artifact.is_empty() { "hallmark.toml" } else { &finding.artifact },
            lines: Lines { begin: finding.line.max(1) },
        },
    }
}

fn severity(finding: &Finding) -> &'static str {
    if matches!(finding.state.as_str(), "waived" | "known") {
        return "info";
    }
    let blocks = finding.outcome == "failed" && finding.impact.iter().any(|impact| impact.effect == "blocks");
    match finding.severity.as_str() {
        _ if blocks => "blocker",
        "fatal" => "critical",
        "error" => "major",
        "warning" => "minor",
        _ => "info",
    }
}
