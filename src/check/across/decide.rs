//! From the facts of a run to what each rule that looks across messages says of it.

use super::answers::{Answers, Asked, Decided, FoundGroup};
use super::facts::{Facts, MAX_WEIGHT};
use super::feed::Feed;
use super::names::Name;
use super::{control, identity, lines, merged, movement, orders, schedule};
use crate::check::finding::{Located, Place};
use crate::instance::Path;
use crate::standard::Outcome;
use std::borrow::Cow;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

/// The checks, those that take longest first, so that no thread is left with a long one at the end. No two of them
/// answer for the same name.
const CHECKS: [fn(&Feed<'_>, &mut Answers<'_, '_>); 7] = [
    orders::decide,
    movement::decide,
    identity::decide,
    merged::decide,
    control::decide,
    schedule::decide,
    lines::decide,
];

/// What each rule of `asked` says of the run, in the order of `asked`: the same for the same messages, however they were
/// split, ordered and merged, and for any number of `threads`.
pub fn decide(facts: &Facts, asked: &[Asked<'_>], threads: usize) -> Vec<Decided> {
    decide_beside(facts, asked, threads, || ()).0
}

/// The same, while one of the threads does `other` first: sealing the facts takes as long as several checks.
pub fn decide_beside<T: Send>(
    facts: &Facts,
    asked: &[Asked<'_>],
    threads: usize,
    other: impl FnOnce() -> T + Send,
) -> (Vec<Decided>, T) {
    if facts.is_over() || facts.incomplete {
        return (asked.iter().map(|asked| without_records(facts, asked)).collect(), other());
    }
    let (feed, next) = (OnceLock::new(), AtomicUsize::new(0));
    let checks = || {
        let feed = feed.get_or_init(|| Feed::new(facts));
        let mut answers = Answers::new(feed, asked);
        // Lists of several checks at once are for runs whose lists are short.
        if feed.parts() > 1 && threads > 1 {
            if next.swap(CHECKS.len(), Ordering::Relaxed) == 0 {
                CHECKS.iter().for_each(|check| check(feed, &mut answers));
            }
            return answers;
        }
        while let Some(check) = CHECKS.get(next.fetch_add(1, Ordering::Relaxed)) {
            check(feed, &mut answers);
        }
        answers
    };
    let (answers, other) = thread::scope(|scope| {
        let builder = || thread::Builder::new().name("across".to_owned());
        // A thread that cannot be started is no loss: those that are there make all checks.
        let helpers: Vec<_> =
            (1..threads.min(CHECKS.len())).map_while(|_| builder().spawn_scoped(scope, checks).ok()).collect();
        let other = other();
        let mut answers = checks();
        for helper in helpers {
            answers.join(helper.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        (answers, other)
    });
    (finish(facts, asked, answers), other)
}

fn finish(facts: &Facts, asked: &[Asked<'_>], answers: Answers<'_, '_>) -> Vec<Decided> {
    let mut decided = answers.finish();
    for (asked, decided) in asked.iter().zip(&mut decided) {
        let over = match Name::find(asked.name) {
            Some(Name::ObservationTwoTypes) if facts.codes.over => "cannot tell: there are more codes than can be kept",
            Some(name) if schedule::NAMES.contains(&name) && schedule::is_over(facts) => {
                "cannot tell: there are more appointments than can be compared"
            }
            _ => continue,
        };
        *decided = undecided(over.into());
    }
    decided
}

fn without_records(facts: &Facts, asked: &Asked<'_>) -> Decided {
    let Some(name) = Name::find(asked.name) else { return Decided::default() };
    let codes = name == Name::ObservationTwoTypes && !facts.codes.is_empty();
    if facts.touched & name.bit() == 0 && !codes {
        return Decided::default();
    }
    undecided(if facts.is_over() {
        let limit = MAX_WEIGHT >> 20;
        format!("cannot tell: there are more messages than can be compared ({limit} MiB of facts)").into()
    } else {
        "cannot tell: a merged report came from more messages than a report can carry".into()
    })
}

fn undecided(message: Cow<'static, str>) -> Decided {
    let place = Place { artifact: Arc::from(""), item: 0, offset: 0, path: Path::Whole };
    let first = vec![(place, Located::default())];
    let group = FoundGroup { outcome: Outcome::CannotTell, path: String::new(), message, count: 1, first };
    Decided { applicable: 1, cannot_tell: 1, groups: vec![group], ..Decided::default() }
}
