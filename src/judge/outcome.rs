//! What a run showed of each rule and requirement (W3C EARL).
//!
//! In: counts. Out: one outcome per rule and per requirement, with the reason where nothing was shown.

use super::calendar::{self, Phase};
use super::sentence;
use crate::check::{Counts, Plan, RuleId, Tally};
use crate::standard::{Day, Effect, Outcome, Pack, Rule, Severity};

/// A rule and how it went.
#[derive(Clone, Debug)]
pub struct JudgedRule {
    /// Its counts.
    pub counts: Counts,
    /// Failed before cannot-tell before passed; inapplicable when its messages gave it no place, untested when none
    /// were there.
    pub outcome: Outcome,
    /// Where its pack stands in time.
    pub phase: Phase,
    /// Severity of a failure now.
    pub severity: Severity,
    /// What the calendar adds to its findings.
    pub when: Option<String>,
}

/// A requirement and what was shown of it.
#[derive(Clone, Debug)]
pub struct JudgedRequirement {
    /// Index of its pack in the catalogue.
    pub pack: usize,
    /// Index in the pack.
    pub index: usize,
    /// Its rules' outcomes, combined.
    pub outcome: Outcome,
    /// Its rules' counts, added up.
    pub counts: Counts,
    /// The rules that test it.
    pub rules: Vec<RuleId>,
    /// Why nothing was shown of it, when nothing was.
    pub why_not_tested: Option<String>,
}

/// The outcome that `counts` give.
pub fn of(counts: &Counts) -> Outcome {
    match counts {
        Counts { failed: 1.., .. } => Outcome::Failed,
        Counts { cannot_tell: 1.., .. } => Outcome::CannotTell,
        Counts { applicable: 1.., .. } => Outcome::Passed,
        Counts { reached: 1.., .. } => Outcome::Inapplicable,
        _ => Outcome::Untested,
    }
}

/// The outcome of a requirement from its rules': the first of failed, cannot-tell, passed, inapplicable that any of
/// them has; untested when none has one.
pub fn combined(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
    // The order of the variants is the order of precedence.
    outcomes.into_iter().min().unwrap_or(Outcome::Untested)
}

/// Every rule of the plan, by id.
pub fn rules(plan: &Plan, tally: &Tally, as_of: Day) -> Vec<JudgedRule> {
    let packs: Vec<_> =
        plan.catalogue.packs.iter().map(|pack| (Phase::of(pack, as_of), calendar::when(pack, as_of))).collect();
    let judged = |id: RuleId| {
        let planned = &plan.rules[usize::from(id.0)];
        let (phase, when) = &packs[planned.pack];
        let counts = tally.of(id);
        JudgedRule {
            counts,
            outcome: of(&counts),
            phase: *phase,
            severity: phase.severity(planned.severity, Outcome::Failed),
            when: when.clone(),
        }
    };
    plan.ids().map(judged).collect()
}

/// Every requirement of the plan's packs.
pub fn requirements(plan: &Plan, rules: &[JudgedRule]) -> Vec<JudgedRequirement> {
    let mut found = Vec::new();
    for (pack_index, pack) in plan.catalogue.packs.iter().enumerate() {
        let own: Vec<RuleId> = plan.ids().filter(|id| plan.rules[usize::from(id.0)].pack == pack_index).collect();
        for (index, requirement) in pack.requirements.iter().enumerate() {
            let of_it: Vec<RuleId> =
                own.iter().copied().filter(|id| plan.rule(*id).requirement.contains(&requirement.id)).collect();
            let of_rule = |id: &RuleId| &rules[usize::from(id.0)];
            let outcome = combined(of_it.iter().map(|id| of_rule(id).outcome));
            let mut counts = Counts::default();
            of_it.iter().for_each(|id| counts.add(&of_rule(id).counts));
            let reached = of_it.iter().map(|id| of_rule(id).counts.reached).max().unwrap_or(0);
            let why_not_tested = match outcome {
                Outcome::Inapplicable => Some(not_in_question(reached)),
                Outcome::Untested if !requirement.why_not_tested.trim().is_empty() => {
                    Some(requirement.why_not_tested.clone())
                }
                Outcome::Untested => Some(not_shown(pack, of_it.iter().map(|id| plan.rule(*id)))),
                _ => None,
            };
            found.push(JudgedRequirement { pack: pack_index, index, outcome, counts, rules: of_it, why_not_tested });
        }
    }
    found
}

