//! Named Rust checks of national identifiers and codes, used by every syntax.
//!
//! In: the bytes of one value, already unescaped and without its delimiters. Out: a [`Judged`]. A check never reads
//! anything but those bytes, never allocates, never panics, and looks at each byte a bounded number of times; what it
//! says of a failing value is a [`Shape`], which counts and classifies but cannot hold the value.
//!
//! An empty value fails every check: whether a value must be present is a question of usage, which other assertions
//! answer before they call one of these. The explicit null of HL7 v2 (`""`) is likewise for the caller to set aside.
//!
//! A check tells what a value *can be*: whether a code was ever issued, is still open, or means what the sender
//! thinks, needs a release of that terminology or a call to a national service.

mod registry;
mod shape;
mod template;

pub mod base64;
pub mod classification;
pub mod clinician;
pub mod dates;
pub mod locale;
pub mod nhs_number;
pub mod ods;
pub mod oid;
pub mod person;
pub mod place;
pub mod postcode;
pub mod prescription;
pub mod snomed;
pub mod specialty;
pub mod spine;
pub mod ucum;
pub mod uuid;

pub use dates::{Moment, Precision, parse_cds_date, parse_fhir_datetime, parse_hl7_ts};
pub use registry::{all, find};
pub use shape::Shape;

/// What a native check says of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Judged {
    /// The value is well formed as far as its own bytes can show.
    Passed,
    /// The value breaks the rule; the shape describes how, without quoting it.
    Failed(Shape),
    /// The bytes alone cannot decide; the text says why, fit to follow "cannot tell:".
    CannotTell(&'static str),
}

impl Judged {
    /// A failure: the makeup of `value` is counted, `problem` is fixed text of ours.
    fn failed(value: &[u8], problem: &'static str) -> Self {
        Self::Failed(Shape::of(value, problem))
    }

    /// A pass when `problem` is none, otherwise a failure with that problem.
    fn unless(value: &[u8], problem: Option<&'static str>) -> Self {
        match problem {
            None => Self::Passed,
            Some(problem) => Self::failed(value, problem),
        }
    }

    /// Whether the value passed.
    pub const fn is_passed(&self) -> bool {
        matches!(self, Self::Passed)
    }

    /// Whether the value broke the rule.
    pub const fn is_failed(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

/// What a check said, for the tests: the problem, `passed`, or why it cannot tell.
#[cfg(test)]
fn told(judged: Judged) -> &'static str {
    match judged {
        Judged::Passed => "passed",
        Judged::Failed(shape) => shape.problem().unwrap_or_default(),
        Judged::CannotTell(cause) => cause,
    }
}

/// A check of one value's bytes.
pub type Check = fn(value: &[u8]) -> Judged;

/// A named check, as a rule's `native = "…"` refers to it.
#[derive(Debug, Clone, Copy)]
pub struct Native {
    /// Kebab-case, unique, stable: packs refer to it.
    pub name: &'static str,
    /// The check itself.
    pub check: Check,
    /// One line: what passes.
    pub about: &'static str,
    /// Where the rule is stated, or "from memory" where we hold no verified source. A rule that uses an unverified
    /// check may warn but not block.
    pub source: &'static str,
}
