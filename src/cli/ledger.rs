//! What became of each artifact: written by the reading thread and the workers, read once at the end.
//!
//! In: starts, ends, troubles, and what was checked of each. Out: [`ArtifactRecord`]s, which say of every artifact
//! whether it was checked, and if not, why. Nothing is ever left out: what was never ended was interrupted.

use crate::detect::{self, Kind, Syntax};
use crate::ingest::{Artifact, Block, End, Fault, Trouble, UnitKind};
use crate::judge::{ArtifactRecord, ArtifactState};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The books of a run.
#[derive(Default)]
pub(super) struct Ledger(Mutex<Books>);

#[derive(Default)]
struct Books {
    /// By artifact index.
    rows: Vec<Row>,
    broken: u64,
}

#[derive(Default)]
struct Row {
    id: String,
    origin: &'static str,
    kind: String,
    /// The kind without what only its first message says.
    family: String,
    syntax: Option<Syntax>,
    reason: String,
    archive: bool,
    messages: u64,
    blocks: u64,
    blocks_done: u64,
    covered: u64,
    broken: u64,
    faults: Vec<Fault>,
    trouble: Option<String>,
    end: Option<Ended>,
}

struct Ended {
    bytes: u64,
    sha256: String,
    complete: bool,
}

/// What a run left unchecked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lacking {
    /// Messages at which a check broke.
    pub(super) broken: u64,
}

impl Ledger {
    /// An artifact was opened.
    pub(super) fn start(&self, artifact: &Artifact) {
        let kind = detect::artifact(artifact);
        let row = Row {
            id: artifact.id.clone(),
            origin: artifact.origin.as_str(),
            kind: kind.to_string(),
            family: Kind { role: None, ..kind.clone() }.to_string(),
            syntax: Some(kind.syntax),
            reason: kind.reasons.into_iter().next().unwrap_or_default(),
            archive: artifact.shape.is_archive(),
            ..Row::default()
        };
        let mut books = self.lock();
        let at = artifact.index as usize;
        if books.rows.len() <= at {
            books.rows.resize_with(at + 1, Row::default);
        }
        books.rows[at] = row;
    }

    /// A block of it is handed to the workers.
    pub(super) fn block(&self, block: &Block) {
        let messages = block.units().filter(|unit| unit.kind == UnitKind::Message).count() as u64;
        self.row(&block.artifact, |row| {
            row.blocks += 1;
            row.messages += messages;
        });
    }

    /// A worker is done with all units of a block: rules covered `covered` of them, and the check broke at `broken`.
    pub(super) fn done(&self, artifact: &Artifact, covered: u64, broken: u64) {
        self.row(artifact, |row| {
            row.blocks_done += 1;
            row.covered += covered;
            row.broken += broken;
        });
        self.lock().broken += broken;
    }

    /// Something was wrong with it.
    pub(super) fn trouble(&self, trouble: &Trouble) {
        self.row(&trouble.artifact, |row| {
            if !row.faults.contains(&trouble.fault) {
                row.faults.push(trouble.fault);
            }
            if row.trouble.is_none() || loses(trouble.fault) {
                let detail = if trouble.detail.is_empty() { String::new() } else { format!(": {}", trouble.detail) };
                row.trouble = Some(format!("{}{detail}", trouble.fault.headline()));
            }
        });
    }

    /// It ended. Returns the faults that were seen in it.
    pub(super) fn end(&self, end: &End) -> Vec<Fault> {
        let sha256 = end.digest.map(|digest| digest.iter().map(|byte| format!("{byte:02x}")).collect());
        let ended = Ended { bytes: end.bytes, sha256: sha256.unwrap_or_default(), complete: end.complete };
        let mut faults = Vec::new();
        self.row(&end.artifact, |row| {
            row.end = Some(ended);
            faults.clone_from(&row.faults);
        });
        faults
    }

    /// Everything that became known of the artifacts, in the order in which they were met.
    pub(super) fn close(&self) -> (Vec<ArtifactRecord>, Lacking) {
        let books = std::mem::take(&mut *self.lock());
        let lacking = Lacking { broken: books.broken };
        (books.rows.into_iter().map(Row::record).collect(), lacking)
    }

    fn row(&self, artifact: &Artifact, with: impl FnOnce(&mut Row)) {
        if let Some(row) = self.lock().rows.get_mut(artifact.index as usize) {
            with(row);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Row {
    fn record(self) -> ArtifactRecord {
        let (state, because) = self.state();
        let (bytes, sha256) = self.end.map_or((0, String::new()), |end| (end.bytes, end.sha256));
        ArtifactRecord {
            id: self.id,
            origin: self.origin.to_owned(),
            kind: if self.messages > 1 { self.family } else { self.kind },
            messages: self.messages,
            bytes,
            sha256,
            state,
            because,
        }
    }

    fn state(&self) -> (ArtifactState, Option<String>) {
        let some = if self.messages > 0 { ArtifactState::Partly } else { ArtifactState::NotChecked };
        let interrupted = self.end.is_none() || self.blocks_done < self.blocks;
        let complete = self.end.as_ref().is_some_and(|end| end.complete);
        let lost = self.faults.iter().any(|fault| loses(*fault));
        if interrupted {
            return (some, Some("the run was interrupted".to_owned()));
        }
        if !complete || lost {
            let partly = if self.archive && complete { ArtifactState::Partly } else { some };
            return (partly, Some(self.trouble.clone().unwrap_or_else(|| "it was not read to its end".to_owned())));
        }
        if self.broken > 0 {
            return (ArtifactState::Partly, Some("Hallmark itself failed at some of its messages".to_owned()));
        }
        if self.archive && !self.faults.contains(&Fault::ArchiveEmpty) {
            return (ArtifactState::Checked, None);
        }
        if self.covered > 0 {
            return (ArtifactState::Checked, None);
        }
        let because = self.trouble.clone().unwrap_or_else(|| match self.syntax {
            Some(Syntax::Hl7v2) => "it holds no message".to_owned(),
            _ if self.kind.contains(' ') => format!("no rule covers {}", self.kind),
            _ => format!("no rule covers it: it {}", self.reason),
        });
        (ArtifactState::NotChecked, Some(because))
    }
}

/// Whether a fault means that something was not read.
fn loses(fault: Fault) -> bool {
    use Fault as F;
    matches!(
        fault,
        F::TooLargeUnit
            | F::Abandoned
            | F::FileTruncated
            | F::Unreadable
            | F::NotRegular
            | F::LinkNotFollowed
            | F::ArchiveTruncated
            | F::ArchiveCrc
            | F::ArchiveBytes
            | F::ArchiveRatio
            | F::ArchiveCount
            | F::ArchiveHeader
            | F::ArchiveNestedTooDeep
            | F::ArchiveEncrypted
            | F::ArchiveMethod
            | F::ArchiveOverlap
    )
}
