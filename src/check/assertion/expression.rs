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

    /// Visits every place at `target`, in order.
    fn each(&self, target: &Target, visit: &mut impl FnMut(Place) -> ControlFlow<()>) -> ControlFlow<()> {
        if target.segment == [0; 3] {
            let whole = self.whole.or(self.field).or(self.node);
            let Some(from) = (if target.component > 0 { whole } else { self.node }) else {
                return ControlFlow::Continue(());
            };
            return self.parts(Place { segment: self.segment, field: self.field, node: from }, target, visit);
        }
        if let Some(current) = self.segment
            && self.message.segment_name(current) == target.segment
            && target.occurrence == 0
        {
            return self.in_segment(current, target, visit);
        }
        self.groups.each(self.segment, target, |segment| self.in_segment(segment, target, visit))
    }

    fn in_segment(
        &self,
        segment: NodeId,
        target: &Target,
        visit: &mut impl FnMut(Place) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let here = Place { segment: Some(segment), field: None, node: segment };
        if target.field == 0 {
            return visit(here);
        }
        let tree = self.message.tree;
        if let Some(current) = self.field
            && self.segment == Some(segment)
            && tree.node(current).number == target.field
            && target.repetition == 0
        {
            return self.parts(Place { field: Some(current), node: current, ..here }, target, visit);
        }
        for field in self.message.field(segment, target.field) {
            if target.repetition > 0 && tree.node(field).ordinal != target.repetition {
                continue;
            }
            self.parts(Place { field: Some(field), node: field, ..here }, target, visit)?;
        }
        ControlFlow::Continue(())
    }

    fn parts(&self, from: Place, target: &Target, visit: &mut impl FnMut(Place) -> ControlFlow<()>) -> ControlFlow<()> {
        let mut at = from.node;
        for number in [target.component, target.subcomponent] {
            if number > 0 {
                match self.message.part(at, number) {
                    Some(part) => at = part,
                    None => return ControlFlow::Continue(()),
                }
            }
        }
        visit(Place { node: at, ..from })
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

    fn any(&self, target: &Target, mut test: impl FnMut(Place) -> Truth) -> Truth {
        let mut answer = Truth::False;
        let _done = self.each(target, &mut |place| {
            answer = answer.or(|| test(place));
            if answer == Truth::True { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        answer
    }

    fn any_value(&self, target: &Target, mut test: impl FnMut(&[u8]) -> Truth) -> Truth {
        self.any(target, |place| {
            let raw = self.message.raw(place.node);
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

impl Expression {
    /// What the expression says at `scope`.
    pub fn eval(&self, scope: &Scope<'_>) -> Truth {
        match self {
            Self::Constant(truth) => *truth,
            Self::Not(inner) => inner.eval(scope).not(),
            Self::And(left, right) => left.eval(scope).not().or(|| right.eval(scope).not()).not(),
            Self::Or(left, right) => left.eval(scope).or(|| right.eval(scope)),
            Self::Present(target) => scope.any(target, |place| Truth::of(!nothing(scope.message.raw(place.node)))),
            Self::Null(target) => scope.any(target, |place| Truth::of(scope.message.is_null(place.node))),
            Self::Compare(left, comparison, right) => compare(scope, left, *comparison, right),
            Self::In(target, codes) => scope.any_value(target, |value| Truth::of(codes.contains(value))),
            Self::Matches(target, regex) => scope.any_value(target, |value| Truth::of(regex.is_match(value))),
            Self::StartsWith(target, text) => scope.any_value(target, |value| Truth::of(value.starts_with(text))),
            Self::Native(target, native) => scope.any_value(target, |value| match (native.check)(value) {
                Judged::Passed => Truth::True,
                Judged::Failed(_) => Truth::False,
                Judged::CannotTell(_) => Truth::Undecided,
            }),
            Self::Exists(target, filter) => scope.any(target, |place| filter.eval(&scope.at(place))),
            Self::Every(target, filter) => scope.any(target, |place| filter.eval(&scope.at(place)).not()).not(),
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

/// Empty, or the explicit null: there is no value to compare.
fn nothing(raw: &[u8]) -> bool {
    raw.is_empty() || raw == b"\"\""
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
        Comparison::Equal => return Truth::of(a == b),
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
    if a.len().max(b.len()) >= 8
        && let (Some(a), Some(b)) = (parse_hl7_ts(a), parse_hl7_ts(b))
    {
        return a.compare(&b);
    }
    let (a, b) = (std::str::from_utf8(a).ok()?, std::str::from_utf8(b).ok()?);
    let version = |text: &str| text.split('.').map(|part| part.parse::<u32>().ok()).collect::<Option<Vec<_>>>();
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.partial_cmp(&b),
        _ => Some(version(a)?.cmp(&version(b)?)),
    }
}

/// A plain decimal number; not `1e5`, `inf` or `nan`, which no HL7 number is.
fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+'));
    text.parse().ok().filter(|_| plain)
}
