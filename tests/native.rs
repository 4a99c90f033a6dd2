//! Properties of the native checks: what each check-digit scheme must catch, that nothing panics, and that no
//! description carries its value.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hallmark::check::native::{Check, Judged, Shape, all, find, parse_fhir_datetime, parse_hl7_ts};
use proptest::collection::{SizeRange, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};

const DIGITS: &[u8] = b"0123456789";
const HEX: &[u8] = b"0123456789ABCDEF";
const CAPITALS_AND_DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const CHECK_CHARACTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ+";

fn check(name: &str) -> Check {
    find(name).unwrap_or_else(|| panic!("{name} is not registered")).check
}

fn passes(name: &str, value: &[u8]) -> bool {
    check(name)(value).is_passed()
}

/// `body` with the one last character that the scheme accepts, or none when it leaves that body unused.
fn complete(name: &str, body: &[u8], alphabet: &[u8]) -> Option<Vec<u8>> {
    let mut fitting = alphabet.iter().map(|&last| [body, &[last]].concat()).filter(|value| passes(name, value));
    let found = fitting.next();
    assert!(fitting.next().is_none(), "{name}: two check characters fit one body");
    found
}

fn run_of(alphabet: &'static [u8], length: impl Into<SizeRange>) -> impl Strategy<Value = Vec<u8>> {
    vec(select(alphabet), length)
}

fn nhs_number() -> impl Strategy<Value = Vec<u8>> {
    run_of(DIGITS, 9)
        .prop_filter_map("modulus 11 leaves one body in eleven unused", |body| complete("nhs-number", &body, DIGITS))
}

/// A concept of the core (partition 00) or of an extension (partition 10).
fn concept() -> impl Strategy<Value = Vec<u8>> {
    let core = (b'1'..=b'9', run_of(DIGITS, 2..8)).prop_map(|(first, rest)| (first, rest, *b"00"));
    let extension = (b'1'..=b'9', run_of(DIGITS, 8..14)).prop_map(|(first, rest)| (first, rest, *b"10"));
    prop_oneof![core, extension].prop_filter_map("every body has a check digit", |(first, rest, partition)| {
        complete("snomed-ct-id", &[&[first], &rest[..], &partition].concat(), DIGITS)
    })
}

fn gmp_code() -> impl Strategy<Value = Vec<u8>> {
    run_of(DIGITS, 6).prop_filter_map("every body has a check digit", |body| {
        complete("gmp-code", &[b"G", &body[..]].concat(), DIGITS)
    })
}

fn prescription() -> impl Strategy<Value = Vec<u8>> {
    let groups = (run_of(HEX, 6), run_of(CAPITALS_AND_DIGITS, 6), run_of(HEX, 5));
    groups.prop_filter_map("every body has a check character", |(first, second, third)| {
        complete("eps-short-id", &[&first[..], b"-", &second, b"-", &third].concat(), CHECK_CHARACTERS)
    })
}

/// Exchanges two characters; none when they are the same, so that nothing would change.
fn exchanged(value: &[u8], one: usize, other: usize) -> Option<Vec<u8>> {
    let mut value = value.to_vec();
    value.swap(one, other);
    (value[one] != value[other]).then_some(value)
}

/// Every exchange of two unequal characters, neighbours or not.
fn every_exchange(value: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let pairs = (0..value.len()).flat_map(|one| (one + 1..value.len()).map(move |other| (one, other)));
    pairs.filter_map(|(one, other)| exchanged(value, one, other))
}

/// Every value that differs in one place, by a character of the alphabet.
fn every_substitution(value: &[u8], alphabet: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..value.len()).flat_map(move |at| {
        alphabet.iter().filter(move |other| **other != value[at]).map(move |&other| {
            let mut changed = value.to_vec();
            changed[at] = other;
            changed
        })
    })
}

proptest! {
    #[test]
    fn modulus_11_catches_every_wrong_digit_and_every_exchange(number in nhs_number()) {
        for changed in every_substitution(&number, DIGITS).chain(every_exchange(&number)) {
            prop_assert!(check("nhs-number")(&changed).is_failed());
        }
    }

    #[test]
    fn verhoeff_catches_every_wrong_digit_and_every_exchange_of_neighbours(id in concept()) {
        let neighbours = (1..id.len()).filter_map(|at| exchanged(&id, at - 1, at));
        for changed in every_substitution(&id, DIGITS).chain(neighbours) {
            prop_assert!(check("snomed-ct-id")(&changed).is_failed());
        }
    }

    #[test]
    fn mod_37_2_catches_every_wrong_character_and_every_exchange(id in prescription()) {
        for changed in every_substitution(&id, CHECK_CHARACTERS).chain(every_exchange(&id)) {
            prop_assert!(check("eps-short-id")(&changed).is_failed());
        }
    }

    #[test]
    fn the_gmp_check_digit_catches_every_wrong_digit_and_misses_only_neighbours_five_apart(code in gmp_code()) {
        for changed in every_substitution(&code[1..], DIGITS) {
            prop_assert!(check("gmp-code")(&[b"G", &changed[..]].concat()).is_failed());
        }
        for at in 2..code.len() {
            if let Some(changed) = exchanged(&code, at - 1, at) {
                prop_assert_eq!(passes("gmp-code", &changed), code[at - 1].abs_diff(code[at]) == 5);
            }
        }
    }

    #[test]
    fn separators_are_found_and_do_not_hide_a_placeholder(number in nhs_number(), at in 1..10_usize, mark in select(&b" -"[..])) {
        let mut written = number.clone();
        written.insert(at, mark);
        prop_assert!(passes("nhs-number-format", &number));
        prop_assert!(check("nhs-number-format")(&written).is_failed());
        for name in ["nhs-number-placeholder", "nhs-number-test-range"] {
            prop_assert_eq!(passes(name, &number), passes(name, &written));
        }
    }

    #[test]
    fn one_digit_repeated_is_a_placeholder(digit in select(DIGITS)) {
        prop_assert!(check("nhs-number-placeholder")(&[digit; 10]).is_failed());
    }
}

