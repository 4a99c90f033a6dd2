//! Merges of patient numbers: into themselves, and numbers used after they were merged away.

use super::answers::Answers;
use super::fact::{Merge, Number, Record};
use super::feed::Feed;
use super::names::{Name, may_be_retired};
use super::spot::Slot;
use super::when::{Between, Earlier, Extent, Timed};
use std::cmp::Reverse;

/// Decides both checks.
pub(super) fn decide(feed: &Feed<'_>, answers: &mut Answers<'_, '_>) {
    if answers.wants(&[Name::MergeIntoItself]) {
        feed.each(|rank, record| {
            if record.merges.is_empty() {
                return;
            }
            answers.item(Name::MergeIntoItself, rank);
            if let Some(slot) = record.merges.iter().find_map(|merge| into_itself(record, merge)) {
                answers.fail(Name::MergeIntoItself, rank, slot, None);
            }
        });
    }
    let merges = feed.facts().touched & Name::MergeIntoItself.bit() != 0;
    if merges && answers.wants(&[Name::EventForMergedNumber]) {
        retired(feed, answers);
    }
}

/// The first repetition of MRG-1 that the patient keeps. One NHS number on both sides is what a merge of two local
/// numbers looks like; it is wrong only when no local number is merged.
fn into_itself(record: &Record, merge: &Merge) -> Option<Slot> {
    let patient = record.patients.get(merge.patient as usize)?;
    let kept = |number: &&Number| patient.numbers.iter().any(|own| own.key == number.key);
    let local = merge.numbers.iter().filter(|number| !number.is_nhs());
    let only_nhs = local.clone().next().is_none();
    let nhs = merge.numbers.iter().filter(|number| number.is_nhs() && only_nhs);
    local.chain(nhs).find(kept).map(|number| number.slot)
}

/// What an A40 did to a local number, or a message that uses it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    Retired,
    Revived,
    Used,
}

/// One deed.
type Row = (u64, Deed, u32, Slot, Timed);

fn retired(feed: &Feed<'_>, answers: &mut Answers<'_, '_>) {
    let mut rows: Vec<Row> = Vec::new();
    feed.each(|rank, record| {
        if record.kind.adt(b"A40") {
            record.merges.iter().for_each(|merge| merge_rows(rank, record, merge, &mut rows));
        }
    });
    let mut numbers: Vec<u64> = rows.iter().filter(|row| row.1 == Deed::Retired).map(|row| row.0).collect();
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.is_empty() {
        return;
    }
    rows.retain(|row| numbers.binary_search(&row.0).is_ok());
    feed.each(|rank, record| {
        let patient = record.patient().filter(|_| may_be_retired(record.kind));
        for number in patient.into_iter().flat_map(|patient| patient.local()) {
            if numbers.binary_search(&number.key).is_ok() {
                rows.push((number.key, Deed::Used, rank, number.slot, record.happened().time));
            }
        }
    });
    rows.sort_unstable();
    let mut uses: Vec<(u32, Slot, Use)> = Vec::new();
    let (mut retirements, mut revivals) = (Earlier::default(), Between::default());
    for number in rows.chunk_by(|a, b| a.0 == b.0) {
        retirements.clear();
        revivals.clear();
        let mut unknown = Extent::default();
        for (_, deed, rank, slot, time) in number {
            match (deed, time) {
                (Deed::Retired, Timed::At(when)) => retirements.add(*when, (Reverse(*rank), *slot, *when)),
                (Deed::Retired, time) => unknown.add(*time),
                (Deed::Revived, Timed::At(when)) => revivals.add(*when),
                (Deed::Revived, _) | (Deed::Used, _) => {}
            }
        }
        retirements.sort();
        revivals.sort();
        let timeless = unknown.absent || unknown.unreadable;
        for (_, _, rank, slot, time) in number.iter().filter(|row| row.1 == Deed::Used) {
            let found = match time {
                Timed::At(when) => match retirements.latest_before(*when) {
                    Some((_, (Reverse(by), at, from))) if !revivals.any(from, *when) => Use::After(by, at),
                    None if timeless => Use::Unclear,
                    _ => Use::Fine,
                },
                _ => Use::Unclear,
            };
            uses.push((*rank, *slot, found));
        }
    }
    tell(&mut uses, answers);
}

/// How a message uses a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    After(u32, Slot),
    Unclear,
    Fine,
}

/// One finding a message, at the first number that is wrong.
fn tell(uses: &mut [(u32, Slot, Use)], answers: &mut Answers<'_, '_>) {
    uses.sort_unstable();
    for message in uses.chunk_by(|a, b| a.0 == b.0) {
        let rank = message[0].0;
        answers.item(Name::EventForMergedNumber, rank);
        let after = message.iter().find_map(|(_, slot, found)| match found {
            Use::After(by, at) => Some((*slot, (*by, *at))),
            Use::Unclear | Use::Fine => None,
        });
        let unclear = message.iter().find(|(_, _, found)| *found == Use::Unclear);
        match (after, unclear) {
            (Some((slot, related)), _) => answers.fail(Name::EventForMergedNumber, rank, slot, Some(related)),
            (None, Some((_, slot, _))) => answers.doubt(Name::EventForMergedNumber, rank, *slot),
            (None, None) => {}
        }
    }
}

fn merge_rows(rank: u32, record: &Record, merge: &Merge, rows: &mut Vec<Row>) {
    let Some(patient) = record.patients.get(merge.patient as usize) else { return };
    let time = record.happened().time;
    let gone = |number: &Number| merge.numbers.iter().any(|other| other.key == number.key);
    let kept = |number: &Number| patient.numbers.iter().any(|other| other.key == number.key);
    for number in merge.numbers.iter().filter(|number| !number.is_nhs() && !kept(number)) {
        rows.push((number.key, Deed::Retired, rank, number.slot, time));
    }
    for number in patient.local().filter(|number| !gone(number)) {
        rows.push((number.key, Deed::Revived, rank, number.slot, time));
    }
}
