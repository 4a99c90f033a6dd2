//! Why a package cannot be used.

use std::fmt;
use std::path::Path;

/// The most characters of a name that a message shows.
const SHOWN: usize = 200;

/// Why a package cannot be used. Names are escaped where they come from a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageError {
    /// The package as the user or its manifest names it, escaped.
    pub package: String,
    /// The entry at fault, escaped.
    pub entry: Option<String>,
    /// What is wrong, in our words.
    pub message: String,
    /// What to do, one sentence; empty when there is nothing but to get another copy.
    pub help: String,
}

impl PackageError {
    /// Something wrong with a package as a whole.
    pub fn new(package: &str, message: impl Into<String>) -> Self {
        Self { package: shown(package), entry: None, message: message.into(), help: String::new() }
    }

    /// Something wrong with what a path leads to.
    pub(crate) fn of_path(path: &Path, message: impl Into<String>) -> Self {
        Self::new(&path.display().to_string(), message)
    }

    /// Something wrong with one entry.
    pub(crate) fn of_entry(package: &str, entry: &str, message: impl Into<String>) -> Self {
        Self { entry: Some(shown(entry)), ..Self::new(package, message) }
    }

    /// What the system said of a path.
    pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        let said = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
            _ => format!("it cannot be read: {error}"),
        };
        Self::of_path(path, said)
    }

    /// What to do about it.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// The same, of the package called `label`; what was named so far becomes the entry.
    pub(crate) fn in_package(self, label: &str) -> Self {
        let entry = self.entry.unwrap_or(self.package);
        Self { package: shown(label), entry: Some(entry), ..self }
    }
}

impl fmt::Display for PackageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.entry {
            Some(entry) => write!(f, "FHIR package {}: {entry}: {}", self.package, self.message),
            None => write!(f, "FHIR package {}: {}", self.package, self.message),
        }
    }
}

impl std::error::Error for PackageError {}

/// `text` with what acts on a screen or hides escaped, and cut to a bearable length.
pub(super) fn shown(text: &str) -> String {
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == SHOWN {
            out.push('…');
            break;
        }
        // Debug escaping is Unicode's own idea of what does not print; quotes need none here.
        if matches!(c, '"' | '\'') { out.push(c) } else { out.extend(c.escape_debug()) }
    }
    out
}
