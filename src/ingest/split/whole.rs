//! One unit for each artifact: JSON, XML, EDIFACT, DICOM and all that is not known.
//!
//! In: bytes. Out: one unit, all of them; nothing when they are blank.

use super::found::{Found, Open};
use super::{Split, View};
use crate::ingest::event::{Framing, UnitKind};

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
            && let Some(open) = self.open.take()
            && !self.blank
        {
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
