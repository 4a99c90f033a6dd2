//! Records as bytes and back.
//!
//! One walk over a [`Record`] serves both directions, so that what is written is what is read. In: a record, or bytes
//! that may be anything. Out: bytes, or a record as far as the bytes make one; nothing is allocated from a length
//! that the bytes merely claim.

use super::fact::{
    Ack, AckCode, Appointment, Dated, Entity, Inside, Intent, Merge, MessageKind, Number, Order, Patient, Placed,
    Record, Report, Status, Wants,
};
use super::spot::{Field, Slot, Spot};
use super::when::Timed;

/// One direction of the walk.
pub(super) trait Carry {
    /// A number, small ones short.
    fn number(&mut self, number: &mut u64);
    /// A hash that is rarely seen twice.
    fn key(&mut self, key: &mut u64);
    /// A hash that is often seen again: a system, an authority, a code.
    fn name(&mut self, name: &mut u64);
    /// Whether the bytes ended early or made no sense; nothing after that is worth reading.
    fn failed(&self) -> bool;
    /// Says that what was read makes no sense.
    fn fail(&mut self);
}

/// A record in either direction.
pub(super) fn record<C: Carry>(c: &mut C, r: &mut Record) {
    c.number(&mut r.item);
    c.number(&mut r.first_line);
    kind(c, &mut r.kind);
    c.key(&mut r.content);
    c.name(&mut r.sender);
    c.name(&mut r.receiver);
    spots(c, &mut r.spots);
    let mut parts = parts_of(r);
    c.number(&mut parts);
    r.routed = parts & part::ROUTED != 0;
    choice(c, parts >> part::COUNT, &mut r.wants, &[Wants::Unsaid, Wants::Always, Wants::NotAlways]);
    let at = &r.spots;
    if parts & part::CONTROL != 0 {
        placed(c, &mut r.control, at);
    }
    dated(c, &mut r.sent, at);
    if parts & part::DATES != 0 {
        for date in [&mut r.occurred, &mut r.recorded, &mut r.admitted, &mut r.discharged] {
            dated(c, date, at);
        }
        timed(c, &mut r.expected);
    }
    if parts & part::VISIT != 0 {
        placed(c, &mut r.visit, at);
    }
    if parts & part::ACK != 0 {
        ack(c, r.ack.get_or_insert_default(), at);
    }
    if parts & part::APPOINTMENT != 0 {
        appointment(c, r.appointment.get_or_insert_default(), at);
    }
    list(c, &mut r.patients, |c, each| patient(c, each, at));
    if parts & part::LISTS != 0 {
        list(c, &mut r.merges, |c, each| merge(c, each, at));
        list(c, &mut r.orders, |c, each| order(c, each, at));
        list(c, &mut r.reports, |c, each| report(c, each, at));
        for inside in &mut r.inside {
            decided_inside(c, inside, at);
        }
    }
}

/// Bits that say which parts follow.
mod part {
    pub(super) const ROUTED: u64 = 1;
    pub(super) const CONTROL: u64 = 2;
    pub(super) const DATES: u64 = 4;
    pub(super) const VISIT: u64 = 8;
    pub(super) const ACK: u64 = 16;
    pub(super) const APPOINTMENT: u64 = 32;
    pub(super) const LISTS: u64 = 64;
    /// How many there are; above them stands [`super::Wants`].
    pub(super) const COUNT: u32 = 7;
}

fn parts_of(r: &Record) -> u64 {
    let lists = !r.merges.is_empty()
        || !r.orders.is_empty()
        || !r.reports.is_empty()
        || r.inside.iter().any(|inside| inside.items > 0);
    let bit = |is: bool, bit: u64| if is { bit } else { 0 };
    bit(r.routed, part::ROUTED)
        | bit(r.control.key != 0, part::CONTROL)
        | bit(r.kind.is(b"ADT"), part::DATES)
        | bit(r.visit.key != 0, part::VISIT)
        | bit(r.ack.is_some(), part::ACK)
        | bit(r.appointment.is_some(), part::APPOINTMENT)
        | bit(lists, part::LISTS)
        | (r.wants as u64) << part::COUNT
}

