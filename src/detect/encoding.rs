//! How characters are stored.
//!
//! In: the first bytes. Out: an encoding, told by marks and by the pattern of NULs; never by what is declared.

use std::borrow::Cow;

/// How characters are stored, as far as the bytes show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// Nothing above 7F.
    Ascii,
    /// UTF-8 beyond ASCII, without a mark.
    Utf8,
    /// UTF-8 with a byte order mark.
    Utf8Marked,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Eight-bit text that is not UTF-8, such as ISO 8859-1 or Windows-1252.
    EightBit,
    /// Not text.
    Binary,
}

impl Encoding {
    /// The encoding of what starts with `head`. A character cut at the end of `head` is no fault.
    pub fn of(head: &[u8]) -> Self {
        if head.starts_with(b"\xEF\xBB\xBF") {
            return Encoding::Utf8Marked;
        }
        if head.starts_with(b"\xFF\xFE") {
            return Encoding::Utf16Le;
        }
        if head.starts_with(b"\xFE\xFF") {
            return Encoding::Utf16Be;
        }
        match head {
            [a, 0, b, 0, ..] if *a != 0 && *b != 0 => return Encoding::Utf16Le,
            [0, a, 0, b, ..] if *a != 0 && *b != 0 => return Encoding::Utf16Be,
            _ => {}
        }
        if head.iter().any(|b| matches!(b, 0..=8 | 0x0E..=0x1A)) {
            return Encoding::Binary;
        }
        match std::str::from_utf8(head) {
            _ if head.is_ascii() => Encoding::Ascii,
            Ok(_) => Encoding::Utf8,
            Err(error) if error.error_len().is_none() => Encoding::Utf8,
            Err(_) => Encoding::EightBit,
        }
    }

    /// The name for reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Encoding::Ascii => "ASCII",
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf8Marked => "UTF-8 with a byte order mark",
            Encoding::Utf16Le => "UTF-16LE",
            Encoding::Utf16Be => "UTF-16BE",
            Encoding::EightBit => "an eight-bit encoding that is not UTF-8",
            Encoding::Binary => "binary",
        }
    }

    pub(super) fn reason(self) -> Option<&'static str> {
        match self {
            Encoding::Utf8Marked => Some("starts with a UTF-8 byte order mark"),
            Encoding::Utf16Le => Some("the encoding is UTF-16, low byte first"),
            Encoding::Utf16Be => Some("the encoding is UTF-16, high byte first"),
            Encoding::EightBit => Some("holds bytes that are not UTF-8"),
            _ => None,
        }
    }

    /// `head` as bytes in which ASCII characters can be looked for: without a mark, and UTF-16 narrowed.
    pub(super) fn decoded(self, head: &[u8]) -> Cow<'_, [u8]> {
        let narrow = |head: &[u8], low: usize| -> Vec<u8> {
            head.chunks_exact(2).map(|pair| if pair[1 - low] == 0 { pair[low] } else { b'?' }).collect()
        };
        match self {
            Encoding::Utf8Marked => Cow::Borrowed(&head[3..]),
            Encoding::Utf16Le => Cow::Owned(narrow(head.strip_prefix(b"\xFF\xFE").unwrap_or(head), 0)),
            Encoding::Utf16Be => Cow::Owned(narrow(head.strip_prefix(b"\xFE\xFF").unwrap_or(head), 1)),
            _ => Cow::Borrowed(head),
        }
    }
}
