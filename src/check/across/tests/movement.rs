//! Events of visits and merges of numbers.

use super::{adt, message, pv1, says, visit};

#[test]
fn a_discharge_needs_a_beginning() {
    let name = "discharge-without-admit";
    let other = visit("A01", "20240101", "V1");
    says(name, 1, &["2 PV1-19"], &[other.clone(), visit("A03", "20240102", "V2")]);
    says(name, 1, &[], &[other.clone(), visit("A03", "20240102", "V1")]);
    // From any sender, at any time.
    let elsewhere = visit("A04", "20240105", "V2").replace("|PAS|", "|ED|");
    says(name, 1, &[], &[other.clone(), visit("A03", "20240102", "V2"), elsewhere]);
    says(name, 1, &[], &[other.clone(), visit("A13", "20240103", "V2"), visit("A03", "20240102", "V2")]);
    // Gate: the sender shows no admission at all; no visit; admitted before the run begins.
    says(name, 0, &[], &[visit("A03", "20240102", "V2")]);
    says(name, 0, &[], &[other.clone(), visit("A03", "20240102", "\"\"")]);
    let before = adt("A03", "20240102", &format!("{}{}20231231", pv1("V2"), "|".repeat(25)));
    says(name, 0, &[], &[other.clone(), before]);
    let authority = visit("A03", "20240102", "V1").replace("V1^^^RA9", "V1^^^OTHER");
    says(name, 1, &["2 PV1-19"], &[other.clone(), authority]);
    let implied = visit("A03", "20240102", "v1").replace("v1^^^RA9", "v1");
    says(name, 1, &[], &[other, implied]);
}

#[test]
fn a_transfer_needs_a_beginning() {
    let other = visit("A01", "20240101", "V1");
    says("transfer-without-admit", 1, &["2 PV1-19"], &[other.clone(), visit("A02", "20240102", "V2")]);
    says("transfer-without-admit", 1, &[], &[other.clone(), visit("A02", "20240102", "V1")]);
    says("discharge-without-admit", 0, &[], &[other, visit("A02", "20240102", "V2")]);
}

#[test]
fn a_discharge_is_not_before_every_admission() {
    let name = "discharge-before-admit";
    let discharge = visit("A03", "202401021000", "V1");
    says(name, 1, &["2 EVN-2"], &[visit("A01", "20240103", "V1"), discharge.clone()]);
    says(name, 1, &[], &[visit("A01", "20240103", "V1"), visit("A06", "20240101", "V1"), discharge.clone()]);
    // A tie, the other visit.
    says(name, 1, &[], &[visit("A01", "20240102", "V1"), discharge.clone()]);
    says(name, 0, &[], &[visit("A01", "20240103", "V2"), discharge.clone()]);
    let occurred = discharge.replace("EVN|A03|202401021000", "EVN|A03|202401021000||||202401020900");
    says(name, 1, &["2 EVN-6"], &[visit("A01", "202401021000", "V1"), occurred]);
    // A time that cannot be read decides nothing, unless another does.
    let unreadable = visit("A01", "soon", "V1");
    says(name, 1, &["2 EVN-2?"], &[unreadable.clone(), discharge.clone()]);
    says(name, 1, &[], &[unreadable, visit("A01", "20240101", "V1"), discharge]);
    let timeless = |event| visit(event, "", "V1");
    says(name, 0, &[], &[timeless("A01"), timeless("A03")]);
}

#[test]
fn a_cancel_needs_its_event() {
    let name = "cancel-without-event";
    let admit = visit("A01", "20240101", "V1");
    says(name, 1, &[], &[admit.clone(), visit("A11", "20240102", "V1")]);
    says(name, 1, &["2 PV1-19"], &[admit.clone(), visit("A11", "20240102", "V2")]);
    let twice = [admit.clone(), visit("A11", "20240102", "V1"), visit("A11", "20240103", "V1")];
    says(name, 2, &["3 PV1-19"], &twice);
    // Gate: no transfer of any visit is there, so the run does not show transfers.
    says(name, 0, &[], &[admit.clone(), visit("A12", "20240102", "V1")]);
    let older = visit("A11", "20240102", "V2").replace("EVN|A11|20240102", "EVN|A11|20240102||||20231231");
    says(name, 0, &[], &[admit, older]);
}

#[test]
fn an_update_is_not_before_its_record() {
    let name = "update-before-create";
    let update = visit("A08", "202401021000", "V1");
    says(name, 1, &["2 EVN-2"], &[visit("A01", "20240103", "V1"), update.clone()]);
    says(name, 1, &[], &[visit("A05", "20240101", "V1"), visit("A01", "20240103", "V1"), update.clone()]);
    says(name, 1, &[], &[visit("A01", "20240102", "V1"), update.clone()]);
    says(name, 0, &[], std::slice::from_ref(&update));
    says(name, 1, &["2 EVN-2"], &[adt("A28", "20240103", ""), adt("A31", "20240102", "")]);
    says(name, 1, &[], &[adt("A28", "20240101", ""), adt("A28", "20240103", ""), adt("A31", "20240102", "")]);
    let other = adt("A31", "20240102", "").replace("|PAS|", "|LAB|");
    says(name, 0, &[], &[adt("A28", "20240103", ""), other]);
    let sent_only = update.replace("EVN|A08|202401021000", "EVN|A08");
    says(name, 1, &["2 MSH-7"], &[visit("A01", "20240103", "V1"), sent_only]);
}

