//! Dates and times with the punctuation of ISO 8601, as FHIR and CDS-XML write them.

use super::calendar::{check_date, check_time};
use super::{Moment, Precision, nanoseconds, two_digits};

/// Reads a FHIR date, dateTime or instant; the error says what is wrong.
pub fn date_and_time(value: &[u8]) -> Result<Moment, &'static str> {
    let (date, rest) = date(value)?;
    let time = match rest {
        [] => return Ok(date),
        [b'T', time @ ..] if date.precision == Precision::Day => time,
        [b'T', ..] => return Err("a time of day needs a full date"),
        [b' ', ..] => return Err("date and time are joined by a capital T"),
        _ => return Err("the date goes on after its day"),
    };
    let clock = clock(time, LEAP)?;
    let zone_minutes = Some(zone(clock.rest)?);
    let precision = if clock.nanosecond.is_some() { Precision::Fraction } else { Precision::Second };
    let (hour, minute, second) = (clock.hour, clock.minute, clock.second);
    Ok(Moment { hour, minute, second, nanosecond: clock.nanosecond.unwrap_or(0), precision, zone_minutes, ..date })
}

/// Takes a date off the front, as far as it goes.
pub(crate) fn date(value: &[u8]) -> Result<(Moment, &[u8]), &'static str> {
    let [c, d, y, z, rest @ ..] = value else {
        return Err("the year has 4 digits");
    };
    let (Some(century), Some(of_century)) = (two_digits(*c, *d), two_digits(*y, *z)) else {
        return Err("the date does not begin with a year of 4 digits");
    };
    let year = u16::from(century) * 100 + u16::from(of_century);
    let (month, rest) = hyphenated(rest)?;
    let (day, rest) = if month.is_some() { hyphenated(rest)? } else { (None, rest) };
    let precision = match (month, day) {
        (None, _) => Precision::Year,
        (_, None) => Precision::Month,
        _ => Precision::Day,
    };
    if precision == Precision::Year && rest.len() >= 4 && rest.iter().all(u8::is_ascii_digit) {
        return Err("written without hyphens");
    }
    let (month, day) = (month.unwrap_or(1), day.unwrap_or(1));
    check_date(year, month, day)?;
    let moment =
        Moment { year, month, day, hour: 0, minute: 0, second: 0, nanosecond: 0, precision, zone_minutes: None };
    Ok((moment, rest))
}

/// Takes a hyphen and two digits off the front, if a hyphen is there.
fn hyphenated(value: &[u8]) -> Result<(Option<u8>, &[u8]), &'static str> {
    let [b'-', rest @ ..] = value else {
        return Ok((None, value));
    };
    match rest {
        [a, b, rest @ ..] if a.is_ascii_digit() && b.is_ascii_digit() => Ok((two_digits(*a, *b), rest)),
        _ => Err("month and day have 2 digits each"),
    }
}

/// FHIR allows a leap second, as its pattern for time does.
pub(crate) const LEAP: u8 = 60;
/// CDS-XML does not.
pub(crate) const NO_LEAP: u8 = 59;

/// A time of day and what follows it.
pub(crate) struct Clock<'a> {
    pub(crate) hour: u8,
    pub(crate) minute: u8,
    pub(crate) second: u8,
    pub(crate) nanosecond: Option<u32>,
    pub(crate) rest: &'a [u8],
}

/// Takes `hh:mm:ss` and an optional fraction off the front.
pub(crate) fn clock(value: &[u8], last_second: u8) -> Result<Clock<'_>, &'static str> {
    let [h, i, b':', m, n, rest @ ..] = value else {
        return Err("a time of day is hours, minutes and seconds with colons");
    };
    let [b':', s, t, rest @ ..] = rest else {
        return Err("the seconds are missing");
    };
    let (Some(hour), Some(minute), Some(second)) = (two_digits(*h, *i), two_digits(*m, *n), two_digits(*s, *t)) else {
        return Err("a time of day is hours, minutes and seconds with colons");
    };
    check_time(hour, minute, second, last_second)?;
    let (nanosecond, rest) = match rest {
        [b'.', tail @ ..] => {
            let digits = tail.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(tail.len());
            (Some(nanoseconds(&tail[..digits]).ok_or("a fraction of a second without digits")?), &tail[digits..])
        }
        _ => (None, rest),
    };
    Ok(Clock { hour, minute, second, nanosecond, rest })
}

/// That nothing follows a time of day.
pub(crate) const fn no_zone(rest: &[u8]) -> Result<(), &'static str> {
    if rest.is_empty() { Ok(()) } else { Err("a time of day alone has no zone and nothing after it") }
}

/// Reads `Z`, `+hh:mm` or `-hh:mm`, up to 14 hours either way as FHIR's pattern has it.
fn zone(value: &[u8]) -> Result<i16, &'static str> {
    let (sign, hours, minutes) = match value {
        [b'Z'] => return Ok(0),
        [] => return Err("the time zone is missing"),
        [sign @ (b'+' | b'-'), a, b, b':', c, d] => (sign, two_digits(*a, *b), two_digits(*c, *d)),
        _ => return Err("a time zone is Z, or a sign, hours, a colon and minutes"),
    };
    let (Some(hours), Some(minutes)) = (hours, minutes) else {
        return Err("a time zone is Z, or a sign, hours, a colon and minutes");
    };
    let offset = i16::from(hours) * 60 + i16::from(minutes);
    if minutes > 59 || offset > 14 * 60 {
        return Err("no such time zone");
    }
    Ok(if *sign == b'-' { -offset } else { offset })
}
