//! HL7 v2 dates and times: digits without punctuation.

use super::super::{Judged, Native};
use super::{Moment, Precision};
use crate::parse::form::calendar::{check_date, check_time};
use crate::parse::form::{nanoseconds, two_digits};

/// An HL7 v2 date.
pub const DT: Native = Native {
    name: "hl7-dt",
    check: dt,
    about: "an HL7 v2 date: YYYY[MM[DD]], a real one",
    source: "HL7 v2.4, chapter 2, DT",
};

/// An HL7 v2 date to the day.
pub const DT_DAY: Native = Native {
    name: "hl7-dt-day",
    check: dt_day,
    about: "an HL7 v2 date to the day: YYYYMMDD, a real one",
    source: "ITK HL7 v2 message specifications, DT",
};

/// An HL7 v2 time of day.
pub const TM: Native = Native {
    name: "hl7-tm",
    check: tm,
    about: "an HL7 v2 time of day: HH[MM[SS[.S[S[S[S]]]]]][+/-ZZZZ]",
    source: "HL7 v2.4, chapter 2, TM",
};

/// An HL7 v2 time stamp, the hour allowed alone.
pub const TS: Native = Native {
    name: "hl7-ts",
    check: ts,
    about: "an HL7 v2 time stamp: YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ], a real date and time",
    source: "HL7 v2.5, chapter 2A, DTM; earlier versions, TS",
};

/// An HL7 v2 time stamp, the hour only with its minute.
pub const TS_HHMM: Native = Native {
    name: "hl7-ts-hhmm",
    check: ts_hhmm,
    about: "an HL7 v2 time stamp whose hour comes with its minute: YYYY[MM[DD[HHMM[SS[.S[S[S[S]]]]]]]][+/-ZZZZ]",
    source: "HL7 v2.3 and v2.4, chapter 2, TS, as the ITK HL7 v2 message specifications print it",
};

/// Passes a real date as 4, 6 or 8 digits. Source: HL7 v2.4, chapter 2, DT.
pub fn dt(value: &[u8]) -> Judged {
    judge(value, date_only(value))
}

/// Passes a real date as 8 digits. Source: ITK HL7 v2 message specifications, DT.
pub fn dt_day(value: &[u8]) -> Judged {
    judge(
        value,
        date_only(value).and_then(|date| {
            if date.precision == Precision::Day { Ok(date) } else { Err("the day is missing: this date has 8 digits") }
        }),
    )
}

/// Passes a time that exists, optionally with a fraction of up to four digits and a zone.
///
/// Source: HL7 v2.4, chapter 2, TM.
pub fn tm(value: &[u8]) -> Judged {
    // A time is a time stamp's tail, so any day will do to carry it.
    let day = Moment { year: 1, month: 1, day: 1, precision: Precision::Day, ..EMPTY };
    judge(value, split(value).and_then(|(body, fraction, zone)| clock(day, body, fraction, zone)))
}

/// Passes a date and time that exist, to any precision, the hour alone included: v2.5 prints it `HH[MM`.
///
/// Source: HL7 v2.5, chapter 2A, DTM.
pub fn ts(value: &[u8]) -> Judged {
    judge(value, moment(value))
}

/// Passes a date and time that exist, to any precision but the hour alone: up to v2.4 it is printed `HHMM`.
///
/// Source: HL7 v2.4, chapter 2, TS.
pub fn ts_hhmm(value: &[u8]) -> Judged {
    judge(
        value,
        moment(value).and_then(|moment| {
            if moment.precision == Precision::Hour { Err("an hour without its minute") } else { Ok(moment) }
        }),
    )
}

/// Reads a time stamp or date. None when [`ts`] would fail it.
#[must_use]
pub fn parse_hl7_ts(value: &[u8]) -> Option<Moment> {
    moment(value).ok()
}

fn judge(value: &[u8], read: Result<Moment, &'static str>) -> Judged {
    Judged::unless(value, read.err())
}

const EMPTY: Moment = Moment {
    year: 1,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    nanosecond: 0,
    precision: Precision::Year,
    zone_minutes: None,
};

fn moment(value: &[u8]) -> Result<Moment, &'static str> {
    let (body, fraction, zone) = split(value)?;
    let (date, time) = body.split_at(body.len().min(8));
    let mut moment = date_of(date)?;
    if time.is_empty() {
        if fraction.is_some() {
            return Err("a fraction without a second");
        }
        moment.zone_minutes = zone;
        return Ok(moment);
    }
    clock(moment, time, fraction, zone)
}

