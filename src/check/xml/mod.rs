//! One XML document: its syntax.
//!
//! In: a unit. Out: counts and findings of the rules that answer for codes `xml.*`. A document that is no FHIR resource
//! counts for no rule but those it breaks, and is not covered when it breaks none: being XML proves nothing about FHIR.

mod places;

use super::json::Expected;
use super::record::{Recorder, Unit};
use super::{Checked, Plans};
use crate::instance::{Instance, Namespaces};
use crate::parse::{Faults, xml};

/// The namespace of FHIR (FHIR R4, XML representation of resources).
const FHIR: &str = "http://hl7.org/fhir";

/// Checks one document.
pub(super) fn check(
    unit: Unit<'_>,
    expected: Expected,
    plans: &dyn Plans,
    (instance, namespaces, faults): (&mut Instance, &mut Namespaces, &mut Faults),
    to: &mut Recorder,
) -> Checked {
    faults.clear();
    let parsed = xml::parse(unit.bytes, instance, namespaces, faults);
    let document = parsed.markup(instance, namespaces);
    let is_resource =
        expected == Expected::Resource || document.root().is_some_and(|root| document.namespace(root) == FHIR);
    let rules = plans.syntax();
    let ruled = rules.family("xml.").next().is_some();
    if !ruled || (!is_resource && faults.is_empty()) {
        return Checked::NotCovered;
    }
    to.start();
    let families: &[&str] = if is_resource { &["xml."] } else { &[] };
    for rule in families.iter().flat_map(|family| rules.family(family)) {
        to.reaches(&[rule], 1);
    }
    // Spans point into what was read, and so do lines and columns, which are the same in every encoding.
    let unit = Unit { bytes: document.bytes, ..unit };
    let paths = places::paths(document, faults.listed());
    rules.check(families, unit, faults, &mut |at, fault| (paths[at].clone(), fault.span), to);
    to.end();
    Checked::Done
}
