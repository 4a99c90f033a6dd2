//! Dates and times with the punctuation of ISO 8601: FHIR and CDS-XML.

use super::super::{Judged, Native};
use super::{Moment, Precision};
use crate::parse::form::iso::{LEAP, NO_LEAP, clock, date, date_and_time, no_zone};

/// A FHIR date.
pub const FHIR_DATE: Native = Native {
    name: "fhir-date",
    check: fhir_date,
    about: "a FHIR date: YYYY, YYYY-MM or YYYY-MM-DD, a real one",
    source: "FHIR R4 and STU3, datatypes, date",
};

/// A FHIR dateTime.
pub const FHIR_DATETIME: Native = Native {
    name: "fhir-datetime",
    check: fhir_datetime,
    about: "a FHIR dateTime: a date, or a date with time to the second and zone",
    source: "FHIR R4 and STU3, datatypes, dateTime",
};

/// A FHIR instant.
pub const FHIR_INSTANT: Native = Native {
    name: "fhir-instant",
    check: fhir_instant,
    about: "a FHIR instant: date, time to the second at least, and zone",
    source: "FHIR R4 and STU3, datatypes, instant; e-RS release APIM-R-1.40 rejects others",
};

/// A FHIR time.
pub const FHIR_TIME: Native = Native {
    name: "fhir-time",
    check: fhir_time,
    about: "a FHIR time: hh:mm:ss with an optional fraction and no zone",
    source: "FHIR R4 and STU3, datatypes, time",
};

/// A date of the Commissioning Data Sets.
pub const CDS_DATE: Native = Native {
    name: "cds-date",
    check: cds_date,
    about: "a CDS date: YYYY-MM-DD, a real one from 1900 to 2999",
    source: "CDS-XML Date_Type",
};

/// A time of the Commissioning Data Sets.
pub const CDS_TIME: Native = Native {
    name: "cds-time",
    check: cds_time,
    about: "a CDS time: HH:MM:SS without fraction or zone",
    source: "CDS-XML Time_Type",
};

/// Passes a real date to the year, month or day. Source: FHIR, datatypes, date.
pub fn fhir_date(value: &[u8]) -> Judged {
    let read = date_and_time(value).and_then(|moment| {
        if moment.precision > Precision::Day { Err("a date has no time of day") } else { Ok(moment) }
    });
    Judged::unless(value, read.err())
}

/// Passes a real date, or one with a time to the second at least and a zone.
///
/// Source: FHIR, datatypes, dateTime.
pub fn fhir_datetime(value: &[u8]) -> Judged {
    Judged::unless(value, date_and_time(value).err())
}

/// Passes a real date with a time to the second at least and a zone. Source: FHIR, datatypes, instant.
pub fn fhir_instant(value: &[u8]) -> Judged {
    let read = date_and_time(value).and_then(|moment| {
        if moment.precision < Precision::Second { Err("an instant has a time of day and a zone") } else { Ok(moment) }
    });
    Judged::unless(value, read.err())
}

/// Passes a time that exists, to the second at least. Source: FHIR, datatypes, time.
pub fn fhir_time(value: &[u8]) -> Judged {
    let read = clock(value, LEAP).and_then(|clock| no_zone(clock.rest));
    Judged::unless(value, read.err())
}

/// Passes a real date to the day, from 1900 to 2999. Source: CDS-XML `Date_Type`.
pub fn cds_date(value: &[u8]) -> Judged {
    Judged::unless(value, cds_moment(value).err())
}

/// Passes a time that exists, to the second and no finer. Source: CDS-XML `Time_Type`.
pub fn cds_time(value: &[u8]) -> Judged {
    let read = clock(value, NO_LEAP).and_then(|clock| match clock.nanosecond {
        Some(_) => Err("a CDS time has no fraction of a second"),
        None => no_zone(clock.rest),
    });
    Judged::unless(value, read.err())
}

/// Reads a FHIR date, dateTime or instant. None when [`fhir_datetime`] would fail it.
#[must_use]
pub fn parse_fhir_datetime(value: &[u8]) -> Option<Moment> {
    date_and_time(value).ok()
}

