//! Expressions over an HL7 v2 message: predicates, co-constraints and conditions of rules.
//!
//! Three-valued: a comparison that the message cannot decide (times of different precision, text against a number) is
//! undecided, and so is what follows from it. A path that leads nowhere is no doubt: it compares as false.

use super::groups::Groups;
use super::values::Codes;
use crate::check::native::{Judged, Native, parse_hl7_ts};
use crate::instance::{Message, NodeId};
use crate::parse::hl7v2::decode;
use std::cmp::Ordering;
use std::ops::ControlFlow;
use std::sync::Arc;

/// What an expression says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// The message does not decide it.
    Undecided,
}

impl Truth {
    fn of(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }

    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Undecided => Self::Undecided,
        }
    }

    fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::False => Self::False,
            Self::True => other(),
            Self::Undecided => {
                if other() == Self::False {
                    Self::False
                } else {
                    Self::Undecided
                }
            }
        }
    }

    fn or(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::True => Self::True,
            Self::False => other(),
            Self::Undecided => {
                if other() == Self::True {
                    Self::True
                } else {
                    Self::Undecided
                }
            }
        }
    }
}

/// Where to look. Zero numbers mean "as a whole", or "every one" for occurrences and repetitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Segment; zeros for a path relative to the current place (`.4`).
    pub segment: [u8; 3],
    /// Which of the segments of that name, from one.
    pub occurrence: u32,
    /// Field.
    pub field: u16,
    /// Repetition, from one.
    pub repetition: u32,
    /// Component.
    pub component: u16,
    /// Subcomponent.
    pub subcomponent: u16,
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `!=`
    Different,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// One side of a comparison.
#[derive(Debug)]
pub enum Operand {
    /// The values at a path.
    Path(Target),
    /// A literal.
    Text(Box<[u8]>),
    /// How many places a path has, of those that satisfy a filter.
    Count(Target, Option<Box<Expression>>),
    /// Length in characters of the values at a path.
    Length(Target),
}

/// A compiled expression.
#[derive(Debug)]
pub enum Expression {
    /// A constant.
    Constant(Truth),
    /// Negation.
    Not(Box<Expression>),
    /// Both.
    And(Box<Expression>, Box<Expression>),
    /// Either.
    Or(Box<Expression>, Box<Expression>),
    /// Populated, and not with the explicit null.
    Present(Target),
    /// The explicit null.
    Null(Target),
    /// A comparison; true if any value on the left satisfies it with any on the right.
    Compare(Operand, Comparison, Operand),
    /// Any value is in a set of codes.
    In(Target, Arc<Codes>),
    /// Any value matches a regular expression as a whole.
    Matches(Target, Box<regex::bytes::Regex>),
    /// Any value begins so.
    StartsWith(Target, Box<[u8]>),
    /// Any value passes a native check.
    Native(Target, &'static Native),
    /// Some place satisfies the filter.
    Exists(Target, Box<Expression>),
    /// Every place satisfies the filter.
    Every(Target, Box<Expression>),
}

/// The current place, from which paths are read.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The message.
    pub message: Message<'a>,
    /// Which segments belong together.
    pub groups: &'a Groups,
    /// The current segment.
    pub segment: Option<NodeId>,
    /// The current field repetition.
    pub field: Option<NodeId>,
    /// The current place itself.
    pub node: Option<NodeId>,
    /// What `.4` is a part of where a datatype is spoken of: the value of that datatype. Elsewhere the repetition.
    pub whole: Option<NodeId>,
}

impl<'a> Scope<'a> {
    /// The scope of the message as a whole.
    pub fn whole(message: Message<'a>, groups: &'a Groups) -> Self {
        Self { message, groups, segment: None, field: None, node: None, whole: None }
    }

    /// The value at `target` where there is one at most: nearly every path of a rule leads to one, and following it
    /// takes no search.
    #[inline(always)]
    fn sole(&self, target: &Target) -> Sole {
        // The value in hand itself.
        if target.segment == [0; 3] && target.component == 0 && target.subcomponent == 0 {
            return self.node.map_or(Sole::Nowhere, Sole::Here);
        }
        self.sole_further(target)
    }

