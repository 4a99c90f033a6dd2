//! What a run adds up: per rule how often it applied and how it went, and the first places where it went wrong.
//!
//! A tally is a commutative monoid: [`Tally::default`] changes nothing, and [`Tally::merge`] gives the same whatever
//! the order and grouping. That one law gives threads, `hallmark merge` and byte-identical reports.

use super::finding::{Located, Place};
use crate::standard::Outcome;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Findings kept per group; the rest are counted. Enough to see every shape of one cause, few enough to list.
pub const SHOWN_PER_GROUP: usize = 100;

/// Index of a rule in the plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u16);

/// How one rule went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Places where it applied.
    pub applicable: u64,
    /// Of them, failed.
    pub failed: u64,
    /// Of them, undecided.
    pub cannot_tell: u64,
    /// Messages in which it applied at least once.
    pub messages: u64,
    /// Messages of a kind it speaks of, whether or not they gave it a place.
    pub reached: u64,
}

impl Counts {
    /// Places that passed.
    pub fn passed(&self) -> u64 {
        self.applicable.saturating_sub(self.failed + self.cannot_tell)
    }

    /// Adds another part of the run.
    pub fn add(&mut self, other: &Self) {
        self.applicable += other.applicable;
        self.failed += other.failed;
        self.cannot_tell += other.cannot_tell;
        self.messages += other.messages;
        self.reached += other.reached;
    }
}

/// What findings of one cause share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey {
    /// The rule.
    pub rule: RuleId,
    /// [`Outcome::Failed`] or [`Outcome::CannotTell`].
    pub outcome: Outcome,
    /// Path without indices.
    pub path: String,
    /// What is wrong.
    pub message: Cow<'static, str>,
}

/// Findings of one cause: all counted, the first ones kept.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// All of them.
    pub count: u64,
    /// The smallest by [`Place`], at most [`SHOWN_PER_GROUP`], in order.
    pub first: BTreeMap<Place, Located>,
}

impl Group {
    /// Whether a finding at `place` would be kept, so that its excerpt is worth making.
    pub fn would_keep(&self, place: &Place) -> bool {
        self.first.len() < SHOWN_PER_GROUP || self.first.last_key_value().is_some_and(|(last, _)| place < last)
    }

    /// Keeps `located` if it is among the smallest. Does not count it.
    pub fn keep(&mut self, place: Place, located: Located) {
        self.first.insert(place, located);
        if self.first.len() > SHOWN_PER_GROUP {
            self.first.pop_last();
        }
    }
}

/// What one part of a run adds up to.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By rule.
    pub counts: Vec<Counts>,
    /// By integration of the plan: messages that exercised at least one of its rules.
    pub shown: Vec<u64>,
    /// Messages checked.
    pub messages: u64,
    /// Findings by cause.
    pub groups: FxHashMap<GroupKey, Group>,
}

impl Tally {
    /// An empty tally for a plan of `rules` rules and `integrations` integrations.
    pub fn new(rules: usize, integrations: usize) -> Self {
        Self { counts: vec![Counts::default(); rules], shown: vec![0; integrations], ..Self::default() }
    }

    /// The counts of `rule`.
    pub fn of(&self, rule: RuleId) -> Counts {
        self.counts.get(usize::from(rule.0)).copied().unwrap_or_default()
    }

    /// Adds another part of the run.
    pub fn merge(&mut self, other: Self) {
        grow(&mut self.counts, other.counts.len());
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            mine.add(theirs);
        }
        grow(&mut self.shown, other.shown.len());
        for (mine, theirs) in self.shown.iter_mut().zip(&other.shown) {
            *mine += theirs;
        }
        self.messages += other.messages;
        for (key, group) in other.groups {
            let mine = self.groups.entry(key).or_default();
            mine.count += group.count;
            for (place, located) in group.first {
                mine.keep(place, located);
            }
        }
    }

    /// Counts a finding and keeps it when it is among the first of its group; `make` is called only then.
    pub fn find(&mut self, key: GroupKey, place: Place, make: impl FnOnce() -> Located) {
        let group = self.groups.entry(key).or_default();
        group.count += 1;
        if group.would_keep(&place) {
            group.keep(place, make());
        }
    }

    /// Counts `more` findings of a group without keeping them: a unit has limits to how many it may list.
    pub fn count_only(&mut self, key: GroupKey, more: u64) {
        self.groups.entry(key).or_default().count += more;
    }
}

fn grow<T: Default + Clone>(list: &mut Vec<T>, length: usize) {
    if list.len() < length {
        list.resize(length, T::default());
    }
}
