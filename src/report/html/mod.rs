//! One self-contained page for two readers: a manager first, then an engineer.
//!
//! In: a report. Out: HTML that needs no script, no network and no other file. Every text is escaped by the template and
//! made visible before that; no text of the report becomes a link, a style or an attribute that acts. What a page can
//! not usefully hold is counted and named as left out; the JSON report is whole.

mod asks;
mod evidence;
mod gaps;
mod verdicts;

use super::{
    Renderer,
    escape::visible,
    model::{Report, Source},
    places::Places,
    words,
};
use askama::Template;
use base64::{Engine, engine::general_purpose::STANDARD};
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use std::io;

/// Groups listed; the rest are counted.
pub const GROUPS: usize = 500;
/// Groups that are unfolded when the page opens.
const OPEN: usize = 5;
/// Rows of any other long list.
const ROWS: usize = 1000;

const CSS: &str = include_str!("report.css");

/// Writes the page.
#[derive(Clone, Copy, Debug, Default)]
pub struct Html;

impl Renderer for Html {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let places = Places::of(report);
        let page = Page {
            css: CSS,
            css_hash: STANDARD.encode(Sha256::digest(CSS.as_bytes())),
            tool: prose(&format!("{} {}", report.tool.name, report.tool.version)),
            judged: format!(
                "{} in {}, judged as of {}",
                words::count(report.counts.messages, "message", "messages"),
                words::count(report.counts.artifacts, "file", "files"),
                prose(&words::date(&report.as_of)),
            ),
            scope: scope(report),
            patient_data: report.contains_patient_data,
            partial: partial(report),
            tally: verdicts::tally(report),
            verdicts: verdicts::rows(report),
            asks: asks::lists(report),
            unread: evidence::unread(report),
            calendar: evidence::calendar(report),
            gaps: gaps::rows(report, &places),
            gaps_left: Left::over(report.groups.len(), GROUPS),
            findings: gaps::in_words(&report.counts),
            coverage: evidence::coverage(report),
            requirements: evidence::requirements(report),
            requirements_left: Left::over(report.requirements.len(), ROWS),
            waivers: evidence::waivers(report),
            standards: evidence::standards(report),
            files: evidence::files(report),
            files_left: Left::over(report.artifacts.len(), ROWS),
        };
        page.write_into(&mut Utf8(out))
    }
}

#[derive(Template)]
#[template(path = "report.html", config = "src/report/html/askama.toml")]
struct Page {
    css: &'static str,
    css_hash: String,
    tool: String,
    judged: String,
    scope: String,
    patient_data: bool,
    partial: Option<String>,
    tally: Vec<verdicts::Tally>,
    verdicts: Vec<verdicts::Row>,
    asks: Vec<asks::List>,
    unread: Vec<evidence::File>,
    calendar: Vec<evidence::Date>,
    gaps: Vec<gaps::Row>,
    gaps_left: Left,
    findings: String,
    coverage: Vec<evidence::Coverage>,
    requirements: Vec<evidence::Requirement>,
    requirements_left: Left,
    waivers: Vec<evidence::Waiver>,
    standards: Vec<evidence::Standard>,
    files: Vec<evidence::File>,
    files_left: Left,
}

/// How many rows a list leaves out, in words; empty when none.
struct Left(String);

impl Left {
    fn over(total: usize, limit: usize) -> Left {
        let left = total.saturating_sub(limit) as u64;
        Left(if left == 0 { String::new() } else { words::number(left) })
    }
}

/// Names of services for people.
struct Names<'r>(FxHashMap<&'r str, &'r str>);

impl<'r> Names<'r> {
    fn of_services(report: &'r Report) -> Self {
        Names(report.verdicts.iter().map(|verdict| (verdict.integration.as_str(), verdict.name.as_str())).collect())
    }

    /// The service's name, or its id when this report has no verdict on it.
    fn of(&self, id: &str) -> String {
        prose(self.0.get(id).copied().filter(|name| !name.is_empty()).unwrap_or(id))
    }
}

/// Lets the template engine write to any writer; the template's text is UTF-8 already.
struct Utf8<'w>(&'w mut dyn io::Write);

impl io::Write for Utf8<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Prose for the page: hidden characters made visible. The template escapes markup.
fn prose(text: &str) -> String {
    visible::visible(text).into_owned()
}

/// The name of a file for the page: as [`prose`], and cut.
fn name(text: &str) -> String {
    visible::visible(&visible::cut(text, visible::NAME_LIMIT)).into_owned()
}

/// A first letter in upper case, for a sentence.
fn sentence(text: &str) -> String {
    let text = prose(text);
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if first.is_lowercase() => first.to_uppercase().chain(chars).collect(),
        _ => text,
    }
}

fn source(source: &Source) -> String {
    prose(&source.shown())
}

fn scope(report: &Report) -> String {
    let list = |ids: &[String], one: &str, all: &str| match ids {
        [] => all.to_owned(),
        some => format!("{one} {}", prose(&some.join(", "))),
    };
    format!(
        "{}; {}",
        list(&report.scope.integrations, "Asked about", "All services"),
        list(&report.scope.standards, "standards", "all standards"),
    )
}

fn partial(report: &Report) -> Option<String> {
    (!report.complete).then(|| match report.incomplete_because.as_slice() {
        [] => "The run did not finish.".to_owned(),
        some => format!("{}.", sentence(&some.join("; ")).trim_end_matches('.')),
    })
}
