//! Places of a segment by their numbers, while the walk passes them: which are needed, and what they are called.

use super::assertion::Element;
use crate::instance::Step;
use std::borrow::Cow;

/// The numbers, in order, of the elements that say something when they are absent; taken as the walk passes them.
pub(super) struct Needs<'p>(pub(super) &'p [u16]);

impl Needs<'_> {
    /// The next one before `number`, which is absent; `number` itself is there and is passed.
    #[inline(always)]
    pub(super) fn before(&mut self, number: u16) -> Option<u16> {
        let (&index, rest) = self.0.split_first()?;
        if index >= number {
            return None;
        }
        self.0 = rest;
        (index + 1 < number).then_some(index + 1)
    }
}

/// A place in a segment by its numbers; zeros below the level it is at. One word, as one is made for every part there
/// is: field, component and subcomponent take sixteen bits each, the field the lowest.
#[derive(Clone, Copy, Default)]
pub(super) struct Numbers(u64);

impl Numbers {
    /// Part `number` of this place: a field of the segment, a component of a field, a subcomponent of a component.
    #[inline]
    pub(super) fn part(self, number: u16) -> Self {
        let number = u64::from(number);
        match self.0 {
            0 => Self(number),
            field @ ..0x1_0000 => Self(field | number << 16),
            whole => Self(whole & 0xFFFF_FFFF | number << 32),
        }
    }

    fn field(self) -> u16 {
        self.0 as u16
    }

    fn component(self) -> u16 {
        (self.0 >> 16) as u16
    }

    fn subcomponent(self) -> u16 {
        (self.0 >> 32) as u16
    }

    pub(super) fn step(self) -> Step {
        let (field, component, subcomponent) = (self.field(), self.component(), self.subcomponent());
        Step { field, component, subcomponent, ..Step::default() }
    }
}

/// What to call field `number`.
pub(super) fn of(element: &Element, number: u16) -> Cow<'static, str> {
    if element.label.is_empty() { format!("field {number}").into() } else { element.label.into() }
}

/// What to call the place at `step`.
pub(super) fn named(element: &Element, step: Numbers) -> Cow<'static, str> {
    match (element.label.is_empty(), step.subcomponent(), step.component()) {
        (false, ..) => element.label.into(),
        (true, 0, 0) => format!("field {}", step.field()).into(),
        (true, 0, component) => format!("component {component}").into(),
        (true, subcomponent, _) => format!("subcomponent {subcomponent}").into(),
    }
}
