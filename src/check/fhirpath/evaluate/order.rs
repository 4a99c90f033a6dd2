//! Which of two items comes first.

use super::quantity;
use super::{Evaluator, Frame};
use crate::check::fhirpath::error::Outcome;
use crate::check::fhirpath::plan::OpId;
use crate::check::fhirpath::syntax::Binary;
use crate::check::fhirpath::value::{Item, Measure, Quantity};
use std::cmp::Ordering;

impl<'a> Evaluator<'a, '_> {
    pub(super) fn compare(
        &mut self,
        id: OpId,
        operator: Binary,
        left: OpId,
        right: OpId,
        frame: &Frame<'_, 'a>,
    ) -> Outcome<Option<bool>> {
        // Invariants compare numbers of elements more than anything else.
        if let Some(number) = self.sure_integer(left, frame)?
            && let Some(other) = self.sure_integer(right, frame)?
        {
            return Ok(Some(holds(operator, number.cmp(&other))));
        }
        let left = self.value(left, frame)?;
        let right = self.value(right, frame)?;
        let (Some(left), Some(right)) = (left, right) else { return Ok(None) };
        let Some(order) = order(&left, &right) else {
            return self.wrong(id, "two values of different types are compared");
        };
        Ok(order.map(|order| holds(operator, order)))
    }
}

fn holds(operator: Binary, order: Ordering) -> bool {
    match operator {
        Binary::Less => order == Ordering::Less,
        Binary::AtMost => order != Ordering::Greater,
        Binary::More => order == Ordering::Greater,
        _ => order != Ordering::Less,
    }
}

/// The order of two values: none when their types do not compare, none within when they do not say enough.
pub(super) fn order(a: &Item<'_>, b: &Item<'_>) -> Option<Option<Ordering>> {
    if let (Item::Integer(a), Item::Integer(b)) = (a, b) {
        return Some(Some(a.cmp(b)));
    }
    Some(match (a, b) {
        (Item::Text(a), Item::Text(b)) => Some((**a).cmp(&**b)),
        (Item::Date(a) | Item::DateTime(a), Item::Date(b) | Item::DateTime(b)) => a.compare(*b),
        (Item::Time(a), Item::Time(b)) => a.compare(*b),
        (Item::Quantity(a), Item::Quantity(b)) => quantity::compare(a, b),
        (Item::Quantity(a), number) => quantity::compare(a, &unitless(number)?),
        (number, Item::Quantity(b)) => quantity::compare(&unitless(number)?, b),
        _ => Some(a.number()?.cmp(&b.number()?)),
    })
}

/// A number as a quantity without unit.
pub(super) fn unitless(item: &Item<'_>) -> Option<Quantity> {
    Some(Quantity { value: item.number()?, unit: Measure::Code("1".into()) })
}
