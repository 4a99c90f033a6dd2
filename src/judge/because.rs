//! The reasons for a verdict, in words.
//!
//! In: a verdict and what it was reached from. Out: its [`Because`] list, most decisive first.

use super::calendar::Phase;
use super::outcome;
use super::reasons::{Evidence, Failures};
use super::sentence::{capital, count};
use super::verdict::{Bearing, Because, Decision, Shown, UnitKey, UnitState};
use crate::check::RuleId;
use crate::standard::{Effect, Outcome, Test};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// One verdict, being put into words.
pub(super) struct Told<'t> {
    pub(super) evidence: &'t Evidence<'t>,
    pub(super) by_rule: &'t [Failures],
    pub(super) bearings: &'t [Bearing],
    pub(super) units: &'t BTreeMap<UnitKey, UnitState>,
    /// Packs that bear on the integration and of which no message was shown.
    pub(super) unseen: &'t BTreeSet<usize>,
    pub(super) decision: Decision,
    pub(super) shown: Shown,
    /// Artifacts not read or not checked to the end.
    pub(super) unread: u64,
}

/// How decisive a reason is, the most decisive first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Blocks,
    BlocksUnderWaiver,
    Undecided,
    Degrades,
    Ahead,
    InPart,
    Retired,
    NotShown,
    NeverInQuestion,
    DegradesUnderWaiver,
    Held,
}

