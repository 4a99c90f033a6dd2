//! JSON → the arena (RFC 8259).
//!
//! In: one document. Out: objects, arrays and scalars with the spans of their names and values, and faults with stable
//! codes `json.*`. It keeps an explicit stack, so that depth costs no machine stack; it goes on after what it cannot
//! place, and stops only at a limit or where the document ends.

mod encoding;
mod names;
mod scalar;
#[cfg(test)]
mod tests;

pub use super::Extent;
use super::Faults;
use crate::instance::{Builder, Instance, Kind, NodeId};
use crate::span::Span;

/// Objects and arrays inside one another. The deepest resources that people write, questionnaires, have some sixty.
pub const MAX_DEPTH: usize = 200;
/// Nodes that any document may have, 32 bytes each: less than a machine's memory.
const MAX_NODES: u32 = 4_000_000;
/// A larger document may have a node for as many bytes: resources have one for some twenty-five.
const BYTES_PER_NODE: usize = 12;

/// Parses `bytes` into `instance`, whose memory is reused.
pub fn parse(bytes: &[u8], instance: &mut Instance, faults: &mut Faults) -> Extent {
    let build = Builder::new(instance);
    let (frames, names) = (Vec::new(), Vec::new());
    let most = MAX_NODES.max((bytes.len() / BYTES_PER_NODE) as u32);
    let mut reader = Reader { bytes, at: 0, build, faults, frames, names, stopped: false, astray: false, most };
    reader.document();
    if reader.stopped { Extent::Part } else { Extent::Whole }
}

/// An object or array whose end was not met yet.
#[derive(Clone, Copy, Debug)]
struct Frame {
    id: NodeId,
    kind: Kind,
    phase: Phase,
    /// Items so far.
    count: u32,
    /// Where its names start in [`Reader::names`].
    names: usize,
    spelling: names::Spelling,
}

/// What may come next inside a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Right after the opening bracket: an item or the end.
    First,
    /// After a comma: an item.
    Item,
    /// After an item: a comma or the end.
    Next,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    build: Builder<'a>,
    faults: &'a mut Faults,
    frames: Vec<Frame>,
    /// The names met in the open objects, innermost last.
    names: Vec<Span>,
    /// Nothing more is read: the end was met too early, or a limit.
    stopped: bool,
    /// Brackets are out of step, which was told: what does not fit after that follows from it.
    astray: bool,
    /// Nodes it may have.
    most: u32,
}

