//! How the characters of a document are stored (XML 1.0, sections 2.2 and 4.3.3, appendix F).

use super::declaration;
use crate::parse::Faults;
use crate::span::Span;
use std::borrow::Cow;

/// What the bytes themselves say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// One byte for each ASCII character, with or without the mark of UTF-8.
    Narrow,
    Utf16Le(Mark),
    Utf16Be(Mark),
    Utf32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Present,
    Absent,
}

/// What an encoding declaration says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Declared {
    Nothing,
    Utf8,
    Ascii,
    Utf16,
    /// UTF-16 with its order of bytes.
    Utf16Ordered,
    Latin1,
    Windows1252,
    Other,
}

/// `bytes` as UTF-8, borrowed when that is what they are. A byte that is no UTF-8 is read as Windows-1252, which it
/// most often is; all that is wrong is told. The rest of the parser can rely on UTF-8.
pub(super) fn decode<'a>(bytes: &'a [u8], faults: &mut Faults) -> Cow<'a, [u8]> {
    let decoded = match family(bytes) {
        Family::Utf16Le(mark) => Cow::Owned(utf16(bytes, u16::from_le_bytes, mark, faults)),
        Family::Utf16Be(mark) => Cow::Owned(utf16(bytes, u16::from_be_bytes, mark, faults)),
        Family::Utf32 => {
            let message = "the characters are stored as UTF-32, which is not read; send UTF-8";
            faults.push("xml.encoding-unsupported", Span::at(0), message);
            Cow::Owned(Vec::new())
        }
        Family::Narrow => narrow(bytes, faults),
    };
    characters(&decoded, faults);
    decoded
}

fn family(bytes: &[u8]) -> Family {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] | [b'<', 0, 0, 0, ..] | [0, 0, 0, b'<', ..] => Family::Utf32,
        [0xFF, 0xFE, ..] => Family::Utf16Le(Mark::Present),
        [0xFE, 0xFF, ..] => Family::Utf16Be(Mark::Present),
        [a, 0, b, 0, ..] if *a != 0 && *b != 0 => Family::Utf16Le(Mark::Absent),
        [0, a, 0, b, ..] if *a != 0 && *b != 0 => Family::Utf16Be(Mark::Absent),
        _ => Family::Narrow,
    }
}

/// The declared encoding and where it is named.
fn declared(bytes: &[u8]) -> (Declared, Span) {
    let Some(span) = declaration::encoding(bytes) else { return (Declared::Nothing, Span::at(0)) };
    let name = span.of(bytes).to_ascii_lowercase();
    let declared = match name.as_slice() {
        b"utf-8" | b"utf8" => Declared::Utf8,
        b"us-ascii" | b"ascii" => Declared::Ascii,
        b"utf-16" | b"iso-10646-ucs-2" => Declared::Utf16,
        b"utf-16le" | b"utf-16be" => Declared::Utf16Ordered,
        b"iso-8859-1" | b"iso_8859-1" | b"iso8859-1" | b"latin1" | b"l1" => Declared::Latin1,
        b"windows-1252" | b"cp1252" => Declared::Windows1252,
        _ => Declared::Other,
    };
    (declared, span)
}

const UNSUPPORTED: &str = "the declared encoding is none that is read here; UTF-8 is what every receiver reads";

fn narrow<'a>(bytes: &'a [u8], faults: &mut Faults) -> Cow<'a, [u8]> {
    let (declared, place) = declared(bytes);
    let marked = bytes.starts_with(b"\xEF\xBB\xBF");
    match declared {
        Declared::Utf16 | Declared::Utf16Ordered => {
            let message = "the declaration says UTF-16, but the characters are not stored so";
            faults.push("xml.encoding-mismatch", place, message);
        }
        Declared::Ascii | Declared::Latin1 | Declared::Windows1252 if marked => {
            let message = "the document starts with the mark of UTF-8, but declares another encoding";
            faults.push("xml.encoding-mismatch", place, message);
        }
        Declared::Other => faults.push("xml.encoding-unsupported", place, UNSUPPORTED),
        _ => {}
    }
    if bytes.is_ascii() {
        return Cow::Borrowed(bytes);
    }
    match declared {
        Declared::Latin1 | Declared::Windows1252 if !marked => single_byte(bytes, declared, faults),
        Declared::Ascii if !marked => {
            let message = "the declaration says ASCII, but there are characters outside it";
            faults.push("xml.encoding-mismatch", place, message);
            mended(bytes, faults)
        }
        _ => mended(bytes, faults),
    }
}

