//! What is wrong with a plan before any instance is seen: names that the types there do not have, and an order asked
//! of what has none.
//!
//! Types are followed along paths only; where they are not known, anything may be.

use super::super::error::ExprError;
use super::super::functions::Function;
use super::super::plan::{Op, OpId, Plan, Step};
use crate::instance::TypeId;
use crate::standard::fhir::Model;

/// Types that the items may be of; `None` when they may be of any.
type Types = Option<Vec<TypeId>>;

/// Which names are mistakes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mistakes {
    /// All that the types there do not have.
    Unknown,
    /// Only those of one form of a choice (`valueQuantity`), which JSON and XML have and expressions have not.
    FormsOfChoices,
}

/// The first name that says one form of a choice where the type there has that choice.
pub(super) fn check_names(plan: &Plan, model: &Model) -> Result<(), ExprError> {
    (0..plan.ops.len() as OpId).try_for_each(|id| types(plan, id, model, Mistakes::FormsOfChoices).map(drop))
}

/// The first thing wrong with `plan`.
pub(super) fn check(plan: &Plan, model: &Model) -> Result<(), ExprError> {
    for id in 0..plan.ops.len() as OpId {
        types(plan, id, model, Mistakes::Unknown)?;
        let of = match plan.op(id) {
            Op::First(of) | Op::Indexed(of, _) => *of,
            Op::Call(Function::Last | Function::Tail | Function::Skip | Function::Take, of, _) => *of,
            _ => continue,
        };
        if let Op::Path(_, steps) = plan.op(of)
            && steps.iter().any(|step| matches!(step, Step::Children | Step::Descendants))
        {
            return Err(ExprError::new(plan.span(id), "children have no order to choose by"));
        }
    }
    Ok(())
}

fn types(plan: &Plan, id: OpId, model: &Model, mistakes: Mistakes) -> Result<Types, ExprError> {
    let wrong = |name: &str| Err(ExprError::new(plan.span(id), format!("there is no element {name} here")));
    let (from, steps) = match plan.op(id) {
        Op::Path(from, steps) => (*from, steps),
        Op::As(_, kind) => return Ok(kind.fhir.map(|fhir| vec![fhir])),
        Op::First(of) | Op::Indexed(of, _) | Op::Where(of, _) => return types(plan, *of, model, mistakes),
        _ => return Ok(None),
    };
    let mut at = types(plan, from, model, mistakes)?;
    for step in steps {
        at = match step {
            Step::Root(root, _) | Step::MustBe(root) => Some(vec![*root]),
            Step::Member(name) if mistakes == Mistakes::Unknown && &**name != "namespace" => return wrong(name),
            Step::Member(name) if at.as_deref().is_some_and(|of| is_form_of_choice(of, name, model)) => {
                return wrong(name);
            }
            Step::Child(name) => match at {
                None => None,
                Some(of) => {
                    let mut below = Vec::new();
                    let mut known = false;
                    for info in of.iter().filter_map(|id| model.info(*id)) {
                        for child in info.children.iter().filter(|child| child.name == *name) {
                            known = true;
                            below.extend_from_slice(&child.types);
                        }
                    }
                    let name = model.name_of(*name);
                    if !known && (mistakes == Mistakes::Unknown || is_form_of_choice(&of, name, model)) {
                        return wrong(name);
                    }
                    // An abstract type says little of what is really there.
                    let open = below.iter().any(|id| model.info(*id).is_none_or(|info| info.is_abstract));
                    (!open).then_some(below)
                }
            },
            Step::OfType(kind) => kind.fhir.map(|fhir| vec![fhir]),
            Step::Where(_) => at,
            Step::Extension(_) => model.type_id("Extension").map(|id| vec![id]),
            Step::Member(_) | Step::Children | Step::Descendants | Step::Resolve => None,
        };
    }
    Ok(at)
}

/// Whether `name` is, in one of the types, a choice's name with one of its types.
fn is_form_of_choice(of: &[TypeId], name: &str, model: &Model) -> bool {
    let mut infos = of.iter().filter_map(|id| model.info(*id));
    infos.any(|info| info.keys.contains_key(name.as_bytes()))
}
