//! UCUM unit expressions: grammar and units, in the case-sensitive form.
//!
//! Says whether an expression is valid, not whether it suits the quantity measured.

mod atoms;
mod measure;
mod worths;

use super::{Judged, Native};
use atoms::{METRIC, METRIC_HEADS, PLAIN, PLAIN_HEADS, PREFIXES, head};
pub use measure::{Worth, worth};

/// A UCUM unit expression.
pub const UNIT: Native = Native {
    name: "ucum-unit",
    check: unit,
    about: "a UCUM unit, case-sensitive: mmol/L, 10*9/L, mm[Hg], {cells}/uL",
    source: "The Unified Code for Units of Measure, grammar and table of units; additions since 2.0 from memory",
};

/// More brackets than any real unit opens: it only bounds the counter.
const MOST_BRACKETS: u8 = 32;

/// Passes components joined by `.` and `/`, optionally after a leading `/`: a unit with its prefix, exponent and
/// annotation; a whole number; an annotation alone; an expression in round brackets.
///
/// A number and round brackets may be annotated, and a note may have spaces, which the published grammar leaves out: HL7's
/// own list of units does so.
///
/// Source: The Unified Code for Units of Measure.
pub fn unit(value: &[u8]) -> Judged {
    Judged::unless(value, expression(value).err())
}

fn expression(value: &[u8]) -> Result<(), &'static str> {
    let mut rest = match value {
        [] => return Err("no unit"),
        [b'/', rest @ ..] => rest,
        _ => value,
    };
    let mut open = 0_u8;
    loop {
        while let [b'(', inner @ ..] = rest {
            open += 1;
            if open > MOST_BRACKETS {
                return Err("too many brackets open at once");
            }
            rest = inner;
        }
        rest = component(rest)?;
        while let [b')', outer @ ..] = rest {
            open = open.checked_sub(1).ok_or("a round bracket closes that was never opened")?;
            rest = annotation(outer)?;
        }
        rest = match rest {
            [] if open > 0 => return Err("a round bracket is left open"),
            [] => return Ok(()),
            [b'.' | b'/', next @ ..] => next,
            _ => return Err("a unit is followed by something that is neither . nor /"),
        };
    }
}

/// Takes one component off the front.
fn component(value: &[u8]) -> Result<&[u8], &'static str> {
    let power_of_ten = value.starts_with(b"10*") || value.starts_with(b"10^");
    if value.first().is_some_and(u8::is_ascii_digit) && !power_of_ten {
        return annotation(after_digits(value));
    }
    if value.first() == Some(&b'{') {
        return annotation(value);
    }
    let (symbol, rest) = if power_of_ten { value.split_at(3) } else { value.split_at(symbol_length(value)?) };
    if symbol.is_empty() {
        return Err(match value.first() {
            None => "the expression ends where a unit is wanted",
            Some(b' ') => "a unit has no spaces",
            Some(0x80..) => "UCUM is plain ASCII: micro is written u, degrees Celsius Cel",
            Some(_) => "a mark stands where a unit is wanted",
        });
    }
    if !is_unit(symbol) {
        return Err(unknown(symbol));
    }
    annotation(exponent(rest)?)
}

/// How far a unit's symbol reaches. Square brackets belong to it with everything inside them.
fn symbol_length(value: &[u8]) -> Result<usize, &'static str> {
    let mut at = 0;
    while let Some(&byte) = value.get(at) {
        at += match byte {
            b'[' => match value[at..].iter().position(|&byte| byte == b']') {
                Some(close) => close + 1,
                None => return Err("a square bracket is left open"),
            },
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'%' | b'\'' => 1,
            _ => break,
        };
    }
    Ok(at)
}

fn exponent(value: &[u8]) -> Result<&[u8], &'static str> {
    match value {
        [b'+' | b'-', digits @ ..] if digits.first().is_some_and(u8::is_ascii_digit) => Ok(after_digits(digits)),
        [b'+' | b'-', ..] => Err("an exponent has a sign and no digits"),
        [b'*' | b'^', ..] => Err("an exponent follows its unit directly, without a mark"),
        _ => Ok(after_digits(value)),
    }
}

fn after_digits(value: &[u8]) -> &[u8] {
    let digits = value.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(value.len());
    &value[digits..]
}

/// Takes a note in curly brackets off the front, if there is one.
fn annotation(value: &[u8]) -> Result<&[u8], &'static str> {
    let [b'{', text @ ..] = value else {
        return Ok(value);
    };
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'}' => return Ok(&text[at + 1..]),
            b'{' => return Err("a curly bracket opens within another"),
            0x20..=0x7e => {}
            _ => return Err("a note in curly brackets has a character beyond ASCII"),
        }
    }
    Err("a curly bracket is left open")
}

