//! A ValueSet in itself (FHIR R4, ValueSet, section 4.9).
//!
//! In: the ValueSet. Out: systems that are no systems, codes that their system does not have, and filters that nothing
//! can answer.

use super::super::super::{Code, CodingRef, Context, Issues, Membership};
use super::super::address::is_absolute;
use super::super::read::At;
use super::filter;
use std::borrow::Cow;

/// Codes of one `include` that are looked up; the rest are left to whoever uses the set.
const MOST_CODES: usize = 10_000;

/// The system of units.
const UCUM: &str = "http://unitsofmeasure.org";

/// Checks a ValueSet.
pub(in super::super) fn check(set: At<'_>, context: &Context<'_>, issues: &mut Issues) {
    issues.applies(Code::ValueSet);
    let Some(compose) = set.child("compose") else { return };
    for include in compose.all("include").chain(compose.all("exclude")) {
        let Some(system) = include.text_of("system") else { continue };
        if system.contains('|') {
            issues.fail(Code::ValueSet, include.node, None, || {
                "the system has a version after a bar, which belongs in `version`".into()
            });
            continue;
        }
        if !is_absolute(&system) {
            issues.fail(Code::ValueSet, include.node, None, || {
                if system.starts_with('#') {
                    "the system is a link to a contained code system; it takes the URL of that code system, and the link in \
                     an extension"
                } else {
                    "the system is no absolute URL"
                }
                .into()
            });
            fragment(set, include, &system, issues);
            continue;
        }
        if is_other(&system, include, context) {
            issues.fail(Code::ValueSet, include.node, None, || {
                "what the URL of the system names is no code system that codes can be taken from".into()
            });
            continue;
        }
        codes(include, &system, context, issues);
        for one in include.all("filter") {
            filter::check(one, &system, context, issues);
        }
    }
}

/// A link in the place of a system has to lead to a contained code system at least.
fn fragment(set: At<'_>, include: At<'_>, system: &str, issues: &mut Issues) {
    let Some(id) = system.strip_prefix('#') else { return };
    let mut found = set.all("contained").filter(|one| one.word("id") == id);
    if found.next().is_none_or(|one| one.type_name() != "CodeSystem") {
        issues.fail(Code::ValueSet, include.node, None, || "no code system of that id is contained".into());
    }
}

/// Whether the URL is that of a value set, or of a supplement, which has no codes of its own.
fn is_other(system: &str, include: At<'_>, context: &Context<'_>) -> bool {
    let canonical = match include.text_of("version") {
        Some(version) => Cow::Owned(format!("{system}|{version}")),
        None => Cow::Borrowed(system),
    };
    match context.library.code_system(&canonical) {
        Some(held) => held.content.as_deref() == Some("supplement"),
        None => context.library.value_set(&canonical).is_some(),
    }
}

fn codes(include: At<'_>, system: &str, context: &Context<'_>, issues: &mut Issues) {
    let version = include.text_of("version");
    // A system that is contained is not among those that terminology knows.
    let url = |one: At<'_>| one.word("url") == system;
    let contained = include.view.resource_of(include.node);
    if At::new(include.view, contained).all("contained").any(url) {
        return;
    }
    for concept in include.all("concept").take(MOST_CODES) {
        let Some(code) = concept.text_of("code") else { continue };
        let coding =
            CodingRef { system: Some(system), version: version.as_deref(), code: &code, ..CodingRef::default() };
        match context.terminology.in_system(coding) {
            // HL7 itself lists units with annotations that UCUM's grammar does not have.
            Membership::NotMember if system == UCUM => issues.fail(Code::ValueSetWarning, concept.node, None, || {
                "the unit is not one by the grammar of UCUM".into()
            }),
            Membership::NotMember => {
                issues.fail(Code::ValueSet, concept.node, None, || "the system does not have this code".into())
            }
            Membership::CannotTell(cause) => {
                issues.cannot_tell(Code::ValueSetInformation, concept.node, None, || {
                    format!("whether the system has the code was not decided: {cause}").into()
                });
                // One for all of a system tells enough.
                return;
            }
            _ => {}
        }
    }
}
