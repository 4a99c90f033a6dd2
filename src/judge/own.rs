//! Hallmark's own rules, which the judge tests itself: a waiver that has run out, a waiver that covers nothing.
//!
//! In: the waivers of a run and what each covered. Out: counts and groups for the rules of the pack
//! [`OWN_PACK`] whose `syntax` names a code here.

use super::run::Run;
use super::waiver::Waiver;
use crate::check::{Counts, GroupKey, Located, Place, Plan, Related, RuleId, Tally};
use crate::instance::Path;
use crate::standard::{OWN_PACK, Outcome, Test};

/// Code of a waiver whose last day is over.
pub const WAIVER_EXPIRED: &str = "judge.waiver-expired";
/// Code of a waiver that covers no finding.
pub const WAIVER_UNMATCHED: &str = "judge.waiver-unmatched";

/// Whether `rule` is tested by the judge, so that no stage before it, and no partial report, speaks of it.
pub fn is_own(plan: &Plan, rule: RuleId) -> bool {
    plan.catalogue.packs[plan.rules[usize::from(rule.0)].pack].id == OWN_PACK
}

fn tested_by(plan: &Plan, code: &str) -> Option<RuleId> {
    plan.ids().find(|id| match plan.rule(*id).test() {
        Ok(Test::Syntax(codes)) => codes.iter().any(|known| known == code),
        _ => false,
    })
}

/// How a waiver stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaiverState {
    /// It covers findings.
    Active,
    /// Its last day is over; it covers nothing.
    Expired,
    /// No finding of the run is one that it covers.
    Unmatched,
}

impl WaiverState {
    /// The word as printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Unmatched => "unmatched",
        }
    }
}

/// A waiver and what it covered.
#[derive(Clone, Debug)]
pub struct JudgedWaiver {
    /// The waiver.
    pub waiver: Waiver,
    /// Findings it covered, listed or not.
    pub matched: u64,
    /// How it stands.
    pub state: WaiverState,
}

/// Clears whatever the tally holds of the judge's own rules: they are tested anew, here and nowhere else.
pub(super) fn forget(run: &mut Run<'_>) {
    let plan = run.plan;
    for id in plan.ids().filter(|id| is_own(plan, *id)) {
        if let Some(counts) = run.tally.counts.get_mut(usize::from(id.0)) {
            *counts = Counts::default();
        }
    }
    run.tally.groups.retain(|key, _| plan.rules.len() > usize::from(key.rule.0) && !is_own(plan, key.rule));
}

/// Tests the waivers. In a partial run a waiver that covers nothing is no finding: what it covers may be in the rest.
pub(super) fn test(plan: &Plan, tally: &mut Tally, waivers: &[JudgedWaiver], complete: bool) {
    let rules = [(WAIVER_EXPIRED, WaiverState::Expired), (WAIVER_UNMATCHED, WaiverState::Unmatched)];
    for (code, state) in rules {
        let Some(rule) = tested_by(plan, code).filter(|id| usize::from(id.0) < tally.counts.len()) else { continue };
        if state == WaiverState::Unmatched && !complete {
            continue;
        }
        let given = waivers.len() as u64;
        tally.counts[usize::from(rule.0)] = Counts { applicable: given, reached: given, ..Counts::default() };
        for (at, judged) in waivers.iter().enumerate().filter(|(_, judged)| judged.state == state) {
            tally.counts[usize::from(rule.0)].failed += 1;
            let waiver = &judged.waiver;
            let message = match state {
                WaiverState::Expired => format!("the waiver of {} ran out on {}", waiver.rule, waiver.expires),
                _ if plan.find(&waiver.rule).is_none() => {
                    format!("the waiver of {} covers nothing: no rule in use has that code", waiver.rule)
                }
                _ => format!("the waiver of {} covers no finding", waiver.rule),
            };
            let key = GroupKey { rule, outcome: Outcome::Failed, path: String::new(), message: message.into() };
            // About the run, not about a message; the offset only keeps two waivers apart, in the order of the file.
            let offset = u32::try_from(at).unwrap_or(u32::MAX);
            let place = Place { artifact: "".into(), item: 0, offset, path: Path::Whole };
            let what = "the waiver".to_owned();
            let related = vec![Related { artifact: waiver.file.as_str().into(), item: 0, line: waiver.line, what }];
            tally.find(key, place, || Located { related, ..Located::default() });
        }
    }
}
