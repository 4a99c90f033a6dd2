//! Orders, results, and the lines of a message.

use super::{message, says};

fn order(sent: &str, segments: &str) -> String {
    message("OML^O21", "EPR", "LAB", sent, segments)
}

fn result(sent: &str, segments: &str) -> String {
    message("ORU^R01", "LAB", "EPR", sent, segments)
}

fn obr(fields: &[(usize, &str)]) -> String {
    let mut all = vec![""; 30];
    all[0] = "OBR";
    fields.iter().for_each(|(number, text)| all[*number] = text);
    all.join("|")
}

#[test]
fn a_result_answers_an_order() {
    let name = "result-without-order";
    let ordered = order("20240101", "ORC|NW|O1^EPR\nOBR|1||");
    says(name, 1, &["2 OBR-2"], &[ordered.clone(), result("20240102", "OBR|1|O2^EPR|F2")]);
    says(name, 1, &[], &[ordered.clone(), result("20240102", "OBR|1|O1^EPR|F2")]);
    says(name, 1, &["2 ORC-2"], &[ordered.clone(), result("20240102", "ORC|RE|O2^EPR\nOBR|1||F2")]);
    says(name, 2, &["2 OBR[2]-2"], &[ordered.clone(), result("20240102", "OBR|1|O1^EPR\nOBR|2|O2^EPR")]);
    // By filler, and as a reflex of an order.
    let filled = order("20240101", "ORC|NW|O1^EPR|F2^LAB\nOBR|1");
    says(name, 1, &[], &[filled, result("20240102", "OBR|1|O2^EPR|F2")]);
    let parent = obr(&[(2, "O2^EPR"), (29, "O1&EPR^F9&LAB")]);
    says(name, 1, &[], &[ordered.clone(), result("20240102", &parent)]);
    // Gate: no order of that authority; taken before the first order of the run.
    says(name, 0, &[], &[ordered.clone(), result("20240102", "OBR|1|O2^GP")]);
    says(name, 0, &[], &[ordered, result("20240102", &obr(&[(2, "O2^EPR"), (7, "20231231")]))]);
    says(name, 0, &[], &[result("20240102", "OBR|1|O2^EPR")]);
}

#[test]
fn an_order_is_answered() {
    let name = "order-without-result";
    let ordered = order("20240101", "ORC|NW|O1^EPR\nOBR|1");
    let other = result("20240103", "OBR|1|O9^EPR|F9");
    says(name, 1, &["1 ORC-2"], &[ordered.clone(), other.clone()]);
    says(name, 1, &[], &[ordered.clone(), other.clone(), result("20240102", "OBR|1|O1")]);
    says(name, 0, &[], &[ordered.clone(), result("20231231", "OBR|1|O9^EPR")]);
    says(name, 0, &[], std::slice::from_ref(&ordered));
    says(name, 0, &[], &[ordered.clone(), other.clone(), order("20240102", "ORC|CA|O1^EPR")]);
    let later = order("20240101", "ORC|NW|O1^EPR|||||^^^20240601\nOBR|1");
    says(name, 0, &[], &[later, other.clone()]);
    // One item for several ORC of one number; OBR-2 gives the number where ORC-2 does not.
    let again = order("20240102", "ORC|XO|O1^EPR\nOBR|1");
    says(name, 1, &["1 ORC-2"], &[ordered, other.clone(), again]);
    says(name, 1, &["1 OBR-2"], &[order("20240101", "ORC|NW\nOBR|1|O1^EPR"), other]);
}

#[test]
fn a_final_report_stays_final() {
    let name = "result-status-regression";
    let told = |at: &str, status: &str| result(at, &obr(&[(3, "F1^LAB"), (4, "FBC"), (22, at), (25, status)]));
    says(name, 1, &["2 OBR-25"], &[told("202401010900", "F"), told("202401011000", "P")]);
    says(name, 1, &["1 OBR-25"], &[told("202401011000", "P"), told("202401010900", "F")]);
    says(name, 1, &[], &[told("202401010900", "P"), told("202401011000", "F")]);
    says(name, 1, &[], &[told("202401010900", "F"), told("202401011000", "C")]);
    says(name, 0, &[], &[told("202401010900", "F"), told("20240101", "P")]);
    let other = told("202401011000", "P").replace("FBC", "CRP");
    says(name, 0, &[], &[told("202401010900", "F"), other]);
    let unreadable = told("202401010900", "P").replace("202401010900|||P", "never|||P");
    says(name, 1, &["2 OBR-25?"], &[told("202401010900", "F"), unreadable]);
}

