//! All definitions of one run: those built into the program, and a user's packages and files laid over them.
//!
//! In: stores, the later over the earlier. Out: a definition by its canonical URL, and the model of the release. Nothing
//! is read before it is asked for, and what was read is kept for all threads. A definition that cannot be read counts as
//! not there and is told of by [`Library::unread`].
//!
//! Which of several is meant: with a version, that version, wherever it is; without, the newest of the last layer that
//! has any. What is built in is one layer, however many files it is in. What a package names without a version is looked
//! for in itself and in what it builds on first.

mod embedded;
mod near;
mod scope;
mod version;

use super::package::Dependency;
use super::pare::SUPPLEMENT;
use super::store::{Facts, Held, Store};
use super::{CodeSystem, Model, Release, StructureDefinition, Structures, ValueSet};
use rustc_hash::FxHashMap;
use scope::{Names, Scope};
use serde::de::DeserializeOwned;
use std::any::Any;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

/// Where FHIR's own definitions have their URLs.
const CORE: &str = "http://hl7.org/fhir/StructureDefinition/";

/// Where HL7's terminology has its URLs.
const TERMINOLOGY: &str = "http://terminology.hl7.org/";

/// Definitions that were laid over others together: a package, a user's file.
#[derive(Clone, Debug)]
pub struct Layer {
    /// What people know it by: `fhir.r4.ukcore.stu1@0.5.1`, a file's name.
    pub name: Arc<str>,
    stores: Vec<Arc<Store>>,
    scope: Scope,
}

impl Layer {
    /// A layer of one store.
    pub fn new(name: &str, store: Store) -> Self {
        Self::shared(name, Arc::new(store))
    }

    /// A layer of a store that others hold too.
    pub fn shared(name: &str, store: Arc<Store>) -> Self {
        Self { name: name.into(), stores: vec![store], scope: Scope::default() }
    }

    /// The same, of the package `name` in `version`, which builds on `needs`: what it names without a version is looked
    /// for in itself and in those before anywhere else.
    #[must_use]
    pub fn of_package(mut self, name: Option<&str>, version: Option<&str>, needs: &[Dependency]) -> Self {
        self.scope = Scope::new(name, version, needs);
        self
    }

    fn find<'s, 'q>(
        &'s self,
        kind: &'q str,
        url: &'q str,
    ) -> impl Iterator<Item = (&'s Store, Held<'s>)> + use<'s, 'q> {
        self.stores.iter().flat_map(move |store| store.find(kind, url).map(move |held| (&**store, held)))
    }
}

/// A definition that is there and could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Its URL.
    pub url: String,
    /// The name of its layer.
    pub layer: Arc<str>,
    /// What was wrong with it.
    pub why: String,
}

/// One that a library holds, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<'l> {
    /// Canonical URL.
    pub url: &'l str,
    /// Business version; empty when it has none.
    pub version: &'l str,
    /// The name of its layer.
    pub layer: &'l str,
    /// What else is told of it.
    pub facts: Facts,
}

/// Definitions by the canonical they were asked for.
type Kept<T> = RwLock<FxHashMap<Box<str>, Option<Arc<T>>>>;

/// A type of resource and a canonical.
type Asked = (Box<str>, Box<str>);

/// What was made of a resource, if anything could be.
type Made = Option<Arc<dyn Any + Send + Sync>>;

/// The definitions of one run.
#[derive(Debug)]
pub struct Library {
    model: Model,
    layers: Vec<Layer>,
    structures: Kept<StructureDefinition>,
    value_sets: Kept<ValueSet>,
    code_systems: Kept<CodeSystem>,
    made: RwLock<FxHashMap<Asked, Made>>,
    unread: Mutex<Vec<Unread>>,
    /// Made when something was not there, to find what may have been meant.
    canonicals: OnceLock<near::Canonicals>,
}

impl Library {
    /// The definitions built into the program, shared by all who ask.
    pub fn embedded(release: Release) -> Arc<Self> {
        embedded::library(release)
    }

    fn of(model: Model, layers: Vec<Layer>) -> Self {
        Self {
            model,
            layers,
            structures: Kept::default(),
            value_sets: Kept::default(),
            code_systems: Kept::default(),
            made: RwLock::default(),
            unread: Mutex::default(),
            canonicals: OnceLock::new(),
        }
    }

