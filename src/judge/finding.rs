//! Findings and groups as judged: weighed by the calendar, ordered, fingerprinted, waived, known.
//!
//! In: the tally's groups. Out: [`JudgedGroup`]s, most serious first, and their [`JudgedFinding`]s in the order of
//! place. Neither order depends on how the work was split.

use super::baseline::Entry;
use super::outcome::{JudgedRule, impact};
use super::run::Scope;
use super::waiver::Matchers;
use super::{Baseline, fingerprint};
use crate::check::{Group, GroupKey, Located, Place, Plan, RuleId};
use crate::standard::{Effect, Outcome, Severity};
use rustc_hash::FxHashMap;
use std::cmp::Ordering;
use std::sync::Arc;

/// Findings with one cause.
#[derive(Clone, Debug)]
pub struct JudgedGroup {
    /// The rule.
    pub rule: RuleId,
    /// Failed or cannot-tell.
    pub outcome: Outcome,
    /// Severity now; see [`super::calendar::Phase::severity`].
    pub severity: Severity,
    /// Path without indices.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// How many findings.
    pub count: u64,
    /// Of them, listed.
    pub shown: u64,
    /// Of `count`, waived.
    pub waived: u64,
    /// Of `count`, in the baseline and not waived.
    pub known: u64,
    /// What it does now, by index of the integration in the catalogue.
    pub impact: Vec<(usize, Effect)>,
    /// Over rule, path and message.
    pub fingerprint: String,
}

impl JudgedGroup {
    /// Findings neither waived nor known.
    pub fn current(&self) -> u64 {
        self.count.saturating_sub(self.waived + self.known)
    }

    /// Whether it blocks an integration in scope.
    pub fn blocks(&self, plan: &Plan, scope: &Scope) -> bool {
        let in_scope = |at: &usize| scope.holds(&plan.catalogue.integrations[*at].id);
        self.impact.iter().any(|(at, effect)| *effect == Effect::Blocks && in_scope(at))
    }
}

/// Whether a finding counts against the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It counts.
    Current,
    /// The waiver with this index covers it.
    Waived(usize),
    /// An earlier report had it.
    Known,
}

/// A rule failed, or could not be decided, here.
#[derive(Clone, Debug)]
pub struct JudgedFinding {
    /// Index of its group in the judgement.
    pub group: usize,
    /// Where.
    pub place: Place,
    /// The rest of what is known of it.
    pub located: Located,
    /// Over rule, artifact, message number, path with indices and ordinal.
    pub fingerprint: String,
    /// Whether it counts against the threshold.
    pub state: State,
}

/// The groups of a tally, most serious first, and their findings, in order; nothing waived or known yet.
pub(super) fn ordered(
    plan: &Plan,
    rules: &[JudgedRule],
    scope: &Scope,
    groups: impl IntoIterator<Item = (GroupKey, Group)>,
) -> (Vec<JudgedGroup>, Vec<JudgedFinding>) {
    let mut drafts: Vec<(JudgedGroup, Group)> =
        groups.into_iter().map(|(key, group)| draft(plan, rules, key, group)).collect();
    let code = |group: &JudgedGroup| plan.rules[usize::from(group.rule.0)].code.as_str();
    drafts.sort_by(|(a, _), (b, _)| {
        let weight = |group: &JudgedGroup| (!group.blocks(plan, scope), group.severity);
        (weight(a), code(a), a.outcome, &a.path, &a.message).cmp(&(weight(b), code(b), b.outcome, &b.path, &b.message))
    });
    let mut judged = Vec::with_capacity(drafts.len());
    let mut findings = Vec::new();
    for (at, (group, listed)) in drafts.into_iter().enumerate() {
        judged.push(group);
        findings.extend(listed.first.into_iter().map(|(place, located)| {
            let printed = place.path.to_string();
            let finding =
                JudgedFinding { group: at, place, located, fingerprint: String::new(), state: State::Current };
            (printed, finding)
        }));
    }
    findings.sort_by(|(a_path, a), (b_path, b)| {
        let (Place { artifact, item, offset, .. }, other) = (&a.place, &b.place);
        let by_place = (artifact, item, offset).cmp(&(&other.artifact, &other.item, &other.offset));
        by_place.then_with(|| natural(a_path, b_path)).then(a.group.cmp(&b.group))
    });
    let mut ordinals: FxHashMap<(RuleId, Arc<str>, u64, String), u64> = FxHashMap::default();
    let finish = |(printed, mut finding): (String, JudgedFinding)| {
        let group = &judged[finding.group];
        let Place { artifact, item, .. } = &finding.place;
        let ordinal = ordinals.entry((group.rule, Arc::clone(artifact), *item, printed.clone())).or_default();
        *ordinal += 1;
        finding.fingerprint = fingerprint::finding(code(group), artifact, *item, &printed, *ordinal);
        finding
    };
    let findings = findings.into_iter().map(finish).collect();
    (judged, findings)
}

