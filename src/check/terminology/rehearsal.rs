//! A run in silence before the run, to hear what a terminology server will be asked.
//!
//! In: blocks of units. Out: nothing but answers that the server then has at hand: the questions of many units go to it
//! together. What the silent run finds is thrown away. The run that counts asks for whatever was not foreseen itself, so
//! that a report never depends on what was rehearsed together.

use super::server::{Listener, Server};
use crate::check::assertion::SegmentPlan;
use crate::check::fhir::{InForce, Releases, Terms};
use crate::check::syntax::SyntaxRules;
use crate::check::{Coverage, KindKey, KindPlan, Plan, Plans, RuleId, Shown, Worker};
use crate::ingest::{Block, UnitKind};
use crate::standard::fhir::Release;
use std::sync::{Arc, OnceLock};

/// Times that units are gone through: an answer may lead to another question, and chains of them are short.
const ROUNDS: usize = 4;

/// Has `server` asked, together, for what the units of `blocks` leave open, while `goes_on`.
pub fn rehearse<'b>(
    (plan, plans, server): (&Plan, &dyn Plans, &dyn Server),
    blocks: impl IntoIterator<Item = &'b Block>,
    goes_on: &dyn Fn() -> bool,
) {
    let documents = blocks
        .into_iter()
        .filter(|block| matches!(Coverage::of(&block.artifact), Coverage::Json(_) | Coverage::Xml(_)));
    let mut units: Vec<_> = documents
        .flat_map(|block| block.units().map(move |unit| (block, unit)))
        .filter(|(_, unit)| unit.kind == UnitKind::Message)
        .collect();
    let listener = Listener::new(server);
    for _ in 0..ROUNDS {
        let silent = Silent { plans, listener: &listener, terms: Default::default() };
        let mut worker = Worker::new(plan, &silent, Shown::Shapes);
        let mut questions = Vec::new();
        units.retain(|(block, unit)| {
            if !goes_on() {
                return false;
            }
            worker.unit(&block.artifact, *unit, &mut |_, _| {});
            let heard = listener.take();
            let open = !heard.is_empty();
            questions.extend(heard);
            open
        });
        if questions.is_empty() || !goes_on() {
            return;
        }
        questions.sort_unstable();
        questions.dedup();
        server.ask(questions);
    }
}

/// The plans of the run, with a listener for the server.
struct Silent<'p> {
    plans: &'p dyn Plans,
    listener: &'p Listener<'p>,
    terms: [OnceLock<Option<Box<dyn Terms + Send + 'p>>>; Release::ALL.len()],
}

impl Plans for Silent<'_> {
    fn kind(&self, key: &KindKey) -> Arc<KindPlan> {
        self.plans.kind(key)
    }

    fn segment(&self, key: &KindKey, name: [u8; 3]) -> Arc<SegmentPlan> {
        self.plans.segment(key, name)
    }

    fn syntax(&self) -> &SyntaxRules {
        self.plans.syntax()
    }

    fn fhir(&self) -> &dyn Releases {
        self
    }

    fn speaks(&self, rule: RuleId, key: &KindKey) -> bool {
        self.plans.speaks(rule, key)
    }
}

impl Releases for Silent<'_> {
    fn releases(&self) -> &[Release] {
        self.plans.fhir().releases()
    }

    fn in_force(&self, release: Release) -> InForce<'_> {
        let in_force = self.plans.fhir().in_force(release);
        let listening = self.terms[release as usize].get_or_init(|| in_force.terminology.asking(self.listener));
        match listening {
            Some(terms) => InForce { terminology: &**terms, ..in_force },
            None => in_force,
        }
    }

    fn server(&self) -> Option<&dyn Server> {
        Some(self.listener)
    }
}
