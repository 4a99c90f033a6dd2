//! What the verdicts rest on: dates, requirements, waivers, standards, files.

use super::{Names, ROWS, name, prose, sentence};
use crate::report::{
    model::{self, Report},
    words,
};

/// A date of a standard.
pub(super) struct Date {
    pub day: String,
    pub iso: String,
    pub event: String,
    pub what: String,
    pub services: String,
    pub source: String,
    pub verified: bool,
    pub seen: String,
}

/// How far one standard was exercised.
pub(super) struct Coverage {
    pub standard: String,
    pub counts: [String; 5],
}

/// One requirement.
pub(super) struct Requirement {
    pub id: String,
    pub statement: String,
    pub section: String,
    pub verb: String,
    pub outcome: String,
    pub code: String,
    pub tally: String,
    pub why_not: String,
}

/// One waiver.
pub(super) struct Waiver {
    pub rule: String,
    pub place: String,
    pub reason: String,
    pub owner: String,
    pub approved_by: String,
    pub expires: String,
    pub state: String,
}

/// One standards pack.
pub(super) struct Standard {
    pub title: String,
    pub id: String,
    pub publisher: String,
    pub version: String,
    pub status: String,
    pub origin: String,
    pub digest: String,
}

/// One file or archive entry.
pub(super) struct File {
    pub name: String,
    pub kind: String,
    pub messages: String,
    pub state: String,
    pub because: String,
    pub sha256: String,
}

pub(super) fn calendar(report: &Report) -> Vec<Date> {
    let names = Names::of_services(report);
    let dates = report.calendar.iter().take(ROWS).map(|date| Date {
        day: prose(&words::date(&date.date)),
        iso: prose(&date.date),
        event: prose(words::event(&date.event)),
        what: sentence(&date.what),
        services: date.integrations.iter().map(|id| names.of(id)).collect::<Vec<_>>().join("; "),
        source: prose(&date.source),
        verified: date.verified,
        seen: sentence(&date.seen),
    });
    dates.collect()
}

pub(super) fn coverage(report: &Report) -> Vec<Coverage> {
    const OUTCOMES: [&str; 5] = ["passed", "failed", "cannot-tell", "inapplicable", "untested"];
    let mut standards: Vec<(&str, [u64; 5])> = Vec::new();
    for requirement in &report.requirements {
        let at = standards.iter().position(|(id, _)| *id == requirement.standard).unwrap_or_else(|| {
            standards.push((&requirement.standard, [0; 5]));
            standards.len() - 1
        });
        if let Some(outcome) = OUTCOMES.iter().position(|outcome| *outcome == requirement.outcome) {
            standards[at].1[outcome] += 1;
        }
    }
    let title = |id: &str| report.standards.iter().find(|s| s.id == id).map_or(prose(id), |s| prose(&s.title));
    standards
        .into_iter()
        .map(|(id, counts)| Coverage { standard: title(id), counts: counts.map(words::number) })
        .collect()
}

pub(super) fn requirements(report: &Report) -> Vec<Requirement> {
    let rows = report.requirements.iter().take(ROWS).map(|requirement| Requirement {
        id: prose(&requirement.id),
        statement: sentence(&requirement.statement),
        section: prose(&requirement.section),
        verb: prose(&requirement.verb),
        outcome: sentence(words::outcome(&requirement.outcome)),
        code: requirement.outcome.clone(),
        tally: tally(requirement),
        why_not: requirement.why_not_tested.as_deref().map(sentence).unwrap_or_default(),
    });
    rows.collect()
}

fn tally(requirement: &model::Requirement) -> String {
    let parts =
        [(requirement.passed, "passed"), (requirement.failed, "failed"), (requirement.cannot_tell, "not decided")];
    let some = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", words::number(*n)));
    some.collect::<Vec<_>>().join(", ")
}

pub(super) fn waivers(report: &Report) -> Vec<Waiver> {
    let rows = report.waivers.iter().take(ROWS).map(|waiver| Waiver {
        rule: prose(&waiver.rule),
        place: match (waiver.artifact.as_str(), waiver.path.as_str()) {
            ("*", "*") => "Everywhere".to_owned(),
            ("*", path) => prose(path),
            (artifact, "*") => name(artifact),
            (artifact, path) => format!("{} in {}", prose(path), name(artifact)),
        },
        reason: sentence(&waiver.reason),
        owner: prose(&waiver.owner),
        approved_by: prose(&waiver.approved_by),
        expires: prose(&words::date(&waiver.expires)),
        state: match waiver.state.as_str() {
            "active" => format!("Active: covers {}", words::count(waiver.matched, "finding", "findings")),
            "expired" => "Expired: its findings count".to_owned(),
            "unmatched" => "Matches nothing: remove it".to_owned(),
            other => prose(other),
        },
    });
    rows.collect()
}

pub(super) fn standards(report: &Report) -> Vec<Standard> {
    let rows = report.standards.iter().map(|standard| Standard {
        title: prose(&standard.title),
        id: prose(&standard.id),
        publisher: prose(&standard.publisher),
        version: prose(&standard.version),
        status: sentence(&standard.status),
        origin: sentence(&standard.origin),
        digest: prose(&standard.digest),
    });
    let packages = report.packages.iter().map(|package| Standard {
        title: "FHIR package".to_owned(),
        id: prose(&package.name),
        publisher: String::new(),
        version: prose(&package.version),
        status: String::new(),
        origin: "Yours".to_owned(),
        digest: package.sha256.as_deref().map(prose).unwrap_or_default(),
    });
    let server = report.terminology.iter().map(|used| Standard {
        title: "Terminology server".to_owned(),
        id: prose(&used.server),
        publisher: String::new(),
        version: String::new(),
        status: sentence(&words::answers(used)),
        origin: "Yours".to_owned(),
        digest: String::new(),
    });
    rows.chain(packages).chain(server).collect()
}

pub(super) fn files(report: &Report) -> Vec<File> {
    report.artifacts.iter().take(ROWS).map(file).collect()
}

pub(super) fn unread(report: &Report) -> Vec<File> {
    report.artifacts.iter().filter(|artifact| artifact.state != "checked").take(ROWS).map(file).collect()
}

fn file(artifact: &model::Artifact) -> File {
    File {
        name: name(&artifact.id),
        kind: prose(&artifact.kind),
        messages: words::number(artifact.messages),
        state: match artifact.state.as_str() {
            "checked" => "Checked".to_owned(),
            "partly" => "Checked in part".to_owned(),
            "not-checked" => "Not checked".to_owned(),
            other => prose(other),
        },
        because: artifact.because.as_deref().map(prose).unwrap_or_default(),
        sha256: prose(&artifact.sha256),
    }
}
