//! FHIRPath 2.0 with FHIR's additions, on the elements of an instance.
//!
//! In: an expression, once, and then as often as wanted a view, an element in it and a [`Host`]. Out: the items it
//! gives, or whether it holds as an invariant. It copies nothing of the instance but strings that it changes, reads no
//! clock and no file, and takes a bounded number of steps. Nothing it says of an expression quotes the instance.

mod compile;
mod decimal;
mod duration;
mod error;
mod evaluate;
mod functions;
mod host;
mod lexer;
mod moment;
mod parser;
mod plan;
mod syntax;
mod value;

pub use decimal::Decimal;
pub use duration::Unit;
pub use error::{ExprError, Halt, Truth};
pub use host::{Alone, Answer, Cause, Host, Resolution, Subject};
pub use moment::{Clock, Moment, Part};
pub use value::{Item, Measure, Quantity, System, Text, TypeOf};

use crate::instance::NodeId;
use crate::standard::fhir::{Model, View};
use evaluate::Evaluator;
use plan::Plan;

/// Which rules hold where the specification and the invariants that were published under it differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// As invariants of FHIR R4 and before use it: `as` keeps of many items those of the type, and `Boolean` is also
    /// what FHIR calls `boolean`.
    #[default]
    Invariants,
    /// As published: `as` is for one item at most.
    Published,
    /// As published, and names that no element can have where they stand are mistakes.
    Strict,
}

/// An expression that was read and understood, for one release of FHIR.
#[derive(Debug)]
pub struct Compiled {
    plan: Plan,
}

/// Memory that evaluations use one after the other, so that they need not ask for it.
#[derive(Debug, Default)]
pub struct Scratch {
    stack: Vec<Item<'static>>,
}

impl Compiled {
    /// Reads `expression` as an invariant of the release that `model` is of.
    pub fn new(expression: &str, model: &Model) -> Result<Self, ExprError> {
        Self::with(expression, model, Dialect::Invariants)
    }

    /// Reads `expression` under the rules of `dialect`.
    pub fn with(expression: &str, model: &Model, dialect: Dialect) -> Result<Self, ExprError> {
        let (tree, root) = parser::parse(expression).map_err(|(span, told)| ExprError::new(span, told))?;
        Ok(Self { plan: compile::compile(&tree, root, model, dialect)? })
    }

    /// Whether it holds at `context`, an element of `view`, whose model it was compiled for. As an invariant, an
    /// expression that gives nothing does not hold, and one that gives anything but a boolean does.
    pub fn check<'a>(&'a self, scratch: &mut Scratch, view: View<'a>, context: NodeId, host: &dyn Host) -> Truth {
        let stack = borrowed(std::mem::take(&mut scratch.stack));
        let mut evaluator = Evaluator::new(&self.plan, view, context, host, stack);
        let outcome = evaluator.holds();
        scratch.stack = returned(evaluator.stack);
        match outcome {
            Ok(true) => Truth::True,
            Ok(false) => Truth::False,
            Err(halted) => match *halted {
                Halt::CannotTell(cause) => Truth::CannotTell(cause),
                Halt::Error(error) => Truth::Error(error),
            },
        }
    }

    /// The items that it gives at `context`.
    pub fn evaluate<'a>(
        &'a self,
        scratch: &mut Scratch,
        view: View<'a>,
        context: NodeId,
        host: &dyn Host,
    ) -> Result<Vec<Item<'a>>, Halt> {
        let stack = borrowed(std::mem::take(&mut scratch.stack));
        let mut evaluator = Evaluator::new(&self.plan, view, context, host, stack);
        let outcome = evaluator.run();
        outcome.map(|()| evaluator.stack).map_err(|halted| *halted)
    }
}

/// The memory of an empty stack, for items that live shorter.
fn borrowed<'a>(stack: Vec<Item<'static>>) -> Vec<Item<'a>> {
    stack
}

/// The memory of a stack that is done with, for items that live longer: collecting nothing in place keeps it.
fn returned(mut stack: Vec<Item<'_>>) -> Vec<Item<'static>> {
    stack.clear();
    stack.into_iter().map_while(|_| None).collect()
}
