//! A segment against its plan: usage, cardinality, length, datatype, codes, fixed values and rules, field by field.

use super::assertion::element::{More, Parts, Varies};
use super::assertion::expression::characters;
use super::assertion::{Asserted, Element, Format, Needed, Owned, Scope, SegmentPlan, Truth, Usage};
use super::engine::{is_later, outcome};
use super::native::Judged;
use super::numbers::{Needs, Numbers, named, of};
use super::record::{Recorder, Unit};
use super::tally::RuleId;
use crate::instance::{NodeId, Path, Spot};
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
            match plan.fields.get(usize::from(node.number.max(1)) - 1) {
                Some(element) => self.field(element, node.number, at, node.beyond),
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
            self.asserted(asserted, Some(segment), tree.node(segment).name);
        }
    }

    /// Element `number` of `elements`, fields or parts of the place `of`, is not there.
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

    /// Field `number`, whose repetitions are the nodes from `first` to before `beyond`.
    fn field(&mut self, element: &Element, number: u16, first: NodeId, beyond: NodeId) {
        let message = self.scope.message;
        let Some(segment) = self.scope.segment else { return };
        let repetitions = || message.tree.siblings(segment, first).take_while(|&id| id < beyond);
        let single = message.tree.node(first).next == beyond;
        let populated = if single { !message.is_null(first) } else { repetitions().any(|id| !message.is_null(id)) };
        let step = Numbers::default().part(number);
        if !self.usage(element, step, Some(first), populated) {
            return;
        }
        if let Some(Owned { rule, test: (min, max) }) = element.repeats {
            self.recorder.applies(rule);
            let last = if single { first } else { repetitions().last().unwrap_or(first) };
            let count = message.tree.node(last).ordinal;
            if count > u32::from(max) {
                let over = repetitions().find(|&id| message.tree.node(id).ordinal > u32::from(max));
                let text = match max {
                    1 => format!("{} may not repeat", of(element, number)),
                    _ => format!("{} has more than the {max} repetitions it may have", of(element, number)),
                };
                self.fail(rule, over.unwrap_or(last), text);
            } else if count < u32::from(min) {
                let text = format!("{} has fewer than the {min} repetitions it needs", of(element, number));
                self.fail(rule, last, text);
            }
        }
        let (field, node, whole) = (self.scope.field, self.scope.node, self.scope.whole);
        for id in repetitions() {
            (self.scope.field, self.scope.node, self.scope.whole) = (Some(id), Some(id), None);
            match element.more.as_ref().and_then(|more| more.varies.as_ref()) {
                Some(varies) => self.varying(varies, element, id, step),
                None => self.value(element, id, step),
            }
        }
        (self.scope.field, self.scope.node, self.scope.whole) = (field, node, whole);
    }

    /// A field whose datatype another field of the segment names.
    fn varying(&mut self, varies: &Varies, element: &Element, id: NodeId, step: Numbers) {
        let Some(segment) = self.scope.segment else { return };
        let named = self.scope.message.text(segment, varies.by, 1);
        let expected = varies.types.iter().find(|(name, _)| name.as_bytes() == named);
        if let Some((_, expected)) = expected {
            self.recorder.applies(varies.rule);
            self.value(expected, id, step);
        }
        self.value(element, id, step);
    }

    /// Whether the descent goes on.
    #[inline(always)]
    fn usage(&mut self, element: &Element, missing: Numbers, at: Option<NodeId>, populated: bool) -> bool {
        match &element.usage {
            None => true,
            Some(usage) => self.used(element, usage, missing, at, populated),
        }
    }

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
                    let text = match at {
                        Some(_) => format!("{} is required and holds only the explicit null", named(element, missing)),
                        None => format!("{} is required and empty", named(element, missing)),
                    };
                    self.absent(*rule, Outcome::Failed, missing, at, text);
                }
                populated
            }
            Needed::Forbidden => {
                self.recorder.applies(*rule);
                if populated && let Some(id) = at {
                    let text = format!("{} must be empty here", named(element, missing));
                    self.fail(*rule, id, text);
                }
                !populated
            }
        }
    }

    /// One repetition or part, that is there. `step` says where in the segment, for parts that are not.
    fn value(&mut self, element: &Element, id: NodeId, step: Numbers) {
        if self.scope.message.is_null(id) {
            return;
        }
        let node = self.scope.message.tree.node(id);
        if let Some(Owned { rule, test: most }) = element.length {
            self.recorder.applies(rule);
            // Bytes are never fewer than characters, so a short value needs no decoding.
            if node.span.len() > most as usize {
                self.long(rule, id, most as usize);
            }
        }
        if let Some(more) = &element.more {
            self.more(more, element, id);
        }
        if let Some(parts) = &element.parts {
            let whole = self.scope.whole.replace(id);
            self.parts(element, parts, id, step);
            self.scope.whole = whole;
        } else if let Some(Owned { rule, test: (name, format) }) = element.datatype {
            self.recorder.applies(rule);
            if node.next != id + 1 {
                let text = format!("the datatype {name} has no parts, and this value is divided");
                self.fail(rule, id, text);
            } else if format != Format::Text {
                let raw = node.span.of(self.scope.message.bytes);
                if let Some(what) = format.fault(&decode(raw, &self.scope.message.separators)) {
                    self.fail(rule, id, format!("not a value of datatype {name}: {what}"));
                }
            }
        }
    }

    /// A value of more than `most` bytes.
    #[cold]
    fn long(&mut self, rule: RuleId, id: NodeId, most: usize) {
        if characters(&decode(self.scope.message.raw(id), &self.scope.message.separators)) > most {
            self.fail(rule, id, format!("longer than {most} characters"));
        }
    }

    fn parts(&mut self, element: &Element, parts: &Parts, id: NodeId, step: Numbers) {
        let tree = self.scope.message.tree;
        let (mut at, end) = (id + 1, tree.node(id).next);
        let mut needed = Needs(&parts.needed);
        if at == end {
            if let Some(first) = parts.elements.first()
                && self.usage(first, step.part(1), Some(id), true)
            {
                self.inner(first, id, step.part(1));
            }
            needed.before(1);
            while let Some(absent) = needed.before(u16::MAX) {
                self.missing(&parts.elements, absent, step);
            }
            return;
        }
        let mut beyond = None;
        while at < end {
            let number = tree.node(at).number;
            while let Some(absent) = needed.before(number) {
                self.missing(&parts.elements, absent, step);
            }
            match parts.elements.get(usize::from(number.max(1)) - 1) {
                None => beyond = beyond.or(Some(at)),
                Some(part) => {
                    if self.usage(part, step.part(number), Some(at), !self.scope.message.is_null(at)) {
                        self.inner(part, at, step.part(number));
                    }
                }
            }
            at = tree.node(at).next;
        }
        while let Some(absent) = needed.before(u16::MAX) {
            self.missing(&parts.elements, absent, step);
        }
        if let Some(Owned { rule, test: (name, _) }) = element.datatype {
            self.recorder.applies(rule);
            if let Some(extra) = beyond {
                let count = parts.elements.len();
                let text = format!("the datatype {name} has {count} components; this one is beyond them");
                self.undefined(rule, extra, text);
            }
        }
    }

    fn inner(&mut self, part: &Element, id: NodeId, step: Numbers) {
        let node = self.scope.node.replace(id);
        self.value(part, id, step);
        self.scope.node = node;
    }

    /// Codes, fixed value and rules of a value that is there and no null.
    fn more(&mut self, more: &More, element: &Element, id: NodeId) {
        if let Some(Owned { rule, test: codes }) = &more.codes {
            let first = if element.parts.is_none() { Some(id) } else { self.scope.message.part(id, 1) };
            if let Some(first) = first {
                self.recorder.applies(*rule);
                let raw = self.scope.message.raw(first);
                if !codes.contains(&decode(raw, &self.scope.message.separators)) {
                    self.fail(*rule, first, format!("the code is not in {} ({})", codes.name, codes.listed()));
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
            self.asserted(asserted, Some(id), self.scope.message.span(id));
        }
    }

    /// A rule on the current place: a node of the current segment, or the message as a whole.
    pub(super) fn asserted(&mut self, owned: &Owned<Asserted>, at: Option<NodeId>, span: Span) {
        let Owned { rule, test } = owned;
        if let Some(condition) = &test.condition {
            match condition.eval(&self.scope) {
                Truth::False => return,
                Truth::True => {}
                Truth::Undecided => {
                    self.recorder.applies(*rule);
                    let text = "whether the rule applies cannot be told from the message";
                    return self.found(*rule, Outcome::CannotTell, at, span, text);
                }
            }
        }
        self.recorder.applies(*rule);
        if let Some(expression) = &test.expression
            && let Some(outcome) = outcome(expression.eval(&self.scope))
        {
            return self.found(*rule, outcome, at, span, "");
        }
        if let Some(native) = test.native {
            let value = decode(self.scope.raw(), &self.scope.message.separators);
            let (outcome, text) = match (native.check)(&value) {
                Judged::Passed => return,
                Judged::Failed(shape) => (Outcome::Failed, shape.to_string()),
                Judged::CannotTell(why) => (Outcome::CannotTell, why.to_owned()),
            };
            self.found(*rule, outcome, at, span, text);
        }
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
