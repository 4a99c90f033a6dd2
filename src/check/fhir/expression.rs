//! FHIRPath expressions of definitions, run on elements.

use super::Decision;
use super::walk::Walk;
use crate::instance::NodeId;

/// Whether `expression` is true of `id`.
pub(super) fn holds(walk: &mut Walk<'_, '_>, id: NodeId, expression: &str) -> Decision {
    let _ = (walk, id, expression);
    Decision::Undecided
}

/// Whether `expression`, run on the resource, selects `id`.
pub(super) fn selects(walk: &mut Walk<'_, '_>, id: NodeId, expression: &str) -> Decision {
    let _ = (walk, id, expression);
    Decision::Undecided
}
