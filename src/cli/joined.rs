//! Rules across messages: from the facts of a run to the tally, and to what a report carries of them.

use crate::check::across::{self, Asked, Decided, Facts, Key, MessageKind, seal};
use crate::check::{Group, GroupKey, KindKey, Plan, Plans, RuleId, Tally};
use crate::standard::hl7v2::Version;
use crate::standard::{Outcome, Test};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the facts of a run give.
pub(super) struct Joined {
    /// What the rules across messages say; nothing when Hallmark itself failed at it.
    pub(super) tally: Option<Tally>,
    /// The facts for a report that may be merged, when there is a key to seal them with.
    pub(super) sealed: Option<String>,
}

/// Messages below which starting threads takes longer than what they would do.
const WORTH_SHARING: u64 = 2_000;

/// What the rules across messages say of `facts`, and the facts sealed with `key`, made by up to `threads` threads.
pub(super) fn decide(plan: &Plan, plans: &dyn Plans, facts: &Facts, (key, threads): (Option<&Key>, usize)) -> Joined {
    let threads = if facts.messages() < WORTH_SHARING { 1 } else { threads };
    let sealed = || key.map(|key| seal(&facts.encode(), key));
    let decided = catch_unwind(AssertUnwindSafe(|| {
        decided(plan, plans, |asked| across::decide_beside(facts, asked, threads, sealed))
    }));
    match decided {
        Ok((tally, sealed)) => Joined { tally: Some(tally), sealed },
        Err(_) => Joined { tally: None, sealed: sealed() },
    }
}

/// The tally of what `decide` says, and what it gives besides.
fn decided<T>(plan: &Plan, plans: &dyn Plans, decide: impl FnOnce(&[Asked<'_>]) -> (Vec<Decided>, T)) -> (Tally, T) {
    let rules: Vec<(RuleId, &str)> = plan
        .ids()
        .filter_map(|id| match plan.rule(id).test() {
            Ok(Test::Across(name)) => Some((id, name)),
            _ => None,
        })
        .collect();
    let accepts: Vec<_> = rules.iter().map(|(id, _)| move |kind: MessageKind| speaks(plans, *id, kind)).collect();
    let asked: Vec<Asked<'_>> =
        rules.iter().zip(&accepts).map(|((_, name), accepts)| Asked { name, accepts }).collect();
    let mut tally = Tally::new(plan.rules.len(), plan.catalogue.integrations.len());
    let (decided, beside) = decide(&asked);
    for ((id, _), decided) in rules.iter().zip(decided) {
        let counts = &mut tally.counts[usize::from(id.0)];
        counts.applicable += decided.applicable;
        counts.failed += decided.failed;
        counts.cannot_tell += decided.cannot_tell;
        counts.messages += decided.messages;
        for group in decided.groups {
            let own = plan.rule(*id).message.clone().filter(|_| group.outcome == Outcome::Failed);
            let message = own.map_or(group.message, Into::into);
            let key = GroupKey { rule: *id, outcome: group.outcome, path: group.path, message };
            let found = Group { count: group.count, first: group.first.into_iter().collect() };
            tally.groups.insert(key, found);
        }
    }
    (tally, beside)
}

fn speaks(plans: &dyn Plans, rule: RuleId, kind: MessageKind) -> bool {
    plans.speaks(rule, &KindKey { version: Version::V24, kind: kind.message, event: kind.event, structure: None })
}
