//! The tree of an expression, as written.
//!
//! Terms refer to each other by number, so that neither dropping nor copying one recurses.

use super::decimal::Decimal;
use super::duration::Unit;
use super::moment::Moment;
use crate::span::Span;

/// Number of a term in its [`Tree`].
pub(super) type TermId = u32;

/// An expression.
#[derive(Debug, Default)]
pub(super) struct Tree {
    terms: Vec<Term>,
}

/// One term.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) kind: TermKind,
    /// Where it stands, all of it.
    pub(super) span: Span,
    /// How many terms deep it is.
    pub(super) depth: u16,
}

/// What a term is. Where `on` is `None`, it applies to `$this`.
#[derive(Clone, Debug)]
pub(super) enum TermKind {
    /// `{}`
    Empty,
    Literal(Literal),
    This,
    Index,
    Total,
    /// `%name`
    External(Box<str>),
    Member {
        on: Option<TermId>,
        name: Box<str>,
    },
    Call {
        on: Option<TermId>,
        name: Box<str>,
        arguments: Vec<TermId>,
        /// Where the name stands.
        at: Span,
    },
    /// `a[0]`
    Indexed(TermId, TermId),
    Negated(TermId),
    /// `+a`, which only asks for a number.
    Unchanged(TermId),
    Binary(Binary, TermId, TermId),
    /// `a is T`, `a as T`
    Typed(TypeTest, TermId, TypeName),
}

/// A value that stands in the expression.
#[derive(Clone, Debug)]
pub(super) enum Literal {
    Boolean(bool),
    Integer(i64),
    Long(i64),
    Decimal(Decimal),
    Text(Box<str>),
    Date(Moment),
    DateTime(Moment),
    Time(Moment),
    Quantity(Decimal, Named),
}

/// The unit of a quantity that stands in the expression.
#[derive(Clone, Debug)]
pub(super) enum Named {
    /// `days`
    Calendar(Unit),
    /// `'mg'`
    Code(Box<str>),
}

/// An operator between two terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Times,
    Over,
    Div,
    Mod,
    Plus,
    Minus,
    Concatenate,
    Union,
    Less,
    AtMost,
    More,
    AtLeast,
    Equal,
    NotEqual,
    Equivalent,
    NotEquivalent,
    In,
    Contains,
    And,
    Or,
    Xor,
    Implies,
}

/// Which question is asked of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TypeTest {
    Is,
    As,
}

/// A type as named in an expression, `FHIR.Patient` or `Patient`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TypeName {
    pub(super) namespace: Option<Box<str>>,
    pub(super) name: Box<str>,
    pub(super) span: Span,
}

impl Tree {
    pub(super) fn add(&mut self, kind: TermKind, span: Span, depth: u16) -> TermId {
        // The length of an expression is capped far below the width of the index.
        let id = self.terms.len() as TermId;
        self.terms.push(Term { kind, span, depth });
        id
    }

    pub(super) fn term(&self, id: TermId) -> &Term {
        &self.terms[id as usize]
    }

    /// The type that the argument of `is`, `as` or `ofType` names; `None` when it is no name.
    pub(super) fn as_type(&self, id: TermId) -> Option<TypeName> {
        let term = self.term(id);
        let TermKind::Member { on, name } = &term.kind else { return None };
        let namespace = match on {
            None => None,
            Some(on) => match &self.term(*on).kind {
                TermKind::Member { on: None, name } => Some(name.clone()),
                _ => return None,
            },
        };
        Some(TypeName { namespace, name: name.clone(), span: term.span })
    }
}
