//! Whether a code is in a value set, and whether its system has it.
//!
//! In: value sets and code systems as published, and a code. Out: a [`Membership`]: yes, yes with a wrong display, no,
//! or cannot-tell with its cause. What nobody can decide from what is held (most of SNOMED CT, LOINC, dm+d) is
//! cannot-tell, never a pass and never an error, unless a terminology server that the user named decides it. Sets and
//! systems are worked out on first use, once for all threads.

mod asked;
mod display;
mod filter;
mod known;
mod rehearsal;
mod server;
mod set;
mod system;
#[cfg(test)]
mod tests;

pub use rehearsal::rehearse;
pub use server::{About, Listener, Question, Reply, Server};

use super::fhir::{CodingRef, Membership, Terms};
use crate::standard::fhir::{CodeSystem, Library, ValueSet};
use crate::standard::near::nearest;
use asked::Asked;
use rustc_hash::FxHashMap;
use set::Set;
use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};
use system::System;

/// How many value sets may lie one inside another; real ones go to five, a circle would not end.
const MAX_DEPTH: u32 = 16;
/// Sets and systems kept that turned out not to be held: their names may come from messages.
const MAX_MISSING: usize = 4096;
/// Codes that are few enough to be read in a message.
const FEW: usize = 12;
/// Codes that one from a message is compared with, to say which may be meant.
const COMPARED: usize = 64;

/// Where value sets and code systems come from.
pub trait Published: Send + Sync {
    /// A ValueSet by canonical URL, `url` or `url|version`.
    fn value_set(&self, canonical: &str) -> Option<Arc<ValueSet>>;
    /// A CodeSystem by canonical URL.
    fn code_system(&self, canonical: &str) -> Option<Arc<CodeSystem>>;
    /// The code systems that supplement the one of this URL.
    fn supplements(&self, _url: &str) -> Vec<Arc<CodeSystem>> {
        Vec::new()
    }
}

impl Published for Library {
    fn value_set(&self, canonical: &str) -> Option<Arc<ValueSet>> {
        Library::value_set(self, canonical)
    }

    fn code_system(&self, canonical: &str) -> Option<Arc<CodeSystem>> {
        Library::code_system(self, canonical)
    }

    fn supplements(&self, url: &str) -> Vec<Arc<CodeSystem>> {
        Library::supplements(self, url)
    }
}

/// The codes of one run.
pub struct Terminology {
    published: Arc<dyn Published>,
    server: Option<Arc<dyn Server>>,
    sets: RwLock<FxHashMap<Box<str>, Option<Arc<Set>>>>,
    systems: RwLock<FxHashMap<Box<str>, Option<Arc<System>>>>,
}

/// A decision on membership, before displays are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    Unsure(Cow<'static, str>),
}

impl Answer {
    fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::No => Self::No,
            Self::Yes => other(),
            Self::Unsure(cause) => match other() {
                Self::No => Self::No,
                _ => Self::Unsure(cause),
            },
        }
    }

    fn or(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Yes => Self::Yes,
            Self::No => other(),
            Self::Unsure(cause) => match other() {
                Self::Yes => Self::Yes,
                _ => Self::Unsure(cause),
            },
        }
    }

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            unsure => unsure,
        }
    }
}

impl From<bool> for Answer {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

impl Terminology {
    /// The codes of what is published in `published`.
    pub fn new(published: Arc<dyn Published>) -> Self {
        Self { published, server: None, sets: RwLock::default(), systems: RwLock::default() }
    }

    /// The same, with `server` for what they leave open.
    #[must_use]
    pub fn with(self, server: Option<Arc<dyn Server>>) -> Self {
        Self { server, ..self }
    }

    fn asked(&self) -> Asked<'_> {
        Asked { terms: self, server: self.server.as_deref() }
    }

