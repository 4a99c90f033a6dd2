//! One group of findings: drawn by miette over one cropped line, or told in a line.

use super::page::{Ink, Page};
use super::{Colour, Drawing};
use crate::report::{
    escape::{terminal, visible},
    model::{Excerpt, Finding, Group, Report, Rule},
    places::place,
    words,
};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, Severity,
    SourceCode, SourceSpan, SpanContents,
};
use std::{fmt, io};

/// Places named under a group; the rest are counted.
const PLACES: usize = 3;

pub(super) fn in_full(page: &mut Page<'_>, report: &Report, group: &Group, findings: &[&Finding]) -> io::Result<()> {
    let rule = report.rules.iter().find(|rule| rule.code == group.rule);
    let first = findings.first();
    let drawn = Drawn {
        severity: match group.severity.as_str() {
            "fatal" | "error" => Severity::Error,
            "warning" => Severity::Warning,
            _ => Severity::Advice,
        },
        message: page.letters(&message(group)).into_owned(),
        why: why(group, rule, first.copied()).map(|why| Why(page.letters(why).into_owned())),
        fix: first.map(|f| f.fix.as_str()).or(rule.map(|r| r.fix.as_str())).map(|fix| page.letters(fix).into_owned()),
        line: first.and_then(|finding| Line::of(finding, page.width.saturating_sub(10), page.look.drawing)),
    };
    let theme = match (page.look.drawing, page.look.colour) {
        (Drawing::Unicode, Colour::Ansi) => GraphicalTheme::unicode(),
        (Drawing::Unicode, Colour::Never) => GraphicalTheme::unicode_nocolor(),
        (Drawing::Ascii, Colour::Ansi) => GraphicalTheme::ascii(),
        (Drawing::Ascii, Colour::Never) => GraphicalTheme::none(),
    };
    let mut text = String::new();
    GraphicalReportHandler::new_themed(theme)
        .with_urls(false)
        .with_context_lines(0)
        .with_width(page.width)
        .render_report(&mut text, &drawn)
        .map_err(io::Error::other)?;
    page.blank()?;
    page.hanging(0, ("", Ink::Plain), 2, (&title(group, rule), Ink::of_severity(&group.severity)))?;
    page.drawn(&text)?;
    seen(page, group, findings)?;
    let source = first.map(|finding| &finding.source).or(rule.map(|rule| &rule.source));
    if let Some(source) = source.filter(|source| !source.title.is_empty()) {
        let unverified = if source.verified { "" } else { " (not verified by us, so it only warns)" };
        let url = if source.url.is_empty() { String::new() } else { format!(" <{}>", source.url) };
        page.labelled(2, "from: ", 8, &format!("{}{url}{unverified}", source.shown()))?;
    }
    if let Some(definition) = first.and_then(|finding| finding.definition.as_deref()) {
        page.labelled(2, "asks: ", 8, definition)?;
    }
    Ok(())
}

pub(super) fn in_a_line(page: &mut Page<'_>, group: &Group, findings: &[&Finding]) -> io::Result<()> {
    let at = findings.first().map(|finding| format!(", first {}", place(finding))).unwrap_or_default();
    let code = page.ink(Ink::of_severity(&group.severity), &group.rule);
    page.line(&format!("  {code}"))?;
    let count = words::count(group.count, "place", "places");
    page.wrapped(4, 6, &format!("{} {} ({count}{at})", group.path, message(group)))
}

fn title(group: &Group, rule: Option<&Rule>) -> String {
    let mut title = group.rule.clone();
    if let Some(rule) = rule.filter(|rule| rule.name != group.rule) {
        title.push_str(&format!(" {}", rule.name));
    }
    title.push_str(&format!(" · {}", group.severity));
    for effect in ["blocks", "degrades"] {
        let hit: Vec<_> = group.impact.iter().filter(|i| i.effect == effect).map(|i| i.integration.as_str()).collect();
        if !hit.is_empty() {
            title.push_str(&format!(" · {} {}", effect, hit.join(", ")));
        }
    }
    title
}

fn message(group: &Group) -> String {
    match group.outcome.as_str() {
        "cannot-tell" => format!("could not be decided: {}", group.message),
        _ => group.message.clone(),
    }
}

fn why<'r>(group: &Group, rule: Option<&'r Rule>, first: Option<&'r Finding>) -> Option<&'r str> {
    let why = first.map(|finding| finding.why.as_str()).or(rule.map(|rule| rule.why.as_str()))?;
    (!why.is_empty() && why != group.message).then_some(why)
}

fn seen(page: &mut Page<'_>, group: &Group, findings: &[&Finding]) -> io::Result<()> {
    let mut text = words::count(group.count, "place", "places");
    for (n, label) in [(group.waived, "waived"), (group.known, "in the baseline")] {
        if n > 0 {
            text.push_str(&format!(", {} {label}", words::number(n)));
        }
    }
    let named: Vec<String> = findings.iter().take(PLACES).map(|finding| place(finding)).collect();
    if !named.is_empty() {
        text.push_str(&format!(": {}", named.join(", ")));
        if group.count > named.len() as u64 {
            text.push_str(&format!(" and {} more", words::number(group.count - named.len() as u64)));
        }
    }
    page.labelled(2, "seen: ", 8, &text)?;
    let Some(first) = findings.first() else { return Ok(()) };
    if let Some(when) = &first.when {
        page.labelled(2, "when: ", 8, when)?;
    }
    for other in &first.related {
        let text = format!("{}:{} {}", terminal::name(&other.artifact), other.line, other.what);
        page.labelled(2, "also: ", 8, &text)?;
    }
    Ok(())
}

