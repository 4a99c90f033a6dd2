//! Annotations for a GitHub workflow: one line per group of findings, at its first place.
//!
//! In: a report. Out: workflow commands. A host shows few annotations per step, so a group is one and carries its
//! count. After `--show-values` nothing but a notice is written: a workflow log is read by too many.

use super::{
    Renderer,
    escape::github::{data, property},
    model::{Finding, Group, Report},
    places::Places,
    words,
};
use std::io::{self, Write};

/// Writes workflow commands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Github;

impl Renderer for Github {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        if report.contains_patient_data {
            return writeln!(
                out,
                "::warning title=Hallmark::Annotations are withheld: this report shows text of the messages."
            );
        }
        let verdicts: Vec<String> = report
            .verdicts
            .iter()
            .map(|v| format!("{}: {}", v.name, words::verdict(&v.verdict).to_lowercase()))
            .collect();
        writeln!(out, "::notice title={}::{}", property("Hallmark verdicts"), data(&verdicts.join("; ")))?;
        let places = Places::of(report);
        places.groups(report).try_for_each(|(group, findings)| annotation(group, findings, out))
    }
}

fn annotation(group: &Group, findings: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let settled = group.waived + group.known >= group.count;
    let level = match group.severity.as_str() {
        _ if settled => "notice",
        "fatal" | "error" => "error",
        "warning" => "warning",
        _ => "notice",
    };
    write!(out, "::{level} ")?;
    if let Some(first) = findings.first().filter(|finding| !finding.artifact.is_empty()) {
        write!(out, "file={},", property(&first.artifact))?;
        if first.line > 0 {
            let end = u64::from(first.column) + u64::from(first.length.max(1));
            write!(out, "line={},col={},endColumn={end},", first.line, first.column.max(1))?;
        }
    }
    let mut text = group.message.clone();
    if group.outcome == "cannot-tell" {
        text.insert_str(0, "could not be decided: ");
    }
    text.push_str(&format!(" ({} at {})", words::count(group.count, "place", "places"), group.path));
    if settled {
        text.push_str("; all waived or in the baseline");
    }
    if let Some(first) = findings.first() {
        text.push_str(&format!(". {} {}", first.why, first.fix));
    }
    writeln!(out, "title={}::{}", property(&group.rule), data(&text))
}
