//! One person under two identities: dates of birth, NHS numbers, visits.
//!
//! In: every message with a PID. Only usable NHS numbers count, and dates of birth that are dates.

use super::answers::Answers;
use super::fact::MessageKind;
use super::feed::Feed;
use super::names::Name;
use super::spot::Slot;
use rustc_hash::{FxHashMap, FxHashSet};

/// Decides the three checks.
pub(super) fn decide(feed: &Feed<'_>, answers: &mut Answers<'_, '_>) {
    let parts = feed.parts();
    if answers.wants(&[Name::NhsNumberTwoBirthDates, Name::LocalNumberTwoNhsNumbers]) {
        for part in 0..parts {
            people(feed, (part, parts), answers);
        }
    }
    if answers.wants(&[Name::VisitNumberTwoPatients]) {
        let mut links = Links::new(feed);
        for part in 0..parts {
            visits(feed, (part, parts), &mut links, answers);
        }
    }
}

/// How many messages the sorted ranks come from.
fn messages(ranks: impl Iterator<Item = u32>) -> usize {
    let (mut count, mut last) = (0, None);
    for rank in ranks {
        count += usize::from(last.replace(rank) != Some(rank));
    }
    count
}

/// A date of birth under an NHS number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Birth {
    nhs: u64,
    rank: u32,
    slot: Slot,
    /// As [`super::fact::Patient::birth`].
    date: u32,
    sender: u64,
}

/// NHS numbers read beside each local number of one PID: two are wrong already.
const NHS_NUMBERS: usize = 4;

fn people(feed: &Feed<'_>, (part, parts): (u64, u64), answers: &mut Answers<'_, '_>) {
    let (mut births, mut beside) = (feed.list(), feed.list());
    feed.each(|rank, record| {
        for patient in &record.patients {
            for number in patient.nhs().filter(|number| number.key % parts == part && patient.birth != 0) {
                let (slot, date, sender) = (patient.birth_slot, patient.birth, record.sender);
                births.push(Birth { nhs: number.key, rank, slot, date, sender });
            }
            for local in patient.local().filter(|number| number.key % parts == part) {
                let nhs = patient.nhs().take(NHS_NUMBERS);
                beside.extend(nhs.map(|nhs| Beside { local: local.key, rank, slot: nhs.slot, nhs: nhs.key }));
            }
        }
    });
    birth_dates(feed, births, answers);
    nhs_numbers(feed, beside, answers);
}

fn birth_dates(feed: &Feed<'_>, mut births: Vec<Birth>, answers: &mut Answers<'_, '_>) {
    births.sort_unstable();
    let mut known = Dates::default();
    for same in births.chunk_by(|a, b| a.nhs == b.nhs) {
        let first = same[0];
        if messages(same.iter().map(|birth| birth.rank)) < 2 {
            continue;
        }
        answers.item(Name::NhsNumberTwoBirthDates, first.rank);
        known.clear();
        known.add(first.date);
        for birth in &same[1..] {
            if known.has(birth.date) {
                continue;
            }
            known.add(birth.date);
            let kind = feed.kind(birth.rank);
            let corrects = (kind.adt(b"A08") || kind.adt(b"A31")) && birth.sender == first.sender;
            if !corrects {
                answers.fail(Name::NhsNumberTwoBirthDates, birth.rank, birth.slot, Some((first.rank, first.slot)));
            }
        }
    }
}

/// Dates met, some known only to the month or year.
#[derive(Default)]
struct Dates {
    written: FxHashSet<u32>,
    /// Months and years of those that are more precise.
    within: FxHashSet<u32>,
}

impl Dates {
    fn clear(&mut self) {
        self.written.clear();
        self.within.clear();
    }

    fn add(&mut self, date: u32) {
        self.written.insert(date);
        self.within.extend(coarser(date));
    }

    /// Whether `date` may be one of those met.
    fn has(&self, date: u32) -> bool {
        self.written.contains(&date)
            || self.within.contains(&date)
            || coarser(date).any(|coarse| self.written.contains(&coarse))
    }
}

/// The month and year of a date to the day; the year of a month.
fn coarser(date: u32) -> impl Iterator<Item = u32> {
    let lengths: &[u32] = match date {
        100_000_000.. => &[100, 10_000],
        1_000_000.. => &[100],
        _ => &[],
    };
    lengths.iter().map(move |length| date / length)
}

/// An NHS number beside a local one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Beside {
    local: u64,
    rank: u32,
    slot: Slot,
    nhs: u64,
}

