//! Events of one visit: what must have come before what.
//!
//! In: ADT messages with a visit number (PV1-19) about one patient. Order is decided by the times in the messages, and
//! where those leave it open nothing fails.

use super::answers::Answers;
use super::fact::{CANCELS, Dated, MessageKind, Record, Sender};
use super::feed::Feed;
use super::keyed::mix;
use super::names::{MOVEMENTS, Name};
use super::spot::Slot;
use super::when::{Answer, Extent, Timed, Word};

const NAMES: [Name; 7] = [
    Name::DischargeWithoutAdmit,
    Name::TransferWithoutAdmit,
    Name::CancelWithoutEvent,
    Name::UpdateBeforeCreate,
    Name::AdmitTwice,
    Name::EventOutOfOrder,
    Name::DischargeBeforeAdmit,
];

/// The ADT events the checks speak of; their places are the bits of [`Sender::events`].
pub(super) const EVENTS: [&[u8; 3]; 28] = [
    b"A01", b"A02", b"A03", b"A04", b"A05", b"A06", b"A07", b"A08", b"A11", b"A12", b"A13", b"A14", b"A15", b"A16",
    b"A21", b"A22", b"A25", b"A26", b"A27", b"A28", b"A31", b"A38", b"A52", b"A53", b"S12", b"S13", b"S15", b"SIU",
];

/// The bits that SIU messages set, the last of them for every event.
const SCHEDULE: u32 = set(&[b"S12", b"S13", b"S15", b"SIU"]);

/// What each cancel undoes, in the order of [`CANCELS`].
const CANCELLED: [u32; 9] = [
    set(&[b"A01", b"A04"]),
    set(&[b"A02"]),
    set(&[b"A03"]),
    set(&[b"A16"]),
    set(&[b"A15"]),
    set(&[b"A14"]),
    set(&[b"A05"]),
    set(&[b"A21"]),
    set(&[b"A22"]),
];

const ADMITS: u32 = set(&[b"A01", b"A04"]);
/// Events that begin a visit.
const BEGINS: u32 = set(&[b"A01", b"A04", b"A06", b"A07"]);
/// Events that make a record of a visit.
const CREATES: u32 = set(&[b"A01", b"A04", b"A05", b"A06", b"A07", b"A14"]);

/// The bits of `events`.
pub(super) const fn set(events: &[&[u8; 3]]) -> u32 {
    let (mut bits, mut at) = (0, 0);
    while at < events.len() {
        let mut known = 0;
        while known < EVENTS.len() {
            let (a, b) = (events[at], EVENTS[known]);
            if a[0] == b[0] && a[1] == b[1] && a[2] == b[2] {
                bits |= 1 << known;
            }
            known += 1;
        }
        at += 1;
    }
    bits
}

/// The bits of a message's event; 0 when the checks do not speak of it.
pub(super) fn event_bit(kind: MessageKind) -> u32 {
    let bits = set(&[&kind.event]);
    match () {
        () if kind.is(b"ADT") => bits & !SCHEDULE,
        () if kind.is(b"SIU") => bits & SCHEDULE | set(&[b"SIU"]),
        () => 0,
    }
}

/// One event of a visit.
#[derive(Clone, Copy)]
struct Event {
    visit: u64,
    sender: u64,
    time: Word,
    moved: Word,
    sent: Word,
    time_slot: Slot,
    moved_slot: Slot,
    slot: Slot,
    rank: u32,
    /// One of [`EVENTS`], and [`OUTSIDE`].
    bits: u32,
}

/// What the event needs before it may lie before the extract begins.
const OUTSIDE: u32 = 1 << 31;

impl Event {
    fn is(&self, events: u32) -> bool {
        self.bits & events != 0
    }

    /// `t`, and where it stands.
    fn time(&self) -> Dated {
        Dated { time: self.time.into(), slot: self.time_slot }
    }

    /// When it happened, to compare movements by: EVN-6, else PV1-44 of an admission or PV1-45 of a discharge.
    fn moved(&self) -> Dated {
        Dated { time: self.moved.into(), slot: self.moved_slot }
    }
}

/// Decides the checks of visits.
pub(super) fn decide(feed: &Feed<'_>, answers: &mut Answers<'_, '_>) {
    if !answers.wants(&NAMES) {
        return;
    }
    let parts = feed.parts();
    for part in 0..parts {
        let mut events = feed.list();
        feed.each(|rank, record| {
            if record.visit.key % parts == part {
                events.extend(event(feed, rank, record));
            }
        });
        events.sort_unstable_by_key(|event| (event.visit, event.rank));
        for visit in events.chunk_by(|a, b| a.visit == b.visit) {
            begun(feed, visit, answers);
            cancels(feed, visit, answers);
            updates(visit, answers);
        }
        events.sort_unstable_by_key(|event| (event.visit, event.sender, event.rank));
        for stay in events.chunk_by(|a, b| (a.visit, a.sender) == (b.visit, b.sender)) {
            admit_twice(stay, answers);
        }
        out_of_order(&events, answers);
    }
    people(feed, answers);
}

