//! Base64 text (RFC 4648, section 4).

/// Whether white space may break the text, as XML Schema lets it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhiteSpace {
    Refused,
    Skipped,
}

/// What keeps `value` from being base64 in the standard alphabet, padded.
pub(crate) fn problem(value: &[u8], white_space: WhiteSpace) -> Option<&'static str> {
    let mut characters = 0_usize;
    let mut padding = 0_usize;
    for &byte in value {
        match byte {
            b'=' => padding += 1,
            b' ' | b'\t' | b'\r' | b'\n' => {
                if white_space == WhiteSpace::Refused {
                    return Some("base64 with white space in it, where one unbroken run is wanted");
                }
            }
            _ if sextet(byte).is_some() => {
                if padding > 0 {
                    return Some("base64 that goes on after its padding: looks like two pieces joined");
                }
                characters += 1;
            }
            b'-' | b'_' => return Some("the URL alphabet of base64, where the standard one is wanted"),
            _ => return Some("not base64: a character outside its alphabet"),
        }
    }
    match (characters % 4, padding) {
        _ if characters == 0 => Some("no base64"),
        (0, 0) | (2, 2) | (3, 1) => None,
        (1, _) => Some("base64 cut short: no content ends on one character of a group"),
        _ => Some("base64 with wrong padding"),
    }
}

/// The six bits a character of base64 stands for.
pub(crate) const fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}