    #[inline(never)]
    fn sole_further(&self, target: &Target) -> Sole {
        if target.segment == [0; 3] {
            let whole = || self.whole.or(self.field).or(self.node);
            let from = if target.component > 0 { whole() } else { self.node };
            return from.map_or(Sole::Nowhere, |from| self.part(from, target));
        }
        match self.current(target) {
            Some(current) => self.sole_in(current, target),
            None => self.sole_elsewhere(target),
        }
    }

    #[inline(never)]
    fn sole_elsewhere(&self, target: &Target) -> Sole {
        let mut first = None;
        let several = self.groups.each(self.segment, target, |segment| match first.replace(segment) {
            None => ControlFlow::Continue(()),
            Some(_) => ControlFlow::Break(()),
        });
        match first {
            _ if several.is_break() => Sole::Several,
            None => Sole::Nowhere,
            Some(segment) => self.sole_in(segment, target),
        }
    }

    #[inline(never)]
    fn sole_in(&self, segment: NodeId, target: &Target) -> Sole {
        if target.field == 0 {
            return Sole::Here(segment);
        }
        if let Some(field) = self.repetition(segment, target) {
            return self.part(field, target);
        }
        let Some(field) = self.message.field(segment, target.field).next() else { return Sole::Nowhere };
        let node = self.message.tree.node(field);
        if node.beyond != node.next || target.repetition > 0 {
            return Sole::Several;
        }
        self.part(field, target)
    }

    /// Visits every place at `target`, in order.
    fn each(&self, target: &Target, visit: &mut dyn FnMut(Place) -> ControlFlow<()>) -> ControlFlow<()> {
        if target.segment == [0; 3] {
            return match self.sole(target) {
                Sole::Here(node) => visit(Place { segment: self.segment, field: self.field, node }),
                Sole::Nowhere | Sole::Several => ControlFlow::Continue(()),
            };
        }
        match self.current(target) {
            Some(current) => self.in_segment(current, target, visit),
            None => self.groups.each(self.segment, target, |segment| self.in_segment(segment, target, visit)),
        }
    }

