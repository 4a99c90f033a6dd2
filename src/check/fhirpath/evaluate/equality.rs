//! Whether items are equal, equivalent, or among others (FHIRPath 2.0, sections 6.1 and 6.4).

use super::{Evaluator, Frame, order, quantity};
use crate::check::fhirpath::decimal::Decimal;
use crate::check::fhirpath::error::Outcome;
use crate::check::fhirpath::plan::OpId;
use crate::check::fhirpath::syntax::Binary;
use crate::check::fhirpath::value::Item;
use crate::instance::NodeId;
use std::cmp::Ordering;

impl<'a> Evaluator<'a, '_> {
    pub(super) fn equality(
        &mut self,
        operator: Binary,
        left: OpId,
        right: OpId,
        frame: &Frame<'_, 'a>,
    ) -> Outcome<Option<bool>> {
        let plan = self.plan;
        if plan.op(left).is_decided() && plan.op(right).is_decided() {
            let same = self.truth(left, frame)? == self.truth(right, frame)?;
            return Ok(Some(same == matches!(operator, Binary::Equal | Binary::Equivalent)));
        }
        let start = self.stack.len();
        self.collect(left, frame)?;
        let middle = self.stack.len();
        self.collect(right, frame)?;
        let same = match operator {
            Binary::Equal | Binary::NotEqual => self.equal_lists(start, middle)?,
            _ => Some(self.equivalent_lists(start, middle)?),
        };
        self.stack.truncate(start);
        Ok(same.map(|same| same == matches!(operator, Binary::Equal | Binary::Equivalent)))
    }

    /// Whether the items from `start` are those from `middle`, in order.
    fn equal_lists(&mut self, start: usize, middle: usize) -> Outcome<Option<bool>> {
        let (left, right) = (middle - start, self.stack.len() - middle);
        if left == 0 || right == 0 {
            return Ok(None);
        }
        if left != right {
            return Ok(Some(false));
        }
        let mut sure = true;
        for at in 0..left {
            match self.equal_at(start + at, middle + at)? {
                Some(true) => {}
                Some(false) => return Ok(Some(false)),
                None => sure = false,
            }
        }
        Ok(sure.then_some(true))
    }

    fn equivalent_lists(&mut self, start: usize, middle: usize) -> Outcome<bool> {
        let end = self.stack.len();
        if middle - start != end - middle {
            return Ok(false);
        }
        // Each item of the left takes one of the right, in any order.
        let mut taken = vec![false; end - middle];
        for left in start..middle {
            let mut found = None;
            for right in (middle..end).filter(|right| !taken[right - middle]) {
                self.spend(1)?;
                let (a, b) = (self.stack[left].clone(), self.stack[right].clone());
                if self.equivalent(&a, &b)? {
                    found = Some(right);
                    break;
                }
            }
            match found {
                Some(right) => taken[right - middle] = true,
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Whether the items at two places of the stack are equal.
    pub(super) fn equal_at(&mut self, a: usize, b: usize) -> Outcome<Option<bool>> {
        self.spend(1)?;
        let (a, b) = (self.stack[a].clone(), self.stack[b].clone());
        self.equal(&a, &b)
    }

    /// Whether two items are equal; `None` when that hangs on what they do not say.
    pub(super) fn equal(&mut self, a: &Item<'a>, b: &Item<'a>) -> Outcome<Option<bool>> {
        match (a, b) {
            (Item::Node(a), Item::Node(b)) if a == b => return Ok(Some(true)),
            (Item::Node(node), Item::Text(text)) | (Item::Text(text), Item::Node(node)) => {
                // Most comparisons are of a code with a string of the expression.
                let is_text =
                    matches!(self.view.model.primitive(self.view.type_id(*node)), Some(kind) if is_text(kind));
                if is_text && self.view.has_value(*node) {
                    return Ok(Some(self.text_is(*node, text)));
                }
            }
            _ => {}
        }
        let (left, right) = (self.comparable_value(a)?, self.comparable_value(b)?);
        let (Some(left), Some(right)) = (left, right) else {
            return Ok(match (a, b) {
                (Item::Node(a), Item::Node(b)) => Some(self.deep_equal(*a, *b, 0)?),
                _ => Some(false),
            });
        };
        Ok(equal_values(&left, &right))
    }

    /// The value of an item, a Quantity of the instance included.
    fn comparable_value(&self, item: &Item<'a>) -> Outcome<Option<Item<'a>>> {
        match (self.value_of(item)?, item) {
            (None, Item::Node(node)) => self.quantity_of(*node),
            (value, _) => Ok(value),
        }
    }

    /// Whether two elements have equal values and equal children.
    fn deep_equal(&mut self, a: NodeId, b: NodeId, depth: u8) -> Outcome<bool> {
        // The parsers let nothing be nested deeper.
        if depth > 200 {
            return Ok(false);
        }
        let elements = self.view.elements;
        let (left, right) = (elements.node(a), elements.node(b));
        if left.type_id != right.type_id || left.next - a != right.next - b {
            return Ok(false);
        }
        if self.view.has_value(a) || self.view.has_value(b) {
            let (x, y) = (self.value_of(&Item::Node(a))?, self.value_of(&Item::Node(b))?);
            let same = match (&x, &y) {
                (Some(x), Some(y)) => equal_values(x, y) == Some(true),
                _ => false,
            };
            if !same {
                return Ok(false);
            }
        }
        // Nearly always both have their children in one order.
        let mut twins = elements.children(b);
        for child in elements.children(a) {
            self.spend(1)?;
            let (name, index) = (elements.node(child).name, elements.node(child).index);
            let is_twin = |twin: &NodeId| elements.node(*twin).name == name && elements.node(*twin).index == index;
            let twin = match twins.next().filter(is_twin) {
                Some(twin) => Some(twin),
                None => {
                    self.spend(elements.children(b).count() as u64)?;
                    elements.children(b).find(is_twin)
                }
            };
            match twin {
                Some(twin) if self.deep_equal(child, twin, depth + 1)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Whether two items are equivalent.
    fn equivalent(&mut self, a: &Item<'a>, b: &Item<'a>) -> Outcome<bool> {
        let (left, right) = (self.comparable_value(a)?, self.comparable_value(b)?);
        let (Some(left), Some(right)) = (left, right) else {
            return match (a, b) {
                (Item::Node(a), Item::Node(b)) => self.deep_equivalent(*a, *b, 0),
                _ => Ok(false),
            };
        };
        Ok(match (&left, &right) {
            (Item::Text(a), Item::Text(b)) => loose(a).eq(loose(b)),
            (Item::Quantity(a), Item::Quantity(b)) => quantity::equivalent(a, b),
            _ => match (left.number(), right.number()) {
                (Some(a), Some(b)) => roughly(a, b),
                _ => equal_values(&left, &right) == Some(true),
            },
        })
    }

    /// Whether two elements have equivalent values and children, in any order; ids do not count.
    fn deep_equivalent(&mut self, a: NodeId, b: NodeId, depth: u8) -> Outcome<bool> {
        if depth > 200 || self.view.type_id(a) != self.view.type_id(b) {
            return Ok(false);
        }
        let elements = self.view.elements;
        let id = self.plan.names.id;
        let of = |node: NodeId| elements.children(node).filter(move |&child| elements.node(child).name != id);
        self.spend(2)?;
        if of(a).count() != of(b).count() {
            return Ok(false);
        }
        for child in of(a) {
            let mut found = false;
            for twin in self.view.named(b, elements.node(child).name) {
                self.spend(1)?;
                if self.equivalent(&Item::Node(child), &Item::Node(twin))? {
                    found = true;
                    break;
                }
            }
            if !found {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// `in`: whether the one item on the left is among those on the right.
    pub(super) fn among(&mut self, left: OpId, right: OpId, frame: &Frame<'_, 'a>) -> Outcome<Option<bool>> {
        let start = self.stack.len();
        self.collect(left, frame)?;
        let middle = self.stack.len();
        if middle == start {
            return Ok(None);
        }
        if middle > start + 1 {
            return self.wrong(left, "one item is wanted here, and there are several");
        }
        self.collect(right, frame)?;
        let mut found = false;
        for at in middle..self.stack.len() {
            if self.equal_at(start, at)? == Some(true) {
                found = true;
                break;
            }
        }
        self.stack.truncate(start);
        Ok(Some(found))
    }
}

fn is_text(kind: crate::standard::fhir::Primitive) -> bool {
    use crate::standard::fhir::Primitive as P;
    !matches!(
        kind,
        P::Boolean
            | P::Integer
            | P::Integer64
            | P::UnsignedInt
            | P::PositiveInt
            | P::Decimal
            | P::Date
            | P::DateTime
            | P::Time
            | P::Instant
    )
}

/// Whether two values are equal; `None` when that hangs on what they do not say.
pub(super) fn equal_values(a: &Item<'_>, b: &Item<'_>) -> Option<bool> {
    match (a, b) {
        (Item::Boolean(a), Item::Boolean(b)) => Some(a == b),
        (Item::Type(a), Item::Type(b)) => Some(a == b),
        _ => match order::order(a, b) {
            Some(order) => order.map(|order| order == Ordering::Equal),
            None => Some(false),
        },
    }
}

/// Whether two numbers are the same to the digits that the less precise one has.
fn roughly(a: Decimal, b: Decimal) -> bool {
    let scale = a.normal().scale().min(b.normal().scale());
    a.round(scale) == b.round(scale)
}

/// A string without case, every blank the same.
fn loose(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase).map(|character| if character.is_whitespace() { ' ' } else { character })
}
