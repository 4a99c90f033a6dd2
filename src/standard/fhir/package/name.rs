//! Names and versions of packages (FHIR package specification; npm's names without scopes).
//!
//! In: text a user typed or a manifest holds. Out: whether it can name a package, and which of two versions is newer.
//! Both become parts of paths and of addresses, so the grammar is an allowlist.

use super::PackageError;
use crate::archive::unsafe_path;
use std::cmp::Ordering;
use std::fmt;

/// Longest name; the longest published has 60 characters.
const NAME_CHARS: usize = 128;
/// Longest version.
const VERSION_CHARS: usize = 64;

/// A package by name and version. The version may be exact (`4.0.1`) or, in a dependency, open (`4.0.x`, `latest`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pinned {
    /// `fhir.r4.ukcore.stu1`
    pub name: String,
    /// `0.5.1`
    pub version: String,
}

impl Pinned {
    /// A name and a version, when both are such.
    pub fn new(name: &str, version: &str) -> Option<Self> {
        let fits = is_name(name) && is_version(version);
        fits.then(|| Self { name: name.to_owned(), version: version.to_owned() })
    }

    /// Reads `NAME@VERSION` or `NAME#VERSION`.
    ///
    /// # Errors
    /// When it is not of that form.
    pub fn parse(text: &str) -> Result<Self, PackageError> {
        let wrong = |message: &str, help: String| Err(PackageError::new(text, message).help(help));
        let Some((name, version)) = text.split_once(['@', '#']) else {
            let help = format!("Name a version too, for example {}@1.0.0.", super::error::shown(text));
            return wrong("a package is named with its version, NAME@VERSION", help);
        };
        match Self::new(name, version) {
            Some(pinned) => Ok(pinned),
            None => wrong(
                "this is no package name and version",
                "A name has letters, digits, dots, hyphens and underscores; a version is like 1.2.3 or 1.2.3-beta."
                    .to_owned(),
            ),
        }
    }

    /// Whether it names one version and no other.
    pub fn is_exact(&self) -> bool {
        is_exact(&self.version)
    }

    /// Whether `version` is one that this may mean.
    pub fn accepts(&self, version: &str) -> bool {
        match self.version.as_str() {
            "latest" => !version.contains('-'),
            open if !is_exact(open) => {
                // `4.0.x` and `4.0.*` mean every 4.0 that is no preview.
                let prefix = open.trim_end_matches(['x', 'X', '*']);
                version.starts_with(prefix) && !version.contains('-')
            }
            exact => exact == version,
        }
    }
}

impl fmt::Display for Pinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

/// Whether `version` names one version and no other.
fn is_exact(version: &str) -> bool {
    version != "latest" && !version.split('.').any(|part| matches!(part, "x" | "X" | "*"))
}

/// Whether `text` can name a package: it starts with a letter or digit, and no part of it leads anywhere.
pub(super) fn is_name(text: &str) -> bool {
    is_word(text, NAME_CHARS, |b| matches!(b, b'.' | b'-' | b'_'))
}

/// Whether `text` can be a version.
pub(super) fn is_version(text: &str) -> bool {
    is_word(text, VERSION_CHARS, |b| matches!(b, b'.' | b'-' | b'_' | b'+' | b'$' | b'*'))
}

fn is_word(text: &str, most: usize, also: impl Fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= most
        && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last().is_some_and(|b| *b != b'.')
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || also(*b))
        && !text.contains("..")
        && unsafe_path(bytes).is_none()
}

/// Which of two versions is newer, by SemVer 2.0.0 section 11 as far as it applies: numbers by value, previews before
/// their release, build metadata last so that the order is total.
pub fn newer(a: &str, b: &str) -> Ordering {
    let cut = |text: &str| {
        let (core, build) = text.split_once('+').unwrap_or((text, ""));
        let (core, preview) = core.split_once('-').map_or((core, None), |(core, preview)| (core, Some(preview)));
        (core.to_owned(), preview.map(str::to_owned), build.to_owned())
    };
    let (a, b) = (cut(a), cut(b));
    parts(&a.0, &b.0)
        .then_with(|| match (&a.1, &b.1) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(a), Some(b)) => parts(a, b),
        })
        .then_with(|| a.2.cmp(&b.2))
}

fn parts(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        let (left, right) = (left.next(), right.next());
        let order = match (left, right) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(left), Some(right)) => match (left.parse::<u64>(), right.parse::<u64>()) {
                (Ok(left), Ok(right)) => left.cmp(&right),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => left.cmp(right),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_versions_are_an_allowlist() {
        for good in ["fhir.r4.ukcore.stu1@0.5.1", "hl7.fhir.test.verA#1.0.0", "a@2.0.0-beta.1+b", "x_y-z@current$main"]
        {
            assert!(Pinned::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "a",
            "@1",
            "a@",
            "../a@1",
            "a@..",
            "a@1/2",
            "a/b@1",
            "a@file:///etc",
            "a@^1.0",
            "nul@1",
            "a..b@1",
            ".a@1",
            "a@1\n",
            "a.@1",
            "@scope/a@1",
            "a@1@2",
        ] {
            assert!(Pinned::parse(bad).is_err(), "{bad}");
        }
        assert!(Pinned::parse(&format!("{}@1", "a".repeat(129))).is_err());
    }

    #[test]
    fn an_open_version_means_releases_with_its_beginning() {
        let open = Pinned::parse("a@4.0.x").expect("it is one");
        assert!(open.accepts("4.0.1") && !open.accepts("4.1.0") && !open.accepts("4.0.2-ballot") && !open.is_exact());
        let exact = Pinned::parse("a@4.0.1").expect("it is one");
        assert!(exact.accepts("4.0.1") && !exact.accepts("4.0.10") && exact.is_exact());
        assert!(Pinned::parse("a@latest").expect("it is one").accepts("9.9"));
    }

    #[test]
    fn newer_is_by_number_and_previews_come_first() {
        let mut all = ["1.10.0", "1.9.0", "1.10.0-beta.2", "1.10.0-beta.11", "1.10", "2.0.0-rc", "1.10.0+b"];
        all.sort_by(|a, b| newer(a, b));
        assert_eq!(all, ["1.9.0", "1.10", "1.10.0-beta.2", "1.10.0-beta.11", "1.10.0", "1.10.0+b", "2.0.0-rc"]);
    }
}
