//! From event to event: texts, comments, instructions, and what is open.

use super::attributes::Attribute;
use super::names;
use super::scope::{Before, Scope};
use super::{BYTES_PER_NODE, Extent, MAX_NODES, MAX_RESTARTS, MAX_TEXT};
use crate::instance::{Builder, Kind, Markup, Namespaces, NodeId, Reference, reference};
use crate::markup;
use crate::parse::Faults;
use crate::span::Span;
use quick_xml::events::Event;

/// The mark of UTF-8. Inside a document it is a character like any other.
const MARK: &[u8] = b"\xEF\xBB\xBF";

pub(super) struct Reader<'a> {
    /// The document as UTF-8.
    pub(super) bytes: &'a [u8],
    pub(super) build: Builder<'a>,
    pub(super) namespaces: &'a mut Namespaces,
    pub(super) faults: &'a mut Faults,
    pub(super) scope: Scope,
    /// The elements whose end tag was not met yet, outermost first.
    pub(super) frames: Vec<Frame>,
    /// Those of the tag in hand.
    pub(super) attributes: Vec<Attribute>,
    /// Character data whose end was not met yet.
    text: Option<Text>,
    /// Whether the document element was met.
    pub(super) rooted: bool,
    /// Whether a DOCTYPE was met: what it declares is not known, and that is told already.
    doctype: bool,
    restarts: usize,
    /// Nothing more is read: the document ends too early, or a limit was met.
    pub(super) stopped: bool,
}

/// An element whose end tag was not met yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) id: NodeId,
    /// Its name with the prefix.
    pub(super) name: Span,
    pub(super) before: Before,
}