#[test]
fn an_order_number_is_used_once_in_a_message() {
    let name = "order-number-reused";
    says(name, 2, &["1 ORC[2]-2"], &[order("20240101", "ORC|NW|O1^EPR\nOBR|1\nORC|NW|O1^EPR\nOBR|2")]);
    says(name, 2, &["1 OBR[2]-2"], &[order("20240101", "OBR|1|O1\nOBR|2|O1")]);
    says(name, 2, &[], &[order("20240101", "ORC|NW|O1^EPR\nOBR|1\nORC|NW|O1^GP\nOBR|2")]);
    let again = order("20240101", "ORC|NW|O1^EPR\nOBR|1\nORC|NW|O1^EPR\nOBR|2");
    says(name, 2, &["1 ORC[2]-2"], &[again.clone(), again]);
}

#[test]
fn a_code_has_one_type() {
    let name = "observation-two-types";
    let line = |sent: &str, kind: &str, status: &str| {
        result(sent, &format!("OBR|1\nOBX|1|{kind}|K^Potassium^LN||4|||||{status}"))
    };
    says(name, 1, &["2 OBX-2"], &[line("20240101", "NM", "||F"), line("20240102", "TX", "||F")]);
    says(name, 1, &["1 OBX-2"], &[line("20240102", "TX", "|F"), line("20240101", "SN", "|F")]);
    says(name, 1, &[], &[line("20240101", "NM", "|F"), line("20240102", "SN", "|F")]);
    says(name, 1, &[], &[line("20240101", "ST", "|F"), line("20240102", "FT", "|F")]);
    says(name, 0, &[], &[line("20240101", "NM", "|F")]);
    says(name, 0, &[], &[line("20240101", "NM", "|F"), line("20240102", "TX", "|X")]);
    let same = line("20240101", "NM", "|F");
    says(name, 0, &[], &[same.clone(), same.clone()]);
    says(name, 0, &[], &[same, line("20240102", "TX", "|F").replace("|LAB|", "|POCT|")]);
}

#[test]
fn a_code_stands_once_under_a_test() {
    let name = "observation-repeated";
    let lines = |second: &str| result("20240101", &format!("OBR|1\nOBX|1|NM|K^Potassium^LN||4\n{second}"));
    says(name, 2, &["1 OBX[2]-3"], &[lines("OBX|2|NM|K^Potassium^LN||5")]);
    says(name, 2, &[], &[lines("OBX|2|NM|K^Potassium^LN|2|5")]);
    says(name, 2, &[], &[lines("OBX|2|NM|K^Potassium^L||5")]);
    says(name, 1, &[], &[lines("OBX|2|TX|K^Potassium^LN||note")]);
    says(name, 2, &[], &[lines("OBR|2\nOBX|1|NM|K^Potassium^LN||5")]);
}

#[test]
fn lines_count_from_one_under_each_test() {
    let name = "set-id-sequence";
    let lines = |text: &str| result("20240101", text);
    says(name, 2, &[], &[lines("OBR|1\nOBX|1|NM|A\nOBX|2|NM|B\nOBR|2\nOBX|1|NM|A")]);
    says(name, 2, &["1 OBX[3]-1"], &[lines("OBR|1\nOBX|1|NM|A\nOBX|2|NM|B\nOBR|2\nOBX|3|NM|A\nOBX|4|NM|B")]);
    says(name, 0, &[], &[lines("OBR|1\nOBX|1|NM|A\nOBX||NM|B")]);
    says(name, 1, &["1 OBX-1"], &[order("20240101", "ORC|NW|O1\nOBR|1\nOBX|2|NM|A")]);
}
