//! Verdicts spelt out: for each integration in scope the law's word, the reasons and one sentence for a manager.
//!
//! In: judged rules and groups. Out: [`Verdict`]s. It applies the law of [`super::verdict`] and adds no rule to it.

use super::calendar::{self, Phase};
use super::finding::JudgedGroup;
use super::outcome::{self, JudgedRule};
use super::run::{ArtifactRecord, Scope};
use super::sentence::{capital, count, number};
use super::verdict::{Bearing, Because, Decision, ENOUGH, Shown, UnitKey, UnitState, Verdict, decide, units};
use super::waiver::Waiver;
use crate::check::{Plan, RuleId, Tally};
use crate::standard::{Day, Effect, Outcome, Test};
use std::collections::{BTreeMap, BTreeSet};

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
struct Failures {
    failing: u64,
    waived: u64,
    /// Its largest group of failures, and of undecided places.
    failed: Option<usize>,
    undecided: Option<usize>,
    waiver: Option<usize>,
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
        let told = Told { evidence: self, by_rule, bearings: &bearings, units: &units, decision, shown, unread };
        let mut because = told.because();
        let more = because.len().saturating_sub(MAX_BECAUSE) as u64;
        let summary = told.summary(&because);
        because.truncate(MAX_BECAUSE);
        let id = &self.plan.catalogue.integrations[integration].id;
        let dates = calendar::lines(self.plan, id, self.as_of);
        Verdict { integration, decision, summary, shown_by, because, more, dates }
    }
}

/// One verdict, being put into words.
struct Told<'t> {
    evidence: &'t Evidence<'t>,
    by_rule: &'t [Failures],
    bearings: &'t [Bearing],
    units: &'t BTreeMap<UnitKey, UnitState>,
    decision: Decision,
    shown: Shown,
    unread: u64,
}