/// `bytes` as they are when they are UTF-8; otherwise with each byte that is not read as Windows-1252.
fn mended<'a>(bytes: &'a [u8], faults: &mut Faults) -> Cow<'a, [u8]> {
    if std::str::from_utf8(bytes).is_ok() {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 8);
    for chunk in bytes.utf8_chunks() {
        out.extend_from_slice(chunk.valid().as_bytes());
        if !chunk.invalid().is_empty() {
            let start = out.len();
            for byte in chunk.invalid() {
                push(&mut out, windows_1252(*byte).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            let message = "the bytes here are not UTF-8, in which the document is to be stored";
            faults.push("xml.encoding-broken", span(start, out.len()), message);
        }
    }
    Cow::Owned(out)
}

/// Eight-bit text. Bytes 80 to 9F are unused controls in ISO 8859-1 and characters in Windows-1252.
fn single_byte<'a>(bytes: &'a [u8], declared: Declared, faults: &mut Faults) -> Cow<'a, [u8]> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 8);
    let mut told = declared == Declared::Windows1252;
    for byte in bytes {
        if byte.is_ascii() {
            out.push(*byte);
            continue;
        }
        let start = out.len();
        let character = windows_1252(*byte);
        push(&mut out, character.unwrap_or(char::REPLACEMENT_CHARACTER));
        if character.is_none() {
            let message = "the byte here is no character in Windows-1252";
            faults.push("xml.encoding-broken", span(start, out.len()), message);
        } else if !told && *byte < 0xA0 {
            told = true;
            let message = "the declaration says ISO-8859-1, but the bytes are Windows-1252";
            faults.push("xml.encoding-mismatch", span(start, out.len()), message);
        }
    }
    Cow::Owned(out)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, mark: Mark, faults: &mut Faults) -> Vec<u8> {
    let bytes = if mark == Mark::Present { &bytes[2..] } else { bytes };
    let mut out = Vec::with_capacity(bytes.len() / 2 + bytes.len() / 8);
    let pairs = bytes.chunks_exact(2);
    let odd = !pairs.remainder().is_empty();
    for character in char::decode_utf16(pairs.map(|pair| unit([pair[0], pair[1]]))) {
        let start = out.len();
        let broken = character.is_err();
        push(&mut out, character.unwrap_or(char::REPLACEMENT_CHARACTER));
        if broken {
            let message = "half of a pair stands alone, which is no character in UTF-16";
            faults.push("xml.encoding-broken", span(start, out.len()), message);
        }
    }
    if odd {
        let message = "the document has an odd number of bytes, so it is cut off inside a character of UTF-16";
        faults.push("xml.encoding-broken", span(out.len(), out.len()), message);
    }
    let (declared, place) = declared(&out);
    let message = match declared {
        Declared::Utf16 if mark == Mark::Present => None,
        Declared::Utf16Ordered => None,
        Declared::Nothing if mark == Mark::Present => None,
        Declared::Utf16 | Declared::Nothing => {
            Some("the characters are stored as UTF-16 without the byte order mark that must come first")
        }
        Declared::Other => {
            faults.push("xml.encoding-unsupported", place, UNSUPPORTED);
            None
        }
        _ => Some("the characters are stored as UTF-16, but the declaration says otherwise"),
    };
    if let Some(message) = message {
        faults.push("xml.encoding-mismatch", place, message);
    }
    out
}

/// Tells the characters that no document may hold (XML 1.0, section 2.2); `bytes` are UTF-8.
fn characters(bytes: &[u8], faults: &mut Faults) {
    let forbidden = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    // Without a branch in the loop the compiler looks at many bytes at once; nearly every document ends here.
    if bytes.iter().fold(false, |any, byte| any | forbidden(*byte)) {
        for (at, byte) in bytes.iter().enumerate().filter(|(_, byte)| forbidden(**byte)) {
            let message = match byte {
                0 => "a NUL character stands here; XML has none",
                _ => "a control character stands here that XML does not allow",
            };
            faults.push("xml.character", span(at, at + 1), message);
        }
    }
    // U+FFFE and U+FFFF.
    for at in memchr::memmem::find_iter(bytes, b"\xEF\xBF") {
        if matches!(bytes.get(at + 2), Some(0xBE | 0xBF)) {
            faults.push("xml.character", span(at, at + 3), "a code stands here that is no character in Unicode");
        }
    }
}

