//! Writes StructureDefinitions as JSON: the facts that [`super::reading`] keeps, in the form of R4, nothing else.
//!
//! In: a definition. Out: JSON that reads back as the same definition. It is what the embedded definitions and the cache
//! of packages hold.

use super::definition::{Binding, Constraint, ElementDefinition, StructureDefinition, TypeRef, Value};
use super::reading::{
    ALTERNATIVES, BEST_PRACTICE, IMPOSED, MAX_SIZE, MAX_VALUE_SET, NARRATIVE_LANGUAGES, REGEX, STANDARDS_STATUS,
};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// Members that are written only when there is something to write.
struct Members<M>(M);

impl<M: SerializeMap> Members<M> {
    fn text(&mut self, key: &str, text: &str) -> Result<(), M::Error> {
        if text.is_empty() { Ok(()) } else { self.0.serialize_entry(key, text) }
    }
    fn some<T: Serialize>(&mut self, key: &str, value: Option<&T>) -> Result<(), M::Error> {
        value.map_or(Ok(()), |value| self.0.serialize_entry(key, value))
    }
    fn list<T: Serialize>(&mut self, key: &str, values: &[T]) -> Result<(), M::Error> {
        if values.is_empty() { Ok(()) } else { self.0.serialize_entry(key, values) }
    }
    fn flag(&mut self, key: &str, set: bool) -> Result<(), M::Error> {
        if set { self.0.serialize_entry(key, &true) } else { Ok(()) }
    }
    fn value(&mut self, start: &str, value: Option<&Value>) -> Result<(), M::Error> {
        let Some((name, json)) = value else { return Ok(()) };
        let mut key = String::from(start);
        let mut letters = name.chars();
        key.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        key.push_str(letters.as_str());
        self.0.serialize_entry(&key, json)
    }
    /// Extensions: each a URL, the name of its value, and the value when there is one.
    fn extensions(&mut self, all: &[(&'static str, &'static str, Option<Fact<'_>>)]) -> Result<(), M::Error> {
        let held: Vec<_> =
            all.iter().filter_map(|(url, key, fact)| fact.map(|fact| Extension { url, key, fact })).collect();
        self.list("extension", &held)
    }
}

#[derive(Clone, Copy)]
enum Fact<'a> {
    Text(&'a str),
    Number(u64),
    True,
}

struct Extension<'a> {
    url: &'static str,
    key: &'static str,
    fact: Fact<'a>,
}

impl Serialize for Extension<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(2))?;
        map.serialize_entry("url", self.url)?;
        match self.fact {
            Fact::Text(text) => map.serialize_entry(self.key, text)?,
            Fact::Number(number) => map.serialize_entry(self.key, &number)?,
            Fact::True => map.serialize_entry(self.key, &true)?,
        }
        map.end()
    }
}

struct Elements<'a>(&'a [ElementDefinition]);

impl Serialize for Elements<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(1))?;
        map.serialize_entry("element", self.0)?;
        map.end()
    }
}

impl Serialize for StructureDefinition {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut to = Members(to.serialize_map(None)?);
        to.text("resourceType", "StructureDefinition")?;
        to.some("id", self.id.as_ref())?;
        let status = self.standards_status.as_deref().map(Fact::Text);
        let mut extensions = vec![(STANDARDS_STATUS, "valueCode", status)];
        extensions.extend(self.imposed.iter().map(|one| (IMPOSED, "valueCanonical", Some(Fact::Text(one)))));
        to.extensions(&extensions)?;
        to.text("url", &self.url)?;
        to.some("version", self.version.as_ref())?;
        to.text("name", &self.name)?;
        to.some("status", self.status.as_ref())?;
        to.flag("experimental", self.experimental)?;
        to.some("fhirVersion", self.fhir_version.as_ref())?;
        to.text("kind", &self.kind)?;
        to.flag("abstract", self.is_abstract)?;
        to.list("context", &self.context)?;
        to.list("contextInvariant", &self.context_invariant)?;
        to.text("type", &self.type_name)?;
        to.some("baseDefinition", self.base_definition.as_ref())?;
        to.some("derivation", self.derivation.as_ref())?;
        for (key, elements) in [("snapshot", &self.snapshot), ("differential", &self.differential)] {
            to.some(key, Some(&Elements(elements)).filter(|listed| !listed.0.is_empty()))?;
        }
        to.0.end()
    }
}

impl Serialize for ElementDefinition {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut to = Members(to.serialize_map(None)?);
        to.some("id", self.id.as_ref())?;
        let mut extensions = vec![
            (REGEX, "valueString", self.regex.as_deref().map(Fact::Text)),
            (MAX_SIZE, "valueDecimal", self.max_size.map(Fact::Number)),
        ];
        let languages = self.narrative_languages.iter();
        extensions.extend(languages.map(|one| (NARRATIVE_LANGUAGES, "valueCode", Some(Fact::Text(one)))));
        let alternatives = self.alternatives.iter();
        extensions.extend(alternatives.map(|one| (ALTERNATIVES, "valueCanonical", Some(Fact::Text(one)))));
        to.extensions(&extensions)?;
        to.text("path", &self.path)?;
        to.list("representation", &self.representation)?;
        to.some("sliceName", self.slice_name.as_ref())?;
        to.some("slicing", self.slicing.as_ref())?;
        to.some("min", self.min.as_ref())?;
        to.some("max", self.max.as_ref())?;
        to.some("base", self.base.as_ref())?;
        to.some("contentReference", self.content_reference.as_ref())?;
        to.list("type", &self.types)?;
        to.value("fixed", self.fixed.as_ref())?;
        to.value("pattern", self.pattern.as_ref())?;
        to.value("minValue", self.min_value.as_ref())?;
        to.value("maxValue", self.max_value.as_ref())?;
        to.some("maxLength", self.max_length.as_ref())?;
        to.list("constraint", &self.constraint)?;
        to.some("mustSupport", self.must_support.as_ref())?;
        to.some("isModifier", self.is_modifier.as_ref())?;
        to.some("binding", self.binding.as_ref())?;
        to.0.end()
    }
}

impl Serialize for TypeRef {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut to = Members(to.serialize_map(None)?);
        to.extensions(&[(REGEX, "valueString", self.regex.as_deref().map(Fact::Text))])?;
        to.text("code", &self.code)?;
        to.list("profile", &self.profile)?;
        to.list("targetProfile", &self.target_profile)?;
        to.list("aggregation", &self.aggregation)?;
        to.some("versioning", self.versioning.as_ref())?;
        to.0.end()
    }
}

impl Serialize for Constraint {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut to = Members(to.serialize_map(None)?);
        to.extensions(&[(BEST_PRACTICE, "valueBoolean", self.best_practice.then_some(Fact::True))])?;
        to.text("key", &self.key)?;
        to.text("severity", &self.severity)?;
        to.some("human", self.human.as_ref())?;
        to.some("expression", self.expression.as_ref())?;
        to.some("source", self.source.as_ref())?;
        to.0.end()
    }
}

impl Serialize for Binding {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut to = Members(to.serialize_map(None)?);
        let widest = self.max_value_set.as_deref().map(Fact::Text);
        to.extensions(&[(MAX_VALUE_SET, "valueCanonical", widest)])?;
        to.text("strength", &self.strength)?;
        to.some("valueSet", self.value_set.as_ref())?;
        to.0.end()
    }
}
