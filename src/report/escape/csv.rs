//! Text for a spreadsheet cell: it never starts a formula (CWE-1236). The CSV writer quotes.

use super::visible;
use std::borrow::Cow;

/// One cell: an apostrophe before what a spreadsheet would compute, hidden characters as `\u{…}`.
pub fn cell(text: &str) -> Cow<'_, str> {
    let computes =
        text.starts_with(['\t', '\r']) || text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let shown = visible::visible(text);
    if computes { Cow::Owned(format!("'{shown}")) } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::escape::hostile;

    #[test]
    fn no_cell_starts_a_formula() {
        for text in
            hostile::TEXTS.iter().chain(&["=1", " =1", "\u{a0}=1", "-1", "+1", "@x", "\tx", "\rx", "\n=1", "＝1"])
        {
            let cell = cell(text);
            let first = cell.trim_start().chars().next().unwrap();
            assert!(!"=+-@＝＋－＠\t\r".contains(first), "{text:?} gives {cell:?}");
        }
    }

    #[test]
    fn ordinary_text_stands() {
        assert_eq!(cell("PID-3 = NHS number"), "PID-3 = NHS number");
    }
}
