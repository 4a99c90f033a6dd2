//! Moments and durations: adding, taking away, and the earliest and latest reading of what was not written.
//!
//! In: a moment and a whole number of calendar units. Out: the moment as precise as before (FHIRPath 2.0, section
//! 6.7), or its boundary at a precision. A fraction of a unit is the caller's to drop.

use super::moment::{Moment, Part, civil, days_in};

/// A unit of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the unit of its name")]
pub enum Unit {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
}

impl Unit {
    /// The unit that a calendar word names, singular or plural.
    pub fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "year" | "years" => Self::Year,
            "month" | "months" => Self::Month,
            "week" | "weeks" => Self::Week,
            "day" | "days" => Self::Day,
            "hour" | "hours" => Self::Hour,
            "minute" | "minutes" => Self::Minute,
            "second" | "seconds" => Self::Second,
            "millisecond" | "milliseconds" => Self::Millisecond,
            _ => return None,
        })
    }

    /// The unit of definite length that a UCUM code names. Years and months of UCUM have no place in a calendar.
    pub fn of_code(code: &str) -> Option<Self> {
        Some(match code {
            "wk" => Self::Week,
            "d" => Self::Day,
            "h" => Self::Hour,
            "min" => Self::Minute,
            "s" => Self::Second,
            "ms" => Self::Millisecond,
            _ => return None,
        })
    }

    /// The word for one of it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Week => "week",
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Minute => "minute",
            Self::Second => "second",
            Self::Millisecond => "millisecond",
        }
    }

    /// The UCUM code of a unit of the same length; `None` for years and months, which have no one length.
    pub fn code(self) -> Option<&'static str> {
        Some(match self {
            Self::Year | Self::Month => return None,
            Self::Week => "wk",
            Self::Day => "d",
            Self::Hour => "h",
            Self::Minute => "min",
            Self::Second => "s",
            Self::Millisecond => "ms",
        })
    }

    /// Milliseconds of a unit of definite length; years of 365 and months of 30 days (FHIRPath 2.0, section 6.7).
    fn milliseconds(self) -> i64 {
        match self {
            Self::Year => 365 * Self::Day.milliseconds(),
            Self::Month => 30 * Self::Day.milliseconds(),
            Self::Week => 7 * Self::Day.milliseconds(),
            Self::Day => 86_400_000,
            Self::Hour => 3_600_000,
            Self::Minute => 60_000,
            Self::Second => 1000,
            Self::Millisecond => 1,
        }
    }
}

const DAY: i64 = 86_400_000;

impl Moment {
    /// `amount` units later, or earlier when negative; `None` outside the years 1 to 9999. The last day of a month
    /// stands in for one that a month has not.
    pub fn later(self, amount: i64, unit: Unit) -> Option<Self> {
        match (unit, self.precision) {
            (Unit::Year, _) => self.months_later(amount.checked_mul(12)?),
            (Unit::Month, Part::Year) => self.months_later(amount / 12 * 12),
            (Unit::Month, _) => self.months_later(amount),
            (_, Part::Year) => self.months_later(amount.checked_mul(unit.milliseconds())? / DAY / 365 * 12),
            (_, Part::Month) => self.months_later(amount.checked_mul(unit.milliseconds())? / DAY / 30),
            _ => self.milliseconds_later(amount.checked_mul(unit.milliseconds())?),
        }
    }

    /// `amount` units later on a clock without days; `None` for units of more than an hour.
    pub fn later_on_clock(self, amount: i64, unit: Unit) -> Option<Self> {
        if unit < Unit::Hour {
            return None;
        }
        // A whole turn of the clock changes nothing.
        let within_day = amount.checked_mul(unit.milliseconds())? % DAY;
        let next = Self { year: 2000, ..self }.milliseconds_later(within_day)?;
        Some(Self { year: 1, month: 1, day: 1, ..next })
    }

    fn months_later(self, months: i64) -> Option<Self> {
        let month = i64::from(self.year) * 12 + i64::from(self.month) - 1;
        let month = month.checked_add(months)?;
        let year = u16::try_from(month.div_euclid(12)).ok().filter(|year| (1..=9999).contains(year))?;
        let month = month.rem_euclid(12) as u8 + 1;
        Some(Self { year, month, day: self.day.min(days_in(year, month)), ..self })
    }

    fn milliseconds_later(self, milliseconds: i64) -> Option<Self> {
        // What is finer than the moment is dropped before adding, so that a minute is not carried by seconds unseen.
        let unit = match self.precision {
            Part::Year | Part::Month | Part::Day => DAY,
            Part::Hour => 3_600_000,
            Part::Minute => 60_000,
            Part::Second if milliseconds % 1000 == 0 => 1000,
            Part::Second | Part::Fraction => 1,
        };
        let milliseconds = milliseconds / unit * unit;
        let now = self.seconds() * 1000 + i64::from(self.nanosecond / 1_000_000);
        let later = now.checked_add(milliseconds)?;
        let (year, month, day) = civil(later.div_euclid(DAY))?;
        let rest = later.rem_euclid(DAY);
        let finer = milliseconds % 1000 != 0;
        Some(Self {
            year,
            month,
            day,
            hour: (rest / 3_600_000) as u8,
            minute: (rest / 60_000 % 60) as u8,
            second: (rest / 1000 % 60) as u8,
            nanosecond: (rest % 1000) as u32 * 1_000_000 + self.nanosecond % 1_000_000,
            fraction_digits: if finer { self.fraction_digits.max(3) } else { self.fraction_digits },
            precision: if finer { Part::Fraction } else { self.precision },
            ..self
        })
    }