fn date_only(value: &[u8]) -> Result<Moment, &'static str> {
    match split(value)? {
        (_, _, Some(_)) => Err("a date has no time zone"),
        (body, None, None) if body.len() <= 8 => date_of(body),
        _ => Err("a date has no time of day"),
    }
}

type Parts<'a> = (&'a [u8], Option<u32>, Option<i16>);

/// Splits off fraction and zone, leaving an even number of digits.
fn split(value: &[u8]) -> Result<Parts<'_>, &'static str> {
    if value.is_empty() {
        return Err("no date or time");
    }
    // Most are digits alone, and then nothing has to be looked for.
    if value.iter().all(u8::is_ascii_digit) {
        return Ok((value, None, None));
    }
    // A year with a zone is the only form that has a hyphen after its year.
    let hyphenated = value.get(4) == Some(&b'-') && value.len() != 9;
    if hyphenated || value.iter().any(|byte| matches!(byte, b':' | b'T' | b'/')) {
        return Err("written with punctuation: HL7 v2 has digits only");
    }
    if value.contains(&b' ') {
        return Err("a space within");
    }
    let sign = value.iter().position(|byte| matches!(byte, b'+' | b'-'));
    let (local, zone) = match sign {
        Some(at) => (&value[..at], Some(zone_of(&value[at..])?)),
        None => (value, None),
    };
    let (body, fraction) = match local.iter().position(|&byte| byte == b'.') {
        Some(point) if local.len() - point > 5 => return Err("a fraction of a second has at most 4 digits"),
        Some(point) => {
            let nanoseconds = nanoseconds(&local[point + 1..]).ok_or("a fraction of a second is 1 to 4 digits")?;
            (&local[..point], Some(nanoseconds))
        }
        None => (local, None),
    };
    if !body.iter().all(u8::is_ascii_digit) {
        return Err("not digits only");
    }
    Ok((body, fraction, zone))
}

fn date_of(body: &[u8]) -> Result<Moment, &'static str> {
    let pair = |at: usize| body.get(at).zip(body.get(at + 1)).and_then(|(&a, &b)| two_digits(a, b));
    let (Some(century), Some(of_century)) = (pair(0), pair(2)) else {
        return Err("the year has 4 digits");
    };
    let precision = match body.len() {
        4 => Precision::Year,
        6 => Precision::Month,
        8 => Precision::Day,
        _ => return Err("the date ends within a month or day"),
    };
    let year = u16::from(century) * 100 + u16::from(of_century);
    let (month, day) = (pair(4).unwrap_or(1), pair(6).unwrap_or(1));
    check_date(year, month, day)?;
    Ok(Moment { year, month, day, precision, ..EMPTY })
}

fn clock(date: Moment, body: &[u8], fraction: Option<u32>, zone: Option<i16>) -> Result<Moment, &'static str> {
    let pair = |at: usize| body.get(at).zip(body.get(at + 1)).and_then(|(&a, &b)| two_digits(a, b));
    let precision = match (body.len(), fraction) {
        (2, None) => Precision::Hour,
        (4, None) => Precision::Minute,
        (6, None) => Precision::Second,
        (6, Some(_)) => Precision::Fraction,
        (2 | 4, Some(_)) => return Err("a fraction without a second"),
        (7.., _) => return Err("too many digits"),
        _ => return Err("the time ends within an hour, minute or second"),
    };
    let (hour, minute, second) = (pair(0).unwrap_or(0), pair(2).unwrap_or(0), pair(4).unwrap_or(0));
    check_time(hour, minute, second, 59)?;
    Ok(Moment { hour, minute, second, nanosecond: fraction.unwrap_or(0), precision, zone_minutes: zone, ..date })
}

