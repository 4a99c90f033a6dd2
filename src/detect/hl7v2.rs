//! HL7 v2: message type and version from the message header, read with the separators it declares.
//!
//! In: text that is read as HL7 v2. Out: its kind. Values are printed only in the forms that the standard gives to
//! message types, trigger events, structures and versions; damage is left to the parser to report.

use super::{Kind, Syntax};
use crate::ingest::shape::{self, Header, VT};

/// Whether `text` starts with a message or batch header, framed or not.
pub(super) fn starts(text: &[u8]) -> bool {
    shape::header(text.strip_prefix(&[VT]).unwrap_or(text)).is_some()
}

/// The kind of `text`, which ingest or [`starts`] took for HL7 v2.
pub(super) fn detect(text: &[u8], mut kind: Kind) -> Kind {
    kind.standard = Some("HL7 v2".to_owned());
    let mut lines = text.split(|b| matches!(b, b'\r' | b'\n' | &VT)).filter(|line| !line.trim_ascii().is_empty());
    let first = lines.next().unwrap_or_default();
    let mut reasons = Vec::new();
    if text.first() == Some(&VT) {
        reasons.push("stands in an MLLP frame".to_owned());
    }
    let header = match shape::header(first) {
        Some(Header::Msh) => Some(first),
        Some(_) => {
            reasons.push("starts with a batch header (FHS or BHS)".to_owned());
            lines.find(|line| shape::header(line) == Some(Header::Msh))
        }
        None => {
            let found = lines.find(|line| shape::header(line) == Some(Header::Msh));
            reasons.push(match found {
                Some(_) => "a later line starts with MSH; what stands before it is no message".to_owned(),
                None => "is read as HL7 v2 although no line starts with MSH".to_owned(),
            });
            found
        }
    };
    if let Some(line) = header {
        reasons.extend(read_header(line, &mut kind));
    }
    reasons.append(&mut kind.reasons);
    kind.reasons = reasons;
    kind.syntax = Syntax::Hl7v2;
    kind
}

/// Reads MSH-9 and MSH-12 of the header `line`; gives the reasons.
fn read_header(line: &[u8], kind: &mut Kind) -> Vec<String> {
    let mut reasons = Vec::new();
    if !line.starts_with(b"MSH") {
        reasons.push("starts with MSH in lower-case letters".to_owned());
    }
    let Some(separator) = line.get(3).filter(|b| b.is_ascii_punctuation()) else {
        reasons.push("starts with MSH but declares no usable field separator".to_owned());
        return reasons;
    };
    if line.starts_with(b"MSH") {
        reasons.push("starts with MSH and a field separator".to_owned());
    }
    // MSH-1 is the separator itself, so after splitting MSH-n stands at n - 1.
    let field = |n: usize| line.split(|b| b == separator).nth(n - 1).unwrap_or_default();
    let component = field(2).first().copied().filter(u8::is_ascii_punctuation).unwrap_or(b'^');
    let parts: Vec<&[u8]> = field(9).split(|b| *b == component).collect();
    let part = |at: usize| parts.get(at).copied().unwrap_or_default();

    let mut role = String::new();
    if let Some(code) = printed(part(0), is_code) {
        role.push_str(code);
        if let Some(event) = printed(part(1), is_event) {
            role.push('^');
            role.push_str(event);
            if let Some(structure) = printed(part(2), is_structure) {
                role.push('^');
                role.push_str(structure);
            }
        }
    }
    match role.is_empty() {
        true if field(9).is_empty() => reasons.push("MSH-9 gives no message type".to_owned()),
        true => reasons.push("MSH-9 is not in the form of a message type".to_owned()),
        false => {
            reasons.push(format!("MSH-9 gives the message type {role}"));
            kind.role = Some(role);
        }
    }
    let version = field(12).split(|b| *b == component).next().unwrap_or_default();
    match printed(version, is_version) {
        Some(version) => {
            reasons.push(format!("MSH-12 gives the version {version}"));
            kind.version = Some(version.to_owned());
        }
        None if version.is_empty() => reasons.push("MSH-12 gives no version".to_owned()),
        None => reasons.push("MSH-12 is not in the form of a version".to_owned()),
    }
    reasons
}

/// `value` as text when it has the form of a published word.
fn printed(value: &[u8], form: impl Fn(&[u8]) -> bool) -> Option<&str> {
    Some(value.trim_ascii()).filter(|value| form(value)).and_then(|value| std::str::from_utf8(value).ok())
}

/// Table 0076: three capitals.
fn is_code(value: &[u8]) -> bool {
    value.len() == 3 && value.iter().all(u8::is_ascii_uppercase)
}

/// Table 0003: a capital and two digits.
fn is_event(value: &[u8]) -> bool {
    matches!(value, [a, b, c] if a.is_ascii_uppercase() && b.is_ascii_digit() && c.is_ascii_digit())
}

/// Table 0354: a code, an underline, and an event or the like.
fn is_structure(value: &[u8]) -> bool {
    let [a, b, c, b'_', rest @ ..] = value else { return value == b"ACK" };
    is_code(&[*a, *b, *c]) && rest.len() == 3 && rest.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Table 0104: `2.n` or `2.n.n`.
fn is_version(value: &[u8]) -> bool {
    matches!(value, [b'2', b'.', n] if n.is_ascii_digit())
        || matches!(value, [b'2', b'.', n, b'.', m] if n.is_ascii_digit() && m.is_ascii_digit())
}
