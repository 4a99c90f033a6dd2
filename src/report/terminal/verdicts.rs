//! The top of the page: what was judged, and one verdict per integration.

use super::page::{Ink, Page};
use crate::report::{
    model::{Report, Verdict},
    words,
};
use std::io;

/// Reasons shown under a verdict; the rest are counted.
const REASONS: usize = 3;

pub(super) fn heading(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let counts = &report.counts;
    let name = format!("{} {}", report.tool.name, report.tool.version);
    page.hanging(0, ("", Ink::Plain), 0, (&name, Ink::Strong))?;
    let judged = format!(
        "{} in {}, judged as of {}",
        words::count(counts.messages, "message", "messages"),
        words::count(counts.artifacts, "file", "files"),
        words::date(&report.as_of),
    );
    page.wrapped(0, 0, &judged)?;
    if !report.complete {
        let why = match report.incomplete_because.as_slice() {
            [] => "the run did not finish".to_owned(),
            some => some.join("; "),
        };
        page.hanging(0, ("Partial report: ", Ink::Caution), 2, (&why, Ink::Plain))?;
    }
    if report.contains_patient_data {
        let banner = "Contains patient data: excerpts show text of the messages.";
        page.hanging(0, ("", Ink::Plain), 2, (banner, Ink::Bad))?;
    }
    Ok(())
}

pub(super) fn table(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    page.heading("Verdicts")?;
    if report.verdicts.is_empty() {
        return page.wrapped(2, 2, "No integration was judged: nothing in the input is covered by a standard.");
    }
    for verdict in &report.verdicts {
        one(page, verdict)?;
    }
    Ok(())
}

fn one(page: &mut Page<'_>, verdict: &Verdict) -> io::Result<()> {
    let sign = format!("{} {:<11}", words::verdict_shape(&verdict.verdict), words::verdict(&verdict.verdict));
    page.hanging(2, (&sign, Ink::of_verdict(&verdict.verdict)), 15, (&verdict.name, Ink::Strong))?;
    page.hanging(15, ("", Ink::Plain), 15, (&verdict.integration, Ink::Quiet))?;
    let decisive = || verdict.because.iter().filter(|because| because.outcome != "passed");
    // The summary of a blocked service ends in its first reason, which the list below tells with its rule and count.
    let first = decisive().next().map_or("", |because| because.reason.as_str());
    page.wrapped(15, 15, verdict.summary.strip_suffix(first).unwrap_or(&verdict.summary).trim_end())?;
    for because in decisive().take(REASONS) {
        let mut reason = match because.rule.as_str() {
            "" => format!("· {}", because.reason),
            rule => format!("· {rule}: {}", because.reason),
        };
        if because.count > 1 {
            reason.push_str(&format!(" ({})", words::count(because.count, "place", "places")));
        }
        page.wrapped(15, 17, &reason)?;
    }
    let left = decisive().count().saturating_sub(REASONS) as u64 + verdict.more;
    if left > 0 {
        page.wrapped(15, 17, &format!("· and {}", words::count(left, "more reason", "more reasons")))?;
    }
    for date in &verdict.dates {
        page.wrapped(15, 17, &format!("· {date}"))?;
    }
    Ok(())
}
