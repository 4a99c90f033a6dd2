//! A finished report → files and standard output. What fails is told, and everything else is still tried.

use super::args::Save;
use super::console::{Stream, When, print, say};
use super::error::Error;
use super::settings::{Output, Shared};
use super::values;
use crate::report::escape::terminal;
use crate::report::model::Report;
use crate::report::save::{ready, save};
use crate::report::{Format, Renderer};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Whether everything was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivered {
    /// It was.
    All,
    /// Something could not be written; it was told.
    NotAll,
}

/// Asks, before a long run, whether its report can be saved, and not over something else of this run.
///
/// # Errors
/// The first file that cannot be written.
pub(super) fn possible(output: &Output, inputs: &[PathBuf]) -> Result<(), Error> {
    let mut taken = BTreeSet::new();
    for Save { path, .. } in &output.save {
        let folder = ready(path)?;
        let real = folder.canonicalize().ok().zip(path.file_name()).map(|(folder, name)| folder.join(name));
        let real = real.unwrap_or_else(|| path.clone());
        let is_input = |input: &PathBuf| input.canonicalize().is_ok_and(|input| input == real);
        if inputs.iter().any(is_input) {
            let headline = format!("{} is an input of this run; a report would replace it", name(path));
            return Err(Error::refused(headline, "Save the report under another name."));
        }
        if !taken.insert(real) {
            let headline = format!("two reports would be saved to {}", name(path));
            return Err(Error::refused(headline, "Give each report a name of its own."));
        }
    }
    Ok(())
}

fn name(path: &Path) -> String {
    terminal::name(&path.to_string_lossy()).into_owned()
}

/// Saves and prints the report. Files come first: a reader of standard output may take its time.
pub(super) fn deliver(report: &Report, output: &Output, shared: &Shared) -> Delivered {
    let mut delivered = Delivered::All;
    for Save { format, path } in &output.save {
        match save(report, *format, path) {
            Ok(()) if shared.quiet => {}
            Ok(()) => say(&format!("saved {}", name(path))),
            Err(error) => {
                Error::from(error).complaint().tell(shared.color);
                delivered = Delivered::NotAll;
            }
        }
    }
    let shown = values::for_output(report);
    let renderer = renderer(output.format, shared.color);
    if let Err(error) = print(|out| renderer.render(&shown, out)) {
        Error::Output(error).complaint().tell(shared.color);
        delivered = Delivered::NotAll;
    }
    delivered
}

fn renderer(format: Format, when: When) -> Box<dyn Renderer> {
    match format {
        Format::Terminal => Box::new(Stream::Output.look(when)),
        other => other.renderer(),
    }
}
