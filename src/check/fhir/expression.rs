//! FHIRPath expressions of definitions, run on elements, and what they may ask of the world around the resource.

use super::assertion::told_type;
use super::walk::Walk;
use super::{CodingRef, Context, Decision, Issues, Membership, Resolved};
use crate::check::fhirpath::{Answer, Cause, Compiled, Host, Item, Moment, Resolution, Subject, Truth};
use crate::instance::{NodeId, TypeId};
use crate::standard::fhir::{Model, View};
use std::sync::Arc;

/// An expression of a definition.
#[derive(Clone, Debug)]
pub struct Expression {
    /// As the definition writes it.
    pub text: Arc<str>,
    compiled: Arc<Compiled>,
}

/// What an expression came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is true.
    Holds,
    /// It is not.
    Fails,
    /// It cannot be told, for want of this.
    CannotTell(Cause),
}

/// Expressions that ask for profiles whose expressions ask for profiles.
const MAX_NESTED: u32 = 4;

/// Characters of an expression that a message shows.
const MAX_SHOWN: usize = 200;

impl Expression {
    /// The expression `text`; what is wrong with it when it cannot be read.
    pub fn new(text: &str, model: &Model) -> Result<Self, String> {
        match Compiled::new(text, model) {
            Ok(compiled) => Ok(Self { text: text.into(), compiled: Arc::new(compiled) }),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Whether it is true of `id`.
    #[inline]
    pub(super) fn holds(&self, walk: &mut Walk<'_, '_>, id: NodeId) -> Outcome {
        let asked = Asked { context: walk.context, nested: walk.nested };
        match self.compiled.check(&mut walk.issues.scratch, walk.view, id, &asked) {
            Truth::True => Outcome::Holds,
            Truth::False => Outcome::Fails,
            Truth::CannotTell(cause) => Outcome::CannotTell(cause),
            Truth::Error(error) => Outcome::CannotTell(error.message),
        }
    }

    /// Whether it selects `id` when it is run on the resource that `id` is in.
    pub(super) fn selects(&self, walk: &mut Walk<'_, '_>, id: NodeId) -> Decision {
        let asked = Asked { context: walk.context, nested: walk.nested };
        let resource = walk.view.resource_of(id);
        match self.compiled.evaluate(&mut walk.issues.scratch, walk.view, resource, &asked) {
            Ok(items) => items.iter().any(|item| matches!(item, Item::Node(node) if *node == id)).into(),
            Err(_) => Decision::Undecided,
        }
    }

    /// The expression for people, cut where it is long.
    pub fn shown(&self) -> String {
        Self::excerpt(&self.text)
    }

    /// As much of the expression `text` of a definition as a message shows.
    pub fn excerpt(text: &str) -> String {
        match text.char_indices().nth(MAX_SHOWN) {
            Some((at, _)) => format!("`{}…`", &text[..at]),
            None => format!("`{text}`"),
        }
    }
}

/// The world around the resource, as far as the context has it.
pub(super) struct Asked<'a> {
    pub(super) context: &'a Context<'a>,
    /// How many expressions asked for one another before this.
    pub(super) nested: u32,
}

impl Host for Asked<'_> {
    fn resolve(&self, view: View<'_>, from: NodeId, reference: &str) -> Resolution {
        match self.context.resolver.resolve(view, from, reference) {
            Resolved::Inside(node) => Resolution::Node(node),
            Resolved::Outside(held) if !held.elements.is_empty() => {
                Resolution::Elsewhere(held.elements.node(0).type_id)
            }
            Resolved::Missing => Resolution::Nothing,
            Resolved::Outside(_) | Resolved::NotHeld => match told_type(view.model, reference) {
                Some(told) => Resolution::Elsewhere(told),
                None => Resolution::CannotTell(Cause::Borrowed("what the reference leads to is not at hand")),
            },
        }
    }

    fn member_of(&self, view: View<'_>, subject: Subject<'_>, value_set: &str) -> Answer {
        let membership = match subject {
            Subject::Text(code) => {
                Some(self.context.terminology.member(value_set, CodingRef { code, ..CodingRef::default() }))
            }
            Subject::Node(node) => {
                let mut issues = Issues::default();
                let walk = Walk::new(view, self.context, &mut issues);
                super::assertion::member(&walk, node, value_set)
            }
        };
        match membership {
            Some(Membership::Member | Membership::WrongDisplay) => Answer::Yes,
            Some(Membership::NotMember) | None => Answer::No,
            Some(Membership::CannotTell(cause)) => Answer::CannotTell(cause),
        }
    }

    fn html_checks(&self, _: View<'_>, _: NodeId) -> Answer {
        // Narrative has checks of its own, each with its own code: a constraint that says it again would be a second
        // finding of one cause.
        Answer::Yes
    }

    fn now(&self) -> Option<Moment> {
        self.context.options.now
    }

    fn conforms_to(&self, view: View<'_>, node: NodeId, profile: &str) -> Answer {
        let Some(profile) = self.context.profiles.profile(profile) else {
            return Answer::CannotTell(Cause::Borrowed("the profile is not held"));
        };
        let mut issues = Issues::default();
        let mut walk = Walk::new(view, self.context, &mut issues);
        if profile.type_id == TypeId::UNKNOWN {
            return Answer::CannotTell(Cause::Borrowed("the profile is of a type that is not known"));
        }
        if self.nested == MAX_NESTED {
            return Answer::CannotTell(Cause::Borrowed("expressions ask for one another too often"));
        }
        walk.nested = self.nested + 1;
        match walk.conforms(&profile, node) {
            Decision::Success => Answer::Yes,
            Decision::Failure => Answer::No,
            Decision::Undecided => Answer::CannotTell(Cause::Borrowed("the profile cannot be decided")),
        }
    }
}
