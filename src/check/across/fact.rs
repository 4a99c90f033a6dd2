//! What is kept of one message: hashes, times and places, never a value.
//!
//! A [`Record`] says everything the checks may ask of a message, so that one pass over the input is enough.

use super::spot::{Slot, Spot};
use super::when::{Extent, Timed};

/// Message type and trigger event (MSH-9.1, and MSH-9.2 or EVN-1), in capitals; zeros where they are not three capital
/// letters or digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageKind {
    /// Message type, e.g. `ADT`.
    pub message: [u8; 3],
    /// Trigger event, e.g. `A01`.
    pub event: [u8; 3],
}

impl MessageKind {
    /// The kind with these texts.
    pub(super) fn read(message: &[u8], event: &[u8]) -> Self {
        let code = |text: &[u8]| {
            let code: Option<[u8; 3]> = text.to_ascii_uppercase().try_into().ok();
            code.filter(|code| code.iter().all(|b| b.is_ascii_alphanumeric())).unwrap_or_default()
        };
        Self { message: code(message), event: code(event) }
    }

    /// The message type as text; empty when it is none.
    pub fn message(&self) -> &str {
        text(&self.message)
    }

    /// The trigger event as text; empty when it is none.
    pub fn event(&self) -> &str {
        text(&self.event)
    }

    /// Whether it is of this type.
    pub(super) fn is(&self, message: &[u8; 3]) -> bool {
        self.message == *message
    }

    /// Whether it is of one of these types.
    pub(super) fn any(&self, messages: &[&[u8; 3]]) -> bool {
        messages.iter().any(|message| self.is(message))
    }

    /// Whether it is this ADT event.
    pub(super) fn adt(&self, event: &[u8; 3]) -> bool {
        self.is(b"ADT") && self.event == *event
    }
}

fn text(code: &[u8; 3]) -> &str {
    std::str::from_utf8(code).ok().filter(|code| !code.starts_with('\0')).unwrap_or_default()
}

/// A hashed text and where it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) key: u64,
    pub(super) slot: Slot,
}

/// A time and where it stands; the slot means something only when a finding may point there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Dated {
    pub(super) time: Timed,
    pub(super) slot: Slot,
}

/// An entity identifier: number, and who gave it (0 when it does not say).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Entity {
    pub(super) id: u64,
    pub(super) authority: u64,
}

impl Entity {
    /// Whether there is a number at all.
    pub(super) fn is_some(self) -> bool {
        self.id != 0
    }

    /// Whether both may be the same: the authority decides only where both give one.
    pub(super) fn matches(self, other: Self) -> bool {
        self.id == other.id
            && self.is_some()
            && (self.authority == other.authority || self.authority == 0 || other.authority == 0)
    }

    /// This, or `other` when there is no number here.
    pub(super) fn or(self, other: Self) -> Self {
        if self.is_some() { self } else { other }
    }
}

/// One patient number (a repetition of PID-3 or MRG-1) that may serve as a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Number {
    /// Of the NHS number, or of a local number with its authority.
    pub(super) key: u64,
    /// Of the authority of a local number; 0 marks an NHS number.
    pub(super) authority: u64,
    pub(super) slot: Slot,
}

impl Number {
    pub(super) fn is_nhs(&self) -> bool {
        self.authority == 0
    }
}

/// One PID.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Patient {
    pub(super) numbers: Vec<Number>,
    /// The digits of PID-7, at most eight, with a 1 before them; 0 when it holds no date.
    pub(super) birth: u32,
    pub(super) birth_slot: Slot,
}

impl Patient {
    pub(super) fn nhs(&self) -> impl Iterator<Item = &Number> {
        self.numbers.iter().filter(|number| number.is_nhs())
    }

    pub(super) fn local(&self) -> impl Iterator<Item = &Number> {
        self.numbers.iter().filter(|number| !number.is_nhs())
    }
}

/// One MRG, and the PID before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Merge {
    pub(super) patient: u32,
    pub(super) numbers: Vec<Number>,
}

/// MSA-1, as far as it matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum AckCode {
    #[default]
    None,
    Accepted,
    Refused,
    Other,
}

/// MSH-15 and MSH-16: does the sender want an acknowledgement?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Wants {
    #[default]
    Unsaid,
    Always,
    NotAlways,
}

/// An MSA.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ack {
    pub(super) code: AckCode,
    pub(super) code_slot: Slot,
    /// MSA-2; its key is 0 when there is none.
    pub(super) control: Placed,
}

/// ORC-1 and ORC-5 of an order, as far as they matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Intent {
    /// A new order, or one whose ORC-1 is empty.
    New,
    /// Cancelled or discontinued.
    Ended,
    #[default]
    Other,
}

