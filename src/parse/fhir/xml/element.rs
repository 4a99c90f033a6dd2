//! The attributes and contents of one element.
//!
//! Two passes: the first finds out what each child is and whether they stand in the order of the definition; the second
//! makes elements, those of one name together even where the document has them apart.

use super::{Lower, Place};
use crate::instance::{Flags, Kind, Namespaces, NodeId, TypeId};
use crate::parse::Within;
use crate::parse::fhir::values::broken;
use crate::standard::fhir::{Child, TypeInfo, TypeKind};

/// A child of an element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    xml: NodeId,
    /// Which child of the type.
    child: u16,
    type_id: TypeId,
    /// Whether it stands after one that the definition has later.
    late: bool,
}

impl Lower<'_> {
    /// A datatype with elements, or a backbone element.
    pub(super) fn complex(&mut self, xml: NodeId, type_id: TypeId, place: Place) {
        let Some(info) = self.model.info(type_id) else { return };
        let id = self.open(place, type_id, Flags::default(), xml);
        self.attributes(xml, id, info, None);
        self.contents(xml, id, info);
        if self.elements.len() as NodeId == id + 1 {
            self.empty(xml, id);
        }
        self.elements.close(id);
    }

    /// Tells an element in which there is nothing, unless what is there was told to be none of FHIR.
    pub(super) fn empty(&mut self, xml: NodeId, id: NodeId) {
        broken(self.elements, id);
        let declares = |&attribute: &NodeId| self.markup.namespace_id(attribute) == Namespaces::XMLNS;
        let there = self.markup.elements(xml).next().is_some();
        if !there && self.markup.attributes(xml).all(|attribute| declares(&attribute)) {
            let span = self.markup.tag(xml);
            self.fault("fhir.empty", span, id, || "an element without content; it is left out where there is none");
        }
    }

    /// The attributes of `xml`, which is the element `id`; `value` is where the text of a primitive goes.
    pub(super) fn attributes(&mut self, xml: NodeId, id: NodeId, info: &TypeInfo, value: Option<&mut Option<NodeId>>) {
        let mut value = value;
        for attribute in self.markup.attributes(xml) {
            let name = self.markup.local_name(attribute);
            match self.markup.namespace_id(attribute) {
                Namespaces::NONE => match (&mut value, info.keys.get(name)) {
                    (Some(value), _) if name == b"value" => **value = Some(attribute),
                    (_, Some(&(child, type_id)))
                        if info.children.get(usize::from(child)).is_some_and(|child| child.attribute) =>
                    {
                        self.attribute((attribute, type_id), id, &info.children[usize::from(child)]);
                    }
                    _ => self.attribute_fault(attribute, id),
                },
                _ => self.attribute_fault(attribute, id),
            }
        }
    }

    /// Tells an attribute that is none of FHIR's.
    pub(super) fn attribute_fault(&mut self, attribute: NodeId, id: NodeId) {
        let namespace = self.markup.namespace_id(attribute);
        if namespace == Namespaces::XMLNS {
            return;
        }
        let span = self.markup.whole(attribute);
        self.fault("fhir.xml-attribute", span, id, || {
            "an attribute that the element does not have: FHIR has value, and id and url where the definition says so"
        });
    }

    /// What is in `xml`, which is the element `at` of the type `info`.
    pub(super) fn contents(&mut self, xml: NodeId, at: NodeId, info: &TypeInfo) {
        let (first, choices) = (self.members.len(), self.choices.len());
        let (mut latest, mut in_order) = (0, true);
        let fhir = self.fhir;
        for inside in self.markup.contents(xml) {
            let node = self.markup.tree.node(inside);
            match node.kind {
                Kind::Element => {}
                Kind::Text if self.markup.is_blank(inside) => continue,
                Kind::Text | Kind::CData => {
                    self.text_fault(inside, at);
                    continue;
                }
                Kind::Instruction => {
                    self.instruction_fault(inside, at);
                    continue;
                }
                _ => continue,
            }
            let key = node.name.of(self.markup.bytes);
            let is_primitive = matches!(info.kind, TypeKind::Primitive(_));
            let found = info.keys.get(key).filter(|_| !is_primitive || key != b"value");
            let found =
                found.and_then(|&(child, type_id)| Some((child, type_id, info.children.get(usize::from(child))?)));
            let Some((child, type_id, is)) = found.filter(|(.., is)| !is.attribute) else {
                if node.number != fhir {
                    self.namespace(inside, fhir, at);
                } else if found.is_some() {
                    let span = self.markup.qualified_name(inside);
                    self.fault("fhir.unknown-element", span, at, || "XML has this as an attribute, not as an element");
                } else {
                    self.unknown(inside, at, info);
                }
                continue;
            };
            let late = child < latest;
            in_order &= !late;
            latest = latest.max(child);
            if is.choice && self.other_form(choices, (child, type_id)) {
                let (name, span) = (self.model.name_of(is.name), self.markup.qualified_name(inside));
                let within = Within { node: at, below: Some((is.name, None)) };
                self.fault("fhir.choice-repeated", span, within, || {
                    format!("{name}[x] stands in two forms; it has one value of one type")
                });
                continue;
            }
            self.members.push(Member { xml: inside, child, type_id, late });
        }
        if !in_order {
            self.members[first..].sort_by_key(|member| member.child);
        }
        self.choices.truncate(choices);
        let end = self.members.len();
        let mut index = 0;
        for position in first..end {
            let member = self.members[position];
            let again = position > first && self.members[position - 1].child == member.child;
            index = if again { index + 1 } else { 0 };
            if let Some(child) = info.children.get(usize::from(member.child)) {
                self.place(member, (at, index), child);
            }
        }
        self.members.truncate(first);
    }

    /// Whether the choice `form` is of was met in another form, among those kept from `first` on: one for each choice
    /// of the type.
    fn other_form(&mut self, first: usize, form: (u16, TypeId)) -> bool {
        match self.choices[first..].iter().find(|(child, _)| *child == form.0) {
            Some(met) => *met != form,
            None => {
                self.choices.push(form);
                false
            }
        }
    }

    /// Makes the element that `member` stands for.
    fn place(&mut self, member: Member, (at, index): (NodeId, u32), child: &Child) {
        let Some(info) = self.model.info(member.type_id) else { return };
        let mut flags = Flags::default();
        if child.max > 1 {
            flags = flags.with(Flags::REPEATS);
        }
        if child.choice {
            flags = flags.with(Flags::CHOICE);
        }
        let key = self.markup.qualified_name(member.xml);
        let place = Place { name: child.name, flags, parent: at, index, key };
        let id = self.elements.len() as NodeId;
        match info.kind {
            TypeKind::Primitive(primitive) => self.primitive((member.xml, member.type_id, primitive), place),
            TypeKind::Resource => self.holder(member.xml, place),
            TypeKind::Complex | TypeKind::Backbone => {
                self.complex(member.xml, member.type_id, place);
                self.namespace(member.xml, self.fhir, id);
            }
        }
        if member.late {
            self.fault(
                "fhir.element-order",
                key,
                id,
                || "the element stands after one that it comes before in the definition; XML keeps the order",
            );
        }
    }
}
