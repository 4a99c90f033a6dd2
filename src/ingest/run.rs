//! One reading: numbers artifacts, sends events, and keeps repeated troubles few.
//!
//! In: what the readers saw. Out: events. It never looks at content.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::event::{Artifact, End, Event, Origin, Trouble};
use super::fault::Fault;
use super::options::Options;
use super::shape::Shape;
use super::snag::Snag;
use super::stream::Stream;

/// Whether to go on; the sink decides.
pub(crate) type Flow<T = ()> = ControlFlow<(), T>;

/// The state of one call of [`read`](super::read).
pub(crate) struct Run<'s> {
    pub(crate) options: &'s Options,
    sink: &'s mut dyn FnMut(Event) -> Flow,
    next: u32,
}

impl<'s> Run<'s> {
    pub(crate) fn new(options: &'s Options, sink: &'s mut dyn FnMut(Event) -> Flow) -> Self {
        Self { options, sink, next: 0 }
    }

    pub(crate) fn send(&mut self, event: Event) -> Flow {
        (self.sink)(event)
    }

    pub(crate) fn start(&mut self, id: String, origin: Origin, shape: Shape, head: &[u8]) -> Flow<Arc<Artifact>> {
        let artifact = Arc::new(Artifact { index: self.next, id, origin, shape, head: head.to_vec() });
        self.next = self.next.saturating_add(1);
        self.send(Event::Start(artifact.clone()))?;
        Flow::Continue(artifact)
    }

    /// A trouble with the artifact as a whole.
    pub(crate) fn trouble(&mut self, artifact: &Arc<Artifact>, snag: Snag) -> Flow {
        let Snag { fault, detail } = snag;
        let artifact = artifact.clone();
        self.send(Event::Trouble(Trouble { artifact, fault, offset: 0, line: None, count: 1, detail }))
    }

    pub(crate) fn end(&mut self, artifact: &Arc<Artifact>, stream: &Stream<'_>, units: u64) -> Flow {
        self.send(Event::End(End {
            artifact: artifact.clone(),
            bytes: stream.bytes(),
            units,
            digest: stream.digest(),
            complete: stream.is_complete(),
        }))
    }

    /// An artifact of which nothing is read.
    pub(crate) fn refuse(&mut self, id: String, origin: Origin, snags: Vec<Snag>) -> Flow {
        let artifact = self.start(id, origin, Shape::Unread, &[])?;
        for snag in snags {
            self.trouble(&artifact, snag)?;
        }
        self.send(Event::End(End { artifact, bytes: 0, units: 0, digest: None, complete: false }))
    }
}

/// A trouble at a place, before it is known whether it is told or counted.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) fault: Fault,
    pub(crate) offset: u64,
    pub(crate) line: u64,
    /// Bytes it is about, where places are counted together.
    pub(crate) bytes: u64,
    pub(crate) detail: String,
}

/// Troubles of one artifact: tells the first ones, counts the rest, and tells the counts at the end.
pub(crate) struct Ledger {
    artifact: Arc<Artifact>,
    most: u64,
    told: BTreeMap<Fault, u64>,
    counted: BTreeMap<Fault, Count>,
}

struct Count {
    offset: u64,
    line: u64,
    places: u64,
    bytes: u64,
}

impl Ledger {
    pub(crate) fn new(artifact: &Arc<Artifact>, most: u64) -> Self {
        Self { artifact: artifact.clone(), most, told: BTreeMap::new(), counted: BTreeMap::new() }
    }

    pub(crate) fn note(&mut self, run: &mut Run<'_>, seen: Seen) -> Flow {
        let told = self.told.entry(seen.fault).or_default();
        if seen.fault.is_counted() || *told >= self.most {
            let first = Count { offset: seen.offset, line: seen.line, places: 0, bytes: 0 };
            let count = self.counted.entry(seen.fault).or_insert(first);
            count.places += 1;
            count.bytes += seen.bytes;
            return Flow::Continue(());
        }
        *told += 1;
        self.tell(run, seen.fault, seen.offset, seen.line, 1, seen.detail)
    }

    pub(crate) fn close(mut self, run: &mut Run<'_>) -> Flow {
        for (fault, count) in std::mem::take(&mut self.counted) {
            let mut detail = match count.places {
                1 => String::from("in one place"),
                places if fault.is_counted() => format!("in {places} places"),
                places => format!("in {places} more places"),
            };
            if count.bytes > 0 {
                detail.push_str(&format!(", {} bytes in all", count.bytes));
            }
            self.tell(run, fault, count.offset, count.line, count.places, detail)?;
        }
        Flow::Continue(())
    }

    fn tell(&self, run: &mut Run<'_>, fault: Fault, offset: u64, line: u64, count: u64, detail: String) -> Flow {
        let artifact = self.artifact.clone();
        run.send(Event::Trouble(Trouble { artifact, fault, offset, line: Some(line), count, detail }))
    }
}
