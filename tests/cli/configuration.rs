//! hallmark.toml, flags over it, and `init`.

use crate::{Bench, conforming, gap};

#[test]
fn the_file_is_found_upward_and_flags_win_over_it() {
    let bench = Bench::new();
    bench.write("hallmark.toml", "paths = ['feed']\nfail-on = 'never'\nformat = 'csv'\n").write("feed/bad.hl7", gap());
    let ran = bench.run(&["check"]).code(0);
    assert!(ran.out.starts_with('\u{feff}'), "{}", ran.out);
    bench.run(&["check", "--fail-on", "error"]).code(1);
    let json = bench.run(&["check", "--format", "json"]).code(0).out;
    assert!(json.contains("\"../feed/bad.hl7\""), "ids do not depend on where the project lies: {json}");
    bench.run(&["check", "--no-config"]).code(2);
    bench.write("other.toml", "paths = ['feed/bad.hl7']");
    bench.run(&["check", "--config", "../other.toml"]).code(1);
}

#[test]
fn a_mistake_is_shown_with_its_line_and_what_is_allowed() {
    let bench = Bench::new();
    bench.write("work/hallmark.toml", "# defaults\nquiet = true\nfail_on = 'error'\n");
    let ran = bench.run(&["list", "rules"]).code(2);
    let said = ran.said();
    for part in ["hallmark.toml:3:1", "fail_on = 'error'", "did you mean fail-on?", "join-key"] {
        assert!(said.contains(part), "{part}: {}", ran.err);
    }
    bench.write("work/hallmark.toml", "for = ['pas/feed', 'pds/traceing']\n").write("work/a.hl7", conforming());
    let ran = bench.run(&["check", "a.hl7"]).code(2);
    assert!(
        ran.said().contains("hallmark.toml:1:20") && ran.said().contains("did you mean pds/tracing?"),
        "{}",
        ran.err
    );
}

#[test]
fn a_hostile_configuration_file_does_nothing_but_fail() {
    let bench = Bench::new();
    bench.write("work/hallmark.toml", format!("{} = \"\u{1b}]52;c;AAAA\u{7}\"", "x".repeat(100_000)));
    let ran = bench.run(&["list", "rules"]).code(2);
    assert!(!ran.err.contains('\u{1b}') && ran.err.len() < 10_000);
    bench.write("work/hallmark.toml", [0xff, 0xfe, b'=']);
    bench.run(&["list", "rules"]).code(2);
    bench.write("work/hallmark.toml", "[".repeat(200_000));
    bench.run(&["list", "rules"]).code(2);
}

#[test]
fn init_writes_what_check_reads_and_replaces_nothing_unasked() {
    let bench = Bench::new();
    bench.run(&["init"]).code(0);
    bench.write("work/messages/a.hl7", conforming());
    bench.run(&["check", "messages", "--waivers", "waivers.toml"]).code(0);
    bench.write("work/waivers.toml", "mine");
    let ran = bench.run(&["init"]).code(2);
    assert!(ran.said().contains("--force"), "{}", ran.err);
    assert_eq!(bench.read("work/waivers.toml"), "mine");
    bench.run(&["init", "--force"]).code(0);
    assert_ne!(bench.read("work/waivers.toml"), "mine");
}
