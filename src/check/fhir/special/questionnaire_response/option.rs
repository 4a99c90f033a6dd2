//! Whether an answer is one of those offered: the options listed, or the codes of a value set.

use super::super::super::{Code, CodingRef, Membership};
use super::super::contained_set;
use super::super::read::At;
use super::Check;
use super::form::Kind;
use std::borrow::Cow;

const EXCLUSIVE: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive";
const UNITS: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitValueSet";
const UNIT: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption";

/// Checks `value` of `answer` against what the item at `index` offers.
pub(super) fn check<'c>(check: &mut Check<'c, '_>, answer: At<'c>, value: At<'c>, index: usize) {
    let asked = check.form.item(index);
    if !matches!(value.type_name(), "Coding" | "date" | "time" | "integer" | "string") {
        return;
    }
    let is_choice = matches!(asked.kind, Kind::Choice | Kind::OpenChoice);
    let open = asked.kind == Kind::OpenChoice;
    let set = asked.at.text_of("answerValueSet");
    if asked.at.child("answerOption").is_some() {
        return listed(check, answer, value, index);
    }
    match (set, value.type_name()) {
        (Some(set), "Coding") => coding(check, answer, value, &set, open),
        (Some(set), "string") if !open => plain(check, value, &set),
        (Some(_), _) => {}
        // What is not said to be a choice has no options.
        (None, _) if !is_choice || open => {}
        (None, _) => {
            check.issues.applies(Code::ResponseInformation);
            check.issues.fail(Code::ResponseInformation, answer.node, None, || {
                "the question is a choice, and the questionnaire gives it nothing to choose from".into()
            });
        }
    }
}

fn listed<'c>(check: &mut Check<'c, '_>, answer: At<'c>, value: At<'c>, index: usize) {
    let asked = check.form.item(index);
    let kind = value.type_name();
    let is_choice = matches!(asked.kind, Kind::Choice | Kind::OpenChoice);
    let open = asked.kind == Kind::OpenChoice;
    let options: Vec<At<'_>> = asked.at.all("answerOption").filter_map(|option| option.child("value")).collect();
    let of_kind = options.iter().filter(|option| option.type_name() == kind).count();
    if options.iter().any(|option| is_same(*option, value)) {
        return;
    }
    if open && kind == "string" {
        let text = value.text();
        let meant = |option: &At<'_>| {
            let shown = if option.type_name() == "Coding" { option.text_of("display") } else { None };
            shown.is_some() && shown == text
        };
        if options.iter().any(meant) {
            check.issues.applies(Code::ResponseOptionWarning);
            check.issues.fail(Code::ResponseOptionWarning, answer.node, None, || {
                "the answer is the text of an option, and is not given as its code".into()
            });
        }
        return;
    }
    let own_words = kind == "Coding" && value.child("code").is_none() && value.child("display").is_some();
    if open && own_words {
        return;
    }
    let at = if is_choice { answer } else { value };
    check.issues.fail(Code::ResponseOption, at.node, None, || {
        if of_kind == 0 {
            format!("no option is a {kind}, as the answer is").into()
        } else {
            "the answer is none of the options".into()
        }
    });
}

fn is_same(option: At<'_>, value: At<'_>) -> bool {
    if option.type_name() != value.type_name() {
        return false;
    }
    match value.type_name() {
        "Coding" => {
            option.text_of("system") == value.text_of("system") && option.text_of("code") == value.text_of("code")
        }
        _ => option.text() == value.text(),
    }
}

/// A coding in `set`.
fn member(check: &Check<'_, '_>, set: &str, coding: CodingRef<'_>) -> Membership {
    match set.strip_prefix('#') {
        Some(id) => match check.form.at.contained(id).filter(|found| found.type_name() == "ValueSet") {
            Some(found) => contained_set::member(found, coding, check.context),
            None => Membership::CannotTell(Cow::Borrowed("the questionnaire contains no value set of that id")),
        },
        None => check.context.terminology.member(set, coding),
    }
}

