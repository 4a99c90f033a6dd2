//! Text → text that one sink cannot misread, one file per sink.
//!
//! In: names of files and archive entries, and, after `--show-values`, text of messages: all of it chosen by whoever
//! sent the data. Out: the same text with what the sink would act on made inert, and what a reader would not see made
//! visible. These functions never decide what is shown; the sink's own quoting (a serialiser's, a template's) still
//! applies on top.

pub mod csv;
pub mod github;
pub mod json;
pub mod markdown;
pub mod terminal;
pub mod uri;
pub mod visible;
pub mod xml;

#[cfg(test)]
pub(crate) mod hostile;
