//! The report as text for a person at a terminal: verdicts, then gaps, then what was not shown, then the counts.
//!
//! In: a report, and how the terminal looks. Out: text in which only our own colour codes are control characters. It
//! never sees a whole message: an excerpt is one line, cropped before it came here and again to the width.

mod closing;
mod gap;
mod page;
mod verdicts;

use super::{Renderer, model::Report, places::Places};
use page::Page;
pub(crate) use page::letters;
use std::io;

/// Whether colour codes are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// None at all.
    #[default]
    Never,
    /// The sixteen colours that every terminal theme defines.
    Ansi,
}

/// Which characters boxes and signs are drawn with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drawing {
    /// Box-drawing characters and signs.
    #[default]
    Unicode,
    /// ASCII only, for a terminal or locale without them.
    Ascii,
}

/// Whether groups are told in full or in a line each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// The [`IN_FULL`] most serious groups in full, then a line each, so that a long report still fits a screen or two.
    #[default]
    Concise,
    /// Every group in full.
    Full,
}

/// Groups told in full before the rest get a line each.
pub const IN_FULL: usize = 10;
/// Groups given a line each before the rest are only counted.
pub const IN_A_LINE: usize = 100;

/// How the terminal looks.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Whether colour codes are written.
    pub colour: Colour,
    /// Which characters are drawn with.
    pub drawing: Drawing,
    /// Columns; taken as at least 40 and at most 160.
    pub width: usize,
    /// How much is told of each group.
    pub detail: Detail,
}

impl Default for Terminal {
    fn default() -> Self {
        Terminal { colour: Colour::Never, drawing: Drawing::Unicode, width: 100, detail: Detail::Concise }
    }
}

impl Renderer for Terminal {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut page = Page::new(self, out);
        verdicts::heading(&mut page, report)?;
        verdicts::table(&mut page, report)?;
        let places = Places::of(report);
        gaps(&mut page, report, &places, self.detail)?;
        closing::not_shown(&mut page, report)?;
        closing::calendar(&mut page, report)?;
        closing::waivers(&mut page, report)?;
        closing::counts(&mut page, report)
    }
}

fn gaps(page: &mut Page<'_>, report: &Report, places: &Places<'_>, detail: Detail) -> io::Result<()> {
    if report.groups.is_empty() {
        return Ok(());
    }
    page.heading("Gaps")?;
    let full = match detail {
        Detail::Concise => IN_FULL,
        Detail::Full => usize::MAX,
    };
    for (at, (group, findings)) in places.groups(report).enumerate() {
        if at < full {
            gap::in_full(page, report, group, findings)?;
        } else if at - full < IN_A_LINE {
            gap::in_a_line(page, group, findings)?;
        } else {
            let left = report.groups.len() - at;
            return page.wrapped(2, 2, &format!("… and {left} more groups; the JSON report lists them all"));
        }
    }
    Ok(())
}
