//! The traceability matrix: one row per requirement and rule that tests it.
//!
//! In: a report. Out: CSV with a byte-order mark (spreadsheets take the file for a legacy encoding without one), every
//! cell quoted, CRLF line ends. A requirement that no rule tests has a row, and says why.

use super::{
    Renderer,
    escape::csv::cell,
    model::{Report, Requirement, Rule},
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::io;

/// Writes the traceability matrix.
#[derive(Clone, Copy, Debug, Default)]
pub struct Csv;

/// The columns, in order.
pub const COLUMNS: [&str; 22] = [
    "standard",
    "requirement",
    "section",
    "verb",
    "statement",
    "requirement outcome",
    "why not tested",
    "rule",
    "rule name",
    "severity",
    "rule outcome",
    "applicable",
    "passed",
    "failed",
    "could not be decided",
    "messages",
    "blocks",
    "degrades",
    "why",
    "fix",
    "source",
    "source verified",
];

impl Renderer for Csv {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        out.write_all("\u{feff}".as_bytes())?;
        let mut rows = csv::WriterBuilder::new()
            .quote_style(csv::QuoteStyle::Always)
            .terminator(csv::Terminator::CRLF)
            .from_writer(out);
        rows.write_record(COLUMNS).map_err(own)?;
        let rules: FxHashMap<&str, &Rule> = report.rules.iter().map(|rule| (rule.code.as_str(), rule)).collect();
        let mut traced = FxHashSet::default();
        for requirement in &report.requirements {
            if requirement.rules.is_empty() {
                rows.write_record(row(Some(requirement), None)).map_err(own)?;
            }
            for code in &requirement.rules {
                traced.insert(code.as_str());
                rows.write_record(row(Some(requirement), rules.get(code.as_str()).copied())).map_err(own)?;
            }
        }
        for rule in report.rules.iter().filter(|rule| !traced.contains(rule.code.as_str())) {
            rows.write_record(row(None, Some(rule))).map_err(own)?;
        }
        rows.flush()
    }
}

/// The writer's own error, which the library wraps: a closed pipe must still look like one.
fn own(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(cause) => cause,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn row(requirement: Option<&Requirement>, rule: Option<&Rule>) -> Vec<String> {
    let of = |get: fn(&Requirement) -> &str| requirement.map_or("", get).to_owned();
    let has = |get: fn(&Rule) -> &str| rule.map_or("", get).to_owned();
    let tally = |get: fn(&Rule) -> u64| rule.map(|rule| get(rule).to_string()).unwrap_or_default();
    let hit = |effect: &str| {
        let of_rule = rule.map(|rule| rule.impact.as_slice()).unwrap_or_default();
        let ids: Vec<&str> = of_rule.iter().filter(|i| i.effect == effect).map(|i| i.integration.as_str()).collect();
        ids.join(" ")
    };
    let source = rule.map(|rule| rule.source.shown()).unwrap_or_default();
    let cells = [
        requirement.map(|r| r.standard.clone()).or(rule.map(|r| r.standard.clone())).unwrap_or_default(),
        of(|r| &r.id),
        of(|r| &r.section),
        of(|r| &r.verb),
        of(|r| &r.statement),
        of(|r| &r.outcome),
        of(|r| r.why_not_tested.as_deref().unwrap_or_default()),
        has(|r| &r.code),
        has(|r| &r.name),
        has(|r| &r.severity),
        has(|r| &r.outcome),
        tally(|r| r.applicable),
        tally(|r| r.passed),
        tally(|r| r.failed),
        tally(|r| r.cannot_tell),
        tally(|r| r.messages),
        hit("blocks"),
        hit("degrades"),
        has(|r| &r.why),
        has(|r| &r.fix),
        source.trim().to_owned(),
        has(|r| if r.source.verified { "yes" } else { "no" }),
    ];
    cells.iter().map(|text| cell(text).into_owned()).collect()
}