/// Reads `+ZZZZ` or `-ZZZZ`: zones run from 12 hours west to 14 hours east.
fn zone_of(value: &[u8]) -> Result<i16, &'static str> {
    let &[sign, a, b, c, d] = value else {
        return Err("a time zone is a sign and 4 digits");
    };
    let (Some(hours), Some(minutes)) = (two_digits(a, b), two_digits(c, d)) else {
        return Err("a time zone is a sign and 4 digits");
    };
    let offset = i16::from(hours) * 60 + i16::from(minutes);
    let offset = if sign == b'-' { -offset } else { offset };
    if minutes > 59 || !(-12 * 60..=14 * 60).contains(&offset) { Err("no such time zone") } else { Ok(offset) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::native::told;

    #[test]
    fn time_stamps_of_every_precision_pass() {
        for value in [
            "2024",
            "202402",
            "20240229",
            "2024022912",
            "202402291230",
            "20240229123059",
            "20240229123059.1",
            "20240229123059.1234",
            "20240229123059.1234+0100",
            "202402291230-0500",
            "20240229+0000",
            "2024-0500",
        ] {
            assert_eq!(ts(value.as_bytes()), Judged::Passed, "{value}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_apart() {
        for (value, problem) in [
            ("", "no date or time"),
            ("20230229", "no such day in that month"),
            ("20241301", "month is not 01 to 12"),
            ("19800000", "month is not 01 to 12"),
            ("19800100", "day is zero"),
            ("00000101", "there is no year zero"),
            ("2024022924", "hour is not 00 to 23"),
            ("202402291260", "minute is not 00 to 59"),
            ("20240229123060", "second is not 00 to 59"),
            ("20240229123059.12345", "a fraction of a second has at most 4 digits"),
            ("20240229123059.", "a fraction of a second is 1 to 4 digits"),
            ("202402291230.1", "a fraction without a second"),
            ("20240229.1", "a fraction without a second"),
            ("20240229123", "the time ends within an hour, minute or second"),
            ("2024022", "the date ends within a month or day"),
            ("24", "the year has 4 digits"),
            ("2024022912305900", "too many digits"),
            ("2024-02-29", "written with punctuation: HL7 v2 has digits only"),
            ("2024-02", "written with punctuation: HL7 v2 has digits only"),
            ("2024-02-29T12:30:59", "written with punctuation: HL7 v2 has digits only"),
            ("29/02/2024", "written with punctuation: HL7 v2 has digits only"),
            ("20240229 1230", "a space within"),
            ("20240229123059+01", "a time zone is a sign and 4 digits"),
            ("20240229123059+1500", "no such time zone"),
            ("20240229123059-1230", "no such time zone"),
            ("20240229123059+0060", "no such time zone"),
            ("20240229123059Z", "not digits only"),
        ] {
            assert_eq!(told(ts(value.as_bytes())), problem, "{value}");
        }
    }

    #[test]
    fn the_hour_alone_is_for_later_versions() {
        assert!(ts(b"2024022912").is_passed());
        assert_eq!(told(ts_hhmm(b"2024022912")), "an hour without its minute");
        assert!(ts_hhmm(b"202402291230").is_passed());
        assert!(ts_hhmm(b"20240229").is_passed());
    }

    #[test]
    fn dates_stand_alone() {
        for value in ["2024", "202402", "20240229"] {
            assert!(dt(value.as_bytes()).is_passed(), "{value}");
        }
        assert_eq!(told(dt(b"202402291230")), "a date has no time of day");
        assert_eq!(told(dt(b"20240229+0000")), "a date has no time zone");
        assert_eq!(told(dt_day(b"202402")), "the day is missing: this date has 8 digits");
        assert!(dt_day(b"20240229").is_passed());
    }

    #[test]
    fn times_stand_alone() {
        for value in ["12", "1230", "123059", "123059.1234", "1230+0100"] {
            assert!(tm(value.as_bytes()).is_passed(), "{value}");
        }
        assert_eq!(told(tm(b"2430")), "hour is not 00 to 23");
        assert_eq!(told(tm(b"1")), "the time ends within an hour, minute or second");
        assert_eq!(told(tm(b"12:30")), "written with punctuation: HL7 v2 has digits only");
    }

    #[test]
    fn parsing_gives_the_parts() {
        let moment = parse_hl7_ts(b"20240229123059.25-0530").expect("a moment");
        assert_eq!((moment.year, moment.month, moment.day), (2024, 2, 29));
        assert_eq!((moment.hour, moment.minute, moment.second), (12, 30, 59));
        assert_eq!(moment.nanosecond, 250_000_000);
        assert_eq!(moment.precision, Precision::Fraction);
        assert_eq!(moment.zone_minutes, Some(-330));
        assert!(parse_hl7_ts(b"20230229").is_none());
    }
}
