//! HL7 v2 in files: messages one after the other, batch lines between them, MLLP frames around them.
//!
//! In: bytes. Out: a unit for each message (from its MSH line to the next header or frame end) and for each batch line.
//! Whatever lies outside is told as a trouble; nothing is lost silently. It reads only the first bytes of each line.

use super::batch::Batch;
use super::found::{Found, Open};
use super::{Split, View};
use crate::ingest::event::{Framing, UnitKind};
use crate::ingest::fault::Fault;
use crate::ingest::shape::{self, FS, Header, VT};

/// Bytes of a line that decide what it is.
const LINE_START: usize = 4;

/// The splitter. All offsets are in the artifact.
pub(super) struct Hl7v2 {
    pos: u64,
    line: u64,
    at_start: bool,
    open: Option<Open>,
    /// Which header the open envelope line is.
    envelope: Option<Header>,
    /// The open unit has no header: it is a message only if none follows.
    tentative: bool,
    stray: Option<Stray>,
    frame: Option<Frame>,
    framed: bool,
    headless: bool,
    batch: Batch,
}

/// Text that belongs to nothing.
struct Stray {
    start: u64,
    /// Where its first visible byte is.
    solid: Option<(u64, u64)>,
}

struct Frame {
    offset: u64,
    line: u64,
    any: bool,
}

impl Hl7v2 {
    /// A splitter for an artifact that starts with `head`.
    pub(super) fn new(head: &[u8], extension: &str) -> Self {
        Self {
            pos: prologue(head),
            line: 1,
            at_start: true,
            open: None,
            envelope: None,
            tentative: false,
            stray: None,
            frame: None,
            framed: shape::has_frame(head) || extension == "mllp",
            headless: shape::like_segment(head, extension),
            batch: Batch::default(),
        }
    }

    /// A line starts with `rest`, at `self.pos`.
    fn begin_line(&mut self, view: View<'_>, rest: &[u8], found: &mut Found) {
        self.at_start = false;
        let header = shape::header(rest);
        let Some(header) = header else {
            if self.open.is_some() || self.stray.is_some() || matches!(rest.first(), Some(b'\r' | b'\n')) {
                return;
            }
            if self.frame.is_some() || self.headless {
                self.tentative = self.frame.is_none();
                self.start_unit(UnitKind::Message, None, found);
            } else {
                self.stray = Some(Stray { start: self.pos, solid: None });
            }
            return;
        };
        self.close(view, self.pos, found);
        if found.abandoned {
            return;
        }
        self.headless = false;
        if header == Header::Msh {
            self.batch.message();
            self.start_unit(UnitKind::Message, None, found);
        } else {
            self.start_unit(UnitKind::Envelope, Some(header), found);
        }
    }

    fn start_unit(&mut self, kind: UnitKind, envelope: Option<Header>, found: &mut Found) {
        let framing = if self.frame.is_some() { Framing::Mllp } else { Framing::Bare };
        if let Some(frame) = &mut self.frame {
            frame.any = true;
        } else if self.framed && !self.tentative {
            found.stray(Fault::MllpOutsideFrame, self.pos, self.line, 0);
        }
        self.envelope = envelope;
        self.open = Some(Open::at(self.pos, self.line, kind, framing));
    }

    /// Ends what is open just before `end`.
    fn close(&mut self, view: View<'_>, end: u64, found: &mut Found) {
        let outside = if self.framed { Fault::MllpOutsideFrame } else { Fault::OutsideMessage };
        if let Some(stray) = self.stray.take()
            && let Some((offset, line)) = stray.solid
        {
            found.stray(outside, offset, line, end - stray.start);
        }
        let Some(open) = self.open.take() else { return };
        if std::mem::take(&mut self.tentative) && end < view.end() {
            if !found.is_too_large(&open, end) {
                found.stray(outside, open.start, open.line, end - open.start);
            }
            return;
        }
        if let Some(header) = self.envelope.take() {
            let bytes = if found.fits(&open, end) { view.between(open.start, end) } else { &[] };
            self.batch.line(header, bytes, open.start, open.line, found);
        }
        found.unit(&open, end);
    }

    /// Goes over bytes of a line from `self.pos`.
    fn pass(&mut self, bytes: &[u8]) {
        if let Some(stray) = &mut self.stray
            && stray.solid.is_none()
            && let Some(at) = bytes.iter().position(|b| !b.is_ascii_whitespace())
        {
            stray.solid = Some((self.pos + at as u64, self.line));
        }
        self.pos += bytes.len() as u64;
    }

