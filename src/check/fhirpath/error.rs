//! What may be wrong with an expression, and what an evaluation may come to.

use super::host::Cause;
use crate::span::Span;
use std::borrow::Cow;
use std::fmt;

/// An expression that cannot be compiled, or cannot be evaluated on what it was given. It quotes the expression's own
/// names and never a value of the instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExprError {
    /// Where in the expression.
    pub span: Span,
    /// What is wrong.
    pub message: Cow<'static, str>,
}

impl ExprError {
    pub(super) fn new(span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        Self { span, message: message.into() }
    }
}

impl fmt::Display for ExprError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} (at character {})", self.message, self.span.start + 1)
    }
}

impl std::error::Error for ExprError {}

/// What an invariant comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not: it is false, or gives nothing.
    False,
    /// What would decide it is not at hand.
    CannotTell(Cause),
    /// It has no sense here.
    Error(ExprError),
}

/// Why an evaluation gave no items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Halt {
    /// What would decide it is not at hand.
    CannotTell(Cause),
    /// It has no sense here.
    Error(ExprError),
}

/// Boxed: nearly every evaluation ends well, and every step passes the result up.
pub(super) type Halted = Box<Halt>;

/// What an operation gives.
pub(super) type Outcome<T> = Result<T, Halted>;

pub(super) fn cannot_tell<T>(cause: &'static str) -> Outcome<T> {
    Err(Box::new(Halt::CannotTell(Cow::Borrowed(cause))))
}
