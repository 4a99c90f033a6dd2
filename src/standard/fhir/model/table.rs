//! The table of a release's types as text, and back.
//!
//! In: the text built into the program. Out: a [`Model`] whose types are read on first use; and the same text from a
//! model, for the generator. A line `= name name …` lists all element names. Every other line is one type: its name, its
//! kind (`p` primitive, `c` complex, `b` backbone, `r` resource; a capital when abstract), its base or `-`, and its
//! elements: name, `[x]` for a choice, cardinality (`?` 0..1, `!` 1..1, `*` 0..*, `+` 1..*, else `{2..4}`), `@` when XML
//! has an attribute for it, `:`, types parted by `|`.

use super::{Child, Model, Primitive, Slot, TypeInfo, TypeKind};
use crate::instance::{NameId, TypeId};
use crate::standard::fhir::Release;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::OnceLock;

impl Model {
    /// The model that `text` tells of. Lines that make no sense give types without elements.
    pub fn of_table(release: Release, text: &'static str) -> Self {
        let mut model = Self::new(release);
        for line in text.lines() {
            if line.starts_with('#') || line.is_empty() {
                continue;
            }
            if let Some(names) = line.strip_prefix("= ") {
                for name in names.split(' ') {
                    model.number_name(Cow::Borrowed(name));
                }
                continue;
            }
            let name = line.split(' ').next().unwrap_or_default();
            model.number_type(Cow::Borrowed(name), Slot { line, info: OnceLock::new() });
        }
        model
    }

    pub(super) fn read_line(&self, line: &str) -> TypeInfo {
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default();
        let letter = words.next().unwrap_or_default();
        let base = words.next().and_then(|base| self.type_id(base)).unwrap_or(TypeId::UNKNOWN);
        let kind = match letter.to_ascii_lowercase().as_str() {
            "p" => Primitive::of_name(name).map_or(TypeKind::Complex, TypeKind::Primitive),
            "b" => TypeKind::Backbone,
            "r" => TypeKind::Resource,
            _ => TypeKind::Complex,
        };
        let children: Vec<Child> = words.filter_map(|word| self.read_child(word)).collect();
        self.type_of(name, base, kind, letter.starts_with(|l: char| l.is_ascii_uppercase()), children)
    }

    /// A type with the names that instances may use for its elements.
    pub(super) fn type_of(
        &self,
        name: &str,
        base: TypeId,
        kind: TypeKind,
        is_abstract: bool,
        children: Vec<Child>,
    ) -> TypeInfo {
        let mut keys: FxHashMap<Box<[u8]>, (u16, TypeId)> = FxHashMap::default();
        keys.reserve(children.iter().map(|child| child.types.len().max(1)).sum());
        for (at, child) in (0_u16..).zip(&children) {
            let name = self.name_of(child.name);
            if !child.choice {
                let first = child.types.first().copied().unwrap_or(TypeId::UNKNOWN);
                keys.insert(name.as_bytes().into(), (at, first));
                continue;
            }
            for &id in &child.types {
                let Some(slot_name) = self.type_name(id) else { continue };
                let mut key = Vec::with_capacity(name.len() + slot_name.len());
                key.extend_from_slice(name.as_bytes());
                key.extend_from_slice(slot_name.as_bytes());
                if let Some(first) = key.get_mut(name.len()) {
                    first.make_ascii_uppercase();
                }
                keys.insert(key.into(), (at, id));
            }
        }
        TypeInfo { name: name.into(), base, kind, is_abstract, children, keys }
    }

    /// The name of a type, without reading what it is made of.
    fn type_name(&self, id: TypeId) -> Option<&str> {
        let slot = self.types.get(usize::from(id.0))?;
        match slot.line.split_once(' ') {
            Some((name, _)) => Some(name),
            None => slot.info.get().map(|info| &*info.name),
        }
    }

    fn read_child(&self, word: &str) -> Option<Child> {
        let (head, types) = word.split_once(':')?;
        let (head, attribute) = head.strip_suffix('@').map_or((head, false), |head| (head, true));
        let ends = head.find(['?', '!', '*', '+', '{', '['])?;
        let (name, rest) = head.split_at(ends);
        let (rest, choice) = rest.strip_prefix("[x]").map_or((rest, false), |rest| (rest, true));
        let (min, max) = match rest {
            "?" => (0, 1),
            "!" => (1, 1),
            "*" => (0, u32::MAX),
            "+" => (1, u32::MAX),
            other => {
                let (min, max) = other.strip_prefix('{')?.strip_suffix('}')?.split_once("..")?;
                (min.parse().ok()?, if max == "*" { u32::MAX } else { max.parse().ok()? })
            }
        };
        let types = types.split('|').filter(|name| !name.is_empty());
        Some(Child {
            name: self.name(name).unwrap_or(NameId::UNKNOWN),
            types: types.map(|name| self.type_id(name).unwrap_or(TypeId::UNKNOWN)).collect(),
            choice,
            min,
            max,
            attribute,
        })
    }

    /// The table of this model, ending in a line feed.
    pub fn table(&self) -> String {
        let mut text = String::from("=");
        for name in &self.names {
            text.push(' ');
            text.push_str(name);
        }
        text.push('\n');
        for (_, info) in self.types() {
            let letter = match info.kind {
                TypeKind::Primitive(_) => 'p',
                TypeKind::Complex => 'c',
                TypeKind::Backbone => 'b',
                TypeKind::Resource => 'r',
            };
            let letter = if info.is_abstract { letter.to_ascii_uppercase() } else { letter };
            let base = self.type_name(info.base).unwrap_or("-");
            // Writing to a string does not fail.
            let _ = write!(text, "{} {letter} {base}", info.name);
            for child in &info.children {
                text.push(' ');
                text.push_str(&self.child_word(child));
            }
            text.push('\n');
        }
        text
    }

    fn child_word(&self, child: &Child) -> String {
        let mut word = String::from(self.name_of(child.name));
        if child.choice {
            word.push_str("[x]");
        }
        word.push_str(&match (child.min, child.max) {
            (0, 1) => "?".to_owned(),
            (1, 1) => "!".to_owned(),
            (0, u32::MAX) => "*".to_owned(),
            (1, u32::MAX) => "+".to_owned(),
            (min, u32::MAX) => format!("{{{min}..*}}"),
            (min, max) => format!("{{{min}..{max}}}"),
        });
        if child.attribute {
            word.push('@');
        }
        word.push(':');
        let types: Vec<&str> = child.types.iter().filter_map(|&id| self.type_name(id)).collect();
        word.push_str(&types.join("|"));
        word
    }
}

impl Primitive {
    /// The primitive that a type name stands for.
    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "integer64" => Self::Integer64,
            "unsignedInt" => Self::UnsignedInt,
            "positiveInt" => Self::PositiveInt,
            "decimal" => Self::Decimal,
            "string" => Self::String,
            "markdown" => Self::Markdown,
            "code" => Self::Code,
            "id" => Self::Id,
            "uri" => Self::Uri,
            "url" => Self::Url,
            "canonical" => Self::Canonical,
            "oid" => Self::Oid,
            "uuid" => Self::Uuid,
            "date" => Self::Date,
            "dateTime" => Self::DateTime,
            "time" => Self::Time,
            "instant" => Self::Instant,
            "base64Binary" => Self::Base64Binary,
            "xhtml" => Self::Xhtml,
            _ => return None,
        })
    }
}
