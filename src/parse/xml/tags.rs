//! Start and end tags, and the namespaces they are in.

use super::MAX_DEPTH;
use super::attributes::Attribute;
use super::names;
use super::reader::{Frame, Reader, span};
use crate::instance::{Kind, Markup, Namespaces, attribute_value};
use crate::span::Span;
use std::borrow::Cow;

impl Reader<'_> {
    /// `<name …>` at `start..end`, whose inside ends at `inner`. Gives the byte from which to start over when it is
    /// broken.
    pub(super) fn start_tag(&mut self, start: usize, end: usize, inner: usize) -> Option<usize> {
        let bytes = self.bytes;
        let name = names::name(&bytes[start + 1..inner]);
        if name.length == 0 {
            return self.no_tag(start);
        }
        if self.frames.len() >= MAX_DEPTH {
            let message =
                format!("the document is nested deeper than the limit of {MAX_DEPTH} levels; the rest is not checked");
            self.faults.push("xml.limit-depth", span(start, start + 1), message);
            self.stopped = true;
            return None;
        }
        self.name_fault(start + 1, &name);
        let name_end = start + 1 + name.length;
        let restart = self.scan_attributes(name_end, inner);
        let end = restart.unwrap_or(end);
        // A tag that is cut ends where the reading starts over; a slash before its end is kept in mind.
        let empty = match restart {
            None => bytes[inner] == b'/',
            Some(at) => bytes[start..at].ends_with(b"/>"),
        };
        self.element(start, end, span(start + 1, name_end), name.colon, empty);
        restart
    }

    /// Adds the element whose start tag was read, with its attributes.
    pub(super) fn element(&mut self, start: usize, end: usize, name: Span, colon: Option<usize>, empty: bool) {
        // Too many attributes end the reading, but the element they are of is kept.
        if !self.stopped && !self.room(start) {
            return;
        }
        if self.frames.is_empty() {
            if self.rooted {
                let message = "a second element follows the end of the document element; a document is one element";
                self.fault("xml.second-root", start, name.end as usize, message);
            }
            self.rooted = true;
        }
        let before = self.scope.mark();
        if !self.attributes.is_empty() {
            self.namespaces_of_attributes();
        }
        let (prefix, local) = match colon {
            Some(colon) => {
                let colon = name.start + colon as u32;
                (Some(Span::new(name.start, colon)), Span::new(colon + 1, name.end))
            }
            None => (None, name),
        };
        let namespace = prefix.map_or(self.scope.default, |prefix| self.resolve(prefix));
        if prefix.is_some() && namespace == Namespaces::XMLNS {
            self.fault(
                "xml.namespace",
                start,
                name.end as usize,
                "the prefix xmlns is for declarations, not for elements",
            );
        }
        let id = self.build.open(Kind::Element, namespace, 0, local, start as u32);
        for attribute in &self.attributes {
            let local = attribute.local_name();
            self.build.leaf(Kind::Attribute, attribute.namespace, attribute.flags, local, attribute.value);
        }
        self.build.tag(id, end as u32);
        if empty || self.stopped {
            self.build.end(id, end as u32);
            self.scope.reset(before);
        } else {
            self.frames.push(Frame { id, name, before });
        }
    }

    /// Puts the declarations of the tag in force and finds the namespace of each of its attributes.
    fn namespaces_of_attributes(&mut self) {
        let bytes = self.bytes;
        let mut prefixed = false;
        for at in 0..self.attributes.len() {
            let attribute = self.attributes[at];
            let name = attribute.name.of(bytes);
            let local = attribute.local_name();
            if name == b"xmlns" {
                self.attributes[at].namespace = Namespaces::XMLNS;
                self.scope.default = self.declared(attribute, None);
            } else if name.starts_with(b"xmlns:") && local.start > attribute.name.start {
                self.attributes[at].namespace = Namespaces::XMLNS;
                let namespace = self.declared(attribute, Some(local));
                if !self.scope.declare(local, namespace) {
                    let message = "more prefixes are declared than the limit; this one is not known";
                    self.faults.push("xml.limit-namespaces", local, message);
                }
            } else {
                prefixed |= local.start > attribute.name.start;
            }
        }
        if prefixed {
            for at in 0..self.attributes.len() {
                let attribute = self.attributes[at];
                if attribute.namespace == 0 && attribute.local > attribute.name.start {
                    self.attributes[at].namespace = self.resolve(attribute.prefix());
                }
            }
        }
        if self.attributes.len() > 1 {
            self.duplicates();
        }
    }

    /// The namespace that `attribute` declares, for `prefix` or as the default (Namespaces in XML 1.0, sections 2.2, 3
    /// and 5).
    fn declared(&mut self, attribute: Attribute, prefix: Option<Span>) -> u16 {
        let bytes = self.bytes;
        let raw = attribute.value.of(bytes);
        let value = match attribute.flags & Markup::WRITTEN_OTHERWISE {
            0 => Cow::Borrowed(raw),
            _ => Cow::Owned(attribute_value(raw)),
        };
        let text = String::from_utf8_lossy(&value);
        let namespace = self.namespaces.intern(&text);
        let prefix = prefix.map(|prefix| prefix.of(bytes));
        let message = match (prefix, namespace) {
            (Some(b"xmlns"), _) => Some("the prefix xmlns is declared, which nothing may do"),
            (Some(b"xml"), Some(Namespaces::XML)) => None,
            (Some(b"xml"), _) => Some("the prefix xml is declared to be another namespace than its own"),
            (_, Some(Namespaces::XML | Namespaces::XMLNS)) => Some("a namespace of XML itself is declared anew"),
            (Some(_), Some(Namespaces::NONE)) => Some("a prefix is declared to be no namespace"),
            _ => None,
        };
        if let Some(message) = message {
            self.faults.push("xml.namespace", attribute.name, message);
        }
        namespace.unwrap_or_else(|| {
            let message = "more namespaces are declared than the limit; this one is not known";
            self.faults.push("xml.limit-namespaces", attribute.name, message);
            Namespaces::UNKNOWN
        })
    }

    /// The namespace of `prefix`; one that is not declared is told.
    fn resolve(&mut self, prefix: Span) -> u16 {
        self.scope.find(self.bytes, prefix.of(self.bytes)).unwrap_or_else(|| {
            self.faults.push("xml.prefix-undeclared", prefix, "a prefix is used that no element around it declares");
            Namespaces::UNKNOWN
        })
    }

    /// `</name>` at `start..end`. Gives the byte from which to start over when it is broken.
    pub(super) fn end_tag(&mut self, start: usize, end: usize) -> Option<usize> {
        let bytes = self.bytes;
        let inside = &bytes[start + 2..end - 1];
        let name = inside.trim_ascii_end();
        let fits = |frame: &Frame| frame.name.of(bytes) == name;
        if self.frames.last().is_some_and(fits) {
            self.close(end);
            return None;
        }
        if let Some(at) = memchr::memchr(b'<', inside) {
            let at = start + 2 + at;
            self.fault("xml.markup", at, at + 1, "a new tag starts inside a tag; the end of the first is missing");
            self.misfit(start, at, bytes[start + 2..at].trim_ascii());
            return Some(at);
        }
        self.misfit(start, end, name.trim_ascii_start());
        None
    }

    /// An end tag called `name` at `start..end`, and the innermost element is called otherwise.
    pub(super) fn misfit(&mut self, start: usize, end: usize, name: &[u8]) {
        let bytes = self.bytes;
        let fault = |reader: &mut Self, message| reader.fault("xml.end-tag", start, end, message);
        if let Some(outer) = self.frames.iter().rposition(|frame| frame.name.of(bytes) == name) {
            if outer + 1 < self.frames.len() {
                fault(self, "an end tag does not fit: an element inside the one it ends has no end tag");
            } else {
                fault(self, "an end tag is not written as one");
            }
            while self.frames.len() > outer + 1 {
                self.close(start);
            }
            return self.close(end);
        }
        // What ends the document ends its element, whatever it is called.
        let last = self.frames.len() == 1 && names::blank(&bytes[end..]) == bytes.len() - end;
        match self.frames.last() {
            Some(frame) if last || alike(frame.name.of(bytes), name) => {
                fault(self, "an end tag does not fit the element it seems to end: the names differ");
                self.close(end);
            }
            _ => fault(self, "an end tag ends no element: nothing of its name was started"),
        }
    }

    /// Ends the innermost element at `end`.
    fn close(&mut self, end: usize) {
        if let Some(frame) = self.frames.pop() {
            self.build.end(frame.id, end as u32);
            self.scope.reset(frame.before);
        }
    }
}

/// Whether an end tag called `found` is likely the one of an element called `open`, misspelt: it starts alike and is
/// about as long, or most of its letters stand where they should.
fn alike(open: &[u8], found: &[u8]) -> bool {
    let pairs = open.iter().zip(found);
    let same = pairs.filter(|(open, found)| open.eq_ignore_ascii_case(found)).count();
    let first = |name: &[u8]| name.first().map(u8::to_ascii_lowercase);
    match open.len().abs_diff(found.len()) {
        0 => 2 * same > open.len() || first(open) == first(found),
        1 | 2 => first(open) == first(found),
        _ => found.is_empty(),
    }
}
