//! Property references: UPRN and PAF key.

use super::template::digits;
use super::{Judged, Native};

/// A unique property reference number.
pub const UPRN: Native = Native {
    name: "uprn",
    check: uprn,
    about: "a unique property reference number: 1 to 12 digits",
    source: "PDS FHIR API, UPRNAddressKey (^[0-9]{1,12}$)",
};

/// A Postcode Address File key.
pub const PAF_KEY: Native = Native {
    name: "paf-key",
    check: paf_key,
    about: "a Postcode Address File key: 8 digits",
    source: "PDS FHIR API, PAFAddressKey (^[0-9]{8}$)",
};

/// Passes one to twelve digits. Source: PDS FHIR API, `UPRNAddressKey`.
pub fn uprn(value: &[u8]) -> Judged {
    digits(value, 1, 12, "a UPRN is 1 to 12 digits")
}

/// Passes eight digits. Source: PDS FHIR API, `PAFAddressKey`.
pub fn paf_key(value: &[u8]) -> Judged {
    digits(value, 8, 8, "a PAF key is 8 digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_digits_of_a_length() {
        assert!(uprn(b"1").is_passed());
        assert!(uprn(b"010010201020").is_passed());
        assert!(uprn(b"0100102010201").is_failed());
        assert!(uprn(b"10A").is_failed());
        assert!(paf_key(b"12345678").is_passed());
        assert!(paf_key(b"1234567").is_failed());
    }
}
