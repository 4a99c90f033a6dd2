//! What a message's lines show among themselves: reused order numbers, repeated observations, set ids out of sequence,
//! and the type of value each code came with.
//!
//! In: a message that has been read. Out: counts and places in its record, and entries in [`Codes`]. These need no
//! other message; they stand here because a rule's expression cannot compare a segment with its siblings.

use super::answers::Answers;
use super::codes::{self, Code, Codes, Line};
use super::fact::Inside;
use super::facts::At;
use super::feed::Feed;
use super::keyed::{Meaning, mix};
use super::names::{Name, ORDERS, RESULTS};
use super::observe::Reader;
use super::spot::{Field, Here, Slot};
use crate::check::tally::SHOWN_PER_GROUP;
use crate::instance::NodeId;
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;

const REUSED: usize = 0;
const REPEATED: usize = 1;
const SEQUENCE: usize = 2;

/// Looks at the lines of an order or result.
pub(super) fn observe(reader: &mut Reader<'_>, at: &At, codes: &mut Codes) {
    let results = reader.record.kind.any(RESULTS);
    if !results && !reader.record.kind.any(ORDERS) {
        return;
    }
    reused(reader);
    let mut group = Group::default();
    let mut seen = FxHashMap::default();
    for index in 0..reader.segments.len() {
        let (name, here) = reader.segments[index];
        match name {
            b"OBR" | b"SPM" => {
                group.close(&mut reader.record.inside[SEQUENCE]);
                seen.clear();
            }
            b"OBX" => {
                group.line(reader, here);
                if results {
                    observation(reader, here, &mut seen, at, codes);
                }
            }
            _ => {}
        }
    }
    group.close(&mut reader.record.inside[SEQUENCE]);
}

fn reused(reader: &mut Reader<'_>) {
    if reader.record.orders.is_empty() {
        return;
    }
    let mut seen = FxHashMap::default();
    let orders = reader.record.orders.iter().filter(|order| order.test && order.placer.is_some());
    let mut inside = Inside::default();
    for order in orders {
        inside.items += 1;
        match seen.get(&order.placer) {
            Some(first) => inside.fail(order.slot, *first),
            None => drop(seen.insert(order.placer, order.slot)),
        }
    }
    reader.record.inside[REUSED] = inside;
}

/// The OBX lines of one parent.
#[derive(Default)]
struct Group {
    lines: u32,
    unnumbered: bool,
    wrong: Option<Slot>,
}

impl Group {
    fn line(&mut self, reader: &mut Reader<'_>, here: Here) {
        self.lines += 1;
        let Some(node) = field(reader, here, 1) else {
            self.unnumbered = true;
            return;
        };
        let text = reader.part(node, 1, 1);
        self.unnumbered |= text.is_empty();
        let number = std::str::from_utf8(&text).ok().and_then(|text| text.parse::<u32>().ok());
        let listed = !reader.record.inside[SEQUENCE].is_full();
        if number != Some(self.lines) && self.wrong.is_none() && !self.unnumbered && listed {
            self.wrong = Some(reader.slot(here, Field::ObxSet, node));
        }
    }

    fn close(&mut self, inside: &mut Inside) {
        let Self { lines, unnumbered, wrong } = std::mem::take(self);
        if lines > 0 && !unnumbered {
            inside.items += 1;
            if let Some(slot) = wrong {
                inside.fail(slot, slot);
            }
        }
    }
}

/// Per code the first line with it; its slot once it is wanted.
type Seen = FxHashMap<u64, (Here, NodeId, Option<Slot>)>;

fn observation(reader: &mut Reader<'_>, here: Here, seen: &mut Seen, at: &At, codes: &mut Codes) {
    let Some(node) = field(reader, here, 3) else { return };
    let (code, system) = (reader.part(node, 1, 1), reader.part(node, 3, 1));
    if code.is_empty() {
        return;
    }
    let kind = reader.text(here, 2, 1);
    let told = |texts: &[&[u8]], text: &[u8]| texts.iter().any(|known| text.eq_ignore_ascii_case(known));
    if !told(&[b"TX", b"FT", b"ED", b"RP"], &kind) {
        let part = reader.text(here, 4, 1);
        let key = reader.keyed.text(Meaning::Observation, &[&code, &system, &part]);
        repeated(reader, here, node, seen.entry(key));
    }
    if kind.is_empty() || told(&[b"D", b"X", b"N"], &reader.text(here, 11, 1)) {
        return;
    }
    let Some(kind_node) = field(reader, here, 2) else { return };
    let line = Line {
        key: mix(reader.keyed.text(Meaning::Observation, &[&code, &system]), reader.record.sender),
        kind: codes::class(&kind),
        content: reader.record.content,
        ordinal: here.segment,
        sent: reader.record.sent.time.order(),
        at,
    };
    let message = reader.message;
    codes.add(line, || (reader.record.kind, here.spot(message, Field::ObxType, kind_node)));
}

fn repeated(reader: &mut Reader<'_>, here: Here, node: NodeId, seen: Entry<'_, u64, (Here, NodeId, Option<Slot>)>) {
    reader.record.inside[REPEATED].items += 1;
    match seen {
        Entry::Vacant(vacant) => drop(vacant.insert((here, node, None))),
        Entry::Occupied(_) if reader.record.inside[REPEATED].is_full() => reader.record.inside[REPEATED].failed += 1,
        Entry::Occupied(mut first) => {
            let (at, first_node, slot) = first.get_mut();
            let related = *slot.get_or_insert_with(|| reader.slot(*at, Field::ObxCode, *first_node));
            let slot = reader.slot(here, Field::ObxCode, node);
            reader.record.inside[REPEATED].fail(slot, related);
        }
    }
}

fn field(reader: &Reader<'_>, here: Here, number: u16) -> Option<NodeId> {
    reader.message.field(here.segment, number).next()
}

impl Inside {
    /// Counts a failure; only the first ones keep their place, as only those can be listed.
    fn fail(&mut self, slot: Slot, related: Slot) {
        self.failed += 1;
        if !self.is_full() {
            self.places.push((slot, related));
        }
    }

    fn is_full(&self) -> bool {
        self.places.len() >= SHOWN_PER_GROUP
    }
}

/// What the lines showed, over the run.
pub(super) fn decide(feed: &Feed<'_>, answers: &mut Answers<'_, '_>) {
    const INSIDE: [Name; 3] = [Name::OrderNumberReused, Name::ObservationRepeated, Name::SetIdSequence];
    if answers.wants(&INSIDE) {
        feed.each(|rank, record| {
            for (name, inside) in INSIDE.into_iter().zip(&record.inside) {
                for _ in 0..inside.items {
                    answers.item(name, rank);
                }
                for &(slot, related) in &inside.places {
                    answers.fail(name, rank, slot, Some((rank, related)).filter(|_| slot != related));
                }
                let more = u64::from(inside.failed).saturating_sub(inside.places.len() as u64);
                if let Some((last, _)) = inside.places.last().filter(|_| more > 0) {
                    answers.count(name, rank, last.field(), more);
                }
            }
        });
    }
    let codes = feed.codes();
    for code in codes.all().filter(|code| code.is_repeated()) {
        types(code, answers);
    }
}

fn types(code: &Code, answers: &mut Answers<'_, '_>) {
    let Some((_, reference)) = code.types.iter().min_by(|(_, a), (_, b)| a.order().cmp(&b.order())) else { return };
    answers.item_at(Name::ObservationTwoTypes, reference);
    for (_, first) in &code.types {
        if first.order() != reference.order() {
            answers.fail_at(Name::ObservationTwoTypes, first, reference);
        }
    }
}
