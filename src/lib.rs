//! Hallmark checks the messages and API answers that a locally procured health system really emits against the
//! central interoperability standards, and says per national service what would block the integration, what proves
//! it, and what was never shown.
//!
//! Data flows one way:
//!
//! ```text
//! ingest → detect → parse → check → judge → report
//! ```
//!
//! [`span`], [`web`], [`instance`], [`standard`] and the readers of archives lie below every stage. A stage never
//! imports a later one; the test `tests/one_way.rs` reads the `use crate::…` lines and fails when one does.

mod archive;
pub mod check;
pub mod compile;
pub mod detect;
pub mod ingest;
pub mod instance;
pub mod judge;
mod markup;
pub mod parse;
pub mod report;
pub mod span;
pub mod standard;
pub mod web;

pub mod cli;
