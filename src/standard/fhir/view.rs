//! The typed view of a FHIR resource over its elements: what FHIRPath and the profiles walk.

use super::Model;
use crate::instance::{Elements, Flags, NameId, NodeId, Path, TypeId, attribute_value, unescape};
use std::borrow::Cow;
use std::fmt::Write as _;

/// What the elements' text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// FHIR JSON.
    Json,
    /// FHIR XML.
    Xml,
}

/// A resource with all that is in it.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The unit's bytes; every span points into them.
    pub bytes: &'a [u8],
    /// Its elements.
    pub elements: &'a Elements,
    /// What they are typed by.
    pub model: &'a Model,
    /// What they were written in.
    pub syntax: Syntax,
}

impl<'a> View<'a> {
    /// The children of `id` called `name`, in order.
    #[inline]
    pub fn named(self, id: NodeId, name: NameId) -> impl Iterator<Item = NodeId> + 'a {
        let elements = self.elements;
        elements.children(id).filter(move |&child| elements.node(child).name == name)
    }

    /// The first child of `id` called `name`.
    #[inline]
    pub fn child(self, id: NodeId, name: NameId) -> Option<NodeId> {
        self.named(id, name).next()
    }

    /// The first child of `id` that is called `name` in the release.
    pub fn child_called(self, id: NodeId, name: &str) -> Option<NodeId> {
        self.child(id, self.model.name(name)?)
    }

    /// Whether `id` is a primitive with text.
    #[inline]
    pub fn has_value(self, id: NodeId) -> bool {
        self.elements.node(id).flags.has(Flags::VALUE)
    }

    /// The text of the primitive `id` as written, escapes and all; empty when it has none.
    #[inline]
    pub fn raw(self, id: NodeId) -> &'a [u8] {
        self.elements.node(id).value.of(self.bytes)
    }

    /// The text of the primitive `id`, escapes resolved; `None` when it has none. What is no UTF-8 becomes U+FFFD: the
    /// parser has told of it.
    pub fn text(self, id: NodeId) -> Option<Cow<'a, str>> {
        let element = self.elements.node(id);
        if !element.flags.has(Flags::VALUE) {
            return None;
        }
        let raw = element.value.of(self.bytes);
        if !element.flags.has(Flags::ESCAPED) {
            return Some(String::from_utf8_lossy(raw));
        }
        let resolved = match self.syntax {
            Syntax::Json => unescape(raw),
            Syntax::Xml => Cow::Owned(attribute_value(raw)),
        };
        Some(match resolved {
            Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        })
    }

    /// The name of the type of `id`; empty when unknown.
    pub fn type_name(self, id: NodeId) -> &'a str {
        self.model.info(self.elements.node(id).type_id).map_or("", |info| &info.name)
    }

    /// The type of `id`.
    #[inline]
    pub fn type_id(self, id: NodeId) -> TypeId {
        self.elements.node(id).type_id
    }

    /// The nearest resource that `id` is or lies in.
    pub fn resource_of(self, id: NodeId) -> NodeId {
        let mut at = id;
        while at != Elements::ROOT && !self.elements.node(at).flags.has(Flags::RESOURCE) {
            at = self.elements.node(at).parent;
        }
        at
    }

    /// The path of `id` as the field's reference validator prints it: `Patient.name[0].given[1]`,
    /// `Observation.value.ofType(Quantity)`, `Bundle.entry[0].resource`.
    pub fn path(self, id: NodeId) -> Path {
        self.path_below(id, None)
    }

    /// The same for what `id` has below it that became no element of its own: its name, and which of that name.
    pub fn path_below(self, id: NodeId, below: Option<(NameId, Option<u32>)>) -> Path {
        let mut up = vec![id];
        let mut at = id;
        while at != Elements::ROOT {
            at = self.elements.node(at).parent;
            up.push(at);
        }
        let (mut full, mut general) = (String::new(), String::new());
        for &at in up.iter().rev() {
            let element = self.elements.node(at);
            if at == Elements::ROOT {
                let name = self.type_name(at);
                let name = if name.is_empty() { "Resource" } else { name };
                full.push_str(name);
                general.push_str(name);
                continue;
            }
            let index = element.flags.has(Flags::REPEATS).then_some(element.index);
            self.step((element.name, index), &mut full, &mut general);
            if element.flags.has(Flags::CHOICE) {
                for path in [&mut full, &mut general] {
                    // Writing to a string does not fail.
                    let _ = write!(path, ".ofType({})", self.type_name(at));
                }
            }
        }
        if let Some(step) = below {
            self.step(step, &mut full, &mut general);
        }
        Path::Printed { full: full.into(), general: general.into() }
    }

    fn step(self, (name, index): (NameId, Option<u32>), full: &mut String, general: &mut String) {
        let name = self.model.name_of(name);
        for path in [&mut *full, general] {
            path.push('.');
            // An unknown name may be anything, also a patient's.
            path.push_str(if name.is_empty() { "?" } else { name });
        }
        if let Some(index) = index {
            let _ = write!(full, "[{index}]");
        }
    }
}
