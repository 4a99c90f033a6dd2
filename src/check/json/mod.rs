//! One JSON document: its syntax, and what any FHIR resource must have.
//!
//! In: a unit. Out: counts and findings of the rules that answer for codes `json.*` and `fhir.*`. Profiles, datatypes
//! and cardinalities are not looked at here. A document that is no FHIR resource counts for no rule but those it
//! breaks, and is not covered when it breaks none: being JSON proves nothing about FHIR.

mod fhir;
mod places;

use super::record::{Recorder, Unit};
use super::{Checked, Plans};
use crate::instance::{Document, Instance};
use crate::parse::{Faults, json};

pub use fhir::{Expected, FHIR_CODES};

/// Checks one document.
pub(super) fn check(
    unit: Unit<'_>,
    expected: Expected,
    plans: &dyn Plans,
    (instance, faults): (&mut Instance, &mut Faults),
    to: &mut Recorder,
) -> Checked {
    faults.clear();
    let extent = json::parse(unit.bytes, instance, faults);
    let document = Document { bytes: unit.bytes, tree: instance };
    let root = fhir::check(document, extent, expected, faults);
    let rules = plans.syntax();
    let ruled = rules.family("json.").next().is_some();
    if !ruled || (!root.is_resource && faults.is_empty()) {
        return Checked::NotCovered;
    }
    to.start();
    let families: &[&str] = if root.is_resource { &["json.", "fhir."] } else { &[] };
    for rule in families.iter().flat_map(|family| rules.family(family)) {
        to.reaches(&[rule], 1);
    }
    let paths = places::paths(document, root.name, faults.listed());
    rules.check(families, unit, faults, &mut |at, fault| (paths[at].clone(), fault.span), to);
    to.end();
    Checked::Done
}
