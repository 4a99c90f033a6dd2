//! The pipeline: reading thread → bounded queue → workers → sums.
//!
//! In: what to read and what to check it by. Out: what it all adds up to, the same for any number of threads. Memory
//! follows the work in hand. A message at which a check breaks costs that message and nothing else; a signal ends the
//! intake, and what was done by then is told.

use super::error::Error;
use super::ledger::{Lacking, Ledger};
use super::progress::{Counter, Progress};
use super::queue::{Queue, Work};
use super::stop::Stop;
use crate::check::across::{At, Facts, Key, Keyed};
use crate::check::terminology::rehearse;
use crate::check::{Checked, Plan, Plans, Shown, Tally, Worker};
use crate::ingest::{self, Block, Event, Options, Reading, Source, SourceError, UnitKind};
use crate::judge::ArtifactRecord;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// Stack of every thread, whatever the shell allows: no recursion here goes deeper than a few hundred frames.
const STACK: usize = 4 << 20;
/// How long after a signal the workers may take to end the message in hand.
const GRACE: Duration = Duration::from_millis(800);
/// How often the progress line and the signals are looked at.
const TICK: Duration = Duration::from_millis(50);
/// Debug hook: the number of a message, in each artifact, at which the check is made to break. It is in the release
/// binary too, so that tests show what a user would see.
const BREAK_AT: &str = "HALLMARK_TEST_PANIC";

/// What to do.
pub(super) struct Job {
    /// The rules.
    pub(super) plan: Arc<Plan>,
    /// Where their expectations come from.
    pub(super) plans: Arc<dyn Plans + Send + Sync>,
    /// What to read.
    pub(super) sources: Vec<Source>,
    /// How.
    pub(super) reading: Options,
    /// Workers at most.
    pub(super) threads: usize,
    /// Whether excerpts may hold values.
    pub(super) shown: Shown,
    /// What makes facts across messages comparable and unreadable.
    pub(super) key: Key,
}

