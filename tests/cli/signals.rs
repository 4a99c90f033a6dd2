//! A run that is told to stop.
#![cfg(target_os = "linux")]

use crate::{Bench, conforming};
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A run that waits for more of its standard input, its handlers in place.
fn waiting(bench: &Bench) -> Child {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("hallmark"));
    command.env_clear().env("HOME", bench.path("home")).current_dir(bench.folder.path());
    command.args(["check", "-", "--format", "json", "--save", "r.json"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let input = child.stdin.as_mut().expect("it is a pipe");
    input.write_all(&conforming().repeat(3000)).expect("it is read");
    input.flush().expect("it is read");
    let status = format!("/proc/{}/status", child.id());
    let deadline = Instant::now() + Duration::from_secs(30);
    while Instant::now() < deadline {
        let status = std::fs::read_to_string(&status).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
        if caught >> 1 & 1 == 1 {
            return child;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let ended = child.kill().and_then(|()| child.wait());
    panic!("no handler was set: {ended:?}");
}

fn send(child: &Child, signal: &str) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status();
    assert!(sent.expect("there is a shell").success());
}

#[test]
fn a_signal_gives_a_partial_report_that_says_so() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let bench = Bench::new();
        let mut child = waiting(&bench);
        let input = child.stdin.take();
        let asked = Instant::now();
        send(&child, signal);
        let ended = child.wait_with_output().expect("it ends");
        // A second is promised; the rest is for a busy machine.
        assert!(asked.elapsed() < Duration::from_secs(10), "{signal}: {:?}", asked.elapsed());
        drop(input);
        assert_eq!(ended.status.code(), Some(code), "{}", String::from_utf8_lossy(&ended.stderr));
        let printed: serde_json::Value = serde_json::from_slice(&ended.stdout).expect("a whole report");
        assert_eq!(printed["complete"], false);
        let why = printed["incomplete_because"].to_string();
        assert!(why.contains("interrupted"), "{why}");
        assert_ne!(printed["artifacts"][0]["state"], "checked");
        assert!(printed["verdicts"].as_array().expect("a list").iter().all(|v| v["verdict"] != "clear"));
        assert_eq!(bench.json("r.json"), printed);
    }
}

#[test]
fn a_second_signal_leaves_at_once() {
    let bench = Bench::new();
    let child = waiting(&bench);
    send(&child, "INT");
    send(&child, "INT");
    // Whichever came second, nothing half written is left under the report's name.
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(ended.status.code(), Some(130));
    if bench.path("r.json").exists() {
        bench.json("r.json");
    }
}
