//! Escape sequences in HL7 v2 text (v2.4 chapter 2, section 2.9): checking them, and decoding a value.

use super::Faults;
use crate::instance::Separators;
use crate::span::Span;
use std::borrow::Cow;

/// Reports what is wrong with the escape sequences of `bytes[span]`.
pub(super) fn check(bytes: &[u8], span: Span, escape: u8, faults: &mut Faults) {
    let text = span.of(bytes);
    let mut at = 0;
    while let Some(found) = memchr::memchr(escape, &text[at..]) {
        let open = at + found;
        let place = |end: usize| Span::new(span.start + open as u32, span.start + end as u32);
        let Some(length) = memchr::memchr(escape, &text[open + 1..]) else {
            let message = "an escape sequence is opened and never closed";
            faults.push("hl7v2.unterminated-escape", place(text.len()), message);
            return;
        };
        let close = open + 1 + length;
        match sequence(&text[open + 1..close]) {
            Sequence::Known => {}
            Sequence::Local => {
                faults.push("hl7v2.unknown-escape", place(close + 1), "a local escape sequence \\Z..\\ is used");
            }
            Sequence::Wrong(what) => faults.push("hl7v2.bad-escape", place(close + 1), what),
        }
        at = close + 1;
    }
}

enum Sequence {
    Known,
    Local,
    Wrong(&'static str),
}

/// What stands between two escape characters.
fn sequence(body: &[u8]) -> Sequence {
    match body {
        [b'F' | b'S' | b'T' | b'R' | b'E' | b'H' | b'N' | b'P'] => Sequence::Known,
        [] => Sequence::Wrong("an escape sequence is empty; a literal escape character is written \\E\\"),
        [b'X'] => Sequence::Wrong("a hexadecimal escape sequence has no digits"),
        [b'X', hex @ ..] if !hex.iter().all(u8::is_ascii_hexdigit) => {
            Sequence::Wrong("a hexadecimal escape sequence holds something other than hexadecimal digits")
        }
        [b'X', hex @ ..] if hex.len() % 2 == 1 => {
            Sequence::Wrong("a hexadecimal escape sequence has an odd number of digits")
        }
        [b'X', ..] => Sequence::Known,
        [b'C', hex @ ..] if hex.len() == 4 && hex.iter().all(u8::is_ascii_hexdigit) => Sequence::Known,
        [b'M', hex @ ..] if matches!(hex.len(), 4 | 6) && hex.iter().all(u8::is_ascii_hexdigit) => Sequence::Known,
        [b'C' | b'M', ..] => Sequence::Wrong("a character set escape sequence is not four or six hexadecimal digits"),
        [b'.', command @ ..] => formatting(command),
        [b'Z', ..] => Sequence::Local,
        _ => Sequence::Wrong("an escape sequence is not one the standard defines"),
    }
}

/// Formatting commands of the FT datatype (2.9.6): `.br`, `.sp3`, `.in+4` …
fn formatting(command: &[u8]) -> Sequence {
    let Some((name, argument)) = command.split_at_checked(2) else {
        return Sequence::Wrong("a formatting escape sequence is not one the standard defines");
    };
    let digits = argument.strip_prefix(b"+").or_else(|| argument.strip_prefix(b"-")).unwrap_or(argument);
    let number = digits.iter().all(u8::is_ascii_digit);
    match name {
        b"br" | b"fi" | b"nf" | b"ce" if argument.is_empty() => Sequence::Known,
        b"sp" | b"sk" | b"in" | b"ti" if number && digits.len() <= 3 => Sequence::Known,
        b"sp" | b"sk" | b"in" | b"ti" => {
            Sequence::Wrong("a formatting escape sequence has an argument that is not a small number")
        }
        _ => Sequence::Wrong("a formatting escape sequence is not one the standard defines"),
    }
}

/// The text that `raw` stands for: separators and hexadecimal bytes put back, formatting commands as line breaks or
/// nothing. A sequence that is wrong stays as it is. Borrowed when there is nothing to decode.
#[inline]
pub fn decode<'a>(raw: &'a [u8], separators: &Separators) -> Cow<'a, [u8]> {
    // Most messages hold no escape character at all, and the parser says so: see [`super::hl7v2::parse`].
    if separators.escape == 0 { Cow::Borrowed(raw) } else { unescape(raw, separators) }
}

fn unescape<'a>(raw: &'a [u8], separators: &Separators) -> Cow<'a, [u8]> {
    let escape = separators.escape;
    if memchr::memchr(escape, raw).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(found) = memchr::memchr(escape, &raw[at..]) {
        let open = at + found;
        out.extend_from_slice(&raw[at..open]);
        let Some(length) = memchr::memchr(escape, &raw[open + 1..]) else {
            at = open;
            break;
        };
        let close = open + 1 + length;
        match &raw[open + 1..close] {
            b"F" => out.push(separators.field),
            b"S" => out.push(separators.component),
            b"T" => out.push(separators.subcomponent),
            b"R" => out.push(separators.repetition),
            b"E" => out.push(escape),
            b"P" if separators.truncation != 0 => out.push(separators.truncation),
            b"H" | b"N" => {}
            b".br" => out.push(b'\n'),
            [b'X', hex @ ..] if hex.len() % 2 == 0 && hex.iter().all(u8::is_ascii_hexdigit) => {
                out.extend(hex.chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])));
            }
            [b'.', ..] => {}
            _ => out.extend_from_slice(&raw[open..=close]),
        }
        at = close + 1;
    }
    out.extend_from_slice(&raw[at..]);
    Cow::Owned(out)
}

fn digit(hex: u8) -> u8 {
    char::from(hex).to_digit(16).map_or(0, |d| d as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<&'static str> {
        let mut faults = Faults::default();
        check(text.as_bytes(), Span::new(0, text.len() as u32), b'\\', &mut faults);
        faults.listed().iter().map(|f| f.code).collect()
    }

    #[test]
    fn every_sequence_of_the_standard_is_known() {
        let all = r"\F\\S\\T\\R\\E\\H\\N\\X0D0a\\C2842\\M244242\\.br\\.sp3\\.in+4\\.ti-2\\.sk1\\.ce\";
        assert_eq!(faults(all), Vec::<&str>::new());
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(faults(r"a\X"), ["hl7v2.unterminated-escape"]);
        assert_eq!(faults(r"\XZZ\"), ["hl7v2.bad-escape"]);
        assert_eq!(faults(r"\X0D0\"), ["hl7v2.bad-escape"]);
        assert_eq!(faults(r"\Zlocal\"), ["hl7v2.unknown-escape"]);
        assert_eq!(faults(r"\.sp999999999\"), ["hl7v2.bad-escape"]);
        assert_eq!(faults(r"\\"), ["hl7v2.bad-escape"]);
    }

    #[test]
    fn decoding_puts_the_text_back() {
        let separators = Separators::default();
        assert_eq!(decode(br"Tom \T\ Ann\.br\x", &separators).as_ref(), b"Tom & Ann\nx");
        assert_eq!(decode(br"\XC3A9\", &separators).as_ref(), "é".as_bytes());
        assert_eq!(decode(br"half \open", &separators).as_ref(), br"half \open");
        assert!(matches!(decode(b"plain", &separators), Cow::Borrowed(_)));
    }
}
