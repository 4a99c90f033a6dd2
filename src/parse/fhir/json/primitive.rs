//! Primitives: `x` and `_x` as one element.

use super::object::Of;
use super::{Lower, Place};
use crate::instance::{Children, Flags, Kind, NodeId, TypeId, unescape};
use crate::parse::Within;
use crate::parse::fhir::values::{self, Role, broken, name_of};
use crate::span::Span;
use crate::standard::fhir::Primitive;

impl<'a> Lower<'a> {
    /// The elements of a primitive member: its value, its `_x`, or both.
    pub(super) fn primitives(
        &mut self,
        of: (TypeId, Primitive),
        place: Place,
        value: Option<NodeId>,
        extras: Option<NodeId>,
    ) {
        if !place.flags.has(Flags::REPEATS) {
            let (value, extras) = (self.single(value, place), self.single(extras, place));
            for json in [value, extras].into_iter().filter_map(Item::null) {
                self.null(json, place);
            }
            if value.there().is_some() || extras.there().is_some() {
                self.primitive(of, place, value.there(), extras.there());
            }
            return;
        }
        let (mut values, mut others) = (self.several(value, place), self.several(extras, place));
        let mut aligned = value.is_none() || extras.is_none();
        for index in 0.. {
            let (value, extras) = (self.next(&mut values), self.next(&mut others));
            let place = Place { index, ..place };
            match (value, extras) {
                (Item::None, Item::None) => break,
                (Item::Null(json), Item::None | Item::Null(_)) | (Item::None, Item::Null(json)) => {
                    self.null(json, place);
                }
                _ => self.primitive(of, place, value.there(), extras.there()),
            }
            if !aligned && (value == Item::None || extras == Item::None) {
                aligned = true;
                self.misaligned(value, extras, place);
            }
        }
    }

    /// One primitive.
    pub(super) fn primitive(
        &mut self,
        (type_id, primitive): (TypeId, Primitive),
        place: Place,
        value: Option<NodeId>,
        extras: Option<NodeId>,
    ) {
        let id = self.open(place, type_id, Flags::default(), value.or(extras));
        if let Some(json) = value {
            self.value(json, id, (primitive, place));
        }
        if let Some(json) = extras {
            self.extras(json, id, type_id);
        }
        self.elements.close(id);
    }

    /// Gives the element `id` the text of `json`.
    fn value(&mut self, json: NodeId, id: NodeId, (primitive, place): (Primitive, Place)) {
        let node = *self.document.tree.node(json);
        let bytes = self.document.bytes;
        let (text, flags) = match node.kind {
            Kind::String => {
                // The parser keeps strings with both their quotes.
                let inside = Span::new(node.span.start + 1, node.span.end - 1);
                let escaped = memchr::memchr(b'\\', inside.of(bytes)).is_some();
                (inside, if escaped { Flags::ESCAPED } else { Flags::default() })
            }
            Kind::Number => (node.span, Flags::NUMBER),
            Kind::Boolean => (node.span, Flags::BOOLEAN),
            _ => {
                broken(self.elements, id);
                let (span, found) = (self.first_byte(json), self.found(json));
                return self.fault("fhir.json-type", span, id, || {
                    format!("{found} stands where a single value belongs: {}", name_of(primitive))
                });
            }
        };
        if text.is_empty() {
            broken(self.elements, id);
            return self.fault(
                "fhir.empty",
                node.span,
                id,
                || "an empty string: an element without a value is left out",
            );
        }
        let element = self.elements.node_mut(id);
        element.value = text;
        element.flags = element.flags.with(Flags::VALUE).with(flags);
        let written = written(primitive);
        if written != node.kind {
            broken(self.elements, id);
            let found = self.found(json);
            return self.fault("fhir.json-type", node.span, id, || {
                let as_what = match written {
                    Kind::Number => "a number without quotes",
                    Kind::Boolean => "true or false without quotes",
                    _ => "a string in quotes",
                };
                format!("{found} stands where {} belongs, which JSON writes as {as_what}", name_of(primitive))
            });
        }
        let role = match place.name == self.id && self.elements.node(place.parent).flags.has(Flags::RESOURCE) {
            true => Role::ResourceId,
            false => Role::Plain,
        };
        let raw = text.of(bytes);
        if node.kind == Kind::Number && !is_fit(raw) {
            // The parser tells of numbers that are none, and of those that no system holds.
            return broken(self.elements, id);
        }
        if primitive == Primitive::Decimal {
            return;
        }
        // Of long text only the ends and the length are looked at: it is unescaped only when these have escapes.
        let only_ends = matches!(primitive, Primitive::String | Primitive::Markdown | Primitive::Xhtml)
            && !raw.starts_with(b"\\")
            && raw.len().checked_sub(2).is_none_or(|at| raw[at] != b'\\')
            && raw.len().checked_sub(6).is_none_or(|at| raw[at] != b'\\')
            && raw.len() <= 1 << 20;
        let place = (id, node.span);
        if flags.has(Flags::ESCAPED) && !only_ends {
            let text = unescape(raw);
            values::check((primitive, role), &text, place, self.elements, self.faults);
        } else {
            values::check((primitive, role), raw, place, self.elements, self.faults);
        }
    }

