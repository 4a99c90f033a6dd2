//! Organisation Data Service codes.

use super::template::{fits, is_capital_or_digit};
use super::{Judged, Native};

/// Any ODS code.
pub const CODE: Native = Native {
    name: "ods-code",
    check: code,
    about: "an ODS code: 3 to 12 capitals and digits, including the five-character codes such as Y8J7D",
    source: "ODS newsletter February 2020 (DCB0090); CDS-XML organisation code length; PDS FHIR API ^[0-9A-Z]+$",
};

/// The code of a trust or of one of its sites.
pub const TRUST_OR_SITE: Native = Native {
    name: "ods-trust-or-site",
    check: trust_or_site,
    about: "an ODS code of a trust or site: 3 or 5 capitals and digits",
    source: "ODS newsletter February 2020 (DCB0090); lengths of trust (3) and site (5) codes",
};

/// Passes 3 to 12 capitals and digits. The ANANA codes issued since April 2020 have five characters with letters and
/// digits in turn; nothing more is asked of a code than that, since older codes come in every mixture.
///
/// Source: ODS newsletter February 2020 (DCB0090); CDS-XML (3 to 12 characters); PDS FHIR API `^[0-9A-Z]+$`.
pub fn code(value: &[u8]) -> Judged {
    Judged::unless(value, problem(value))
}

/// Passes a trust code of 3 or a site code of 5 characters, as a sending or assigning facility is named.
///
/// Source: ODS newsletter February 2020 (DCB0090).
pub fn trust_or_site(value: &[u8]) -> Judged {
    if let Some(problem) = problem(value) {
        return Judged::failed(value, problem);
    }
    let fitting = fits(value, b"NNN") || fits(value, b"NNNNN");
    Judged::unless(value, (!fitting).then_some("the ODS code of a trust has 3 characters, of a site 5"))
}

fn problem(value: &[u8]) -> Option<&'static str> {
    if !value.iter().all(|&byte| is_capital_or_digit(byte)) {
        return Some(if value.iter().all(u8::is_ascii_alphanumeric) {
            "an ODS code is in capitals"
        } else if value.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b' ') {
            "an ODS code has no spaces"
        } else {
            "an ODS code is capitals and digits only"
        });
    }
    (!(3..=12).contains(&value.len())).then_some("an ODS code has 3 to 12 characters")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::native::told;

    #[test]
    fn codes_of_every_generation_pass() {
        for value in ["RXX", "RXX01", "V81999", "Y8J7D", "A9A9A", "X26", "8HK48", "Y05868", "ABCDEF123456"] {
            assert_eq!(code(value.as_bytes()), Judged::Passed, "{value}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_apart() {
        assert_eq!(told(code(b"y8j7d")), "an ODS code is in capitals");
        assert_eq!(told(code(b"RXX 01")), "an ODS code has no spaces");
        assert_eq!(told(code(b"RXX-01")), "an ODS code is capitals and digits only");
        assert_eq!(told(code(b"RX")), "an ODS code has 3 to 12 characters");
        assert_eq!(told(code(b"ABCDEF1234567")), "an ODS code has 3 to 12 characters");
    }

    #[test]
    fn trust_and_site_are_three_or_five() {
        assert!(trust_or_site(b"RXX").is_passed());
        assert!(trust_or_site(b"Y8J7D").is_passed());
        assert!(trust_or_site(b"V81999").is_failed());
        assert!(trust_or_site(b"RXXA").is_failed());
    }
}
