//! Base64 text, and PDF documents carried in it.

use super::{Judged, Native};
use crate::parse::form::base64::{WhiteSpace, problem, sextet};

/// Unbroken base64.
pub const BASE64: Native = Native {
    name: "base64",
    check: base64,
    about: "base64 in one unbroken run, padded to a multiple of four characters",
    source: "RFC 4648, section 4",
};

/// Base64 with white space in it.
pub const WRAPPED: Native = Native {
    name: "base64-wrapped",
    check: wrapped,
    about: "base64 that may be broken by white space, padded to a multiple of four characters",
    source: "RFC 4648, section 4; XML Schema base64Binary allows white space",
};

/// A PDF in base64.
pub const PDF: Native = Native {
    name: "pdf-base64",
    check: pdf,
    about: "a PDF document in unbroken base64",
    source: "RFC 4648, section 4; ISO 32000-1, 7.5.2 (file header)",
};

/// Passes base64 with the standard alphabet in one run, padded. Source: RFC 4648, section 4.
pub fn base64(value: &[u8]) -> Judged {
    Judged::unless(value, problem(value, WhiteSpace::Refused))
}

/// Passes base64 that spaces, tabs and line ends may break anywhere. Source: XML Schema `base64Binary`.
pub fn wrapped(value: &[u8]) -> Judged {
    Judged::unless(value, problem(value, WhiteSpace::Skipped))
}

/// Passes base64 throughout that decodes to something beginning `%PDF`. Only the head is decoded.
///
/// Source: ISO 32000-1, 7.5.2.
pub fn pdf(value: &[u8]) -> Judged {
    let problem = problem(value, WhiteSpace::Refused).or_else(|| {
        // Four bytes are five whole characters and the upper two bits of a sixth.
        let [b'J', b'V', b'B', b'E', b'R', sixth, ..] = value else {
            return Some("the content does not begin as a PDF does");
        };
        (sextet(*sixth)? >> 4 != 0b10).then_some("the content does not begin as a PDF does")
    });
    Judged::unless(value, problem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::native::told;

    #[test]
    fn padding_must_complete_the_last_group() {
        for value in ["Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "+/+/"] {
            assert!(base64(value.as_bytes()).is_passed(), "{value}");
        }
        assert_eq!(told(base64(b"Zg")), "base64 with wrong padding");
        assert_eq!(told(base64(b"Zg=")), "base64 with wrong padding");
        assert_eq!(told(base64(b"Zm9v=")), "base64 with wrong padding");
        assert!(told(base64(b"Zm9vY")).starts_with("base64 cut short"));
        assert!(told(base64(b"Zg==Zg==")).contains("after its padding"));
        assert_eq!(told(base64(b"====")), "no base64");
        assert!(told(base64(b"Zm-_")).starts_with("the URL alphabet"));
        assert!(told(base64(b"Zm9*")).contains("outside its alphabet"));
    }

    #[test]
    fn white_space_only_where_allowed() {
        assert!(told(base64(b"Zm9v\r\nYmFy")).contains("white space"));
        assert!(wrapped(b"Zm9v\r\nYm Fy\n").is_passed());
    }

    #[test]
    fn a_pdf_is_known_by_its_head() {
        // "%PDF-1.4\n" and "%PDF" alone.
        assert!(pdf(b"JVBERi0xLjQK").is_passed());
        assert!(pdf(b"JVBERg==").is_passed());
        assert!(told(pdf(b"JVBERw==")).contains("does not begin"), "%PDG");
        assert!(told(pdf(b"UEsDBBQA")).contains("does not begin"));
        assert!(told(pdf(b"JVBERi0x\nLjQK")).contains("white space"));
    }
}
