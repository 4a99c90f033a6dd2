//! What a CodeSystem says of its content, against the content (FHIR R4, CodeSystem, sections 4.8.3 to 4.8.6).
//!
//! In: the CodeSystem; what it supplements and the value set that it says holds all of it, where they are held. Out: a
//! supplement that is none, codes that are not in what is supplemented, a count that is not the content's, a value set
//! that is not all of it.

use super::super::super::{Code, CodingRef, Context, Issues, Membership};
use super::super::read::At;

/// Checks the CodeSystem `system`.
pub(super) fn check(system: At<'_>, context: &Context<'_>, issues: &mut Issues) {
    let content = system.word("content");
    match system.text_of("supplements") {
        Some(supplemented) => supplement(system, &supplemented, context, issues),
        None if content == "supplement" => {
            tell(issues, system.child("content"), "a supplement says what it supplements");
        }
        None => {}
    }
    let count = concepts(system);
    if content == "complete"
        && let Some(stated) = system.child("count")
        && stated.text().is_some_and(|text| text.parse() != Ok(count))
    {
        tell(issues, Some(stated), "all concepts are here, and their number is not the count stated");
    }
    let Some(canonical) = system.text_of("valueSet") else { return };
    let Some(held) = context.library.value_set(&canonical) else { return };
    let url = system.word("url");
    // Of another version of the system, the value set held says nothing of this one.
    let version = system.text_of("version");
    if context.library.code_system(&url).is_some_and(|known| known.version.as_deref() != version.as_deref()) {
        return;
    }
    let is_all = held.compose.as_ref().is_some_and(|compose| match &compose.include[..] {
        [include] => {
            include.system.as_deref() == Some(&*url)
                && include.concept.is_empty()
                && include.filter.is_empty()
                && include.value_set.is_empty()
        }
        _ => false,
    });
    if !is_all {
        tell(issues, Some(system), "the value set that is to hold all codes of the system holds others, or not all");
    }
}

fn tell(issues: &mut Issues, at: Option<At<'_>>, message: &'static str) {
    if let Some(at) = at {
        issues.fail(Code::CodeSystem, at.node, None, || message.into());
    }
}

fn supplement(system: At<'_>, supplemented: &str, context: &Context<'_>, issues: &mut Issues) {
    if system.word("content") != "supplement" {
        tell(issues, system.child("content"), "what supplements a code system has the content `supplement`");
    }
    for name in ["caseSensitive", "hierarchyMeaning"] {
        tell(issues, system.child(name), "a supplement leaves this to the code system that it supplements");
    }
    let (url, version) = match supplemented.split_once('|') {
        Some((url, version)) => (url, Some(version)),
        None => (supplemented, None),
    };
    for concept in system.all("concept") {
        let Some(code) = concept.text_of("code") else { continue };
        let coding = CodingRef { system: Some(url), version, code: &code, ..CodingRef::default() };
        if context.terminology.in_system(coding) == Membership::NotMember {
            tell(issues, Some(concept), "the code system that is supplemented does not have this code");
        }
    }
}

/// How many concepts there are, those below others too. They lie as deep as the parser lets them.
fn concepts(holder: At<'_>) -> usize {
    holder.all("concept").map(|concept| 1 + concepts(concept)).sum()
}
