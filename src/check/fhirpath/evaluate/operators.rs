//! Arithmetic between items (FHIRPath 2.0, section 6.6).

use super::order::unitless;
use super::{Evaluator, Frame, quantity};
use crate::check::fhirpath::decimal::Decimal;
use crate::check::fhirpath::duration::Unit;
use crate::check::fhirpath::error::Outcome;
use crate::check::fhirpath::plan::OpId;
use crate::check::fhirpath::syntax::Binary;
use crate::check::fhirpath::value::{Item, Measure, Quantity};

impl<'a> Evaluator<'a, '_> {
    pub(super) fn arithmetic(
        &mut self,
        id: OpId,
        operator: Binary,
        left: OpId,
        right: OpId,
        frame: &Frame<'_, 'a>,
    ) -> Outcome<Option<Item<'a>>> {
        let left = self.value(left, frame)?;
        let right = self.value(right, frame)?;
        let (Some(left), Some(right)) = (left, right) else { return Ok(None) };
        match (&left, &right, operator) {
            (Item::Integer(a), Item::Integer(b), _) => {
                return Ok(integers(operator, *a, *b, i64::from(i32::MIN)..=i64::from(i32::MAX), Item::Integer));
            }
            (Item::Integer(a) | Item::Long(a), Item::Integer(b) | Item::Long(b), _) => {
                return Ok(integers(operator, *a, *b, i64::MIN..=i64::MAX, Item::Long));
            }
            (Item::Text(a), Item::Text(b), Binary::Plus) => {
                self.spend((a.len() + b.len()) as u64 / 16)?;
                return Ok(Some(Item::text([&**a, &**b].concat())));
            }
            (Item::Date(_) | Item::DateTime(_) | Item::Time(_), Item::Quantity(by), Binary::Plus | Binary::Minus) => {
                return self.shifted(id, &left, by, operator);
            }
            _ => {}
        }
        if let (Some(a), Some(b)) = (left.number(), right.number()) {
            return Ok(decimals(operator, a, b));
        }
        let as_quantity = |item: &Item<'a>| match item {
            Item::Quantity(quantity) => Some(Quantity::clone(quantity)),
            _ => unitless(item),
        };
        let (Some(a), Some(b)) = (as_quantity(&left), as_quantity(&right)) else {
            return self.wrong(id, "these types cannot be calculated with");
        };
        match operator {
            Binary::Plus => Ok(quantity::plus(&a, &b)),
            Binary::Minus => Ok(quantity::plus(&a, &Quantity { value: b.value.negated(), unit: b.unit })),
            Binary::Times => Ok(quantity::times(&a, &b)),
            Binary::Over => Ok(quantity::over(&a, &b)),
            _ => self.wrong(id, "quantities have no div and mod"),
        }
    }

    /// A date or time, later or earlier by a quantity of time; what the quantity has after the point is dropped.
    fn shifted(&mut self, id: OpId, from: &Item<'a>, by: &Quantity, operator: Binary) -> Outcome<Option<Item<'a>>> {
        let unit = match &by.unit {
            Measure::Calendar(unit) => Some(*unit),
            Measure::Code(code) => Unit::of_code(code).or_else(|| Unit::of_word(code)),
        };
        let Some(unit) = unit else {
            return self.wrong(id, "only durations are added to dates and times");
        };
        let Some(amount) = by.value.cut(0).whole() else { return Ok(None) };
        let amount = if operator == Binary::Minus { -amount } else { amount };
        Ok(match from {
            Item::Date(moment) => moment.later(amount, unit).map(|later| Item::Date(later.date())),
            Item::DateTime(moment) => moment.later(amount, unit).map(Item::DateTime),
            Item::Time(moment) => {
                if unit < Unit::Hour {
                    return self.wrong(id, "a time of day takes hours and what is shorter");
                }
                moment.later_on_clock(amount, unit).map(Item::Time)
            }
            _ => None,
        })
    }

    /// The item with the other sign.
    pub(super) fn negated(&mut self, id: OpId, of: OpId, frame: &Frame<'_, 'a>) -> Outcome<Option<Item<'a>>> {
        match self.value(of, frame)? {
            None => Ok(None),
            Some(Item::Integer(number)) => Ok(number.checked_neg().map(Item::Integer)),
            Some(Item::Long(number)) => Ok(number.checked_neg().map(Item::Long)),
            Some(Item::Decimal(number)) => Ok(Some(Item::Decimal(number.negated()))),
            Some(Item::Quantity(quantity)) => Ok(Some(Item::quantity(quantity.value.negated(), quantity.unit.clone()))),
            Some(_) => self.wrong(id, "a sign stands before something that is no number"),
        }
    }
}

fn integers<'a>(
    operator: Binary,
    a: i64,
    b: i64,
    range: std::ops::RangeInclusive<i64>,
    wrap: fn(i64) -> Item<'a>,
) -> Option<Item<'a>> {
    let result = match operator {
        Binary::Plus => a.checked_add(b),
        Binary::Minus => a.checked_sub(b),
        Binary::Times => a.checked_mul(b),
        Binary::Div => a.checked_div(b),
        Binary::Mod => a.checked_rem(b),
        _ => return Decimal::from(a).over(b.into()).map(Item::Decimal),
    };
    result.filter(|number| range.contains(number)).map(wrap)
}

fn decimals<'a>(operator: Binary, a: Decimal, b: Decimal) -> Option<Item<'a>> {
    let result = match operator {
        Binary::Plus => a.plus(b),
        Binary::Minus => a.minus(b),
        Binary::Times => a.times(b),
        Binary::Over => a.over(b),
        Binary::Div => return a.whole_over(b)?.whole().map(Item::Integer),
        _ => a.rest_over(b),
    };
    result.map(Item::Decimal)
}
