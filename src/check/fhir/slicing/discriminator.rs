//! What a slice is told by: a path from the element, and what must be there.

use super::super::assertion::{self, Exactness, Literal};
use super::super::walk::Walk;
use super::super::{Decision, Membership, Resolved};
use crate::instance::{NameId, NodeId, TypeId};
use crate::standard::fhir::Model;
use std::sync::Arc;

/// One thing that a slice is told by.
#[derive(Debug)]
pub struct Test {
    /// Where: from the element.
    pub path: Vec<Step>,
    /// The same as the definition writes it.
    pub shown: Arc<str>,
    /// What.
    pub what: What,
}

/// A step of a discriminator's path, which is FHIRPath with little allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A child.
    Child(NameId),
    /// `ofType()`.
    OfType(TypeId),
    /// `extension()`: the extension of this URL.
    Extension(Arc<str>),
    /// `resolve()`.
    Resolve,
}

/// What must be at the end of the path.
#[derive(Debug)]
pub enum What {
    /// A value.
    Value(Literal, Exactness),
    /// A code of a value set.
    Member(Arc<str>),
    /// Anything.
    Exists,
    /// Nothing.
    Absent,
    /// Something of one of these types.
    Type(Vec<TypeId>),
    /// Something that fulfils one of these profiles.
    Profile(Vec<Arc<str>>),
    /// It is the first so many after so many others.
    Position(u32, u32),
}

impl Test {
    /// Whether it holds of `id`.
    pub(super) fn run(&self, walk: &mut Walk<'_, '_>, id: NodeId) -> Decision {
        match self.what {
            What::Absent => self.from(walk, id, &self.path).negated(),
            What::Position(from, to) => (from..to).contains(&walk.view.elements.node(id).index).into(),
            _ => self.from(walk, id, &self.path),
        }
    }

    /// Whether it holds of anything that `path` leads to from `id`.
    fn from(&self, walk: &mut Walk<'_, '_>, id: NodeId, path: &[Step]) -> Decision {
        let view = walk.view;
        let Some((step, rest)) = path.split_first() else { return self.at(walk, id) };
        let mut decision = Decision::Failure;
        match step {
            Step::Child(name) => {
                for child in view.named(id, *name) {
                    decision = decision.or(self.from(walk, child, rest));
                }
            }
            Step::OfType(type_id) => {
                if view.model.is_a(view.type_id(id), *type_id) {
                    decision = self.from(walk, id, rest);
                }
            }
            Step::Extension(url) => {
                let known = walk.known;
                for child in view.elements.children(id) {
                    let name = view.elements.node(child).name;
                    let is = name == known.extension_name || name == known.modifier;
                    if is && walk.child_text(child, known.url).is_some_and(|found| *found == **url) {
                        decision = decision.or(self.from(walk, child, rest));
                    }
                }
            }
            Step::Resolve => {
                let Some(reference) = walk.child_text(id, walk.known.reference) else { return Decision::Failure };
                match walk.context.resolver.resolve(view, id, &reference) {
                    Resolved::Inside(node) => decision = self.from(walk, node, rest),
                    Resolved::Outside(held) => {
                        let mut other = Walk::new(held.view(view.model), walk.context, walk.issues);
                        decision = self.from(&mut other, 0, rest);
                    }
                    Resolved::Missing => {}
                    Resolved::NotHeld => {
                        let told = assertion::told_type(view.model, &reference);
                        decision = self.untold(view.model, told, rest);
                    }
                }
            }
        }
        decision
    }

    /// Whether it holds of a resource that is not at hand, of which perhaps the type is known.
    fn untold(&self, model: &Model, told: Option<TypeId>, rest: &[Step]) -> Decision {
        match (&self.what, told, rest) {
            (What::Type(types), Some(told), []) => types.iter().any(|&one| model.is_a(told, one)).into(),
            _ => Decision::Undecided,
        }
    }

    fn at(&self, walk: &mut Walk<'_, '_>, id: NodeId) -> Decision {
        let view = walk.view;
        match &self.what {
            What::Exists | What::Absent | What::Position(..) => Decision::Success,
            What::Value(literal, exactness) => literal.holds(*exactness, view, id).into(),
            What::Type(types) => types.iter().any(|&one| view.model.is_a(view.type_id(id), one)).into(),
            What::Member(value_set) => match assertion::member(walk, id, value_set) {
                Some(Membership::Member | Membership::WrongDisplay) => Decision::Success,
                Some(Membership::CannotTell(_)) => Decision::Undecided,
                Some(Membership::NotMember) | None => Decision::Failure,
            },
            What::Profile(profiles) => {
                let mut decision = Decision::Failure;
                for canonical in profiles {
                    decision = decision.or(match walk.context.profiles.profile(canonical) {
                        Some(profile) => walk.fulfils(&profile, id),
                        None => Decision::Undecided,
                    });
                    if decision == Decision::Success {
                        break;
                    }
                }
                decision
            }
        }
    }

    /// Why it does not hold of `id`, for people: what there would have to be, and whether anything is.
    pub(super) fn why(&self, walk: &mut Walk<'_, '_>, id: NodeId) -> String {
        let model = walk.view.model;
        let path = self.place();
        let asked = self.asked(model);
        match &self.what {
            What::Absent => return format!("{path} is there, and must not be"),
            What::Exists => return format!("{path} is missing"),
            What::Position(..) => return "it stands elsewhere in the list".to_owned(),
            _ => {}
        }
        if self.run(walk, id) == Decision::Undecided {
            return format!("whether {path} is {asked} cannot be told");
        }
        let there = Self { path: self.path.clone(), shown: Arc::clone(&self.shown), what: What::Exists };
        match there.run(walk, id) {
            Decision::Failure => format!("{path} is missing, and must be {asked}"),
            _ => match &self.what {
                What::Value(..) => format!("{path} is another value than {asked}"),
                What::Profile(profiles) => format!("{path} does not conform to {}", profiles.join(" or ")),
                _ => format!("{path} is not {asked}"),
            },
        }
    }

    /// What makes one of the slice, for people who look for what to send.
    pub(super) fn told(&self, model: &Model) -> String {
        let (path, asked) = (self.place(), self.asked(model));
        match &self.what {
            What::Absent => format!("{path} is not there"),
            What::Exists => format!("{path} is there"),
            What::Position(from, _) => format!("it stands as number {} of the list", from + 1),
            _ => format!("{path} is {asked}"),
        }
    }

    fn place(&self) -> String {
        match &*self.shown {
            "$this" => "it".to_owned(),
            path => format!("`{path}`"),
        }
    }

    fn asked(&self, model: &Model) -> String {
        match &self.what {
            What::Value(literal, _) => literal.told(model).unwrap_or_else(|| "the value of the slice".to_owned()),
            What::Member(value_set) => format!("in the value set {value_set}"),
            What::Type(types) => {
                let names: Vec<&str> = types.iter().filter_map(|&id| model.info(id)).map(|info| &*info.name).collect();
                format!("of type {}", names.join(" or "))
            }
            What::Profile(profiles) => format!("conforming to {}", profiles.join(" or ")),
            What::Exists | What::Absent | What::Position(..) => String::new(),
        }
    }
}
