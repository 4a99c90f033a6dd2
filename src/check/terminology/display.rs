//! Whether two displays are the same to a reader.

/// Whether `known`, a published display, and `shown`, an instance's, differ at most in case and in blanks.
pub(super) fn same(known: &str, shown: &str) -> bool {
    known == shown || known.split_whitespace().map(folded).eq(shown.split_whitespace().map(folded))
}

fn folded(word: &str) -> String {
    word.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn case_and_blanks_do_not_matter_words_do() {
        assert!(same("Married", "married"));
        assert!(same("Never Married", " never  married "));
        assert!(!same("Never Married", "NeverMarried"));
        assert!(!same("Married", "Single"));
    }
}
