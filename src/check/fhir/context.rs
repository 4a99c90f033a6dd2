//! What a check has at hand besides the resource.

use super::Profile;
use crate::check::fhirpath::Moment;
use crate::check::terminology::Server;
use crate::instance::{Elements, NodeId, TypeId};
use crate::standard::fhir::{Library, Model, StructureDefinition, Syntax, View};
use std::borrow::Cow;
use std::sync::Arc;

/// Everything that a check may ask.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The definitions as published.
    pub library: &'a Library,
    /// The types of the release.
    pub model: &'a Model,
    /// The definitions, compiled.
    pub profiles: &'a dyn Profiles,
    /// Which codes are where.
    pub terminology: &'a dyn Terms,
    /// What references lead to.
    pub resolver: &'a dyn Resolver,
    /// What the user asked for.
    pub options: &'a Options,
}

/// What profiles are compiled from: StructureDefinitions by their canonical URL, `url` or `url|version`.
pub trait Definitions: Sync {
    /// The types of their release.
    fn model(&self) -> &Model;
    /// A StructureDefinition; a bare type name is the core definition.
    fn structure(&self, canonical: &str) -> Option<Arc<StructureDefinition>>;
}

impl Definitions for Library {
    fn model(&self) -> &Model {
        self.model()
    }

    fn structure(&self, canonical: &str) -> Option<Arc<StructureDefinition>> {
        self.structure(canonical)
    }
}

impl<D: Definitions + Send> Definitions for Arc<D> {
    fn model(&self) -> &Model {
        (**self).model()
    }

    fn structure(&self, canonical: &str) -> Option<Arc<StructureDefinition>> {
        (**self).structure(canonical)
    }
}

/// Profiles, compiled on first use and once.
pub trait Profiles: Sync {
    /// That of a canonical URL, `url` or `url|version`; `None` when nobody holds it.
    fn profile(&self, canonical: &str) -> Option<Arc<Profile>>;
    /// The base definition of a type, a backbone's as well.
    fn for_type(&self, id: TypeId) -> Option<&Profile>;
}

/// A code with what names its system.
#[derive(Clone, Copy, Debug, Default)]
pub struct CodingRef<'a> {
    /// The code system; `None` for a plain code, whose system the value set knows.
    pub system: Option<&'a str>,
    /// Which version of it.
    pub version: Option<&'a str>,
    /// The code.
    pub code: &'a str,
    /// What people are shown.
    pub display: Option<&'a str>,
    /// The languages that the display may be in, BCP-47 tags with commas between; empty for any.
    pub languages: &'a str,
}

/// Whether a code is in a value set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Membership {
    /// It is.
    Member,
    /// It is, and its display is not one that the code has.
    WrongDisplay,
    /// It is not.
    NotMember,
    /// What would decide it is not at hand: the cause, for people, without values of the instance.
    CannotTell(Cow<'static, str>),
}

