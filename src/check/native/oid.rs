//! ISO object identifiers in dotted form.

use super::{Judged, Native};
use crate::parse::form::oid::problem;

/// A dotted object identifier.
pub const OID: Native = Native {
    name: "oid",
    check: oid,
    about: "an ISO object identifier: arcs joined by full stops, no leading zeros, the first 0, 1 or 2",
    source: "ISO/IEC 9834-1 and ITU-T X.660; HL7 v2 HD and v3 II use the dotted form",
};

/// Passes at least two arcs joined by full stops: the first 0, 1 or 2; the second below 40 under 0 and 1; none with a
/// leading zero. Arcs may be of any size, as those made from UUIDs are.
///
/// Source: ITU-T X.660.
pub fn oid(value: &[u8]) -> Judged {
    if let [b'u' | b'U', b'r' | b'R', b'n' | b'N', b':', ..] = value {
        return Judged::failed(value, "a bare OID is wanted here, without its URN prefix");
    }
    Judged::unless(value, problem(value))
}

#[cfg(test)]
mod tests {
    use super::oid;

    #[test]
    fn national_oids_pass() {
        for value in ["2.16.840.1.113883.2.1.4.1", "1.2.826.0.1285.0.2.0.65", "0.39", "2.999"] {
            assert!(oid(value.as_bytes()).is_passed(), "{value}");
        }
    }

    #[test]
    fn malformed_oids_fail() {
        for value in ["2", "3.1", "1.40", "2.16.", ".2.16", "2..16", "2.016", "urn:oid:2.16", "2.1x", "21.1"] {
            assert!(oid(value.as_bytes()).is_failed(), "{value}");
        }
    }
}
