//! Identifiers of an EPS prescription.

use super::template::is_capital_or_digit;
use super::{Judged, Native, uuid};

/// The identifier printed on a prescription token.
pub const SHORT_ID: Native = Native {
    name: "eps-short-id",
    check: short_id,
    about: "an EPS short prescription id: 6 hex, 6 for the prescriber's organisation, 6 ending in a check character",
    source: "eps-spine-shared, REGEX_PRESCRID and checksum_util (ISO 7064 MOD 37-2 with + for *)",
};

/// The identifier of the prescription message.
pub const LONG_ID: Native = Native {
    name: "eps-long-id",
    check: long_id,
    about: "an EPS long prescription id or line item id: a UUID",
    source: "eps-spine-shared, REGEX_GUID; lower case in the FHIR examples",
};

/// Where the two hyphens stand.
const HYPHENS: [usize; 2] = [6, 13];
const LENGTH: usize = 20;

/// Passes `HHHHHH-OOOOOO-HHHHHC`: hexadecimal capitals, the ODS code left-padded with zeros, hexadecimal capitals, and
/// a check character in `0-9A-Z+` under ISO 7064 MOD 37-2.
///
/// Catches every change of one character and every exchange of two unequal characters however far apart: position `n`
/// weighs `2^n` modulo 37, 2 generates all 36 residues, and the id has only 18 characters.
///
/// Source: eps-spine-shared, `REGEX_PRESCRID` and `checksum_util`.
pub fn short_id(value: &[u8]) -> Judged {
    if !has_form(value) {
        let folded = value.len() == LENGTH && value.iter().any(u8::is_ascii_lowercase);
        return Judged::failed(
            value,
            if folded {
                "a short prescription id is in capitals"
            } else {
                "a short prescription id is three groups of 6 joined by hyphens"
            },
        );
    }
    let mut total = 0;
    let (last, body) = value.split_last().map_or((0, value), |(last, body)| (number_of(*last), body));
    for &byte in body.iter().filter(|byte| **byte != b'-') {
        total = (total + number_of(byte)) * 2 % 37;
    }
    Judged::unless(value, ((total + last) % 37 != 1).then_some("check character wrong"))
}

fn has_form(value: &[u8]) -> bool {
    value.len() == LENGTH
        && value.iter().enumerate().all(|(at, &byte)| match at {
            _ if HYPHENS.contains(&at) => byte == b'-',
            7..13 => is_capital_or_digit(byte),
            _ if at == LENGTH - 1 => is_capital_or_digit(byte) || byte == b'+',
            _ => byte.is_ascii_digit() || matches!(byte, b'A'..=b'F'),
        })
}

/// The place of a character in `0-9A-Z+`.
const fn number_of(byte: u8) -> u32 {
    match byte {
        b'0'..=b'9' => (byte - b'0') as u32,
        b'A'..=b'Z' => (byte - b'A') as u32 + 10,
        _ => 36,
    }
}

/// Passes a UUID in either case. Source: eps-spine-shared, `REGEX_GUID` (capitals in HL7 v3; the FHIR form is lower).
pub fn long_id(value: &[u8]) -> Judged {
    uuid::uuid(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::native::told;

    /// The check character for an id of 19 characters and hyphens, by trying each.
    fn complete(body: &str) -> Vec<String> {
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ+"
            .iter()
            .map(|&last| format!("{body}{}", char::from(last)))
            .filter(|id| short_id(id.as_bytes()).is_passed())
            .collect()
    }

    #[test]
    fn every_body_has_exactly_one_check_character() {
        // The zero body leaves a total of 0, so only the character worth 1 fits.
        assert_eq!(complete("000000-000000-00000"), ["000000-000000-000001"]);
        for body in ["24F5DA-A83008-7EFE6", "83C40E-A23856-00C72", "ABCDEF-0Y8J7D-12345"] {
            assert_eq!(complete(body).len(), 1, "{body}");
        }
    }

    #[test]
    fn published_examples_pass() {
        for id in ["24F5DA-A83008-7EFE6Z", "A0548B-A99968-451485", "8DB7CE-A83008-32478+", "07A66F-A83008-1EEEA0"] {
            assert_eq!(short_id(id.as_bytes()), Judged::Passed, "{id}");
        }
    }

    #[test]
    fn form_comes_before_the_check_character() {
        assert_eq!(told(short_id(b"24f5da-a83008-7efe6z")), "a short prescription id is in capitals");
        assert_eq!(
            told(short_id(b"24F5DAA830087EFE6Z")),
            "a short prescription id is three groups of 6 joined by hyphens"
        );
        assert_eq!(
            told(short_id(b"24G5DA-A83008-7EFE6Z")),
            "a short prescription id is three groups of 6 joined by hyphens"
        );
        assert_eq!(told(short_id(b"24F5DA-A83008-7EFE6Y")), "check character wrong");
    }
}
