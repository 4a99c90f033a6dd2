//! What is written → what it says: references, line ends, attribute values.

/// What the text between `&` and `;` stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// A character.
    Character(char),
    /// A number of a character that no document may hold (XML 1.0, section 2.2).
    Forbidden,
    /// An entity that would have to be declared.
    Entity,
    /// Nothing: it has not the form of a reference.
    Malformed,
}

/// What `&body;` stands for (XML 1.0, sections 4.1 and 4.6).
pub fn reference(body: &[u8]) -> Reference {
    let character = match body {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"apos" => '\'',
        b"quot" => '"',
        [b'#', b'x', digits @ ..] => return number(digits, 16),
        [b'#', digits @ ..] => return number(digits, 10),
        [first, rest @ ..] if is_start(*first) && rest.iter().all(|b| is_start(*b) || is_inner(*b)) => {
            return Reference::Entity;
        }
        _ => return Reference::Malformed,
    };
    Reference::Character(character)
}

fn is_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b':' || byte >= 0x80
}

fn is_inner(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'-' || byte == b'.'
}

fn number(digits: &[u8], radix: u32) -> Reference {
    if digits.is_empty() {
        return Reference::Malformed;
    }
    let mut code = 0u32;
    for digit in digits {
        let Some(digit) = char::from(*digit).to_digit(radix) else { return Reference::Malformed };
        // What overflows is no character, nor is anything it might come to.
        code = code.saturating_mul(radix).saturating_add(digit);
    }
    match char::from_u32(code) {
        Some('\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..) => {
            char::from_u32(code).map_or(Reference::Forbidden, Reference::Character)
        }
        _ => Reference::Forbidden,
    }
}

/// Character data: references resolved, line ends as line feeds.
pub(super) fn text(raw: &[u8]) -> Vec<u8> {
    decode(raw, b'\n', b'\n', b'\t')
}

/// An attribute's value: references resolved, white space as blanks.
pub fn attribute_value(raw: &[u8]) -> Vec<u8> {
    decode(raw, b' ', b' ', b' ')
}

/// Line ends as line feeds.
pub(super) fn line_ends(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    for (at, byte) in raw.iter().enumerate() {
        match byte {
            b'\r' if raw.get(at + 1) == Some(&b'\n') => {}
            b'\r' => out.push(b'\n'),
            byte => out.push(*byte),
        }
    }
    out
}

fn decode(raw: &[u8], carriage_return: u8, line_feed: u8, tab: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(byte) = raw.get(at) {
        match byte {
            b'&' => {
                let ahead = &raw[at + 1..];
                // A further & ends the search, so that many of them cost no more than their number.
                let end = memchr::memchr2(b';', b'&', ahead).filter(|end| ahead[*end] == b';');
                if let Some(end) = end
                    && let Reference::Character(character) = reference(&ahead[..end])
                {
                    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                    at += end + 2;
                    continue;
                }
                out.push(b'&');
            }
            b'\r' if raw.get(at + 1) == Some(&b'\n') => {}
            b'\r' => out.push(carriage_return),
            b'\n' => out.push(line_feed),
            b'\t' => out.push(tab),
            byte => out.push(*byte),
        }
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_stand_for_characters() {
        let cases = [
            ("amp", Reference::Character('&')),
            ("#65", Reference::Character('A')),
            ("#x41", Reference::Character('A')),
            ("#x1F600", Reference::Character('😀')),
            ("#00000000000000000000065", Reference::Character('A')),
            ("#9", Reference::Character('\t')),
            ("#0", Reference::Forbidden),
            ("#x1B", Reference::Forbidden),
            ("#xD800", Reference::Forbidden),
            ("#xFFFE", Reference::Forbidden),
            ("#x110000", Reference::Forbidden),
            ("#99999999999999999999", Reference::Forbidden),
            ("#X41", Reference::Malformed),
            ("#", Reference::Malformed),
            ("#x", Reference::Malformed),
            ("#-1", Reference::Malformed),
            ("", Reference::Malformed),
            ("a b", Reference::Malformed),
            ("1a", Reference::Malformed),
            ("nbsp", Reference::Entity),
            ("AMP", Reference::Entity),
        ];
        for (body, expected) in cases {
            assert_eq!(reference(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn text_and_attributes_differ_in_white_space() {
        let raw = b"a\r\nb\rc\nd\te&#10;&lt;&nbsp;&&#xE9;&x";
        assert_eq!(text(raw), "a\nb\nc\nd\te\n<&nbsp;&é&x".as_bytes());
        assert_eq!(attribute_value(raw), "a b c d e\n<&nbsp;&é&x".as_bytes());
        assert_eq!(line_ends(b"a\r\n\r\rb&amp;\r"), b"a\n\n\nb&amp;\n");
    }
}
