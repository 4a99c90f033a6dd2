//! Sets of codes.

use std::sync::OnceLock;

/// A set of codes, and how binding it is.
///
/// Codes are looked up for every coded value of every message, and nearly all have at most seven bytes: those are kept
/// as numbers, so that a lookup compares no text and a set is one piece of memory.
#[derive(Clone, Debug, Default)]
pub struct Codes {
    /// What to call it: `table 0004`, `ITK table 0001`, `the list of the rule`.
    pub name: String,
    /// The codes of at most [`SHORT`] bytes, packed, sorted.
    short: Vec<u64>,
    /// The same, each at its hash or in the next free slot; at least half of the slots are free.
    slots: Box<[u64]>,
    /// The others, sorted.
    long: Vec<Box<[u8]>>,
    listed: OnceLock<String>,
}

/// Bytes of a code that fit a number with its length.
const SHORT: usize = 7;
/// Codes that a message lists.
const FEW: usize = 12;
/// A slot without a code: no packed one has this length.
const FREE: u64 = u64::MAX;

impl Codes {
    /// A set called `name`.
    pub fn new<'a>(name: impl Into<String>, codes: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let (mut short, mut long) = (Vec::new(), Vec::new());
        for code in codes {
            match packed(code) {
                Some(number) => short.push(number),
                None => long.push(code.into()),
            }
        }
        short.sort_unstable();
        short.dedup();
        long.sort_unstable();
        long.dedup();
        let mut slots = vec![FREE; (short.len() * 2 + 1).next_power_of_two()].into_boxed_slice();
        for number in &short {
            let mut at = slot(*number, slots.len());
            while slots[at] != FREE {
                at = (at + 1) & (slots.len() - 1);
            }
            slots[at] = *number;
        }
        Self { name: name.into(), short, slots, long, listed: OnceLock::new() }
    }

    /// Whether `code` is one of them.
    pub fn contains(&self, code: &[u8]) -> bool {
        match packed(code) {
            Some(number) => self.holds(number),
            None => self.long.binary_search_by(|known| known.as_ref().cmp(code)).is_ok(),
        }
    }

    fn holds(&self, number: u64) -> bool {
        let mut at = slot(number, self.slots.len());
        while let Some(&found) = self.slots.get(at) {
            if found == number || found == FREE {
                return found == number;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        false
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.short.len() + self.long.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A few of them, sorted, for a message; all when there are few.
    pub fn listed(&self) -> &str {
        self.listed.get_or_init(|| {
            let short = self.short.iter().map(|number| unpacked(*number));
            let mut all: Vec<String> =
                short.chain(self.long.iter().map(|code| String::from_utf8_lossy(code).into_owned())).collect();
            all.sort();
            let more = all.len().saturating_sub(FEW);
            let text = all[..all.len() - more].join(", ");
            if more > 0 { format!("{text} and {more} more") } else { text }
        })
    }
}

/// Where among `slots`, a power of two, `number` is looked for first.
#[inline]
fn slot(number: u64, slots: usize) -> usize {
    (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & slots.wrapping_sub(1)
}

/// A short code as a number: its bytes, and its length above them.
fn packed(code: &[u8]) -> Option<u64> {
    if code.len() > SHORT {
        return None;
    }
    Some(code.iter().fold(code.len() as u64, |number, byte| number << 8 | u64::from(*byte)))
}

fn unpacked(number: u64) -> String {
    let bytes = number.to_be_bytes();
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(SHORT);
    String::from_utf8_lossy(&bytes[start + 1..]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_codes_are_found_and_listed_in_order() {
        let codes = Codes::new("test", [&b"b"[..], b"", b"A", b"\0", b"longer than seven", b"1234567", b"A"]);
        assert_eq!(codes.len(), 6);
        for code in [&b"b"[..], b"", b"A", b"\0", b"longer than seven", b"1234567"] {
            assert!(codes.contains(code), "{code:?}");
        }
        for code in [&b"B"[..], b"\0\0", b"123456", b"longer than seve", b"12345678"] {
            assert!(!codes.contains(code), "{code:?}");
        }
        assert_eq!(codes.listed(), ", \0, 1234567, A, b, longer than seven");
    }

    #[test]
    fn a_long_list_is_cut() {
        let all: Vec<Vec<u8>> = (10..40).map(|number: u32| number.to_string().into_bytes()).collect();
        let codes = Codes::new("test", all.iter().map(Vec::as_slice));
        assert!(codes.listed().starts_with("10, 11,") && codes.listed().ends_with("21 and 18 more"));
        assert!(all.iter().all(|code| codes.contains(code)));
    }
}
