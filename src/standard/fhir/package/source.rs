//! What a user names when asking for a package.

use super::{PackageError, Pinned};
use std::path::{Path, PathBuf};

/// One `--package`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A package by name and version, to be found in a cache.
    Named(Pinned),
    /// A `.tgz`, a folder, or one conformance resource.
    Path(PathBuf),
}

impl Source {
    /// What `text` means: a path when there is such a file, since `name#1.0.0.tgz` is a common file name; else a name
    /// and version, unless it can only be a path. Paths are relative to `folder`.
    ///
    /// # Errors
    /// When there is no such file and it is no name and version.
    pub fn typed(text: &str, folder: &Path) -> Result<Self, PackageError> {
        let path = folder.join(text);
        if path.exists() {
            return Ok(Self::Path(path));
        }
        let ends = [".tgz", ".tar.gz", ".json", ".xml"];
        if text.contains(['/', '\\']) || ends.iter().any(|end| text.to_ascii_lowercase().ends_with(end)) {
            let help = "Give NAME@VERSION, a .tgz, a folder in the FHIR package layout, or one conformance resource.";
            return Err(PackageError::new(text, "there is no such file or folder").help(help));
        }
        Pinned::parse(text).map(Self::Named)
    }
}
