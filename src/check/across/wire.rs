//! The byte forms of a record: the compact one of a chunk in memory, and the plain one that is sealed.

use super::carry::Carry;
use rustc_hash::FxHashMap;

/// What a hash counts for in the weight of a record.
const KEY: u64 = 8;
/// What a repeated hash counts for: its index, and its share of the table.
const NAME: u64 = 2;

/// Writes records into a chunk. Hashes that do not compress stand apart from everything else, which does.
#[derive(Default)]
pub(super) struct ChunkWriter {
    pub(super) rest: Vec<u8>,
    pub(super) keys: Vec<u8>,
    pub(super) names: Vec<u64>,
    known: FxHashMap<u64, u64>,
    /// What was written so far weighs; the same for the same records, however they are split over chunks.
    pub(super) weight: u64,
}

impl Carry for ChunkWriter {
    fn number(&mut self, number: &mut u64) {
        let before = self.rest.len();
        put(&mut self.rest, *number);
        self.weight += (self.rest.len() - before) as u64;
    }

    fn key(&mut self, key: &mut u64) {
        self.keys.extend_from_slice(&key.to_le_bytes());
        self.weight += KEY;
    }

    fn name(&mut self, name: &mut u64) {
        let next = self.names.len() as u64;
        let index = *self.known.entry(*name).or_insert(next);
        if index == next {
            self.names.push(*name);
        }
        put(&mut self.rest, index);
        self.weight += NAME;
    }

    fn failed(&self) -> bool {
        false
    }

    fn fail(&mut self) {
        debug_assert!(false, "what is written always makes sense");
    }
}

/// Reads records from a chunk, in the order in which they were written.
pub(super) struct ChunkReader<'c> {
    pub(super) rest: &'c [u8],
    pub(super) keys: &'c [u8],
    pub(super) names: &'c [u64],
    pub(super) failed: bool,
}

impl Carry for ChunkReader<'_> {
    fn number(&mut self, number: &mut u64) {
        *number = take(&mut self.rest, &mut self.failed);
    }

    fn key(&mut self, key: &mut u64) {
        *key = take_word(&mut self.keys, &mut self.failed);
    }

    fn name(&mut self, name: &mut u64) {
        let index = take(&mut self.rest, &mut self.failed);
        match usize::try_from(index).ok().and_then(|at| self.names.get(at)) {
            Some(found) => *name = *found,
            None => self.failed = true,
        }
    }

    fn failed(&self) -> bool {
        self.failed
    }

    fn fail(&mut self) {
        self.failed = true;
    }
}

/// Writes records one after another, each complete in itself.
#[derive(Default)]
pub(super) struct PlainWriter {
    pub(super) bytes: Vec<u8>,
}

impl Carry for PlainWriter {
    fn number(&mut self, number: &mut u64) {
        put(&mut self.bytes, *number);
    }

    fn key(&mut self, key: &mut u64) {
        self.bytes.extend_from_slice(&key.to_le_bytes());
    }

    fn name(&mut self, name: &mut u64) {
        self.key(name);
    }

    fn failed(&self) -> bool {
        false
    }

    fn fail(&mut self) {
        debug_assert!(false, "what is written always makes sense");
    }
}

/// Reads what a [`PlainWriter`] wrote.
pub(super) struct PlainReader<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) failed: bool,
}

impl<'b> PlainReader<'b> {
    /// A reader of `bytes`.
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, failed: false }
    }

    /// The next number; 0 once reading has failed.
    pub(super) fn next(&mut self) -> u64 {
        take(&mut self.bytes, &mut self.failed)
    }

    /// The next bytes, as many as the number before them says, or none when there are fewer.
    pub(super) fn text(&mut self) -> &'b [u8] {
        let length = usize::try_from(self.next()).unwrap_or(usize::MAX);
        match self.bytes.split_at_checked(length) {
            Some((text, rest)) => {
                self.bytes = rest;
                text
            }
            None => {
                self.failed = true;
                b""
            }
        }
    }
}

impl Carry for PlainReader<'_> {
    fn number(&mut self, number: &mut u64) {
        *number = self.next();
    }

    fn key(&mut self, key: &mut u64) {
        *key = take_word(&mut self.bytes, &mut self.failed);
    }

    fn name(&mut self, name: &mut u64) {
        self.key(name);
    }

    fn failed(&self) -> bool {
        self.failed
    }

    fn fail(&mut self) {
        self.failed = true;
    }
}

/// Seven bits a byte, the lowest first, the high bit set on all but the last.
pub(super) fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[inline]
fn take(bytes: &mut &[u8], failed: &mut bool) -> u64 {
    // Nearly every number of a record is small, and a run reads its records a dozen times.
    if let [byte @ ..0x80, rest @ ..] = *bytes {
        *bytes = rest;
        return u64::from(*byte);
    }
    take_long(bytes, failed)
}

fn take_long(bytes: &mut &[u8], failed: &mut bool) -> u64 {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let Some((&byte, rest)) = bytes.split_first() else { break };
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            // One form per number, so that equal facts have equal bytes.
            let canonical = (byte != 0 || shift == 0) && (shift < 63 || byte < 2);
            *failed |= !canonical;
            return if canonical { number } else { 0 };
        }
    }
    *failed = true;
    0
}

fn take_word(bytes: &mut &[u8], failed: &mut bool) -> u64 {
    match bytes.split_first_chunk::<8>() {
        Some((word, rest)) => {
            *bytes = rest;
            u64::from_le_bytes(*word)
        }
        None => {
            *failed = true;
            0
        }
    }
}
