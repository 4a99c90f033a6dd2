//! Which listed findings belong to which group.
//!
//! In: a report. Out: per group the findings of [`Report::findings`] that are its first places, in the report's order.
//! A group is one rule, outcome, message and path without repetition numbers.

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
        let mut index: FxHashMap<(&str, &str, &str), Vec<usize>> = FxHashMap::default();
        for (at, group) in report.groups.iter().enumerate() {
            index.entry((&group.rule, &group.outcome, &group.message)).or_default().push(at);
        }
        let mut by_group = vec![Vec::new(); report.groups.len()];
        for finding in &report.findings {
            let key = (finding.rule.as_str(), finding.outcome.as_str(), finding.message.as_str());
            let at = match index.get(&key).map(Vec::as_slice) {
                None | Some([]) => continue,
                Some([one]) => *one,
                Some(several) => {
                    let path = without_indices(&finding.path);
                    match several.iter().find(|&&at| report.groups[at].path == path) {
                        Some(&at) => at,
                        None => continue,
                    }
                }
            };
            by_group[at].push(finding);
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

/// A path without its repetition numbers: `PID-3[2].1` → `PID-3.1`, `Patient.name[0].family` → `Patient.name.family`.
/// Brackets that hold anything but digits stand.
pub fn without_indices(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(open) = rest.find('[') {
        let (before, from) = rest.split_at(open);
        out.push_str(before);
        let digits = from[1..].bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 && from.as_bytes().get(1 + digits) == Some(&b']') {
            rest = &from[digits + 2..];
        } else {
            out.push('[');
            rest = &from[1..];
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_in_brackets_go() {
        assert_eq!(without_indices("PID-3[2].1"), "PID-3.1");
        assert_eq!(without_indices("OBX[12]-5[1]"), "OBX-5");
        assert_eq!(without_indices("a[url='x[1]'][0]"), "a[url='x']");
        assert_eq!(without_indices("a[b"), "a[b");
        assert_eq!(without_indices("a[]"), "a[]");
    }

    #[test]
    fn findings_go_to_their_own_group() {
        let group = |path: &str| Group { rule: "R-1".into(), path: path.into(), ..Group::default() };
        let finding = |path: &str| Finding { rule: "R-1".into(), path: path.into(), ..Finding::default() };
        let report = Report {
            groups: vec![group("PID-3.1"), group("PID-5")],
            findings: vec![finding("PID-5[2]"), finding("PID-3[1].1"), finding("PID-3[2].1")],
            ..Report::default()
        };
        let places = Places::of(&report);
        let counts: Vec<usize> = places.groups(&report).map(|(_, of)| of.len()).collect();
        assert_eq!(counts, [2, 1]);
    }
}