fn push(out: &mut Vec<u8>, character: char) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Decoding makes at most three bytes of one, and units are far below the width of a span.
fn span(start: usize, end: usize) -> Span {
    Span::new(start as u32, end as u32)
}

/// The character of `byte` in Windows-1252; five bytes are none.
fn windows_1252(byte: u8) -> Option<char> {
    const HIGH: [u16; 32] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D,
        0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,
        0x017E, 0x0178,
    ];
    match byte {
        0x80..=0x9F => match HIGH[usize::from(byte - 0x80)] {
            0 => None,
            code => char::from_u32(u32::from(code)),
        },
        byte => Some(char::from(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> (String, Vec<&'static str>) {
        let mut faults = Faults::default();
        let text = String::from_utf8(decode(bytes, &mut faults).into_owned()).unwrap();
        (text, faults.listed().iter().map(|fault| fault.code).collect())
    }

    fn wide(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn every_encoding_that_is_read_comes_out_as_utf_8() {
        let plain = "<a>é€</a>";
        assert_eq!(of(plain.as_bytes()), (plain.to_owned(), vec![]));
        let latin = "<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>";
        assert_eq!(of(&latin.chars().map(|c| c as u8).collect::<Vec<_>>()), (latin.to_owned(), vec![]));
        let windows = b"<?xml version='1.0' encoding='windows-1252'?><a>\x80</a>";
        assert_eq!(of(windows), ("<?xml version='1.0' encoding='windows-1252'?><a>€</a>".to_owned(), vec![]));
        let text = "<?xml version='1.0' encoding='UTF-16'?><a>é€😀</a>";
        let marked = format!("\u{FEFF}{text}");
        assert_eq!(of(&wide(&marked, u16::to_le_bytes)), (text.to_owned(), vec![]));
        assert_eq!(of(&wide(&marked, u16::to_be_bytes)), (text.to_owned(), vec![]));
    }

    #[test]
    fn what_is_declared_must_be_so() {
        let mismatch = vec!["xml.encoding-mismatch"];
        assert_eq!(of(b"<?xml version='1.0' encoding='UTF-16'?><a/>").1, mismatch);
        assert_eq!(of(b"\xEF\xBB\xBF<?xml version='1.0' encoding='ISO-8859-1'?><a/>").1, mismatch);
        assert_eq!(
            of(b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\x80\x81</a>").1,
            ["xml.encoding-mismatch", "xml.encoding-broken"]
        );
        assert_eq!(of("<?xml version='1.0' encoding='US-ASCII'?><a>é</a>".as_bytes()).1, mismatch);
        assert_eq!(of(&wide("<?xml version='1.0' encoding='UTF-8'?><a/>", u16::to_le_bytes)).1, mismatch);
        assert_eq!(of(&wide("<a/>", u16::to_be_bytes)).1, mismatch);
        assert_eq!(of(b"<?xml version='1.0' encoding='UTF-7'?><a/>").1, ["xml.encoding-unsupported"]);
        assert_eq!(of(&[0, 0, 0, b'<', 0, 0, 0, b'a']).1, ["xml.encoding-unsupported"]);
        assert_eq!(of(b"\xEF\xBB\xBF<?xml version='1.0' encoding='UTF-8'?><a/>").1, Vec::<&str>::new());
    }

    #[test]
    fn bytes_that_are_no_characters_are_told_and_read_on() {
        assert_eq!(of(b"<a>\x93x\xE9</a>"), ("<a>“xé</a>".to_owned(), vec!["xml.encoding-broken"; 2]));
        let half = [0xFF, 0xFE, b'<', 0, 0, 0xD8, b'a', 0, b'>'];
        assert_eq!(of(&half), ("<\u{FFFD}a".to_owned(), vec!["xml.encoding-broken"; 2]));
        assert_eq!(of(b"<a>\0\x1b\t\r\n\x7f</a>").1, vec!["xml.character"; 2]);
        assert_eq!(of("<a>\u{FFFE}\u{FFFD}\u{FFFF}</a>".as_bytes()).1, vec!["xml.character"; 2]);
    }
}
