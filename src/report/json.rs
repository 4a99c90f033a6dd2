//! The report as JSON: exactly the model, in the model's order, as `report.schema.json` publishes it.

use super::escape::json::{Layout, write};
use super::{Renderer, model::Report};
use std::io;

/// Writes the whole report as indented JSON, one final line feed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json;

impl Renderer for Json {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        write(report, Layout::Pretty, out)?;
        out.write_all(b"\n")
    }
}