fn event(feed: &Feed<'_>, rank: u32, record: &Record) -> Option<Event> {
    let bit = event_bit(record.kind);
    if record.visit.key == 0 || bit == 0 || !record.kind.is(b"ADT") || record.is_about_several() {
        return None;
    }
    let cancels = CANCELS.contains(&&record.kind.event);
    let window = feed.senders.get(&record.sender).map(|sender| sender.happened).unwrap_or_default();
    // The event that a discharge, transfer or cancel answers happened then.
    let began = if cancels { record.occurred.time.or(record.admitted.time) } else { record.admitted.time };
    let own = match &record.kind.event {
        b"A01" | b"A04" => record.admitted,
        b"A03" => record.discharged,
        _ => Dated::default(),
    };
    let outside = began.at().is_some_and(|began| window.known() && window.all_after(began));
    let (time, moved) = (record.happened(), if record.occurred.time == Timed::Absent { own } else { record.occurred });
    Some(Event {
        visit: record.visit.key,
        sender: record.sender,
        time: time.time.into(),
        moved: moved.time.into(),
        sent: record.sent.time.into(),
        time_slot: time.slot,
        moved_slot: moved.slot,
        slot: record.visit.slot,
        rank,
        bits: if outside { bit | OUTSIDE } else { bit },
    })
}

/// Discharges and transfers: is there a beginning, and is it not after the discharge?
fn begun(feed: &Feed<'_>, visit: &[Event], answers: &mut Answers<'_, '_>) {
    const REOPENS: u32 = set(&[b"A13"]);
    let begins = visit.iter().any(|event| event.is(BEGINS | REOPENS));
    let mut times = Extent::default();
    visit.iter().filter(|event| event.is(BEGINS)).for_each(|event| times.add(event.time().time));
    let first = visit.iter().find(|event| event.is(BEGINS)).map(|event| (event.rank, event.time_slot));
    for event in visit {
        let name = match () {
            () if event.is(set(&[b"A03"])) => Name::DischargeWithoutAdmit,
            () if event.is(set(&[b"A02"])) => Name::TransferWithoutAdmit,
            () => continue,
        };
        if has_sent(feed, event, ADMITS) && !event.is(OUTSIDE) {
            answers.item(name, event.rank);
            if !begins {
                answers.fail(name, event.rank, event.slot, None);
            }
        }
        if name == Name::DischargeWithoutAdmit && first.is_some() {
            early(Name::DischargeBeforeAdmit, event.rank, event.time(), &times, first, answers);
        }
    }
}

/// Fails message `rank` when it happened before each of `times`, of which `first` is the first.
fn early(name: Name, rank: u32, at: Dated, times: &Extent, first: Option<(u32, Slot)>, answers: &mut Answers<'_, '_>) {
    let answer = times.judge_early(at.time);
    if answer != Answer::NotAsked {
        answers.item(name, rank);
    }
    match answer {
        Answer::Yes => answers.fail(name, rank, at.slot, first),
        Answer::CannotTell => answers.doubt(name, rank, at.slot),
        Answer::No | Answer::NotAsked => {}
    }
}

fn has_sent(feed: &Feed<'_>, event: &Event, events: u32) -> bool {
    feed.senders.get(&event.sender).is_some_and(|sender: &Sender| sender.events & events != 0)
}

/// With n events and c cancels, the cancels after the n-th have nothing to cancel.
fn cancels(feed: &Feed<'_>, visit: &[Event], answers: &mut Answers<'_, '_>) {
    for (cancel, cancelled) in CANCELS.into_iter().zip(CANCELLED) {
        let own = set(&[cancel]);
        if !visit.iter().any(|event| event.is(own)) {
            continue;
        }
        let there = visit.iter().filter(|event| event.is(cancelled)).count();
        let mut before = None;
        let tested = visit.iter().filter(|e| e.is(own) && has_sent(feed, e, cancelled) && !e.is(OUTSIDE));
        for (at, event) in tested.enumerate() {
            answers.item(Name::CancelWithoutEvent, event.rank);
            if at < there {
                before = Some((event.rank, event.slot));
            } else {
                answers.fail(Name::CancelWithoutEvent, event.rank, event.slot, before);
            }
        }
    }
}

