//! Dates and times in the forms the standards use: HL7 v2, FHIR, CDS-XML.
//!
//! Every form is read by one parser that gives a [`Moment`], so a check and a comparison never disagree about what a
//! value means. A date must exist in the calendar.

pub mod hl7;
pub mod iso;
#[cfg(test)]
mod moment_tests;

pub(in crate::check) use crate::parse::form::calendar::day_number;
pub use crate::parse::form::{Moment, Precision};
pub use hl7::{DT, DT_DAY, TM, TS, TS_HHMM, parse_hl7_ts};
pub use iso::{
    CDS_DATE, CDS_TIME, FHIR_DATE, FHIR_DATETIME, FHIR_INSTANT, FHIR_TIME, parse_cds_date, parse_fhir_datetime,
};
