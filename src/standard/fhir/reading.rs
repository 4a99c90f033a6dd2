//! Reads StructureDefinitions from their JSON.
//!
//! In: JSON of STU3, R4 or R4B. Out: [`StructureDefinition`] in the form of R4: STU3's strings where R4 has lists, its
//! `contextType`, its two forms of a binding's value set and its one type entry per target become R4's; extensions that
//! are facts (`maxValueSet`, `bestpractice`, `regex`, the FHIR type of a system type) become members. What checking does
//! not use, prose above all, is left out. It judges nothing: a definition that makes no sense is read as it stands.

mod element;

use super::definition::{Binding, Constraint, Context, ElementDefinition, StructureDefinition, TypeRef};
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, de};
use std::fmt;

pub(super) const MAX_VALUE_SET: &str = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet";
pub(super) const BEST_PRACTICE: &str = "http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice";
const FHIR_TYPE: &str = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";
pub(super) const REGEX: &str = "http://hl7.org/fhir/StructureDefinition/regex";
pub(super) const MAX_SIZE: &str = "http://hl7.org/fhir/StructureDefinition/maxSize";
pub(super) const NARRATIVE_LANGUAGES: &str = "http://hl7.org/fhir/StructureDefinition/narrative-language-control";
pub(super) const ALTERNATIVES: &str =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.valueAlternatives";
pub(super) const IMPOSED: &str = "http://hl7.org/fhir/StructureDefinition/structuredefinition-imposeProfile";
const PROFILE_ELEMENT: &str = "http://hl7.org/fhir/StructureDefinition/elementdefinition-profile-element";
pub(super) const STANDARDS_STATUS: &str =
    "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status";

impl<'de> Deserialize<'de> for StructureDefinition {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let read = Read::deserialize(from)?;
        let context = read.context.into_iter().filter_map(|context| of_stu3(context, read.context_type.as_deref()));
        let (mut snapshot, mut differential) = (read.snapshot.element, read.differential.element);
        for element in snapshot.iter_mut().chain(&mut differential) {
            inside(element, &read.url);
        }
        Ok(Self {
            imposed: texts_of(&read.extension, IMPOSED),
            id: read.id,
            url: read.url,
            version: read.version,
            name: read.name,
            status: read.status,
            experimental: read.experimental,
            standards_status: text_of(&read.extension, STANDARDS_STATUS),
            fhir_version: read.fhir_version,
            kind: read.kind,
            is_abstract: read.is_abstract,
            type_name: read.type_name,
            base_definition: read.base_definition,
            derivation: read.derivation,
            context: context.collect(),
            context_invariant: read.context_invariant,
            snapshot,
            differential,
        })
    }
}

