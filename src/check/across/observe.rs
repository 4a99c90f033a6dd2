//! One message → its record.
//!
//! In: a parsed message and where it is. Out: hashes, times and places in [`Facts`]. Texts are unescaped, trimmed and
//! compared without regard to case; the explicit null counts as absent. No text is kept.

use super::fact::{
    Ack, AckCode, Appointment, CANCELS, Dated, Entity, Merge, MessageKind, Number, Patient, Placed, Record, Wants,
};
use super::facts::{At, Facts};
use super::keyed::{Keyed, Meaning};
use super::names::{self, ORDERS, RESULTS};
use super::spot::{Field, Here, Slot};
use super::when::Timed;
use super::{lines, requests};
use crate::check::native::nhs_number;
use crate::instance::{Message, NodeId};
use crate::parse::hl7v2::decode;
use crate::span::line_ends;
use std::borrow::Cow;

/// The segments that are read.
const SEGMENTS: [&[u8; 3]; 13] =
    [b"MSH", b"EVN", b"PID", b"MRG", b"PV1", b"PV2", b"MSA", b"SCH", b"AIS", b"ORC", b"OBR", b"OBX", b"SPM"];

/// Numbers read of one PID-3 or MRG-1: a patient has a handful, and they are compared with one another.
const NUMBERS: usize = 12;

impl Facts {
    /// Gathers what the checks need of one parsed HL7 v2 message.
    pub fn observe(&mut self, message: Message<'_>, at: &At, keyed: &Keyed) {
        if message.segment(b"MSH").is_none() {
            return;
        }
        let mut record = Record { item: at.item, first_line: at.first_line, ..Record::default() };
        let mut reader = Reader::new(message, keyed, &mut record);
        reader.message();
        lines::observe(&mut reader, at, &mut self.codes);
        self.touched |= names::touched(&record);
        self.push(&at.artifact, &mut record);
    }
}

/// A message being read.
pub(super) struct Reader<'a> {
    pub(super) message: Message<'a>,
    pub(super) keyed: &'a Keyed,
    pub(super) record: &'a mut Record,
    /// The segments of [`SEGMENTS`], in order.
    pub(super) segments: Vec<(&'static [u8; 3], Here)>,
    /// MSH-4.1, the authority of numbers that name none.
    facility: Cow<'a, [u8]>,
}

impl<'a> Reader<'a> {
    fn new(message: Message<'a>, keyed: &'a Keyed, record: &'a mut Record) -> Self {
        let mut counts = [0; SEGMENTS.len()];
        let (mut line, mut upto) = (0u64, 0);
        let mut segments = Vec::with_capacity(8);
        for segment in message.segments() {
            let name = message.segment_name(segment);
            let Some(which) = SEGMENTS.iter().position(|known| known.as_slice() == name) else { continue };
            let start = message.span(segment).start as usize;
            line += line_ends(message.bytes.get(upto..start).unwrap_or_default());
            upto = start;
            counts[which] += 1;
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            segments.push((SEGMENTS[which], Here { segment, line, occurrence: counts[which] }));
        }
        for (name, here) in &mut segments {
            if SEGMENTS.iter().zip(counts).any(|(known, count)| known == name && count == 1) {
                here.occurrence = 0;
            }
        }
        Self { message, keyed, record, segments, facility: Cow::Borrowed(b"") }
    }

    fn message(&mut self) {
        self.record.content = self.content();
        let mut met = [false; SEGMENTS.len()];
        for at in 0..self.segments.len() {
            let (name, here) = self.segments[at];
            let which = SEGMENTS.iter().position(|known| *known == name).unwrap_or_default();
            let first = !std::mem::replace(&mut met[which], true);
            match name {
                b"PID" => self.patient(here),
                b"MRG" => self.merge(here),
                b"MSH" if first => self.header(here),
                b"EVN" if first => self.event(here),
                b"PV1" if first => self.visit(here),
                b"PV2" if first && self.record.kind.is(b"ADT") => {
                    self.record.expected = Timed::read(&self.text(here, 8, 1));
                }
                b"MSA" if first => self.ack(here),
                b"SCH" if first => self.appointment(here),
                b"AIS" if first => self.service(here),
                _ => {}
            }
        }
        self.places_of_times();
        if self.record.kind.any(ORDERS) {
            requests::orders(self);
        } else if self.record.kind.any(RESULTS) {
            requests::reports(self);
        }
    }

