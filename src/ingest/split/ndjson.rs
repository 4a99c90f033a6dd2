//! One JSON value on each line, lines ended by LF or CRLF.
//!
//! In: bytes. Out: a unit for each line that is not blank, without its line end. It never looks inside a line.

use super::found::{Found, Open};
use super::{Split, View};
use crate::ingest::event::{Framing, UnitKind};
use crate::span;

/// The splitter.
pub(super) struct Ndjson {
    pos: u64,
    line: u64,
    open: Option<Open>,
    started: bool,
    /// A carriage return was the last byte looked at: a feed after it starts no second line.
    after_cr: bool,
}

impl Default for Ndjson {
    fn default() -> Self {
        Self { pos: 0, line: 1, open: None, started: false, after_cr: false }
    }
}

impl Ndjson {
    /// Counts line ends as [`span`] does, a lone CR included, over bytes that may be split anywhere.
    fn pass(&mut self, bytes: &[u8]) {
        let joined = self.after_cr && bytes.first() == Some(&b'\n');
        self.line += span::line_ends(bytes) - u64::from(joined);
        if let Some(last) = bytes.last() {
            self.after_cr = *last == b'\r';
        }
    }

    fn close(&mut self, view: View<'_>, end: u64, found: &mut Found) {
        let Some(open) = self.open.take() else { return };
        if open.oversize {
            found.unit(&open, end);
            return;
        }
        let bytes = view.between(open.start, end);
        let line = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if line.iter().all(|b| b.is_ascii_whitespace()) {
            return;
        }
        found.unit(&open, open.start + line.len() as u64);
    }
}

impl Split for Ndjson {
    fn scan(&mut self, view: View<'_>, found: &mut Found) {
        if !self.started {
            self.started = true;
            if view.bytes.starts_with(b"\xEF\xBB\xBF") {
                self.pos += 3;
            }
        }
        while self.pos < view.end() && !found.abandoned {
            let rest = view.between(self.pos, view.end());
            if self.open.is_none() {
                self.open = Some(Open::at(self.pos, self.line, UnitKind::Message, Framing::Bare));
            }
            let feed = memchr::memchr(b'\n', rest);
            let (content, next) = feed.map_or((rest.len(), rest.len()), |at| (at, at + 1));
            let end = self.pos + content as u64;
            if feed.is_some() {
                self.close(view, end, found);
            }
            self.pass(&rest[..next]);
            self.pos += next as u64;
        }
        if view.eof {
            self.close(view, view.end(), found);
        }
    }

    fn keep(&self) -> (u64, u64) {
        match &self.open {
            Some(open) if !open.oversize => (open.start, open.line),
            _ => (self.pos, self.line),
        }
    }

    fn reached(&self) -> u64 {
        self.pos - u64::from(self.after_cr)
    }

    fn open(&mut self) -> Option<&mut Open> {
        self.open.as_mut()
    }
}