impl Reader<'_> {
    fn document(&mut self) {
        let root = self.build.open(Kind::Root, 0, 0, Span::default(), 0);
        if self.encoding() {
            self.blank();
            match self.peek() {
                None => self.fault("json.empty", 0, self.at, "there is no JSON value here, only blanks"),
                Some(_) => self.value(Span::default(), 0),
            }
            while !self.stopped && !self.frames.is_empty() {
                self.step();
            }
            if !self.stopped {
                self.after();
            }
            while !self.frames.is_empty() {
                // Only what was stopped leaves frames open: they hold all the rest.
                self.close(self.bytes.len());
            }
        }
        self.build.close(root, self.bytes.len() as u32);
    }

    /// What stands after the value that the document is.
    fn after(&mut self) {
        self.blank();
        if self.at < self.bytes.len() && !self.astray {
            let message = "unexpected content follows the end of the JSON value; it is not read";
            self.fault("json.trailing-content", self.at, self.at + 1, message);
        }
    }

    /// One step inside the innermost frame.
    fn step(&mut self) {
        self.blank();
        let Some(byte) = self.peek() else {
            let message = match self.frames.last().map(|frame| frame.kind) {
                Some(Kind::Array) => "the document ends inside an array: its end is missing",
                _ => "the document ends inside an object: its end is missing",
            };
            return self.cut_off(message);
        };
        let Some(frame) = self.frames.last_mut() else { return };
        let (kind, phase) = (frame.kind, frame.phase);
        match byte {
            b'}' | b']' => self.end(byte, kind, phase),
            b',' if phase == Phase::Next => {
                frame.phase = Phase::Item;
                self.at += 1;
            }
            b',' => {
                self.fault("json.syntax", self.at, self.at + 1, "a value is expected before the comma");
                self.at += 1;
                self.phase(Phase::Item);
            }
            _ if phase == Phase::Next => {
                let message = match kind {
                    Kind::Array => "a comma or the end of the array is expected here",
                    _ => "a comma or the end of the object is expected here",
                };
                // A forgotten comma loses nothing; anything else is skipped to where a comma or an end stands.
                match byte {
                    b'"' | b'{' | b'[' => {
                        self.fault("json.syntax", self.at, self.at + 1, message);
                        self.phase(Phase::Item);
                    }
                    _ => {
                        self.lost(message);
                        self.skip();
                    }
                }
            }
            b'"' if kind == Kind::Object => self.member(),
            _ if kind == Kind::Object => {
                self.fault("json.syntax", self.at, self.at + 1, "a name in double quotes is expected here");
                self.skip();
                self.phase(Phase::Next);
            }
            _ => {
                let ordinal = frame.count;
                frame.count = frame.count.saturating_add(1);
                frame.phase = Phase::Next;
                self.value(Span::default(), ordinal);
            }
        }
    }

    /// A closing bracket inside a frame of `kind`.
    fn end(&mut self, byte: u8, kind: Kind, phase: Phase) {
        if phase == Phase::Item {
            self.fault(
                "json.trailing-comma",
                self.at,
                self.at + 1,
                "a comma stands before the end; a value is expected",
            );
        }
        if (byte == b'}') != (kind == Kind::Object) {
            let message = match kind {
                Kind::Array => "an array is closed by the bracket of an object",
                _ => "an object is closed by the bracket of an array",
            };
            self.lost(message);
        }
        self.at += 1;
        self.close(self.at);
    }

    /// `"name": value`.
    fn member(&mut self) {
        let Some(quoted) = self.string() else { return };
        let name = Span::new(quoted.start + 1, quoted.end - 1);
        let escaped = memchr::memchr(b'\\', name.of(self.bytes)).is_some();
        self.limit_name(name);
        self.names.push(name);
        if let Some(frame) = self.frames.last_mut() {
            frame.phase = Phase::Next;
            if escaped {
                frame.spelling = names::Spelling::Escaped;
            }
        }
        self.blank();
        match self.peek() {
            Some(b':') => self.at += 1,
            None => return self.cut_off("the document ends after a name: its value is missing"),
            Some(_) => {
                self.fault("json.syntax", self.at, self.at + 1, "a colon is expected after the name");
                return self.skip();
            }
        }
        self.blank();
        match self.peek() {
            None => self.cut_off("the document ends after a name: its value is missing"),
            Some(b',' | b'}' | b']') => {
                self.fault("json.syntax", self.at, self.at + 1, "a value is expected after the name");
            }
            Some(_) => self.value(name, 0),
        }
    }

    /// A value of any kind, where a byte that is not blank stands.
    fn value(&mut self, name: Span, ordinal: u32) {
        if self.build.count() >= self.most {
            let most = self.most;
            let message = format!("the document holds more than the limit of {most} values; the rest is not checked");
            self.faults.push("json.limit-nodes", Span::new(self.at as u32, self.at as u32 + 1), message);
            self.stopped = true;
            return;
        }
        let start = self.at as u32;
        match self.bytes[self.at] {
            b'"' => {
                if let Some(span) = self.string() {
                    self.build.leaf(Kind::String, 0, ordinal, name, span);
                }
            }
            byte @ (b'{' | b'[') => {
                if self.frames.len() >= MAX_DEPTH {
                    let message = format!(
                        "the document is nested deeper than the limit of {MAX_DEPTH} levels; the rest is not checked"
                    );
                    self.faults.push("json.limit-depth", Span::new(start, start + 1), message);
                    self.stopped = true;
                    return;
                }
                let kind = if byte == b'{' { Kind::Object } else { Kind::Array };
                let id = self.build.open(kind, 0, ordinal, name, start);
                let spelling = names::Spelling::Plain;
                self.frames.push(Frame { id, kind, phase: Phase::First, count: 0, names: self.names.len(), spelling });
                self.at += 1;
            }
            b'-' | b'+' | b'.' | b'0'..=b'9' => self.number(name, ordinal),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(name, ordinal),
            byte => {
                let (code, message) = match byte {
                    0..0x20 => ("json.control-character", "a control character stands where a value is expected"),
                    b'\'' => ("json.syntax", "single quotes stand where JSON has double quotes"),
                    _ => ("json.syntax", "a value is expected here"),
                };
                self.fault(code, self.at, self.at + 1, message);
                self.skip();
            }
        }
    }

    /// The end of the innermost frame, at `end`.
    fn close(&mut self, end: usize) {
        let Some(frame) = self.frames.pop() else { return };
        self.build.close(frame.id, end as u32);
        names::duplicates(self.bytes, &self.names[frame.names..], frame.spelling, self.faults);
        self.names.truncate(frame.names);
    }

    /// Goes past blanks, and past comments, which are told.
    fn blank(&mut self) {
        loop {
            let rest = &self.bytes[self.at..];
            self.at += rest.iter().position(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n')).unwrap_or(rest.len());
            let rest = &self.bytes[self.at..];
            let length = match rest {
                [b'/', b'/', ..] => memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len()),
                [b'/', b'*', ..] => memchr::memmem::find(&rest[2..], b"*/").map_or(rest.len(), |at| at + 4),
                _ => return,
            };
            self.fault("json.comment", self.at, self.at + 2, "a comment stands here; JSON has none");
            self.at += length;
        }
    }

    /// Goes to the next comma or closing bracket; at the top of the document there is nothing to go on with.
    fn skip(&mut self) {
        self.at += memchr::memchr3(b',', b'}', b']', &self.bytes[self.at..]).unwrap_or(self.bytes.len() - self.at);
        self.stopped |= self.frames.is_empty();
    }

    fn cut_off(&mut self, message: &'static str) {
        self.at = self.bytes.len();
        if !self.astray {
            self.fault("json.unclosed", self.at, self.at, message);
        }
        self.stopped = true;
    }

    /// Tells, once, what puts brackets out of step: which of those after it is wrong nobody knows.
    fn lost(&mut self, message: &'static str) {
        if !std::mem::replace(&mut self.astray, true) {
            self.fault("json.structure", self.at, self.at + 1, message);
        }
    }

    fn phase(&mut self, phase: Phase) {
        if let Some(frame) = self.frames.last_mut() {
            frame.phase = phase;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn fault(&mut self, code: &'static str, start: usize, end: usize, message: &'static str) {
        self.faults.push(code, Span::new(start as u32, end as u32), message);
    }
}
