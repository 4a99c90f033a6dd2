//! One value set, made ready: what each part of it asks of a code.

use super::asked::Asked;
use super::display::{Shown, shown};
use super::filter::Ready;
use super::system::System;
use super::{Answer, MAX_DEPTH, Terminology};
use crate::check::fhir::CodingRef;
use crate::standard::fhir::{Contains, Filter, Include, ValueSet};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::sync::Arc;

/// Codes with what is shown for them.
type Codes = FxHashMap<Box<str>, Vec<Shown>>;

/// A value set.
#[derive(Debug)]
pub(super) struct Set {
    /// Its business version.
    pub(super) version: Option<Box<str>>,
    include: Vec<Part>,
    exclude: Vec<Part>,
    /// The codes as its publisher listed them, by system, and whether that is all of them.
    listed: Option<(FxHashMap<Box<str>, Codes>, bool)>,
    /// Whether codes that are no longer in use belong to it.
    inactive: bool,
    has_compose: bool,
}

/// One `include` or `exclude`.
#[derive(Debug)]
struct Part {
    system: Option<Box<str>>,
    version: Option<Box<str>>,
    what: What,
    /// The filters as published.
    filters: Vec<Filter>,
    /// Sets that a code must be in too.
    also: Vec<Also>,
}

/// A set that a code must be in too.
#[derive(Debug)]
enum Also {
    Held(Arc<Set>),
    /// It is not held; its URL.
    Other(Box<str>),
    /// It lies too deep in others to be followed.
    Deep,
}

/// Which codes of the system.
#[derive(Debug)]
enum What {
    /// These.
    Codes(Codes),
    /// All.
    Whole,
    /// Those that fulfil every filter.
    Filtered(Arc<System>, Vec<Ready>),
    /// The system is not held and the filters ask for it.
    Unknown,
    /// The part names no system.
    Any,
}

impl Set {
    pub(super) fn new(set: &ValueSet, terms: &Terminology, depth: u32) -> Self {
        let part = |include: &Include| Part::new(include, terms, depth);
        let parts = |includes: Option<&Vec<Include>>| includes.into_iter().flatten().map(part).collect();
        let compose = set.compose.as_ref();
        Self {
            version: set.version.as_deref().map(Into::into),
            include: parts(compose.map(|compose| &compose.include)),
            exclude: parts(compose.map(|compose| &compose.exclude)),
            listed: set.expansion.as_ref().map(|expansion| {
                let mut codes = FxHashMap::default();
                list(&expansion.contains, &mut codes, 0);
                (codes, expansion.is_complete())
            }),
            inactive: compose.is_none_or(|compose| compose.inactive != Some(false)),
            has_compose: compose.is_some_and(|compose| !compose.include.is_empty()),
        }
    }

    /// Whether `coding` is in it. What it is made of decides; where that cannot, its publisher's list does.
    pub(super) fn has(&self, terms: Asked<'_>, coding: CodingRef<'_>) -> Answer {
        let made_of = match self.has_compose {
            true => self.composed(terms, coding),
            false => Answer::Unsure(Cow::Borrowed("the value set says nothing of what it is made of")),
        };
        match (made_of, &self.listed) {
            (Answer::Unsure(cause), Some((codes, complete))) => {
                let known = match coding.system {
                    Some(system) => codes.get(system).is_some_and(|codes| codes.contains_key(coding.code)),
                    None => codes.values().any(|codes| codes.contains_key(coding.code)),
                };
                match (known, complete) {
                    (true, _) => Answer::Yes,
                    (false, true) => Answer::No,
                    (false, false) => Answer::Unsure(cause),
                }
            }
            (answer, _) => answer,
        }
    }

    fn composed(&self, terms: Asked<'_>, coding: CodingRef<'_>) -> Answer {
        let any = |parts: &[Part]| {
            parts.iter().fold(Answer::No, |so_far, part| so_far.or(|| part.has(terms, coding, self.inactive)))
        };
        any(&self.include).and(|| any(&self.exclude).not())
    }

    /// The only system of which it has `code`, when there is one.
    pub(super) fn only_system(&self, code: &str) -> Option<&str> {
        let mut systems = self.include.iter().filter_map(|part| match &part.what {
            What::Codes(codes) if !codes.contains_key(code) => None,
            _ => part.system.as_deref(),
        });
        let first = systems.next()?;
        systems.all(|other| other == first).then_some(first)
    }

    /// What it shows for `code` itself.
    pub(super) fn displays(&self, system: Option<&str>, code: &str) -> Vec<&Shown> {
        let parts = self.include.iter().filter(|part| system.is_none() || part.system.as_deref() == system);
        let named = parts.filter_map(|part| match &part.what {
            What::Codes(codes) => codes.get(code),
            _ => None,
        });
        let listed = self
            .listed
            .iter()
            .flat_map(|(codes, _)| codes.iter().filter(move |(url, _)| system.is_none_or(|system| system == &***url)));
        let listed = listed.filter_map(|(_, codes)| codes.get(code));
        named.chain(listed).flatten().collect()
    }

