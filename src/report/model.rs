//! The report: everything a run found, as plain versioned data. Renderers print it; they never filter, count or decide.
//!
//! In: what the judge decided. Out: serde structs whose JSON form is published as `report.schema.json`. It never
//! holds a value from a message unless [`Report::contains_patient_data`] says so. It mirrors the schema, property by property,
//! and so stands in one piece, longer than files of ours are.

use serde::{Deserialize, Serialize};

/// Version of the JSON form; the first number changes when a reader of the old form would misread the new one.
pub const FORMAT: &str = "1.0";

/// One run's outcome.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`FORMAT`].
    pub format: String,
    /// What made the report.
    pub tool: Tool,
    /// Whether every artifact was read to its end and every check ran; when false, see `incomplete_because`.
    pub complete: bool,
    /// Why the report is partial: interrupted, a limit, an internal error.
    pub incomplete_because: Vec<String>,
    /// True only after `--show-values`: excerpts then hold text of the messages.
    pub contains_patient_data: bool,
    /// The day the calendar was judged for, `YYYY-MM-DD`.
    pub as_of: String,
    /// What the user asked to be judged.
    pub scope: Scope,
    /// Totals, so that nothing is ever uncounted.
    pub counts: Counts,
    /// One per integration judged, in the order of the integrations file.
    pub verdicts: Vec<Verdict>,
    /// Dates that matter to these verdicts, soonest first.
    pub calendar: Vec<Date>,
    /// Every requirement of every standard used, by standard and id.
    pub requirements: Vec<Requirement>,
    /// Every rule of the plan, exercised or not.
    pub rules: Vec<Rule>,
    /// Findings with one cause, most serious first.
    pub groups: Vec<Group>,
    /// The findings themselves; of a large group only the first [`Group::shown`].
    pub findings: Vec<Finding>,
    /// Waivers given to the run, and whether each matched.
    pub waivers: Vec<Waiver>,
    /// The standards packs used.
    pub standards: Vec<Standard>,
    /// The FHIR packages laid over the built-in definitions, lowest first; absent when there were none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<Package>,
    /// The terminology server that decided codes; absent when none was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminology: Option<Terminology>,
    /// One per file or archive entry.
    pub artifacts: Vec<Artifact>,
    /// Cross-message facts sealed with this user's key, so that partial reports can be merged; base64, or absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
}

/// A FHIR package that the run was checked with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Package {
    /// Its name; a file's or folder's own where it has no manifest.
    pub name: String,
    /// Its version; empty when it has none.
    pub version: String,
    /// SHA-256 of the package or the file; absent of a folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// What a terminology server had to do with the run. In a merged report the numbers of the parts are added up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Terminology {
    /// Its origin: scheme, host and port.
    pub server: String,
    /// Different questions that it answered.
    pub answered_by_server: u64,
    /// Different questions that an earlier answer of it, kept on disk, answered.
    pub answered_by_cache: u64,
    /// Different questions that nobody answered: what they were to decide is undecided.
    pub unanswered: u64,
}

/// What made the report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// `hallmark`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What the user asked to be judged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    /// Integration ids; empty means all.
    pub integrations: Vec<String>,
    /// Standard ids; empty means all.
    pub standards: Vec<String>,
}

/// Totals of the run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Files and archive entries seen.
    pub artifacts: u64,
    /// Of them, read but of a kind that no rule covers, or unreadable.
    pub artifacts_not_checked: u64,
    /// Messages checked.
    pub messages: u64,
    /// Findings that count against the threshold: neither waived nor in the baseline.
    pub findings: u64,
    /// Findings that a waiver covers.
    pub waived: u64,
    /// Findings that the baseline already had.
    pub known: u64,
    /// Of `findings`, those that block an integration in scope.
    pub blocking: u64,
    /// Of `findings`, by severity.
    pub fatal: u64,
    /// Of `findings`, by severity.
    pub error: u64,
    /// Of `findings`, by severity.
    pub warning: u64,
    /// Of `findings`, by severity.
    pub information: u64,
}

