//! The assertions on one element. One small file per kind: what it holds, and how it is run.

mod alternative;
mod binding;
mod divided;
mod invariant;
mod length;
mod limit;
mod literal;
mod number;
mod size;
mod target;
mod types;

pub use alternative::Alternatives;
pub use binding::{Binding, Strength};
pub use divided::Divided;
pub use invariant::Invariant;
pub use length::{Length, Matches};
pub use limit::{Bound, Limit, Side};
pub use literal::{Exactness, Literal};
pub use size::Size;
pub use target::{Aggregation, Targets};
pub use types::{Allowed, TypeProfiles};
pub(super) use {binding::member, number::compare as compare_decimals, target::told_type};

use super::Source;
use super::walk::Walk;
use crate::instance::NodeId;

/// An assertion.
#[derive(Debug)]
pub enum Check {
    /// A value or children: `ele-1`, which every element has, so that it has a check of its own.
    Content,
    /// Which types it may have.
    Types(Allowed),
    /// Profiles of its type, of which one must hold.
    Profiles(TypeProfiles),
    /// `fixed[x]` and `pattern[x]`.
    Value(Box<Literal>, Exactness),
    /// `minValue[x]` and `maxValue[x]`.
    Limit(Box<Limit>),
    /// `maxLength`.
    Length(Length),
    /// Most bytes of an attachment.
    Size(Size),
    /// What must stand where the value does not.
    Alternatives(Box<Alternatives>),
    /// In which languages narrative is divided.
    Divided(Box<Divided>),
    /// A regular expression.
    Matches(Box<Matches>),
    /// Which codes.
    Binding(Box<Binding>),
    /// What a reference may lead to.
    Targets(Box<Targets>),
    /// An invariant.
    Invariant(Box<Invariant>),
}

/// Whether there is need to look further at an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Further {
    /// There is.
    Yes,
    /// It is another thing altogether: one cause, one finding.
    No,
}

impl Check {
    /// Runs it on `id`.
    #[inline]
    pub(super) fn run(&self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source) -> Further {
        match self {
            Self::Content => invariant::content(walk, id, source),
            Self::Types(allowed) => return allowed.run(walk, id, source),
            Self::Profiles(profiles) => profiles.run(walk, id, source),
            Self::Value(literal, exactness) => literal::run(literal, *exactness, walk, id, source),
            Self::Limit(limit) => limit.run(walk, id, source),
            Self::Length(length) => length.run(walk, id, source),
            Self::Size(size) => size.run(walk, id, source),
            Self::Alternatives(alternatives) => alternatives.run(walk, id, source),
            Self::Divided(divided) => divided.run(walk, id, source),
            Self::Matches(matches) => matches.run(walk, id, source),
            Self::Binding(binding) => binding.run(walk, id, source),
            Self::Targets(targets) => targets.run(walk, id, source),
            Self::Invariant(invariant) => invariant.run(walk, id, source),
        }
        Further::Yes
    }
}
