//! Specialty and treatment function codes by their form.

use super::template::digits;
use super::{Judged, Native};

/// A treatment function.
pub const TREATMENT_FUNCTION: Native = Native {
    name: "treatment-function",
    check: treatment_function,
    about: "a treatment function code: 3 digits, no leading zero",
    source: "from memory: NHS Data Dictionary, ACTIVITY TREATMENT FUNCTION CODE",
};

/// A main specialty.
pub const MAIN_SPECIALTY: Native = Native {
    name: "main-specialty",
    check: main_specialty,
    about: "a main specialty code: 3 digits, no leading zero",
    source: "from memory: NHS Data Dictionary, MAIN SPECIALTY CODE",
};

/// Passes three digits, the first not zero. Source: from memory of the NHS Data Dictionary.
pub fn treatment_function(value: &[u8]) -> Judged {
    three_digits(value, "a treatment function code is 3 digits, the first not zero")
}

/// Passes three digits, the first not zero. Source: from memory of the NHS Data Dictionary.
pub fn main_specialty(value: &[u8]) -> Judged {
    three_digits(value, "a main specialty code is 3 digits, the first not zero")
}

fn three_digits(value: &[u8], problem: &'static str) -> Judged {
    if value.first() == Some(&b'0') {
        return Judged::failed(value, problem);
    }
    digits(value, 3, 3, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_and_no_leading_zero() {
        for check in [treatment_function, main_specialty] {
            assert!(check(b"100").is_passed());
            assert!(check(b"812").is_passed());
            assert!(check(b"012").is_failed());
            assert!(check(b"10").is_failed());
            assert!(check(b"10A").is_failed());
        }
    }
}
