//! Why a command could not run, and what to do about it: exit code 2.

use super::complaint::Complaint;
use super::config::ConfigError;
use super::join_key::KeyError;
use super::settings::Name;
use crate::ingest::SourceError;
use crate::judge::WaiverError;
use crate::report::merge::MergeError;
use crate::report::read::ReadError;
use crate::report::save::SaveError;
use crate::standard::PackError;
use crate::standard::fhir::package::PackageError;
use crate::standard::near::nearest;
use std::io;
use std::ops::Range;
use std::path::PathBuf;

/// Why a command could not run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The configuration file: its author's.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A pack: its author's, ours when it is built in.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The waiver file: its author's.
    #[error(transparent)]
    Waiver(#[from] WaiverError),
    /// Something typed that is not there.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A report that could not be saved.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// A name that nothing has.
    #[error(transparent)]
    Unknown(#[from] Box<Unknown>),
    /// A FHIR package nobody typed: its publisher's.
    #[error(transparent)]
    Package(PackageError),
    /// Something typed, or in the configuration file, that cannot be used.
    #[error(transparent)]
    Misused(#[from] Box<Misused>),
    /// A file the user named that cannot be read.
    #[error("cannot read the {what} {}: {cause}", file.display())]
    Unreadable {
        /// What it is to us.
        what: &'static str,
        /// The file.
        file: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A file the user named that is no report.
    #[error("cannot use the {what} {}: {cause}", file.display())]
    NotAReport {
        /// What it is to us.
        what: &'static str,
        /// The file.
        file: PathBuf,
        /// Why.
        cause: ReadError,
    },
    /// Reports that cannot be made one.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// The join key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A file we were to write.
    #[error("cannot write {}: {cause}", file.display())]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Standard output cannot be written to.
    #[error("cannot write to standard output: {0}")]
    Output(io::Error),
    /// Asked for something that cannot be done, or not together.
    #[error("{headline}")]
    Refused {
        /// What is wrong.
        headline: String,
        /// What to do.
        help: String,
    },
}

/// A name that nothing has.
#[derive(Debug, thiserror::Error)]
#[error("there is no {kind} called {name}")]
pub(crate) struct Unknown {
    /// What was named: `integration`, `standard`.
    pub(crate) kind: &'static str,
    /// The name as typed.
    pub(crate) name: String,
    /// The file it stands in, its text, and where; none when it was typed.
    pub(crate) place: Option<(String, String, Range<usize>)>,
    /// The names there are.
    pub(crate) known: Vec<String>,
}

/// Something typed, or in the configuration file, that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{headline}")]
pub(crate) struct Misused {
    headline: String,
    help: String,
    name: Name,
}

impl Misused {
    /// What is wrong with `name`, and what to do.
    pub(crate) fn error(headline: impl Into<String>, help: impl Into<String>, name: Name) -> Error {
        Error::Misused(Box::new(Self { headline: headline.into(), help: help.into(), name }))
    }

    /// A FHIR package that cannot be used, asked for as `name`.
    pub(crate) fn package(error: PackageError, name: Name) -> Error {
        Self::error(error.to_string(), error.help, name)
    }
}

impl Error {
    /// A refusal and its remedy.
    pub(crate) fn refused(headline: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Refused { headline: headline.into(), help: help.into() }
    }

    /// The error for people.
    pub(crate) fn complaint(&self) -> Complaint {
        match self {
            Self::Config(ConfigError::Wrong { file, text, at, message, allowed }) => {
                Complaint::new(message).help(allowed).at(file, text, at.clone())
            }
            Self::Pack(PackError { file, text: Some(text), at, message }) => {
                Complaint::new(message).at(file, text, at.clone())
            }
            Self::Waiver(WaiverError { file, text, at, message }) => Complaint::new(message).at(file, text, at.clone()),
            Self::Unknown(unknown) => unknown.complaint(),
            Self::Package(error) => Complaint::new(self.to_string()).help(&error.help),
            Self::Misused(misused) => {
                let complaint = Complaint::new(self.to_string()).help(&misused.help);
                match &misused.name.place {
                    Some((file, text, at)) => complaint.at(file, text, at.clone()),
                    None => complaint,
                }
            }
            Self::Refused { help, .. } => Complaint::new(self.to_string()).help(help),
            Self::Output(_) => Complaint::new(self.to_string())
                .help("Make room there, or save the report with --save PATH. No part of the output can be relied on."),
            Self::Key(_) => Complaint::new(self.to_string())
                .help("A key is a file of 32 random bytes that only you can read. Without one: --join-key none."),
            Self::Source(_) => Complaint::new(self.to_string()).help("Check the spelling; quote a pattern."),
            _ => Complaint::new(self.to_string()),
        }
    }
}

impl Unknown {
    fn complaint(&self) -> Complaint {
        let known = self.known.iter().map(String::as_str);
        let meant = nearest(&self.name, known.clone()).map(|near| format!("did you mean {near}? ")).unwrap_or_default();
        let listed = match self.known.len() {
            0..=20 => format!("There are: {}.", known.collect::<Vec<_>>().join(", ")),
            _ => "`hallmark list standards`, `integrations`, `requirements` and `rules` name them all.".to_owned(),
        };
        let complaint = Complaint::new(self.to_string()).help(format!("{meant}{listed}"));
        match &self.place {
            Some((file, text, at)) => complaint.at(file, text, at.clone()),
            None => complaint,
        }
    }
}