fn kind(c: &mut impl Carry, kind: &mut MessageKind) {
    let ([a, b, d], [e, f, g]) = (kind.message, kind.event);
    let mut word = u64::from_le_bytes([a, b, d, e, f, g, 0, 0]);
    c.name(&mut word);
    let [a, b, d, e, f, g, ..] = word.to_le_bytes();
    *kind = MessageKind::read(&[a, b, d], &[e, f, g]);
}

fn small(c: &mut impl Carry, value: &mut u32) {
    let mut number = u64::from(*value);
    c.number(&mut number);
    match u32::try_from(number) {
        Ok(number) => *value = number,
        Err(_) => c.fail(),
    }
}

/// A number near another one: 0 for the same, then above and below in turn.
fn near(c: &mut impl Carry, value: &mut u32, base: u32) {
    let apart = i64::from(*value) - i64::from(base);
    let mut number = (apart << 1 ^ apart >> 63) as u64;
    c.number(&mut number);
    let apart = (number >> 1) as i64 ^ -((number & 1) as i64);
    match u32::try_from(i64::from(base).saturating_add(apart)) {
        Ok(number) => *value = number,
        Err(_) => c.fail(),
    }
}

fn choice<T: Copy>(c: &mut impl Carry, number: u64, value: &mut T, all: &[T]) {
    match usize::try_from(number).ok().and_then(|at| all.get(at)) {
        Some(found) => *value = *found,
        None => c.fail(),
    }
}

fn list<C: Carry, T: Default>(c: &mut C, items: &mut Vec<T>, each: impl Fn(&mut C, &mut T)) {
    let mut length = items.len() as u64;
    c.number(&mut length);
    for at in 0.. {
        if at as u64 == length || c.failed() {
            return;
        }
        if at == items.len() {
            items.push(T::default());
        }
        each(c, &mut items[at]);
    }
}

/// A slot, by its index: the field is that of the place it points at, all of which are read first.
fn slot(c: &mut impl Carry, slot: &mut Slot, spots: &[Spot]) {
    let mut index = slot.index() as u64;
    c.number(&mut index);
    match usize::try_from(index).ok().filter(|index| *index < Slot::MAX as usize) {
        Some(at) => *slot = spots.get(at).map_or(*slot, |spot| Slot::new(at, spot.field)),
        None => c.fail(),
    }
}

fn placed(c: &mut impl Carry, placed: &mut Placed, at: &[Spot]) {
    c.key(&mut placed.key);
    slot(c, &mut placed.slot, at);
}

fn timed(c: &mut impl Carry, time: &mut Timed) {
    // The low bits are zone and precision, the same for all times of a system; the high ones are what changes.
    let (mut tag, units) = time.parts();
    let mut number = (units << 1 ^ units >> 63) as u64;
    c.number(&mut tag);
    if tag > 1 {
        c.number(&mut number);
    }
    match Timed::from_parts(tag, (number >> 1) as i64 ^ -((number & 1) as i64)) {
        Some(read) => *time = read,
        None => c.fail(),
    }
}

fn dated(c: &mut impl Carry, dated: &mut Dated, at: &[Spot]) {
    timed(c, &mut dated.time);
    if dated.time != Timed::Absent {
        slot(c, &mut dated.slot, at);
    }
}

fn spots(c: &mut impl Carry, spots: &mut Vec<Spot>) {
    let mut before = Spot { column: 1, ..Spot::default() };
    let mut length = spots.len() as u64;
    c.number(&mut length);
    for at in 0.. {
        if at as u64 == length || c.failed() {
            return;
        }
        if at == spots.len() {
            spots.push(Spot::default());
        }
        spot(c, &mut spots[at], before);
        before = spots[at];
    }
}