/// Codes and value sets.
pub trait Terms: Sync {
    /// Whether `coding` is in the value set of this canonical URL.
    fn member(&self, value_set: &str, coding: CodingRef<'_>) -> Membership;
    /// Whether its system has it.
    fn in_system(&self, coding: CodingRef<'_>) -> Membership;
    /// The codes of a value set when they are few enough to be listed to people.
    fn few_codes(&self, value_set: &str) -> Option<Vec<String>>;
    /// Which code of a value set `code` may be a slip of, in words that name no code but the value set's.
    fn near(&self, _value_set: &str, _code: &str) -> Option<String> {
        None
    }
    /// The same, asking `server` for what they leave open; `None` where nobody can be asked.
    fn asking<'a>(&'a self, _server: &'a dyn Server) -> Option<Box<dyn Terms + Send + 'a>> {
        None
    }
}

/// What a reference leads to.
#[derive(Clone)]
pub enum Resolved {
    /// A resource in the same unit.
    Inside(NodeId),
    /// A resource elsewhere.
    Outside(Arc<Held>),
    /// Nothing, and it would have to be in the unit.
    Missing,
    /// It is not at hand.
    NotHeld,
}

/// A resource that is not in the unit checked.
#[derive(Debug)]
pub struct Held {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its elements.
    pub elements: Elements,
    /// What it is written in.
    pub syntax: Syntax,
}

impl Held {
    /// Its view, typed by `model`, by which it was lowered.
    pub fn view<'a>(&'a self, model: &'a Model) -> View<'a> {
        View { bytes: &self.bytes, elements: &self.elements, model, syntax: self.syntax }
    }
}

/// How many resources of a unit may be meant by a reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Candidates {
    /// By the rules of the Bundle that it stands in.
    pub exact: usize,
    /// By type and id alone.
    pub alike: usize,
}

/// Finds what references lead to. One belongs to one worker, so it may keep an index of the unit in hand.
pub trait Resolver {
    /// What `reference`, which stands at `from`, leads to.
    fn resolve(&self, view: View<'_>, from: NodeId, reference: &str) -> Resolved;

    /// Whether any element of the unit has the id `id`, one of narrative as well.
    fn has_id(&self, _view: View<'_>, _id: &str) -> bool {
        true
    }

    /// How many resources of the Bundle in which `from` stands may be meant by `reference`.
    fn candidates(&self, _view: View<'_>, _from: NodeId, _reference: &str) -> Candidates {
        Candidates::default()
    }
}

/// How far a reference is followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReferenceCheck {
    /// Only in the unit itself.
    #[default]
    Unit,
    /// It must lead to a resource.
    Exists,
    /// It must lead to a resource of the right type.
    Type,
    /// The resource must be valid too.
    Valid,
}

/// What is done with something that is allowed and undesirable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// Not told.
    Ignore,
    /// Told for information.
    Information,
    /// A warning.
    #[default]
    Warning,
    /// An error.
    Error,
}

/// What the user asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Profiles besides those that a resource claims; they apply to the resource that the unit is.
    pub profiles: Vec<String>,
    /// How invariants that are best practice only are told.
    pub best_practice: Level,
    /// How displays that are not the code's are told.
    pub wrong_display: Level,
    /// Whether web addresses and definitions of examples may stand.
    pub examples: Examples,
    /// URL prefixes under which an extension may be unknown.
    pub extension_domains: Vec<String>,
    /// How extensions are told whose definitions nobody holds: an error, as the reference validator has it, or
    /// anything else for information. Those under `http://hl7.org/fhir` are always an error.
    pub unknown_extensions: Level,
    /// How far references are followed.
    pub references: ReferenceCheck,
    /// Whether text that looks like markup is an error.
    pub security_checks: SecurityChecks,
    /// Languages in which displays may be, most wanted first.
    pub languages: Vec<String>,
    /// Whether what HL7 asks of resources that it publishes itself is asked.
    pub publication: Publication,
    /// The time that the run is for; what hangs on it cannot be told without.
    pub now: Option<Moment>,
}

/// What a resource is checked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Publication {
    /// Use: nothing is asked of definitions that only publishers need.
    #[default]
    Not,
    /// Being published.
    Meant,
}

/// Whether examples may stand where the real should.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Examples {
    /// They may, as the reference validator has it when nothing is said.
    #[default]
    Allowed,
    /// They may not.
    Forbidden,
}

/// Whether text that looks like markup is told as an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecurityChecks {
    /// As a warning.
    #[default]
    Advised,
    /// As an error.
    Enforced,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            profiles: Vec::new(),
            best_practice: Level::Ignore,
            wrong_display: Level::Error,
            examples: Examples::Allowed,
            extension_domains: Vec::new(),
            unknown_extensions: Level::Error,
            references: ReferenceCheck::Unit,
            security_checks: SecurityChecks::Advised,
            languages: Vec::new(),
            publication: Publication::Not,
            now: None,
        }
    }
}

/// Terminology and references that hold nothing: what they are asked cannot be told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl Terms for Nothing {
    fn member(&self, _: &str, _: CodingRef<'_>) -> Membership {
        Membership::CannotTell(Cow::Borrowed("no terminology is held"))
    }

    fn in_system(&self, _: CodingRef<'_>) -> Membership {
        Membership::CannotTell(Cow::Borrowed("no terminology is held"))
    }

    fn few_codes(&self, _: &str) -> Option<Vec<String>> {
        None
    }
}

impl Resolver for Nothing {
    fn resolve(&self, _: View<'_>, _: NodeId, _: &str) -> Resolved {
        Resolved::NotHeld
    }
}
