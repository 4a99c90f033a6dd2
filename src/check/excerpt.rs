//! The line at fault, cropped and with values as shapes.
//!
//! A reader needs to see where in the line the fault is, not whose record it is. Separators stay; digits become
//! `9{n}`, words become `text`, mixed identifiers become classes of characters. Only `--show-values` shows text.

use super::finding::Excerpt;
use crate::span::Span;
use crate::standard::fhir::elements;
use std::ops::Range;

/// Bytes of the line taken on each side of the fault before it is shaped.
const AROUND: usize = 70;
/// Columns an excerpt may have.
const COLUMNS: usize = 160;
/// Bytes of the line looked at on each side; a value cut off there is far past the size its shape tells.
const REACH: usize = 4096;
/// Bytes of the fault itself that are shown.
const OF_FAULT: usize = 60;

/// Whether values may be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// Shapes only.
    #[default]
    Shapes,
    /// The text of the message: the user asked on the terminal.
    Values,
}

/// The excerpt of the line of `bytes` in which `span` starts.
pub(super) fn excerpt(bytes: &[u8], span: Span, shown: Shown) -> Excerpt {
    let at = (span.start as usize).min(bytes.len());
    let (lowest, highest) = (at.saturating_sub(REACH), bytes.len().min(at + REACH));
    let line_start = memchr::memrchr2(b'\r', b'\n', &bytes[lowest..at]).map_or(lowest, |found| lowest + found + 1);
    let line_end = memchr::memchr2(b'\r', b'\n', &bytes[at..highest]).map_or(highest, |found| at + found);
    let begins_line = line_start > lowest || lowest == 0;
    let from = token_start(bytes, line_start, at.saturating_sub(AROUND).max(line_start));
    let end_of_fault = (span.end as usize).clamp(at, line_end).min(at + OF_FAULT);
    let to = (end_of_fault + AROUND).min(line_end);
    let mut text = String::new();
    if from > line_start || !begins_line {
        text.push('…');
    }
    shape(bytes, from..at, from == line_start && begins_line, shown, &mut text);
    let marked_from = text.chars().count();
    shape(bytes, at..end_of_fault, at == line_start && begins_line, shown, &mut text);
    let marked_to = text.chars().count();
    shape(bytes, end_of_fault..to, false, shown, &mut text);
    if to < line_end {
        text.push('…');
    }
    let mut columns = marked_to - marked_from;
    if text.chars().count() > COLUMNS {
        let skip = marked_from.saturating_sub(COLUMNS / 2);
        let cropped: String = text.chars().skip(skip).take(COLUMNS - 1).collect();
        text = format!("{cropped}…");
        columns = columns.min(COLUMNS - (marked_from - skip));
        return Excerpt { text, from: (marked_from - skip) as u32, columns: columns.max(1) as u32 };
    }
    Excerpt { text, from: marked_from as u32, columns: columns.max(1) as u32 }
}

/// The start of the value in which byte `at` lies, so that a crop never cuts a value into a different shape.
fn token_start(bytes: &[u8], line_start: usize, at: usize) -> usize {
    bytes[line_start..at].iter().rposition(|b| separates(*b)).map_or(line_start, |found| line_start + found)
}

fn separates(byte: u8) -> bool {
    matches!(byte, b'|' | b'^' | b'~' | b'&' | b'"' | b'{' | b'}' | b'[' | b']' | b':' | b',' | b'<' | b'>' | b'=')
}

fn shape(all: &[u8], range: Range<usize>, starts_line: bool, shown: Shown, out: &mut String) {
    let bytes = &all[range.clone()];
    if shown == Shown::Values {
        out.push_str(&String::from_utf8_lossy(bytes));
        return;
    }
    let mut rest = bytes;
    if starts_line && is_segment_name(bytes.get(..3).unwrap_or_default()) {
        out.push_str(&String::from_utf8_lossy(&bytes[..3]));
        rest = &bytes[3..];
    }
    let mut start = range.end - rest.len();
    for token in rest.split_inclusive(|b| separates(*b)) {
        let (value, separator) = match token.split_last() {
            Some((last, value)) if separates(*last) => (value, Some(*last)),
            _ => (token, None),
        };
        match is_vocabulary(all, start..start + value.len()) {
            true => out.push_str(&String::from_utf8_lossy(value)),
            false => value_shape(value, out),
        }
        start += token.len();
        out.extend(separator.map(char::from));
    }
}

