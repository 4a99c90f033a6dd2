//! Primitive values: the form and range that FHIR gives each type (FHIR R4, datatypes; STU3 and R4B agree on all that is
//! looked at here).
//!
//! In: a primitive type and the text of a value, escapes resolved. Out: what is wrong with it, described. It looks at
//! each byte a bounded number of times and allocates nothing. That a value is empty is told by the lowering.

use crate::parse::form::{Moment, base64, iso, oid, uuid};
use crate::standard::fhir::Primitive;

/// Characters a string may have: one MiB (FHIR R4, datatype string).
const MAX_CHARACTERS: usize = 1 << 20;
/// Characters an id may have (FHIR R4, datatype id).
const MAX_ID: usize = 64;
/// Years that health records are about; a year outside is mostly a slip of the finger.
const USUAL_YEARS: std::ops::RangeInclusive<u16> = 1800..=2105;

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is not in the form, or not in the range, of its type.
    Format(&'static str),
    /// It is in a form that FHIR allows and that is seldom meant.
    Unusual(&'static str),
    /// It begins or ends with blanks.
    Blank(&'static str),
}

use Problem::{Blank, Format, Unusual};

/// What is wrong with `text` as a value of type `primitive`; it is not empty.
pub fn check(primitive: Primitive, text: &[u8]) -> Option<Problem> {
    match primitive {
        Primitive::String => string(text),
        Primitive::Code => code(text).map(Format),
        Primitive::Uri | Primitive::Url => uri(text).map(Format),
        Primitive::Canonical => canonical(text).map(Format),
        Primitive::Decimal => decimal(text).map(Format),
        Primitive::Boolean => {
            (!matches!(text, b"true" | b"false")).then_some(Format("a boolean is the word true or false"))
        }
        Primitive::DateTime => moment(iso::date_and_time(text)),
        Primitive::Date => moment(iso::date_and_time(text).and_then(|read| {
            if read.precision > crate::parse::form::Precision::Day {
                Err("a date has no time of day")
            } else {
                Ok(read)
            }
        })),
        Primitive::Instant => moment(iso::date_and_time(text).and_then(|read| {
            let to_the_second = read.precision >= crate::parse::form::Precision::Second;
            if to_the_second { Ok(read) } else { Err("an instant has a time of day and a zone") }
        })),
        Primitive::Time => iso::clock(text, iso::LEAP).and_then(|clock| iso::no_zone(clock.rest)).err().map(Format),
        Primitive::Id => id(text).map(Format),
        Primitive::Integer => whole(text, -i64::from(i32::MAX) - 1, i64::from(i32::MAX)).map(Format),
        Primitive::UnsignedInt => whole(text, 0, i64::from(i32::MAX)).map(Format),
        Primitive::PositiveInt => whole(text, 1, i64::from(i32::MAX)).map(Format),
        Primitive::Integer64 => whole(text, i64::MIN, i64::MAX).map(Format),
        Primitive::Markdown => too_long(text),
        Primitive::Oid => match text.strip_prefix(b"urn:oid:") {
            None => Some(Format("an oid begins with urn:oid:")),
            Some(bare) => oid::problem(bare).or_else(|| short_oid(bare)).map(Format),
        },
        Primitive::Uuid => match text.strip_prefix(b"urn:uuid:") {
            None => Some(Format("a uuid begins with urn:uuid:")),
            Some(bare) => lower_uuid(bare).map(Format),
        },
        Primitive::Base64Binary => base64(text),
        Primitive::Xhtml => None,
    }
}

/// Letters, digits, hyphens and full stops, 1 to 64 (FHIR R4, datatype id).
pub fn id(text: &[u8]) -> Option<&'static str> {
    if !text.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.')) {
        return Some("the id holds a character that is no letter, digit, hyphen or full stop");
    }
    (text.len() > MAX_ID).then_some("the id is longer than 64 characters")
}

fn string(text: &[u8]) -> Option<Problem> {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    if text.first().is_some_and(blank) || text.last().is_some_and(blank) {
        return Some(if text.iter().all(blank) {
            Blank("the text is nothing but blanks")
        } else {
            Blank("the text begins or ends with blanks")
        });
    }
    too_long(text)
}

fn too_long(text: &[u8]) -> Option<Problem> {
    let long = text.len() > MAX_CHARACTERS
        // Bytes that go on a character do not count.
        && text.iter().filter(|byte| (**byte as i8) >= -0x40).count() > MAX_CHARACTERS;
    long.then_some(Format("the text is longer than a mebibyte of characters"))
}

fn code(text: &[u8]) -> Option<&'static str> {
    let mut before = b' ';
    for &byte in text {
        if matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0B | 0x0C) {
            if before == b' ' {
                return Some("a code has no blanks at its ends and never two together");
            }
            before = b' ';
        } else {
            before = byte;
        }
    }
    (before == b' ').then_some("a code has no blanks at its ends and never two together")
}

