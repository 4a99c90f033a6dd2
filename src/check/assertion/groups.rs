//! Which segments of a message belong together: the group instances that its structure gives.

use super::expression::Target;
use super::structure::Misplaced;
use crate::instance::NodeId;
use std::ops::ControlFlow;

/// One group instance: a run of segments, and the group it lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Instance {
    parent: u32,
    /// Which group of the structure it is one of.
    item: u32,
    /// Places of its first and last segment in [`Groups::segments`].
    first: u32,
    last: u32,
}

/// One segment of the message.
#[derive(Clone, Copy, Debug)]
struct Member {
    segment: NodeId,
    /// Its identifier, kept here so that looking for a name touches nothing else.
    name: [u8; 3],
    /// The innermost group instance it lies in.
    group: u32,
}

/// The group instances of one message; the first is the message itself.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    instances: Vec<Instance>,
    /// In order.
    segments: Vec<Member>,
    /// Names that are there, one bit for a few of them: what is not there need not be looked for.
    names: u64,
    /// The first segment lies in no group, and no other has its name.
    header: bool,
    /// Places in `segments` by name, for a message too long to look through each time; empty for a short one.
    by_name: Vec<([u8; 3], u32)>,
}

/// How the segments of a message lay in groups, to be used again for a message with the same segments.
#[derive(Clone, Debug)]
pub struct Layout {
    instances: Vec<Instance>,
    /// The innermost group instance of each segment.
    groups: Vec<u32>,
    /// What was misplaced, each with the place of its segment.
    misplaced: Vec<(Misplaced, u32)>,
}

/// One of 64 bits for a segment's name.
fn bit(name: [u8; 3]) -> u64 {
    let [a, b, c] = name.map(u64::from);
    1 << ((a.wrapping_mul(7) ^ b.wrapping_mul(13) ^ c.wrapping_mul(29)) % 64)
}

/// Segments up to which looking through all of them is cheaper than an index.
const FEW: usize = 64;

impl Layout {
    /// What is misplaced among `segments`, whose names are those of the message the layout was taken from.
    pub fn misplaced(&self, segments: &[NodeId]) -> Vec<Misplaced> {
        let here = |(fault, at): &(Misplaced, u32)| Some(fault.at(*segments.get(*at as usize)?));
        self.misplaced.iter().filter_map(here).collect()
    }
}

impl Groups {
    /// Starts over with the message as the only group.
    pub fn clear(&mut self) {
        self.instances.clear();
        self.segments.clear();
        self.by_name.clear();
        self.header = false;
        self.names = 0;
        self.instances.push(Instance { parent: 0, item: 0, first: 0, last: 0 });
    }

    /// Opens an instance of group `item` of the structure inside `parent`; segments added to it widen it and its
    /// parents.
    pub fn open(&mut self, parent: u32, item: u32) -> u32 {
        let at = self.segments.len() as u32;
        self.instances.push(Instance { parent, item, first: at, last: at });
        self.instances.len() as u32 - 1
    }

    /// Adds the next segment of the message, called `name`, to group instance `group`.
    pub fn add(&mut self, segment: NodeId, name: [u8; 3], group: u32) {
        let at = self.segments.len() as u32;
        self.segments.push(Member { segment, name, group });
        self.names |= bit(name);
        let mut group = group;
        loop {
            let instance = &mut self.instances[group as usize];
            instance.last = at;
            if group == 0 {
                return;
            }
            group = instance.parent;
        }
    }

    /// Tells that every segment was added: a long message gets an index of names.
    pub fn finish(&mut self) {
        self.header = self.is_header();
        if self.segments.len() > FEW {
            self.by_name.extend(self.segments.iter().zip(0..).map(|(member, place)| (member.name, place)));
            self.by_name.sort_unstable();
        }
    }

