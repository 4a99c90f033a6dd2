//! A value in a definition (`fixed[x]`, `pattern[x]`) against an element.
//!
//! A fixed value is all that the element may be; a pattern is what must be in it, each item of a list somewhere in the
//! element's list. Numbers compare as decimals. What differs is told of the part that differs.

use super::number;
use crate::check::fhir::walk::Walk;
use crate::check::fhir::{Code, Source};
use crate::instance::{NameId, NodeId, TypeId};
use crate::standard::fhir::{Model, Primitive, View};
use std::cmp::Ordering;

/// A value.
#[derive(Clone, Debug)]
pub enum Literal {
    /// One of a primitive type.
    Primitive(Primitive, Box<str>),
    /// One with parts.
    Complex {
        /// Whether it is a concept, whose differences are told of it as a whole.
        concept: bool,
        /// Its parts by name; of a choice also the type.
        parts: Vec<(NameId, TypeId, Vec<Literal>)>,
    },
}

/// How much of an element a value covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exactness {
    /// All of it (`fixed[x]`).
    Fixed,
    /// A part (`pattern[x]`).
    Pattern,
}

/// Characters of a definition's value that a message shows.
const MAX_SHOWN: usize = 100;
/// The same of one that has parts, with their names.
const MAX_TOLD: usize = 160;

impl Literal {
    /// Whether `id` is it.
    pub fn holds(&self, exactness: Exactness, view: View<'_>, id: NodeId) -> bool {
        match self {
            Self::Primitive(kind, text) => is_equal(*kind, text, view, id),
            Self::Complex { parts, .. } => {
                parts.iter().all(|(name, type_id, items)| part_holds(*name, *type_id, items, exactness, view, id))
                    && (exactness == Exactness::Pattern || has_no_more(parts, view, id))
            }
        }
    }

    /// The value for people, when it is short.
    pub fn shown(&self) -> Option<&str> {
        match self {
            Self::Primitive(_, text) if text.chars().count() <= MAX_SHOWN => Some(text),
            _ => None,
        }
    }

    /// The value for people with the names of its parts, when it is short: `coding.code ` and the code in backticks.
    pub fn told(&self, model: &Model) -> Option<String> {
        let mut told = String::new();
        self.tell(model, "", &mut told);
        (!told.is_empty() && told.chars().count() <= MAX_TOLD).then_some(told)
    }

    /// Definitions nest a handful of types deep; past that nobody reads on.
    fn tell(&self, model: &Model, path: &str, told: &mut String) {
        match self {
            Self::Primitive(..) => {
                let Some(shown) = self.shown() else { return };
                if !told.is_empty() {
                    told.push_str(" and ");
                }
                if !path.is_empty() {
                    told.push_str(path);
                    told.push(' ');
                }
                told.push_str(&format!("`{shown}`"));
            }
            Self::Complex { parts, .. } => {
                for (name, _, items) in parts {
                    let name = model.name_of(*name);
                    let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                    for item in items {
                        if path.len() <= MAX_SHOWN && told.len() <= MAX_TOLD {
                            item.tell(model, &path, told);
                        }
                    }
                }
            }
        }
    }
}

fn is_equal(kind: Primitive, text: &str, view: View<'_>, id: NodeId) -> bool {
    let raw = view.raw(id);
    if view.has_value(id) && raw == text.as_bytes() {
        return true;
    }
    match kind {
        Primitive::Decimal => number::compare(raw, text.as_bytes()) == Some(Ordering::Equal),
        _ => view.text(id).is_some_and(|found| *found == *text),
    }
}

fn items_of<'a>(
    view: View<'a>,
    id: NodeId,
    name: NameId,
    type_id: TypeId,
) -> impl Iterator<Item = NodeId> + Clone + 'a {
    let elements = view.elements;
    elements.children(id).filter(move |&child| {
        let element = elements.node(child);
        element.name == name && (type_id == TypeId::UNKNOWN || element.type_id == type_id)
    })
}

fn part_holds(
    name: NameId,
    type_id: TypeId,
    items: &[Literal],
    exactness: Exactness,
    view: View<'_>,
    id: NodeId,
) -> bool {
    let found = items_of(view, id, name, type_id);
    match exactness {
        Exactness::Fixed => {
            let mut found = found;
            items.iter().all(|item| found.next().is_some_and(|child| item.holds(exactness, view, child)))
                && found.next().is_none()
        }
        Exactness::Pattern => items.iter().all(|item| found.clone().any(|child| item.holds(exactness, view, child))),
    }
}

fn has_no_more(parts: &[(NameId, TypeId, Vec<Literal>)], view: View<'_>, id: NodeId) -> bool {
    let elements = view.elements;
    elements.children(id).all(|child| parts.iter().any(|(name, ..)| *name == elements.node(child).name))
}

/// Tells what of `id` differs from `literal`.
pub(super) fn run(literal: &Literal, exactness: Exactness, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source) {
    let code = code(exactness);
    walk.issues.applies(code);
    if literal.holds(exactness, walk.view, id) {
        return;
    }
    if walk.issues.is_probing() {
        return walk.issues.fail(code, id, Some(source), || "".into());
    }
    differ(literal, exactness, walk, id, source);
}

fn code(exactness: Exactness) -> Code {
    match exactness {
        Exactness::Fixed => Code::Fixed,
        Exactness::Pattern => Code::Pattern,
    }
}

fn differ(literal: &Literal, exactness: Exactness, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source) {
    let view = walk.view;
    let wanted = match exactness {
        Exactness::Fixed => "the definition fixes",
        Exactness::Pattern => "the definition's pattern asks for",
    };
    match literal {
        Literal::Primitive(..) => walk.issues.fail(code(exactness), id, Some(source), || match literal.shown() {
            Some(shown) => format!("not the value that {wanted}: `{shown}`").into(),
            None => format!("not the value that {wanted}").into(),
        }),
        Literal::Complex { concept: true, .. } if exactness == Exactness::Pattern => {
            walk.issues.fail(code(exactness), id, Some(source), || match literal.told(view.model) {
                Some(told) => format!("not the concept that {wanted}: {told}").into(),
                None => format!("not the concept that {wanted}").into(),
            });
        }
        Literal::Complex { parts, .. } => {
            for (name, type_id, items) in parts {
                if part_holds(*name, *type_id, items, exactness, view, id) {
                    continue;
                }
                let mut found = items_of(view, id, *name, *type_id);
                match (&**items, found.next(), found.next()) {
                    ([item], Some(child), None) => differ(item, exactness, walk, child, source),
                    (_, None, _) => walk.issues.fail(code(exactness), id, Some(source), || {
                        let name = view.model.name_of(*name);
                        match items.first().and_then(|item| item.told(view.model)) {
                            Some(told) => format!("`{name}` is missing, which {wanted}: {told}").into(),
                            None => format!("`{name}` is missing, which {wanted}").into(),
                        }
                    }),
                    _ => walk.issues.fail(code(exactness), id, Some(source), || {
                        format!("`{}` does not hold what {wanted}", view.model.name_of(*name)).into()
                    }),
                }
            }
            if exactness == Exactness::Fixed {
                let more = view.elements.children(id);
                for child in
                    more.filter(|&child| !parts.iter().any(|(name, ..)| *name == view.elements.node(child).name))
                {
                    walk.issues.fail(code(exactness), child, Some(source), || {
                        "the value that the definition fixes does not have this".into()
                    });
                }
            }
        }
    }
}
