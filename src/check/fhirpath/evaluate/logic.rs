//! Operations that give true, false or nothing.

use super::{Evaluator, Frame};
use crate::check::fhirpath::error::{Halt, Outcome, cannot_tell};
use crate::check::fhirpath::plan::{Op, OpId, Pattern, Wanted};
use crate::check::fhirpath::syntax::Binary;
use crate::check::fhirpath::value::Item;
use crate::standard::fhir::Primitive;

use super::walk::Sink;

impl Op {
    /// Whether it is asked for its truth, and not for its items.
    pub(in crate::check::fhirpath) fn is_truth(&self) -> bool {
        matches!(
            self,
            Self::Exists(..)
                | Self::All(..)
                | Self::HasValue(_)
                | Self::Not(_)
                | Self::Logic(..)
                | Self::Compare(..)
                | Self::Equality(..)
                | Self::Among(..)
                | Self::Is(..)
                | Self::Matches(..)
        )
    }
}

impl<'a> Evaluator<'a, '_> {
    /// The truth of the operation `id`; `None` when it gives nothing. One item that is no boolean is true (FHIRPath
    /// 2.0, section 4.5, singleton evaluation).
    pub(super) fn truth(&mut self, id: OpId, frame: &Frame<'_, 'a>) -> Outcome<Option<bool>> {
        self.spend(1)?;
        let plan = self.plan;
        Ok(match plan.op(id) {
            Op::Exists(of, criterion, wanted) => {
                let sink = criterion.map_or(Sink::Any, Sink::AnyWhere);
                Some(self.decides(*of, sink, frame)? == (*wanted == Wanted::Plain))
            }
            Op::All(of, criterion) => Some(!self.decides(*of, Sink::Except(*criterion), frame)?),
            Op::HasValue(of) => Some(self.has_value(*of, frame)?),
            Op::Not(of) => self.truth(*of, frame)?.map(|truth| !truth),
            Op::Logic(operator, left, right) => self.logic(*operator, *left, *right, frame)?,
            Op::Compare(operator, left, right) => self.compare(id, *operator, *left, *right, frame)?,
            Op::Equality(operator, left, right) => self.equality(*operator, *left, *right, frame)?,
            Op::Among(left, right) => self.among(*left, *right, frame)?,
            Op::Is(of, kind) => self.single(*of, frame)?.map(|item| self.is_a_type(&item, *kind)),
            Op::Matches(of, pattern) => self.matches(*of, pattern, frame)?,
            Op::Constant(Item::Boolean(value)) => Some(*value),
            _ => self.single(id, frame)?.map(|item| self.as_boolean(&item).unwrap_or(true)),
        })
    }

    /// The boolean that an item is.
    pub(super) fn as_boolean(&self, item: &Item<'a>) -> Option<bool> {
        match item {
            Item::Boolean(value) => Some(*value),
            Item::Node(node) => match self.view.model.primitive(self.view.type_id(*node))? {
                Primitive::Boolean => match self.view.raw(*node) {
                    b"true" => Some(true),
                    b"false" => Some(false),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    fn has_value(&mut self, of: OpId, frame: &Frame<'_, 'a>) -> Outcome<bool> {
        if let (Op::This, Some(Item::Node(node))) = (self.plan.op(of), frame.this) {
            return Ok(self.view.has_value(*node));
        }
        let start = self.stack.len();
        self.collect(of, frame)?;
        let has = match &self.stack[start..] {
            [Item::Node(node)] => self.view.has_value(*node),
            [item] => item.system().is_some(),
            _ => false,
        };
        self.stack.truncate(start);
        Ok(has)
    }

    /// Connectives, which know an answer when one side settles it, whatever the other cannot tell.
    fn logic(&mut self, operator: Binary, left: OpId, right: OpId, frame: &Frame<'_, 'a>) -> Outcome<Option<bool>> {
        if operator == Binary::Xor {
            let left = self.truth(left, frame)?;
            let right = self.truth(right, frame)?;
            return Ok(left.zip(right).map(|(left, right)| left != right));
        }
        // Which value of the left settles it, which of the right, and what it then is.
        let (by_left, by_right, settled) = match operator {
            Binary::And => (false, false, false),
            Binary::Implies => (false, true, true),
            _ => (true, true, true),
        };
        let height = self.stack.len();
        let left = match self.truth(left, frame) {
            Ok(Some(truth)) if truth == by_left => return Ok(Some(settled)),
            Ok(truth) => Ok(truth),
            Err(halted) if matches!(*halted, Halt::CannotTell(_)) => {
                self.stack.truncate(height);
                Err(halted)
            }
            Err(halted) => return Err(halted),
        };
        let right = match self.truth(right, frame)? {
            Some(truth) if truth == by_right => return Ok(Some(settled)),
            truth => truth,
        };
        Ok(left?.and(right).map(|_| !settled))
    }

    fn matches(&mut self, of: OpId, pattern: &'a Pattern, frame: &Frame<'_, 'a>) -> Outcome<Option<bool>> {
        let Some(text) = self.optional_text(of, frame)? else { return Ok(None) };
        self.spend(text.len() as u64 / 64)?;
        match pattern.compiled() {
            Some(pattern) => Ok(Some(pattern.is_match(&text))),
            None => cannot_tell("a pattern of the expression is of a kind that is not understood"),
        }
    }
}
