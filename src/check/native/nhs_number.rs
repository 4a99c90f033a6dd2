//! NHS numbers: format, modulus 11, placeholders and test ranges.

use super::{Judged, Native};

/// Ten digits and nothing else.
pub const FORMAT: Native = Native {
    name: "nhs-number-format",
    check: format,
    about: "an NHS number as sent: exactly ten digits, no spaces or hyphens",
    source: "NHS Data Dictionary, NHS NUMBER; PDS FHIR API, NhsNumber schema (^\\d{10}$); CDS-XML NHSNumber_Type",
};

/// Ten digits with a right modulus 11 check digit.
pub const NUMBER: Native = Native {
    name: "nhs-number",
    check: number,
    about: "an NHS number: ten digits, the last of them the modulus 11 check digit",
    source: "NHS Data Dictionary, NHS NUMBER, modulus 11 algorithm",
};

/// Not an obviously made-up number.
pub const PLACEHOLDER: Native = Native {
    name: "nhs-number-placeholder",
    check: placeholder,
    about: "an NHS number that is not a made-up one: not one digit repeated, not the digits in counting order",
    source: "measured on published national examples; no standard lists the placeholders",
};

/// Not a number that is set aside for testing.
pub const TEST_RANGE: Native = Native {
    name: "nhs-number-test-range",
    check: test_range,
    about: "an NHS number outside the ranges used for testing (999…, and the PDS sandbox's 9000000…)",
    source: "from memory: NHS England test data guidance and PDS FHIR sandbox patients",
};

/// Passes exactly ten ASCII digits.
///
/// Source: NHS Data Dictionary, NHS NUMBER; PDS FHIR API schema `^\d{10}$`; CDS-XML `NHSNumber_Type`.
pub fn format(value: &[u8]) -> Judged {
    Judged::unless(value, format_problem(value))
}

fn format_problem(value: &[u8]) -> Option<&'static str> {
    if value.len() == 10 && value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    Some(match digits {
        10 if value.iter().all(|byte| byte.is_ascii_digit() || is_separator(*byte)) => {
            "an NHS number is sent without spaces or hyphens"
        }
        0..10 if digits == value.len() => "too short for an NHS number, which has 10 digits",
        11.. if digits == value.len() => "too long for an NHS number, which has 10 digits",
        _ => "not the 10 digits of an NHS number",
    })
}

const fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'-')
}

/// Passes ten digits whose last is the modulus 11 check digit: weights 10 down to 2 over the first nine, eleven less
/// the remainder of the sum, 11 becoming 0; a number whose check would be 10 is never issued.
///
/// Catches every change of one digit and every exchange of two unequal digits, adjacent or not, because the weights
/// 10 to 1 are all different and none is a multiple of 11. Of numbers with two or more digits changed at random it
/// lets about one in eleven through.
///
/// Source: NHS Data Dictionary, NHS NUMBER.
pub fn number(value: &[u8]) -> Judged {
    if let Some(problem) = format_problem(value) {
        return Judged::failed(value, problem);
    }
    // With the check digit weighted 1 the whole sum is a multiple of 11; a remainder of 10 cannot pass, since no
    // single digit supplies the missing 10.
    let sum: u32 = value.iter().zip((1..=10_u32).rev()).map(|(&digit, weight)| u32::from(digit - b'0') * weight).sum();
    Judged::unless(value, (!sum.is_multiple_of(11)).then_some("check digit wrong"))
}

/// Fails a number that someone made up to fill a field: one digit ten times, or the digits counting up or down.
/// Spaces and hyphens are ignored. Anything that is not ten digits passes, because it is not one of these placeholders;
/// `nhs-number-format` speaks of it.
///
/// Some of them satisfy modulus 11 (all threes does), so `nhs-number` alone cannot find them.
///
/// Source: measured on published national examples; no standard lists them.
pub fn placeholder(value: &[u8]) -> Judged {
    let Some(digits) = ten_digits(value) else {
        return Judged::Passed;
    };
    if digits.iter().all(|digit| *digit == digits[0]) {
        return Judged::failed(value, "one digit repeated: looks like a placeholder");
    }
    let step = |by: u8| digits.windows(2).all(|pair| (pair[0] + by) % 10 == pair[1]);
    if step(1) || step(9) {
        return Judged::failed(value, "digits in counting order: looks like a placeholder");
    }
    Judged::Passed
}

