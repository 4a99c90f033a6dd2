//! Syntax faults: what a parser could not place, with its span and a description.

use crate::instance::{NameId, NodeId};
use crate::span::Span;
use std::borrow::Cow;

/// Faults of one code listed per unit; the rest are only counted. A unit with more has one cause, not a hundred.
pub const MAX_LISTED: u32 = 100;

/// Every code that the parsers give, in order: what a rule may name in `syntax`.
pub const CODES: &[&str] = &[
    "hl7v2.bad-escape",
    "hl7v2.blank-line",
    "hl7v2.charset-mismatch",
    "hl7v2.charset-undeclared",
    "hl7v2.charset-unknown",
    "hl7v2.charset-unsupported",
    "hl7v2.continuation-line",
    "hl7v2.control-character",
    "hl7v2.encoding-characters",
    "hl7v2.field-separator-missing",
    "hl7v2.limit-nodes",
    "hl7v2.limit-segments",
    "hl7v2.line-feed",
    "hl7v2.msh-separators",
    "hl7v2.msh-truncated",
    "hl7v2.no-msh",
    "hl7v2.segment-name",
    "hl7v2.unknown-escape",
    "hl7v2.unterminated-escape",
    "json.bad-escape",
    "json.byte-order-mark",
    "json.comment",
    "json.control-character",
    "json.duplicate-name",
    "json.empty",
    "json.escaped-control",
    "json.limit-depth",
    "json.limit-name",
    "json.limit-nodes",
    "json.lone-surrogate",
    "json.not-a-number",
    "json.not-utf8",
    "json.number-form",
    "json.number-long",
    "json.number-range",
    "json.structure",
    "json.syntax",
    "json.trailing-comma",
    "json.trailing-content",
    "json.unclosed",
    "json.utf-16",
    "xml.attribute",
    "xml.character",
    "xml.comment",
    "xml.content-outside",
    "xml.declaration",
    "xml.doctype",
    "xml.duplicate-attribute",
    "xml.empty",
    "xml.encoding-broken",
    "xml.encoding-mismatch",
    "xml.encoding-unsupported",
    "xml.end-tag",
    "xml.entity-undefined",
    "xml.limit-attributes",
    "xml.limit-depth",
    "xml.limit-faults",
    "xml.limit-name",
    "xml.limit-namespaces",
    "xml.limit-nodes",
    "xml.limit-text",
    "xml.markup",
    "xml.name",
    "xml.namespace",
    "xml.prefix-undeclared",
    "xml.reference",
    "xml.second-root",
    "xml.unclosed",
];

/// Something that is wrong with the syntax of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable name, e.g. `hl7v2.bad-escape`; a rule of a pack gives it severity, reason and remedy.
    pub code: &'static str,
    /// The bytes at fault.
    pub span: Span,
    /// What is wrong, described; never a value.
    pub message: Cow<'static, str>,
    /// FHIR: the element it is about; none for what is wrong with the notation.
    pub element: Option<Within>,
}

/// A place among the elements of a FHIR resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Within {
    /// The element.
    pub node: NodeId,
    /// What the element has below it that became no element of its own: its name, and which of that name.
    pub below: Option<(NameId, Option<u32>)>,
}

impl From<NodeId> for Within {
    fn from(node: NodeId) -> Self {
        Self { node, below: None }
    }
}

/// The faults of one unit, and how many there were of each code.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    listed: Vec<Fault>,
    counts: Vec<(&'static str, u32)>,
}

impl Faults {
    /// Records a fault; past [`MAX_LISTED`] of one code it is only counted.
    pub fn push(&mut self, code: &'static str, span: Span, message: impl Into<Cow<'static, str>>) {
        if self.count_one(code) {
            self.listed.push(Fault { code, span, message: message.into(), element: None });
        }
    }

    /// The same about an element; `message` is made only when the fault is listed.
    pub fn push_within<M: Into<Cow<'static, str>>>(
        &mut self,
        code: &'static str,
        span: Span,
        element: Within,
        message: impl FnOnce() -> M,
    ) {
        if self.count_one(code) {
            self.listed.push(Fault { code, span, message: message().into(), element: Some(element) });
        }
    }

    /// Counts one more of `code`; whether it is to be listed.
    fn count_one(&mut self, code: &'static str) -> bool {
        let count = match self.counts.iter_mut().find(|(known, _)| *known == code) {
            Some((_, count)) => count,
            None => {
                self.counts.push((code, 0));
                let last = self.counts.len() - 1;
                &mut self.counts[last].1
            }
        };
        *count = count.saturating_add(1);
        *count <= MAX_LISTED
    }

    /// The listed faults, in the order they were met.
    pub fn listed(&self) -> &[Fault] {
        &self.listed
    }

    /// How many there were of `code`, listed or not.
    pub fn count(&self, code: &str) -> u32 {
        self.counts.iter().find(|(known, _)| *known == code).map_or(0, |(_, count)| *count)
    }

    /// Every code met, with its count.
    pub fn counts(&self) -> &[(&'static str, u32)] {
        &self.counts
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Forgets everything, keeping its memory for the next unit.
    pub fn clear(&mut self) {
        self.listed.clear();
        self.counts.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_of_the_parsers_is_listed() {
        let sources = [
            include_str!("charset.rs"),
            include_str!("escape.rs"),
            include_str!("fields.rs"),
            include_str!("hl7v2.rs"),
            include_str!("separators.rs"),
            include_str!("json/encoding.rs"),
            include_str!("json/mod.rs"),
            include_str!("json/names.rs"),
            include_str!("json/scalar.rs"),
            include_str!("xml/attributes.rs"),
            include_str!("xml/declaration.rs"),
            include_str!("xml/encoding.rs"),
            include_str!("xml/names.rs"),
            include_str!("xml/reader.rs"),
            include_str!("xml/recover.rs"),
            include_str!("xml/tags.rs"),
        ];
        let quoted = sources.iter().flat_map(|source| source.split('"')).filter(|text| {
            let code = ["hl7v2.", "json.", "xml."].iter().find_map(|family| text.strip_prefix(family));
            code.is_some_and(|rest| {
                !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            })
        });
        assert_eq!(quoted.collect::<BTreeSet<_>>(), CODES.iter().copied().collect());
    }
}
