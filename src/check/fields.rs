//! A segment against its plan: usage, cardinality, length, datatype, codes, fixed values and rules, field by field.

use super::assertion::element::Varies;
use super::assertion::expression::characters;
use super::assertion::{Asserted, Element, Needed, Owned, Scope, SegmentPlan, Truth, Usage};
use super::engine::outcome;
use super::native::Judged;
use super::record::{Recorder, Unit};
use super::tally::RuleId;
use crate::instance::{NodeId, Path, Spot, Step};
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
        let message = self.scope.message;
        let mut children = message.tree.children(segment).peekable();
        let mut needed = plan.needed.iter().copied().peekable();
        while let Some(&first) = children.peek() {
            let number = message.tree.node(first).number;
            while let Some(absent) = needed.next_if(|&at| at + 1 < number) {
                self.field(&plan.fields[usize::from(absent)], absent + 1, None);
            }
            needed.next_if_eq(&(number.max(1) - 1));
            while children.next_if(|&id| message.tree.node(id).number == number).is_some() {}
            match plan.fields.get(usize::from(number.max(1)) - 1) {
                Some(element) => self.field(element, number, Some(first)),
                None => {
                    self.beyond(plan, first);
                    break;
                }
            }
        }
        for absent in needed {
            self.field(&plan.fields[usize::from(absent)], absent + 1, None);
        }
        for asserted in &plan.asserted {
            self.asserted(asserted, Some(segment), message.tree.node(segment).name);
        }
    }

    fn beyond(&mut self, plan: &SegmentPlan, first: NodeId) {
        if let Some(rule) = plan.beyond {
            self.recorder.applies(rule);
            let text = format!("the segment has {} fields in this version; this one is beyond them", plan.fields.len());
            self.fail(rule, first, text);
        }
    }

    /// Field `number`, whose first repetition is `first`; `None` when it is empty.
    fn field(&mut self, element: &Element, number: u16, first: Option<NodeId>) {
        let message = self.scope.message;
        let Some(segment) = self.scope.segment else { return };
        let repetitions = || first.into_iter().flat_map(|first| message.repetitions_from(segment, first));
        let populated = repetitions().any(|id| !message.is_null(id));
        let step = Step { field: number, ..Step::default() };
        if !self.usage(element, step, first, populated) {
            return;
        }
        let (Some(first), Some(last)) = (first, repetitions().last()) else { return };
        if let Some(Owned { rule, test: (min, max) }) = element.repeats {
            let count = message.tree.node(last).ordinal;
            self.recorder.applies(rule);
            if count > u32::from(max) {
                let over = repetitions().find(|&id| message.tree.node(id).ordinal > u32::from(max));
                let text = match max {
                    1 => format!("{} may not repeat; it has {count} repetitions", of(element, number)),
                    _ => format!("{} may repeat {max} times; it has {count} repetitions", of(element, number)),
                };
                self.fail(rule, over.unwrap_or(last), text);
            } else if count < u32::from(min) {
                let text = format!("{} needs {min} repetitions; it has {count}", of(element, number));
                self.fail(rule, last, text);
            }
        }
        let outer = self.scope;
        for id in message.repetitions_from(segment, first) {
            self.scope = Scope { field: Some(id), node: Some(id), whole: None, ..outer };
            match &element.varies {
                Some(varies) => self.varying(varies, element, id),
                None => self.value(element, id, step),
            }
        }
        self.scope = outer;
    }

    /// A field whose datatype another field of the segment names.
    fn varying(&mut self, varies: &Varies, element: &Element, id: NodeId) {
        let Some(segment) = self.scope.segment else { return };
        let named = self.scope.message.text(segment, varies.by, 1);
        let expected = varies.types.iter().find(|(name, _)| name.as_bytes() == named);
        if let Some((_, expected)) = expected {
            self.recorder.applies(varies.rule);
            self.value(expected, id, Step::default());
        }
        self.value(element, id, Step::default());
    }

    /// Whether the descent goes on.
    fn usage(&mut self, element: &Element, missing: Step, at: Option<NodeId>, populated: bool) -> bool {
        let Some(Owned { rule, test: usage }) = &element.usage else { return true };
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
    fn value(&mut self, element: &Element, id: NodeId, step: Step) {
        let message = self.scope.message;
        if message.is_null(id) {
            return;
        }
        self.content(element, id);
        if element.parts.is_empty() {
            if let Some(Owned { rule, test: (name, format) }) = &element.datatype {
                self.recorder.applies(*rule);
                if !message.tree.is_leaf(id) {
                    let text = format!("the datatype {name} has no parts, and this value is divided");
                    self.fail(*rule, id, text);
                } else if let Some(what) = format.fault(&decode(message.raw(id), &message.separators)) {
                    self.fail(*rule, id, format!("not a value of datatype {name}: {what}"));
                }
            }
            return;
        }
        self.parts(element, id, step);
    }

    fn parts(&mut self, element: &Element, id: NodeId, step: Step) {
        let outer = self.scope;
        self.scope = Scope { whole: Some(id), ..outer };
        self.parts_of(element, id, step);
        self.scope = outer;
    }

    fn parts_of(&mut self, element: &Element, id: NodeId, step: Step) {
        let message = self.scope.message;
        let deeper = |number: u16| match step.component {
            0 => Step { component: number, ..step },
            component => Step { component, subcomponent: number, ..step },
        };
        if message.tree.is_leaf(id) {
            if let Some(first) = element.parts.first()
                && self.usage(first, deeper(1), Some(id), true)
            {
                self.inner(first, id, deeper(1));
            }
            for &index in element.needed.iter().filter(|index| **index > 0) {
                self.usage(&element.parts[usize::from(index)], deeper(index + 1), None, false);
            }
            return;
        }
        let mut needed = element.needed.iter().copied().peekable();
        let mut beyond = None;
        for child in message.tree.children(id) {
            let number = message.tree.node(child).number;
            while let Some(absent) = needed.next_if(|&at| at + 1 < number) {
                self.usage(&element.parts[usize::from(absent)], deeper(absent + 1), None, false);
            }
            needed.next_if_eq(&(number.max(1) - 1));
            let Some(part) = element.parts.get(usize::from(number.max(1)) - 1) else {
                beyond = beyond.or(Some(child));
                continue;
            };
            if self.usage(part, deeper(number), Some(child), !message.is_null(child)) {
                self.inner(part, child, deeper(number));
            }
        }
        for absent in needed {
            self.usage(&element.parts[usize::from(absent)], deeper(absent + 1), None, false);
        }
        if let Some(Owned { rule, test: (name, _) }) = &element.datatype {
            self.recorder.applies(*rule);
            if let Some(extra) = beyond {
                let text =
                    format!("the datatype {name} has {} components; this one is beyond them", element.parts.len());
                self.fail(*rule, extra, text);
            }
        }
    }

    fn inner(&mut self, part: &Element, id: NodeId, step: Step) {
        let outer = self.scope;
        self.scope = Scope { node: Some(id), ..outer };
        self.value(part, id, step);
        self.scope = outer;
    }

    /// Length, codes, fixed value and rules of a value that is there.
    fn content(&mut self, element: &Element, id: NodeId) {
        let message = self.scope.message;
        let raw = message.raw(id);
        if raw == b"\"\"" {
            return;
        }
        if let Some(Owned { rule, test: most }) = element.length {
            self.recorder.applies(rule);
            let most = most as usize;
            // Bytes are never fewer than characters, so a short value needs no decoding.
            if raw.len() > most {
                let length = characters(&decode(raw, &message.separators));
                if length > most {
                    self.fail(rule, id, format!("longer than {most} characters: it has {length}"));
                }
            }
        }
        if let Some(Owned { rule, test: codes }) = &element.codes {
            let first = if element.parts.is_empty() { Some(id) } else { message.part(id, 1) };
            if let Some(first) = first {
                self.recorder.applies(*rule);
                if !codes.contains(&decode(message.raw(first), &message.separators)) {
                    self.fail(*rule, first, format!("the code is not in {} ({})", codes.name, codes.listed()));
                }
            }
        }
        if let Some(Owned { rule, test: fixed }) = &element.fixed {
            self.recorder.applies(*rule);
            if raw != fixed.as_ref() {
                self.fail(*rule, id, format!("must be {}", String::from_utf8_lossy(fixed)));
            }
        }
        for asserted in &element.asserted {
            self.asserted(asserted, Some(id), message.span(id));
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

    fn fail(&mut self, rule: RuleId, id: NodeId, message: impl Into<Cow<'static, str>>) {
        self.found(rule, Outcome::Failed, Some(id), self.scope.message.span(id), message);
    }

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
    fn absent(
        &mut self,
        rule: RuleId,
        outcome: Outcome,
        missing: Step,
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
                (Spot::new(message, segment, field, near).lacking(missing), span)
            }
        };
        self.recorder.found_at(self.unit, rule, outcome, spot, span, text);
    }
}

fn of(element: &Element, number: u16) -> Cow<'static, str> {
    if element.label.is_empty() { format!("field {number}").into() } else { element.label.into() }
}

fn named(element: &Element, step: Step) -> Cow<'static, str> {
    match (element.label.is_empty(), step.subcomponent, step.component) {
        (false, ..) => element.label.into(),
        (true, 0, 0) => format!("field {}", step.field).into(),
        (true, 0, component) => format!("component {component}").into(),
        (true, subcomponent, _) => format!("subcomponent {subcomponent}").into(),
    }
}
