//! Formats of the primitive datatypes (HL7 v2.4 chapter 2, section 2.9).

use crate::check::native::dates::hl7;
use crate::check::native::{Check, Judged};

/// How the text of a primitive datatype is formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Any text.
    Text,
    /// NM: an optional sign, digits, an optional point.
    Numeric,
    /// SI: one to four digits.
    Sequence,
    /// DT.
    Date,
    /// TM.
    Time,
    /// TS and DTM.
    TimeStamp,
    /// TN: a telephone number in the base standard's North American form.
    Telephone,
    /// ID and IS: a code, so no spaces at the ends.
    Coded,
}

impl Format {
    /// The format of primitive datatype `id`.
    pub fn of(id: &str) -> Self {
        match id {
            "NM" => Self::Numeric,
            "SI" => Self::Sequence,
            "DT" => Self::Date,
            "TM" => Self::Time,
            "TS" | "DTM" | "TSComponentOne" => Self::TimeStamp,
            "TN" => Self::Telephone,
            "ID" | "IS" => Self::Coded,
            _ => Self::Text,
        }
    }

    /// What is wrong with `value`, described; `None` when nothing is.
    pub fn fault(self, value: &[u8]) -> Option<String> {
        match self {
            Self::Text => None,
            Self::Numeric => (!numeric(value)).then(|| "it is not a number".to_owned()),
            Self::Sequence => (!(matches!(value.len(), 1..=4) && value.iter().all(u8::is_ascii_digit)))
                .then(|| "it is not a whole number of one to four digits".to_owned()),
            Self::Coded => {
                let padded = value.first() == Some(&b' ') || value.last() == Some(&b' ');
                padded.then(|| "it is a code with spaces at its ends".to_owned())
            }
            Self::Telephone => (!telephone(value)).then(|| "it is not a number of the form (999)999-9999".to_owned()),
            Self::Date => judged(hl7::dt, value),
            Self::Time => judged(hl7::tm, value),
            Self::TimeStamp => judged(hl7::ts, value),
        }
    }
}

fn judged(check: Check, value: &[u8]) -> Option<String> {
    match check(value) {
        Judged::Failed(shape) => Some(shape.to_string()),
        _ => None,
    }
}

fn numeric(value: &[u8]) -> bool {
    let unsigned = value.strip_prefix(b"+").or_else(|| value.strip_prefix(b"-")).unwrap_or(value);
    let mut parts = unsigned.splitn(2, |b| *b == b'.');
    let (whole, fraction) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
}

/// `[NN] [(999)]999-9999[X99999][B99999][C any text]`.
fn telephone(value: &[u8]) -> bool {
    let mut rest = value;
    if rest.len() > 3 && rest[..2].iter().all(u8::is_ascii_digit) && rest[2] == b' ' {
        rest = &rest[3..];
    }
    if let Some(after) = rest.strip_prefix(b"(") {
        match (after.get(..3), after.get(3)) {
            (Some(area), Some(b')')) if area.iter().all(u8::is_ascii_digit) => rest = &after[4..],
            _ => return false,
        }
    }
    let Some((number, mut rest)) = rest.split_at_checked(8) else { return false };
    let dashed = number[3] == b'-' && number.iter().enumerate().all(|(at, b)| at == 3 || b.is_ascii_digit());
    for letter in [b'X', b'B'] {
        if rest.first() == Some(&letter) {
            let digits = rest[1..].iter().take(5).take_while(|b| b.is_ascii_digit()).count();
            rest = &rest[1 + digits..];
        }
    }
    dashed && (rest.is_empty() || rest[0] == b'C')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_telephones_are_told_from_text() {
        for good in ["1", "-1.5", "+0.01", ".5", "5."] {
            assert_eq!(Format::Numeric.fault(good.as_bytes()), None, "{good}");
        }
        for bad in ["", "1e5", "1,5", "<5", "-", "."] {
            assert!(Format::Numeric.fault(bad.as_bytes()).is_some(), "{bad}");
        }
        for good in ["555-1234", "(206)555-1234", "01 (206)555-1234X12345B999Cmobile"] {
            assert_eq!(Format::Telephone.fault(good.as_bytes()), None, "{good}");
        }
        for bad in ["01632 960123", "(206)5551234", "07700900461"] {
            assert!(Format::Telephone.fault(bad.as_bytes()).is_some(), "{bad}");
        }
    }
}
