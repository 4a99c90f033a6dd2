//! Units as they are found, until a block takes them.
//!
//! In: starts and ends of units, as offsets in the artifact. Out: marks within the block, and troubles.

use std::sync::Arc;

use crate::ingest::event::{Artifact, Block, Framing, Mark, UnitKind};
use crate::ingest::fault::Fault;
use crate::ingest::run::Seen;

/// A unit whose end was not seen yet.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) start: u64,
    pub(super) line: u64,
    pub(super) kind: UnitKind,
    pub(super) framing: Framing,
    /// Past the limit: already told, its bytes are no longer held, and it is not handed on.
    pub(super) oversize: bool,
}

impl Open {
    pub(super) fn at(start: u64, line: u64, kind: UnitKind, framing: Framing) -> Self {
        Self { start, line, kind, framing, oversize: false }
    }
}

/// What one block has so far.
pub(super) struct Found {
    pub(super) marks: Vec<Mark>,
    pub(super) troubles: Vec<Seen>,
    /// An over-long unit ran further than is looked.
    pub(super) abandoned: bool,
    /// No trouble so far, in any block.
    pub(super) clean: bool,
    base: u64,
    first_line: u64,
    before: [u64; 2],
    here: [u32; 2],
    limit: u64,
    skip: u64,
}

impl Found {
    pub(super) fn new(limit: u64, skip: u64) -> Self {
        Self {
            marks: Vec::new(),
            troubles: Vec::new(),
            abandoned: false,
            clean: true,
            base: 0,
            first_line: 1,
            before: [0; 2],
            here: [0; 2],
            limit,
            skip,
        }
    }

    /// Whether what ends at `end` is within the limit: only then is it surely still in memory.
    pub(super) fn fits(&self, open: &Open, end: u64) -> bool {
        end - open.start <= self.limit
    }

    /// Whether what ends at `end` is over the limit; tells so unless that was done while its end was unseen.
    pub(super) fn is_too_large(&mut self, open: &Open, end: u64) -> bool {
        let length = end - open.start;
        if self.fits(open, end) {
            return false;
        }
        if !open.oversize {
            self.trouble(Fault::TooLargeUnit, open.start, open.line, format!("the limit is {} bytes", self.limit));
        }
        self.clean = false;
        self.abandoned |= length > self.limit.saturating_add(self.skip);
        true
    }

    /// The unit that ends at `end`.
    pub(super) fn unit(&mut self, open: &Open, end: u64) {
        if self.is_too_large(open, end) {
            return;
        }
        let kind = open.kind as usize;
        let within = |at: u64, from: u64| u32::try_from(at.saturating_sub(from)).unwrap_or(u32::MAX);
        self.marks.push(Mark {
            start: within(open.start, self.base),
            end: within(end, self.base),
            lines: within(open.line, self.first_line),
            nth: self.here[kind],
            kind: open.kind,
            framing: open.framing,
        });
        self.here[kind] = self.here[kind].saturating_add(1);
    }

    pub(super) fn trouble(&mut self, fault: Fault, offset: u64, line: u64, detail: impl Into<String>) {
        self.clean = false;
        self.troubles.push(Seen { fault, offset, line, bytes: 0, detail: detail.into() });
    }

    pub(super) fn stray(&mut self, fault: Fault, offset: u64, line: u64, bytes: u64) {
        self.clean = false;
        self.troubles.push(Seen { fault, offset, line, bytes, detail: String::new() });
    }

    /// Takes what was found since the last block.
    pub(super) fn block(&mut self, artifact: &Arc<Artifact>, byte_offset: u64, bytes: Vec<u8>) -> Block {
        Block {
            artifact: artifact.clone(),
            byte_offset,
            bytes,
            first_line: self.first_line,
            before: self.before,
            marks: std::mem::take(&mut self.marks),
        }
    }

    /// The next block starts at `base`, on `line`.
    pub(super) fn begin_block(&mut self, base: u64, line: u64) {
        self.base = base;
        self.first_line = line;
        for (before, here) in self.before.iter_mut().zip(&mut self.here) {
            *before += u64::from(std::mem::take(here));
        }
    }
}
