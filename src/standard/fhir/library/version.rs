//! Versions of definitions, and which of several is meant.
//!
//! In: versions as publishers write them: `4.0.1`, `2.5.0-beta.2`, `2018-08-12`. Out: which is newer, and whether one is
//! asked for by `4.0` or `4.0.x`. It follows semantic versioning as far as they do.

use std::cmp::Ordering;

/// A canonical and the version after its bar.
pub(super) fn split(canonical: &str) -> (&str, Option<&str>) {
    match canonical.split_once('|') {
        Some((url, version)) if !version.is_empty() => (url, Some(version)),
        Some((url, _)) => (url, None),
        None => (canonical, None),
    }
}

/// Which is newer. Numbers compare as numbers, the rest as text; `1.0.0-beta` is before `1.0.0`; none is before any.
pub(super) fn compare(one: &str, other: &str) -> Ordering {
    let (one, one_before) = release_of(one);
    let (other, other_before) = release_of(other);
    parts(one, other).then_with(|| match (one_before, other_before) {
        ("", "") => Ordering::Equal,
        ("", _) => Ordering::Greater,
        (_, "") => Ordering::Less,
        (one, other) => parts(one, other),
    })
}

/// `1.0.0-beta` is `1.0.0` and `beta`. A date is one thing.
fn release_of(version: &str) -> (&str, &str) {
    let version = version.split('+').next().unwrap_or_default();
    match version.split_once('-') {
        Some((release, before)) if release.contains('.') => (release, before),
        _ => (version, ""),
    }
}

fn parts(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one.split(['.', '-']), other.split(['.', '-']));
    loop {
        let order = match (one.next(), other.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(one), Some(other)) => match (one.parse::<u64>(), other.parse::<u64>()) {
                (Ok(one), Ok(other)) => one.cmp(&other),
                _ => one.cmp(other),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Whether `held` is what `asked` asks for without being it to the letter: `4.0` or `4.0.x` asks for any `4.0.1`.
pub(super) fn answers(held: &str, asked: &str) -> bool {
    let asked = asked.strip_suffix(".x").unwrap_or(asked);
    // A full version means itself only.
    if asked.is_empty() || asked.split('.').count() > 2 {
        return false;
    }
    held.strip_prefix(asked).is_some_and(|rest| rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_versions_are_known_by_their_numbers() {
        let newer = [("4.0.1", "4.0.0"), ("10.0.0", "9.1"), ("2.0.0", "2.0.0-beta"), ("2.0.0-beta.11", "2.0.0-beta.2")];
        for (newer, older) in newer {
            assert_eq!(compare(newer, older), Ordering::Greater, "{newer} against {older}");
            assert_eq!(compare(older, newer), Ordering::Less, "{older} against {newer}");
        }
        assert_eq!(compare("2018-08-12", "2018-08-12"), Ordering::Equal);
        assert_eq!(compare("2019-01-01", "2018-08-12"), Ordering::Greater);
        assert_eq!(compare("", "0.1"), Ordering::Less);
    }

    #[test]
    fn a_short_version_asks_for_any_that_starts_with_it() {
        assert!(answers("4.0.1", "4.0"));
        assert!(answers("4.0.1", "4.0.x"));
        assert!(answers("4.0.1", "4"));
        assert!(!answers("4.0.1", "4.0.0"));
        assert!(!answers("40.0.1", "4"));
        assert!(!answers("4.1.0", "4.0"));
    }

    #[test]
    fn a_canonical_parts_at_its_bar() {
        assert_eq!(split("http://x|1.0"), ("http://x", Some("1.0")));
        assert_eq!(split("http://x|"), ("http://x", None));
        assert_eq!(split("http://x"), ("http://x", None));
    }
}