fn uri(text: &[u8]) -> Option<&'static str> {
    if text.iter().any(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0B | 0x0C)) {
        return Some("a URI has no blanks in it");
    }
    match text {
        [b'u', b'r', b'n', b':', rest @ ..] => match rest {
            [b'u', b'u', b'i', b'd', b':', bare @ ..] => lower_uuid(bare),
            [b'o', b'i', b'd', b':', bare @ ..] => oid::problem(bare).or_else(|| short_oid(bare)),
            _ => None,
        },
        [b'o', b'i', b'd', b':', ..] => Some("a URI of an OID begins with urn:oid:"),
        [b'u', b'u', b'i', b'd', b':', ..] => Some("a URI of a UUID begins with urn:uuid:"),
        _ => None,
    }
}

fn canonical(text: &[u8]) -> Option<&'static str> {
    let scheme = text.iter().position(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'+' | b'-' | b'.'));
    let absolute = scheme.is_some_and(|at| at > 0 && text[at] == b':') || text.first() == Some(&b'#');
    // A version may stand behind the UUID too.
    let bare = match text.starts_with(b"urn:uuid:") {
        true => &text[..memchr::memrchr(b'|', text).unwrap_or(text.len())],
        false => text,
    };
    uri(bare).or((!absolute).then_some("a canonical URL is absolute, or a # and the id of a contained resource"))
}

/// Numbers so high in the tree are the registers' own, and nobody's system or document; ISO's organisations aside.
fn short_oid(bare: &[u8]) -> Option<&'static str> {
    let is_short = memchr::memrchr(b'.', bare).is_none_or(|at| at < 4);
    (is_short && !bare.starts_with(b"1.3")).then_some("an OID this short is that of a register, not of what it names")
}

fn lower_uuid(bare: &[u8]) -> Option<&'static str> {
    // What follows a # is the entry's own business.
    let bare = memchr::memchr(b'#', bare).map_or(bare, |at| &bare[..at]);
    uuid::problem(bare)
        .or_else(|| bare.iter().any(u8::is_ascii_uppercase).then_some("the letters of a UUID are small in FHIR"))
}

fn moment(read: Result<Moment, &'static str>) -> Option<Problem> {
    match read {
        Err(problem) => Some(Format(problem)),
        Ok(moment) => (!USUAL_YEARS.contains(&moment.year))
            .then_some(Unusual("the year lies outside those that health records are about: look for a slip")),
    }
}

fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len()))
}

fn whole(text: &[u8], least: i64, most: i64) -> Option<&'static str> {
    let unsigned = text.strip_prefix(b"-").or(text.strip_prefix(b"+")).unwrap_or(text);
    let (number, rest) = digits(unsigned);
    if number.is_empty() || !rest.is_empty() {
        return Some("a whole number is digits, with no fraction or exponent");
    }
    if number.len() > 1 && number[0] == b'0' {
        return Some("a number has no leading zeros");
    }
    let magnitude = number.iter().try_fold(0_i128, |sum, digit| {
        let sum = sum * 10 + i128::from(digit - b'0');
        (sum <= 1 << 64).then_some(sum)
    });
    let value = magnitude.map(|magnitude| if text[0] == b'-' { -magnitude } else { magnitude });
    let fits = value.is_some_and(|value| (i128::from(least)..=i128::from(most)).contains(&value));
    if fits {
        return None;
    }
    Some(match (value, least) {
        (Some(..0), 0) => "the number is negative, and must not be",
        (Some(..=0), 1) => "the number is not positive, and must be",
        _ => "the number is out of the range of its type",
    })
}

fn decimal(text: &[u8]) -> Option<&'static str> {
    const FORM: Option<&str> = Some("a decimal is digits, perhaps with a full stop and digits, or an exponent");
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let (number, mut rest) = digits(unsigned);
    if number.is_empty() {
        return FORM;
    }
    if number.len() > 1 && number[0] == b'0' {
        return Some("a number has no leading zeros");
    }
    if let [b'.', after @ ..] = rest {
        let (fraction, after) = digits(after);
        if fraction.is_empty() {
            return FORM;
        }
        rest = after;
    }
    if let [b'e' | b'E', after @ ..] = rest {
        let (power, after) = digits(after.strip_prefix(b"-").or(after.strip_prefix(b"+")).unwrap_or(after));
        if power.is_empty() {
            return FORM;
        }
        rest = after;
    }
    if rest.is_empty() { None } else { FORM }
}

