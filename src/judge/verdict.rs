//! The law of verdicts: what a national service would make of this system, as far as it was shown.
//!
//! In: for one integration, how each rule that bears on it went. Out: one word, and the state of each requirement that
//! could block it.
//!
//! A *blocking rule* is one in force that blocks the integration. Blocking rules of one requirement are judged
//! together; a rule without a requirement stands for itself. Such a unit is
//!
//! | state | when |
//! | --- | --- |
//! | failed | any of its rules failed, waived or not |
//! | undecided | none failed, any could not tell |
//! | held | none of these, any passed |
//! | never in question | none passed, and one of them found no place in [`ENOUGH`] or more messages of its kind |
//! | not shown | else |
//!
//! *Never in question* is for conditional demands ("a merge must not …", "if there is a visit number, it must …"): a
//! system that never does the thing cannot show it done right, and after [`ENOUGH`] messages without it, the rule of
//! three says with 95 % confidence that fewer than one message in ten would have it. Rules across messages are exempt:
//! theirs is a closed gate (no acknowledgements in the extract, say), and that is evidence missing, not a thing not done.
//!
//! A pack is *unseen* when no message was of a kind that any of its rules on this integration speaks of. Blocking rules
//! alone would call the feed of an outpatient system fit for admitted-care returns, for want of anything to block.
//!
//! The verdict is the first of these that holds:
//!
//! | verdict | when |
//! | --- | --- |
//! | blocked | a blocking rule failed somewhere that no waiver covers; being in the baseline changes nothing |
//! | at-risk | a unit is undecided, or failed under waivers only; or a rule that degrades failed without a waiver; or a rule not yet in force failed; or messages exercised the integration but the run is partial or an artifact was not read to its end |
//! | clear | messages exercised it, at least one unit held, every other held or was never in question, and no pack in force is unseen |
//! | at-risk | all that was shown follows standards that have been retired |
//! | not-shown | else |

use super::calendar::Phase;
use crate::check::RuleId;
use crate::standard::{Effect, Outcome};
use std::collections::{BTreeMap, BTreeSet};

/// Messages of its kind in which a rule found no place before what it asks counts as never in question.
pub const ENOUGH: u64 = 30;

/// The word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    /// As shown, the system cannot join.
    Blocked,
    /// It may join, but something degrades it or could not be decided.
    AtRisk,
    /// Every blocking requirement was exercised and held.
    Clear,
    /// Not enough was shown to tell.
    NotShown,
}

impl Decision {
    /// The word as printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::AtRisk => "at-risk",
            Self::Clear => "clear",
            Self::NotShown => "not-shown",
        }
    }
}

/// What a national service would make of this system.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Index of the integration in the catalogue.
    pub integration: usize,
    /// The word.
    pub decision: Decision,
    /// One plain sentence for a manager.
    pub summary: String,
    /// Messages that exercised at least one of its rules.
    pub shown_by: u64,
    /// What decided it, most decisive first.
    pub because: Vec<Because>,
    /// Reasons left out of `because`, the least decisive.
    pub more: u64,
    /// What changes with the calendar, in plain words with dates.
    pub dates: Vec<String>,
}

/// One reason for a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// How the rule went; cannot-tell for a reason that is no rule's.
    pub outcome: Outcome,
    /// What that does to the integration.
    pub effect: Effect,
    /// The rule; none when the run itself is the reason.
    pub rule: Option<RuleId>,
    /// Requirement ids.
    pub requirements: Vec<String>,
    /// Places, or messages or files where the sentence says so; zero when nothing was shown.
    pub count: u64,
    /// A plain sentence.
    pub reason: String,
}

/// What blocking rules are judged together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum UnitKey {
    /// A requirement, by pack and index.
    Requirement(usize, usize),
    /// A rule without one.
    Rule(RuleId),
}

/// How a unit went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum UnitState {
    Failed,
    Undecided,
    Held,
    NeverInQuestion,
    NotShown,
}

/// A rule that bears on the integration, and how it went.
#[derive(Clone, Debug)]
pub(super) struct Bearing {
    pub(super) rule: RuleId,
    /// Index of its pack.
    pub(super) pack: usize,
    /// What it does to the integration when it counts.
    pub(super) effect: Effect,
    pub(super) phase: Phase,
    pub(super) units: Vec<UnitKey>,
    pub(super) outcome: Outcome,
    /// Failed places that no waiver covers.
    pub(super) failing: u64,
    /// Failed places under a waiver.
    pub(super) waived: u64,
    /// Inapplicable, after enough messages of its kind to say that it was never in question.
    pub(super) never_in_question: bool,
}

