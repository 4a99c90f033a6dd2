//! Any bytes through the whole house: ingest, the check against every built-in pack, the judge, every renderer.
//!
//! Nothing may panic, and no value may reach a report. Values are planted: each byte 0x01 of the input becomes a word
//! that no standard knows, so the fuzzer puts it into fields, headers, escapes and broken syntax; then no five letters
//! of it may stand together in any report.
#![no_main]

mod house;

use hallmark::check::{Shown, Worker};
use hallmark::ingest::{Event, Options, read_stream};
use hallmark::judge::{ArtifactRecord, ArtifactState, Run, Scope, judge};
use hallmark::report::{Format, build};
use hallmark::standard::Day;
use libfuzzer_sys::{Corpus, fuzz_target};
use std::ops::ControlFlow;

const CANARY: &[u8] = b"Zqxjkvwyqgh";
/// A fault of the size of a megabyte has a small form too.
const LONGEST: usize = 64 << 10;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    if bytes.len() > LONGEST || leaked(bytes) {
        return Corpus::Reject;
    }
    let planted: Vec<u8> =
        bytes.iter().flat_map(|byte| if *byte == 1 { CANARY } else { std::slice::from_ref(byte) }).copied().collect();
    let (plan, compiler) = house::house();
    let mut worker = Worker::new(plan, compiler, Shown::Shapes);
    let mut messages = 0;
    let mut sink = |event: Event| {
        match event {
            Event::Block(block) => {
                messages += block.len() as u64;
                worker.block(&block, &mut |_, _| {});
            }
            Event::Trouble(trouble) => worker.trouble(&trouble),
            Event::Start(_) | Event::End(_) => {}
        }
        ControlFlow::Continue(())
    };
    read_stream("input.hl7", &mut planted.as_slice(), &Options::default(), &mut sink);
    let artifact = ArtifactRecord {
        id: "input.hl7".to_owned(),
        origin: "file".to_owned(),
        kind: "HL7 v2".to_owned(),
        messages,
        bytes: planted.len() as u64,
        sha256: "0".repeat(64),
        state: ArtifactState::Checked,
        because: None,
    };
    let judgement = judge(Run {
        plan,
        tally: worker.finish(),
        artifacts: vec![artifact],
        incomplete_because: Vec::new(),
        as_of: Day::parse("2026-06-01").expect("a date"),
        scope: Scope::default(),
        waivers: Vec::new(),
        baseline: None,
        sealed: None,
        packages: Vec::new(),
        terminology: None,
        contains_patient_data: false,
    });
    let report = build(&judgement);
    let mut text = Vec::new();
    // JSON holds all there is; of the others the input's length chooses one, so that a run is ten times as fast.
    let others: Vec<Format> = Format::all().filter(|format| *format != Format::Json).collect();
    for format in [Format::Json, others[bytes.len() % others.len()]] {
        text.clear();
        format.renderer().render(&report, &mut text).expect("writing to memory does not fail");
        assert!(!leaked(&text), "a value reached the {} report", format.name());
    }
    Corpus::Keep
});

/// Whether five letters of the canary stand together in `text`, whatever their case.
fn leaked(text: &[u8]) -> bool {
    const LETTERS: usize = 5;
    let mut starts = [0u8; 256];
    for (at, byte) in CANARY[..=CANARY.len() - LETTERS].iter().enumerate() {
        starts[usize::from(byte.to_ascii_lowercase())] = at as u8 + 1;
        starts[usize::from(byte.to_ascii_uppercase())] = at as u8 + 1;
    }
    text.windows(LETTERS).any(|window| match starts[usize::from(window[0])] {
        0 => false,
        at => window.eq_ignore_ascii_case(&CANARY[usize::from(at) - 1..][..LETTERS]),
    })
}
