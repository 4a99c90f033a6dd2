//! What a value that was not written in full may stand for: `lowBoundary`, `highBoundary`, `precision`.

use crate::check::fhirpath::decimal::Decimal;
use crate::check::fhirpath::duration::End;
use crate::check::fhirpath::value::Item;

/// Digits after the point that boundaries of numbers have when no precision is asked for.
const NUMBER_DIGITS: i64 = 8;
/// Most digits after the point that may be asked for.
const MOST_DIGITS: i64 = 28;

/// The end of what `item` may stand for; `None` when it is of no type that has one, within when it has none at that
/// precision.
pub(super) fn boundary<'a>(item: &Item<'a>, end: End, precision: Option<i64>) -> Option<Option<Item<'a>>> {
    Some(match item {
        Item::Integer(_) | Item::Long(_) | Item::Decimal(_) => {
            of_number(item.number()?, end, precision).map(Item::Decimal)
        }
        Item::Quantity(quantity) => {
            of_number(quantity.value, end, precision).map(|value| Item::quantity(value, quantity.unit.clone()))
        }
        Item::Date(moment) => moment
            .boundary(end, precision.unwrap_or(8))
            .map(|moment| if moment.has_clock() { Item::DateTime(moment) } else { Item::Date(moment) }),
        Item::DateTime(moment) => moment
            .boundary(end, precision.unwrap_or(17))
            .map(|moment| if moment.has_clock() { Item::DateTime(moment) } else { Item::Date(moment) }),
        Item::Time(moment) => moment.clock_boundary(end, precision.unwrap_or(9)).map(Item::Time),
        _ => return None,
    })
}

/// Half a unit of the last digit below or above. With fewer digits than that takes, the magnitude of the lower end is
/// cut and that of the upper rounded, which is what the published examples do.
fn of_number(number: Decimal, end: End, precision: Option<i64>) -> Option<Decimal> {
    let digits = precision.unwrap_or(NUMBER_DIGITS);
    let digits = u8::try_from(digits).ok().filter(|digits| i64::from(*digits) <= MOST_DIGITS)?;
    if number.is_negative() {
        let other = if end == End::Low { End::High } else { End::Low };
        return of_number(number.negated(), other, precision).map(Decimal::negated);
    }
    match end {
        End::Low => number.minus(number.half_unit())?.cut(digits).padded(digits),
        End::High => number.plus(number.half_unit())?.round(digits).padded(digits),
    }
}

/// How many digits `item` was written with: after the point, or of a date or time.
pub(super) fn precision(item: &Item<'_>) -> Option<i64> {
    match item {
        Item::Integer(_) | Item::Long(_) | Item::Decimal(_) => Some(item.number()?.scale().into()),
        Item::Quantity(quantity) => Some(quantity.value.scale().into()),
        Item::Date(moment) | Item::DateTime(moment) => Some(moment.digits(false)),
        Item::Time(moment) => Some(moment.digits(true)),
        _ => None,
    }
}
