//! Gzip: one stream, which may be a tar archive.
//!
//! In: compressed bytes. Out: the entries of the tar inside, or one entry named after the file. The name that a gzip
//! header carries is never used.

use std::cell::Cell;
use std::io::BufReader;
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;

use super::guard::{Guard, Meter};
use super::{Nest, take_in, tar};
use crate::ingest::fault::Fault;
use crate::ingest::options::HEAD_BYTES;
use crate::ingest::run::{Flow, Run};
use crate::ingest::shape;
use crate::ingest::snag::Snag;
use crate::ingest::split::extension;
use crate::ingest::stream::{Feed, Stream};

/// Reads what is compressed in `stream`.
pub(super) fn expand(run: &mut Run<'_>, nest: &Nest<'_>, stream: &mut Stream<'_>) -> Flow {
    let limits = run.options.limits.clone();
    let taken = Rc::new(Cell::new(0));
    let compressed = BufReader::with_capacity(HEAD_BYTES, Meter::new(&mut *stream, taken.clone()));
    let mut guard = Guard::new(MultiGzDecoder::new(compressed), taken, None, &limits, nest.budget, "gzip");
    let mut inner = Stream::open(Feed::Reader(&mut guard), run.options.digest);
    let id = inner_id(&nest.artifact.id);
    if shape::is_tar(inner.head(), &extension(&id)) {
        tar::entries(run, nest, &mut inner)?;
    } else if inner.head().is_empty() {
        let empty = Snag::new(Fault::ArchiveEmpty, "the gzip stream gives no bytes");
        let snag = inner.snag().cloned().unwrap_or(empty);
        run.trouble(nest.artifact, snag)?;
    } else if nest.admit(run)? {
        take_in(run, nest.place(id, Vec::new()), inner, nest.budget)?;
    }
    stream.drain();
    Flow::Continue(())
}

/// `feed.hl7.gz` holds `feed.hl7.gz!feed.hl7`.
fn inner_id(id: &str) -> String {
    let name = id.rsplit(['/', '!']).next().unwrap_or(id);
    let stem = match name.rsplit_once('.') {
        Some((stem, end)) if end.eq_ignore_ascii_case("gz") && !stem.is_empty() => stem.to_owned(),
        Some((stem, end)) if end.eq_ignore_ascii_case("tgz") && !stem.is_empty() => format!("{stem}.tar"),
        _ => String::from("content"),
    };
    format!("{id}!{stem}")
}
