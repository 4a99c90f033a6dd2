//! Whether a display is one that a code has, to a reader, in the languages that are wanted.

use crate::standard::fhir::Designation;

/// A display with its language, a BCP-47 tag; empty when nothing says which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) language: Box<str>,
    pub(super) text: Box<str>,
}

/// What is shown for a concept: its display, in `language`, then its designations in their own.
pub(super) fn shown<'c>(
    display: Option<&'c str>,
    language: &'c str,
    designations: &'c [Designation],
) -> impl Iterator<Item = Shown> + use<'c> {
    let own = display.map(|text| Shown { language: language.into(), text: text.into() });
    own.into_iter().chain(designations.iter().map(|one| Shown {
        language: one.language.as_deref().unwrap_or_default().into(),
        text: one.value.as_str().into(),
    }))
}

/// Whether `found` is one of `known`, of which the first is the system's own. Where languages are wanted, those in them
/// count; where there is none in them, the system's own does.
pub(super) fn is_right<'k>(found: &str, languages: &str, known: impl Iterator<Item = &'k Shown>) -> bool {
    let (mut wanted, mut right, mut first) = (false, false, None);
    for one in known {
        let same = same(&one.text, found);
        if languages.is_empty() {
            if same {
                return true;
            }
            continue;
        }
        first = first.or(Some(same));
        if languages.split(',').any(|tag| is_in(&one.language, tag.trim())) {
            wanted = true;
            right |= same;
        }
    }
    if wanted { right } else { first.unwrap_or(false) }
}

/// Whether a text in `language` is in the language of `tag`: the regions may differ. What does not say its language is in
/// English, as nearly everything published is.
fn is_in(language: &str, tag: &str) -> bool {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let own = if language.is_empty() { "en" } else { language };
    primary(own) == primary(tag)
}

/// Whether `known`, a published display, and `shown`, an instance's, differ at most in case and in blanks.
pub(super) fn same(known: &str, shown: &str) -> bool {
    known == shown || known.split_whitespace().map(folded).eq(shown.split_whitespace().map(folded))
}

fn folded(word: &str) -> String {
    word.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_blanks_do_not_matter_words_do() {
        assert!(same("Married", "married"));
        assert!(same("Never Married", " never  married "));
        assert!(!same("Never Married", "NeverMarried"));
        assert!(!same("Married", "Single"));
    }

    #[test]
    fn a_display_is_in_a_wanted_language_where_there_is_one() {
        let german = [Designation { language: Some("de".into()), value: "Kontaktperson".into() }];
        let known: Vec<Shown> = shown(Some("Next-of-Kin"), "", &german).collect();
        let right = |found: &str, languages: &str| is_right(found, languages, known.iter());
        assert!(right("Kontaktperson", "") && right("next-of-kin", ""));
        assert!(right("Kontaktperson", "de-CH") && right("Kontaktperson", "en, de"));
        assert!(!right("Kontaktperson", "en-GB") && !right("Next-of-Kin", "de"));
        assert!(right("Next-of-Kin", "fr") && !right("Kontaktperson", "fr"));
        assert!(!right("alt-display", "") && !right("alt-display", "fr"));
    }
}
