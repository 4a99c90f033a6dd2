//! The foot of the page: what was not shown, dates, waivers, counts.

use super::page::{Ink, Page};
use crate::report::{escape::terminal, model::Report, words};
use std::io;

/// Requirements or files named before the rest are counted.
const LISTED: usize = 8;
/// Dates named.
const DATES: usize = 6;

pub(super) fn not_shown(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let untested = report.verdicts.iter().flat_map(|verdict| {
        let gaps = verdict.because.iter().filter(|because| because.outcome == "untested");
        gaps.map(move |because| (verdict, because))
    });
    let total = untested.clone().count();
    let unread = report.artifacts.iter().filter(|artifact| artifact.state != "checked");
    let unread_total = unread.clone().count();
    if total + unread_total == 0 {
        return Ok(());
    }
    page.heading("Not shown")?;
    for (verdict, because) in untested.take(LISTED) {
        let label = format!("{} ", verdict.integration);
        page.labelled(2, &label, 6, &format!("{}: {}", because.rule, because.reason))?;
    }
    if total > LISTED {
        page.wrapped(2, 2, &format!("… and {} more", total - LISTED))?;
    }
    for artifact in unread.take(LISTED) {
        let why = artifact.because.as_deref().unwrap_or("not checked");
        let how = if artifact.state == "partly" { "checked in part" } else { "not checked" };
        page.wrapped(2, 6, &format!("{}: {how}: {why}", terminal::name(&artifact.id)))?;
    }
    if unread_total > LISTED {
        let left = (unread_total - LISTED) as u64;
        page.wrapped(2, 2, &format!("… and {} not wholly checked", words::count(left, "more file", "more files")))?;
    }
    Ok(())
}

pub(super) fn calendar(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let ahead = report.calendar.iter().filter(|date| date.seen != "past");
    if ahead.clone().next().is_none() {
        return Ok(());
    }
    page.heading("Dates ahead")?;
    for date in ahead.take(DATES) {
        let unverified = if date.verified { "" } else { " (date not verified by us)" };
        page.labelled(2, &format!("{} ", words::date(&date.date)), 6, &format!("{}{unverified}", date.what))?;
    }
    Ok(())
}

pub(super) fn waivers(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    if report.waivers.is_empty() {
        return Ok(());
    }
    page.heading("Waivers")?;
    for waiver in report.waivers.iter().take(LISTED) {
        let state = match waiver.state.as_str() {
            "active" => format!("covers {} until", words::count(waiver.matched, "finding", "findings")),
            "expired" => "expired on".to_owned(),
            _ => "matches nothing; it runs until".to_owned(),
        };
        let text = format!(
            "{state} {}: {} (owner {}, approved by {})",
            words::date(&waiver.expires),
            waiver.reason,
            waiver.owner,
            waiver.approved_by
        );
        page.labelled(2, &format!("{} ", waiver.rule), 6, &text)?;
    }
    if report.waivers.len() > LISTED {
        page.wrapped(2, 2, &format!("… and {} more", report.waivers.len() - LISTED))?;
    }
    Ok(())
}

pub(super) fn counts(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let counts = &report.counts;
    page.heading("Counts")?;
    let by_severity: Vec<String> = [
        (counts.fatal, "fatal"),
        (counts.error, "error"),
        (counts.warning, "warning"),
        (counts.information, "information"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, severity)| format!("{} {severity}", words::number(n)))
    .collect();
    let mut text = words::count(counts.findings, "finding", "findings");
    if !by_severity.is_empty() {
        text.push_str(&format!(" ({})", by_severity.join(", ")));
    }
    text.push_str(&format!(", {} blocking", words::number(counts.blocking)));
    text.push_str(&format!(
        "; {} waived, {} in the baseline",
        words::number(counts.waived),
        words::number(counts.known)
    ));
    page.wrapped(2, 2, &text)?;

    let tally = |outcome: &str| report.requirements.iter().filter(|r| r.outcome == outcome).count() as u64;
    let text = format!(
        "{}: {} passed, {} failed, {} not decided, {} did not apply, {} not shown",
        words::count(report.requirements.len() as u64, "requirement", "requirements"),
        words::number(tally("passed")),
        words::number(tally("failed")),
        words::number(tally("cannot-tell")),
        words::number(tally("inapplicable")),
        words::number(tally("untested")),
    );
    page.wrapped(2, 2, &text)?;
    let text = format!(
        "{} in {}; {} not checked",
        words::count(counts.messages, "message", "messages"),
        words::count(counts.artifacts, "file", "files"),
        words::number(counts.artifacts_not_checked)
    );
    page.wrapped(2, 2, &text)?;
    if !report.packages.is_empty() {
        let names = report.packages.iter().take(LISTED).map(|package| match package.version.as_str() {
            "" => terminal::name(&package.name).into_owned(),
            version => terminal::name(&format!("{}@{version}", package.name)).into_owned(),
        });
        let mut text = format!("FHIR packages: {}", names.collect::<Vec<_>>().join(", "));
        if let Some(more) = report.packages.len().checked_sub(LISTED).filter(|more| *more > 0) {
            text.push_str(&format!(" and {more} more"));
        }
        page.wrapped(2, 2, &text)?;
    }
    if let Some(used) = &report.terminology {
        let text = format!("terminology server {}: {}", terminal::name(&used.server), words::answers(used));
        page.wrapped(2, 2, &text)?;
    }
    let all_clear = !report.verdicts.is_empty() && report.verdicts.iter().all(|v| v.verdict == "clear");
    if counts.findings == 0 && !all_clear {
        let note = "No finding is not a pass: a service is clear only when its requirements were exercised.";
        page.hanging(2, ("", Ink::Plain), 2, (note, Ink::Quiet))?;
    }
    Ok(())
}
