//! XML → the arena (XML 1.0, fifth edition; Namespaces in XML 1.0).
//!
//! In: one document. Out: elements, attributes and texts with their spans and namespaces, and faults with stable codes
//! `xml.*`. `markup` finds tags; what makes a document well formed is looked at here. Nothing outside the document is ever read: a DOCTYPE is refused, no entity is expanded. It goes
//! on after what it cannot place, and stops only at a limit or where the document ends.

mod attributes;
mod declaration;
mod encoding;
mod names;
mod reader;
mod recover;
mod scope;
mod tags;
#[cfg(test)]
mod tests;

use super::{Extent, Faults};
use crate::instance::{Builder, Instance, Markup, Namespaces};
use reader::Reader;
use std::borrow::Cow;

/// Elements inside one another. The deepest documents that people write, narrative tables in nested sections, have some
/// forty.
pub const MAX_DEPTH: usize = 256;
/// Attributes of one element. The widest schemas have some thirty.
pub const MAX_ATTRIBUTES: usize = 256;
/// Namespace prefixes in force at once; an envelope with a signed payload has some fifteen.
const MAX_PREFIXES: usize = 128;
/// Bytes of a name: names are code, not content.
const MAX_NAME: usize = 1000;
/// Nodes that any document may have, 32 bytes each: less than a machine's memory.
const MAX_NODES: u32 = 4_000_000;
/// A larger document may have a node for as many bytes: resources have one for some thirty.
const BYTES_PER_NODE: usize = 12;
/// Bytes of one value or text: more than the largest picture or document that is sent inside a message.
const MAX_TEXT: usize = 32 << 20;
/// How often the reading starts over after broken markup. Each time may look at all the rest of the document, so that
/// the number bounds the time; a document broken more often is no XML.
const MAX_RESTARTS: usize = 16;

/// A document that was read.
#[derive(Clone, Debug)]
pub struct Parsed<'a> {
    /// The document as UTF-8: what every span of the tree and of the faults points into. These are the bytes that were
    /// given, unless they were stored in another encoding.
    pub bytes: Cow<'a, [u8]>,
    /// How far it was read.
    pub extent: Extent,
}

impl Parsed<'_> {
    /// The view of what was parsed into `tree` and `namespaces`.
    pub fn markup<'m>(&'m self, tree: &'m Instance, namespaces: &'m Namespaces) -> Markup<'m> {
        Markup { bytes: &self.bytes, tree, namespaces }
    }
}

/// Parses `bytes` into `instance` and `namespaces`, whose memory is reused.
pub fn parse<'a>(
    bytes: &'a [u8],
    instance: &mut Instance,
    namespaces: &mut Namespaces,
    faults: &mut Faults,
) -> Parsed<'a> {
    namespaces.clear();
    let bytes = encoding::decode(bytes, faults);
    let mut reader = Reader::new(&bytes, Builder::new(instance), namespaces, faults);
    let extent = reader.document();
    Parsed { bytes, extent }
}
