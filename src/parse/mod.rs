//! One file per syntax: bytes → [`crate::instance::Instance`] plus syntax faults.
//!
//! In: one unit's bytes. Out: the tree, and a [`Faults`] of everything that could not be placed or is not allowed. A
//! parser recovers and goes on; it never fails, never drops anything silently and never quotes the input.

mod charset;
mod escape;
mod fault;
pub mod fhir;
mod fields;
pub mod form;
pub mod hl7v2;
pub mod json;
mod separators;
pub mod xml;

pub use fault::{CODES, Fault, Faults, MAX_LISTED, Within};

/// How far a document was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// To its end.
    Whole,
    /// It was cut off, or a limit stopped the reading: what is missing may have stood in the rest.
    Part,
}
