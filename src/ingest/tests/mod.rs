//! What ingest gives for real files, archives and streams, on the way every caller takes.

mod archives;
mod feeds;
mod sources;

use std::ops::ControlFlow;
use std::path::Path;

use super::*;

/// A unit with its bytes, kept after its block is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    id: String,
    text: Vec<u8>,
    offset: u64,
    line: u64,
    ordinal: u64,
    kind: UnitKind,
    framing: Framing,
}

/// A trouble as a test names it: artifact, code, line, count, detail.
type Told = (String, &'static str, Option<u64>, u64, String);

/// All that one reading gave.
#[derive(Debug, Default)]
struct Got {
    units: Vec<Kept>,
    troubles: Vec<Told>,
    ids: Vec<String>,
    ends: Vec<End>,
}

impl Got {
    fn take(&mut self, event: Event) {
        match event {
            Event::Start(artifact) => self.ids.push(artifact.id.clone()),
            Event::Block(block) => {
                assert!(!block.is_empty());
                for unit in block.units() {
                    let (id, text) = (block.artifact.id.clone(), unit.bytes.to_vec());
                    let Unit { byte_offset: offset, first_line: line, ordinal, kind, framing, .. } = unit;
                    self.units.push(Kept { id, text, offset, line, ordinal, kind, framing });
                }
            }
            Event::Trouble(told) => {
                self.troubles.push((told.artifact.id.clone(), told.fault.code(), told.line, told.count, told.detail));
            }
            Event::End(end) => self.ends.push(end),
        }
    }

    fn texts(&self) -> Vec<String> {
        self.units.iter().map(|unit| String::from_utf8_lossy(&unit.text).into_owned()).collect()
    }

    fn codes(&self) -> Vec<&'static str> {
        self.troubles.iter().map(|told| told.1).collect()
    }

    /// The faults of the artifacts whose id ends so.
    fn codes_of(&self, end: &str) -> Vec<&'static str> {
        self.troubles.iter().filter(|told| told.0.ends_with(end)).map(|told| told.1).collect()
    }

    /// The ids that gave at least one unit.
    fn judged(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.units.iter().map(|unit| unit.id.as_str()).collect();
        ids.dedup();
        ids
    }
}

/// Reads `bytes` as a stream called `id`.
fn stream_of(id: &str, mut bytes: &[u8], options: &Options) -> Got {
    let mut got = Got::default();
    let done = read_stream(id, &mut bytes, options, &mut |event| {
        got.take(event);
        ControlFlow::Continue(())
    });
    assert_eq!(done, Reading::Done);
    assert_eq!(got.ids.len(), got.ends.len(), "each start has its end");
    got
}

fn feed(bytes: &[u8]) -> Got {
    stream_of("feed.hl7", bytes, &Options::default())
}

/// Reads what is typed.
fn typed(paths: &[&Path], options: &Options) -> Result<Got, SourceError> {
    let sources: Vec<Source> = paths.iter().map(|path| Source::typed(path.as_os_str())).collect();
    let mut got = Got::default();
    read(&sources, options, &mut |event| {
        got.take(event);
        ControlFlow::Continue(())
    })?;
    Ok(got)
}