    /// This library with `layers` over it, the last on top. Types that they define are added to the model.
    pub fn with(&self, layers: impl IntoIterator<Item = Layer>) -> Self {
        let mut all = self.layers.clone();
        all.extend(layers);
        scope::settle(&mut all);
        let mut library = Self::of(self.model.clone(), all);
        let mut defined = Vec::new();
        for layer in &library.layers[self.layers.len()..] {
            for store in &layer.stores {
                let types = store.of_kind("StructureDefinition").filter(|held| {
                    // A package of FHIR's own definitions brings no new type, and need not be read.
                    let name = held.url.rsplit('/').next().unwrap_or_default();
                    held.facts.has(Facts::DEFINES_TYPE)
                        && !(held.url.starts_with(CORE) && self.model.type_id(name).is_some())
                });
                defined.extend(types.filter_map(|held| library.parse::<StructureDefinition>(layer, store, held)));
            }
        }
        library.model.define(&Structures(defined.iter().collect()));
        library
    }

    /// The types of the release, and those that layers add.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The release that all is of.
    pub fn release(&self) -> Release {
        self.model.release
    }

    /// A StructureDefinition by canonical, `url` or `url|version`; a name without a colon is a type of FHIR's own.
    pub fn structure(&self, canonical: &str) -> Option<Arc<StructureDefinition>> {
        if canonical.contains(':') {
            return self.kept(&self.structures, "StructureDefinition", canonical);
        }
        self.kept(&self.structures, "StructureDefinition", &format!("{CORE}{canonical}"))
    }

    /// A ValueSet by canonical.
    pub fn value_set(&self, canonical: &str) -> Option<Arc<ValueSet>> {
        self.kept(&self.value_sets, "ValueSet", canonical)
    }

    /// A CodeSystem by canonical: the `system` of a coding.
    pub fn code_system(&self, canonical: &str) -> Option<Arc<CodeSystem>> {
        self.kept(&self.code_systems, "CodeSystem", canonical)
    }

    /// The code systems that supplement the one at `url`, in every layer.
    pub fn supplements(&self, url: &str) -> Vec<Arc<CodeSystem>> {
        let held = self.layers.iter().flat_map(|layer| layer.find(SUPPLEMENT, url).map(move |found| (layer, found)));
        held.filter_map(|(layer, (store, held))| self.parse(layer, store, held)).map(Arc::new).collect()
    }

    /// The JSON of a resource of any type by canonical: a Questionnaire, a Measure.
    pub fn other(&self, kind: &str, canonical: &str) -> Option<Arc<[u8]>> {
        let (layer, store, held) = self.find(kind, canonical)?;
        let json = store.read(held.at);
        if json.is_none() {
            self.tell(layer, held, "it cannot be unpacked".to_owned());
        }
        json.map(Arc::from)
    }

