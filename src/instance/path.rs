//! Paths, printed in the reader's notation.
//!
//! HL7 v2: `PID-3[2].4.1`, `OBX[3]-5`, `ZU1`. JSON: FHIRPath-like `Patient.name[0].family`.

use super::{Instance, Message, NodeId};
use std::fmt;

/// One step of a path in an HL7 v2 message. An absent number means "as a whole".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step {
    /// Segment identifier, three bytes; zeros for the message as a whole.
    pub segment: [u8; 3],
    /// Which segment of that name, from one; zero when the message has only one.
    pub occurrence: u32,
    /// Field number; zero for the segment as a whole.
    pub field: u16,
    /// Which repetition, from one; zero when the field has only one.
    pub repetition: u32,
    /// Component number; zero for the field as a whole.
    pub component: u16,
    /// Subcomponent number; zero for the component as a whole.
    pub subcomponent: u16,
}

/// Where a finding is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Path {
    /// The artifact or message as a whole.
    Whole,
    /// A place in an HL7 v2 message.
    Hl7(Step),
    /// A place already printed in its syntax's notation, and the same without indices.
    Printed {
        /// With indices.
        full: Box<str>,
        /// Without.
        general: Box<str>,
    },
}

impl Path {
    /// The path of `id`, that lies in `segment`, with the numbers a reader needs to find it.
    pub fn hl7(message: Message<'_>, segment: NodeId, id: NodeId) -> Self {
        let tree = message.tree;
        let mut step = Step::segment(message, segment);
        if id == segment || id == Instance::ROOT {
            return if id == Instance::ROOT { Self::Whole } else { Self::Hl7(step) };
        }
        for field in tree.children(segment) {
            let node = tree.node(field);
            if id < field || id >= node.next {
                continue;
            }
            step.field = node.number;
            let several = message.repetitions(segment, node.number) > 1;
            step.repetition = if several { node.ordinal } else { 0 };
            for component in tree.children(field) {
                let part = tree.node(component);
                if id < component || id >= part.next {
                    continue;
                }
                step.component = part.number;
                if id != component {
                    step.subcomponent = tree.node(id).number;
                }
            }
        }
        Self::Hl7(step)
    }

    /// The path without occurrence and repetition numbers: the place in the standard, not in the message.
    pub fn general(&self) -> String {
        match self {
            Self::Whole => String::new(),
            Self::Hl7(step) => Step { occurrence: 0, repetition: 0, ..*step }.to_string(),
            Self::Printed { general, .. } => general.to_string(),
        }
    }
}

impl Step {
    /// The step of a whole segment.
    pub fn segment(message: Message<'_>, segment: NodeId) -> Self {
        let name = message.segment_name(segment);
        let (mut before, mut all) = (0, 0);
        for other in message.segments() {
            if message.segment_name(other) == name {
                all += 1;
                before += u32::from(other <= segment);
            }
        }
        Self { segment: name_of(name), occurrence: if all > 1 { before } else { 0 }, ..Self::default() }
    }
}

/// A segment name as it may be printed: three upper-case letters or digits; anything else may be a patient's data.
fn name_of(name: &[u8]) -> [u8; 3] {
    match name {
        [a, b, c] if name.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) && a.is_ascii_uppercase() => {
            [*a, *b, *c]
        }
        _ => *b"???",
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.segment {
            write!(f, "{}", char::from(byte))?;
        }
        if self.occurrence > 0 {
            write!(f, "[{}]", self.occurrence)?;
        }
        if self.field > 0 {
            write!(f, "-{}", self.field)?;
        }
        if self.repetition > 0 {
            write!(f, "[{}]", self.repetition)?;
        }
        if self.component > 0 {
            write!(f, ".{}", self.component)?;
        }
        if self.subcomponent > 0 {
            write!(f, ".{}", self.subcomponent)?;
        }
        Ok(())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => Ok(()),
            Self::Hl7(step) => step.fmt(f),
            Self::Printed { full, .. } => f.write_str(full),
        }
    }
}
