//! Dates, dates with a time, and times of day, each as precise as it was written.
//!
//! In: text as FHIR and FHIRPath write it. Out: [`Moment`], which compares with another only as far as both go
//! (FHIRPath 2.0, sections 6.1 and 6.2), takes durations, and knows its earliest and latest reading. It never reads
//! the clock and never prints a value in its debug output.

use std::cmp::Ordering;
use std::fmt;

/// The last part that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the part of its name")]
pub enum Part {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    /// A fraction of a second, which compares with whole seconds as one part.
    Fraction,
}

/// A date, a date with a time, or a time of day.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub(super) year: u16,
    pub(super) month: u8,
    pub(super) day: u8,
    pub(super) hour: u8,
    pub(super) minute: u8,
    pub(super) second: u8,
    /// Digits written after the seconds, at most nine.
    pub(super) fraction_digits: u8,
    pub(super) nanosecond: u32,
    /// Minutes east of Greenwich.
    pub(super) zone: Option<i16>,
    /// As far as it was written.
    pub precision: Part,
}

/// As far apart as two times may seem only for want of a zone, in seconds.
const ZONES_APART: i64 = 14 * 3600;

impl Moment {
    const START: Self = Self {
        year: 1,
        month: 1,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
        fraction_digits: 0,
        nanosecond: 0,
        zone: None,
        precision: Part::Year,
    };

    /// The instant `seconds` after 1970 began in Greenwich; `None` outside the years 1 to 9999.
    pub fn of_unix(seconds: i64) -> Option<Self> {
        let (year, month, day) = civil(seconds.div_euclid(86_400))?;
        let rest = seconds.rem_euclid(86_400);
        Some(Self {
            year,
            month,
            day,
            hour: (rest / 3600) as u8,
            minute: (rest / 60 % 60) as u8,
            second: (rest % 60) as u8,
            fraction_digits: 3,
            zone: Some(0),
            precision: Part::Fraction,
            ..Self::START
        })
    }

    /// Reads `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; `None` when it is no such, or no such day exists.
    pub fn parse_date(text: &str) -> Option<Self> {
        let (date, rest) = Self::START.with_date(text.as_bytes())?;
        rest.is_empty().then_some(date)
    }

    /// Reads a date, and after `T` perhaps a time and a zone.
    pub fn parse_date_time(text: &str) -> Option<Self> {
        let (date, rest) = Self::START.with_date(text.as_bytes())?;
        match rest {
            [] | [b'T'] => Some(date),
            [b'T', clock @ ..] if date.precision == Part::Day => {
                let (moment, rest) = date.with_clock(clock)?;
                moment.with_zone(rest)
            }
            _ => None,
        }
    }

    /// Reads `hh`, `hh:mm`, `hh:mm:ss` or `hh:mm:ss.fff`.
    pub fn parse_time(text: &str) -> Option<Self> {
        let (time, rest) = Self::START.with_clock(text.as_bytes())?;
        rest.is_empty().then_some(time)
    }

    fn with_date(mut self, text: &[u8]) -> Option<(Self, &[u8])> {
        let (year, mut rest) = text.split_at_checked(4)?;
        self.year = number(year)?;
        if self.year == 0 {
            return None;
        }
        self.precision = Part::Year;
        if let [b'-', month @ ..] = rest {
            let (month, after) = month.split_at_checked(2)?;
            self.month = number(month)? as u8;
            (self.precision, rest) = (Part::Month, after);
        }
        if let ([b'-', day @ ..], Part::Month) = (rest, self.precision) {
            let (day, after) = day.split_at_checked(2)?;
            self.day = number(day)? as u8;
            (self.precision, rest) = (Part::Day, after);
        }
        let real = (1..=12).contains(&self.month) && (1..=days_in(self.year, self.month)).contains(&self.day);
        real.then_some((self, rest))
    }

    fn with_clock(mut self, text: &[u8]) -> Option<(Self, &[u8])> {
        let (hour, mut rest) = text.split_at_checked(2)?;
        self.hour = number(hour)? as u8;
        self.precision = Part::Hour;
        if let [b':', minute @ ..] = rest {
            let (minute, after) = minute.split_at_checked(2)?;
            self.minute = number(minute)? as u8;
            (self.precision, rest) = (Part::Minute, after);
        }
        if let ([b':', second @ ..], Part::Minute) = (rest, self.precision) {
            let (second, after) = second.split_at_checked(2)?;
            self.second = number(second)? as u8;
            (self.precision, rest) = (Part::Second, after);
        }
        if let ([b'.', fraction @ ..], Part::Second) = (rest, self.precision) {
            let count = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if count == 0 {
                return None;
            }
            for at in 0..9 {
                let digit = fraction.get(at).filter(|_| at < count).map_or(0, |byte| byte - b'0');
                self.nanosecond = self.nanosecond * 10 + u32::from(digit);
            }
            self.fraction_digits = count.min(9) as u8;
            (self.precision, rest) = (Part::Fraction, &fraction[count..]);
        }
        // Second 60 is a leap second, which FHIR lets through.
        (self.hour < 24 && self.minute < 60 && self.second <= 60).then_some((self, rest))
    }

