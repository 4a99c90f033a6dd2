//! Appointments.

use super::{adt, message, says};

fn siu(sender: &str, event: &str, sent: &str, numbers: &str) -> String {
    let segments = format!("SCH|{numbers}||||||||||^^^202402011000\nPID|1||100^^^RA9^MR");
    message(&format!("SIU^{event}"), sender, "TIE", sent, &segments)
}

#[test]
fn a_cancel_needs_its_booking() {
    let name = "appointment-cancel-without-booking";
    let (booked, gone) = (siu("OPD", "S12", "20240101", "P1"), siu("OPD", "S15", "20240102", "P1"));
    says(name, 1, &[], &[booked.clone(), gone.clone()]);
    says(name, 1, &["2 SCH-1"], &[booked.clone(), siu("OPD", "S15", "20240102", "P2")]);
    says(
        name,
        1,
        &["2 SCH-2"],
        &[booked.clone(), siu("OPD", "S15", "20240102", "|F2").replacen("||||||||||^", "|||||||||^", 1)],
    );
    says(name, 2, &["3 SCH-1"], &[booked, gone.clone(), siu("OPD", "S15", "20240103", "P1")]);
    says(name, 0, &[], std::slice::from_ref(&gone));
    says(name, 0, &[], &[siu("GP", "S12", "20240101", "P1"), gone]);
}

#[test]
fn numbers_join_an_appointment_through_one_another() {
    let name = "appointment-cancel-without-booking";
    let both = |event: &str, sent: &str, placer: &str, filler: &str| {
        siu("OPD", event, sent, placer).replace(&format!("SCH|{placer}||"), &format!("SCH|{placer}|{filler}|"))
    };
    let feed =
        [both("S12", "20240101", "P1", "F1"), both("S13", "20240102", "P2", "F1"), siu("OPD", "S15", "20240103", "P2")];
    says(name, 1, &[], &feed);
    let apart = [both("S12", "20240101", "P1^A", "F1"), siu("OPD", "S15", "20240103", "P1^B")];
    says(name, 1, &["2 SCH-1"], &apart);
    says(name, 1, &[], &[apart[0].clone(), siu("OPD", "S15", "20240103", "P1")]);
}

#[test]
fn a_change_needs_its_booking() {
    let name = "appointment-rebook-without-booking";
    let booked = siu("OPD", "S12", "20240101", "P1");
    says(name, 1, &[], &[booked.clone(), siu("OPD", "S13", "20240102", "P1")]);
    says(name, 1, &["2 SCH-1"], &[booked, siu("OPD", "S14", "20240102", "P2")]);
    says(name, 0, &[], &[siu("OPD", "S13", "20240102", "P1")]);
}

#[test]
fn an_appointment_is_booked_once() {
    let name = "appointment-booked-twice";
    let (one, two) = (siu("OPD", "S12", "20240101", "P1"), siu("OPD", "S12", "20240103", "P1"));
    says(name, 2, &["2 SCH-1"], &[one.clone(), two.clone()]);
    says(name, 2, &[], &[one.clone(), siu("OPD", "S17", "20240102", "P1"), two]);
    says(name, 1, &[], &[one.clone(), one]);
}

#[test]
fn a_booking_reaches_the_pas() {
    let name = "booking-not-in-pas";
    let known = adt("A05", "20240110", "PV1|1|O\nPV2||||||||202402011000");
    let (booked, lost) = (siu("OPD", "S12", "20240101", "P1"), siu("OPD", "S12", "20240102", "P2"));
    let lost = lost.replace("202402011000", "202402021000");
    says(name, 2, &["3 SCH-1"], &[known.clone(), booked.clone(), lost.clone()]);
    // Gate: nothing this system booked is known to a PAS; cancelled; sent after the PAS last spoke.
    says(name, 0, &[], &[known.clone(), lost.clone()]);
    says(name, 1, &[], &[known.clone(), booked.clone(), lost.clone(), siu("OPD", "S15", "20240103", "P2")]);
    says(name, 1, &[], &[known.clone(), booked.clone(), lost.replace("20240102", "20240111")]);
    // A PAS that tells only of attendances cannot yet know of those to come.
    let attended = known.replace("A05", "A04");
    says(name, 0, &[], &[attended.clone(), booked.clone(), lost.clone()]);
    let past = |text: String| text.replace("2024020", "2024010");
    says(name, 2, &["3 SCH-1"], &[past(attended), past(booked), past(lost)]);
}

#[test]
fn an_appointment_reaches_the_other_system() {
    let name = "appointment-lost";
    let (told, again) = (siu("OPD", "S12", "20240101", "P1"), siu("APP", "S12", "20240102", "P1"));
    let (lost, last) = (siu("OPD", "S12", "20240103", "P2"), siu("APP", "S26", "20240110", "P9"));
    let later = |text: &str| text.replace("202402011000", "202402021000");
    let lost = later(&lost);
    says(name, 2, &["3 SCH-1"], &[told.clone(), again.clone(), lost.clone(), last.clone()]);
    // Not fed: told by the other first, which is then what feeds, or nothing shared.
    says(name, 1, &[], &[told.clone(), siu("APP", "S12", "20231231", "P1"), lost.clone(), last.clone()]);
    says(name, 0, &[], &[lost.clone(), again.clone(), last.clone()]);
    // Sent after the other system last spoke.
    says(name, 1, &[], &[told.clone(), again.clone(), lost.replace("20240103", "20240111"), last.clone()]);
    // The same patient at the same time is the same appointment, whatever its number.
    let renumbered = siu("APP", "S12", "20240104", "X2").replace("202402011000", "202402021000");
    says(name, 2, &[], &[told.clone(), again.clone(), lost.clone(), renumbered, last.clone()]);
    // A lost booking is one finding; a cancel of a booking that arrived is another.
    let cancel = |sender, sent, number| siu(sender, "S15", sent, number);
    let feed = [told, again, lost, cancel("OPD", "20240104", "P2"), cancel("OPD", "20240104", "P1"), last];
    says(name, 2, &["3 SCH-1"], &feed);
    let kinds = [feed.to_vec(), vec![cancel("APP", "20240105", "P7").replace("202402011000", "202403011000")]].concat();
    says(name, 3, &["3 SCH-1", "5 SCH-1"], &kinds);
}
