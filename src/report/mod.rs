//! `Report` → bytes, one file per format.
//!
//! In: a finished [`model::Report`]. Out: bytes on a writer. A renderer prints; it never filters, counts, sorts or
//! decides: what it has no room for it names as left out, and says where the whole is.

use std::io;

pub mod build;
pub mod csv;
pub mod escape;
pub mod format;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod merge;
pub mod model;
pub mod ndjson;
pub mod operation_outcome;
pub mod places;
pub mod read;
pub mod sarif;
pub mod save;
pub mod schema;
pub mod terminal;
pub mod words;

pub use build::build;
pub use format::Format;

/// A format a report can be written in.
pub trait Renderer {
    /// Writes `report` to `out`; the only failure is the writer's own.
    fn render(&self, report: &model::Report, out: &mut dyn io::Write) -> io::Result<()>;
}

/// Bytes as lower-case hexadecimal.
fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|half| char::from(b"0123456789abcdef"[usize::from(half)]))
        .collect()
}