/// Fails a number from a range used for testing: beginning 999, or 9000000 as the PDS sandbox patients do. Spaces and
/// hyphens are ignored; anything that is not ten digits passes, because it is not in those ranges.
///
/// Source: from memory.
pub fn test_range(value: &[u8]) -> Judged {
    match ten_digits(value) {
        Some([9, 9, 9, ..]) => Judged::failed(value, "from the 999 range kept for testing"),
        Some([9, 0, 0, 0, 0, 0, 0, ..]) => Judged::failed(value, "from the range of the PDS sandbox patients"),
        _ => Judged::Passed,
    }
}

/// The ten digits of a number written with or without separators; none when there are more or fewer, or other bytes.
fn ten_digits(value: &[u8]) -> Option<[u8; 10]> {
    let mut digits = [0; 10];
    let mut seen = 0;
    for &byte in value {
        if byte.is_ascii_digit() {
            *digits.get_mut(seen)? = byte - b'0';
            seen += 1;
        } else if !is_separator(byte) {
            return None;
        }
    }
    (seen == 10).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(judged: Judged) -> String {
        match judged {
            Judged::Failed(shape) => shape.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn format_wants_ten_digits_only() {
        assert_eq!(format(b"9990000018"), Judged::Passed);
        assert_eq!(
            text(format(b"999 000 0018")),
            "10 digits and 2 spaces, an NHS number is sent without spaces or hyphens"
        );
        assert_eq!(text(format(b"999000001")), "9 digits, too short for an NHS number, which has 10 digits");
        assert_eq!(text(format(b"99900000188")), "11 digits, too long for an NHS number, which has 10 digits");
        assert_eq!(text(format(b"NHS9990018")), "3 capital letters and 7 digits, not the 10 digits of an NHS number");
        assert!(format(b"").is_failed());
    }

    #[test]
    fn modulus_eleven_decides() {
        assert_eq!(number(b"9990000018"), Judged::Passed);
        assert_eq!(text(number(b"9990000019")), "10 digits, check digit wrong");
        // 999 000 004: eleven less the remainder is 10, so no last digit makes it a number.
        for last in b'0'..=b'9' {
            let mut value = *b"9990000040";
            value[9] = last;
            let passes = number(&value).is_passed();
            assert_eq!(passes, modulus_11(&value), "the check disagrees with the stated algorithm");
        }
    }

    /// The algorithm as the Data Dictionary words it, step by step.
    fn modulus_11(value: &[u8; 10]) -> bool {
        let sum: u32 = (0..9).map(|i| u32::from(value[i] - b'0') * (10 - i as u32)).sum();
        let expected = match 11 - sum % 11 {
            11 => 0,
            10 => return false,
            n => n,
        };
        u32::from(value[9] - b'0') == expected
    }

    #[test]
    fn made_up_numbers_are_found_even_when_modulus_eleven_passes() {
        assert_eq!(number(b"3333333333"), Judged::Passed);
        for made_up in [&b"3333333333"[..], b"9999999999", b"1234567890", b"0123456789", b"9876543210", b"123 456 7890"]
        {
            assert!(placeholder(made_up).is_failed());
        }
        assert_eq!(placeholder(b"9990000018"), Judged::Passed);
        assert_eq!(placeholder(b"12345"), Judged::Passed);
    }

    #[test]
    fn test_ranges_are_told_apart() {
        assert_eq!(text(test_range(b"9990000018")), "10 digits, from the 999 range kept for testing");
        assert_eq!(text(test_range(b"9000000009")), "10 digits, from the range of the PDS sandbox patients");
        assert_eq!(test_range(b"4000000000"), Judged::Passed);
    }
}
