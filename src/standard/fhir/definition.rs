//! Conformance resources, as far as checking needs them: facts, no prose.
//!
//! In: their JSON, of STU3 or later (see [`super::reading`]). Out: plain structures in the form of R4, written back by
//! [`super::writing`]. A value in a definition (`fixed[x]`, `pattern[x]`) stays JSON text, which is lowered like any other
//! FHIR when the profile is compiled.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A StructureDefinition (FHIR R4, StructureDefinition).
#[derive(Clone, Debug, Default)]
pub struct StructureDefinition {
    /// Logical id in its package.
    pub id: Option<String>,
    /// Canonical URL.
    pub url: String,
    /// Business version.
    pub version: Option<String>,
    /// Computable name.
    pub name: String,
    /// `draft`, `active`, `retired`, `unknown`.
    pub status: Option<String>,
    /// Whether its publisher means it for trial only.
    pub experimental: bool,
    /// The extension structuredefinition-standards-status: `normative`, `trial-use`, `deprecated`, `withdrawn` ….
    pub standards_status: Option<String>,
    /// The release it is written for, `4.0.1`.
    pub fhir_version: Option<String>,
    /// `primitive-type`, `complex-type`, `resource`, `logical`.
    pub kind: String,
    /// Whether no instance may have just this type.
    pub is_abstract: bool,
    /// The type it defines or constrains.
    pub type_name: String,
    /// What it specialises or constrains.
    pub base_definition: Option<String>,
    /// `specialization` or `constraint`.
    pub derivation: Option<String>,
    /// Extensions: where they may stand. STU3 has strings here; the reader makes them R4's form.
    pub context: Vec<Context>,
    /// Extensions: expressions that must hold where they stand.
    pub context_invariant: Vec<String>,
    /// Profiles that must hold wherever this one does (extension structuredefinition-imposeProfile).
    pub imposed: Vec<String>,
    /// Every element, constraints of the base included; empty when the package left it to be generated.
    pub snapshot: Vec<ElementDefinition>,
    /// What it says itself.
    pub differential: Vec<ElementDefinition>,
}

/// Where an extension may stand.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", default)]
pub struct Context {
    /// `fhirpath`, `element`, `extension`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A path, an expression, or an extension's URL.
    pub expression: String,
}

/// A value in a definition: the FHIR type that its name ends in (`Quantity` of `patternQuantity`) and its JSON.
pub type Value = (String, Box<RawValue>);

/// One element of a definition (FHIR R4, ElementDefinition).
#[derive(Clone, Debug, Default)]
pub struct ElementDefinition {
    /// `Patient.identifier:nhsNumber.system`.
    pub id: Option<String>,
    /// `Patient.identifier.system`.
    pub path: String,
    /// `representation`: `xmlAttr`, `typeAttr`, `xhtml` ….
    pub representation: Vec<String>,
    /// The slice it defines.
    pub slice_name: Option<String>,
    /// How its repetitions are told apart.
    pub slicing: Option<Slicing>,
    /// Least number of times.
    pub min: Option<u32>,
    /// Most times, a number or `*`.
    pub max: Option<String>,
    /// What the element is in the definition it was first in.
    pub base: Option<ElementBase>,
    /// The element whose content it shares, `#Questionnaire.item`.
    pub content_reference: Option<String>,
    /// What it may be.
    pub types: Vec<TypeRef>,
    /// A regular expression that the text must match (extension `regex` on the element).
    pub regex: Option<String>,
    /// Most characters.
    pub max_length: Option<u32>,
    /// Most bytes of an attachment (extension maxSize).
    pub max_size: Option<u64>,
    /// Extensions of which one must stand where the value does not (R5 valueAlternatives, or its extension).
    pub alternatives: Vec<String>,
    /// In which languages narrative is divided (extension narrative-language-control): `_no`, `_yes`, `_resource` or
    /// the tag of one.
    pub narrative_languages: Vec<String>,
    /// What must hold.
    pub constraint: Vec<Constraint>,
    /// Whether a receiver must be able to do something with it.
    pub must_support: Option<bool>,
    /// Whether it may change what the rest means.
    pub is_modifier: Option<bool>,
    /// Which codes.
    pub binding: Option<Binding>,
    /// `fixed[x]`: the type and the value as JSON.
    pub fixed: Option<Value>,
    /// `pattern[x]`.
    pub pattern: Option<Value>,
    /// `minValue[x]`.
    pub min_value: Option<Value>,
    /// `maxValue[x]`.
    pub max_value: Option<Value>,
}

/// How repetitions of an element are told apart.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", default)]
pub struct Slicing {
    /// By what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub discriminator: Vec<Discriminator>,
    /// Whether the slices stand in the order of the definition.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ordered: bool,
    /// `open`, `closed`, `openAtEnd`.
    pub rules: String,
}

/// One thing that slices are told apart by.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", default)]
pub struct Discriminator {
    /// `value`, `exists`, `pattern`, `type`, `profile`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Restricted FHIRPath from the sliced element.
    pub path: String,
}

/// An element's first definition.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(default)]
pub struct ElementBase {
    /// Its path there.
    pub path: String,
    /// Least number of times there.
    pub min: u32,
    /// Most times there.
    pub max: String,
}

/// A type that an element may have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeRef {
    /// `HumanName`, `Reference`. Where the definition gives a system type of FHIRPath and says which FHIR type that is
    /// (`Patient.id`), the FHIR type; else the system type's URL.
    pub code: String,
    /// Profiles of which one must hold. STU3 has one string; the reader makes it a list. After a `#` stands the element
    /// of the profile that is meant (extension elementdefinition-profile-element).
    pub profile: Vec<String>,
    /// Profiles of which the target of a reference must fulfil one.
    pub target_profile: Vec<String>,
    /// `contained`, `referenced`, `bundled`.
    pub aggregation: Vec<String>,
    /// `either`, `independent`, `specific`.
    pub versioning: Option<String>,
    /// A regular expression that the text must match (extension `regex` on the type).
    pub regex: Option<String>,
}

/// An invariant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Constraint {
    /// `dom-2`.
    pub key: String,
    /// `error` or `warning`.
    pub severity: String,
    /// What it says to people: only from a user's own packages; the built-in definitions hold no prose.
    pub human: Option<String>,
    /// FHIRPath.
    pub expression: Option<String>,
    /// The definition it comes from.
    pub source: Option<String>,
    /// Whether the publisher calls it best practice only.
    pub best_practice: bool,
}

/// Which codes an element may have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Binding {
    /// `required`, `extensible`, `preferred`, `example`.
    pub strength: String,
    /// The value set's canonical URL.
    pub value_set: Option<String>,
    /// The value set outside which no code may be (extension elementdefinition-maxValueSet).
    pub max_value_set: Option<String>,
}