/// What miette draws. It holds inert text only.
#[derive(Debug)]
struct Drawn {
    severity: Severity,
    message: String,
    why: Option<Why>,
    fix: Option<String>,
    line: Option<Line>,
}

/// The consequence, shown as the cause chain's only link.
#[derive(Debug)]
struct Why(String);

/// One cropped line with the bytes to underline.
#[derive(Debug)]
struct Line {
    text: String,
    marked: std::ops::Range<usize>,
    name: String,
    line: usize,
    column: usize,
    label: String,
}

impl Line {
    /// The excerpt, cropped once more to `width` columns around its mark; `None` when there is nothing to show.
    fn of(finding: &Finding, width: usize, drawing: Drawing) -> Option<Line> {
        let excerpt = finding.excerpt.as_ref().filter(|excerpt| !excerpt.text.is_empty())?;
        let (text, marked) = crop(excerpt, width.max(20), drawing);
        Some(Line {
            text,
            marked,
            name: terminal::name(&finding.artifact).into_owned(),
            line: usize::try_from(finding.line).unwrap_or(1).max(1),
            column: (finding.column as usize).max(1),
            label: visible::cut(&terminal::text(&finding.path), 60).into_owned(),
        })
    }
}

/// The excerpt as inert text of about `width` columns, and the bytes of its mark in that text.
fn crop(excerpt: &Excerpt, width: usize, drawing: Drawing) -> (String, std::ops::Range<usize>) {
    let cut = if drawing == Drawing::Unicode { '…' } else { '~' };
    let total = excerpt.text.chars().count();
    let from = (excerpt.from as usize).min(total.saturating_sub(1));
    let columns = (excerpt.columns as usize).clamp(1, total - from);
    let shown = columns.min(width);
    // The mark sits in the middle, or as near to it as the line's ends allow.
    let start = from.saturating_sub((width - shown) / 2).min(total.saturating_sub(width));
    let mut text = String::new();
    if start > 0 {
        text.push(cut);
    }
    let (mut mark_start, mut mark_end) = (text.len(), text.len());
    for (at, c) in excerpt.text.chars().enumerate().skip(start).take(width) {
        if at == from {
            mark_start = text.len();
        }
        visible::push(&mut text, if c == '…' { cut } else { c });
        if at < from + columns {
            mark_end = text.len();
        }
    }
    if start + width < total {
        text.push(cut);
    }
    (text, mark_start..mark_end.max(mark_start))
}

impl SourceCode for Line {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let whole = SourceSpan::from(0..self.text.len());
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            self.text.as_bytes(),
            whole,
            self.line - 1,
            self.column - 1,
            1,
        )))
    }
}

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawn {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.why.as_ref().map(|why| why as &dyn std::error::Error)
    }
}

impl Diagnostic for Drawn {
    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let fix = self.fix.as_ref().filter(|fix| !fix.is_empty())?;
        Some(Box::new(fix))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.line.as_ref().map(|line| line as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let line = self.line.as_ref()?;
        let label = LabeledSpan::new(Some(line.label.clone()), line.marked.start, line.marked.len());
        Some(Box::new(std::iter::once(label)))
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Why {}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, from: u32, columns: u32, width: usize) -> (String, String) {
        let (text, range) = crop(&Excerpt { text: text.into(), from, columns }, width, Drawing::Unicode);
        let mark = text[range].to_owned();
        (text, mark)
    }

    #[test]
    fn the_mark_covers_the_same_text_wherever_the_line_is_cut() {
        let line: String = ('a'..='z').collect();
        for from in 0..26 {
            for width in 20..30 {
                let (_, mark) = marked(&line, from, 1, width);
                assert_eq!(mark.chars().next(), line.chars().nth(from as usize), "{from} {width}");
            }
        }
    }

    #[test]
    fn both_cut_ends_say_so() {
        let (text, mark) = marked(&"-".repeat(100), 50, 3, 20);
        assert!(text.starts_with('…') && text.ends_with('…') && text.chars().count() == 22, "{text}");
        assert_eq!(mark, "---");
    }

    #[test]
    fn escapes_inside_the_mark_stay_inside_it() {
        let (text, mark) = marked("a\u{1b}b", 1, 1, 40);
        assert_eq!((text.as_str(), mark.as_str()), ("a\\u{1b}b", "\\u{1b}"));
    }

    #[test]
    fn no_numbers_make_it_panic() {
        for (from, columns) in [(0, 0), (9, 9), (u32::MAX, u32::MAX), (0, u32::MAX), (2, 1)] {
            for text in ["é", "abc", &"x".repeat(500)] {
                marked(text, from, columns, 20);
            }
        }
    }
}