impl Told<'_> {
    /// Every reason, most decisive first.
    fn because(&self) -> Vec<Because> {
        let evidence = self.evidence;
        let mut ranked: Vec<(u8, Because)> = Vec::new();
        for bearing in self.bearings {
            ranked.extend(self.of_rule(bearing));
        }
        for (rule, requirements, state) in self.open_units() {
            let rank = if state == UnitState::NotShown { 7 } else { 8 };
            let outcome = if state == UnitState::NotShown { Outcome::Untested } else { Outcome::Inapplicable };
            let reason = self.why_not_shown(rule);
            ranked.push((
                rank,
                Because { outcome, effect: Effect::Blocks, rule: Some(rule), requirements, count: 0, reason },
            ));
        }
        let of_run = |count, reason| {
            let (outcome, effect) = (Outcome::CannotTell, Effect::Blocks);
            (5, Because { outcome, effect, rule: None, requirements: Vec::new(), count, reason })
        };
        if !evidence.incomplete_because.is_empty() {
            ranked.push(of_run(0, format!("the run is partial: {}", evidence.incomplete_because.join("; "))));
        }
        if self.unread > 0 {
            let files = count(self.unread, "file was", "files were");
            ranked.push(of_run(self.unread, format!("{files} not read or not checked to the end")));
        }
        ranked.sort_by(|(rank, a), (other, b)| {
            let code = |b: &Because| b.rule.map(|id| evidence.plan.rules[usize::from(id.0)].code.clone());
            (rank, std::cmp::Reverse(a.count), code(a)).cmp(&(other, std::cmp::Reverse(b.count), code(b)))
        });
        ranked.into_iter().map(|(_, because)| because).collect()
    }

    /// The reasons that one rule gives, with their rank.
    fn of_rule(&self, bearing: &Bearing) -> Vec<(u8, Because)> {
        let rule = self.evidence.plan.rule(bearing.rule);
        let failures = &self.by_rule[usize::from(bearing.rule.0)];
        let judged = &self.evidence.rules[usize::from(bearing.rule.0)];
        let base = Because {
            outcome: bearing.outcome,
            effect: bearing.effect,
            rule: Some(bearing.rule),
            requirements: rule.requirement.clone(),
            count: bearing.failing,
            reason: String::new(),
        };
        let headline = || format!("{}. {}", capital(&self.headline(bearing.rule, failures.failed)), rule.why);
        let mut found = Vec::new();
        match (bearing.phase, bearing.effect) {
            (Phase::Over(day), _) => {
                if bearing.exercised() && self.retired_alone() {
                    let title = &self.evidence.plan.catalogue.packs
                        [self.evidence.plan.rules[usize::from(bearing.rule.0)].pack]
                        .title;
                    let reason = format!("what was shown follows {title}, retired since {day}");
                    found
                        .push((6, Because { effect: Effect::Degrades, count: judged.counts.messages, reason, ..base }));
                }
                return found;
            }
            (Phase::From(day), _) if bearing.failing > 0 => {
                let reason = format!("From {day}: {}", headline());
                found.push((4, Because { effect: Effect::Degrades, reason, ..base }));
                return found;
            }
            (Phase::From(_), _) => return found,
            (Phase::InForce, Effect::Blocks) if bearing.failing > 0 => {
                found.push((0, Because { reason: headline(), ..base.clone() }));
            }
            (Phase::InForce, Effect::Degrades) if bearing.failing > 0 => {
                found.push((3, Because { reason: headline(), ..base.clone() }));
            }
            _ => {}
        }
        if bearing.waived > 0 {
            let named = failures.waiver.map_or_else(|| "waived".to_owned(), |at| self.evidence.waivers[at].named());
            let reason = format!("{} ({named})", capital(&self.headline(bearing.rule, failures.failed)));
            let rank = if bearing.effect == Effect::Blocks { 1 } else { 9 };
            found.push((rank, Because { count: bearing.waived, reason, ..base.clone() }));
        }
        if bearing.outcome == Outcome::CannotTell && bearing.effect == Effect::Blocks {
            let reason = format!("Could not be decided: {}", self.headline(bearing.rule, failures.undecided));
            found.push((2, Because { count: judged.counts.cannot_tell, reason, ..base.clone() }));
        }
        if bearing.outcome == Outcome::Passed && bearing.effect == Effect::Blocks && self.decision == Decision::Clear {
            let places = count(judged.counts.passed(), "place", "places");
            let reason = format!("held at {places} in {}", count(judged.counts.messages, "message", "messages"));
            found.push((10, Because { count: judged.counts.passed(), reason, ..base }));
        }
        found
    }

    /// What a rule found, in a few words: the largest group's, or else the rule's own.
    fn headline(&self, rule: RuleId, group: Option<usize>) -> String {
        let Some(group) = group.map(|at| &self.evidence.groups[at]) else {
            let rule = self.evidence.plan.rule(rule);
            return rule.message.clone().unwrap_or_else(|| rule.name.replace('-', " "));
        };
        match group.path.is_empty() || group.message.contains(&group.path) {
            true => group.message.clone(),
            false => format!("{}: {}", group.path, group.message),
        }
    }

    /// Units that were not shown or never came into question, gathered under the first of their blocking rules.
    fn open_units(&self) -> Vec<(RuleId, Vec<String>, UnitState)> {
        let mut found: BTreeMap<(RuleId, UnitState), BTreeSet<String>> = BTreeMap::new();
        for (key, state) in self.units {
            if !matches!(state, UnitState::NotShown | UnitState::NeverInQuestion) {
                continue;
            }
            let first = self.bearings.iter().find(|bearing| bearing.blocks() && bearing.units.contains(key));
            let Some(first) = first else { continue };
            let requirements = found.entry((first.rule, *state)).or_default();
            if let UnitKey::Requirement(pack, index) = key {
                requirements.insert(self.evidence.plan.catalogue.packs[*pack].requirements[*index].id.clone());
            }
        }
        found.into_iter().map(|((rule, state), ids)| (rule, ids.into_iter().collect(), state)).collect()
    }

    fn why_not_shown(&self, rule: RuleId) -> String {
        let plan = self.evidence.plan;
        let judged = &self.evidence.rules[usize::from(rule.0)];
        match judged.outcome {
            Outcome::Inapplicable => outcome::not_in_question(judged.counts.reached),
            _ => {
                let pack = &plan.catalogue.packs[plan.rules[usize::from(rule.0)].pack];
                outcome::not_shown(pack, std::iter::once(plan.rule(rule)))
            }
        }
    }

    /// Whether retired standards are what puts the integration at risk.
    fn retired_alone(&self) -> bool {
        self.decision == Decision::AtRisk
            && self.bearings.iter().filter(|b| b.exercised()).all(|b| matches!(b.phase, Phase::Over(_)))
    }

    /// One sentence for a manager.
    fn summary(&self, because: &[Because]) -> String {
        let state = |state: UnitState| self.units.values().filter(|unit| **unit == state).count() as u64;
        let all = self.units.len() as u64;
        let open = state(UnitState::NotShown);
        let could_block = || format!("{} that could block it", count(all, "requirement", "requirements"));
        match self.decision {
            Decision::Blocked => {
                let failed: BTreeSet<_> =
                    self.bearings.iter().filter(|b| b.blocks() && b.failing > 0).flat_map(|b| &b.units).collect();
                let first = because.first().map_or("", |first| first.reason.as_str());
                let fails = if failed.len() == 1 { "fails" } else { "fail" };
                let of = could_block();
                format!("As shown, this system cannot join: {} of {of} {fails}. {first}", number(failed.len() as u64))
            }
            Decision::AtRisk => {
                let mut text = format!("Nothing shown blocks it, but {}.", self.risks().join("; "));
                if open > 0 {
                    text.push_str(&format!(" Of {}, {} not shown.", could_block(), was(open)));
                }
                text
            }
            Decision::Clear => {
                let messages = count(self.shown.by, "message", "messages");
                let mut text = format!("Shown by {messages}: all {} held", could_block());
                match state(UnitState::NeverInQuestion) {
                    0 => text.push('.'),
                    n => text.push_str(&format!(", of which {} never came into question.", number(n))),
                }
                text
            }
            Decision::NotShown if self.shown.by == 0 => {
                "No message in the input exercises it, so nothing is proven.".to_owned()
            }
            Decision::NotShown if all == 0 => {
                let as_of = self.evidence.as_of;
                format!("No rule in use could block it on {as_of}, so nothing shown would prove it.")
            }
            Decision::NotShown if open == 0 => {
                format!("None of {} came into question; this is not a pass.", could_block())
            }
            Decision::NotShown => {
                format!("Of {}, {} never shown; this is not a pass.", could_block(), was(open))
            }
        }
    }

    /// What puts it at risk, each in a few words.
    fn risks(&self) -> Vec<String> {
        let blocking = |b: &&Bearing| b.blocks();
        let rules = |n: usize| count(n as u64, "rule", "rules");
        let mut risks = Vec::new();
        let undecided = self.bearings.iter().filter(blocking).filter(|b| b.outcome == Outcome::CannotTell).count();
        if undecided > 0 {
            risks.push(format!("{} that could block it could not be decided", rules(undecided)));
        }
        let waived = self.bearings.iter().filter(blocking).filter(|b| b.waived > 0).count();
        if waived > 0 {
            risks.push(format!("{} that would block it failed under a waiver", rules(waived)));
        }
        let worse = self.bearings.iter().filter(|b| b.phase == Phase::InForce && b.worsens()).count();
        if worse > 0 {
            risks.push(format!("{} failed that make it work worse", rules(worse)));
        }
        let ahead = self.bearings.iter().filter(|b| b.worsens());
        let ahead: Vec<Day> =
            ahead.filter_map(|b| if let Phase::From(day) = b.phase { Some(day) } else { None }).collect();
        if let Some(first) = ahead.iter().min() {
            risks.push(format!("{} failed that count from {first}", rules(ahead.len())));
        }
        if self.shown.in_part && self.shown.by > 0 {
            risks.push("not all of the input was read, so a gap may be hiding there".to_owned());
        }
        if self.retired_alone() {
            risks.push("all that was shown follows a standard that has been retired".to_owned());
        }
        risks
    }
}

/// `1 was`, `2 were`.
fn was(n: u64) -> String {
    format!("{} {}", number(n), if n == 1 { "was" } else { "were" })
}
