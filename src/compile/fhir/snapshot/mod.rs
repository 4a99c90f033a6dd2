//! Snapshots from differentials: every element of a profile, its base's constraints included.
//!
//! In: a StructureDefinition with a differential, and the library that holds what it builds on. Out: the elements of its
//! snapshot, in the order and with the ids that the specification asks for (FHIR R4, 5.1.0.14 and ElementDefinition).
//! A definition that cannot be made sense of gives an error that names the element; a definition that the library does
//! not hold gives one that names it.

mod definitions;
mod facts;
mod part;
#[cfg(test)]
mod tests;
mod tree;
mod walk;

use crate::standard::fhir::{ElementDefinition, Library, StructureDefinition};
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::sync::{Arc, PoisonError, RwLock};
use tree::{Listed, Node};

/// Profiles on profiles on profiles: a chain that is longer goes in a circle.
const LONGEST: usize = 32;

/// Elements that a snapshot may have: ten times the most of a real one.
const MOST: usize = 30_000;

/// Why there is no snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{url}{}: {why}", element.as_ref().map(|id| format!(", {id}")).unwrap_or_default())]
pub struct SnapshotError {
    /// The definition that was to have one.
    pub url: String,
    /// The element of its differential that is wrong.
    pub element: Option<String>,
    /// What is wrong.
    pub why: String,
}

impl SnapshotError {
    fn new(definition: &StructureDefinition, element: Option<&str>, why: impl Into<String>) -> Self {
        Self { url: definition.url.clone(), element: element.map(str::to_owned), why: why.into() }
    }
}

/// Definitions with snapshots, made where the publisher left them out, and kept.
#[derive(Debug)]
pub struct Snapshots {
    library: Arc<Library>,
    made: RwLock<FxHashMap<String, Result<Arc<StructureDefinition>, SnapshotError>>>,
}

impl Snapshots {
    /// Over a library.
    pub fn new(library: Arc<Library>) -> Self {
        Self { library, made: RwLock::default() }
    }

    /// The definition of a canonical, as [`Library::structure`] finds it, with a snapshot; none when nobody holds it.
    ///
    /// # Errors
    /// When its snapshot cannot be made.
    pub fn structure(&self, canonical: &str) -> Result<Option<Arc<StructureDefinition>>, SnapshotError> {
        self.with_snapshot(canonical, 0)
    }

    fn with_snapshot(&self, canonical: &str, depth: usize) -> Result<Option<Arc<StructureDefinition>>, SnapshotError> {
        if let Some((profile, element)) = canonical.split_once('#') {
            let whole = self.with_snapshot(profile, depth)?;
            return Ok(whole.and_then(|whole| part::of(&whole, element)).map(Arc::new));
        }
        let Some(found) = self.library.structure(canonical) else { return Ok(None) };
        if !found.snapshot.is_empty() {
            return Ok(Some(found));
        }
        let key = format!("{}|{}", found.url, found.version.as_deref().unwrap_or_default());
        // A poisoned lock means a panic while the map was being changed, which leaves it whole.
        if let Some(known) = self.made.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone().map(Some);
        }
        let made = self.make(&found, depth).map(|snapshot| {
            let mut with = StructureDefinition::clone(&found);
            with.snapshot = snapshot;
            Arc::new(with)
        });
        self.made.write().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(made).clone().map(Some)
    }

    /// The library that they are over.
    pub fn library(&self) -> &Arc<Library> {
        &self.library
    }

    /// Which definitions were asked for and have no snapshot that could be made, by URL.
    pub fn failures(&self) -> Vec<SnapshotError> {
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
        let mut failures: Vec<SnapshotError> = made.values().filter_map(|made| made.clone().err()).collect();
        failures.sort_by(|one, other| one.url.cmp(&other.url));
        failures
    }

    /// The snapshot of a definition, whether it has one or not.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn generate(&self, definition: &StructureDefinition) -> Result<Vec<ElementDefinition>, SnapshotError> {
        self.make(definition, 0)
    }

    fn make(&self, definition: &StructureDefinition, depth: usize) -> Result<Vec<ElementDefinition>, SnapshotError> {
        let fail = |why: String| SnapshotError::new(definition, None, why);
        if depth > LONGEST {
            return Err(fail("what it builds on goes in a circle".to_owned()));
        }
        let Some(base) = &definition.base_definition else {
            // `Element` and `Resource` build on nothing.
            return Ok(definition.differential.clone());
        };
        let base = self
            .with_snapshot(base, depth + 1)?
            .ok_or_else(|| fail(format!("it builds on {base}, which no package here has")))?;
        let Some(mut root) = Node::of(&base.snapshot, &base.type_name, Listed::Snapshot) else {
            return Err(fail(format!("it builds on {}, which has no elements", base.url)));
        };
        let Some(differential) = Node::of(&definition.differential, &definition.type_name, Listed::Differential) else {
            return Ok(root.listed());
        };
        root.based();
        let origin = root.clone();
        root.name.clone_from(&differential.name);
        let left = Cell::new(MOST.saturating_sub(root.count()));
        walk::Walk { snapshots: self, definition, origin: &origin, depth, left }.apply(
            &mut root,
            differential,
            "",
            0,
        )?;
        Ok(root.listed())
    }
}

/// The snapshot of `definition`, made from its differential and what `library` holds.
///
/// # Errors
/// When it cannot be made.
pub fn generate(
    definition: &StructureDefinition,
    library: &Arc<Library>,
) -> Result<Vec<ElementDefinition>, SnapshotError> {
    Snapshots::new(library.clone()).generate(definition)
}