    fn in_segment(
        &self,
        segment: NodeId,
        target: &Target,
        visit: &mut dyn FnMut(Place) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if target.field == 0 {
            return visit(Place { segment: Some(segment), field: None, node: segment });
        }
        let mut inside = |field| match self.part(field, target) {
            Sole::Here(node) => visit(Place { segment: Some(segment), field: Some(field), node }),
            Sole::Nowhere | Sole::Several => ControlFlow::Continue(()),
        };
        if let Some(field) = self.repetition(segment, target) {
            return inside(field);
        }
        for field in self.message.field(segment, target.field) {
            if target.repetition == 0 || self.message.tree.node(field).ordinal == target.repetition {
                inside(field)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// The current segment, if `target` means it.
    #[inline]
    fn current(&self, target: &Target) -> Option<NodeId> {
        let current = self.segment.filter(|_| target.occurrence == 0)?;
        (self.message.segment_name(current) == target.segment).then_some(current)
    }

    /// The current repetition, if `target` in `segment` means it.
    #[inline]
    fn repetition(&self, segment: NodeId, target: &Target) -> Option<NodeId> {
        let field = self.field.filter(|_| target.repetition == 0 && self.segment == Some(segment))?;
        (self.message.tree.node(field).number == target.field).then_some(field)
    }

    /// The component and subcomponent that `target` names, of `from`.
    #[inline]
    fn part(&self, from: NodeId, target: &Target) -> Sole {
        let mut node = from;
        for number in [target.component, target.subcomponent] {
            if number > 0 {
                match self.message.part(node, number) {
                    Some(part) => node = part,
                    None => return Sole::Nowhere,
                }
            }
        }
        Sole::Here(node)
    }

    /// The raw value here.
    pub fn raw(&self) -> &'a [u8] {
        self.node.map_or(b"", |node| self.message.raw(node))
    }

    /// The scope of a filter on `place`: `.4` is a part of the place itself.
    fn at(&self, place: Place) -> Self {
        let Place { segment, field, node } = place;
        Self { segment, field, node: Some(node), whole: Some(node), ..*self }
    }

    /// Whether `test` is true of any node at `target`.
    #[inline]
    fn any(&self, target: &Target, mut test: impl FnMut(NodeId) -> Truth) -> Truth {
        match self.sole(target) {
            Sole::Nowhere => Truth::False,
            Sole::Here(node) => test(node),
            Sole::Several => self.any_place(target, &mut |place| test(place.node)),
        }
    }

    fn any_place(&self, target: &Target, test: &mut dyn FnMut(Place) -> Truth) -> Truth {
        let mut answer = Truth::False;
        let _done = self.each(target, &mut |place| {
            answer = answer.or(|| test(place));
            if answer == Truth::True { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        answer
    }

    #[inline]
    fn any_value(&self, target: &Target, mut test: impl FnMut(&[u8]) -> Truth) -> Truth {
        self.any(target, |node| {
            let raw = self.message.raw(node);
            if nothing(raw) {
                return Truth::False;
            }
            test(&decode(raw, &self.message.separators))
        })
    }
}

/// A place that a path leads to.
#[derive(Clone, Copy)]
struct Place {
    segment: Option<NodeId>,
    field: Option<NodeId>,
    node: NodeId,
}

/// How many places a path leads to.
#[derive(Clone, Copy)]
enum Sole {
    Nowhere,
    Here(NodeId),
    /// It may be several: they are to be visited.
    Several,
}

impl Expression {
    /// What the expression says at `scope`.
    pub fn eval(&self, scope: &Scope<'_>) -> Truth {
        match self {
            Self::Constant(truth) => *truth,
            Self::Not(inner) => inner.eval(scope).not(),
            Self::And(left, right) => left.eval(scope).and(|| right.eval(scope)),
            Self::Or(left, right) => left.eval(scope).or(|| right.eval(scope)),
            Self::Present(target) => scope.any(target, |node| Truth::of(!nothing(scope.message.raw(node)))),
            Self::Null(target) => scope.any(target, |node| Truth::of(scope.message.is_null(node))),
            // Nearly every comparison is of one value with a literal.
            Self::Compare(
                Operand::Path(target),
                comparison @ (Comparison::Equal | Comparison::Different),
                Operand::Text(text),
            ) if scope.message.separators.escape == 0 => {
                let equal = match scope.sole(target) {
                    Sole::Nowhere => Truth::False,
                    Sole::Here(node) => Truth::of(is(scope.message.raw(node), text)),
                    Sole::Several => {
                        scope.any_place(target, &mut |place| Truth::of(is(scope.message.raw(place.node), text)))
                    }
                };
                if *comparison == Comparison::Equal { equal } else { equal.not() }
            }
            Self::Compare(left, comparison, right) => compare(scope, left, *comparison, right),
            Self::In(target, codes) => scope.any_value(target, |value| Truth::of(codes.contains(value))),
            Self::Matches(target, regex) => scope.any_value(target, |value| Truth::of(regex.is_match(value))),
            Self::StartsWith(target, text) => scope.any_value(target, |value| Truth::of(value.starts_with(text))),
            Self::Native(target, native) => scope.any_value(target, |value| match (native.check)(value) {
                Judged::Passed => Truth::True,
                Judged::Failed(_) => Truth::False,
                Judged::CannotTell(_) => Truth::Undecided,
            }),
            Self::Exists(target, filter) => scope.any_place(target, &mut |place| filter.eval(&scope.at(place))),
            Self::Every(target, filter) => {
                scope.any_place(target, &mut |place| filter.eval(&scope.at(place)).not()).not()
            }
        }
    }
}

fn compare(scope: &Scope<'_>, left: &Operand, comparison: Comparison, right: &Operand) -> Truth {
    if comparison == Comparison::Different {
        return compare(scope, left, Comparison::Equal, right).not();
    }
    match (left, right) {
        // Nearly every comparison is of a path with a literal, and needs no search through two lists.
        (Operand::Path(target), Operand::Text(text)) => scope.any_value(target, |a| decide(a, comparison, text)),
        _ => with_values(scope, left, &mut |a| with_values(scope, right, &mut |b| decide(a, comparison, b))),
    }
}

/// True if `test` is true of any value of `operand`.
fn with_values(scope: &Scope<'_>, operand: &Operand, test: &mut dyn FnMut(&[u8]) -> Truth) -> Truth {
    match operand {
        Operand::Text(text) => test(text),
        Operand::Path(target) => scope.any_value(target, test),
        Operand::Length(target) => scope.any_value(target, |value| test(Digits::of(characters(value) as u64).text())),
        Operand::Count(target, filter) => {
            let mut count = 0u64;
            let _whole = scope.each(target, &mut |place| {
                let counts = filter.as_ref().is_none_or(|filter| filter.eval(&scope.at(place)) == Truth::True);
                count += u64::from(counts);
                ControlFlow::Continue(())
            });
            test(Digits::of(count).text())
        }
    }
}

/// A number as text, without the heap.
struct Digits {
    bytes: [u8; 20],
    start: usize,
}

impl Digits {
    fn of(mut number: u64) -> Self {
        let mut digits = Self { bytes: [b'0'; 20], start: 20 };
        while digits.start == 20 || number > 0 {
            digits.start -= 1;
            digits.bytes[digits.start] = b'0' + (number % 10) as u8;
            number /= 10;
        }
        digits
    }

    fn text(&self) -> &[u8] {
        &self.bytes[self.start..]
    }
}

/// Whether a value, in which nothing is escaped, is there and is `text`.
#[inline]
fn is(raw: &[u8], text: &[u8]) -> bool {
    // Lengths first: most values that differ differ there.
    raw.len() == text.len() && raw == text && !nothing(raw)
}

/// Empty, or the explicit null: there is no value to compare.
fn nothing(raw: &[u8]) -> bool {
    matches!(raw, [] | [b'"', b'"'])
}

/// Characters in `value`; a byte that is not UTF-8 counts as one.
pub fn characters(value: &[u8]) -> usize {
    if value.is_ascii() {
        return value.len();
    }
    value.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum()
}

fn decide(a: &[u8], comparison: Comparison, b: &[u8]) -> Truth {
    let wanted: &[Ordering] = match comparison {
        // Lengths first: most values that differ differ there.
        Comparison::Equal => return Truth::of(a.len() == b.len() && a == b),
        Comparison::Different => return Truth::of(a != b),
        Comparison::Less => &[Ordering::Less],
        Comparison::LessOrEqual => &[Ordering::Less, Ordering::Equal],
        Comparison::Greater => &[Ordering::Greater],
        Comparison::GreaterOrEqual => &[Ordering::Greater, Ordering::Equal],
    };
    order(a, b).map_or(Truth::Undecided, |order| Truth::of(wanted.contains(&order)))
}

/// Times where both are HL7 times and one is at least a day, numbers where both are numbers, version numbers part by
/// part. `2024` alone may be a year or a number: what it is compared with tells.
fn order(a: &[u8], b: &[u8]) -> Option<Ordering> {
    if let (Some(a), Some(b)) = (whole(a), whole(b)) {
        return Some(a.cmp(&b));
    }
    if a.len().max(b.len()) >= 8
        && let (Some(a), Some(b)) = (parse_hl7_ts(a), parse_hl7_ts(b))
    {
        return a.compare(&b);
    }
    let (a, b) = (std::str::from_utf8(a).ok()?, std::str::from_utf8(b).ok()?);
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.partial_cmp(&b),
        _ => {
            let parts = |text| str::split(text, '.').map(|part| part.parse::<u32>().ok());
            let is_version = |text| parts(text).all(|part| part.is_some());
            (is_version(a) && is_version(b)).then(|| parts(a).cmp(parts(b)))
        }
    }
}

/// A whole number of few digits, too short for a time: nearly all that are compared.
fn whole(text: &[u8]) -> Option<u32> {
    let plain = matches!(text.len(), 1..8) && text.iter().all(u8::is_ascii_digit);
    plain.then(|| text.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
}

/// A plain decimal number; not `1e5`, `inf` or `nan`, which no HL7 number is.
fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+'));
    text.parse().ok().filter(|_| plain)
}
