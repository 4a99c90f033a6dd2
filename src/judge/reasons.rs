//! Verdicts reached: for each integration in scope the facts gathered and the law applied.
//!
//! In: judged rules and groups. Out: [`Verdict`]s. It applies the law of [`super::verdict`] and adds nothing to it;
//! `because` and `summary` put it into words.

use super::because::Told;
use super::calendar::{self, Phase};
use super::finding::JudgedGroup;
use super::outcome::{self, JudgedRule};
use super::run::{ArtifactRecord, Scope};
use super::verdict::{Bearing, ENOUGH, Shown, UnitKey, Verdict, decide, units, unseen};
use super::waiver::Waiver;
use crate::check::{Plan, RuleId, Tally};
use crate::standard::{Day, Outcome, Test};

/// Reasons kept per verdict; a rule book larger than this is counted out, least decisive first.
const MAX_BECAUSE: usize = 100;

/// What verdicts are reached from.
pub(super) struct Evidence<'e> {
    pub(super) plan: &'e Plan,
    pub(super) tally: &'e Tally,
    pub(super) rules: &'e [JudgedRule],
    pub(super) groups: &'e [JudgedGroup],
    /// Per group, the waiver that covers its first waived finding.
    pub(super) waived_by: &'e [Option<usize>],
    pub(super) waivers: &'e [Waiver],
    pub(super) artifacts: &'e [ArtifactRecord],
    pub(super) incomplete_because: &'e [String],
    pub(super) as_of: Day,
}

/// One verdict per integration in scope, in catalogue order.
pub(super) fn verdicts(evidence: &Evidence<'_>, scope: &Scope) -> Vec<Verdict> {
    let by_rule = evidence.by_rule();
    let integrations = evidence.plan.catalogue.integrations.iter().enumerate();
    integrations.filter(|(_, it)| scope.holds(&it.id)).map(|(at, _)| evidence.verdict(at, &by_rule)).collect()
}

/// Failed places of a rule.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Failures {
    failing: u64,
    waived: u64,
    /// Its largest group of failures.
    pub(super) failed: Option<usize>,
    /// Its largest group of undecided places.
    pub(super) undecided: Option<usize>,
    /// The first waiver that covers one of its failures.
    pub(super) waiver: Option<usize>,
}

impl Evidence<'_> {
    fn by_rule(&self) -> Vec<Failures> {
        let mut all = vec![Failures::default(); self.rules.len()];
        for (at, group) in self.groups.iter().enumerate() {
            let rule = &mut all[usize::from(group.rule.0)];
            let largest =
                |kept: Option<usize>| kept.filter(|kept| self.groups[*kept].count >= group.count).or(Some(at));
            if group.outcome == Outcome::Failed {
                rule.failing += group.count.saturating_sub(group.waived);
                rule.waived += group.waived;
                rule.failed = largest(rule.failed);
                rule.waiver = rule.waiver.or(self.waived_by[at]);
            } else {
                rule.undecided = largest(rule.undecided);
            }
        }
        for (rule, judged) in all.iter_mut().zip(self.rules) {
            if rule.failing + rule.waived == 0 {
                rule.failing = judged.counts.failed;
            }
        }
        all
    }

    fn bearings(&self, integration: usize, by_rule: &[Failures]) -> Vec<Bearing> {
        let bearing = |id: RuleId| {
            let (_, effect) = outcome::impact(self.plan, id, Phase::InForce, Outcome::Failed)
                .into_iter()
                .find(|(at, _)| *at == integration)?;
            let (judged, rule) = (&self.rules[usize::from(id.0)], self.plan.rule(id));
            let gated = matches!(rule.test(), Ok(Test::Across(_)));
            let failures = by_rule[usize::from(id.0)];
            Some(Bearing {
                rule: id,
                pack: self.plan.rules[usize::from(id.0)].pack,
                effect,
                phase: judged.phase,
                units: self.units_of(id),
                outcome: judged.outcome,
                failing: failures.failing,
                waived: failures.waived,
                never_in_question: !gated && judged.counts.reached >= ENOUGH,
            })
        };
        self.plan.ids().filter_map(bearing).collect()
    }

    fn units_of(&self, id: RuleId) -> Vec<UnitKey> {
        let pack = self.plan.rules[usize::from(id.0)].pack;
        let known = &self.plan.catalogue.packs[pack].requirements;
        let of_it = self.plan.rule(id).requirement.iter();
        let keys: Vec<_> = of_it
            .filter_map(|id| Some(UnitKey::Requirement(pack, known.iter().position(|known| known.id == *id)?)))
            .collect();
        if keys.is_empty() { vec![UnitKey::Rule(id)] } else { keys }
    }

    fn verdict(&self, integration: usize, by_rule: &[Failures]) -> Verdict {
        let bearings = self.bearings(integration, by_rule);
        let units = units(&bearings);
        let unread = self.artifacts.iter().filter(|artifact| artifact.is_unread()).count() as u64;
        let shown_by = self.tally.shown.get(integration).copied().unwrap_or(0);
        let shown = Shown { by: shown_by, in_part: unread > 0 || !self.incomplete_because.is_empty() };
        let decision = decide(shown, &bearings, &units);
        let (bearings, units, unseen) = (&bearings, &units, &unseen(&bearings));
        let told = Told { evidence: self, by_rule, bearings, units, unseen, decision, shown, unread };
        let mut because = told.because();
        let more = because.len().saturating_sub(MAX_BECAUSE) as u64;
        let summary = told.summary(&because);
        because.truncate(MAX_BECAUSE);
        let id = &self.plan.catalogue.integrations[integration].id;
        let dates = calendar::lines(self.plan, id, self.as_of);
        Verdict { integration, decision, summary, shown_by, because, more, dates }
    }
}
