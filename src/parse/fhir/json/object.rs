//! The members of one JSON object.
//!
//! Two passes: the first finds out what each member is, so that the second can put `x` and `_x` together wherever they
//! stand. What stands twice is taken once: the parser tells of equal names, this room of two forms of one choice.

use super::{Lower, Place};
use crate::instance::{Flags, Kind, NodeId, TypeId};
use crate::parse::Within;
use crate::parse::fhir::unknown;
use crate::standard::fhir::{TypeInfo, TypeKind};

/// A member of an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    json: NodeId,
    /// Which child of the type.
    child: u16,
    type_id: TypeId,
    form: Form,
}

/// Which half of a primitive a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `x`: the value, or anything that is no primitive.
    Value,
    /// `_x`: id and extensions.
    Extras,
}

/// What an object stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// A resource: it has a resourceType.
    Resource,
    /// A datatype or backbone element.
    Complex,
    /// `_x`: what a primitive has besides its value.
    Extras,
}

/// Children of a type that are told apart as met or not; no type of a release has as many.
const MOST: usize = 256;

/// Which children were met.
#[derive(Default)]
struct Met([u64; MOST / 64]);

impl Met {
    /// Marks `child`; whether it was marked already.
    fn again(&mut self, child: u16) -> bool {
        let (Some(word), bit) = (self.0.get_mut(usize::from(child) / 64), 1 << (child % 64)) else { return false };
        let before = *word & bit != 0;
        *word |= bit;
        before
    }

    fn has(&self, child: u16) -> bool {
        self.0.get(usize::from(child) / 64).is_some_and(|word| word & (1 << (child % 64)) != 0)
    }
}