    fn content(&self) -> u64 {
        let mut sip = self.keyed.begin(Meaning::Content);
        for line in self.message.bytes.split(|b| matches!(b, b'\r' | b'\n')).filter(|line| !line.is_empty()) {
            sip.write(line);
            sip.write(b"\r");
        }
        sip.finish()
    }

    fn header(&mut self, here: Here) {
        let text = |field, component| self.text(here, field, component);
        let (kind, event) = (text(9, 1), text(9, 2));
        let event = if event.is_empty() { self.first_text(b"EVN", 1) } else { event };
        let (application, facility) = (text(5, 1), text(6, 1));
        let (sending, own) = (text(3, 1), text(4, 1));
        let wanted = [text(15, 1), text(16, 1)];
        let says = |codes: &[&[u8]]| wanted.iter().any(|text| codes.iter().any(|code| text.eq_ignore_ascii_case(code)));
        let party = |parts: [&[u8]; 2]| self.keyed.text(Meaning::Party, &parts);
        let none = application.is_empty() && facility.is_empty();
        self.record.kind = MessageKind::read(&kind, &event);
        self.record.sender = party([&sending, &own]);
        self.record.receiver = if none { 0 } else { party([&application, &facility]) };
        self.record.routed = application.eq_ignore_ascii_case(b"ROUTE");
        self.record.wants = match () {
            () if says(&[b"AL"]) => Wants::Always,
            () if says(&[b"NE", b"ER", b"SU"]) => Wants::NotAlways,
            () => Wants::Unsaid,
        };
        self.facility = own;
        self.record.sent.time = Timed::read(&self.text(here, 7, 1));
        self.record.control = self.placed(here, Field::MshControl, Meaning::Control);
    }

    fn event(&mut self, here: Here) {
        if self.record.kind.is(b"ADT") {
            self.record.recorded.time = Timed::read(&self.text(here, 2, 1));
            self.record.occurred.time = Timed::read(&self.text(here, 6, 1));
        }
    }

    /// Notes the places of those times that a finding may point at: they take half of what an event takes.
    fn places_of_times(&mut self) {
        let cancels = CANCELS.contains(&&self.record.kind.event);
        if !self.record.kind.is(b"ADT") || cancels {
            return;
        }
        let absent = |dated: Dated| dated.time == Timed::Absent;
        let (no_occurred, no_recorded) = (absent(self.record.occurred), absent(self.record.recorded));
        let moved = match &self.record.kind.event {
            b"A01" | b"A04" => Some(Field::Pv1Admitted),
            b"A03" => Some(Field::Pv1Discharged),
            _ => None,
        };
        if !no_occurred {
            self.record.occurred.slot = self.first_slot(Field::EvnOccurred);
            return;
        }
        match no_recorded {
            false => self.record.recorded.slot = self.first_slot(Field::EvnRecorded),
            true => self.record.sent.slot = self.first_slot(Field::MshTime),
        }
        match moved {
            Some(Field::Pv1Admitted) => self.record.admitted.slot = self.first_slot(Field::Pv1Admitted),
            Some(_) => self.record.discharged.slot = self.first_slot(Field::Pv1Discharged),
            None => {}
        }
    }

    /// The place of the first repetition of a field in the first such segment; the field alone where nothing is there.
    fn first_slot(&mut self, field: Field) -> Slot {
        let (segment, number) = field.place();
        let here = self.segments.iter().find(|(name, _)| *name == segment).map(|(_, here)| *here);
        let node = here.and_then(|here| self.message.field(here.segment, number).next());
        match (here, node) {
            (Some(here), Some(node)) => self.slot(here, field, node),
            _ => Slot::new(0, field),
        }
    }

