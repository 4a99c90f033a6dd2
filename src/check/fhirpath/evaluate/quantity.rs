//! Quantities: those of the instance as values, and how two compare whatever their units.

use super::Evaluator;
use crate::check::fhirpath::decimal::Decimal;
use crate::check::fhirpath::duration::Unit;
use crate::check::fhirpath::error::Outcome;
use crate::check::fhirpath::value::{Item, Measure, Quantity};
use crate::check::native::ucum::{Worth, worth};
use crate::instance::NodeId;
use std::cmp::Ordering;

/// The system of UCUM's codes.
const UCUM: &str = "http://unitsofmeasure.org";

impl<'a> Evaluator<'a, '_> {
    /// The value that a FHIR Quantity is; `None` when it is none, has no value, or only bounds one.
    pub(super) fn quantity_of(&self, node: NodeId) -> Outcome<Option<Item<'a>>> {
        let names = &self.plan.names;
        if !self.view.model.is_a(self.view.type_id(node), names.quantity) {
            return Ok(None);
        }
        if self.view.child(node, names.comparator).is_some() {
            return Ok(None);
        }
        let Some(value) = self.view.child(node, names.value) else { return Ok(None) };
        let Some(Item::Decimal(value)) = self.value_of(&Item::Node(value))? else { return Ok(None) };
        let text = |name| self.view.child(node, name).and_then(|at| self.text_of(at));
        let unit = match (text(names.code), text(names.unit)) {
            // A code of another system is compared with itself only: no UCUM expression looks like this.
            (Some(code), _) => match text(names.system).filter(|system| **system != *UCUM) {
                Some(system) => format!("{}#{}", &*system, &*code).into(),
                None => Box::from(&*code),
            },
            (None, Some(unit)) => Box::from(&*unit),
            (None, None) => Box::from("1"),
        };
        Ok(Some(Item::quantity(value, Measure::Code(unit))))
    }
}

/// Which is more; `None` when their units do not compare.
pub(super) fn compare(a: &Quantity, b: &Quantity) -> Option<Ordering> {
    let (a, b) = common(a, b)?;
    Some(a.cmp(&b))
}

/// Whether they are the same to the digits that the less precise one has.
pub(super) fn equivalent(a: &Quantity, b: &Quantity) -> bool {
    // Only here is a year of the calendar as long as one of UCUM.
    let definite = |quantity: &Quantity| match quantity.unit {
        Measure::Calendar(Unit::Year) => Quantity { value: quantity.value, unit: Measure::Code("a".into()) },
        Measure::Calendar(Unit::Month) => Quantity { value: quantity.value, unit: Measure::Code("mo".into()) },
        _ => quantity.clone(),
    };
    let (a, b) = (definite(a), definite(b));
    let Some((x, y)) = common(&a, &b) else { return false };
    if x == y {
        return true;
    }
    // In the units of the one with fewer digits: its own scale says how precise it is.
    let (coarse, fine, ratio) = if a.value.normal().scale() <= b.value.normal().scale() && a.unit == b.unit {
        (a.value, b.value, None)
    } else if a.unit == b.unit {
        (b.value, a.value, None)
    } else {
        (a.value, b.value, Some((x, y)))
    };
    match ratio {
        None => fine.round(coarse.normal().scale()) == coarse,
        Some((x, y)) => {
            // `y` in units of `a` is `y` × (a ÷ x).
            let (Some(product), Some(back)) = (y.times(coarse), x.times(fine)) else { return false };
            let in_a = product.over(x);
            let in_b = back.over(y);
            let near =
                |value: Option<Decimal>, to: Decimal| value.is_some_and(|value| value.round(to.normal().scale()) == to);
            near(in_a, coarse) || near(in_b, fine)
        }
    }
}

/// Both values in one unit.
fn common(a: &Quantity, b: &Quantity) -> Option<(Decimal, Decimal)> {
    if a.unit == b.unit {
        return Some((a.value, b.value));
    }
    if let (Measure::Calendar(x), Measure::Calendar(y)) = (&a.unit, &b.unit)
        && x.code().is_none()
        && y.code().is_none()
    {
        let months = |value: Decimal, unit: &Unit| value.times(if *unit == Unit::Year { 12.into() } else { 1.into() });
        return Some((months(a.value, x)?, months(b.value, y)?));
    }
    let (x, y) = (worth_of(&a.unit)?, worth_of(&b.unit)?);
    if x.dimensions != y.dimensions {
        return None;
    }
    // In base units both, without dividing: each is multiplied by the other's denominator.
    let raw = |value: Decimal, own: &Worth, other: &Worth| {
        value.times(own.over)?.times(other.under)?.plus(own.zero.times(own.under)?.times(other.under)?)
    };
    Some((raw(a.value, &x, &y)?, raw(b.value, &y, &x)?))
}

/// Whether two units measure the same.
pub(super) fn comparable(a: &Quantity, b: &Quantity) -> bool {
    common(a, b).is_some()
}

fn worth_of(unit: &Measure) -> Option<Worth> {
    match unit {
        Measure::Code(code) => worth(code),
        Measure::Calendar(unit) => worth(unit.code()?),
    }
}

/// The product, in a unit made of both.
pub(super) fn times(a: &Quantity, b: &Quantity) -> Option<Item<'static>> {
    let value = a.value.times(b.value)?;
    let unit = match (code(a), code(b)) {
        ("1", other) | (other, "1") => other.to_owned(),
        (x, y) => format!("{x}.({y})"),
    };
    Some(Item::quantity(value, Measure::Code(unit.into())))
}

/// The quotient, in a unit made of both.
pub(super) fn over(a: &Quantity, b: &Quantity) -> Option<Item<'static>> {
    let value = a.value.over(b.value)?;
    let unit = match (code(a), code(b)) {
        (x, "1") => x.to_owned(),
        (x, y) if x == y => "1".to_owned(),
        ("1", y) => format!("/({y})"),
        (x, y) => format!("{x}/({y})"),
    };
    Some(Item::quantity(value, Measure::Code(unit.into())))
}

/// The sum or difference, in the unit of the first.
pub(super) fn plus(a: &Quantity, b: &Quantity) -> Option<Item<'static>> {
    if a.unit == b.unit {
        return Some(Item::quantity(a.value.plus(b.value)?, a.unit.clone()));
    }
    let (x, y) = common(a, b)?;
    if x.is_zero() {
        // One of the first unit, to find what the second is worth in it.
        let one = Quantity { value: 1.into(), unit: a.unit.clone() };
        let (unit, y) = common(&one, b)?;
        return Some(Item::quantity(a.value.plus(y.over(unit)?)?, a.unit.clone()));
    }
    let sum = x.plus(y)?.times(a.value)?.over(x)?;
    Some(Item::quantity(sum, a.unit.clone()))
}

fn code(quantity: &Quantity) -> &str {
    match &quantity.unit {
        Measure::Code(code) => code,
        Measure::Calendar(unit) => unit.code().unwrap_or(if *unit == Unit::Year { "a" } else { "mo" }),
    }
}
