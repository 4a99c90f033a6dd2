//! Elements as values, and values as values of other types (FHIRPath 2.0, section 5.5).

use super::Evaluator;
use crate::check::fhirpath::decimal::Decimal;
use crate::check::fhirpath::duration::Unit;
use crate::check::fhirpath::error::{Outcome, cannot_tell};
use crate::check::fhirpath::functions::Target;
use crate::check::fhirpath::moment::Moment;
use crate::check::fhirpath::value::{Item, Measure};
use crate::standard::fhir::Primitive;

impl<'a> Evaluator<'a, '_> {
    /// The value that an item is, or that the primitive element holds; `None` when it has none.
    pub(super) fn value_of(&self, item: &Item<'a>) -> Outcome<Option<Item<'a>>> {
        let node = match item {
            Item::Node(node) => *node,
            Item::Elsewhere(_) => return cannot_tell("a resource that is referred to is not at hand"),
            _ => return Ok(Some(item.clone())),
        };
        let Some(primitive) = self.view.model.primitive(self.view.type_id(node)) else { return Ok(None) };
        if !self.view.has_value(node) {
            return Ok(None);
        }
        let raw = || str::from_utf8(self.view.raw(node)).ok();
        let value = match primitive {
            Primitive::Boolean => self.as_boolean(item).map(Item::Boolean),
            Primitive::Integer | Primitive::UnsignedInt | Primitive::PositiveInt => {
                raw().and_then(|text| text.trim_start_matches('+').parse().ok()).map(Item::Integer)
            }
            Primitive::Integer64 => raw().and_then(|text| text.parse().ok()).map(Item::Long),
            Primitive::Decimal => raw().and_then(Decimal::parse).map(Item::Decimal),
            Primitive::Date => raw().and_then(Moment::parse_date).map(Item::Date),
            Primitive::DateTime | Primitive::Instant => raw().and_then(Moment::parse_date_time).map(Item::DateTime),
            Primitive::Time => raw().and_then(Moment::parse_time).map(Item::Time),
            _ => self.text_of(node).map(Item::Text),
        };
        match value {
            Some(value) => Ok(Some(value)),
            // Its form is told of where forms are checked: what follows from it is not a second fault.
            None => cannot_tell("a value is not of its type's form"),
        }
    }

    /// A value as another type; `None` when it has no such reading.
    pub(super) fn converted(&self, item: &Item<'a>, target: Target) -> Option<Item<'a>> {
        match target {
            Target::Boolean => boolean(item).map(Item::Boolean),
            Target::Integer => whole(item).filter(|number| i32::try_from(*number).is_ok()).map(Item::Integer),
            Target::Long => whole(item).map(Item::Long),
            Target::Decimal => match item {
                Item::Boolean(value) => Some(Item::Decimal(i64::from(*value).into())),
                Item::Text(text) => plain_number(text).map(Item::Decimal),
                _ => item.number().map(Item::Decimal),
            },
            Target::Date => match item {
                Item::Date(_) => Some(item.clone()),
                Item::DateTime(moment) => Some(Item::Date(moment.date())),
                Item::Text(text) => Moment::parse_date_time(text)
                    .filter(|_| !text.ends_with('T'))
                    .map(|moment| Item::Date(moment.date())),
                _ => None,
            },
            Target::DateTime => match item {
                Item::DateTime(_) => Some(item.clone()),
                Item::Date(moment) => Some(Item::DateTime(*moment)),
                Item::Text(text) => Moment::parse_date_time(text).map(Item::DateTime),
                _ => None,
            },
            Target::Time => match item {
                Item::Time(_) => Some(item.clone()),
                Item::Text(text) => Moment::parse_time(text.strip_prefix('T').unwrap_or(text)).map(Item::Time),
                _ => None,
            },
            Target::Text => item.to_text().map(Item::Text),
            Target::Quantity => match item {
                Item::Quantity(_) => Some(item.clone()),
                Item::Boolean(value) => Some(Item::quantity(i64::from(*value).into(), Measure::Code("1".into()))),
                Item::Text(text) => quantity(text),
                _ => item.number().map(|number| Item::quantity(number, Measure::Code("1".into()))),
            },
        }
    }
}

fn boolean(item: &Item<'_>) -> Option<bool> {
    match item {
        Item::Boolean(value) => Some(*value),
        Item::Text(text) => {
            let is = |words: [&str; 5]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
            if is(["true", "t", "yes", "y", "1"]) || **text == *"1.0" {
                Some(true)
            } else if is(["false", "f", "no", "n", "0"]) || **text == *"0.0" {
                Some(false)
            } else {
                None
            }
        }
        _ => match item.number()?.whole()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
    }
}

fn whole(item: &Item<'_>) -> Option<i64> {
    match item {
        Item::Integer(number) | Item::Long(number) => Some(*number),
        Item::Boolean(value) => Some((*value).into()),
        Item::Text(text) => {
            let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            if plain { text.strip_prefix('+').unwrap_or(text).parse().ok() } else { None }
        }
        _ => None,
    }
}

/// A number without exponent, as `toDecimal` reads it.
fn plain_number(text: &str) -> Option<Decimal> {
    if text.contains(['e', 'E']) { None } else { Decimal::parse(text) }
}

/// `5`, `5 days`, `5 'mg'`
fn quantity(text: &str) -> Option<Item<'static>> {
    let end = text.find(|c: char| !c.is_ascii_digit() && !"+-.".contains(c)).unwrap_or(text.len());
    let value = plain_number(&text[..end])?;
    let rest = &text[end..];
    let unit = rest.trim();
    if unit.is_empty() {
        return Some(Item::quantity(value, Measure::Code("1".into())));
    }
    if let Some(code) = unit.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return Some(Item::quantity(value, Measure::Code(code.into()))).filter(|_| !code.is_empty());
    }
    let unit = Unit::of_word(unit).filter(|_| rest.starts_with(char::is_whitespace))?;
    Some(Item::quantity(value, Measure::Calendar(unit)))
}
