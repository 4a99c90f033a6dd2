//! Orders and results of a message: which ORC and OBR belong together.

use super::fact::{Entity, Intent, Order, Report, Status};
use super::keyed::{Meaning, mix};
use super::observe::Reader;
use super::spot::{Field, Here, Slot};
use super::when::Timed;
use crate::instance::NodeId;
use std::borrow::Cow;

/// Reads the ORC and OBR pairs of ORM, OML and OMG.
pub(super) fn orders(reader: &mut Reader<'_>) {
    let mut open: Option<Order> = None;
    for at in 0..reader.segments.len() {
        let (name, here) = reader.segments[at];
        match name {
            b"ORC" => {
                let before = open.replace(common(reader, here));
                reader.record.orders.extend(before.filter(|order| !order.test));
            }
            b"OBR" => {
                let mut order = match open {
                    // A second OBR under one ORC is a test of its own that shares what the ORC says.
                    Some(shared) if shared.test => {
                        Order { placer: Entity::default(), filler: Entity::default(), ..shared }
                    }
                    Some(order) => order,
                    None => Order { intent: Intent::New, ..Order::default() },
                };
                request(reader, here, &mut order);
                reader.record.orders.push(order);
                open = Some(order);
            }
            _ => {}
        }
    }
    reader.record.orders.extend(open.filter(|order| !order.test));
}

/// What an ORC says of an order.
fn common(reader: &mut Reader<'_>, here: Here) -> Order {
    let is = |field, codes: &[&[u8]]| {
        let text = reader.text(here, field, 1);
        codes.iter().any(|code| text.eq_ignore_ascii_case(code))
    };
    let intent = match () {
        () if is(1, &[b"CA", b"DC", b"OC", b"OD", b"CR"]) || is(5, &[b"CA", b"DC"]) => Intent::Ended,
        () if is(1, &[b"NW", b"RP", b"XO", b"SN", b""]) => Intent::New,
        () => Intent::Other,
    };
    let (placer, filler) = (reader.entity_in(here, 2), reader.entity_in(here, 3));
    let start = Timed::read(&reader.text(here, 7, 4));
    let slot = place(reader, here, Field::OrcPlacer, placer);
    Order { placer, filler, slot, intent, start, test: false }
}

/// Adds what an OBR says of an order.
fn request(reader: &mut Reader<'_>, here: Here, order: &mut Order) {
    if !order.placer.is_some() {
        order.placer = reader.entity_in(here, 2);
        order.slot = place(reader, here, Field::ObrPlacer, order.placer);
    }
    order.filler = order.filler.or(reader.entity_in(here, 3));
    order.start = order.start.or(Timed::read(&reader.text(here, 27, 4)));
    order.test = true;
}

/// Reads the OBR of ORU and OUL, each with the ORC of its group: the one before it, or in OUL also the one right after.
pub(super) fn reports(reader: &mut Reader<'_>) {
    let mut before: Option<Here> = None;
    for at in 0..reader.segments.len() {
        let (name, here) = reader.segments[at];
        if name == b"ORC" {
            before = Some(here);
        } else if name == b"OBR" {
            let after = reader.segments.get(at + 1).filter(|(name, _)| *name == b"ORC").map(|(_, here)| *here);
            let common = match before.take() {
                None if reader.record.kind.is(b"OUL") => after,
                before => before,
            };
            let report = report(reader, here, common);
            reader.record.reports.push(report);
        } else if name == b"SPM" || name == b"PID" {
            before = None;
        }
    }
}

fn report(reader: &mut Reader<'_>, here: Here, common: Option<Here>) -> Report {
    let mut report =
        Report { placer: reader.entity_in(here, 2), filler: reader.entity_in(here, 3), ..Report::default() };
    report.service = service(reader, here, report.filler);
    report.placer_slot = place(reader, here, Field::ObrPlacer, report.placer);
    if let Some(common) = common {
        report.filler = report.filler.or(reader.entity_in(common, 3));
        if !report.placer.is_some() {
            report.placer = reader.entity_in(common, 2);
            report.placer_slot = place(reader, common, Field::OrcPlacer, report.placer);
        }
    }
    report.observed = Timed::read(&reader.text(here, 7, 1));
    report.reported = Timed::read(&reader.text(here, 22, 1));
    report.status = match reader.text(here, 25, 1).to_ascii_uppercase().as_slice() {
        b"" => Status::None,
        b"F" | b"C" => Status::Final,
        b"O" | b"I" | b"S" | b"A" | b"P" | b"R" => Status::Unfinished,
        _ => Status::Other,
    };
    if report.status != Status::None {
        report.status_slot =
            first(reader, here, 25).map_or(report.status_slot, |n| reader.slot(here, Field::ObrStatus, n));
    }
    if let Some(node) = first(reader, here, 29) {
        report.parent = parent(reader, node);
    }
    report
}

/// OBR-29.1: an entity identifier in the subcomponents of the first component.
fn parent(reader: &Reader<'_>, node: NodeId) -> Entity {
    reader.entity(|number| match number {
        1..=3 => reader.part(node, 1, number),
        _ => Cow::Borrowed(b""),
    })
}

/// The report that OBR-3 numbers and OBR-4 names; 0 when there is no OBR-3.
fn service(reader: &Reader<'_>, here: Here, filler: Entity) -> u64 {
    if !filler.is_some() {
        return 0;
    }
    let (code, local) = (reader.text(here, 4, 1), reader.text(here, 4, 4));
    let code = if code.is_empty() { local } else { code };
    mix(mix(filler.id, filler.authority), reader.keyed.text(Meaning::Service, &[&code]))
}

fn first(reader: &Reader<'_>, here: Here, field: u16) -> Option<NodeId> {
    reader.message.field(here.segment, field).next()
}

fn place(reader: &mut Reader<'_>, here: Here, field: Field, entity: Entity) -> Slot {
    match first(reader, here, field.place().1) {
        Some(node) if entity.is_some() => reader.slot(here, field, node),
        _ => Slot::default(),
    }
}
