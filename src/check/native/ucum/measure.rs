//! Units as numbers: what a unit expression is worth in base units, so that quantities can be compared.
//!
//! In: an expression in the case-sensitive form. Out: its factor as an exact fraction and its dimensions. Units that
//! count something of their own (`[IU]`) compare with themselves only; those that are no multiples (`[pH]`, `dB`) with
//! nothing. It compares no numbers itself.

use super::worths::UNITS;
use super::{annotation, exponent, symbol_length};
use crate::check::fhirpath::Decimal;

/// What a unit is worth.
#[derive(Clone, Debug)]
pub struct Worth {
    /// How many base units, over [`Worth::under`].
    pub over: Decimal,
    /// The denominator.
    pub under: Decimal,
    /// Base units with their exponents, in order; none is zero.
    pub dimensions: Vec<(&'static str, i8)>,
    /// What is added after multiplying: the zero of degrees Celsius or Fahrenheit.
    pub zero: Decimal,
}

/// Units within units, and brackets within brackets, at most.
const DEEPEST: u8 = 16;

/// Parts of one expression, at most.
const MOST_PARTS: usize = 64;

/// What the unit expression `code` is worth; `None` when it is none, or a unit of it has no fixed worth.
pub fn worth(code: &str) -> Option<Worth> {
    let (zero, alone) = match code {
        "Cel" => (Decimal::new(27315, 2), "K"),
        "[degF]" => (Decimal::new(45967, 2).times(Decimal::new(5, 0))?.over(Decimal::new(9, 0))?, "[degR]"),
        _ => (Decimal::ZERO, code),
    };
    let mut worth = Worth { over: Decimal::from(1), under: Decimal::from(1), dimensions: Vec::new(), zero };
    let mut parts = 0;
    let rest = product(alone.as_bytes(), 1, &mut worth, 0, &mut parts)?;
    if !rest.is_empty() {
        return None;
    }
    worth.dimensions.retain(|&(_, exponent)| exponent != 0);
    worth.dimensions.sort_unstable();
    Some(worth)
}

/// Multiplies `worth` by the product at the front of `text`, to the power of `sign`; gives what follows it.
fn product<'a>(text: &'a [u8], sign: i8, worth: &mut Worth, depth: u8, parts: &mut usize) -> Option<&'a [u8]> {
    if depth > DEEPEST {
        return None;
    }
    let (mut rest, mut direction) = match text {
        [b'/', rest @ ..] => (rest, -sign),
        _ => (text, sign),
    };
    loop {
        *parts += 1;
        if *parts > MOST_PARTS {
            return None;
        }
        rest = match rest {
            [b'(', inner @ ..] => match product(inner, direction, worth, depth + 1, parts)? {
                [b')', after @ ..] => after,
                _ => return None,
            },
            _ => component(rest, direction, worth, depth, parts)?,
        };
        (direction, rest) = match rest {
            [b'.', next @ ..] => (sign, next),
            [b'/', next @ ..] => (-sign, next),
            _ => return Some(rest),
        };
    }
}

fn component<'a>(text: &'a [u8], sign: i8, worth: &mut Worth, depth: u8, parts: &mut usize) -> Option<&'a [u8]> {
    let power_of_ten = text.starts_with(b"10*") || text.starts_with(b"10^");
    if text.first() == Some(&b'{') {
        return annotation(text).ok();
    }
    if text.first()?.is_ascii_digit() && !power_of_ten {
        let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
        multiply(worth, Decimal::parse(str::from_utf8(&text[..end]).ok()?)?, sign)?;
        return annotation(&text[end..]).ok();
    }
    let (symbol, after) = if power_of_ten { text.split_at(3) } else { text.split_at(symbol_length(text).ok()?) };
    if symbol.is_empty() {
        return None;
    }
    let rest = exponent(after).ok()?;
    let written = str::from_utf8(&after[..after.len() - rest.len()]).ok()?;
    let power = if written.is_empty() { 1 } else { written.trim_start_matches('+').parse::<i8>().ok()? };
    // Beyond this no unit means anything, and powers of ten would leave the range.
    if !(-36..=36).contains(&power) {
        return None;
    }
    let power = sign.checked_mul(power)?;
    if power_of_ten {
        multiply(worth, Decimal::from(10).raised(i64::from(power.abs()))?, power.signum())?;
    } else {
        unit(str::from_utf8(symbol).ok()?, power, worth, depth, parts)?;
    }
    annotation(rest).ok()
}

fn unit(symbol: &str, power: i8, worth: &mut Worth, depth: u8, parts: &mut usize) -> Option<()> {
    if let Some((base, _)) = BASE.iter().find(|(base, _)| *base == symbol) {
        return dimension(worth, base, power);
    }
    if let Some((_, value, of)) = UNITS.binary_search_by(|(code, ..)| code.cmp(&symbol)).ok().map(|at| UNITS[at]) {
        for _ in 0..power.unsigned_abs() {
            multiply(worth, Decimal::parse(value)?, power.signum())?;
            let rest = product(of.as_bytes(), power.signum(), worth, depth + 1, parts)?;
            if !rest.is_empty() {
                return None;
            }
        }
        return Some(());
    }
    if let Some(own) = OF_THEIR_OWN.iter().find(|own| **own == symbol) {
        return dimension(worth, own, power);
    }
    let prefixed = PREFIXES.iter().filter_map(|(prefix, ten)| Some((symbol.strip_prefix(prefix)?, *ten)));
    for (bare, ten) in prefixed {
        if bare.is_empty() || super::METRIC.binary_search(&bare).is_err() {
            continue;
        }
        let factor = Decimal::from(10).raised(i64::from(ten.unsigned_abs()))?.raised(power.unsigned_abs().into())?;
        multiply(worth, factor, power.signum() * ten.signum())?;
        // A unit behind a prefix has none itself: the table holds it, or it is a base unit.
        return unit(bare, power, worth, depth + 1, parts).filter(|()| depth < DEEPEST);
    }
    None
}

