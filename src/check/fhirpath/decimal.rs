//! Exact decimal numbers, as FHIR writes and FHIRPath calculates them.
//!
//! In: digits as written, whose number after the point is kept. Out: sums, products and comparisons without rounding
//! while they fit in 38 digits, quotients to 28. It never passes through binary floating point, roots and logarithms
//! excepted, and never prints a value in its debug output.

use std::cmp::Ordering;
use std::fmt;

/// A number of at most 38 digits, of which `scale` stand after the point.
#[derive(Clone, Copy)]
pub struct Decimal {
    // Two halves of an `i128`: it would double the size of every item for its alignment's sake.
    high: i64,
    low: u64,
    scale: u8,
}

/// Digits that a quotient is carried to (FHIRPath asks for 28).
const QUOTIENT_DIGITS: u32 = 28;

/// Most digits after the point; ten to this power is the largest that the digits can hold.
const MOST_SCALE: u8 = 38;

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self::new(0, 0);

    /// `digits` with the last `scale` of them after the point.
    pub const fn new(digits: i128, scale: u8) -> Self {
        Self { high: (digits >> 64) as i64, low: digits as u64, scale }
    }

    fn digits(self) -> i128 {
        i128::from(self.high) << 64 | i128::from(self.low)
    }

    /// How many digits stand after the point.
    pub fn scale(self) -> u8 {
        self.scale
    }

    /// Reads a number: sign, digits, fraction, exponent. `None` when it is none, or larger than 38 digits hold. Digits
    /// after the point that do not fit are rounded away.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (negative, bytes) = match bytes {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, bytes),
        };
        let (mut digits, mut scale, mut point, mut seen) = (0_i128, 0_i32, false, false);
        let mut full = false;
        let mut exponent = 0_i32;
        for (at, &byte) in bytes.iter().enumerate() {
            match byte {
                b'0'..=b'9' => {
                    seen = true;
                    let digit = i128::from(byte - b'0');
                    let fits = !full && digits < power(MOST_SCALE - 1);
                    let more = fits.then(|| digits * 10 + digit);
                    match more {
                        Some(more) => {
                            digits = more;
                            scale += i32::from(point);
                        }
                        None if point => {
                            // Half of the last digit held rounds it up; what follows cannot change that.
                            if !full && digit >= 5 {
                                digits = digits.checked_add(1)?;
                            }
                            full = true;
                        }
                        None => return None,
                    }
                }
                b'.' if !point && seen => point = true,
                b'e' | b'E' if seen => {
                    let written = text.get(text.len() - bytes.len() + at + 1..)?;
                    exponent = written.parse::<i16>().ok()?.into();
                    break;
                }
                _ => return None,
            }
        }
        if !seen || bytes.last() == Some(&b'.') {
            return None;
        }
        Self::scaled(if negative { -digits } else { digits }, scale - exponent)
    }

    /// `digits` × 10^-`scale`, whatever its sign.
    fn scaled(mut digits: i128, mut scale: i32) -> Option<Self> {
        if digits == 0 {
            return Some(Self::new(0, scale.clamp(0, i32::from(MOST_SCALE)) as u8));
        }
        while scale < 0 {
            digits = digits.checked_mul(10)?;
            scale += 1;
        }
        while scale > i32::from(MOST_SCALE) {
            digits = rounded(digits, 10);
            scale -= 1;
        }
        Some(Self::new(digits, scale as u8))
    }

    /// The number without zeros at its end that say nothing.
    pub fn normal(self) -> Self {
        let (mut digits, mut scale) = (self.digits(), self.scale);
        while scale > 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        Self::new(digits, scale)
    }

    /// Both numbers' digits at one scale.
    fn aligned(self, other: Self) -> Option<(i128, i128, u8)> {
        if self.scale < other.scale {
            let (a, b, scale) = other.aligned(self)?;
            return Some((b, a, scale));
        }
        match other.digits().checked_mul(power(self.scale - other.scale)) {
            Some(widened) => Some((self.digits(), widened, self.scale)),
            // The wider one loses digits that are beyond the other's reach.
            None => self.normal().shorter()?.aligned(other),
        }
    }

    /// One digit after the point fewer.
    fn shorter(self) -> Option<Self> {
        let scale = self.scale.checked_sub(1)?;
        Some(Self::new(rounded(self.digits(), 10), scale))
    }

    /// The sum; `None` when it is too large.
    pub fn plus(self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.aligned(other)?;
        Some(Self::new(a.checked_add(b)?, scale))
    }

    /// The difference; `None` when it is too large.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(other.negated())
    }

    /// The number with the other sign.
    pub fn negated(self) -> Self {
        // The least `i128` is never made: parsing and arithmetic stop before it.
        Self::new(self.digits().checked_neg().unwrap_or(i128::MAX), self.scale)
    }

    /// The product; `None` when it is too large.
    pub fn times(self, other: Self) -> Option<Self> {
        if let Some(digits) = self.digits().checked_mul(other.digits()) {
            return Self::scaled(digits, i32::from(self.scale) + i32::from(other.scale));
        }
        let (mut a, mut b) = (self.normal(), other.normal());
        loop {
            if let Some(digits) = a.digits().checked_mul(b.digits()) {
                return Self::scaled(digits, i32::from(a.scale) + i32::from(b.scale));
            }
            let longer = if a.scale >= b.scale { &mut a } else { &mut b };
            *longer = longer.shorter()?;
        }
    }

    /// The quotient to 28 digits; `None` when the divisor is zero or the quotient too large.
    pub fn over(self, other: Self) -> Option<Self> {
        let (a, b) = (self.digits(), other.digits());
        if b == 0 {
            return None;
        }
        let negative = (a < 0) != (b < 0);
        let (a, b) = (a.unsigned_abs(), b.unsigned_abs());
        let (mut quotient, mut rest) = (a / b, a % b);
        let mut scale = i32::from(self.scale) - i32::from(other.scale);
        while rest != 0 && quotient < 10_u128.pow(QUOTIENT_DIGITS) && scale < i32::from(MOST_SCALE) {
            let Some(wider) = rest.checked_mul(10) else { break };
            quotient = quotient.checked_mul(10)?.checked_add(wider / b)?;
            rest = wider % b;
            scale += 1;
        }
        if rest >= b - rest {
            quotient += 1;
        }
        let quotient = i128::try_from(quotient).ok()?;
        Self::scaled(if negative { -quotient } else { quotient }, scale)
    }

    /// The whole part of the quotient; `None` when the divisor is zero.
    pub fn whole_over(self, other: Self) -> Option<Self> {
        let (a, b, _) = self.aligned(other)?;
        Some(Self::new(a.checked_div(b)?, 0))
    }

    /// What the whole part of the quotient leaves; `None` when the divisor is zero.
    pub fn rest_over(self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.aligned(other)?;
        Some(Self::new(a.checked_rem(b)?, scale))
    }

    /// Rounded to `scale` digits after the point, halves away from zero.
    pub fn round(self, scale: u8) -> Self {
        if scale >= self.scale {
            return self;
        }
        Self::new(rounded(self.digits(), power(self.scale - scale)), scale)
    }

    /// Cut off after `scale` digits after the point.
    pub fn cut(self, scale: u8) -> Self {
        if scale >= self.scale {
            return self;
        }
        Self::new(self.digits() / power(self.scale - scale), scale)
    }

    /// With exactly `scale` digits after the point, zeros added where there are fewer; `None` when they do not fit.
    pub fn padded(self, scale: u8) -> Option<Self> {
        match scale.checked_sub(self.scale) {
            Some(more) if more <= MOST_SCALE => Some(Self::new(self.digits().checked_mul(power(more))?, scale)),
            Some(_) => None,
            None => Some(self),
        }
    }

    /// The largest whole number that is not larger.
    pub fn floor(self) -> Self {
        Self::new(self.digits().div_euclid(power(self.scale)), 0)
    }

    /// The smallest whole number that is not smaller.
    pub fn ceiling(self) -> Self {
        self.negated().floor().negated()
    }

    /// Without its sign.
    pub fn absolute(self) -> Self {
        if self.is_negative() { self.negated() } else { self }
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.high < 0
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.digits() == 0
    }

    /// Half a unit of its last digit.
    pub fn half_unit(self) -> Self {
        Self::new(5, (self.scale + 1).min(MOST_SCALE))
    }

    /// The whole number that it is; `None` with a fraction, or beyond 64 bits.
    pub fn whole(self) -> Option<i64> {
        let normal = self.normal();
        if normal.scale > 0 { None } else { i64::try_from(normal.digits()).ok() }
    }

    /// The nearest binary number.
    pub fn to_float(self) -> f64 {
        self.digits() as f64 / 10_f64.powi(i32::from(self.scale))
    }

    /// The shortest number that reads back as `float`; `None` when it is none, or too large.
    pub fn from_float(float: f64) -> Option<Self> {
        if !float.is_finite() || float.abs() > 1e37 {
            return None;
        }
        Self::parse(&float.to_string())
    }

    /// To the power of a whole number; `None` when it is too large, has no value, or takes more than 512 steps.
    pub fn raised(self, exponent: i64) -> Option<Self> {
        let steps = exponent.unsigned_abs();
        let mut result = Self::new(1, 0);
        for _ in 0..if steps > 512 { return None } else { steps } {
            result = result.times(self)?;
        }
        if exponent < 0 { Self::new(1, 0).over(result) } else { Some(result) }
    }

    /// The same for equal numbers, however many zeros they end in.
    pub fn key(self) -> (i128, u8) {
        let normal = self.normal();
        (normal.digits(), normal.scale)
    }
}

