//! A worker: blocks of units in, a tally and cross-message facts out.
//!
//! In: what ingest hands on, in any order and any share. Out: monoids that add up over the workers. A unit whose check
//! breaks is told of and never loses the others.

use super::finding::{Located, Place, Related};
use super::plan::Plan;
use super::record::Unit;
use super::tally::{GroupKey, Tally};
use super::{Coverage, Engine, Plans, Shown};
use crate::ingest::{self, Artifact, Block, Fault, Trouble, UnitKind};
use crate::instance::{Message, Path};
use crate::span::Position;
use crate::standard::Outcome;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// The fault that answers for a check that broke: our error, told as a finding so that nobody takes silence for a pass.
pub const INTERNAL_ERROR: &str = "run.internal-error";

/// Whether a unit was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It was.
    Done,
    /// No rule of ours speaks of its syntax.
    NotCovered,
    /// The check broke; the finding says so, and what was counted before it broke stands.
    Broken,
}

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
    plan: &'p Plan,
    plans: &'p dyn Plans,
    shown: Shown,
    /// The artifact last met, so that its name is stored once.
    artifact: Option<(u32, Arc<str>)>,
    /// What covers an artifact, so that its first bytes are looked at once.
    covered: Option<(Arc<str>, Coverage)>,
}

impl<'p> Worker<'p> {
    /// A worker for `plan`.
    pub fn new(plan: &'p Plan, plans: &'p dyn Plans, shown: Shown) -> Self {
        Self { engine: Engine::new(plan, plans, shown), plan, plans, shown, artifact: None, covered: None }
    }

    /// Checks the units of `block`; `observe` sees every HL7 v2 message with its place.
    pub fn block(&mut self, block: &Block, observe: &mut dyn FnMut(Message<'_>, Seen<'_>)) {
        for unit in block.units().filter(|unit| unit.kind == UnitKind::Message) {
            self.unit(&block.artifact, unit, observe);
        }
    }

    /// Checks one message of `artifact`; `observe` sees it when it is HL7 v2.
    pub fn unit(
        &mut self,
        artifact: &Artifact,
        unit: ingest::Unit<'_>,
        observe: &mut dyn FnMut(Message<'_>, Seen<'_>),
    ) -> Checked {
        let name = self.name(artifact.index, &artifact.id);
        let coverage = self.coverage(artifact, &name);
        let seen = Seen { artifact: &name, item: unit.ordinal, first_line: unit.first_line };
        let checked = Unit {
            bytes: unit.bytes,
            artifact: &name,
            item: unit.ordinal,
            first_line: unit.first_line,
            indent: u32::from(unit.framing == ingest::Framing::Mllp),
        };
        // What the engine left half done is thrown away below, so nothing broken is seen again.
        let engine = AssertUnwindSafe(|| match coverage {
            Coverage::Hl7v2 => {
                self.engine.hl7v2(checked, &mut |message| observe(message, seen));
                Checked::Done
            }
            Coverage::Json(expected) => self.engine.json(checked, expected),
            Coverage::Xml(expected) => self.engine.xml(checked, expected),
            Coverage::None => Checked::NotCovered,
        });
        match catch_unwind(engine) {
            Ok(checked) => checked,
            Err(_) => {
                self.start_over();
                self.broken(seen);
                Checked::Broken
            }
        }
    }

    /// A new engine that goes on with the old one's tally.
    fn start_over(&mut self) {
        let tally = std::mem::take(&mut self.engine.recorder.tally);
        self.engine = Engine::new(self.plan, self.plans, self.shown);
        self.engine.recorder.tally = tally;
    }

    /// Records that Hallmark itself failed at a message, or, with an empty artifact, outside any.
    pub fn broken(&mut self, seen: Seen<'_>) {
        let Some(rule) = self.plans.syntax().rule(INTERNAL_ERROR) else { return };
        let tally = &mut self.engine.recorder.tally;
        let counts = &mut tally.counts[usize::from(rule.0)];
        counts.applicable += 1;
        counts.failed += 1;
        counts.reached += 1;
        let message = "Hallmark itself failed here, so this message is not checked to its end".into();
        let key = GroupKey { rule, outcome: Outcome::Failed, path: String::new(), message };
        let place = Place { artifact: Arc::clone(seen.artifact), item: seen.item, offset: 0, path: Path::Whole };
        let position = Position { line: seen.first_line, column: u32::from(seen.first_line > 0) };
        tally.find(key, place, || Located { position, length: 1, ..Located::default() });
    }

    /// Counts an artifact that was read to its end, or given up, for the rules about reading: each applied to it once,
    /// and those that answer for one of `faults` were counted by [`Worker::trouble`].
    pub fn ended(&mut self, faults: &[Fault]) {
        let syntax = self.plans.syntax();
        let hit = |fault: &Fault| syntax.rule(&format!("ingest.{}", fault.code()));
        let hit: Vec<_> = faults.iter().filter_map(hit).collect();
        for rule in syntax.family("ingest.").filter(|rule| !hit.contains(rule)) {
            let counts = &mut self.engine.recorder.tally.counts[usize::from(rule.0)];
            counts.applicable += 1;
            counts.reached += 1;
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
        let headline = trouble.fault.headline();
        // A detail with numbers in it differs from place to place, and would make a group of each.
        let differs = trouble.detail.bytes().any(|b| b.is_ascii_digit());
        let message = match trouble.detail.as_str() {
            detail if !detail.is_empty() && !differs => format!("{headline}: {detail}").into(),
            _ => headline.into(),
        };
        let key = GroupKey { rule, outcome: Outcome::Failed, path: String::new(), message };
        let offset = u32::try_from(trouble.offset).unwrap_or(u32::MAX);
        let line = trouble.line.unwrap_or(0);
        let detail = differs.then(|| trouble.detail.clone());
        let related = detail.map(|what| Related { artifact: Arc::clone(&artifact), item: 0, line, what });
        let place = Place { artifact, item: 0, offset, path: Path::Whole };
        let position = Position { line, column: u32::from(line > 0) };
        let related = related.into_iter().collect();
        tally.find(key.clone(), place, || Located { position, length: 1, related, ..Located::default() });
        if trouble.count > 1 {
            tally.count_only(key, trouble.count - 1);
        }
    }

    /// What it adds up to.
    pub fn finish(self) -> Tally {
        self.engine.finish()
    }

    fn coverage(&mut self, artifact: &Artifact, name: &Arc<str>) -> Coverage {
        match &self.covered {
            Some((known, coverage)) if Arc::ptr_eq(known, name) => *coverage,
            _ => {
                let coverage = Coverage::of(artifact);
                self.covered = Some((Arc::clone(name), coverage));
                coverage
            }
        }
    }

    fn name(&mut self, index: u32, id: &str) -> Arc<str> {
        match &self.artifact {
            // Runs of their own, such as those of proofs, count their artifacts anew.
            Some((known, name)) if *known == index && **name == *id => Arc::clone(name),
            _ => {
                let name: Arc<str> = id.into();
                self.artifact = Some((index, Arc::clone(&name)));
                name
            }
        }
    }
}
