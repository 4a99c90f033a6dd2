//! `check` and `merge`: exit codes, determinism, delivery.

use crate::{Bench, Ran, conforming, gap, story};
use std::fs::File;
use std::process::Stdio;

#[test]
fn exit_codes_are_those_promised() {
    let bench = Bench::new();
    bench.write("good.hl7", conforming()).write("bad.hl7", gap()).write("note.txt", "nothing of interest\n");
    bench.run(&["check", "../good.hl7"]).code(0);
    bench.run(&["check", "../bad.hl7"]).code(1);
    bench.run(&["check", "../bad.hl7", "--fail-on", "never"]).code(0);
    bench.run(&["check", "../bad.hl7", "--fail-on", "blocks"]).code(1);
    bench.run(&["check", "../absent.hl7"]).code(2);
    bench.run(&["check"]).code(2);
    bench.run(&["check", "--no-such-option"]).code(2);
    bench.run(&["check", "../note.txt"]).code(3);
    bench.run(&["--version"]).code(0);
    bench.run(&["check", "--help"]).code(0);
}

#[test]
fn standard_input_and_patterns_are_read() {
    let bench = Bench::new();
    bench.write("work/a.hl7", conforming()).write("work/b.hl7", conforming());
    let ran = bench.run(&["check", "*.hl7", "--format", "json"]).code(0);
    assert!(ran.out.contains("\"a.hl7\"") && ran.out.contains("\"b.hl7\""));
    let mut command = bench.command(&["check", "-", "--format", "json"]);
    command.write_stdin(gap());
    assert!(Ran::of(command).code(1).out.contains("\"standard-input\""));
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let bench = Bench::new();
    let stories = [story("pas-vendor-b"), story("lost-bookings")];
    let run = |threads: &str| {
        let [a, b] = &stories;
        let day = ["--as-of", "2026-11-01"];
        let arguments = [&["check", a, b, "--format", "json", "--threads", threads], &day[..]].concat();
        bench.run(&arguments).code(1).out
    };
    let one = run("1");
    assert_eq!(one, run("2"));
    assert_eq!(one, run("8"));
    assert!(one.contains("\"sealed\""), "facts are sealed under the key made in HOME");
    assert!(bench.path("home/.local/state/hallmark/join-key").exists());
}

#[test]
fn merging_parts_gives_the_bytes_of_the_whole() {
    let bench = Bench::new();
    let folder = story("lost-bookings");
    let part = |name: &str, paths: &[&str]| {
        let paths: Vec<String> = paths.iter().map(|path| format!("{folder}/{path}")).collect();
        let mut arguments = vec!["check", "--as-of", "2026-11-01", "--save", name];
        arguments.extend(paths.iter().map(String::as_str));
        assert!(bench.run(&arguments).code < 2);
    };
    part("whole.json", &["booking-module", "pas", "README.md"]);
    part("one.json", &["pas", "README.md"]);
    part("two.json", &["booking-module"]);
    bench.run(&["merge", "two.json", "one.json", "--save", "merged.json"]);
    assert_eq!(bench.read("work/whole.json"), bench.read("work/merged.json"));
    assert!(bench.read("work/whole.json").contains("ACR-44"), "a booking is lost between the two parts");
    // Without the key the parts cannot be compared with each other, and the report says so.
    bench.run(&["merge", "two.json", "one.json", "--join-key", "none", "--save", "bare.json"]);
    assert_eq!(bench.json("work/bare.json")["complete"], false);
}

#[test]
fn every_format_is_printed_and_saved() {
    let bench = Bench::new();
    bench.write("bad.hl7", gap());
    let names = [
        "terminal",
        "json",
        "ndjson",
        "sarif",
        "junit",
        "github",
        "gitlab",
        "operation-outcome",
        "csv",
        "markdown",
        "html",
    ];
    for name in names {
        let save = format!("{name}:out.{name}");
        let printed = bench.run(&["check", "../bad.hl7", "--format", name, "--save", &save, "-q"]).code(1);
        assert!(printed.out.contains("ID-02"), "{name}: {}", printed.out);
        assert_eq!(printed.err, "", "{name}: --quiet");
        if name != "terminal" {
            assert_eq!(printed.out, bench.read(&format!("work/out.{name}")), "{name}");
        }
    }
}