/// Names the value sets that lie in the definition itself (`#id`) so that they can be found from anywhere.
fn inside(element: &mut ElementDefinition, url: &str) {
    let Some(binding) = &mut element.binding else { return };
    for canonical in [&mut binding.value_set, &mut binding.max_value_set].into_iter().flatten() {
        if canonical.starts_with('#') {
            canonical.insert_str(0, url);
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Read {
    id: Option<String>,
    #[serde(default)]
    extension: Vec<Extension>,
    #[serde(default)]
    url: String,
    version: Option<String>,
    #[serde(default)]
    name: String,
    status: Option<String>,
    #[serde(default)]
    experimental: bool,
    fhir_version: Option<String>,
    #[serde(default)]
    kind: String,
    #[serde(default, rename = "abstract")]
    is_abstract: bool,
    // STU3's logical models have none.
    #[serde(default, rename = "type")]
    type_name: String,
    base_definition: Option<String>,
    derivation: Option<String>,
    context_type: Option<String>,
    #[serde(default)]
    context: Vec<AnyContext>,
    #[serde(default)]
    context_invariant: Vec<String>,
    #[serde(default)]
    snapshot: Listed,
    #[serde(default)]
    differential: Listed,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Listed {
    element: Vec<ElementDefinition>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum AnyContext {
    Stu3(String),
    R4(Context),
    Other(IgnoredAny),
}

/// STU3 has the kind of all contexts beside them: `resource` and `datatype` are paths.
fn of_stu3(context: AnyContext, kind: Option<&str>) -> Option<Context> {
    match context {
        AnyContext::R4(context) => Some(context),
        AnyContext::Stu3(expression) => {
            let kind = if kind == Some("extension") { "extension" } else { "element" };
            Some(Context { kind: kind.to_owned(), expression })
        }
        AnyContext::Other(_) => None,
    }
}

/// As much of an extension as the facts above need.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Extension {
    url: String,
    #[serde(alias = "valueCode", alias = "valueUrl", alias = "valueUri", alias = "valueCanonical")]
    value_string: Option<String>,
    value_boolean: Option<bool>,
    #[serde(alias = "valueInteger", alias = "valuePositiveInt", alias = "valueUnsignedInt")]
    value_decimal: Option<serde_json::Number>,
    value_reference: Option<Reference>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reference {
    reference: Option<String>,
}

fn text_of(extensions: &[Extension], url: &str) -> Option<String> {
    let found = extensions.iter().find(|extension| extension.url == url)?;
    let reference = || found.value_reference.as_ref()?.reference.clone();
    found.value_string.clone().or_else(reference)
}

fn texts_of(extensions: &[Extension], url: &str) -> Vec<String> {
    let found = extensions.iter().filter(|extension| extension.url == url);
    found.filter_map(|extension| extension.value_string.clone()).collect()
}

fn number_of(extensions: &[Extension], url: &str) -> Option<u64> {
    let found = extensions.iter().find(|extension| extension.url == url)?;
    let number = found.value_decimal.as_ref()?;
    // Sizes are whole numbers; some are written `15.0`.
    number.as_u64().or_else(|| number.to_string().split_once('.')?.0.parse().ok())
}

/// What stands beside a list of primitives, one for each; anything else is passed over.
#[derive(Deserialize)]
#[serde(untagged)]
enum Beside {
    List(Vec<Option<Extended>>),
    One(Extended),
    Other(IgnoredAny),
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Extended {
    extension: Vec<Extension>,
}

impl Beside {
    fn at(&self, at: usize) -> &[Extension] {
        match self {
            Self::List(list) => list.get(at).and_then(Option::as_ref).map_or(&[], |one| &one.extension),
            Self::One(one) if at == 0 => &one.extension,
            Self::One(_) | Self::Other(_) => &[],
        }
    }
}

/// One string or a list of them; what is null in the list is left out.
#[derive(Default)]
struct Strings(Vec<String>);

impl<'de> Deserialize<'de> for Strings {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Strings;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }
            fn visit_str<E: de::Error>(self, one: &str) -> Result<Strings, E> {
                Ok(Strings(vec![one.to_owned()]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Strings, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = list.next_element::<Option<String>>()? {
                    all.extend(one);
                }
                Ok(Strings(all))
            }
        }
        from.deserialize_any(Either)
    }
}

impl<'de> Deserialize<'de> for TypeRef {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Read {
            #[serde(default)]
            code: String,
            #[serde(default)]
            profile: Strings,
            #[serde(rename = "_profile")]
            beside_profile: Option<Beside>,
            #[serde(default)]
            target_profile: Strings,
            #[serde(default)]
            aggregation: Vec<String>,
            versioning: Option<String>,
            #[serde(default)]
            extension: Vec<Extension>,
        }
        let read = Read::deserialize(from)?;
        let code = match text_of(&read.extension, FHIR_TYPE) {
            Some(fhir) if !fhir.is_empty() => fhir,
            _ => read.code,
        };
        let mut profile = read.profile.0;
        for (at, canonical) in profile.iter_mut().enumerate() {
            let beside = read.beside_profile.as_ref().map_or(&[][..], |beside| beside.at(at));
            if let Some(element) = text_of(beside, PROFILE_ELEMENT) {
                canonical.push('#');
                canonical.push_str(&element);
            }
        }
        Ok(Self {
            code,
            profile,
            target_profile: read.target_profile.0,
            aggregation: read.aggregation,
            versioning: read.versioning,
            regex: text_of(&read.extension, REGEX),
        })
    }
}

impl<'de> Deserialize<'de> for Constraint {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Read {
            #[serde(default)]
            key: String,
            #[serde(default)]
            severity: String,
            human: Option<String>,
            expression: Option<String>,
            source: Option<String>,
            #[serde(default)]
            extension: Vec<Extension>,
        }
        let read = Read::deserialize(from)?;
        let best = read.extension.iter().any(|e| e.url == BEST_PRACTICE && e.value_boolean == Some(true));
        Ok(Self {
            key: read.key,
            severity: read.severity,
            human: read.human,
            expression: read.expression,
            source: read.source,
            best_practice: best,
        })
    }
}

impl<'de> Deserialize<'de> for Binding {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Read {
            #[serde(default)]
            strength: String,
            #[serde(alias = "valueSetUri")]
            value_set: Option<String>,
            value_set_reference: Option<Reference>,
            #[serde(default)]
            extension: Vec<Extension>,
        }
        let read = Read::deserialize(from)?;
        let referred = read.value_set_reference.and_then(|reference| reference.reference);
        Ok(Self {
            strength: read.strength,
            value_set: read.value_set.or(referred),
            max_value_set: text_of(&read.extension, MAX_VALUE_SET),
        })
    }
}
