//! Zip: entries by their directory.
//!
//! In: a file that seeks. Out: each regular entry as an artifact of its own, in the order of the directory; whatever
//! two readers could understand differently (overlaps, two names, two sizes, duplicates) as troubles. We read the
//! directory ourselves because the `zip` crate keeps one entry of each name and makes names safe without saying so.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, BufReader, Read, SeekFrom};
use std::rc::Rc;

use flate2::bufread::DeflateDecoder;

use super::directory::{self, Directory, Row, u16_at, u32_at};
use super::entry::{self, Seen};
use super::guard::{Guard, Meter, Promise};
use super::{Nest, refuse, take_in};
use crate::ingest::fault::Fault;
use crate::ingest::options::HEAD_BYTES;
use crate::ingest::run::{Flow, Run};
use crate::ingest::snag::Snag;
use crate::ingest::stream::{Feed, ReadSeek, Stream};

const LOCAL: &[u8; 4] = b"PK\x03\x04";
const LOCAL_BYTES: u64 = 30;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const ENCRYPTED: u16 = 1;
/// Sizes and checksum follow the data, so the local header has none.
const SIZES_FOLLOW: u16 = 8;
const LINK: u32 = 0o120_000;
const REGULAR: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;

/// Reads every entry of the archive in `stream`.
pub(super) fn entries(run: &mut Run<'_>, nest: &Nest<'_>, stream: &mut Stream<'_>) -> Flow {
    let limits = run.options.limits.clone();
    let mut file = match stream.seekable(limits.unit_bytes) {
        Ok(file) => file,
        Err(snag) => return run.trouble(nest.artifact, snag),
    };
    let directory = match directory::read(&mut *file, &limits) {
        Ok(directory) => directory,
        Err(snag) => return run.trouble(nest.artifact, snag),
    };
    let listed = directory.rows.len() as u64;
    if listed != directory.declared && !directory.cut {
        let detail = format!("{} entries are declared and {listed} are listed", directory.declared);
        run.trouble(nest.artifact, Snag::new(Fault::ArchiveEntriesMismatch, detail))?;
    }
    let overlaps = overlaps(&directory);
    if overlaps > 0 {
        let detail = format!("{overlaps} of {listed} entries; none was read");
        return run.trouble(nest.artifact, Snag::new(Fault::ArchiveOverlap, detail));
    }

    let mut counts: HashMap<&[u8], u32> = HashMap::new();
    for row in &directory.rows {
        *counts.entry(&row.name).or_default() += 1;
    }
    let ends = ends(&directory);
    let (mut seen, mut any) = (Seen::new(), false);
    for row in &directory.rows {
        let path = entry::unsafe_path(&row.name);
        let folder = row.name.ends_with(b"/") || row.file_type == FOLDER;
        if path.is_none() && (folder || entry::is_hidden(&row.name)) {
            continue;
        }
        any = true;
        if !nest.admit(run)? {
            return Flow::Continue(());
        }
        let mut place = nest.place(seen.id(nest.artifact, &row.name, run.options.names), Vec::new());
        if let Some(times) = counts.get(row.name.as_slice()).filter(|times| **times > 1) {
            let detail = format!("{times} entries have the same name");
            place.remarks.push(Snag::new(Fault::ArchiveDuplicateName, detail));
        }
        let end = ends.get(&row.offset).copied().unwrap_or(directory.start);
        let located = match path.or_else(|| refusal(row)) {
            Some(snag) => Err(snag),
            None => locate(&mut *file, row, end, &mut place.remarks),
        };
        if let Err(snag) = located {
            refuse(run, place, snag, nest.budget)?;
            continue;
        }
        let taken = Rc::new(Cell::new(0));
        let stored = Meter::new(Read::take(&mut *file, row.stored), taken.clone());
        let stored = BufReader::with_capacity(HEAD_BYTES, stored);
        let mut decoder: Box<dyn Read> = match row.method {
            STORED => Box::new(stored),
            _ => Box::new(DeflateDecoder::new(stored)),
        };
        let promise = Promise { size: row.size, crc: row.crc };
        let mut guard = Guard::new(&mut decoder, taken, Some(promise), &limits, nest.budget, "deflate");
        let inner = Stream::open(Feed::Reader(&mut guard), run.options.digest);
        take_in(run, place, inner, nest.budget)?;
    }
    if directory.cut {
        let detail = format!("the directory lists more than {} entries", limits.archive_entries);
        run.trouble(nest.artifact, Snag::new(Fault::ArchiveCount, detail))?;
    }
    if any {
        return Flow::Continue(());
    }
    run.trouble(nest.artifact, Snag::new(Fault::ArchiveEmpty, "it has no entry but folders and hidden files"))
}