/// What a national service would make of this system.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Integration id, `service/role`.
    pub integration: String,
    /// Its name for people.
    pub name: String,
    /// `blocked`, `at-risk`, `clear` or `not-shown`.
    pub verdict: String,
    /// One plain sentence for a manager.
    pub summary: String,
    /// Messages that exercised at least one of its requirements.
    pub shown_by: u64,
    /// What decided it, most decisive first.
    pub because: Vec<Because>,
    /// Reasons left out of `because`, the least decisive.
    #[serde(default)]
    pub more: u64,
    /// What changes with the calendar, in plain words with dates.
    pub dates: Vec<String>,
}

/// One reason for a verdict.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Because {
    /// `failed`, `cannot-tell`, `untested` (never shown, or too seldom in question), `inapplicable` (never in question
    /// in many messages) or `passed`.
    pub outcome: String,
    /// `blocks` or `degrades`.
    pub effect: String,
    /// Rule code; empty when the run itself is the reason: it is partial, or files were not read.
    pub rule: String,
    /// Requirement ids the rule tests.
    pub requirements: Vec<String>,
    /// How many places (0 when untested).
    pub count: u64,
    /// A plain sentence.
    pub reason: String,
}

/// A date of a standard that bears on the verdicts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Date {
    /// `YYYY-MM-DD`, `YYYY-MM` or `YYYY`.
    pub date: String,
    /// Standard id.
    pub standard: String,
    /// `starts`, `mandatory`, `deprecated`, `stops` or `review`.
    pub event: String,
    /// What happens, in plain words.
    pub what: String,
    /// Integration ids it bears on.
    pub integrations: Vec<String>,
    /// Where the date is published.
    pub source: String,
    /// Whether that source was read by us.
    pub verified: bool,
    /// `past`, `today` or `ahead`, seen from `as_of`.
    pub seen: String,
}

/// The sentence a standard makes, and what this run showed of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Requirement {
    /// Id, e.g. `PAS-09`.
    pub id: String,
    /// Standard id.
    pub standard: String,
    /// Section of the source.
    pub section: String,
    /// `SHALL`, `SHOULD` or `MAY`.
    pub verb: String,
    /// The requirement in our words.
    pub statement: String,
    /// `passed`, `failed`, `cannot-tell`, `inapplicable` or `untested`.
    pub outcome: String,
    /// Places where it applied.
    pub applicable: u64,
    /// Of them, passed.
    pub passed: u64,
    /// Of them, failed.
    pub failed: u64,
    /// Of them, undecided.
    pub cannot_tell: u64,
    /// Rules that test it.
    pub rules: Vec<String>,
    /// Why it was not tested: our reason when no rule can, the run's when nothing exercised it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not_tested: Option<String>,
}

/// A rule of the plan and its tally.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Code, e.g. `ID-02`.
    pub code: String,
    /// Name that reads after "allow".
    pub name: String,
    /// Standard id.
    pub standard: String,
    /// `fatal`, `error`, `warning` or `information`.
    pub severity: String,
    /// `passed`, `failed`, `cannot-tell`, `inapplicable` or `untested`.
    pub outcome: String,
    /// Places where it applied.
    pub applicable: u64,
    /// Of them, passed.
    pub passed: u64,
    /// Of them, failed.
    pub failed: u64,
    /// Of them, undecided.
    pub cannot_tell: u64,
    /// Messages in which it applied at least once.
    pub messages: u64,
    /// Messages of a kind it speaks of, whether or not they gave it a place.
    #[serde(default)]
    pub reached: u64,
    /// Requirement ids.
    pub requirements: Vec<String>,
    /// What it does to integrations.
    pub impact: Vec<Impact>,
    /// What goes wrong when it fails.
    pub why: String,
    /// What to do.
    pub fix: String,
    /// Which document says so.
    pub source: Source,
}

/// What a failed rule does to one integration.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Impact {
    /// Integration id.
    pub integration: String,
    /// `blocks` or `degrades`.
    pub effect: String,
}

/// Which document says so.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Title of the document.
    pub title: String,
    /// Section in it.
    pub section: String,
    /// Where it is published, when it can be read on the web.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// Whether we read it there; an unverified rule may warn but never blocks.
    pub verified: bool,
}

impl Source {
    /// Title and section, for people; empty when there is no title.
    pub fn shown(&self) -> String {
        match self.section.as_str() {
            "" => self.title.clone(),
            section => format!("{}, {section}", self.title),
        }
    }
}

