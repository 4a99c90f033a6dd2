//! FHIR XML → elements (FHIR R4, XML representation of resources).
//!
//! In: a parsed document and the model of a release. Out: the same elements as for the resource in JSON: the attributes
//! `id` and `url` are children, the attribute `value` is the text, a resource in a resource is one element; and what is
//! not written as FHIR writes it. It walks as deep as the XML parser lets a document be
//! ([`crate::parse::xml::MAX_DEPTH`]) and allocates once a document.

mod element;
mod primitive;
#[cfg(test)]
mod tests;

use super::values::{self, broken};
use crate::instance::{Element, Elements, Flags, Instance, Kind, Markup, NameId, Namespaces, NodeId, TypeId};
use crate::parse::{Faults, Within};
use crate::span::Span;
use crate::standard::fhir::{Model, TypeInfo};
use std::borrow::Cow;

/// The namespace of FHIR.
const FHIR: &str = "http://hl7.org/fhir";
/// The namespace of narrative.
const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// Lowers the resource that `markup` is into `elements`, whose memory is reused. They stay empty when the document has
/// no element; a resource whose type is unknown is one element without a type.
pub fn lower(markup: Markup<'_>, model: &Model, elements: &mut Elements, faults: &mut Faults) {
    elements.clear();
    let Some(root) = markup.root() else { return };
    // A namespace that the document does not declare is no element's.
    let number = |name| markup.namespaces.id(name).unwrap_or(Namespaces::UNKNOWN);
    let mut lower = Lower {
        markup,
        model,
        elements,
        faults,
        members: Vec::with_capacity(64),
        choices: Vec::new(),
        fhir: number(FHIR),
        xhtml: number(XHTML),
        id: model.name("id").unwrap_or(NameId::UNKNOWN),
    };
    let place = Place {
        name: NameId::UNKNOWN,
        flags: Flags::default(),
        parent: Elements::ROOT,
        index: 0,
        key: markup.qualified_name(root),
    };
    lower.root(root, place);
    lower.instructions(Instance::ROOT, Elements::ROOT);
}

/// Where an element will stand.
#[derive(Clone, Copy, Debug)]
struct Place {
    name: NameId,
    flags: Flags,
    parent: NodeId,
    index: u32,
    key: Span,
}

struct Lower<'a> {
    markup: Markup<'a>,
    model: &'a Model,
    elements: &'a mut Elements,
    faults: &'a mut Faults,
    /// The children of the open elements, innermost last.
    members: Vec<element::Member>,
    /// The choices met in the open elements, each with the type that it has.
    choices: Vec<(u16, TypeId)>,
    /// Numbers of the namespaces.
    fhir: u16,
    xhtml: u16,
    /// The name `id`.
    id: NameId,
}

impl<'a> Lower<'a> {
    /// Adds the element at `place` that the XML node `xml` is.
    fn open(&mut self, place: Place, type_id: TypeId, flags: Flags, xml: NodeId) -> NodeId {
        self.elements.open(Element {
            name: place.name,
            type_id,
            flags: place.flags.with(flags),
            parent: place.parent,
            next: 0,
            index: place.index,
            key: place.key,
            span: self.markup.whole(xml),
            value: Span::default(),
        })
    }

    /// The document element. In a wrong namespace, all that is in it with it is told once.
    fn root(&mut self, xml: NodeId, place: Place) {
        let (fhir, found) = (self.fhir, self.markup.namespace_id(xml));
        self.fhir = found;
        self.resource(xml, place);
        self.namespace(xml, fhir, Elements::ROOT);
    }

    /// A resource: its name is its type.
    fn resource(&mut self, xml: NodeId, place: Place) {
        let id = self.open(place, TypeId::UNKNOWN, Flags::RESOURCE, xml);
        self.namespace(xml, self.fhir, id);
        let (model, name) = (self.model, self.markup.local_name(xml));
        let known = std::str::from_utf8(name).ok().and_then(|name| model.type_id(name));
        match known.and_then(|known| Some((known, model.info(known)?))) {
            Some((type_id, info)) if values::is_instance(info) => {
                self.elements.node_mut(id).type_id = type_id;
                self.attributes(xml, id, info, None);
                self.contents(xml, id, info);
            }
            _ => {
                broken(self.elements, id);
                let span = self.markup.qualified_name(xml);
                self.fault("fhir.resource-type-unknown", span, id, || super::unknown::resource(model, name));
            }
        }
        self.elements.close(id);
    }