    fn with_zone(mut self, text: &[u8]) -> Option<Self> {
        self.zone = match text {
            [] => None,
            [b'Z'] => Some(0),
            [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
                let (hours, minutes) = (number(&[*h1, *h2])?, number(&[*m1, *m2])?);
                if hours > 14 || minutes > 59 {
                    return None;
                }
                let east = (hours * 60 + minutes) as i16;
                Some(if *sign == b'-' { -east } else { east })
            }
            _ => return None,
        };
        Some(self)
    }

    /// Whether a time of day was written.
    pub fn has_clock(self) -> bool {
        self.precision >= Part::Hour
    }

    /// The date alone.
    pub fn date(self) -> Self {
        Self {
            year: self.year,
            month: self.month,
            day: self.day,
            precision: self.precision.min(Part::Day),
            ..Self::START
        }
    }

    /// The time alone; `None` when none was written.
    pub fn clock(self) -> Option<Self> {
        self.has_clock().then_some(Self { year: 1, month: 1, day: 1, zone: None, ..self })
    }

    /// Seconds since 1970 began, as if in Greenwich.
    pub(super) fn seconds(self) -> i64 {
        let day = days_since_1970(self.year, self.month, self.day);
        day * 86_400 + i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second)
    }

    /// Its parts as they are in Greenwich, when it says its zone; a leap second becomes the next.
    fn in_greenwich(self) -> Self {
        let Some(zone) = self.zone.filter(|&zone| zone != 0) else { return self };
        match Self::of_unix(self.seconds() - i64::from(zone) * 60) {
            Some(there) => Self {
                nanosecond: self.nanosecond,
                fraction_digits: self.fraction_digits,
                precision: self.precision,
                ..there
            },
            None => self,
        }
    }

    /// Which comes first; `None` when that hangs on what one of them does not say.
    pub fn compare(self, other: Self) -> Option<Ordering> {
        if !self.has_clock() || !other.has_clock() {
            return self.by_parts(other);
        }
        match (self.zone, other.zone) {
            (None, None) => self.by_parts(other),
            (Some(_), Some(_)) => self.in_greenwich().by_parts(other.in_greenwich()),
            _ => {
                let (a, b) = (self.in_greenwich().seconds(), other.in_greenwich().seconds());
                ((a - b).abs() > ZONES_APART).then_some(a.cmp(&b))
            }
        }
    }

    fn by_parts(self, other: Self) -> Option<Ordering> {
        let parts = |moment: Self| {
            [
                u32::from(moment.year),
                moment.month.into(),
                moment.day.into(),
                moment.hour.into(),
                moment.minute.into(),
                moment.second.into(),
                moment.nanosecond,
            ]
        };
        let written = |moment: Self| if moment.precision >= Part::Second { 7 } else { moment.precision as usize + 1 };
        let (mine, theirs) = (written(self), written(other));
        let common = mine.min(theirs);
        match parts(self)[..common].cmp(&parts(other)[..common]) {
            Ordering::Equal if mine != theirs => None,
            order => Some(order),
        }
    }

    /// How many digits it is written with (FHIRPath `precision`).
    pub fn digits(self, time_only: bool) -> i64 {
        let digits = match self.precision {
            Part::Year => 4,
            Part::Month => 6,
            Part::Day => 8,
            Part::Hour => 10,
            Part::Minute => 12,
            Part::Second => 14,
            Part::Fraction => 14 + i64::from(self.fraction_digits),
        };
        if time_only { digits - 8 } else { digits }
    }

    /// Writes it as a date, with `T` and the time when it has one.
    fn write(self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}", self.year)?;
        if self.precision >= Part::Month {
            write!(out, "-{:02}", self.month)?;
        }
        if self.precision >= Part::Day {
            write!(out, "-{:02}", self.day)?;
        }
        if self.has_clock() {
            write!(out, "T{}", Clock(self))?;
        }
        match self.zone {
            Some(0) => out.write_str("Z"),
            Some(zone) => {
                let sign = if zone < 0 { '-' } else { '+' };
                write!(out, "{sign}{:02}:{:02}", zone.abs() / 60, zone.abs() % 60)
            }
            None => Ok(()),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(out)
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a moment")
    }
}

