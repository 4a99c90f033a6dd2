//! SARIF 2.1.0, for code scanning: every rule of the plan, one result per finding.
//!
//! In: a report. Out: one run that the official schema accepts. Code hosts take at most [`RESULTS`] results; past that
//! the least serious are left out and a notification says how many.

mod model;

use super::{
    Renderer,
    escape::{
        json::{Layout, write},
        uri, visible,
    },
    model::{Finding, Report, Rule},
};
use model::*;
use rustc_hash::FxHashMap;
use std::io;

/// The most results a code host accepts in one run.
pub const RESULTS: usize = 25_000;

const ROOT: &str = "%SRCROOT%";

/// Writes SARIF.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sarif;

impl Renderer for Sarif {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let rules: FxHashMap<&str, usize> =
            report.rules.iter().enumerate().map(|(at, r)| (r.code.as_str(), at)).collect();
        let artifacts: FxHashMap<&str, usize> =
            report.artifacts.iter().enumerate().map(|(at, a)| (a.id.as_str(), at)).collect();
        let chosen = within_limit(report);
        let log = Log {
            schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            version: "2.1.0",
            runs: [Run {
                tool: Tool {
                    driver: Driver {
                        name: &report.tool.name,
                        version: &report.tool.version,
                        rules: report.rules.iter().map(descriptor).collect(),
                    },
                },
                invocations: [Invocation {
                    execution_successful: report.complete,
                    tool_execution_notifications: notifications(report, chosen.len()),
                }],
                original_uri_base_ids: Bases {
                    root: Base { description: text("The folder that the run was started in.") },
                },
                artifacts: report.artifacts.iter().map(artifact).collect(),
                results: chosen.into_iter().map(|finding| result(report, finding, &rules, &artifacts)).collect(),
                column_kind: "unicodeCodePoints",
                properties: RunFacts {
                    as_of: &report.as_of,
                    contains_patient_data: report.contains_patient_data,
                    verdicts: report
                        .verdicts
                        .iter()
                        .map(|v| Verdict { integration: &v.integration, verdict: &v.verdict, summary: &v.summary })
                        .collect(),
                    counts: &report.counts,
                },
            }],
        };
        write(&log, Layout::Pretty, out)?;
        out.write_all(b"\n")
    }
}

/// The findings in the report's order, or, past the limit, the most serious of them.
fn within_limit(report: &Report) -> Vec<&Finding> {
    let mut all: Vec<&Finding> = report.findings.iter().collect();
    if all.len() > RESULTS {
        all.sort_by_key(|finding| match finding.severity.as_str() {
            "fatal" => 0,
            "error" => 1,
            "warning" => 2,
            _ => 3,
        });
        all.truncate(RESULTS);
    }
    all
}

fn notifications(report: &Report, results: usize) -> Vec<Notification> {
    let mut said = Vec::new();
    for why in &report.incomplete_because {
        said.push(Notification { level: "error", message: text(&format!("The report is partial: {why}.")) });
    }
    let left = report.findings.len() - results;
    if left > 0 {
        let note = format!(
            "{left} less serious findings are left out, since hosts take at most {RESULTS}; the JSON report has them."
        );
        said.push(Notification { level: "warning", message: text(&note) });
    }
    let (count, shown) = report.groups.iter().fold((0, 0), |(count, shown), g| (count + g.count, shown + g.shown));
    if count > shown {
        let note = format!("{} further places of large groups are counted, not listed.", count - shown);
        said.push(Notification { level: "note", message: text(&note) });
    }
    said
}

fn text(text: &str) -> Text {
    Text { text: visible::visible(text).into_owned() }
}

fn level(severity: &str) -> &'static str {
    match severity {
        "fatal" | "error" => "error",
        "warning" => "warning",
        _ => "note",
    }
}

