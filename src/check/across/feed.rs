//! The records of a run in the canonical order, resent messages left out.
//!
//! In: [`Facts`]. Out: each record with its rank in the order of sending (MSH-7, then artifact, then ordinal), which is
//! the same for every split of the run. The records stay packed; a check that needs them walks them once.

use super::codes::Codes;
use super::fact::{MessageKind, Record, Sender};
use super::facts::Facts;
use super::movement;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A message that was sent again has no rank.
const RESENT: u32 = u32::MAX;

/// The records of a run, ready to be read in any number of passes.
pub(super) struct Feed<'f> {
    facts: &'f Facts,
    /// By place in [`Facts::each`].
    rank: Vec<u32>,
    /// By rank: place in the order of artifact and ordinal, in which findings are listed.
    seat: Vec<u32>,
    kind: Vec<MessageKind>,
    /// What is known of each sender.
    pub(super) senders: FxHashMap<u64, Sender>,
}

impl<'f> Feed<'f> {
    /// Ranks the records of `facts`.
    pub(super) fn new(facts: &'f Facts) -> Self {
        let seats = seats(facts);
        let mut order: Vec<(i64, u32, u32)> = Vec::with_capacity(seats.len());
        facts.each(|_, record| {
            let at = order.len();
            order.push((record.sent.time.order(), seats[at], at as u32));
        });
        order.sort_unstable();
        let mut rank = vec![0; order.len()];
        for (at, (_, _, place)) in order.iter().enumerate() {
            rank[*place as usize] = at as u32;
        }
        drop(order);
        drop_resent(facts, &mut rank);
        let mut feed = Self { facts, rank, seat: Vec::new(), kind: Vec::new(), senders: FxHashMap::default() };
        feed.seat = vec![0; feed.rank.len()];
        feed.kind = vec![MessageKind::default(); feed.rank.len()];
        for (place, rank) in feed.rank.iter().enumerate().filter(|(_, rank)| **rank != RESENT) {
            feed.seat[*rank as usize] = seats[place];
        }
        drop(seats);
        feed.learn();
        feed
    }

    /// Messages, resent ones included; ranks are below it.
    pub(super) fn len(&self) -> usize {
        self.rank.len()
    }

    /// Calls `visit` with rank and record of each message, in no particular order.
    pub(super) fn each(&self, mut visit: impl FnMut(u32, &Record)) {
        self.each_placed(|rank, _, record| visit(rank, record));
    }

    /// The same, with the artifact.
    pub(super) fn each_placed(&self, mut visit: impl FnMut(u32, &Arc<str>, &Record)) {
        let mut ranks = self.rank.iter();
        self.facts.each(|artifact, record| {
            if let Some(&rank) = ranks.next()
                && rank != RESENT
            {
                visit(rank, artifact, record);
            }
        });
    }

    /// What was ranked.
    pub(super) fn facts(&self) -> &'f Facts {
        self.facts
    }

    /// The observation codes of the run.
    pub(super) fn codes(&self) -> &'f Codes {
        &self.facts.codes
    }

    /// What kind of message `rank` is.
    pub(super) fn kind(&self, rank: u32) -> MessageKind {
        self.kind[rank as usize]
    }

    /// The place of message `rank` in the order in which findings are listed.
    pub(super) fn seat(&self, rank: u32) -> u32 {
        self.seat[rank as usize]
    }

    /// In how many parts a check should take its keys, so that each part fits in a few dozen megabytes. Where it is one,
    /// there is room to make several checks at the same time.
    pub(super) fn parts(&self) -> u64 {
        const PER_PART: usize = 400_000;
        (self.len() / PER_PART + 1) as u64
    }

    /// A list with room for one part, so that it need not grow: growing holds the old list beside the new one.
    pub(super) fn list<T>(&self) -> Vec<T> {
        let part = self.len() / self.parts() as usize;
        Vec::with_capacity(part + part / 16 + 16)
    }

    fn learn(&mut self) {
        let (mut kinds, mut senders) = (std::mem::take(&mut self.kind), FxHashMap::<u64, Sender>::default());
        self.each(|rank, record| {
            kinds[rank as usize] = record.kind;
            let sender = senders.entry(record.sender).or_default();
            sender.happened.add(record.happened().time);
            sender.sent.add(record.sent.time);
            sender.events |= movement::event_bit(record.kind);
        });
        (self.kind, self.senders) = (kinds, senders);
    }
}

/// Per record its place in the order of artifact and ordinal.
fn seats(facts: &Facts) -> Vec<u32> {
    let mut artifacts: Vec<Arc<str>> = Vec::new();
    let mut order: Vec<(u32, u64, u32)> = Vec::with_capacity(usize::try_from(facts.messages()).unwrap_or_default());
    facts.each(|artifact, record| {
        if artifacts.last().is_none_or(|last| last != artifact) {
            artifacts.push(Arc::clone(artifact));
        }
        order.push((artifacts.len() as u32 - 1, record.item, order.len() as u32));
    });
    let mut by_name: Vec<u32> = (0..artifacts.len() as u32).collect();
    by_name.sort_unstable_by(|a, b| artifacts[*a as usize].cmp(&artifacts[*b as usize]));
    // One artifact may have come in several stretches; all of them rank the same.
    let mut ranked = vec![0; artifacts.len()];
    let mut next = 0;
    for (at, index) in by_name.iter().enumerate() {
        if at > 0 && artifacts[by_name[at - 1] as usize] != artifacts[*index as usize] {
            next += 1;
        }
        ranked[*index as usize] = next;
    }
    order.iter_mut().for_each(|(artifact, ..)| *artifact = ranked[*artifact as usize]);
    order.sort_unstable();
    let mut seats = vec![0; order.len()];
    for (seat, (_, _, place)) in order.iter().enumerate() {
        seats[*place as usize] = seat as u32;
    }
    seats
}

/// Takes the rank from every message that has the content of one ranked before it. The hash of its content and that of
/// its control id together are 128 bits.
fn drop_resent(facts: &Facts, rank: &mut [u32]) {
    let mut by_content: Vec<(u64, u64, u32, u32)> = Vec::with_capacity(rank.len());
    facts.each(|_, record| {
        let place = by_content.len();
        by_content.push((record.content, record.control.key, rank[place], place as u32));
    });
    by_content.sort_unstable();
    for same in by_content.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        for (_, _, _, place) in &same[1..] {
            rank[*place as usize] = RESENT;
        }
    }
}
