//! Which prefix stands for which namespace where (Namespaces in XML 1.0).

use super::MAX_PREFIXES;
use crate::instance::Namespaces;
use crate::span::Span;

/// The declarations in force, innermost last.
#[derive(Debug)]
pub(super) struct Scope {
    prefixes: Vec<(Span, u16)>,
    /// The namespace of elements without a prefix.
    pub(super) default: u16,
}

/// A state of the scope to go back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before {
    prefixes: usize,
    default: u16,
}

impl Scope {
    pub(super) fn new() -> Self {
        Self { prefixes: Vec::new(), default: Namespaces::NONE }
    }

    /// How it is now.
    #[inline]
    pub(super) fn mark(&self) -> Before {
        Before { prefixes: self.prefixes.len(), default: self.default }
    }

    /// Goes back to how it was.
    #[inline]
    pub(super) fn reset(&mut self, before: Before) {
        self.prefixes.truncate(before.prefixes);
        self.default = before.default;
    }

    /// Puts a prefix in force; false when there are too many.
    pub(super) fn declare(&mut self, prefix: Span, namespace: u16) -> bool {
        let room = self.prefixes.len() < MAX_PREFIXES;
        if room {
            self.prefixes.push((prefix, namespace));
        }
        room
    }

    /// What `prefix` stands for.
    pub(super) fn find(&self, bytes: &[u8], prefix: &[u8]) -> Option<u16> {
        match prefix {
            b"xml" => Some(Namespaces::XML),
            b"xmlns" => Some(Namespaces::XMLNS),
            _ => self.prefixes.iter().rev().find(|(known, _)| known.of(bytes) == prefix).map(|(_, id)| *id),
        }
    }
}
