//! An invariant (`constraint`): a FHIRPath expression that must be true of the element.

use crate::check::fhir::walk::Walk;
use crate::check::fhir::{Code, Level, Source};
use crate::instance::{Flags, NodeId};
use std::sync::Arc;

/// An invariant.
#[derive(Debug)]
pub struct Invariant {
    /// `dom-2`.
    pub key: Arc<str>,
    /// What it is told as when it does not hold.
    pub code: Code,
    /// Whether it is best practice only.
    pub best_practice: bool,
    /// What it says to people; only from packages of the user's own.
    pub human: Option<Arc<str>>,
    /// The expression.
    pub expression: Arc<str>,
}

impl Invariant {
    pub(super) fn run(&self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source) {
        walk.issues.applies(self.code);
        let _ = (id, source, Level::Ignore);
    }
}

/// `ele-1`: a value, or children besides an id.
#[inline]
pub(super) fn content(walk: &mut Walk<'_, '_>, id: NodeId, source: &Source) {
    let view = walk.view;
    walk.issues.applies(Code::Invariant);
    let element = view.elements.node(id);
    if element.flags.has(Flags::VALUE) {
        return;
    }
    let known = walk.known.id;
    if !view.elements.children(id).any(|child| view.elements.node(child).name != known) {
        walk.issues
            .fail(Code::Invariant, id, Some(source), || "ele-1: the element has neither a value nor children".into());
    }
}
