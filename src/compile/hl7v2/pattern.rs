//! Message patterns: `*`, `ADT`, `ADT^A40`.

use crate::check::KindKey;

/// Which messages something speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    kind: Option<[u8; 3]>,
    event: Option<[u8; 3]>,
}

impl Pattern {
    /// Reads a pattern; the error says what is allowed.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let three = |part: &str| -> Result<Option<[u8; 3]>, String> {
            if part == "*" {
                return Ok(None);
            }
            let plain = part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
            <[u8; 3]>::try_from(part.as_bytes())
                .ok()
                .filter(|_| plain)
                .map(Some)
                .ok_or_else(|| format!("{text} is no message pattern; write *, ADT or ADT^A40"))
        };
        let mut parts = text.splitn(2, '^');
        let kind = three(parts.next().unwrap_or_default())?;
        let event = parts.next().map_or(Ok(None), three)?;
        Ok(Self { kind, event })
    }

    /// Whether `key` is one of them.
    pub(super) fn matches(self, key: &KindKey) -> bool {
        self.kind.is_none_or(|kind| kind == key.kind) && self.event.is_none_or(|event| event == key.event)
    }
}

/// Whether `key` is one of `patterns`; no patterns means every message.
pub(super) fn any(patterns: &[Pattern], key: &KindKey) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(key))
}