fn updates(visit: &[Event], answers: &mut Answers<'_, '_>) {
    let mut times = Extent::default();
    visit.iter().filter(|event| event.is(CREATES)).for_each(|event| times.add(event.time().time));
    let first = visit.iter().find(|event| event.is(CREATES)).map(|event| (event.rank, event.time_slot));
    if first.is_some() {
        for event in visit.iter().filter(|event| event.is(set(&[b"A08"]))) {
            early(Name::UpdateBeforeCreate, event.rank, event.time(), &times, first, answers);
        }
    }
}

/// With c cancelled admissions, one visit may have c + 1.
fn admit_twice(stay: &[Event], answers: &mut Answers<'_, '_>) {
    let cancelled = stay.iter().filter(|event| event.is(set(&[b"A11"]))).count();
    let mut first = None;
    for (at, event) in stay.iter().filter(|event| event.is(set(&[b"A01"]))).enumerate() {
        answers.item(Name::AdmitTwice, event.rank);
        let first = *first.get_or_insert((event.rank, event.slot));
        if at > cancelled {
            answers.fail(Name::AdmitTwice, event.rank, event.slot, Some(first));
        }
    }
}

/// Movements of one visit from one sender, in the order of sending: did each happen after the one before it?
fn out_of_order(events: &[Event], answers: &mut Answers<'_, '_>) {
    let moves = set(&MOVEMENTS);
    for visit in events.chunk_by(|a, b| a.visit == b.visit) {
        let mut begun = Extent::default();
        visit.iter().filter(|event| event.is(BEGINS)).for_each(|event| begun.add(event.time().time));
        for stay in visit.chunk_by(|a, b| a.sender == b.sender) {
            let told = |event: &&Event| event.is(moves) && event.moved().time != Timed::Absent;
            let mut before: Option<&Event> = None;
            for event in stay.iter().filter(told) {
                if let Some(before) = before.replace(event) {
                    pair(before, event, &begun, answers);
                }
            }
        }
    }
}

fn pair(before: &Event, event: &Event, begun: &Extent, answers: &mut Answers<'_, '_>) {
    const DISCHARGES: u32 = set(&[b"A03"]);
    let stay = before.is(ADMITS) && event.is(DISCHARGES) || before.is(DISCHARGES) && event.is(ADMITS);
    let told_already = event.is(DISCHARGES) && begun.known() && begun.judge_early(event.time().time) == Answer::Yes;
    if stay || told_already || !Timed::from(before.sent).before(event.sent.into()) {
        return;
    }
    answers.item(Name::EventOutOfOrder, event.rank);
    match (before.moved().time, event.moved().time) {
        (Timed::At(earlier), Timed::At(later)) => {
            if later.before(earlier) {
                let related = Some((before.rank, before.moved_slot));
                answers.fail(Name::EventOutOfOrder, event.rank, event.moved_slot, related);
            }
        }
        _ => answers.doubt(Name::EventOutOfOrder, event.rank, event.moved_slot),
    }
}

/// A28 and A31 of one sender, joined by local numbers.
fn people(feed: &Feed<'_>, answers: &mut Answers<'_, '_>) {
    let shown = feed.senders.values().any(|sender| sender.events & set(&[b"A28"]) != 0);
    if !shown || !answers.wants(&[Name::UpdateBeforeCreate]) {
        return;
    }
    let mut created: Vec<(u64, u32, Dated)> = Vec::new();
    feed.each(|rank, record| {
        if record.kind.adt(b"A28") {
            let numbers = record.patient().into_iter().flat_map(|patient| patient.local());
            created.extend(numbers.map(|number| (mix(number.key, record.sender), rank, record.happened())));
        }
    });
    if created.is_empty() {
        return;
    }
    created.sort_unstable_by_key(|(key, rank, _)| (*key, *rank));
    let known: Vec<(u64, Extent, (u32, Slot))> = created
        .chunk_by(|a, b| a.0 == b.0)
        .map(|same| {
            let mut times = Extent::default();
            same.iter().for_each(|(_, _, dated)| times.add(dated.time));
            (same[0].0, times, (same[0].1, same[0].2.slot))
        })
        .collect();
    drop(created);
    feed.each(|rank, record| {
        let Some(patient) = record.patient().filter(|_| record.kind.adt(b"A31")) else { return };
        let (mut times, mut first) = (Extent::default(), None);
        for number in patient.local() {
            let key = mix(number.key, record.sender);
            if let Ok(at) = known.binary_search_by_key(&key, |(key, ..)| *key) {
                times.join(&known[at].1);
                first = first.into_iter().chain([known[at].2]).min();
            }
        }
        if first.is_some() {
            early(Name::UpdateBeforeCreate, rank, record.happened(), &times, first, answers);
        }
    });
}
