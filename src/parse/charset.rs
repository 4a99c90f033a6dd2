//! MSH-18 against the bytes that were sent (HL7 v2.4 chapter 2, 2.16.9.18 and table 0211).

use super::Faults;
use crate::instance::{Instance, Message};
use crate::span::Span;

/// What MSH-18 declares.
enum Charset {
    /// Nothing, or ASCII.
    Ascii,
    /// UTF-8 under one of its names.
    Utf8,
    /// One byte a character; every byte means something.
    SingleByte,
    /// Known to the table but not a stream of bytes this standard's separators survive in.
    Wide,
    /// Known to the table, several bytes a character, not decoded here.
    MultiByte,
    /// Not in the table.
    Unknown,
}

fn declared(name: &[u8]) -> Charset {
    match name.to_ascii_uppercase().as_slice() {
        b"" | b"ASCII" | b"\"\"" => Charset::Ascii,
        b"UNICODE UTF-8" | b"UNICODE" | b"UTF-8" | b"UTF8" => Charset::Utf8,
        b"UNICODE UTF-16" | b"UNICODE UTF-32" | b"UTF-16" | b"UTF-32" => Charset::Wide,
        [b'8', b'8', b'5', b'9', b'/', b'1'..=b'9'] | b"8859/15" => Charset::SingleByte,
        b"ISO IR14" | b"ISO IR87" | b"ISO IR159" | b"GB 18030-2000" | b"KS X 1001" | b"CNS 11643-1992" | b"BIG-5" => {
            Charset::MultiByte
        }
        _ => Charset::Unknown,
    }
}

/// Reports where the bytes of `message` are not in the character set it declares.
pub(super) fn check(message: Message<'_>, any_high_byte: super::hl7v2::HighBytes, faults: &mut Faults) {
    let header = message.segments().next().filter(|&id| message.segment_name(id) == b"MSH");
    let field = header.and_then(|id| message.field(id, 18).next());
    let (name, place) = match field {
        Some(id) => (message.raw(id), message.span(id)),
        None => (&b""[..], header.map_or(Span::at(0), |id| message.tree.node(id).name)),
    };
    let charset = declared(name);
    match charset {
        Charset::Unknown => {
            faults.push("hl7v2.charset-unknown", place, "MSH-18 names a character set that is not in table 0211");
        }
        Charset::Wide => {
            let message = "MSH-18 declares UTF-16 or UTF-32; HL7 v2 separators are single bytes, so send UTF-8";
            faults.push("hl7v2.charset-unsupported", place, message);
        }
        _ => {}
    }
    if any_high_byte == super::hl7v2::HighBytes::None || message.tree.len() <= Instance::ROOT as usize + 1 {
        return;
    }
    match charset {
        Charset::Ascii => undeclared(message, faults),
        Charset::Utf8 => not_utf8(message, faults),
        Charset::SingleByte | Charset::MultiByte | Charset::Wide | Charset::Unknown => {}
    }
}

fn undeclared(message: Message<'_>, faults: &mut Faults) {
    let high = message.bytes.iter().enumerate().skip(3).filter(|(_, b)| **b >= 0x80);
    let (mut count, mut first) = (0u32, None);
    for (at, _) in high {
        count += 1;
        first = first.or(Some(at));
    }
    if let Some(at) = first {
        let span = Span::new(at as u32, at as u32 + 1);
        let message = format!("{count} bytes are outside ASCII and MSH-18 declares no other character set");
        faults.push("hl7v2.charset-undeclared", span, message);
    }
}

fn not_utf8(message: Message<'_>, faults: &mut Faults) {
    if let Err(error) = std::str::from_utf8(message.bytes) {
        let at = error.valid_up_to() as u32;
        let span = Span::new(at, at + 1);
        let message = format!("MSH-18 declares UTF-8 and the bytes are not UTF-8 from byte {} on", at + 1);
        faults.push("hl7v2.charset-mismatch", span, message);
    }
}
