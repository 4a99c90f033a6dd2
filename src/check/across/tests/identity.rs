//! One person under two identities.

use super::{message, nhs, pv1, says};

fn person(event: &str, sent: &str, number: &str, born: &str) -> String {
    message(&format!("ADT^{event}"), "PAS", "TIE", sent, &format!("PID|1||{number}||A^B||{born}"))
}

fn numbers(local: &str, nhs_number: u32) -> String {
    format!("{local}^^^RA9^MR~{}^^^NHS^NH", nhs(nhs_number))
}

#[test]
fn an_nhs_number_has_one_date_of_birth() {
    let name = "nhs-number-two-birth-dates";
    let of = |sent: &str, born: &str| person("A04", sent, &numbers("1", 1), born);
    says(name, 1, &["2 PID-7"], &[of("20240101", "19800101"), of("20240102", "19800102")]);
    says(name, 1, &["1 PID-7"], &[of("20240102", "19800102"), of("20240101", "19800101")]);
    says(name, 1, &[], &[of("20240101", "19800101"), of("20240102", "198001"), of("20240103", "1980")]);
    says(name, 1, &["2 PID-7"], &[of("20240101", "19800101"), of("20240102", "198002")]);
    says(name, 1, &[], &[of("20240101", "198001"), of("20240102", "198001011200")]);
    // Each further date once.
    let third = [of("20240101", "19800101"), of("20240102", "19800102"), of("20240103", "19800102")];
    says(name, 1, &["2 PID-7"], &third);
    // A correction by the same system, and no date at all.
    let corrected = person("A08", "20240102", &numbers("1", 1), "19800102");
    says(name, 1, &[], &[of("20240101", "19800101"), corrected.clone()]);
    says(name, 1, &["2 PID-7"], &[of("20240101", "19800101"), corrected.replace("|PAS|", "|LAB|")]);
    says(name, 0, &[], &[of("20240101", "19800101"), of("20240102", "born"), of("20240103", "\"\"")]);
    // A wrong number is nobody's.
    let wrong = |sent: &str, born: &str| person("A04", sent, "9990000019^^^NHS^NH", born);
    says(name, 0, &[], &[wrong("20240101", "19800101"), wrong("20240102", "19800102")]);
    let spaced = format!("{} {}^^^NHS^NH", &nhs(1)[..3], &nhs(1)[3..]);
    says(name, 1, &["2 PID-7"], &[of("20240101", "19800101"), person("A04", "20240102", &spaced, "19800102")]);
}

#[test]
fn a_local_number_has_one_nhs_number() {
    let name = "local-number-two-nhs-numbers";
    let of = |event: &str, sent: &str, nhs_number| person(event, sent, &numbers("1", nhs_number), "");
    says(name, 1, &["2 PID-3[2]"], &[of("A04", "20240101", 1), of("A04", "20240102", 2), of("A04", "20240103", 2)]);
    says(name, 1, &[], &[of("A04", "20240101", 1), of("A04", "20240102", 1)]);
    says(name, 0, &[], &[of("A04", "20240101", 1)]);
    says(name, 1, &[], &[of("A04", "20240101", 1), of("A31", "20240102", 2), of("A04", "20240103", 2)]);
    let other = of("A04", "20240102", 2).replace("1^^^RA9", "1^^^OTHER");
    says(name, 0, &[], &[of("A04", "20240101", 1), other]);
}

#[test]
fn a_visit_is_one_patients() {
    let name = "visit-number-two-patients";
    let of =
        |sent: &str, number: &str| message("ADT^A08", "PAS", "TIE", sent, &format!("PID|1||{number}\n{}", pv1("V1")));
    let two = [of("20240101", "1^^^RA9^MR"), of("20240102", "2^^^RA9^MR"), of("20240103", "2^^^RA9^MR")];
    says(name, 1, &["2 PV1-19"], &two);
    // Merged before or after, in common, not comparable.
    let merged = message("ADT^A40", "PAS", "TIE", "20240109", "PID|1||1^^^RA9^MR\nMRG|2^^^RA9^MR");
    says(name, 1, &[], &[two[0].clone(), two[1].clone(), merged]);
    says(name, 1, &[], &[of("20240101", "1^^^RA9^MR"), of("20240102", "2^^^RA9^MR~1^^^RA9^MR")]);
    says(name, 1, &[], &[of("20240101", "1^^^RA9^MR"), of("20240102", "2^^^OTHER^MR")]);
    let with = |sent, local: &str, number| of(sent, &format!("{local}~{}^^^NHS^NH", nhs(number)));
    let nhs_decides = [with("20240101", "1^^^RA9^MR", 1), with("20240102", "2^^^OTHER^MR", 2)];
    says(name, 1, &["2 PV1-19"], &nhs_decides);
    says(name, 1, &[], &[with("20240101", "1^^^RA9^MR", 1), with("20240102", "1^^^RA9^MR", 2)]);
    says(name, 0, &[], &two[..1]);
}
