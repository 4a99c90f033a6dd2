//! The typed view of an XML document over the arena.

mod namespaces;
mod value;

pub use namespaces::Namespaces;
pub use value::{Reference, attribute_value, reference};

use super::node::Children;
use super::{Instance, Kind, NodeId};
use crate::span::Span;
use std::borrow::Cow;

/// One XML document: its bytes, its tree and its namespaces. Values are decoded on demand.
///
/// The tree below the root holds what stands at the top of the document in its order: comments, instructions, the
/// document element, and whatever else was wrongly put there.
#[derive(Clone, Copy)]
pub struct Markup<'a> {
    /// The document as UTF-8; every span points into these bytes. They are the unit's own unless it was stored in
    /// another encoding; line and column of a place are the same in both.
    pub bytes: &'a [u8],
    /// The tree.
    pub tree: &'a Instance,
    /// What the namespace numbers of its nodes stand for.
    pub namespaces: &'a Namespaces,
}

impl<'a> Markup<'a> {
    /// In `ordinal` of a text or attribute: its value is not the bytes as they are written.
    pub const WRITTEN_OTHERWISE: u32 = 1;
    /// In `ordinal` of a text: it holds white space only.
    pub const BLANK: u32 = 2;

    /// The document element, when there is one.
    pub fn root(self) -> Option<NodeId> {
        self.elements(Instance::ROOT).next()
    }

    /// What `id` is.
    pub fn kind(self, id: NodeId) -> Kind {
        self.tree.node(id).kind
    }

    /// The name of an element or attribute without its prefix, or the target of an instruction. The attribute that
    /// declares the default namespace is called `xmlns`, one that declares a prefix is called by the prefix; both are
    /// in [`Namespaces::XMLNS`].
    pub fn local_name(self, id: NodeId) -> &'a [u8] {
        self.tree.node(id).name.of(self.bytes)
    }

    /// Where the name of an element or attribute stands, with its prefix.
    pub fn qualified_name(self, id: NodeId) -> Span {
        let node = self.tree.node(id);
        let mut start = node.name.start;
        match node.kind {
            Kind::Element => start = node.span.start + 1,
            Kind::Attribute => {
                let before = self.bytes.get(..start as usize).unwrap_or_default();
                if let Some((b':', before)) = before.split_last() {
                    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"=/<>\"'".contains(byte);
                    let prefix = before.iter().rev().take_while(|byte| !ends(byte));
                    start -= prefix.count() as u32 + 1;
                }
            }
            _ => {}
        }
        Span::new(start, node.name.end)
    }

    /// The namespace of an element or attribute as a number of [`Markup::namespaces`]: what to compare while walking.
    pub fn namespace_id(self, id: NodeId) -> u16 {
        self.tree.node(id).number
    }

    /// The namespace of an element or attribute; empty when it has none or its prefix is not declared.
    pub fn namespace(self, id: NodeId) -> &'a str {
        self.namespaces.name(self.tree.node(id).number)
    }

    /// Whether element or attribute `id` is called `local` in the namespace with number `namespace`.
    pub fn is(self, id: NodeId, namespace: u16, local: &[u8]) -> bool {
        self.tree.node(id).number == namespace && self.local_name(id) == local
    }

    /// The attributes of `id` in document order, those that declare namespaces among them.
    pub fn attributes(self, id: NodeId) -> Children<'a> {
        self.tree.attributes(id)
    }

    /// The attribute `local` of element `id`; `namespace` is [`Namespaces::NONE`] for one without a prefix.
    pub fn attribute(self, id: NodeId, namespace: u16, local: &[u8]) -> Option<NodeId> {
        self.attributes(id).find(|&id| self.is(id, namespace, local))
    }

    /// Everything in element `id` but its attributes, in document order.
    pub fn contents(self, id: NodeId) -> Children<'a> {
        let node = self.tree.node(id);
        let first = if node.kind == Kind::Element { node.beyond } else { id + 1 };
        self.tree.siblings(id, first)
    }

    /// The elements in element `id`.
    pub fn elements(self, id: NodeId) -> impl Iterator<Item = NodeId> + 'a {
        self.contents(id).filter(move |&id| self.kind(id) == Kind::Element)
    }

    /// Whether `id` is character data of nothing but white space.
    pub fn is_blank(self, id: NodeId) -> bool {
        let node = self.tree.node(id);
        node.kind == Kind::Text && node.ordinal & Self::BLANK != 0
    }

    /// What an attribute, a text or a CDATA section says (XML 1.0, 2.11, 3.3.3 and 4.4): references resolved, line ends
    /// as line feeds, and in attributes as blanks. A reference that stands for nothing stays as written. Other nodes
    /// say nothing.
    pub fn text(self, id: NodeId) -> Cow<'a, [u8]> {
        let node = self.tree.node(id);
        let raw = node.span.of(self.bytes);
        match node.kind {
            Kind::Attribute | Kind::Text | Kind::CData if node.ordinal & Self::WRITTEN_OTHERWISE == 0 => {
                Cow::Borrowed(raw)
            }
            Kind::Attribute => Cow::Owned(value::attribute_value(raw)),
            Kind::Text => Cow::Owned(value::text(raw)),
            Kind::CData => Cow::Owned(value::line_ends(raw)),
            _ => Cow::Borrowed(b""),
        }
    }

    /// The text of element `id` and of all elements in it, put together: what XPath calls its string value.
    pub fn string_value(self, id: NodeId) -> Cow<'a, [u8]> {
        let mut whole = Cow::Borrowed(&b""[..]);
        for inner in id..self.tree.node(id).next {
            if matches!(self.kind(inner), Kind::Text | Kind::CData) {
                match whole.is_empty() {
                    true => whole = self.text(inner),
                    false => whole.to_mut().extend_from_slice(&self.text(inner)),
                }
            }
        }
        whole
    }

    /// Where the start tag of element `id` stands.
    pub fn tag(self, id: NodeId) -> Span {
        let node = self.tree.node(id);
        if node.kind == Kind::Element { Span::new(node.span.start, node.ordinal) } else { node.span }
    }

    /// Where the whole of `id` stands: an element with its tags, an attribute from its name on, a text.
    pub fn whole(self, id: NodeId) -> Span {
        let node = self.tree.node(id);
        match node.kind {
            Kind::Attribute => Span::new(self.qualified_name(id).start, node.span.end),
            _ => node.span,
        }
    }
}
