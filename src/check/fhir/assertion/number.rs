//! Decimals as they are written, compared without a loss.

use std::cmp::Ordering;

/// A decimal's digits and where its point is.
struct Digits<'a> {
    negative: bool,
    /// Digits before and after the point, zeros in front left out.
    whole: &'a [u8],
    fraction: &'a [u8],
    exponent: i64,
}

impl<'a> Digits<'a> {
    fn read(text: &'a [u8]) -> Option<Self> {
        let (negative, text) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let (mantissa, exponent) = match text.iter().position(|b| matches!(b, b'e' | b'E')) {
            Some(at) => (&text[..at], std::str::from_utf8(&text[at + 1..]).ok()?.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = match mantissa.iter().position(|&b| b == b'.') {
            Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
            None => (mantissa, &b""[..]),
        };
        let is_number = !(whole.is_empty() && fraction.is_empty())
            && whole.iter().chain(fraction).all(u8::is_ascii_digit)
            && exponent.unsigned_abs() < 1 << 32;
        is_number.then_some(Self { negative, whole, fraction, exponent })
    }

    /// Its digits from the first that is not zero, and the power of ten of that one.
    fn significant(&self) -> (impl Iterator<Item = u8> + '_, i64) {
        let leading = self.whole.iter().chain(self.fraction).take_while(|&&b| b == b'0').count();
        let power = self.whole.len() as i64 - 1 - leading as i64 + self.exponent;
        (self.whole.iter().chain(self.fraction).skip(leading).copied(), power)
    }

    fn is_zero(&self) -> bool {
        self.whole.iter().chain(self.fraction).all(|&b| b == b'0')
    }
}

/// How `left` stands to `right`; `None` when either is no decimal. Trailing zeros do not count.
pub(in crate::check::fhir) fn compare(left: &[u8], right: &[u8]) -> Option<Ordering> {
    let (left, right) = (Digits::read(left)?, Digits::read(right)?);
    match (left.is_zero(), right.is_zero()) {
        (true, true) => return Some(Ordering::Equal),
        (true, false) => return Some(if right.negative { Ordering::Greater } else { Ordering::Less }),
        (false, true) => return Some(if left.negative { Ordering::Less } else { Ordering::Greater }),
        _ => {}
    }
    if left.negative != right.negative {
        return Some(if left.negative { Ordering::Less } else { Ordering::Greater });
    }
    let ((mut ours, our_power), (mut theirs, their_power)) = (left.significant(), right.significant());
    let mut ordering = our_power.cmp(&their_power);
    while ordering == Ordering::Equal {
        ordering = match (ours.next(), theirs.next()) {
            (None, None) => break,
            (a, b) => a.unwrap_or(b'0').cmp(&b.unwrap_or(b'0')),
        };
    }
    Some(if left.negative { ordering.reverse() } else { ordering })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_compare_by_their_value() {
        use Ordering::{Equal, Greater, Less};
        let cases = [
            ("1.0", "1.00", Equal),
            ("-0.0", "0", Equal),
            ("1e2", "100", Equal),
            ("0.1e1", "1", Equal),
            ("10", "9.99", Greater),
            ("-10", "-9.99", Less),
            ("0.0001", "0.001", Less),
            ("-1", "1", Less),
            ("0", "-0.5", Greater),
            ("123456789012345678901234567890.1", "123456789012345678901234567890.2", Less),
        ];
        for (left, right, wanted) in cases {
            assert_eq!(compare(left.as_bytes(), right.as_bytes()), Some(wanted), "{left} {right}");
            assert_eq!(compare(right.as_bytes(), left.as_bytes()), Some(wanted.reverse()), "{right} {left}");
        }
        for text in ["", ".", "1.2.3", "e5", "1e", "1e99999999999999999999"] {
            assert_eq!(compare(text.as_bytes(), b"1"), None, "{text}");
        }
    }
}
