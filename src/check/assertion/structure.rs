//! Segment order, groups and cardinality: a message against its structure (HL7 v2.4 chapter 2, 2.12).
//!
//! One walk over the segments. A segment goes to the place ahead that skips the fewest required members; where none
//! is ahead, or where what it would skip is still to come, the segment itself is the fault and the walk stays where
//! it is. So one displaced segment gives one finding, not one for everything behind it.

use super::groups::Groups;
use crate::instance::{Message, NodeId};
use crate::standard::hl7v2::{Group, GroupKind, Member};

/// How many segments ahead are looked at to tell a displaced segment from a jump.
const LOOK_AHEAD: usize = 32;

/// A message structure, flattened: members in document order, each with its parent.
#[derive(Debug)]
pub struct Structure {
    /// Its id, e.g. `ADT_A01`.
    pub id: String,
    items: Vec<Item>,
}

#[derive(Debug)]
struct Item {
    /// The segment's identifier; zeros for a group.
    segment: [u8; 3],
    min: u16,
    max: u16,
    choice: bool,
    children: Vec<u32>,
    /// Every segment below a group, sorted: a group without the segment looked for need not be entered.
    holds: Vec<[u8; 3]>,
}

/// What is wrong with a segment's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misplaced {
    /// The segment is no part of the structure.
    Unexpected(NodeId),
    /// The segment stands too early or too late.
    OutOfOrder(NodeId),
    /// The segment occurs more often than it may.
    Repeated(NodeId),
    /// A required segment is missing; it belongs after this one.
    Missing([u8; 3], NodeId),
}

impl Misplaced {
    /// The segment it points at.
    pub(super) fn segment(self) -> NodeId {
        match self {
            Self::Unexpected(id) | Self::OutOfOrder(id) | Self::Repeated(id) | Self::Missing(_, id) => id,
        }
    }

    /// The same of another message, whose segment there is `id`.
    pub(super) fn at(self, id: NodeId) -> Self {
        match self {
            Self::Unexpected(_) => Self::Unexpected(id),
            Self::OutOfOrder(_) => Self::OutOfOrder(id),
            Self::Repeated(_) => Self::Repeated(id),
            Self::Missing(name, _) => Self::Missing(name, id),
        }
    }
}

/// One open group instance.
struct Frame {
    item: u32,
    instance: u32,
    /// Index among the children of the one last matched.
    at: usize,
    /// How often it was matched.
    count: u16,
    seen: Seen,
}

/// Which children of a group instance were matched.
#[derive(Clone, Copy, Default)]
struct Seen(u128);

impl Seen {
    fn has(self, index: usize) -> bool {
        self.0 >> index.min(127) & 1 == 1
    }

    fn set(&mut self, index: usize) {
        self.0 |= 1 << index.min(127);
    }
}

/// A place ahead: for each step down, the child index; and the frame it starts from.
struct Candidate {
    level: usize,
    route: Vec<usize>,
    skipped: Vec<[u8; 3]>,
    /// How many of the skipped, the first ones, were owed by groups that it leaves.
    left: usize,
}

impl Structure {
    /// Flattens `root` under the name `id`.
    pub fn new(id: &str, root: &Group) -> Self {
        let mut structure = Self { id: id.to_owned(), items: Vec::new() };
        structure.group(root);
        structure
    }

    fn group(&mut self, group: &Group) -> u32 {
        let at = self.items.len();
        self.items.push(Item {
            segment: [0; 3],
            min: group.min,
            max: group.max.unwrap_or(u16::MAX),
            choice: group.kind == GroupKind::Choice,
            children: Vec::new(),
            holds: Vec::new(),
        });
        let children = group.members.iter().map(|member| match member {
            Member::Segment { id, min, max } => {
                self.items.push(Item {
                    segment: *id,
                    min: *min,
                    max: max.unwrap_or(u16::MAX),
                    choice: false,
                    children: Vec::new(),
                    holds: Vec::new(),
                });
                self.items.len() as u32 - 1
            }
            Member::Group(inner) => self.group(inner),
        });
        let children: Vec<u32> = children.collect();
        let mut holds: Vec<[u8; 3]> = Vec::new();
        for child in &children {
            let item = &self.items[*child as usize];
            holds.push(item.segment);
            holds.extend_from_slice(&item.holds);
        }
        holds.sort_unstable();
        holds.dedup();
        self.items[at].children = children;
        self.items[at].holds = holds;
        at as u32
    }

