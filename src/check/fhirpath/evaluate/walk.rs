//! Paths: from an item along steps, each item at the end handed on as it is reached.

use super::{Evaluator, Frame};
use crate::check::fhirpath::error::{Halt, Outcome, cannot_tell};
use crate::check::fhirpath::host::Resolution;
use crate::check::fhirpath::plan::{Op, OpId, Step};
use crate::check::fhirpath::value::{Item, Measure, System, Text, TypeOf};
use crate::instance::{NameId, NodeId};

/// Children passed in search of a name, beyond which it is remembered where they are: criteria on the entries of a
/// large Bundle ask for the Bundle's type once for each.
const MANY: u32 = 64;

/// What becomes of the items at the end of a path.
#[derive(Clone, Copy)]
pub(super) enum Sink {
    /// They go on the stack.
    Collect,
    /// The first goes on the stack.
    First,
    /// One is enough.
    Any,
    /// One that meets the criterion is enough.
    AnyWhere(OpId),
    /// One that does not meet the criterion is enough.
    Except(OpId),
    /// They are counted.
    Count(u64),
}

impl Sink {
    /// Whether an item that may or may not be there can be passed over for now.
    fn takes_doubt(self) -> bool {
        matches!(self, Self::Any | Self::AnyWhere(_))
    }
}

/// Whether enough was seen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    More,
    Enough,
}

