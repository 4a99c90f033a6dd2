//! What the checks found, as they find it: all of it counted, and of each cause the first places kept.

use super::codes::First;
use super::fact::MessageKind;
use super::feed::Feed;
use super::names::Name;
use super::spot::{Field, Slot, Spot};
use crate::check::finding::{Located, Place, Related};
use crate::check::tally::SHOWN_PER_GROUP;
use crate::instance::Path;
use crate::span::Position;
use crate::standard::Outcome;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A rule that asks for a check.
pub struct Asked<'a> {
    /// The check's name; one that is not in [`super::NAMES`] finds nothing.
    pub name: &'a str,
    /// Whether the rule speaks of messages of this kind: where its findings may stand, not what it may look at.
    pub accepts: &'a (dyn Fn(MessageKind) -> bool + Sync),
}

/// What a check says of the whole run.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// Items tested.
    pub applicable: u64,
    /// Of them, failed.
    pub failed: u64,
    /// Of them, undecided.
    pub cannot_tell: u64,
    /// Messages with at least one item.
    pub messages: u64,
    /// The findings by cause.
    pub groups: Vec<FoundGroup>,
}

/// Findings of one cause: all counted, the first ones kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundGroup {
    /// [`Outcome::Failed`] or [`Outcome::CannotTell`].
    pub outcome: Outcome,
    /// Path without indices; empty for the run as a whole.
    pub path: String,
    /// What is wrong, for a rule that has no words of its own.
    pub message: Cow<'static, str>,
    /// All of them.
    pub count: u64,
    /// The smallest by place, at most [`SHOWN_PER_GROUP`], in order.
    pub first: Vec<(Place, Located)>,
}

const UNREADABLE: &str = "cannot tell: a time that decides it is missing or cannot be read";

/// A message and a place in it.
type Point = (u32, Slot);

/// Findings of one rule, outcome and field: those that come first in the order of artifact, ordinal, place.
#[derive(Default)]
struct Picked {
    count: u64,
    first: BTreeSet<(u32, Slot, u32, Option<Point>)>,
}

#[derive(Default)]
struct Answer {
    decided: Decided,
    /// One bit for each message that had an item; none until one had.
    seen: Vec<u64>,
    picked: BTreeMap<(bool, Field), Picked>,
    /// Findings that do not come from a record.
    direct: BTreeMap<Place, Located>,
    direct_count: u64,
}

/// Gathers what the checks find, for those rules that ask.
pub(super) struct Answers<'a, 'f> {
    feed: &'f Feed<'f>,
    asked: &'a [Asked<'a>],
    by_name: [Vec<usize>; Name::ALL.len()],
    answers: Vec<Answer>,
}

impl<'a, 'f> Answers<'a, 'f> {
    /// Nothing found yet.
    pub(super) fn new(feed: &'f Feed<'f>, asked: &'a [Asked<'a>]) -> Self {
        let mut by_name = [const { Vec::new() }; Name::ALL.len()];
        for (at, asked) in asked.iter().enumerate() {
            if let Some(name) = Name::find(asked.name) {
                by_name[name as usize].push(at);
            }
        }
        Self { feed, asked, by_name, answers: asked.iter().map(|_| Answer::default()).collect() }
    }

    /// Adds what other checks found: each check is made in one place only, so that each answer has one side that speaks.
    pub(super) fn join(&mut self, other: Self) {
        for (mine, theirs) in self.answers.iter_mut().zip(other.answers) {
            if theirs.speaks() {
                debug_assert!(!mine.speaks(), "a check was made twice");
                *mine = theirs;
            }
        }
    }

    /// Whether any rule asks for one of `names`, and any message may be an item of it.
    pub(super) fn wants(&self, names: &[Name]) -> bool {
        let touched = self.feed.facts().touched;
        names.iter().any(|name| !self.by_name[*name as usize].is_empty() && touched & name.bit() != 0)
    }

    /// Counts an item of the check, in message `rank`.
    pub(super) fn item(&mut self, name: Name, rank: u32) {
        let words = self.feed.len().div_ceil(64);
        self.each(name, self.feed.kind(rank), |answer| {
            answer.decided.applicable += 1;
            if answer.seen.is_empty() {
                answer.seen.resize(words, 0);
            }
            answer.seen[rank as usize / 64] |= 1 << (rank % 64);
        });
    }

    /// An item of the check failed.
    pub(super) fn fail(&mut self, name: Name, rank: u32, slot: Slot, related: Option<Point>) {
        self.find(name, false, rank, slot, related);
    }

    /// An item of the check cannot be decided, because a time is missing or unreadable.
    pub(super) fn doubt(&mut self, name: Name, rank: u32, slot: Slot) {
        self.find(name, true, rank, slot, None);
    }

    /// Counts failures whose places were not kept because the message has too many of them.
    pub(super) fn count(&mut self, name: Name, rank: u32, field: Field, more: u64) {
        self.each(name, self.feed.kind(rank), |answer| {
            answer.decided.failed += more;
            answer.picked.entry((false, field)).or_default().count += more;
        });
    }

    /// Counts an item that is known by its place alone.
    pub(super) fn item_at(&mut self, name: Name, at: &First) {
        self.each(name, at.kind, |answer| {
            answer.decided.applicable += 1;
            answer.decided.messages += 1;
        });
    }

    /// An item that is known by its place alone failed.
    pub(super) fn fail_at(&mut self, name: Name, at: &First, related: &First) {
        let place = place(&at.at.artifact, at.at.item, &at.spot);
        self.each(name, at.kind, |answer| {
            answer.decided.failed += 1;
            answer.direct_count += 1;
            let full = answer.direct.len() >= SHOWN_PER_GROUP;
            if full && answer.direct.last_key_value().is_some_and(|(last, _)| *last < place) {
                return;
            }
            let related = Known::of(&related.at.artifact, related.at.item, related.at.first_line, related.spot);
            let known = Known::of(&at.at.artifact, at.at.item, at.at.first_line, at.spot);
            answer.direct.insert(place.clone(), known.located(Some(related.related(name))));
            if answer.direct.len() > SHOWN_PER_GROUP {
                answer.direct.pop_last();
            }
        });
    }

    fn find(&mut self, name: Name, doubt: bool, rank: u32, slot: Slot, related: Option<Point>) {
        let seat = self.feed.seat(rank);
        self.each(name, self.feed.kind(rank), |answer| {
            let counter = if doubt { &mut answer.decided.cannot_tell } else { &mut answer.decided.failed };
            *counter += 1;
            let picked = answer.picked.entry((doubt, slot.field())).or_default();
            picked.count += 1;
            let candidate = (seat, slot, rank, related);
            if picked.first.len() < SHOWN_PER_GROUP {
                picked.first.insert(candidate);
            } else if picked.first.last().is_some_and(|last| candidate < *last) && picked.first.insert(candidate) {
                picked.first.pop_last();
            }
        });
    }

    fn each(&mut self, name: Name, kind: MessageKind, mut with: impl FnMut(&mut Answer)) {
        for &at in &self.by_name[name as usize] {
            if (self.asked[at].accepts)(kind) {
                with(&mut self.answers[at]);
            }
        }
    }

    /// Looks up the places of what was kept and tells it all, in the order in which the rules asked.
    pub(super) fn finish(self) -> Vec<Decided> {
        let places = self.places();
        let names = self.asked.iter().map(|asked| Name::find(asked.name));
        self.answers.into_iter().zip(names).map(|(answer, name)| answer.finish(name, &places)).collect()
    }

    fn places(&self) -> FxHashMap<Point, Known> {
        let mut wanted: FxHashMap<u32, Vec<Slot>> = FxHashMap::default();
        for picked in self.answers.iter().flat_map(|answer| answer.picked.values()) {
            for (_, slot, rank, related) in &picked.first {
                wanted.entry(*rank).or_default().push(*slot);
                related.iter().for_each(|(rank, slot)| wanted.entry(*rank).or_default().push(*slot));
            }
        }
        let mut places = FxHashMap::default();
        if wanted.is_empty() {
            return places;
        }
        self.feed.each_placed(|rank, artifact, record| {
            for slot in wanted.get(&rank).into_iter().flatten() {
                let spot = record.spots.get(slot.index()).copied().filter(|spot| spot.field == slot.field());
                let spot = spot.unwrap_or(Spot { field: slot.field(), column: 1, ..Spot::default() });
                places.insert((rank, *slot), Known::of(artifact, record.item, record.first_line, spot));
            }
        });
        places
    }
}

