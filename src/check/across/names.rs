//! The checks by name.

use super::fact::{AckCode, CANCELS, MessageKind, Record, Status};

/// One check; its number is its place in [`NAMES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(super) enum Name {
    DuplicateControlId,
    AckUnpaired,
    AckMissing,
    AckNegative,
    DischargeWithoutAdmit,
    TransferWithoutAdmit,
    CancelWithoutEvent,
    UpdateBeforeCreate,
    AdmitTwice,
    MergeIntoItself,
    EventForMergedNumber,
    EventOutOfOrder,
    DischargeBeforeAdmit,
    NhsNumberTwoBirthDates,
    LocalNumberTwoNhsNumbers,
    VisitNumberTwoPatients,
    ResultWithoutOrder,
    OrderWithoutResult,
    ResultStatusRegression,
    OrderNumberReused,
    ObservationTwoTypes,
    ObservationRepeated,
    SetIdSequence,
    AppointmentCancelWithoutBooking,
    AppointmentRebookWithoutBooking,
    AppointmentBookedTwice,
    BookingNotInPas,
    AppointmentLost,
}

/// The names of all checks, as `across = "…"` of a rule gives them.
pub const NAMES: &[&str] = &[
    "duplicate-control-id",
    "ack-unpaired",
    "ack-missing",
    "ack-negative",
    "discharge-without-admit",
    "transfer-without-admit",
    "cancel-without-event",
    "update-before-create",
    "admit-twice",
    "merge-into-itself",
    "event-for-merged-number",
    "event-out-of-order",
    "discharge-before-admit",
    "nhs-number-two-birth-dates",
    "local-number-two-nhs-numbers",
    "visit-number-two-patients",
    "result-without-order",
    "order-without-result",
    "result-status-regression",
    "order-number-reused",
    "observation-two-types",
    "observation-repeated",
    "set-id-sequence",
    "appointment-cancel-without-booking",
    "appointment-rebook-without-booking",
    "appointment-booked-twice",
    "booking-not-in-pas",
    "appointment-lost",
];

impl Name {
    pub(super) const ALL: [Self; 28] = [
        Self::DuplicateControlId,
        Self::AckUnpaired,
        Self::AckMissing,
        Self::AckNegative,
        Self::DischargeWithoutAdmit,
        Self::TransferWithoutAdmit,
        Self::CancelWithoutEvent,
        Self::UpdateBeforeCreate,
        Self::AdmitTwice,
        Self::MergeIntoItself,
        Self::EventForMergedNumber,
        Self::EventOutOfOrder,
        Self::DischargeBeforeAdmit,
        Self::NhsNumberTwoBirthDates,
        Self::LocalNumberTwoNhsNumbers,
        Self::VisitNumberTwoPatients,
        Self::ResultWithoutOrder,
        Self::OrderWithoutResult,
        Self::ResultStatusRegression,
        Self::OrderNumberReused,
        Self::ObservationTwoTypes,
        Self::ObservationRepeated,
        Self::SetIdSequence,
        Self::AppointmentCancelWithoutBooking,
        Self::AppointmentRebookWithoutBooking,
        Self::AppointmentBookedTwice,
        Self::BookingNotInPas,
        Self::AppointmentLost,
    ];

    /// The check called `name`.
    pub(super) fn find(name: &str) -> Option<Self> {
        NAMES.iter().position(|known| *known == name).map(|at| Self::ALL[at])
    }

    pub(super) fn bit(self) -> u64 {
        1 << self as u8
    }

    /// What is wrong when it fails.
    pub(super) fn message(self) -> &'static str {
        match self {
            Self::DuplicateControlId => "the message control id was already used by the same system",
            Self::AckUnpaired => "the acknowledgement answers a message that the run does not hold",
            Self::AckMissing => "no acknowledgement in the run answers this message",
            Self::AckNegative => "the receiver did not accept the message",
            Self::DischargeWithoutAdmit => "a patient is discharged from a visit that never began",
            Self::TransferWithoutAdmit => "a patient is transferred within a visit that never began",
            Self::CancelWithoutEvent => "a cancellation has no event to cancel",
            Self::UpdateBeforeCreate => "an update comes before the record was made",
            Self::AdmitTwice => "a patient is admitted twice to one visit",
            Self::MergeIntoItself => "a patient number is merged into itself",
            Self::EventForMergedNumber => "an event uses a patient number that was merged away before",
            Self::EventOutOfOrder => "an event was sent after one that happened later",
            Self::DischargeBeforeAdmit => "the discharge is before the admission",
            Self::NhsNumberTwoBirthDates => "one NHS number comes with two dates of birth",
            Self::LocalNumberTwoNhsNumbers => "one local patient number comes with two NHS numbers",
            Self::VisitNumberTwoPatients => "one visit number belongs to two patients",
            Self::ResultWithoutOrder => "the result answers an order that the run does not hold",
            Self::OrderWithoutResult => "no result in the run answers this order",
            Self::ResultStatusRegression => "a report that was final became unfinished again",
            Self::OrderNumberReused => "two tests in one message have the same order number",
            Self::ObservationTwoTypes => "one test code comes with two types of value",
            Self::ObservationRepeated => "one test has the same code twice and nothing tells the lines apart",
            Self::SetIdSequence => "the lines are not numbered from 1 within their test",
            Self::AppointmentCancelWithoutBooking => "a cancellation has no booking to cancel",
            Self::AppointmentRebookWithoutBooking => "a change is made to an appointment that was never booked",
            Self::AppointmentBookedTwice => "one appointment is booked twice",
            Self::BookingNotInPas => "the booking never reached the patient administration system",
            Self::AppointmentLost => "the other system never sent this appointment on",
        }
    }

    /// What the related place of a finding is.
    pub(super) fn related(self) -> &'static str {
        match self {
            Self::DuplicateControlId => "the first message with this control id",
            Self::AckNegative => "the message it answers",
            Self::CancelWithoutEvent | Self::AppointmentCancelWithoutBooking => "the last cancellation that had one",
            Self::UpdateBeforeCreate => "the message that made the record",
            Self::AdmitTwice => "the first admission",
            Self::EventForMergedNumber => "the merge that retired the number",
            Self::EventOutOfOrder => "the event that was sent before",
            Self::DischargeBeforeAdmit => "the admission",
            Self::NhsNumberTwoBirthDates => "the first date of birth",
            Self::LocalNumberTwoNhsNumbers => "the first NHS number",
            Self::ResultStatusRegression => "the final report",
            Self::OrderNumberReused => "the first test with this number",
            Self::ObservationTwoTypes => "the first type of value",
            Self::ObservationRepeated => "the first line with this code",
            Self::AppointmentBookedTwice => "the first booking",
            _ => "the first of them",
        }
    }
}

