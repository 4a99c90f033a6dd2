//! Codes of doctors: GMC reference number, consultant code, GP (GMP) code.

use super::template::{digits, fits, judge};
use super::{Judged, Native};

/// A GMC reference number.
pub const GMC_NUMBER: Native = Native {
    name: "gmc-number",
    check: gmc_number,
    about: "a GMC reference number: 7 digits",
    source: "from memory: General Medical Council register; no check digit",
};

/// A consultant code as the Data Dictionary has it.
pub const CONSULTANT_CODE: Native = Native {
    name: "consultant-code",
    check: consultant_code,
    about: "a consultant code: C and 7 digits, CD and 6 digits for a dentist, or a default code",
    source: "CDS-XML ConsultantCode_Type (8 characters); the forms within that from memory of the NHS Data Dictionary",
};

/// A general medical practitioner's code with its check digit.
pub const GMP_CODE: Native = Native {
    name: "gmp-code",
    check: gmp_code,
    about: "a general practitioner code: G, the 6 digits of the Doctors Index Number and its check digit",
    source: "NHS Business Services Authority knowledge base KA-03100; NHS Data Dictionary, GENERAL MEDICAL PRACTITIONER \
             PPD CODE",
};

/// The form alone of a general medical practitioner's code.
pub const GMP_CODE_FORMAT: Native = Native {
    name: "gmp-code-format",
    check: gmp_code_format,
    about: "a general practitioner code by its form alone: G and 7 digits",
    source: "NHS Data Dictionary, PRACTITIONER CODES",
};

/// Passes seven digits.
///
/// Source: from memory. The number has no check digit, so a mistyped one cannot be found here.
pub fn gmc_number(value: &[u8]) -> Judged {
    if fits(value, b"C9999999") {
        return Judged::failed(value, "this is a consultant code: the GMC number is its 7 digits without the C");
    }
    digits(value, 7, 7, "a GMC number is 7 digits")
}

/// Passes `C` with the seven digits of a GMC number, `CD` with six digits for a dental consultant, and the default
/// codes for a professional who has no consultant code.
///
/// Source: CDS-XML `ConsultantCode_Type` for the length; the forms from memory of the NHS Data Dictionary.
pub fn consultant_code(value: &[u8]) -> Judged {
    let known = fits(value, b"C9999999")
        || fits(value, b"CD999999")
        || matches!(value, b"D9999998" | b"H9999998" | b"M9999998" | b"N9999998");
    if !known && fits(value, b"9999999") {
        return Judged::failed(value, "a consultant code is C and the 7 digits of the GMC number: the C is missing");
    }
    Judged::unless(value, (!known).then_some("a consultant code is C and 7 digits"))
}

/// Passes `G` and seven digits. Source: NHS Data Dictionary, PRACTITIONER CODES.
pub fn gmp_code_format(value: &[u8]) -> Judged {
    judge(value, b"G9999999", "a general practitioner code is G and 7 digits")
}

/// Passes `G` and seven digits of which the last is the check digit: the first six weighted 1, 3, 7, 1, 3, 7 and
/// summed, modulo 10.
///
/// Catches every change of one digit, since 1, 3, 7 and 9 have inverses modulo 10. Of exchanged neighbours it misses
/// exactly those that differ by five, since neighbouring weights differ by an even number.
///
/// Source: NHS Business Services Authority, knowledge base KA-03100; the national default codes agree with it.
pub fn gmp_code(value: &[u8]) -> Judged {
    let [b'G', number @ ..] = value else {
        return gmp_code_format(value);
    };
    let &[a, b, c, d, e, f, check] = number else {
        return gmp_code_format(value);
    };
    if !number.iter().all(u8::is_ascii_digit) {
        return gmp_code_format(value);
    }
    let sum: u32 =
        [(a, 1), (b, 3), (c, 7), (d, 1), (e, 3), (f, 7)].iter().map(|&(digit, by)| u32::from(digit - b'0') * by).sum();
    Judged::unless(value, (sum % 10 != u32::from(check - b'0')).then_some("check digit wrong"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::native::told;

    #[test]
    fn forms_of_doctors_codes() {
        assert!(gmc_number(b"3456789").is_passed());
        assert!(gmc_number(b"345678").is_failed());
        assert!(consultant_code(b"C3456789").is_passed());
        assert!(consultant_code(b"CD123456").is_passed());
        assert!(consultant_code(b"H9999998").is_passed());
        assert!(consultant_code(b"H1234567").is_failed());
        assert!(gmp_code_format(b"G5612908").is_passed());
        assert!(gmp_code_format(b"g5612908").is_failed());
        assert!(gmp_code_format(b"V81999").is_failed());
    }

    #[test]
    fn gmp_check_digit_agrees_with_the_national_default_codes() {
        assert!(gmp_code(b"G9999998").is_passed());
        assert!(gmp_code(b"G9999981").is_passed());
        assert!(gmp_code(b"G9999991").is_failed());
        assert!(gmp_code(b"G999998").is_failed());
        assert!(gmp_code(b"G99999X8").is_failed());
    }

    #[test]
    fn a_number_in_the_place_of_a_code_is_recognised() {
        assert!(told(consultant_code(b"3456789")).contains("the C is missing"));
        assert!(told(gmc_number(b"C3456789")).contains("without the C"));
    }
}
