//! A point in time as precisely as it was written.

use std::cmp::Ordering;

use super::calendar::day_number;

/// How much of a moment was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// A year.
    Year,
    /// A year and month.
    Month,
    /// A date.
    Day,
    /// A date and hour.
    Hour,
    /// A date, hour and minute.
    Minute,
    /// To the second.
    Second,
    /// To a fraction of a second.
    Fraction,
}

/// A point in time as precisely as it was written. Parts finer than `precision` hold their least value.
///
/// It has no order of its own: use [`Moment::compare`], which can decline. It has no `Debug` or `Display`, since a date
/// of birth is patient data.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Moment {
    /// 1 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 60; 60 only where the form allows a leap second.
    pub second: u8,
    /// Nanoseconds past the second.
    pub nanosecond: u32,
    /// How much was written.
    pub precision: Precision,
    /// Minutes east of Greenwich, when a zone was written.
    pub zone_minutes: Option<i16>,
}

const SECOND: i128 = 1_000_000_000;
const MINUTE: i128 = 60 * SECOND;
const HOUR: i128 = 60 * MINUTE;
const DAY: i128 = 24 * HOUR;

/// The zones furthest west and east, in minutes: a time without a zone lies somewhere between.
const ZONES: (i128, i128) = (-12 * 60, 14 * 60);

impl Moment {
    /// Compares two moments as far as what was written decides it.
    ///
    /// A moment is the span of time it leaves open: a date is a whole day, a minute sixty seconds. One comes before
    /// another when its whole span does. They are equal when they are written to the same precision and their spans
    /// coincide. Otherwise, the answer is none: a date against a time on that day, say.
    ///
    /// Two moments without zones are taken to be local times of one place. When only one has a zone, the other may be
    /// in any zone from 12 hours west to 14 hours east, so only moments further apart than that are ordered.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        let zones_match = self.zone_minutes.is_some() == other.zone_minutes.is_some();
        let (start, end) = self.span(zones_match);
        let (other_start, other_end) = other.span(zones_match);
        if end <= other_start {
            Some(Ordering::Less)
        } else if other_end <= start {
            Some(Ordering::Greater)
        } else if zones_match && self.precision == other.precision && (start, end) == (other_start, other_end) {
            Some(Ordering::Equal)
        } else {
            None
        }
    }

    /// The same moment in that zone, if none was written: HL7 v2 lets MSH-7 give the zone for the whole message.
    #[must_use]
    pub const fn or_zone(mut self, zone_minutes: Option<i16>) -> Self {
        if self.zone_minutes.is_none() {
            self.zone_minutes = zone_minutes;
        }
        self
    }

    /// Nanoseconds from the start of year 1 to the start and end of what was written; in universal time when a zone
    /// is known. Without one it is local time if `local`, otherwise widened by every zone there is.
    fn span(&self, local: bool) -> (i128, i128) {
        let days = |year, month, day| i128::from(day_number(year, month, day)) * DAY;
        let start = days(self.year, self.month, self.day)
            + i128::from(self.hour) * HOUR
            + i128::from(self.minute) * MINUTE
            + i128::from(self.second) * SECOND
            + i128::from(self.nanosecond);
        let end = match self.precision {
            Precision::Year => days(self.year.saturating_add(1), 1, 1),
            Precision::Month if self.month >= 12 => days(self.year.saturating_add(1), 1, 1),
            Precision::Month => days(self.year, self.month + 1, 1),
            Precision::Day => start + DAY,
            Precision::Hour => start + HOUR,
            Precision::Minute => start + MINUTE,
            Precision::Second => start + SECOND,
            Precision::Fraction => start + 1,
        };
        match self.zone_minutes {
            Some(zone) => (start - i128::from(zone) * MINUTE, end - i128::from(zone) * MINUTE),
            None if local => (start, end),
            None => (start - ZONES.1 * MINUTE, end - ZONES.0 * MINUTE),
        }
    }
}
