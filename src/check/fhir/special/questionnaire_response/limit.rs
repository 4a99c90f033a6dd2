//! How many answers, how long, how great, how precise, in which form: the limits that extensions of an item set.

use super::super::super::Code;
use super::super::super::assertion::compare_decimals;
use super::super::read::At;
use super::Check;
use regex::Regex;
use std::cmp::Ordering;

const CORE: &str = "http://hl7.org/fhir/StructureDefinition/";
const CAPTURE: &str = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-";
/// The most that a compiled regular expression of a questionnaire may take.
const REGEX_BYTES: usize = 1 << 20;

/// How `left` stands to `right`, both decimals.
pub(super) fn numbers(left: &[u8], right: &[u8]) -> Option<Ordering> {
    compare_decimals(left, right)
}

/// How one date, time or both stands to another; `None` when they are equal as far as both go and one goes further, or
/// their zones differ.
pub(super) fn moments(left: &str, right: &str) -> Option<Ordering> {
    let (left, our_zone) = without_zone(left);
    let (right, their_zone) = without_zone(right);
    let shared = left.len().min(right.len());
    let ordering = left.as_bytes()[..shared].cmp(&right.as_bytes()[..shared]);
    if ordering == Ordering::Equal {
        return (left.len() == right.len() && our_zone == their_zone).then_some(ordering);
    }
    // A day apart, no zone matters.
    let same_zone = our_zone == their_zone || left.len().min(right.len()) <= 10;
    same_zone.then_some(ordering)
}

fn without_zone(text: &str) -> (&str, &str) {
    let Some(time) = text.find('T') else { return (text, "") };
    match text[time..].find(['Z', '+', '-']) {
        Some(zone) => text.split_at(time + zone),
        None => (text, ""),
    }
}

/// Why two quantities are not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Apart {
    /// Neither has a coded unit.
    NoUnit,
    /// They have different units.
    Units,
    /// One has no number.
    NoNumber,
}

/// How one Quantity stands to another of the same coded unit.
pub(super) fn quantities(left: At<'_>, right: At<'_>) -> Result<Ordering, Apart> {
    let (Some(ours), Some(theirs)) = (left.child("value"), right.child("value")) else { return Err(Apart::NoNumber) };
    let (system, code) = (left.text_of("system"), left.text_of("code"));
    if system.is_none() || code.is_none() {
        return Err(Apart::NoUnit);
    }
    if system != right.text_of("system") || code != right.text_of("code") {
        return Err(Apart::Units);
    }
    numbers(ours.view.raw(ours.node), theirs.view.raw(theirs.node)).ok_or(Apart::NoNumber)
}

/// Checks how many answers an item has.
pub(super) fn count<'c>(check: &mut Check<'c, '_>, item: At<'c>, index: usize, answers: usize) {
    let at = check.form.item(index).at;
    let limit =
        |name: &str| -> Option<usize> { at.extension(&format!("{CORE}questionnaire-{name}"))?.text()?.parse().ok() };
    let (least, most) = (limit("minOccurs"), limit("maxOccurs"));
    if least.is_some_and(|least| answers < least) {
        let code = if check.in_progress { Code::ResponseWarning } else { Code::ResponseRange };
        check.issues.fail(code, item.node, None, || format!("fewer answers than the least number, {answers}").into());
    }
    if most.is_some_and(|most| answers > most) {
        check.issues.fail(Code::ResponseRange, item.node, None, || {
            format!("more answers than the greatest number, {answers}").into()
        });
    }
}

/// Checks the value of an answer.
pub(super) fn check<'c>(check: &mut Check<'c, '_>, value: At<'c>, index: usize) {
    let at = check.form.item(index).at;
    match value.type_name() {
        "string" | "uri" => length(check, value, at),
        "decimal" => places(check, value, at),
        "Quantity" => {
            if let Some(number) = value.child("value") {
                let fits = fits_places(number, at);
                tell_places(check, value, fits);
            }
        }
        _ => {}
    }
    for (side, wrong) in [("min", Ordering::Less), ("max", Ordering::Greater)] {
        if let Some(bound) = at.extension(&format!("{CORE}{side}Value")) {
            let compared = match value.type_name() {
                "Quantity" => number_of(value).zip(number_of(bound)).and_then(|(a, b)| numbers(a, b)),
                "decimal" | "integer" => numbers(value.view.raw(value.node), bound.view.raw(bound.node)),
                "date" | "dateTime" | "time" => value.text().zip(bound.text()).and_then(|(a, b)| moments(&a, &b)),
                _ => None,
            };
            if compared == Some(wrong) {
                let name = if side == "min" { "less than the least" } else { "more than the greatest" };
                check.issues.fail(Code::ResponseRange, value.node, None, || {
                    format!("the answer is {name} that the questionnaire allows").into()
                });
            }
        }
        let name = if side == "min" { "minQuantity" } else { "maxQuantity" };
        if let Some(bound) = at.extension(&format!("{CAPTURE}{name}"))
            && value.type_name() == "Quantity"
        {
            quantity(check, value, bound, wrong);
        }
    }
}