impl Bearing {
    /// Whether it is a blocking rule.
    pub(super) fn blocks(&self) -> bool {
        self.effect == Effect::Blocks && self.phase == Phase::InForce
    }

    /// Whether it is in force or will be, and failed without a waiver.
    pub(super) fn worsens(&self) -> bool {
        !matches!(self.phase, Phase::Over(_)) && self.failing > 0
    }

    /// Whether a place was tested.
    pub(super) fn exercised(&self) -> bool {
        matches!(self.outcome, Outcome::Failed | Outcome::CannotTell | Outcome::Passed)
    }
}

/// What is known of the run as a whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    /// Messages that exercised at least one rule of the integration.
    pub(super) by: u64,
    /// Whether the run is partial, or an artifact was not read to its end.
    pub(super) in_part: bool,
}

/// The units of the blocking rules among `rules`.
pub(super) fn units(rules: &[Bearing]) -> BTreeMap<UnitKey, UnitState> {
    let mut units = BTreeMap::new();
    for rule in rules.iter().filter(|rule| rule.blocks()) {
        let state = match rule.outcome {
            Outcome::Failed => UnitState::Failed,
            Outcome::CannotTell => UnitState::Undecided,
            Outcome::Passed => UnitState::Held,
            Outcome::Inapplicable if rule.never_in_question => UnitState::NeverInQuestion,
            _ => UnitState::NotShown,
        };
        for key in &rule.units {
            let unit = units.entry(*key).or_insert(state);
            *unit = state.min(*unit);
        }
    }
    units
}

/// The packs in force that bear on the integration and of whose kinds no message was shown.
pub(super) fn unseen(rules: &[Bearing]) -> BTreeSet<usize> {
    let packs = |unseen: bool| {
        let of = rules.iter().filter(|rule| rule.phase == Phase::InForce);
        of.filter(move |rule| (rule.outcome == Outcome::Untested) == unseen)
            .map(|rule| rule.pack)
            .collect::<BTreeSet<_>>()
    };
    &packs(true) - &packs(false)
}

