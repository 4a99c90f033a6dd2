//! Filters of a value set on the concepts of one system (FHIR R4, ValueSet.compose.include.filter).

use super::Answer;
use super::system::System;
use crate::standard::fhir::Filter;
use regex::Regex;
use std::borrow::Cow;

/// Bytes that a compiled expression of a value set may take: expressions of definitions are short.
const MAX_EXPRESSION: usize = 1 << 20;

/// A filter, made ready for its system.
#[derive(Debug)]
pub(super) enum Ready {
    /// Below the concept, and perhaps the concept itself; `None` when the system does not have it.
    Below { of: Option<u32>, itself: bool },
    /// Not the concept nor below it.
    NotBelow(Option<u32>),
    /// The concept or above it.
    Above(Option<u32>),
    /// Directly below the concept.
    Parent(Option<u32>),
    /// Directly above the concept.
    Child(Option<u32>),
    /// A property, or the code or display, that fulfils a test.
    Property(Box<str>, Test),
    /// What is not understood: whether a code fulfils it is open.
    Open,
}

/// A test of a text.
#[derive(Debug)]
pub(super) enum Test {
    Is(Box<str>),
    In(Vec<Box<str>>),
    NotIn(Vec<Box<str>>),
    Matches(Regex),
    Exists(bool),
}

impl Ready {
    pub(super) fn new(filter: &Filter, system: &System) -> Self {
        let on_concept = matches!(filter.property.as_str(), "concept" | "code");
        let concept = || system.find(&filter.value);
        let list = || filter.value.split(',').map(|code| code.trim().into()).collect();
        match filter.op.as_str() {
            "is-a" => Self::Below { of: concept(), itself: true },
            "descendent-of" => Self::Below { of: concept(), itself: false },
            "is-not-a" => Self::NotBelow(concept()),
            "generalizes" => Self::Above(concept()),
            "=" if filter.property == "parent" => Self::Parent(concept()),
            "=" if filter.property == "child" => Self::Child(concept()),
            "=" if on_concept => Self::Property("code".into(), Test::Is(filter.value.as_str().into())),
            "=" => Self::Property(filter.property.as_str().into(), Test::Is(filter.value.as_str().into())),
            "in" => Self::Property(name(filter), Test::In(list())),
            "not-in" => Self::Property(name(filter), Test::NotIn(list())),
            "exists" => Self::Property(filter.property.as_str().into(), Test::Exists(filter.value != "false")),
            "regex" => {
                // The whole text must match.
                let whole = format!("^(?:{})$", filter.value);
                let expression = regex::RegexBuilder::new(&whole).size_limit(MAX_EXPRESSION).build();
                expression.map_or(Self::Open, |regex| Self::Property(name(filter), Test::Matches(regex)))
            }
            _ => Self::Open,
        }
    }

    /// Whether the concept at `at` of `system` fulfils it.
    pub(super) fn holds(&self, system: &System, at: u32) -> Answer {
        let entry = &system.entries[at as usize];
        match self {
            Self::Open => Answer::Unsure(Cow::Borrowed("the value set has a filter that is not understood")),
            Self::Below { of: None, .. } | Self::Above(None) | Self::Parent(None) | Self::Child(None) => {
                system.absent()
            }
            Self::NotBelow(None) => system.absent().not(),
            Self::Below { of: Some(of), itself } => (system.is_a(at, *of) && (*itself || at != *of)).into(),
            Self::NotBelow(Some(of)) => (!system.is_a(at, *of)).into(),
            Self::Above(Some(of)) => system.is_a(*of, at).into(),
            Self::Parent(Some(of)) => entry.parents.contains(of).into(),
            Self::Child(Some(of)) => system.entries[*of as usize].parents.contains(&at).into(),
            Self::Property(name, test) => {
                let mut properties =
                    entry.properties.iter().filter(|(known, _)| known == name).map(|(_, value)| &**value);
                match (&**name, test) {
                    ("code" | "concept", test) => test.holds(&entry.code).into(),
                    ("display", test) => system
                        .displays(&entry.code)
                        .is_some_and(|mut displays| displays.next().is_some_and(|display| test.holds(&display.text)))
                        .into(),
                    (_, Test::Exists(wanted)) => (properties.next().is_some() == *wanted).into(),
                    (_, Test::NotIn(_)) => properties.all(|value| test.holds(value)).into(),
                    _ => properties.any(|value| test.holds(value)).into(),
                }
            }
        }
    }
}

fn name(filter: &Filter) -> Box<str> {
    match filter.property.as_str() {
        "concept" => "code".into(),
        other => other.into(),
    }
}

impl Test {
    fn holds(&self, text: &str) -> bool {
        match self {
            Self::Is(wanted) => **wanted == *text,
            Self::In(list) => list.iter().any(|one| **one == *text),
            Self::NotIn(list) => list.iter().all(|one| **one != *text),
            Self::Matches(regex) => regex.is_match(text),
            Self::Exists(wanted) => *wanted,
        }
    }
}
