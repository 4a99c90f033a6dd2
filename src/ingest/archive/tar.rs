//! Tar: entries one after the other.
//!
//! In: the bytes of the archive. Out: each regular file as an artifact of its own; links, devices and unsafe names as
//! troubles. Nothing is held but the current header and, for one entry, its long name.

use std::io::{self, Read};

use super::entry::{self, Seen};
use super::tar_header::{self, BLOCK, Kind};
use super::{Nest, refuse, take_in};
use crate::ingest::fault::Fault;
use crate::ingest::run::{Flow, Run};
use crate::ingest::snag::Snag;
use crate::ingest::stream::{Feed, Stream};

/// Longest body of an extended header; real ones hold a path and a few times.
const EXTENDED_BYTES: u64 = 1 << 20;

/// Reads every entry of the archive in `input`.
pub(super) fn entries(run: &mut Run<'_>, nest: &Nest<'_>, input: &mut dyn Read) -> Flow {
    let mut walk = Walk { seen: Seen::new(), name: None, size: None, any: false };
    loop {
        match walk.step(run, nest, input) {
            Ok(flow) => match flow? {
                Next::Entry => {}
                Next::End => break,
                Next::Spent => return Flow::Continue(()),
            },
            Err(snag) => return run.trouble(nest.artifact, snag),
        }
    }
    match is_blank_to_the_end(input) {
        Ok(true) => {}
        Ok(false) => {
            let detail = "bytes stand after the end mark of the tar archive; they were not read as entries";
            run.trouble(nest.artifact, Snag::new(Fault::ArchiveHeader, detail))?;
        }
        Err(snag) => run.trouble(nest.artifact, snag)?,
    }
    if walk.any {
        return Flow::Continue(());
    }
    run.trouble(nest.artifact, Snag::new(Fault::ArchiveEmpty, "it has no entry but folders and hidden files"))
}

enum Next {
    Entry,
    End,
    Spent,
}

struct Walk {
    seen: Seen,
    /// What an extended header says of the next entry.
    name: Option<Vec<u8>>,
    size: Option<u64>,
    any: bool,
}

impl Walk {
    fn step(&mut self, run: &mut Run<'_>, nest: &Nest<'_>, input: &mut dyn Read) -> Result<Flow<Next>, Snag> {
        let mut block = [0; BLOCK];
        let got = read_up_to(input, &mut block)?;
        if got < BLOCK {
            return Err(Snag::new(Fault::ArchiveTruncated, "the tar archive ends without its end mark"));
        }
        if block.iter().all(|b| *b == 0) {
            return Ok(Flow::Continue(Next::End));
        }
        let header = tar_header::read(&block).ok_or_else(|| {
            Snag::new(Fault::ArchiveHeader, "a tar header fails its checksum or holds a number too large")
        })?;
        if matches!(header.kind, Kind::Extended | Kind::Global | Kind::LongName | Kind::LongLink) {
            self.attribute(header.kind, header.size, input)?;
            return Ok(Flow::Continue(Next::Entry));
        }

        let name = self.name.take().unwrap_or(header.name);
        let size = self.size.take().unwrap_or(header.size);
        // Readers that trust one size and readers that trust the other would see different entries.
        let smuggled = header.size != 0 && size != header.size;
        let mut entry = Entry { inner: &mut *input, left: size };
        let path = entry::unsafe_path(&name);
        let skipped = header.kind == Kind::Folder || (header.kind == Kind::File && entry::is_hidden(&name));
        if !(skipped && path.is_none()) {
            self.any = true;
            match nest.admit(run) {
                Flow::Continue(true) => {}
                Flow::Continue(false) => return Ok(Flow::Continue(Next::Spent)),
                Flow::Break(()) => return Ok(Flow::Break(())),
            }
            let id = self.seen.id(nest.artifact, &name, run.options.names);
            let mut place = nest.place(id, Vec::new());
            if header.kind == Kind::File && self.seen.meet(&name) > 1 {
                place.remarks.push(Snag::new(Fault::ArchiveDuplicateName, "an earlier entry has the same name"));
            }
            if smuggled {
                let detail = format!("its two headers declare {} and {size} bytes", header.size);
                place.remarks.push(Snag::new(Fault::ArchiveSizeMismatch, detail));
            }
            let refusal = match header.kind {
                _ if path.is_some() => path,
                Kind::File => None,
                Kind::Link => Some(Snag::new(Fault::ArchiveLink, "")),
                _ => Some(Snag::new(Fault::ArchiveSpecial, "")),
            };
            let flow = match refusal {
                Some(snag) => refuse(run, place, snag, nest.budget),
                None => {
                    let stream = Stream::open(Feed::Reader(&mut entry), run.options.digest);
                    take_in(run, place, stream, nest.budget)
                }
            };
            if flow.is_break() {
                return Ok(Flow::Break(()));
            }
        }
        let left = entry.left;
        skip(input, left)?;
        skip(input, padding(size))?;
        Ok(Flow::Continue(Next::Entry))
    }

