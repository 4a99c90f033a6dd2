//! Functions of numbers (FHIRPath 2.0, section 5.7).

use crate::check::fhirpath::decimal::Decimal;
use crate::check::fhirpath::functions::Function;
use crate::check::fhirpath::value::Item;

/// What `function` makes of `item`; `None` when it is no function of numbers or `item` no number, `Some(None)` when it
/// has no value there.
pub(super) fn of_number<'a>(
    function: Function,
    item: &Item<'a>,
    argument: Option<&Item<'a>>,
) -> Option<Option<Item<'a>>> {
    if let (Function::Abs, Item::Quantity(quantity)) = (function, item) {
        return Some(Some(Item::quantity(quantity.value.absolute(), quantity.unit.clone())));
    }
    let number = item.number()?;
    let whole = |number: Decimal| number.whole().map(Item::Integer);
    let argument = match argument {
        Some(argument) => Some(argument.number()?),
        None => None,
    };
    Some(match (function, item) {
        (Function::Abs, Item::Integer(number)) => number.checked_abs().map(Item::Integer),
        (Function::Abs, Item::Long(number)) => number.checked_abs().map(Item::Long),
        (Function::Abs, _) => Some(Item::Decimal(number.absolute())),
        (Function::Ceiling, _) => whole(number.ceiling()),
        (Function::Floor, _) => whole(number.floor()),
        (Function::Truncate, _) => whole(number.cut(0)),
        (Function::Round, _) => {
            let places = argument.unwrap_or(Decimal::ZERO).whole()?;
            u8::try_from(places).ok().map(|places| Item::Decimal(number.round(places)))
        }
        (Function::Exp, _) => float(number.to_float().exp()),
        (Function::Ln, _) => float(number.to_float().ln()),
        (Function::Log, _) => float(number.to_float().log(argument?.to_float())),
        (Function::Sqrt, _) => float(number.to_float().sqrt()),
        (Function::Power, _) => {
            let exponent = argument?;
            match exponent.whole().and_then(|exponent| number.raised(exponent)) {
                Some(result) => match item {
                    Item::Decimal(_) => Some(Item::Decimal(result)),
                    _ => whole(result).or(Some(Item::Decimal(result))),
                },
                None => float(number.to_float().powf(exponent.to_float())),
            }
        }
        _ => return None,
    })
}

fn float<'a>(value: f64) -> Option<Item<'a>> {
    Decimal::from_float(value).map(Item::Decimal)
}
