//! A rule: the named test of a requirement, with its severity, impact, remedy, source and proof.

use super::{Severity, Source, Strength};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The named test of a requirement.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable code, unique over all packs.
    pub code: String,
    /// A name that reads after "allow".
    pub name: String,
    /// Requirement ids it tests.
    #[serde(default)]
    pub requirement: Vec<String>,
    /// What the standard says of a message that breaks it.
    pub severity: Severity,
    /// How strongly the standard speaks.
    #[serde(default)]
    pub strength: Strength,
    /// Message patterns it is limited to; empty means the pack's.
    #[serde(default)]
    pub messages: Vec<String>,
    /// Where it looks: a path, or `message`.
    #[serde(default)]
    pub on: Option<String>,
    /// Whether a place is in question at all: an expression.
    #[serde(default, rename = "where")]
    pub condition: Option<String>,
    #[serde(default)]
    assert: Option<String>,
    #[serde(default)]
    native: Option<String>,
    #[serde(default)]
    constrain: Vec<String>,
    #[serde(default)]
    syntax: Vec<String>,
    #[serde(default)]
    derived: Option<String>,
    #[serde(default)]
    across: Option<String>,
    /// Headline of a finding; natives and constraints describe themselves when it is absent.
    #[serde(default)]
    pub message: Option<String>,
    /// Integrations a failure blocks.
    #[serde(default)]
    pub blocks: Vec<String>,
    /// Integrations a failure makes worse.
    #[serde(default)]
    pub degrades: Vec<String>,
    /// The consequence for the integration.
    pub why: String,
    /// What to do, one imperative sentence.
    pub fix: String,
    /// Which document says so.
    pub source: Source,
    /// Version of Hallmark it came with.
    #[serde(default)]
    pub since: String,
    /// Why it has no proof; absent when it has one.
    #[serde(default)]
    pub unproven: Option<String>,
    /// The proofs.
    #[serde(default)]
    pub breaks: Vec<Break>,
    /// Path of the file it stands in, below the standards folder.
    #[serde(skip)]
    pub file: String,
    /// Byte offset of its `[[rule]]` in that file.
    #[serde(skip)]
    pub offset: usize,
}

/// How a rule tests.
#[derive(Clone, Copy, Debug)]
pub enum Test<'a> {
    /// An expression that must be true at each place.
    Assert(&'a str),
    /// A named check of each value.
    Native(&'a str),
    /// Lines added to the layered profile.
    Constrain(&'a [String]),
    /// Faults of the parser or of ingest.
    Syntax(&'a [String]),
    /// Owner of the pack's profile lines of this kind.
    Derived(&'a str),
    /// A named check over the whole run.
    Across(&'a str),
}

impl Rule {
    /// The rule's one test.
    ///
    /// # Errors
    /// When it has none, or more than one; the text says so.
    pub fn test(&self) -> Result<Test<'_>, &'static str> {
        let mut tests = [
            self.assert.as_deref().map(Test::Assert),
            self.native.as_deref().map(Test::Native),
            (!self.constrain.is_empty()).then_some(Test::Constrain(&self.constrain)),
            (!self.syntax.is_empty()).then_some(Test::Syntax(&self.syntax)),
            self.derived.as_deref().map(Test::Derived),
            self.across.as_deref().map(Test::Across),
        ]
        .into_iter()
        .flatten();
        match (tests.next(), tests.next()) {
            (Some(test), None) => Ok(test),
            (None, _) => Err("the rule has no test: give it one of assert, native, constrain, syntax, derived, across"),
            _ => Err(
                "the rule has several tests: give it exactly one of assert, native, constrain, syntax, derived, across",
            ),
        }
    }
}

/// A proof: a change to a conforming sample that makes the rule fire, alone, at this place.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Break {
    /// File in the pack's `samples/`, or `other-pack/file`.
    pub sample: String,
    /// Path → new raw text.
    #[serde(default)]
    pub set: BTreeMap<String, String>,
    /// Segments taken out: `PV1`, `PV1[2]`.
    #[serde(default)]
    pub delete: Vec<String>,
    /// Segments put in.
    #[serde(default)]
    pub insert: Vec<Insert>,
    /// Two segments that change places.
    #[serde(default)]
    pub swap: Vec<String>,
    /// Bytes replaced throughout the file.
    #[serde(default)]
    pub replace: Vec<Replace>,
    /// Text put after the end of the file.
    #[serde(default)]
    pub append: Option<String>,
    /// More files in the same run.
    #[serde(default)]
    pub files: Vec<ExtraFile>,
    /// Where the finding is, as printed.
    #[serde(default)]
    pub at: String,
    /// Findings that necessarily come with it, `CODE@PATH`.
    #[serde(default)]
    pub also: Vec<String>,
}

/// A segment put in by a proof.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Insert {
    /// The segment it follows.
    pub after: String,
    /// The segment.
    pub text: String,
}

/// Bytes replaced by a proof.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replace {
    /// What is replaced, everywhere.
    pub from: String,
    /// By what.
    pub to: String,
}

/// Another file in the run of a proof.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtraFile {
    /// Its name in the run.
    pub name: String,
    /// The sample it is made from.
    pub sample: String,
    /// Path → new raw text.
    #[serde(default)]
    pub set: BTreeMap<String, String>,
    /// Segments taken out.
    #[serde(default)]
    pub delete: Vec<String>,
    /// Segments put in.
    #[serde(default)]
    pub insert: Vec<Insert>,
}
