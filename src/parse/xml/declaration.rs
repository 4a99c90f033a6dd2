//! The XML declaration and processing instructions (XML 1.0, sections 2.6 and 2.8).

use super::names;
use super::reader::{Reader, span};
use crate::instance::Kind;
use crate::span::Span;

/// How far into a document its declaration may reach; a real one has some sixty bytes.
const LONGEST: usize = 1024;

/// Where the declaration at the start of `bytes` names the encoding, without the quotes.
pub(super) fn encoding(bytes: &[u8]) -> Option<Span> {
    let start = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let head = &bytes[..bytes.len().min(start + LONGEST)];
    let inside = head[start..].strip_prefix(b"<?xml").filter(|rest| names::blank(rest) > 0)?;
    let inside = &inside[..memchr::memmem::find(inside, b"?>").unwrap_or(inside.len())];
    let first = start + "<?xml".len();
    let mut at = memchr::memmem::find(inside, b"encoding")? + "encoding".len();
    at += names::blank(&inside[at..]);
    inside.get(at).filter(|byte| **byte == b'=')?;
    at += 1 + names::blank(&inside[at + 1..]);
    let quote = *inside.get(at).filter(|byte| matches!(byte, b'"' | b'\''))?;
    let length = memchr::memchr(quote, &inside[at + 1..])?;
    Some(span(first + at + 1, first + at + 1 + length))
}

impl Reader<'_> {
    /// `<?…?>` at `start..end`.
    pub(super) fn instruction(&mut self, start: usize, end: usize) {
        let bytes = self.bytes;
        let content = start + 2;
        let inner = end - 2;
        let length = bytes[content..inner].iter().position(|byte| names::is(*byte, names::SPACE));
        let name_end = length.map_or(inner, |length| content + length);
        let target = &bytes[content..name_end];
        if target == b"xml" {
            self.declaration(start, name_end, inner);
        } else if target.eq_ignore_ascii_case(b"xml") {
            let message = "an XML declaration is to be written in small letters";
            self.fault("xml.declaration", content, name_end, message);
        } else {
            let name = names::name(target);
            if name.length == 0 || name.length < target.len() || name.colon.is_some() {
                let message = "a processing instruction starts with something that is no name";
                self.fault("xml.name", start, name_end.max(start + 2), message);
            } else {
                self.name_fault(content, &name);
            }
        }
        if self.room(start) {
            self.build.leaf(Kind::Instruction, 0, 0, span(content, name_end), span(start, end));
        }
    }

    /// `<?xml …?>` at `start`, with what it says at `from..to`.
    fn declaration(&mut self, start: usize, from: usize, to: usize) {
        let bytes = self.bytes;
        if start > 0 && bytes[..start] != *b"\xEF\xBB\xBF" {
            let message = "an XML declaration stands here, but only the very start of a document may hold one";
            return self.fault("xml.declaration", start, from, message);
        }
        self.scan_attributes(from, to);
        let mut next = 0;
        let mut wrong = None;
        for attribute in &self.attributes {
            let value = attribute.value.of(bytes);
            let (place, fault) = match attribute.name.of(bytes) {
                b"version" => (1, version(value)),
                b"encoding" => {
                    let mut all = value.iter();
                    let start = all.next().is_some_and(u8::is_ascii_alphabetic);
                    let rest = all.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
                    let fault = "the XML declaration names an encoding by what is no name of one";
                    (2, (!start || !rest).then_some(fault))
                }
                b"standalone" => {
                    let fault = "the XML declaration says of standalone neither yes nor no";
                    (3, (!matches!(value, b"yes" | b"no")).then_some(fault))
                }
                _ => (4, Some("the XML declaration holds something other than version, encoding and standalone")),
            };
            let order = (place <= next).then_some("the parts of the XML declaration are not in order, or stand twice");
            let missing = (next == 0 && place > 1).then_some("the XML declaration does not say the version first");
            next = next.max(place);
            if let Some(fault) = fault.or(missing).or(order) {
                wrong = Some((attribute.name, fault));
                break;
            }
        }
        if next == 0 {
            wrong = Some((span(start, from), "the XML declaration does not say the version"));
        }
        if let Some((place, message)) = wrong {
            self.faults.push("xml.declaration", place, message);
        }
    }
}

/// What is wrong with the declared version.
fn version(value: &[u8]) -> Option<&'static str> {
    match value {
        b"1.0" => None,
        b"1.1" => Some("the document declares XML 1.1, which most receivers do not read; it is read as XML 1.0"),
        _ => Some("the XML declaration says a version of XML that there is not"),
    }
}