#[test]
fn a_visit_is_admitted_once() {
    let name = "admit-twice";
    let (one, two) = (visit("A01", "20240101", "V1"), visit("A01", "20240103", "V1"));
    says(name, 2, &["1 PV1-19"], &[two.clone(), one.clone()]);
    says(name, 2, &[], &[one.clone(), visit("A11", "20240102", "V1"), two.clone()]);
    says(name, 2, &[], &[one.clone(), two.replace("|PAS|", "|ED|")]);
    says(name, 1, &[], &[one.clone(), one]);
}

fn merge(time: &str, kept: &str, gone: &str) -> String {
    let segments = format!("EVN|A40|{time}\nPID|1||{kept}\nMRG|{gone}");
    message("ADT^A40", "PAS", "TIE", time, &segments)
}

#[test]
fn a_number_is_not_merged_into_itself() {
    let name = "merge-into-itself";
    says(name, 1, &[], &[merge("20240101", "1^^^RA9^MR", "2^^^RA9^MR")]);
    says(name, 1, &["1 MRG-1"], &[merge("20240101", "1^^^RA9^MR", "1^^^RA9^MR")]);
    says(name, 1, &["1 MRG-1[2]"], &[merge("20240101", "1^^^RA9^MR", "2^^^RA9^MR~1^^^RA9^MR")]);
    says(name, 1, &[], &[merge("20240101", "1^^^RA9^MR", "1^^^OTHER^MR")]);
    let number = format!("{}^^^NHS^NH", super::nhs(1));
    let both = |local: &str| format!("{local}^^^RA9^MR~{number}");
    says(name, 1, &[], &[merge("20240101", &both("1"), &both("2"))]);
    says(name, 1, &["1 MRG-1"], &[merge("20240101", &both("1"), &number)]);
}

#[test]
fn a_number_that_was_merged_away_is_not_used() {
    let name = "event-for-merged-number";
    let gone = |kind: &str, time: &str| {
        let segments = format!("EVN||{time}\nPID|1||9^^^X^XX~2^^^RA9^MR");
        message(kind, "PAS", "TIE", time, &segments)
    };
    let merged = merge("20240105", "1^^^RA9^MR", "2^^^RA9^MR");
    says(name, 1, &["2 PID-3[2]"], &[merged.clone(), gone("ADT^A08", "20240106")]);
    says(name, 1, &["2 PID-3[2]"], &[merged.clone(), gone("SIU^S12", "20240106")]);
    says(name, 0, &[], &[merged.clone(), gone("ORU^R01", "20240106")]);
    // Before it, and a tie.
    says(name, 2, &[], &[merged.clone(), gone("ADT^A08", "20240104"), gone("ADT^A08", "20240105")]);
    // Alive again since the seventh.
    let revived = merge("20240107", "2^^^RA9^MR", "3^^^RA9^MR");
    let feed = [merged, revived, gone("ADT^A08", "20240106"), gone("ADT^A08", "20240108")];
    says(name, 2, &["3 PID-3[2]"], &feed);
}

#[test]
fn movements_are_sent_in_the_order_in_which_they_happened() {
    let name = "event-out-of-order";
    let moved = |event: &str, sent: &str, happened: &str| {
        visit(event, sent, "V1").replace(&format!("EVN|{event}|{sent}"), &format!("EVN|{event}|{sent}||||{happened}"))
    };
    let admit = moved("A01", "20240101", "20240101");
    let late = [admit.clone(), moved("A02", "20240103", "202401031000"), moved("A02", "20240104", "202401020900")];
    says(name, 2, &["3 EVN-6"], &late);
    says(name, 1, &[], &[admit.clone(), moved("A02", "20240103", "20240101")]);
    // Sent at the same time; an admission and its discharge, which have a check of their own.
    says(name, 0, &[], &[moved("A02", "20240104", "20240104"), moved("A02", "20240104", "20240103")]);
    says(name, 0, &[], &[admit, moved("A03", "20240104", "20231231")]);
    let own = adt("A01", "20240104", &format!("{}{}20240101", pv1("V1"), "|".repeat(25)));
    says(name, 1, &["2 PV1-44"], &[moved("A21", "20240103", "20240103"), own]);
}

#[test]
fn an_event_of_several_patients_has_no_one_visit() {
    let swapped = adt("A03", "20240102", &format!("{}\nPID|2||200^^^RA9^MR", pv1("V2")));
    says("discharge-without-admit", 0, &[], &[visit("A01", "20240101", "V1"), swapped]);
}
