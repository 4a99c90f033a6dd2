//! Paths of a differential, followed through the types of the release.
//!
//! In: the type that is constrained, and paths. Out: whether each leads somewhere, and the place of each step among the
//! children of its parent, by which the order of a differential is judged.

use crate::instance::TypeId;
use crate::standard::fhir::{Model, TypeKind};

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// To an element: the place of each of its steps.
    At(Vec<u16>),
    /// Nowhere.
    Unknown,
    /// To a form of a choice that the choice does not have.
    Choice,
    /// Into something whose elements nobody knows here.
    Open,
}

/// The elements of a type.
pub(super) struct Paths<'m> {
    model: &'m Model,
    root: TypeId,
}

impl<'m> Paths<'m> {
    /// Of the type called `root`, or by its URL; `None` when the release does not have it.
    pub(super) fn of(root: &str, model: &'m Model) -> Option<Self> {
        let root = model.type_id(root.rsplit('/').next()?)?;
        Some(Self { model, root })
    }

    /// Follows `path`, whose first step is the type.
    pub(super) fn follow(&self, path: &str) -> Step {
        let mut types = vec![self.root];
        let mut places = Vec::new();
        for name in path.split('.').skip(1) {
            let (mut next, mut place, mut is_choice, mut open) = (Vec::new(), None, false, false);
            for &id in &types {
                let Some(info) = self.model.info(id) else {
                    open = true;
                    continue;
                };
                // A resource of any kind may have any element.
                open |= info.is_abstract && info.kind == TypeKind::Resource;
                let stem = name.strip_suffix("[x]").unwrap_or(name);
                for (at, child) in info.children.iter().enumerate() {
                    let own = self.model.name_of(child.name);
                    if own == stem {
                        place.get_or_insert(at as u16);
                        next.extend(&child.types);
                    }
                    let form = stem.strip_prefix(own).is_some_and(|rest| rest.starts_with(char::is_uppercase));
                    is_choice |= child.choice && form;
                }
                if let Some(&(at, kind)) = info.keys.get(stem.as_bytes()) {
                    place.get_or_insert(at);
                    next.push(kind);
                }
                // `value` of a primitive, and what a content reference leads to.
                open |= matches!(info.kind, TypeKind::Primitive(_)) && matches!(name, "value" | "id" | "extension");
            }
            match place {
                Some(place) => places.push(place),
                None if open => return Step::Open,
                None if is_choice => return Step::Choice,
                None => return Step::Unknown,
            }
            types = next;
        }
        Step::At(places)
    }
}
