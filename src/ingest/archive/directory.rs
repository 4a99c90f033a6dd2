//! The central directory of a zip archive (APPNOTE 4.3.12 to 4.3.16, with the zip64 records).
//!
//! In: a file that seeks. Out: its rows as they stand, duplicates and all, and the count declared. Rows are read one by
//! one until they stop, never by the declared count; nothing is allocated from a declared size.

use std::io::{BufReader, Read, SeekFrom};

use crate::archive::NAME_BYTES;
use crate::ingest::fault::Fault;
use crate::ingest::options::Limits;
use crate::ingest::snag::Snag;
use crate::ingest::stream::ReadSeek;

/// The end record and the longest comment after it.
const TAIL: u64 = 22 + 0xFFFF;
const END: &[u8; 4] = b"PK\x05\x06";
const END_64: &[u8; 4] = b"PK\x06\x06";
const LOCATOR_64: &[u8; 4] = b"PK\x06\x07";
const ROW: &[u8; 4] = b"PK\x01\x02";

/// The directory of one archive.
pub(super) struct Directory {
    pub(super) rows: Vec<Row>,
    /// How many rows the end record declares.
    pub(super) declared: u64,
    /// Where the directory starts: no entry reaches past it.
    pub(super) start: u64,
    /// More rows follow than the limit lets in.
    pub(super) cut: bool,
}

/// One row.
pub(super) struct Row {
    pub(super) name: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) stored: u64,
    pub(super) size: u64,
    pub(super) offset: u64,
    /// The file type bits of a Unix mode, 0 where there is none.
    pub(super) file_type: u32,
}

/// Reads the directory.
pub(super) fn read(file: &mut dyn ReadSeek, limits: &Limits) -> Result<Directory, Snag> {
    let (declared, start) = end_record(file)?;
    file.seek(SeekFrom::Start(start)).map_err(|error| Snag::of(&error))?;
    let mut input = BufReader::new(file);
    let mut directory = Directory { rows: Vec::new(), declared, start, cut: false };
    let mut fixed = [0; 46];
    while input.read_exact(&mut fixed).is_ok() && &fixed[..4] == ROW {
        if directory.rows.len() as u64 >= limits.archive_entries {
            directory.cut = true;
            break;
        }
        let Some(row) = row(&fixed, &mut input) else { break };
        directory.rows.push(row);
    }
    if directory.rows.is_empty() && declared > 0 {
        return Err(Snag::new(Fault::ArchiveTruncated, "the zip directory is not where the end record says"));
    }
    Ok(directory)
}

fn row(fixed: &[u8; 46], input: &mut impl Read) -> Option<Row> {
    let mut tail = vec![0; usize::from(u16_at(fixed, 28))];
    input.read_exact(&mut tail).ok()?;
    // A name too long to be one is refused as a path later; only enough of it is kept to tell.
    tail.truncate(NAME_BYTES + 1);
    let mut extra = vec![0; usize::from(u16_at(fixed, 30))];
    input.read_exact(&mut extra).ok()?;
    let mut comment = Read::take(input, u64::from(u16_at(fixed, 32)));
    std::io::copy(&mut comment, &mut std::io::sink()).ok()?;

    let unix = fixed[5] == 3;
    let mut row = Row {
        name: tail,
        flags: u16_at(fixed, 8),
        method: u16_at(fixed, 10),
        crc: u32_at(fixed, 16),
        stored: u64::from(u32_at(fixed, 20)),
        size: u64::from(u32_at(fixed, 24)),
        offset: u64::from(u32_at(fixed, 42)),
        file_type: if unix { (u32_at(fixed, 38) >> 16) & 0o170_000 } else { 0 },
    };
    widen(&mut row, &extra);
    Some(row)
}

/// Takes the 64-bit values that the zip64 extra field has for those that are all ones.
fn widen(row: &mut Row, mut extra: &[u8]) {
    while extra.len() >= 4 {
        let (id, length) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
        let Some(body) = extra.get(4..4 + length) else { return };
        extra = &extra[4 + length..];
        if id != 1 {
            continue;
        }
        let mut values = body.chunks_exact(8).map(|b| u64_at(b, 0));
        for field in [&mut row.size, &mut row.stored, &mut row.offset] {
            if *field == u64::from(u32::MAX) {
                match values.next() {
                    Some(value) => *field = value,
                    None => return,
                }
            }
        }
    }
}

/// The declared count and start, from the last end record whose comment fits the file.
fn end_record(file: &mut dyn ReadSeek) -> Result<(u64, u64), Snag> {
    let failed = |error: std::io::Error| Snag::of(&error);
    let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
    let from = length.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(from)).map_err(failed)?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail).map_err(failed)?;
    let fits = |at: &usize| {
        let record = &tail[*at..];
        record.len() >= 22 && 22 + usize::from(u16_at(record, 20)) <= record.len()
    };
    let at = memchr::memmem::rfind_iter(&tail, END)
        .find(fits)
        .ok_or_else(|| Snag::new(Fault::ArchiveTruncated, "the zip archive has no directory at its end"))?;
    let end = &tail[at..];
    let (mut declared, mut start) = (u64::from(u16_at(end, 10)), u64::from(u32_at(end, 16)));
    if let Some((more, further)) = at.checked_sub(20).and_then(|at| zip64(file, &tail[at..at + 20])) {
        (declared, start) = (more, further);
    }
    if start > length {
        return Err(Snag::new(Fault::ArchiveTruncated, "the zip directory lies past the end of the archive"));
    }
    Ok((declared, start))
}

/// The count and start in the zip64 end record that `locator` points at, if it is one.
fn zip64(file: &mut dyn ReadSeek, locator: &[u8]) -> Option<(u64, u64)> {
    if &locator[..4] != LOCATOR_64 {
        return None;
    }
    file.seek(SeekFrom::Start(u64_at(locator, 8))).ok()?;
    let mut record = [0; 56];
    file.read_exact(&mut record).ok()?;
    (&record[..4] == END_64).then(|| (u64_at(&record, 32), u64_at(&record, 48)))
}

/// A little-endian number at `at`; the callers' slices are long enough by construction.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// As [`u16_at`].
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
