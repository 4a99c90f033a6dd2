//! SNOMED CT identifiers: length, partition and Verhoeff check digit.

use super::{Judged, Native};

/// Any SNOMED CT identifier.
pub const ID: Native = Native {
    name: "snomed-ct-id",
    check: id,
    about: "a SNOMED CT identifier: 6 to 18 digits, a known partition, a right Verhoeff check digit",
    source: "SNOMED CT Release File Specification, SCTID; lengths also CDS-XML; partition and check digit from memory",
};

/// An identifier of a concept.
pub const CONCEPT_ID: Native = Native {
    name: "snomed-concept-id",
    check: concept_id,
    about: "a SNOMED CT concept identifier: partition 00, or 10 for an extension such as the UK's",
    source: "SNOMED CT Release File Specification, partition identifier; from memory",
};

/// An identifier of a description.
pub const DESCRIPTION_ID: Native = Native {
    name: "snomed-description-id",
    check: description_id,
    about: "a SNOMED CT description identifier: partition 01, or 11 for an extension such as the UK's",
    source: "SNOMED CT Release File Specification, partition identifier; from memory",
};

/// How many digits a spreadsheet keeps of a number.
const SPREADSHEET_DIGITS: usize = 15;
/// The shortest identifier of an extension: item, seven digits of namespace, two of partition, check digit.
const SHORTEST_EXTENSION: usize = 11;

/// Passes 6 to 18 digits without a leading zero, whose second and third digits from the right are a partition in use
/// (00, 01, 02 for the core; 10, 11, 12 for an extension, then at least 11 digits), with a right check digit.
///
/// Verhoeff's scheme catches every change of one digit and every exchange of two unequal neighbours. It does not
/// catch every exchange of digits further apart, nor of whole pairs.
///
/// An identifier that a spreadsheet rounded has zeros past its fifteenth digit. One of 18 digits that so satisfies
/// the check digit by chance cannot be told from a genuine one, and the check says so.
///
/// Source: SNOMED CT Release File Specification, SCTID; partition and check digit from memory.
pub fn id(value: &[u8]) -> Judged {
    judge(value, None)
}

/// Passes an identifier whose partition is that of concepts. Source: as for [`id`].
pub fn concept_id(value: &[u8]) -> Judged {
    judge(value, Some(b'0'))
}

/// Passes an identifier whose partition is that of descriptions. Source: as for [`id`].
pub fn description_id(value: &[u8]) -> Judged {
    judge(value, Some(b'1'))
}

fn judge(value: &[u8], component: Option<u8>) -> Judged {
    if let Some(problem) = problem(value) {
        return Judged::failed(value, problem);
    }
    // 18 digits ending in three zeros would be a core identifier of the greatest length, and none that long is issued.
    if value.len() == 18 && is_rounded(value) {
        return Judged::CannotTell("its last three digits are zeros, as a spreadsheet leaves a rounded identifier");
    }
    let Some(wanted) = component else {
        return Judged::Passed;
    };
    let found = value[value.len() - 2];
    Judged::unless(
        value,
        (found != wanted).then_some(match found {
            b'0' => "its partition is that of a concept",
            b'1' => "its partition is that of a description",
            _ => "its partition is that of a relationship",
        }),
    )
}

fn problem(value: &[u8]) -> Option<&'static str> {
    if !value.iter().all(u8::is_ascii_digit) {
        return Some(if is_exponential(value) {
            "an exponent form, as a spreadsheet writes a long number: the identifier is lost"
        } else {
            "a SNOMED CT identifier is digits only"
        });
    }
    if !(6..=18).contains(&value.len()) {
        return Some("a SNOMED CT identifier has 6 to 18 digits");
    }
    if value[0] == b'0' {
        return Some("a SNOMED CT identifier has no leading zero");
    }
    let partition_problem = match value[value.len() - 3..value.len() - 1] {
        [b'0', b'0'..=b'2'] => None,
        [b'1', b'0'..=b'2'] if value.len() >= SHORTEST_EXTENSION => None,
        [b'1', b'0'..=b'2'] => Some("too short for the extension that its partition claims"),
        _ => Some("its partition is not one in use"),
    };
    let problem = partition_problem.or_else(|| (!verhoeff(value)).then_some("check digit wrong"));
    problem.map(
        |problem| if is_rounded(value) { "looks rounded by a spreadsheet: its last digits are zeros" } else { problem },
    )
}

