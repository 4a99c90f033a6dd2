//! The HL7 v2 engine from the outside: layers, mutations, structure, spans, hostile sizes, real messages.

#![allow(clippy::print_stdout, reason = "a test says how much it ran and what it skipped")]

mod bench;
mod corpora;
mod hostile;
mod layers;
mod mutations;
mod spans;
mod structure;
mod trust;
mod xml;
