//! The baseline: gaps an earlier report already had.
//!
//! In: fingerprints and group counts of that report. Out: which findings of this run are known. Known gaps stay in
//! the report and still decide verdicts; only new ones count against the threshold.
//!
//! A listed finding is known by its fingerprint. A report lists the first findings of a large group and counts the
//! rest, so those are known by number: as many as the earlier group had and that were not met by fingerprint. They
//! stand first for findings that this run counts without listing; when the earlier report too had listed only a part,
//! then for listed ones, the last ones first. So a group that has not grown has no new finding, and one that has
//! grown has as many new ones as it grew by.

use crate::standard::Outcome;
use rustc_hash::{FxHashMap, FxHashSet};

/// What an earlier report had found.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    findings: FxHashSet<String>,
    groups: FxHashMap<(String, Outcome), Size>,
}

/// The size of a group in the earlier report.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    count: u64,
    shown: u64,
}

impl Baseline {
    /// Takes in a finding by its fingerprint.
    pub fn add_finding(&mut self, fingerprint: impl Into<String>) {
        self.findings.insert(fingerprint.into());
    }

    /// Takes in a group: its fingerprint and outcome, how many findings it had, how many were listed.
    pub fn add_group(&mut self, fingerprint: impl Into<String>, outcome: Outcome, count: u64, shown: u64) {
        self.groups.insert((fingerprint.into(), outcome), Size { count, shown });
    }

    /// Decides one group of `count` findings, whose listed ones are `listed` in order: marks the known ones, and
    /// returns how many are known, listed or not. A waived finding is never marked, but uses up its place.
    pub(super) fn mark(&self, fingerprint: &str, outcome: Outcome, count: u64, listed: &mut [Entry<'_>]) -> u64 {
        let had = self.groups.get(&(fingerprint.to_owned(), outcome)).copied().unwrap_or_default();
        let (mut met, mut known) = (0, 0);
        for entry in listed.iter_mut().filter(|entry| self.findings.contains(entry.fingerprint)) {
            met += 1;
            if !entry.waived {
                entry.known = true;
                known += 1;
            }
        }
        let mut spare = had.count.saturating_sub(met);
        let unlisted = count.saturating_sub(listed.len() as u64).min(spare);
        spare -= unlisted;
        known += unlisted;
        if had.count > had.shown {
            for entry in listed.iter_mut().rev().filter(|entry| !entry.waived && !entry.known) {
                if spare == 0 {
                    break;
                }
                spare -= 1;
                entry.known = true;
                known += 1;
            }
        }
        known
    }
}

/// A listed finding, as the baseline sees it.
#[derive(Debug)]
pub(super) struct Entry<'f> {
    pub(super) fingerprint: &'f str,
    pub(super) waived: bool,
    pub(super) known: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline(listed: &[&str], count: u64) -> Baseline {
        let mut baseline = Baseline::default();
        listed.iter().for_each(|fingerprint| baseline.add_finding(*fingerprint));
        baseline.add_group("g", Outcome::Failed, count, listed.len() as u64);
        baseline
    }

    /// How many are known, and which of the listed.
    fn marked(baseline: &Baseline, count: u64, listed: &[&str]) -> (u64, String) {
        let mut entries: Vec<_> =
            listed.iter().map(|fingerprint| Entry { fingerprint, waived: false, known: false }).collect();
        let known = baseline.mark("g", Outcome::Failed, count, &mut entries);
        (known, entries.iter().map(|entry| if entry.known { 'k' } else { 'n' }).collect())
    }

    #[test]
    fn a_finding_is_known_by_its_fingerprint_even_when_another_went() {
        assert_eq!(marked(&baseline(&["a", "b"], 2), 2, &["b", "c"]), (1, "kn".into()));
        assert_eq!(marked(&baseline(&["a", "b"], 2), 0, &[]), (0, String::new()));
        assert_eq!(marked(&Baseline::default(), 2, &["b", "c"]), (0, "nn".into()));
    }

    #[test]
    fn a_large_group_is_known_up_to_its_earlier_size() {
        let before = baseline(&["a", "b"], 10);
        assert_eq!(marked(&before, 10, &["a", "b"]), (10, "kk".into()));
        assert_eq!(marked(&before, 12, &["a", "b"]), (10, "kk".into()), "two are new, and not listed");
        assert_eq!(marked(&before, 9, &["c", "d"]), (9, "kk".into()), "the first were mended, the rest stayed");
        assert_eq!(marked(&before, 11, &["c", "d"]), (10, "nk".into()), "one is new, and listed first");
        assert_eq!(marked(&before, 14, &["c", "d"]), (10, "nn".into()), "four are new, of which two are listed");
    }

    #[test]
    fn a_group_that_outgrew_its_list_keeps_what_it_had() {
        assert_eq!(marked(&baseline(&["a", "b"], 2), 5, &["a", "x"]), (2, "kn".into()));
    }

    #[test]
    fn another_outcome_is_another_group() {
        let mut entries = [Entry { fingerprint: "x", waived: false, known: false }];
        assert_eq!(baseline(&["a"], 9).mark("g", Outcome::CannotTell, 1, &mut entries), 0);
    }

    #[test]
    fn a_waived_finding_is_not_also_known() {
        let mut entries = [
            Entry { fingerprint: "a", waived: true, known: false },
            Entry { fingerprint: "b", waived: false, known: false },
        ];
        assert_eq!(baseline(&["a", "b"], 2).mark("g", Outcome::Failed, 2, &mut entries), 1);
        assert!(!entries[0].known && entries[1].known);
    }
}
