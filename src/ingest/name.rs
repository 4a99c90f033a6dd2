//! How a path or an entry's name may be shown.
//!
//! In: raw bytes of a name. Out: text safe for any sink that is line-based: no control, bidirectional or invisible
//! characters, no angle brackets, and no valid NHS number. Escaping for HTML, CSV and the like stays the sink's work.

use super::options::Names;

/// Longest name of one entry that is shown, in characters; a longer one is cut and says so.
const SHOWN_CHARS: usize = 255;

/// A path as an artifact id: forward slashes, escaped, masked.
pub(crate) fn shown(raw: &[u8], names: Names) -> String {
    let mut text = String::with_capacity(raw.len());
    for chunk in raw.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{{{byte:02x}}}"));
        }
    }
    if cfg!(windows) {
        text = text.replace('\\', "/");
    }
    if names == Names::Masked {
        text = masked(&text);
    }
    if !text.chars().any(is_unsafe) {
        return text;
    }
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) { safe.push_str(&format!("\\u{{{:x}}}", u32::from(c))) } else { safe.push(c) }
    }
    safe
}

/// As [`shown`], cut to a bearable length.
pub(crate) fn shown_entry(raw: &[u8], names: Names) -> String {
    let text = shown(raw, names);
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// Characters that could move the cursor, start a line, hide, turn the direction of text, or open a tag.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '<' | '>')
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

/// `text` with every valid NHS number as `##########`, written in one run or as 3-3-4.
fn masked(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out: Option<Vec<u8>> = None;
    let mut at = 0;
    while at < bytes.len() {
        let run = bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let hit = match run {
            10 => Some(10),
            3 => spaced(&bytes[at..]),
            _ => None,
        };
        match hit {
            Some(length) if is_nhs_number(&bytes[at..at + length]) => {
                let out = out.get_or_insert_with(|| bytes.to_vec());
                for b in &mut out[at..at + length] {
                    if b.is_ascii_digit() {
                        *b = b'#';
                    }
                }
                at += length;
            }
            _ => at += run.max(1),
        }
    }
    match out.map(String::from_utf8) {
        Some(Ok(masked)) => masked,
        // Only ASCII digits were replaced, so the bytes stay UTF-8; no number is shown if that ever fails.
        Some(Err(_)) => String::from("##########"),
        None => text.to_owned(),
    }
}

/// The length of `ddd-ddd-dddd` at the start of `bytes`, with one separator used twice.
fn spaced(bytes: &[u8]) -> Option<usize> {
    let digits = |range: std::ops::Range<usize>| bytes.get(range).is_some_and(|b| b.iter().all(u8::is_ascii_digit));
    let separator = *bytes.get(3)?;
    let fits = matches!(separator, b' ' | b'-' | b'_' | b'.')
        && digits(4..7)
        && bytes.get(7) == Some(&separator)
        && digits(8..12)
        && !bytes.get(12).is_some_and(u8::is_ascii_digit);
    fits.then_some(12)
}

/// Modulus 11 over the digits in `bytes` (NHS Data Dictionary, NHS NUMBER): weights 10 to 2, then the check digit.
fn is_nhs_number(bytes: &[u8]) -> bool {
    let digits = bytes.iter().filter(|b| b.is_ascii_digit()).map(|b| u32::from(b - b'0'));
    digits.zip((1..=10).rev()).map(|(digit, weight)| digit * weight).sum::<u32>() % 11 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_become_plain_text() {
        assert_eq!(shown(b"\x1b[2Ja\n::error::x.json", Names::Masked), "\\u{1b}[2Ja\\u{a}::error::x.json");
        assert_eq!(shown("gpj\u{202e}.exe".as_bytes(), Names::Masked), "gpj\\u{202e}.exe");
        assert_eq!(shown(b"\xff\xfea.json", Names::Masked), "\\x{ff}\\x{fe}a.json");
        assert_eq!(shown(b"<img src=x>.json", Names::Masked), "\\u{3c}img src=x\\u{3e}.json");
        assert_eq!(shown("Müller £.hl7".as_bytes(), Names::Masked), "Müller £.hl7");
    }

    #[test]
    fn only_valid_nhs_numbers_are_masked() {
        assert_eq!(shown(b"d/9990000018_x.json", Names::Masked), "d/##########_x.json");
        assert_eq!(shown(b"999 000 0018.hl7", Names::Masked), "### ### ####.hl7");
        assert_eq!(shown(b"9990000019.hl7", Names::Masked), "9990000019.hl7");
        assert_eq!(shown(b"20240101120000.hl7", Names::Masked), "20240101120000.hl7");
        assert_eq!(shown(b"9990000018.hl7", Names::Plain), "9990000018.hl7");
    }

    #[test]
    fn long_entry_names_are_cut_on_a_character() {
        let long = "é".repeat(400);
        let cut = shown_entry(long.as_bytes(), Names::Masked);
        assert_eq!(cut.chars().count(), SHOWN_CHARS + 1);
        assert!(cut.ends_with('…'));
    }
}