    /// Whether `segment` has a place somewhere in the structure.
    pub fn has(&self, segment: [u8; 3]) -> bool {
        self.items.first().is_some_and(|root| root.holds.binary_search(&segment).is_ok())
    }

    /// Walks `message`; fills `groups` and returns what is misplaced, in order. `known` says whether a segment is
    /// one the structure may be held to; others (Z segments, unknown ones) are passed over.
    pub fn check(&self, message: Message<'_>, groups: &mut Groups, known: impl Fn([u8; 3]) -> bool) -> Vec<Misplaced> {
        groups.clear();
        let names: Vec<(NodeId, [u8; 3])> =
            message.segments().map(|id| (id, message.segment_name(id).try_into().unwrap_or_default())).collect();
        let mut walk = Walk {
            structure: self,
            frames: vec![Self::frame(0, 0)],
            faults: Vec::new(),
            missing: Vec::new(),
            early: Vec::new(),
            last: names.first().map_or(0, |(id, _)| *id),
        };
        for (index, &(id, name)) in names.iter().enumerate() {
            if self.has(name) {
                walk.step(id, name, &names[index + 1..], groups);
            } else if known(name) {
                walk.faults.push(Misplaced::Unexpected(id));
            }
            groups.add(id, name, walk.frames.last().map_or(0, |frame| frame.instance));
        }
        walk.finish()
    }

    fn frame(item: u32, instance: u32) -> Frame {
        Frame { item, instance, at: usize::MAX, count: 0, seen: Seen::default() }
    }

    /// The first required segment below `item`, if a message without `item` lacks something.
    fn first_required(&self, item: u32) -> Option<[u8; 3]> {
        let node = &self.items[item as usize];
        if node.min == 0 {
            return None;
        }
        if node.children.is_empty() {
            return Some(node.segment);
        }
        if node.choice {
            return node.children.first().and_then(|&child| self.first_required(child));
        }
        node.children.iter().find_map(|&child| self.first_required(child))
    }

    /// Every place of `segment` below group `item`, from its start.
    fn below(
        &self,
        item: u32,
        segment: [u8; 3],
        route: &mut Vec<usize>,
        skipped: &[[u8; 3]],
        found: &mut Vec<(Vec<usize>, Vec<[u8; 3]>)>,
    ) {
        let node = &self.items[item as usize];
        let mut passed = skipped.to_vec();
        for (index, &child) in node.children.iter().enumerate() {
            route.push(index);
            if self.items[child as usize].segment == segment {
                found.push((route.clone(), passed.clone()));
            } else if self.items[child as usize].holds.binary_search(&segment).is_ok() {
                self.below(child, segment, route, &passed, found);
            }
            route.pop();
            if !node.choice {
                passed.extend(self.first_required(child));
            }
        }
    }
}

struct Walk<'a> {
    structure: &'a Structure,
    frames: Vec<Frame>,
    faults: Vec<Misplaced>,
    missing: Vec<([u8; 3], NodeId)>,
    early: Vec<[u8; 3]>,
    last: NodeId,
}

