//! Definitions and rules → assertions.
//!
//! In: the catalogue of packs and the base definitions. Out: what `check` runs. It never sees a message; whatever is
//! wrong with a pack is a [`crate::standard::PackError`] that points into the pack's file.

pub mod fhir;
pub mod hl7v2;