impl<'a> Evaluator<'a, '_> {
    /// Walks `steps` from every item of the operation `from`. Enough: the sink has what it wanted.
    pub(super) fn walk_from(
        &mut self,
        from: OpId,
        steps: &'a [Step],
        sink: Sink,
        frame: &Frame<'_, 'a>,
    ) -> Outcome<Flow> {
        let mut sink = sink;
        self.walk_all(from, steps, &mut sink, frame)
    }

    pub(super) fn walk_all(
        &mut self,
        from: OpId,
        steps: &'a [Step],
        sink: &mut Sink,
        frame: &Frame<'_, 'a>,
    ) -> Outcome<Flow> {
        let node = match self.plan.op(from) {
            Op::This => match frame.this {
                Some(Item::Node(node)) => *node,
                Some(item) => return self.walk_item(item, steps, sink, frame),
                None => return Ok(Flow::More),
            },
            Op::Context => self.context,
            Op::Resource => self.resource(),
            Op::RootResource => self.root_resource(),
            _ => {
                let start = self.stack.len();
                self.collect(from, frame)?;
                let end = self.stack.len();
                let mut flow = Flow::More;
                for at in start..end {
                    let item = self.stack[at].clone();
                    flow = self.walk_item(&item, steps, sink, frame)?;
                    if flow == Flow::Enough {
                        break;
                    }
                }
                self.stack.drain(start..end);
                return Ok(flow);
            }
        };
        self.walk(node, steps, sink, frame)
    }

    /// Walks `steps` from the element `node`.
    fn walk(&mut self, node: NodeId, steps: &'a [Step], sink: &mut Sink, frame: &Frame<'_, 'a>) -> Outcome<Flow> {
        let Some((step, rest)) = steps.split_first() else {
            return self.arrive(Item::Node(node), sink, frame);
        };
        self.spend(1)?;
        let elements = self.view.elements;
        match step {
            Step::Child(name) => return self.walk_children(node, *name, rest, sink, frame),
            Step::Member(_) => {}
            Step::Root(root, name) => {
                if self.view.model.is_a(elements.node(node).type_id, *root) {
                    return self.walk(node, rest, sink, frame);
                }
                if let Some(name) = name {
                    return self.walk_children(node, *name, rest, sink, frame);
                }
            }
            Step::MustBe(is) => {
                if self.view.model.is_a(elements.node(node).type_id, *is) {
                    return self.walk(node, rest, sink, frame);
                }
                return self.wrong(self.plan.root, "the expression is about a resource of another type");
            }
            Step::Children => {
                for child in elements.children(node) {
                    self.spend(1)?;
                    if self.walk(child, rest, sink, frame)? == Flow::Enough {
                        return Ok(Flow::Enough);
                    }
                }
            }
            Step::Descendants => {
                for below in elements.descendants(node) {
                    self.spend(1)?;
                    if self.walk(below, rest, sink, frame)? == Flow::Enough {
                        return Ok(Flow::Enough);
                    }
                }
            }
            Step::Where(criterion) => {
                let item = Item::Node(node);
                if self.meets(*criterion, &item, *sink, frame)? {
                    return self.walk(node, rest, sink, frame);
                }
            }
            Step::OfType(kind) => {
                if self.node_is_of_type(node, *kind) {
                    return self.walk(node, rest, sink, frame);
                }
            }
            Step::Extension(url) => {
                let names = self.plan.names;
                for extension in self.view.named(node, names.extension) {
                    self.spend(1)?;
                    let named = self.view.child(extension, names.url).is_some_and(|at| self.text_is(at, url));
                    if named && self.walk(extension, rest, sink, frame)? == Flow::Enough {
                        return Ok(Flow::Enough);
                    }
                }
            }
            Step::Resolve => {
                let reference = match self.view.child(node, self.plan.names.reference) {
                    Some(reference) => self.text_of(reference),
                    None => self.text_of(node),
                };
                if let Some(reference) = reference {
                    return self.follow(node, &reference, rest, sink, frame);
                }
            }
        }
        Ok(Flow::More)
    }

    #[inline]
    fn walk_children(
        &mut self,
        node: NodeId,
        name: NameId,
        rest: &'a [Step],
        sink: &mut Sink,
        frame: &Frame<'_, 'a>,
    ) -> Outcome<Flow> {
        let elements = self.view.elements;
        let end = elements.node(node).next;
        let (mut at, mut passed) = (node + 1, 0_u32);
        if !self.first_named.is_empty()
            && let Some(first) = self.first_named.get(&(node, name))
        {
            at = *first;
        }
        while at < end && elements.node(at).name != name {
            at = elements.node(at).next;
            passed += 1;
        }
        if passed > MANY {
            self.first_named.insert((node, name), at);
        }
        self.spend(1 + u64::from(passed))?;
        // Those of one name stand together.
        while at < end && elements.node(at).name == name {
            if self.walk(at, rest, sink, frame)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
            at = elements.node(at).next;
        }
        Ok(Flow::More)
    }

    /// Walks `steps` from an item of any kind.
    fn walk_item(
        &mut self,
        item: &Item<'a>,
        steps: &'a [Step],
        sink: &mut Sink,
        frame: &Frame<'_, 'a>,
    ) -> Outcome<Flow> {
        if let Item::Node(node) = item {
            return self.walk(*node, steps, sink, frame);
        }
        let Some((step, rest)) = steps.split_first() else {
            return self.arrive(item.clone(), sink, frame);
        };
        self.spend(1)?;
        match (step, item) {
            (Step::Where(criterion), _) => {
                let meets = self.meets(*criterion, item, *sink, frame)?;
                return if meets { self.walk_item(item, rest, sink, frame) } else { Ok(Flow::More) };
            }
            (Step::OfType(kind), _) if self.is_of_type(item, *kind) => {
                return self.walk_item(item, rest, sink, frame);
            }
            (Step::OfType(_), _) => {}
            (Step::Root(root, _), Item::Elsewhere(is)) if self.view.model.is_a(*is, *root) => {
                return self.walk_item(item, rest, sink, frame);
            }
            (_, Item::Elsewhere(_)) => return cannot_tell("a resource that is referred to is not at hand"),
            (Step::Child(name), _) => {
                let name = self.view.model.name_of(*name);
                if let Some(member) = self.member_of_value(item, name) {
                    return self.walk_item(&member, rest, sink, frame);
                }
            }
            (Step::Member(name), _) => {
                if let Some(member) = self.member_of_value(item, name) {
                    return self.walk_item(&member, rest, sink, frame);
                }
            }
            (Step::Resolve, Item::Text(reference)) => {
                return self.follow(self.context, reference, rest, sink, frame);
            }
            _ => {}
        }
        Ok(Flow::More)
    }

    fn follow(
        &mut self,
        from: NodeId,
        reference: &str,
        rest: &'a [Step],
        sink: &mut Sink,
        frame: &Frame<'_, 'a>,
    ) -> Outcome<Flow> {
        match self.host.resolve(self.view, from, reference) {
            Resolution::Node(node) => self.walk(node, rest, sink, frame),
            Resolution::Elsewhere(is) => self.walk_item(&Item::Elsewhere(is), rest, sink, frame),
            Resolution::Nothing => Ok(Flow::More),
            Resolution::CannotTell(cause) => {
                let halted = Box::new(Halt::CannotTell(cause));
                if !sink.takes_doubt() {
                    return Err(halted);
                }
                self.doubt.get_or_insert(halted);
                Ok(Flow::More)
            }
        }
    }

    /// Whether `item` meets the criterion of a step on the way to `sink`.
    fn meets(&mut self, criterion: OpId, item: &Item<'a>, sink: Sink, frame: &Frame<'_, 'a>) -> Outcome<bool> {
        let inner = Frame { this: Some(item), ..*frame };
        let height = self.stack.len();
        match self.truth(criterion, &inner) {
            Ok(truth) => Ok(truth == Some(true)),
            Err(halted) if sink.takes_doubt() && matches!(*halted, Halt::CannotTell(_)) => {
                self.stack.truncate(height);
                self.doubt.get_or_insert(halted);
                Ok(false)
            }
            Err(halted) => Err(halted),
        }
    }

    /// An item is at the end of its path.
    pub(super) fn arrive(&mut self, item: Item<'a>, sink: &mut Sink, frame: &Frame<'_, 'a>) -> Outcome<Flow> {
        Ok(match sink {
            Sink::Collect => {
                self.stack.push(item);
                Flow::More
            }
            Sink::First => {
                self.stack.push(item);
                Flow::Enough
            }
            Sink::Any => Flow::Enough,
            Sink::Count(count) => {
                *count += 1;
                Flow::More
            }
            Sink::AnyWhere(criterion) => {
                let criterion = *criterion;
                if self.meets(criterion, &item, *sink, frame)? { Flow::Enough } else { Flow::More }
            }
            Sink::Except(criterion) => {
                let inner = Frame { this: Some(&item), ..*frame };
                let height = self.stack.len();
                match self.truth(*criterion, &inner) {
                    Ok(Some(true)) => Flow::More,
                    Ok(_) => Flow::Enough,
                    Err(halted) if matches!(*halted, Halt::CannotTell(_)) => {
                        self.stack.truncate(height);
                        self.doubt.get_or_insert(halted);
                        Flow::More
                    }
                    Err(halted) => return Err(halted),
                }
            }
        })
    }

    /// Whether the sink, which stops at the first item that decides, had enough; a doubt met on the way counts only
    /// when nothing decided.
    pub(super) fn decides(&mut self, of: OpId, mut sink: Sink, frame: &Frame<'_, 'a>) -> Outcome<bool> {
        let outer = self.doubt.take();
        let flow = self.feed(of, &mut sink, frame);
        let doubt = std::mem::replace(&mut self.doubt, outer);
        match (flow?, doubt) {
            (Flow::Enough, _) => Ok(true),
            (Flow::More, Some(doubt)) => Err(doubt),
            (Flow::More, None) => Ok(false),
        }
    }

    /// How many items the operation `of` gives.
    pub(super) fn count(&mut self, of: OpId, frame: &Frame<'_, 'a>) -> Outcome<u64> {
        let mut sink = Sink::Count(0);
        self.feed(of, &mut sink, frame)?;
        Ok(if let Sink::Count(count) = sink { count } else { 0 })
    }

    /// Hands the items of the operation `of` to `sink`, without collecting them where they need not be.
    fn feed(&mut self, of: OpId, sink: &mut Sink, frame: &Frame<'_, 'a>) -> Outcome<Flow> {
        let plan = self.plan;
        match plan.op(of) {
            Op::Path(from, steps) => self.walk_all(*from, steps, sink, frame),
            // Which of two equal items it is does not matter to one that is enough.
            Op::Union(left, right) if !matches!(sink, Sink::Count(_)) => match self.feed(*left, sink, frame)? {
                Flow::Enough => Ok(Flow::Enough),
                Flow::More => self.feed(*right, sink, frame),
            },
            Op::This => match frame.this {
                Some(item) => self.arrive(item.clone(), sink, frame),
                None => Ok(Flow::More),
            },
            _ => {
                let start = self.stack.len();
                self.collect(of, frame)?;
                let end = self.stack.len();
                let mut flow = Flow::More;
                for at in start..end {
                    let item = self.stack[at].clone();
                    let inner = Frame { index: (at - start) as i64, ..*frame };
                    flow = self.arrive(item, sink, &inner)?;
                    if flow == Flow::Enough {
                        break;
                    }
                }
                self.stack.truncate(start);
                Ok(flow)
            }
        }
    }

    /// What values of FHIRPath's own types have for members.
    fn member_of_value(&self, item: &Item<'a>, name: &str) -> Option<Item<'a>> {
        match (item, name) {
            (Item::Type(of), "namespace") => Some(Item::Text(Text::Borrowed(match of {
                TypeOf::System(_) => "System",
                TypeOf::Fhir(_) => "FHIR",
            }))),
            (Item::Type(TypeOf::System(system)), "name") => Some(Item::Text(Text::Borrowed(System::name(*system)))),
            (Item::Type(TypeOf::Fhir(id)), "name") => Some(Item::Text(Text::Borrowed(self.name_of_type(*id)))),
            (Item::Quantity(quantity), "value") => Some(Item::Decimal(quantity.value)),
            (Item::Quantity(quantity), "unit" | "code") => Some(Item::text(match &quantity.unit {
                Measure::Calendar(unit) => unit.word().to_owned(),
                Measure::Code(code) => code.to_string(),
            })),
            _ => None,
        }
    }
}
