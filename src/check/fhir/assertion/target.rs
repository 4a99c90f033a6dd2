//! What a reference may lead to: types, profiles of them, and from where.

use crate::check::fhir::walk::Walk;
use crate::check::fhir::{Code, Decision, Resolved, Source};
use crate::instance::{NodeId, TypeId};
use crate::standard::fhir::{Model, TypeKind};
use std::sync::Arc;

/// What a reference may lead to.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    /// Types; empty for any.
    pub types: Vec<TypeId>,
    /// Profiles besides the types themselves: where the target is of that type, one of these must hold.
    pub profiles: Vec<(TypeId, Arc<str>)>,
    /// Profiles of which nobody holds the definition.
    pub unheld: Vec<Arc<str>>,
    /// From where; empty for anywhere.
    pub aggregation: Vec<Aggregation>,
}

/// Where the target of a reference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregation {
    /// In the resource that refers to it.
    Contained,
    /// Elsewhere.
    Referenced,
    /// In the same Bundle.
    Bundled,
}

impl Aggregation {
    /// That of its word.
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "contained" => Some(Self::Contained),
            "referenced" => Some(Self::Referenced),
            "bundled" => Some(Self::Bundled),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Contained => "contained",
            Self::Referenced => "referenced",
            Self::Bundled => "bundled",
        }
    }
}

impl Targets {
    pub(super) fn run(&self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source) {
        let (view, context) = (walk.view, walk.context);
        let Some(text) = walk.child_text(id, walk.known.reference) else { return };
        walk.issues.applies(Code::ReferenceType);
        // Most references are of a type that their text tells, and nothing more is asked.
        let told = told_type(view.model, &text);
        if self.profiles.is_empty()
            && self.unheld.is_empty()
            && self.aggregation.is_empty()
            && told.is_some_and(|told| self.allows(view.model, told))
        {
            return;
        }
        let resolved = context.resolver.resolve(view, id, &text);
        self.aggregated(walk, id, source, &text, &resolved);
        let found = match &resolved {
            Resolved::Inside(node) => Some(view.type_id(*node)),
            Resolved::Outside(held) if !held.elements.is_empty() => Some(held.elements.node(0).type_id),
            _ => told,
        };
        let Some(found) = found else { return };
        if !self.allows(view.model, found) {
            let code = match resolved {
                Resolved::Inside(_) | Resolved::Outside(_) => Code::ReferenceType,
                Resolved::Missing | Resolved::NotHeld => Code::ReferenceTypeWarning,
            };
            let name = view.model.info(found).map_or("another type", |info| &info.name);
            return walk.issues.fail(code, id, Some(source), || {
                let allowed: Vec<&str> =
                    self.types.iter().filter_map(|&id| view.model.info(id)).map(|info| &*info.name).collect();
                format!("the reference leads to `{name}`, and may lead to: {}", allowed.join(", ")).into()
            });
        }
        // As with an extension of which nobody holds the definition: what the definition asks for was not checked.
        if matches!(resolved, Resolved::Inside(_) | Resolved::Outside(_)) {
            for canonical in &self.unheld {
                walk.issues.fail(Code::ReferenceProfile, id, Some(source), || {
                    format!("the target is to fulfil {canonical}, and no package here defines it").into()
                });
            }
        }
        self.profiles(walk, id, source, found, &resolved);
    }

    fn allows(&self, model: &Model, found: TypeId) -> bool {
        self.types.is_empty() || self.types.iter().any(|&allowed| model.is_a(found, allowed))
    }

    fn aggregated(&self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source, text: &str, resolved: &Resolved) {
        if self.aggregation.is_empty() {
            return;
        }
        walk.issues.applies(Code::ReferenceAggregation);
        let found = match resolved {
            _ if text.starts_with('#') => Aggregation::Contained,
            Resolved::Inside(_) => Aggregation::Bundled,
            _ => Aggregation::Referenced,
        };
        let allowed = self.aggregation.contains(&found)
            || (found == Aggregation::Bundled && self.aggregation.contains(&Aggregation::Referenced));
        if !allowed {
            walk.issues.fail(Code::ReferenceAggregation, id, Some(source), || {
                let allowed: Vec<&str> = self.aggregation.iter().map(|one| one.word()).collect();
                format!("the target is {}, and must be {}", found.word(), allowed.join(" or ")).into()
            });
        }
    }

    fn profiles(&self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source, found: TypeId, resolved: &Resolved) {
        let view = walk.view;
        let mut decision = None;
        for (type_id, canonical) in &self.profiles {
            // A type by itself among the targets is fulfilled by being of it.
            if !view.model.is_a(found, *type_id) {
                continue;
            }
            let one = match (walk.context.profiles.profile(canonical), resolved) {
                (Some(profile), Resolved::Inside(node)) => walk.fulfils(&profile, *node),
                (Some(profile), Resolved::Outside(held)) => {
                    let mut other = Walk::new(held.view(view.model), walk.context, walk.issues);
                    other.fulfils_alone(&profile)
                }
                // What is not at hand is told of where references are resolved.
                (_, Resolved::Missing | Resolved::NotHeld) => return,
                (None, _) => Decision::Undecided,
            };
            decision = Some(decision.unwrap_or(Decision::Failure).or(one));
            if decision == Some(Decision::Success) {
                break;
            }
        }
        let Some(decision) = decision else { return };
        walk.issues.applies(Code::ReferenceProfile);
        let list = || {
            let list: Vec<&str> = self.profiles.iter().map(|(_, canonical)| &**canonical).collect();
            list.join(", ")
        };
        match decision {
            Decision::Success => {}
            Decision::Undecided => walk.issues.cannot_tell(Code::ReferenceProfile, id, Some(source), || {
                format!("whether the target fulfils one of these profiles cannot be decided: {}", list()).into()
            }),
            Decision::Failure => walk.issues.fail(Code::ReferenceProfile, id, Some(source), || {
                format!("the target fulfils none of the profiles that it may have: {}", list()).into()
            }),
        }
    }
}

/// The type that the text of a reference tells: `Patient` of `http://a.org/fhir/Patient/1/_history/2`.
pub(in crate::check::fhir) fn told_type(model: &Model, reference: &str) -> Option<TypeId> {
    let reference = reference.split(['?', '#']).next()?;
    let reference = reference.split("/_history/").next()?;
    let (rest, _) = reference.rsplit_once('/')?;
    let name = rest.rsplit('/').next()?;
    let id = model.type_id(name)?;
    (model.info(id)?.kind == TypeKind::Resource).then_some(id)
}
