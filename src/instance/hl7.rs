//! The typed view of an HL7 v2 message over the arena.

use super::{Instance, Node, NodeId};
use crate::span::Span;

/// The separators a message declares in MSH-1 and MSH-2 (HL7 v2.4 chapter 2, 2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Separators {
    /// MSH-1.
    pub field: u8,
    /// First of MSH-2.
    pub component: u8,
    /// Second of MSH-2.
    pub repetition: u8,
    /// Third of MSH-2; zero when the message declares none.
    pub escape: u8,
    /// Fourth of MSH-2; zero when the message declares none.
    pub subcomponent: u8,
    /// Fifth of MSH-2 (v2.7 on); zero when the message declares none.
    pub truncation: u8,
}

impl Default for Separators {
    /// The ones the standard recommends: `|^~\&`.
    fn default() -> Self {
        Self { field: b'|', component: b'^', repetition: b'~', escape: b'\\', subcomponent: b'&', truncation: 0 }
    }
}

/// One HL7 v2 message: its bytes, its tree and its separators.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The unit's bytes; every span points into them.
    pub bytes: &'a [u8],
    /// The tree: root, segments, field repetitions, components, subcomponents.
    pub tree: &'a Instance,
    /// As declared, or the recommended ones where the declaration cannot be used.
    pub separators: Separators,
}

impl<'a> Message<'a> {
    /// The segments, in order.
    pub fn segments(self) -> impl Iterator<Item = NodeId> + 'a {
        self.tree.children(Instance::ROOT)
    }

    /// The identifier of segment `id`: three bytes in a well-formed message.
    pub fn segment_name(self, id: NodeId) -> &'a [u8] {
        self.tree.node(id).name.of(self.bytes)
    }

    /// The first segment called `name`.
    pub fn segment(self, name: &[u8]) -> Option<NodeId> {
        self.segments().find(|&id| self.segment_name(id) == name)
    }

    /// The repetitions of field `number` of `segment`; empty ones are not there.
    pub fn field(self, segment: NodeId, number: u16) -> impl Iterator<Item = NodeId> + 'a {
        self.tree.field(segment, number)
    }

    /// Child `number` of `parent` (a component of a field, a subcomponent of a component). Where `parent` is a leaf,
    /// its first child is itself: `PID-5.1` of an undivided PID-5 is PID-5.
    pub fn part(self, parent: NodeId, number: u16) -> Option<NodeId> {
        if self.tree.is_leaf(parent) {
            return (number == 1).then_some(parent);
        }
        self.tree.children(parent).find(|&id| self.tree.node(id).number == number)
    }

    /// The raw bytes of `id`, separators and escapes as sent.
    pub fn raw(self, id: NodeId) -> &'a [u8] {
        self.tree.node(id).span.of(self.bytes)
    }

    /// The span of `id`.
    pub fn span(self, id: NodeId) -> Span {
        self.tree.node(id).span
    }

    /// The first value at `segment`-`field`.`component`, as sent; empty when there is none.
    pub fn text(self, segment: NodeId, field: u16, component: u16) -> &'a [u8] {
        let Some(first) = self.field(segment, field).next() else { return b"" };
        self.part(first, component).map_or(b"", |id| self.raw(id))
    }

    /// The same in the first segment called `name`.
    pub fn text_of(self, name: &[u8], field: u16, component: u16) -> &'a [u8] {
        self.segment(name).map_or(b"", |segment| self.text(segment, field, component))
    }

    /// Whether `id` is the explicit null `""` (delete what you hold; HL7 v2.4 2.7).
    pub fn is_null(self, id: NodeId) -> bool {
        self.null(self.tree.node(id))
    }

    /// The same of a node in hand.
    #[inline]
    pub(crate) fn null(self, node: &Node) -> bool {
        node.span.len() == 2 && node.span.of(self.bytes) == b"\"\""
    }

    /// How many repetitions field `number` of `segment` has; a trailing empty one does not count.
    pub fn repetitions(self, segment: NodeId, number: u16) -> u32 {
        self.field(segment, number).last().map_or(0, |id| self.tree.node(id).ordinal)
    }
}