fn nhs_numbers(feed: &Feed<'_>, mut rows: Vec<Beside>, answers: &mut Answers<'_, '_>) {
    rows.sort_unstable();
    let mut known = FxHashSet::default();
    for same in rows.chunk_by(|a, b| a.local == b.local) {
        let first = same[0];
        if messages(same.iter().map(|row| row.rank)) < 2 {
            continue;
        }
        answers.item(Name::LocalNumberTwoNhsNumbers, first.rank);
        known.clear();
        for row in same {
            if known.insert(row.nhs) && row.nhs != first.nhs && !may_change_number(feed.kind(row.rank)) {
                answers.fail(Name::LocalNumberTwoNhsNumbers, row.rank, row.slot, Some((first.rank, first.slot)));
            }
        }
    }
}

fn may_change_number(kind: MessageKind) -> bool {
    [b"A31", b"A40", b"A47"].into_iter().any(|event| kind.adt(event))
}

/// Local numbers that merges made one.
struct Links(FxHashMap<u64, u64>);

impl Links {
    fn new(feed: &Feed<'_>) -> Self {
        let mut links = Self(FxHashMap::default());
        if feed.facts().touched & Name::MergeIntoItself.bit() == 0 {
            return links;
        }
        feed.each(|_, record| {
            for merge in record.merges.iter().filter(|_| record.kind.adt(b"A40")) {
                let patient = record.patients.get(merge.patient as usize);
                let own = patient.into_iter().flat_map(|patient| patient.local());
                let mut all =
                    own.chain(merge.numbers.iter().filter(|number| !number.is_nhs())).map(|number| number.key);
                if let Some(first) = all.next() {
                    all.for_each(|other| links.join(first, other));
                }
            }
        });
        links
    }

    /// The number that stands for `number` and all it was merged with: the smallest, so that the order of merging does
    /// not matter.
    fn root(&mut self, number: u64) -> u64 {
        let mut at = number;
        while let Some(&next) = self.0.get(&at).filter(|next| **next != at) {
            // Halving the way keeps later walks short.
            let after = self.0.get(&next).copied().unwrap_or(next);
            self.0.insert(at, after);
            at = after;
        }
        at
    }

    fn join(&mut self, a: u64, b: u64) {
        let (a, b) = (self.root(a), self.root(b));
        self.0.insert(a.max(b), a.min(b));
    }
}

/// A message of a visit; its numbers stand in a list shared by all.
#[derive(Clone, Copy)]
struct Visit {
    key: u64,
    rank: u32,
    slot: Slot,
    numbers: (u32, u32),
}

/// A patient number, after merges, and its authority; 0 for an NHS number.
type Known = (u64, u64);

fn visits(feed: &Feed<'_>, (part, parts): (u64, u64), links: &mut Links, answers: &mut Answers<'_, '_>) {
    let (mut visits, mut numbers): (Vec<Visit>, Vec<Known>) = (feed.list(), feed.list());
    feed.each(|rank, record| {
        if record.visit.key == 0 || record.visit.key % parts != part {
            return;
        }
        let Some(patient) = record.patient() else { return };
        let from = numbers.len() as u32;
        numbers.extend(patient.numbers.iter().map(|number| match number.is_nhs() {
            true => (number.key, 0),
            false => (links.root(number.key), number.authority),
        }));
        let range = (from, numbers.len() as u32);
        visits.push(Visit { key: record.visit.key, rank, slot: record.visit.slot, numbers: range });
    });
    visits.sort_unstable_by_key(|visit| (visit.key, visit.rank));
    let of = |visit: &Visit| &numbers[visit.numbers.0 as usize..visit.numbers.1 as usize];
    let mut known = FxHashSet::default();
    for same in visits.chunk_by(|a, b| a.key == b.key).filter(|same| same.len() > 1) {
        answers.item(Name::VisitNumberTwoPatients, same[0].rank);
        let Some(at) = same.iter().position(|visit| !of(visit).is_empty()) else { continue };
        let first = &same[at];
        known.clear();
        for visit in &same[at + 1..] {
            let other = another(of(first), of(visit));
            let met = other.iter().any(|number| known.contains(number));
            if !other.is_empty() && !met {
                answers.fail(Name::VisitNumberTwoPatients, visit.rank, visit.slot, Some((first.rank, first.slot)));
            }
            known.extend(other);
        }
    }
}

/// The numbers by which `other` is known to be another patient than `first`: they have numbers of one authority and
/// none in common. NHS numbers decide only where no local ones can. Empty when they may be the same.
fn another(first: &[Known], other: &[Known]) -> Vec<u64> {
    for local in [true, false] {
        let wanted = |number: &&Known| (number.1 != 0) == local && first.iter().any(|own| own.1 == number.1);
        let comparable: Vec<&Known> = other.iter().filter(wanted).collect();
        if !comparable.is_empty() {
            let common = comparable.iter().any(|number| first.contains(number));
            return if common { Vec::new() } else { comparable.iter().map(|number| number.0).collect() };
        }
    }
    Vec::new()
}