/// The verdict on one integration.
pub(super) fn decide(shown: Shown, rules: &[Bearing], units: &BTreeMap<UnitKey, UnitState>) -> Decision {
    let any = |state: UnitState| units.values().any(|unit| *unit == state);
    if rules.iter().any(|rule| rule.blocks() && rule.failing > 0) {
        return Decision::Blocked;
    }
    let exercised = shown.by > 0;
    if any(UnitState::Failed)
        || any(UnitState::Undecided)
        || rules.iter().any(Bearing::worsens)
        || (exercised && shown.in_part)
    {
        return Decision::AtRisk;
    }
    if exercised && any(UnitState::Held) && !any(UnitState::NotShown) && unseen(rules).is_empty() {
        return Decision::Clear;
    }
    let retired = |rule: &Bearing| matches!(rule.phase, Phase::Over(_));
    match rules.iter().filter(|rule| rule.exercised()).collect::<Vec<_>>().as_slice() {
        [] => Decision::NotShown,
        some if some.iter().all(|rule| retired(rule)) => Decision::AtRisk,
        _ => Decision::NotShown,
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::day;
    use super::*;

    const ALL: Shown = Shown { by: 9, in_part: false };

    /// A rule of requirement `unit`: `B` blocks or `D` degrades; then `p`assed, `f`ailed, `w`aived, `c`annot-tell,
    /// `i`napplicable in few messages, `n`ever in question, `u`ntested; then nothing, `>` not yet in force, `<` over.
    fn bearing(at: usize, text: &str) -> Bearing {
        let mut letters = text.chars();
        let (unit, effect, how, when) = (letters.next(), letters.next(), letters.next(), letters.next());
        let outcome = match how {
            Some('p') => Outcome::Passed,
            Some('f' | 'w') => Outcome::Failed,
            Some('c') => Outcome::CannotTell,
            Some('i' | 'n') => Outcome::Inapplicable,
            _ => Outcome::Untested,
        };
        Bearing {
            rule: RuleId(at as u16),
            // Capital letters are requirements of a second pack.
            pack: usize::from(unit.is_some_and(|letter| letter.is_ascii_uppercase())),
            effect: if effect == Some('B') { Effect::Blocks } else { Effect::Degrades },
            phase: match when {
                Some('>') => Phase::From(day("2030")),
                Some('<') => Phase::Over(day("2020")),
                _ => Phase::InForce,
            },
            units: vec![UnitKey::Requirement(0, unit.map_or(0, |letter| letter as usize))],
            outcome,
            failing: u64::from(how == Some('f')),
            waived: u64::from(how == Some('w')),
            never_in_question: how == Some('n'),
        }
    }

    fn verdict(shown: Shown, text: &str) -> &'static str {
        let rules: Vec<Bearing> = text.split_whitespace().enumerate().map(|(at, rule)| bearing(at, rule)).collect();
        decide(shown, &rules, &units(&rules)).as_str()
    }

    #[test]
    fn truth_table() {
        for (rules, want) in [
            // Nothing to go by.
            ("", "not-shown"),
            ("aBu", "not-shown"),
            ("aBi", "not-shown"),
            ("aDp", "not-shown"),
            // Earned.
            ("aBp", "clear"),
            ("aBp bBp", "clear"),
            ("aBp bBu", "not-shown"),
            ("aBp bBi", "not-shown"),
            ("aBp bBn", "clear"),
            ("aBn", "not-shown"),
            ("aBp aBu", "clear"),
            ("aBp aBi", "clear"),
            ("aBp aBu bBu", "not-shown"),
            // A failure blocks, whatever else passed.
            ("aBf", "blocked"),
            ("aBp aBf", "blocked"),
            ("aBf bBc cBw dDf", "blocked"),
            // Undecided or accepted is not clear, and not blocked.
            ("aBc", "at-risk"),
            ("aBp aBc", "at-risk"),
            ("aBw", "at-risk"),
            ("aBp bBw", "at-risk"),
            ("aBw bBu", "at-risk"),
            // A pack of which nothing was shown.
            ("aBp ADu", "not-shown"),
            ("aBp ADu BDp", "clear"),
            ("aBp ADu BDi", "clear"),
            ("aBp ADu>", "clear"),
            ("aBp ADu<", "clear"),
            ("aBf ADu", "blocked"),
            // What degrades.
            ("aBp bDf", "at-risk"),
            ("aBp bDw", "clear"),
            ("aBp bDc", "clear"),
            ("aBp bDu", "clear"),
            ("aBu bDf", "at-risk"),
            // Not yet in force: a failure warns, silence does not withhold clear, a pass does not earn it.
            ("aBp bBf>", "at-risk"),
            ("aBp bBw>", "clear"),
            ("aBp bBu>", "clear"),
            ("aBp bBc>", "clear"),
            ("aBp>", "not-shown"),
            // Over: neither blocks nor proves; alone it puts at risk.
            ("aBp bBf<", "clear"),
            ("aBp<", "at-risk"),
            ("aBf<", "at-risk"),
            ("aBp< bBu", "at-risk"),
            ("aBp< bBp cBu", "not-shown"),
            ("aBu<", "not-shown"),
        ] {
            assert_eq!(verdict(ALL, rules), want, "{rules:?}");
        }
    }

    #[test]
    fn clear_needs_messages_and_a_whole_run() {
        let nothing = Shown { by: 0, in_part: false };
        let part = Shown { by: 9, in_part: true };
        assert_eq!(verdict(nothing, "aBp"), "not-shown");
        assert_eq!(verdict(nothing, "aBf"), "blocked", "a rule across messages may fail without one");
        assert_eq!(verdict(part, "aBp"), "at-risk");
        assert_eq!(verdict(part, "aBf"), "blocked");
        assert_eq!(verdict(Shown { by: 0, in_part: true }, "aBu"), "not-shown");
    }

    #[test]
    fn the_order_of_rules_does_not_matter() {
        let rules = ["aBp", "aBc", "bBn", "cBu", "dBw", "eDf", "fBp>", "gBf<"];
        let forward = rules.join(" ");
        let backward = rules.iter().rev().copied().collect::<Vec<_>>().join(" ");
        assert_eq!(verdict(ALL, &forward), verdict(ALL, &backward));
    }
}