/// A place, told by what is different from the one before it.
fn spot(c: &mut impl Carry, spot: &mut Spot, before: Spot) {
    let numbered = spot.occurrence != 0 || spot.repetition != 0;
    let mut tag = (spot.field as u64) << 1 | u64::from(numbered);
    c.number(&mut tag);
    match Field::from_number(tag >> 1) {
        Some(field) => spot.field = field,
        None => c.fail(),
    }
    near(c, &mut spot.offset, before.offset);
    near(c, &mut spot.line, before.line);
    // On one line of ASCII the columns are as far apart as the bytes are.
    let same_line = spot.line == before.line;
    let moved = spot.offset.wrapping_sub(before.offset);
    near(c, &mut spot.column, if same_line { before.column.saturating_add(moved) } else { 5 });
    small(c, &mut spot.length);
    if tag & 1 == 1 {
        small(c, &mut spot.occurrence);
        small(c, &mut spot.repetition);
    }
}

fn ack(c: &mut impl Carry, ack: &mut Ack, at: &[Spot]) {
    let mut code = ack.code as u64;
    c.number(&mut code);
    choice(c, code, &mut ack.code, &[AckCode::None, AckCode::Accepted, AckCode::Refused, AckCode::Other]);
    slot(c, &mut ack.code_slot, at);
    c.key(&mut ack.control.key);
    slot(c, &mut ack.control.slot, at);
}

fn entity(c: &mut impl Carry, entity: &mut Entity) {
    c.key(&mut entity.id);
    if entity.id != 0 {
        c.name(&mut entity.authority);
    }
}

fn number(c: &mut impl Carry, number: &mut Number, at: &[Spot]) {
    c.key(&mut number.key);
    c.name(&mut number.authority);
    slot(c, &mut number.slot, at);
}

fn patient<C: Carry>(c: &mut C, patient: &mut Patient, at: &[Spot]) {
    list(c, &mut patient.numbers, |c, each| number(c, each, at));
    small(c, &mut patient.birth);
    if patient.birth != 0 {
        slot(c, &mut patient.birth_slot, at);
    }
}

fn merge<C: Carry>(c: &mut C, merge: &mut Merge, at: &[Spot]) {
    small(c, &mut merge.patient);
    list(c, &mut merge.numbers, |c, each| number(c, each, at));
}

fn order(c: &mut impl Carry, order: &mut Order, at: &[Spot]) {
    let mut tag = (order.intent as u64) << 1 | u64::from(order.test);
    c.number(&mut tag);
    order.test = tag & 1 == 1;
    choice(c, tag >> 1, &mut order.intent, &[Intent::New, Intent::Ended, Intent::Other]);
    entity(c, &mut order.placer);
    entity(c, &mut order.filler);
    if order.placer.is_some() {
        slot(c, &mut order.slot, at);
    }
    timed(c, &mut order.start);
}

fn report(c: &mut impl Carry, report: &mut Report, at: &[Spot]) {
    let mut status = report.status as u64;
    c.number(&mut status);
    choice(c, status, &mut report.status, &[Status::None, Status::Final, Status::Unfinished, Status::Other]);
    for part in [&mut report.placer, &mut report.filler, &mut report.parent] {
        entity(c, part);
    }
    if report.placer.is_some() {
        slot(c, &mut report.placer_slot, at);
    }
    c.key(&mut report.service);
    if report.status != Status::None {
        slot(c, &mut report.status_slot, at);
    }
    timed(c, &mut report.observed);
    timed(c, &mut report.reported);
}

fn appointment(c: &mut impl Carry, appointment: &mut Appointment, at: &[Spot]) {
    entity(c, &mut appointment.placer);
    entity(c, &mut appointment.filler);
    slot(c, &mut appointment.slot, at);
    timed(c, &mut appointment.start);
}

fn decided_inside<C: Carry>(c: &mut C, inside: &mut Inside, at: &[Spot]) {
    small(c, &mut inside.items);
    small(c, &mut inside.failed);
    list(c, &mut inside.places, |c, (found, related)| {
        slot(c, found, at);
        slot(c, related, at);
    });
}

/// A kind of message and a place that stands alone.
pub(super) fn place(c: &mut impl Carry, message: &mut MessageKind, at: &mut Spot) {
    kind(c, message);
    spot(c, at, Spot::default());
}
