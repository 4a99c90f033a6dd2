//! Conformance resources in one file: found by a binary search over the file's own bytes, unpacked one by one.
//!
//! In: the bytes of a store, built into the program or from the cache of packages. Out: which resources it holds, and
//! the JSON of one. Opening reads the header only, so that a store costs nothing for what is never asked of it. Stores
//! from a cache may be broken: every offset is checked, and what does not fit is not there.
//!
//! Layout, all numbers little-endian 32 bits: `HMSTORE1`, number of entries, number of groups, length of keys; the
//! entries (key offset, key length, facts, group, offset in group, length) sorted by key; the groups (offset in data,
//! packed length, unpacked length); the keys (`type NUL url NUL version`); the data. A group is deflated unless both
//! its lengths are one.

mod build;

pub use build::{Builder, Packing};

use std::borrow::Cow;
use std::io::Read;

const MAGIC: &[u8; 8] = b"HMSTORE1";
const HEADER: usize = 20;
const ENTRY: usize = 24;
const GROUP: usize = 12;
/// Bytes one resource may unpack to; the largest published code system is a twentieth of it.
const MAX_UNPACKED: usize = 256 << 20;

/// A store.
#[derive(Debug)]
pub struct Store {
    bytes: Cow<'static, [u8]>,
    entries: usize,
    groups: usize,
    keys: usize,
}

/// What is told of a resource without reading it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts(pub u32);

impl Facts {
    /// A StructureDefinition that defines a type: a specialisation or a logical model.
    pub const DEFINES_TYPE: Self = Self(1);
    /// A StructureDefinition of an extension.
    pub const EXTENSION: Self = Self(1 << 1);
    /// A StructureDefinition without a snapshot.
    pub const DIFFERENTIAL_ONLY: Self = Self(1 << 2);

    /// Whether every bit of `other` is set.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both.
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A resource that a store holds.
#[derive(Clone, Copy, Debug)]
pub struct Held<'s> {
    /// `StructureDefinition`.
    pub kind: &'s str,
    /// Canonical URL.
    pub url: &'s str,
    /// Business version; empty when it has none.
    pub version: &'s str,
    /// What else is told of it.
    pub facts: Facts,
    /// Its number, for [`Store::read`].
    pub at: usize,
}

impl Store {
    /// A store over `bytes`, or nothing when they are not one.
    pub fn open(bytes: impl Into<Cow<'static, [u8]>>) -> Option<Self> {
        let bytes = bytes.into();
        if bytes.get(..MAGIC.len())? != MAGIC {
            return None;
        }
        let (entries, groups, keys) = (number(&bytes, 8)?, number(&bytes, 12)?, number(&bytes, 16)?);
        let tables = entries.checked_mul(ENTRY)?.checked_add(groups.checked_mul(GROUP)?)?;
        let data = HEADER.checked_add(tables)?.checked_add(keys)?;
        // One that was cut short would lack what it says it has.
        let ends = match groups.checked_sub(1) {
            Some(last) => {
                let record = HEADER + entries * ENTRY + last * GROUP;
                data.checked_add(number(&bytes, record)?)?.checked_add(number(&bytes, record + 4)?)?
            }
            None => data,
        };
        (ends == bytes.len()).then_some(Self { bytes, entries, groups, keys })
    }

    /// How many resources it holds.
    pub fn len(&self) -> usize {
        self.entries
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// Every resource, by type, URL and version.
    pub fn held(&self) -> impl Iterator<Item = Held<'_>> {
        (0..self.entries).filter_map(|at| self.entry(at))
    }

    /// The resources of one type and URL, one for each version.
    pub fn find<'s, 'q>(&'s self, kind: &'q str, url: &'q str) -> impl Iterator<Item = Held<'s>> + use<'s, 'q> {
        let first = self.first(&[kind.as_bytes(), b"\0", url.as_bytes(), b"\0"]);
        (first..self.entries)
            .map_while(|at| self.entry(at))
            .take_while(move |held| held.kind == kind && held.url == url)
    }

    /// Every resource of one type.
    pub fn of_kind<'s, 'q>(&'s self, kind: &'q str) -> impl Iterator<Item = Held<'s>> + use<'s, 'q> {
        let first = self.first(&[kind.as_bytes(), b"\0"]);
        (first..self.entries).map_while(|at| self.entry(at)).take_while(move |held| held.kind == kind)
    }

    /// The JSON of the resource with the number `at`.
    pub fn read(&self, at: usize) -> Option<Vec<u8>> {
        let from = HEADER + at * ENTRY;
        let (group, start, length) =
            (number(&self.bytes, from + 12)?, number(&self.bytes, from + 16)?, number(&self.bytes, from + 20)?);
        let end = start.checked_add(length)?;
        if at >= self.entries || group >= self.groups || end > MAX_UNPACKED {
            return None;
        }
        let record = HEADER + self.entries * ENTRY + group * GROUP;
        let (offset, packed, unpacked) =
            (number(&self.bytes, record)?, number(&self.bytes, record + 4)?, number(&self.bytes, record + 8)?);
        let data = self.key_start() + self.keys;
        let bytes = self.bytes.get(data..)?.get(offset..)?.get(..packed)?;
        if packed == unpacked {
            return Some(bytes.get(start..end)?.to_vec());
        }
        // Whatever lengths the file declares, memory grows only with what is really unpacked, and stops at the end.
        let mut inflated = Vec::with_capacity(end.min(1 << 20));
        flate2::read::DeflateDecoder::new(bytes).take(end as u64).read_to_end(&mut inflated).ok()?;
        if inflated.len() < end {
            return None;
        }
        inflated.drain(..start);
        Some(inflated)
    }

    fn key_start(&self) -> usize {
        HEADER + self.entries * ENTRY + self.groups * GROUP
    }

    fn key(&self, at: usize) -> Option<&[u8]> {
        let from = HEADER + at * ENTRY;
        let (start, length) = (number(&self.bytes, from)?, number(&self.bytes, from + 4)?);
        let keys = self.bytes.get(self.key_start()..)?.get(..self.keys)?;
        keys.get(start..)?.get(..length)
    }

    fn entry(&self, at: usize) -> Option<Held<'_>> {
        if at >= self.entries {
            return None;
        }
        let mut parts = std::str::from_utf8(self.key(at)?).ok()?.splitn(3, '\0');
        let facts = Facts(u32::try_from(number(&self.bytes, HEADER + at * ENTRY + 8)?).ok()?);
        Some(Held { kind: parts.next()?, url: parts.next()?, version: parts.next()?, facts, at })
    }

    /// The first entry whose key is not before `parts` joined.
    fn first(&self, parts: &[&[u8]]) -> usize {
        let (mut low, mut high) = (0, self.entries);
        while low < high {
            let middle = low.midpoint(high);
            let wanted = parts.iter().copied().flatten();
            match self.key(middle).map(|key| key.iter().lt(wanted)) {
                Some(true) => low = middle + 1,
                Some(false) => high = middle,
                None => return self.entries,
            }
        }
        low
    }
}

/// The number at `at`.
fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..)?.first_chunk::<4>()?;
    usize::try_from(u32::from_le_bytes(*four)).ok()
}