    /// What `make` makes of the JSON of a resource of any type by canonical, made once for all who ask; `None` when the
    /// resource is not there or nothing can be made of it. One type of resource is asked for by one kind of maker.
    pub fn made<T: Any + Send + Sync>(
        &self,
        kind: &str,
        canonical: &str,
        make: impl FnOnce(Arc<[u8]>) -> Option<T>,
    ) -> Option<Arc<T>> {
        // What is not there is not remembered: canonicals come from messages, which have no end.
        self.find(kind, canonical)?;
        let key = (Box::from(kind), Box::from(canonical));
        if let Some(known) = self.made.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone()?.downcast().ok();
        }
        let made = self.other(kind, canonical).and_then(make).map(Arc::new);
        let kept = made.clone().map(|made| made as Arc<dyn Any + Send + Sync>);
        self.made.write().unwrap_or_else(PoisonError::into_inner).insert(key, kept);
        made
    }

    /// Whether there is a resource of this type and canonical, without reading it.
    pub fn holds(&self, kind: &str, canonical: &str) -> bool {
        self.find(kind, canonical).is_some()
    }

    /// The name of the layer that answers for a canonical.
    pub fn layer_of(&self, kind: &str, canonical: &str) -> Option<&str> {
        self.find(kind, canonical).map(|(layer, ..)| &*layer.name)
    }

    /// Every resource of one type in every layer, the lowest first.
    pub fn list<'l, 'q>(&'l self, kind: &'q str) -> impl Iterator<Item = Listing<'l>> + use<'l, 'q> {
        self.layers.iter().flat_map(move |layer| {
            layer.stores.iter().flat_map(move |store| {
                store.of_kind(kind).map(move |held| Listing {
                    url: held.url,
                    version: held.version,
                    layer: &layer.name,
                    facts: held.facts,
                })
            })
        })
    }

    /// What was asked for, is there, and could not be read.
    pub fn unread(&self) -> Vec<Unread> {
        self.unread.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn find(&self, kind: &str, canonical: &str) -> Option<(&Layer, &Store, Held<'_>)> {
        let (url, asked) = version::split(canonical);
        let all = || self.layers.iter().rev().map(|layer| (layer, layer.find(kind, url)));
        if let Some(asked) = asked {
            let exact = all().find_map(|(layer, mut found)| {
                found.find(|(_, held)| held.version == asked).map(|(store, held)| (layer, store, held))
            });
            if exact.is_some() {
                return exact;
            }
        }
        let meant = |held: &Held<'_>| asked.is_none_or(|asked| version::answers(held.version, asked));
        let newest = all().find_map(|(layer, found)| {
            let newest =
                found.filter(|(_, held)| meant(held)).max_by(|(_, a), (_, b)| version::compare(a.version, b.version));
            newest.map(|(store, held)| (layer, store, held))
        });
        match asked {
            // HL7's terminology was renumbered when it left the core; R4 asks for versions that are gone.
            Some(_) if newest.is_none() && url.starts_with(TERMINOLOGY) => self.find(kind, url),
            _ => newest,
        }
    }

    /// The version that a definition of `layer` means by a canonical that names none, where that is another than the one
    /// that anybody else would be given.
    fn meant_by(&self, layer: &Layer, kind: &str, canonical: &str) -> Option<String> {
        if canonical.contains(['|', '#']) {
            return None;
        }
        let (found, ..) = self.find(kind, canonical)?;
        let place = self.layers.iter().position(|one| std::ptr::eq(one, found))?;
        if place == 0 || layer.scope.has(place) {
            return None;
        }
        let own = layer.scope.places().filter_map(|place| self.layers.get(place));
        let held = own.flat_map(|layer| layer.find(kind, canonical)).map(|(_, held)| held);
        let newest = held.max_by(|a, b| version::compare(a.version, b.version))?;
        (!newest.version.is_empty()).then(|| newest.version.to_owned())
    }

    fn kept<T: DeserializeOwned + Names>(&self, kept: &Kept<T>, kind: &str, canonical: &str) -> Option<Arc<T>> {
        // A poisoned lock means a panic while a map was being changed, which leaves the map whole.
        if let Some(known) = kept.read().unwrap_or_else(PoisonError::into_inner).get(canonical) {
            return known.clone();
        }
        let read = self.find(kind, canonical).and_then(|(layer, store, held)| self.parse(layer, store, held));
        let read = read.map(Arc::new);
        // A canonical that is not there may come from a message, and must not fill the memory.
        let mut kept = kept.write().unwrap_or_else(PoisonError::into_inner);
        if read.is_none() && kept.len() >= MOST_KEPT {
            return None;
        }
        kept.entry(canonical.into()).or_insert(read).clone()
    }

    fn parse<T: DeserializeOwned + Names>(&self, layer: &Layer, store: &Store, held: Held<'_>) -> Option<T> {
        let Some(json) = store.read(held.at) else {
            self.tell(layer, held, "it cannot be unpacked".to_owned());
            return None;
        };
        match serde_json::from_slice(&json) {
            Ok(read) => {
                let mut read: T = read;
                if layer.scope.is_narrow() {
                    read.each(&mut |kind, canonical| {
                        if let Some(version) = self.meant_by(layer, kind, canonical) {
                            canonical.push('|');
                            canonical.push_str(&version);
                        }
                    });
                }
                Some(read)
            }
            Err(error) => {
                self.tell(layer, held, error.to_string());
                None
            }
        }
    }

    fn tell(&self, layer: &Layer, held: Held<'_>, why: String) {
        let unread = Unread { url: held.url.to_owned(), layer: layer.name.clone(), why };
        let mut all = self.unread.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains(&unread) {
            all.push(unread);
        }
    }
}

/// Answers that are kept when they are that there is nothing.
const MOST_KEPT: usize = 10_000;
