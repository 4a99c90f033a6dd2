//! Coded facts about a person: NHS number status, ethnic category, gender.

use super::{Judged, Native};

/// NHS number status as HL7 v2 carries it.
pub const NSTS: Native = Native {
    name: "nsts",
    check: nsts,
    about: "an NHS number status as HL7 v2 carries it: NSTS01 to NSTS08",
    source: "HL7 v2 DMS v1.1, table 0445",
};

/// NHS number status as a bare code.
pub const NHS_NUMBER_STATUS: Native = Native {
    name: "nhs-number-status",
    check: nhs_number_status,
    about: "an NHS number status indicator code: 01 to 08",
    source: "NHS Data Dictionary, NHS NUMBER STATUS INDICATOR CODE; UK Core verification status code system",
};

/// An ethnic category.
pub const ETHNIC_CATEGORY: Native = Native {
    name: "ethnic-category",
    check: ethnic_category,
    about: "an ethnic category: 99, or a letter of the national list with at most one local character",
    source: "CDS-XML EthnicCategory_Type",
};

/// Gender as ITK and EDIFACT code it.
pub const PERSON_GENDER_ITK: Native = Native {
    name: "person-gender-itk",
    check: person_gender_itk,
    about: "a gender as ITK codes it: 0 not known, 1 male, 2 female, 9 not specified",
    source: "pathology EDIFACT gender codes; ITK HL7 v2 tables",
};

/// Gender as the person states it.
pub const PERSON_STATED_GENDER: Native = Native {
    name: "person-stated-gender",
    check: person_stated_gender,
    about: "a person stated gender: 1 male, 2 female, 9 indeterminate, X not known",
    source: "from memory: NHS Data Dictionary, PERSON STATED GENDER CODE",
};

/// Passes `NSTS01` to `NSTS08`. Source: HL7 v2 DMS v1.1, table 0445.
pub fn nsts(value: &[u8]) -> Judged {
    if is_status(value) || matches!(value, [b'1'..=b'8']) {
        return Judged::failed(value, "the letters that begin a status in HL7 v2 are missing");
    }
    let known = value.strip_prefix(b"NSTS").is_some_and(is_status);
    Judged::unless(value, (!known).then_some("not an NHS number status, which ends in 01 to 08"))
}

/// Passes `01` to `08`. Source: NHS Data Dictionary, NHS NUMBER STATUS INDICATOR CODE.
pub fn nhs_number_status(value: &[u8]) -> Judged {
    if matches!(value, [b'1'..=b'8']) {
        return Judged::failed(value, "an NHS number status has a leading zero");
    }
    Judged::unless(value, (!is_status(value)).then_some("an NHS number status is 01 to 08"))
}

const fn is_status(value: &[u8]) -> bool {
    matches!(value, [b'0', b'1'..=b'8'])
}

/// Passes `99`, or a letter of the national list, which a system may follow with one character of its own.
///
/// Source: CDS-XML `EthnicCategory_Type`.
pub fn ethnic_category(value: &[u8]) -> Judged {
    let (national, local) = match value {
        b"99" => return Judged::Passed,
        [national] => (national, None),
        [national, local] => (national, Some(local)),
        _ => return Judged::failed(value, "an ethnic category is 99 or a letter, with at most one local character"),
    };
    Judged::unless(
        value,
        if national.is_ascii_lowercase() {
            Some("an ethnic category is in capitals")
        } else if !matches!(national, b'A'..=b'H' | b'J'..=b'N' | b'P' | b'R' | b'S' | b'Z') {
            Some("not a letter of the national list of ethnic categories")
        } else if local.is_some_and(|byte| !byte.is_ascii_alphanumeric()) {
            Some("the local character of an ethnic category is a letter or digit")
        } else {
            None
        },
    )
}

/// Passes `0`, `1`, `2` or `9`. Source: pathology EDIFACT gender codes; ITK HL7 v2 tables.
pub fn person_gender_itk(value: &[u8]) -> Judged {
    Judged::unless(
        value,
        match value {
            b"0" | b"1" | b"2" | b"9" => None,
            b"M" | b"F" | b"U" | b"O" => Some("a letter of base HL7 v2: ITK codes gender as 0, 1, 2 or 9"),
            _ => Some("gender is coded as 0, 1, 2 or 9"),
        },
    )
}

/// Passes `1`, `2`, `9` or `X`. Source: from memory of the NHS Data Dictionary.
pub fn person_stated_gender(value: &[u8]) -> Judged {
    Judged::unless(value, (!matches!(value, b"1" | b"2" | b"9" | b"X")).then_some("stated gender is 1, 2, 9 or X"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses() {
        assert!(nsts(b"NSTS01").is_passed());
        assert!(nsts(b"NSTS08").is_passed());
        for value in ["NSTS09", "NSTS00", "NSTS1", "nsts01", "NSTS011"] {
            assert!(nsts(value.as_bytes()).is_failed(), "{value}");
        }
        let Judged::Failed(shape) = nsts(b"1") else { panic!("a bare digit is not a status") };
        assert_eq!(shape.to_string(), "1 digit, the letters that begin a status in HL7 v2 are missing");
        assert!(nhs_number_status(b"01").is_passed());
        assert!(nhs_number_status(b"1").is_failed());
        assert!(nhs_number_status(b"09").is_failed());
    }

    #[test]
    fn ethnic_categories_are_those_of_the_schema() {
        for letter in b'A'..=b'Z' {
            assert_eq!(ethnic_category(&[letter]).is_passed(), b"ABCDEFGHJKLMNPRSZ".contains(&letter));
        }
        assert!(ethnic_category(b"99").is_passed());
        assert!(ethnic_category(b"A1").is_passed());
        assert!(ethnic_category(b"A ").is_failed());
        assert!(ethnic_category(b"98").is_failed());
        assert!(ethnic_category(b"a").is_failed());
    }

    #[test]
    fn genders() {
        for value in [b"0", b"1", b"2", b"9"] {
            assert!(person_gender_itk(value).is_passed());
        }
        assert!(person_gender_itk(b"M").is_failed());
        assert!(person_gender_itk(b"X").is_failed());
        assert!(person_stated_gender(b"X").is_passed());
        assert!(person_stated_gender(b"0").is_failed());
    }
}
