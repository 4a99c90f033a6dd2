//! `Report` → bytes, one file per format.
//!
//! In: a finished [`model::Report`]. Out: bytes on a writer. A renderer prints; it never filters, counts, sorts or
//! decides: what it has no room for it names as left out, and says where the whole is.

use std::io;

pub mod escape;
pub mod format;
pub mod json;
pub mod model;
pub mod places;
pub mod terminal;
pub mod words;

pub use format::Format;

/// A format a report can be written in.
pub trait Renderer {
    /// Writes `report` to `out`; the only failure is the writer's own.
    fn render(&self, report: &model::Report, out: &mut dyn io::Write) -> io::Result<()>;
}