fn base64(text: &[u8]) -> Option<Problem> {
    match base64::problem(text, base64::WhiteSpace::Skipped) {
        Some(problem) => Some(Format(problem)),
        None => text
            .iter()
            .any(|byte| *byte <= b' ')
            .then_some(Unusual("base64 with white space in it, which some readers refuse")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The problem of `text`, or `ok`.
    fn told(primitive: Primitive, text: &str) -> &'static str {
        match check(primitive, text.as_bytes()) {
            None => "ok",
            Some(Format(problem) | Unusual(problem) | Blank(problem)) => problem,
        }
    }

    fn sort(primitive: Primitive, good: &[&str], bad: &[&str]) {
        for text in good {
            assert_eq!(told(primitive, text), "ok", "{primitive:?} {text}");
        }
        for text in bad {
            assert!(matches!(check(primitive, text.as_bytes()), Some(Format(_))), "{primitive:?} {text}");
        }
    }

    #[test]
    fn numbers() {
        sort(Primitive::Boolean, &["true", "false"], &["True", "1", "yes"]);
        let integers = ["1.0", "1e3", "01", "-", "2147483648", "-2147483649", "99999999999999999999999", "0x1", " 1"];
        sort(Primitive::Integer, &["0", "-2147483648", "2147483647", "+1"], &integers);
        sort(Primitive::UnsignedInt, &["0", "7"], &["-1", "2147483648"]);
        sort(Primitive::PositiveInt, &["1"], &["0", "-1"]);
        let long = ["9223372036854775807", "-9223372036854775808"];
        sort(Primitive::Integer64, &long, &["9223372036854775808", "18446744073709551617"]);
        let decimals = ["0", "-0.10", "1.0e-3", "12345678901234567890.123", "1E+2"];
        sort(Primitive::Decimal, &decimals, &["1.", ".5", "01.0", "+1", "1e", "1,5", "NaN", "-"]);
        assert_eq!(told(Primitive::PositiveInt, "0"), "the number is not positive, and must be");
    }

    #[test]
    fn text() {
        sort(Primitive::String, &["a", "a b"], &[]);
        assert_eq!(check(Primitive::String, b"a "), Some(Blank("the text begins or ends with blanks")));
        assert_eq!(check(Primitive::String, b" \n"), Some(Blank("the text is nothing but blanks")));
        let long = "é".repeat(MAX_CHARACTERS);
        assert_eq!(told(Primitive::Markdown, &long), "ok");
        assert!(matches!(check(Primitive::String, format!("{long}é").as_bytes()), Some(Format(_))));
        sort(Primitive::Code, &["a", "a b", "a-b c"], &[" a", "a ", "a  b", "a\t b", "\n"]);
        sort(Primitive::Id, &["A-1.b", &"a".repeat(64)], &["a_b", "é", "a b", &"a".repeat(65)]);
    }

    #[test]
    fn addresses() {
        let uuid = "urn:uuid:a54219b8-f741-4c47-b662-e4f8dfa49ab6";
        sort(Primitive::Uri, &["http://a/b", "a", uuid, "urn:oid:2.16.840", "urn:x"], &["a b", "oid:1.2", "uuid:x"]);
        sort(Primitive::Uri, &[], &[&uuid.to_uppercase().replace("URN:UUID", "urn:uuid"), "urn:oid:3.1", "urn:uuid:1"]);
        sort(Primitive::Canonical, &["http://a/b|1", "#x", uuid, &format!("{uuid}|1")], &["Library/x", "a b", ":x"]);
        sort(Primitive::Oid, &["urn:oid:1.2.36.1", "urn:oid:1.3.6"], &["1.2.36", "urn:oid:1.02", "urn:oid:2.5.4"]);
        sort(Primitive::Uuid, &[uuid], &["a54219b8-f741-4c47-b662-e4f8dfa49ab6"]);
    }

    #[test]
    fn dates_and_times() {
        let time = "2024-02-29T12:30:59+01:00";
        sort(Primitive::Date, &["2024", "2024-02", "2024-02-29"], &["2023-02-29", "not a date", time, "24", ""]);
        sort(
            Primitive::DateTime,
            &["2024", time, "2024-02-29T12:30:59.1Z"],
            &["2024-02-29T12:30Z", "2024-02-29T12:30:59"],
        );
        sort(Primitive::Instant, &[time], &["2024-02-29"]);
        sort(Primitive::Time, &["12:30:59.123"], &["12:30", "24:00:00", "12:30:59Z"]);
        assert!(matches!(check(Primitive::Date, b"3017-09-06"), Some(Unusual(_))));
    }

    #[test]
    fn binary() {
        sort(Primitive::Base64Binary, &["Zm9v"], &["Zm9", "Zm9*", "="]);
        assert!(matches!(check(Primitive::Base64Binary, b"Zm9v\nYmFy"), Some(Unusual(_))));
    }
}
