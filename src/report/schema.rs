//! The published JSON Schema of the JSON form.
//!
//! Kept by hand beside the model; a test asserts both ways that the two name the same properties.

/// `report.schema.json`: JSON Schema 2020-12 of [`super::model::Report`] as [`super::json::Json`] writes it.
pub const REPORT: &str = include_str!("report.schema.json");