impl Walk<'_> {
    fn step(&mut self, id: NodeId, name: [u8; 3], ahead: &[(NodeId, [u8; 3])], groups: &mut Groups) {
        if self.straight(name, ahead) {
            self.last = id;
            return;
        }
        let Some(best) = self.candidates(name).into_iter().min_by_key(|candidate| candidate.skipped.len()) else {
            return self.behind(id, name);
        };
        if self.is_late(name, &best, ahead) {
            return self.behind(id, name);
        }
        if self.is_early(name, &best, ahead) {
            self.early.push(name);
            self.faults.push(Misplaced::OutOfOrder(id));
            return;
        }
        self.advance(best, groups);
        self.last = id;
    }

    /// The common case, without looking further: the segment repeats the last one, or is the next of the innermost
    /// group with only optional members between. False leaves everything as it was.
    fn straight(&mut self, name: [u8; 3], ahead: &[(NodeId, [u8; 3])]) -> bool {
        let items = &self.structure.items;
        let Some(frame) = self.frames.last_mut() else { return false };
        let node = &items[frame.item as usize];
        if node.choice {
            return false;
        }
        let (from, last) = match frame.at {
            usize::MAX => (0, None),
            at => (at, Some(at)),
        };
        for index in from..node.children.len() {
            let here = &items[node.children[index] as usize];
            let again = last == Some(index);
            if here.segment == name && (!again || frame.count < here.max) {
                // What optional members it passes may still be coming: then only the long way tells which is displaced.
                let passed = &node.children[from..index];
                let near = &ahead[..ahead.len().min(LOOK_AHEAD)];
                let coming = |child: &u32| near.iter().any(|(_, other)| items[*child as usize].segment == *other);
                if !again && self.frames.len() == 1 && passed.iter().any(coming) {
                    return false;
                }
                let Some(frame) = self.frames.last_mut() else { return false };
                frame.count = if again { frame.count.saturating_add(1) } else { 1 };
                frame.at = index;
                frame.seen.set(index);
                return true;
            }
            let skippable = again || here.min == 0 && here.children.is_empty() || frame.seen.has(index);
            if !skippable {
                return false;
            }
        }
        false
    }

    /// No place ahead: the segment is late, or there once too often.
    fn behind(&mut self, id: NodeId, name: [u8; 3]) {
        if let Some(at) = self.missing.iter().rposition(|(lacking, _)| *lacking == name) {
            self.missing.remove(at);
            self.faults.push(Misplaced::OutOfOrder(id));
            return;
        }
        let items = &self.structure.items;
        let unseen = self.frames.iter_mut().rev().find_map(|frame| {
            let children = &items[frame.item as usize].children;
            let at = children.iter().position(|&child| items[child as usize].segment == name)?;
            (!frame.seen.has(at)).then(|| frame.seen.set(at))
        });
        self.faults.push(match unseen {
            Some(()) => Misplaced::OutOfOrder(id),
            None => Misplaced::Repeated(id),
        });
    }

    /// Whether the segment is a late member of the group instance in hand, rather than the start of another: it has
    /// none yet, and another would lack something, leave this one unfinished, or have nothing else to come.
    fn is_late(&self, name: [u8; 3], best: &Candidate, ahead: &[(NodeId, [u8; 3])]) -> bool {
        let items = &self.structure.items;
        let again = self.frames.get(best.level).is_some_and(|frame| Some(&frame.at) == best.route.first());
        let inside = self.frames.get(best.level + 1..).unwrap_or_default();
        let (true, Some(group)) = (again, inside.first()) else { return false };
        let unseen = inside.iter().any(|frame| {
            let children = &items[frame.item as usize].children;
            children.iter().enumerate().any(|(at, &child)| items[child as usize].segment == name && !frame.seen.has(at))
        });
        let holds = &items[group.item as usize].holds;
        let near = &ahead[..ahead.len().min(LOOK_AHEAD)];
        let coming = near.iter().any(|(_, other)| *other != name && holds.binary_search(other).is_ok());
        unseen && (!best.skipped.is_empty() || !coming)
    }

    /// Whether the segment stands too early: what it would skip is still to come.
    fn is_early(&self, name: [u8; 3], best: &Candidate, ahead: &[(NodeId, [u8; 3])]) -> bool {
        let near = &ahead[..ahead.len().min(LOOK_AHEAD)];
        let items = &self.structure.items;
        // What the group that this segment opens has itself will come for that group, not for the one left behind.
        let opened = self.frames.get(best.level).zip(best.route.first()).map(|(frame, &index)| {
            let child = items[frame.item as usize].children[index];
            &items[child as usize].holds
        });
        let (left, passed) = best.skipped.split_at(best.left);
        let owed = |lacking: &[u8; 3]| {
            let renewed = opened.is_some_and(|holds| holds.binary_search(lacking).is_ok());
            passed.contains(lacking) || left.contains(lacking) && !renewed
        };
        if let Some(distance) = near.iter().position(|(_, other)| owed(other)) {
            // One segment before it is early; where others skip it too, it is the one that is late.
            let lacking = near[distance].1;
            return !near[..distance].iter().any(|(_, other)| self.skips(*other, lacking));
        }
        // Optional members are passed freely; but when more of them follow than this segment's own run, this segment
        // is the one out of place. Only the message's own level is certain enough: groups repeat.
        if best.level != 0 || self.frames.len() != 1 {
            return false;
        }
        let frame = &self.frames[0];
        let children = &self.structure.items[0].children;
        let from = if frame.at == usize::MAX { 0 } else { frame.at + 1 };
        let (passed, rest) = children.split_at(best.route[0]);
        let passed = passed.get(from..).unwrap_or_default();
        let within = |members: &[u32], other: &[u8; 3]| {
            let holds = |item: &Item| item.segment == *other || item.holds.binary_search(other).is_ok();
            members.iter().any(|&child| holds(&items[child as usize]))
        };
        let run = 1 + near.iter().take_while(|(_, other)| *other == name).count();
        let jumped = near.iter().filter(|(_, other)| within(passed, other) && !within(rest, other));
        jumped.count() > run
    }

    /// Whether a segment called `name` would skip the required `lacking` from here.
    fn skips(&self, name: [u8; 3], lacking: [u8; 3]) -> bool {
        let best = self.candidates(name).into_iter().min_by_key(|candidate| candidate.skipped.len());
        best.is_some_and(|candidate| candidate.skipped.contains(&lacking))
    }

    fn candidates(&self, name: [u8; 3]) -> Vec<Candidate> {
        let items = &self.structure.items;
        let mut found = Vec::new();
        let mut left: Vec<[u8; 3]> = Vec::new();
        for (level, frame) in self.frames.iter().enumerate().rev() {
            let node = &items[frame.item as usize];
            let mut skipped = left.clone();
            let owed = left.len();
            let from = if frame.at == usize::MAX { 0 } else { frame.at };
            for index in from..node.children.len() {
                let child = node.children[index];
                let here = &items[child as usize];
                let again = frame.at == index;
                let open = !node.choice || frame.at == usize::MAX || again;
                if open && (!again || frame.count < here.max) {
                    if here.segment == name {
                        found.push(Candidate { level, route: vec![index], skipped: skipped.clone(), left: owed });
                    } else if here.holds.binary_search(&name).is_ok() {
                        let mut routes = Vec::new();
                        self.structure.below(child, name, &mut vec![index], &skipped, &mut routes);
                        found.extend(routes.into_iter().map(|(route, skipped)| Candidate {
                            level,
                            route,
                            skipped,
                            left: owed,
                        }));
                    }
                }
                if !again && !node.choice && !frame.seen.has(index) {
                    skipped.extend(self.structure.first_required(child));
                }
            }
            left = skipped;
        }
        found
    }

    fn advance(&mut self, to: Candidate, groups: &mut Groups) {
        for lacking in to.skipped {
            if let Some(at) = self.early.iter().position(|early| *early == lacking) {
                self.early.remove(at);
            } else {
                self.missing.push((lacking, self.last));
            }
        }
        self.frames.truncate(to.level + 1);
        for (depth, &index) in to.route.iter().enumerate() {
            let last = depth + 1 == to.route.len();
            let Some(frame) = self.frames.last_mut() else { return };
            frame.count = if frame.at == index { frame.count.saturating_add(1) } else { 1 };
            frame.at = index;
            frame.seen.set(index);
            if !last {
                let item = self.structure.items[frame.item as usize].children[index];
                let instance = groups.open(frame.instance, item);
                let inner = Structure::frame(item, instance);
                self.frames.push(inner);
            }
        }
    }

    fn finish(mut self) -> Vec<Misplaced> {
        for frame in self.frames.iter().rev() {
            let node = &self.structure.items[frame.item as usize];
            if node.choice {
                continue;
            }
            let from = if frame.at == usize::MAX { 0 } else { frame.at + 1 };
            for index in from..node.children.len() {
                if frame.seen.has(index) {
                    continue;
                }
                if let Some(lacking) = self.structure.first_required(node.children[index]) {
                    match self.early.iter().position(|early| *early == lacking) {
                        Some(at) => drop(self.early.remove(at)),
                        None => self.missing.push((lacking, self.last)),
                    }
                }
            }
        }
        self.faults.extend(self.missing.into_iter().map(|(name, after)| Misplaced::Missing(name, after)));
        self.faults
    }
}
