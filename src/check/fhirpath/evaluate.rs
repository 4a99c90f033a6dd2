//! [`Plan`] × elements → items or a truth.
//!
//! In: a compiled expression, a view, the element it is about, and a host. Out: items, or whether an invariant holds.
//! Collections are ranges of one stack that belongs to the caller's scratch memory, so that an evaluation that makes
//! no strings allocates nothing. Every step is counted; an evaluation that takes too many cannot tell.

mod boundary;
mod calls;
mod collections;
mod convert;
mod equality;
mod fhir;
mod logic;
mod maths;
mod operators;
mod order;
mod quantity;
mod text;
mod types;
mod walk;

use super::error::{ExprError, Halt, Halted, Outcome, cannot_tell};
use super::host::Host;
use super::moment::Moment;
use super::plan::{Op, OpId, Plan, Wanted};
use super::value::{Item, Text};
use crate::instance::{Elements, Flags, NameId, NodeId};
use crate::standard::fhir::View;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use walk::Sink;

/// Steps that every evaluation may take.
const STEPS: u64 = 1_000_000;
/// Steps more for each element of the unit: expressions may look at all of them several times.
const STEPS_PER_ELEMENT: u64 = 64;

/// What an evaluation works with.
pub(super) struct Evaluator<'a, 'h> {
    plan: &'a Plan,
    view: View<'a>,
    host: &'h dyn Host,
    context: NodeId,
    pub(super) stack: Vec<Item<'a>>,
    steps: u64,
    /// The values of variables, by slot.
    variables: Vec<Vec<Item<'a>>>,
    /// What could not be told while looking for any item that will do.
    doubt: Option<Halted>,
    now: Option<Moment>,
    /// Where the children of a name begin, for elements that have many others before them.
    first_named: FxHashMap<(NodeId, NameId), NodeId>,
}

/// What `$this`, `$index` and `$total` are.
#[derive(Clone, Copy)]
pub(super) struct Frame<'f, 'a> {
    this: Option<&'f Item<'a>>,
    index: i64,
    total: &'f [Item<'a>],
}

impl<'f, 'a> Frame<'f, 'a> {
    fn of(this: &'f Item<'a>) -> Self {
        Self { this: Some(this), index: 0, total: &[] }
    }
}

impl<'a, 'h> Evaluator<'a, 'h> {
    /// An evaluation of `plan` at `context`, whose items go on `stack`.
    pub(super) fn new(
        plan: &'a Plan,
        view: View<'a>,
        context: NodeId,
        host: &'h dyn Host,
        stack: Vec<Item<'a>>,
    ) -> Self {
        let steps = STEPS + STEPS_PER_ELEMENT * view.elements.len() as u64;
        Self {
            plan,
            view,
            host,
            context,
            stack,
            steps,
            variables: Vec::new(),
            doubt: None,
            now: None,
            first_named: FxHashMap::default(),
        }
    }

    /// All items of the expression, on the stack.
    pub(super) fn run(&mut self) -> Outcome<()> {
        let this = Item::Node(self.context);
        self.collect(self.plan.root, &Frame::of(&this))
    }

    /// Whether the expression holds as an invariant: it gives `true`, or items that are no boolean.
    pub(super) fn holds(&mut self) -> Outcome<bool> {
        let this = Item::Node(self.context);
        let frame = Frame::of(&this);
        let root = self.plan.root;
        if self.plan.op(root).is_truth() {
            return Ok(self.truth(root, &frame)?.unwrap_or(false));
        }
        self.collect(root, &frame)?;
        Ok(match self.stack.as_slice() {
            [] => false,
            [item] => self.as_boolean(item).unwrap_or(true),
            _ => true,
        })
    }

