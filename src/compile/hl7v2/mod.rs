//! HL7 v2: base definitions and the packs' layers → what the engine expects of each kind of message.
//!
//! Base HL7 ← HL7 UK ← ITK ← a service's or trust's pack: the last word wins per constraint, and a layer may loosen.
//! Everything is read once; a kind of message and its segments are compiled when the first one comes.

mod expression;
mod kinds;
mod lines;
mod made;
mod pattern;
mod segment;
mod source;

pub use source::Compiler;
