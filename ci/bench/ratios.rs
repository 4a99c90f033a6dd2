//! What checking costs, as ratios to only reading: one run, same bytes, CPU time of this thread, medians of rounds.
//!
//! `cargo bench --bench ratios` prints; `-- --write FILE [MESSAGES]` writes the feed for the other measurements.

#![expect(clippy::print_stdout, reason = "a measurement is for reading, and goes nowhere else")]

mod messages;

use hallmark::check::{Engine, Plan, Shown, Unit};
use hallmark::compile::hl7v2::Compiler;
use hallmark::instance::Instance;
use hallmark::parse::{Faults, hl7v2};
use hallmark::standard::Catalogue;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

/// The feed's seed: any number does, the same one always.
const SEED: u64 = 20_240_301;
const MESSAGES: usize = 1_000;
/// Odd, so that the median is a round that happened.
const ROUNDS: usize = 15;
/// Each round repeats its work until it has taken this long.
const ROUND: Duration = Duration::from_millis(40);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [flag, path, rest @ ..] = arguments.as_slice()
        && flag == "--write"
    {
        let count = rest.first().map_or(Ok(MESSAGES), |count| count.parse())?;
        std::fs::write(path, messages::feed(SEED, count).concat())?;
        return Ok(());
    }
    measure()
}

fn measure() -> Result<(), Box<dyn std::error::Error>> {
    let feed = messages::feed(SEED, MESSAGES);
    let bytes: usize = feed.iter().map(String::len).sum();
    println!("feed: {MESSAGES} messages, {bytes} bytes, {} bytes each", bytes / MESSAGES);

    let (mut ends, mut tree, mut faults) = (Vec::new(), Instance::default(), Faults::default());
    let plan = Plan::new(Catalogue::load(&[])?);
    let compiler = Compiler::new(&plan)?;
    let artifact: Arc<str> = "feed.hl7".into();
    let mut engine = Engine::new(&plan, &compiler, Shown::Shapes);

    let mut split = || {
        for message in &feed {
            split_at_delimiters(message.as_bytes(), &mut ends);
            black_box(&ends);
        }
    };
    let mut parse = || {
        for message in &feed {
            faults.clear();
            black_box(hl7v2::parse(message.as_bytes(), &mut tree, &mut faults));
        }
    };
    let mut check = || {
        for (at, message) in feed.iter().enumerate() {
            let unit =
                Unit { bytes: message.as_bytes(), artifact: &artifact, item: at as u64 + 1, first_line: 1, indent: 0 };
            engine.hl7v2(unit, &mut |seen| {
                black_box(seen);
            });
        }
    };
    // Rounds of the three take turns, so that whatever else the machine does falls on all of them.
    let (mut a, mut b, mut c) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        a.push(round(&mut split));
        b.push(round(&mut parse));
        c.push(round(&mut check));
    }
    let [a, b, c] = [a, b, c].map(median);
    let per_message = |seconds: f64| seconds / MESSAGES as f64 * 1e6;
    println!("measured split at delimiters: {:.3} us of CPU a message (the baseline)", per_message(a));
    println!("measured parse: {:.3} us a message, ratio {:.2} of the split", per_message(b), b / a);
    println!(
        "measured full check: {:.3} us a message, ratio {:.2} of the split (goal: at most 10)",
        per_message(c),
        c / a
    );
    println!("measured full check: {:.0} messages in a second of CPU", MESSAGES as f64 / c);
    // What was found shows that the work was done, and on a feed that mostly conforms.
    let found: u64 = engine.recorder.tally.groups.values().map(|group| group.count).sum();
    let per_thousand = found as f64 / engine.recorder.tally.messages as f64 * 1000.0;
    println!(
        "the check found {per_thousand:.0} faults in a thousand messages, {} causes",
        engine.recorder.tally.groups.len()
    );
    if std::env::var_os("CAUSES").is_some() {
        let mut causes: Vec<_> = engine.recorder.tally.groups.iter().collect();
        causes.sort_by_key(|(_, group)| std::cmp::Reverse(group.count));
        for (key, group) in causes.iter().take(60) {
            println!("  {:>8} {} {} {}", group.count, plan.rules[usize::from(key.rule.0)].code, key.path, key.message);
        }
    }
    println!("check-seconds-per-message {:.9}", c / MESSAGES as f64);
    Ok(())
}

/// The least that reading can be: one pass that notes where each delimiter stands, and of which kind it is.
fn split_at_delimiters(bytes: &[u8], ends: &mut Vec<u32>) {
    ends.clear();
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(byte, b'|' | b'^' | b'~' | b'&' | b'\r') {
            ends.push(at as u32);
        }
    }
}

/// CPU seconds that one call takes, over as many calls as fill a round.
fn round(work: &mut dyn FnMut()) -> f64 {
    let start = thread_time();
    let mut calls = 0;
    loop {
        work();
        calls += 1;
        let taken = thread_time() - start;
        if taken >= ROUND {
            return taken.as_secs_f64() / f64::from(calls);
        }
    }
}

fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}
