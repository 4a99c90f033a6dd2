//! Which listed findings belong to which group.
//!
//! In: a report. Out: per group the findings of [`Report::findings`] that are its first places, in the report's order.
//! A finding names its group by fingerprint; the outcome tells apart a group that failed and one that was undecided.

use super::{
    escape::terminal,
    model::{Finding, Group, Report},
};
use rustc_hash::FxHashMap;

/// The findings of each group.
pub struct Places<'r> {
    by_group: Vec<Vec<&'r Finding>>,
}

impl<'r> Places<'r> {
    /// Sorts the report's findings under its groups; one pass.
    pub fn of(report: &'r Report) -> Self {
        let index: FxHashMap<(&str, &str), usize> =
            report.groups.iter().enumerate().map(|(at, g)| ((&*g.fingerprint, &*g.outcome), at)).collect();
        let mut by_group = vec![Vec::new(); report.groups.len()];
        for finding in &report.findings {
            if let Some(&at) = index.get(&(finding.group.as_str(), finding.outcome.as_str())) {
                by_group[at].push(finding);
            }
        }
        Places { by_group }
    }

    /// Each group with its findings, in the report's order.
    pub fn groups(&self, report: &'r Report) -> impl Iterator<Item = (&'r Group, &[&'r Finding])> {
        report.groups.iter().zip(self.by_group.iter().map(Vec::as_slice))
    }
}

/// Where a finding is, as one line of inert text: `adt.hl7:3:12 (message 2)`.
pub fn place(finding: &Finding) -> String {
    if finding.artifact.is_empty() {
        return "the run as a whole".to_owned();
    }
    let mut place = terminal::name(&finding.artifact).into_owned();
    if finding.line > 0 {
        place.push_str(&format!(":{}:{}", finding.line, finding.column));
    }
    if finding.item > 1 {
        place.push_str(&format!(" (message {})", finding.item));
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_go_to_their_own_group() {
        let group = |fingerprint: &str| Group { fingerprint: fingerprint.into(), ..Group::default() };
        let finding =
            |group: &str, path: &str| Finding { group: group.into(), path: path.into(), ..Finding::default() };
        let report = Report {
            groups: vec![group("a1"), group("b2")],
            findings: vec![finding("b2", "PID-5[2]"), finding("a1", "PID-3[1].1"), finding("a1", "PID-3[2].1")],
            ..Report::default()
        };
        let places = Places::of(&report);
        let counts: Vec<usize> = places.groups(&report).map(|(_, of)| of.len()).collect();
        assert_eq!(counts, [2, 1]);
    }
}
