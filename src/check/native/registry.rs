//! Every native check, by name.

use super::{
    Native, base64, classification, clinician, dates, locale, nhs_number, ods, oid, person, place, postcode,
    prescription, snomed, specialty, spine, ucum, uuid,
};

/// In order of name, so that a name is found by bisection and lists come out sorted.
static ALL: &[Native] = &[
    spine::ASID,
    base64::BASE64,
    base64::WRAPPED,
    dates::CDS_DATE,
    dates::CDS_TIME,
    clinician::CONSULTANT_CODE,
    locale::COUNTRY,
    prescription::LONG_ID,
    prescription::SHORT_ID,
    person::ETHNIC_CATEGORY,
    dates::FHIR_DATE,
    dates::FHIR_DATETIME,
    dates::FHIR_INSTANT,
    dates::FHIR_TIME,
    clinician::GMC_NUMBER,
    clinician::GMP_CODE,
    clinician::GMP_CODE_FORMAT,
    dates::DT,
    dates::DT_DAY,
    dates::TM,
    dates::TS,
    dates::TS_HHMM,
    classification::ICD_10,
    locale::LANGUAGE,
    specialty::MAIN_SPECIALTY,
    nhs_number::NUMBER,
    nhs_number::FORMAT,
    nhs_number::PLACEHOLDER,
    person::NHS_NUMBER_STATUS,
    nhs_number::TEST_RANGE,
    person::NSTS,
    ods::CODE,
    ods::TRUST_OR_SITE,
    oid::OID,
    classification::OPCS_4,
    place::PAF_KEY,
    spine::PARTY_KEY,
    base64::PDF,
    person::PERSON_GENDER_ITK,
    person::PERSON_STATED_GENDER,
    postcode::POSTCODE,
    spine::RBAC_ROLE_CODE,
    classification::READ_CODE,
    spine::SDS_ROLE_PROFILE_ID,
    spine::SDS_USER_ID,
    snomed::CONCEPT_ID,
    snomed::ID,
    snomed::DESCRIPTION_ID,
    specialty::TREATMENT_FUNCTION,
    spine::UBRN,
    ucum::UNIT,
    place::UPRN,
    uuid::UUID,
    uuid::UPPER,
];

/// Every native check, in order of name.
#[must_use]
pub fn all() -> &'static [Native] {
    ALL
}

/// The native check of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Native> {
    ALL.binary_search_by(|native| native.name.cmp(name)).ok().map(|at| &ALL[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_in_order() {
        for pair in ALL.windows(2) {
            assert!(pair[0].name < pair[1].name, "{} must come before {}", pair[1].name, pair[0].name);
        }
    }

    #[test]
    fn names_are_kebab_case() {
        for native in ALL {
            assert!(
                native.name.split('-').all(|word| {
                    !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
                }),
                "{} is not kebab-case",
                native.name
            );
        }
    }

    #[test]
    fn every_check_says_what_it_is_and_whence() {
        for native in ALL {
            assert!(!native.about.is_empty() && !native.source.is_empty(), "{} explains nothing", native.name);
            assert!(!native.about.ends_with('.'), "{}: about is a phrase, not a sentence", native.name);
        }
    }

    #[test]
    fn find_finds_each_and_nothing_else() {
        for native in ALL {
            assert_eq!(find(native.name).map(|found| found.name), Some(native.name));
        }
        assert!(find("nhs").is_none());
        assert!(find("").is_none());
    }

    #[test]
    fn nothing_passes_an_empty_value_that_a_rule_would_rely_on() {
        for native in ALL {
            let tolerant = matches!(native.name, "nhs-number-placeholder" | "nhs-number-test-range");
            assert_eq!((native.check)(b"").is_failed(), !tolerant, "{}", native.name);
        }
    }
}
