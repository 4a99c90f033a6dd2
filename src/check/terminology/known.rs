//! Code systems that are grammars or are licensed: what can be said of a code without holding the system.

use super::Answer;
use crate::check::native;
use crate::standard::fhir::Filter;
use std::borrow::Cow;

const UCUM: &str = "http://unitsofmeasure.org";
const SNOMED: &str = "http://snomed.info/sct";
const LOINC: &str = "http://loinc.org";
const DMD: &str = "https://dmd.nhs.uk";
const LANGUAGES: [&str; 2] = ["urn:ietf:bcp:47", "http://tools.ietf.org/html/bcp47"];
const MIME_TYPES: [&str; 2] = ["urn:ietf:bcp:13", "http://www.rfc-editor.org/bcp/bcp13.txt"];
const COUNTRIES: &str = "urn:iso:std:iso:3166";
const URIS: [&str; 2] = ["urn:ietf:rfc:3986", "http://hl7.org/fhir/uri"];

/// What can be said of `code` in the system at `url` from its form; `None` when the system is like any other.
pub(super) fn code(url: &str, code: &str) -> Option<Answer> {
    let bare = url.split_once('|').map_or(url, |(bare, _)| bare);
    Some(match bare {
        UCUM => is_ucum(code).into(),
        SNOMED => {
            well_formed(is_snomed(code), "SNOMED CT is not held: the code is well formed, whether it is in use is open")
        }
        LOINC => {
            well_formed(is_loinc(code), "LOINC is not held: the code is well formed, whether it is in use is open")
        }
        DMD => well_formed(
            !native::snomed::concept_id(code.as_bytes()).is_failed(),
            "dm+d is not held: the code is well formed, whether it is in use is open",
        ),
        COUNTRIES => return country(code),
        _ if LANGUAGES.contains(&bare) => is_language(code).into(),
        _ if MIME_TYPES.contains(&bare) => is_mime_type(code).into(),
        _ if URIS.contains(&bare) => (!code.is_empty() && !code.contains(char::is_whitespace)).into(),
        _ => return None,
    })
}

fn well_formed(is: bool, cause: &'static str) -> Answer {
    if is { Answer::Unsure(Cow::Borrowed(cause)) } else { Answer::No }
}

/// Why a code of the system at `url`, which is not held, cannot be judged. Only systems that are published worldwide
/// or nationally are named: any other URL is the instance's own.
pub(super) fn not_held(url: &str) -> Cow<'static, str> {
    const NAMED: [(&str, &str); 9] = [
        ("http://hl7.org/fhir/sid/icd-10", "ICD-10 is not held"),
        ("https://fhir.hl7.org.uk/Id/opcs-4", "OPCS-4 is not held"),
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "RxNorm is not held"),
        ("http://www.ama-assn.org/go/cpt", "CPT is not held"),
        ("http://hl7.org/fhir/sid/ndc", "NDC is not held"),
        ("http://hl7.org/fhir/sid/cvx", "CVX is not held"),
        ("http://read.info/readv2", "Read v2 is not held"),
        ("http://read.info/ctv3", "CTV3 is not held"),
        ("https://www.whocc.no/atc", "ATC is not held"),
    ];
    match NAMED.iter().find(|(known, _)| *known == url) {
        Some((_, cause)) => Cow::Borrowed(cause),
        None => Cow::Borrowed("the code system is not held"),
    }
}

/// Why a value set that is named by its system alone cannot be judged.
pub(super) fn implicit(canonical: &str) -> Option<&'static str> {
    if canonical.starts_with("http://snomed.info/") && canonical.contains("fhir_vs") {
        return Some("the value set is a part of SNOMED CT, which is not held");
    }
    canonical.starts_with("http://loinc.org/vs").then_some("the value set is a part of LOINC, which is not held")
}

/// Whether the codes of the system at `url` are numbers with a check digit of their own, some of ten digits.
pub(super) fn has_long_numbers(url: &str) -> bool {
    matches!(url, SNOMED | DMD)
}

/// The URL of the part of the system at `url` that fulfils `filters`, where the system's publisher gives such parts URLs
/// (FHIR R4, Using SNOMED CT, implicit value sets).
pub(super) fn part_url(url: &str, filters: &[Filter]) -> Option<String> {
    let [Filter { property, op, value }] = filters else { return None };
    let is_id = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    if url != SNOMED || !is_id {
        return None;
    }
    match (property.as_str(), op.as_str()) {
        ("concept", "is-a") => Some(format!("{SNOMED}?fhir_vs=isa/{value}")),
        ("concept", "descendent-of") => Some(format!("{SNOMED}?fhir_vs=ecl/%3C{value}")),
        ("concept", "in") => Some(format!("{SNOMED}?fhir_vs=refset/{value}")),
        _ => None,
    }
}

fn is_ucum(code: &str) -> bool {
    !native::ucum::unit(code.as_bytes()).is_failed()
}

/// A concept identifier, or an expression: whose grammar is not judged here, only that it begins with a concept.
fn is_snomed(code: &str) -> bool {
    let first = code.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    let is_expression = first.len() < code.len() && code.contains([':', '+', '|']);
    (first.len() == code.len() || is_expression) && !native::snomed::concept_id(first.as_bytes()).is_failed()
}