fn descriptor(rule: &Rule) -> Descriptor<'_> {
    Descriptor {
        id: &rule.code,
        name: &rule.name,
        short_description: text(&rule.name.replace('-', " ")),
        full_description: text(&rule.why),
        help: text(&format!("{} Source: {}", rule.fix, rule.source.shown())),
        help_uri: Some(rule.source.url.as_str()).filter(|url| is_address(url)),
        default_configuration: Configuration { level: level(&rule.severity) },
        properties: RuleFacts {
            standard: &rule.standard,
            requirements: &rule.requirements,
            impact: &rule.impact,
            outcome: &rule.outcome,
            applicable: rule.applicable,
            passed: rule.passed,
            failed: rule.failed,
            cannot_tell: rule.cannot_tell,
            source_verified: rule.source.verified,
        },
    }
}

/// Whether a pack's text is an address that a viewer may make a link of.
fn is_address(url: &str) -> bool {
    url.starts_with("https://") && url.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"\\^`{|}".contains(&b))
}

fn location(name: &str, index: Option<usize>) -> ArtifactLocation {
    let uri = uri::reference(name);
    let uri_base_id = (!uri.starts_with("file:")).then_some(ROOT);
    ArtifactLocation { uri, uri_base_id, index }
}

fn artifact(artifact: &crate::report::model::Artifact) -> Artifact {
    let hashes = (!artifact.sha256.is_empty()).then(|| Hashes { sha256: artifact.sha256.clone() });
    Artifact { location: location(&artifact.id, None), hashes, length: artifact.bytes }
}

fn result<'r>(
    report: &Report,
    finding: &'r Finding,
    rules: &FxHashMap<&str, usize>,
    artifacts: &FxHashMap<&str, usize>,
) -> Result<'r> {
    let undecided = finding.outcome == "cannot-tell";
    let place = |name: &str| location(name, artifacts.get(name).copied());
    let region = (finding.line > 0).then(|| Region {
        start_line: finding.line,
        start_column: (finding.column > 0).then_some(u64::from(finding.column)),
        end_column: (finding.column > 0).then(|| u64::from(finding.column) + u64::from(finding.length.max(1))),
    });
    let physical_location = (!finding.artifact.is_empty())
        .then(|| PhysicalLocation { artifact_location: place(&finding.artifact), region });
    let logical_locations = if finding.path.is_empty() {
        Vec::new()
    } else {
        vec![LogicalLocation { fully_qualified_name: &finding.path }]
    };
    let locations = if physical_location.is_none() && logical_locations.is_empty() {
        Vec::new()
    } else {
        vec![Location { physical_location, logical_locations, message: None }]
    };
    let related = finding.related.iter().map(|other| Location {
        physical_location: Some(PhysicalLocation {
            artifact_location: place(&other.artifact),
            region: (other.line > 0).then_some(Region { start_line: other.line, start_column: None, end_column: None }),
        }),
        logical_locations: Vec::new(),
        message: Some(text(&other.what)),
    });
    Result {
        rule_id: &finding.rule,
        rule_index: rules.get(finding.rule.as_str()).copied(),
        // 3.27.10: anything but `fail` has level `none`.
        kind: if undecided { "open" } else { "fail" },
        level: if undecided { "none" } else { level(&finding.severity) },
        message: text(&format!("{}. {} {}", finding.message, finding.why, finding.fix)),
        locations,
        related_locations: related.collect(),
        partial_fingerprints: Fingerprints { fingerprint: &finding.fingerprint },
        suppressions: suppression(report, finding).into_iter().collect(),
        baseline_state: (report.counts.known > 0).then_some(if finding.state == "known" { "unchanged" } else { "new" }),
        properties: ResultFacts {
            item: finding.item,
            impact: &finding.impact,
            excerpt: finding.excerpt.as_ref().map(|excerpt| excerpt.text.as_str()),
            when: finding.when.as_deref(),
            definition: finding.definition.as_deref(),
        },
    }
}

/// A waived finding is suppressed; the reason is given where only one active waiver can be meant.
fn suppression(report: &Report, finding: &Finding) -> Option<Suppression> {
    if finding.state != "waived" {
        return None;
    }
    let mut waivers = report.waivers.iter().filter(|w| w.state == "active" && w.rule == finding.rule);
    let justification = match (waivers.next(), waivers.next()) {
        (Some(only), None) => Some(format!(
            "{} (owner {}, approved by {}, until {})",
            only.reason, only.owner, only.approved_by, only.expires
        )),
        _ => None,
    };
    Some(Suppression { kind: "external", status: "accepted", justification })
}
