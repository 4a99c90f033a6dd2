//! Tallies, findings, waivers, baseline, calendar → verdicts.
//!
//! In: a [`Run`]. Out: a [`Judgement`], which the report spells out. It does no I/O and never reads the clock: the day
//! is given. The same run gives the same judgement whatever the order or the split of the work.
//!
//! [`verdict`] holds the law; the other modules hold one concern each. Severity is what the standard says, effect what
//! it does to an integration; the calendar lowers both for what is not in force ([`calendar::Phase`]).

pub mod calendar;
pub mod fingerprint;
pub mod outcome;
pub mod sentence;
pub mod threshold;
pub mod verdict;
pub mod waiver;

mod baseline;
mod because;
mod finding;
mod own;
mod reasons;
mod run;
mod summary;

#[cfg(test)]
pub(crate) mod bench;
#[cfg(test)]
mod tests;

pub use baseline::Baseline;
pub use calendar::JudgedDate;
pub use finding::{JudgedFinding, JudgedGroup, State};
pub use outcome::{JudgedRequirement, JudgedRule};
pub use own::{JudgedWaiver, WAIVER_EXPIRED, WAIVER_UNMATCHED, WaiverState, is_own};
pub use run::{ArtifactRecord, ArtifactState, Judgement, PackageUse, Run, Scope, TerminologyUse};
pub use threshold::{Exit, FailOn, Totals};
pub use verdict::{Because, Decision, Verdict};
pub use waiver::{Waiver, WaiverError};

use crate::check::{Plan, RuleId, Tally};
use crate::standard::{Day, Outcome, Severity};
use calendar::Phase;
use reasons::Evidence;
use waiver::Matchers;

/// Judges a run.
pub fn judge(mut run: Run<'_>) -> Judgement<'_> {
    let plan = run.plan;
    let as_of = run.as_of.first();
    run.artifacts.sort_by(|a, b| a.id.cmp(&b.id));
    run.incomplete_because.sort();
    run.incomplete_because.dedup();
    own::forget(&mut run);

    // The waivers are matched with what the messages show, and then themselves tested; what that finds joins in.
    let active = Matchers::new(&run.waivers, as_of, &run.artifacts);
    let matched = active.matched(plan, run.waivers.len(), run.tally.groups.iter());
    let waivers = stand(&run.waivers, &matched, as_of);
    own::test(plan, &mut run.tally, &waivers, run.incomplete_because.is_empty());

    let rules = outcome::rules(plan, &run.tally, as_of);
    let found = std::mem::take(&mut run.tally.groups);
    let (mut groups, mut findings) = finding::ordered(plan, &rules, &run.scope, found);
    finding::waive(plan, &active, &mut groups, &mut findings);
    if let Some(baseline) = &run.baseline {
        finding::recognise(baseline, &mut groups, &mut findings);
    }
    let evidence = Evidence {
        plan,
        tally: &run.tally,
        rules: &rules,
        groups: &groups,
        waived_by: &waived_by(groups.len(), &findings),
        waivers: &run.waivers,
        artifacts: &run.artifacts,
        incomplete_because: &run.incomplete_because,
        as_of,
    };
    let verdicts = reasons::verdicts(&evidence, &run.scope);
    let totals = totals(plan, &run.tally, &run.scope, &rules, &groups);
    Judgement {
        plan,
        as_of,
        totals,
        verdicts,
        calendar: calendar::dates(plan, &run.scope, as_of),
        requirements: outcome::requirements(plan, &rules),
        rules,
        groups,
        findings,
        waivers,
        scope: run.scope,
        incomplete_because: run.incomplete_because,
        contains_patient_data: run.contains_patient_data,
        artifacts: run.artifacts,
        sealed: run.sealed,
        packages: run.packages,
        terminology: run.terminology,
    }
}

/// How each waiver stands, given how many findings it covered.
fn stand(waivers: &[Waiver], matched: &[u64], as_of: Day) -> Vec<JudgedWaiver> {
    let judged = |(waiver, matched): (&Waiver, &u64)| {
        let state = match matched {
            _ if waiver.is_expired(as_of) => WaiverState::Expired,
            0 => WaiverState::Unmatched,
            _ => WaiverState::Active,
        };
        JudgedWaiver { waiver: waiver.clone(), matched: *matched, state }
    };
    waivers.iter().zip(matched).map(judged).collect()
}

/// Per group, the waiver of its first waived finding.
fn waived_by(groups: usize, findings: &[JudgedFinding]) -> Vec<Option<usize>> {
    let mut by = vec![None; groups];
    for finding in findings {
        if let State::Waived(waiver) = finding.state {
            by[finding.group].get_or_insert(waiver);
        }
    }
    by
}

/// Adds everything up.
fn totals(plan: &Plan, tally: &Tally, scope: &Scope, rules: &[JudgedRule], groups: &[JudgedGroup]) -> Totals {
    let mut totals = Totals { messages: tally.messages, ..Totals::default() };
    for group in groups {
        let current = group.current();
        totals.findings += current;
        totals.waived += group.waived;
        totals.known += group.known;
        totals.blocking += if group.blocks(plan, scope) { current } else { 0 };
        *match group.severity {
            Severity::Fatal => &mut totals.fatal,
            Severity::Error => &mut totals.error,
            Severity::Warning => &mut totals.warning,
            Severity::Information => &mut totals.information,
        } += current;
    }
    let in_scope = |id: &RuleId| {
        let impact = outcome::impact(plan, *id, Phase::InForce, Outcome::Failed);
        scope.integrations.is_empty() || impact.iter().any(|(at, _)| scope.holds(&plan.catalogue.integrations[*at].id))
    };
    let counts = |id: &RuleId| rules[usize::from(id.0)].counts;
    totals.proven = tally.messages > 0
        && plan.ids().filter(|id| !is_own(plan, *id)).filter(in_scope).any(|id| {
            let counts = counts(&id);
            counts.passed() + counts.failed > 0
        });
    totals
}