    /// The layout with what was `misplaced`, unless the message is too long for it to be worth keeping.
    pub fn layout(&self, misplaced: &[Misplaced]) -> Option<Layout> {
        if self.segments.len() > FEW {
            return None;
        }
        let place = |fault: &Misplaced| {
            let at = self.segments.binary_search_by_key(&fault.segment(), |member| member.segment).ok()?;
            Some((*fault, at as u32))
        };
        let misplaced = misplaced.iter().map(place).collect::<Option<_>>()?;
        let groups = self.segments.iter().map(|member| member.group).collect();
        Some(Layout { instances: self.instances.clone(), groups, misplaced })
    }

    /// Lays `segments`, each with its name, as `layout` has them: it was taken from a message of the same names.
    pub fn lay(&mut self, layout: &Layout, segments: &[NodeId], names: &[[u8; 3]]) {
        self.by_name.clear();
        self.instances.clone_from(&layout.instances);
        let members = segments.iter().zip(names).zip(&layout.groups);
        self.segments.clear();
        self.names = names.iter().fold(0, |all, name| all | bit(*name));
        self.segments.extend(members.map(|((&segment, &name), &group)| Member { segment, name, group }));
        self.header = self.is_header();
    }

    /// Whether the first segment lies in no group, and no other has its name.
    fn is_header(&self) -> bool {
        let Some((first, others)) = self.segments.split_first() else { return false };
        first.group == 0 && !others.iter().any(|member| member.name == first.name)
    }

    /// Visits the segments that `target` names, as seen from segment `from`: those of the same group instance if it
    /// has any, else of the nearest enclosing one, leaving out other instances of the group that was left (an order
    /// without result has not its neighbour's); without `from`, or with an occurrence, those of the message.
    pub fn each(
        &self,
        from: Option<NodeId>,
        target: &Target,
        mut visit: impl FnMut(NodeId) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if self.names & bit(target.segment) == 0 {
            return ControlFlow::Continue(());
        }
        // Rules ask for the header more often than for any other segment, and it is in no group.
        if let [header, ..] = self.segments.as_slice()
            && header.name == target.segment
            && self.header
            && target.occurrence <= 1
        {
            return visit(header.segment);
        }
        let mut group = match from {
            Some(from) if target.occurrence == 0 && self.instances.len() > 1 => {
                let found = self.segments.binary_search_by_key(&from, |member| member.segment);
                found.map_or(0, |at| self.segments[at].group)
            }
            _ => 0,
        };
        let mut left = None;
        loop {
            let Some(instance) = self.instances.get(group as usize) else { return ControlFlow::Continue(()) };
            let mut occurrence = 0;
            let mut at = instance.first;
            while let Some(place) = self.next(target.segment, at, instance.last) {
                let member = &self.segments[place as usize];
                at = match left.and_then(|left| self.neighbour(member.group, group, left)) {
                    Some(neighbour) => neighbour.last + 1,
                    None => {
                        occurrence += 1;
                        if target.occurrence == 0 || target.occurrence == occurrence {
                            visit(member.segment)?;
                        }
                        place + 1
                    }
                };
            }
            if occurrence > 0 || group == 0 {
                return ControlFlow::Continue(());
            }
            left = Some(group);
            group = instance.parent;
        }
    }

    /// Place of the first segment called `name` in `from..=last`.
    fn next(&self, name: [u8; 3], from: u32, last: u32) -> Option<u32> {
        if self.by_name.is_empty() {
            let range = from as usize..(last as usize + 1).min(self.segments.len());
            let found = self.segments.get(range)?.iter().position(|member| member.name == name)?;
            return Some(from + found as u32);
        }
        let at = self.by_name.partition_point(|&entry| entry < (name, from));
        self.by_name.get(at).filter(|entry| entry.0 == name && entry.1 <= last).map(|entry| entry.1)
    }

    /// The instance below `group` in which `inner` lies, if it is `left`, which was looked through, or of the same group
    /// of the structure.
    fn neighbour(&self, inner: u32, group: u32, left: u32) -> Option<&Instance> {
        let mut at = inner;
        while at != group && at != 0 && self.instances[at as usize].parent != group {
            at = self.instances[at as usize].parent;
        }
        let found = &self.instances[at as usize];
        (at != group && found.item == self.instances[left as usize].item).then_some(found)
    }
}