/// LOINC codes, answers (`LA`), parts (`LP`) and lists (`LL`): digits, a hyphen and a check digit (mod 10, Luhn).
fn is_loinc(code: &str) -> bool {
    let (is_part, digits) = match code.get(..2) {
        Some("LA" | "LP" | "LL" | "LG") => (true, &code[2..]),
        _ => (false, code),
    };
    let Some((number, check)) = digits.split_once('-') else { return false };
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(number) || !all_digits(check) || check.len() != 1 || number.len() > 8 {
        return false;
    }
    is_part || luhn(number) == check.bytes().next().map(|b| u32::from(b - b'0'))
}

/// The check digit of Luhn's scheme (ISO/IEC 7812-1 annex B).
fn luhn(number: &str) -> Option<u32> {
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, b)| {
            let digit = u32::from(b - b'0');
            let doubled = if at % 2 == 0 { digit * 2 } else { digit };
            doubled / 10 + doubled % 10
        })
        .sum();
    Some((10 - sum % 10) % 10)
}

/// A tag in the form of RFC 5646: language, extended languages, script, region, variants, extensions, private use. A
/// language of two letters must be one of ISO 639-1; longer ones and the rest are judged by form.
pub(super) fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-').peekable();
    let Some(language) = parts.next() else { return false };
    let alpha = |part: &str, from: usize, to: usize| {
        (from..=to).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic())
    };
    let alphanumeric = |part: &str, from: usize, to: usize| {
        (from..=to).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    if language.eq_ignore_ascii_case("x") || language.eq_ignore_ascii_case("i") {
        return parts.peek().is_some() && parts.all(|part| alphanumeric(part, 1, 8));
    }
    let known = match language.len() {
        2 => native::locale::language(language.to_ascii_lowercase().as_bytes()).is_passed(),
        3..=8 => alpha(language, 3, 8),
        _ => false,
    };
    if !known {
        return false;
    }
    let mut next = |test: &dyn Fn(&str) -> bool| parts.next_if(|part| test(part)).is_some();
    for _ in 0..3 {
        next(&|part| alpha(part, 3, 3));
    }
    next(&|part| alpha(part, 4, 4));
    next(&|part| alpha(part, 2, 2) || (part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit())));
    while next(&|part| alphanumeric(part, 5, 8) || (part.len() == 4 && part.as_bytes()[0].is_ascii_digit())) {}
    // Extensions and private use: a single character, then what belongs to it.
    match parts.peek() {
        None => true,
        Some(single) if single.len() == 1 => {
            parts.next();
            parts.peek().is_some() && parts.all(|part| alphanumeric(part, 1, 8))
        }
        Some(_) => false,
    }
}

/// `type/subtype` with perhaps parameters (RFC 6838 section 4.2), or one of the abbreviations that FHIR has for its own.
pub(super) fn is_mime_type(text: &str) -> bool {
    let (essence, _) = text.split_once(';').unwrap_or((text, ""));
    let essence = essence.trim_end();
    if matches!(essence, "xml" | "json" | "ttl") {
        return true;
    }
    let name = |part: &str| {
        let rest = |b: u8| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b);
        (1..=127).contains(&part.len()) && part.bytes().all(rest) && part.as_bytes()[0].is_ascii_alphanumeric()
    };
    // `*` is a wildcard that some servers list among their formats.
    let part = |part: &str| name(part) || part == "*";
    essence.split_once('/').is_some_and(|(kind, subtype)| part(kind) && part(subtype))
}

/// ISO 3166 codes: those of three letters are held, the others are judged like any system.
fn country(code: &str) -> Option<Answer> {
    (code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()))
        .then(|| native::locale::country(code.as_bytes()).is_passed().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tags_are_judged_by_form_and_by_language() {
        for tag in [
            "en",
            "en-GB",
            "EN-gb",
            "zh-Hans-CN",
            "sl-rozaj-biske",
            "de-CH-1996",
            "x-private",
            "fra",
            "es-419",
            "en-x-a1",
        ] {
            assert!(is_language(tag), "{tag}");
        }
        for tag in ["", "qq", "en_GB", "en-", "en-GBR-x", "english words", "e", "123", "en-GB-"] {
            assert!(!is_language(tag), "{tag}");
        }
    }

    #[test]
    fn mime_types_have_two_names() {
        for text in ["text/plain", "application/fhir+json", "text/html; charset=utf-8", "image/svg+xml", "json"] {
            assert!(is_mime_type(text), "{text}");
        }
        for text in ["", "text", "text/", "/plain", "text plain/x", "text/pl ain"] {
            assert!(!is_mime_type(text), "{text}");
        }
    }

    #[test]
    fn licensed_systems_are_judged_by_their_check_digits() {
        assert_eq!(code(LOINC, "8480-7"), Some(Answer::No));
        assert!(matches!(code(LOINC, "8480-6"), Some(Answer::Unsure(_))));
        assert!(matches!(code(LOINC, "LA6576-8"), Some(Answer::Unsure(_))));
        assert!(matches!(code(SNOMED, "22298006"), Some(Answer::Unsure(_))));
        assert_eq!(code(SNOMED, "22298007"), Some(Answer::No));
        assert_eq!(code(UCUM, "mm[Hg]"), Some(Answer::Yes));
        assert_eq!(code(UCUM, "mmHg"), Some(Answer::No));
        assert_eq!(code("https://trust.example/codes", "x"), None);
    }
}
