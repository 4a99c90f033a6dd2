//! `hallmark check`: messages → verdicts.

use super::console::say;
use super::deliver::{Delivered, deliver, possible};
use super::error::Error;
use super::join_key::Joining;
use super::progress::Progress;
use super::run::{Ended, Gathered, Job, run as gather};
use super::settings::{self, Judging, Shared};
use super::stop::Stop;
use super::{COULD_NOT_RUN, args, failure, joined, packages, values};
use crate::check::fhir::Options;
use crate::check::fhirpath::Moment;
use crate::check::terminology::Server;
use crate::check::{Plan, Plans, Shown};
use crate::compile::hl7v2::Compiler;
use crate::judge::{self, Baseline, Run, Scope, Waiver, waiver};
use crate::report::{build::build, read};
use crate::standard::Day;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

/// Bytes a waiver file may have.
const MAX_WAIVERS: u64 = 16 << 20;

/// Runs the check. Returns the exit code.
///
/// # Errors
/// When it could not be run at all.
pub(crate) fn run(flags: args::Check, shared: &Shared) -> Result<u8, Error> {
    let inputs = if flags.paths.is_empty() { shared.config.paths.clone() } else { flags.paths.clone() };
    let settings = settings::Check::new(flags, shared)?;
    possible(&settings.output, &inputs)?;
    let catalogue = settings.packs.load()?;
    let packages = settings.definitions.load()?;
    let used = packages.iter().map(packages::used).collect();
    let scope = Scope {
        integrations: settings::integrations(&settings.integrations, &catalogue)?,
        standards: settings.packs.ids(),
    };
    let waivers = waivers(&settings.judging)?;
    let baseline = baseline(&settings.judging)?;
    let as_of = settings.judging.as_of.unwrap_or_else(Day::today);
    let joining = Joining::for_run(settings.join_key.as_ref())?;
    let plan = Arc::new(Plan::new(catalogue));
    let session = settings.terminology.session()?.map(Arc::new);
    let server = session.clone().map(|session| session as Arc<dyn Server>);
    let options = Options {
        profiles: settings.definitions.profiles.clone(),
        now: now(settings.judging.as_of),
        ..settings.definitions.options.clone()
    };
    let compiler = Arc::new(Compiler::new(&plan)?.with_fhir(packages, options).asking(server));

    failure::watch();
    let stop = Stop::listen();
    if settings.shown == Shown::Values {
        values::banner(&settings.output);
    }
    let job = Job {
        plan: Arc::clone(&plan),
        plans: Arc::clone(&compiler) as Arc<dyn Plans + Send + Sync>,
        sources: settings.sources,
        reading: settings.reading,
        threads: settings.threads,
        shown: settings.shown,
        key: joining.key().clone(),
    };
    let Gathered { mut tally, facts, artifacts, mut ended } = gather(job, &stop, Progress::new(shared.quiet))?;

    let mut sealed = None;
    // Of a part of a run nothing can be said across messages: what seems to be missing may not have been read yet.
    if !ended.interrupted {
        let key = match &joining {
            Joining::Sealed(key) => Some(key),
            Joining::Alone(_) => None,
        };
        let joined = joined::decide(&plan, &*compiler, &facts, (key, settings.threads));
        match joined.tally {
            Some(found) => tally.merge(found),
            None => ended.broken = true,
        }
        sealed = joined.sealed;
    }
    drop(facts);
    if !shared.quiet {
        packages::left_out(compiler.releases());
        if let Some(cause) = session.as_ref().and_then(|session| session.trouble()) {
            say(&format!("note: {cause}; codes that it was to decide are undecided"));
        }
    }
    // Of an interrupted run that goes without saying.
    let unread = !ended.interrupted && artifacts.iter().any(judge::ArtifactRecord::is_unread);
    let incomplete_because = reasons(ended, unread);
    let judgement = judge::judge(Run {
        plan: &plan,
        tally,
        artifacts,
        incomplete_because,
        as_of,
        scope,
        waivers,
        baseline,
        sealed,
        packages: used,
        terminology: session.map(|session| session.summary()),
        contains_patient_data: settings.shown == Shown::Values,
    });
    let report = build(&judgement);
    let delivered = deliver(&report, &settings.output, shared);
    let code = judgement.totals.exit(settings.judging.fail_on).code();
    Ok(match (stop.code().filter(|_| ended.interrupted), delivered) {
        (Some(signal), _) => signal,
        (None, Delivered::NotAll) => COULD_NOT_RUN,
        // A run in which Hallmark itself failed is never a pass.
        (None, Delivered::All) if ended.broken && code != 1 => COULD_NOT_RUN,
        (None, Delivered::All) => code,
    })
}

/// The time that the run is for: of a day that was asked for its last second, so that such runs repeat.
fn now(as_of: Option<Day>) -> Option<Moment> {
    match as_of {
        Some(day) => Moment::parse_date_time(&format!("{day}T23:59:59Z")),
        None => Moment::of_unix(jiff::Timestamp::now().as_second()),
    }
}

/// Why a run is partial. Without numbers, so that parts and a whole say it alike.
fn reasons(ended: Ended, unread: bool) -> Vec<String> {
    let said = [
        (
            ended.interrupted,
            "the run was interrupted before everything was read, so nothing was compared across messages",
        ),
        (
            ended.broken,
            "Hallmark itself failed at some messages (see standard error), so they were not checked to their end",
        ),
        (unread, "some inputs were not read, or only in part; each says why"),
    ];
    said.into_iter().filter(|(holds, _)| *holds).map(|(_, reason)| reason.to_owned()).collect()
}

fn waivers(judging: &Judging) -> Result<Vec<Waiver>, Error> {
    let Some(file) = &judging.waivers else { return Ok(Vec::new()) };
    let unreadable = |cause| Error::Unreadable { what: "waiver file", file: file.clone(), cause };
    if fs::metadata(file).map_err(unreadable)?.len() > MAX_WAIVERS {
        return Err(unreadable(std::io::Error::other("it is far larger than such a file can be")));
    }
    let text = fs::read_to_string(file).map_err(unreadable)?;
    Ok(waiver::read(&file.display().to_string(), &text)?)
}

/// The baseline that was asked for.
///
/// # Errors
/// When the file is no report.
pub(super) fn baseline(judging: &Judging) -> Result<Option<Baseline>, Error> {
    let Some(file) = &judging.baseline else { return Ok(None) };
    report(file, "baseline").map(|report| Some(read::baseline(&report)))
}

/// A report read back.
///
/// # Errors
/// When the file is no report.
pub(super) fn report(file: &Path, what: &'static str) -> Result<crate::report::model::Report, Error> {
    let opened = File::open(file).map_err(|cause| Error::Unreadable { what, file: file.to_owned(), cause })?;
    read::read(opened).map_err(|cause| Error::NotAReport { what, file: file.to_owned(), cause })
}
