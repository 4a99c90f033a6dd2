//! A compiled profile: what `compile` makes of a StructureDefinition and the walk runs.
//!
//! In: nothing of an instance. Out: a tree of elements, each with its small assertions and what is expected of its
//! children. A derived profile holds only what it adds to the base definition of its type, which is checked anyway.

use super::Source;
use super::assertion::Check;
use super::slicing::Slicing;
use crate::instance::{NameId, TypeId};
use std::sync::Arc;

/// A profile.
#[derive(Debug)]
pub struct Profile {
    /// Canonical URL.
    pub url: Arc<str>,
    /// Business version.
    pub version: Option<Arc<str>>,
    /// The type it defines or constrains.
    pub type_id: TypeId,
    /// Its elements; [`Profile::ROOT`] is the first.
    pub nodes: Vec<Node>,
    /// Expected children, which elements that share their content share.
    pub kids: Vec<Kids>,
    /// What in its definition cannot be used: said wherever the profile is applied.
    pub broken: Vec<Broken>,
    /// What holds of an extension as a whole, when it defines one.
    pub extension: Option<Box<super::extension::Definition>>,
    /// Profiles that must hold as well (extension structuredefinition-imposeProfile).
    pub imposed: Vec<Arc<str>>,
}

/// A part of a definition that cannot be used.
#[derive(Clone, Debug)]
pub struct Broken {
    /// Which.
    pub source: Source,
    /// Why, without prose of the definition.
    pub message: String,
}

/// An element of a profile by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeIx(pub u32);

/// Expected children by their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KidsIx(pub u32);

/// An element of a profile.
#[derive(Debug)]
pub struct Node {
    /// Which element of which definition.
    pub source: Source,
    /// What must hold of it.
    pub checks: Box<[Check]>,
    /// What is expected in it, where the profile says something of that.
    pub kids: Option<KidsIx>,
}

/// The children expected in an element.
#[derive(Debug, Default)]
pub struct Kids {
    /// By the number of the name: one more than the index of the slot, zero for none.
    index: Box<[u8]>,
    /// One for each name.
    pub slots: Vec<Slot>,
    /// Slots that must stand at least once.
    pub required: Bits,
    /// Slots with slices.
    pub sliced: Box<[u8]>,
}

/// What is expected of the children of one name.
#[derive(Debug)]
pub struct Slot {
    /// The name.
    pub name: NameId,
    /// Least times it stands.
    pub min: u32,
    /// Most times it stands.
    pub max: u32,
    /// What must hold of each.
    pub node: NodeIx,
    /// How they are told apart.
    pub slicing: Option<Box<Slicing>>,
}

/// A set of slots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bits([u64; 4]);

impl Bits {
    /// Adds a slot.
    #[inline]
    pub fn set(&mut self, slot: u8) {
        self.0[usize::from(slot >> 6)] |= 1 << (slot & 63);
    }

    /// Those of `self` that are not in `other`.
    #[inline]
    pub fn without(self, other: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] & !other.0[at]))
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.0 == [0; 4]
    }

    /// Which there are, in order.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..=u8::MAX).filter(move |&slot| self.0[usize::from(slot >> 6)] >> (slot & 63) & 1 == 1)
    }
}

impl Kids {
    /// Slots in one element; no definition has near as many.
    pub const MAX: usize = u8::MAX as usize - 1;

    /// Expected children of `slots`; those past [`Kids::MAX`] are dropped.
    pub fn new(mut slots: Vec<Slot>) -> Self {
        slots.truncate(Self::MAX);
        let length = slots.iter().map(|slot| usize::from(slot.name.0) + 1).max().unwrap_or(0);
        let mut index = vec![0u8; length].into_boxed_slice();
        let mut required = Bits::default();
        let mut sliced = Vec::new();
        for (at, slot) in (0u8..).zip(&slots) {
            index[usize::from(slot.name.0)] = at + 1;
            if slot.min > 0 {
                required.set(at);
            }
            if slot.slicing.is_some() {
                sliced.push(at);
            }
        }
        Self { index, slots, required, sliced: sliced.into() }
    }

    /// The slot of a name.
    #[inline]
    pub fn slot(&self, name: NameId) -> Option<(u8, &Slot)> {
        let at = self.index.get(usize::from(name.0))?.checked_sub(1)?;
        Some((at, &self.slots[usize::from(at)]))
    }
}

impl Profile {
    /// The element that the profile as a whole is.
    pub const ROOT: NodeIx = NodeIx(0);

    /// An element.
    #[inline]
    pub fn node(&self, at: NodeIx) -> &Node {
        &self.nodes[at.0 as usize]
    }

    /// The children expected in an element.
    #[inline]
    pub fn kids_of(&self, node: &Node) -> Option<&Kids> {
        node.kids.map(|at| &self.kids[at.0 as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_found_by_name_and_required_ones_are_known() {
        let slot = |name, min| Slot { name: NameId(name), min, max: 1, node: NodeIx(0), slicing: None };
        let kids = Kids::new(vec![slot(7, 0), slot(3, 1), slot(300, 2)]);
        assert_eq!(kids.slot(NameId(3)).map(|(at, slot)| (at, slot.min)), Some((1, 1)));
        assert_eq!(kids.slot(NameId(300)).map(|(at, _)| at), Some(2));
        assert!(kids.slot(NameId(4)).is_none() && kids.slot(NameId::UNKNOWN).is_none());
        let mut seen = Bits::default();
        seen.set(1);
        assert_eq!(kids.required.without(seen).iter().collect::<Vec<_>>(), [2]);
    }
}
