//! Segments and datatypes that were compiled, so that each is compiled once: most kinds of message share most of theirs.
//!
//! Two kinds share what is made from the same: the same version, and the same layers, lines and rules speaking of them.

use super::pattern;
use super::source::{Compiler, Layer};
use crate::check::assertion::{Parts, SegmentPlan};
use crate::check::{KindKey, RuleId};
use crate::standard::hl7v2::Version;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What the datatypes of a kind of message are made from: kinds with the same are served by the same parts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ground {
    version: Version,
    /// Which layers, rules for derived constraints and lines about datatypes speak of the kind, in their order.
    speaks: Vec<bool>,
}

/// What a segment is made from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct SegmentGround {
    pub(super) ground: u32,
    pub(super) name: [u8; 3],
    /// Which lines and rules about the segment speak of the kind, in their order.
    pub(super) speaks: Vec<bool>,
}

/// The parts of a datatype, on a ground, at a depth, under the rule that answers for the datatype.
pub(super) type PartsKey = (u32, &'static str, usize, Option<RuleId>);

/// What was made, so that it is made once: most kinds of message share most of their segments and datatypes.
#[derive(Debug, Default)]
pub(super) struct Made {
    grounds: FxHashMap<Ground, u32>,
    /// Number of the next ground; never used twice, so that a plan still being made cannot be taken for another's.
    next: u32,
    pub(super) segments: FxHashMap<SegmentGround, Arc<SegmentPlan>>,
    pub(super) parts: FxHashMap<PartsKey, Arc<Parts>>,
}

impl Made {
    /// Forgets everything; plans in use stay.
    pub(super) fn clear(&mut self) {
        *self = Self { next: self.next, ..Self::default() };
    }
}

impl Compiler {
    /// The number of what the datatypes of messages of this kind are made from.
    pub(super) fn ground(&self, key: &KindKey) -> u32 {
        let mut speaks = Vec::with_capacity(self.datatype_lines.len() + 64);
        for layer in &self.layers {
            speaks.push(layer.applies(key));
            speaks.extend(layer.derived.iter().map(|(_, patterns, _)| pattern::any(patterns, key)));
        }
        let lines = self.datatype_lines.iter().map(|&(layer, line)| &self.layers[layer].lines[line].line.patterns);
        speaks.extend(lines.map(|patterns| pattern::any(patterns, key)));
        let made = &mut *self.made();
        *made.grounds.entry(Ground { version: key.version, speaks }).or_insert_with(|| {
            made.next = made.next.wrapping_add(1);
            made.next
        })
    }

    /// Which lines and rules about segment `name` speak of this kind of message.
    pub(super) fn speaks_of(&self, layers: &[&Layer], key: &KindKey, name: [u8; 3]) -> Vec<bool> {
        let lines = self.lines_of.get(String::from_utf8_lossy(&name).as_ref()).map_or(&[][..], Vec::as_slice);
        let lines = lines.iter().map(|&(layer, line)| &self.layers[layer].lines[line].line.patterns);
        let rules = layers.iter().flat_map(|layer| &layer.rules);
        let rules = rules.filter(|rule| rule.on.is_some_and(|on| on.segment == name)).map(|rule| &rule.patterns);
        lines
            .map(|patterns| pattern::any(patterns, key))
            .chain(rules.map(|patterns| pattern::any(patterns, key)))
            .collect()
    }
}
