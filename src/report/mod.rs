//! `Report` → bytes, one file per format.
//!
//! In: a finished [`model::Report`]. Out: bytes on a writer. A renderer prints; it never filters, counts, sorts or
//! decides.

use std::io;

pub mod model;

/// A format a report can be written in.
pub trait Renderer {
    /// Writes `report` to `out`; the only failure is the writer's own.
    fn render(&self, report: &model::Report, out: &mut dyn io::Write) -> io::Result<()>;
}
