//! What the judge is given, and what it gives back.

use super::calendar::JudgedDate;
use super::outcome::{JudgedRequirement, JudgedRule};
use super::threshold::Totals;
use super::verdict::Verdict;
use super::waiver::Waiver;
use super::{Baseline, JudgedFinding, JudgedGroup, JudgedWaiver};
use crate::check::{Plan, Tally};
use crate::standard::Day;

/// A finished run, ready to be judged.
#[derive(Debug)]
pub struct Run<'p> {
    /// The rules it ran.
    pub plan: &'p Plan,
    /// What they added up to.
    pub tally: Tally,
    /// One per file or archive entry, in any order.
    pub artifacts: Vec<ArtifactRecord>,
    /// Why the run is partial; empty when every artifact was read and every check ran.
    pub incomplete_because: Vec<String>,
    /// The day the calendar is judged for; a month or year stands for its first day.
    pub as_of: Day,
    /// What the user asked to be judged.
    pub scope: Scope,
    /// Waivers given to the run.
    pub waivers: Vec<Waiver>,
    /// What an earlier report had already found.
    pub baseline: Option<Baseline>,
    /// Cross-message facts, sealed, for a later merge.
    pub sealed: Option<String>,
    /// The FHIR packages laid over the built-in definitions, lowest first.
    pub packages: Vec<PackageUse>,
    /// The terminology server that was asked, if one was.
    pub terminology: Option<TerminologyUse>,
    /// Whether excerpts hold text of the messages.
    pub contains_patient_data: bool,
}

/// A FHIR package that a run was checked with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageUse {
    /// Its name; a file's or folder's own where it has no manifest.
    pub name: String,
    /// Its version; empty when it has none.
    pub version: String,
    /// SHA-256 of the package or the file; none of a folder.
    pub sha256: Option<String>,
}

/// What a terminology server had to do with a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TerminologyUse {
    /// Its origin: scheme, host and port.
    pub server: String,
    /// Different questions that it answered.
    pub answered_by_server: u64,
    /// Different questions that an earlier answer of it answered.
    pub answered_by_cache: u64,
    /// Different questions that nobody answered.
    pub unanswered: u64,
}

/// What the user asked to be judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Integration ids; empty means all.
    pub integrations: Vec<String>,
    /// Standard ids; empty means all.
    pub standards: Vec<String>,
}

impl Scope {
    /// Whether the integration called `id` is to be judged.
    pub fn holds(&self, id: &str) -> bool {
        self.integrations.is_empty() || self.integrations.iter().any(|wanted| wanted == id)
    }
}

/// A file or archive entry, as the run met it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtifactRecord {
    /// Its name, unique in the run.
    pub id: String,
    /// Where it came from, e.g. `file`, `zip entry`, `standard input`.
    pub origin: String,
    /// What it is, e.g. `HL7 v2.4 ADT^A01`.
    pub kind: String,
    /// Messages in it.
    pub messages: u64,
    /// Bytes read.
    pub bytes: u64,
    /// SHA-256 of its bytes, hexadecimal; empty when it could not be read to its end.
    pub sha256: String,
    /// How much of it was checked.
    pub state: ArtifactState,
    /// Why it was not checked, or only in part.
    pub because: Option<String>,
}

impl ArtifactRecord {
    /// Whether evidence may be hiding in it: it was read or checked only in part. An artifact that was read to its
    /// end and is of a kind no rule covers hides nothing.
    pub fn is_unread(&self) -> bool {
        self.state == ArtifactState::Partly || (self.state == ArtifactState::NotChecked && self.sha256.is_empty())
    }
}

/// How much of an artifact was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArtifactState {
    /// All of it.
    Checked,
    /// Some of it.
    Partly,
    /// None of it: unreadable, or of a kind no rule covers.
    NotChecked,
}

impl ArtifactState {
    /// The word as printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Checked => "checked",
            Self::Partly => "partly",
            Self::NotChecked => "not-checked",
        }
    }
}

/// Everything decided about a run. The report is this, spelt out.
#[derive(Debug)]
pub struct Judgement<'p> {
    /// The rules it ran.
    pub plan: &'p Plan,
    /// The day the calendar was judged for.
    pub as_of: Day,
    /// What the user asked to be judged.
    pub scope: Scope,
    /// Why the run is partial, each reason once; empty when it is complete.
    pub incomplete_because: Vec<String>,
    /// Whether excerpts hold text of the messages.
    pub contains_patient_data: bool,
    /// Totals.
    pub totals: Totals,
    /// One per integration in scope, in the order of the integrations file.
    pub verdicts: Vec<Verdict>,
    /// Dates that bear on them, soonest first.
    pub calendar: Vec<JudgedDate>,
    /// Every requirement of every pack, in pack order.
    pub requirements: Vec<JudgedRequirement>,
    /// Every rule, by its id.
    pub rules: Vec<JudgedRule>,
    /// Findings by cause, most serious first.
    pub groups: Vec<JudgedGroup>,
    /// The listed findings, in the order of artifact, message and place.
    pub findings: Vec<JudgedFinding>,
    /// The waivers given, in the order of their file.
    pub waivers: Vec<JudgedWaiver>,
    /// By id.
    pub artifacts: Vec<ArtifactRecord>,
    /// As given.
    pub sealed: Option<String>,
    /// As given.
    pub packages: Vec<PackageUse>,
    /// As given.
    pub terminology: Option<TerminologyUse>,
}
