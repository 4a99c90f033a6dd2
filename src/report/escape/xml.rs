//! Text for XML 1.0: the writer quotes markup; what XML cannot carry at all becomes U+FFFD.

use super::visible;
use std::borrow::Cow;

/// Whether XML 1.0 section 2.2 lets a document hold `c`, even as a reference.
fn carried(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Text for an element or attribute, on one line: forbidden characters as U+FFFD, other hidden ones as `\u{…}`.
/// The XML writer must still escape `<`, `>`, `&` and quotes.
pub fn text(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| !carried(c) || visible::is_hidden(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if carried(c) { visible::push(&mut out, c) } else { out.push(char::REPLACEMENT_CHARACTER) }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::escape::hostile;

    #[test]
    fn xml_can_carry_what_is_left() {
        for hostile in hostile::TEXTS {
            assert!(text(hostile).chars().all(|c| carried(c) && !visible::is_hidden(c)), "{hostile:?}");
        }
        assert_eq!(text("a\u{0}b\u{fffe}\nc"), "a\u{fffd}b\u{fffd}\\u{a}c");
    }
}
