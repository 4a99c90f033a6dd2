//! The least and the greatest value (`minValue[x]`, `maxValue[x]`).

use super::number;
use crate::check::fhir::walk::Walk;
use crate::check::fhir::{Code, Source};
use crate::check::fhirpath::{Decimal, Moment, Unit};
use crate::check::native::ucum::{Worth, worth};
use crate::instance::NodeId;
use crate::standard::fhir::Primitive;
use std::cmp::Ordering;

/// The system of UCUM units.
const UCUM: &str = "http://unitsofmeasure.org";

/// A least or a greatest value.
#[derive(Clone, Debug)]
pub struct Limit {
    /// Which of the two.
    pub side: Side,
    /// The value.
    pub bound: Bound,
}

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The least value.
    Least,
    /// The greatest.
    Greatest,
}

/// A value that something is compared with.
#[derive(Clone, Debug)]
pub enum Bound {
    /// A number.
    Number(Box<str>),
    /// A date, a moment or a time of day, to whatever precision.
    Moment(Primitive, Box<str>),
    /// An amount of a unit.
    Quantity {
        /// How much.
        value: Box<str>,
        /// What names the unit.
        system: Option<Box<str>>,
        /// The unit's code.
        code: Option<Box<str>>,
        /// The unit for people.
        unit: Option<Box<str>>,
    },
}

impl Limit {
    pub(super) fn run(&self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source) {
        let code = match self.side {
            Side::Least => Code::MinValue,
            Side::Greatest => Code::MaxValue,
        };
        walk.issues.applies(code);
        let wrong = match self.side {
            Side::Least => Ordering::Less,
            Side::Greatest => Ordering::Greater,
        };
        let compared = match &self.bound {
            Bound::Number(bound) => number::compare(walk.view.raw(id), bound.as_bytes()).ok_or(Apart::Form),
            Bound::Moment(_, bound) => moment(walk.view.raw(id), bound.as_bytes()),
            Bound::Quantity { value, code, .. } => match walk.view.model.primitive(walk.view.type_id(id)) {
                Some(Primitive::Date | Primitive::DateTime | Primitive::Instant) => {
                    self.since_now(walk, id, value, code.as_deref())
                }
                _ => self.quantity(walk, id),
            },
        };
        match compared {
            Ok(ordering) if ordering == wrong => walk.issues.fail(code, id, Some(source), || {
                let side = if self.side == Side::Least { "less than the least" } else { "more than the greatest" };
                format!("{side} value that the definition allows, {}", self.shown()).into()
            }),
            Ok(_) | Err(Apart::Form) => {}
            Err(Apart::Precision) => walk.issues.cannot_tell(code, id, Some(source), || {
                format!("too coarse to be compared with the limit, {}", self.shown()).into()
            }),
            Err(Apart::Now) => walk.issues.cannot_tell(code, id, Some(source), || {
                "the limit counts from now in a unit that is no calendar's, or the time of the run is not known".into()
            }),
            Err(Apart::Unit) => walk.issues.cannot_tell(code, id, Some(source), || {
                format!("not in the unit of the limit, {}, so the two are not compared", self.shown()).into()
            }),
        }
    }

    fn quantity(&self, walk: &Walk<'_, '_>, id: NodeId) -> Result<Ordering, Apart> {
        let Bound::Quantity { value, system, code, unit } = &self.bound else { return Err(Apart::Form) };
        let (view, known) = (walk.view, walk.known);
        let Some(found) = view.child(id, known.value) else { return Err(Apart::Form) };
        let is = |name, wanted: &Option<Box<str>>| match wanted {
            Some(wanted) => walk.child_text(id, name).is_some_and(|text| *text == **wanted),
            None => true,
        };
        let alike = match code {
            Some(_) => is(known.code, code) && is(known.system, system),
            None => is(known.unit, unit),
        };
        if alike {
            return number::compare(view.raw(found), value.as_bytes()).ok_or(Apart::Form);
        }
        let (Some(wanted), Some(own)) = (code, walk.child_text(id, known.code)) else { return Err(Apart::Unit) };
        if !is(known.system, &Some(UCUM.into())) || system.as_deref() != Some(UCUM) {
            return Err(Apart::Unit);
        }
        let number = view.text(found).ok_or(Apart::Form)?;
        converted((&number, &own), (value, wanted)).ok_or(Apart::Unit)
    }

    /// Compares a date or moment with a limit that counts from the time of the run: the least one back, the greatest on
    /// (FHIR R4, ElementDefinition.minValue).
    fn since_now(&self, walk: &Walk<'_, '_>, id: NodeId, value: &str, code: Option<&str>) -> Result<Ordering, Apart> {
        let found = walk.view.text(id).and_then(|text| Moment::parse_date_time(&text)).ok_or(Apart::Form)?;
        let amount: i64 = value.parse().map_err(|_| Apart::Now)?;
        let amount = if self.side == Side::Least { amount.checked_neg().ok_or(Apart::Now)? } else { amount };
        // In a definition a year is the calendar's, whatever UCUM makes of it.
        let unit = match code {
            Some("a") => Some(Unit::Year),
            Some("mo") => Some(Unit::Month),
            code => code.and_then(Unit::of_code),
        };
        let unit = unit.ok_or(Apart::Now)?;
        let bound = walk.context.options.now.and_then(|now| now.later(amount, unit)).ok_or(Apart::Now)?;
        let bound = if found.has_clock() { bound } else { bound.date() };
        found.compare(bound).ok_or(Apart::Precision)
    }