/// What it all adds up to.
pub(super) struct Gathered {
    /// Counts and findings.
    pub(super) tally: Tally,
    /// Facts across messages.
    pub(super) facts: Facts,
    /// What became of each artifact.
    pub(super) artifacts: Vec<ArtifactRecord>,
    /// How the run ended.
    pub(super) ended: Ended,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ended {
    /// A signal stopped it.
    pub(super) interrupted: bool,
    /// Some check of ours broke.
    pub(super) broken: bool,
}

/// What the threads share.
struct Shared {
    job: Job,
    queue: Queue,
    ledger: Ledger,
    counter: Counter,
    stop: Arc<Stop>,
    workers: AtomicUsize,
    /// Facts across messages that all workers keep.
    facts_kept: Arc<AtomicU64>,
    break_at: Option<u64>,
}

/// What a thread says when it ends.
enum Said {
    /// The reader.
    Read(Result<Reading, SourceError>),
    /// A worker, with what it adds up to.
    Part(Box<(Tally, Facts)>),
    /// A thread broke outside any message.
    Broke,
}

/// Does it.
///
/// # Errors
/// When something typed is not there, or no thread can be started.
pub(super) fn run(job: Job, stop: &Arc<Stop>, mut progress: Progress) -> Result<Gathered, Error> {
    let break_at = std::env::var(BREAK_AT).ok().and_then(|number| number.parse().ok());
    let tally = Tally::new(job.plan.rules.len(), job.plan.catalogue.integrations.len());
    let shared = Arc::new(Shared {
        job,
        queue: Queue::default(),
        ledger: Ledger::default(),
        counter: Counter::default(),
        stop: Arc::clone(stop),
        workers: AtomicUsize::new(0),
        facts_kept: Arc::default(),
        break_at,
    });
    let (say, heard) = mpsc::channel();
    let no_thread = |_| Error::refused("no thread can be started", "Allow the program more memory or processes.");
    start_worker(&shared, &say).map_err(no_thread)?;
    let reading = Arc::clone(&shared);
    builder("reader").spawn(move || read(&reading, &say)).map_err(no_thread)?;

    let mut gathered = Gathered { tally, facts: Facts::default(), artifacts: Vec::new(), ended: Ended::default() };
    let (mut wrong, mut parts, mut deadline) = (None, 0, None);
    loop {
        match heard.recv_timeout(TICK) {
            Ok(Said::Read(Ok(_))) => {}
            Ok(Said::Read(Err(error))) => wrong = Some(error),
            Ok(Said::Part(part)) => {
                parts += 1;
                gathered.tally.merge(part.0);
                gathered.facts.merge(part.1);
            }
            Ok(Said::Broke) => gathered.ended.broken = true,
            Err(RecvTimeoutError::Timeout) => progress.tick(&shared.counter),
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if stop.is_asked() {
            let deadline = *deadline.get_or_insert_with(|| {
                shared.queue.abandon();
                Instant::now() + GRACE
            });
            // The reader may be waiting for input that never comes, so it is not waited for.
            if parts == shared.workers.load(Ordering::Acquire) || Instant::now() > deadline {
                break;
            }
        }
    }
    progress.finish();
    if let Some(error) = wrong {
        return Err(error.into());
    }
    let (artifacts, Lacking { broken }) = shared.ledger.close();
    gathered.artifacts = artifacts;
    gathered.ended.broken |= broken > 0;
    gathered.ended.interrupted = stop.is_asked();
    Ok(gathered)
}

fn builder(name: &str) -> thread::Builder {
    thread::Builder::new().name(name.to_owned()).stack_size(STACK)
}

fn start_worker(shared: &Arc<Shared>, say: &Sender<Said>) -> std::io::Result<()> {
    let (own, say) = (Arc::clone(shared), say.clone());
    builder("worker").spawn(move || {
        let said = catch_unwind(AssertUnwindSafe(|| work(&own)));
        let _nobody_waits = say.send(said.map_or(Said::Broke, |part| Said::Part(Box::new(part))));
    })?;
    shared.workers.fetch_add(1, Ordering::AcqRel);
    Ok(())
}

/// The reading thread.
fn read(shared: &Arc<Shared>, say: &Sender<Said>) {
    let mut more_workers = true;
    let result = catch_unwind(AssertUnwindSafe(|| {
        ingest::read(&shared.job.sources, &shared.job.reading, &mut |event| {
            if shared.stop.is_asked() {
                return ControlFlow::Break(());
            }
            match event {
                Event::Start(artifact) => shared.ledger.start(&artifact),
                Event::Block(block) => {
                    shared.ledger.block(&block);
                    shared.queue.push(Work::Block(block))?;
                    // A worker is started when there is work that nobody takes: one small file needs one.
                    if more_workers && shared.queue.len() > 1 {
                        more_workers = shared.workers.load(Ordering::Acquire) < shared.job.threads
                            && start_worker(shared, say).is_ok();
                    }
                }
                Event::Trouble(trouble) => {
                    shared.ledger.trouble(&trouble);
                    shared.queue.push(Work::Trouble(trouble))?;
                }
                Event::End(end) => {
                    let faults = shared.ledger.end(&end);
                    shared.queue.push(Work::Ended(faults))?;
                }
            }
            ControlFlow::Continue(())
        })
    }));
    shared.queue.close();
    let _nobody_waits = say.send(result.map_or(Said::Broke, Said::Read));
}

/// A worker.
fn work(shared: &Shared) -> (Tally, Facts) {
    let Job { plan, plans, shown, key, .. } = &shared.job;
    let keyed = Keyed::new(key);
    let mut worker = Worker::new(plan, &**plans, *shown);
    let mut facts = Facts::counted_in(Arc::clone(&shared.facts_kept));
    let mut act = |work: Work| -> ControlFlow<()> {
        match work {
            Work::Trouble(trouble) => worker.trouble(&trouble),
            Work::Ended(faults) => worker.ended(&faults),
            Work::Block(block) => return check(shared, &mut worker, &block, &keyed, &mut facts),
        }
        ControlFlow::Continue(())
    };
    match plans.fhir().server() {
        None => while shared.queue.pop().is_some_and(|work| act(work).is_continue()) {},
        // What waits is checked together, so that a server is asked few times for many codes.
        Some(server) => loop {
            let slab = shared.queue.slab();
            let blocks = slab.iter().filter_map(|work| match work {
                Work::Block(block) => Some(block),
                Work::Trouble(_) | Work::Ended(_) => None,
            });
            rehearse((plan, &**plans, server), blocks, &|| !shared.stop.is_asked());
            if slab.is_empty() || slab.into_iter().try_for_each(&mut act).is_break() {
                break;
            }
        },
    }
    (worker.finish(), facts)
}

fn check(shared: &Shared, worker: &mut Worker<'_>, block: &Block, keyed: &Keyed, facts: &mut Facts) -> ControlFlow<()> {
    let (mut covered, mut broken) = (0, 0);
    for unit in block.units().filter(|unit| unit.kind == UnitKind::Message) {
        if shared.stop.is_asked() {
            return ControlFlow::Break(());
        }
        let checked = worker.unit(&block.artifact, unit, &mut |message, seen| {
            assert!(shared.break_at != Some(seen.item), "made to break by {BREAK_AT}");
            let at = At { artifact: Arc::clone(seen.artifact), item: seen.item, first_line: seen.first_line };
            facts.observe(message, &at, keyed);
        });
        broken += u64::from(checked == Checked::Broken);
        covered += u64::from(checked != Checked::NotCovered);
        shared.counter.add(u64::from(checked != Checked::NotCovered), unit.bytes.len() as u64);
    }
    shared.ledger.done(&block.artifact, covered, broken);
    ControlFlow::Continue(())
}
