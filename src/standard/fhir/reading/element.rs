//! Reads one element of a definition.
//!
//! In: its JSON. Out: [`ElementDefinition`]. Written by hand because the names of `fixed[x]` and its like are many, and
//! their values must stay as they are written.

use super::{ALTERNATIVES, Extension, MAX_SIZE, NARRATIVE_LANGUAGES, REGEX, number_of, text_of, texts_of};
use crate::standard::fhir::definition::{ElementBase, ElementDefinition, Slicing, TypeRef};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

impl<'de> Deserialize<'de> for ElementDefinition {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = ElementDefinition;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an element definition")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<ElementDefinition, A::Error> {
                let mut element = ElementDefinition::default();
                while let Some(key) = from.next_key_seed(KeySeed)? {
                    member(&mut element, key, &mut from)?;
                }
                merge_types(&mut element.types);
                Ok(element)
            }
        }
        from.deserialize_map(Members)
    }
}

/// The members of an ElementDefinition that are facts.
enum Key {
    Id,
    Path,
    Representation,
    SliceName,
    Slicing,
    Min,
    Max,
    Base,
    ContentReference,
    Type,
    MaxLength,
    Constraint,
    MustSupport,
    IsModifier,
    Binding,
    Extension,
    ValueAlternatives,
    Fixed(String),
    Pattern(String),
    MinValue(String),
    MaxValue(String),
    Other,
}

struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Key, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member")
    }
    fn visit_str<E: de::Error>(self, key: &str) -> Result<Key, E> {
        Ok(match key {
            "id" => Key::Id,
            "path" => Key::Path,
            "representation" => Key::Representation,
            "sliceName" => Key::SliceName,
            "slicing" => Key::Slicing,
            "min" => Key::Min,
            "max" => Key::Max,
            "base" => Key::Base,
            "contentReference" => Key::ContentReference,
            "type" => Key::Type,
            "maxLength" => Key::MaxLength,
            "constraint" => Key::Constraint,
            "mustSupport" => Key::MustSupport,
            "isModifier" => Key::IsModifier,
            "binding" => Key::Binding,
            "extension" => Key::Extension,
            "valueAlternatives" => Key::ValueAlternatives,
            _ => valued(key),
        })
    }
}

/// `fixedString`, `patternCoding`, `minValueDate`, `maxValueInteger`. The types of primitives start in lower case:
/// those that FHIR has are written so.
fn valued(key: &str) -> Key {
    let named = |start: &str| {
        let suffix = key.strip_prefix(start)?;
        suffix.starts_with(|first: char| first.is_ascii_uppercase()).then(|| type_of_suffix(suffix))
    };
    let fixed = named("fixed").map(Key::Fixed).or_else(|| named("pattern").map(Key::Pattern));
    let bound = || named("minValue").map(Key::MinValue).or_else(|| named("maxValue").map(Key::MaxValue));
    fixed.or_else(bound).unwrap_or(Key::Other)
}

/// The type that the end of a choice's name stands for: `Uri` → `uri`, `CodeableConcept` → itself.
fn type_of_suffix(suffix: &str) -> String {
    const PRIMITIVES: [&str; 19] = [
        "Base64Binary",
        "Boolean",
        "Canonical",
        "Code",
        "Date",
        "DateTime",
        "Decimal",
        "Id",
        "Instant",
        "Integer",
        "Markdown",
        "Oid",
        "PositiveInt",
        "String",
        "Time",
        "UnsignedInt",
        "Uri",
        "Url",
        "Uuid",
    ];
    let mut name = suffix.to_owned();
    if PRIMITIVES.contains(&suffix) || suffix == "Integer64" {
        name[..1].make_ascii_lowercase();
    }
    name
}

fn member<'de, A: MapAccess<'de>>(to: &mut ElementDefinition, key: Key, from: &mut A) -> Result<(), A::Error> {
    match key {
        Key::Id => to.id = from.next_value()?,
        Key::Path => to.path = from.next_value()?,
        Key::Representation => to.representation = from.next_value()?,
        Key::SliceName => to.slice_name = from.next_value()?,
        Key::Slicing => to.slicing = from.next_value::<Option<Slicing>>()?,
        Key::Min => to.min = from.next_value()?,
        Key::Max => to.max = from.next_value::<Loose>()?.0,
        Key::Base => to.base = from.next_value::<Option<ElementBase>>()?,
        Key::ContentReference => to.content_reference = from.next_value()?,
        Key::Type => to.types = from.next_value()?,
        Key::MaxLength => to.max_length = from.next_value()?,
        Key::Constraint => to.constraint = from.next_value()?,
        Key::MustSupport => to.must_support = from.next_value()?,
        Key::IsModifier => to.is_modifier = from.next_value()?,
        Key::Binding => to.binding = from.next_value()?,
        Key::Extension => {
            let extensions = from.next_value::<Vec<Extension>>()?;
            to.regex = text_of(&extensions, REGEX);
            to.max_size = number_of(&extensions, MAX_SIZE);
            to.narrative_languages = texts_of(&extensions, NARRATIVE_LANGUAGES);
            to.alternatives.extend(texts_of(&extensions, ALTERNATIVES));
        }
        Key::ValueAlternatives => to.alternatives.extend(from.next_value::<Vec<String>>()?),
        Key::Fixed(name) => to.fixed = Some((name, value(from)?)),
        Key::Pattern(name) => to.pattern = Some((name, value(from)?)),
        Key::MinValue(name) => to.min_value = Some((name, value(from)?)),
        Key::MaxValue(name) => to.max_value = Some((name, value(from)?)),
        Key::Other => {
            from.next_value::<IgnoredAny>()?;
        }
    }
    Ok(())
}

/// A text that some publishers write as a number: `max` is a text in FHIR, because of its `*`. What it says is clear
/// either way, and that it is wrong is told where the definition itself is checked.
struct Loose(Option<String>);

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Loose;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a whole number")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Loose, E> {
                Ok(Loose(Some(text.to_owned())))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Loose, E> {
                Ok(Loose(Some(number.to_string())))
            }
            fn visit_unit<E: de::Error>(self) -> Result<Loose, E> {
                Ok(Loose(None))
            }
        }
        from.deserialize_any(Either)
    }
}

fn value<'de, A: MapAccess<'de>>(from: &mut A) -> Result<Box<RawValue>, A::Error> {
    let raw: Box<RawValue> = from.next_value()?;
    let text = raw.get();
    // White space outside strings tells nothing; without it two definitions compare by their bytes.
    if !text.contains(['\n', '\r', '\t', ' ']) {
        return Ok(raw);
    }
    let (mut tight, mut quoted, mut escaped) = (String::with_capacity(text.len()), false, false);
    for c in text.chars() {
        if !quoted && c.is_ascii_whitespace() {
            continue;
        }
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            _ => {}
        }
        tight.push(c);
    }
    RawValue::from_string(tight).map_err(A::Error::custom)
}

/// STU3 lists a type once for each target or profile; R4 lists it once.
fn merge_types(types: &mut Vec<TypeRef>) {
    let mut at = 1;
    while at < types.len() {
        let earlier = types[..at].iter().position(|one| one.code == types[at].code && !one.code.is_empty());
        let Some(earlier) = earlier else {
            at += 1;
            continue;
        };
        let again = types.remove(at);
        let first = &mut types[earlier];
        for (into, from) in [
            (&mut first.profile, again.profile),
            (&mut first.target_profile, again.target_profile),
            (&mut first.aggregation, again.aggregation),
        ] {
            for one in from {
                if !into.contains(&one) {
                    into.push(one);
                }
            }
        }
    }
}
