//! A segment against its plan: usage, cardinality, length, datatype, codes, fixed values and rules, field by field.

use super::assertion::element::{More, Parts, Varies};
use super::assertion::expression::characters;
use super::assertion::{Asserted, Codes, Element, Format, Needed, Owned, Scope, SegmentPlan, Truth, Usage};
use super::engine::{header_span, is_later, outcome};
use super::native::{Judged, Native};
use super::numbers::{Needs, Numbers, named, of};
use super::record::{Recorder, Unit};
use super::tally::RuleId;
use crate::instance::{Node, NodeId, Path, Spot};
use crate::parse::hl7v2::decode;
use crate::span::Span;
use crate::standard::Outcome;
use std::borrow::Cow;

/// Checks places of one message.
pub(super) struct Checker<'a, 'r> {
    pub(super) unit: Unit<'a>,
    pub(super) scope: Scope<'a>,
    pub(super) recorder: &'r mut Recorder,
}

impl<'a> Checker<'a, '_> {
    /// The current segment against `plan`.
    pub(super) fn segment(&mut self, plan: &SegmentPlan) {
        let Some(segment) = self.scope.segment else { return };
        let tree = self.scope.message.tree;
        let (mut at, end) = (segment + 1, tree.node(segment).next);
        let mut needed = Needs(&plan.needed);
        if let Some(rule) = plan.beyond {
            self.recorder.applies(rule);
        }
        while at < end {
            let node = tree.node(at);
            while let Some(absent) = needed.before(node.number) {
                self.missing(&plan.fields, absent, Numbers::default());
            }
            match plan.fields.get(usize::from(node.number).wrapping_sub(1)) {
                Some(element) if node.next == node.beyond => self.single(element, at, node),
                Some(element) => self.repeating(element, at, node),
                None => {
                    self.beyond(plan, at);
                    break;
                }
            }
            at = node.beyond;
        }
        while let Some(absent) = needed.before(u16::MAX) {
            self.missing(&plan.fields, absent, Numbers::default());
        }
        for asserted in &plan.asserted {
            self.asserted(asserted, Some(segment));
        }
    }

    /// Element `number` of `elements`, fields or parts of the place `of`, is not there.
    #[inline(never)]
    fn missing(&mut self, elements: &[Element], number: u16, of: Numbers) {
        if let Some(element) = elements.get(usize::from(number) - 1) {
            self.usage(element, of.part(number), None, false);
        }
    }

    fn beyond(&mut self, plan: &SegmentPlan, first: NodeId) {
        if let Some(rule) = plan.beyond {
            let text = format!("the segment has {} fields in this version; this one is beyond them", plan.fields.len());
            self.undefined(rule, first, text);
        }
    }

    /// The definitions end before `id`: wrong, unless the message is of a version that may define more than we hold.
    fn undefined(&mut self, rule: RuleId, id: NodeId, text: String) {
        if !is_later(self.scope.message) {
            return self.fail(rule, id, text);
        }
        let text = "the definitions of the version that MSH-12 names are not held, and the newest held end before this";
        self.found(rule, Outcome::CannotTell, Some(id), self.scope.message.span(id), text);
    }

    /// A field with one repetition, `id`: nearly all are.
    #[inline(always)]
    fn single(&mut self, element: &Element, id: NodeId, node: &Node) {
        let populated = !self.scope.message.null(node);
        let step = Numbers::default().part(node.number);
        if !self.usage(element, step, Some(id), populated) {
            return;
        }
        if let Some(Owned { rule, test: (min, max) }) = element.repeats {
            self.recorder.applies(rule);
            if node.ordinal > u32::from(max) || node.ordinal < u32::from(min) {
                self.miscounted(element, id, id, (rule, min, max));
            }
        }
        if populated {
            self.repetition(element, id, node, step);
            self.leave();
        }
    }

    /// A field whose repetitions are the nodes from `first`, which is `node`, to before its end.
    #[inline(never)]
    fn repeating(&mut self, element: &Element, first: NodeId, node: &Node) {
        let message = self.scope.message;
        let Some(segment) = self.scope.segment else { return };
        let repetitions = || message.tree.siblings(segment, first).take_while(|&id| id < node.beyond);
        let populated = repetitions().any(|id| !message.is_null(id));
        let step = Numbers::default().part(node.number);
        if !self.usage(element, step, Some(first), populated) {
            return;
        }
        if let Some(Owned { rule, test: (min, max) }) = element.repeats {
            self.recorder.applies(rule);
            let last = repetitions().last().unwrap_or(first);
            let count = message.tree.node(last).ordinal;
            if count > u32::from(max) {
                let over = repetitions().find(|&id| message.tree.node(id).ordinal > u32::from(max));
                self.miscounted(element, over.unwrap_or(last), last, (rule, min, max));
            } else if count < u32::from(min) {
                self.miscounted(element, last, last, (rule, min, max));
            }
        }
        for id in repetitions().filter(|&id| !message.is_null(id)) {
            self.repetition(element, id, message.tree.node(id), step);
        }
        self.leave();
    }

    /// Back from a field to its segment.
    #[inline]
    fn leave(&mut self) {
        (self.scope.field, self.scope.node, self.scope.whole) = (None, self.scope.segment, None);
    }

    /// A field that has, with repetition `last`, too many repetitions or too few; told at `id`.
    #[cold]
    fn miscounted(&mut self, element: &Element, id: NodeId, last: NodeId, (rule, min, max): (RuleId, u16, u16)) {
        let &Node { ordinal: count, number, .. } = self.scope.message.tree.node(last);
        let text = match max {
            _ if count <= u32::from(max) => {
                format!("{} has fewer than the {min} repetitions it needs", of(element, number))
            }
            1 => format!("{} may not repeat", of(element, number)),
            _ => format!("{} has more than the {max} repetitions it may have", of(element, number)),
        };
        self.fail(rule, id, text);
    }

    /// One repetition of a field, that is no null; leaves the scope at it.
    #[inline(always)]
    fn repetition(&mut self, element: &Element, id: NodeId, node: &Node, step: Numbers) {
        (self.scope.field, self.scope.node, self.scope.whole) = (Some(id), Some(id), None);
        if let Some(more) = &element.more
            && let Some(varies) = &more.varies
        {
            self.varying(varies, id, node, step);
        }
        self.value(element, id, node, step);
    }

    /// A field whose datatype another field of the segment names.
    #[inline(never)]
    fn varying(&mut self, varies: &Varies, id: NodeId, node: &Node, step: Numbers) {
        let Some(segment) = self.scope.segment else { return };
        let named = self.scope.message.text(segment, varies.by, 1);
        let expected = match *named {
            [a, b] => varies.types.iter().find(|(name, _)| matches!(*name.as_bytes(), [c, d] if a == c && b == d)),
            _ => varies.types.iter().find(|(name, _)| name.as_bytes() == named),
        };
        if let Some((_, expected)) = expected {
            self.recorder.applies(varies.rule);
            self.value(expected, id, node, step);
        }
    }

    /// Whether the descent goes on.
    #[inline(always)]
    fn usage(&mut self, element: &Element, missing: Numbers, at: Option<NodeId>, populated: bool) -> bool {
        match &element.usage {
            None => true,
            Some(Owned { rule, test: Usage::Always(Needed::Required) }) if populated => {
                self.recorder.applies(*rule);
                true
            }
            Some(usage) => self.used(element, usage, missing, at, populated),
        }
    }

    #[inline(never)]
    fn used(
        &mut self,
        element: &Element,
        Owned { rule, test: usage }: &Owned<Usage>,
        missing: Numbers,
        at: Option<NodeId>,
        populated: bool,
    ) -> bool {
        let needed = match usage {
            Usage::Always(needed) => *needed,
            Usage::When { condition, then, otherwise } => match condition.eval(&self.scope) {
                Truth::True => *then,
                Truth::False => *otherwise,
                Truth::Undecided => {
                    self.recorder.applies(*rule);
                    let text = "whether this must be sent cannot be told from the message";
                    self.absent(*rule, Outcome::CannotTell, missing, at, text);
                    return true;
                }
            },
        };
        match needed {
            Needed::Free => true,
            Needed::Required => {
                self.recorder.applies(*rule);
                if !populated {
                    self.lacking(*rule, element, missing, at);
                }
                populated
            }
            Needed::Forbidden => {
                self.recorder.applies(*rule);
                if populated && let Some(id) = at {
                    self.unwanted(*rule, element, missing, id);
                }
                !populated
            }
        }
    }

    #[cold]
    fn lacking(&mut self, rule: RuleId, element: &Element, missing: Numbers, at: Option<NodeId>) {
        let text = match at {
            Some(_) => format!("{} is required and holds only the explicit null", named(element, missing)),
            None => format!("{} is required and empty", named(element, missing)),
        };
        self.absent(rule, Outcome::Failed, missing, at, text);
    }

    #[cold]
    fn unwanted(&mut self, rule: RuleId, element: &Element, numbers: Numbers, id: NodeId) {
        let text = format!("{} must be empty here", named(element, numbers));
        self.fail(rule, id, text);
    }

    /// One repetition or part, that is there and no null. `step` says where in the segment, for parts that are not.
    // Most values are undivided text of no great length, and nothing more is expected of them.
    #[inline(always)]
    fn value(&mut self, element: &Element, id: NodeId, node: &Node, step: Numbers) {
        if element.more.is_none()
            && element.parts.is_none()
            && node.next == id + 1
            && let Some(Owned { rule, test: (_, format) }) = &element.datatype
            && (*format == Format::Text || self.is_plain_code(*format, node))
        {
            match &element.length {
                None => return self.recorder.applies(*rule),
                Some(length) if node.span.len() <= length.test as usize => {
                    self.recorder.applies(length.rule);
                    return self.recorder.applies(*rule);
                }
                Some(_) => {}
            }
        }
        self.whole_value(element, id, node, step);
    }

    #[inline(never)]
    fn whole_value(&mut self, element: &Element, id: NodeId, node: &Node, step: Numbers) {
        if let Some(Owned { rule, test: most }) = &element.length {
            self.recorder.applies(*rule);
            // Bytes are never fewer than characters, so a short value needs no decoding.
            if node.span.len() > *most as usize {
                self.long(*rule, id, *most as usize);
            }
        }
        if let Some(more) = &element.more {
            self.more(more, element, id);
        }
        if let Some(parts) = &element.parts {
            let whole = self.scope.whole.replace(id);
            if node.next == id + 1 {
                self.undivided(parts, id, node, step);
            } else {
                self.parts(element, parts, id, node, step);
            }
            self.scope.whole = whole;
        } else if let Some(Owned { rule, test: (_, format) }) = &element.datatype {
            self.recorder.applies(*rule);
            if node.next != id + 1 || *format != Format::Text && !self.is_plain_code(*format, node) {
                self.primitive(element, id, node);
            }
        }
    }

    /// Whether a value is a code that is well formed as it stands: most values that have a form are.
    #[inline]
    fn is_plain_code(&self, format: Format, node: &Node) -> bool {
        let raw = node.span.of(self.scope.message.bytes);
        let ends = matches!(raw, [b'!'..=b'~', .., b'!'..=b'~'] | [b'!'..=b'~']);
        format == Format::Coded && self.scope.message.separators.escape == 0 && ends
    }

    /// A value of a primitive datatype that has a form, or that is divided.
    #[inline(never)]
    fn primitive(&mut self, element: &Element, id: NodeId, node: &Node) {
        let Some(Owned { rule, test: (name, format) }) = element.datatype else { return };
        if node.next != id + 1 {
            let text = format!("the datatype {name} has no parts, and this value is divided");
            return self.fail(rule, id, text);
        }
        let raw = node.span.of(self.scope.message.bytes);
        if let Some(what) = format.fault(&decode(raw, &self.scope.message.separators)) {
            self.fail(rule, id, format!("not a value of datatype {name}: {what}"));
        }
    }

    /// A value of more than `most` bytes.
    #[cold]
    fn long(&mut self, rule: RuleId, id: NodeId, most: usize) {
        if characters(&decode(self.scope.message.raw(id), &self.scope.message.separators)) > most {
            self.fail(rule, id, format!("longer than {most} characters"));
        }
    }

    /// A value that is not divided is its own first part.
    fn undivided(&mut self, parts: &Parts, id: NodeId, node: &Node, step: Numbers) {
        if let Some(first) = parts.elements.first()
            && self.usage(first, step.part(1), Some(id), true)
        {
            self.inner(first, id, node, step.part(1));
        }
        let mut needed = Needs(&parts.needed);
        needed.before(1);
        while let Some(absent) = needed.before(u16::MAX) {
            self.missing(&parts.elements, absent, step);
        }
    }

    fn parts(&mut self, element: &Element, parts: &Parts, id: NodeId, node: &Node, step: Numbers) {
        let tree = self.scope.message.tree;
        let (mut at, end) = (id + 1, node.next);
        let mut needed = Needs(&parts.needed);
        let mut beyond = None;
        while at < end {
            let child = tree.node(at);
            while let Some(absent) = needed.before(child.number) {
                self.missing(&parts.elements, absent, step);
            }
            match parts.elements.get(usize::from(child.number).wrapping_sub(1)) {
                None => beyond = beyond.or(Some(at)),
                Some(part) => {
                    let populated = !self.scope.message.null(child);
                    let step = step.part(child.number);
                    if self.usage(part, step, Some(at), populated) && populated {
                        self.inner(part, at, child, step);
                    }
                }
            }
            at = child.next;
        }
        while let Some(absent) = needed.before(u16::MAX) {
            self.missing(&parts.elements, absent, step);
        }
        if let Some(Owned { rule, .. }) = &element.datatype {
            self.recorder.applies(*rule);
            if let Some(extra) = beyond {
                self.extra(element, parts, extra);
            }
        }
    }

    /// Part `extra` and those after it are not of the datatype.
    #[cold]
    fn extra(&mut self, element: &Element, parts: &Parts, extra: NodeId) {
        let Some(Owned { rule, test: (name, _) }) = element.datatype else { return };
        let count = parts.elements.len();
        let text = format!("the datatype {name} has {count} components; this one is beyond them");
        self.undefined(rule, extra, text);
    }

    #[inline(always)]
    fn inner(&mut self, part: &Element, id: NodeId, node: &Node, step: Numbers) {
        let around = self.scope.node.replace(id);
        self.value(part, id, node, step);
        self.scope.node = around;
    }

    /// Codes, fixed value and rules of a value that is there and no null.
    #[inline(never)]
    fn more(&mut self, more: &More, element: &Element, id: NodeId) {
        if let Some(Owned { rule, test: codes }) = &more.codes {
            let first = if element.parts.is_none() { Some(id) } else { self.scope.message.part(id, 1) };
            if let Some(first) = first {
                self.recorder.applies(*rule);
                let raw = self.scope.message.raw(first);
                if !codes.contains(&decode(raw, &self.scope.message.separators)) {
                    self.uncoded(*rule, first, codes);
                }
            }
        }
        if let Some(Owned { rule, test: fixed }) = &more.fixed {
            self.recorder.applies(*rule);
            if self.scope.message.raw(id) != fixed.as_ref() {
                self.fail(*rule, id, format!("must be {}", String::from_utf8_lossy(fixed)));
            }
        }
        for asserted in &more.asserted {
            self.asserted(asserted, Some(id));
        }
    }

    #[cold]
    fn uncoded(&mut self, rule: RuleId, id: NodeId, codes: &Codes) {
        self.fail(rule, id, format!("the code is not in {} ({})", codes.name, codes.listed()));
    }

    /// A rule on the current place: a node of the current segment, or the message as a whole.
    pub(super) fn asserted(&mut self, owned: &Owned<Asserted>, at: Option<NodeId>) {
        let Owned { rule, test } = owned;
        if let Some(condition) = &test.condition {
            match condition.eval(&self.scope) {
                Truth::False => return,
                Truth::True => {}
                Truth::Undecided => {
                    self.recorder.applies(*rule);
                    let text = "whether the rule applies cannot be told from the message";
                    return self.broken(*rule, Outcome::CannotTell, at, text.into());
                }
            }
        }
        self.recorder.applies(*rule);
        if let Some(expression) = &test.expression
            && let Some(outcome) = outcome(expression.eval(&self.scope))
        {
            return self.broken(*rule, outcome, at, "".into());
        }
        if let Some(native) = test.native {
            self.native(native, *rule, at);
        }
    }

    fn native(&mut self, native: &Native, rule: RuleId, at: Option<NodeId>) {
        let value = decode(self.scope.raw(), &self.scope.message.separators);
        let (outcome, text) = match (native.check)(&value) {
            Judged::Passed => return,
            Judged::Failed(shape) => (Outcome::Failed, shape.to_string().into()),
            Judged::CannotTell(why) => (Outcome::CannotTell, why.into()),
        };
        self.broken(rule, outcome, at, text);
    }

    /// A finding of a rule on the current place: a segment is told by its name, the message by its header.
    #[cold]
    fn broken(&mut self, rule: RuleId, outcome: Outcome, at: Option<NodeId>, text: Cow<'static, str>) {
        let message = self.scope.message;
        let span = match at {
            Some(id) if self.scope.segment == at => message.tree.node(id).name,
            Some(id) => message.span(id),
            None => header_span(message),
        };
        self.found(rule, outcome, at, span, text);
    }

    #[cold]
    fn fail(&mut self, rule: RuleId, id: NodeId, message: String) {
        self.found(rule, Outcome::Failed, Some(id), self.scope.message.span(id), message);
    }

    #[cold]
    fn found(
        &mut self,
        rule: RuleId,
        outcome: Outcome,
        at: Option<NodeId>,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) {
        let Scope { message: hl7, segment, field, .. } = self.scope;
        match segment.zip(at) {
            Some((segment, id)) => {
                let spot = Spot::new(hl7, segment, field, id);
                self.recorder.found_at(self.unit, rule, outcome, spot, span, message);
            }
            None => self.recorder.found(self.unit, rule, outcome, Path::Whole, span, message),
        }
    }

    /// A finding about something that is not there: at its null, else at the nearest place that is.
    #[cold]
    fn absent(
        &mut self,
        rule: RuleId,
        outcome: Outcome,
        missing: Numbers,
        at: Option<NodeId>,
        text: impl Into<Cow<'static, str>>,
    ) {
        let Scope { message, segment, field, .. } = self.scope;
        let Some(segment) = segment else { return };
        let (spot, span) = match at {
            Some(id) => (Spot::new(message, segment, field, id), message.span(id)),
            None => {
                let near = field.unwrap_or(segment);
                let span = if near == segment { message.tree.node(segment).name } else { message.span(near) };
                (Spot::new(message, segment, field, near).lacking(missing.step()), span)
            }
        };
        self.recorder.found_at(self.unit, rule, outcome, spot, span, text);
    }
}
