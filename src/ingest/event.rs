//! What ingest hands on.
//!
//! In: what the readers found. Out: artifacts, blocks of whole units, troubles. These types never print content: their
//! `Debug` gives sizes and places only.

use std::fmt;
use std::sync::Arc;

use super::fault::Fault;
use super::shape::Shape;

/// One step of the stream. For each artifact: `Start`, then any `Block` and `Trouble`, then `End`; an archive's own
/// `Start` and `End` enclose those of its entries.
#[derive(Debug)]
pub enum Event {
    /// An artifact was opened, or refused.
    Start(Arc<Artifact>),
    /// Whole units of one artifact.
    Block(Block),
    /// Something wrong that was seen before parsing.
    Trouble(Trouble),
    /// The artifact is done.
    End(End),
}

/// One file, archive, archive entry or stream.
pub struct Artifact {
    /// Its place in the stream of artifacts, from 0.
    pub index: u32,
    /// The path as typed, joined with `/`; entries as `feed.zip!inner/a.hl7`. Control characters are escaped.
    pub id: String,
    /// Where it came from.
    pub origin: Origin,
    /// How its bytes are cut into units.
    pub shape: Shape,
    /// Its first bytes, at most [`HEAD_BYTES`](super::options::HEAD_BYTES): what detection looks at.
    pub head: Vec<u8>,
}

impl fmt::Debug for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Artifact({} {} {:?} {:?})", self.index, self.id, self.origin, self.shape)
    }
}

/// Where an artifact came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A file the user typed, or one in a folder.
    File,
    /// An entry of an archive.
    ArchiveEntry,
    /// Standard input.
    StandardInput,
}

impl Origin {
    /// The word for reports: `file`, `archive-entry`, `standard-input`.
    pub fn as_str(self) -> &'static str {
        match self {
            Origin::File => "file",
            Origin::ArchiveEntry => "archive-entry",
            Origin::StandardInput => "standard-input",
        }
    }
}

/// The end of one artifact.
#[derive(Clone, Debug)]
pub struct End {
    /// Which artifact.
    pub artifact: Arc<Artifact>,
    /// Bytes read (decompressed for an entry).
    pub bytes: u64,
    /// Units handed on, envelope lines included.
    pub units: u64,
    /// SHA-256 over all its bytes; `None` when it was skipped or not everything was read.
    pub digest: Option<[u8; 32]>,
    /// Whether every byte was read.
    pub complete: bool,
}

/// Something wrong that ingest saw: located, typed, never quoting content.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// In which artifact.
    pub artifact: Arc<Artifact>,
    /// What.
    pub fault: Fault,
    /// Byte offset in the artifact of the first place.
    pub offset: u64,
    /// One-based line of the first place, where lines mean something.
    pub line: Option<u64>,
    /// How many times; more than one when places were counted together.
    pub count: u64,
    /// A sentence made of our words and numbers; empty when the headline says it all.
    pub detail: String,
}

/// A run of whole units of one artifact: what a worker takes.
pub struct Block {
    /// Which artifact.
    pub artifact: Arc<Artifact>,
    /// Byte offset in the artifact of the first byte of `bytes`.
    pub byte_offset: u64,
    /// The bytes of the units, and whatever stands between them.
    pub bytes: Vec<u8>,
    /// One-based line of the first byte.
    pub(crate) first_line: u64,
    /// Units of each kind that came before, by [`UnitKind`].
    pub(crate) before: [u64; 2],
    /// Where the units are.
    pub(crate) marks: Vec<Mark>,
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Block({} units, {} bytes at {})", self.marks.len(), self.bytes.len(), self.byte_offset)
    }
}

/// Where one unit lies in its block; 20 bytes, since a block of tiny lines has hundreds of thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Lines from the block's first.
    pub(crate) lines: u32,
    /// Units of the same kind before it in the block.
    pub(crate) nth: u32,
    pub(crate) kind: UnitKind,
    pub(crate) framing: Framing,
}

/// One message, line, or whole document.
#[derive(Clone, Copy)]
pub struct Unit<'a> {
    /// Its bytes, without framing bytes; HL7 v2 keeps its line ends, NDJSON loses them.
    pub bytes: &'a [u8],
    /// Byte offset in the artifact.
    pub byte_offset: u64,
    /// One-based line in the artifact where it starts.
    pub first_line: u64,
    /// One-based number among the artifact's units of the same kind.
    pub ordinal: u64,
    /// Message or envelope.
    pub kind: UnitKind,
    /// Bare, or in an MLLP frame.
    pub framing: Framing,
}

impl fmt::Debug for Unit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unit({:?} {} at line {}, {} bytes)", self.kind, self.ordinal, self.first_line, self.bytes.len())
    }
}

/// What a unit is to a standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnitKind {
    /// A message, resource or document.
    Message = 0,
    /// A line of a batch envelope: FHS, BHS, BTS or FTS.
    Envelope = 1,
}

/// How a unit was wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Framing {
    /// As it is.
    Bare,
    /// In an MLLP frame.
    Mllp,
}

impl Block {
    /// How many units.
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// Whether there is none; a block that was handed on always has one.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// Unit `at`, from 0.
    pub fn unit(&self, at: usize) -> Option<Unit<'_>> {
        self.marks.get(at).map(|mark| self.look(mark))
    }

    /// The units in order.
    pub fn units(&self) -> impl ExactSizeIterator<Item = Unit<'_>> {
        self.marks.iter().map(|mark| self.look(mark))
    }

    fn look(&self, mark: &Mark) -> Unit<'_> {
        Unit {
            bytes: self.bytes.get(mark.start as usize..mark.end as usize).unwrap_or_default(),
            byte_offset: self.byte_offset + u64::from(mark.start),
            first_line: self.first_line + u64::from(mark.lines),
            ordinal: self.before[mark.kind as usize] + u64::from(mark.nth) + 1,
            kind: mark.kind,
            framing: mark.framing,
        }
    }
}
