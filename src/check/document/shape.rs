//! Which release a resource is written for, when it does not say: the one whose elements it has.
//!
//! In: the releases in force and what lowers the resource by the types of one. Out: its elements by those of the release
//! that it fits best, which is the first in force unless another fits better.

use crate::check::fhir::{Choice, InForce, Releases};
use crate::instance::Elements;
use crate::parse::Faults;
use crate::standard::fhir::Model;

/// Faults that a resource has by the types of a release that it is not written for.
const STRUCTURAL: &[&str] = &[
    "fhir.element-order",
    "fhir.json-array",
    "fhir.json-type",
    "fhir.resource-type-unknown",
    "fhir.unknown-element",
    "fhir.xml-attribute",
];

/// What a resource is lowered into.
pub(super) type Lowered = (Elements, Faults);

/// Lowers a resource into `lowered` by the release of `choice`, or by one that it fits better; `tried` is memory for that.
pub(super) fn lower<'a>(
    releases: &'a dyn Releases,
    choice: Choice,
    (lowered, tried): (&mut Lowered, &mut Lowered),
    mut lower: impl FnMut(&Model, &mut Elements, &mut Faults),
) -> InForce<'a> {
    let (Choice::Shown(first) | Choice::Assumed(first)) = choice;
    let mut best = releases.in_force(first);
    lowered.1.clear();
    lower(best.library.model(), &mut lowered.0, &mut lowered.1);
    let mut least = misfits(&lowered.1);
    if matches!(choice, Choice::Shown(_)) || least == 0 {
        return best;
    }
    for &other in releases.releases().iter().filter(|&&other| other != first) {
        let in_force = releases.in_force(other);
        tried.1.clear();
        lower(in_force.library.model(), &mut tried.0, &mut tried.1);
        let count = misfits(&tried.1);
        if count < least {
            std::mem::swap(lowered, tried);
            (best, least) = (in_force, count);
        }
    }
    best
}

fn misfits(faults: &Faults) -> u64 {
    STRUCTURAL.iter().map(|code| u64::from(faults.count(code))).sum()
}
