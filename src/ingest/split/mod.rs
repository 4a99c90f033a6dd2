//! Cutting an artifact's bytes into blocks of whole units.
//!
//! In: a stream and its shape. Out: blocks, in order, whose units are the same whatever the block size. Memory follows
//! one block, or one unit where a unit is longer; a unit past the limit is skipped, not held.

mod batch;
mod found;
mod hl7v2;
mod ndjson;
mod whole;

use std::sync::Arc;

use super::event::{Artifact, Event};
use super::fault::Fault;
use super::run::{Flow, Ledger, Run, Seen};
use super::shape::Shape;
use super::snag::Snag;
use super::stream::Stream;
use found::{Found, Open};

/// The part of an artifact that is in memory.
#[derive(Clone, Copy)]
struct View<'a> {
    bytes: &'a [u8],
    /// Offset in the artifact of the first of them.
    base: u64,
    /// Whether nothing follows.
    eof: bool,
}

impl<'a> View<'a> {
    fn end(&self) -> u64 {
        self.base + self.bytes.len() as u64
    }

    /// The bytes from `start` to `end`, both offsets in the artifact.
    fn between(&self, start: u64, end: u64) -> &'a [u8] {
        // What was let go gives nothing rather than other bytes.
        let index = |at: u64| at.checked_sub(self.base).and_then(|at| usize::try_from(at).ok());
        let range = index(start).zip(index(end));
        range.and_then(|(start, end)| self.bytes.get(start..end)).unwrap_or_default()
    }
}

/// Finds units. All offsets it keeps are offsets in the artifact, so bytes may be dropped before [`Split::keep`].
trait Split {
    /// Goes on from where it stopped. It may stop short of the end of the view when it needs to see more.
    fn scan(&mut self, view: View<'_>, found: &mut Found);

    /// The first byte that must stay in memory, and the line it is on.
    fn keep(&self) -> (u64, u64);

    /// How far the bytes surely belong to the unit in progress: what its length is judged by while its end is unseen.
    fn reached(&self) -> u64;

    /// The unit in progress.
    fn open(&mut self) -> Option<&mut Open>;
}

/// Reads `stream` to its end and sends its units. `expected` is the size the file had when it was opened.
pub(super) fn cut(
    run: &mut Run<'_>,
    artifact: &Arc<Artifact>,
    stream: &mut Stream<'_>,
    expected: Option<u64>,
) -> Flow<u64> {
    let limits = run.options.limits.clone();
    let mut ledger = Ledger::new(artifact, limits.troubles);
    let mut splitter: Box<dyn Split> = match artifact.shape {
        Shape::Hl7v2 => Box::new(hl7v2::Hl7v2::new(&artifact.head, &extension(&artifact.id))),
        Shape::Ndjson => Box::new(ndjson::Ndjson::default()),
        _ => Box::new(whole::Whole::default()),
    };
    let whole = !matches!(artifact.shape, Shape::Hl7v2 | Shape::Ndjson);
    let longest = if whole { limits.document_bytes } else { limits.unit_bytes };
    if whole && expected.is_some_and(|size| size > longest as u64) {
        ledger.note(run, too_large(0, 1, longest))?;
        ledger.close(run)?;
        return Flow::Continue(0);
    }

    let block_bytes = limits.block_bytes.max(64);
    let mut found = Found::new(longest as u64, limits.skip_bytes);
    let mut buffer = Vec::new();
    let (mut base, mut units, mut target) = (0u64, 0u64, block_bytes);
    loop {
        let filled = stream.fill(&mut buffer, target).and_then(|eof| shrunk(eof, stream, expected));
        let (eof, snag) = match filled {
            Ok(eof) => (eof, None),
            Err(snag) => (false, Some(snag)),
        };
        splitter.scan(View { bytes: &buffer, base, eof }, &mut found);

        // The one unit in progress: past the limit its bytes are let go.
        let reached = splitter.reached();
        if let Some(open) = splitter.open()
            && !open.oversize
            && reached.saturating_sub(open.start) > longest as u64
        {
            open.oversize = true;
            found.clean = false;
            found.troubles.push(too_large(open.start, open.line, longest));
        }
        for seen in std::mem::take(&mut found.troubles) {
            ledger.note(run, seen)?;
        }

        let (keep, line) = splitter.keep();
        let cut = usize::try_from(keep - base).unwrap_or(buffer.len()).min(buffer.len());
        if found.marks.is_empty() {
            buffer.drain(..cut);
        } else {
            units += found.marks.len() as u64;
            let rest = buffer[cut..].to_vec();
            buffer.truncate(cut);
            let bytes = std::mem::replace(&mut buffer, rest);
            run.send(Event::Block(found.block(artifact, base, bytes)))?;
        }
        base = keep;
        found.begin_block(keep, line);

        if let Some(snag) = snag {
            stream.spoil(&snag);
            // What is in progress is cut short, so it is not judged.
            ledger.close(run)?;
            run.trouble(artifact, snag)?;
            return Flow::Continue(units);
        }
        let most = (longest as u64).saturating_add(if whole { 0 } else { limits.skip_bytes });
        let gone_too_far = splitter.open().is_some_and(|open| open.oversize && reached - open.start > most);
        if found.abandoned || (gone_too_far && !eof) {
            if !whole {
                let detail = format!("no end was found within {} bytes past the limit", limits.skip_bytes);
                run.trouble(artifact, Snag::new(Fault::Abandoned, detail))?;
            }
            ledger.close(run)?;
            return Flow::Continue(units);
        }
        if eof {
            break;
        }
        // Room for a whole block after what is kept; a long unit doubles it, up to the limit.
        target = block_bytes.max(buffer.len() * 2).min(longest.saturating_add(block_bytes)).max(buffer.len() + 1);
    }
    if units == 0 && found.clean {
        let detail = format!("{} bytes were read and no message was among them", stream.bytes());
        run.trouble(artifact, Snag::new(Fault::Empty, detail))?;
    }
    ledger.close(run)?;
    Flow::Continue(units)
}

fn shrunk(eof: bool, stream: &Stream<'_>, expected: Option<u64>) -> Result<bool, Snag> {
    match expected {
        Some(size) if eof && stream.bytes() < size => {
            let detail = format!("it had {size} bytes when opened and ended after {}", stream.bytes());
            Err(Snag::new(Fault::FileTruncated, detail))
        }
        _ => Ok(eof),
    }
}

fn too_large(offset: u64, line: u64, limit: usize) -> Seen {
    let detail = format!("the limit is {limit} bytes");
    Seen { fault: Fault::TooLargeUnit, offset, line, bytes: 0, detail }
}

/// The extension of an artifact's id in lower case, without the dot, and without the number that keeps like ids apart.
pub(super) fn extension(id: &str) -> String {
    let name = id.rsplit(['/', '!']).next().unwrap_or(id);
    let name = match name.rsplit_once('#') {
        Some((name, number)) if number.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => name,
    };
    name.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_ascii_lowercase())
}
