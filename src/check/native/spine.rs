//! Identifiers of the Spine: users, roles, systems, party keys, and the booking reference.

use super::template::{digits, fits, is_capital_or_digit};
use super::{Judged, Native};

/// A smartcard user.
pub const SDS_USER_ID: Native = Native {
    name: "sds-user-id",
    check: sds_user_id,
    about: "a Spine user id: 12 digits",
    source: "12 digits in every published national example",
};

/// A user's role in an organisation.
pub const SDS_ROLE_PROFILE_ID: Native = Native {
    name: "sds-role-profile-id",
    check: sds_role_profile_id,
    about: "a Spine role profile id: 1 to 15 digits, 12 in the national examples",
    source: "eps-spine-shared, validation constants (^[0-9]{1,15}$)",
};

/// A job role code.
pub const RBAC_ROLE_CODE: Native = Native {
    name: "rbac-role-code",
    check: rbac_role_code,
    about: "an access-control role code: letter and 4 digits, alone or three joined by colons",
    source: "eps-spine-shared, validation constants",
};

/// An accredited system.
pub const ASID: Native = Native {
    name: "asid",
    check: asid,
    about: "an accredited system identifier: 12 digits",
    source: "National Record Locator and GP Connect validation (^[0-9]{12}$)",
};

/// A message handling system's party key.
pub const PARTY_KEY: Native = Native {
    name: "party-key",
    check: party_key,
    about: "a party key: ODS code, hyphen, 6 or 7 digits",
    source: "from memory: Spine Directory Service, nhsMHSPartyKey",
};

/// An e-RS booking reference.
pub const UBRN: Native = Native {
    name: "ubrn",
    check: ubrn,
    about: "a unique booking reference number: 12 digits",
    source: "CDS-XML UBRN_Converted_Type ([0-9]{12})",
};

/// Passes twelve digits. Source: every published national example.
pub fn sds_user_id(value: &[u8]) -> Judged {
    digits(value, 12, 12, "a Spine user id is 12 digits")
}

/// Passes one to fifteen digits, as the Spine itself accepts. Source: eps-spine-shared, validation constants.
pub fn sds_role_profile_id(value: &[u8]) -> Judged {
    digits(value, 1, 15, "a Spine role profile id is digits only, at most 15")
}

/// Passes `S8000:G8000:R8000` or the last part alone. Source: eps-spine-shared, validation constants.
pub fn rbac_role_code(value: &[u8]) -> Judged {
    let known = fits(value, b"A9999") || fits(value, b"A9999:A9999:A9999");
    Judged::unless(value, (!known).then_some("a role code is a letter and 4 digits, or three such joined by colons"))
}

/// Passes twelve digits. Source: National Record Locator, GP Connect (`^[0-9]{12}$`).
pub fn asid(value: &[u8]) -> Judged {
    digits(value, 12, 12, "an ASID is 12 digits")
}

/// Passes an ODS code of 3 to 10 characters, a hyphen and six or seven digits.
///
/// Source: from memory of the Spine Directory Service.
pub fn party_key(value: &[u8]) -> Judged {
    let known = value.iter().position(|&byte| byte == b'-').is_some_and(|hyphen| {
        let (code, number) = (&value[..hyphen], &value[hyphen + 1..]);
        (3..=10).contains(&code.len())
            && code.iter().all(|&byte| is_capital_or_digit(byte))
            && (6..=7).contains(&number.len())
            && number.iter().all(u8::is_ascii_digit)
    });
    Judged::unless(value, (!known).then_some("a party key is an ODS code, a hyphen and 6 or 7 digits"))
}

/// Passes twelve digits; the form printed for patients, in groups of four, is for paper only.
///
/// Source: CDS-XML `UBRN_Converted_Type`.
pub fn ubrn(value: &[u8]) -> Judged {
    if fits(value, b"9999 9999 9999") || fits(value, b"9999-9999-9999") {
        return Judged::failed(value, "a UBRN is sent as 12 digits without spaces or hyphens");
    }
    digits(value, 12, 12, "a UBRN is 12 digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spine_identifiers() {
        assert!(sds_user_id(b"555086689106").is_passed());
        assert!(sds_user_id(b"55508668910").is_failed());
        assert!(sds_role_profile_id(b"100102238986").is_passed());
        assert!(sds_role_profile_id(b"1").is_passed());
        assert!(sds_role_profile_id(b"1234567890123456").is_failed());
        assert!(asid(b"200000000205").is_passed());
        assert!(asid(b"2000000002O5").is_failed());
        assert!(ubrn(b"000049741722").is_passed());
        assert!(ubrn(b"0000 4974 1722").is_failed());
    }

    #[test]
    fn role_codes_come_alone_or_in_threes() {
        assert!(rbac_role_code(b"R8000").is_passed());
        assert!(rbac_role_code(b"S8000:G8000:R8000").is_passed());
        assert!(rbac_role_code(b"S8000:G8000").is_failed());
        assert!(rbac_role_code(b"S8000:G8000:r8000").is_failed());
    }

    #[test]
    fn party_keys() {
        assert!(party_key(b"YES-0000806").is_passed());
        assert!(party_key(b"A28009-821903").is_passed());
        assert!(party_key(b"A28009821903").is_failed());
        assert!(party_key(b"-821903").is_failed());
    }
}
