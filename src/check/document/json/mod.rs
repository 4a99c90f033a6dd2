//! One JSON document.

mod places;

use super::{Desk, Expected, Parsing, fhir, shape};
use crate::check::fhir::release_of;
use crate::check::record::{Recorder, Unit};
use crate::check::{Checked, Plans};
use crate::detect::resource_type;
use crate::instance::{Document, Kind, Path};
use crate::parse::{self, Extent, Faults};
use crate::standard::fhir::{Syntax, View};
use places::NO_RESOURCE;

/// Faults after which what the document says is in doubt, or not all there.
const IN_DOUBT: &[&str] = &[
    "json.empty",
    "json.limit-depth",
    "json.limit-nodes",
    "json.not-utf8",
    STRUCTURE,
    "json.syntax",
    "json.unclosed",
    "json.utf-16",
];

/// Brackets out of step: which element such a place is in would be a guess.
const STRUCTURE: &str = "json.structure";

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
    let extent = parse::json::parse(unit.bytes, instance, faults);
    let document = Document { bytes: unit.bytes, tree: instance };
    let is_resource = is_resource(document, extent, expected);
    let rules = plans.syntax();
    let ruled = rules.family("json.").next().is_some();
    if !is_resource && extent == Extent::Whole {
        no_object(document, faults);
    }
    if !ruled || (!is_resource && faults.is_empty()) {
        return Checked::NotCovered;
    }
    to.start();
    let families: &[&str] = if is_resource { &["json."] } else { &[] };
    for rule in families.iter().flat_map(|family| rules.family(family)) {
        to.reaches(&[rule], 1);
    }
    let release = release_of(unit.bytes, plans.fhir().releases()).filter(|_| is_resource);
    let root = if is_resource { root(document) } else { NO_RESOURCE };
    let paths = places::paths(document, root, faults.listed());
    let path = |at: usize, code: &str| if code == STRUCTURE { Path::Whole } else { paths[at].clone() };
    rules.check(families, unit, faults, &mut |at, fault| (path(at, fault.code), fault.span), to);
    if let Some(release) = release {
        fhir::reach(desk, to);
        if !IN_DOUBT.iter().any(|code| faults.count(code) > 0) && extent == Extent::Whole {
            let Desk { lowered, tried, issues, links, rules, .. } = desk;
            let in_force = shape::lower(plans.fhir(), release, (lowered, tried), |model, elements, faults| {
                parse::fhir::json::lower(document, model, elements, faults);
            });
            let (elements, lowered) = &*lowered;
            let view = View { bytes: unit.bytes, elements, model: in_force.library.model(), syntax: Syntax::Json };
            fhir::check(unit, view, in_force, (lowered, issues, links), rules, to);
        }
    }
    to.end();
    Checked::Done
}

/// Whether the document is to be a FHIR resource.
fn is_resource(document: Document<'_>, extent: Extent, expected: Expected) -> bool {
    let Some(value) = document.value() else { return expected == Expected::Resource };
    let typed = document.member(value, b"resourceType").is_some();
    // What was not read to its end may be a resource all the same; that is told already.
    typed || (expected == Expected::Resource && extent == Extent::Whole)
}

/// Tells a document that is no object, which is nothing that a FHIR system takes.
fn no_object(document: Document<'_>, faults: &mut Faults) {
    if document.value().is_some_and(|value| document.kind(value) != Kind::Object) {
        parse::fhir::json::no_object(document, faults);
    }
}

/// How paths into the resource begin: its type, where that is published.
fn root(document: Document<'_>) -> &'static str {
    let named = document.value().and_then(|value| document.member(value, b"resourceType"));
    let name = named.and_then(|named| document.text(named));
    name.and_then(|name| resource_type(&name)).unwrap_or("Resource")
}
