//! What an artifact is, and why we think so.
//!
//! In: the first bytes of an artifact or of a unit, and the shape that ingest read it in. Out: a [`Kind`] with reasons
//! in the standard's own words. No I/O, no parsing beyond the first 64 KiB, and nothing from the content is printed
//! but words that a standard publishes; not knowing is an outcome.

mod edifact;
mod encoding;
mod fhir_release;
mod fhir_types;
mod hl7v2;
mod json;
mod magic;
mod xml;

#[cfg(test)]
mod tests;

use std::fmt;

pub use encoding::Encoding;
pub use fhir_release::fhir_release;
pub use fhir_types::known as resource_type;

use crate::ingest::options::HEAD_BYTES;
use crate::ingest::{Artifact, Shape};

/// What an artifact is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The notation.
    pub syntax: Syntax,
    /// The standard it is written to, when that shows: `HL7 v2`, `FHIR`, `CDA`, `EDIFACT MEDRPT` …
    pub standard: Option<String>,
    /// The version it declares, when it declares one we know the form of.
    pub version: Option<String>,
    /// Its type within the standard: `ADT^A01^ADT_A01`, `Patient`, `ClinicalDocument` …
    pub role: Option<String>,
    /// How its characters are stored.
    pub encoding: Encoding,
    /// The evidence, most telling first.
    pub reasons: Vec<String>,
}

/// A notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Syntax {
    /// HL7 v2 in its vertical-bar notation.
    Hl7v2,
    /// One JSON value.
    Json,
    /// One JSON value on each line.
    Ndjson,
    /// XML.
    Xml,
    /// UN/EDIFACT.
    Edifact,
    /// DICOM.
    Dicom,
    /// A zip archive.
    Zip,
    /// A gzip stream.
    Gzip,
    /// A tar archive.
    Tar,
    /// A web page.
    Html,
    /// A PDF document.
    Pdf,
    /// An office document, picture, program or other file of a known kind that holds no message.
    Other,
    /// Text of no known notation.
    Text,
    /// Bytes that are not text.
    Binary,
    /// Nothing, or nothing but blanks.
    Empty,
    /// It was refused before a byte was read.
    Unread,
}

impl Syntax {
    /// The word for reports and rules.
    pub fn as_str(self) -> &'static str {
        match self {
            Syntax::Hl7v2 => "hl7v2",
            Syntax::Json => "json",
            Syntax::Ndjson => "ndjson",
            Syntax::Xml => "xml",
            Syntax::Edifact => "edifact",
            Syntax::Dicom => "dicom",
            Syntax::Zip => "zip",
            Syntax::Gzip => "gzip",
            Syntax::Tar => "tar",
            Syntax::Html => "html",
            Syntax::Pdf => "pdf",
            Syntax::Other => "other",
            Syntax::Text => "text",
            Syntax::Binary => "binary",
            Syntax::Empty => "empty",
            Syntax::Unread => "unread",
        }
    }
}

impl fmt::Display for Kind {
    /// `HL7 v2 2.4 ADT^A01^ADT_A01`, or the notation when no standard shows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.standard.as_deref().unwrap_or(self.syntax.as_str()))?;
        if let Some(version) = &self.version {
            write!(f, " {version}")?;
        }
        match &self.role {
            // EDIFACT names the type in the standard already.
            Some(role) if !self.standard.as_ref().is_some_and(|standard| standard.ends_with(role.as_str())) => {
                write!(f, " {role}")
            }
            _ => Ok(()),
        }
    }
}

/// What `artifact` is.
pub fn artifact(artifact: &Artifact) -> Kind {
    detect(&artifact.head, artifact.shape)
}

/// What bytes that start with `head` are. `shape` is how ingest read them; pass [`Shape::Whole`] for a unit on its own.
pub fn detect(head: &[u8], shape: Shape) -> Kind {
    let head = &head[..head.len().min(HEAD_BYTES)];
    let encoding = Encoding::of(head);
    let mut kind = Kind::new(Syntax::Empty, encoding);
    let text = encoding.decoded(head);
    let text = text.trim_ascii_start();
    match shape {
        Shape::Zip => return kind.is(Syntax::Zip, "starts with the zip mark PK"),
        Shape::Gzip => return kind.is(Syntax::Gzip, "starts with the gzip mark 1F 8B: compressed data"),
        Shape::Tar => return kind.is(Syntax::Tar, "has a tar header"),
        Shape::Unread => return kind.is(Syntax::Unread, "was not opened or not read"),
        Shape::Hl7v2 | Shape::Ndjson | Shape::Whole => {}
    }
    if let Some((syntax, reason)) = magic::of(head) {
        return kind.is(syntax, reason);
    }
    // Lines may start with more blank ones than are looked at.
    if text.is_empty() && (head.len() < HEAD_BYTES || shape == Shape::Whole) {
        return kind.is(Syntax::Empty, "has no content");
    }
    if let Some(reason) = encoding.reason() {
        kind.reasons.push(reason.to_owned());
    }
    if shape == Shape::Hl7v2 || hl7v2::starts(text) {
        return hl7v2::detect(text, kind);
    }
    if shape == Shape::Ndjson {
        return json::lines(text, kind);
    }
    match text.first() {
        Some(b'<') => return xml::detect(text, kind),
        Some(b'{' | b'[') => return json::detect(text, kind),
        _ if edifact::starts(text) => return edifact::detect(text, kind),
        _ => {}
    }
    if encoding == Encoding::Binary {
        return kind.is(Syntax::Binary, "holds NUL or other control characters and no known mark");
    }
    if json::is_scalar(text) {
        return kind.is(Syntax::Json, "a JSON value that is neither object nor array");
    }
    kind.is(Syntax::Text, "is text, but starts like no message that is known")
}

impl Kind {
    fn new(syntax: Syntax, encoding: Encoding) -> Self {
        Self { syntax, standard: None, version: None, role: None, encoding, reasons: Vec::new() }
    }

    fn is(mut self, syntax: Syntax, reason: &str) -> Self {
        self.syntax = syntax;
        self.reasons.insert(0, reason.to_owned());
        self
    }

    /// Notes the release of FHIR that `text` shows.
    fn release(&mut self, text: &[u8]) {
        if let Some((release, evidence)) = fhir_release(text) {
            self.version = Some(release.title().to_owned());
            self.because(evidence);
        }
    }

    fn because(&mut self, reason: impl Into<String>) {
        self.reasons.push(reason.into());
    }
}