impl Answer {
    fn speaks(&self) -> bool {
        let Decided { applicable, failed, cannot_tell, .. } = self.decided;
        applicable | failed | cannot_tell > 0
    }

    fn finish(self, name: Option<Name>, places: &FxHashMap<Point, Known>) -> Decided {
        let mut decided = self.decided;
        decided.messages += self.seen.iter().map(|word| u64::from(word.count_ones())).sum::<u64>();
        let Some(name) = name else { return decided };
        for ((doubt, field), picked) in self.picked {
            let mut first: Vec<(Place, Located)> = Vec::with_capacity(picked.first.len());
            for (_, slot, rank, related) in picked.first {
                let Some(known) = places.get(&(rank, slot)) else { continue };
                let related = related.and_then(|point| places.get(&point)).map(|known| known.related(name));
                first.push((known.place(), known.located(related)));
            }
            let message = if doubt { UNREADABLE } else { name.message() };
            decided.groups.push(FoundGroup {
                outcome: if doubt { Outcome::CannotTell } else { Outcome::Failed },
                path: Path::Hl7(Spot { field, ..Spot::default() }.step()).general(),
                message: Cow::Borrowed(message),
                count: picked.count,
                first,
            });
        }
        if self.direct_count > 0 {
            decided.groups.push(FoundGroup {
                outcome: Outcome::Failed,
                path: self.direct.keys().next().map(|place| place.path.general()).unwrap_or_default(),
                message: Cow::Borrowed(name.message()),
                count: self.direct_count,
                first: self.direct.into_iter().collect(),
            });
        }
        decided
    }
}

/// A place with everything that is said of it.
struct Known {
    artifact: Arc<str>,
    item: u64,
    first_line: u64,
    spot: Spot,
}

impl Known {
    fn of(artifact: &Arc<str>, item: u64, first_line: u64, spot: Spot) -> Self {
        Self { artifact: Arc::clone(artifact), item, first_line, spot }
    }

    fn place(&self) -> Place {
        place(&self.artifact, self.item, &self.spot)
    }

    fn line(&self) -> u64 {
        self.first_line.saturating_add(u64::from(self.spot.line))
    }

    fn located(&self, related: Option<Related>) -> Located {
        let position = Position { line: self.line(), column: self.spot.column };
        Located { position, length: self.spot.length, related: related.into_iter().collect(), ..Located::default() }
    }

    fn related(&self, name: Name) -> Related {
        Related {
            artifact: Arc::clone(&self.artifact),
            item: self.item,
            line: self.line(),
            what: format!("{} ({})", name.related(), self.spot.step()),
        }
    }
}

fn place(artifact: &Arc<str>, item: u64, spot: &Spot) -> Place {
    Place { artifact: Arc::clone(artifact), item, offset: spot.offset, path: Path::Hl7(spot.step()) }
}