#[derive(Clone, Copy, Debug)]
struct Text {
    start: usize,
    /// Whether it is blank, and whether it is written otherwise: see [`Markup`].
    flags: u32,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        bytes: &'a [u8],
        build: Builder<'a>,
        namespaces: &'a mut Namespaces,
        faults: &'a mut Faults,
    ) -> Self {
        Self {
            bytes,
            build,
            namespaces,
            faults,
            scope: Scope::new(),
            frames: Vec::new(),
            attributes: Vec::new(),
            text: None,
            rooted: false,
            doctype: false,
            restarts: 0,
            stopped: false,
        }
    }

    /// Reads the document.
    pub(super) fn document(&mut self) -> Extent {
        let root = self.build.open(Kind::Root, 0, 0, Span::default(), 0);
        let mut next = Some(if self.bytes.starts_with(MARK) { MARK.len() } else { 0 });
        while let Some(at) = next.filter(|_| !self.stopped) {
            next = self.run(at);
            if next.is_some() {
                self.restarts += 1;
            }
            if self.restarts > MAX_RESTARTS {
                let message = "the markup is broken in too many places; the rest is not checked";
                self.fault("xml.limit-faults", self.bytes.len(), self.bytes.len(), message);
                self.stopped = true;
                break;
            }
        }
        let end = self.bytes.len();
        self.flush(end);
        if !self.stopped {
            if !self.frames.is_empty() {
                self.cut_off("the document ends inside an element: its end tag is missing");
            } else if !self.rooted {
                let message = match self.bytes.trim_ascii() {
                    b"" => "there is no XML here, only blanks",
                    _ => "there is no element here; an XML document is one element",
                };
                self.fault("xml.empty", 0, end.min(1), message);
            }
        }
        while let Some(frame) = self.frames.pop() {
            self.build.end(frame.id, end as u32);
        }
        self.build.close(root, end as u32);
        if self.stopped { Extent::Part } else { Extent::Whole }
    }

    /// Reads on from byte `from`. Gives the byte from which to start over, when markup is broken.
    fn run(&mut self, mut from: usize) -> Option<usize> {
        let bytes = self.bytes;
        // The crate takes a mark away without counting it.
        while bytes[from..].starts_with(MARK) {
            self.characters(from, from + MARK.len());
            from += MARK.len();
        }
        let mut events = markup::events(&bytes[from..]);
        while !self.stopped {
            let start = from + events.buffer_position() as usize;
            let event = events.read_event();
            let end = from + events.buffer_position() as usize;
            let broken = match event {
                Ok(Event::Text(_)) => {
                    self.characters(start, end);
                    None
                }
                Ok(Event::GeneralRef(_)) => {
                    self.reference(start, end);
                    None
                }
                Ok(Event::Start(_)) => {
                    self.flush(start);
                    self.start_tag(start, end, end - 1)
                }
                Ok(Event::Empty(_)) => {
                    self.flush(start);
                    self.start_tag(start, end, end - 2)
                }
                Ok(Event::End(_)) => {
                    self.flush(start);
                    self.end_tag(start, end)
                }
                Ok(Event::CData(_)) => {
                    self.flush(start);
                    self.cdata(start, end - 3);
                    None
                }
                Ok(Event::Comment(_)) => {
                    self.flush(start);
                    self.comment(start, end);
                    None
                }
                Ok(Event::PI(_) | Event::Decl(_)) => {
                    self.flush(start);
                    self.instruction(start, end);
                    None
                }
                Ok(Event::DocType(_)) => {
                    self.flush(start);
                    self.doctype(start, end);
                    None
                }
                Ok(Event::Eof) => return None,
                Err(_) => {
                    self.flush(start);
                    self.broken(start)
                }
            };
            if broken.is_some() {
                return broken;
            }
        }
        None
    }

    /// Character data at `start..end`; an ampersand at its start starts no reference.
    pub(super) fn characters(&mut self, start: usize, end: usize) {
        let raw = &self.bytes[start..end];
        let blank = names::blank(raw) == raw.len();
        if !blank && self.frames.is_empty() {
            self.outside(start);
        }
        if raw.first() == Some(&b'&') {
            self.lone_ampersand(start);
        }
        let mut flags = if blank { Markup::BLANK } else { 0 };
        for at in memchr::memchr2_iter(b'\r', b']', raw) {
            if raw[at] == b'\r' {
                flags |= Markup::WRITTEN_OTHERWISE;
                if blank {
                    break;
                }
            } else if raw[at..].starts_with(b"]]>") {
                let message = "the end of a CDATA section stands here, but none was started; write ]]&gt;";
                self.fault("xml.markup", start + at, start + at + 3, message);
            }
        }
        self.add(start, flags);
    }

    /// `&…;` at `start..end`.
    fn reference(&mut self, start: usize, end: usize) {
        if self.frames.is_empty() {
            self.outside(start);
        }
        self.check_reference(start, end);
        self.add(start, Markup::WRITTEN_OTHERWISE);
    }

    /// Tells what is wrong with the reference `&…;` at `start..end`.
    pub(super) fn check_reference(&mut self, start: usize, end: usize) {
        match reference(&self.bytes[start + 1..end - 1]) {
            Reference::Character(_) => {}
            Reference::Forbidden => {
                let message = "a reference gives the number of a character that XML does not allow";
                self.fault("xml.reference", start, end, message);
            }
            Reference::Entity if self.doctype => {}
            Reference::Entity => {
                let message =
                    "an entity is used that XML does not have; of names it has only amp, lt, gt, apos and quot";
                self.fault("xml.entity-undefined", start, end, message);
            }
            Reference::Malformed => self.lone_ampersand(start),
        }
    }

    pub(super) fn lone_ampersand(&mut self, at: usize) {
        self.fault("xml.reference", at, at + 1, "an ampersand stands here that starts no reference; write &amp;");
    }

    /// Adds to the character data in hand.
    pub(super) fn add(&mut self, start: usize, flags: u32) {
        let text = self.text.get_or_insert(Text { start, flags });
        text.flags = (text.flags | flags) & !Markup::BLANK | (text.flags & flags & Markup::BLANK);
    }

    /// Ends the character data in hand at `end`.
    pub(super) fn flush(&mut self, end: usize) {
        let Some(Text { start, flags }) = self.text.take() else { return };
        if end > start && self.room(start) {
            self.limit_text(start, end);
            self.build.leaf(Kind::Text, 0, flags, Span::default(), span(start, end));
        }
    }

    /// `<![CDATA[…` at `start`, with its content up to `inner`.
    pub(super) fn cdata(&mut self, start: usize, inner: usize) {
        if self.frames.is_empty() {
            self.outside(start);
        }
        if !self.room(start) {
            return;
        }
        let content = start + "<![CDATA[".len();
        self.limit_text(content, inner);
        let written_otherwise = memchr::memchr(b'\r', &self.bytes[content..inner]).is_some();
        let flags = if written_otherwise { Markup::WRITTEN_OTHERWISE } else { 0 };
        self.build.leaf(Kind::CData, 0, flags, Span::default(), span(content, inner));
    }

    /// `<!--…-->` at `start..end`.
    fn comment(&mut self, start: usize, end: usize) {
        let inside = &self.bytes[start + 4..end - 3];
        let doubled = memchr::memmem::find(inside, b"--").or(inside.ends_with(b"-").then(|| inside.len() - 1));
        if let Some(at) = doubled {
            let at = start + 4 + at;
            self.fault("xml.comment", at, at + 2, "two hyphens stand inside a comment, which XML does not allow");
        }
        if self.room(start) {
            self.build.leaf(Kind::Comment, 0, 0, Span::default(), span(start, end));
        }
    }

    fn doctype(&mut self, start: usize, end: usize) {
        self.doctype = true;
        let message = if self.rooted || !self.frames.is_empty() {
            "a DOCTYPE stands here, and not before the document; it is not read"
        } else {
            "there is a DOCTYPE, which no health message may have; what it declares is not read"
        };
        self.fault("xml.doctype", start, (start + "<!DOCTYPE".len()).min(end), message);
    }

    /// What is no tag, comment or instruction stands outside the document element.
    pub(super) fn outside(&mut self, start: usize) {
        let message = if self.rooted {
            "unexpected content follows the end of the document element"
        } else {
            "unexpected content stands before the document element"
        };
        // The longest character has four bytes; the rest of the document is not looked at.
        let first = &self.bytes[start..self.bytes.len().min(start + 4)];
        let length = first.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
        self.fault("xml.content-outside", start, start + length.map_or(1, char::len_utf8), message);
    }

    /// Whether one more node may be added; when not, the reading stops at byte `at`.
    pub(super) fn room(&mut self, at: usize) -> bool {
        if self.stopped {
            return false;
        }
        let most = MAX_NODES.max((self.bytes.len() / BYTES_PER_NODE) as u32);
        if self.build.count() < most {
            return true;
        }
        let message = format!("the document holds more than the limit of {most} nodes; the rest is not checked");
        self.faults.push("xml.limit-nodes", span(at, at + 1), message);
        self.stopped = true;
        false
    }

    pub(super) fn limit_text(&mut self, start: usize, end: usize) {
        if end - start > MAX_TEXT {
            let message = format!("a value is longer than the limit of {} MB", MAX_TEXT >> 20);
            self.faults.push("xml.limit-text", span(start, start + 1), message);
        }
    }

    /// The document ends too early.
    pub(super) fn cut_off(&mut self, message: &'static str) {
        let end = self.bytes.len();
        self.fault("xml.unclosed", end, end, message);
        self.stopped = true;
    }

    pub(super) fn fault(&mut self, code: &'static str, start: usize, end: usize, message: &'static str) {
        self.faults.push(code, span(start, end), message);
    }
}

/// A span; units are far below its width.
pub(super) fn span(start: usize, end: usize) -> Span {
    Span::new(start as u32, end as u32)
}
