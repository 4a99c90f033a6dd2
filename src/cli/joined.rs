//! Rules across messages: from the facts of a run to the tally.

use crate::check::across::{self, Asked, Facts, MessageKind};
use crate::check::{Group, GroupKey, KindKey, Plan, Plans, RuleId, Tally};
use crate::standard::hl7v2::Version;
use crate::standard::{Outcome, Test};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the rules across messages say of `facts`; nothing when Hallmark itself failed at it.
pub(super) fn decide(plan: &Plan, plans: &dyn Plans, facts: &Facts) -> Option<Tally> {
    catch_unwind(AssertUnwindSafe(|| decided(plan, plans, facts))).ok()
}

fn decided(plan: &Plan, plans: &dyn Plans, facts: &Facts) -> Tally {
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
    for ((id, _), decided) in rules.iter().zip(across::decide(facts, &asked)) {
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
    tally
}

fn speaks(plans: &dyn Plans, rule: RuleId, kind: MessageKind) -> bool {
    plans.speaks(rule, &KindKey { version: Version::V24, kind: kind.message, event: kind.event, structure: None })
}