    /// Its codes in order when there are at most `most`.
    pub(super) fn few_codes(&self, terms: &Terminology, most: usize) -> Option<Vec<String>> {
        let mut codes: Vec<String> = Vec::new();
        if !self.exclude.is_empty() {
            return None;
        }
        for part in &self.include {
            if !part.also.is_empty() {
                return None;
            }
            match &part.what {
                What::Codes(some) if some.len() <= most => codes.extend(some.keys().map(|code| code.to_string())),
                What::Whole => {
                    let system = terms.system_of(part.system.as_deref()?, part.version.as_deref())?;
                    if !system.complete || system.entries.len() > most {
                        return None;
                    }
                    codes.extend(system.entries.iter().map(|entry| entry.code.to_string()));
                }
                _ => return None,
            }
            if codes.len() > most {
                return None;
            }
        }
        codes.sort();
        codes.dedup();
        (!codes.is_empty()).then_some(codes)
    }
}

impl Part {
    fn new(include: &Include, terms: &Terminology, depth: u32) -> Self {
        let system = include.system.as_deref();
        let held = || terms.system_of(system?, include.version.as_deref());
        let what = if system.is_none() {
            What::Any
        } else if !include.concept.is_empty() {
            let displays =
                |one: &crate::standard::fhir::Listed| shown(one.display.as_deref(), "", &one.designation).collect();
            What::Codes(include.concept.iter().map(|one| (one.code.as_str().into(), displays(one))).collect())
        } else if include.filter.is_empty() {
            What::Whole
        } else {
            match held() {
                // A system of which nothing is held cannot be filtered.
                Some(system) if system.complete || !system.entries.is_empty() => {
                    let filters = include.filter.iter().map(|filter| Ready::new(filter, &system)).collect();
                    What::Filtered(system, filters)
                }
                _ => What::Unknown,
            }
        };
        let also = include.value_set.iter().map(|canonical| {
            match (depth < MAX_DEPTH).then(|| terms.set(canonical, depth + 1)) {
                Some(Some(set)) => Also::Held(set),
                Some(None) => Also::Other(canonical.as_str().into()),
                None => Also::Deep,
            }
        });
        Self {
            system: system.map(Into::into),
            version: include.version.as_deref().map(Into::into),
            what,
            filters: include.filter.clone(),
            also: also.collect(),
        }
    }

    fn has(&self, terms: Asked<'_>, coding: CodingRef<'_>, inactive: bool) -> Answer {
        if let (Some(system), Some(of)) = (&self.system, coding.system)
            && **system != *of
        {
            return Answer::No;
        }
        let also = self.also.iter().fold(Answer::Yes, |so_far, set| {
            so_far.and(|| match set {
                Also::Held(set) => set.has(terms, coding),
                Also::Other(canonical) => terms.other_set(canonical, coding, NOT_HELD),
                Also::Deep => Answer::Unsure(Cow::Borrowed(NOT_HELD)),
            })
        });
        also.and(|| self.in_system(terms, coding, inactive))
    }

    fn in_system(&self, terms: Asked<'_>, coding: CodingRef<'_>, inactive: bool) -> Answer {
        let Some(url) = self.system.as_deref() else { return Answer::from(!self.also.is_empty()) };
        let in_use = |system: &System, at: u32| Answer::from(inactive || !system.entries[at as usize].inactive);
        match &self.what {
            What::Codes(codes) => codes.contains_key(coding.code).into(),
            What::Whole => {
                let held = terms.terms.system_of(url, self.version.as_deref());
                match held.as_ref().and_then(|system| Some((system, system.find(coding.code)?))) {
                    Some((system, at)) => in_use(system, at),
                    None => terms.code_in(url, self.version.as_deref(), coding.code),
                }
            }
            What::Filtered(system, filters) => {
                let held = match system.find(coding.code) {
                    Some(at) => {
                        let all =
                            filters.iter().fold(Answer::Yes, |so_far, filter| so_far.and(|| filter.holds(system, at)));
                        all.and(|| in_use(system, at))
                    }
                    None => system.absent(),
                };
                terms.part((url, self.version.as_deref()), coding.code, &self.filters, held)
            }
            // A code that the system cannot have is in no part of it.
            What::Unknown => {
                let held = match terms.terms.code_in(url, self.version.as_deref(), coding.code) {
                    Answer::Yes => Answer::Unsure(super::known::not_held(url)),
                    other => other,
                };
                terms.part((url, self.version.as_deref()), coding.code, &self.filters, held)
            }
            What::Any => Answer::Yes,
        }
    }
}

/// Why a set that another is made of decides nothing.
const NOT_HELD: &str = "a value set that it is made of is not held";

/// Levels of an expansion that are followed.
const MAX_LEVELS: u32 = 64;

fn list(contains: &[Contains], codes: &mut FxHashMap<Box<str>, Codes>, level: u32) {
    for one in contains.iter().filter(|_| level < MAX_LEVELS) {
        if let Some(code) = one.code.as_deref().filter(|_| !one.is_abstract) {
            let system = codes.entry(one.system.as_deref().unwrap_or_default().into()).or_default();
            let known = system.entry(code.into()).or_default();
            known.extend(shown(one.display.as_deref(), "", &one.designation));
        }
        list(&one.contains, codes, level + 1);
    }
}
