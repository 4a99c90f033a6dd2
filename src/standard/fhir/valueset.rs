//! Value sets, as far as deciding membership needs them.
//!
//! In: their JSON (STU3, R4, R4B). Out: plain structures, written back with the same members. What a value set means is
//! decided in `check::terminology`.

use serde::{Deserialize, Serialize};

/// A ValueSet (FHIR R4, ValueSet).
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "camelCase", default, tag = "resourceType")]
pub struct ValueSet {
    /// Logical id in its package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Canonical URL.
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
    /// Whether its publisher means it for trial only.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub experimental: bool,
    /// What it is made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compose: Option<Compose>,
    /// Its codes as somebody listed them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expansion: Option<Expansion>,
}

/// What a value set is made of.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub struct Compose {
    /// Whether codes that are no longer in use belong to it; when it says nothing, they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inactive: Option<bool>,
    /// Any of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<Include>,
    /// And none of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<Include>,
}

/// Codes of one system, other value sets, or what is in both.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub struct Include {
    /// The code system's URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The version of the code system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Codes by name; empty with an empty `filter` for all of the system.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub concept: Vec<Listed>,
    /// Codes by what is true of them; all must hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filter: Vec<Filter>,
    /// Value sets that a code must be in too, all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub value_set: Vec<String>,
}

/// One code in an `include`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(default)]
pub struct Listed {
    /// The code.
    pub code: String,
    /// What this value set shows for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// Other texts for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub designation: Vec<Designation>,
}

/// A text for a code in a language or for a use.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(default)]
pub struct Designation {
    /// BCP-47 tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The text.
    pub value: String,
}

/// A condition on the concepts of a system.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(default)]
pub struct Filter {
    /// `concept`, `code`, `parent` …, or a property of the system.
    pub property: String,
    /// `=`, `is-a`, `descendent-of`, `is-not-a`, `regex`, `in`, `not-in`, `generalizes`, `exists`.
    pub op: String,
    /// What to compare with.
    pub value: String,
}

/// The codes of a value set as somebody listed them.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(default)]
pub struct Expansion {
    /// How many there are; more than `contains` has when the list was cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Whether the publisher says that codes are left out (extensions valueset-toocostly and valueset-unclosed): then a
    /// code that is not listed may still belong.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub incomplete: bool,
    /// What the list was made with, as far as it has text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameter: Vec<Parameter>,
    /// The extensions that make it `incomplete`; read only.
    #[serde(skip_serializing)]
    pub(crate) extension: Vec<Flagged>,
    /// The codes, those below others inside them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contains: Vec<Contains>,
}

/// An extension with a flag for a value.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Flagged {
    url: String,
    value_boolean: Option<bool>,
}

impl Expansion {
    /// Whether a code that is not in it is not in the value set.
    pub fn is_complete(&self) -> bool {
        let flagged = self.extension.iter().any(|extension| {
            extension.value_boolean == Some(true)
                && (extension.url.ends_with("/valueset-toocostly") || extension.url.ends_with("/valueset-unclosed"))
        });
        let cut = self.total.is_some_and(|total| total > count(&self.contains));
        !(self.incomplete || flagged || cut)
    }
}

fn count(contains: &[Contains]) -> u64 {
    // The reader of the JSON has bounded the depth.
    contains.iter().map(|one| u64::from(one.code.is_some()) + count(&one.contains)).sum()
}

/// Something that an expansion was made with.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub struct Parameter {
    /// `version`, `used-codesystem`, `limitedExpansion` ….
    pub name: String,
    /// Its value, when a URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_uri: Option<String>,
    /// Its value, when a flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_boolean: Option<bool>,
}

/// A code of an expansion.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(default)]
pub struct Contains {
    /// The code system's URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The version of the code system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The code; a heading has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What is shown for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// Whether it is for grouping only and may not be used.
    #[serde(rename = "abstract", skip_serializing_if = "std::ops::Not::not")]
    pub is_abstract: bool,
    /// Whether it is no longer in use.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub inactive: bool,
    /// Other texts for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub designation: Vec<Designation>,
    /// Codes below it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contains: Vec<Contains>,
}
