//! A compiled profile: what `compile` makes of a StructureDefinition and the walk runs.

use crate::instance::TypeId;
use std::sync::Arc;

/// A profile.
#[derive(Debug)]
pub struct Profile {
    /// Canonical URL.
    pub url: Arc<str>,
    /// Business version.
    pub version: Option<Arc<str>>,
    /// The type it defines or constrains.
    pub type_id: TypeId,
}