fn is_rounded(value: &[u8]) -> bool {
    value.len() > SPREADSHEET_DIGITS && value[SPREADSHEET_DIGITS..].iter().all(|&digit| digit == b'0')
}

/// Digits, a mark, an `E` and digits: 1.3E+17.
fn is_exponential(value: &[u8]) -> bool {
    value.first().is_some_and(u8::is_ascii_digit)
        && value.last().is_some_and(u8::is_ascii_digit)
        && value.iter().filter(|byte| matches!(byte, b'E' | b'e')).count() == 1
        && value.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'E' | b'e' | b'.' | b'+'))
}

/// Verhoeff's permutation, and its powers: it has order 8.
const PERMUTATIONS: [[u8; 10]; 8] = {
    let step = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let mut powers = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]; 8];
    let mut power = 1;
    while power < 8 {
        let mut digit = 0;
        while digit < 10 {
            powers[power][digit] = step[powers[power - 1][digit] as usize];
            digit += 1;
        }
        power += 1;
    }
    powers
};

/// The product of two elements of the dihedral group of the pentagon: 0 to 4 turn it, 5 to 9 turn it over.
const fn product(a: u8, b: u8) -> u8 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b) % 5 + 5,
        (false, true) => (a + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    }
}

/// Whether the last digit is the Verhoeff check digit of the others. Every byte must be an ASCII digit.
fn verhoeff(digits: &[u8]) -> bool {
    digits
        .iter()
        .rev()
        .enumerate()
        .fold(0, |check, (place, &digit)| product(check, PERMUTATIONS[place % 8][usize::from(digit - b'0') % 10]))
        == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::native::told;

    #[test]
    fn published_concepts_pass() {
        for value in [
            "22298006",
            "24700007",
            "428673006",
            "734163000",
            "721981007",
            "1102421000000108",
            "823651000000106",
            "736253002",
            "887701000000100",
            "16521000000101",
            "138875005",
            "900000000000207008",
        ] {
            assert_eq!(concept_id(value.as_bytes()), Judged::Passed, "{value}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_apart() {
        assert_eq!(told(id(b"22298007")), "check digit wrong");
        assert_eq!(told(id(b"22298036")), "its partition is not one in use");
        assert_eq!(told(id(b"22298101")), "too short for the extension that its partition claims");
        assert_eq!(told(id(b"022298006")), "a SNOMED CT identifier has no leading zero");
        assert_eq!(told(id(b"12345")), "a SNOMED CT identifier has 6 to 18 digits");
        assert_eq!(told(id(b"22298006 ")), "a SNOMED CT identifier is digits only");
        assert!(told(id(b"1.10242E+15")).starts_with("an exponent form"));
        assert!(told(id(b"9.99E17")).starts_with("an exponent form"));
    }

    #[test]
    fn rounded_identifiers_are_recognised() {
        assert!(told(id(b"1102421000000100")).starts_with("looks rounded"));
        // A genuine extension identifier may end in a zero check digit.
        assert_eq!(id(b"887701000000100"), Judged::Passed);
    }

    #[test]
    fn a_rounded_identifier_that_satisfies_the_check_digit_is_left_undecided() {
        let undecided = (100..1000_u32)
            .map(|head| format!("{head}000011000001000"))
            .filter(|value| matches!(id(value.as_bytes()), Judged::CannotTell(_)))
            .count();
        assert_eq!(undecided, 90, "one in ten satisfies the check digit by chance");
    }

    #[test]
    fn partition_tells_concept_from_description() {
        let description: Vec<String> =
            (0..10).map(|digit| format!("3716401{digit}")).filter(|text| id(text.as_bytes()).is_passed()).collect();
        assert_eq!(description.len(), 1);
        assert_eq!(told(concept_id(description[0].as_bytes())), "its partition is that of a description");
        assert!(description_id(description[0].as_bytes()).is_passed());
        assert_eq!(told(description_id(b"22298006")), "its partition is that of a concept");
    }
}
