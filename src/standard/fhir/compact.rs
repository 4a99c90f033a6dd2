//! Makes the files that the program carries of one FHIR release, out of published packages.
//!
//! In: resources of packages as JSON, one by one. Out: a store of StructureDefinitions, ValueSets, CodeSystems and
//! SearchParameters without prose, and the table of types. The same resources give the same bytes. It reads no files itself; a developer runs it
//! by `ci/definitions/fhir.sh`.

use super::pare::{self, Heading, Keep, Refused};
use super::store::{Builder, Packing, Store};
use super::{CodeSystem, Expansion, Model, Release, StructureDefinition, Structures, ValueSet};
use rustc_hash::{FxHashMap, FxHashSet};
use std::io;

/// What a capability statement or a derived parameter is held against. Only those of R4 are built in: a tenth of a
/// megabyte a release, for what one in a thousand runs asks.
#[derive(serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct SearchParameter {
    resource_type: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    base: Vec<String>,
    #[serde(rename = "type")]
    kind: String,
}

/// Systems whose owners license their content themselves: HL7's expansions of them are old and cut, and stay out.
const LICENSED: [&str; 5] = [
    "http://snomed.info/sct",
    "http://loinc.org",
    "http://www.nlm.nih.gov/research/umls/rxnorm",
    "http://www.ama-assn.org/go/cpt",
    "http://hl7.org/fhir/sid/icd-10",
];

/// Collects what a store is made of.
#[derive(Debug)]
pub struct Compact {
    release: Release,
    builder: Builder,
    value_sets: Vec<ValueSet>,
    code_systems: Vec<CodeSystem>,
    expansions: FxHashMap<String, Expansion>,
    types: Vec<StructureDefinition>,
    instead: Vec<Store>,
}

impl Compact {
    /// For one release; what the stores of `instead` hold as well is left out where they lose nothing of it.
    pub fn new(release: Release, instead: Vec<Store>) -> Self {
        Self {
            release,
            builder: Builder::default(),
            value_sets: Vec::new(),
            code_systems: Vec::new(),
            expansions: FxHashMap::default(),
            types: Vec::new(),
            instead,
        }
    }

    /// Takes a resource; other types than the four are passed over.
    ///
    /// # Errors
    /// When its JSON is not that of its type.
    pub fn add(&mut self, json: &[u8]) -> Result<(), Refused> {
        let json = pare::unmarked(json);
        let heading: Heading<'_> = serde_json::from_slice(json)?;
        if heading.url.is_none() {
            return Ok(());
        }
        match heading.resource_type.as_deref() {
            Some("StructureDefinition") => {
                let definition: StructureDefinition = serde_json::from_slice(json)?;
                if definition.derivation.as_deref() != Some("constraint") && definition.kind != "logical" {
                    self.types.push(definition);
                }
                pare::add(&mut self.builder, json, Keep::Least)?;
            }
            Some("ValueSet") => self.value_sets.push(serde_json::from_slice(json)?),
            Some("CodeSystem") => self.code_systems.push(serde_json::from_slice(json)?),
            Some(kind @ "SearchParameter") if self.release == Release::R4 => {
                let url = heading.url.unwrap_or_default();
                let pared: SearchParameter = serde_json::from_slice(json)?;
                // HL7 published some that search nothing.
                if pared.base.is_empty() {
                    return Ok(());
                }
                let version = heading.version.unwrap_or_default();
                self.builder.add(kind, &url, &version, Default::default(), serde_json::to_vec(&pared)?);
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes the expansion of a value set, for where its definition alone does not say which codes it has.
    ///
    /// # Errors
    /// When its JSON is not a value set.
    pub fn expand(&mut self, json: &[u8]) -> Result<(), Refused> {
        let json = pare::unmarked(json);
        let heading: Heading<'_> = serde_json::from_slice(json)?;
        if heading.resource_type.as_deref() == Some("ValueSet") {
            let value_set: ValueSet = serde_json::from_slice(json)?;
            if let Some(expansion) = value_set.expansion {
                self.expansions.insert(value_set.url, expansion);
            }
        }
        Ok(())
    }

    /// The store and the table of types.
    ///
    /// # Errors
    /// When the store would be larger than one can be.
    pub fn finish(mut self) -> io::Result<(Vec<u8>, String)> {
        let held: FxHashSet<String> = self
            .code_systems
            .iter()
            .filter(|system| !system.concept.is_empty() && system.content.as_deref() != Some("fragment"))
            .map(|system| system.url.clone())
            .collect();
        for mut value_set in std::mem::take(&mut self.value_sets) {
            if self.elsewhere::<ValueSet>("ValueSet", &value_set.url).is_some() {
                continue;
            }
            let listed = self.expansions.remove(&value_set.url).or(value_set.expansion.take());
            value_set.expansion = listed.filter(|listed| listed.is_complete() && needs_listing(&value_set, &held));
            let version = value_set.version.clone().unwrap_or_default();
            let json = serde_json::to_vec(&value_set)?;
            self.builder.add("ValueSet", &value_set.url, &version, Default::default(), json);
        }
        for system in std::mem::take(&mut self.code_systems) {
            let other = self.elsewhere::<CodeSystem>("CodeSystem", &system.url);
            if other.is_some_and(|other| codes(&system).is_subset(&codes(&other))) {
                continue;
            }
            let version = system.version.clone().unwrap_or_default();
            self.builder.add("CodeSystem", &system.url, &version, Default::default(), serde_json::to_vec(&system)?);
        }
        self.types.sort_by(|one, other| one.type_name.cmp(&other.type_name));
        let mut model = Model::new(self.release);
        model.define(&Structures(self.types.iter().collect()));
        Ok((self.builder.finish(Packing::Smallest)?, model.table()))
    }

    fn elsewhere<T: serde::de::DeserializeOwned>(&self, kind: &str, url: &str) -> Option<T> {
        self.instead.iter().find_map(|store| {
            let held = store.find(kind, url).last()?;
            serde_json::from_slice(&store.read(held.at)?).ok()
        })
    }
}

/// Whether it takes all of a system that is not held, or what a filter of it gives, and may be listed here.
fn needs_listing(value_set: &ValueSet, held: &FxHashSet<String>) -> bool {
    let include = value_set.compose.iter().flat_map(|compose| &compose.include);
    let (mut unknown, mut licensed) = (value_set.compose.is_none(), false);
    for include in include.filter(|include| include.concept.is_empty()) {
        let Some(system) = &include.system else { continue };
        unknown |= !held.contains(system);
        licensed |= LICENSED.contains(&system.as_str());
    }
    unknown && !licensed
}

fn codes(system: &CodeSystem) -> FxHashSet<&str> {
    let mut codes = FxHashSet::default();
    let mut open: Vec<_> = system.concept.iter().collect();
    while let Some(concept) = open.pop() {
        codes.insert(concept.code.as_str());
        open.extend(&concept.concept);
    }
    codes
}