impl Lower<'_> {
    /// The members of `json`, which is the element `at` of the type `info`. Returns whether all were placed.
    pub(super) fn object(&mut self, json: NodeId, at: NodeId, info: &TypeInfo, of: Of) -> bool {
        let first = self.members.len();
        let (mut values, mut extras) = (Met::default(), Met::default());
        let (mut any_extras, mut all_placed) = (false, true);
        let (tree, bytes) = (self.document.tree, self.document.bytes);
        for member in tree.children(json) {
            let key = tree.node(member).name.of(bytes);
            let found = match key.first() {
                Some(b'_' | b'\\') => None,
                _ => info.keys.get(key).map(|&(child, type_id)| (child, type_id, Form::Value)),
            };
            let found = found.filter(|_| of != Of::Extras || key != b"value");
            let Some((child, type_id, form)) = found.or_else(|| self.seldom(member, info, of)) else {
                if of != Of::Resource || *self.name(member) != *b"resourceType" {
                    all_placed = false;
                    self.unknown(member, at, info, of);
                }
                continue;
            };
            let met = if form == Form::Value { &mut values } else { &mut extras };
            any_extras |= form == Form::Extras;
            if met.again(child) {
                self.repeated(Member { json: member, child, type_id, form }, first, at, info);
                continue;
            }
            self.members.push(Member { json: member, child, type_id, form });
        }
        let end = self.members.len();
        for position in first..end {
            let member = self.members[position];
            match member.form {
                Form::Value if !any_extras || !extras.has(member.child) => self.place(member, None, at, info),
                Form::Value => {
                    let other = self.members[first..end].iter().find(|other| other.is_other_half(member));
                    let other = other.map(|other| other.json);
                    self.place(member, other, at, info);
                }
                Form::Extras if !values.has(member.child) => self.place(member, None, at, info),
                Form::Extras => {
                    let joined = self.members[first..end].iter().any(|other| member.is_other_half(*other));
                    if !joined {
                        self.repeated(member, first, at, info);
                    }
                }
            }
        }
        self.members.truncate(first);
        all_placed
    }

    /// What a member is whose name is written with an escape or begins with an underscore.
    fn seldom(&self, json: NodeId, info: &TypeInfo, of: Of) -> Option<(u16, TypeId, Form)> {
        let name = self.name(json);
        if let Some(bare) = name.strip_prefix(b"_") {
            let &(child, type_id) = info.keys.get(bare)?;
            let is_primitive = matches!(self.kind(type_id), Some(TypeKind::Primitive(_)));
            return (is_primitive && of != Of::Extras).then_some((child, type_id, Form::Extras));
        }
        let escaped = matches!(name, std::borrow::Cow::Owned(_));
        let found = if escaped { info.keys.get(name.as_ref()) } else { None };
        found.filter(|_| of != Of::Extras || *name != *b"value").map(|&(child, type_id)| (child, type_id, Form::Value))
    }

    fn unknown(&mut self, json: NodeId, at: NodeId, info: &TypeInfo, of: Of) {
        let name = self.name(json);
        let (model, span) = (self.model, self.document.tree.node(json).name);
        self.fault("fhir.unknown-element", span, at, || {
            let bare = name.strip_prefix(b"_").filter(|bare| info.keys.contains_key(*bare));
            match bare.and_then(|bare| std::str::from_utf8(bare).ok()) {
                Some(bare) if of != Of::Extras => format!("_{bare} is not allowed: {bare} is no primitive"),
                _ if of == Of::Extras => "a primitive has nothing beside its value but id and extension".to_owned(),
                _ => unknown::element(model, info, &name),
            }
        });
    }

    /// A member whose child was met before: an equal name, or another form of the same choice.
    fn repeated(&mut self, member: Member, first: usize, at: NodeId, info: &TypeInfo) {
        let Some(child) = info.children.get(usize::from(member.child)) else { return };
        let equal = |other: &Member| {
            other.child == member.child && other.form == member.form && other.type_id == member.type_id
        };
        if self.members[first..].iter().any(|other| other.json != member.json && equal(other)) {
            return;
        }
        let (span, name) = (self.document.tree.node(member.json).name, self.model.name_of(child.name));
        let within = Within { node: at, below: Some((child.name, None)) };
        self.fault("fhir.choice-repeated", span, within, || {
            format!("{name}[x] stands in two forms; it has one value of one type")
        });
    }

    /// Makes the elements that `member` stands for; `other` is its `_x`.
    fn place(&mut self, member: Member, other: Option<NodeId>, at: NodeId, info: &TypeInfo) {
        let Some(child) = info.children.get(usize::from(member.child)) else { return };
        let Some(kind) = self.kind(member.type_id) else { return };
        let repeats = child.max > 1;
        let mut flags = Flags::default();
        if repeats {
            flags = flags.with(Flags::REPEATS);
        }
        if child.choice {
            flags = flags.with(Flags::CHOICE);
        }
        let key = self.document.tree.node(member.json).name;
        let place = Place { name: child.name, flags, parent: at, index: 0, key };
        if let TypeKind::Primitive(primitive) = kind {
            let (value, extras) = match member.form {
                Form::Value => (Some(member.json), other),
                Form::Extras => (None, Some(member.json)),
            };
            return self.primitives((member.type_id, primitive), place, value, extras);
        }
        let json = member.json;
        match (self.document.kind(json), repeats) {
            (Kind::Array, true) => {
                self.not_empty(json, place);
                for (index, item) in self.document.tree.children(json).enumerate() {
                    let place = Place { index: index as u32, ..place };
                    self.one((item, kind, member.type_id), place);
                }
            }
            (Kind::Array, false) => {
                self.not_repeated(json, place);
                if let Some(item) = self.document.tree.children(json).next() {
                    self.one((item, kind, member.type_id), place);
                }
            }
            (found, _) => {
                if repeats && found != Kind::Null {
                    self.not_single(json, place);
                }
                self.one((json, kind, member.type_id), place);
            }
        }
    }

    fn one(&mut self, (json, kind, type_id): (NodeId, TypeKind, TypeId), place: Place) {
        if self.document.kind(json) == Kind::Null {
            return self.null(json, place);
        }
        match kind {
            TypeKind::Resource => self.resource(json, place),
            _ => self.complex(json, type_id, place),
        }
    }

    /// Tells that nothing stands where something is expected.
    pub(super) fn null(&mut self, json: NodeId, place: Place) {
        let repeats = place.flags.has(Flags::REPEATS);
        let within = Within { node: place.parent, below: Some((place.name, repeats.then_some(place.index))) };
        let span = self.document.tree.node(json).span;
        // A word that is no value is told by the parser.
        if span.of(self.document.bytes) != b"null" {
            return;
        }
        self.fault("fhir.json-null", span, within, || match repeats {
            true => "null stands in an array where nothing in the other array of the pair belongs to it",
            false => "null stands for a value; an element without a value is left out",
        });
    }

    /// Tells an empty array.
    pub(super) fn not_empty(&mut self, json: NodeId, place: Place) {
        if self.document.tree.is_leaf(json) {
            let span = self.document.tree.node(json).span;
            let within = Within { node: place.parent, below: Some((place.name, None)) };
            self.fault("fhir.empty", span, within, || "an empty array: an element without content is left out");
        }
    }

    /// Tells an array where one value belongs.
    pub(super) fn not_repeated(&mut self, json: NodeId, place: Place) {
        let within = Within { node: place.parent, below: Some((place.name, None)) };
        let span = self.first_byte(json);
        self.fault("fhir.json-array", span, within, || "an array stands where FHIR has a single value");
    }

    /// Tells one value where an array belongs.
    pub(super) fn not_single(&mut self, json: NodeId, place: Place) {
        let within = Within { node: place.parent, below: Some((place.name, None)) };
        let span = self.first_byte(json);
        self.fault(
            "fhir.json-array",
            span,
            within,
            || "a single value stands where FHIR has an array: what may repeat is an array even with one item",
        );
    }
}

impl Member {
    /// Whether this is the `_x` of `value`.
    fn is_other_half(&self, value: Member) -> bool {
        self.form == Form::Extras
            && value.form == Form::Value
            && self.child == value.child
            && self.type_id == value.type_id
    }
}
