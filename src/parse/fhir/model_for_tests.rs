//! A model small enough to be read, for the tests of the lowerings.

use crate::instance::TypeId;
use crate::standard::fhir::{Child, Model, Primitive, Release, TypeInfo, TypeKind};

/// Types in an order in which none refers to a later one, but for itself: `Name base kind: element type max, …`.
const TYPES: &str = "\
Resource - abstract: id id 1, meta Meta 1
DomainResource Resource abstract: id id 1, meta Meta 1, text Narrative 1, contained Resource *, extension Extension *
Patient DomainResource resource: id id 1, meta Meta 1, text Narrative 1, contained Resource *, extension Extension *, \
active boolean 1, name HumanName *, gender code 1, birthDate date 1, deceased[x] boolean|dateTime 1, \
contact Patient.contact *, score decimal 1, rank positiveInt *, photo base64Binary 1
Observation DomainResource resource: id id 1, contained Resource *, status code 1, value[x] Quantity|string|integer 1
Bundle Resource resource: id id 1, type code 1, entry Bundle.entry *
";

const COMPLEX: &str = "\
Extension - complex: id* string 1, extension Extension *, url* uri 1, value[x] string|Quantity|code 1
Meta - complex: id* string 1, extension Extension *, lastUpdated instant 1, profile canonical *
Narrative - complex: id* string 1, extension Extension *, status code 1, div xhtml 1
Quantity - complex: id* string 1, extension Extension *, value decimal 1, unit string 1
Period - complex: id* string 1, extension Extension *, start dateTime 1, end dateTime 1
HumanName - complex: id* string 1, extension Extension *, use code 1, family string 1, given string *, period Period 1
Patient.contact - backbone: id* string 1, extension Extension *, name HumanName 1, contact Patient.contact *
Bundle.entry - backbone: id* string 1, extension Extension *, fullUrl uri 1, resource Resource 1
";

const PRIMITIVES: &[(&str, Primitive)] = &[
    ("boolean", Primitive::Boolean),
    ("integer", Primitive::Integer),
    ("positiveInt", Primitive::PositiveInt),
    ("decimal", Primitive::Decimal),
    ("string", Primitive::String),
    ("code", Primitive::Code),
    ("id", Primitive::Id),
    ("uri", Primitive::Uri),
    ("canonical", Primitive::Canonical),
    ("date", Primitive::Date),
    ("dateTime", Primitive::DateTime),
    ("instant", Primitive::Instant),
    ("base64Binary", Primitive::Base64Binary),
    ("xhtml", Primitive::Xhtml),
];

/// The model.
pub(super) fn model() -> Model {
    let mut model = Model::new(Release::R4);
    let lines: Vec<&str> = TYPES.lines().chain(COMPLEX.lines()).collect();
    // Every type is there by name before any refers to it.
    for (name, primitive) in PRIMITIVES {
        add(&mut model, name, TypeKind::Primitive(*primitive), "id* string 1, extension Extension *, value string 1");
    }
    for _ in 0..2 {
        for (name, primitive) in PRIMITIVES {
            add(
                &mut model,
                name,
                TypeKind::Primitive(*primitive),
                "id* string 1, extension Extension *, value string 1",
            );
        }
        for line in &lines {
            let (head, elements) = line.split_once(": ").expect("a type has elements");
            let mut head = head.split(' ');
            let (name, _base, kind) = (head.next(), head.next(), head.next());
            let kind = match kind {
                Some("complex") => TypeKind::Complex,
                Some("backbone") => TypeKind::Backbone,
                _ => TypeKind::Resource,
            };
            add(&mut model, name.expect("a type has a name"), kind, elements);
        }
    }
    model
}

fn add(model: &mut Model, name: &str, kind: TypeKind, elements: &str) {
    let mut info = TypeInfo {
        name: name.into(),
        base: TypeId::UNKNOWN,
        kind,
        is_abstract: matches!(name, "Resource" | "DomainResource"),
        children: Vec::new(),
        keys: Default::default(),
    };
    for (at, element) in elements.split(", ").enumerate() {
        let words: Vec<&str> = element.split(' ').collect();
        let [key, types, max] = words[..] else { panic!("{element}") };
        let (bare, choice) = key.strip_suffix("[x]").map_or((key, false), |bare| (bare, true));
        let (bare, attribute) = bare.strip_suffix('*').map_or((bare, false), |bare| (bare, true));
        let types: Vec<(&str, TypeId)> =
            types.split('|').map(|name| (name, model.type_id(name).unwrap_or(TypeId::UNKNOWN))).collect();
        for (name, id) in &types {
            let mut typed = bare.to_owned();
            if choice {
                typed.push_str(&name[..1].to_uppercase());
                typed.push_str(&name[1..]);
            }
            info.keys.insert(typed.as_bytes().into(), (at as u16, *id));
        }
        info.children.push(Child {
            name: model.intern(bare),
            types: types.iter().map(|(_, id)| *id).collect(),
            choice,
            min: 0,
            max: if max == "*" { u32::MAX } else { 1 },
            attribute,
        });
    }
    model.add(info);
}