    /// What holds a resource: `contained`, `resource`.
    fn holder(&mut self, xml: NodeId, place: Place) {
        let mut inside = self.markup.elements(xml);
        let Some(resource) = inside.next() else {
            let id = self.open(place, TypeId::UNKNOWN, Flags::RESOURCE.with(Flags::BROKEN), xml);
            let span = self.markup.tag(xml);
            let message = "a resource is expected here, an element with the name of its type";
            return self.fault("fhir.resource-type-missing", span, id, || message);
        };
        let at = self.elements.len() as NodeId;
        self.resource(resource, place);
        self.namespace(xml, self.fhir, at);
        for attribute in self.markup.attributes(xml) {
            self.attribute_fault(attribute, at);
        }
        self.texts(xml, at);
        for second in inside {
            let span = self.markup.qualified_name(second);
            self.fault("fhir.unknown-element", span, at, || "a second resource stands where there is place for one");
        }
    }

    /// Tells an element that is not in the namespace with number `expected`.
    fn namespace(&mut self, xml: NodeId, expected: u16, id: NodeId) {
        let node = self.markup.tree.node(xml);
        // An undeclared prefix is told by the parser.
        if node.number == expected || node.number == Namespaces::UNKNOWN {
            return;
        }
        let span = self.markup.qualified_name(xml);
        let message = match self.markup.local_name(xml) {
            b"div" => "the narrative is not in the namespace of XHTML",
            _ => "the element is not in the namespace of FHIR",
        };
        self.fault("fhir.xml-namespace", span, id, || message);
    }

    /// Tells text, and instructions, that stand directly in `xml`.
    fn texts(&mut self, xml: NodeId, id: NodeId) {
        for inside in self.markup.contents(xml) {
            match self.markup.kind(inside) {
                Kind::Text if !self.markup.is_blank(inside) => self.text_fault(inside, id),
                Kind::CData => self.text_fault(inside, id),
                Kind::Instruction => self.instruction_fault(inside, id),
                _ => {}
            }
        }
    }

    fn text_fault(&mut self, text: NodeId, id: NodeId) {
        let span = self.markup.tree.node(text).span;
        let raw = span.of(self.markup.bytes);
        let blanks = raw.len() - raw.trim_ascii_start().len();
        let span = Span::new(span.start + blanks as u32, span.end - (raw.len() - raw.trim_ascii_end().len()) as u32);
        self.fault("fhir.xml-text", span, id, || "text stands between elements; FHIR keeps values in attributes");
    }

    /// Tells the instructions at the top of the document.
    fn instructions(&mut self, root: NodeId, id: NodeId) {
        for inside in self.markup.contents(root) {
            if self.markup.kind(inside) == Kind::Instruction && self.markup.local_name(inside) != b"xml" {
                self.instruction_fault(inside, id);
            }
        }
    }

    fn instruction_fault(&mut self, instruction: NodeId, id: NodeId) {
        let span = self.markup.tree.node(instruction).span;
        self.fault("fhir.xml-form", span, id, || "a processing instruction stands here; a resource has none");
    }

    fn fault<M: Into<Cow<'static, str>>>(
        &mut self,
        code: &'static str,
        span: Span,
        element: impl Into<Within>,
        message: impl FnOnce() -> M,
    ) {
        self.faults.push_within(code, span, element.into(), message);
    }

    fn unknown(&mut self, xml: NodeId, at: NodeId, info: &TypeInfo) {
        let (model, span, name) = (self.model, self.markup.qualified_name(xml), self.markup.local_name(xml));
        self.fault("fhir.unknown-element", span, at, || super::unknown::element(model, info, name));
    }
}
