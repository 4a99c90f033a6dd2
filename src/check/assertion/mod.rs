//! Compiled assertions: what `compile` makes and the engine runs. One small file per kind.

pub mod element;
pub mod expression;
pub mod groups;
pub mod primitive;
pub mod structure;
pub mod values;

pub use element::{Asserted, Element, Needed, Owned, Parts, SegmentPlan, Usage};
pub use expression::{Comparison, Expression, Operand, Scope, Target, Truth};
pub use groups::{Groups, Layout};
pub use primitive::Format;
pub use structure::{Misplaced, Structure};
pub use values::Codes;
