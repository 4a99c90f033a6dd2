//! Definitions with snapshots, for the compiler of profiles.

use super::Snapshots;
use crate::check::fhir::Definitions;
use crate::standard::fhir::{Model, StructureDefinition};
use std::sync::Arc;

impl Definitions for Snapshots {
    fn model(&self) -> &Model {
        self.library.model()
    }

    /// One whose snapshot cannot be made comes as its publisher left it; [`Snapshots::failures`] tells why.
    fn structure(&self, canonical: &str) -> Option<Arc<StructureDefinition>> {
        match self.structure(canonical) {
            Ok(found) => found,
            Err(_) => self.library.structure(canonical),
        }
    }
}
