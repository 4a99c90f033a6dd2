//! Code systems, as far as deciding membership needs them.
//!
//! In: their JSON (STU3, R4, R4B). Out: plain structures, written back with the same members. What a filter means is
//! decided in `check::terminology`.

use super::valueset::Designation;
use serde::{Deserialize, Serialize};

/// A CodeSystem (FHIR R4, CodeSystem).
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "camelCase", default, tag = "resourceType")]
pub struct CodeSystem {
    /// Logical id in its package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Canonical URL: the `system` of its codes.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// Business version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Computable name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// `draft`, `active`, `retired`, `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The language of its displays, a BCP-47 tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Whether its publisher means it for trial only.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub experimental: bool,
    /// Whether `a` and `A` are two codes; when it says nothing, nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_sensitive: Option<bool>,
    /// The value set of all its codes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_set: Option<String>,
    /// `is-a`, `grouped-by`, `part-of`, `classified-with`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hierarchy_meaning: Option<String>,
    /// Whether expressions of its codes are codes too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub compositional: bool,
    /// `not-present`, `example`, `fragment`, `complete`, `supplement`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// The system it adds texts and properties to, when `content` is `supplement`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplements: Option<String>,
    /// The properties that its concepts may have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub property: Vec<PropertyDefinition>,
    /// Its concepts, those below others inside them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub concept: Vec<Concept>,
}

impl CodeSystem {
    /// Whether its concepts are those of another system, to which it adds texts and properties.
    pub fn is_supplement(&self) -> bool {
        self.content.as_deref() == Some("supplement") || self.supplements.is_some()
    }
}

/// A property that concepts of a system may have.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(default)]
pub struct PropertyDefinition {
    /// Its name in this system.
    pub code: String,
    /// What it is, across systems: `http://hl7.org/fhir/concept-properties#inactive`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// `code`, `Coding`, `string`, `integer`, `boolean`, `dateTime`, `decimal`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// A concept.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(default)]
pub struct Concept {
    /// Its code.
    pub code: String,
    /// What is shown for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// Other texts for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub designation: Vec<Designation>,
    /// What is true of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub property: Vec<Property>,
    /// Concepts below it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub concept: Vec<Concept>,
}

/// Something true of a concept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Property {
    /// The property's name in the system.
    pub code: String,
    /// Its value.
    pub value: PropertyValue,
}

/// The value of a property.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum PropertyValue {
    /// A code of the same system.
    Code(String),
    /// A code of any system: its system and code.
    Coding(Option<String>, String),
    /// Text, a date, or a number as written.
    Text(String),
    /// A flag.
    Boolean(bool),
    /// Of a type that FHIR does not have here.
    #[default]
    None,
}

impl PropertyValue {
    /// The value as the text that a filter compares with.
    pub fn text(&self) -> &str {
        match self {
            Self::Code(text) | Self::Coding(_, text) | Self::Text(text) => text,
            Self::Boolean(true) => "true",
            Self::Boolean(false) => "false",
            Self::None => "",
        }
    }
}

/// A property as it is written.
#[derive(Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
struct Written {
    code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_coding: Option<WrittenCoding>,
    #[serde(alias = "valueDateTime", skip_serializing_if = "Option::is_none")]
    value_string: Option<String>,
    #[serde(alias = "valueDecimal", skip_serializing_if = "Option::is_none")]
    value_integer: Option<serde_json::Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_boolean: Option<bool>,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct WrittenCoding {
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<String>,
    code: String,
}

impl<'de> Deserialize<'de> for Property {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let read = Written::deserialize(from)?;
        let coding = read.value_coding.map(|coding| PropertyValue::Coding(coding.system, coding.code));
        let value = read.value_code.map(PropertyValue::Code).or(coding);
        let value = value.or(read.value_string.map(PropertyValue::Text));
        let value = value.or(read.value_integer.map(|number| PropertyValue::Text(number.to_string())));
        let value = value.or(read.value_boolean.map(PropertyValue::Boolean)).unwrap_or_default();
        Ok(Self { code: read.code, value })
    }
}

impl Serialize for Property {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut written = Written { code: self.code.clone(), ..Written::default() };
        match &self.value {
            PropertyValue::Code(code) => written.value_code = Some(code.clone()),
            PropertyValue::Coding(system, code) => {
                written.value_coding = Some(WrittenCoding { system: system.clone(), code: code.clone() });
            }
            PropertyValue::Text(text) => written.value_string = Some(text.clone()),
            PropertyValue::Boolean(flag) => written.value_boolean = Some(*flag),
            PropertyValue::None => {}
        }
        written.serialize(to)
    }
}