/// One ORC with its OBR.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) placer: Entity,
    pub(super) filler: Entity,
    pub(super) slot: Slot,
    pub(super) intent: Intent,
    pub(super) start: Timed,
    /// Whether an OBR is there: an order of a test.
    pub(super) test: bool,
}

/// OBR-25, as far as it matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Status {
    #[default]
    None,
    /// F or C.
    Final,
    /// O, I, S, A, P or R.
    Unfinished,
    Other,
}

/// One OBR of a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) placer: Entity,
    pub(super) placer_slot: Slot,
    pub(super) filler: Entity,
    /// OBR-29.1.
    pub(super) parent: Entity,
    /// OBR-3 with OBR-4; 0 when there is no OBR-3.
    pub(super) service: u64,
    pub(super) status: Status,
    pub(super) status_slot: Slot,
    /// OBR-7.
    pub(super) observed: Timed,
    /// OBR-22.
    pub(super) reported: Timed,
}

/// An SCH.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Appointment {
    pub(super) placer: Entity,
    pub(super) filler: Entity,
    pub(super) slot: Slot,
    pub(super) start: Timed,
}

/// What was decided inside one message for one of the checks of [`super::lines`]: items, failures, and the places of
/// the first failures with the place of what they repeat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Inside {
    pub(super) items: u32,
    pub(super) failed: u32,
    pub(super) places: Vec<(Slot, Slot)>,
}

/// Everything kept of one message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    /// Which message of its artifact, from one.
    pub(super) item: u64,
    /// Line of the artifact on which it begins, from one.
    pub(super) first_line: u64,
    pub(super) kind: MessageKind,
    /// Hash of its segments.
    pub(super) content: u64,
    pub(super) sender: u64,
    /// 0 when neither MSH-5 nor MSH-6 is there.
    pub(super) receiver: u64,
    /// Whether MSH-5.1 names the router instead of the receiver.
    pub(super) routed: bool,
    pub(super) wants: Wants,
    /// MSH-10; its key is 0 when there is none.
    pub(super) control: Placed,
    /// MSH-7.
    pub(super) sent: Dated,
    /// EVN-6 and EVN-2, of ADT only.
    pub(super) occurred: Dated,
    pub(super) recorded: Dated,
    /// PV1-44, PV1-45 and PV2-8, of ADT only.
    pub(super) admitted: Dated,
    pub(super) discharged: Dated,
    pub(super) expected: Timed,
    /// PV1-19; its key is 0 when there is none.
    pub(super) visit: Placed,
    pub(super) ack: Option<Ack>,
    pub(super) patients: Vec<Patient>,
    pub(super) merges: Vec<Merge>,
    pub(super) orders: Vec<Order>,
    pub(super) reports: Vec<Report>,
    pub(super) appointment: Option<Appointment>,
    /// One each for reused order numbers, repeated observations and set ids.
    pub(super) inside: [Inside; 3],
    /// The places the slots point at, in order.
    pub(super) spots: Vec<Spot>,
}

/// Events that cancel another; v2.4 puts the time of the cancelled event into their EVN-6.
pub(super) const CANCELS: [&[u8; 3]; 9] = [b"A11", b"A12", b"A13", b"A25", b"A26", b"A27", b"A38", b"A52", b"A53"];

impl Record {
    /// When it happened: EVN-6, else EVN-2, else MSH-7 of an ADT message, without EVN-6 when it cancels; MSH-7 of any
    /// other.
    pub(super) fn happened(&self) -> Dated {
        let cancels = self.kind.is(b"ADT") && CANCELS.contains(&&self.kind.event);
        let first = if cancels { Dated::default() } else { self.occurred };
        [first, self.recorded].into_iter().find(|dated| dated.time != Timed::Absent).unwrap_or(self.sent)
    }

    /// The only patient; none when several are named, because an event then has no one subject.
    pub(super) fn patient(&self) -> Option<&Patient> {
        match self.patients.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Whether the message speaks of several patients.
    pub(super) fn is_about_several(&self) -> bool {
        self.patients.len() > 1
    }

    /// Adds a place and gives its slot.
    pub(super) fn add(&mut self, spot: Spot) -> Slot {
        let slot = Slot::new(self.spots.len(), spot.field);
        if self.spots.len() < Slot::MAX as usize {
            self.spots.push(spot);
        }
        slot
    }

    /// Forgets everything, keeping the memory of the longest list.
    pub(super) fn clear(&mut self) {
        let mut spots = std::mem::take(&mut self.spots);
        spots.clear();
        *self = Self { spots, ..Self::default() };
    }
}

/// What is known of one sender over the whole run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sender {
    /// When its messages happened; the window of the run begins with the first.
    pub(super) happened: Extent,
    /// When they were sent.
    pub(super) sent: Extent,
    /// Events it sent, one bit each of [`super::movement::EVENTS`].
    pub(super) events: u32,
}
