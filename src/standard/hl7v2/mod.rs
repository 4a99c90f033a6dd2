//! The base HL7 v2 definitions: message structures, segments, datatypes and tables per version.
//!
//! In: the generated text files of `standards/hl7v2-base/definitions`, built into the program. Out: one [`Base`] per
//! [`Version`], read on first use, and the [`tables()`] all versions share. It never sees a message, never judges one,
//! and knows nothing of national rules: packs lay those over it, and may loosen it.
//!
//! ```
//! use hallmark::standard::hl7v2::{Version, base};
//!
//! let v24 = base(Version::V24);
//! assert_eq!(v24.structure_for("ADT^A04"), Some("ADT_A01"));
//! assert_eq!(v24.segment("PID").and_then(|pid| pid.field(3)).map(|field| field.datatype), Some("CX"));
//! ```

mod grammar;
mod load;
mod print;
mod tables;
mod version;

pub use grammar::{GrammarError, Group, GroupKind, MAX_DEPTH, Member, SegmentId};
pub use tables::{Table, TableKind, Tables, table, tables};
pub use version::Version;

use std::sync::OnceLock;

/// Whether a field or component must be there, as the standard's attribute tables say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Usage {
    /// Required.
    R,
    /// Required, but may be empty when the sender does not know. Profiles use it; the base standard does not.
    RE,
    /// Optional.
    O,
    /// Conditional: a rule outside these tables decides.
    C,
    /// Not supported: must be empty. Profiles use it; the base standard does not.
    X,
    /// Kept for backward compatibility: may be sent, should not be relied on.
    B,
    /// Withdrawn: must be empty.
    W,
}

impl Usage {
    /// The usage of the letters `text` (`R`, `RE`, `O`, `C`, `X`, `B`, `W`), or `None`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "R" => Self::R,
            "RE" => Self::RE,
            "O" => Self::O,
            "C" => Self::C,
            "X" => Self::X,
            "B" => Self::B,
            "W" => Self::W,
            _ => return None,
        })
    }
}

/// One field of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldDef {
    /// Its optionality.
    pub usage: Usage,
    /// Fewest occurrences: one for a required field, otherwise zero.
    pub min: u16,
    /// Most occurrences; `None` is without limit, zero is for a withdrawn field.
    pub max: Option<u16>,
    /// Longest permitted length in characters, where the version states one.
    pub length: Option<u32>,
    /// Datatype id; `varies` where another field decides.
    pub datatype: &'static str,
    /// Table id of four digits that the value is coded from.
    pub table: Option<&'static str>,
    /// Short label, such as `Patient Identifier List`.
    pub name: &'static str,
}

/// One segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The three characters that start it.
    pub id: SegmentId,
    /// Short label.
    pub name: &'static str,
    /// Its fields; the first is field 1.
    pub fields: Vec<FieldDef>,
    /// The later version it was taken from, when this version lacks it.
    pub adopted_from: Option<Version>,
}

impl Segment {
    /// Its id as text.
    pub fn id_str(&self) -> &str {
        std::str::from_utf8(&self.id).unwrap_or_default()
    }

    /// Field `number`, counted from one as in `PID-3`.
    pub fn field(&self, number: usize) -> Option<&FieldDef> {
        self.fields.get(number.checked_sub(1)?)
    }
}

/// One component of a composite datatype.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentDef {
    /// Its optionality.
    pub usage: Usage,
    /// Longest permitted length in characters, where the version states one.
    pub length: Option<u32>,
    /// Datatype id.
    pub datatype: &'static str,
    /// Table id of four digits that the value is coded from.
    pub table: Option<&'static str>,
    /// Short label.
    pub name: &'static str,
}

/// One datatype; a primitive has no components.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datatype {
    /// Its id, such as `CX`.
    pub id: &'static str,
    /// Short label.
    pub name: &'static str,
    /// Its components; the first is component 1.
    pub components: Vec<ComponentDef>,
    /// The later version it was taken from, when this version lacks it.
    pub adopted_from: Option<Version>,
}

impl Datatype {
    /// Whether the value has no parts.
    pub fn is_primitive(&self) -> bool {
        self.components.is_empty()
    }

    /// Component `number`, counted from one as in `CX.4`.
    pub fn component(&self, number: usize) -> Option<&ComponentDef> {
        self.components.get(number.checked_sub(1)?)
    }
}

/// One message structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Structure {
    /// Its id, such as `ADT_A01`: what MSH-9.3 names.
    pub id: &'static str,
    /// Its segments and groups, in order.
    pub root: Group,
    /// The later version it was taken from, when this version lacks it.
    pub adopted_from: Option<Version>,
}

/// All definitions of one version.
#[derive(Debug)]
pub struct Base {
    version: Version,
    structures: Vec<Structure>,
    segments: Vec<Segment>,
    datatypes: Vec<Datatype>,
    events: Vec<(&'static str, &'static str)>,
}

impl Base {
    /// The version these definitions are of.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The segment `id`, such as `PID`.
    pub fn segment(&self, id: &str) -> Option<&Segment> {
        self.segment_by_id(id.as_bytes().try_into().ok()?)
    }

    /// The segment of three bytes; the same as [`Base::segment`] without making a string.
    pub fn segment_by_id(&self, id: SegmentId) -> Option<&Segment> {
        let at = self.segments.binary_search_by_key(&id, |segment| segment.id).ok()?;
        self.segments.get(at)
    }

    /// The datatype `id`, such as `CX`.
    pub fn datatype(&self, id: &str) -> Option<&Datatype> {
        let at = self.datatypes.binary_search_by(|datatype| datatype.id.cmp(id)).ok()?;
        self.datatypes.get(at)
    }

    /// The message structure `id`, such as `ADT_A01`.
    pub fn structure(&self, id: &str) -> Option<&Structure> {
        let at = self.structures.binary_search_by(|structure| structure.id.cmp(id)).ok()?;
        self.structures.get(at)
    }

    /// The id of the structure that `event` (such as `ADT^A04`) uses. Every acknowledgement (`ACK`, `ACK^A01`) is `ACK`.
    pub fn structure_for(&self, event: &str) -> Option<&'static str> {
        if event == "ACK" || event.starts_with("ACK^") {
            return Some("ACK");
        }
        let at = self.events.binary_search_by(|(known, _)| (*known).cmp(event)).ok()?;
        self.events.get(at).map(|(_, id)| *id)
    }

    /// All segments, sorted by id.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// All datatypes, sorted by id.
    pub fn datatypes(&self) -> &[Datatype] {
        &self.datatypes
    }

    /// All message structures, sorted by id.
    pub fn structures(&self) -> &[Structure] {
        &self.structures
    }

    /// All events with the structure each uses, sorted by event: `("ADT^A01", "ADT_A01")`. Acknowledgements are left out.
    pub fn events(&self) -> &[(&'static str, &'static str)] {
        &self.events
    }
}

/// The definitions of `version`, read on first use (about a millisecond at most) and kept.
pub fn base(version: Version) -> &'static Base {
    static BASES: [OnceLock<Base>; Version::ALL.len()] = [const { OnceLock::new() }; Version::ALL.len()];
    BASES[version as usize].get_or_init(|| {
        load::read(version).expect("the definitions are generated, and a test reads every version of them")
    })
}

#[cfg(test)]
mod tests;
