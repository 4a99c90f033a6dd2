//! The field's words, as types.

use serde::{Deserialize, Serialize};

/// How bad the standard says it is (FHIR `OperationOutcome.issue.severity`). Not the same thing as an [`Effect`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The message cannot be processed at all.
    Fatal,
    /// The message breaks the standard.
    Error,
    /// The message is allowed but will cause trouble.
    Warning,
    /// Worth knowing.
    Information,
}

/// How strongly a standard speaks (RFC 2119).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Strength {
    /// Mandatory.
    #[default]
    Shall,
    /// Recommended.
    Should,
    /// Optional.
    May,
}

/// What a failed rule does to an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// It cannot go live.
    Blocks,
    /// It works worse.
    Degrades,
}

/// What a run showed of a rule or requirement (W3C EARL).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// At least one place broke it.
    Failed,
    /// At least one place could not be decided, none broke it.
    CannotTell,
    /// Every place satisfied it.
    Passed,
    /// Messages it could speak of were there, but none gave it a place.
    Inapplicable,
    /// Nothing it could speak of was there.
    Untested,
}

impl Severity {
    /// The word as printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fatal => "fatal",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Information => "information",
        }
    }
}

impl Strength {
    /// The word as printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shall => "SHALL",
            Self::Should => "SHOULD",
            Self::May => "MAY",
        }
    }
}

impl Effect {
    /// The word as printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Degrades => "degrades",
        }
    }
}

impl Outcome {
    /// The word as printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::CannotTell => "cannot-tell",
            Self::Passed => "passed",
            Self::Inapplicable => "inapplicable",
            Self::Untested => "untested",
        }
    }
}
