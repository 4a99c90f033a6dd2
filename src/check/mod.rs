//! `Plan` × `Instance` → findings and tallies.
//!
//! In: parsed units and a plan. Out: a [`Tally`], which adds up over any split of the work. Rules are pure functions
//! of recorded bytes: nothing here reads a file, a clock or the network, and no value leaves it.

pub mod across;
pub mod assertion;
mod coverage;
mod document;
pub mod engine;
mod excerpt;
pub mod fhir;
pub mod fhirpath;
mod fields;
pub mod finding;
pub mod native;
mod numbers;
pub mod plan;
mod record;
pub mod syntax;
pub mod tally;
pub mod terminology;
mod worker;

pub use coverage::Coverage;
pub use document::Expected;
pub use engine::{Engine, KindKey, KindPlan, Plans};
pub use excerpt::Shown;
pub use finding::{Excerpt, Located, Place, Related};
pub use plan::{Plan, PlannedRule};
pub use record::{Recorder, Unit};
pub use tally::{Counts, Group, GroupKey, RuleId, SHOWN_PER_GROUP, Tally};
pub use worker::{Checked, INTERNAL_ERROR, Seen, Worker};
