//! A bound around whatever decompresses.
//!
//! In: a decoder and what its archive declares. Out: the same bytes, until a bound is crossed or, at the end, a size or
//! checksum is not as declared; then a snag, for good.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use flate2::Crc;

use super::Budget;
use crate::ingest::fault::Fault;
use crate::ingest::options::Limits;
use crate::ingest::snag::Snag;

/// Counts the compressed bytes that a decoder takes.
pub(super) struct Meter<R> {
    inner: R,
    taken: Rc<Cell<u64>>,
}

impl<R> Meter<R> {
    pub(super) fn new(inner: R, taken: Rc<Cell<u64>>) -> Self {
        Self { inner, taken }
    }
}

impl<R: Read> Read for Meter<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        self.taken.set(self.taken.get() + count as u64);
        Ok(count)
    }
}

/// What a header promises of an entry.
pub(super) struct Promise {
    pub(super) size: u64,
    pub(super) crc: u32,
}

/// The decoder under guard.
pub(super) struct Guard<'g, R> {
    decoder: R,
    taken: Rc<Cell<u64>>,
    given: u64,
    promise: Option<(Promise, Crc)>,
    limits: &'g Limits,
    budget: &'g Budget,
    format: &'static str,
    snag: Option<Snag>,
}

impl<'g, R: Read> Guard<'g, R> {
    /// Guards `decoder`, of which `taken` counts the input. `format` names it in messages.
    pub(super) fn new(
        decoder: R,
        taken: Rc<Cell<u64>>,
        promise: Option<Promise>,
        limits: &'g Limits,
        budget: &'g Budget,
        format: &'static str,
    ) -> Self {
        let promise = promise.map(|promise| (promise, Crc::new()));
        Self { decoder, taken, given: 0, promise, limits, budget, format, snag: None }
    }

    fn check(&mut self, fresh: &[u8]) -> Result<(), Snag> {
        self.given += fresh.len() as u64;
        if !self.budget.take_bytes(fresh.len() as u64) {
            let detail = format!("the limit is {} bytes", self.limits.archive_bytes);
            return Err(Snag::new(Fault::ArchiveBytes, detail));
        }
        let most = self.taken.get().saturating_mul(self.limits.archive_ratio);
        if self.given > self.limits.archive_ratio_from && self.given > most {
            let detail = format!("the limit is {} bytes out for each byte in", self.limits.archive_ratio);
            return Err(Snag::new(Fault::ArchiveRatio, detail));
        }
        let Some((promise, crc)) = &mut self.promise else { return Ok(()) };
        crc.update(fresh);
        if self.given > promise.size {
            let detail = format!("more than the {} bytes declared come out", promise.size);
            return Err(Snag::new(Fault::ArchiveSizeMismatch, detail));
        }
        if fresh.is_empty() && self.given < promise.size {
            let detail = format!("{} bytes are declared and {} come out", promise.size, self.given);
            return Err(Snag::new(Fault::ArchiveSizeMismatch, detail));
        }
        if fresh.is_empty() && crc.sum() != promise.crc {
            return Err(Snag::new(Fault::ArchiveCrc, "the CRC-32 checksum is wrong"));
        }
        Ok(())
    }

    fn failed(&self, error: &io::Error) -> Snag {
        let snag = Snag::of(error);
        if error.get_ref().is_some_and(|inner| inner.is::<Snag>()) {
            return snag;
        }
        let format = self.format;
        match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                Snag::new(Fault::ArchiveTruncated, format!("the {format} stream ends before its end mark"))
            }
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                Snag::new(Fault::ArchiveCrc, format!("the {format} stream is corrupt"))
            }
            _ => snag,
        }
    }
}

impl<R: Read> Read for Guard<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if let Some(snag) = &self.snag {
            return Err(snag.clone().into());
        }
        if buf.is_empty() {
            return Ok(0);
        }
        let result = match self.decoder.read(buf) {
            Ok(count) => self.check(&buf[..count]).map(|()| count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => Err(self.failed(&error)),
        };
        result.map_err(|snag| {
            self.snag = Some(snag.clone());
            snag.into()
        })
    }
}
