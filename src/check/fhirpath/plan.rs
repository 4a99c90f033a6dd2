//! A compiled expression: operations that refer to each other by number.
//!
//! Paths are kept apart from functions because they are walked, not collected: whether `a.b.where(c)` has an item is
//! known at the first one.

use super::functions::Function;
use super::syntax::Binary;
use super::value::{Item, System};
use crate::instance::{NameId, TypeId};
use crate::span::Span;
use regex::{Regex, RegexBuilder};
use std::sync::OnceLock;

/// Number of an operation in its [`Plan`].
pub(super) type OpId = u32;

/// A compiled expression.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) ops: Vec<Op>,
    /// Where each operation stands in the expression.
    pub(super) spans: Vec<Span>,
    pub(super) root: OpId,
    /// How many variables it defines.
    pub(super) variables: usize,
    pub(super) names: Names,
}

/// Names of the release that functions look for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    pub(super) extension: NameId,
    pub(super) modifier_extension: NameId,
    pub(super) url: NameId,
    pub(super) id: NameId,
    pub(super) value: NameId,
    pub(super) code: NameId,
    pub(super) unit: NameId,
    pub(super) system: NameId,
    pub(super) comparator: NameId,
    pub(super) reference: NameId,
    pub(super) contained: NameId,
    pub(super) quantity: TypeId,
}

/// One operation.
#[derive(Debug)]
pub(super) enum Op {
    Empty,
    Constant(Item<'static>),
    /// A string of the expression, borrowed by the items it becomes.
    Text(Box<str>),
    This,
    Index,
    Total,
    /// `%context`
    Context,
    /// `%resource`
    Resource,
    /// `%rootResource`
    RootResource,
    Variable(usize),
    Path(OpId, Box<[Step]>),
    /// `exists()`, with or without criteria; `empty()` when it is to be false.
    Exists(OpId, Option<OpId>, Wanted),
    All(OpId, OpId),
    Count(OpId),
    /// The first of the items; `first()`, `[0]`.
    First(OpId),
    HasValue(OpId),
    Not(OpId),
    Logic(Binary, OpId, OpId),
    Compare(Binary, OpId, OpId),
    Equality(Binary, OpId, OpId),
    /// Whether the first is among the second.
    Among(OpId, OpId),
    Arithmetic(Binary, OpId, OpId),
    Concatenate(OpId, OpId),
    Union(OpId, OpId),
    Negated(OpId),
    Unchanged(OpId),
    Is(OpId, Kind),
    /// `as` on one item at most.
    As(OpId, Kind),
    Indexed(OpId, OpId),
    /// `where` whose criterion asks for `$index`.
    Where(OpId, OpId),
    Select(OpId, OpId),
    Repeat(OpId, OpId, Wanted),
    Aggregate(OpId, OpId, Option<OpId>),
    Sort(OpId, Box<[(OpId, Direction)]>),
    Iif(Option<OpId>, OpId, OpId, Option<OpId>),
    Define(OpId, usize, Option<OpId>),
    /// `matches`, `matchesFull`, `replaceMatches` with a pattern that stands in the expression.
    Matches(OpId, Pattern),
    Replace(OpId, Pattern, OpId),
    Call(Function, OpId, Box<[OpId]>),
}

/// Which of two outcomes is asked for: a question or its opposite; all items or only new ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Plain,
    Opposite,
}

/// Which way `sort` goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

/// A pattern of the expression, compiled when it is first asked: most invariants with one are never run.
#[derive(Debug)]
pub(super) struct Pattern {
    written: Box<str>,
    compiled: OnceLock<Option<Regex>>,
}

/// Compiled size of a pattern, in bytes, beyond which it is not used: it may come from anyone's profile.
const PATTERN_SIZE: usize = 1 << 20;

impl Pattern {
    /// The pattern `written`.
    pub(super) fn new(written: &str, reach: Reach) -> Self {
        let written = match reach {
            Reach::Anywhere => written.into(),
            Reach::Whole => format!("^(?:{written})$").into(),
        };
        Self { written, compiled: OnceLock::new() }
    }

    /// It, compiled; `None` when it is none, or of a kind that is not understood.
    pub(super) fn compiled(&self) -> Option<&Regex> {
        // The dot takes line ends too (FHIRPath 2.0, `matches`: single-line mode).
        let compile =
            || RegexBuilder::new(&self.written).dot_matches_new_line(true).size_limit(PATTERN_SIZE).build().ok();
        self.compiled.get_or_init(compile).as_ref()
    }
}

/// How much of a text a pattern must match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Any part of it.
    Anywhere,
    /// All of it.
    Whole,
}

/// One step of a path, from one item to any number of items.
#[derive(Debug)]
pub(super) enum Step {
    Child(NameId),
    /// A name that the release has not: only values of FHIRPath's own types may have such a member.
    Member(Box<str>),
    /// A capital name that begins a path: the item itself when it is of this type, else a child.
    Root(TypeId, Option<NameId>),
    /// The item itself, which must be of this type.
    MustBe(TypeId),
    Children,
    Descendants,
    Where(OpId),
    OfType(Kind),
    /// The extensions of this URL.
    Extension(Box<str>),
    Resolve,
}

/// A type that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) system: Option<System>,
    pub(super) fhir: Option<TypeId>,
    /// Whether a more special type will do for `as` and `ofType`, too: not among primitives.
    pub(super) special_too: bool,
}

impl Plan {
    pub(super) fn op(&self, id: OpId) -> &Op {
        &self.ops[id as usize]
    }

    pub(super) fn span(&self, id: OpId) -> Span {
        self.spans[id as usize]
    }
}

impl Op {
    /// Whether it gives exactly one boolean, always.
    pub(super) fn is_decided(&self) -> bool {
        matches!(self, Self::Exists(..) | Self::All(..) | Self::HasValue(_))
    }
}
