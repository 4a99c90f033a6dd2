//! What a terminal shows: colours when wanted, and nothing that content chose.

use crate::{Bench, Ran, conforming, gap};

#[test]
fn colours_follow_the_flag_then_the_environment() {
    let bench = Bench::new();
    bench.write("bad.hl7", gap());
    let coloured = |arguments: &[&str], environment: &[(&str, &str)]| {
        let mut command = bench.command(&[&["check", "../bad.hl7"], arguments].concat());
        command.envs(environment.iter().copied());
        Ran::of(command).code(1).out.contains('\u{1b}')
    };
    assert!(!coloured(&[], &[]), "a pipe has no colours");
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(coloured(&[], &[("FORCE_COLOR", "1")]));
    assert!(!coloured(&[], &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]));
    assert!(!coloured(&["--color", "never"], &[("FORCE_COLOR", "1")]));
}

#[test]
fn a_locale_without_box_drawing_gets_ascii() {
    let bench = Bench::new();
    bench.write("bad.hl7", gap());
    let mut command = bench.command(&["check", "../bad.hl7"]);
    command.env("LC_ALL", "C");
    let ran = Ran::of(command).code(1);
    assert!(ran.out.is_ascii(), "{:?}", ran.out.chars().find(|c| !c.is_ascii()));
}

#[test]
#[cfg(unix)]
fn names_that_act_on_a_terminal_are_made_inert_everywhere() {
    let bench = Bench::new();
    let name = "x\u{1b}]0;owned\u{7}\n::error::y.hl7";
    bench.write(&format!("work/{name}"), gap());
    for arguments in [vec!["check", name], vec!["detect", name], vec!["check", "."], vec!["check", "absent\u{1b}[2J"]] {
        for format in ["terminal", "github", "markdown"] {
            let mut arguments = arguments.clone();
            if arguments[0] == "check" {
                arguments.extend(["--format", format]);
            }
            let ran = bench.run(&arguments);
            assert!(!ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'), "{arguments:?}");
            assert!(!ran.out.lines().any(|line| line.starts_with("::error::y")), "{arguments:?}");
        }
    }
    // Also where clap repeats what was typed.
    let ran = bench.run(&["check", "--fail-on", "\u{1b}[2J", "."]).code(2);
    assert!(!ran.err.contains("\u{1b}[2J"), "{:?}", ran.err);
}

#[test]
fn a_mistake_in_a_waiver_file_is_shown_where_it_is() {
    let bench = Bench::new();
    bench.write("work/a.hl7", conforming()).write("work/w.toml", "[[waiver]]\nrule = 'PAS-11a'\nexpires = 'soon'\n");
    let ran = bench.run(&["check", "a.hl7", "--waivers", "w.toml"]).code(2);
    assert!(ran.said().contains("w.toml:") && ran.said().contains("approved_by"), "{}", ran.err);
}

#[test]
fn no_progress_is_shown_where_nobody_watches() {
    let bench = Bench::new();
    bench.write("good.hl7", conforming().repeat(200));
    let ran = bench.run(&["check", "../good.hl7", "--format", "json"]);
    assert_eq!(ran.err, "");
}
