//! FHIR elements: the shape that FHIR JSON and FHIR XML both lower to.
//!
//! In: elements pushed by the lowering in document order, already typed by the release's model. Out: a flat tree like
//! [`super::Instance`], in which a choice element stands under its own name (`value`, type `Quantity`), a primitive is
//! one node that holds its text and has its extensions for children, and a resource inside another is one node with
//! the resource's own type. Text stays in the unit's bytes.

use super::NodeId;
use crate::span::Span;

/// An element name of one FHIR release, as its model numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub u16);

impl NameId {
    /// A name that the definitions do not have here.
    pub const UNKNOWN: Self = Self(u16::MAX);
}

/// A type of one FHIR release, as its model numbers it: `Patient`, `HumanName`, `Patient.contact`, `code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u16);

impl TypeId {
    /// No type: what is below an element that the definitions do not have.
    pub const UNKNOWN: Self = Self(u16::MAX);
}

/// What is true of an element, bit by bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(pub u8);

impl Flags {
    /// A primitive that has text: [`Element::value`] is it.
    pub const VALUE: Self = Self(1);
    /// The definition lets it repeat, so that its path has an index.
    pub const REPEATS: Self = Self(1 << 1);
    /// The text has escapes (JSON) or references (XML) to resolve.
    pub const ESCAPED: Self = Self(1 << 2);
    /// The root of a resource: of the document, contained, in an entry of a Bundle, in Parameters.
    pub const RESOURCE: Self = Self(1 << 3);
    /// One form of a choice element (`valueQuantity` of `value[x]`).
    pub const CHOICE: Self = Self(1 << 4);
    /// JSON: the value was written as a number.
    pub const NUMBER: Self = Self(1 << 5);
    /// JSON: the value was written as `true` or `false`.
    pub const BOOLEAN: Self = Self(1 << 6);
    /// What is written here is not what its type is made of; that is told, and nothing more can be said of it.
    pub const BROKEN: Self = Self(1 << 7);

    /// Whether every bit of `other` is set.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both.
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// One element. Children follow their parent in the arena; `next` jumps over the whole subtree.
#[derive(Clone, Copy, Debug)]
pub struct Element {
    /// Its name in the definition, without the type of a choice.
    pub name: NameId,
    /// Its type; for a backbone element the path that defines it, followed through content references.
    pub type_id: TypeId,
    /// See [`Flags`].
    pub flags: Flags,
    /// Its parent; the root is its own.
    pub parent: NodeId,
    /// Index after the subtree.
    pub next: NodeId,
    /// Which of its name in the parent, from zero.
    pub index: u32,
    /// Its name as written; empty for the root in JSON.
    pub key: Span,
    /// All of it as written. Where JSON splits it in `x` and `_x`, the value.
    pub span: Span,
    /// The text of a primitive as written, without quotes; empty when it has none. For `xhtml` in XML, the markup.
    pub value: Span,
}

/// The elements of one unit. Element 0 is the resource that the unit is.
#[derive(Debug, Default)]
pub struct Elements {
    nodes: Vec<Element>,
}

impl Elements {
    /// The root's index.
    pub const ROOT: NodeId = 0;

    /// The element at `id`; an index from another tree may panic, so ids never leave theirs.
    #[inline]
    pub fn node(&self, id: NodeId) -> &Element {
        &self.nodes[id as usize]
    }

    /// How many elements.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nothing was lowered.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The children of `id`, in document order; those of one name stand together.
    #[inline]
    pub fn children(&self, id: NodeId) -> ElementChildren<'_> {
        let end = self.nodes.get(id as usize).map_or(0, |n| n.next);
        ElementChildren { nodes: &self.nodes, at: id + 1, end }
    }

    /// Everything below `id`, in document order.
    pub fn descendants(&self, id: NodeId) -> std::ops::Range<NodeId> {
        id + 1..self.nodes.get(id as usize).map_or(id + 1, |n| n.next)
    }

    /// Whether `id` has no children.
    #[inline]
    pub fn is_leaf(&self, id: NodeId) -> bool {
        self.node(id).next == id + 1
    }

    /// Empties the tree, keeping its memory for the next unit.
    pub fn clear(&mut self) {
        self.nodes.clear();
    }

    /// Adds an element whose subtree is what is added until [`Elements::close`].
    pub fn open(&mut self, mut element: Element) -> NodeId {
        // Lowering stops at the parser's node limit, far below the width of the index.
        let id = self.nodes.len() as NodeId;
        element.next = id + 1;
        self.nodes.push(element);
        id
    }

    /// Ends the subtree of `id`.
    pub fn close(&mut self, id: NodeId) {
        let next = self.nodes.len() as NodeId;
        self.nodes[id as usize].next = next;
    }

    /// The element at `id`, to be changed by the lowering while it is being built.
    pub fn node_mut(&mut self, id: NodeId) -> &mut Element {
        &mut self.nodes[id as usize]
    }
}

/// Iterator over the children of an element.
#[derive(Clone, Debug)]
pub struct ElementChildren<'a> {
    nodes: &'a [Element],
    at: NodeId,
    end: NodeId,
}

impl Iterator for ElementChildren<'_> {
    type Item = NodeId;

    #[inline]
    fn next(&mut self) -> Option<NodeId> {
        if self.at >= self.end {
            return None;
        }
        let id = self.at;
        self.at = self.nodes[id as usize].next;
        Some(id)
    }
}
