//! Artifacts, and artifacts inside artifacts.
//!
//! In: the bytes of one artifact. Out: its units, or those of its entries, read as streams and never extracted. Bounds
//! are our own: nothing is allocated from a declared size, depth is counted, and one budget covers everything nested in
//! one file. Zip and tar headers are read by our own code, because the crates at hand rename or drop entries silently.

mod budget;
mod directory;
mod entry;
mod guard;
mod gzip;
mod tar;
mod zip;

pub(super) use budget::Budget;

use std::sync::Arc;

use super::event::{Artifact, Origin};
use super::fault::Fault;
use super::run::{Flow, Run};
use super::shape::Shape;
use super::snag::Snag;
use super::split::{self, extension};
use super::stream::Stream;

/// Where an artifact stands.
pub(super) struct Place {
    pub(super) id: String,
    pub(super) origin: Origin,
    /// Archives around it.
    pub(super) depth: u32,
    /// The size of a file when it was opened.
    pub(super) expected: Option<u64>,
    /// What was already seen to be wrong with it.
    pub(super) remarks: Vec<Snag>,
}

/// Reads one artifact, whatever it is.
pub(super) fn take_in(run: &mut Run<'_>, place: Place, mut stream: Stream<'_>, budget: &Budget) -> Flow {
    let shape = Shape::of(stream.head(), &extension(&place.id));
    if stream.head().is_empty() {
        let snag = stream.snag().cloned().unwrap_or(Snag::new(Fault::Empty, ""));
        return refuse(run, place, snag, budget);
    }
    if shape.is_archive() && place.depth >= run.options.limits.archive_depth {
        let detail = format!("at most {} archives may lie inside one another", run.options.limits.archive_depth);
        return refuse(run, place, Snag::new(Fault::ArchiveNestedTooDeep, detail), budget);
    }
    let Place { id, origin, depth, expected, remarks } = place;
    let artifact = run.start(id, origin, shape, stream.head())?;
    for remark in remarks {
        run.trouble(&artifact, remark)?;
    }
    let units = match shape {
        Shape::Zip => {
            zip::entries(run, &Nest { artifact: &artifact, depth, budget }, &mut stream).map_continue(|()| 0)?
        }
        Shape::Gzip => {
            gzip::expand(run, &Nest { artifact: &artifact, depth, budget }, &mut stream).map_continue(|()| 0)?
        }
        Shape::Tar => {
            tar::entries(run, &Nest { artifact: &artifact, depth, budget }, &mut stream)?;
            stream.drain();
            0
        }
        _ => split::cut(run, &artifact, &mut stream, expected)?,
    };
    if depth == 0 {
        for (fault, count) in budget.untold(run.options.limits.archive_refused) {
            run.trouble(&artifact, Snag::new(fault, format!("{count} more entries, not listed one by one")))?;
        }
    }
    run.end(&artifact, &stream, units)
}

/// An archive whose entries are being read.
pub(super) struct Nest<'n> {
    pub(super) artifact: &'n Arc<Artifact>,
    pub(super) depth: u32,
    pub(super) budget: &'n Budget,
}

impl Nest<'_> {
    /// The place of an entry, given its id.
    fn place(&self, id: String, remarks: Vec<Snag>) -> Place {
        Place { id, origin: Origin::ArchiveEntry, depth: self.depth + 1, expected: None, remarks }
    }

    /// Takes one entry from the budget; when none is left, tells so once.
    fn admit(&self, run: &mut Run<'_>) -> Flow<bool> {
        if self.budget.is_spent() {
            return Flow::Continue(false);
        }
        if self.budget.take_entry() {
            return Flow::Continue(true);
        }
        let detail = format!("reading stopped at {} entries", run.options.limits.archive_entries);
        run.trouble(self.artifact, Snag::new(Fault::ArchiveCount, detail))?;
        Flow::Continue(false)
    }
}

/// An artifact of which nothing is read. In an archive only the first of each fault become artifacts.
fn refuse(run: &mut Run<'_>, place: Place, snag: Snag, budget: &Budget) -> Flow {
    if place.depth > 0 && !budget.may_tell(snag.fault, run.options.limits.archive_refused) {
        return Flow::Continue(());
    }
    let mut snags = place.remarks;
    snags.push(snag);
    run.refuse(place.id, place.origin, snags)
}
