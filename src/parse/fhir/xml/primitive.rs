//! Primitives: elements and attributes that have text.

use super::{Lower, Place};
use crate::instance::{Flags, Markup, NodeId, TypeId};
use crate::parse::fhir::values::{self, Role, broken};
use crate::standard::fhir::{Child, Primitive, TypeKind};

impl Lower<'_> {
    /// An element with a value, or with extensions in its place.
    pub(super) fn primitive(&mut self, (xml, type_id, primitive): (NodeId, TypeId, Primitive), place: Place) {
        let Some(info) = self.model.info(type_id) else { return };
        let id = self.open(place, type_id, Flags::default(), xml);
        if primitive == Primitive::Xhtml {
            self.namespace(xml, self.xhtml, id);
            let element = self.elements.node_mut(id);
            element.value = element.span;
            element.flags = element.flags.with(Flags::VALUE);
            return;
        }
        self.namespace(xml, self.fhir, id);
        let mut value = None;
        self.attributes(xml, id, info, Some(&mut value));
        if let Some(attribute) = value {
            let is_id = place.name == self.id && self.elements.node(place.parent).flags.has(Flags::RESOURCE);
            let role = if is_id { Role::ResourceId } else { Role::Plain };
            self.value(attribute, id, (primitive, role));
        }
        self.contents(xml, id, info);
        if value.is_none() && self.elements.len() as NodeId == id + 1 {
            self.empty(xml, id);
        }
        self.elements.close(id);
    }

    /// An attribute that is a child: `id`, `url`.
    pub(super) fn attribute(&mut self, (attribute, type_id): (NodeId, TypeId), parent: NodeId, child: &Child) {
        let Some(TypeKind::Primitive(primitive)) = self.model.info(type_id).map(|info| info.kind) else { return };
        let key = self.markup.qualified_name(attribute);
        let place = Place { name: child.name, flags: Flags::default(), parent, index: 0, key };
        let id = self.open(place, type_id, Flags::default(), attribute);
        self.value(attribute, id, (primitive, Role::Plain));
    }

    /// Gives the element `id` the text of `attribute`.
    fn value(&mut self, attribute: NodeId, id: NodeId, of: (Primitive, Role)) {
        let node = self.markup.tree.node(attribute);
        if node.span.is_empty() {
            broken(self.elements, id);
            let span = self.markup.whole(attribute);
            return self.fault("fhir.empty", span, id, || "an empty value: an element without a value is left out");
        }
        let element = self.elements.node_mut(id);
        element.value = node.span;
        element.flags = element.flags.with(Flags::VALUE);
        if node.ordinal & Markup::WRITTEN_OTHERWISE != 0 {
            element.flags = element.flags.with(Flags::ESCAPED);
        }
        let text = self.markup.text(attribute);
        values::check(of, &text, (id, node.span), self.elements, self.faults);
    }
}