/// A moment shown as a time of day.
pub struct Clock(pub Moment);

impl fmt::Display for Clock {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = self.0;
        write!(out, "{:02}", moment.hour)?;
        if moment.precision >= Part::Minute {
            write!(out, ":{:02}", moment.minute)?;
        }
        if moment.precision >= Part::Second {
            write!(out, ":{:02}", moment.second)?;
        }
        if moment.precision == Part::Fraction {
            let digits = usize::from(moment.fraction_digits);
            let all = format!("{:09}", moment.nanosecond);
            write!(out, ".{}", &all[..digits])?;
        }
        Ok(())
    }
}

fn number(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0_u16, |number, byte| {
        let digit = char::from(*byte).to_digit(10)? as u16;
        Some(number * 10 + digit)
    })
}

/// Days of a month.
pub(super) fn days_in(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1 January 1970, in the calendar that counts years from March so that the leap day ends one.
pub(super) fn days_since_1970(year: u16, month: u8, day: u8) -> i64 {
    let shifted = i64::from(year) - i64::from(month <= 2);
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The day that is `days` after 1 January 1970; `None` outside the years 1 to 9999.
pub(super) fn civil(days: i64) -> Option<(u16, u8, u8)> {
    let days = days.checked_add(719_468)?;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let year = u16::try_from(year).ok().filter(|year| (1..=9999).contains(year))?;
    Some((year, month as u8, day as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::parse_date_time(text).unwrap()
    }

    #[test]
    fn what_is_written_is_kept() {
        for text in [
            "2015",
            "2015-02",
            "2015-02-04",
            "2015-02-04T14",
            "2015-02-04T14:34:28Z",
            "2015-02-04T14:34:28.1234+10:00",
            "1973-12-25T00:00:00.000-05:30",
        ] {
            assert_eq!(at(text).to_string(), text);
        }
        assert_eq!(Clock(Moment::parse_time("14:34:28.10").unwrap()).to_string(), "14:34:28.10");
        for text in ["", "20", "0000", "2015-13", "2015-02-30", "2015-2-3", "2015T14", "2015-02-04T25", "2015-02-04T1"]
        {
            assert!(Moment::parse_date_time(text).is_none(), "{text:?}");
        }
        for text in
            ["2015-02-04T14:34:28.", "2015-02-04T14:34:28+15:00", "2015-02-04T14:60", "2015-02-04 14:00", "２０１５"]
        {
            assert!(Moment::parse_date_time(text).is_none(), "{text:?}");
        }
        assert!(Moment::parse_date("2015-02-04T10").is_none() && Moment::parse_time("10:30Z").is_none());
    }

    #[test]
    fn comparison_goes_as_far_as_both_do() {
        let order = |a: &str, b: &str| at(a).compare(at(b));
        assert_eq!(order("2018-03", "2018-03-01"), None);
        assert_eq!(order("2018-02", "2018-03-01"), Some(Ordering::Less));
        assert_eq!(order("2018-03-01T10:30", "2018-03-01T10:30:00"), None);
        assert_eq!(order("2018-03-01T10:30:00", "2018-03-01T10:30:00.0"), Some(Ordering::Equal));
        assert_eq!(order("2012-04-15T15:00:00+02:00", "2012-04-15T16:00:00+03:00"), Some(Ordering::Equal));
        assert_eq!(order("2012-04-15T15:00:00Z", "2012-04-15T10:00:00"), None);
        assert_eq!(order("2012-04-15T15:00:00Z", "2012-04-16T10:00:00"), Some(Ordering::Less));
        assert_eq!(order("2017-11-05T01:30:00.0-04:00", "2017-11-05T01:15:00.0-05:00"), Some(Ordering::Less));
        assert_eq!(order("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"), Some(Ordering::Less));
    }

    #[test]
    fn days_count_both_ways() {
        for (days, date) in [(0, (1970, 1, 1)), (-1, (1969, 12, 31)), (11_016, (2000, 2, 29)), (19_782, (2024, 2, 29))]
        {
            assert_eq!(civil(days), Some(date));
            assert_eq!(days_since_1970(date.0, date.1, date.2), days);
        }
        assert_eq!(civil(i64::MAX), None);
        assert_eq!(Moment::of_unix(0).unwrap().to_string(), "1970-01-01T00:00:00.000Z");
    }
}
