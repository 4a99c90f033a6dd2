//! The fields of one segment → nodes: each byte is looked at once.
//!
//! In: the bytes of a segment behind its name. Out: leaves for undivided fields, and for divided ones the repetitions,
//! components and subcomponents that hold text. A part is only opened once text is met in it, so that `^^^` gives
//! nothing and no value is read again to find its end.

use super::hl7v2::class;
use super::{Faults, escape};
use crate::instance::{Builder, Kind, NodeId};
use crate::span::Span;

/// Fields lowered per segment; the longest segment of the standard has some sixty.
const MAX_FIELDS: u16 = 1_000;
/// Components or subcomponents lowered per parent; the standard's largest datatype has some twenty.
const MAX_PARTS: u16 = 1_000;
/// Nodes per message, so that one message of 64 MiB cannot take gigabytes.
pub(super) const MAX_NODES: u32 = 1_000_000;

/// Components up to which a field is read without keeping count of repetitions and subcomponents.
const FEW: usize = 32;

/// What reads the fields of a segment.
pub(super) struct Fields<'r, 'i> {
    pub(super) bytes: &'r [u8],
    pub(super) classes: &'r [u8; 256],
    pub(super) escape: u8,
    pub(super) build: &'r mut Builder<'i>,
    pub(super) faults: &'r mut Faults,
}

impl Fields<'_, '_> {
    /// The fields of `at..end`, where `at` is at the separator before field `before + 1`; returns the classes met.
    pub(super) fn read(&mut self, mut at: usize, end: usize, before: u16) -> u8 {
        let mut number = before;
        let mut seen = 0;
        let bytes = &self.bytes[..end];
        while at < end {
            if number >= MAX_FIELDS || self.build.count() >= MAX_NODES {
                let message = match number >= MAX_FIELDS {
                    true => format!("the segment is larger than the limit of {MAX_FIELDS} fields"),
                    false => format!("the message is larger than the limit of {MAX_NODES} values"),
                };
                let message = format!("{message}; the rest is not checked");
                self.faults.push("hl7v2.limit-nodes", span(at, end), message);
                break;
            }
            number += 1;
            let start = at + 1;
            let (mut stop, mut met) = (start, 0);
            for &byte in &bytes[start..] {
                let class = self.classes[usize::from(byte)];
                if class != 0 {
                    if class & (class::DIVIDES | class::FIELD) != 0 {
                        break;
                    }
                    met |= class;
                }
                stop += 1;
            }
            if bytes.get(stop).is_some_and(|&byte| self.classes[usize::from(byte)] != class::FIELD) {
                (stop, met) = match self.components(number, start, stop, end) {
                    Some((stop, more)) => (stop, met | more),
                    None => self.divided(number, start, stop, end, met),
                };
            } else if stop > start {
                self.build.leaf(Kind::Field, number, 1, Span::default(), span(start, stop));
            }
            if met & (class::ESCAPE | class::CONTROL) != 0 {
                self.text(span(start, stop), met);
            }
            seen |= met;
            at = stop;
        }
        seen
    }

    /// Field `number` from `start`, whose first divider is at `at`, if all its dividers are those of components and there
    /// are few: most divided fields. Returns where it ends and the classes met; nothing is made of any other field.
    #[inline(never)]
    fn components(&mut self, number: u16, start: usize, mut at: usize, end: usize) -> Option<(usize, u8)> {
        let bytes = &self.bytes[..end];
        let (mut cuts, mut count, mut met) = ([0; FEW], 0, 0);
        while let Some(&byte) = bytes.get(at) {
            let class = self.classes[usize::from(byte)];
            if class != 0 {
                // In the order of how often they are met: a jump by a table is one that no processor foresees.
                if class == class::COMPONENT {
                    *cuts.get_mut(count)? = at;
                    count += 1;
                } else if class == class::FIELD {
                    break;
                } else if class & class::DIVIDES != 0 {
                    return None;
                }
                met |= class;
            }
            at += 1;
        }
        if self.build.count() >= MAX_NODES {
            return None;
        }
        let (mut node, mut from) = (None, start);
        for (cut, number_of_part) in cuts[..count].iter().copied().chain([at]).zip(1..) {
            if cut > from {
                node = node.or_else(|| Some(self.build.open(Kind::Field, number, 1, Span::default(), start as u32)));
                self.build.leaf(Kind::Component, number_of_part, 1, Span::default(), span(from, cut));
            }
            from = cut + 1;
        }
        if let Some(node) = node {
            self.build.close(node, at as u32);
        }
        Some((at, met))
    }

    /// Field `number` from `start`, whose first divider is at `at`; returns where it ends and the classes met.
    // Apart from the loop over plain fields, which is to stay in registers.
    #[inline(never)]
    fn divided(&mut self, number: u16, start: usize, mut at: usize, end: usize, mut met: u8) -> (usize, u8) {
        let mut parts = Parts::new(number, start, self.build);
        let bytes = &self.bytes[..end];
        loop {
            let class = bytes.get(at).map_or(class::FIELD, |&byte| self.classes[usize::from(byte)]);
            if class == 0 {
                at += 1;
                continue;
            }
            match class {
                class::SUBCOMPONENT => parts.subcomponent(at),
                class::COMPONENT => parts.component(at, self.faults),
                class::REPETITION => parts.repetition(at, self.faults),
                class::FIELD => break,
                _ => {}
            }
            met |= class;
            at += 1;
        }
        parts.finish(at, self.faults);
        (at, met)
    }

