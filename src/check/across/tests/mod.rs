//! Small feeds, written here, and what each check says of them.

mod control;
mod identity;
mod laws;
mod movement;
mod orders;
mod schedule;

use super::{Asked, At, Decided, Facts, Key, Keyed, MessageKind, decide};
use crate::instance::{Instance, Message};
use crate::parse::{Faults, hl7v2};
use crate::standard::Outcome;
use std::sync::Arc;

fn keyed() -> Keyed {
    Keyed::new(&Key::new([7; 32]))
}

/// Observes one message.
fn observe(facts: &mut Facts, text: &str, artifact: &str, item: u64, keyed: &Keyed) {
    let (mut tree, mut faults) = (Instance::default(), Faults::default());
    let separators = hl7v2::parse(text.as_bytes(), &mut tree, &mut faults);
    let message = Message { bytes: text.as_bytes(), tree: &tree, separators };
    facts.observe(message, &At { artifact: Arc::from(artifact), item, first_line: item * 100 }, keyed);
}

/// The facts of a feed in one file.
fn facts(feed: &[String]) -> Facts {
    let (mut facts, keyed) = (Facts::default(), keyed());
    for (at, text) in feed.iter().enumerate() {
        observe(&mut facts, text, "feed.hl7", at as u64 + 1, &keyed);
    }
    facts
}

fn every_kind(_: MessageKind) -> bool {
    true
}

fn ask(facts: &Facts, name: &str) -> Decided {
    decide(facts, &[Asked { name, accepts: &every_kind }], 1).remove(0)
}

/// The findings as `ordinal path`, those that cannot be decided with a question mark, in order.
fn findings(decided: &Decided) -> Vec<String> {
    let mut found = Vec::new();
    for group in &decided.groups {
        for (place, located) in &group.first {
            let mark = if group.outcome == Outcome::CannotTell { "?" } else { "" };
            assert_eq!(located.position.line / 100, place.item, "the line lies in the message");
            found.push((place.item, format!("{} {}{mark}", place.item, place.path)));
        }
    }
    found.sort();
    found.into_iter().map(|(_, text)| text).collect()
}

/// Asserts that the check finds `expected` in the feed, after testing `items` items.
fn says(name: &str, items: u64, expected: &[&str], feed: &[String]) {
    let decided = ask(&facts(feed), name);
    assert_eq!(findings(&decided), expected, "{name}: {decided:?}");
    assert_eq!(decided.applicable, items, "{name}: items");
    assert_eq!(decided.failed + decided.cannot_tell, expected.len() as u64, "{name}: counted");
}

/// A message of `kind` from `sender` to `receiver`; every control id is another.
fn message(kind: &str, sender: &str, receiver: &str, sent: &str, segments: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let control = NEXT.fetch_add(1, Ordering::Relaxed);
    let segments = segments.replace('\n', "\r");
    format!("MSH|^~\\&|{sender}|RA9|{receiver}|RA9|{sent}||{kind}|C{control}|P|2.4\r{segments}\r")
}

/// An ADT message of the PAS, sent and happened at `time`; `rest` follows PID.
fn adt(event: &str, time: &str, rest: &str) -> String {
    let segments = format!("EVN|{event}|{time}\nPID|1||100^^^RA9^MR\n{rest}");
    message(&format!("ADT^{event}"), "PAS", "TIE", time, &segments)
}

/// An ADT message of visit `visit`.
fn visit(event: &str, time: &str, visit: &str) -> String {
    adt(event, time, &pv1(visit))
}

/// A PV1 of visit `number`.
fn pv1(number: &str) -> String {
    format!("PV1|1|I{}{number}^^^RA9", "|".repeat(17))
}

/// An NHS number of the range for tests.
fn nhs(number: u32) -> String {
    let digits = format!("999{number:06}");
    let sum: u32 = digits.bytes().zip((2..=10).rev()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    match 11 - sum % 11 {
        11 => format!("{digits}0"),
        10 => nhs(number + 500_000),
        check => format!("{digits}{check}"),
    }
}
