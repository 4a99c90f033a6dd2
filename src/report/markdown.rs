//! A short summary in Markdown, for a pull request or a job summary.
//!
//! In: a report. Out: verdicts, the gravest groups, what was not shown, the counts. It is a summary: what it leaves out
//! it counts.

use super::{
    Renderer,
    escape::markdown::{code, prose},
    model::{Finding, Group, Report},
    places::Places,
    words,
};
use std::io::{self, Write};

/// Writes the summary.
#[derive(Clone, Copy, Debug, Default)]
pub struct Markdown;

/// Groups listed.
const GROUPS: usize = 20;
/// Things not shown, listed.
const UNSHOWN: usize = 20;

impl Renderer for Markdown {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        writeln!(out, "## Hallmark: would this system join?\n")?;
        if report.contains_patient_data {
            writeln!(out, "> **Contains patient data.** Do not post it.\n")?;
        }
        if !report.complete {
            let why = prose(&report.incomplete_because.join("; "));
            writeln!(out, "> **Partial report.** {why}\n")?;
        }
        verdicts(report, out)?;
        gaps(report, out)?;
        not_shown(report, out)?;
        let counts = &report.counts;
        writeln!(
            out,
            "{} in {} and {}: {} blocking, {} waived, {} in the baseline. Judged as of {} by {} {}.",
            words::count(counts.findings, "finding", "findings"),
            words::count(counts.messages, "message", "messages"),
            words::count(counts.artifacts, "file", "files"),
            words::number(counts.blocking),
            words::number(counts.waived),
            words::number(counts.known),
            prose(&words::date(&report.as_of)),
            prose(&report.tool.name),
            prose(&report.tool.version),
        )
    }
}

fn verdicts(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| Verdict | National service | In short |\n| --- | --- | --- |")?;
    for verdict in &report.verdicts {
        writeln!(
            out,
            "| {} **{}** | {} | {} |",
            prose(words::verdict_shape(&verdict.verdict)),
            prose(words::verdict(&verdict.verdict)),
            prose(&verdict.name),
            prose(&[std::slice::from_ref(&verdict.summary), &verdict.dates].concat().join(" ")),
        )?;
    }
    writeln!(out)
}

fn gaps(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.groups.is_empty() {
        return Ok(());
    }
    writeln!(out, "| Rule | What is wrong | Places | First place | Fix |\n| --- | --- | --- | --- | --- |")?;
    let places = Places::of(report);
    for (group, findings) in places.groups(report).take(GROUPS) {
        gap(group, findings.first().copied(), out)?;
    }
    let left = report.groups.len().saturating_sub(GROUPS);
    if left > 0 {
        let left = words::count(left as u64, "more group", "more groups");
        writeln!(out, "\n… and {left}; the JSON report lists them all.")?;
    }
    writeln!(out)
}

fn gap(group: &Group, first: Option<&Finding>, out: &mut dyn Write) -> io::Result<()> {
    let mut count = words::number(group.count);
    for (n, what) in [(group.waived, "waived"), (group.known, "known")] {
        if n > 0 {
            count.push_str(&format!(", {} {what}", words::number(n)));
        }
    }
    let undecided = if group.outcome == "cannot-tell" { "could not be decided: " } else { "" };
    let place = match first {
        Some(first) if !first.artifact.is_empty() => format!("{} line {}", code(&first.artifact), first.line),
        _ => String::new(),
    };
    writeln!(
        out,
        "| {} ({}) | {} {undecided}{} | {count} | {place} | {} |",
        prose(&group.rule),
        prose(&group.severity),
        code(&group.path),
        prose(&group.message),
        prose(first.map_or("", |first| &first.fix)),
    )
}

fn not_shown(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let untested = report.verdicts.iter().flat_map(|verdict| {
        verdict.because.iter().filter(|because| because.outcome == "untested").map(move |because| (verdict, because))
    });
    let total = untested.clone().count();
    if total == 0 {
        return Ok(());
    }
    writeln!(out, "**Not shown** (this is not a pass):\n")?;
    for (verdict, because) in untested.take(UNSHOWN) {
        writeln!(out, "- {}: {} ({})", prose(&verdict.name), prose(&because.reason), prose(&because.rule))?;
    }
    if total > UNSHOWN {
        writeln!(out, "- … and {} more", total - UNSHOWN)?;
    }
    writeln!(out)
}
