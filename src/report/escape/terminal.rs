//! Text for a terminal: nothing in it moves the cursor, sets a title, writes the clipboard or makes a link.

use super::visible;
use std::borrow::Cow;

/// Our own prose, or a described value: hidden characters become `\u{…}`.
pub fn text(text: &str) -> Cow<'_, str> {
    visible::visible(text)
}

/// The name of a file or archive entry: as [`text`], angle brackets too (terminal logs are pasted into web pages), and
/// no longer than [`visible::NAME_LIMIT`] characters.
pub fn name(name: &str) -> Cow<'_, str> {
    if !name.contains(|c| visible::is_hidden(c) || matches!(c, '<' | '>')) {
        return visible::cut(name, visible::NAME_LIMIT);
    }
    let mut out = String::with_capacity(name.len() + 16);
    for c in visible::cut(name, visible::NAME_LIMIT).chars() {
        match c {
            '<' | '>' => out.extend(c.escape_unicode()),
            _ => visible::push(&mut out, c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::escape::hostile;

    #[test]
    fn no_control_reaches_the_terminal() {
        for hostile in hostile::TEXTS {
            for shown in [text(hostile), name(hostile)] {
                assert!(!shown.contains(visible::is_hidden), "{hostile:?}");
            }
            assert!(!name(hostile).contains('<'));
        }
    }

    #[test]
    fn a_long_name_is_cut() {
        assert_eq!(name(&"a".repeat(5000)).chars().count(), visible::NAME_LIMIT + 1);
    }

    #[test]
    fn an_ordinary_name_stands() {
        assert_eq!(name("feeds/2026-03/adt 01.hl7"), "feeds/2026-03/adt 01.hl7");
    }
}
