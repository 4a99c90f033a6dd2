//! Checks that no profile can say: how the resources of one unit hang together, and what some types of resource ask of
//! themselves.
//!
//! In: one resource of a unit, with the context. Out: findings in [`Issues`]. Each file is about one thing; none looks
//! into a resource that lies in its own, which is checked by itself.

mod bundle;
mod contained;
mod document;
mod reference;
mod searchset;

use super::{Context, Issues};
use crate::instance::NodeId;
use crate::standard::fhir::View;

/// Checks the resource `id`, without those that lie in it.
pub fn check(view: View<'_>, id: NodeId, context: &Context<'_>, issues: &mut Issues) {
    reference::check(view, id, context, issues);
    contained::check(view, id, issues);
    if view.type_name(id) == "Bundle" {
        bundle::check(view, id, issues);
    }
}