    fn shown(&self) -> String {
        match &self.bound {
            Bound::Number(text) | Bound::Moment(_, text) => text.to_string(),
            Bound::Quantity { value, code, unit, .. } => {
                let unit = code.as_deref().or(unit.as_deref()).unwrap_or_default();
                format!("{value} {unit}").trim_end().to_owned()
            }
        }
    }
}

/// Compares two amounts of UCUM units; `None` where the units measure different things or have no fixed worth.
fn converted((left, left_unit): (&str, &str), (right, right_unit): (&str, &str)) -> Option<Ordering> {
    let (one, other) = (worth(left_unit)?, worth(right_unit)?);
    if one.dimensions != other.dimensions {
        return None;
    }
    let base = |number: &str, unit: &Worth, against: &Worth| {
        let product = Decimal::parse(number)?.times(unit.over)?.times(against.under)?;
        product.plus(unit.zero.times(unit.under)?.times(against.under)?)
    };
    Some(base(left, &one, &other)?.cmp(&base(right, &other, &one)?))
}

/// Why two values cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Apart {
    /// One is not in the form of its type, which is told elsewhere.
    Form,
    /// One is too coarse.
    Precision,
    /// They are in different units.
    Unit,
    /// The limit counts from now, and cannot be reckoned.
    Now,
}

/// Compares two dates, moments or times of day as far as both go.
fn moment(found: &[u8], bound: &[u8]) -> Result<Ordering, Apart> {
    let (found, bound) = (Parts::read(found).ok_or(Apart::Form)?, Parts::read(bound).ok_or(Apart::Form)?);
    for (ours, theirs) in found.parts.iter().zip(&bound.parts) {
        match (ours, theirs) {
            (Some(ours), Some(theirs)) if ours != theirs => return Ok(ours.cmp(theirs)),
            (Some(_), Some(_)) | (None, None) => {}
            _ => return Err(Apart::Precision),
        }
    }
    Ok(Ordering::Equal)
}

/// The numbers of a moment, largest first; in UTC when it has a zone.
struct Parts {
    /// Year, month, day, minutes of the day, thousandths of a second of the minute.
    parts: [Option<i64>; 5],
}

impl Parts {
    fn read(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let (date, time) = match text.split_once('T') {
            Some((date, time)) => (date, Some(time)),
            None if text.contains(':') => ("", Some(text)),
            None => (text, None),
        };
        let mut parts = [None; 5];
        for (part, number) in parts.iter_mut().zip(date.split('-').filter(|part| !part.is_empty())) {
            *part = Some(number.parse().ok()?);
        }
        if let Some(time) = time {
            let zone = time.find(['Z', '+', '-']);
            let (clock, zone) = time.split_at(zone.unwrap_or(time.len()));
            let mut numbers = clock.split(':');
            let hours: i64 = numbers.next()?.parse().ok()?;
            let minutes: i64 = numbers.next()?.parse().ok()?;
            parts[3] = Some(hours * 60 + minutes - offset(zone)?);
            parts[4] = match numbers.next() {
                Some(seconds) => Some((seconds.parse::<f64>().ok()? * 1000.0).round() as i64),
                None => None,
            };
            Self::settle(&mut parts);
        }
        Some(Self { parts })
    }

    /// Carries minutes beyond a day into the date.
    fn settle(parts: &mut [Option<i64>; 5]) {
        let [Some(year), Some(month), Some(day), Some(minutes), _] = *parts else { return };
        if (0..1440).contains(&minutes) {
            return;
        }
        let narrow = |number: i64| i8::try_from(number).ok();
        let date =
            i16::try_from(year).ok().and_then(|year| jiff::civil::Date::new(year, narrow(month)?, narrow(day)?).ok());
        let moved = date.and_then(|date| if minutes < 0 { date.yesterday().ok() } else { date.tomorrow().ok() });
        if let Some(date) = moved {
            parts[0] = Some(date.year().into());
            parts[1] = Some(date.month().into());
            parts[2] = Some(date.day().into());
            parts[3] = Some(minutes.rem_euclid(1440));
        }
    }
}

/// Minutes east of UTC.
fn offset(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone.as_bytes().first() {
        None | Some(b'Z') => return Some(0),
        Some(b'-') => (-1, &zone[1..]),
        _ => (1, &zone[1..]),
    };
    let (hours, minutes) = rest.split_once(':')?;
    Some(sign * (hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_compare_in_whatever_unit() {
        assert_eq!(converted(("999", "g"), ("1", "kg")), Some(Ordering::Less));
        assert_eq!(converted(("1000", "mg"), ("1", "g")), Some(Ordering::Equal));
        assert_eq!(converted(("37", "Cel"), ("310", "K")), Some(Ordering::Greater));
        assert_eq!(converted(("1", "g"), ("1", "m")), None);
        assert_eq!(converted(("1", "nonsense"), ("1", "g")), None);
    }

    #[test]
    fn moments_compare_as_far_as_both_go() {
        let cases = [
            ("2020-01-02", "2020-01-01", Ok(Ordering::Greater)),
            ("2020", "2021-05-05", Ok(Ordering::Less)),
            ("2020", "2020-05-05", Err(Apart::Precision)),
            ("2020-01-01T00:30:00+01:00", "2019-12-31T23:30:00Z", Ok(Ordering::Equal)),
            ("2020-01-01T23:30:00-01:00", "2020-01-02T00:30:00.000Z", Ok(Ordering::Equal)),
            ("10:30:00", "10:29:59.9", Ok(Ordering::Greater)),
            ("nonsense", "2020", Err(Apart::Form)),
        ];
        for (found, bound, wanted) in cases {
            assert_eq!(moment(found.as_bytes(), bound.as_bytes()), wanted, "{found} {bound}");
        }
    }
}
