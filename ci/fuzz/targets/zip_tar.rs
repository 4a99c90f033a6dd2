//! Any bytes as a file, an archive, or archives within archives, under small limits.
//!
//! Reading may not panic; it may give no more than the limits allow; every artifact that starts also ends, in order;
//! and reading the same bytes again gives the same events.
#![no_main]

use hallmark::ingest::{Event, Limits, Options, read_stream};
use libfuzzer_sys::fuzz_target;
use std::fmt::Write as _;
use std::ops::ControlFlow;

const LIMITS: Limits = Limits {
    unit_bytes: 1 << 16,
    document_bytes: 1 << 16,
    skip_bytes: 1 << 18,
    block_bytes: 1 << 12,
    archive_entries: 200,
    archive_bytes: 1 << 20,
    archive_ratio: 50,
    archive_ratio_from: 1 << 14,
    archive_depth: 3,
    archive_refused: 10,
    troubles: 10,
};

fuzz_target!(|bytes: &[u8]| {
    let first = events(bytes);
    assert_eq!(first, events(bytes), "the same bytes gave other events");
});

fn events(bytes: &[u8]) -> String {
    let options = Options { limits: LIMITS, ..Options::default() };
    let (mut open, mut given, mut told) = (Vec::new(), 0u64, String::new());
    let mut sink = |event: Event| {
        let _ = writeln!(told, "{event:?}");
        match event {
            Event::Start(artifact) => open.push(artifact.index),
            Event::End(end) => assert_eq!(open.pop(), Some(end.artifact.index), "an artifact ended out of turn"),
            Event::Block(block) => {
                assert!(block.units().all(|unit| unit.bytes.len() <= LIMITS.unit_bytes), "a unit passed its limit");
                given += block.bytes.len() as u64;
            }
            Event::Trouble(trouble) => assert!(trouble.count > 0, "a trouble that did not happen"),
        }
        ControlFlow::Continue(())
    };
    read_stream("input", &mut &bytes[..], &options, &mut sink);
    assert!(open.is_empty(), "an artifact never ended");
    // A stream is no archive and may be as long as it is; beyond it, entries count together.
    assert!(given <= bytes.len() as u64 + LIMITS.archive_bytes, "entries gave more than the limit");
    told
}