fn power(exponent: u8) -> i128 {
    10_i128.pow(u32::from(exponent.min(MOST_SCALE)))
}

/// `digits` over `unit`, halves away from zero.
fn rounded(digits: i128, unit: i128) -> i128 {
    let (whole, rest) = (digits / unit, (digits % unit).abs());
    if rest >= unit - rest { whole + digits.signum() } else { whole }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self::new(number.into(), 0)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.scale == other.scale {
            return self.digits().cmp(&other.digits());
        }
        // Whole parts first: what is left after the point always fits at the wider scale.
        let split = |number: Self| {
            let unit = power(number.scale);
            let rest = number.digits() % unit;
            (number.digits() / unit, rest * power(self.scale.max(other.scale) - number.scale))
        };
        split(*self).cmp(&split(*other))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        let scale = usize::from(self.scale);
        let text = format!("{:0>1$}", digits.unsigned_abs(), scale + 1);
        let (whole, fraction) = text.split_at(text.len() - scale);
        if digits < 0 {
            out.write_str("-")?;
        }
        out.write_str(whole)?;
        if scale > 0 { write!(out, ".{fraction}") } else { Ok(()) }
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a decimal")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn what_is_written_is_kept() {
        for text in ["0", "1", "-1", "1.10", "-0.5", "0.00000001", "1234567890987654321.0", "1.587"] {
            assert_eq!(number(text).to_string(), text);
        }
        for (text, read) in [("1E2", "100"), ("1.5e-3", "0.0015"), ("-2.50E1", "-25.0"), ("0E5", "0"), ("+3", "3")] {
            assert_eq!(number(text).to_string(), read, "{text}");
        }
        for text in ["", "-", ".", "1.", ".5", "1.2.3", "1e", "1e99999", "1E40", "a", "1a", "--1", "1 "] {
            assert!(Decimal::parse(text).is_none(), "{text:?}");
        }
        let long = "1".repeat(39);
        assert!(Decimal::parse(&long).is_none());
        assert!(Decimal::parse(&format!("0.{}", "9".repeat(500))).is_some_and(|most| most <= Decimal::from(1)));
    }

    #[test]
    fn arithmetic_is_exact() {
        assert_eq!(number("1.2").times(number("1.8")), Some(number("2.16")));
        assert_eq!(number("1.8").minus(number("1.2")).unwrap().to_string(), "0.6");
        assert_eq!(number("0.1").plus(number("0.2")).unwrap().to_string(), "0.3");
        assert_eq!(number("1").over(number("2")).unwrap().to_string(), "0.5");
        assert_eq!(number("1.2").over(number("1.8")).unwrap().round(2).to_string(), "0.67");
        assert_eq!(number("1").over(number("3")).unwrap().to_string(), format!("0.{}", "3".repeat(29)));
        assert_eq!(number("2.2").rest_over(number("1.8")), Some(number("0.4")));
        assert_eq!(number("-2.2").whole_over(number("1.8")), Some(number("-1")));
        assert!(number("1").over(Decimal::ZERO).is_none() && number("1").rest_over(number("0.0")).is_none());
        assert_eq!(number("2.5").raised(2), Some(number("6.25")));
        assert_eq!(number("2").raised(-2), Some(number("0.25")));
        assert!(number("10").raised(60).is_none());
        let most = number(&"9".repeat(38));
        assert!(most.times(most).is_none() && most.plus(most).is_none());
        assert_eq!(
            number("1.00000000000000000001").times(number("1.00000000000000000001")).unwrap().round(4),
            number("1")
        );
    }

    #[test]
    fn rounding_and_order() {
        assert_eq!(number("2.5").round(0), number("3"));
        assert_eq!(number("-2.5").round(0), number("-3"));
        assert_eq!(number("-2.1").floor(), number("-3"));
        assert_eq!(number("-1.1").ceiling(), number("-1"));
        assert_eq!(number("1.1").ceiling(), number("2"));
        assert!(number("1.10") == number("1.1") && number("-0.0") == number("0"));
        assert!(number("0.1") < number("0.11") && number("-0.1") > number("-0.11"));
        assert!(number(&"9".repeat(38)) > number("0.00000000000000000001"));
        assert_eq!(number("1.10").key(), number("1.1000").key());
        assert_eq!(number("1.0").whole(), Some(1));
        assert_eq!(number("1.5").whole(), None);
    }
}
