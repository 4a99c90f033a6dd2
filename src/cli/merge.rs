//! `hallmark merge`: partial reports → one, the same bytes as a single run gives.

use super::check::{baseline, report};
use super::deliver::{Delivered, deliver, possible};
use super::error::Error;
use super::join_key::Joining;
use super::settings::{Name, Shared};
use super::{COULD_NOT_RUN, args, joined, values};
use crate::check::across::{Facts, Key, open};
use crate::check::{Plan, Plans};
use crate::compile::hl7v2::Compiler;
use crate::report::build::build;
use crate::report::merge::{Across, Part, judge_parts};

/// Merges. Returns the exit code.
///
/// # Errors
/// When the reports cannot be read, or were not made alike.
pub(crate) fn run(flags: &args::Merge, shared: &Shared) -> Result<u8, Error> {
    let output = shared.output(&flags.output);
    possible(&output, &flags.reports)?;
    let given = args::Judging { baseline: flags.baseline.clone(), fail_on: flags.fail_on, ..args::Judging::default() };
    let judging = shared.judging(&given);
    let mut parts = Vec::new();
    for file in &flags.reports {
        parts.push(Part { name: file.display().to_string(), report: report(file, "partial report")? });
    }
    let mut packs = shared.packs(&args::Packs { standards: flags.standards.clone(), only: Vec::new() });
    // The parts know which standards they were made with.
    if let Some(first) = parts.first() {
        packs.only = first.report.scope.standards.iter().map(|id| Name::typed(id)).collect();
    }
    let plan = Plan::new(packs.load()?);
    let compiler = Compiler::new(&plan)?;
    let baseline = baseline(&judging)?;
    let key = Joining::for_merge(shared.join_key(flags.join_key.as_ref()).as_ref())?;
    if parts.iter().any(|part| part.report.contains_patient_data) {
        values::allowed(&output)?;
        values::banner(&output);
    }
    let across = |sealed: &[Option<&str>]| across(&plan, &compiler, key.as_ref(), sealed);
    let judgement = judge_parts(&parts, &plan, baseline, across)?;
    let delivered = deliver(&build(&judgement), &output, shared);
    match delivered {
        Delivered::All => Ok(judgement.totals.exit(judging.fail_on).code()),
        Delivered::NotAll => Ok(COULD_NOT_RUN),
    }
}

/// What the rules across messages say of all parts together.
fn across(plan: &Plan, plans: &dyn Plans, key: Option<&Key>, sealed: &[Option<&str>]) -> Result<Across, String> {
    let undecided = |why: &str| Ok(Across { incomplete_because: Some(why.to_owned()), ..Across::default() });
    let Some(key) = key else {
        return undecided("there is no join key, so nothing was compared across messages");
    };
    let mut facts = Facts::default();
    for sealed in sealed {
        let Some(sealed) = sealed else {
            return undecided("a partial report carries no facts, so nothing was compared across messages");
        };
        let plain = open(sealed, key).map_err(|error| error.to_string())?;
        facts.merge(Facts::decode(&plain).ok_or("the sealed facts in a report are damaged")?);
    }
    let joined = joined::decide(plan, plans, &facts, (Some(key), 1));
    match joined.tally {
        Some(tally) => Ok(Across { tally, sealed: joined.sealed, incomplete_because: None }),
        None => Err("Hallmark itself failed at it".to_owned()),
    }
}
