//! An invariant (`constraint`): a FHIRPath expression that must be true of the element.

use crate::check::fhir::expression::{Expression, Outcome};
use crate::check::fhir::walk::Walk;
use crate::check::fhir::{Code, Level, Source};
use crate::instance::{Flags, NodeId};
use crate::standard::fhir::{Syntax, View};
use std::borrow::Cow;
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
    pub expression: Expression,
}

impl Invariant {
    #[inline]
    pub(super) fn run(&self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source) {
        walk.issues.applies(self.code);
        match self.expression.holds(walk, id) {
            Outcome::Holds => {}
            Outcome::Fails => self.fails(walk, id, source),
            Outcome::CannotTell(cause) => self.untold(walk, id, source, cause),
        }
    }

    #[cold]
    fn fails(&self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source) {
        let code = match (self.best_practice, walk.context.options.best_practice) {
            (false, _) => self.code,
            (true, Level::Ignore) => return,
            (true, Level::Information) => Code::InvariantInformation,
            (true, Level::Warning) => Code::InvariantWarning,
            (true, Level::Error) => Code::Invariant,
        };
        walk.issues.fail(code, id, Some(source), || {
            let key = &self.key;
            match &self.human {
                Some(human) => format!("{key}: {human}").into(),
                None => format!("{key}: {} does not hold", self.expression.shown()).into(),
            }
        });
    }

    #[cold]
    fn untold(&self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source, cause: Cow<'static, str>) {
        walk.issues.cannot_tell(self.code, id, Some(source), || {
            format!("{}: {} cannot be decided: {cause}", self.key, self.expression.shown()).into()
        });
    }
}

/// Whether something stands in `id` that is not among its elements: the lowering has told what is wrong with it.
fn is_told(view: View<'_>, id: NodeId) -> bool {
    let raw = view.elements.node(id).span.of(view.bytes);
    view.syntax == Syntax::Json && view.elements.is_leaf(id) && raw.first() == Some(&b'{') && raw.contains(&b':')
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
    if !view.elements.children(id).any(|child| view.elements.node(child).name != known) && !is_told(view, id) {
        walk.issues
            .fail(Code::Invariant, id, Some(source), || "ele-1: the element has neither a value nor children".into());
    }
}
