//! MSH-1 and MSH-2: the separators a message declares (HL7 v2.4 chapter 2, sections 2.7 and 2.16.9).

use super::Faults;
use crate::instance::Separators;
use crate::span::Span;

/// What the header line declares, and where the field after MSH-2 starts.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) separators: Separators,
    /// MSH-1; empty when the line ends before it.
    pub(super) field: Span,
    /// MSH-2; empty when the line ends before it.
    pub(super) encoding: Span,
}

/// Reads the separators from the line `start..end` of `bytes`, which begins `MSH`.
///
/// What cannot be used is reported and replaced by the recommended one, so that the rest is still checked.
pub(super) fn read(bytes: &[u8], start: usize, end: usize, faults: &mut Faults) -> Declared {
    let mut separators = Separators::default();
    let at = start + 3;
    let whole = Span::new(start as u32, end as u32);
    let Some(&field) = bytes.get(at).filter(|_| at < end) else {
        faults.push("hl7v2.msh-truncated", whole, "the message header MSH ends before its field separator");
        return Declared { separators, field: Span::at(at as u32), encoding: Span::at(end as u32) };
    };
    let field_span = Span::new(at as u32, at as u32 + 1);
    if usable(field) {
        separators.field = field;
    } else {
        let what = format!("the field separator in MSH-1 is {}; `|` is assumed", kind(field));
        faults.push("hl7v2.msh-separators", field_span, what);
    }
    let rest = &bytes[at + 1..end];
    let length = memchr::memchr2(field, separators.field, rest).unwrap_or(rest.len()).min(8);
    let encoding = Span::new(at as u32 + 1, (at + 1 + length) as u32);
    declare(&rest[..length], &mut separators, encoding, faults);
    if separators != Separators::default() {
        let span = Span::new(field_span.start, encoding.end);
        faults.push("hl7v2.encoding-characters", span, "the separators are not the recommended |^~\\&");
    }
    Declared { separators, field: field_span, encoding }
}

/// Takes the encoding characters of MSH-2 into `separators`.
fn declare(encoding: &[u8], separators: &mut Separators, span: Span, faults: &mut Faults) {
    if encoding.len() < 3 || encoding.len() > 5 {
        let what = format!(
            "MSH-2 declares {} encoding characters; component, repetition, escape and subcomponent separators are \
             expected",
            encoding.len()
        );
        faults.push("hl7v2.msh-separators", span, what);
    }
    let mut seen = [separators.field, 0, 0, 0, 0, 0];
    let defaults = Separators::default();
    let fallback = [defaults.component, defaults.repetition, defaults.escape, defaults.subcomponent, 0];
    let mut chosen = [0u8; 5];
    for place in 0..5 {
        let Some(&byte) = encoding.get(place) else {
            // A separator that is not declared is not in use; without any, the recommended ones are tried.
            chosen[place] = if encoding.is_empty() { fallback[place] } else { 0 };
            continue;
        };
        let at = Span::new(span.start + place as u32, span.start + place as u32 + 1);
        if !usable(byte) {
            let what = format!("encoding character {} of MSH-2 is {}", place + 1, kind(byte));
            faults.push("hl7v2.msh-separators", at, what);
            chosen[place] = fallback[place];
        } else if seen.contains(&byte) {
            let what = format!("encoding character {} of MSH-2 repeats another separator", place + 1);
            faults.push("hl7v2.msh-separators", at, what);
            chosen[place] = fallback[place];
        } else {
            chosen[place] = byte;
        }
        seen[place + 1] = byte;
    }
    // A fallback may be what another place declares; the first one has it.
    for place in 0..5 {
        if chosen[place] == separators.field || chosen[..place].contains(&chosen[place]) {
            chosen[place] = 0;
        }
    }
    [separators.component, separators.repetition, separators.escape, separators.subcomponent, separators.truncation] =
        chosen;
}

/// Whether `byte` can separate: printable ASCII that is no letter, digit, space or quotation mark.
fn usable(byte: u8) -> bool {
    byte.is_ascii_graphic() && !byte.is_ascii_alphanumeric() && byte != b'"'
}

fn kind(byte: u8) -> &'static str {
    match byte {
        b if b.is_ascii_alphabetic() => "a letter",
        b if b.is_ascii_digit() => "a digit",
        b' ' => "a space",
        b'"' => "the quotation mark, which writes the explicit null",
        b if b.is_ascii_control() => "a control character",
        b if b >= 0x80 => "not an ASCII character",
        _ => "not a usable separator",
    }
}
