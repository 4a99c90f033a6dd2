//! What stands between the name of a tag and its end.

use super::names::{self, CLASS, VALUE};
use super::reader::{Reader, span};
use super::{MAX_ATTRIBUTES, MAX_NAME};
use crate::instance::{Markup, Namespaces};
use crate::span::Span;
use std::collections::HashSet;

/// Up to this many attributes are compared each with each, which is faster than hashing them.
const FEW: usize = 12;

/// One attribute as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute {
    /// Its name with the prefix.
    pub(super) name: Span,
    /// Where its local name starts; the start of the name when it has no prefix.
    pub(super) local: u32,
    /// Its value without the quotes.
    pub(super) value: Span,
    /// Whether it is written otherwise: see [`Markup`].
    pub(super) flags: u32,
    /// Its namespace, once that is known.
    pub(super) namespace: u16,
}

impl Attribute {
    /// Its prefix without the colon.
    pub(super) fn prefix(self) -> Span {
        Span::new(self.name.start, self.local.saturating_sub(1).max(self.name.start))
    }

    pub(super) fn local_name(self) -> Span {
        Span::new(self.local, self.name.end)
    }
}

impl Reader<'_> {
    /// Reads the attributes at `at..end` of a tag into `self.attributes`. Where the tag turns out to be broken, that is
    /// told, and the place from which to start over is given.
    pub(super) fn scan_attributes(&mut self, mut at: usize, end: usize) -> Option<usize> {
        let bytes = self.bytes;
        self.attributes.clear();
        loop {
            let blank = names::blank(&bytes[at..end]);
            at += blank;
            if at >= end {
                return None;
            }
            let name = names::name(&bytes[at..end]);
            if name.length == 0 {
                if bytes[at] == b'<' {
                    self.fault(
                        "xml.markup",
                        at,
                        at + 1,
                        "a new tag starts inside a tag; the end of the first is missing",
                    );
                    return Some(at);
                }
                self.fault("xml.attribute", at, at + 1, "a character stands in a tag where an attribute is expected");
                at += 1;
                continue;
            }
            if blank == 0 {
                self.fault("xml.attribute", at, at + 1, "white space is missing before an attribute");
            }
            let start = at;
            at += name.length;
            self.name_fault(start, &name);
            let equals = at + names::blank(&bytes[at..end]);
            let mut attribute = Attribute {
                name: span(start, at),
                local: (start + name.colon.map_or(0, |colon| colon + 1)) as u32,
                value: Span::at(at as u32),
                flags: 0,
                namespace: 0,
            };
            let mut restart = None;
            if bytes[..end].get(equals) == Some(&b'=') {
                at = equals + 1 + names::blank(&bytes[equals + 1..end]);
                (at, restart) = self.value(at, end, &mut attribute);
            } else {
                self.fault("xml.attribute", start, at, "an attribute has no value");
            }
            if self.attributes.len() == MAX_ATTRIBUTES {
                let message = format!(
                    "an element has more than the limit of {MAX_ATTRIBUTES} attributes; the document is not read on"
                );
                self.faults.push("xml.limit-attributes", span(start, at), message);
                self.stopped = true;
                return None;
            }
            self.attributes.push(attribute);
            if restart.is_some() {
                return restart;
            }
        }
    }

    /// The value at `at`, after the equals sign. Gives where to go on, and whether to start over from there.
    fn value(&mut self, at: usize, end: usize, attribute: &mut Attribute) -> (usize, Option<usize>) {
        let bytes = self.bytes;
        let quote = match bytes[..end].get(at) {
            Some(quote @ (b'"' | b'\'')) => *quote,
            _ => {
                let length = bytes[at..end].iter().position(|byte| names::is(*byte, names::SPACE) || *byte == b'<');
                let stop = length.map_or(end, |length| at + length);
                attribute.value = span(at, stop);
                self.fault(
                    "xml.attribute",
                    at,
                    stop.max(at + 1).min(end.max(at)),
                    "the value of an attribute has no quotes",
                );
                self.look_into(at, stop, attribute);
                return (stop, None);
            }
        };
        let start = at + 1;
        let mut stop = start;
        let mut special = false;
        while stop < end && bytes[stop] != quote {
            special |= CLASS[usize::from(bytes[stop])] & VALUE != 0;
            stop += 1;
        }
        if stop >= end || (special && self.is_unclosed(start, stop)) {
            // What is taken for the value holds the end of the tag: the quote that closes it is missing.
            let close = memchr::memchr2(b'>', b'<', &bytes[start..]).map_or(bytes.len(), |length| start + length);
            let inner = close - usize::from(bytes[start..close].ends_with(b"/"));
            attribute.value = span(start, inner);
            self.fault("xml.attribute", at, at + 1, "the quote that ends the value of an attribute is missing");
            let next = if bytes.get(close) == Some(&b'<') { close } else { (close + 1).min(bytes.len()) };
            return (close, Some(next));
        }
        attribute.value = span(start, stop);
        self.limit_text(start, stop);
        if special {
            self.look_into(start, stop, attribute);
        }
        (stop + 1, None)
    }

    /// Whether the value at `start..stop` reaches over the end of its tag and into the next.
    fn is_unclosed(&self, start: usize, stop: usize) -> bool {
        let value = &self.bytes[start..stop];
        let Some(close) = memchr::memchr2(b'>', b'<', value).filter(|at| value[*at] == b'>') else { return false };
        let next = memchr::memchr(b'<', &value[close..]).and_then(|length| value.get(close + length + 1));
        next.is_some_and(|byte| matches!(byte, b'/' | b'!') || names::is(*byte, names::START))
    }

    /// Tells what is wrong inside the value at `start..stop`.
    fn look_into(&mut self, start: usize, stop: usize, attribute: &mut Attribute) {
        let bytes = self.bytes;
        let mut at = start;
        while at < stop {
            match bytes[at] {
                b'<' => {
                    self.fault("xml.attribute", at, at + 1, "a < stands in the value of an attribute; write &lt;");
                }
                b'\t' | b'\n' | b'\r' => attribute.flags = Markup::WRITTEN_OTHERWISE,
                b'&' => {
                    attribute.flags = Markup::WRITTEN_OTHERWISE;
                    let ahead = &bytes[at + 1..stop];
                    match memchr::memchr2(b';', b'&', ahead).filter(|length| ahead[*length] == b';') {
                        Some(length) => self.check_reference(at, at + length + 2),
                        None => self.lone_ampersand(at),
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Tells what is wrong with the name at `start`.
    pub(super) fn name_fault(&mut self, start: usize, name: &names::Name) {
        if let Some(message) = name.fault {
            self.fault("xml.name", start, start + name.length, message);
        }
        if name.length > MAX_NAME {
            let message = format!("a name is longer than the limit of {MAX_NAME} bytes");
            self.faults.push("xml.limit-name", span(start, start + 1), message);
        }
    }

    /// Tells of attributes that stand twice: under one name, or under two prefixes of one namespace. Linear: the set's
    /// hash is keyed, so that no choice of names makes it slow.
    pub(super) fn duplicates(&mut self) {
        let bytes = self.bytes;
        let key = |attribute: &Attribute| {
            // Prefixes that are not declared are told apart by how they are written.
            let unknown = attribute.namespace == Namespaces::UNKNOWN;
            let name = if unknown { attribute.name } else { attribute.local_name() };
            (attribute.namespace, name.of(bytes))
        };
        let mut twice = Vec::new();
        if self.attributes.len() <= FEW {
            for (at, attribute) in self.attributes.iter().enumerate() {
                if self.attributes[..at].iter().any(|earlier| key(earlier) == key(attribute)) {
                    twice.push(attribute.name);
                }
            }
        } else {
            let mut seen = HashSet::with_capacity(self.attributes.len());
            twice.extend(self.attributes.iter().filter(|attribute| !seen.insert(key(attribute))).map(|a| a.name));
        }
        for name in twice {
            let message = "an attribute stands twice in one tag: only one of its values can be meant";
            self.faults.push("xml.duplicate-attribute", name, message);
        }
    }
}
