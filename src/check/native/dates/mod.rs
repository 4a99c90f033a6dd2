//! Dates and times in the forms the standards use: HL7 v2, FHIR, CDS-XML.
//!
//! Every form is read by one parser that gives a [`Moment`], so a check and a comparison never disagree about what a
//! value means. A date must exist in the calendar.

mod calendar;
pub mod hl7;
pub mod iso;
mod moment;

pub(in crate::check) use calendar::day_number;
pub use hl7::{DT, DT_DAY, TM, TS, TS_HHMM, parse_hl7_ts};
pub use iso::{
    CDS_DATE, CDS_TIME, FHIR_DATE, FHIR_DATETIME, FHIR_INSTANT, FHIR_TIME, parse_cds_date, parse_fhir_datetime,
};
pub use moment::{Moment, Precision};

/// Reads two ASCII digits as a number.
const fn two_digits(tens: u8, units: u8) -> Option<u8> {
    if tens.is_ascii_digit() && units.is_ascii_digit() { Some((tens - b'0') * 10 + (units - b'0')) } else { None }
}

/// Reads a fraction of a second as nanoseconds; digits past the ninth are dropped. None unless all are digits.
fn nanoseconds(fraction: &[u8]) -> Option<u32> {
    if fraction.is_empty() || !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits = fraction.iter().copied().chain(std::iter::repeat(b'0'));
    Some(digits.take(9).fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
}
