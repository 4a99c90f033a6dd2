//! Where a fact stands in its message: enough to print path, line and column later, without the message.

use crate::instance::{Message, NodeId, Step};
use crate::span::position;

/// The fields at which a check across messages may point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(super) enum Field {
    #[default]
    MshTime,
    MshControl,
    EvnRecorded,
    EvnOccurred,
    PidNumbers,
    PidBirth,
    MrgNumbers,
    Pv1Visit,
    Pv1Admitted,
    Pv1Discharged,
    MsaCode,
    MsaControl,
    SchPlacer,
    SchFiller,
    OrcPlacer,
    ObrPlacer,
    ObrStatus,
    ObxSet,
    ObxType,
    ObxCode,
}

impl Field {
    /// Every field with its segment and number, in order of declaration.
    const ALL: [(Self, &'static [u8; 3], u16); 20] = [
        (Self::MshTime, b"MSH", 7),
        (Self::MshControl, b"MSH", 10),
        (Self::EvnRecorded, b"EVN", 2),
        (Self::EvnOccurred, b"EVN", 6),
        (Self::PidNumbers, b"PID", 3),
        (Self::PidBirth, b"PID", 7),
        (Self::MrgNumbers, b"MRG", 1),
        (Self::Pv1Visit, b"PV1", 19),
        (Self::Pv1Admitted, b"PV1", 44),
        (Self::Pv1Discharged, b"PV1", 45),
        (Self::MsaCode, b"MSA", 1),
        (Self::MsaControl, b"MSA", 2),
        (Self::SchPlacer, b"SCH", 1),
        (Self::SchFiller, b"SCH", 2),
        (Self::OrcPlacer, b"ORC", 2),
        (Self::ObrPlacer, b"OBR", 2),
        (Self::ObrStatus, b"OBR", 25),
        (Self::ObxSet, b"OBX", 1),
        (Self::ObxType, b"OBX", 2),
        (Self::ObxCode, b"OBX", 3),
    ];

    /// Segment and field number.
    pub(super) fn place(self) -> (&'static [u8; 3], u16) {
        let (_, segment, number) = Self::ALL[self as usize];
        (segment, number)
    }

    /// The field stored as `number`.
    pub(super) fn from_number(number: u64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).map(|(field, _, _)| *field)
    }
}

/// One place in a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) field: Field,
    /// Byte in the message.
    pub(super) offset: u32,
    /// Lines after the message's first.
    pub(super) line: u32,
    /// From one, in code points.
    pub(super) column: u32,
    /// In code points.
    pub(super) length: u32,
    /// Which segment of its name, from one; zero when there is only one.
    pub(super) occurrence: u32,
    /// Which repetition, from one; zero when there is only one.
    pub(super) repetition: u32,
}

impl Spot {
    /// The path of the place.
    pub(super) fn step(&self) -> Step {
        let (segment, field) = self.field.place();
        let (occurrence, repetition) = (self.occurrence, self.repetition);
        Step { segment: *segment, occurrence, field, repetition, ..Step::default() }
    }
}

/// A segment being read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Here {
    pub(super) segment: NodeId,
    /// Lines after the message's first.
    pub(super) line: u32,
    /// As in [`Spot::occurrence`].
    pub(super) occurrence: u32,
}

impl Here {
    /// The place of repetition `node` of `field`.
    pub(super) fn spot(&self, message: Message<'_>, field: Field, node: NodeId) -> Spot {
        let (start, span) = (message.span(self.segment).start, message.span(node));
        let before = message.bytes.get(start as usize..span.start as usize).unwrap_or_default();
        let several = message.repetitions(self.segment, field.place().1) > 1;
        Spot {
            field,
            offset: span.start,
            line: self.line,
            column: columns(before) + 1,
            length: columns(span.of(message.bytes)),
            occurrence: self.occurrence,
            repetition: if several { message.tree.node(node).ordinal } else { 0 },
        }
    }
}

/// Code points of a text without line ends.
fn columns(text: &[u8]) -> u32 {
    // Nearly every value is ASCII, and then nothing must be decoded.
    if text.is_ascii() { text.len() as u32 } else { position(text, text.len() as u32, 1).column - 1 }
}

/// Which of its message's places a fact points at: its index among them, and the field, which tells the path without
/// indices. Slots of one message order as their places do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Slot(u32);

impl Slot {
    /// Places kept per message; a message with more has its further facts at the last of them.
    pub(super) const MAX: u32 = 1 << 24;

    /// The slot of the place at `index`.
    pub(super) fn new(index: usize, field: Field) -> Self {
        let index = u32::try_from(index).unwrap_or(u32::MAX).min(Self::MAX - 1);
        Self(index << 8 | u32::from(field as u8))
    }

    pub(super) fn index(self) -> usize {
        (self.0 >> 8) as usize
    }

    pub(super) fn field(self) -> Field {
        Field::from_number(u64::from(self.0 & 0xff)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_at_their_own_number() {
        for (at, (field, ..)) in Field::ALL.iter().enumerate() {
            assert_eq!(*field as usize, at);
            assert_eq!(Slot::new(7, *field).field(), *field);
        }
        assert_eq!(Slot::new(7, Field::ObxCode).index(), 7);
        assert!(Field::from_number(20).is_none());
    }
}
