//! Membership in a value set that is contained in a resource, and so has no URL to ask for it by.
//!
//! In: the ValueSet's elements and a code. Out: a [`Membership`]. Codes that it lists, whole systems and other value sets
//! are decided; what it selects by a filter is cannot-tell.

use super::super::{CodingRef, Context, Membership};
use super::read::At;
use std::borrow::Cow;

/// Whether `coding` is in `set`.
pub(super) fn member(set: At<'_>, coding: CodingRef<'_>, context: &Context<'_>) -> Membership {
    if let Some(expansion) = set.child("expansion")
        && set.child("compose").is_none()
    {
        let mut open = vec![expansion];
        while let Some(holder) = open.pop() {
            for one in holder.all("contains") {
                if one.word("code") == coding.code && agrees(one.text_of("system").as_deref(), coding) {
                    return Membership::Member;
                }
                open.push(one);
            }
        }
        return Membership::NotMember;
    }
    let Some(compose) = set.child("compose") else {
        return Membership::CannotTell(Cow::Borrowed("the value set says nothing of its codes"));
    };
    let included = any(compose.all("include"), coding, context);
    if included == Membership::NotMember {
        return included;
    }
    match any(compose.all("exclude"), coding, context) {
        Membership::NotMember => included,
        Membership::CannotTell(cause) => Membership::CannotTell(cause),
        _ => Membership::NotMember,
    }
}

fn agrees(system: Option<&str>, coding: CodingRef<'_>) -> bool {
    coding.system.is_none() || coding.system == system
}

fn any<'a>(includes: impl Iterator<Item = At<'a>>, coding: CodingRef<'_>, context: &Context<'_>) -> Membership {
    let mut all = Membership::NotMember;
    for include in includes {
        match one(include, coding, context) {
            Membership::NotMember => {}
            Membership::CannotTell(cause) => all = Membership::CannotTell(cause),
            found => return found,
        }
    }
    all
}

fn one(include: At<'_>, coding: CodingRef<'_>, context: &Context<'_>) -> Membership {
    let mut so_far = Membership::Member;
    for set in include.all("valueSet").filter_map(At::text) {
        match context.terminology.member(&set, coding) {
            Membership::NotMember => return Membership::NotMember,
            Membership::CannotTell(cause) => so_far = Membership::CannotTell(cause),
            _ => {}
        }
    }
    let Some(system) = include.text_of("system") else { return so_far };
    if !agrees(Some(&system), coding) {
        return Membership::NotMember;
    }
    if include.child("concept").is_some() {
        let listed = include.all("concept").any(|concept| concept.word("code") == coding.code);
        return if listed { so_far } else { Membership::NotMember };
    }
    if include.child("filter").is_some() {
        return Membership::CannotTell(Cow::Borrowed("a contained value set selects its codes by a filter"));
    }
    match context.terminology.in_system(CodingRef { system: Some(&system), ..coding }) {
        Membership::Member | Membership::WrongDisplay => so_far,
        other => other,
    }
}
