//! Which types an element may have, and which profiles of them.

use super::Further;
use crate::check::fhir::walk::Walk;
use crate::check::fhir::{Code, Decision, Source};
use crate::instance::{Flags, NodeId, TypeId};
use crate::standard::fhir::Model;
use std::sync::Arc;

/// The types allowed by a profile where the base definition allows more.
#[derive(Clone, Debug)]
pub struct Allowed(pub Vec<TypeId>);

impl Allowed {
    pub(super) fn run(&self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source) -> Further {
        let view = walk.view;
        let element = view.elements.node(id);
        walk.issues.applies(Code::Type);
        if element.type_id == TypeId::UNKNOWN || self.0.iter().any(|&allowed| view.model.is_a(element.type_id, allowed))
        {
            return Further::Yes;
        }
        // Where the definition leaves a choice, none of its forms is there, and that is said of the parent.
        let choice = self.0.len() > 1 && !element.flags.has(Flags::RESOURCE);
        let at = if choice { element.parent } else { id };
        walk.issues.fail(Code::Type, at, Some(source), || {
            let found = view.type_name(id);
            format!(
                "`{}` is of type {found}; allowed here: {}",
                view.model.name_of(element.name),
                self.names(view.model)
            )
            .into()
        });
        Further::No
    }

    fn names(&self, model: &Model) -> String {
        let names: Vec<&str> = self.0.iter().filter_map(|&id| model.info(id)).map(|info| &*info.name).collect();
        names.join(", ")
    }
}

/// Profiles by type: where an element is of that type, one of them must hold.
#[derive(Clone, Debug)]
pub struct TypeProfiles(pub Vec<(TypeId, Vec<Arc<str>>)>);

impl TypeProfiles {
    pub(super) fn run(&self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source) {
        let (view, context) = (walk.view, walk.context);
        let Some((_, canonicals)) = self.0.iter().find(|(type_id, _)| view.model.is_a(view.type_id(id), *type_id))
        else {
            return;
        };
        walk.issues.applies(Code::TypeProfile);
        let mut unknown = None;
        let mut profiles = Vec::new();
        if let [only] = &**canonicals {
            return match context.profiles.profile(only) {
                Some(profile) if is_checked_anyway(walk, id, only) && !walk.issues.is_probing() => drop(profile),
                Some(profile) => walk.profile(&profile, id),
                None => unheld(walk, id, source, only),
            };
        }
        let mut decision = Decision::Failure;
        for canonical in canonicals {
            match context.profiles.profile(canonical) {
                Some(profile) => {
                    decision = decision.or(walk.fulfils(&profile, id));
                    profiles.push(profile);
                }
                None => {
                    decision = decision.or(Decision::Undecided);
                    unknown = Some(canonical);
                }
            }
            if decision == Decision::Success {
                return;
            }
        }
        match decision {
            Decision::Success => {}
            Decision::Undecided => match unknown {
                Some(canonical) => unheld(walk, id, source, canonical),
                None => walk.issues.cannot_tell(Code::TypeProfile, id, Some(source), || {
                    format!("which of the profiles {} holds cannot be decided", canonicals.join(", ")).into()
                }),
            },
            Decision::Failure => {
                walk.issues.fail(Code::TypeProfile, id, Some(source), || {
                    format!("none of the profiles allowed here holds: {}", canonicals.join(", ")).into()
                });
                // Why not, each by its own definition; a resource is too much for that.
                if !walk.issues.is_probing() && !view.elements.node(id).flags.has(Flags::RESOURCE) {
                    for profile in profiles {
                        walk.profile(&profile, id);
                    }
                }
            }
        }
    }
}

/// Whether `canonical` is the definition of the extension `id` itself, which every extension is checked against.
fn is_checked_anyway(walk: &Walk<'_, '_>, id: NodeId, canonical: &str) -> bool {
    walk.view.type_id(id) == walk.known.extension
        && walk.child_text(id, walk.known.url).is_some_and(|url| canonical.split('|').next() == Some(&*url))
}

/// Tells that a definition asks for a profile that nobody holds: as grave as an extension that nobody knows, because what
/// stands here was not checked. While something is only tried it stays open.
#[cold]
fn unheld(walk: &mut Walk<'_, '_>, id: NodeId, source: &Source, canonical: &str) {
    let told = || {
        format!("the profile {canonical}, which must hold here, is not held: the package that defines it is needed")
            .into()
    };
    match walk.issues.is_probing() {
        true => walk.issues.cannot_tell(Code::TypeProfile, id, Some(source), told),
        false => walk.issues.fail(Code::TypeProfile, id, Some(source), told),
    }
}
