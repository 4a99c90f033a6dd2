//! Files told by their first bytes.
//!
//! In: the first bytes. Out: a notation and the reason, for kinds that need no further look.

use super::Syntax;
use crate::ingest::shape;

/// The kind that the marks in `head` name.
pub(super) fn of(head: &[u8]) -> Option<(Syntax, &'static str)> {
    if head.get(128..132) == Some(b"DICM") {
        return Some((Syntax::Dicom, "has the DICOM mark DICM at byte 128"));
    }
    if is_bare_dicom(head) {
        return Some((Syntax::Dicom, "starts with a DICOM data element and has no preamble"));
    }
    if head.starts_with(b"PK\x03\x04") && shape::is_office(head) {
        return Some((Syntax::Other, "is a zip that holds one office document or program, not messages"));
    }
    MARKS.iter().find(|(mark, ..)| head.starts_with(mark)).map(|(_, syntax, reason)| (*syntax, *reason))
}

const MARKS: &[(&[u8], Syntax, &str)] = &[
    (b"%PDF-", Syntax::Pdf, "is a PDF document, not a health message"),
    (b"PK\x03\x04", Syntax::Zip, "starts with the zip mark PK: an archive"),
    (b"PK\x05\x06", Syntax::Zip, "is an empty zip archive"),
    (b"\x1F\x8B", Syntax::Gzip, "starts with the gzip mark 1F 8B: compressed data"),
    (b"BZh", Syntax::Other, "is compressed with bzip2, which is not read"),
    (b"\xFD7zXZ\0", Syntax::Other, "is compressed with xz, which is not read"),
    (b"\x28\xB5\x2F\xFD", Syntax::Other, "is compressed with Zstandard, which is not read"),
    (b"7z\xBC\xAF\x27\x1C", Syntax::Other, "is a 7-Zip archive, which is not read"),
    (b"Rar!", Syntax::Other, "is a RAR archive, which is not read"),
    (b"{\\rtf", Syntax::Other, "is an RTF document, not a health message"),
    (b"\x89PNG", Syntax::Other, "is a PNG picture, not a health message"),
    (b"\xFF\xD8\xFF", Syntax::Other, "is a JPEG picture, not a health message"),
    (b"\x7FELF", Syntax::Other, "is a program, not a health message"),
    (b"\xD0\xCF\x11\xE0", Syntax::Other, "is an office document of the old kind, not a health message"),
    (b"SQLite format 3", Syntax::Other, "is a database, not a health message"),
];

/// A file that starts right at a data element of group 0002 or 0008: the tag, then a value representation or a length
/// that is small.
fn is_bare_dicom(head: &[u8]) -> bool {
    let Some([group, 0, element, 0, a, b, c, d]) = head.first_chunk::<8>() else { return false };
    let explicit = a.is_ascii_uppercase() && b.is_ascii_uppercase();
    let implicit = *b == 0 && *c == 0 && *d == 0 && *a > 0;
    matches!((group, element), (2, 0..=2) | (8, 0 | 5 | 8 | 0x12 | 0x16 | 0x18)) && (explicit || implicit)
}
