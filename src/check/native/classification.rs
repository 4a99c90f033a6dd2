//! Codes of clinical classifications by their form: ICD-10, OPCS-4, Read.
//!
//! Whether a code exists in a release is for a terminology server to say.

use super::template::fits;
use super::{Judged, Native};

/// A UK ICD-10 code as sent.
pub const ICD_10: Native = Native {
    name: "icd-10",
    check: icd_10,
    about: "an ICD-10 code as sent: letter, 2 digits, digit or X, then a fifth character and A or D where used; no full \
            stop",
    source: "NHS Data Dictionary, DIAGNOSTIC CODING (ICD-10)",
};

/// A UK OPCS-4 code as sent.
pub const OPCS_4: Native = Native {
    name: "opcs-4",
    check: opcs_4,
    about: "an OPCS-4 code as sent: letter and 3 digits, no full stop",
    source: "from memory: OPCS-4 and the NHS Data Dictionary; there is no chapter I",
};

/// A Read code of either version.
pub const READ_CODE: Native = Native {
    name: "read-code",
    check: read_code,
    about: "a Read code: 5 letters and digits filled with full stops, or 7 with the term code",
    source: "from memory: Read Codes Version 2 and Clinical Terms Version 3",
};

/// Passes a letter, two digits, a fourth character (a digit, or the `X` that fills an undivided category), then, where
/// used, a fifth (a digit, or the `-` that fills it) and the `A` (asterisk) or `D` (dagger) that ends it. The `A` or
/// `D` may follow the fourth character directly, as release files write it.
///
/// Source: NHS Data Dictionary, DIAGNOSTIC CODING (ICD-10).
pub fn icd_10(value: &[u8]) -> Judged {
    Judged::unless(value, icd_10_problem(value))
}

fn icd_10_problem(value: &[u8]) -> Option<&'static str> {
    let [letter, first, second, rest @ ..] = value else {
        return Some("an ICD-10 code is a letter, 2 digits and a digit or X");
    };
    if value.contains(&b'.') {
        return Some("an ICD-10 code is sent without its full stop");
    }
    if rest.last().is_some_and(|byte| *byte >= 0x80 || matches!(byte, b'*' | b'+')) {
        return Some("dagger and asterisk are sent as D and A");
    }
    if value.iter().any(u8::is_ascii_lowercase) {
        return Some("an ICD-10 code is in capitals");
    }
    if !(letter.is_ascii_uppercase() && first.is_ascii_digit() && second.is_ascii_digit()) {
        return Some("an ICD-10 code begins with a letter and 2 digits");
    }
    match rest {
        [] => Some("an undivided ICD-10 category is filled with X as its fourth character"),
        [b'0'..=b'9' | b'X'] | [b'0'..=b'9' | b'X', b'0'..=b'9' | b'-' | b'A' | b'D'] => None,
        [b'0'..=b'9' | b'X', b'0'..=b'9' | b'-', b'A' | b'D'] => None,
        [_, _, _, _, ..] => Some("too long for an ICD-10 code"),
        _ => Some("the end of the ICD-10 code is not digits, a filler, A or D"),
    }
}

/// Passes a letter other than `I` and three digits. OPCS-4 has no chapter I, so an ICD-10 code of the circulation sent
/// as a procedure is found.
///
/// Source: from memory.
pub fn opcs_4(value: &[u8]) -> Judged {
    Judged::unless(
        value,
        if fits(value, b"A999") {
            (value[0] == b'I').then_some("OPCS-4 has no chapter I: looks like an ICD-10 code")
        } else if fits(value, b"A99.9") {
            Some("an OPCS-4 code is sent without its full stop")
        } else if fits(value, b"A99") {
            Some("the fourth character of the OPCS-4 code is missing")
        } else {
            Some("an OPCS-4 code is a letter and 3 digits")
        },
    )
}

/// Passes five letters and digits, full stops filling the end, optionally followed by a two-character term code.
/// Letters keep their case, which carries meaning in Read codes.
///
/// Source: from memory.
pub fn read_code(value: &[u8]) -> Judged {
    let (code, term) = value.split_at(value.len().min(5));
    let filled = code.iter().position(|&byte| byte == b'.').unwrap_or(code.len());
    let known = code.len() == 5
        && filled > 0
        && code[..filled].iter().all(u8::is_ascii_alphanumeric)
        && code[filled..].iter().all(|&byte| byte == b'.')
        && (term.is_empty() || (term.len() == 2 && term.iter().all(u8::is_ascii_alphanumeric)));
    Judged::unless(
        value,
        (!known).then_some("a Read code is 5 characters filled with full stops, or 7 with its term code"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::native::told;

    #[test]
    fn icd_10_forms() {
        for value in ["I259", "I10X", "M0600", "A170D", "G01XA", "I259-", "I259-D", "E1140D", "U071", "M45X3"] {
            assert_eq!(icd_10(value.as_bytes()), Judged::Passed, "{value}");
        }
        assert_eq!(told(icd_10(b"I25.9")), "an ICD-10 code is sent without its full stop");
        assert_eq!(told(icd_10(b"I10")), "an undivided ICD-10 category is filled with X as its fourth character");
        assert_eq!(told(icd_10("A170†".as_bytes())), "dagger and asterisk are sent as D and A");
        assert_eq!(told(icd_10(b"i259")), "an ICD-10 code is in capitals");
        assert_eq!(told(icd_10(b"I2")), "an ICD-10 code is a letter, 2 digits and a digit or X");
        assert_eq!(told(icd_10(b"2599")), "an ICD-10 code begins with a letter and 2 digits");
        assert_eq!(told(icd_10(b"S52131A")), "too long for an ICD-10 code");
        assert!(icd_10(b"I25Q").is_failed());
    }

    #[test]
    fn opcs_4_forms() {
        assert!(opcs_4(b"W371").is_passed());
        assert_eq!(told(opcs_4(b"W37.1")), "an OPCS-4 code is sent without its full stop");
        assert_eq!(told(opcs_4(b"W37")), "the fourth character of the OPCS-4 code is missing");
        assert_eq!(told(opcs_4(b"I259")), "OPCS-4 has no chapter I: looks like an ICD-10 code");
        assert!(opcs_4(b"w371").is_failed());
    }

    #[test]
    fn read_codes() {
        for value in ["C10..", "44J3.", "XE0Uc", "XaIUH", "C10..00"] {
            assert!(read_code(value.as_bytes()).is_passed(), "{value}");
        }
        for value in ["C10", ".....", "C.10.", "C10..0", "C10...."] {
            assert!(read_code(value.as_bytes()).is_failed(), "{value}");
        }
    }
}
