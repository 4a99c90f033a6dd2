//! Fingerprints: which finding is which, from one run to the next.
//!
//! In: rule code, artifact id, message number, path, ordinal. Out: SHA-256 in hexadecimal. Never a line, a value or
//! a message: a file may grow above a finding, and its headline may be reworded, without making it a new one.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// The fingerprint of a finding. `path` has its indices; `ordinal` tells findings apart that share all the rest, from
/// one, in the report's order.
pub fn finding(rule: &str, artifact: &str, item: u64, path: &str, ordinal: u64) -> String {
    hash("hallmark finding 1", &[rule, artifact, &item.to_string(), path, &ordinal.to_string()])
}

/// The fingerprint of a group: rule, path without indices, and what is wrong, described.
pub fn group(rule: &str, path: &str, message: &str) -> String {
    hash("hallmark group 1", &[rule, path, message])
}

/// SHA-256 over the parts, each with its length before it, so that no two lists of parts read the same.
fn hash(kind: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in std::iter::once(&kind).chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn fingerprints_stay_what_they_are() {
        // Baselines in users' repositories hold these: a change here makes every known gap a new one.
        let of_finding = finding("ID-02", "a.hl7", 1, "PID-3[2].1", 1);
        assert_eq!(of_finding, "d1837ac6122ef0fae72464e2d339f56c6f79d43ce90e969f92a9b99846548a3b");
        assert_eq!(
            group("ID-02", "PID-3.1", "10 digits, check digit wrong"),
            "f7bc0e9a0607b63ae3646482177b1a268264629973915b22abd9c77442fba270"
        );
    }

    #[test]
    fn each_part_counts_and_none_runs_into_the_next() {
        let all = [
            finding("A", "b", 1, "c", 1),
            finding("Ab", "", 1, "c", 1),
            finding("A", "b", 11, "c", 1),
            finding("A", "b", 1, "1c", 1),
            finding("A", "b", 1, "c", 2),
            finding("A", "b1", 1, "c", 1),
            group("A", "b", "c"),
            group("A", "bc", ""),
        ];
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        assert!(all.iter().all(|hash| hash.len() == 64));
    }
}
