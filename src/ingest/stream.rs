//! The bytes of one artifact: its first bytes looked at once and given again, all of them counted and digested.
//!
//! In: a file or any reader. Out: the same bytes, in order. It never reads ahead of the head, and never maps a file:
//! a file cut short under a mapping would kill the process.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};

use sha2::{Digest as _, Sha256};

use super::fault::Fault;
use super::options::{Digest, HEAD_BYTES};
use super::snag::Snag;

/// Where bytes come from.
pub(crate) enum Feed<'f> {
    /// A file, which an archive reader may seek in.
    File(&'f mut File),
    /// Anything else, read once.
    Reader(&'f mut dyn Read),
}

/// What seeking readers need.
pub(crate) trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// One artifact's bytes. Reading gives the head again, then the rest.
pub(crate) struct Stream<'f> {
    feed: Feed<'f>,
    head: Vec<u8>,
    given: usize,
    bytes: u64,
    sha: Option<Sha256>,
    ended: bool,
    snag: Option<Snag>,
}

impl<'f> Stream<'f> {
    /// Opens the feed by reading its head. A fault met there is kept for the first read past it.
    pub(crate) fn open(feed: Feed<'f>, digest: Digest) -> Self {
        let sha = (digest == Digest::Compute).then(Sha256::new);
        let mut stream = Self { feed, head: Vec::new(), given: 0, bytes: 0, sha, ended: false, snag: None };
        let mut head = Vec::new();
        if let Err(snag) = stream.fill(&mut head, HEAD_BYTES) {
            stream.snag = Some(snag);
        }
        stream.head = head;
        stream
    }

    /// The first bytes, whatever was read since.
    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    /// The fault that stopped the head, if one did.
    pub(crate) fn snag(&self) -> Option<&Snag> {
        self.snag.as_ref()
    }

    /// Marks the bytes as not the whole, for a reason the reader of them found.
    pub(crate) fn spoil(&mut self, snag: &Snag) {
        self.snag = Some(snag.clone());
    }

    /// Bytes read from the feed so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether the end was reached without a fault.
    pub(crate) fn is_complete(&self) -> bool {
        self.ended && self.snag.is_none()
    }

    /// The digest, once everything was read.
    pub(crate) fn digest(&self) -> Option<[u8; 32]> {
        let sha = self.sha.as_ref().filter(|_| self.is_complete())?;
        Some(sha.clone().finalize().into())
    }

    /// Appends until `buffer` holds `target` bytes, the head first; whether the end was reached.
    pub(crate) fn fill(&mut self, buffer: &mut Vec<u8>, target: usize) -> Result<bool, Snag> {
        if self.given < self.head.len() && buffer.len() < target {
            let count = (self.head.len() - self.given).min(target - buffer.len());
            buffer.extend_from_slice(&self.head[self.given..self.given + count]);
            self.given += count;
        }
        let old = buffer.len();
        let ended = self.ended && self.given == self.head.len();
        if ended || old >= target {
            return Ok(ended);
        }
        if let Some(snag) = &self.snag {
            return Err(snag.clone());
        }
        buffer.reserve_exact(target - old);
        let want = (target - old) as u64;
        let result = match &mut self.feed {
            Feed::File(file) => file.take(want).read_to_end(buffer),
            Feed::Reader(reader) => reader.take(want).read_to_end(buffer),
        };
        self.took(&buffer[old..]);
        match result {
            Ok(count) => self.ended = (count as u64) < want,
            Err(error) => {
                let snag = Snag::of(&error);
                self.snag = Some(snag.clone());
                return Err(snag);
            }
        }
        Ok(self.ended)
    }

    fn took(&mut self, fresh: &[u8]) {
        self.bytes += fresh.len() as u64;
        if let Some(sha) = &mut self.sha {
            sha.update(fresh);
        }
    }

    /// Reads what is left, only to count and digest it; nothing when no digest is wanted.
    pub(crate) fn drain(&mut self) {
        if self.sha.is_none() {
            return;
        }
        let mut scratch = Vec::new();
        while let Ok(false) = self.fill(&mut scratch, HEAD_BYTES) {
            scratch.clear();
        }
    }

    /// Everything again, for a reader that seeks: the file itself, or at most `limit` bytes held in memory.
    pub(crate) fn seekable(&mut self, limit: usize) -> Result<Box<dyn ReadSeek + '_>, Snag> {
        let mut held = Vec::new();
        match self.feed {
            Feed::File(_) => self.drain(),
            Feed::Reader(_) => held = self.hold(limit)?,
        }
        match &mut self.feed {
            Feed::File(file) => {
                self.ended = true;
                Ok(Box::new(&mut **file))
            }
            Feed::Reader(_) => Ok(Box::new(Cursor::new(held))),
        }
    }

    fn hold(&mut self, limit: usize) -> Result<Vec<u8>, Snag> {
        let mut all = Vec::new();
        while !self.fill(&mut all, limit.saturating_add(1))? {
            if all.len() > limit {
                let detail = format!("a zip archive that cannot be sought in is held in memory, at most {limit} bytes");
                return Err(Snag::new(Fault::TooLargeUnit, detail));
            }
        }
        Ok(all)
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.given < self.head.len() {
            let count = (self.head.len() - self.given).min(buf.len());
            buf[..count].copy_from_slice(&self.head[self.given..self.given + count]);
            self.given += count;
            return Ok(count);
        }
        if let Some(snag) = &self.snag {
            return Err(snag.clone().into());
        }
        let result = match &mut self.feed {
            Feed::File(file) => file.read(buf),
            Feed::Reader(reader) => reader.read(buf),
        };
        match result {
            Ok(count) => {
                self.ended |= count == 0 && !buf.is_empty();
                self.took(&buf[..count]);
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let snag = Snag::of(&error);
                self.snag = Some(snag.clone());
                Err(snag.into())
            }
        }
    }
}