/// The number of a Quantity, or of what is a number itself.
fn number_of(at: At<'_>) -> Option<&[u8]> {
    let number = if at.type_name() == "Quantity" { at.child("value")? } else { at };
    Some(number.view.raw(number.node))
}

fn quantity<'c>(check: &mut Check<'c, '_>, value: At<'c>, bound: At<'_>, wrong: Ordering) {
    let least = wrong == Ordering::Less;
    let side = if least { "least" } else { "greatest" };
    match quantities(value, bound) {
        Ok(ordering) if ordering == wrong => {
            let than = if least { "less" } else { "more" };
            check.issues.fail(Code::ResponseRange, value.node, None, || {
                format!("the quantity is {than} than the {side} that the questionnaire allows").into()
            });
        }
        Ok(_) | Err(Apart::NoNumber) => {}
        Err(Apart::NoUnit) => check.issues.fail(Code::ResponseRange, value.node, None, || {
            format!("the quantity has no coded unit, so it cannot be compared with the {side} one allowed").into()
        }),
        Err(Apart::Units) => check.issues.fail(Code::ResponseRange, value.node, None, || {
            format!("the quantity is not in the unit of the {side} one allowed, so the two cannot be compared").into()
        }),
    }
}

fn length<'c>(check: &mut Check<'c, '_>, value: At<'c>, at: At<'_>) {
    let Some(text) = value.text() else { return };
    let number = |text: Option<std::borrow::Cow<'_, str>>| text.and_then(|text| text.parse::<usize>().ok());
    let length = text.chars().count();
    if let Some(least) = number(at.extension(&format!("{CORE}minLength")).and_then(At::text))
        && length < least
    {
        check.issues.fail(Code::ResponseRange, value.node, None, || {
            format!("the answer has {length} characters; the questionnaire asks for {least} or more").into()
        });
    }
    if let Some(most) = number(at.text_of("maxLength"))
        && length > most
    {
        check.issues.fail(Code::ResponseRange, value.node, None, || {
            format!("the answer has {length} characters; the questionnaire allows {most}").into()
        });
    }
    let Some(pattern) = at.extension(&format!("{CORE}regex")).and_then(At::text) else { return };
    let compiled = regex::RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(REGEX_BYTES).build();
    match compiled.as_ref().map(|compiled: &Regex| compiled.is_match(&text)) {
        Ok(true) => {}
        Ok(false) => check.issues.fail(Code::ResponseRange, value.node, None, || {
            "the answer is not in the form that the questionnaire asks for by a regular expression".into()
        }),
        Err(_) => check.issues.cannot_tell(Code::ResponseRange, value.node, None, || {
            "the regular expression of the questionnaire is not one that can be run here".into()
        }),
    }
}

fn places<'c>(check: &mut Check<'c, '_>, value: At<'c>, at: At<'_>) {
    let fits = fits_places(value, at);
    tell_places(check, value, fits);
}

/// Whether a number has no more decimal places than the item allows; how many that are when it has.
fn fits_places(number: At<'_>, at: At<'_>) -> Result<(), usize> {
    let limit = at.extension(&format!("{CORE}maxDecimalPlaces")).and_then(At::text);
    let Some(limit) = limit.and_then(|limit| limit.parse::<usize>().ok()) else { return Ok(()) };
    let raw = number.view.raw(number.node);
    let Some(point) = raw.iter().position(|&byte| byte == b'.') else { return Ok(()) };
    let places = raw[point + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    if places > limit { Err(limit) } else { Ok(()) }
}

fn tell_places<'c>(check: &mut Check<'c, '_>, value: At<'c>, fits: Result<(), usize>) {
    if let Err(limit) = fits {
        check.issues.fail(Code::ResponseRange, value.node, None, || {
            format!("the number has more decimal places than the questionnaire allows, {limit}").into()
        });
    }
}
