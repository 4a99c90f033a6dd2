//! Where a finding is, as the tally keeps it: never a value, always a place.

use crate::instance::Path;
use crate::span::Position;
use std::sync::Arc;

/// The total order of findings: artifact, message, place in it, path. Two findings of one group at the same place are
/// one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Artifact id; empty for a finding about the run itself.
    pub artifact: Arc<str>,
    /// Which message of the artifact, from one; zero for the artifact as a whole.
    pub item: u64,
    /// Byte offset in the message.
    pub offset: u32,
    /// Path with indices.
    pub path: Path,
}

/// The rest of what is known of a finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Located {
    /// One-based line and column in the artifact; zeros where there is no place.
    pub position: Position,
    /// Length of the place in code points.
    pub length: u32,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// The line at fault as a shape.
    pub excerpt: Option<Excerpt>,
    /// Which definition says so, where the rule speaks for definitions: element, profile, package.
    pub definition: Option<Arc<str>>,
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Related {
    /// Artifact id.
    pub artifact: Arc<str>,
    /// Which message of it, from one.
    pub item: u64,
    /// One-based line in it.
    pub line: u64,
    /// What is there, in our words.
    pub what: String,
}

/// At most 160 columns of the line at fault, values as shapes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// The text.
    pub text: String,
    /// First marked column, in code points from zero.
    pub from: u32,
    /// Marked columns, at least one.
    pub columns: u32,
}
