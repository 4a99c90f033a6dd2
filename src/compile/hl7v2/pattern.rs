//! Message patterns: `*`, `ADT`, `ADT^A40`, and `!ORU` for all but those.

use crate::check::KindKey;

/// Which messages something speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    kind: Option<[u8; 3]>,
    event: Option<[u8; 3]>,
    /// Written with `!`: these messages are left out.
    excludes: bool,
}

impl Pattern {
    /// Reads a pattern; the error says what is allowed.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (positive, excludes) = text.strip_prefix('!').map_or((text, false), |rest| (rest, true));
        let three = |part: &str| -> Result<Option<[u8; 3]>, String> {
            if part == "*" {
                return Ok(None);
            }
            let plain = part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
            <[u8; 3]>::try_from(part.as_bytes())
                .ok()
                .filter(|_| plain)
                .map(Some)
                .ok_or_else(|| format!("{text} is no message pattern; write *, ADT, ADT^A40 or !ORU"))
        };
        let mut parts = positive.splitn(2, '^');
        let kind = three(parts.next().unwrap_or_default())?;
        let event = parts.next().map_or(Ok(None), three)?;
        Ok(Self { kind, event, excludes })
    }

    /// Whether `key` is of the kind it names, left out or not.
    fn matches(self, key: &KindKey) -> bool {
        self.kind.is_none_or(|kind| kind == key.kind) && self.event.is_none_or(|event| event == key.event)
    }
}

/// Whether `key` is one of `patterns`: named by one, or by none where all only leave out, and left out by none.
pub(super) fn any(patterns: &[Pattern], key: &KindKey) -> bool {
    let left_out = patterns.iter().any(|pattern| pattern.excludes && pattern.matches(key));
    let mut naming = patterns.iter().filter(|pattern| !pattern.excludes).peekable();
    !left_out && (naming.peek().is_none() || naming.any(|pattern| pattern.matches(key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standard::hl7v2::Version;

    fn says(texts: &[&str], kind: [u8; 3], event: [u8; 3]) -> bool {
        let patterns: Vec<_> = texts.iter().map(|text| Pattern::parse(text).expect("a pattern")).collect();
        any(&patterns, &KindKey { version: Version::V24, kind, event, structure: None })
    }

    #[test]
    fn patterns_name_and_leave_out() {
        assert!(says(&[], *b"ADT", *b"A01") && says(&["*"], *b"ADT", *b"A01"));
        assert!(says(&["ADT"], *b"ADT", *b"A01") && !says(&["ADT^A40"], *b"ADT", *b"A01"));
        assert!(says(&["!ORU"], *b"ADT", *b"A01") && !says(&["!ORU"], *b"ORU", *b"R01"));
        assert!(!says(&["ADT", "!ADT^A40"], *b"ADT", *b"A40") && says(&["ADT", "!ADT^A40"], *b"ADT", *b"A01"));
        for bad in ["adt", "ADT^", "!", "ADTX", ""] {
            assert!(Pattern::parse(bad).is_err(), "{bad}");
        }
    }
}
