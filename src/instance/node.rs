//! Nodes of the arena, and how a parser builds them.

use crate::span::Span;

/// What a node is, over all syntaxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The whole unit: an HL7 v2 message, a JSON document.
    Root,
    /// HL7 v2: one segment; its name is the three bytes of its identifier.
    Segment,
    /// HL7 v2: one repetition of a field; `number` is the field's, `ordinal` the repetition's, both from one.
    Field,
    /// HL7 v2: a component; `number` from one.
    Component,
    /// HL7 v2: a subcomponent; `number` from one.
    Subcomponent,
    /// JSON object.
    Object,
    /// JSON array.
    Array,
    /// JSON string; the span holds the quotes.
    String,
    /// JSON number.
    Number,
    /// JSON `true` or `false`.
    Boolean,
    /// JSON `null`.
    Null,
    /// XML element: its attributes come first, then its contents.
    Element,
    /// XML attribute; the span is its value without the quotes.
    Attribute,
    /// XML character data with its references.
    Text,
    /// XML CDATA section; the span is its content without the marks around it.
    CData,
    /// XML comment, with its marks.
    Comment,
    /// XML processing instruction or declaration, with its marks; its name is the target.
    Instruction,
}

/// Index of a node in its [`Instance`].
pub type NodeId = u32;

/// One node. Children follow their parent in the arena; `next` jumps over the whole subtree.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// HL7 v2: position in the parent, from one. XML: the namespace, see [`super::Namespaces`].
    pub number: u16,
    /// HL7 v2: repetition, or for a segment its place in the message, from one. JSON: index in the array, from zero.
    /// XML element: where its start tag ends; attributes and text: see [`super::Markup`].
    pub ordinal: u32,
    /// Segment identifier, the JSON key without its quotes, or the local name of an element or attribute; empty
    /// elsewhere.
    pub name: Span,
    /// The value with all its children.
    pub span: Span,
    /// Index after the subtree.
    pub next: NodeId,
    /// HL7 v2, the first repetition of a field: index after its last one. XML element: index after its last attribute.
    /// Elsewhere the same as `next`.
    pub beyond: NodeId,
}

/// The tree of one unit. Node 0 is the root.
#[derive(Debug, Default)]
pub struct Instance {
    nodes: Vec<Node>,
}

impl Instance {
    /// The root's index.
    pub const ROOT: NodeId = 0;

    /// The node at `id`; an index from another instance may panic, so ids never leave theirs.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    /// How many nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nothing was parsed.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The children of `id`, in document order.
    pub fn children(&self, id: NodeId) -> Children<'_> {
        let end = self.nodes.get(id as usize).map_or(0, |n| n.next);
        Children { nodes: &self.nodes, at: id + 1, end }
    }

    /// The children of `parent` from its child `first` on.
    pub fn siblings(&self, parent: NodeId, first: NodeId) -> Children<'_> {
        Children { at: first, ..self.children(parent) }
    }

    /// The repetitions of field `number` of segment `id`, in order. Other fields are passed in one step each.
    pub fn field(&self, id: NodeId, number: u16) -> Children<'_> {
        let Some(end) = self.nodes.get(id as usize).map(|n| n.next) else { return self.children(id) };
        let mut at = id + 1;
        while at < end && self.nodes[at as usize].number < number {
            at = self.nodes[at as usize].beyond;
        }
        let there = at < end && self.nodes[at as usize].number == number;
        Children { nodes: &self.nodes, at, end: if there { self.nodes[at as usize].beyond } else { at } }
    }

    /// The attributes of the element `id`, in document order; none for anything else.
    pub fn attributes(&self, id: NodeId) -> Children<'_> {
        let element = self.nodes.get(id as usize).filter(|node| node.kind == Kind::Element);
        Children { nodes: &self.nodes, at: id + 1, end: element.map_or(0, |node| node.beyond) }
    }

    /// Whether `id` has no children.
    pub fn is_leaf(&self, id: NodeId) -> bool {
        self.node(id).next == id + 1
    }

    /// Empties the arena, keeping its memory for the next unit.
    pub fn clear(&mut self) {
        self.nodes.clear();
    }
}

/// Iterator over the children of a node.
#[derive(Clone, Debug)]
pub struct Children<'a> {
    nodes: &'a [Node],
    at: NodeId,
    end: NodeId,
}

impl Iterator for Children<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        if self.at >= self.end {
            return None;
        }
        let id = self.at;
        self.at = self.nodes[id as usize].next;
        Some(id)
    }
}

/// Builds an [`Instance`] in document order: open a node, add its children, close it.
#[derive(Debug)]
pub struct Builder<'a> {
    instance: &'a mut Instance,
}

impl<'a> Builder<'a> {
    /// Starts over in `instance`, whose memory is reused.
    pub fn new(instance: &'a mut Instance) -> Self {
        instance.clear();
        Self { instance }
    }

    /// Opens a node; everything added until [`Builder::close`] is inside it.
    pub fn open(&mut self, kind: Kind, number: u16, ordinal: u32, name: Span, start: u32) -> NodeId {
        self.leaf(kind, number, ordinal, name, Span::at(start))
    }

    /// Closes `id` at byte `end`.
    pub fn close(&mut self, id: NodeId, end: u32) {
        let next = self.count();
        let node = &mut self.instance.nodes[id as usize];
        node.span = Span::new(node.span.start, end);
        (node.next, node.beyond) = (next, next);
    }

    /// Adds a node without children.
    pub fn leaf(&mut self, kind: Kind, number: u16, ordinal: u32, name: Span, span: Span) -> NodeId {
        let id = self.count();
        self.instance.nodes.push(Node { kind, number, ordinal, name, span, next: id + 1, beyond: id + 1 });
        id
    }

    /// Tells node `first` that everything added since is the rest of its repetitions, so that a search for a later
    /// field need not pass them one by one.
    pub fn group(&mut self, first: NodeId) {
        let beyond = self.count();
        if let Some(node) = self.instance.nodes.get_mut(first as usize) {
            node.beyond = beyond;
        }
    }

    /// Tells the open element `id`, all of whose attributes are added, that its start tag ends at byte `end`.
    pub fn tag(&mut self, id: NodeId, end: u32) {
        let beyond = self.count();
        let node = &mut self.instance.nodes[id as usize];
        (node.ordinal, node.beyond) = (end, beyond);
    }

    /// Closes the element `id` at byte `end`; what [`Builder::tag`] told it stays.
    pub fn end(&mut self, id: NodeId, end: u32) {
        let next = self.count();
        let node = &mut self.instance.nodes[id as usize];
        node.span = Span::new(node.span.start, end);
        node.next = next;
    }

    /// Nodes so far.
    pub fn count(&self) -> NodeId {
        // Parsers stop at their node limit, far below the width of the index.
        self.instance.nodes.len() as NodeId
    }
}
