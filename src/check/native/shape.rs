//! A description of a value that can never contain it.
//!
//! In: the bytes of a value and a fixed text of ours. Out: "10 digits, check digit wrong". A [`Shape`] holds nine
//! counters and a `&'static str`, so there is no room in it for a patient's data, and building one allocates nothing.

use std::fmt;

/// The most that is counted: larger numbers print as "over 999". So a description never shows four digits in a row,
/// which could otherwise happen to be four digits of the value.
const MOST: u16 = 1000;

/// The classes a byte can fall in, in the order they are told.
const CLASSES: [(&str, &str); 9] = [
    ("capital letter", "capital letters"),
    ("small letter", "small letters"),
    ("digit", "digits"),
    ("space", "spaces"),
    ("hyphen", "hyphens"),
    ("full stop", "full stops"),
    ("other mark", "other marks"),
    ("control byte", "control bytes"),
    ("byte beyond ASCII", "bytes beyond ASCII"),
];

/// A described value, never the value: what it is made of and, usually, what is wrong with it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    counts: [u16; CLASSES.len()],
    problem: Option<&'static str>,
}

impl Shape {
    /// Describes `value` and what is wrong with it. `problem` follows a comma: "check digit wrong".
    #[must_use]
    pub fn of(value: &[u8], problem: &'static str) -> Self {
        // Four digits in a text of ours could be four digits of the value, and no test could tell that from a leak.
        debug_assert!(!problem.as_bytes().windows(4).any(|part| part.iter().all(u8::is_ascii_digit)), "{problem}");
        Self { counts: count(value), problem: Some(problem) }
    }

    /// Describes `value` alone: "7 digits and 1 space", "empty".
    #[must_use]
    pub fn makeup(value: &[u8]) -> Self {
        Self { counts: count(value), problem: None }
    }

    /// What is wrong, without the makeup: fixed text, so it may be compared and grouped on.
    #[must_use]
    pub const fn problem(&self) -> Option<&'static str> {
        self.problem
    }
}

fn count(value: &[u8]) -> [u16; CLASSES.len()] {
    let mut counts = [0_u16; CLASSES.len()];
    for &byte in value {
        let class = &mut counts[class_of(byte)];
        *class = class.saturating_add(1).min(MOST);
    }
    counts
}

const fn class_of(byte: u8) -> usize {
    match byte {
        b'A'..=b'Z' => 0,
        b'a'..=b'z' => 1,
        b'0'..=b'9' => 2,
        b' ' => 3,
        b'-' => 4,
        b'.' => 5,
        0x21..=0x7e => 6,
        0x00..=0x1f | 0x7f => 7,
        0x80..=0xff => 8,
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = self.counts.iter().filter(|&&n| n > 0).count();
        if kinds == 0 {
            f.write_str("empty")?;
        }
        let told = self.counts.iter().zip(CLASSES).filter(|&(&n, _)| n > 0);
        for (nth, (&n, (one, many))) in told.enumerate() {
            f.write_str(match nth {
                0 => "",
                _ if nth + 1 == kinds => " and ",
                _ => ", ",
            })?;
            match n {
                1 => write!(f, "1 {one}")?,
                MOST => write!(f, "over 999 {many}")?,
                _ => write!(f, "{n} {many}")?,
            }
        }
        match self.problem {
            Some(problem) => write!(f, ", {problem}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shape({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makeup_is_told_in_a_fixed_order() {
        assert_eq!(Shape::makeup(b"").to_string(), "empty");
        assert_eq!(Shape::makeup(b"1").to_string(), "1 digit");
        assert_eq!(Shape::makeup(b"999 123 4567").to_string(), "10 digits and 2 spaces");
        assert_eq!(
            Shape::makeup(b"a-B.c\t\xc3\xa9*1").to_string(),
            "1 capital letter, 2 small letters, 1 digit, 1 hyphen, 1 full stop, 1 other mark, 1 control byte and \
             2 bytes beyond ASCII"
        );
    }

    #[test]
    fn problem_follows_the_makeup() {
        let shape = Shape::of(b"9991234561", "check digit wrong");
        assert_eq!(shape.to_string(), "10 digits, check digit wrong");
        assert_eq!(shape.problem(), Some("check digit wrong"));
    }

    #[test]
    fn counts_stop_before_four_digits() {
        assert_eq!(Shape::makeup(&[b'7'; 999]).to_string(), "999 digits");
        assert_eq!(Shape::makeup(&[b'7'; 70_000]).to_string(), "over 999 digits");
    }
}
