//! What an expression asks of the world around the resource.

use super::moment::Moment;
use crate::instance::{NodeId, TypeId};
use crate::standard::fhir::View;
use std::borrow::Cow;

/// For want of what a question was not decided; for people, without values of the instance.
pub type Cause = Cow<'static, str>;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is so.
    Yes,
    /// It is not.
    No,
    /// What would decide it is not at hand.
    CannotTell(Cause),
    /// The question has no sense: no definition of that name can exist, or it is of another kind.
    Wrong(Cause),
}

/// What a reference leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// A resource in the same unit.
    Node(NodeId),
    /// A resource of this type that cannot be looked into.
    Elsewhere(TypeId),
    /// Nothing.
    Nothing,
    /// What would decide it is not at hand.
    CannotTell(Cause),
}

/// What is asked about a code.
#[derive(Clone, Copy)]
pub enum Subject<'a> {
    /// A code, Coding, CodeableConcept or Quantity in the instance.
    Node(NodeId),
    /// A string that the expression made or holds.
    Text(&'a str),
}

/// Answers what the resource itself cannot. Every method has an answer for a host that knows nothing.
pub trait Host {
    /// What `reference`, which stands at `from`, leads to.
    fn resolve(&self, view: View<'_>, from: NodeId, reference: &str) -> Resolution {
        let _ = (view, from, reference);
        Resolution::CannotTell(Cause::Borrowed("references are not followed here"))
    }

    /// Whether `subject` is in a value set.
    fn member_of(&self, view: View<'_>, subject: Subject<'_>, value_set: &str) -> Answer {
        let _ = (view, subject, value_set);
        Answer::CannotTell(Cause::Borrowed("no terminology is held"))
    }

    /// Whether the element or resource at `node` conforms to a profile.
    fn conforms_to(&self, view: View<'_>, node: NodeId, profile: &str) -> Answer {
        let _ = (view, node, profile);
        Answer::CannotTell(Cause::Borrowed("no profiles are held"))
    }

    /// Whether the code at `general` is that at `specific`, or stands above it.
    fn subsumes(&self, view: View<'_>, general: NodeId, specific: NodeId) -> Answer {
        let _ = (view, general, specific);
        Answer::CannotTell(Cause::Borrowed("no terminology is held"))
    }

    /// Whether the narrative at `node` holds only the markup that FHIR lets through.
    fn html_checks(&self, view: View<'_>, node: NodeId) -> Answer {
        let _ = (view, node);
        Answer::CannotTell(Cause::Borrowed("narratives are not read here"))
    }

    /// Whether `node` is in the slice `name` that the profile `structure` defines.
    fn slice(&self, view: View<'_>, node: NodeId, structure: &str, name: &str) -> Answer {
        let _ = (view, node, structure, name);
        Answer::CannotTell(Cause::Borrowed("no profiles are held"))
    }

    /// The time that the run is for, with its zone; an evaluation asks once.
    fn now(&self) -> Option<Moment> {
        None
    }
}

/// A host that knows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

impl Host for Alone {}
