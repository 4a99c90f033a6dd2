//! The paper: width, colour, wrapping. Every text is made inert here, so that no caller can forget.

use super::{Colour, Drawing, Terminal};
use crate::report::escape::terminal;
use anstyle::{AnsiColor, Style};
use std::{borrow::Cow, io};

/// Where the text goes, and how the terminal looks.
pub(super) struct Page<'w> {
    out: &'w mut dyn io::Write,
    pub(super) look: Terminal,
    pub(super) width: usize,
}

/// What a piece of text is, from which its colour follows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Strong,
    Quiet,
    Bad,
    Caution,
    Good,
    Note,
}

impl Ink {
    pub(super) fn of_verdict(verdict: &str) -> Ink {
        match verdict {
            "blocked" => Ink::Bad,
            "at-risk" => Ink::Caution,
            "clear" => Ink::Good,
            _ => Ink::Note,
        }
    }

    pub(super) fn of_severity(severity: &str) -> Ink {
        match severity {
            "fatal" | "error" => Ink::Bad,
            "warning" => Ink::Caution,
            _ => Ink::Note,
        }
    }

    fn style(self) -> Style {
        match self {
            Ink::Plain => Style::new(),
            Ink::Strong => Style::new().bold(),
            Ink::Quiet => Style::new().dimmed(),
            Ink::Bad => AnsiColor::Red.on_default().bold(),
            Ink::Caution => AnsiColor::Yellow.on_default().bold(),
            Ink::Good => AnsiColor::Green.on_default().bold(),
            Ink::Note => AnsiColor::Cyan.on_default().bold(),
        }
    }
}

impl<'w> Page<'w> {
    pub(super) fn new(look: &Terminal, out: &'w mut dyn io::Write) -> Self {
        Page { out, look: *look, width: look.width.clamp(40, 160) }
    }

    /// Text in its colour. Control characters in `text` are made visible first.
    pub(super) fn ink(&self, ink: Ink, text: &str) -> String {
        let text = self.letters(text);
        if self.look.colour == Colour::Never || ink == Ink::Plain {
            return text.into_owned();
        }
        let style = ink.style();
        format!("{style}{text}{style:#}")
    }

    /// Text as this terminal can show it.
    pub(super) fn letters<'t>(&self, text: &'t str) -> Cow<'t, str> {
        letters(text, self.look.drawing)
    }

    /// One line made of pieces that [`Page::ink`] gave.
    pub(super) fn line(&mut self, inked: &str) -> io::Result<()> {
        writeln!(self.out, "{}", inked.trim_end())
    }

    /// What another renderer made of inert text, as it stands.
    pub(super) fn drawn(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())
    }

    pub(super) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    pub(super) fn heading(&mut self, text: &str) -> io::Result<()> {
        let inked = self.ink(Ink::Strong, text);
        self.blank()?;
        self.line(&inked)
    }

    /// Prose, its first line `first` columns in and the others `rest`.
    pub(super) fn wrapped(&mut self, first: usize, rest: usize, text: &str) -> io::Result<()> {
        self.hanging(first, ("", Ink::Plain), rest, (text, Ink::Plain))
    }

    /// A quiet label, then prose that hangs `rest` columns in.
    pub(super) fn labelled(&mut self, first: usize, label: &str, rest: usize, text: &str) -> io::Result<()> {
        self.hanging(first, (label, Ink::Quiet), rest, (text, Ink::Plain))
    }

    /// A label `first` columns in, then prose that hangs `rest` columns in, each in its colour.
    pub(super) fn hanging(
        &mut self,
        first: usize,
        label: (&str, Ink),
        rest: usize,
        text: (&str, Ink),
    ) -> io::Result<()> {
        let prose = self.letters(text.0).into_owned();
        let lead = first + label.0.chars().count();
        let mut prefix = format!("{}{}", " ".repeat(first), self.ink(label.1, label.0));
        for line in wrap(&prose, self.width.saturating_sub(lead).max(20), self.width.saturating_sub(rest).max(20)) {
            self.line(&format!("{prefix}{}", self.ink(text.1, &line)))?;
            prefix = " ".repeat(rest);
        }
        Ok(())
    }
}

/// Text with what hides or acts made visible, and in ASCII where nothing else can be drawn.
pub(crate) fn letters(text: &str, drawing: Drawing) -> Cow<'_, str> {
    let inert = terminal::text(text);
    if drawing == Drawing::Unicode || inert.is_ascii() {
        return inert;
    }
    let plain = inert.chars().map(|c| match c {
        '✗' => 'x',
        '✓' => '+',
        '…' => '~',
        '·' | '–' | '—' => '-',
        '×' => 'x',
        '→' => '>',
        '’' => '\'',
        other => other,
    });
    Cow::Owned(plain.collect())
}

/// Breaks prose at spaces: the first line at most `first` characters, the others at most `rest`; a longer word is cut.
fn wrap(text: &str, first: usize, rest: usize) -> Vec<String> {
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0);
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut word: Vec<char> = word.chars().collect();
        loop {
            let room = if lines.is_empty() { first } else { rest };
            let gap = usize::from(used > 0);
            if used + gap + word.len() <= room {
                line.extend(std::iter::repeat_n(' ', gap).chain(word.iter().copied()));
                used += gap + word.len();
                break;
            }
            if used == 0 {
                line.extend(word.drain(..room));
            }
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
    }
    if used > 0 || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_breaks_at_spaces_and_long_words_are_cut() {
        assert_eq!(wrap("aa bb cc", 5, 2), ["aa bb", "cc"]);
        assert_eq!(wrap("abcdefg h", 3, 4), ["abc", "defg", "h"]);
        assert_eq!(wrap("", 5, 5), [""]);
    }
}
