//! StructureDefinitions → the profiles that `check` runs.
//!
//! In: definitions with snapshots, and the release's model. Out: [`Profile`]s, each compiled when it is first asked for
//! and once. Whatever in a definition cannot be used is kept in the profile and told where it is applied: nothing here
//! fails, and nothing here sees an instance.

mod base;
mod criteria;
mod derived;
mod element;
mod layer;
mod literal;
mod place;
mod releases;
mod repair;
mod slices;
pub mod snapshot;
#[cfg(test)]
mod tests;
mod tree;

pub use crate::standard::fhir::package::LeftOut;
pub use layer::layer;
pub use place::{Nowhere, Place};
pub use releases::Releases;
pub use snapshot::Snapshots;

use crate::check::fhir::{Definitions, Profile, Profiles};
use crate::instance::TypeId;
use rustc_hash::FxHashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// Names by which profiles are kept; a hostile resource may ask for one by many versions.
const MAX_NAMES: usize = 16_384;

/// URL and version of a definition.
type Identity = (Box<str>, Box<str>);

/// The profiles of a set of definitions.
pub struct Compiled<D> {
    definitions: D,
    base: Box<[OnceLock<Option<Box<Profile>>>]>,
    /// By the canonical asked for.
    named: RwLock<FxHashMap<Box<str>, Arc<Profile>>>,
    /// By URL and version of the definition itself.
    own: RwLock<FxHashMap<Identity, Arc<Profile>>>,
}

impl<D: Definitions> Compiled<D> {
    /// The profiles of `definitions`, none compiled yet.
    pub fn new(definitions: D) -> Self {
        let types = definitions.model().types().count();
        let base = std::iter::repeat_with(OnceLock::new).take(types).collect();
        Self { definitions, base, named: RwLock::default(), own: RwLock::default() }
    }

    /// What they are compiled from.
    pub fn definitions(&self) -> &D {
        &self.definitions
    }
}

impl<D: Definitions> Profiles for Compiled<D> {
    fn profile(&self, canonical: &str) -> Option<Arc<Profile>> {
        // A thread that broke off while it held the lock left whole entries only.
        if let Some(profile) = self.named.read().unwrap_or_else(PoisonError::into_inner).get(canonical) {
            return Some(Arc::clone(profile));
        }
        let structure = self.definitions.structure(canonical)?;
        let key = (structure.url.as_str().into(), structure.version.as_deref().unwrap_or_default().into());
        let known = self.own.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let profile = match known {
            Some(profile) => profile,
            None => {
                let profile = Arc::new(derived::compile(&self.definitions, &structure));
                let mut own = self.own.write().unwrap_or_else(PoisonError::into_inner);
                Arc::clone(own.entry(key).or_insert(profile))
            }
        };
        let mut named = self.named.write().unwrap_or_else(PoisonError::into_inner);
        if named.len() < MAX_NAMES {
            named.insert(canonical.into(), Arc::clone(&profile));
        }
        Some(profile)
    }

    #[inline]
    fn for_type(&self, id: TypeId) -> Option<&Profile> {
        let cell = self.base.get(usize::from(id.0))?;
        cell.get_or_init(|| base::compile(&self.definitions, id).map(Box::new)).as_deref()
    }
}
