//! The two streams, and how they look: colours, characters, width.
//!
//! In: what the environment says. Out: writers. A failed write to standard error is nobody's problem: the run must not
//! end because nobody listens there. A failed write to standard output is told by the caller.

use crate::report::terminal::{Colour, Detail, Drawing, Terminal};
use clap::ValueEnum;
use std::env;
use std::io::{self, IsTerminal, Write};

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// One of the two streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Standard output: data.
    Output,
    /// Standard error: progress and errors.
    Error,
}

/// Columns where nothing says how wide the terminal is.
const COLUMNS: usize = 100;

impl Stream {
    /// Whether it is a terminal.
    pub(crate) fn is_terminal(self) -> bool {
        match self {
            Self::Output => io::stdout().is_terminal(),
            Self::Error => io::stderr().is_terminal(),
        }
    }

    /// How text on it looks.
    pub(crate) fn look(self, when: When) -> Terminal {
        Terminal { colour: self.colour(when), drawing: drawing(), width: self.width(), detail: Detail::Concise }
    }

    fn colour(self, when: When) -> Colour {
        let on = match when {
            When::Always => true,
            When::Never => false,
            // The order of https://bixense.com/clicolors and https://no-color.org: a wish against colour wins.
            When::Auto if is_set("NO_COLOR") => false,
            When::Auto if is_on("CLICOLOR_FORCE") || is_on("FORCE_COLOR") => true,
            When::Auto => self.is_terminal() && env::var_os("TERM").is_none_or(|term| term != "dumb"),
        };
        if on { Colour::Ansi } else { Colour::Never }
    }

    fn width(self) -> usize {
        if let Some(columns) = env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).filter(|n| *n > 0) {
            return columns;
        }
        let size = match self {
            Self::Output => terminal_size::terminal_size_of(io::stdout()),
            Self::Error => terminal_size::terminal_size_of(io::stderr()),
        };
        size.map_or(COLUMNS, |(width, _)| usize::from(width.0))
    }
}

/// Box-drawing characters unless the locale says that it has none.
fn drawing() -> Drawing {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(|name| env::var(name).ok());
    match locale.filter(|value| !value.is_empty()).map(|value| value.to_ascii_lowercase()).next() {
        Some(value) if !value.contains("utf-8") && !value.contains("utf8") => Drawing::Ascii,
        _ => Drawing::Unicode,
    }
}

fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn is_on(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
}

/// Whether the run is part of an automated one, where nobody watches a bar.
pub(crate) fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}

/// Says a line on standard error.
pub(crate) fn say(line: &str) {
    let _nobody_listens = writeln!(io::stderr().lock(), "{}", line.trim_end());
}

/// Writes to standard output what `print` prints, buffered and flushed.
///
/// # Errors
/// The stream's own; a reader that has gone away ([`io::ErrorKind::BrokenPipe`]) is none: it had what it wanted.
pub(crate) fn print(print: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    match print(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            // What is still buffered must not be tried again when the buffer is dropped.
            let _unwritten = out.into_parts();
            Ok(())
        }
        done => done,
    }
}
