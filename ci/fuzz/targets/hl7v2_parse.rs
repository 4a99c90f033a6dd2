//! Any bytes through the HL7 v2 parser and the decoder of escapes.
//!
//! Neither may panic; every span lies within the bytes and within its parent's; children come in document order; no
//! value grows when it is decoded by more than its escapes allow.
#![no_main]

use hallmark::instance::{Instance, Message, NodeId};
use hallmark::parse::{Faults, hl7v2};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (mut tree, mut faults) = (Instance::default(), Faults::default());
    let separators = hl7v2::parse(bytes, &mut tree, &mut faults);
    let message = Message { bytes, tree: &tree, separators };
    let mut place = 0;
    for segment in message.segments() {
        let span = message.span(segment);
        assert!(span.start >= place && span.end as usize <= bytes.len(), "a segment lies outside its message");
        place = span.end;
        inside(message, segment);
    }
    for fault in faults.listed() {
        assert!(fault.span.start <= fault.span.end && fault.span.end as usize <= bytes.len(), "a fault lies outside");
    }
    assert!(message.tree.len() <= 2 * bytes.len() + 16, "more nodes than the bytes can hold");
});

fn inside(message: Message<'_>, parent: NodeId) {
    let outer = message.span(parent);
    let mut place = outer.start;
    for child in message.tree.children(parent) {
        let span = message.span(child);
        assert!(span.start >= place && span.end <= outer.end, "a part lies outside its whole");
        place = span.end;
        if message.tree.is_leaf(child) {
            let raw = message.raw(child);
            // The longest gain: `\.br\` and its kind give one line end, `\X..\` one byte for two digits.
            assert!(hl7v2::decode(raw, &message.separators).len() <= raw.len(), "decoding made a value longer");
        } else {
            inside(message, child);
        }
    }
}
