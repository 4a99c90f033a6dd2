//! The types of one FHIR release: what each is made of, and what a name in an instance stands for.
//!
//! In: a compact table, one line a type, built into the program (see `table`), and the definitions of further types from
//! a user's packages (see `derive`). Out: [`Model`], whose names and types are small numbers, so that nothing compares
//! strings while an instance is walked. Names and types are numbered when the table is opened; what a type is made of is
//! read when it is first asked for. It holds structure only: constraints are the profiles'.

mod derive;
mod table;

pub use derive::Structures;

use super::Release;
use crate::instance::{NameId, TypeId};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::sync::OnceLock;

/// The primitive types, over all releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the FHIR type of its name")]
pub enum Primitive {
    Boolean,
    Integer,
    Integer64,
    UnsignedInt,
    PositiveInt,
    Decimal,
    String,
    Markdown,
    Code,
    Id,
    Uri,
    Url,
    Canonical,
    Oid,
    Uuid,
    Date,
    DateTime,
    Time,
    Instant,
    Base64Binary,
    Xhtml,
}

/// What kind of type it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TypeKind {
    /// One value with perhaps extensions.
    Primitive(Primitive),
    /// A datatype with elements of its own.
    Complex,
    /// The unnamed type of an element that has elements, called by its path.
    Backbone,
    /// A resource.
    Resource,
}

/// A type.
#[derive(Clone, Debug)]
pub struct TypeInfo {
    /// `Patient`, `HumanName`, `code`; for a backbone its path, `Patient.contact`.
    pub name: Box<str>,
    /// What it specialises (`code` → `string`, `Patient` → `DomainResource`); [`TypeId::UNKNOWN`] at the top.
    pub base: TypeId,
    /// Which kind.
    pub kind: TypeKind,
    /// Whether no instance may have just this type.
    pub is_abstract: bool,
    /// Its elements in order, those it inherits first as the definition lists them.
    pub children: Vec<Child>,
    /// Every name an instance may use (`valueQuantity`), with the child's index and the type it stands for.
    pub keys: FxHashMap<Box<[u8]>, (u16, TypeId)>,
}

/// An element of a type.
#[derive(Clone, Debug)]
pub struct Child {
    /// Its name, without `[x]`.
    pub name: NameId,
    /// The types it may have; more than one only in a choice. A content reference is the backbone it refers to.
    pub types: Vec<TypeId>,
    /// Whether its name ends in `[x]`.
    pub choice: bool,
    /// Least number of times it stands in its parent.
    pub min: u32,
    /// Most times; `u32::MAX` for `*`.
    pub max: u32,
    /// Whether XML writes it as an attribute.
    pub attribute: bool,
}

/// The types of one release.
#[derive(Clone, Debug)]
pub struct Model {
    /// Which release.
    pub release: Release,
    names: Vec<Cow<'static, str>>,
    name_ids: FxHashMap<Cow<'static, str>, NameId>,
    types: Vec<Slot>,
    type_ids: FxHashMap<Cow<'static, str>, TypeId>,
}

/// A type, and the line of the table that it is read from when it is first asked for.
#[derive(Clone, Debug)]
struct Slot {
    line: &'static str,
    info: OnceLock<TypeInfo>,
}

impl Model {
    /// A model without types.
    pub fn new(release: Release) -> Self {
        Self {
            release,
            names: Vec::new(),
            name_ids: FxHashMap::default(),
            types: Vec::new(),
            type_ids: FxHashMap::default(),
        }
    }

    /// The number of `name`, given one when it is new.
    pub fn intern(&mut self, name: &str) -> NameId {
        if let Some(id) = self.name_ids.get(name) {
            return *id;
        }
        self.number_name(Cow::Owned(name.to_owned()))
    }

    fn number_name(&mut self, name: Cow<'static, str>) -> NameId {
        // A release has some two thousand names; the last number is kept for the unknown.
        let id = NameId(u16::try_from(self.names.len()).unwrap_or(u16::MAX));
        self.names.push(name.clone());
        self.name_ids.insert(name, id);
        id
    }

    fn number_type(&mut self, name: Cow<'static, str>, slot: Slot) -> TypeId {
        let id = TypeId(u16::try_from(self.types.len()).unwrap_or(u16::MAX));
        self.type_ids.insert(name, id);
        self.types.push(slot);
        id
    }

    /// Adds a type, or replaces the one of its name.
    pub fn add(&mut self, info: TypeInfo) -> TypeId {
        let name = info.name.to_string();
        let slot = Slot { line: "", info: OnceLock::from(info) };
        if let Some(&id) = self.type_ids.get(name.as_str()) {
            self.types[usize::from(id.0)] = slot;
            return id;
        }
        self.number_type(Cow::Owned(name), slot)
    }

    /// The number of an element name.
    pub fn name(&self, name: &str) -> Option<NameId> {
        self.name_ids.get(name).copied()
    }

    /// An element name by its number; empty for the unknown.
    pub fn name_of(&self, id: NameId) -> &str {
        self.names.get(usize::from(id.0)).map_or("", |name| name)
    }

    /// The number of a type.
    pub fn type_id(&self, name: &str) -> Option<TypeId> {
        self.type_ids.get(name).copied()
    }

    /// A type by its number.
    #[inline]
    pub fn info(&self, id: TypeId) -> Option<&TypeInfo> {
        let slot = self.types.get(usize::from(id.0))?;
        match slot.info.get() {
            Some(info) => Some(info),
            None => Some(slot.info.get_or_init(|| self.read_line(slot.line))),
        }
    }

    /// Every type.
    pub fn types(&self) -> impl Iterator<Item = (TypeId, &TypeInfo)> {
        (0..self.types.len()).filter_map(|at| {
            let id = TypeId(u16::try_from(at).ok()?);
            Some((id, self.info(id)?))
        })
    }

    /// Whether `id` is `ancestor` or specialises it.
    pub fn is_a(&self, id: TypeId, ancestor: TypeId) -> bool {
        let mut at = id;
        // No chain of a release is longer than five; a broken table must not loop.
        for _ in 0..16 {
            if at == ancestor {
                return true;
            }
            match self.info(at) {
                Some(info) => at = info.base,
                None => return false,
            }
        }
        false
    }

    /// The primitive that `id` is.
    #[inline]
    pub fn primitive(&self, id: TypeId) -> Option<Primitive> {
        match self.info(id)?.kind {
            TypeKind::Primitive(primitive) => Some(primitive),
            _ => None,
        }
    }
}
