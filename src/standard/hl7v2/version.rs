//! The HL7 v2 versions we hold definitions of. In: the text of MSH-12.1. Out: a version, exact or nearest.

use std::fmt;

/// A version of HL7 v2, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// 2.3
    V23,
    /// 2.3.1
    V231,
    /// 2.4
    V24,
    /// 2.5
    V25,
    /// 2.5.1
    V251,
}

impl Version {
    /// Every version, oldest first.
    pub const ALL: [Self; 5] = [Self::V23, Self::V231, Self::V24, Self::V25, Self::V251];

    /// The version MSH-12.1 writes as `text`, when we hold its definitions.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.as_str() == text)
    }

    /// The version whose definitions serve best for `text`: itself, else the newest one before it, else the oldest.
    ///
    /// `None` when `text` is not a version of HL7 v2 at all (`2`, then numbers, joined by dots).
    pub fn nearest(text: &str) -> Option<Self> {
        if let Some(exact) = Self::parse(text) {
            return Some(exact);
        }
        let wanted = numbers(text)?;
        let known = |version: &Self| numbers(version.as_str()).is_some_and(|known| known <= wanted);
        Some(Self::ALL.into_iter().rev().find(known).unwrap_or(Self::V23))
    }

    /// Whether `text` is a later version than any we hold; it may define more than our newest does.
    pub fn is_later(text: &str) -> bool {
        numbers(text).is_some_and(|wanted| numbers(Self::V251.as_str()).is_some_and(|newest| newest < wanted))
    }

    /// As MSH-12.1 writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V23 => "2.3",
            Self::V231 => "2.3.1",
            Self::V24 => "2.4",
            Self::V25 => "2.5",
            Self::V251 => "2.5.1",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `2.5.1` as `[5, 1]`; `None` unless it is version 2 in at most four short numbers.
fn numbers(text: &str) -> Option<[u8; 3]> {
    let mut parts = text.split('.');
    if parts.next()? != "2" {
        return None;
    }
    let mut found = [0; 3];
    for (at, part) in parts.enumerate() {
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *found.get_mut(at)? = part.parse().ok()?;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn a_version_is_what_the_header_says() {
        for version in Version::ALL {
            assert_eq!(Version::parse(version.as_str()), Some(version));
            assert_eq!(Version::nearest(version.as_str()), Some(version));
        }
        assert_eq!(Version::parse("2.40"), None);
        assert!(Version::V231 < Version::V24);
    }

    #[test]
    fn an_unknown_version_falls_back_to_the_one_before() {
        assert_eq!(Version::nearest("2.8.2"), Some(Version::V251));
        assert_eq!(Version::nearest("2.4.1"), Some(Version::V24));
        assert_eq!(Version::nearest("2.1"), Some(Version::V23));
        assert_eq!(Version::nearest("2"), Some(Version::V23));
    }

    #[test]
    fn a_later_version_is_told() {
        for later in ["2.5.2", "2.6", "2.8.2", "2.10"] {
            assert!(Version::is_later(later), "{later}");
        }
        for held in ["2.1", "2.4", "2.4.1", "2.5.1", "", "3.0"] {
            assert!(!Version::is_later(held), "{held}");
        }
    }

    #[test]
    fn what_is_no_version_has_none() {
        for text in ["", "3.0", "2.x", "2.", "2.+4", "2.4.1.1.1", "2.999", " 2.4"] {
            assert_eq!(Version::nearest(text), None, "{text:?}");
        }
    }
}
