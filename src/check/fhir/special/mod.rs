//! Checks that no profile can say: how the resources of one unit hang together, and what some types of resource ask of
//! themselves.
//!
//! In: one resource of a unit, with the context. Out: findings in [`Issues`]. Each file is about one thing; none looks
//! into a resource that lies in its own, which is checked by itself.

mod address;
mod attachment;
mod bundle;
mod conformance;
mod contained;
mod contained_set;
mod document;
mod identifier;
pub mod narrative;
mod publication;
mod questionnaire;
mod questionnaire_response;
mod read;
mod reference;
mod searchset;
#[cfg(test)]
mod tests;
mod text;
mod values;

use super::{Context, Issues};
use crate::instance::NodeId;
use crate::standard::fhir::View;
use read::At;

/// A check of one type of resource.
type Check = fn(At<'_>, &Context<'_>, &mut Issues);

/// Which types have a check of their own, in the order of their names.
const BY_TYPE: &[(&str, Check)] = &[
    ("Bundle", |at, _, issues| bundle::check(at.view, at.node, issues)),
    ("CapabilityStatement", conformance::capability_statement::check),
    ("CodeSystem", conformance::code_system::check),
    ("ConceptMap", conformance::concept_map::check),
    ("Measure", conformance::measure::check),
    ("MeasureReport", conformance::measure_report::check),
    ("OperationDefinition", conformance::operation_definition::check),
    ("Questionnaire", questionnaire::check),
    ("QuestionnaireResponse", questionnaire_response::check),
    ("SearchParameter", conformance::search_parameter::check),
    ("StructureDefinition", conformance::structure_definition::check),
    ("ValueSet", conformance::value_set::check),
];

/// How many bytes the Attachment `id` holds; `None` when it holds none that can be read.
pub(super) fn attachment_length(view: View<'_>, id: NodeId) -> Option<u64> {
    attachment::length(At::new(view, id))
}

/// Checks the resource `id`, without those that lie in it.
pub fn check(view: View<'_>, id: NodeId, context: &Context<'_>, issues: &mut Issues) {
    reference::check(view, id, context, issues);
    contained::check(view, id, issues);
    let at = At::new(view, id);
    narrative::check(at, context, issues);
    values::check(at, context, issues);
    publication::check(at, context, issues);
    address::canonical(at, issues);
    if let Ok(found) = BY_TYPE.binary_search_by_key(&view.type_name(id), |(name, _)| name) {
        BY_TYPE[found].1(at, context, issues);
    }
}
