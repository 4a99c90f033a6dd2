//! The facts of a run: one record per message, in chunks that are small in memory, and what adds up beside them.
//!
//! A commutative monoid: [`Facts::default`] changes nothing and [`Facts::merge`] gives the same decisions whatever the
//! order and grouping. Memory is bounded: past [`MAX_WEIGHT`] no record is kept, and every check that had something to
//! say cannot tell.

use super::carry;
use super::codes::Codes;
use super::fact::Record;
use super::wire::{ChunkReader, ChunkWriter};
use flate2::{Compression, Decompress, FlushDecompress, write::DeflateEncoder};
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Weight of records kept, by all threads of a run together. An ADT message weighs 100 to 130, in memory it takes some
/// 80 bytes: this is about 1.7 million messages and 140 MB, so that a run stays within 256 MB.
pub const MAX_WEIGHT: u64 = 200 << 20;

/// A chunk is closed when its compressible part is this long: long enough to compress, short enough to unpack often.
const CHUNK: usize = 64 << 10;

/// Chunks are compressed only once so many bytes are held: an ordinary run never pays for it.
const PACK_FROM: usize = 2 << 20;

/// Where a message is.
#[derive(Clone, Debug)]
pub struct At {
    /// Artifact id.
    pub artifact: Arc<str>,
    /// Which message of it, from one.
    pub item: u64,
    /// Line of the artifact on which the message begins, from one.
    pub first_line: u64,
}

/// The facts of a run or of a part of it.
#[derive(Default)]
pub struct Facts {
    closed: Vec<Chunk>,
    open: Open,
    stored: usize,
    pub(super) weight: u64,
    /// What all threads of the run keep, where several observe.
    total: Option<Arc<AtomicU64>>,
    /// Messages observed.
    pub(super) messages: u64,
    /// Checks that had something to say of at least one message, one bit each of [`super::NAMES`].
    pub(super) touched: u64,
    pub(super) codes: Codes,
    /// SIU messages, resent ones included.
    pub(super) appointments: u64,
    /// A part of the run came without its records: they were too many to be carried in a report.
    pub(super) incomplete: bool,
}

/// Some hundred records.
struct Chunk {
    keys: Box<[u8]>,
    rest: Box<[u8]>,
    /// Length of `rest` before it was compressed, if it was.
    unpacked: Option<usize>,
    names: Box<[u64]>,
    artifacts: Box<[Arc<str>]>,
    records: u32,
}

/// The chunk being written.
#[derive(Default)]
struct Open {
    writer: ChunkWriter,
    artifacts: Vec<Arc<str>>,
    records: u32,
}

impl Facts {
    /// No facts yet, of one thread of several: together they keep no more than [`MAX_WEIGHT`], counted in `total`, which
    /// begins at zero.
    pub fn counted_in(total: Arc<AtomicU64>) -> Self {
        Self { total: Some(total), ..Self::default() }
    }

    /// Whether there were more facts than are kept.
    pub(super) fn is_over(&self) -> bool {
        self.weight > MAX_WEIGHT || self.total.as_ref().is_some_and(|total| total.load(Relaxed) > MAX_WEIGHT)
    }

    /// Messages observed, resent ones included.
    pub fn messages(&self) -> u64 {
        self.messages
    }

    /// Adds the record of one message.
    pub(super) fn push(&mut self, artifact: &Arc<str>, record: &mut Record) {
        self.messages += 1;
        self.appointments += u64::from(record.appointment.is_some());
        let before = self.open.writer.weight;
        self.open.add(artifact, record);
        let grown = self.open.writer.weight - before;
        self.weight += grown;
        if let Some(total) = &self.total {
            // Only a sum: nothing else is ordered by it.
            total.fetch_add(grown, Relaxed);
        }
        if self.is_over() {
            self.forget();
        } else if self.open.writer.rest.len() >= CHUNK {
            self.close();
        }
    }

    /// Adds another part of the run.
    pub fn merge(&mut self, mut other: Self) {
        self.messages += other.messages;
        self.appointments += other.appointments;
        self.weight += other.weight;
        self.touched |= other.touched;
        self.incomplete |= other.incomplete;
        self.codes.merge(std::mem::take(&mut other.codes));
        if self.is_over() {
            return self.forget();
        }
        if other.closed.is_empty() {
            // Thousands of parts of one message each must not become thousands of chunks.
            let mut record = Record::default();
            let chunk = other.open.take();
            chunk.each(&mut Vec::new(), &mut record, |artifact, record| {
                self.open.add(artifact, record);
            });
            if self.open.writer.rest.len() >= CHUNK {
                self.close();
            }
            return;
        }
        other.close();
        self.stored += other.stored;
        self.closed.append(&mut other.closed);
    }