fn draft(plan: &Plan, rules: &[JudgedRule], key: GroupKey, group: Group) -> (JudgedGroup, Group) {
    let planned = &plan.rules[usize::from(key.rule.0)];
    let phase = rules[usize::from(key.rule.0)].phase;
    let judged = JudgedGroup {
        rule: key.rule,
        outcome: key.outcome,
        severity: phase.severity(planned.severity, key.outcome),
        count: group.count,
        shown: group.first.len() as u64,
        waived: 0,
        known: 0,
        impact: impact(plan, key.rule, phase, key.outcome),
        fingerprint: fingerprint::group(&planned.code, &key.path, &key.message),
        path: key.path,
        message: key.message.into_owned(),
    };
    (judged, group)
}

/// Marks what active waivers cover, the first in the file winning.
///
/// Findings of a group that are counted without being listed are covered only by a waiver that covers its path in
/// every artifact of the run: where they are is not known, and what is not known to be waived is not.
pub(super) fn waive(plan: &Plan, waivers: &Matchers<'_>, groups: &mut [JudgedGroup], findings: &mut [JudgedFinding]) {
    let mut whole = vec![None; groups.len()];
    for (group, whole) in groups.iter_mut().zip(&mut whole) {
        *whole = waivers.of(plan, group.rule).iter().find(|(_, m)| m.covers_group(&group.path)).map(|(at, _)| *at);
        if whole.is_some() {
            group.waived = group.count;
        }
    }
    for finding in findings {
        let group = &mut groups[finding.group];
        let covering = waivers.of(plan, group.rule).iter().find(|(_, m)| m.covers(&finding.place, &group.path));
        if let Some((at, _)) = covering {
            finding.state = State::Waived(*at);
            group.waived += u64::from(whole[finding.group].is_none());
        }
    }
}

/// Marks what the baseline had.
pub(super) fn recognise(baseline: &Baseline, groups: &mut [JudgedGroup], findings: &mut [JudgedFinding]) {
    let mut of_group: Vec<Vec<usize>> = vec![Vec::new(); groups.len()];
    for (at, finding) in findings.iter().enumerate() {
        of_group[finding.group].push(at);
    }
    for (group, places) in groups.iter_mut().zip(of_group) {
        let waived = |at: &usize| matches!(findings[*at].state, State::Waived(_));
        let entry = |at: &usize| Entry { fingerprint: &findings[*at].fingerprint, waived: waived(at), known: false };
        let mut listed: Vec<Entry<'_>> = places.iter().map(entry).collect();
        let known = baseline.mark(&group.fingerprint, group.outcome, group.count, &mut listed);
        // Where a waiver covers even what is not listed, nothing is left to be known.
        group.known = known.min(group.count.saturating_sub(group.waived));
        let marks: Vec<bool> = listed.iter().map(|entry| entry.known).collect();
        for (at, _) in places.into_iter().zip(marks).filter(|(_, known)| *known) {
            findings[at].state = State::Known;
        }
    }
}

/// The order of printed paths: runs of digits by their number, so that `OBX[2]` stands before `OBX[10]`.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.as_bytes(), b.as_bytes());
    loop {
        let (x, y) = (digits(left), digits(right));
        if !x.is_empty() && !y.is_empty() {
            let (n, m) = (trimmed(x), trimmed(y));
            match n.len().cmp(&m.len()).then_with(|| n.cmp(m)) {
                Ordering::Equal => (left, right) = (&left[x.len()..], &right[y.len()..]),
                unequal => return unequal,
            }
            continue;
        }
        match (left.split_first(), right.split_first()) {
            (Some((p, rest)), Some((q, other))) if p == q => (left, right) = (rest, other),
            // Equal but for leading zeros: the text decides, so that the order is total.
            (None, None) => return a.cmp(b),
            _ => return left.cmp(right),
        }
    }
}

fn digits(text: &[u8]) -> &[u8] {
    &text[..text.iter().take_while(|b| b.is_ascii_digit()).count()]
}

fn trimmed(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|b| **b == b'0').count();
    &digits[zeros..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_order_by_number() {
        let mut paths = ["OBX[10]-5", "PID-3", "OBX[2]-5", "OBX[2]-11", "", "PID-3.1", "OBX-5", "OBX[02]-5"];
        paths.sort_by(|a, b| natural(a, b));
        assert_eq!(paths, ["", "OBX-5", "OBX[02]-5", "OBX[2]-5", "OBX[2]-11", "OBX[10]-5", "PID-3", "PID-3.1"]);
    }
}
