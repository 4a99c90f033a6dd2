//! Functions of collections (FHIRPath 2.0, sections 5.1 to 5.4).

use super::walk::Flow;
use super::{Evaluator, Frame, order};
use crate::check::fhirpath::error::Outcome;
use crate::check::fhirpath::plan::{Direction, OpId};
use crate::check::fhirpath::value::Item;
use rustc_hash::{FxHashMap, FxHasher};
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// Up to here items are compared with each other; beyond, only with those of the same hash.
const FEW: usize = 8;

impl<'a> Evaluator<'a, '_> {
    /// Of the items from `start` on, keeps the first of those that are equal. Whether any were not.
    pub(super) fn keep_distinct(&mut self, start: usize) -> Outcome<bool> {
        let count = self.stack.len() - start;
        let mut kept = start;
        let mut by_key: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
        for at in start..start + count {
            let mut seen = false;
            if count <= FEW {
                for earlier in start..kept {
                    if self.equal_at(earlier, at)? == Some(true) {
                        seen = true;
                        break;
                    }
                }
            } else {
                self.spend(1)?;
                let key = self.key(at)?;
                let same = by_key.entry(key).or_default();
                for &earlier in same.iter() {
                    if self.equal_at(earlier, at)? == Some(true) {
                        seen = true;
                        break;
                    }
                }
                if !seen {
                    same.push(kept);
                }
            }
            if !seen {
                self.stack.swap(kept, at);
                kept += 1;
            }
        }
        self.stack.truncate(kept);
        Ok(kept == start + count)
    }

    /// The same for items that are equal, and seldom for others.
    fn key(&mut self, at: usize) -> Outcome<u64> {
        let item = self.stack[at].clone();
        let mut hasher = FxHasher::default();
        match self.value_of(&item)? {
            Some(Item::Text(text)) => text.hash(&mut hasher),
            Some(Item::Boolean(value)) => value.hash(&mut hasher),
            // A number may equal a quantity without unit, and dates those of another zone.
            Some(value) => match value.number() {
                Some(number) => number.key().hash(&mut hasher),
                None => 1_u8.hash(&mut hasher),
            },
            None => {
                if let Item::Node(node) = item {
                    (self.view.elements.node(node).next - node).hash(&mut hasher);
                }
            }
        }
        Ok(hasher.finish())
    }

    /// Of the items from `start` to `middle`, keeps those that are, or are not, among those from `middle` on.
    pub(super) fn keep_among(&mut self, start: usize, middle: usize, wanted: bool) -> Outcome<()> {
        let end = self.stack.len();
        let mut kept = start;
        let mut by_key: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
        let many = end - middle > FEW;
        if many {
            for at in middle..end {
                self.spend(1)?;
                let key = self.key(at)?;
                by_key.entry(key).or_default().push(at);
            }
        }
        let all: Vec<usize> = if many { Vec::new() } else { (middle..end).collect() };
        for at in start..middle {
            let candidates = if many { by_key.get(&self.key(at)?).map_or(&[][..], Vec::as_slice) } else { &all };
            let mut found = false;
            for &other in candidates {
                if self.equal_at(at, other)? == Some(true) {
                    found = true;
                    break;
                }
            }
            if found == wanted {
                self.stack.swap(kept, at);
                kept += 1;
            }
        }
        self.stack.truncate(kept);
        Ok(())
    }

    /// Whether every item from `start` to `middle` is among those from `middle` on, or the other way round.
    pub(super) fn subset(&mut self, start: usize, middle: usize, other_way: bool) -> Outcome<bool> {
        if other_way {
            self.stack[start..].rotate_left(middle - start);
        }
        let parts = if other_way { self.stack.len() - (middle - start) } else { middle };
        let before = parts - start;
        self.keep_among(start, parts, true)?;
        let all = self.stack.len() - start == before;
        self.stack.truncate(start);
        Ok(all)
    }

    pub(super) fn indexed(&mut self, of: OpId, index: OpId, frame: &Frame<'_, 'a>) -> Outcome<()> {
        let Some(index) = self.optional_integer(index, frame)? else { return Ok(()) };
        let start = self.stack.len();
        self.collect(of, frame)?;
        let item = usize::try_from(index).ok().and_then(|index| self.stack[start..].get(index).cloned());
        self.stack.truncate(start);
        self.stack.extend(item);
        Ok(())
    }

    /// Runs `each` for the items of `of` in turn, which are gone from the stack afterwards.
    fn for_each(
        &mut self,
        of: OpId,
        frame: &Frame<'_, 'a>,
        mut each: impl FnMut(&mut Self, &Frame<'_, 'a>) -> Outcome<Flow>,
    ) -> Outcome<()> {
        let start = self.stack.len();
        self.collect(of, frame)?;
        let end = self.stack.len();
        for at in start..end {
            let item = self.stack[at].clone();
            let inner = Frame { this: Some(&item), index: (at - start) as i64, total: frame.total };
            if each(self, &inner)? == Flow::Enough {
                break;
            }
        }
        self.stack.drain(start..end);
        Ok(())
    }

    pub(super) fn filter(&mut self, of: OpId, criterion: OpId, frame: &Frame<'_, 'a>) -> Outcome<()> {
        self.for_each(of, frame, |evaluator, inner| {
            if evaluator.truth(criterion, inner)? == Some(true) {
                evaluator.stack.extend(inner.this.cloned());
            }
            Ok(Flow::More)
        })
    }

    pub(super) fn select(&mut self, of: OpId, projection: OpId, frame: &Frame<'_, 'a>) -> Outcome<()> {
        self.for_each(of, frame, |evaluator, inner| {
            evaluator.collect(projection, inner)?;
            Ok(Flow::More)
        })
    }

    /// What `projection` gives of the items, of what it then gave, and so on; of equal ones only the first, unless all
    /// are wanted.
    pub(super) fn repeat(&mut self, of: OpId, projection: OpId, only_new: bool, frame: &Frame<'_, 'a>) -> Outcome<()> {
        let start = self.stack.len();
        self.select(of, projection, frame)?;
        if only_new {
            self.keep_distinct(start)?;
        }
        let mut by_key: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
        for at in start..self.stack.len() {
            let key = self.key(at)?;
            by_key.entry(key).or_default().push(at);
        }
        let mut next = start;
        while next < self.stack.len() {
            let item = self.stack[next].clone();
            let before = self.stack.len();
            let inner = Frame { this: Some(&item), index: (next - start) as i64, total: frame.total };
            self.collect(projection, &inner)?;
            next += 1;
            if !only_new {
                continue;
            }
            let mut kept = before;
            for at in before..self.stack.len() {
                self.spend(1)?;
                let same = by_key.entry(self.key(at)?).or_default();
                let mut seen = false;
                for &earlier in same.iter() {
                    if self.equal_at(earlier, at)? == Some(true) {
                        seen = true;
                        break;
                    }
                }
                if !seen {
                    same.push(kept);
                    self.stack.swap(kept, at);
                    kept += 1;
                }
            }
            self.stack.truncate(kept);
        }
        Ok(())
    }

    pub(super) fn aggregate(
        &mut self,
        of: OpId,
        each: OpId,
        initial: Option<OpId>,
        frame: &Frame<'_, 'a>,
    ) -> Outcome<()> {
        let mut total = Vec::new();
        if let Some(initial) = initial {
            let start = self.stack.len();
            self.collect(initial, frame)?;
            total = self.stack.split_off(start);
        }
        self.for_each(of, frame, |evaluator, inner| {
            let start = evaluator.stack.len();
            evaluator.collect(each, &Frame { total: &total, ..*inner })?;
            total = evaluator.stack.split_off(start);
            evaluator.spend(total.len() as u64)?;
            Ok(Flow::More)
        })?;
        self.stack.append(&mut total);
        Ok(())
    }

    pub(super) fn sort(
        &mut self,
        id: OpId,
        of: OpId,
        keys: &'a [(OpId, Direction)],
        frame: &Frame<'_, 'a>,
    ) -> Outcome<()> {
        let mut rows: Vec<(Item<'a>, Vec<Option<Item<'a>>>)> = Vec::new();
        self.for_each(of, frame, |evaluator, inner| {
            let Some(item) = inner.this else { return Ok(Flow::More) };
            let mut row = Vec::with_capacity(keys.len());
            for (key, _) in keys {
                row.push(evaluator.value(*key, inner)?);
            }
            if keys.is_empty() {
                row.push(evaluator.value_of(item)?);
            }
            rows.push((item.clone(), row));
            Ok(Flow::More)
        })?;
        let count = rows.len() as u64;
        self.spend(count * u64::from(count.max(1).ilog2() + 1))?;
        let mut comparable = true;
        rows.sort_by(|(_, a), (_, b)| {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                let direction = keys.get(at).map_or(Direction::Up, |(_, direction)| *direction);
                // What has no key comes first, whichever way the others go.
                let order = match (a, b) {
                    (Some(a), Some(b)) => order::order(a, b).unwrap_or_else(|| {
                        comparable = false;
                        None
                    }),
                    (Some(_), None) => return Ordering::Greater,
                    (None, Some(_)) => return Ordering::Less,
                    (None, None) => Some(Ordering::Equal),
                };
                let order = match direction {
                    Direction::Up => order.unwrap_or(Ordering::Equal),
                    Direction::Down => order.unwrap_or(Ordering::Equal).reverse(),
                };
                if order != Ordering::Equal {
                    return order;
                }
            }
            Ordering::Equal
        });
        if !comparable {
            return self.wrong(id, "two values of different types are compared");
        }
        self.stack.extend(rows.into_iter().map(|(item, _)| item));
        Ok(())
    }

    pub(super) fn iif(
        &mut self,
        id: OpId,
        of: Option<OpId>,
        criterion: OpId,
        yes: OpId,
        no: Option<OpId>,
        frame: &Frame<'_, 'a>,
    ) -> Outcome<()> {
        let item = match of {
            Some(of) => self.single(of, frame)?,
            None => None,
        };
        let inner = match of {
            Some(_) => Frame { this: item.as_ref(), ..*frame },
            None => *frame,
        };
        let chosen = match self.single(criterion, &inner)? {
            None => false,
            Some(item) => match self.as_boolean(&item) {
                Some(truth) => truth,
                None => return self.wrong(id, "the criterion of iif is no boolean"),
            },
        };
        match (chosen, no) {
            (true, _) => self.collect(yes, &inner),
            (false, Some(no)) => self.collect(no, &inner),
            (false, None) => Ok(()),
        }
    }

    pub(super) fn define(&mut self, of: OpId, slot: usize, value: Option<OpId>, frame: &Frame<'_, 'a>) -> Outcome<()> {
        let start = self.stack.len();
        self.collect(of, frame)?;
        let items = match value {
            None => self.stack[start..].to_vec(),
            Some(value) => {
                let middle = self.stack.len();
                let this = self.stack.get(start).filter(|_| middle == start + 1).cloned();
                let inner = match &this {
                    Some(item) => Frame { this: Some(item), ..*frame },
                    None => *frame,
                };
                self.collect(value, &inner)?;
                self.stack.split_off(middle)
            }
        };
        if self.variables.len() <= slot {
            self.variables.resize(self.plan.variables.max(slot + 1), Vec::new());
        }
        self.spend(items.len() as u64)?;
        self.variables[slot] = items;
        Ok(())
    }
}
