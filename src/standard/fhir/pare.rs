//! Takes from a conformance resource what checking uses and puts it down in a store.
//!
//! In: the JSON of one resource, or of a Bundle of them. Out: entries of a [`Builder`]. StructureDefinitions, ValueSets and CodeSystems keep
//! their facts only; every other resource with a canonical URL (Questionnaire, Measure, …) stays as it is.

use super::store::{Builder, Facts};
use super::{CodeSystem, StructureDefinition, ValueSet};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// How much of a definition is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Facts, and what the definition says of itself in its differential; texts of constraints, which are shown to people.
    Facts,
    /// Facts without any prose, and no differential where there is a snapshot: what is built into the program.
    Least,
}

/// What every resource says of itself.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Heading<'a> {
    /// `StructureDefinition`.
    #[serde(borrow)]
    pub resource_type: Option<Cow<'a, str>>,
    /// Canonical URL.
    #[serde(borrow)]
    pub url: Option<Cow<'a, str>>,
    /// Business version.
    #[serde(borrow)]
    pub version: Option<Cow<'a, str>>,
}

/// The kind under which a store holds supplements of code systems once more: by the URL of the system, with their own in
/// place of a version.
pub(super) const SUPPLEMENT: &str = "CodeSystem.supplement";

/// Why a resource was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It has no resource type or no canonical URL: an example, a manifest.
    #[error("it is no conformance resource")]
    Unnamed,
    /// Its JSON is not that of its type.
    #[error("line {line}, column {column}: {why}")]
    Unreadable {
        /// Line, from one.
        line: usize,
        /// Column, from one.
        column: usize,
        /// What was wrong.
        why: String,
    },
}

impl From<serde_json::Error> for Refused {
    fn from(error: serde_json::Error) -> Self {
        Self::Unreadable { line: error.line(), column: error.column(), why: error.to_string() }
    }
}

/// JSON without the byte order mark that some packages have.
pub fn unmarked(json: &[u8]) -> &[u8] {
    json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json)
}

/// Adds the resource `json` to `builder`.
///
/// # Errors
/// [`Refused`]: nothing was added.
pub fn add(builder: &mut Builder, json: &[u8], keep: Keep) -> Result<(), Refused> {
    let json = unmarked(json);
    let heading: Heading<'_> = serde_json::from_slice(json)?;
    if heading.resource_type.as_deref() == Some("Bundle") {
        return bundle(builder, json, keep);
    }
    one(builder, json, heading, keep)
}

/// Adds what lies in the Bundle `json`; the first that cannot be read is told, when all the others are in.
fn bundle(builder: &mut Builder, json: &[u8], keep: Keep) -> Result<(), Refused> {
    #[derive(Deserialize)]
    struct Bundle<'a> {
        #[serde(default, borrow)]
        entry: Vec<Entry<'a>>,
    }
    #[derive(Deserialize)]
    struct Entry<'a> {
        #[serde(default, borrow)]
        resource: Option<&'a RawValue>,
    }
    let bundle: Bundle<'_> = serde_json::from_slice(json)?;
    let mut told = Ok(());
    for resource in bundle.entry.iter().filter_map(|entry| entry.resource) {
        let json = resource.get().as_bytes();
        let added = serde_json::from_slice(json).map_err(Refused::from).and_then(|h| one(builder, json, h, keep));
        match added {
            Ok(()) | Err(Refused::Unnamed) => {}
            Err(refused) => told = told.and(Err(refused)),
        }
    }
    told
}

fn one(builder: &mut Builder, json: &[u8], heading: Heading<'_>, keep: Keep) -> Result<(), Refused> {
    let (Some(kind), Some(url)) = (heading.resource_type, heading.url) else { return Err(Refused::Unnamed) };
    let version = heading.version.unwrap_or_default();
    let (facts, pared) = match &*kind {
        "StructureDefinition" => {
            if keep == Keep::Facts {
                contained(builder, json, &url, &version)?;
            }
            structure(serde_json::from_slice(json)?, keep)?
        }
        "ValueSet" => (Facts::default(), value_set(serde_json::from_slice(json)?)?),
        "CodeSystem" => {
            let system = serde_json::from_slice::<CodeSystem>(json)?;
            let pared = serde_json::to_vec(&system)?;
            if let Some(of) = system.supplements.as_deref().filter(|_| system.is_supplement()) {
                let of = of.split('|').next().unwrap_or(of);
                builder.add(SUPPLEMENT, of, &url, Facts::default(), pared.clone());
            }
            (Facts::default(), pared)
        }
        _ => (Facts::default(), json.to_vec()),
    };
    builder.add(&kind, &url, &version, facts, pared);
    Ok(())
}

/// Value sets that lie in a definition, each under the definition's URL and its own id.
fn contained(builder: &mut Builder, json: &[u8], url: &str, version: &str) -> Result<(), Refused> {
    #[derive(Deserialize)]
    struct Container<'a> {
        #[serde(default, borrow)]
        contained: Vec<&'a serde_json::value::RawValue>,
    }
    let container: Container<'_> = serde_json::from_slice(json)?;
    for resource in container.contained {
        let heading: Heading<'_> = serde_json::from_str(resource.get())?;
        if heading.resource_type.as_deref() != Some("ValueSet") {
            continue;
        }
        let set: ValueSet = serde_json::from_str(resource.get())?;
        if let Some(id) = &set.id {
            builder.add("ValueSet", &format!("{url}#{id}"), version, Facts::default(), value_set(set.clone())?);
        }
    }
    Ok(())
}

fn structure(mut definition: StructureDefinition, keep: Keep) -> Result<(Facts, Vec<u8>), Refused> {
    if keep == Keep::Least {
        if !definition.snapshot.is_empty() {
            definition.differential.clear();
        }
        for element in definition.snapshot.iter_mut().chain(&mut definition.differential) {
            element.constraint.iter_mut().for_each(|constraint| constraint.human = None);
        }
    }
    Ok((facts_of(&definition), serde_json::to_vec(&definition)?))
}

/// What a store tells of a definition without reading it.
pub fn facts_of(definition: &StructureDefinition) -> Facts {
    let mut facts = Facts::default();
    let constrains = definition.derivation.as_deref() == Some("constraint");
    if !constrains {
        facts = facts.with(Facts::DEFINES_TYPE);
    } else if definition.type_name == "Extension" {
        facts = facts.with(Facts::EXTENSION);
    }
    if definition.snapshot.is_empty() {
        facts = facts.with(Facts::DIFFERENTIAL_ONLY);
    }
    facts
}

fn value_set(mut value_set: ValueSet) -> Result<Vec<u8>, Refused> {
    if let Some(expansion) = &mut value_set.expansion {
        expansion.incomplete = !expansion.is_complete();
    }
    Ok(serde_json::to_vec(&value_set)?)
}
