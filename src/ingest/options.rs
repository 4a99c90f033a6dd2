//! How to read: what the caller may choose, and the bounds nobody may cross.
//!
//! In: nothing. Out: plain values. It never reads anything.

/// What the caller chooses.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether `.gitignore` and `.ignore` files keep files of a folder out.
    pub gitignore: GitIgnore,
    /// Whether to take the SHA-256 of every artifact.
    pub digest: Digest,
    /// Whether NHS numbers in file names are masked in artifact ids.
    pub names: Names,
    /// The bounds.
    pub limits: Limits,
}

/// What `.gitignore` and `.ignore` files do to a folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GitIgnore {
    /// Read what they name all the same: evidence is often kept out of a repository.
    #[default]
    Ignore,
    /// Leave out what they name.
    Respect,
}

/// Whether an artifact gets a SHA-256.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Digest {
    /// Over all its bytes, while they stream past.
    #[default]
    Compute,
    /// None: about half a second saved for each gigabyte.
    Skip,
}

/// How file names appear in artifact ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// A valid NHS number in a name becomes `##########`.
    #[default]
    Masked,
    /// As they are, still with control characters escaped.
    Plain,
}

/// The bounds; crossing one is a [`Trouble`](super::Trouble), never a crash.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Longest message or line, in bytes.
    pub unit_bytes: usize,
    /// Longest whole-file document, in bytes.
    pub document_bytes: usize,
    /// How far to look for the end of an over-long unit before giving the artifact up, in bytes past the limit.
    pub skip_bytes: u64,
    /// Size of a block handed to workers, in bytes; a longer unit gets a block of its own.
    pub block_bytes: usize,
    /// Entries in one archive with everything nested in it.
    pub archive_entries: u64,
    /// Bytes that one archive with everything nested in it may give.
    pub archive_bytes: u64,
    /// Bytes out for each byte in, once past `archive_ratio_from`.
    pub archive_ratio: u64,
    /// Bytes out before the ratio counts.
    pub archive_ratio_from: u64,
    /// How many archives may lie inside one another.
    pub archive_depth: u32,
    /// Artifacts that one archive may give for refused entries of one fault; the rest are counted.
    pub archive_refused: u64,
    /// Troubles of one fault in one artifact that are told one by one; the rest are counted.
    pub troubles: u64,
}

/// Twice the largest documents that feeds carry in OBX-5; spans within a block stay far below `u32`.
pub const UNIT_BYTES: usize = 64 << 20;
/// A bundle of everything that a system exports at once, of some hundred megabytes.
pub const DOCUMENT_BYTES: usize = 128 << 20;
/// A line that long is no message, and looking on costs about a tenth of a second.
pub const SKIP_BYTES: u64 = 256 << 20;
/// Large enough that handing over costs nothing, small enough to stay in the processor's cache while it is parsed.
pub const BLOCK_BYTES: usize = 1 << 20;
/// More than a day of a large trust's messages stored one to a file.
pub const ARCHIVE_ENTRIES: u64 = 100_000;
/// The bound on one artifact's spans, and minutes of work.
pub const ARCHIVE_BYTES: u64 = 4 << 30;
/// Repetitive message text compresses 20 to 60 times; only padding reaches 200.
pub const ARCHIVE_RATIO: u64 = 200;
/// Below this no harm is done, and small files of blanks are common.
pub const ARCHIVE_RATIO_FROM: u64 = 16 << 20;
/// A supplier's zip of zipped days of compressed files.
pub const ARCHIVE_DEPTH: u32 = 3;
/// Enough places to see the pattern; a report of 100,000 equal lines helps nobody.
pub const ARCHIVE_REFUSED: u64 = 100;
/// As above.
pub const TROUBLES: u64 = 100;
/// How much of an artifact is looked at to tell what it is: past every prologue that real documents have.
pub const HEAD_BYTES: usize = 64 << 10;

impl Default for Limits {
    fn default() -> Self {
        Self {
            unit_bytes: UNIT_BYTES,
            document_bytes: DOCUMENT_BYTES,
            skip_bytes: SKIP_BYTES,
            block_bytes: BLOCK_BYTES,
            archive_entries: ARCHIVE_ENTRIES,
            archive_bytes: ARCHIVE_BYTES,
            archive_ratio: ARCHIVE_RATIO,
            archive_ratio_from: ARCHIVE_RATIO_FROM,
            archive_depth: ARCHIVE_DEPTH,
            archive_refused: ARCHIVE_REFUSED,
            troubles: TROUBLES,
        }
    }
}
