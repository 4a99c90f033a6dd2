//! `--show-values`: where text of messages may go, and how it is marked.

use crate::{Bench, gap};

/// The family name in the message, which nothing but `--show-values` may show.
fn name(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message).into_owned();
    let patient = text.split('\r').find(|line| line.starts_with("PID|")).expect("it has a PID");
    let name = patient.split('|').nth(5).expect("it has a name").split('^').next().expect("one part").to_owned();
    assert!(name.len() > 3);
    name
}

#[test]
fn values_are_in_no_output_by_default() {
    let bench = Bench::new();
    let message = gap();
    bench.write("bad.hl7", &message);
    for format in ["terminal", "json", "html", "csv", "sarif", "junit"] {
        let ran = bench.run(&["check", "../bad.hl7", "--format", format]).code(1);
        assert!(!ran.out.contains(&name(&message)) && !ran.err.contains(&name(&message)), "{format}");
    }
}

#[test]
fn values_go_to_a_saved_report_that_is_stamped_and_the_users_alone_and_never_to_a_pipe() {
    let bench = Bench::new();
    let message = gap();
    bench.write("bad.hl7", &message);
    let ran = bench.run(&["check", "../bad.hl7", "--show-values"]).code(2);
    assert!(ran.said().contains("needs a terminal"), "{}", ran.err);
    let ran = bench.run(&["check", "../bad.hl7", "--show-values", "--save", "r.json"]).code(1);
    assert!(ran.err.contains("patient data"), "{}", ran.err);
    assert!(!ran.out.contains(&name(&message)), "standard output is a pipe here");
    assert_eq!(bench.json("work/r.json")["contains_patient_data"], true);
    assert!(bench.read("work/r.json").contains(&name(&message)));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(bench.path("work/r.json")).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // What was merged of such a report is such a report.
    bench.run(&["merge", "r.json"]).code(2);
    bench.run(&["merge", "r.json", "--save", "m.json"]).code(1);
    assert_eq!(bench.json("work/m.json")["contains_patient_data"], true);
}

#[test]
fn values_never_go_into_a_format_made_to_be_uploaded() {
    let bench = Bench::new();
    bench.write("bad.hl7", gap());
    for format in ["github", "gitlab", "junit", "sarif"] {
        let save = format!("{format}:out");
        let ran = bench.run(&["check", "../bad.hl7", "--show-values", "--save", &save]).code(2);
        assert!(ran.said().contains("made to be uploaded"), "{}", ran.err);
    }
}