fn multiply(worth: &mut Worth, factor: Decimal, sign: i8) -> Option<()> {
    let part = if sign < 0 { &mut worth.under } else { &mut worth.over };
    *part = part.times(factor)?;
    Some(())
}

fn dimension(worth: &mut Worth, base: &'static str, power: i8) -> Option<()> {
    match worth.dimensions.iter_mut().find(|(of, _)| *of == base) {
        Some((_, exponent)) => *exponent = exponent.checked_add(power)?,
        None => worth.dimensions.push((base, power)),
    }
    Some(())
}

/// The base units of UCUM with what they measure.
const BASE: [(&str, &str); 7] = [
    ("m", "length"),
    ("s", "time"),
    ("g", "mass"),
    ("rad", "plane angle"),
    ("K", "temperature"),
    ("C", "electric charge"),
    ("cd", "luminous intensity"),
];

/// Units defined by a procedure: nothing else compares with them.
const OF_THEIR_OWN: [&str; 26] = [
    "[IU]",
    "[iU]",
    "[arb'U]",
    "[USP'U]",
    "[GPL'U]",
    "[MPL'U]",
    "[APL'U]",
    "[beth'U]",
    "[anti'Xa'U]",
    "[todd'U]",
    "[dye'U]",
    "[smgy'U]",
    "[bdsk'U]",
    "[ka'U]",
    "[knk'U]",
    "[mclg'U]",
    "[tb'U]",
    "[CFU]",
    "[PFU]",
    "[FFU]",
    "[EU]",
    "[ELU]",
    "[PNU]",
    "[Lf]",
    "[CCID_50]",
    "[TCID_50]",
];

/// Prefixes as powers of ten; two letters first.
const PREFIXES: [(&str, i8); 20] = [
    ("da", 1),
    ("Y", 24),
    ("Z", 21),
    ("E", 18),
    ("P", 15),
    ("T", 12),
    ("G", 9),
    ("M", 6),
    ("k", 3),
    ("h", 2),
    ("d", -1),
    ("c", -2),
    ("m", -3),
    ("u", -6),
    ("n", -9),
    ("p", -12),
    ("f", -15),
    ("a", -18),
    ("z", -21),
    ("y", -24),
];

#[cfg(test)]
mod tests {
    use super::super::{METRIC, PLAIN};
    use super::*;

    /// How many of `b` are in one of `a`, to ten digits.
    fn ratio(a: &str, b: &str) -> Option<f64> {
        let (a, b) = (worth(a)?, worth(b)?);
        let whole = |worth: &Worth| worth.over.to_float() / worth.under.to_float();
        (a.dimensions == b.dimensions).then(|| whole(&a) / whole(&b))
    }

    #[test]
    fn units_are_worth_what_they_should() {
        for (a, b, times) in [
            ("kg", "g", 1000.0),
            ("[lb_av]", "g", 453.59237),
            ("cm.m", "m2", 0.01),
            ("wk", "d", 7.0),
            ("mm[Hg]", "Pa", 133.322),
            ("mmol/L", "mol/m3", 1.0),
            ("mg/dL", "g/L", 0.01),
            ("U/L", "nkat/L", 1000.0 / 60.0),
            ("10*9/L", "10*3/uL", 1.0),
            ("%", "1", 0.01),
            ("mL/min/(2.m2)", "mL/min/m2", 0.5),
            ("umol/(24.h)", "umol/d", 1.0),
            ("[in_i]", "cm", 2.54),
            ("kcal_th", "[Cal]", 1.0),
            ("{cells}/uL", "/uL", 1.0),
            ("m.s-1", "km/h", 3.6),
            ("k[IU]/L", "[IU]/mL", 1.0),
            ("deg", "rad", std::f64::consts::PI / 180.0),
            ("[psi]", "kPa", 6.894757293168),
            ("[HP]", "W", 745.6998715822702),
        ] {
            let found = ratio(a, b).unwrap_or(f64::NAN);
            assert!((found / times - 1.0).abs() < 1e-10, "{a} in {b}: {found}");
        }
        for (a, b) in [("kg", "m"), ("[IU]", "U"), ("[IU]", "[CFU]"), ("g", "x"), ("[pH]", "1"), ("[s]", "s")] {
            assert_eq!(ratio(a, b), None, "{a} {b}");
        }
        for code in ["", "(", "m)", "m//s", "10*99", &"(".repeat(500), &"m.".repeat(500), "m30.m30.m30.m30.m30"] {
            assert!(worth(code).is_none(), "{code}");
        }
        assert_eq!(worth("Cel").unwrap().zero, Decimal::new(27315, 2));
    }

    #[test]
    fn every_worth_is_that_of_a_known_unit() {
        for pair in UNITS.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} must come before {}", pair[1].0, pair[0].0);
        }
        for (code, ..) in UNITS {
            let known = METRIC.binary_search(&code).is_ok() || PLAIN.binary_search(&code).is_ok();
            assert!(known, "{code}");
            assert!(worth(code).is_some(), "{code}");
        }
    }
}
