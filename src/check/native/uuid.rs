//! Universally unique identifiers.

use super::{Judged, Native};
use crate::parse::form::uuid::problem;

/// A UUID in either case.
pub const UUID: Native = Native {
    name: "uuid",
    check: uuid,
    about: "a UUID: hexadecimal digits in groups of 8, 4, 4, 4 and 12, either case",
    source: "RFC 9562, section 4",
};

/// A UUID in capitals.
pub const UPPER: Native = Native {
    name: "uuid-upper",
    check: upper,
    about: "a UUID in capitals, as HL7 v3 messages to the Spine need it",
    source: "eps-spine-shared, REGEX_GUID",
};

/// Passes a UUID in either case. The version and variant bits are not tested, since no national rule asks for them.
///
/// Source: RFC 9562, section 4.
pub fn uuid(value: &[u8]) -> Judged {
    Judged::unless(value, problem(value))
}

/// Passes a UUID whose letters are capitals. Source: eps-spine-shared, `REGEX_GUID`.
pub fn upper(value: &[u8]) -> Judged {
    let lower = || value.iter().any(u8::is_ascii_lowercase).then_some("this UUID has to be in capitals");
    Judged::unless(value, problem(value).or_else(lower))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::native::told;

    #[test]
    fn case_matters_only_to_the_upper_form() {
        let small = b"a54219b8-f741-4c47-b662-e4f8dfa49ab6";
        let mut capitals = *small;
        capitals.make_ascii_uppercase();
        assert!(uuid(small).is_passed());
        assert!(uuid(&capitals).is_passed());
        assert!(upper(&capitals).is_passed());
        assert!(upper(small).is_failed());
    }

    #[test]
    fn what_is_wrong_is_told_apart() {
        assert!(told(uuid(b"urn:uuid:a54219b8-f741-4c47-b662-e4f8dfa49ab6")).contains("URN"));
        assert!(told(uuid(b"{a54219b8-f741-4c47-b662-e4f8dfa49ab6}")).contains("braces"));
        assert!(told(uuid(b"a54219b8f7414c47b662e4f8dfa49ab6")).contains("hyphens"));
        assert!(told(uuid(b"a54219b8-f741-4c47-b662-e4f8dfa49abg")).contains("32 hexadecimal digits"));
    }
}