/// Bytes as they come, and bytes near the forms that are checked.
fn anything() -> impl Strategy<Value = Vec<u8>> {
    let near = r"[0-9A-Za-z ./:+{}()\[\]'%*^=-]{0,40}".prop_map(String::into_bytes);
    let dated = "[0-9]{4}-?[0-9]{2}-?[0-9]{2}[T ]?[0-9:]{0,8}[.]?[0-9]{0,12}[Z+-]?[0-9:]{0,5}";
    prop_oneof![vec(any::<u8>(), 0..200), near, dated.prop_map(String::into_bytes)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Nothing panics, and a failure is described by counts and a fixed text of ours: by nothing else.
    #[test]
    fn a_failure_is_told_as_makeup_and_fixed_text(value in anything()) {
        for native in all() {
            if let Judged::Failed(shape) = (native.check)(&value) {
                let problem = shape.problem().unwrap_or_default();
                prop_assert_eq!(shape.to_string(), format!("{}, {problem}", Shape::makeup(&value)));
                prop_assert!(!problem.is_empty(), "{} fails without saying why", native.name);
            }
        }
    }

    #[test]
    fn no_description_contains_four_digits_of_its_value(value in run_of(DIGITS, 4..40)) {
        for native in all() {
            let text = format!("{:?}", (native.check)(&value));
            for part in value.windows(4) {
                let part = std::str::from_utf8(part).expect("digits are text");
                prop_assert!(!text.contains(part), "{} describes a value by itself", native.name);
            }
        }
    }
}

/// Digits of every even length that makes a time stamp, most of them real, some with a zone.
fn time_stamp() -> impl Strategy<Value = String> {
    let whole = "(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])([01][0-9])([0-5][0-9])([0-5][0-9])";
    (whole, select(vec![4, 6, 8, 10, 12, 14]), select(vec!["", "+0000", "+0100", "-0500"]))
        .prop_map(|(text, length, zone): (String, usize, &str)| format!("{}{zone}", &text[..length]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn moments_compare_alike_both_ways(a in time_stamp(), b in time_stamp()) {
        if let (Some(first), Some(second)) = (parse_hl7_ts(a.as_bytes()), parse_hl7_ts(b.as_bytes())) {
            prop_assert_eq!(first.compare(&second), second.compare(&first).map(std::cmp::Ordering::reverse));
            prop_assert_eq!(first.compare(&first), Some(std::cmp::Ordering::Equal));
        }
    }

    /// Without zones, digits of one length order as text does.
    #[test]
    fn moments_of_one_precision_order_as_their_digits(a in time_stamp(), b in time_stamp()) {
        let local = |text: &str| text.split(['+', '-']).next().map(str::to_owned).unwrap_or_default();
        let (a, b) = (local(&a), local(&b));
        let length = a.len().min(b.len());
        let read = |text: &str| parse_hl7_ts(&text.as_bytes()[..length]);
        if let (Some(first), Some(second)) = (read(&a), read(&b)) {
            prop_assert_eq!(first.compare(&second), Some(a[..length].cmp(&b[..length])));
        }
    }

    #[test]
    fn hl7_and_fhir_agree_on_what_is_a_date(year in 0..=9999_u16, month in 0..=13_u8, day in 0..=32_u8) {
        let hl7 = parse_hl7_ts(format!("{year:04}{month:02}{day:02}").as_bytes());
        let fhir = parse_fhir_datetime(format!("{year:04}-{month:02}-{day:02}").as_bytes());
        prop_assert!(hl7 == fhir, "one syntax takes a date that the other refuses");
    }

    /// The parser and the check are one: what passes can be read, what fails cannot.
    #[test]
    fn a_time_stamp_is_read_when_it_passes(value in anything()) {
        prop_assert_eq!(parse_hl7_ts(&value).is_some(), passes("hl7-ts", &value));
        prop_assert_eq!(parse_fhir_datetime(&value).is_some(), passes("fhir-datetime", &value));
    }
}

fn unit() -> impl Strategy<Value = &'static str> {
    select(vec!["mmol", "L", "10*9", "mm[Hg]", "{cells}", "m2", "s-1", "24", "[IU]", "ug{creat}"])
}

proptest! {
    #[test]
    fn valid_units_join_into_valid_units(a in unit(), b in unit(), joint in select(vec![".", "/"])) {
        let joined = format!("{a}{joint}({b})");
        prop_assert!(passes("ucum-unit", joined.as_bytes()), "{}", joined);
    }

    #[test]
    fn a_unit_cut_inside_its_brackets_fails(a in unit(), b in unit(), cut in any::<Index>()) {
        let bracketed = format!("({a}.{b})");
        let cut = 1 + cut.index(bracketed.len() - 1);
        prop_assert!(check("ucum-unit")(&bracketed.as_bytes()[..cut]).is_failed());
    }

    #[test]
    fn encoded_content_passes_and_half_a_group_does_not(content in vec(any::<u8>(), 1..100)) {
        let text = STANDARD.encode(&content);
        prop_assert!(passes("base64", text.as_bytes()));
        prop_assert!(check("base64")(&text.as_bytes()[..text.len() - 1]).is_failed());
        let document = STANDARD.encode([b"%PDF", &content[..]].concat());
        prop_assert!(passes("pdf-base64", document.as_bytes()));
        prop_assert_eq!(passes("pdf-base64", text.as_bytes()), content.starts_with(b"%PDF"));
    }
}