/// "no ADT^A40 message was shown": why rules of `pack` are untested.
pub(super) fn not_shown<'p>(pack: &'p Pack, rules: impl Iterator<Item = &'p Rule>) -> String {
    let mut kinds: Vec<&str> = Vec::new();
    let mut any = false;
    for rule in rules {
        any = true;
        let patterns = if rule.messages.is_empty() { &pack.messages } else { &rule.messages };
        kinds.extend(patterns.iter().map(String::as_str));
    }
    kinds.sort_unstable();
    kinds.dedup();
    // `!ORU` says every message but those.
    let others: Vec<&str> = kinds.iter().filter_map(|kind| kind.strip_prefix('!')).collect();
    kinds.retain(|kind| !kind.starts_with('!'));
    if kinds.is_empty() && !others.is_empty() {
        return format!("no message was shown but of {}", sentence::list(&others));
    }
    if !others.is_empty() {
        kinds.push("*");
    }
    // `ADT` says `ADT^A01` too.
    let types = kinds.clone();
    kinds.retain(|kind| kind.split_once('^').is_none_or(|(of_type, _)| !types.contains(&of_type)));
    match kinds.as_slice() {
        _ if !any => "no rule in use tests it".to_owned(),
        [] => "nothing it speaks of was shown".to_owned(),
        kinds if kinds.contains(&"*") => "no message was shown".to_owned(),
        [one] => format!("no {one} message was shown"),
        several => format!("no message was shown of {}", sentence::list(several)),
    }
}

/// Why a rule that `reached` messages of its kind is inapplicable.
pub(super) fn not_in_question(reached: u64) -> String {
    match reached {
        1 => "the one message of its kind had nothing it speaks of".to_owned(),
        n => format!("none of the {} messages of its kind had what it speaks of", sentence::number(n)),
    }
}

/// What a failure or an undecided place of `rule` does now, by index of the integration in the catalogue.
pub fn impact(plan: &Plan, rule: RuleId, phase: Phase, outcome: Outcome) -> Vec<(usize, Effect)> {
    let planned = &plan.rules[usize::from(rule.0)];
    let raw = |at: usize| match 1u64.checked_shl(u32::try_from(at).unwrap_or(u32::MAX)).unwrap_or(0) {
        bit if planned.blocks & bit != 0 => Some(Effect::Blocks),
        bit if planned.degrades & bit != 0 => Some(Effect::Degrades),
        _ => None,
    };
    let all = 0..plan.catalogue.integrations.len();
    all.filter_map(|at| Some((at, phase.effect(raw(at)?, outcome)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_give_an_outcome() {
        let counts =
            |applicable, failed, cannot_tell, reached| Counts { applicable, failed, cannot_tell, messages: 0, reached };
        assert_eq!(of(&counts(9, 1, 8, 9)), Outcome::Failed);
        assert_eq!(of(&counts(9, 0, 1, 9)), Outcome::CannotTell);
        assert_eq!(of(&counts(9, 0, 0, 9)), Outcome::Passed);
        assert_eq!(of(&counts(0, 0, 0, 9)), Outcome::Inapplicable);
        assert_eq!(of(&counts(0, 0, 0, 0)), Outcome::Untested);
    }

    #[test]
    fn a_requirement_is_what_its_rules_are_together() {
        use Outcome::*;
        let all = [Failed, CannotTell, Passed, Inapplicable, Untested];
        for (at, stronger) in all.into_iter().enumerate() {
            for weaker in &all[at..] {
                assert_eq!(combined([*weaker, stronger]), stronger);
                assert_eq!(combined([stronger, *weaker]), stronger);
            }
        }
        assert_eq!(combined([]), Untested);
    }
}