    /// Calls `visit` with each record and its artifact, in the order in which they are kept.
    pub(super) fn each(&self, mut visit: impl FnMut(&Arc<str>, &Record)) {
        self.each_mut(|artifact, record| visit(artifact, record));
    }

    /// The same, for the walk that writes a record as it would read it.
    pub(super) fn each_mut(&self, mut visit: impl FnMut(&Arc<str>, &mut Record)) {
        let (mut record, mut scratch) = (Record::default(), Vec::new());
        for chunk in &self.closed {
            chunk.each(&mut scratch, &mut record, &mut visit);
        }
        let open = &self.open;
        let writer = &open.writer;
        let reader = ChunkReader { rest: &writer.rest, keys: &writer.keys, names: &writer.names, failed: false };
        read(reader, open.records, &open.artifacts, &mut record, visit);
    }

    /// Bytes held for records.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.stored + self.open.writer.rest.len() + self.open.writer.keys.len()
    }

    fn close(&mut self) {
        if self.open.records == 0 {
            return;
        }
        let mut chunk = self.open.take();
        if self.stored >= PACK_FROM {
            chunk.pack();
        }
        self.stored += chunk.size();
        self.closed.push(chunk);
    }

    fn forget(&mut self) {
        (self.closed, self.open, self.stored) = (Vec::new(), Open::default(), 0);
    }
}

impl Open {
    fn add(&mut self, artifact: &Arc<str>, record: &mut Record) {
        if self.artifacts.last().is_none_or(|last| last != artifact) {
            self.artifacts.push(Arc::clone(artifact));
        }
        // Not through the writer: how often an artifact is named again depends on how the run was split.
        super::wire::put(&mut self.writer.rest, self.artifacts.len() as u64 - 1);
        carry::record(&mut self.writer, record);
        self.records += 1;
    }

    fn take(&mut self) -> Chunk {
        let Self { writer, artifacts, records } = std::mem::take(self);
        Chunk {
            keys: writer.keys.into(),
            rest: writer.rest.into(),
            unpacked: None,
            names: writer.names.into(),
            artifacts: artifacts.into(),
            records,
        }
    }
}

impl Chunk {
    fn size(&self) -> usize {
        self.keys.len() + self.rest.len() + self.names.len() * 8 + self.artifacts.len() * 16
    }

    fn pack(&mut self) {
        let mut encoder = DeflateEncoder::new(Vec::with_capacity(self.rest.len() / 2), Compression::fast());
        // Writing to memory does not fail; if it ever did, the chunk would stay as it is.
        if encoder.write_all(&self.rest).is_ok()
            && let Ok(packed) = encoder.finish()
        {
            self.unpacked = Some(self.rest.len());
            self.rest = packed.into();
        }
    }

    fn each(&self, scratch: &mut Vec<u8>, record: &mut Record, visit: impl FnMut(&Arc<str>, &mut Record)) {
        let rest: &[u8] = match self.unpacked {
            None => &self.rest,
            Some(length) => {
                scratch.clear();
                scratch.reserve(length);
                // Our own bytes, of a length we noted: unpacking them does not fail.
                let status = Decompress::new(false).decompress_vec(&self.rest, scratch, FlushDecompress::Finish);
                debug_assert!(status.is_ok());
                scratch
            }
        };
        let reader = ChunkReader { rest, keys: &self.keys, names: &self.names, failed: false };
        read(reader, self.records, &self.artifacts, record, visit);
    }
}

fn read(
    mut reader: ChunkReader<'_>,
    records: u32,
    artifacts: &[Arc<str>],
    record: &mut Record,
    mut visit: impl FnMut(&Arc<str>, &mut Record),
) {
    for _ in 0..records {
        let mut index = 0;
        carry::Carry::number(&mut reader, &mut index);
        record.clear();
        carry::record(&mut reader, record);
        let artifact = usize::try_from(index).ok().and_then(|at| artifacts.get(at));
        let Some(artifact) = artifact.filter(|_| !reader.failed) else {
            debug_assert!(false, "a chunk reads as it was written");
            return;
        };
        visit(artifact, record);
    }
}
