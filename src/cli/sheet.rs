//! Text for a person: headings, labelled paragraphs, columns. Every text is made inert here.

use super::console::{Stream, When};
use crate::report::terminal::{Colour, Terminal, letters};
use anstyle::Style;
use std::io::{self, Write};

/// Columns of the labels of [`Sheet::field`].
const LABELS: usize = 14;

/// Where the text goes, and how it looks.
pub(super) struct Sheet<'w> {
    out: &'w mut dyn Write,
    look: Terminal,
    width: usize,
}

impl<'w> Sheet<'w> {
    /// A sheet for standard output.
    pub(super) fn new(out: &'w mut dyn Write, when: When) -> Self {
        let look = Stream::Output.look(when);
        Self { out, look, width: look.width.clamp(40, 120) }
    }

    /// A line that stands out, after a blank one unless it is the first.
    pub(super) fn heading(&mut self, text: &str) -> io::Result<()> {
        let bold = if self.look.colour == Colour::Ansi { Style::new().bold() } else { Style::new() };
        let text = self.inert(text);
        writeln!(self.out, "{bold}{text}{bold:#}")
    }

    /// An empty line.
    pub(super) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// A label and a paragraph beside it; nothing when the text is empty.
    pub(super) fn field(&mut self, label: &str, text: &str) -> io::Result<()> {
        if text.trim().is_empty() {
            return Ok(());
        }
        let label = format!("  {label:<width$}", width = LABELS - 2);
        self.hanging(&label, text)
    }

    /// A label of any width and a paragraph that hangs from its end.
    pub(super) fn hanging(&mut self, label: &str, text: &str) -> io::Result<()> {
        let indent = label.chars().count();
        let text = self.inert(text);
        let mut lead = self.inert(label);
        for line in wrap(&text, self.width.saturating_sub(indent).max(20)) {
            writeln!(self.out, "{}", format!("{lead}{line}").trim_end())?;
            lead = " ".repeat(indent);
        }
        Ok(())
    }

    /// A line as it stands, made inert and not wrapped: an excerpt.
    pub(super) fn verbatim(&mut self, text: &str) -> io::Result<()> {
        let text = self.inert(text);
        writeln!(self.out, "{}", text.trim_end())
    }

    fn inert(&self, text: &str) -> String {
        letters(text, self.look.drawing).into_owned()
    }
}

/// `text` broken at spaces into lines of at most `width` characters; a longer word has a line of its own.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines.push(String::new());
            used = 0;
        }
        let Some(line) = lines.last_mut() else { continue };
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += length;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_wrapped_at_spaces() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("abcdefg h", 3), ["abcdefg", "h"]);
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn what_hides_is_shown() {
        let mut out = Vec::new();
        let look = Terminal::default();
        let mut sheet = Sheet { out: &mut out, look, width: 80 };
        sheet.field("what", "a\u{1b}[2J b\u{202e}").expect("a vector takes all");
        assert_eq!(String::from_utf8_lossy(&out), "  what        a\\u{1b}[2J b\\u{202e}\n");
    }
}