    /// A header that only says something of the next entry.
    fn attribute(&mut self, kind: Kind, size: u64, input: &mut dyn Read) -> Result<(), Snag> {
        let bad = |detail: &str| Snag::new(Fault::ArchiveHeader, detail);
        if size > EXTENDED_BYTES {
            return Err(bad("an extended tar header is longer than any name"));
        }
        let mut body = Vec::new();
        let got = Read::take(&mut *input, size).read_to_end(&mut body).map_err(|error| Snag::of(&error))?;
        if (got as u64) < size {
            return Err(Snag::new(Fault::ArchiveTruncated, "the tar archive ends inside a header"));
        }
        match kind {
            Kind::LongName => self.name = body.split(|b| *b == 0).next().map(<[u8]>::to_vec),
            Kind::Extended => {
                let (name, size) =
                    tar_header::extended(&body).ok_or_else(|| bad("an extended tar header is not in its format"))?;
                self.name = name.or(self.name.take());
                self.size = size;
            }
            _ => {}
        }
        skip(input, padding(size))
    }
}

fn padding(size: u64) -> u64 {
    let block = BLOCK as u64;
    (block - size % block) % block
}

/// Reads until `buf` is full or the input ends.
fn read_up_to(input: &mut dyn Read, buf: &mut [u8]) -> Result<usize, Snag> {
    let mut got = 0;
    while got < buf.len() {
        match input.read(&mut buf[got..]) {
            Ok(0) => break,
            Ok(count) => got += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Snag::of(&error)),
        }
    }
    Ok(got)
}

/// Whether only padding follows the end mark. Reading on also lets a decoder check what it has at its end.
fn is_blank_to_the_end(input: &mut dyn Read) -> Result<bool, Snag> {
    let mut block = [0; 8 * BLOCK];
    loop {
        match read_up_to(input, &mut block)? {
            0 => return Ok(true),
            got if block[..got].iter().any(|b| *b != 0) => return Ok(false),
            _ => {}
        }
    }
}

fn skip(input: &mut dyn Read, count: u64) -> Result<(), Snag> {
    let skipped = io::copy(&mut Read::take(&mut *input, count), &mut io::sink()).map_err(|error| Snag::of(&error))?;
    if skipped < count {
        return Err(Snag::new(Fault::ArchiveTruncated, "the tar archive ends inside an entry"));
    }
    Ok(())
}

/// The content of one entry.
struct Entry<'i> {
    inner: &'i mut dyn Read,
    left: u64,
}

impl Read for Entry<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let want = usize::try_from(self.left).unwrap_or(usize::MAX).min(buf.len());
        if want == 0 {
            return Ok(0);
        }
        let count = self.inner.read(&mut buf[..want])?;
        if count == 0 {
            return Err(Snag::new(Fault::ArchiveTruncated, "the tar archive ends inside an entry").into());
        }
        self.left -= count as u64;
        Ok(count)
    }
}
