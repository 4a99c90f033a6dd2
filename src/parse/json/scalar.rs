//! Strings, numbers and words.

use super::Reader;
use crate::instance::{Kind, unit};
use crate::span::Span;

/// Bytes a name may have; the longest of FHIR has some forty.
const MAX_NAME: usize = 1_000;
/// Bytes a number may have; FHIR asks systems for eighteen digits.
const MAX_NUMBER: usize = 1_000;

impl Reader<'_> {
    /// The string that starts here, quotes included; `None` when it never ends, which is told and stops the reading.
    pub(super) fn string(&mut self) -> Option<Span> {
        let (start, inside) = (self.at, self.at + 1);
        let mut from = inside;
        loop {
            let Some(found) = memchr::memchr2(b'"', b'\\', &self.bytes[from..]) else {
                self.cut_off("the document ends inside a string: its closing quote is missing");
                return None;
            };
            let at = from + found;
            self.controls(from, at);
            if self.bytes[at] == b'"' {
                self.at = at + 1;
                return Some(Span::new(start as u32, self.at as u32));
            }
            from = at + self.escape(at);
        }
    }

    /// Tells control characters that stand in a string as they are.
    fn controls(&mut self, from: usize, to: usize) {
        let part = &self.bytes[from..to];
        // Without an early end the loop is vectorised, and nearly no string has one.
        if !part.iter().fold(false, |any, byte| any | (*byte < 0x20)) {
            return;
        }
        for at in (from..to).filter(|at| self.bytes[*at] < 0x20) {
            let message = "a control character, tab or line end stands in a string without an escape";
            self.faults.push("json.control-character", Span::new(at as u32, at as u32 + 1), message);
        }
    }

    /// The length of the escape at `at`; what is wrong with it is told.
    fn escape(&mut self, at: usize) -> usize {
        let rest = &self.bytes[at..];
        match rest.get(1) {
            Some(b'"' | b'\\' | b'/' | b'n' | b'r' | b't') => 2,
            Some(b'b' | b'f') => {
                self.escaped_control(at, 2);
                2
            }
            Some(b'u') => match (unit(rest), rest.get(6..).and_then(unit)) {
                (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
                (Some(0xD800..=0xDFFF), _) => {
                    let message = "an escape gives half of a surrogate pair, which is no character";
                    self.fault("json.lone-surrogate", at, at + 6, message);
                    6
                }
                (Some(0..=8 | 0x0B | 0x0C | 0x0E..0x20), _) => {
                    self.escaped_control(at, 6);
                    6
                }
                (Some(_), _) => 6,
                (None, _) => {
                    self.fault(
                        "json.bad-escape",
                        at,
                        at + 2,
                        "an escape \\u is not followed by four hexadecimal digits",
                    );
                    2
                }
            },
            Some(_) => {
                // The character after the backslash may be more than one byte; it is left to be read as text.
                self.fault(
                    "json.bad-escape",
                    at,
                    at + 1,
                    "a backslash is not followed by a character that JSON escapes",
                );
                1
            }
            None => 1,
        }
    }

    fn escaped_control(&mut self, at: usize, length: usize) {
        let message = "an escape puts a control character, such as NUL, into a string";
        self.fault("json.escaped-control", at, at + length, message);
    }

    pub(super) fn limit_name(&mut self, name: Span) {
        if name.len() > MAX_NAME {
            let message = format!("a name is longer than the limit of {MAX_NAME} bytes");
            self.faults.push("json.limit-name", Span::new(name.start, name.start + 1), message);
        }
    }

    /// A number, or what starts like one.
    pub(super) fn number(&mut self, name: Span, ordinal: u32) {
        let start = self.at;
        let rest = &self.bytes[start..];
        let length = rest
            .iter()
            .position(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'+' | b'-' | b'.' | b'_'))
            .unwrap_or(rest.len());
        self.at += length;
        let text = &rest[..length];
        let span = Span::new(start as u32, self.at as u32);
        let of_words = text.strip_prefix(b"-").or(text.strip_prefix(b"+")).unwrap_or(text);
        let kind = match form(text) {
            _ if length > MAX_NUMBER => {
                let message = format!("a number is longer than the limit of {MAX_NUMBER} characters");
                self.faults.push("json.number-long", Span::new(span.start, span.start + 1), message);
                Kind::Number
            }
            Form::InRange => Kind::Number,
            Form::BeyondInteger => {
                let digits = of_words.len();
                let message = format!("an integer of {digits} digits is out of the range that 64 bits hold");
                self.faults.push("json.number-range", span, message);
                Kind::Number
            }
            Form::BeyondExponent => {
                let message = "the exponent is out of the range of numbers that systems hold";
                self.faults.push("json.number-range", span, message);
                Kind::Number
            }
            Form::None if is_not_a_number(of_words) => {
                self.faults.push("json.not-a-number", span, NOT_A_NUMBER);
                Kind::Null
            }
            Form::None => {
                let message = "a number is not written as JSON writes it: digits, no leading zero or plus sign";
                self.faults.push("json.number-form", span, message);
                Kind::Number
            }
        };
        self.build.leaf(kind, 0, ordinal, name, span);
    }

    /// `true`, `false`, `null`, or a word that is no value.
    pub(super) fn word(&mut self, name: Span, ordinal: u32) {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|b| !b.is_ascii_alphanumeric() && *b != b'_').unwrap_or(rest.len());
        let span = Span::new(self.at as u32, (self.at + length) as u32);
        self.at += length;
        let kind = match &rest[..length] {
            b"true" | b"false" => Kind::Boolean,
            b"null" => Kind::Null,
            word if is_not_a_number(word) => {
                self.faults.push("json.not-a-number", span, NOT_A_NUMBER);
                Kind::Null
            }
            _ => {
                let message = "a word without quotes stands where a value is expected";
                self.faults.push("json.syntax", span, message);
                Kind::Null
            }
        };
        self.build.leaf(kind, 0, ordinal, name, span);
    }
}

const NOT_A_NUMBER: &str = "NaN or an infinity stands where a value is expected; JSON has no such numbers";

fn is_not_a_number(word: &[u8]) -> bool {
    [&b"nan"[..], b"infinity", b"inf"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// What a number is by its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    InRange,
    /// An integer beyond 64 bits.
    BeyondInteger,
    /// An exponent of more than three digits.
    BeyondExponent,
    None,
}

/// RFC 8259 section 6.
fn form(text: &[u8]) -> Form {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let (integer, rest) = digits(unsigned);
    if integer.is_empty() || (integer.len() > 1 && integer[0] == b'0') {
        return Form::None;
    }
    let (fraction, rest) = match rest.strip_prefix(b".") {
        Some(rest) => digits(rest),
        None => (&b"0"[..], rest),
    };
    let exponent = rest.strip_prefix(b"e").or(rest.strip_prefix(b"E"));
    let (power, rest) = match exponent {
        Some(rest) => digits(rest.strip_prefix(b"+").or(rest.strip_prefix(b"-")).unwrap_or(rest)),
        None => (&b"0"[..], rest),
    };
    if fraction.is_empty() || power.is_empty() || !rest.is_empty() {
        return Form::None;
    }
    if power.iter().skip_while(|digit| **digit == b'0').count() > 3 {
        return Form::BeyondExponent;
    }
    if integer.len() == unsigned.len() && !fits(text) { Form::BeyondInteger } else { Form::InRange }
}

fn fits(text: &[u8]) -> bool {
    let text = std::str::from_utf8(text).unwrap_or_default();
    text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok()
}

fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len()))
}