/// Why an entry is not read, as far as its row tells.
fn refusal(row: &Row) -> Option<Snag> {
    if row.file_type == LINK {
        return Some(Snag::new(Fault::ArchiveLink, ""));
    }
    if !matches!(row.file_type, 0 | REGULAR) {
        return Some(Snag::new(Fault::ArchiveSpecial, ""));
    }
    if row.flags & ENCRYPTED != 0 {
        return Some(Snag::new(Fault::ArchiveEncrypted, ""));
    }
    if !matches!(row.method, STORED | DEFLATED) {
        return Some(Snag::new(Fault::ArchiveMethod, format!("method {}; stored and deflate are read", row.method)));
    }
    None
}

/// How many entries start inside another, or reach into the directory: at least a header and the stored bytes lie at
/// each offset.
fn overlaps(directory: &Directory) -> usize {
    let mut extents: Vec<(u64, u64)> = directory
        .rows
        .iter()
        .map(|row| (row.offset, row.offset.saturating_add(LOCAL_BYTES).saturating_add(row.stored)))
        .collect();
    extents.sort_unstable();
    let next = extents.iter().skip(1).map(|extent| extent.0).chain([directory.start]);
    extents.iter().zip(next).filter(|(extent, next)| extent.1 > *next).count()
}

/// Where the entry at each offset must end: at the next entry, or at the directory.
fn ends(directory: &Directory) -> HashMap<u64, u64> {
    let mut offsets: Vec<u64> = directory.rows.iter().map(|row| row.offset).collect();
    offsets.sort_unstable();
    let next = offsets.iter().skip(1).copied().chain([directory.start]);
    offsets.iter().copied().zip(next).collect()
}

/// Moves to the entry's data, having compared its local header with its row.
fn locate(file: &mut dyn ReadSeek, row: &Row, end: u64, remarks: &mut Vec<Snag>) -> Result<(), Snag> {
    let mut fixed = [0; LOCAL_BYTES as usize];
    file.seek(SeekFrom::Start(row.offset))
        .and_then(|_| file.read_exact(&mut fixed))
        .map_err(|error| cut_off(&error))?;
    if &fixed[..4] != LOCAL {
        return Err(Snag::new(Fault::ArchiveHeader, "the zip directory points at something that is no entry"));
    }
    let (name_bytes, extra_bytes) = (u16_at(&fixed, 26), u16_at(&fixed, 28));
    let mut name = vec![0; usize::from(name_bytes)];
    file.read_exact(&mut name).map_err(|error| cut_off(&error))?;
    if name != row.name {
        remarks.push(Snag::new(Fault::ArchiveNameMismatch, "the name shown is the one in the directory"));
    }
    let (flags, method) = (u16_at(&fixed, 6), u16_at(&fixed, 8));
    if flags & ENCRYPTED != 0 {
        return Err(Snag::new(Fault::ArchiveEncrypted, "only the local header says so"));
    }
    if method != row.method {
        return Err(Snag::new(Fault::ArchiveMethod, "the two headers of the entry give different methods"));
    }
    if flags & SIZES_FOLLOW == 0 {
        let differs = |local: u32, central: u64| local != u32::MAX && u64::from(local) != central;
        if differs(u32_at(&fixed, 18), row.stored) || differs(u32_at(&fixed, 22), row.size) {
            let detail = "the two headers of the entry declare different sizes";
            remarks.push(Snag::new(Fault::ArchiveSizeMismatch, detail));
        }
    }
    let data = row.offset + LOCAL_BYTES + u64::from(name_bytes) + u64::from(extra_bytes);
    if data.saturating_add(row.stored) > end {
        return Err(Snag::new(Fault::ArchiveOverlap, "the entry reaches into the next one"));
    }
    file.seek(SeekFrom::Start(data)).map_err(|error| Snag::of(&error))?;
    Ok(())
}

fn cut_off(error: &io::Error) -> Snag {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Snag::new(Fault::ArchiveTruncated, "an entry lies past the end of the archive"),
        _ => Snag::of(error),
    }
}