#[test]
fn a_save_that_fails_is_told_before_the_run_and_after_it() {
    let bench = Bench::new();
    bench.write("good.hl7", conforming()).write("work/taken/x", "");
    let ran = bench.run(&["check", "../good.hl7", "--save", "absent/r.json"]).code(2);
    assert!(ran.out.is_empty() && ran.said().contains("its folder does not exist"), "{}", ran.err);
    let ran = bench.run(&["check", "../good.hl7", "--save", "json:taken"]).code(2);
    assert!(ran.said().contains("not an ordinary file"), "{}", ran.err);
    let ran = bench.run(&["check", "../good.hl7", "--save", "r.json", "--save", "ndjson:./r.json"]).code(2);
    assert!(ran.said().contains("two reports would be saved to"), "{}", ran.err);
    bench.write("work/feed.json", conforming());
    let ran = bench.run(&["check", "feed.json", "--save", "feed.json"]).code(2);
    assert!(ran.said().contains("is an input of this run"), "{}", ran.err);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_standard_output_is_an_error_and_files_are_saved_all_the_same() {
    let bench = Bench::new();
    bench.write("good.hl7", conforming());
    let full = File::options().write(true).open("/dev/full").expect("Linux has it");
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("hallmark"));
    command.env_clear().env("HOME", bench.path("home")).current_dir(bench.folder.path());
    command.args(["check", "good.hl7", "--save", "r.json"]).stdout(full).stderr(Stdio::piped());
    let ended = command.output().expect("it starts");
    assert_eq!(ended.status.code(), Some(2));
    let err = String::from_utf8_lossy(&ended.stderr);
    assert!(err.contains("standard output") && !err.contains("panicked"), "{err}");
    assert_eq!(bench.json("r.json")["complete"], true);
}

#[test]
#[cfg(unix)]
fn a_closed_pipe_is_no_error() {
    let bench = Bench::new();
    bench.write("bad.hl7", gap());
    let binary = assert_cmd::cargo::cargo_bin("hallmark").display().to_string();
    let script = "\"$1\" check bad.hl7 --format json; echo $? > code";
    let mut shell = std::process::Command::new("sh");
    shell.env_clear().env("HOME", bench.path("home")).current_dir(bench.folder.path());
    shell.args(["-c", &format!("( {script} ) | true"), "sh", &binary]).stderr(Stdio::piped());
    let ended = shell.output().expect("there is a shell");
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    // The subshell may outlive the pipeline's last command.
    for _ in 0..500 {
        if bench.path("code").exists() && bench.read("code").ends_with('\n') {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(bench.read("code").trim(), "1", "the exit code is the one of the report");
}

#[test]
fn a_check_that_breaks_costs_one_message_and_is_never_a_pass() {
    let bench = Bench::new();
    let two = [conforming(), conforming()].concat();
    bench.write("two.hl7", two);
    let mut command = bench.command(&["check", "../two.hl7", "--fail-on", "never", "--save", "r.json"]);
    command.env("HALLMARK_TEST_PANIC", "2");
    let ran = Ran::of(command).code(2);
    assert!(ran.err.contains("internal error at src/cli/run.rs"), "{}", ran.err);
    assert!(!ran.err.contains("made to break"), "what the failure says of itself is not told: {}", ran.err);
    let report = bench.json("work/r.json");
    assert_eq!(report["complete"], false);
    assert_eq!(report["counts"]["messages"], 2);
    assert_eq!(report["artifacts"][0]["state"], "partly");
    let broken: Vec<_> =
        report["findings"].as_array().expect("a list").iter().filter(|finding| finding["rule"] == "ING-06").collect();
    assert_eq!(broken.len(), 1);
    assert_eq!((&broken[0]["severity"], &broken[0]["item"]), (&"fatal".into(), &2.into()));
    let mut command = bench.command(&["check", "../two.hl7"]);
    command.env("HALLMARK_TEST_PANIC", "1");
    Ran::of(command).code(1);
}

#[test]
fn a_baseline_and_waivers_lower_what_fails() {
    let bench = Bench::new();
    bench.write("bad.hl7", gap());
    bench.run(&["check", "../bad.hl7", "--save", "before.json"]).code(1);
    bench.run(&["check", "../bad.hl7", "--baseline", "before.json"]).code(0);
    let waiver =
        "[[waiver]]\nrule = 'ID-02'\nreason = 'agreed'\nowner = 'me'\napproved_by = 'her'\nexpires = '2999-01-01'\n";
    bench.write("work/w.toml", waiver);
    bench.run(&["check", "../bad.hl7", "--waivers", "w.toml"]).code(0);
    let ran = bench.run(&["check", "../bad.hl7", "--baseline", "w.toml"]).code(2);
    assert!(ran.said().contains("not a Hallmark report"), "{}", ran.err);
}
