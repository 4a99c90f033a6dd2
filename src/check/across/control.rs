//! Control ids and acknowledgements (HL7 v2.4 chapter 2, 2.9.2 and 2.9.3).

use super::answers::Answers;
use super::fact::{AckCode, Record, Wants};
use super::feed::Feed;
use super::keyed::mix;
use super::names::Name;
use super::spot::Slot;
use super::when::{Extent, Timed};
use rustc_hash::{FxHashMap, FxHashSet};

const NAMES: [Name; 4] = [Name::DuplicateControlId, Name::AckUnpaired, Name::AckMissing, Name::AckNegative];

/// A message with MSH-10.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Sent {
    control: u64,
    rank: u32,
    slot: Slot,
    sender: u64,
}

/// What the acknowledgements and their counterparts are found by.
#[derive(Default)]
struct Index {
    /// Sorted: a control id's messages stand together, the first sent first.
    sent: Vec<Sent>,
    /// Senders of messages that are no acknowledgements.
    senders: FxHashSet<u64>,
    /// Receivers of acknowledgements, and the pairs of receiver and sender.
    receivers: FxHashSet<u64>,
    pairs: FxHashSet<u64>,
    /// Control ids that an acknowledgement names, sorted.
    answered: Vec<u64>,
    /// When each message was accepted, by its control id and the acknowledgement's sender.
    accepted: FxHashMap<u64, Extent>,
}

/// Decides the four checks.
pub(super) fn decide(feed: &Feed<'_>, answers: &mut Answers<'_, '_>) {
    if !answers.wants(&NAMES) {
        return;
    }
    let mut index = Index::new(feed);
    feed.each(|rank, record| match record.ack {
        Some(_) => index.acknowledgement(rank, record, answers),
        None => index.message(rank, record, answers),
    });
    duplicates(&mut index.sent, answers);
}

fn duplicates(sent: &mut [Sent], answers: &mut Answers<'_, '_>) {
    sent.sort_unstable_by_key(|sent| (sent.control, sent.sender, sent.rank));
    for same in sent.chunk_by(|a, b| (a.control, a.sender) == (b.control, b.sender)) {
        for (at, message) in same.iter().enumerate() {
            answers.item(Name::DuplicateControlId, message.rank);
            if at > 0 {
                answers.fail(Name::DuplicateControlId, message.rank, message.slot, Some((same[0].rank, same[0].slot)));
            }
        }
    }
}

impl Index {
    fn new(feed: &Feed<'_>) -> Self {
        let mut index = Self { sent: Vec::with_capacity(feed.len()), ..Self::default() };
        feed.each(|rank, record| {
            if record.control.key != 0 {
                let (control, slot) = (record.control.key, record.control.slot);
                index.sent.push(Sent { control, rank, slot, sender: record.sender });
            }
            let Some(ack) = record.ack else {
                index.senders.insert(record.sender);
                return;
            };
            if record.receiver != 0 {
                index.receivers.insert(record.receiver);
                index.pairs.insert(mix(record.receiver, record.sender));
            }
            if ack.control.key != 0 {
                index.answered.push(ack.control.key);
                if ack.code == AckCode::Accepted {
                    let extent = index.accepted.entry(mix(ack.control.key, record.sender)).or_default();
                    extent.add(record.sent.time);
                }
            }
        });
        index.sent.sort_unstable();
        index.answered.sort_unstable();
        index
    }

    /// The first message with this control id, other than `not`.
    fn first(&self, control: u64, not: u32) -> Option<Sent> {
        let from = self.sent.partition_point(|sent| sent.control < control);
        self.sent[from..].iter().take_while(|sent| sent.control == control).find(|sent| sent.rank != not).copied()
    }

    fn acknowledgement(&self, rank: u32, record: &Record, answers: &mut Answers<'_, '_>) {
        let Some(ack) = record.ack else { return };
        // An application may repeat the control id it answers in its own MSH-10: that is no message answered.
        let answers_to = (ack.control.key != 0).then(|| self.first(ack.control.key, rank)).flatten();
        let gate = match record.receiver {
            0 => !self.senders.is_empty(),
            receiver => self.senders.contains(&receiver),
        };
        if ack.control.key != 0 && gate {
            answers.item(Name::AckUnpaired, rank);
            if answers_to.is_none() {
                answers.fail(Name::AckUnpaired, rank, ack.control.slot, None);
            }
        }
        if ack.code != AckCode::None {
            answers.item(Name::AckNegative, rank);
            let accepted = self.accepted.get(&mix(ack.control.key, record.sender)).filter(|_| ack.control.key != 0);
            if ack.code == AckCode::Refused && !accepted.is_some_and(|times| recovers(times, record.sent.time)) {
                answers.fail(Name::AckNegative, rank, ack.code_slot, answers_to.map(|sent| (sent.rank, sent.slot)));
            }
        }
    }

    fn message(&self, rank: u32, record: &Record, answers: &mut Answers<'_, '_>) {
        if record.control.key == 0 || record.wants == Wants::NotAlways {
            return;
        }
        let answerable =
            record.routed || record.wants == Wants::Always || self.pairs.contains(&mix(record.sender, record.receiver));
        if !answerable || !self.receivers.contains(&record.sender) {
            return;
        }
        answers.item(Name::AckMissing, rank);
        if self.answered.binary_search(&record.control.key).is_err() {
            answers.fail(Name::AckMissing, rank, record.control.slot, None);
        }
    }
}

/// Whether one of the acceptances was not sent before the refusal.
fn recovers(accepted: &Extent, refused: Timed) -> bool {
    match refused {
        Timed::At(refused) => accepted.absent || accepted.unreadable || !accepted.all_before(refused),
        Timed::Absent | Timed::Unreadable => true,
    }
}
