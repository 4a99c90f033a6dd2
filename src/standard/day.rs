//! Dates of the calendar, to the day, the month or the year.

use serde::{Deserialize, Deserializer};
use std::fmt;

/// A date that may be known only to its month or year; zero stands for what is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// Reads `YYYY-MM-DD`, `YYYY-MM` or `YYYY`; `None` when it is not such a date.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let number = |part: &str, length: usize| {
            (part.len() == length && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u16>().ok())?
        };
        let year = number(parts.next()?, 4)?;
        let month = parts.next().map_or(Some(0), |part| number(part, 2).filter(|m| (1..=12).contains(m)))?;
        let day = parts.next().map_or(Some(0), |part| number(part, 2))?;
        if parts.next().is_some() || year == 0 {
            return None;
        }
        if day > 0 || text.len() == 10 {
            jiff::civil::Date::new(year as i16, month as i8, day as i8).ok()?;
        }
        Some(Self { year, month: month as u8, day: day as u8 })
    }

    /// Today, where the clock is.
    pub fn today() -> Self {
        let today = jiff::Zoned::now().date();
        Self { year: today.year() as u16, month: today.month() as u8, day: today.day() as u8 }
    }

    /// The first day it can mean.
    pub fn first(self) -> Self {
        Self { month: self.month.max(1), day: self.day.max(1), ..self }
    }

    /// Whether `self`, taken at its first day, is over or reached on `as_of`.
    pub fn reached(self, as_of: Self) -> bool {
        self.first() <= as_of
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if self.month > 0 {
            write!(f, "-{:02}", self.month)?;
        }
        if self.day > 0 {
            write!(f, "-{:02}", self.day)?;
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("expected a date: YYYY-MM-DD, YYYY-MM or YYYY"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_three_precisions_are_read_and_printed() {
        for text in ["2027-04-01", "2027-03", "2026", "2024-02-29"] {
            assert_eq!(Day::parse(text).expect("a date").to_string(), text);
        }
        for text in ["2027-13", "2027-02-29", "27-01-01", "2027-1-1", "2027-04-01-", "", "2027-04-00", "x"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_month_is_reached_on_its_first_day() {
        let march = Day::parse("2027-03").expect("a month");
        assert!(march.reached(Day::parse("2027-03-01").expect("a date")));
        assert!(!march.reached(Day::parse("2027-02-28").expect("a date")));
    }
}