/// Findings with one cause.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Rule code.
    pub rule: String,
    /// `failed` or `cannot-tell`.
    pub outcome: String,
    /// `fatal`, `error`, `warning` or `information`.
    pub severity: String,
    /// Path without repetition numbers.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// How many findings.
    pub count: u64,
    /// Of them, listed in `findings`.
    pub shown: u64,
    /// Of `count`, waived.
    pub waived: u64,
    /// Of `count`, in the baseline.
    pub known: u64,
    /// What it does to integrations.
    pub impact: Vec<Impact>,
    /// Fingerprint of the group: rule, path without repetition numbers and message.
    pub fingerprint: String,
}

/// A rule failed, or could not be decided, here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Rule code.
    pub rule: String,
    /// `fatal`, `error`, `warning` or `information`.
    pub severity: String,
    /// `failed` or `cannot-tell`.
    pub outcome: String,
    /// What it does to integrations; empty when it only informs.
    pub impact: Vec<Impact>,
    /// Artifact id; empty for a finding about the run itself (a waiver, say).
    pub artifact: String,
    /// Which message of the artifact, from one; zero for the artifact as a whole.
    pub item: u64,
    /// Byte offset of the place in its message.
    #[serde(default)]
    pub offset: u32,
    /// Where, in the reader's notation, e.g. `PID-3[2].1`.
    pub path: String,
    /// One-based line in the artifact; zero when there is no place.
    pub line: u64,
    /// One-based column in code points; zero when there is no place.
    pub column: u32,
    /// Length of the place in code points, at least one where there is a place.
    pub length: u32,
    /// What is wrong.
    pub message: String,
    /// Why it matters to the integration.
    pub why: String,
    /// How to fix it.
    pub fix: String,
    /// Which document says so.
    pub source: Source,
    /// Which element of which definition, of which package, where the rule speaks for definitions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// SHA-256 over rule, artifact name, path with indices and ordinal: stable across runs.
    pub fingerprint: String,
    /// Fingerprint of its group.
    #[serde(default)]
    pub group: String,
    /// Other places that belong to it (the first of two duplicates, say).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related>,
    /// The line at fault as a shape; its text only after `--show-values`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<Excerpt>,
    /// `current`, `waived` or `known` (in the baseline).
    pub state: String,
    /// The waiver that covers it: until when, approved by whom, why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<String>,
    /// What the calendar adds: "from 2027-04-01", "until 2027-03", "retired since 2025".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Related {
    /// Artifact id.
    pub artifact: String,
    /// Which message of the artifact, from one.
    pub item: u64,
    /// One-based line in the artifact.
    pub line: u64,
    /// What is there.
    pub what: String,
}

/// At most 160 columns of the line at fault.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// The text: letters and digits as shapes, vocabulary of the standard as it stands.
    pub text: String,
    /// First marked column in `text`, in code points from zero.
    pub from: u32,
    /// How many columns are marked, at least one.
    pub columns: u32,
}

/// A waiver given to the run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Waiver {
    /// Rule code it waives.
    pub rule: String,
    /// Artifact pattern, or `*`.
    pub artifact: String,
    /// Path it is limited to, or `*`.
    pub path: String,
    /// Why.
    pub reason: String,
    /// Who owns the gap.
    pub owner: String,
    /// Who accepted it.
    pub approved_by: String,
    /// Last day it counts, `YYYY-MM-DD`.
    pub expires: String,
    /// Findings it covered.
    pub matched: u64,
    /// `active`, `expired` or `unmatched`.
    pub state: String,
    /// The file it stands in, as the user named it.
    #[serde(default)]
    pub file: String,
    /// The line of that file where it starts, from one.
    #[serde(default)]
    pub line: u64,
}

/// A standards pack used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Standard {
    /// Id: the folder's name.
    pub id: String,
    /// Title.
    pub title: String,
    /// Publisher.
    pub publisher: String,
    /// Version of the document.
    pub version: String,
    /// `draft`, `active`, `deprecated` or `retired`, on the `as_of` day.
    pub status: String,
    /// `built in` or `yours`.
    pub origin: String,
    /// SHA-256 of the pack's files.
    pub digest: String,
    /// How many rules and requirements it has.
    pub rules: u64,
    /// How many requirements it has.
    pub requirements: u64,
}

/// A file or archive entry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Artifact {
    /// Id, unique in the report: its name as given.
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
    /// `checked`, `partly` or `not-checked`.
    pub state: String,
    /// Why it was not checked, or only in part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}
