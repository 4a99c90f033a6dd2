//! One XML document.

mod places;

use super::{Desk, Expected, Parsing, fhir, shape};
use crate::check::fhir::release_of;
use crate::check::record::{Recorder, Unit};
use crate::check::{Checked, Plans};
use crate::parse::{self, Extent};
use crate::standard::fhir::{Syntax, View};

/// The namespace of FHIR (FHIR R4, XML representation of resources).
const FHIR: &str = "http://hl7.org/fhir";

/// Faults after which the document still says what it says.
const NO_DOUBT: &[&str] = &["xml.comment", "xml.declaration", "xml.encoding-mismatch"];

/// Checks one document.
pub(crate) fn check(
    unit: Unit<'_>,
    expected: Expected,
    plans: &dyn Plans,
    (instance, faults): Parsing<'_>,
    desk: &mut Desk,
    to: &mut Recorder,
) -> Checked {
    faults.clear();
    let parsed = parse::xml::parse(unit.bytes, instance, &mut desk.namespaces, faults);
    let document = parsed.markup(instance, &desk.namespaces);
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
    let release = release_of(document.bytes, plans.fhir().releases()).filter(|_| is_resource);
    if let Some(release) = release {
        fhir::reach(desk, to);
        let in_doubt = faults.counts().iter().any(|(code, _)| !NO_DOUBT.contains(code));
        if !in_doubt && parsed.extent == Extent::Whole {
            let Desk { lowered, tried, issues, links, rules, .. } = desk;
            let in_force = shape::lower(plans.fhir(), release, (lowered, tried), |model, elements, faults| {
                parse::fhir::xml::lower(document, model, elements, faults);
            });
            let (elements, lowered) = &*lowered;
            let view = View { bytes: document.bytes, elements, model: in_force.library.model(), syntax: Syntax::Xml };
            fhir::check(unit, view, in_force, (lowered, issues, links), rules, to);
        }
    }
    to.end();
    Checked::Done
}
