//! Appointments: booked, changed and cancelled by one system, and told on to others.
//!
//! In: SIU messages, and the A04 and A05 of patient administration systems. What one system says of an appointment is
//! joined by placer and filler number; what two systems say also by visit, or by patient and time.

use super::answers::Answers;
use super::fact::{Entity, Record, Sender};
use super::facts::Facts;
use super::feed::Feed;
use super::keyed::mix;
use super::movement::set;
use super::names::Name;
use super::spot::Slot;
use super::transfer;
use super::when::{Extent, Timed};
use rustc_hash::{FxHashMap, FxHashSet};

/// The checks of appointments.
pub(super) const NAMES: [Name; 5] = [
    Name::AppointmentCancelWithoutBooking,
    Name::AppointmentRebookWithoutBooking,
    Name::AppointmentBookedTwice,
    Name::BookingNotInPas,
    Name::AppointmentLost,
];

/// SIU messages compared; a large trust sends some thousands a day.
const MAX_MESSAGES: u64 = 500_000;

/// Whether there are more appointments than can be compared.
pub(super) fn is_over(facts: &Facts) -> bool {
    facts.appointments > MAX_MESSAGES
}

/// Trigger events, as far as they matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Deed {
    Booked,
    Rescheduled,
    Modified,
    Cancelled,
    Discontinued,
    Other,
}

/// One SIU message.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) rank: u32,
    pub(super) slot: Slot,
    pub(super) deed: Deed,
    pub(super) sender: u64,
    pub(super) placer: Entity,
    pub(super) filler: Entity,
    pub(super) visit: u64,
    pub(super) sent: Timed,
    pub(super) start: Timed,
    /// Its patient's numbers, in the list they all share.
    pub(super) numbers: (u32, u32),
    /// The first row of the appointment it belongs to.
    pub(super) appointment: u32,
}

/// All SIU messages of the run.
pub(super) struct Book {
    pub(super) rows: Vec<Row>,
    pub(super) numbers: Vec<u64>,
}

impl Book {
    /// The keys of the patient of `row`.
    pub(super) fn numbers(&self, row: &Row) -> &[u64] {
        &self.numbers[row.numbers.0 as usize..row.numbers.1 as usize]
    }
}

/// Decides the five checks.
pub(super) fn decide(feed: &Feed<'_>, answers: &mut Answers<'_, '_>) {
    if !answers.wants(&NAMES) || is_over(feed.facts()) {
        return;
    }
    let book = book(feed);
    if book.rows.is_empty() {
        return;
    }
    coherence(feed, &book, answers);
    if answers.wants(&[Name::BookingNotInPas]) {
        reaches_pas(feed, &book, answers);
    }
    if answers.wants(&[Name::AppointmentLost]) {
        transfer::decide(feed, &book, answers);
    }
}

fn book(feed: &Feed<'_>) -> Book {
    let mut book = Book { rows: Vec::new(), numbers: Vec::new() };
    feed.each(|rank, record| {
        let Some(appointment) = record.appointment else { return };
        let deed = match &record.kind.event {
            b"S12" => Deed::Booked,
            b"S13" => Deed::Rescheduled,
            b"S14" => Deed::Modified,
            b"S15" => Deed::Cancelled,
            b"S17" => Deed::Discontinued,
            _ => Deed::Other,
        };
        let from = book.numbers.len() as u32;
        book.numbers.extend(record.patient().into_iter().flat_map(|patient| &patient.numbers).map(|number| number.key));
        book.rows.push(Row {
            rank,
            slot: appointment.slot,
            deed,
            sender: record.sender,
            placer: appointment.placer,
            filler: appointment.filler,
            visit: record.visit.key,
            sent: record.sent.time,
            start: appointment.start,
            numbers: (from, book.numbers.len() as u32),
            appointment: 0,
        });
    });
    book.rows.sort_unstable_by_key(|row| row.rank);
    join(&mut book.rows);
    book
}

/// Gives all rows of one sender that share a placer or filler number, directly or through others, one appointment.
fn join(rows: &mut [Row]) {
    let mut parent: Vec<u32> = (0..rows.len() as u32).collect();
    for part in [|row: &Row| row.placer, |row: &Row| row.filler] {
        let mut keys: Vec<(u64, u64, u64, u32)> = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            let entity = part(row);
            if entity.is_some() {
                keys.push((row.sender, entity.id, entity.authority, at as u32));
            }
        }
        keys.sort_unstable();
        for same in keys.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            // One without authority may be any of them, so it makes them all one.
            let one = same[0].2 == 0;
            for pair in same.windows(2).filter(|pair| one || pair[0].2 == pair[1].2) {
                let (a, b) = (root(&mut parent, pair[0].3), root(&mut parent, pair[1].3));
                parent[a.max(b) as usize] = a.min(b);
            }
        }
    }
    for (at, row) in rows.iter_mut().enumerate() {
        row.appointment = root(&mut parent, at as u32);
    }
}

fn root(parent: &mut [u32], mut at: u32) -> u32 {
    while parent[at as usize] != at {
        let next = parent[at as usize];
        parent[at as usize] = parent[next as usize];
        at = next;
    }
    at
}

