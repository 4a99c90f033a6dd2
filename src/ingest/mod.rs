//! Bytes in.
//!
//! In: what the user typed: files, folders, patterns, archives, standard input. Out: a stream of [`Event`]s: artifacts,
//! blocks of whole units (one HL7 v2 message, one NDJSON line, or a whole document), and troubles for whatever could
//! not be read. The same inputs give the same events whatever the order typed, the block size, or the time it took.
//!
//! It never interprets a unit, never extracts an archive, never follows a link that the user did not type, and never
//! lets content or a library's error text into a message. Memory follows one block: the sink is called on the reading
//! thread, so a sink that waits holds the reading back.

mod archive;
mod event;
mod fault;
mod name;
pub mod options;
mod run;
pub mod shape;
mod snag;
mod source;
mod split;
mod stream;

use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;

pub use event::{Artifact, Block, End, Event, Framing, Origin, Trouble, Unit, UnitKind};
pub use fault::Fault;
pub use options::{Digest, GitIgnore, Limits, Names, Options};
pub use shape::Shape;
pub use source::{Source, SourceError};

use archive::{Budget, Place};
use run::{Flow, Run};
use snag::Snag;
use source::What;
use stream::{Feed, Stream};

/// How a reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Everything was read.
    Done,
    /// The sink asked to stop.
    Stopped,
}

/// Reads everything that `sources` name and gives it to `sink`, artifacts in byte order of their ids.
///
/// # Errors
/// When something typed does not exist or a pattern matches nothing; then nothing was read. All else that can go wrong
/// is a [`Trouble`] of its artifact.
pub fn read(
    sources: &[Source],
    options: &Options,
    sink: &mut dyn FnMut(Event) -> ControlFlow<()>,
) -> Result<Reading, SourceError> {
    let listed = source::list(sources, options)?;
    let mut run = Run::new(options, sink);
    for item in listed {
        let flow = match item.what {
            What::StandardInput => {
                let mut input = std::io::stdin().lock();
                stream(&mut run, item.id, Origin::StandardInput, Feed::Reader(&mut input), None)
            }
            What::File(path) => match open(&path) {
                Ok((mut file, size)) => stream(&mut run, item.id, Origin::File, Feed::File(&mut file), size),
                Err(snag) => run.refuse(item.id, Origin::File, vec![snag]),
            },
            What::Refused(snag) => run.refuse(item.id, Origin::File, vec![snag]),
        };
        if flow.is_break() {
            return Ok(Reading::Stopped);
        }
    }
    Ok(Reading::Done)
}

/// Reads one stream under the id it is given, as [`read`] reads standard input.
pub fn read_stream(
    id: &str,
    reader: &mut dyn Read,
    options: &Options,
    sink: &mut dyn FnMut(Event) -> ControlFlow<()>,
) -> Reading {
    let mut run = Run::new(options, sink);
    let id = name::shown(id.as_bytes(), options.names);
    match stream(&mut run, id, Origin::StandardInput, Feed::Reader(reader), None) {
        ControlFlow::Continue(()) => Reading::Done,
        ControlFlow::Break(()) => Reading::Stopped,
    }
}

fn stream(run: &mut Run<'_>, id: String, origin: Origin, feed: Feed<'_>, expected: Option<u64>) -> Flow {
    let stream = Stream::open(feed, run.options.digest);
    let budget = Budget::new(&run.options.limits);
    archive::take_in(run, Place { id, origin, depth: 0, expected, remarks: Vec::new() }, stream, &budget)
}

/// The file and its size now; `None` where the system gives no size, as under `/proc`.
fn open(path: &std::path::Path) -> Result<(File, Option<u64>), Snag> {
    let file = File::open(path).map_err(|error| Snag::of(&error))?;
    let meta = file.metadata().map_err(|error| Snag::of(&error))?;
    if !meta.is_file() {
        return Err(Snag::new(Fault::NotRegular, "it changed after it was listed"));
    }
    Ok((file, Some(meta.len()).filter(|size| *size > 0)))
}

#[cfg(test)]
mod tests;
