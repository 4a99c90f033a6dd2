//! A worker: blocks of units in, a tally and cross-message facts out.
//!
//! In: what ingest hands on, in any order and any share. Out: monoids that add up over the workers. A unit whose check
//! breaks is told of and never loses the others.

use super::finding::{Located, Place};
use super::plan::Plan;
use super::record::Unit;
use super::tally::{GroupKey, Tally};
use super::{Engine, Plans, Shown};
use crate::ingest::{Block, Shape, Trouble, UnitKind};
use crate::instance::{Message, Path};
use crate::span::Position;
use crate::standard::Outcome;
use std::sync::Arc;

/// Where a message is, for whoever gathers facts across messages.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Id of its artifact.
    pub artifact: &'a Arc<str>,
    /// Which message of the artifact, from one.
    pub item: u64,
    /// The line of the artifact on which it starts.
    pub first_line: u64,
}

/// One worker.
pub struct Worker<'p> {
    engine: Engine<'p>,
    plans: &'p dyn Plans,
    /// The artifact last met, so that its name is stored once.
    artifact: Option<(u32, Arc<str>)>,
}

impl<'p> Worker<'p> {
    /// A worker for `plan`.
    pub fn new(plan: &Plan, plans: &'p dyn Plans, shown: Shown) -> Self {
        Self { engine: Engine::new(plan, plans, shown), plans, artifact: None }
    }

    /// Checks the units of `block`; `observe` sees every HL7 v2 message with its place.
    pub fn block(&mut self, block: &Block, observe: &mut dyn FnMut(Message<'_>, Seen<'_>)) {
        let artifact = self.name(block.artifact.index, &block.artifact.id);
        for unit in block.units().filter(|unit| unit.kind == UnitKind::Message) {
            let seen = Seen { artifact: &artifact, item: unit.ordinal, first_line: unit.first_line };
            let checked =
                Unit { bytes: unit.bytes, artifact: &artifact, item: unit.ordinal, first_line: unit.first_line };
            if block.artifact.shape == Shape::Hl7v2 {
                self.engine.hl7v2(checked, &mut |message| observe(message, seen));
            }
        }
    }

    /// Records what ingest could not read.
    pub fn trouble(&mut self, trouble: &Trouble) {
        let code = format!("ingest.{}", trouble.fault.code());
        let Some(rule) = self.plans.syntax().rule(&code) else { return };
        let artifact = self.name(trouble.artifact.index, &trouble.artifact.id);
        let tally = &mut self.engine.recorder.tally;
        let counts = &mut tally.counts[usize::from(rule.0)];
        counts.applicable += trouble.count;
        counts.failed += trouble.count;
        counts.reached += 1;
        let message = match trouble.detail.as_str() {
            "" => trouble.fault.headline().to_owned(),
            detail => format!("{}: {detail}", trouble.fault.headline()),
        };
        let key = GroupKey { rule, outcome: Outcome::Failed, path: String::new(), message: message.into() };
        let offset = u32::try_from(trouble.offset).unwrap_or(u32::MAX);
        let place = Place { artifact, item: 0, offset, path: Path::Whole };
        let line = trouble.line.unwrap_or(0);
        let position = Position { line, column: u32::from(line > 0) };
        tally.find(key.clone(), place, || Located { position, length: 1, ..Located::default() });
        if trouble.count > 1 {
            tally.count_only(key, trouble.count - 1);
        }
    }

    /// What it adds up to.
    pub fn finish(self) -> Tally {
        self.engine.finish()
    }

    fn name(&mut self, index: u32, id: &str) -> Arc<str> {
        match &self.artifact {
            Some((known, name)) if *known == index => Arc::clone(name),
            _ => {
                let name: Arc<str> = id.into();
                self.artifact = Some((index, Arc::clone(&name)));
                name
            }
        }
    }
}