impl Told<'_> {
    /// Every reason, most decisive first.
    pub(super) fn because(&self) -> Vec<Because> {
        let plan = self.evidence.plan;
        let mut ranked: Vec<(Rank, Because)> = self.of_run();
        for bearing in self.bearings {
            match bearing.phase {
                Phase::InForce => ranked.extend(self.in_force(bearing)),
                Phase::From(day) if bearing.failing > 0 => {
                    let reason = format!("From {day}: {}", self.failure(bearing));
                    ranked.push((Rank::Ahead, Because { effect: Effect::Degrades, reason, ..self.base(bearing) }));
                }
                Phase::From(_) | Phase::Over(_) => {}
            }
        }
        ranked.extend(self.retired());
        ranked.extend(self.open_units());
        ranked.extend(self.of_unseen());
        let code = |because: &Because| because.rule.map(|id| plan.rule(id).code.as_str());
        ranked.sort_by(|(rank, a), (other, b)| {
            (rank, Reverse(a.count), code(a)).cmp(&(other, Reverse(b.count), code(b)))
        });
        ranked.into_iter().map(|(_, because)| because).collect()
    }

    /// The reasons that lie in the run itself.
    fn of_run(&self) -> Vec<(Rank, Because)> {
        let mut reasons = Vec::new();
        if !self.evidence.incomplete_because.is_empty() {
            reasons.push(format!("the run is partial: {}", self.evidence.incomplete_because.join("; ")));
        }
        if self.unread > 0 {
            let files = count(self.unread, "file was", "files were");
            reasons.push(format!("{files} not read or not checked to the end"));
        }
        let because = |reason| Because {
            outcome: Outcome::CannotTell,
            effect: Effect::Blocks,
            rule: None,
            requirements: Vec::new(),
            count: 0,
            reason,
        };
        reasons.into_iter().map(|reason| (Rank::InPart, because(reason))).collect()
    }

    fn base(&self, bearing: &Bearing) -> Because {
        Because {
            outcome: bearing.outcome,
            effect: bearing.effect,
            rule: Some(bearing.rule),
            requirements: self.evidence.plan.rule(bearing.rule).requirement.clone(),
            count: bearing.failing,
            reason: String::new(),
        }
    }

    /// The reasons that a rule in force gives.
    fn in_force(&self, bearing: &Bearing) -> Vec<(Rank, Because)> {
        let failures = &self.by_rule[usize::from(bearing.rule.0)];
        let counts = self.evidence.rules[usize::from(bearing.rule.0)].counts;
        let blocks = bearing.effect == Effect::Blocks;
        let mut found = Vec::new();
        if bearing.failing > 0 {
            let rank = if blocks { Rank::Blocks } else { Rank::Degrades };
            found.push((rank, Because { reason: self.failure(bearing), ..self.base(bearing) }));
        }
        if bearing.waived > 0 {
            let named = failures.waiver.map_or_else(|| "waived".to_owned(), |at| self.evidence.waivers[at].named());
            let reason = format!("{} ({named})", capital(&self.headline(bearing.rule, failures.failed)));
            let rank = if blocks { Rank::BlocksUnderWaiver } else { Rank::DegradesUnderWaiver };
            found.push((rank, Because { count: bearing.waived, reason, ..self.base(bearing) }));
        }
        if bearing.outcome == Outcome::CannotTell && blocks {
            let reason = format!("Could not be decided: {}", self.headline(bearing.rule, failures.undecided));
            found.push((Rank::Undecided, Because { count: counts.cannot_tell, reason, ..self.base(bearing) }));
        }
        if bearing.outcome == Outcome::Passed && blocks && self.decision == Decision::Clear {
            let places = count(counts.passed(), "place", "places");
            let reason = format!("held at {places} in {}", count(counts.messages, "message", "messages"));
            found.push((Rank::Held, Because { count: counts.passed(), reason, ..self.base(bearing) }));
        }
        found
    }

    /// What a rule found, and why that matters.
    fn failure(&self, bearing: &Bearing) -> String {
        let group = self.by_rule[usize::from(bearing.rule.0)].failed;
        format!("{}. {}", capital(&self.headline(bearing.rule, group)), self.evidence.plan.rule(bearing.rule).why)
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

    /// Whether retired standards are what puts the integration at risk.
    pub(super) fn retired_alone(&self) -> bool {
        let mut exercised = self.bearings.iter().filter(|bearing| bearing.exercised()).peekable();
        self.decision == Decision::AtRisk
            && exercised.peek().is_some()
            && exercised.all(|bearing| matches!(bearing.phase, Phase::Over(_)))
    }

    /// Where retired standards are all that was shown: which, one reason each.
    fn retired(&self) -> Vec<(Rank, Because)> {
        let mut found: BTreeMap<usize, (Rank, Because)> = BTreeMap::new();
        for bearing in self.bearings.iter().filter(|bearing| self.retired_alone() && bearing.exercised()) {
            if let Phase::Over(day) = bearing.phase {
                let reason = format!("what was shown follows {}, retired since {day}", self.title(bearing.pack));
                let because = Because { effect: Effect::Degrades, reason, ..self.base(bearing) };
                found.entry(bearing.pack).or_insert((Rank::Retired, because));
            }
        }
        found.into_values().collect()
    }

    /// Units that were not shown or never came into question, gathered under the most telling of their rules.
    fn open_units(&self) -> Vec<(Rank, Because)> {
        let mut found: BTreeMap<(RuleId, UnitState), BTreeSet<String>> = BTreeMap::new();
        for (key, state) in self.units {
            if !matches!(state, UnitState::NotShown | UnitState::NeverInQuestion) {
                continue;
            }
            let of_unit = self.bearings.iter().filter(|bearing| bearing.blocks() && bearing.units.contains(key));
            let reached = |rule: RuleId| self.evidence.rules[usize::from(rule.0)].counts.reached;
            let telling = of_unit.min_by_key(|bearing| (bearing.outcome, Reverse(reached(bearing.rule))));
            let Some(telling) = telling else { continue };
            let requirements = found.entry((telling.rule, *state)).or_default();
            if let UnitKey::Requirement(pack, index) = key {
                requirements.insert(self.evidence.plan.catalogue.packs[*pack].requirements[*index].id.clone());
            }
        }
        let because = |((rule, state), requirements): ((RuleId, UnitState), BTreeSet<String>)| {
            let (rank, outcome) = match state {
                UnitState::NotShown => (Rank::NotShown, Outcome::Untested),
                _ => (Rank::NeverInQuestion, Outcome::Inapplicable),
            };
            let requirements = requirements.into_iter().collect();
            let reason = self.why_not_shown(rule);
            (rank, Because { outcome, effect: Effect::Blocks, rule: Some(rule), requirements, count: 0, reason })
        };
        found.into_iter().map(because).collect()
    }

    fn why_not_shown(&self, rule: RuleId) -> String {
        let plan = self.evidence.plan;
        let judged = &self.evidence.rules[usize::from(rule.0)];
        match (plan.rule(rule).test(), judged.outcome) {
            (Ok(Test::Across(_)), _) => "nothing in the input could be compared for it".to_owned(),
            (_, Outcome::Inapplicable) => outcome::not_in_question(judged.counts.reached),
            _ => {
                let pack = &plan.catalogue.packs[plan.rules[usize::from(rule.0)].pack];
                outcome::not_shown(pack, std::iter::once(plan.rule(rule)))
            }
        }
    }

    /// Packs of which nothing was shown, where no blocking rule of theirs has said so.
    fn of_unseen(&self) -> Vec<(Rank, Because)> {
        let plan = self.evidence.plan;
        let of_pack = |pack: &usize| {
            let mut rules = self.bearings.iter().filter(|b| b.pack == *pack && b.phase == Phase::InForce).peekable();
            let first = rules.peek().copied()?;
            let rules: Vec<_> = rules.collect();
            if rules.iter().any(|bearing| bearing.blocks()) {
                return None;
            }
            let kinds = outcome::not_shown(&plan.catalogue.packs[*pack], rules.iter().map(|b| plan.rule(b.rule)));
            let reason = format!("nothing of {} was shown: {kinds}", self.title(*pack));
            Some((Rank::NotShown, Because { requirements: Vec::new(), count: 0, reason, ..self.base(first) }))
        };
        self.unseen.iter().filter_map(of_pack).collect()
    }

    /// Title of a pack.
    pub(super) fn title(&self, pack: usize) -> &str {
        &self.evidence.plan.catalogue.packs[pack].title
    }
}
