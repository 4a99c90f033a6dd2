//! Characters that act or hide instead of showing: made visible as `\u{…}`. The base of the other rooms.

use std::borrow::Cow;

/// The most characters of one hostile name or value that any sink for people shows; longer ones end in `…`.
pub const NAME_LIMIT: usize = 200;

/// Whether `c` acts on a screen, reorders its neighbours, or shows nothing: controls (C0, DEL, C1), line and paragraph
/// separators, bidirectional marks and overrides (CVE-2021-42574), zero-width and tag characters, non-characters.
pub fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// `text` with every hidden character as `\u{hex}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        push(&mut out, c);
    }
    Cow::Owned(out)
}

/// Adds `c` to `out`, as `\u{hex}` when it is hidden.
pub fn push(out: &mut String, c: char) {
    if is_hidden(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
}

/// At most `limit` characters of `text`, then `…` when some were cut.
pub fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        None => Cow::Borrowed(text),
        Some((at, _)) => Cow::Owned(format!("{}…", &text[..at])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::escape::hostile;

    #[test]
    fn nothing_hidden_survives() {
        for text in hostile::TEXTS {
            assert!(!visible(text).contains(is_hidden), "{text:?}");
        }
    }

    #[test]
    fn plain_text_is_untouched_and_not_copied() {
        assert!(matches!(visible("Ward 9, naïve £5 – 日本"), Cow::Borrowed(_)));
    }

    #[test]
    fn hidden_characters_are_named() {
        assert_eq!(visible("a\u{1b}[2Jb\n\u{202e}"), "a\\u{1b}[2Jb\\u{a}\\u{202e}");
    }

    #[test]
    fn cutting_counts_characters() {
        assert_eq!(cut("ééé", 2), "éé…");
        assert_eq!(cut("ééé", 3), "ééé");
    }
}
