//! Which artifacts the engine speaks of.
//!
//! In: an artifact's shape and first bytes. Out: which room of the engine reads it. Asked once per artifact, not per
//! message.

use super::document::Expected;
use crate::detect::{self, Syntax};
use crate::ingest::{Artifact, Shape};

/// Which room of the engine reads an artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// HL7 v2 messages.
    Hl7v2,
    /// JSON documents; what is known of them beforehand.
    Json(Expected),
    /// XML documents; what is known of them beforehand.
    Xml(Expected),
    /// None: no rule speaks of such content.
    None,
}

impl Coverage {
    /// What covers `artifact`.
    pub fn of(artifact: &Artifact) -> Self {
        match artifact.shape {
            Shape::Hl7v2 => Self::Hl7v2,
            Shape::Ndjson | Shape::Whole => Self::document(artifact),
            Shape::Unread | Shape::Zip | Shape::Gzip | Shape::Tar => Self::None,
        }
    }

    fn document(artifact: &Artifact) -> Self {
        let kind = detect::artifact(artifact);
        match kind.syntax {
            // The first line speaks for all: resources exported in bulk come one to a line.
            Syntax::Ndjson if kind.standard.as_deref() == Some("FHIR") => Self::Json(Expected::Resource),
            Syntax::Ndjson | Syntax::Json => Self::Json(Expected::Anything),
            Syntax::Xml if kind.standard.as_deref() == Some("FHIR") => Self::Xml(Expected::Resource),
            Syntax::Xml => Self::Xml(Expected::Anything),
            // What is damaged may look like nothing; its name says what it was meant to be.
            Syntax::Text | Syntax::Binary | Syntax::Empty => match artifact.id.to_ascii_lowercase() {
                name if name.ends_with(".json") => Self::Json(Expected::Anything),
                name if name.ends_with(".xml") => Self::Xml(Expected::Anything),
                _ => Self::None,
            },
            _ => Self::None,
        }
    }
}
