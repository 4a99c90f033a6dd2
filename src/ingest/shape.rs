//! How an artifact's bytes are cut: enough of a look at its first bytes to choose a reader, by magic first and by the
//! file's extension second. What the content *is* to a standard is the work of `detect`.
//!
//! In: the first bytes and the extension. Out: a [`Shape`]. No I/O.

/// How the bytes of an artifact are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// Nothing was read.
    Unread,
    /// HL7 v2: cut at message headers, batch lines and MLLP frames.
    Hl7v2,
    /// One JSON value on each line.
    Ndjson,
    /// The whole is one unit.
    Whole,
    /// A zip archive.
    Zip,
    /// A gzip stream.
    Gzip,
    /// A tar archive.
    Tar,
}

/// MLLP start block.
pub const VT: u8 = 0x0B;
/// MLLP end block.
pub const FS: u8 = 0x1C;

impl Shape {
    /// The shape of content that starts with `head`, in a file with this extension (lower case, no dot).
    pub fn of(head: &[u8], extension: &str) -> Shape {
        if let Some(shape) = archive(head, extension) {
            return shape;
        }
        let text = trim_start(head);
        if header(text).is_some() {
            return Shape::Hl7v2;
        }
        if is_foreign(head) {
            return Shape::Whole;
        }
        match text.first() {
            Some(b'<') => return Shape::Whole,
            Some(b'{' | b'[') => return json(text, extension),
            _ if text.starts_with(b"UNA") || text.starts_with(b"UNB") => return Shape::Whole,
            _ => {}
        }
        if has_header_line(head) || like_segment(head, extension) || is_hl7_extension(extension) {
            return Shape::Hl7v2;
        }
        if is_ndjson_extension(extension) { Shape::Ndjson } else { Shape::Whole }
    }

    /// Whether it holds entries rather than content.
    pub fn is_archive(self) -> bool {
        matches!(self, Shape::Zip | Shape::Gzip | Shape::Tar)
    }
}

/// A line that starts something in an HL7 v2 file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Header {
    Msh,
    Fhs,
    Bhs,
    Bts,
    Fts,
}

/// What header `line` starts with. `MSH` counts whatever follows, so that a damaged header still is one; in other
/// letter case, and for the batch lines, a fourth byte that no word has is asked for.
pub(crate) fn header(line: &[u8]) -> Option<Header> {
    let id = line.first_chunk::<3>()?;
    let apart = line.get(3).is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b' ');
    match id {
        b"MSH" => Some(Header::Msh),
        _ if !apart => None,
        b"FHS" => Some(Header::Fhs),
        b"BHS" => Some(Header::Bhs),
        b"BTS" => Some(Header::Bts),
        b"FTS" => Some(Header::Fts),
        _ if id.eq_ignore_ascii_case(b"MSH") => Some(Header::Msh),
        _ => None,
    }
}

/// `head` without a UTF-8 byte order mark, blanks, line ends and an MLLP start block.
pub(crate) fn trim_start(head: &[u8]) -> &[u8] {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n' | &VT);
    let start = head.iter().position(|b| !blank(b)).unwrap_or(head.len());
    &head[start..]
}

/// Whether the first line looks like an HL7 v2 segment although no header was seen.
pub(crate) fn like_segment(head: &[u8], extension: &str) -> bool {
    let text = trim_start(head);
    let Some((id, rest)) = text.split_first_chunk::<3>() else { return false };
    let Some(separator) = rest.first() else { return false };
    let named = id[0].is_ascii_uppercase() && id.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let known = COMMON_SEGMENTS.contains(id) && *separator == b'|';
    named && separator.is_ascii_punctuation() && (known || is_hl7_extension(extension))
}

/// Segments that a message cut off from its header commonly starts with.
const COMMON_SEGMENTS: &[[u8; 3]] = &[
    *b"EVN", *b"PID", *b"PD1", *b"NK1", *b"PV1", *b"PV2", *b"MRG", *b"MSA", *b"ERR", *b"ORC", *b"OBR", *b"OBX",
    *b"NTE", *b"SCH", *b"RGS", *b"AIS", *b"AIG", *b"AIL", *b"AIP", *b"TXA", *b"AL1", *b"DG1", *b"PR1", *b"QRD",
    *b"QPD", *b"MFI",
];

/// Whether frames stand in what was seen so far.
pub(crate) fn has_frame(head: &[u8]) -> bool {
    memchr::memchr_iter(VT, head).any(|at| header(&head[at + 1..]).is_some())
        || trim_start_keeping_frames(head).first() == Some(&VT)
}

fn trim_start_keeping_frames(head: &[u8]) -> &[u8] {
    let start = head.iter().position(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n')).unwrap_or(head.len());
    &head[start..]
}

/// Whether any line of `head` starts a message.
fn has_header_line(head: &[u8]) -> bool {
    memchr::memmem::find_iter(head, b"MSH").any(|at| {
        let starts_line = at == 0 || matches!(head[at - 1], b'\r' | b'\n' | VT);
        let apart = head.get(at + 3).is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b' ');
        starts_line && apart
    })
}

fn archive(head: &[u8], extension: &str) -> Option<Shape> {
    if head.starts_with(&[0x1F, 0x8B]) {
        return Some(Shape::Gzip);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Some(if is_office(head) { Shape::Whole } else { Shape::Zip });
    }
    is_tar(head, extension).then_some(Shape::Tar)
}

