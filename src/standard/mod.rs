//! Packs: standards, rules, requirements, integrations and their calendar, as data.
//!
//! In: the embedded `standards/` folder and the user's own folders of the same form. Out: a [`Catalogue`]. It reads
//! pack folders that the operator named and nothing else; it never looks at a message.

mod catalogue;
mod day;
pub mod fhir;
mod files;
pub mod hl7v2;
pub(crate) mod near;
mod pack;
mod proof;
mod rule;
mod words;

pub use catalogue::{Catalogue, OWN_PACK, PackError};
pub use day::Day;
pub use files::{Files, built_in};
pub use pack::{Date, Integration, Origin, Pack, Requirement, Source};
pub use proof::{Proof, ProofFile, proof};
pub use rule::{Break, ExtraFile, Insert, Replace, Rule, Test};
pub use words::{Effect, Outcome, Severity, Strength};
