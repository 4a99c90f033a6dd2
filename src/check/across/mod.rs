//! Once-per-run checks over facts gathered from every HL7 v2 message.
//!
//! In: each parsed message, by [`Facts::observe`], from any number of workers. Out: [`decide()`] says what each rule with
//! `across = "…"` found. Facts add up ([`Facts::merge`]), so threads and partial runs give the same answer as one walk
//! in order. File names, file order and position in a file never decide what came before what; the times in the
//! messages do, and a tie fails nothing.
//!
//! Identifiers are kept as keyed hashes only, under a key that never leaves the user's machine; nothing derived from
//! them reaches a finding. [`seal()`] encrypts the facts for a report, so that reports can be merged.
//!
//! | file | checks |
//! | --- | --- |
//! | `control` | control ids, acknowledgements |
//! | `movement` | admissions, transfers, discharges, cancels, updates |
//! | `merged` | merges, and numbers used after them |
//! | `identity` | dates of birth, NHS numbers, visits |
//! | `orders` | orders, results, status |
//! | `lines` | order numbers, observations, set ids |
//! | `schedule`, `transfer` | appointments within one system, and between two |

mod answers;
mod carry;
mod codes;
mod control;
mod decide;
mod encode;
mod entities;
mod fact;
mod facts;
mod feed;
mod identity;
mod keyed;
mod lines;
mod merged;
mod movement;
mod names;
mod observe;
mod orders;
mod requests;
mod schedule;
mod seal;
mod spot;
mod transfer;
mod when;
mod wire;

#[cfg(test)]
mod tests;

pub use answers::{Asked, Decided, FoundGroup};
pub use decide::{decide, decide_beside};
pub use encode::MAX_CARRIED;
pub use fact::MessageKind;
pub use facts::{At, Facts, MAX_WEIGHT};
pub use keyed::{Key, Keyed};
pub use names::NAMES;
pub use seal::{MAX_SEALED, SealError, open, seal};
