//! Postcodes.

use super::template::fits;
use super::{Judged, Native};

/// A postcode of the United Kingdom, the Crown dependencies or the forces, or a pseudo postcode.
pub const POSTCODE: Native = Native {
    name: "postcode",
    check: postcode,
    about: "a postcode: capitals, one space before the last three characters, letters that are used in their place",
    source: "Royal Mail, postcode format; NHS pseudo country postcodes (ZZ99), BFPO and overseas territories from memory",
};

/// Overseas territories with one postcode each.
const TERRITORIES: [&[u8]; 9] = [
    b"ASCN 1ZZ",
    b"BBND 1ZZ",
    b"BIQQ 1ZZ",
    b"FIQQ 1ZZ",
    b"PCRN 1ZZ",
    b"SIQQ 1ZZ",
    b"STHL 1ZZ",
    b"TDCU 1ZZ",
    b"TKCA 1ZZ",
];

/// Passes an outward code, one space and an inward code, in capitals; also `GIR 0AA`, `BFPO` with up to four digits,
/// the overseas territories' codes, and the pseudo postcodes `ZZ99 nAZ` that stand for a country or for none.
///
/// The third position of a code such as `W1A` is allowed every letter that has ever stood there, more than Royal Mail
/// lists today, because records keep the addresses of former years.
///
/// Source: Royal Mail, postcode format; the special codes from memory.
pub fn postcode(value: &[u8]) -> Judged {
    Judged::unless(value, problem(value))
}

fn problem(value: &[u8]) -> Option<&'static str> {
    if is_known(value) {
        return None;
    }
    if value.iter().any(u8::is_ascii_lowercase) {
        return Some("a postcode is in capitals");
    }
    if value.first() == Some(&b' ') || value.last() == Some(&b' ') {
        return Some("a postcode has no space before or after it");
    }
    match value.iter().filter(|&&byte| byte == b' ').count() {
        0 => {
            let (outward, inward) = value.split_at(value.len().saturating_sub(3));
            Some(if is_outward(outward) && is_inward(inward) {
                "the space before the last three characters of the postcode is missing"
            } else {
                NOT_ONE
            })
        }
        1 => Some(NOT_ONE),
        _ => Some("a postcode has one space, before its last three characters"),
    }
}

const NOT_ONE: &str = "not the form of a postcode";

fn is_known(value: &[u8]) -> bool {
    if let Some(number) = value.strip_prefix(b"BFPO ") {
        return (1..=4).contains(&number.len()) && number.iter().all(u8::is_ascii_digit);
    }
    let Some((outward, [b' ', inward @ ..])) = value.len().checked_sub(4).map(|at| value.split_at(at)) else {
        return false;
    };
    (is_outward(outward) && is_inward(inward))
        || (outward == b"ZZ99" && matches!(inward, [b'0'..=b'9', b'A'..=b'Z', b'Z']))
        || value == b"GIR 0AA"
        || TERRITORIES.contains(&value)
}

/// `A9`, `A99`, `A9A`, `AA9`, `AA99` or `AA9A`, with the letters used in each place.
fn is_outward(outward: &[u8]) -> bool {
    let area = match outward {
        [first, b'0'..=b'9', ..] => &[*first][..],
        [_, second, ..] if !matches!(second, b'I' | b'J' | b'Z') => &outward[..2],
        _ => return false,
    };
    if matches!(area[0], b'Q' | b'V' | b'X') {
        return false;
    }
    match outward.last() {
        Some(b'0'..=b'9') => [&b"A9"[..], b"A99", b"AA9", b"AA99"].iter().any(|form| fits(outward, form)),
        Some(b'I' | b'L' | b'O' | b'Q' | b'Z') | None => false,
        Some(fourth) if area.len() == 2 => fits(outward, b"AA9A") && b"ABEHMNPRVWXY".contains(fourth),
        Some(_) => fits(outward, b"A9A"),
    }
}

/// A digit and two letters, none of `CIKMOV`.
fn is_inward(inward: &[u8]) -> bool {
    fits(inward, b"9AA") && !inward[1..].iter().any(|letter| b"CIKMOV".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::native::told;

    #[test]
    fn every_form_passes() {
        for value in [
            "M1 1AE",
            "B33 8TH",
            "CR2 6XH",
            "DN55 1PT",
            "W1A 1HQ",
            "EC1A 1BB",
            "SW1A 2AA",
            "E1W 3TJ",
            "W1V 4BL",
            "GY1 1AA",
            "JE2 3NZ",
            "IM1 1AE",
            "GIR 0AA",
            "BFPO 5",
            "BFPO 1234",
            "BF1 2AY",
            "ZZ99 3WZ",
            "ZZ99 3VZ",
            "ZZ99 3CZ",
            "GX11 1AA",
            "ASCN 1ZZ",
            "FIQQ 1ZZ",
        ] {
            assert_eq!(postcode(value.as_bytes()), Judged::Passed, "{value}");
        }
    }

    #[test]
    fn letters_out_of_place_fail() {
        for value in [
            "QA1 1AA", "VA1 1AA", "XA1 1AA", "AI1 1AA", "AJ1 1AA", "AZ1 1AA", "M1 1CE", "M1 1AO", "EC1C 1BB", "W1I 1AA",
        ] {
            assert!(postcode(value.as_bytes()).is_failed(), "{value}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_apart() {
        assert_eq!(told(postcode(b"sw1a 2aa")), "a postcode is in capitals");
        assert_eq!(told(postcode(b"SW1A2AA")), "the space before the last three characters of the postcode is missing");
        assert_eq!(told(postcode(b"M1  1AE")), "a postcode has one space, before its last three characters");
        assert_eq!(told(postcode(b"M1 1AE ")), "a postcode has no space before or after it");
        assert_eq!(told(postcode(b"SW1A 2A")), NOT_ONE);
        assert_eq!(told(postcode(b"ZZ99 3WA")), NOT_ONE);
        assert_eq!(told(postcode(b"75001")), NOT_ONE);
        assert_eq!(told(postcode(b"A")), NOT_ONE);
    }
}
