//! Conformance resources in themselves, and the reports that Measures ask for: one module for each kind.

pub(super) mod capability_statement;
pub(super) mod code_system;
pub(super) mod concept_map;
mod content;
mod derivation;
mod filter;
pub(super) mod measure;
pub(super) mod measure_report;
pub(super) mod operation_definition;
mod path;
pub(super) mod search_parameter;
pub(super) mod structure_definition;
pub(super) mod value_set;

pub(super) use code_system::is_of_hl7;
