//! An error for people: what is wrong, where, and what to do; drawn by miette.
//!
//! In: an [`Error`](super::Error). Out: text for standard error. It is the only place where an error becomes text, so
//! it is where names and file contents are made inert.

use super::console::{Stream, When, say};
use crate::report::escape::{terminal, visible};
use crate::report::terminal::{Colour, Drawing};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};
use std::fmt;
use std::ops::Range;

/// Columns of a line that are shown around the place.
const COLUMNS: usize = 120;
/// Lines shown before the place, so that the table it belongs to is seen.
const LINES_BEFORE: usize = 2;

/// An error for people.
#[derive(Debug)]
pub(crate) struct Complaint {
    headline: String,
    help: Option<String>,
    code: Option<Excerpt>,
}

/// A few lines of a file, made inert, with the place marked.
#[derive(Debug)]
struct Excerpt {
    name: String,
    text: String,
    first_line: usize,
    marked: Range<usize>,
    /// Line and column of the place, from zero.
    place: (usize, usize),
}

impl Complaint {
    /// What is wrong.
    pub(crate) fn new(headline: impl AsRef<str>) -> Self {
        Self { headline: terminal::text(headline.as_ref()).into_owned(), help: None, code: None }
    }

    /// What to do.
    #[must_use]
    pub(crate) fn help(mut self, help: impl AsRef<str>) -> Self {
        self.help = Some(terminal::text(help.as_ref()).into_owned()).filter(|help| !help.is_empty());
        self
    }

    /// Where: a byte range of the text of the file called `name`.
    #[must_use]
    pub(crate) fn at(mut self, name: &str, text: &str, at: Range<usize>) -> Self {
        self.code = Some(Excerpt::of(name, text, at));
        self
    }

    /// Puts it on standard error.
    pub(crate) fn tell(&self, when: When) {
        let look = Stream::Error.look(when);
        let theme = match (look.drawing, look.colour) {
            (Drawing::Unicode, Colour::Ansi) => GraphicalTheme::unicode(),
            (Drawing::Unicode, Colour::Never) => GraphicalTheme::unicode_nocolor(),
            (Drawing::Ascii, Colour::Ansi) => GraphicalTheme::ascii(),
            (Drawing::Ascii, Colour::Never) => GraphicalTheme::none(),
        };
        let mut text = String::new();
        let drawn = GraphicalReportHandler::new_themed(theme)
            .with_urls(false)
            .with_context_lines(LINES_BEFORE)
            .with_width(look.width.clamp(40, 120))
            .render_report(&mut text, self);
        match drawn {
            Ok(()) => say(&text),
            Err(_) => say(&format!("error: {self}")),
        }
    }
}

impl Excerpt {
    fn of(name: &str, text: &str, at: Range<usize>) -> Self {
        let start = boundary(text, at.start);
        let end = boundary(text, at.end.max(start)).max(start);
        let mut first = line_start(text, start);
        for _ in 0..LINES_BEFORE {
            first = if first == 0 { 0 } else { line_start(text, first - 1) };
        }
        let first_line = text[..first].matches('\n').count();
        let last = text[start..].find('\n').map_or(text.len(), |found| start + found);
        let own_line = line_start(text, start);
        let place = (text[..own_line].matches('\n').count(), text[own_line..start].chars().count());
        let name = terminal::name(name).into_owned();
        let mut excerpt = Self { name, text: String::new(), first_line, marked: 0..0, place };
        let mut marked = None;
        let mut offset = first;
        for line in text[first..last].split('\n') {
            if offset > first {
                excerpt.text.push('\n');
            }
            excerpt.line(line, offset, start..end.min(last), &mut marked);
            offset += line.len() + 1;
        }
        excerpt.marked = marked.unwrap_or(excerpt.text.len()..excerpt.text.len());
        excerpt
    }

    /// Adds one line, cropped around the place when it is on it.
    fn line(&mut self, line: &str, offset: usize, at: Range<usize>, marked: &mut Option<Range<usize>>) {
        let here = (offset..=offset + line.len()).contains(&at.start);
        let column = if here { line[..at.start - offset].chars().count() } else { 0 };
        let skip = column.saturating_sub(COLUMNS / 2);
        if skip > 0 {
            self.text.push('…');
        }
        for (byte, c) in line.char_indices().skip(skip).take(COLUMNS) {
            if here && offset + byte == at.start {
                *marked = Some(self.text.len()..self.text.len());
            }
            match c {
                '\t' => self.text.push(' '),
                '\r' => {}
                c => visible::push(&mut self.text, c),
            }
            if let Some(range) = marked
                && here
                && offset + byte < at.end
            {
                range.end = self.text.len();
            }
        }
        if here && marked.is_none() {
            *marked = Some(self.text.len()..self.text.len());
        }
        if line.chars().nth(skip + COLUMNS).is_some() {
            self.text.push('…');
        }
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |found| found + 1)
}

/// `at`, or the nearest place before it where a character starts.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl SourceCode for Excerpt {
    /// miette asks twice: without context for the place it names above the lines, with context for the lines.
    fn read_span<'a>(
        &'a self,
        at: &SourceSpan,
        before: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let name = self.name.clone();
        Ok(Box::new(if before == 0 {
            let (line, column) = self.place;
            MietteSpanContents::new_named(name, &[], *at, line, column, 1)
        } else {
            let whole = SourceSpan::from(0..self.text.len());
            let lines = self.text.matches('\n').count() + 1;
            MietteSpanContents::new_named(name, self.text.as_bytes(), whole, self.first_line, 0, lines)
        }))
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.headline)
    }
}

impl std::error::Error for Complaint {}

impl Diagnostic for Complaint {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.help.as_ref()?))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.code.as_ref().map(|code| code as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let marked = &self.code.as_ref()?.marked;
        Some(Box::new(std::iter::once(LabeledSpan::new(Some("here".to_owned()), marked.start, marked.len()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_covers_the_place_on_its_line() {
        let text = "a = 1\n[b]\nlong = \"x\"\nfoo = 2\nend";
        let at = text.find("foo").expect("it is there");
        let excerpt = Excerpt::of("f.toml", text, at..at + 3);
        assert_eq!(&excerpt.text[excerpt.marked.clone()], "foo");
        assert_eq!((excerpt.first_line, excerpt.text.as_str()), (1, "[b]\nlong = \"x\"\nfoo = 2"));
    }

    #[test]
    fn no_range_makes_it_panic() {
        for text in ["", "\n", "é\n\u{1b}[2J\r\n", &"é".repeat(100_000)] {
            let (reversed, far) = (Range { start: 5, end: 4 }, usize::MAX);
            for at in [0..0, 1..2, reversed, 0..far, far..far] {
                let excerpt = Excerpt::of("f", text, at);
                assert!(excerpt.text.len() < 2_000 && !excerpt.text.contains('\u{1b}'));
                assert!(excerpt.marked.end <= excerpt.text.len());
            }
        }
    }
}