/// Whether the bytes are where JSON has the name of a member, or XML that of an element, and FHIR publishes it: then it
/// is a word of the standard and no value.
fn is_vocabulary(all: &[u8], word: Range<usize>) -> bool {
    let (before, after) = (&all[..word.start], &all[word.end..]);
    let text = &all[word];
    let is_published = |name: &[u8]| !name.is_empty() && elements().is_known(name);
    match (before.last(), after.first()) {
        (Some(b'"'), Some(b'"')) => {
            // A value stands before a colon nowhere.
            after[1..after.len().min(9)].trim_ascii_start().first() == Some(&b':') && is_published(text)
        }
        (Some(b'<'), Some(b'>' | b'=' | b' ' | b'/')) => {
            let name = text.strip_prefix(b"/").unwrap_or(text);
            let name = name.strip_suffix(b"/").unwrap_or(name);
            name.split(|b| *b == b' ').all(|word| is_published(word) || word == b"xmlns")
        }
        (_, Some(b'=')) => text.strip_prefix(b" ").is_some_and(is_published),
        _ => false,
    }
}

fn is_segment_name(name: &[u8]) -> bool {
    name.len() == 3 && name[0].is_ascii_uppercase() && name.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Names and free text as their size only; numbers and mixed identifiers as runs of character classes.
fn value_shape(value: &[u8], out: &mut String) {
    if value.is_empty() {
        return;
    }
    let letters = value.iter().any(|b| b.is_ascii_alphabetic() || *b >= 0x80);
    let digits = value.iter().any(u8::is_ascii_digit);
    if letters && !digits || value.len() > 40 {
        out.push_str(match value.len() {
            0..=8 => "text",
            9..=32 => "longer text",
            33..=128 => "long text",
            _ => "very long text",
        });
        return;
    }
    let class = |byte: u8| match byte {
        b'0'..=b'9' => '9',
        b'A'..=b'Z' => 'A',
        b'a'..=b'z' => 'a',
        b' ' => ' ',
        b'-' | b'/' | b'.' | b'+' | b'\\' => char::from(byte),
        _ => '?',
    };
    for run in value.chunk_by(|a, b| class(*a) == class(*b)) {
        out.push(class(run[0]));
        // A value with digits in it has at most 40 bytes.
        match run.len() as u8 {
            1 => {}
            few @ ..10 => out.extend(['{', char::from(b'0' + few), '}']),
            many => out.extend(['{', char::from(b'0' + many / 10 % 10), char::from(b'0' + many % 10), '}']),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str, needle: &str) -> (String, String) {
        let start = line.find(needle).expect("the needle is in the line") as u32;
        let made = excerpt(line.as_bytes(), Span::new(start, start + needle.len() as u32), Shown::Shapes);
        let marked = made.text.chars().skip(made.from as usize).take(made.columns as usize).collect();
        (made.text, marked)
    }

    #[test]
    fn values_become_shapes_and_the_mark_follows() {
        let (text, marked) = of("PID|1||999 123 4567^^^NHS^NH||SMITH^ANN", "999 123 4567");
        assert_eq!(text, "PID|9||9{3} 9{3} 9{4}^^^text^text||text^text");
        assert_eq!(marked, "9{3} 9{3} 9{4}");
    }

    #[test]
    fn only_the_line_at_fault_is_taken() {
        let (text, marked) = of("MSH|^~\\&|A\rPV1|1|Q\rDG1|1", "Q");
        assert_eq!((text.as_str(), marked.as_str()), ("PV1|9|text", "text"));
    }

    #[test]
    fn names_that_fhir_publishes_are_words_of_the_standard_where_a_name_stands() {
        let (text, marked) = of(r#"  "family": "family", "Qvort": "x", "name":[{"given":"#, r#""Qvort""#);
        assert_eq!(text, r#" {2}"family": "text", "text": "text", "name":[{"given":"#);
        assert_eq!(marked, r#""text""#);
        let (text, _) = of(r#"<name><family value="given"/><qvort value="x"/></name>"#, "qvort");
        assert_eq!(text, r#"<name><family value="text"/><text value="text"/></name>"#);
    }

    #[test]
    fn a_huge_line_gives_a_short_excerpt() {
        let line = format!("OBX|1|ST|{}|X9|{}", "long ".repeat(50_000), "|".repeat(100_000));
        let (text, marked) = of(&line, "X9");
        assert!(text.chars().count() <= COLUMNS, "{}", text.chars().count());
        assert_eq!(marked, "A9");
    }
}
