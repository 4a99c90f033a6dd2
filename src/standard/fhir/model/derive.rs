//! Types from their definitions.
//!
//! In: StructureDefinitions that define a type (specialisations, logical models). Out: the types in a [`Model`]: one for
//! the definition itself, one for every element that has elements of its own. Of a definition without a snapshot the
//! differential is taken and what its base has put before it. The generator makes the built-in tables of them, and a
//! user's package may bring more.

use super::{Child, Model, Primitive, TypeInfo, TypeKind};
use crate::instance::{NameId, TypeId};
use crate::standard::fhir::{ElementDefinition, StructureDefinition};
use rustc_hash::FxHashMap;

/// Definitions to take types from. All are numbered before any is read, since they refer to one another.
#[derive(Debug, Default)]
pub struct Structures<'a>(pub Vec<&'a StructureDefinition>);

impl Model {
    /// Adds the types of `structures`, in their order; a type whose name is held already stays as it is.
    pub fn define(&mut self, structures: &Structures<'_>) {
        let new: Vec<&StructureDefinition> = structures
            .0
            .iter()
            .copied()
            .filter(|definition| !listed(definition).is_empty() && self.type_id(type_name(definition)).is_none())
            .collect();
        let below: Vec<Below<'_>> = new.iter().map(|definition| Below::of(listed(definition))).collect();
        for (definition, below) in new.iter().zip(&below) {
            for (path, _) in below.parents(type_name(definition)) {
                self.add(TypeInfo {
                    name: path.into(),
                    base: TypeId::UNKNOWN,
                    kind: TypeKind::Backbone,
                    is_abstract: false,
                    children: Vec::new(),
                    keys: FxHashMap::default(),
                });
            }
        }
        for (definition, below) in new.iter().zip(&below) {
            for (path, element) in below.parents(type_name(definition)) {
                let own = element.is_none();
                let (base, kind) = match element {
                    None => (self.base_of(definition), kind_of(definition)),
                    Some(element) => (self.base_of_backbone(element), TypeKind::Backbone),
                };
                let primitive = matches!(kind, TypeKind::Primitive(_));
                let mut children: Vec<Child> = below
                    .children(path, definition)
                    .into_iter()
                    .filter(|(name, _)| !(primitive && *name == "value"))
                    .map(|(name, element)| self.child(name, element, below))
                    .collect();
                if definition.snapshot.is_empty() {
                    let inherited = self.info(base).map_or(&[][..], |info| &info.children);
                    let kept = inherited.iter().filter(|one| children.iter().all(|own| own.name != one.name));
                    children = kept.cloned().chain(children.iter().cloned()).collect();
                }
                let info = self.type_of(path, base, kind, own && definition.is_abstract, children);
                self.add(info);
            }
        }
    }

    fn base_of(&self, definition: &StructureDefinition) -> TypeId {
        let base = definition.base_definition.as_deref().unwrap_or_default();
        self.type_id(base.rsplit('/').next().unwrap_or_default()).unwrap_or(TypeId::UNKNOWN)
    }

    fn base_of_backbone(&self, element: &ElementDefinition) -> TypeId {
        let code = element.types.first().map_or("BackboneElement", |one| &one.code);
        self.type_id(code).unwrap_or(TypeId::UNKNOWN)
    }

    fn child(&mut self, name: &str, element: &ElementDefinition, below: &Below<'_>) -> Child {
        let (name, choice) = name.strip_suffix("[x]").map_or((name, false), |name| (name, true));
        let named: NameId = self.intern(name);
        let types = match &element.content_reference {
            Some(reference) => {
                let target = reference.rsplit('#').next().unwrap_or_default();
                vec![self.type_id(target).unwrap_or(TypeId::UNKNOWN)]
            }
            None if below.has(&element.path) => vec![self.type_id(&element.path).unwrap_or(TypeId::UNKNOWN)],
            None => {
                let mut types: Vec<TypeId> = Vec::new();
                for one in &element.types {
                    // R4 says `string` of the id of resources, later releases `id`, which it is.
                    let first = element.base.as_ref().map_or("", |base| &base.path);
                    let code = if first == "Resource.id" || element.path == "Resource.id" { "id" } else { &one.code };
                    let code = match code {
                        // Said without the extension that says which FHIR type it is.
                        "http://hl7.org/fhirpath/System.String" => "string",
                        code => code.rsplit('/').next().unwrap_or_default(),
                    };
                    let id = self.type_id(code).unwrap_or(TypeId::UNKNOWN);
                    if !types.contains(&id) {
                        types.push(id);
                    }
                }
                types
            }
        };
        Child {
            name: named,
            types,
            choice,
            min: element.min.unwrap_or(0),
            max: match element.max.as_deref() {
                Some("*") => u32::MAX,
                max => max.and_then(|max| max.parse().ok()).unwrap_or(1),
            },
            attribute: element.representation.iter().any(|one| one == "xmlAttr"),
        }
    }
}

fn type_name(definition: &StructureDefinition) -> &str {
    definition.type_name.rsplit('/').next().unwrap_or_default()
}

fn listed(definition: &StructureDefinition) -> &[ElementDefinition] {
    if definition.snapshot.is_empty() { &definition.differential } else { &definition.snapshot }
}

fn kind_of(definition: &StructureDefinition) -> TypeKind {
    match definition.kind.as_str() {
        "primitive-type" => Primitive::of_name(type_name(definition)).map_or(TypeKind::Complex, TypeKind::Primitive),
        "resource" => TypeKind::Resource,
        _ => TypeKind::Complex,
    }
}

/// Which elements are below which.
struct Below<'a> {
    root: &'a str,
    children: FxHashMap<&'a str, Vec<&'a ElementDefinition>>,
    order: Vec<&'a ElementDefinition>,
}

impl<'a> Below<'a> {
    fn of(snapshot: &'a [ElementDefinition]) -> Self {
        let root = snapshot.first().map_or("", |first| first.path.as_str());
        let mut below = Self { root, children: FxHashMap::default(), order: Vec::new() };
        for element in snapshot {
            // Slices say nothing of the type.
            if element.slice_name.is_some() {
                continue;
            }
            if let Some((parent, _)) = element.path.rsplit_once('.') {
                below.children.entry(parent).or_default().push(element);
            }
            below.order.push(element);
        }
        below
    }

    fn has(&self, path: &str) -> bool {
        self.children.contains_key(path)
    }

    /// The definition's own type and every element with elements.
    fn parents(&self, name: &'a str) -> impl Iterator<Item = (&'a str, Option<&'a ElementDefinition>)> {
        std::iter::once((name, None)).chain(
            self.order
                .iter()
                .filter(|element| element.path != self.root && self.has(&element.path))
                .map(|element| (element.path.as_str(), Some(*element))),
        )
    }

    fn children(&self, path: &str, definition: &StructureDefinition) -> Vec<(&'a str, &'a ElementDefinition)> {
        let path = if path == type_name(definition) { self.root } else { path };
        let listed = self.children.get(path).map_or(&[][..], Vec::as_slice);
        listed.iter().map(|element| (element.path.rsplit('.').next().unwrap_or_default(), *element)).collect()
    }
}
