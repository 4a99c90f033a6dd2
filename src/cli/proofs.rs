//! Running proofs: every rule's changes against the real engine.
//!
//! In: a plan with its compiled packs. Out: per proof whether the sample alone was clean and the change gave exactly
//! the finding it promises. Used by `hallmark standards test` and by the project's own tests.

use super::joined;
use crate::check::across::{At, Facts, Key, Keyed};
use crate::check::{Plan, Plans, Shown, Tally, Worker};
use crate::ingest::{Event, Options, read_stream};
use crate::standard::{Break, Pack, ProofFile, Rule, proof};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

/// How one proof went.
#[derive(Clone, Debug)]
pub struct Proved {
    /// The rule's code.
    pub code: String,
    /// Which of its proofs, from one.
    pub number: usize,
    /// What went wrong; empty when the proof holds.
    pub faults: Vec<String>,
}

/// Runs every proof of `pack`.
pub fn pack(plan: &Plan, plans: &dyn Plans, pack: &Pack) -> Vec<Proved> {
    let mut proved = Vec::new();
    for rule in &pack.rules {
        for (index, change) in rule.breaks.iter().enumerate() {
            let faults = one(plan, plans, pack, rule, change);
            proved.push(Proved { code: rule.code.clone(), number: index + 1, faults });
        }
    }
    proved
}

/// Runs one proof; returns what is wrong with it.
fn one(plan: &Plan, plans: &dyn Plans, pack: &Pack, rule: &Rule, change: &Break) -> Vec<String> {
    let made = match proof(&plan.catalogue, &pack.id, change) {
        Ok(made) => made,
        Err(what) => return vec![what],
    };
    let mut faults = Vec::new();
    // Each alone: a proof across messages may need nothing but samples side by side.
    for file in &made.conforming {
        let clean = findings(plan, plans, std::slice::from_ref(file));
        if !clean.is_empty() {
            faults.push(format!("the sample {} is not clean: {}", file.name, listed(&clean)));
        }
    }
    let mut expected: BTreeSet<String> = change.also.iter().cloned().collect();
    expected.insert(format!("{}@{}", rule.code, change.at));
    let found = findings(plan, plans, &made.broken);
    if found != expected {
        let missing: BTreeSet<_> = expected.difference(&found).cloned().collect();
        let surplus: BTreeSet<_> = found.difference(&expected).cloned().collect();
        if !missing.is_empty() {
            faults.push(format!("not found: {}", listed(&missing)));
        }
        if !surplus.is_empty() {
            faults.push(format!("found besides: {}", listed(&surplus)));
        }
    }
    faults
}

fn listed(set: &BTreeSet<String>) -> String {
    set.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// The findings of a run over `files`, each `CODE@PATH`; a repeated one carries its number: `CODE@PATH (2)`.
pub fn findings(plan: &Plan, plans: &dyn Plans, files: &[ProofFile]) -> BTreeSet<String> {
    let tally = check(plan, plans, files);
    let mut found = BTreeSet::new();
    for (key, group) in &tally.groups {
        for place in group.first.keys() {
            let path = match place.path.to_string() {
                path if path.is_empty() => "message".to_owned(),
                path => path,
            };
            let text = format!("{}@{path}", plan.rule(key.rule).code);
            let mut numbered = text.clone();
            let mut number = 1;
            while !found.insert(numbered.clone()) {
                number += 1;
                numbered = format!("{text} ({number})");
            }
        }
    }
    found
}

/// Checks files that are in memory, as one run.
pub fn check(plan: &Plan, plans: &dyn Plans, files: &[ProofFile]) -> Tally {
    let mut worker = Worker::new(plan, plans, Shown::Shapes);
    // Nothing leaves this run, so any key serves.
    let (keyed, mut facts) = (Keyed::new(&Key::new([0; 32])), Facts::default());
    for file in files {
        let mut sink = |event: Event| {
            match event {
                Event::Block(block) => worker.block(&block, &mut |message, seen| {
                    let at = At { artifact: Arc::clone(seen.artifact), item: seen.item, first_line: seen.first_line };
                    facts.observe(message, &at, &keyed);
                }),
                Event::Trouble(trouble) => worker.trouble(&trouble),
                Event::Start(_) | Event::End(_) => {}
            }
            ControlFlow::Continue(())
        };
        read_stream(&file.name, &mut file.bytes.as_slice(), &Options::default(), &mut sink);
    }
    let mut tally = worker.finish();
    tally.merge(joined::decide(plan, plans, &facts, (None, 1)).tally.unwrap_or_default());
    tally
}
