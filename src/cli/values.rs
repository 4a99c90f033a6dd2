//! `--show-values`: where the text of messages may go.
//!
//! To a terminal, where the person who asked sees it, and to files that only they may read and that are stamped. Never
//! to a pipe, whose end we do not know: it gets the report without excerpts. Never in a format made to be uploaded.

use super::console::{Stream, say};
use super::error::Error;
use super::settings::Output;
use crate::report::Format;
use crate::report::escape::terminal;
use crate::report::model::Report;
use std::borrow::Cow;

/// Formats made for a server that keeps and shows them to others.
const UPLOADED: [Format; 4] = [Format::Github, Format::Gitlab, Format::Junit, Format::Sarif];

/// Refuses where values must not go.
///
/// # Errors
/// With the output that is not allowed, and what is.
pub(crate) fn allowed(output: &Output) -> Result<(), Error> {
    let formats = output.save.iter().map(|save| save.format).chain([output.format]);
    if let Some(format) = formats.into_iter().find(|format| UPLOADED.contains(format)) {
        return Err(Error::refused(
            format!("--show-values cannot be used with the format {format}, which is made to be uploaded"),
            "Drop --show-values, or use terminal, json, html, csv or markdown; the report would hold patient data.",
        ));
    }
    if !Stream::Output.is_terminal() && output.save.is_empty() {
        return Err(Error::refused(
            "--show-values needs a terminal, and standard output is none: where it leads to cannot be known",
            "Run it on a terminal, without | or >. A copy with values can be kept with --save PATH; only you may read it.",
        ));
    }
    Ok(())
}

/// What may be printed on standard output of a report that holds values: all of it on a terminal, else no excerpts.
pub(crate) fn for_output(report: &Report) -> Cow<'_, Report> {
    if !report.contains_patient_data || Stream::Output.is_terminal() {
        return Cow::Borrowed(report);
    }
    let mut bare = report.clone();
    bare.contains_patient_data = false;
    bare.findings.iter_mut().for_each(|finding| finding.excerpt = None);
    Cow::Owned(bare)
}

/// Says that what follows is patient data.
pub(crate) fn banner(output: &Output) {
    if Stream::Output.is_terminal() {
        say(
            "This output shows text of the messages: it is patient data. Do not copy it where patient data may not be.",
        );
    }
    for save in &output.save {
        let path = save.path.to_string_lossy();
        let path = terminal::name(&path);
        say(&format!(
            "{path} will hold text of the messages: patient data. It says so inside, and only you may read it."
        ));
    }
}
