//! One code system, indexed.

use super::Answer;
use super::display::{Shown, shown};
use crate::check::native;
use crate::standard::fhir::{CodeSystem, Concept, PropertyValue};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::sync::Arc;

/// Levels of concepts that are followed; published hierarchies have some twenty.
const MAX_LEVELS: u32 = 64;

/// A concept of a system.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) code: Box<str>,
    displays: Vec<Shown>,
    /// The concepts directly above it.
    pub(super) parents: Vec<u32>,
    /// Its properties as text.
    pub(super) properties: Vec<(Box<str>, Box<str>)>,
    pub(super) inactive: bool,
}

/// A system.
#[derive(Debug)]
pub(super) struct System {
    pub(super) entries: Vec<Entry>,
    index: FxHashMap<Box<str>, u32>,
    /// Whether a code that is not in it is no code.
    pub(super) complete: bool,
    folds_case: bool,
    /// The language of its displays, empty when it does not say.
    language: Box<str>,
    /// Concepts whose code ends in `xxx`, which stands for the three letters of a country: what comes before it.
    of_countries: Vec<(Box<str>, u32)>,
}

impl System {
    pub(super) fn new(system: &CodeSystem, supplements: &[Arc<CodeSystem>]) -> Self {
        let mut made = Self {
            entries: Vec::new(),
            index: FxHashMap::default(),
            complete: matches!(system.content.as_deref(), Some("complete") | None),
            folds_case: system.case_sensitive == Some(false),
            of_countries: Vec::new(),
            language: system.language.as_deref().unwrap_or_default().into(),
        };
        // Some publishers name the property of what is above a concept as they like, and say so by its URI.
        let called = |meaning: &str| {
            let names = system.property.iter().filter(|property| {
                property.uri.as_deref().is_some_and(|uri| uri.rsplit(['#', '/']).next() == Some(meaning))
            });
            names.map(|property| property.code.clone()).chain([meaning.to_owned()]).collect::<Vec<_>>()
        };
        let names = Names { parent: called("parent"), child: called("child"), inactive: called("inactive") };
        let mut named = Named::default();
        made.add(&system.concept, None, &names, &mut named, 0);
        for (at, parent) in named.above {
            if let Some(parent) = made.find(&parent) {
                made.entries[at as usize].parents.push(parent);
            }
        }
        for (at, child) in named.below {
            if let Some(child) = made.find(&child) {
                made.entries[child as usize].parents.push(at);
            }
        }
        for supplement in supplements {
            made.supplement(&supplement.concept, supplement.language.as_deref().unwrap_or_default(), 0);
        }
        made
    }

    fn add(&mut self, concepts: &[Concept], parent: Option<u32>, names: &Names, named: &mut Named, level: u32) {
        if level > MAX_LEVELS {
            return;
        }
        for concept in concepts {
            let at = self.entries.len() as u32;
            let mut entry = Entry { code: concept.code.as_str().into(), ..Entry::default() };
            entry.displays.extend(shown(concept.display.as_deref(), &self.language, &concept.designation));
            entry.parents.extend(parent);
            for property in &concept.property {
                let text = property.value.text();
                if names.parent.contains(&property.code) {
                    named.above.push((at, text.to_owned()));
                }
                if names.child.contains(&property.code) {
                    named.below.push((at, text.to_owned()));
                }
                let retired = property.code == "status" && matches!(text, "retired" | "inactive");
                entry.inactive |= retired
                    || (names.inactive.contains(&property.code) && property.value == PropertyValue::Boolean(true));
                entry.properties.push((property.code.as_str().into(), text.into()));
            }
            self.index.insert(self.key(&concept.code).into(), at);
            if let Some(before) = concept.code.strip_suffix("xxx").filter(|before| !before.is_empty()) {
                self.of_countries.push((before.into(), at));
            }
            self.entries.push(entry);
            self.add(&concept.concept, Some(at), names, named, level + 1);
        }
    }

    fn supplement(&mut self, concepts: &[Concept], language: &str, level: u32) {
        for concept in concepts.iter().filter(|_| level <= MAX_LEVELS) {
            if let Some(at) = self.find(&concept.code) {
                let entry = &mut self.entries[at as usize];
                entry.displays.extend(shown(concept.display.as_deref(), language, &concept.designation));
                let properties = concept.property.iter();
                entry.properties.extend(properties.map(|p| (p.code.as_str().into(), p.value.text().into())));
            }
            self.supplement(&concept.concept, language, level + 1);
        }
    }

    fn key<'c>(&self, code: &'c str) -> Cow<'c, str> {
        if self.folds_case { Cow::Owned(code.to_lowercase()) } else { Cow::Borrowed(code) }
    }

    /// The concept of `code`.
    pub(super) fn find(&self, code: &str) -> Option<u32> {
        let found = self.index.get(&*self.key(code)).copied();
        if found.is_some() || self.of_countries.is_empty() {
            return found;
        }
        let is_country = |rest: &str| rest.len() == 3 && native::locale::country(rest.as_bytes()).is_passed();
        let of = self.of_countries.iter().find(|(before, _)| code.strip_prefix(&**before).is_some_and(is_country));
        of.map(|(_, at)| *at)
    }

    /// Whether it has `code`.
    pub(super) fn has(&self, code: &str) -> Answer {
        match self.find(code) {
            Some(_) => Answer::Yes,
            None => self.absent(),
        }
    }

    /// What is to be said of a code that is not in it.
    pub(super) fn absent(&self) -> Answer {
        if self.complete {
            Answer::No
        } else {
            Answer::Unsure(Cow::Borrowed("the code system is held only in part, without this code"))
        }
    }

    /// The displays of `code`, that of the system itself first; `None` when it has none or is not there.
    pub(super) fn displays(&self, code: &str) -> Option<impl Iterator<Item = &Shown>> {
        let entry = &self.entries[self.find(code)? as usize];
        (!entry.displays.is_empty()).then(|| entry.displays.iter())
    }

    /// Whether `at` is `ancestor` or below it.
    pub(super) fn is_a(&self, at: u32, ancestor: u32) -> bool {
        let mut ahead = vec![at];
        let mut seen = Vec::new();
        while let Some(next) = ahead.pop() {
            if next == ancestor {
                return true;
            }
            // A circle in a hierarchy must not be walked twice.
            if !seen.contains(&next) {
                seen.push(next);
                ahead.extend(&self.entries[next as usize].parents);
            }
        }
        false
    }
}

/// What is above and below concepts by name, to be found once all are there.
#[derive(Default)]
struct Named {
    above: Vec<(u32, String)>,
    below: Vec<(u32, String)>,
}

/// What the system calls the properties that have a meaning of their own.
struct Names {
    parent: Vec<String>,
    child: Vec<String>,
    inactive: Vec<String>,
}
