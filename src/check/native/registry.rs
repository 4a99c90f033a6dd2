//! Every native check, by name.

use super::{Native, nhs_number};

/// In order of name, so that a name is found by bisection and lists come out sorted.
static ALL: &[Native] = &[nhs_number::NUMBER, nhs_number::FORMAT, nhs_number::PLACEHOLDER, nhs_number::TEST_RANGE];

/// Every native check, in order of name.
#[must_use]
pub fn all() -> &'static [Native] {
    ALL
}

/// The native check of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Native> {
    ALL.binary_search_by(|native| native.name.cmp(name)).ok().map(|at| &ALL[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_in_order() {
        for pair in ALL.windows(2) {
            assert!(pair[0].name < pair[1].name, "{} must come before {}", pair[1].name, pair[0].name);
        }
    }

    #[test]
    fn names_are_kebab_case() {
        for native in ALL {
            assert!(
                native.name.split('-').all(|word| {
                    !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
                }),
                "{} is not kebab-case",
                native.name
            );
        }
    }

    #[test]
    fn every_check_says_what_it_is_and_whence() {
        for native in ALL {
            assert!(!native.about.is_empty() && !native.source.is_empty(), "{} explains nothing", native.name);
            assert!(!native.about.ends_with('.'), "{}: about is a phrase, not a sentence", native.name);
        }
    }

    #[test]
    fn find_finds_each_and_nothing_else() {
        for native in ALL {
            assert_eq!(find(native.name).map(|found| found.name), Some(native.name));
        }
        assert!(find("nhs").is_none());
        assert!(find("").is_none());
    }

    #[test]
    fn nothing_passes_an_empty_value_that_a_rule_would_rely_on() {
        for native in ALL {
            let tolerant = matches!(native.name, "nhs-number-placeholder" | "nhs-number-test-range");
            assert_eq!((native.check)(b"").is_failed(), !tolerant, "{}", native.name);
        }
    }
}
