//! Appointments that one system told another, and those that were lost between them.
//!
//! In: all SIU messages of the run. X feeds Y when Y repeated at least one of X's bookings after X and none before.

use super::answers::Answers;
use super::fact::Entity;
use super::feed::Feed;
use super::keyed::mix;
use super::names::Name;
use super::schedule::{Book, Deed, Row};
use super::when::Extent;
use rustc_hash::FxHashMap;

/// Systems compared with one another. More than that in one run is no longer two systems that talk.
const MAX_SYSTEMS: usize = 32;
/// Messages of the other system compared with one message, of those that share a key with it.
const MAX_CANDIDATES: usize = 64;

const KINDS: [Deed; 3] = [Deed::Booked, Deed::Rescheduled, Deed::Cancelled];

/// Decides the check.
pub(super) fn decide(feed: &Feed<'_>, book: &Book, answers: &mut Answers<'_, '_>) {
    let mut systems: Vec<u64> = book.rows.iter().map(|row| row.sender).collect();
    systems.sort_unstable();
    systems.dedup();
    if systems.len() > MAX_SYSTEMS {
        // Several dozen feeds in one run are so many pairs that nothing sensible can be said; the largest decide.
        systems = largest(book, systems);
    }
    let index = Index::new(book);
    for &from in &systems {
        let rows: Vec<&Row> = book.rows.iter().filter(|row| row.sender == from && KINDS.contains(&row.deed)).collect();
        for &to in systems.iter().filter(|to| **to != from) {
            lost(feed, &index, &rows, to, answers);
        }
    }
}

fn largest(book: &Book, mut systems: Vec<u64>) -> Vec<u64> {
    let mut counts: FxHashMap<u64, (usize, u32)> = FxHashMap::default();
    for row in &book.rows {
        let count = counts.entry(row.sender).or_insert((0, row.rank));
        count.0 += 1;
    }
    // Of equal ones that which sent first, so that the choice does not hang on the key of the hashes.
    systems.sort_unstable_by_key(|system| counts.get(system).map(|(count, rank)| (usize::MAX - count, *rank)));
    systems.truncate(MAX_SYSTEMS);
    systems
}

/// Does `to` have each of `rows`, if it is fed by their sender?
fn lost(feed: &Feed<'_>, index: &Index<'_>, rows: &[&Row], to: u64, answers: &mut Answers<'_, '_>) {
    let Some(last) = feed.senders.get(&to).map(|sender| sender.sent) else { return };
    let mut shared: FxHashMap<u32, bool> = FxHashMap::default();
    let (mut after, mut before) = (false, false);
    for row in rows.iter().filter(|row| row.deed == Deed::Booked) {
        let theirs = index.shared(row, to, Deed::Booked);
        if let (Some(theirs), Some(sent)) = (&theirs, row.sent.at()) {
            after |= theirs.any_after(sent);
            before |= theirs.any_before(sent);
        }
        *shared.entry(row.appointment).or_default() |= theirs.is_some();
    }
    if !after || before {
        return;
    }
    let told = KINDS.map(|kind| index.has_sent(to, kind));
    for row in rows {
        let kind = KINDS.iter().position(|kind| *kind == row.deed).is_some_and(|at| told[at]);
        // A change to a booking that was itself lost is not another loss.
        let counts = row.deed == Deed::Booked || shared.get(&row.appointment) == Some(&true);
        let in_time = !row.sent.at().is_some_and(|sent| last.all_before(sent));
        if kind && counts && in_time {
            answers.item(Name::AppointmentLost, row.rank);
            if index.shared(row, to, row.deed).is_none() {
                answers.fail(Name::AppointmentLost, row.rank, row.slot, None);
            }
        }
    }
}

/// What is compared, in the order in which it decides.
#[derive(Clone, Copy)]
enum By {
    Placer = 1,
    Filler,
    Visit,
    Patient,
}

/// The messages of every system by what they can be recognised by.
struct Index<'b> {
    book: &'b Book,
    /// Hash of system, kind and key; place of the row.
    keys: Vec<(u64, u32)>,
    sent: Vec<(u64, Deed)>,
}

impl<'b> Index<'b> {
    fn new(book: &'b Book) -> Self {
        let (mut keys, mut sent) = (Vec::new(), Vec::new());
        for (at, row) in book.rows.iter().enumerate().filter(|(_, row)| KINDS.contains(&row.deed)) {
            let mut add = |by, key| keys.push((hash(row.sender, row.deed, by, key), at as u32));
            for (by, entity) in [(By::Placer, row.placer), (By::Filler, row.filler)] {
                if entity.is_some() {
                    add(by, entity.id);
                }
            }
            if row.visit != 0 {
                add(By::Visit, row.visit);
            }
            for key in patient_times(book, row) {
                add(By::Patient, key);
            }
            sent.push((row.sender, row.deed));
        }
        keys.sort_unstable();
        sent.sort_unstable();
        sent.dedup();
        Self { book, keys, sent }
    }

    fn has_sent(&self, system: u64, deed: Deed) -> bool {
        self.sent.binary_search(&(system, deed)).is_ok()
    }

    /// When `system` sent messages of kind `deed` about the appointment of `row`; none when it sent none.
    fn shared(&self, row: &Row, system: u64, deed: Deed) -> Option<Extent> {
        let mut found = Extent::default();
        let mut any = false;
        let mut look = |by: By, key: u64, same: &dyn Fn(&Row) -> bool| {
            for other in self.candidates(hash(system, deed, by, key)).filter(|other| same(other)) {
                found.add(other.sent);
                any = true;
            }
            any
        };
        let matches = |mine: Entity, theirs: Entity| mine.matches(theirs);
        let by_number = [
            row.placer.is_some() && look(By::Placer, row.placer.id, &|other| matches(row.placer, other.placer)),
            row.filler.is_some() && look(By::Filler, row.filler.id, &|other| matches(row.filler, other.filler)),
        ];
        let by_number = by_number.contains(&true);
        let by_visit = by_number || row.visit != 0 && look(By::Visit, row.visit, &|_| true);
        if !by_visit {
            for key in patient_times(self.book, row) {
                look(By::Patient, key, &|_| true);
            }
        }
        any.then_some(found)
    }

    fn candidates(&self, key: u64) -> impl Iterator<Item = &Row> {
        let from = self.keys.partition_point(|(known, _)| *known < key);
        let same = self.keys[from..].iter().take_while(move |(known, _)| *known == key);
        same.take(MAX_CANDIDATES).map(|(_, at)| &self.book.rows[*at as usize])
    }
}

/// Each number of the patient with the start of the appointment.
fn patient_times<'b>(book: &'b Book, row: &'b Row) -> impl Iterator<Item = u64> + 'b {
    let start = row.start.at().map(|start| start.start() as u64);
    start.into_iter().flat_map(move |start| book.numbers(row).iter().map(move |number| mix(*number, start)))
}

fn hash(system: u64, deed: Deed, by: By, key: u64) -> u64 {
    mix(mix(system, (deed as u64) << 8 | by as u64), key)
}
