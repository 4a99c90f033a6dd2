//! JSON: what the top-level names of the first object say.
//!
//! In: text that starts like JSON. Out: its kind. It walks names and strings only, without recursion, and gives up at
//! whatever it does not understand: whether it is valid JSON is for the parser.

use super::{Kind, Syntax, fhir_types};

/// One JSON value.
pub(super) fn detect(text: &[u8], kind: Kind) -> Kind {
    let kind = object(text, kind);
    let reason = match text.first() {
        Some(b'[') => "starts with a JSON array",
        _ if kind.standard.is_none() => "starts with a JSON object that names no resourceType",
        _ => "starts with a JSON object",
    };
    kind.is(Syntax::Json, reason)
}

/// One value on each line; the first line speaks for all.
pub(super) fn lines(text: &[u8], kind: Kind) -> Kind {
    let first = text.split(|b| *b == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    object(first.trim_ascii_start(), kind).is(Syntax::Ndjson, "has one JSON value on each line")
}

/// Whether `text` is a JSON string, number or word.
pub(super) fn is_scalar(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let word = matches!(text, b"null" | b"true" | b"false");
    let string = text.len() >= 2 && text.first() == Some(&b'"') && text.last() == Some(&b'"');
    let number = matches!(text.first(), Some(b'-' | b'0'..=b'9'))
        && text.iter().all(|b| matches!(b, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'));
    word || string || number
}

fn object(text: &[u8], mut kind: Kind) -> Kind {
    let names = Names { rest: text.strip_prefix(b"{").unwrap_or_default() };
    for (name, value) in names {
        match name {
            b"resourceType" => {
                kind.standard = Some("FHIR".to_owned());
                kind.release(text);
                match value.and_then(fhir_types::known) {
                    Some(known) => {
                        kind.because(format!("resourceType {known}"));
                        kind.role = Some(known.to_owned());
                    }
                    None => kind.because("has a resourceType that no version of FHIR publishes"),
                }
                return kind;
            }
            b"openapi" | b"swagger" => {
                kind.standard = Some("OpenAPI".to_owned());
                kind.because("has an OpenAPI version at its top: a description of an interface, not a message");
                return kind;
            }
            b"$schema" => {
                kind.standard = Some("JSON Schema".to_owned());
                kind.because("names a JSON Schema at its top");
                return kind;
            }
            _ => {}
        }
    }
    kind
}

/// The names at the top of an object, each with its value where that is a string without escapes.
struct Names<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Names<'a> {
    type Item = (&'a [u8], Option<&'a [u8]>);

    fn next(&mut self) -> Option<Self::Item> {
        self.rest = self.rest.trim_ascii_start();
        self.rest = self.rest.strip_prefix(b",").unwrap_or(self.rest).trim_ascii_start();
        let name = self.string()?;
        self.rest = self.rest.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        if self.rest.first() == Some(&b'"') {
            let value = self.string()?;
            return Some((name, Some(value).filter(|value| !value.contains(&b'\\'))));
        }
        self.skip();
        Some((name, None))
    }
}

impl<'a> Names<'a> {
    /// The inside of the string that starts here.
    fn string(&mut self) -> Option<&'a [u8]> {
        let inside = self.rest.strip_prefix(b"\"")?;
        let mut from = 0;
        loop {
            let at = from + memchr::memchr2(b'"', b'\\', &inside[from..])?;
            if inside[at] == b'"' {
                self.rest = &inside[at + 1..];
                return Some(&inside[..at]);
            }
            from = (at + 2).min(inside.len());
        }
    }

    /// Goes past a value that is not a string.
    fn skip(&mut self) {
        let mut depth = 0u32;
        while let Some(byte) = self.rest.first() {
            match byte {
                b'"' => {
                    if self.string().is_none() {
                        self.rest = &[];
                    }
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth == 0 => return,
                b'}' | b']' => depth -= 1,
                b',' if depth == 0 => return,
                _ => {}
            }
            self.rest = &self.rest[1..];
        }
    }
}
