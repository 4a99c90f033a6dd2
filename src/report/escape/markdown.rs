//! Text for Markdown as code hosts render it: no link, image, mention, markup or table cell of the text's own making.

use super::visible;

/// Our own prose or a standard pack's: every character that Markdown could act on is escaped.
pub fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            // A bare address would become a link.
            ':' if out.ends_with("http") || out.ends_with("https") => out.push_str("&#58;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '!' | '|' | '~' => {
                out.push('\\');
                out.push(c);
            }
            _ => visible::push(&mut out, c),
        }
    }
    out
}

/// The name of a file or archive entry as a code span: in one, nothing is acted on; what could end it, or a naive
/// reader could take for a link or markup, is shown as `\u{…}`.
pub fn code(name: &str) -> String {
    let mut out = String::from("`");
    for c in visible::cut(name, visible::NAME_LIMIT).chars() {
        match c {
            '`' | '|' | '<' | '>' | '[' | ']' => out.extend(c.escape_unicode()),
            _ => visible::push(&mut out, c),
        }
    }
    // A code span cannot be empty, and one that ends in a backslash reads badly but is sound.
    if out.len() == 1 {
        out.push(' ');
    }
    out.push('`');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::escape::hostile;

    #[test]
    fn a_code_span_holds_nothing_that_ends_it() {
        for text in hostile::TEXTS {
            let span = code(text);
            let inside = &span[1..span.len() - 1];
            assert!(!inside.contains(['`', '|', '<', '[', ']']) && !inside.contains(visible::is_hidden), "{span}");
        }
    }

    #[test]
    fn prose_makes_no_link_image_markup_or_mention() {
        for text in hostile::TEXTS {
            let shown = prose(text);
            assert!(!shown.contains(['<', '@']) && !shown.contains("](") && !shown.contains("http:"), "{shown}");
            assert!(!shown.contains(visible::is_hidden));
        }
        assert_eq!(prose("a | b [c](d)"), "a \\| b \\[c\\]\\(d\\)");
    }
}