/// Within one system: what is cancelled or changed was booked, and booked once.
fn coherence(feed: &Feed<'_>, book: &Book, answers: &mut Answers<'_, '_>) {
    let mut order: Vec<u32> = (0..book.rows.len() as u32).collect();
    order.sort_unstable_by_key(|at| (book.rows[*at as usize].appointment, *at));
    let rows = |at: &u32| &book.rows[*at as usize];
    for appointment in order.chunk_by(|a, b| rows(a).appointment == rows(b).appointment) {
        let count = |deeds: &[Deed]| appointment.iter().filter(|at| deeds.contains(&rows(at).deed)).count();
        let booked = count(&[Deed::Booked]);
        let mut bookings = Limit::new(count(&[Deed::Cancelled, Deed::Discontinued]) + 1);
        let (mut cancels, mut ends) = (Limit::new(booked), Limit::new(booked));
        for row in appointment.iter().map(rows) {
            let books =
                feed.senders.get(&row.sender).is_some_and(|sender: &Sender| sender.events & set(&[b"S12"]) != 0);
            let (name, over) = match row.deed {
                Deed::Booked => (Name::AppointmentBookedTwice, bookings.next(row)),
                Deed::Cancelled if books => (Name::AppointmentCancelWithoutBooking, cancels.next(row)),
                Deed::Discontinued if books => (Name::AppointmentCancelWithoutBooking, ends.next(row)),
                Deed::Rescheduled | Deed::Modified if books => {
                    (Name::AppointmentRebookWithoutBooking, (booked == 0).then_some(None))
                }
                _ => continue,
            };
            answers.item(name, row.rank);
            if let Some(related) = over {
                let first = bookings.first.filter(|_| row.deed == Deed::Booked);
                answers.fail(name, row.rank, row.slot, first.or(related));
            }
        }
    }
}

/// Allows so many, and says of each further one which was the last that was allowed.
struct Limit {
    left: usize,
    first: Option<(u32, Slot)>,
    last: Option<(u32, Slot)>,
}

impl Limit {
    fn new(left: usize) -> Self {
        Self { left, first: None, last: None }
    }

    fn next(&mut self, row: &Row) -> Option<Option<(u32, Slot)>> {
        if self.left == 0 {
            return Some(self.last);
        }
        self.left -= 1;
        self.last = Some((row.rank, row.slot));
        self.first = self.first.or(self.last);
        None
    }
}

/// What the patient administration systems know, and until when.
#[derive(Default)]
struct Pas {
    visits: FxHashSet<u64>,
    /// Patient number and day of an attendance.
    days: FxHashSet<u64>,
    sent: Extent,
    /// Whether they tell of appointments before they take place (A05).
    foretells: bool,
}

impl Pas {
    fn new(feed: &Feed<'_>) -> Self {
        let mut pas = Self::default();
        let is_pas = |record: &Record| {
            let sender = feed.senders.get(&record.sender);
            sender.is_some_and(|s| s.events & set(&[b"A04", b"A05"]) != 0 && s.events & set(&[b"SIU"]) == 0)
        };
        feed.each(|_, record| {
            if !is_pas(record) {
                return;
            }
            pas.sent.add(record.sent.time);
            if !record.kind.adt(b"A04") && !record.kind.adt(b"A05") {
                return;
            }
            pas.foretells |= record.kind.adt(b"A05");
            if record.visit.key != 0 {
                pas.visits.insert(record.visit.key);
            }
            let at = record.expected.or(record.admitted.time).or(record.occurred.time);
            if let Some(day) = at.at().and_then(|when| when.day()) {
                for number in record.patient().into_iter().flat_map(|patient| &patient.numbers) {
                    pas.days.insert(mix(number.key, day as u64));
                }
            }
        });
        pas
    }

    fn has(&self, book: &Book, row: &Row) -> bool {
        if row.visit != 0 && self.visits.contains(&row.visit) {
            return true;
        }
        let Some(day) = row.start.at().and_then(|when| when.day()) else { return false };
        book.numbers(row).iter().any(|number| self.days.contains(&mix(*number, day as u64)))
    }
}

fn reaches_pas(feed: &Feed<'_>, book: &Book, answers: &mut Answers<'_, '_>) {
    let pas = Pas::new(feed);
    if !pas.sent.known() {
        return;
    }
    let booked = || book.rows.iter().filter(|row| row.deed == Deed::Booked);
    let mut feeding: FxHashMap<u64, bool> = FxHashMap::default();
    for row in booked() {
        let known = feeding.entry(row.sender).or_default();
        *known = *known || pas.has(book, row);
    }
    let cancels = |row: &&Row| matches!(row.deed, Deed::Cancelled | Deed::Discontinued);
    let cancelled: FxHashSet<u32> = book.rows.iter().filter(cancels).map(|row| row.appointment).collect();
    // Not after the last thing the system said: what came later it cannot have told yet.
    let told = |time: Timed| !time.at().is_some_and(|time| pas.sent.all_before(time));
    for row in booked() {
        let due = told(row.sent) && (pas.foretells || told(row.start));
        if due && feeding.get(&row.sender) == Some(&true) && !cancelled.contains(&row.appointment) {
            answers.item(Name::BookingNotInPas, row.rank);
            if !pas.has(book, row) {
                answers.fail(Name::BookingNotInPas, row.rank, row.slot, None);
            }
        }
    }
}