/// Types of message that carry orders.
pub(super) const ORDERS: &[&[u8; 3]] = &[b"ORM", b"OML", b"OMG"];
/// Types of message that carry results.
pub(super) const RESULTS: &[&[u8; 3]] = &[b"ORU", b"OUL"];
/// Events that merge patients.
pub(super) const MERGES: [&[u8; 3]; 6] = [b"A40", b"A18", b"A30", b"A34", b"A36", b"A39"];
/// Events of a stay that move a patient in, on or out.
pub(super) const MOVEMENTS: [&[u8; 3]; 6] = [b"A01", b"A02", b"A03", b"A04", b"A21", b"A22"];

/// The checks that `record` may be an item of, as bits of [`Name`].
pub(super) fn touched(record: &Record) -> u64 {
    let kind = record.kind;
    let visit = record.visit.key != 0 && kind.is(b"ADT") && !record.is_about_several();
    let adt = |events: &[&[u8; 3]]| kind.is(b"ADT") && events.contains(&&kind.event);
    let siu = |events: &[&[u8; 3]]| record.appointment.is_some() && events.contains(&&kind.event);
    let local = record.patients.iter().any(|patient| patient.local().next().is_some());
    let nhs = record.patients.iter().any(|patient| patient.nhs().next().is_some());
    let ack = record.ack.unwrap_or_default();
    let [reused, repeated, sequence] = record.inside.each_ref().map(|inside| inside.items > 0);
    let tests: [(Name, bool); 27] = [
        (Name::DuplicateControlId, record.control.key != 0),
        (Name::AckUnpaired, ack.control.key != 0),
        (Name::AckMissing, record.ack.is_none() && record.control.key != 0),
        (Name::AckNegative, ack.code != AckCode::None),
        (Name::DischargeWithoutAdmit, visit && adt(&[b"A03"])),
        (Name::TransferWithoutAdmit, visit && adt(&[b"A02"])),
        (Name::CancelWithoutEvent, visit && adt(&CANCELS)),
        (Name::UpdateBeforeCreate, visit && adt(&[b"A08"]) || local && adt(&[b"A31"])),
        (Name::AdmitTwice, visit && adt(&[b"A01"])),
        (Name::MergeIntoItself, !record.merges.is_empty()),
        (Name::EventForMergedNumber, local && may_be_retired(kind)),
        (Name::EventOutOfOrder, visit && adt(&MOVEMENTS)),
        (Name::DischargeBeforeAdmit, visit && adt(&[b"A03"])),
        (Name::NhsNumberTwoBirthDates, nhs && record.patients.iter().any(|patient| patient.birth != 0)),
        (Name::LocalNumberTwoNhsNumbers, nhs && local),
        (Name::VisitNumberTwoPatients, record.visit.key != 0 && (nhs || local)),
        (Name::ResultWithoutOrder, record.reports.iter().any(|report| report.placer.is_some())),
        (Name::OrderWithoutResult, record.orders.iter().any(|order| order.placer.is_some())),
        (Name::ResultStatusRegression, record.reports.iter().any(|report| report.status != Status::None)),
        (Name::OrderNumberReused, reused),
        (Name::ObservationRepeated, repeated),
        (Name::SetIdSequence, sequence),
        (Name::AppointmentCancelWithoutBooking, siu(&[b"S15", b"S17"])),
        (Name::AppointmentRebookWithoutBooking, siu(&[b"S13", b"S14"])),
        (Name::AppointmentBookedTwice, siu(&[b"S12"])),
        (Name::BookingNotInPas, siu(&[b"S12"])),
        (Name::AppointmentLost, siu(&[b"S12", b"S13", b"S15"])),
    ];
    tests.iter().filter(|(_, is)| *is).fold(0, |bits, (name, _)| bits | name.bit())
}

/// Whether an event of this kind must not use a number after it was merged away. Results may keep the number they were
/// ordered under.
pub(super) fn may_be_retired(kind: MessageKind) -> bool {
    kind.any(&[b"ADT", b"SIU"]) && kind.event != *b"A40" || kind.any(ORDERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_is_found_by_its_name() {
        assert_eq!(NAMES.len(), Name::ALL.len());
        for (at, (text, name)) in NAMES.iter().zip(Name::ALL).enumerate() {
            assert_eq!((Name::find(text), name as usize), (Some(name), at));
            // The text is the name of the variant in kebab case.
            let spoken: String = text.split('-').collect();
            assert_eq!(spoken, format!("{name:?}").to_lowercase());
        }
        assert_eq!(Name::find("nothing"), None);
    }
}
