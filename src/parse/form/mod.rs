//! The forms of values that several standards share: dates, base64, object identifiers, UUIDs.
//!
//! In: the bytes of one value. Out: what they say, or what is wrong with them in fixed words of ours. Nothing here
//! allocates or looks at a byte more than a few times; what a standard makes of a value is for its own room.

pub(crate) mod base64;
pub(crate) mod calendar;
pub mod iso;
mod moment;
pub(crate) mod oid;
pub(crate) mod uuid;

pub use moment::{Moment, Precision};

/// Reads two ASCII digits as a number.
pub(crate) const fn two_digits(tens: u8, units: u8) -> Option<u8> {
    if tens.is_ascii_digit() && units.is_ascii_digit() { Some((tens - b'0') * 10 + (units - b'0')) } else { None }
}

/// Reads a fraction of a second as nanoseconds; digits past the ninth are dropped. None unless all are digits.
pub(crate) fn nanoseconds(fraction: &[u8]) -> Option<u32> {
    if fraction.is_empty() || !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits = fraction.iter().copied().chain(std::iter::repeat(b'0'));
    Some(digits.take(9).fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
}
