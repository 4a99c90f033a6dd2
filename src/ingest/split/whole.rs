//! One unit for each artifact: JSON, XML, EDIFACT, DICOM and all that is not known.
//!
//! In: bytes. Out: one unit, all of them; nothing when they are blank.

use super::found::{Found, Open};
use super::{Split, View};
use crate::ingest::event::{Endings, Framing, UnitKind};
use crate::span;

/// The splitter.
pub(super) struct Whole {
    open: Option<Open>,
    end: u64,
    blank: bool,
}

impl Default for Whole {
    fn default() -> Self {
        Self { open: Some(Open::at(0, 1, UnitKind::Message, Framing::Bare)), end: 0, blank: true }
    }
}

impl Split for Whole {
    fn scan(&mut self, view: View<'_>, found: &mut Found) {
        self.blank = self.blank && view.between(self.end, view.end()).iter().all(|b| b.is_ascii_whitespace());
        self.end = view.end();
        if view.eof
            && let Some(mut open) = self.open.take()
            && !self.blank
        {
            open.endings = endings(view.bytes);
            found.unit(&open, view.end());
        }
    }

    fn keep(&self) -> (u64, u64) {
        match &self.open {
            Some(open) if !open.oversize => (open.start, open.line),
            _ => (self.end, 1),
        }
    }

    fn reached(&self) -> u64 {
        self.end
    }

    fn open(&mut self) -> Option<&mut Open> {
        self.open.as_mut()
    }
}

/// The line ends among the first bytes; a whole document is only looked at closely enough to say what it uses.
fn endings(bytes: &[u8]) -> Endings {
    let looked = &bytes[..bytes.len().min(crate::ingest::options::HEAD_BYTES)];
    let pairs = memchr::memmem::find_iter(looked, b"\r\n").count() as u64;
    let feeds = memchr::memchr_iter(b'\n', looked).count() as u64;
    let lines = span::line_ends(looked);
    let mut flags = 0;
    for (present, flag) in [(pairs > 0, Endings::CRLF), (feeds > pairs, Endings::LF), (lines > feeds, Endings::CR)] {
        flags |= if present { flag } else { 0 };
    }
    Endings(flags)
}
