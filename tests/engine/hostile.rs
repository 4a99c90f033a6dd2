//! Messages made to hurt: many segments, many repetitions, long lines. Time grows with size, counts add up.

use crate::bench::{self, Bench};
use proptest::prelude::*;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static ALL: LazyLock<Bench> = LazyLock::new(Bench::all);

fn timed(text: &str) -> Duration {
    let start = Instant::now();
    ALL.tally(text.as_bytes());
    start.elapsed()
}

/// Asserts that time grows with size, from `small` to ten times as much.
fn grows(about: &str, made: impl Fn(usize) -> String, small: usize) {
    let (short, long) = (made(small), made(small * 10));
    bench::grows(about, || timed(&short), || timed(&long));
}

fn header(sample: (&str, &str)) -> String {
    let text = ALL.sample(sample.0, sample.1);
    format!("{}\r", text.split('\r').next().expect("a sample has a header"))
}

#[test]
fn many_segments() {
    let header = header(("hl7v2-orders-results", "oru-r01.hl7"));
    let person = "PID|1||T100001^^^RZZ^MR||HOLLIS^MARGARET||19580412|2\r";
    for segment in [
        "OBX|1|NM|a^b^SCT||x|mmol/L|1-2|N|||Q|||2026\r",
        "NTE|1|L|\u{1}\\Q\\\r",
        "ORC|RE|1|2\rOBR|1|1|2|a^b^c\rOBX|1|NM|a||x\r",
        "ORC|RE\r",
        "OBR|1\r",
        "PID|1\r",
        "DG1|1||x\r",
        "AL1|1|DA|x\r",
        "PV1|1|X\r",
        "ZZZ|1\r",
        "SPM|1\rOBR|1\rOBX|1\r",
    ] {
        let made = |count: usize| format!("{header}{person}{}", segment.repeat(count));
        grows(segment, made, 1_500);
    }
    let admission = self::header(("itk-hl7v2-adt", "a01.hl7"));
    for segment in
        ["PV1|1|X|W^^^\r", "MRG|x\r", "DG1|x||y^z\r", "PID|1||a~b||c\r", "NK1||x\r", "EVN||2024\r", "ZU1|x\r"]
    {
        let made = |count: usize| format!("{admission}{}", segment.repeat(count));
        grows(segment, made, 1_500);
    }
}

#[test]
fn many_repetitions_and_parts() {
    let header = header(("itk-hl7v2-adt", "a28.hl7"));
    let repeats =
        [("", "a^b^c"), ("", "999 999^^^NHS^NH"), ("", "\"\""), ("", "\\Q\\"), ("||", "A^B^^^^^Q"), ("|||||||||", "x")];
    for (before, value) in repeats {
        let made = |count: usize| {
            format!("{header}EVN||2024\rPID|1||{before}{}||||||||x\r", format!("{value}~").repeat(count))
        };
        grows(value, made, 5_000);
    }
    grows("components", |count| format!("{header}PID|1||{}\r", "a^".repeat(count)), 5_000);
    grows("subcomponents", |count| format!("{header}PID|1||{}\r", "a&".repeat(count)), 5_000);
    grows("fields", |count| format!("{header}PID{}\r", "|a".repeat(count)), 5_000);
    grows("wide segments", |count| format!("{header}{}", format!("PID{}\r", "|a^b~c".repeat(900)).repeat(count)), 10);
}

#[test]
fn long_lines() {
    let header = header(("itk-hl7v2-adt", "a28.hl7"));
    grows("value", |count| format!("{header}PID|1||{}\r", "x".repeat(count)), 100_000);
    grows("escapes", |count| format!("{header}PID|1||{}\r", "\\Q\\".repeat(count)), 30_000);
    grows("open escapes", |count| format!("{header}PID|1||{}\r", "|\\x".repeat(count)), 300);
    grows("controls", |count| format!("{header}PID|1||{}\r", "\u{1}|é".repeat(count)), 30_000);
    grows("lines", |count| format!("{header}{}", "what is this\r\r".repeat(count)), 30_000);
    grows(
        "names",
        |count| format!("{header}{}", (0..count).map(|n| format!("Z{:02X}|1\r", n % 256)).collect::<String>()),
        1_500,
    );
}

/// Pieces that make messages of every sort, right and wrong.
fn pieces() -> impl Strategy<Value = String> {
    let samples: Vec<String> = ["itk-hl7v2-adt", "hl7v2-orders-results", "hl7v2-scheduling", "common"]
        .iter()
        .flat_map(|pack| ALL.samples(pack))
        .map(|(_, text)| text)
        .collect();
    let edits = prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(EDITS)), 0..12);
    (prop::sample::select(samples), edits).prop_map(|(mut text, edits)| {
        for (at, edit) in edits {
            let mut at = at.index(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            match edit {
                "delete" => drop(text.remove(at)),
                edit => text.insert_str(at, edit),
            }
            if text.is_empty() {
                text.push('M');
            }
        }
        text
    })
}

const EDITS: &[&str] = &[
    "|",
    "^",
    "~",
    "&",
    "\\",
    "\r",
    "\n",
    "\"\"",
    "|\"\"|",
    "delete",
    "\r\r",
    "~~",
    "^^^",
    "ZZZ|1\r",
    "\rPV1|1\r",
    "é",
    "\u{0}",
    "|x|",
    "\rMSH|^~\\&|",
    "20241301",
    "\rOBX|1|NM|a||b\r",
    "\rPID|\r",
    "\u{b}",
    "\u{1c}\r",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// A rule never fails more often than it applied, and nothing is counted that was not recorded.
    #[test]
    fn counts_add_up(text in pieces()) {
        let tally = ALL.tally(text.as_bytes());
        for id in ALL.plan.ids() {
            let counts = tally.of(id);
            let code = &ALL.plan.rule(id).code;
            prop_assert!(counts.applicable >= counts.failed + counts.cannot_tell, "{code}: {counts:?}");
            let grouped: u64 = tally.groups.iter().filter(|(key, _)| key.rule == id).map(|(_, group)| group.count).sum();
            prop_assert_eq!(grouped, counts.failed + counts.cannot_tell, "{}", code);
            prop_assert!(counts.messages <= tally.messages, "{code}: {counts:?}");
        }
        for group in tally.groups.values() {
            prop_assert!(group.first.len() as u64 <= group.count);
            prop_assert!(!group.first.is_empty() || group.count > 0);
        }
    }

    /// Two messages count what each counts alone, whichever comes first.
    #[test]
    fn messages_are_independent(first in pieces(), second in pieces()) {
        // Only what is surely one message each: framing and stray text are for the whole file.
        let whole = |text: &str| format!("MSH|^~\\&|{}\r", text.replace(['\u{b}', '\u{1c}'], "").replace("MSH|^~\\&|", ""));
        let (first, second) = (whole(&first), whole(&second));
        let mut apart = ALL.tally(first.as_bytes());
        apart.merge(ALL.tally(second.as_bytes()));
        let together = ALL.tally(format!("{second}{first}").as_bytes());
        for id in ALL.plan.ids() {
            let code = &ALL.plan.rule(id).code;
            if code.starts_with("ING") {
                continue;
            }
            prop_assert_eq!(apart.of(id).failed, together.of(id).failed, "{}", code);
            prop_assert_eq!(apart.of(id).applicable, together.of(id).applicable, "{}", code);
        }
    }
}