    /// The id and extensions of the primitive `id`.
    fn extras(&mut self, json: NodeId, id: NodeId, type_id: TypeId) {
        let model = self.model;
        let span = self.first_byte(json);
        if self.document.kind(json) != Kind::Object {
            broken(self.elements, id);
            let found = self.found(json);
            return self.fault("fhir.json-type", span, id, || {
                format!("{found} stands beside a value where an object with id or extension belongs")
            });
        }
        if self.document.tree.is_leaf(json) {
            broken(self.elements, id);
            return self.fault("fhir.empty", span, id, || "an empty object: an element without content is left out");
        }
        if let Some(info) = model.info(type_id)
            && !self.object(json, id, info, Of::Extras)
        {
            broken(self.elements, id);
        }
    }

    /// The one item of a member that does not repeat.
    fn single(&mut self, json: Option<NodeId>, place: Place) -> Item {
        let Some(json) = json else { return Item::None };
        if self.document.kind(json) != Kind::Array {
            return self.item(json);
        }
        self.not_repeated(json, place);
        self.document.tree.children(json).next().map_or(Item::None, |first| self.item(first))
    }

    /// The items of a member that may repeat.
    fn several(&mut self, json: Option<NodeId>, place: Place) -> Items<'a> {
        let Some(json) = json else { return Items::One(None) };
        if self.document.kind(json) == Kind::Array {
            self.not_empty(json, place);
            return Items::Array(self.document.tree.children(json));
        }
        if self.document.kind(json) != Kind::Null {
            self.not_single(json, place);
        }
        Items::One(Some(json))
    }

    fn next(&self, items: &mut Items<'_>) -> Item {
        let next = match items {
            Items::Array(children) => children.next(),
            Items::One(json) => json.take(),
        };
        next.map_or(Item::None, |json| self.item(json))
    }

    fn item(&self, json: NodeId) -> Item {
        match self.document.kind(json) {
            Kind::Null => Item::Null(json),
            _ => Item::There(json),
        }
    }

    /// Tells that one of the two arrays of a primitive ended before the other.
    fn misaligned(&mut self, value: Item, extras: Item, place: Place) {
        let Some(json) = value.json().or(extras.json()) else { return };
        let span = self.first_byte(json);
        let within = Within { node: place.parent, below: Some((place.name, Some(place.index))) };
        self.fault(
            "fhir.json-alignment",
            span,
            within,
            || "the two arrays of a primitive are not of one length: null stands where one of them has nothing",
        );
    }
}

/// An item of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    /// There is none (any more).
    None,
    Null(NodeId),
    There(NodeId),
}

impl Item {
    fn there(self) -> Option<NodeId> {
        if let Self::There(json) = self { Some(json) } else { None }
    }

    fn null(self) -> Option<NodeId> {
        if let Self::Null(json) = self { Some(json) } else { None }
    }

    fn json(self) -> Option<NodeId> {
        self.there().or(self.null())
    }
}

enum Items<'a> {
    Array(Children<'a>),
    One(Option<NodeId>),
}

/// How JSON writes a primitive.
fn written(primitive: Primitive) -> Kind {
    match primitive {
        Primitive::Boolean => Kind::Boolean,
        Primitive::Integer | Primitive::UnsignedInt | Primitive::PositiveInt | Primitive::Decimal => Kind::Number,
        _ => Kind::String,
    }
}

/// Whether the parser let this number pass: it is one, and an integer fits in 64 bits.
fn is_fit(number: &[u8]) -> bool {
    let integer = number.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-');
    let long =
        || std::str::from_utf8(number).is_ok_and(|text| text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok());
    values::is_decimal(number) && (!integer || number.len() < 18 || long())
}