    fn set(&self, canonical: &str, depth: u32) -> Option<Arc<Set>> {
        // A poisoned lock means a panic while a map was changed, which leaves the map whole.
        if let Some(known) = self.sets.read().unwrap_or_else(PoisonError::into_inner).get(canonical) {
            return known.clone();
        }
        let made = self.published.value_set(canonical).map(|set| Arc::new(Set::new(&set, self, depth)));
        let mut sets = self.sets.write().unwrap_or_else(PoisonError::into_inner);
        if made.is_none() && sets.len() >= MAX_MISSING {
            return None;
        }
        // What was worked out far down a circle is cut short, and is not what the set is elsewhere.
        if depth > MAX_DEPTH / 2 {
            return made;
        }
        sets.entry(canonical.into()).or_insert(made).clone()
    }

    fn system(&self, canonical: &str) -> Option<Arc<System>> {
        if let Some(known) = self.systems.read().unwrap_or_else(PoisonError::into_inner).get(canonical) {
            return known.clone();
        }
        // A supplement is no system: its codes are those of the one that it supplements.
        let system = self.published.code_system(canonical).filter(|system| !system.is_supplement());
        let made = system.map(|system| {
            let supplements = self.published.supplements(&system.url);
            Arc::new(System::new(&system, &supplements))
        });
        let mut systems = self.systems.write().unwrap_or_else(PoisonError::into_inner);
        if made.is_none() && systems.len() >= MAX_MISSING {
            return None;
        }
        systems.entry(canonical.into()).or_insert(made).clone()
    }

    /// The system of a coding, in the version it names if that is held.
    fn system_of(&self, url: &str, version: Option<&str>) -> Option<Arc<System>> {
        let exact = version.and_then(|version| self.system(&format!("{url}|{version}")));
        exact.or_else(|| self.system(url))
    }

    /// Whether the system at `url` has `code`.
    fn code_in(&self, url: &str, version: Option<&str>, code: &str) -> Answer {
        if let Some(answer) = known::code(url, code) {
            return answer;
        }
        match self.system_of(url, version) {
            Some(system) => system.has(code),
            None => Answer::Unsure(known::not_held(url)),
        }
    }

    /// Whether the display of `coding` is one that its code has. What nobody knows is right.
    fn display_is_right(&self, coding: CodingRef<'_>, set: Option<&Set>) -> bool {
        let Some(shown) = coding.display else { return true };
        let system = coding.system.or_else(|| set.and_then(|set| set.only_system(coding.code)));
        let Some(system) = system.and_then(|url| self.system_of(url, coding.version)) else { return true };
        let listed = set.into_iter().flat_map(|set| set.displays(coding.system, coding.code));
        let Some(known) = system.displays(coding.code) else { return true };
        display::is_right(shown, coding.languages, known.chain(listed))
    }
}

impl Terms for Terminology {
    fn member(&self, value_set: &str, coding: CodingRef<'_>) -> Membership {
        self.asked().member(value_set, coding)
    }

    fn in_system(&self, coding: CodingRef<'_>) -> Membership {
        self.asked().in_system(coding)
    }

    fn few_codes(&self, value_set: &str) -> Option<Vec<String>> {
        self.set(value_set, 0)?.few_codes(self, FEW)
    }

    fn asking<'a>(&'a self, server: &'a dyn Server) -> Option<Box<dyn Terms + Send + 'a>> {
        Some(Box::new(Asked { terms: self, server: Some(server) }))
    }

    fn near(&self, value_set: &str, code: &str) -> Option<String> {
        let codes = self.set(value_set, 0)?.few_codes(self, COMPARED)?;
        if let Some(same) = codes.iter().find(|known| known.eq_ignore_ascii_case(code)) {
            return Some(format!("`{same}` is written in this letter case"));
        }
        // Of two letters the one that is right tells nothing of what was meant.
        let near = nearest(code, codes.iter().map(String::as_str)).filter(|near| near.len().min(code.len()) > 3)?;
        Some(format!("`{near}` may be meant"))
    }
}