    /// Escape sequences and control characters of one field.
    #[cold]
    fn text(&mut self, span: Span, met: u8) {
        if met & class::ESCAPE != 0 {
            escape::check(self.bytes, span, self.escape, self.faults);
        }
        if met & class::CONTROL != 0 {
            let bytes = span.of(self.bytes);
            for (offset, _) in bytes.iter().enumerate().filter(|(_, b)| b.is_ascii_control()).take(8) {
                let at = span.start + offset as u32;
                let message = "a control character stands in the text; line breaks are written \\.br\\";
                self.faults.push("hl7v2.control-character", Span::new(at, at + 1), message);
            }
        }
    }
}

/// A divided field while it is read. Numbers start at one.
struct Parts<'b, 'i> {
    build: &'b mut Builder<'i>,
    number: u16,
    /// The first node of the field, if it gets any.
    first: NodeId,
    repetition: Open<u32>,
    component: Open<u16>,
    subcomponent: Open<u16>,
    /// Where reading stopped because the message has too many nodes.
    full: Option<usize>,
}

/// A part being read: its number, where it starts, its node once text was met, and where it became too many.
struct Open<N> {
    number: N,
    start: usize,
    node: Option<NodeId>,
    over: usize,
}

impl<N> Open<N> {
    fn at(number: N, start: usize) -> Self {
        Self { number, start, node: None, over: 0 }
    }
}

impl Open<u16> {
    fn next(&mut self, start: usize) {
        self.number = self.number.saturating_add(1);
        (self.start, self.node) = (start, None);
        if self.number == MAX_PARTS + 1 {
            self.over = start;
        }
    }

    fn within(&self) -> bool {
        self.number <= MAX_PARTS
    }
}

impl<'b, 'i> Parts<'b, 'i> {
    fn new(number: u16, start: usize, build: &'b mut Builder<'i>) -> Self {
        Self {
            first: build.count(),
            build,
            number,
            repetition: Open::at(1, start),
            component: Open::at(1, start),
            subcomponent: Open::at(1, start),
            full: None,
        }
    }

    /// A subcomponent separator at `at`.
    fn subcomponent(&mut self, at: usize) {
        self.piece(at);
        self.subcomponent.next(at + 1);
    }

    /// The text up to `at` is a subcomponent.
    fn piece(&mut self, at: usize) {
        if at > self.subcomponent.start && self.open_repetition() && self.component.within() {
            if self.component.node.is_none() {
                let Open { number, start, .. } = self.component;
                self.component.node = Some(self.build.open(Kind::Component, number, 1, Span::default(), start as u32));
            }
            if self.subcomponent.within() {
                let Open { number, start, .. } = self.subcomponent;
                self.build.leaf(Kind::Subcomponent, number, 1, Span::default(), span(start, at));
            }
        }
    }

    /// A component separator at `at`.
    fn component(&mut self, at: usize, faults: &mut Faults) {
        if self.subcomponent.number > 1 {
            self.end_subcomponents(at, faults);
        } else if at > self.component.start && self.open_repetition() && self.component.within() {
            let Open { number, start, .. } = self.component;
            self.build.leaf(Kind::Component, number, 1, Span::default(), span(start, at));
        }
        self.component.next(at + 1);
        self.subcomponent = Open::at(1, at + 1);
    }

    fn end_subcomponents(&mut self, at: usize, faults: &mut Faults) {
        self.piece(at);
        let Some(node) = self.component.node else { return };
        self.build.close(node, at as u32);
        if !self.subcomponent.within() {
            let message = "the component has more subcomponents than the limit; the rest is not checked";
            faults.push("hl7v2.limit-nodes", span(self.subcomponent.over, at), message);
        }
    }

    /// A repetition separator at `at`.
    fn repetition(&mut self, at: usize, faults: &mut Faults) {
        self.end_repetition(at, faults);
        self.repetition = Open::at(self.repetition.number.saturating_add(1), at + 1);
        self.component = Open::at(1, at + 1);
        self.subcomponent = Open::at(1, at + 1);
    }

    fn end_repetition(&mut self, at: usize, faults: &mut Faults) {
        if self.component.number > 1 || self.subcomponent.number > 1 {
            self.component(at, faults);
            let Some(node) = self.repetition.node else { return };
            self.build.close(node, at as u32);
            // The component just ended was counted, and the next, which is not there, too.
            if self.component.number > MAX_PARTS + 1 {
                let message = "the field has more components than the limit; the rest is not checked";
                faults.push("hl7v2.limit-nodes", span(self.component.over, at), message);
            }
        } else if at > self.repetition.start && self.open_repetition() {
            // Undivided: a leaf, whose node was just opened and holds nothing.
            let Some(node) = self.repetition.node else { return };
            self.build.close(node, at as u32);
        }
    }

    /// Opens the repetition's node, unless the message has too many; then nothing more of the field is read.
    fn open_repetition(&mut self) -> bool {
        let Open { number, start, node, .. } = self.repetition;
        if node.is_none() && self.full.is_none() {
            if self.build.count() >= MAX_NODES {
                self.full = Some(start);
            } else {
                self.repetition.node =
                    Some(self.build.open(Kind::Field, self.number, number, Span::default(), start as u32));
            }
        }
        self.full.is_none()
    }

    /// The field ends at `at`.
    fn finish(mut self, at: usize, faults: &mut Faults) {
        self.end_repetition(at, faults);
        if let Some(start) = self.full {
            let message = "the field has more repetitions than the limit; the rest is not checked";
            faults.push("hl7v2.limit-nodes", span(start, at), message);
        }
        self.build.group(self.first);
    }
}

fn span(start: usize, end: usize) -> Span {
    Span::new(start as u32, end as u32)
}
