//! Control ids and acknowledgements.

use super::{message, says};

fn with_control(text: &str, control: &str) -> String {
    let mut fields: Vec<&str> = text.splitn(11, '|').collect();
    fields[9] = control;
    fields.join("|")
}

fn event(sender: &str, sent: &str, control: &str) -> String {
    with_control(&message("ADT^A01", sender, "TIE", sent, "EVN|A01"), control)
}

fn ack(sender: &str, receiver: &str, sent: &str, msa: &str) -> String {
    message("ACK^A01", sender, receiver, sent, &format!("MSA|{msa}"))
}

#[test]
fn a_control_id_is_used_once_by_each_system() {
    let name = "duplicate-control-id";
    let (a, b, other) = (event("PAS", "20240101", "1"), event("PAS", "20240102", "1"), event("LAB", "20240103", "1"));
    says(name, 3, &["2 MSH-10"], &[a.clone(), b.clone(), other.clone()]);
    says(name, 2, &["1 MSH-10"], &[b.clone(), a.clone()]);
    says(name, 2, &[], &[a.clone(), other]);
    // The same message again, with other line ends and a blank line after it, is no second message.
    says(name, 1, &[], &[a.clone(), a.replace('\r', "\r\n") + "\r\n", a.clone()]);
    let four = [a, b.clone(), b.clone(), event("PAS", "20240104", " 1 ")];
    says(name, 3, &["2 MSH-10", "4 MSH-10"], &four);
}

#[test]
fn an_acknowledgement_answers_a_message_of_the_run() {
    let name = "ack-unpaired";
    let sent = event("PAS", "20240101", "1");
    says(name, 1, &["2 MSA-2"], &[sent.clone(), ack("TIE", "PAS", "20240101", "AA|9")]);
    says(name, 1, &[], &[sent.clone(), ack("TIE", "PAS", "20240101", "AA|1")]);
    // Another system acknowledges: integration engines give applications other names.
    says(name, 1, &[], &[sent.clone(), ack("GATE", "PAS", "20240101", "AA|1")]);
    // Gate: nothing of the system that is answered is in the run.
    says(name, 0, &[], &[sent.clone(), ack("TIE", "LAB", "20240101", "AA|9")]);
    // An acknowledgement that repeats the id it answers is not what it answers.
    says(name, 1, &["2 MSA-2"], &[sent, with_control(&ack("TIE", "PAS", "20240101", "AA|9"), "9")]);
}

#[test]
fn a_message_is_acknowledged_where_acknowledgements_are_kept() {
    let name = "ack-missing";
    let (one, two) = (event("PAS", "20240101", "1"), event("PAS", "20240102", "2"));
    let answer = ack("TIE", "PAS", "20240101", "AA|1");
    says(name, 2, &["2 MSH-10"], &[one.clone(), two.clone(), answer.clone()]);
    says(name, 0, &[], &[one.clone(), two.clone()]);
    // The acknowledgements of another receiver open no gate, unless the message names the router or asks for them.
    let other = ack("GATE", "PAS", "20240101", "AA|1");
    says(name, 0, &[], &[one.clone(), two.clone(), other.clone()]);
    let routed = two.replace("|TIE|", "|ROUTE|");
    says(name, 1, &["2 MSH-10"], &[one.clone(), routed, other.clone()]);
    let asks = two.replace("|P|2.4", "|P|2.4|||AL|NE");
    says(name, 1, &["2 MSH-10"], &[one.clone(), asks, other]);
    let waives = two.replace("|P|2.4", "|P|2.4|||NE|NE");
    says(name, 1, &[], &[one, waives, answer]);
}

#[test]
fn a_refusal_counts_until_the_message_is_accepted() {
    let name = "ack-negative";
    let sent = event("PAS", "20240101", "1");
    let refused = ack("TIE", "PAS", "202401011200", "AE|1");
    says(name, 1, &["2 MSA-1"], &[sent.clone(), refused.clone()]);
    says(name, 2, &[], &[sent.clone(), refused.clone(), ack("TIE", "PAS", "202401011300", "AA|1")]);
    says(name, 2, &[], &[sent.clone(), refused.clone(), ack("TIE", "PAS", "20240101", "AA|1")]);
    // Accepted before it was refused, by another system, or for another message: not recovered.
    for other in ["TIE 202401011100 1", "GATE 202401011300 1", "TIE 202401011300 2"] {
        let [sender, time, control] = other.split(' ').collect::<Vec<_>>()[..] else { panic!() };
        let feed = [sent.clone(), refused.clone(), ack(sender, "PAS", time, &format!("AA|{control}"))];
        says(name, 2, &["2 MSA-1"], &feed);
    }
}