    fn patient(&mut self, here: Here) {
        let mut patient = Patient { numbers: self.numbers(here, Field::PidNumbers), ..Patient::default() };
        if let Some(node) = self.message.field(here.segment, 7).next() {
            patient.birth = birth(&self.part(node, 1, 1));
            if patient.birth != 0 {
                patient.birth_slot = self.slot(here, Field::PidBirth, node);
            }
        }
        self.record.patients.push(patient);
    }

    fn merge(&mut self, here: Here) {
        // Without a PID before it there is nothing to compare it with.
        let Some(patient) = self.record.patients.len().checked_sub(1) else { return };
        if self.record.kind.is(b"ADT") && names::MERGES.contains(&&self.record.kind.event) {
            let numbers = self.numbers(here, Field::MrgNumbers);
            self.record.merges.push(Merge { patient: u32::try_from(patient).unwrap_or(u32::MAX), numbers });
        }
    }

    /// The numbers in PID-3 or MRG-1 that may serve as keys.
    fn numbers(&mut self, here: Here, field: Field) -> Vec<Number> {
        let message = self.message;
        let mut numbers = Vec::new();
        for node in message.field(here.segment, field.place().1) {
            if numbers.len() == NUMBERS {
                break;
            }
            if let Some((key, authority)) = self.number(node) {
                numbers.push(Number { key, authority, slot: self.slot(here, field, node) });
            }
        }
        numbers
    }

    fn number(&self, node: NodeId) -> Option<(u64, u64)> {
        let (id, authority, kind) = (self.part(node, 1, 1), self.part(node, 4, 1), self.part(node, 5, 1));
        let is = |text: &[u8], codes: &[&[u8]]| codes.iter().any(|code| text.eq_ignore_ascii_case(code));
        if is(&authority, &[b"NHS"]) || is(&kind, &[b"NH", b"NHS"]) {
            let digits: Vec<u8> = id.iter().copied().filter(|byte| !matches!(byte, b' ' | b'-')).collect();
            let usable = nhs_number::number(&digits).is_passed() && nhs_number::placeholder(&digits).is_passed();
            return usable.then(|| (self.keyed.text(Meaning::Nhs, &[&digits]), 0));
        }
        if id.is_empty() || !is(&kind, &[b"MR", b"PI", b"PT", b""]) {
            return None;
        }
        let by = if authority.is_empty() { &self.facility } else { &authority };
        Some((self.keyed.text(Meaning::Local, &[&id, by]), self.keyed.text(Meaning::Authority, &[by])))
    }

    fn visit(&mut self, here: Here) {
        if let Some(node) = self.message.field(here.segment, 19).next() {
            let (id, authority) = (self.part(node, 1, 1), self.part(node, 4, 1));
            if !id.is_empty() {
                let by = if authority.is_empty() { &self.facility } else { &authority };
                let key = self.keyed.text(Meaning::Visit, &[&id, by]);
                self.record.visit = Placed { key, slot: self.slot(here, Field::Pv1Visit, node) };
            }
        }
        if self.record.kind.is(b"ADT") {
            self.record.admitted.time = Timed::read(&self.text(here, 44, 1));
            self.record.discharged.time = Timed::read(&self.text(here, 45, 1));
        }
    }

    fn ack(&mut self, here: Here) {
        let mut ack = Ack::default();
        if let Some(node) = self.message.field(here.segment, 1).next() {
            ack.code = match self.part(node, 1, 1).to_ascii_uppercase().as_slice() {
                b"" => AckCode::None,
                b"AA" | b"CA" => AckCode::Accepted,
                b"AE" | b"AR" | b"CE" | b"CR" => AckCode::Refused,
                _ => AckCode::Other,
            };
            ack.code_slot = self.slot(here, Field::MsaCode, node);
        }
        ack.control = self.placed(here, Field::MsaControl, Meaning::Control);
        self.record.ack = Some(ack);
    }

