//! What is expected of a segment, field, component or subcomponent.

use super::{Codes, Expression, Format};
use crate::check::native::Native;
use crate::check::tally::RuleId;
use std::sync::Arc;

/// An expectation and the rule that answers for it.
#[derive(Clone, Debug)]
pub struct Owned<T> {
    /// The rule whose finding it is.
    pub rule: RuleId,
    /// What is expected.
    pub test: T,
}

/// Whether a place must, may or must not be populated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    /// R.
    Required,
    /// X: must be empty.
    Forbidden,
    /// RE, O, B, or C without a predicate: nothing to hold the place to.
    Free,
}

/// Usage (HL7 v2.5 chapter 2, 2.12.3.2.7): fixed, or decided by a predicate.
#[derive(Clone, Debug)]
pub enum Usage {
    /// The same for every message.
    Always(Needed),
    /// By a predicate.
    When {
        /// The predicate.
        condition: Arc<Expression>,
        /// Where it is true.
        then: Needed,
        /// Where it is false.
        otherwise: Needed,
    },
}

/// An expression or native check on a place.
#[derive(Clone, Debug)]
pub struct Asserted {
    /// Whether the place is in question.
    pub condition: Option<Arc<Expression>>,
    /// What must hold; `None` when `native` decides.
    pub expression: Option<Arc<Expression>>,
    /// The named check of the value.
    pub native: Option<&'static Native>,
}

/// What is expected of one element.
///
/// A message looks at hundreds of them, so what most do not have is kept apart in [`More`], and parts are shared by all
/// elements of one datatype.
#[derive(Clone, Debug, Default)]
pub struct Element {
    /// Short label, e.g. `Patient Identifier List`; empty when there is none.
    pub label: &'static str,
    /// Whether it must be there.
    pub usage: Option<Owned<Usage>>,
    /// Fewest and most repetitions.
    pub repeats: Option<Owned<(u16, u16)>>,
    /// Most characters.
    pub length: Option<Owned<u32>>,
    /// Its datatype's id and, for a primitive, its format.
    pub datatype: Option<Owned<(&'static str, Format)>>,
    /// Components or subcomponents; `None` when it has none.
    pub parts: Option<Arc<Parts>>,
    /// What few elements have.
    pub more: Option<Box<More>>,
}

/// The components of a datatype, or its subcomponents.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// The first is number 1.
    pub elements: Vec<Element>,
    /// Indices of those that say something when they are absent; the others are looked at only when there.
    pub needed: Vec<u16>,
}

/// What is expected of few elements.
#[derive(Clone, Debug, Default)]
pub struct More {
    /// The codes it may hold.
    pub codes: Option<Owned<Arc<Codes>>>,
    /// The one value it may have.
    pub fixed: Option<Owned<Box<[u8]>>>,
    /// Rules on this very place.
    pub asserted: Vec<Owned<Asserted>>,
    /// The field of the same segment that names this one's datatype (OBX-2 for OBX-5), with what each datatype expects.
    pub varies: Option<Varies>,
}

/// A field whose datatype another field names.
#[derive(Clone, Debug)]
pub struct Varies {
    /// Number of the field that names it.
    pub by: u16,
    /// The rule that answers for it.
    pub rule: RuleId,
    /// Datatype id → what it expects.
    pub types: Vec<(&'static str, Element)>,
}

/// What is expected of a segment.
#[derive(Clone, Debug, Default)]
pub struct SegmentPlan {
    /// Its fields; the first is field 1.
    pub fields: Vec<Element>,
    /// Indices of the fields that say something when they are absent.
    pub needed: Vec<u16>,
    /// Rules on the segment as a whole.
    pub asserted: Vec<Owned<Asserted>>,
    /// Whether any definition knows the segment.
    pub known: bool,
    /// The rule that answers for fields beyond the definition.
    pub beyond: Option<RuleId>,
}

impl SegmentPlan {
    /// Fills in which fields and parts say something when they are absent; called once all layers are laid.
    pub fn settle(&mut self) {
        self.needed = needed(&self.fields);
        self.fields.iter_mut().for_each(Element::settle);
    }
}

impl Element {
    /// What few elements have, made where it is not there yet.
    pub fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// Its parts, to be changed for this element alone.
    pub fn parts_mut(&mut self) -> Option<&mut Vec<Element>> {
        self.parts.as_mut().map(|parts| &mut Arc::make_mut(parts).elements)
    }

    fn settle(&mut self) {
        // Parts that are shared were settled when they were made.
        if let Some(parts) = self.parts.as_mut().and_then(Arc::get_mut) {
            parts.settle();
        }
        if let Some(varies) = self.more.as_mut().and_then(|more| more.varies.as_mut()) {
            varies.types.iter_mut().for_each(|(_, element)| element.settle());
        }
    }
}

impl Parts {
    /// Fills in which parts say something when they are absent.
    pub fn settle(&mut self) {
        self.needed = needed(&self.elements);
        self.elements.iter_mut().for_each(Element::settle);
    }
}

fn needed(elements: &[Element]) -> Vec<u16> {
    let says = |element: &Element| element.usage.as_ref().is_some_and(|owned| owned.test.needs());
    elements.iter().enumerate().filter(|(_, element)| says(element)).map(|(at, _)| at as u16).collect()
}

impl Usage {
    /// Whether it can ask for the place to be populated.
    fn needs(&self) -> bool {
        match self {
            Self::Always(needed) => *needed == Needed::Required,
            Self::When { then, otherwise, .. } => [then, otherwise].contains(&&Needed::Required),
        }
    }
}
