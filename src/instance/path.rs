//! Paths, printed in the reader's notation.
//!
//! HL7 v2: `PID-3[2].4.1`, `OBX[3]-5`, `ZU1`. JSON: FHIRPath-like `Patient.name[0].family`.

use super::{Instance, Kind, Message, NodeId};
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
        match id {
            Instance::ROOT => Self::Whole,
            _ => Self::Hl7(Spot::new(message, segment, None, id).step()),
        }
    }

    /// Reads a path back from its printed form, as a report holds it; `general` is the same without indices.
    pub fn parse(full: &str, general: &str) -> Self {
        if full.is_empty() {
            return Self::Whole;
        }
        match Step::parse(full) {
            // Only what prints the same again is what was printed.
            Some(step) if step.to_string() == full => Self::Hl7(step),
            _ => Self::Printed { full: full.into(), general: general.into() },
        }
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

/// A place in a message whose path is worked out only when someone will read it: numbering a segment or a repetition
/// means looking at all of its kind, and a message may have twenty thousand.
#[derive(Clone, Copy, Debug)]
pub struct Spot<'a> {
    message: Message<'a>,
    segment: NodeId,
    /// The field repetition that `node` is or lies in, where it is known.
    field: Option<NodeId>,
    node: NodeId,
    /// What should be below `node` and is not.
    missing: Step,
}

impl<'a> Spot<'a> {
    /// The place of `node`, which is `segment`, or lies in it and, where that is known, in repetition `field`.
    pub fn new(message: Message<'a>, segment: NodeId, field: Option<NodeId>, node: NodeId) -> Self {
        let field = field.filter(|&id| id <= node && node < message.tree.node(id).next);
        let field = field.or_else(|| Self::search(message, segment, node));
        Self { message, segment, field, node, missing: Step::default() }
    }

    fn search(message: Message<'_>, segment: NodeId, node: NodeId) -> Option<NodeId> {
        let tree = message.tree;
        match tree.node(node).kind {
            Kind::Field => Some(node),
            _ if node == segment => None,
            _ => tree.children(segment).find(|&field| field <= node && node < tree.node(field).next),
        }
    }

    /// The place of something that is not there: field, component and subcomponent numbers come from `missing`.
    pub fn lacking(self, missing: Step) -> Self {
        Self { missing, ..self }
    }

    /// Its path without occurrence and repetition numbers.
    pub fn general(&self) -> Step {
        let tree = self.message.tree;
        let mut step = Step { segment: name_of(self.message.segment_name(self.segment)), ..Step::default() };
        if let Some(field) = self.field {
            step.field = tree.node(field).number;
            let inside = |&id: &NodeId| id <= self.node && self.node < tree.node(id).next;
            if let Some(component) = tree.children(field).find(inside) {
                step.component = tree.node(component).number;
                step.subcomponent = if component == self.node { 0 } else { tree.node(self.node).number };
            }
        }
        let Step { field, component, subcomponent, .. } = self.missing;
        match (field, component) {
            (0, 0) => step,
            _ => Step { field: field.max(step.field), component, subcomponent, ..step },
        }
    }

    /// Its path with every number a reader needs to find it.
    pub fn step(&self) -> Step {
        let tree = self.message.tree;
        let name = self.message.segment_name(self.segment);
        let (mut before, mut all) = (0, 0);
        for other in self.message.segments().filter(|&other| self.message.segment_name(other) == name) {
            all += 1;
            before += u32::from(other <= self.segment);
        }
        let repetition = self
            .field
            .map(|id| tree.node(id))
            .filter(|field| field.ordinal > 1 || self.message.repetitions(self.segment, field.number) > 1);
        Step {
            occurrence: if all > 1 { before } else { 0 },
            repetition: repetition.map_or(0, |field| field.ordinal),
            ..self.general()
        }
    }
}

impl Step {
    /// Reads `PID-3[2].4.1`, `OBX[3]-5`, `ZU1`; nothing when it is no such path.
    fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.as_bytes().split_first_chunk::<3>()?;
        let known = name_of(name);
        let mut step = Self { segment: (known == *name).then_some(known)?, ..Self::default() };
        let mut rest = std::str::from_utf8(rest).ok()?;
        step.occurrence = bracket(&mut rest)?;
        step.field = u16::try_from(part(&mut rest, '-')?).ok()?;
        step.repetition = bracket(&mut rest)?;
        step.component = u16::try_from(part(&mut rest, '.')?).ok()?;
        step.subcomponent = u16::try_from(part(&mut rest, '.')?).ok()?;
        rest.is_empty().then_some(step)
    }
}

/// The number after `mark`, taken off the front of `rest`; zero when the mark is not there.
fn part(rest: &mut &str, mark: char) -> Option<u32> {
    let Some(after) = rest.strip_prefix(mark) else { return Some(0) };
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let (number, left) = after.split_at(digits);
    *rest = left;
    number.parse().ok()
}

/// The number in `[n]`, taken off the front of `rest`; zero when there is none.
fn bracket(rest: &mut &str) -> Option<u32> {
    if !rest.starts_with('[') {
        return Some(0);
    }
    let number = part(rest, '[')?;
    *rest = rest.strip_prefix(']')?;
    Some(number)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_path_is_read_back() {
        for text in ["PID", "ZU1", "???", "PID-3", "PID-3[2]", "PID-3[2].4", "PID-3[2].4.1", "OBX[3]-5", "OBX[12]", ""]
        {
            let path = Path::parse(text, "");
            assert!(!matches!(path, Path::Printed { .. }), "{text}");
            assert_eq!(path.to_string(), text);
        }
        assert_eq!(Path::parse("OBX[3]-5[2].1", "").general(), "OBX-5.1");
    }

    #[test]
    fn any_other_path_stays_as_printed() {
        for text in [
            "PID-",
            "PID-03",
            "PID[0]-1",
            "PID-3.",
            "PID-3.1.2.3",
            "Pid-3",
            "PID-70000",
            "Patient.name[0]",
            "PI",
            "ÄÖ-1",
        ] {
            let path = Path::parse(text, "general");
            assert_eq!((path.to_string().as_str(), path.general().as_str()), (text, "general"));
        }
    }
}