    fn appointment(&mut self, here: Here) {
        if !self.record.kind.is(b"SIU") {
            return;
        }
        let (placer, filler) = (self.entity_in(here, 1), self.entity_in(here, 2));
        let field = if placer.is_some() { Field::SchPlacer } else { Field::SchFiller };
        let Some(node) = self.message.field(here.segment, field.place().1).next() else { return };
        let slot = self.slot(here, field, node);
        let start = Timed::read(&self.text(here, 11, 4));
        self.record.appointment = Some(Appointment { placer, filler, slot, start });
    }

    fn service(&mut self, here: Here) {
        let start = Timed::read(&self.text(here, 4, 1));
        if let Some(appointment) = &mut self.record.appointment {
            appointment.start = appointment.start.or(start);
        }
    }

    /// The text of a component (its first subcomponent) in the first repetition of a field.
    pub(super) fn text(&self, here: Here, field: u16, component: u16) -> Cow<'a, [u8]> {
        let first = self.message.field(here.segment, field).next();
        first.map_or(Cow::Borrowed(b""), |node| self.part(node, component, 1))
    }

    fn first_text(&self, segment: &[u8; 3], field: u16) -> Cow<'a, [u8]> {
        let found = self.segments.iter().find(|(name, _)| *name == segment);
        found.map_or(Cow::Borrowed(b""), |(_, here)| self.text(*here, field, 1))
    }

    /// The text of a subcomponent of `node`.
    pub(super) fn part(&self, node: NodeId, component: u16, subcomponent: u16) -> Cow<'a, [u8]> {
        let found = self.message.part(node, component).and_then(|part| self.message.part(part, subcomponent));
        found.map_or(Cow::Borrowed(b""), |id| self.clean(self.message.raw(id)))
    }

    fn clean(&self, raw: &'a [u8]) -> Cow<'a, [u8]> {
        if raw == b"\"\"" {
            return Cow::Borrowed(b"");
        }
        match decode(raw, &self.message.separators) {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim_ascii()),
            Cow::Owned(text) => Cow::Owned(text.trim_ascii().to_vec()),
        }
    }

    /// The entity identifier in the components of the first repetition of a field.
    pub(super) fn entity_in(&self, here: Here, field: u16) -> Entity {
        let first = self.message.field(here.segment, field).next();
        first.map_or(Entity::default(), |node| self.entity(|number| self.part(node, number, 1)))
    }

    /// The entity identifier whose parts `part` gives: number, namespace, universal id.
    pub(super) fn entity<'t>(&self, part: impl Fn(u16) -> Cow<'t, [u8]>) -> Entity {
        let id = part(1);
        if id.is_empty() {
            return Entity::default();
        }
        let (namespace, universal) = (part(2), part(3));
        let by = if namespace.is_empty() { &universal } else { &namespace };
        let authority = if by.is_empty() { 0 } else { self.keyed.text(Meaning::Authority, &[by]) };
        Entity { id: self.keyed.text(Meaning::Entity, &[&id]), authority }
    }

    fn placed(&mut self, here: Here, field: Field, meaning: Meaning) -> Placed {
        let Some(node) = self.message.field(here.segment, field.place().1).next() else { return Placed::default() };
        let text = self.part(node, 1, 1);
        if text.is_empty() {
            return Placed::default();
        }
        Placed { key: self.keyed.text(meaning, &[&text]), slot: self.slot(here, field, node) }
    }

    /// Notes the place of repetition `node` of `field`.
    pub(super) fn slot(&mut self, here: Here, field: Field, node: NodeId) -> Slot {
        self.record.add(here.spot(self.message, field, node))
    }
}

/// The digits of a date of birth with a 1 before them: eight, or six or four when no more were written; 0 for no date.
fn birth(text: &[u8]) -> u32 {
    let date = &text[..text.len().min(8)];
    if Timed::read(date).at().is_none() || !date.iter().all(u8::is_ascii_digit) {
        return 0;
    }
    date.iter().fold(1, |number, digit| number * 10 + u32::from(digit - b'0'))
}