/// Whether a zip is an office document, book or program: one thing, not a folder of messages. Told by its first entry.
pub fn is_office(head: &[u8]) -> bool {
    let name = head.get(30..).unwrap_or_default();
    [&b"[Content_Types].xml"[..], b"mimetype", b"META-INF/", b"_rels/"].iter().any(|first| name.starts_with(first))
}

/// Whether `head` starts a tar archive: by its mark, or by a right checksum where the old format has no mark.
pub(crate) fn is_tar(head: &[u8], extension: &str) -> bool {
    let Some(header) = head.first_chunk::<512>() else { return false };
    &header[257..262] == b"ustar" || (extension == "tar" && crate::archive::checksum_is_right(header))
}

/// Content of a known kind that is never cut and in which message headers must not be looked for.
fn is_foreign(head: &[u8]) -> bool {
    let magic: [&[u8]; 12] = [
        b"%PDF-",
        b"\xFF\xFE",
        b"\xFE\xFF",
        b"{\\rtf",
        b"\x89PNG",
        b"\xFF\xD8\xFF",
        b"BZh",
        b"\xFD7zXZ\0",
        b"7z\xBC\xAF\x27\x1C",
        b"\x28\xB5\x2F\xFD",
        b"Rar!",
        b"\x7FELF",
    ];
    let utf_16 = head.len() >= 4 && (head[0] == 0) != (head[1] == 0) && (head[0] == 0) == (head[2] == 0);
    magic.iter().any(|start| head.starts_with(start)) || head.get(128..132) == Some(b"DICM") || utf_16
}

fn is_hl7_extension(extension: &str) -> bool {
    matches!(extension, "hl7" | "hl7v2" | "er7" | "mllp")
}

fn is_ndjson_extension(extension: &str) -> bool {
    matches!(extension, "ndjson" | "jsonl")
}

/// JSON in one piece, or one value on each line: by extension unless the first line stops at its bracket, else when the
/// first line is a complete object and the next starts another.
fn json(text: &[u8], extension: &str) -> Shape {
    let mut lines = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    if is_ndjson_extension(extension) {
        return if first.len() > 1 { Shape::Ndjson } else { Shape::Whole };
    }
    let second_starts_an_object = lines.next().is_some_and(|line| line.first() == Some(&b'{'));
    if second_starts_an_object && is_complete_object(first) { Shape::Ndjson } else { Shape::Whole }
}

/// Whether brackets close exactly at the end of `line`, strings and escapes understood.
fn is_complete_object(line: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0u32, false, false);
    for (at, byte) in line.iter().enumerate() {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_string = false,
            (true, _) => {}
            (false, b'"') => in_string = true,
            (false, b'{' | b'[') => depth += 1,
            (false, b'}' | b']') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return line.first() == Some(&b'{') && at + 1 == line.len();
                }
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magic_wins_over_the_extension() {
        assert_eq!(Shape::of(b"PK\x03\x04\x14\0\0\0\0\0", "json"), Shape::Zip);
        assert_eq!(Shape::of(b"\x1F\x8B\x08\0", "ndjson"), Shape::Gzip);
        assert_eq!(Shape::of(b"%PDF-1.7", "hl7"), Shape::Whole);
        assert_eq!(Shape::of(b"\xFF\xFEM\0S\0H\0", "hl7"), Shape::Whole);
        assert_eq!(Shape::of(b"M\0S\0H\0|\0", "hl7"), Shape::Whole);
        assert_eq!(Shape::of(b"<html>", "ndjson"), Shape::Whole);
    }

    #[test]
    fn damaged_headers_are_still_hl7() {
        for head in
            ["MSH", "MSH|", "MSH\r^~\\&\r", "MSHABCDE", "MSH1234516171", "msh|^~\\&|A", "\u{FEFF}MSH|", "\r\n MSH|"]
        {
            assert_eq!(Shape::of(head.as_bytes(), ""), Shape::Hl7v2, "{head:?}");
        }
        assert_eq!(Shape::of(b"MSH\0^~\\&\0A", ""), Shape::Hl7v2);
        assert_eq!(Shape::of(b"PID|1||X", ""), Shape::Hl7v2);
        assert_eq!(Shape::of(b"Exported today\r\nMSH|^~\\&|", "txt"), Shape::Hl7v2);
        assert_eq!(Shape::of(b"the MSH segment\n", "txt"), Shape::Whole);
        assert_eq!(Shape::of(b"\x0B\x1C\r", ""), Shape::Whole);
        assert_eq!(Shape::of(b"xxxx", "mllp"), Shape::Hl7v2);
    }

    #[test]
    fn lines_of_json_are_told_from_one_value() {
        assert_eq!(Shape::of(b"{\"a\":\"}\\\"{\"}\n{\"b\":1}\n", "txt"), Shape::Ndjson);
        assert_eq!(Shape::of(b"{\n{\n", "txt"), Shape::Whole);
        assert_eq!(Shape::of(b"{\"a\":1}\n", "txt"), Shape::Whole);
        assert_eq!(Shape::of(b"{\"a\":1}\n", "ndjson"), Shape::Ndjson);
        assert_eq!(Shape::of(b"{\n \"a\":1}\n", "ndjson"), Shape::Whole);
    }
}