    /// The earliest or latest moment that it may stand for, written with `digits` digits (4, 6, 8, 10, 12, 14, 17);
    /// `None` for another number. Where a time has no zone, the earliest is where days begin first. An hour without
    /// minutes is that hour exactly, as FHIRPath's own examples read it.
    pub fn boundary(self, end: End, digits: i64) -> Option<Self> {
        let precision = match digits {
            4 => Part::Year,
            6 => Part::Month,
            8 => Part::Day,
            10 => Part::Hour,
            12 => Part::Minute,
            14 => Part::Second,
            17 => Part::Fraction,
            _ => return None,
        };
        let mut filled = self.filled(end);
        if precision >= Part::Hour && self.zone.is_none() {
            filled.zone = Some(if end == End::Low { 14 * 60 } else { -12 * 60 });
        }
        if precision < Part::Hour {
            filled.zone = None;
        }
        Some(Self { precision, fraction_digits: 3, ..filled })
    }

    /// The earliest or latest time of day that it may stand for, written with `digits` digits (2, 4, 6, 9).
    pub fn clock_boundary(self, end: End, digits: i64) -> Option<Self> {
        let precision = match digits {
            2 => Part::Hour,
            4 => Part::Minute,
            6 => Part::Second,
            9 => Part::Fraction,
            _ => return None,
        };
        Some(Self { precision, fraction_digits: 3, ..self.filled(end) })
    }

    fn filled(mut self, end: End) -> Self {
        let low = end == End::Low;
        if self.precision < Part::Month {
            self.month = if low { 1 } else { 12 };
        }
        if self.precision < Part::Day {
            self.day = if low { 1 } else { days_in(self.year, self.month) };
        }
        if self.precision < Part::Hour {
            (self.hour, self.minute) = if low { (0, 0) } else { (23, 59) };
        }
        if self.precision < Part::Second {
            self.second = if low { 0 } else { 59 };
        }
        let unit = 10_u32.pow(9 - u32::from(self.fraction_digits));
        if self.precision < Part::Second || (self.precision == Part::Fraction && self.fraction_digits < 3) {
            self.nanosecond += if low { 0 } else { unit - 1 };
        } else if self.precision == Part::Second && !low {
            self.nanosecond = 999_999_999;
        }
        self
    }
}

/// Which end of what a value may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The earliest or least.
    Low,
    /// The latest or most.
    High,
}

#[cfg(test)]
mod tests {
    use super::super::moment::Clock;
    use super::*;

    fn later(text: &str, amount: i64, unit: Unit) -> String {
        Moment::parse_date_time(text).unwrap().later(amount, unit).map_or(String::new(), |moment| moment.to_string())
    }

    #[test]
    fn durations_keep_the_precision() {
        assert_eq!(later("1973-12-25", 7, Unit::Day), "1974-01-01");
        assert_eq!(later("1973-12-25", 1, Unit::Month), "1974-01-25");
        assert_eq!(later("2024-01-31", 1, Unit::Month), "2024-02-29");
        assert_eq!(later("2024-02-29", -1, Unit::Year), "2023-02-28");
        assert_eq!(later("2014", 25, Unit::Month), "2016");
        assert_eq!(later("2014-03", 45, Unit::Day), "2014-04");
        assert_eq!(later("2014-03-01", 25, Unit::Hour), "2014-03-02");
        assert_eq!(later("1973-12-25T00:00:00.000+10:00", 10, Unit::Millisecond), "1973-12-25T00:00:00.010+10:00");
        assert_eq!(later("1973-12-25T00:00:00+10:00", -1, Unit::Second), "1973-12-24T23:59:59+10:00");
        assert_eq!(later("9999-12-31", 1, Unit::Day), "");
        assert_eq!(later("2014", i64::MAX, Unit::Year), "");
        let late = Moment::parse_time("23:30").unwrap();
        assert_eq!(Clock(late.later_on_clock(45, Unit::Minute).unwrap()).to_string(), "00:15");
        assert_eq!(Clock(late.later_on_clock(-48, Unit::Hour).unwrap()).to_string(), "23:30");
        assert!(late.later_on_clock(1, Unit::Day).is_none());
    }

    #[test]
    fn boundaries_enclose_what_was_not_written() {
        let low = |text: &str, digits| Moment::parse_date_time(text).unwrap().boundary(End::Low, digits).unwrap();
        let high = |text: &str, digits| Moment::parse_date_time(text).unwrap().boundary(End::High, digits).unwrap();
        assert_eq!(low("2014", 6).to_string(), "2014-01");
        assert_eq!(high("2014", 6).to_string(), "2014-12");
        assert_eq!(high("2024-02", 8).to_string(), "2024-02-29");
        assert_eq!(low("2014-01-01T08", 17).to_string(), "2014-01-01T08:00:00.000+14:00");
        assert_eq!(high("2014-01-01T08:05-05:00", 17).to_string(), "2014-01-01T08:05:59.999-05:00");
        assert_eq!(high("2014-01-01", 17).to_string(), "2014-01-01T23:59:59.999-12:00");
        assert_eq!(high("2014-01-01T10:00:00Z", 17).to_string(), "2014-01-01T10:00:00.999Z");
        assert_eq!(low("2014-01-01T08", 8).to_string(), "2014-01-01");
        let time = Moment::parse_time("10:30").unwrap();
        assert_eq!(Clock(time.clock_boundary(End::High, 9).unwrap()).to_string(), "10:30:59.999");
        assert!(time.clock_boundary(End::High, 8).is_none());
    }
}
