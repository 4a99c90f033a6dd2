//! Markup that the event reader can make nothing of: what it seems to be, and where to go on.

use super::names;
use super::reader::{Reader, span};
use crate::instance::Kind;
use crate::span::Span;

impl Reader<'_> {
    /// Markup at `start` that has no end, or is none. Gives the byte from which to start over.
    pub(super) fn broken(&mut self, start: usize) -> Option<usize> {
        let bytes = self.bytes;
        let end = bytes.len();
        let rest = &bytes[start..];
        if rest.starts_with(b"<!--") {
            self.rest_is(Kind::Comment, start);
            self.cut_off("the document ends inside a comment: its end is missing");
        } else if rest.starts_with(b"<![CDATA[") {
            self.cdata(start, end);
            self.cut_off("the document ends inside a CDATA section: its end is missing");
        } else if rest.starts_with(b"<?") {
            self.rest_is(Kind::Instruction, start);
            self.cut_off("the document ends inside a processing instruction: its end is missing");
        } else if rest.len() >= 9 && rest[..9].eq_ignore_ascii_case(b"<!DOCTYPE") {
            let message =
                "there is a DOCTYPE, which no health message may have; it has no end, so nothing else is read";
            self.fault("xml.doctype", start, start + 9, message);
            self.stopped = true;
        } else if rest.starts_with(b"<!") {
            let message = "a <! stands here that starts neither a comment nor a CDATA section; it is not read";
            self.fault("xml.markup", start, start + 2, message);
            let next = memchr::memchr2(b'<', b'>', &rest[2..]).map(|at| start + 2 + at);
            return Some(next.map_or(end, |at| at + usize::from(bytes[at] == b'>')));
        } else {
            return self.open_tag(start);
        }
        None
    }

    /// A tag at `start` whose end was not found: a quote is missing, or the end of the document.
    fn open_tag(&mut self, start: usize) -> Option<usize> {
        let bytes = self.bytes;
        let Some(length) = memchr::memchr2(b'<', b'>', &bytes[start + 1..]) else {
            self.half_tag(start);
            return None;
        };
        let stop = start + 1 + length;
        let end = if bytes[stop] == b'>' { stop + 1 } else { stop };
        if bytes[start + 1] == b'/' {
            self.fault("xml.markup", start, start + 2, "an end tag has no end, or a quote too many");
            let name = &bytes[start + 2..stop];
            let length = names::name(name).length;
            self.misfit(start, end, &name[..length]);
            return Some(end);
        }
        let inner = if bytes[start + 1..stop].ends_with(b"/") { stop - 1 } else { stop };
        if end == stop {
            self.fault("xml.markup", stop, stop + 1, "a new tag starts inside a tag; the end of the first is missing");
        }
        self.start_tag(start, end, inner).or(Some(end))
    }

    /// The document ends inside the tag at `start`: what of it is complete is kept.
    fn half_tag(&mut self, start: usize) {
        let bytes = self.bytes;
        let name = names::name(&bytes[start + 1..]);
        if name.length > 0 && name.fault.is_none() && self.frames.len() < super::MAX_DEPTH {
            self.attributes.clear();
            let end = bytes.len();
            let name_span = span(start + 1, start + 1 + name.length);
            self.element(start, end, name_span, name.colon, false);
        }
        self.cut_off("the document ends inside a tag: its end is missing");
    }

    /// A `<` that no tag follows is read as text. Gives the byte from which to start over.
    pub(super) fn no_tag(&mut self, start: usize) -> Option<usize> {
        self.fault("xml.markup", start, start + 1, "a < stands here that starts no tag; write &lt;");
        if self.frames.is_empty() {
            self.outside(start);
        }
        self.add(start, 0);
        Some(start + 1)
    }

    fn rest_is(&mut self, kind: Kind, start: usize) {
        if self.room(start) {
            self.build.leaf(kind, 0, 0, Span::default(), span(start, self.bytes.len()));
        }
    }
}
