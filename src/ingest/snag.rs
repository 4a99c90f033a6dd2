//! A fault on its way up through readers.
//!
//! In: what a reader met. Out: the same, after passing through any stack of `Read`s. Texts of library and system errors
//! stop here, since they may quote names or content.

use std::fmt;
use std::io;

use super::fault::Fault;
use crate::archive::Broken;

/// A fault and a sentence of our own about it.
#[derive(Clone, Debug)]
pub(crate) struct Snag {
    pub(crate) fault: Fault,
    pub(crate) detail: String,
}

impl Snag {
    pub(crate) fn new(fault: Fault, detail: impl Into<String>) -> Self {
        Self { fault, detail: detail.into() }
    }

    /// The snag inside `error`, or what an error of the system amounts to.
    pub(crate) fn of(error: &io::Error) -> Self {
        if let Some(snag) = error.get_ref().and_then(|inner| inner.downcast_ref::<Snag>()) {
            return snag.clone();
        }
        match Broken::of(error) {
            Some(Broken::Truncated(detail)) => return Self::new(Fault::ArchiveTruncated, detail),
            Some(Broken::Header(detail)) => return Self::new(Fault::ArchiveHeader, detail),
            None => {}
        }
        let why = match error.kind() {
            io::ErrorKind::NotFound => "it is no longer there",
            io::ErrorKind::PermissionDenied => "permission was denied",
            io::ErrorKind::IsADirectory => "it is a folder",
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => "the system calls it invalid",
            io::ErrorKind::UnexpectedEof => "it ended early",
            _ => "the system reported a reading error",
        };
        Self::new(Fault::Unreadable, why)
    }
}

impl From<Snag> for io::Error {
    fn from(snag: Snag) -> Self {
        io::Error::other(snag)
    }
}

impl fmt::Display for Snag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.fault.code())
    }
}

impl std::error::Error for Snag {}