/// Reads a CDS date. None when [`cds_date`] would fail it.
#[must_use]
pub fn parse_cds_date(value: &[u8]) -> Option<Moment> {
    cds_moment(value).ok()
}

fn cds_moment(value: &[u8]) -> Result<Moment, &'static str> {
    let (moment, rest) = date(value)?;
    if moment.precision != Precision::Day || !rest.is_empty() {
        return Err("a CDS date is year, month and day with hyphens, and no time");
    }
    if !(1900..=2999).contains(&moment.year) {
        return Err("a CDS date lies in the years 19.. to 29..");
    }
    Ok(moment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::native::told;

    #[test]
    fn dates() {
        for value in ["2024", "2024-02", "2024-02-29"] {
            assert!(fhir_date(value.as_bytes()).is_passed(), "{value}");
        }
        for (value, problem) in [
            ("2023-02-29", "no such day in that month"),
            ("20240229", "written without hyphens"),
            ("2024-2-9", "month and day have 2 digits each"),
            ("2024-02-29T12:30:59Z", "a date has no time of day"),
            ("29-02-2024", "the date does not begin with a year of 4 digits"),
            ("2024-02-29Z", "the date goes on after its day"),
            ("", "the year has 4 digits"),
        ] {
            assert_eq!(told(fhir_date(value.as_bytes())), problem, "{value}");
        }
    }

    #[test]
    fn date_times_and_instants() {
        for value in ["2024-02-29T12:30:59Z", "2024-02-29T12:30:59.123+01:00", "2016-12-31T23:59:60Z"] {
            assert!(fhir_datetime(value.as_bytes()).is_passed(), "{value}");
            assert!(fhir_instant(value.as_bytes()).is_passed(), "{value}");
        }
        assert!(fhir_datetime(b"2024-02").is_passed());
        assert_eq!(told(fhir_instant(b"2024-02-29")), "an instant has a time of day and a zone");
        for (value, problem) in [
            ("2024-02-29T12:30:59", "the time zone is missing"),
            ("2024-02-29T12:30Z", "the seconds are missing"),
            ("2024-02T12:30:59Z", "a time of day needs a full date"),
            ("2024-02-29 12:30:59Z", "date and time are joined by a capital T"),
            ("2024-02-29T24:00:00Z", "hour is not 00 to 23"),
            ("2024-02-29T12:30:59.Z", "a fraction of a second without digits"),
            ("2024-02-29T12:30:59+0100", "a time zone is Z, or a sign, hours, a colon and minutes"),
            ("2024-02-29T12:30:59+14:01", "no such time zone"),
        ] {
            assert_eq!(told(fhir_datetime(value.as_bytes())), problem, "{value}");
        }
    }

    #[test]
    fn times() {
        assert!(fhir_time(b"12:30:59.5").is_passed());
        assert!(fhir_time(b"12:30").is_failed());
        assert!(fhir_time(b"12:30:59Z").is_failed());
        assert!(cds_time(b"12:30:59").is_passed());
        assert_eq!(told(cds_time(b"12:30:59.5")), "a CDS time has no fraction of a second");
        assert!(cds_time(b"12:30:59Z").is_failed());
        assert!(cds_time(b"12:30:60").is_failed());
        assert!(cds_time(b"123059").is_failed());
    }

    #[test]
    fn cds_dates_are_whole_and_recent() {
        assert!(cds_date(b"2024-02-29").is_passed());
        assert!(cds_date(b"1900-01-01").is_passed());
        assert!(cds_date(b"2999-12-31").is_passed());
        for value in ["1899-12-31", "3000-01-01", "2024-02", "2024-02-29Z", "20240229", "2024-02-30"] {
            assert!(cds_date(value.as_bytes()).is_failed(), "{value}");
        }
    }

    #[test]
    fn moments_of_different_syntaxes_compare() {
        let fhir = parse_fhir_datetime(b"2024-06-01T12:00:00+01:00").expect("a moment");
        let hl7 = super::super::parse_hl7_ts(b"20240601110000+0000").expect("a moment");
        assert_eq!(fhir.compare(&hl7), Some(std::cmp::Ordering::Equal));
        assert!(parse_cds_date(b"2024-02-29").is_some_and(|moment| moment.precision == Precision::Day));
    }
}