    #[inline]
    fn spend(&mut self, steps: u64) -> Outcome<()> {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => {
                self.steps = 0;
                cannot_tell("the expression takes more steps than are allowed")
            }
        }
    }

    /// `message` about the operation `id`.
    fn wrong<T>(&self, id: OpId, message: impl Into<Cow<'static, str>>) -> Outcome<T> {
        Err(Box::new(Halt::Error(ExprError::new(self.plan.span(id), message))))
    }

    /// Puts the items that the operation `id` gives on the stack.
    fn collect(&mut self, id: OpId, frame: &Frame<'_, 'a>) -> Outcome<()> {
        self.spend(1)?;
        let plan = self.plan;
        match plan.op(id) {
            Op::Empty => {}
            Op::Constant(item) => self.stack.push(item.clone()),
            Op::Text(text) => self.stack.push(Item::Text(Text::Borrowed(text))),
            Op::This => self.stack.extend(frame.this.cloned()),
            Op::Index => self.stack.push(Item::Integer(frame.index)),
            Op::Total => self.stack.extend_from_slice(frame.total),
            Op::Context => self.stack.push(Item::Node(self.context)),
            Op::Resource => self.stack.push(Item::Node(self.resource())),
            Op::RootResource => self.stack.push(Item::Node(self.root_resource())),
            Op::Variable(slot) => {
                let items = self.variables.get(*slot).map_or(&[][..], Vec::as_slice);
                self.stack.extend_from_slice(items);
            }
            Op::Path(from, steps) => {
                self.walk_from(*from, steps, Sink::Collect, frame)?;
            }
            Op::Count(of) => {
                let count = self.count(*of, frame)?;
                self.stack.push(Item::Integer(count as i64));
            }
            Op::First(of) => match plan.op(*of) {
                Op::Path(from, steps) => {
                    self.walk_from(*from, steps, Sink::First, frame)?;
                }
                _ => {
                    let start = self.stack.len();
                    self.collect(*of, frame)?;
                    self.stack.truncate(start + 1);
                }
            },
            Op::Arithmetic(operator, left, right) => {
                let item = self.arithmetic(id, *operator, *left, *right, frame)?;
                self.stack.extend(item);
            }
            Op::Concatenate(left, right) => {
                let left = self.optional_text(*left, frame)?.unwrap_or(Text::Borrowed(""));
                let right = self.optional_text(*right, frame)?.unwrap_or(Text::Borrowed(""));
                self.spend((left.len() + right.len()) as u64 / 16)?;
                self.stack.push(Item::text([&*left, &*right].concat()));
            }
            Op::Union(left, right) => {
                let start = self.stack.len();
                self.collect(*left, frame)?;
                self.collect(*right, frame)?;
                self.keep_distinct(start)?;
            }
            Op::Negated(of) => {
                let item = self.negated(id, *of, frame)?;
                self.stack.extend(item);
            }
            Op::Unchanged(of) => {
                let item = self.value(*of, frame)?;
                if item.as_ref().is_some_and(|item| item.number().is_none() && !matches!(item, Item::Quantity(_))) {
                    return self.wrong(id, "a sign stands before something that is no number");
                }
                self.stack.extend(item);
            }
            Op::As(of, kind) => {
                let start = self.stack.len();
                self.collect(*of, frame)?;
                if self.stack.len() > start + 1 {
                    return self.wrong(id, "as is for one item; ofType filters several");
                }
                if self.stack.last().is_some_and(|item| self.stack.len() > start && !self.is_of_type(item, *kind)) {
                    self.stack.truncate(start);
                }
            }
            Op::Indexed(of, index) => self.indexed(*of, *index, frame)?,
            Op::Where(of, criterion) => self.filter(*of, *criterion, frame)?,
            Op::Select(of, projection) => self.select(*of, *projection, frame)?,
            Op::Repeat(of, projection, wanted) => self.repeat(*of, *projection, *wanted == Wanted::Plain, frame)?,
            Op::Aggregate(of, each, start) => self.aggregate(*of, *each, *start, frame)?,
            Op::Sort(of, keys) => self.sort(id, *of, keys, frame)?,
            Op::Iif(of, criterion, yes, no) => self.iif(id, *of, *criterion, *yes, *no, frame)?,
            Op::Define(of, slot, value) => self.define(*of, *slot, *value, frame)?,
            Op::Replace(of, pattern, with) => {
                let item = self.replace_matches(*of, pattern, *with, frame)?;
                self.stack.extend(item);
            }
            Op::Call(function, of, arguments) => self.call(id, *function, *of, arguments, frame)?,
            Op::Exists(..)
            | Op::All(..)
            | Op::HasValue(_)
            | Op::Not(_)
            | Op::Logic(..)
            | Op::Compare(..)
            | Op::Equality(..)
            | Op::Among(..)
            | Op::Is(..)
            | Op::Matches(..) => {
                let truth = self.truth(id, frame)?;
                self.stack.extend(truth.map(Item::Boolean));
            }
        }
        Ok(())
    }

    /// The one item that the operation `id` gives; an error when there are more.
    fn single(&mut self, id: OpId, frame: &Frame<'_, 'a>) -> Outcome<Option<Item<'a>>> {
        let start = self.stack.len();
        self.collect(id, frame)?;
        if self.stack.len() > start + 1 {
            return self.wrong(id, "one item is wanted here, and there are several");
        }
        Ok(if self.stack.len() > start { self.stack.pop() } else { None })
    }

    /// The same, a primitive element as the value it holds.
    fn value(&mut self, id: OpId, frame: &Frame<'_, 'a>) -> Outcome<Option<Item<'a>>> {
        let Some(item) = self.single(id, frame)? else { return Ok(None) };
        match item {
            Item::Node(node) => match self.value_of(&item)? {
                Some(value) => Ok(Some(value)),
                None => self.quantity_of(node),
            },
            Item::Elsewhere(_) => self.value_of(&item),
            _ => Ok(Some(item)),
        }
    }

    /// The whole number that the operation `id` gives, when it is sure to give one.
    #[inline]
    fn sure_integer(&mut self, id: OpId, frame: &Frame<'_, 'a>) -> Outcome<Option<i64>> {
        match self.plan.op(id) {
            Op::Count(of) => Ok(Some(self.count(*of, frame)? as i64)),
            Op::Constant(Item::Integer(number)) => Ok(Some(*number)),
            _ => Ok(None),
        }
    }

    /// The string that the operation `id` gives; an error when it is something else.
    fn optional_text(&mut self, id: OpId, frame: &Frame<'_, 'a>) -> Outcome<Option<Text<'a>>> {
        let Some(item) = self.single(id, frame)? else { return Ok(None) };
        match item {
            Item::Text(text) => Ok(Some(text)),
            Item::Node(node) if self.view.model.primitive(self.view.type_id(node)).is_some() => Ok(self.text_of(node)),
            Item::Node(node) if self.view.has_value(node) => Ok(self.text_of(node)),
            _ => self.wrong(id, "a string is wanted here"),
        }
    }

    /// The whole number that the operation `id` gives.
    fn optional_integer(&mut self, id: OpId, frame: &Frame<'_, 'a>) -> Outcome<Option<i64>> {
        match self.value(id, frame)? {
            None => Ok(None),
            Some(Item::Integer(number) | Item::Long(number)) => Ok(Some(number)),
            Some(_) => self.wrong(id, "a whole number is wanted here"),
        }
    }

    fn resource(&self) -> NodeId {
        self.view.resource_of(self.context)
    }

    /// The resource that contains [`Self::resource`], or it itself.
    fn root_resource(&self) -> NodeId {
        let resource = self.resource();
        let element = self.view.elements.node(resource);
        if resource == Elements::ROOT || element.name != self.plan.names.contained {
            return resource;
        }
        self.view.resource_of(element.parent)
    }

    /// The text of a primitive element.
    fn text_of(&self, node: NodeId) -> Option<Text<'a>> {
        match self.view.text(node)? {
            Cow::Borrowed(text) => Some(Text::Borrowed(text)),
            Cow::Owned(text) => Some(text.into()),
        }
    }

    /// Whether the primitive `node` has exactly this text.
    fn text_is(&self, node: NodeId, text: &str) -> bool {
        let element = self.view.elements.node(node);
        if !element.flags.has(Flags::VALUE) {
            return false;
        }
        if !element.flags.has(Flags::ESCAPED) {
            return self.view.raw(node) == text.as_bytes();
        }
        self.view.text(node).is_some_and(|read| read == text)
    }
}
