//! The formats a report can be written in: their names, their file extensions, their renderers.
//!
//! In: what the user wrote after `--format` or `--save`. Out: a [`Format`], or an error that says what is allowed.

use super::{
    Renderer, csv::Csv, github::Github, gitlab::Gitlab, html::Html, json::Json, junit::Junit, markdown::Markdown,
    ndjson::Ndjson, operation_outcome::OperationOutcome, sarif::Sarif, terminal::Terminal,
};
use std::{fmt, path::Path, path::PathBuf, str::FromStr};

/// A format a report can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Text for a person at a terminal.
    Terminal,
    /// The report itself.
    Json,
    /// The report as one record per line.
    Ndjson,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML, for the test tab of a CI server.
    Junit,
    /// GitHub workflow commands: annotations on a pull request.
    Github,
    /// GitLab Code Quality.
    Gitlab,
    /// A FHIR OperationOutcome.
    OperationOutcome,
    /// The traceability matrix.
    Csv,
    /// A short summary for a pull request.
    Markdown,
    /// One self-contained page.
    Html,
}

/// Every format, its name, and the file-name endings that choose it; longer endings first within the table's order.
const TABLE: &[(Format, &str, &[&str])] = &[
    (Format::Terminal, "terminal", &[".txt"]),
    (Format::Sarif, "sarif", &[".sarif", ".sarif.json"]),
    (Format::Gitlab, "gitlab", &[".codequality.json", "gl-code-quality-report.json"]),
    (Format::OperationOutcome, "operation-outcome", &[".outcome.json", ".operation-outcome.json"]),
    (Format::Json, "json", &[".json"]),
    (Format::Ndjson, "ndjson", &[".ndjson", ".jsonl"]),
    (Format::Junit, "junit", &[".xml", ".junit"]),
    (Format::Github, "github", &[]),
    (Format::Csv, "csv", &[".csv"]),
    (Format::Markdown, "markdown", &[".md", ".markdown"]),
    (Format::Html, "html", &[".html", ".htm"]),
];

/// What was wrong with a `--format` or `--save` argument.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// No format has this name. The user typed it, so it may be shown.
    #[error("there is no format called `{0}`; use one of {names}", names = names())]
    Unknown(String),
    /// The file name does not say which format is meant.
    #[error("the name `{0}` does not say which format is meant; write FORMAT:PATH, e.g. `json:{0}`")]
    NoExtension(String),
    /// Nothing after `format:`.
    #[error("`{0}:` needs a path after the colon")]
    NoPath(Format),
}

impl Format {
    /// Every format, in the order of the help text.
    pub fn all() -> impl Iterator<Item = Format> {
        TABLE.iter().map(|row| row.0)
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        TABLE.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// The format that the ending of a file name chooses, whatever its letter case.
    pub fn from_path(path: &Path) -> Option<Format> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        TABLE.iter().find(|row| row.2.iter().any(|ending| name.ends_with(ending))).map(|row| row.0)
    }

    /// What `--save` was given: `PATH`, or `FORMAT:PATH` when the ending does not say it.
    ///
    /// A prefix that names no format belongs to the path, so `C:\report.json` is a path; a path that really starts
    /// with a format's name and a colon is written `./json:x`.
    pub fn from_save(argument: &str) -> Result<(Format, PathBuf), FormatError> {
        if let Some((name, path)) = argument.split_once(':')
            && let Ok(format) = name.parse::<Format>()
        {
            return if path.is_empty() { Err(FormatError::NoPath(format)) } else { Ok((format, path.into())) };
        }
        let path = PathBuf::from(argument);
        match Format::from_path(&path) {
            Some(format) => Ok((format, path)),
            None => Err(FormatError::NoExtension(argument.to_owned())),
        }
    }

    /// Its renderer; the terminal one plain and 100 columns wide, as fits a file.
    pub fn renderer(self) -> Box<dyn Renderer> {
        match self {
            Format::Terminal => Box::new(Terminal::default()),
            Format::Json => Box::new(Json),
            Format::Ndjson => Box::new(Ndjson),
            Format::Sarif => Box::new(Sarif),
            Format::Junit => Box::new(Junit),
            Format::Github => Box::new(Github),
            Format::Gitlab => Box::new(Gitlab),
            Format::OperationOutcome => Box::new(OperationOutcome),
            Format::Csv => Box::new(Csv),
            Format::Markdown => Box::new(Markdown),
            Format::Html => Box::new(Html),
        }
    }
}

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(name: &str) -> Result<Format, FormatError> {
        TABLE.iter().find(|row| row.1 == name).map(|row| row.0).ok_or_else(|| FormatError::Unknown(name.to_owned()))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn names() -> String {
    TABLE.iter().map(|row| row.1).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_comes_back() {
        assert_eq!(Format::all().count(), 11);
        for format in Format::all() {
            assert_eq!(format.name().parse::<Format>().unwrap(), format);
        }
    }

    #[test]
    fn the_ending_chooses() {
        for (path, want) in [
            ("r.json", Format::Json),
            ("out.d/R.NDJSON", Format::Ndjson),
            ("r.sarif", Format::Sarif),
            ("r.sarif.json", Format::Sarif),
            ("r.codequality.json", Format::Gitlab),
            ("r.xml", Format::Junit),
            ("r.csv", Format::Csv),
            ("r.md", Format::Markdown),
            ("r.html", Format::Html),
        ] {
            assert_eq!(Format::from_path(Path::new(path)), Some(want), "{path}");
        }
        assert_eq!(Format::from_path(Path::new("report")), None);
        assert_eq!(Format::from_path(Path::new("report.pdf")), None);
    }

    #[test]
    fn a_prefix_chooses_over_the_ending() {
        assert_eq!(Format::from_save("gitlab:a.json").unwrap(), (Format::Gitlab, "a.json".into()));
        assert_eq!(Format::from_save("C:\\r.json").unwrap(), (Format::Json, "C:\\r.json".into()));
        assert_eq!(Format::from_save("github:"), Err(FormatError::NoPath(Format::Github)));
        assert_eq!(Format::from_save("report"), Err(FormatError::NoExtension("report".into())));
    }

    #[test]
    fn an_unknown_name_says_what_is_allowed() {
        let said = "pdf".parse::<Format>().unwrap_err().to_string();
        assert!(said.contains("`pdf`") && said.contains("operation-outcome"), "{said}");
    }
}
