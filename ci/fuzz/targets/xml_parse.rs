//! Any bytes through the XML parser and the view of its tree.
//!
//! Neither may panic; every span lies within the bytes and within its parent's; children come in document order; what
//! was not read to its end is told; no value grows when it is decoded.
#![no_main]

use hallmark::instance::{Instance, Kind, Markup, Namespaces, NodeId};
use hallmark::parse::{Extent, Faults, xml};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (mut tree, mut namespaces, mut faults) = (Instance::default(), Namespaces::default(), Faults::default());
    let parsed = xml::parse(bytes, &mut tree, &mut namespaces, &mut faults);
    let markup = parsed.markup(&tree, &namespaces);
    assert!(std::str::from_utf8(markup.bytes).is_ok(), "what is parsed is not UTF-8");
    let end = markup.bytes.len() as u32;
    for fault in faults.listed() {
        assert!(fault.span.start <= fault.span.end && fault.span.end <= end, "a fault lies outside");
    }
    assert!(parsed.extent == Extent::Whole || !faults.is_empty(), "something was not read, and that is not told");
    assert!(!faults.is_empty() || markup.root().is_some(), "nothing was read, and that is not told");
    inside(markup, Instance::ROOT, 0, end);
});

fn inside(markup: Markup<'_>, parent: NodeId, mut place: u32, end: u32) {
    for child in markup.tree.children(parent) {
        let (node, whole) = (markup.tree.node(child), markup.whole(child));
        assert!(whole.start >= place && whole.end <= end, "a part lies outside its whole");
        place = whole.end;
        // The longest gain: none, for the shortest reference has four bytes and gives a character of one.
        assert!(markup.text(child).len() <= node.span.len(), "decoding made a value longer");
        assert!(markup.namespace(child).len() <= markup.bytes.len() + 64, "a namespace from nowhere");
        if node.kind == Kind::Element {
            let tag = markup.tag(child);
            assert!(tag.start == whole.start && tag.end <= whole.end, "a tag lies outside its element");
            let parts = markup.attributes(child).count() + markup.contents(child).count();
            assert_eq!(parts, markup.tree.children(child).count(), "attributes and contents are not all there is");
            inside(markup, child, whole.start, whole.end);
        }
    }
}