fn is_unit(symbol: &[u8]) -> bool {
    contains(&METRIC, &METRIC_HEADS, symbol)
        || contains(&PLAIN, &PLAIN_HEADS, symbol)
        || PREFIXES.iter().filter(|prefix| prefix.as_bytes().first() == symbol.first()).any(|prefix| {
            symbol
                .strip_prefix(prefix.as_bytes())
                .is_some_and(|unit| !unit.is_empty() && contains(&METRIC, &METRIC_HEADS, unit))
        })
}

/// Whether `symbol` is one of `sorted`, which is searched by the first bytes of each, as a number.
fn contains(sorted: &[&str], heads: &[u64], symbol: &[u8]) -> bool {
    let wanted = head(symbol);
    let from = heads.partition_point(|known| *known < wanted);
    let same = heads[from..].iter().take_while(|known| **known == wanted).count();
    sorted[from..from + same].iter().any(|unit| unit.as_bytes() == symbol)
}

/// The common mistakes have an answer; the rest are unknown.
fn unknown(symbol: &[u8]) -> &'static str {
    match symbol {
        b"IU" | b"iU" | b"iu" | b"mIU" | b"miu" | b"uIU" | b"uiu" | b"kIU" => {
            "international units are written with square brackets"
        }
        b"mmHg" | b"mmhg" | b"cmH" | b"mmHG" => "a column of mercury or water is written with square brackets",
        b"x" | b"X" => "multiplication is written with a full stop, powers of ten with an asterisk",
        _ => "an unknown unit: UCUM codes are case-sensitive",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_in_order_without_repeats() {
        for list in [&METRIC[..], &PLAIN, &PREFIXES] {
            for pair in list.windows(2) {
                assert!(pair[0] < pair[1], "{} must come before {}", pair[1], pair[0]);
            }
        }
    }

    #[test]
    fn units_of_the_laboratory_pass() {
        for value in [
            "mmol/L",
            "umol/L",
            "g/L",
            "mg/dL",
            "10*9/L",
            "10*12/L",
            "10^9/L",
            "10*3/uL",
            "fL",
            "pg",
            "%",
            "L/L",
            "mL/min",
            "mL/min/{1.73_m2}",
            "mL/min/1.73.m2",
            "U/L",
            "k[IU]/L",
            "m[IU]/L",
            "[IU]/mL",
            "[iU]/L",
            "mm[Hg]",
            "kPa",
            "mm/h",
            "s",
            "mosm/kg",
            "nmol/L",
            "pmol/L",
            "ug/L",
            "ng/mL",
            "[pH]",
            "Cel",
            "{INR}",
            "{ratio}",
            "/[HPF]",
            "{cells}/uL",
            "mmol/mol",
            "mmol/mol{creat}",
            "kg/m2",
            "m2",
            "/min",
            "{beats}/min",
            "cm[H2O]",
            "ueq/L",
            "meq/L",
            "mg/mmol",
            "umol/(24.h)",
            "g/(24.h)",
            "1",
            "10*-6",
            "kg.m/s2",
            "m.s-1",
            "mol/kg/s",
            "[CFU]/mL",
            "[arb'U]/mL",
            "ukat/L",
            "dB[SPL]",
            "[in_i]",
            "[lb_av]",
            "d",
            "wk",
            "mo",
            "a",
            "ug/kg/min",
            "g.m/{beat}",
            "%{vol}",
            "{red cells}/uL",
            "g/(8.h){shift}",
            "1{copies}",
            "dyn.s.cm-5",
        ] {
            assert_eq!(unit(value.as_bytes()), Judged::Passed, "{value}");
        }
    }

    #[test]
    fn mistakes_are_told_apart() {
        let told = |value: &str| expression(value.as_bytes()).err().unwrap_or("passed");
        assert_eq!(told("mmol/l"), "passed");
        assert!(told("MMOL/L").starts_with("an unknown unit"));
        assert!(told("IU/L").starts_with("international units"));
        assert!(told("mmHg").starts_with("a column of mercury"));
        assert!(told("x10*9/L").starts_with("multiplication is written"));
        assert!(told("µmol/L").starts_with("UCUM is plain ASCII"));
        assert!(told("mmol / L").starts_with("a unit is followed by"));
        assert!(told("mmol/ L").starts_with("a unit has no spaces"));
        assert!(told("mmol/").starts_with("the expression ends"));
        assert!(told("mL/(24.h").starts_with("a round bracket is left open"));
        assert!(told("mL/24.h)").starts_with("a round bracket closes"));
        assert!(told("mm[Hg").starts_with("a square bracket"));
        assert!(told("{cells/uL").starts_with("a curly bracket"));
        assert!(told("{é}/uL").starts_with("a note"));
        assert!(told("m^2").starts_with("an exponent follows"));
        assert!(told("m-").starts_with("an exponent has a sign"));
        assert!(told("kmin").starts_with("an unknown unit"), "minutes take no prefix");
        assert!(told("sec").starts_with("an unknown unit"));
        assert_eq!(told(&"(".repeat(100)), "too many brackets open at once");
    }
}