fn coding<'c>(check: &mut Check<'c, '_>, answer: At<'c>, value: At<'c>, set: &str, open: bool) {
    let (system, code) = (value.text_of("system"), value.text_of("code"));
    let (version, display) = (value.text_of("version"), value.text_of("display"));
    let Some(code) = code else {
        if !(open && display.is_some()) {
            check.issues.fail(Code::ResponseOption, answer.node, None, || {
                "the answer has no code, so it is none of those offered".into()
            });
        }
        return;
    };
    if system.is_none() {
        check.issues.applies(Code::ResponseOptionWarning);
        return check.issues.fail(Code::ResponseOptionWarning, answer.node, None, || {
            "the code has no system, so nothing tells whether it is one of those offered".into()
        });
    }
    let coding = CodingRef {
        system: system.as_deref(),
        version: version.as_deref(),
        code: &code,
        display: display.as_deref(),
        ..CodingRef::default()
    };
    match member(check, set, coding) {
        Membership::Member => {}
        // An open choice still means a code of the set when it gives one.
        Membership::NotMember => check.issues.fail(Code::ResponseOption, answer.node, None, || {
            "the code is not in the value set that the question offers".into()
        }),
        Membership::WrongDisplay => check.issues.fail(Code::ResponseOption, answer.node, None, || {
            "the code is in the value set that the question offers, with another text than the answer's".into()
        }),
        Membership::CannotTell(cause) => check.issues.cannot_tell(Code::ResponseOption, answer.node, None, || {
            format!("whether the answer is one of those offered was not decided: {cause}").into()
        }),
    }
}

/// A plain string where a value set lists what may be said.
fn plain<'c>(check: &mut Check<'c, '_>, value: At<'c>, set: &str) {
    let Some(text) = value.text() else { return };
    let coding = CodingRef { code: &text, ..CodingRef::default() };
    match member(check, set, coding) {
        Membership::NotMember => check.issues.fail(Code::ResponseOption, value.node, None, || {
            "the answer is not in the value set that the question offers".into()
        }),
        Membership::Member | Membership::WrongDisplay => {}
        Membership::CannotTell(cause) => check.issues.cannot_tell(Code::ResponseOption, value.node, None, || {
            format!("whether the answer is one of those offered was not decided: {cause}").into()
        }),
    }
}

/// Tells an answer that goes with no other, beside others.
pub(super) fn alone<'c>(check: &mut Check<'c, '_>, answers: &[At<'c>], index: usize) {
    if answers.len() < 2 {
        return;
    }
    let asked = check.form.item(index).at;
    let options = asked
        .all("answerOption")
        .filter(|option| option.extension(EXCLUSIVE).is_some_and(|flag| flag.view.raw(flag.node) == b"true"));
    let values: Vec<At<'_>> = options.filter_map(|option| option.child("value")).collect();
    for &answer in answers {
        let Some(value) = answer.child("value") else { continue };
        if values.iter().any(|option| is_same(*option, value)) {
            check.issues.fail(Code::ResponseOption, answer.node, None, || {
                "the answer goes with no other, and there are others".into()
            });
        }
    }
}

/// Checks the unit of an answer that is a quantity.
pub(super) fn unit<'c>(check: &mut Check<'c, '_>, value: At<'c>, index: usize) {
    let asked = check.form.item(index).at;
    let (system, code) = (value.text_of("system"), value.text_of("code"));
    let coding =
        CodingRef { system: system.as_deref(), code: code.as_deref().unwrap_or_default(), ..CodingRef::default() };
    let options: Vec<At<'_>> = asked.extensions(UNIT).collect();
    let listed = |option: &At<'_>| option.text_of("system") == system && option.text_of("code") == code;
    if !options.is_empty() && !options.iter().any(listed) {
        check.issues.fail(Code::ResponseOption, value.node, None, || {
            "the unit is none of those that the question offers".into()
        });
    }
    let Some(set) = asked.extension(UNITS).and_then(At::text) else { return };
    let decided = match code {
        None => Membership::NotMember,
        Some(_) => member(check, &set, coding),
    };
    match decided {
        Membership::NotMember => check.issues.fail(Code::ResponseOption, value.node, None, || {
            "the unit is not in the value set that the question offers".into()
        }),
        Membership::Member | Membership::WrongDisplay => {}
        Membership::CannotTell(cause) => check.issues.cannot_tell(Code::ResponseOption, value.node, None, || {
            format!("whether the unit is one of those offered was not decided: {cause}").into()
        }),
    }
}