    /// A framing byte at `self.pos`; false when more must be seen to decide.
    fn control(&mut self, view: View<'_>, rest: &[u8], found: &mut Found) -> bool {
        let start_block = rest[0] == VT;
        let after = &rest[1..];
        if !view.eof && after.len() < if start_block { LINE_START } else { 1 } {
            return false;
        }
        let header_follows = shape::header(after).is_some();
        let is_framing = match (start_block, &self.frame) {
            (true, Some(_)) => header_follows || (self.at_start && self.open.is_none()),
            (true, None) => header_follows || self.at_start || self.open.is_none(),
            (false, Some(_)) => true,
            (false, None) => self.at_start || self.open.is_none() || matches!(after.first(), None | Some(b'\r' | &VT)),
        };
        if !is_framing {
            if self.at_start {
                self.begin_line(view, rest, found);
            }
            self.pass(&rest[..1]);
            return true;
        }
        self.close(view, self.pos, found);
        if found.abandoned {
            return true;
        }
        match (start_block, self.frame.take()) {
            (true, open) => {
                if open.is_some() {
                    found.stray(Fault::MllpNestedStart, self.pos, self.line, 0);
                }
                self.framed = true;
                self.frame = Some(Frame { offset: self.pos, line: self.line, any: false });
            }
            (false, Some(frame)) => {
                if !frame.any {
                    found.stray(Fault::MllpEmptyFrame, frame.offset, frame.line, 0);
                }
                if after.first() != Some(&b'\r') {
                    found.stray(Fault::MllpNoCr, self.pos, self.line, 0);
                }
            }
            (false, None) => found.stray(Fault::MllpOutsideFrame, self.pos, self.line, 1),
        }
        self.pos += 1;
        self.at_start = true;
        true
    }

    /// The end of a line at `self.pos`; false when a feed may still follow a carriage return.
    fn end_line(&mut self, view: View<'_>, rest: &[u8], found: &mut Found) -> bool {
        match rest {
            [b'\r', b'\n', ..] => self.pos += 2,
            [b'\r'] if !view.eof => return false,
            _ => self.pos += 1,
        }
        self.line += 1;
        self.at_start = true;
        if self.open.is_some() && self.envelope.is_some() {
            self.close(view, self.pos, found);
        }
        true
    }
}

/// How long the byte order mark is, with the blanks before the first header that some editors leave.
fn prologue(head: &[u8]) -> u64 {
    let rest = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let blanks = if shape::header(&rest[blanks..]).is_some() { blanks } else { 0 };
    (head.len() - rest.len() + blanks) as u64
}

impl Split for Hl7v2 {
    fn scan(&mut self, view: View<'_>, found: &mut Found) {
        let next_control = |from: u64| {
            memchr::memchr2(VT, FS, view.between(from, view.end())).map_or(view.end(), |at| from + at as u64)
        };
        let mut control = next_control(self.pos);
        while self.pos < view.end() && !found.abandoned {
            let rest = view.between(self.pos, view.end());
            if self.pos == control {
                if !self.control(view, rest, found) {
                    return;
                }
                control = next_control(self.pos);
                continue;
            }
            if self.at_start {
                if rest.len() < LINE_START && !view.eof {
                    return;
                }
                self.begin_line(view, rest, found);
            }
            let line = view.between(self.pos, control);
            match memchr::memchr2(b'\r', b'\n', line) {
                None => self.pass(line),
                Some(at) => {
                    self.pass(&line[..at]);
                    if !self.end_line(view, &rest[at..], found) {
                        return;
                    }
                }
            }
        }
        if view.eof && !found.abandoned {
            self.close(view, view.end(), found);
            if let Some(frame) = self.frame.take() {
                found.trouble(Fault::MllpNoEnd, frame.offset, frame.line, "");
            }
            self.batch.finish(found);
        }
    }

    fn keep(&self) -> (u64, u64) {
        match &self.open {
            Some(open) if !open.oversize => (open.start, open.line),
            _ => (self.pos, self.line),
        }
    }

    fn reached(&self) -> u64 {
        self.pos
    }

    fn open(&mut self) -> Option<&mut Open> {
        self.open.as_mut()
    }
}
