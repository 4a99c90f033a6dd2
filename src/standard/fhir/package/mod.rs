//! FHIR packages: definitions as their publishers ship them and as users have them on disk.
//!
//! In: a `.tgz`, a folder in the FHIR package layout, or one conformance resource. Out: a [`Package`]: who it is, what
//! it needs, and its resources by type and canonical URL, whose bytes are handed out when asked for. A package is read,
//! never extracted, and it is hostile until read: one unsafe name, link, device, bomb or contradiction refuses it whole,
//! because half a package gives verdicts that nobody asked for.
//!
//! Packages that are named are found in caches ([`Shelf`]), and brought there from a registry ([`Fetch`]), which is the
//! only part that asks the network, and only when a person said so.

mod archive;
mod cache;
mod digest;
mod error;
mod fetch;
mod folder;
mod head;
mod lock;
mod manifest;
mod name;
mod part;
mod registry;
mod resolve;
mod source;
mod stored;
#[cfg(test)]
mod tests;

pub use cache::{Caches, Installed, install};
pub use error::PackageError;
pub use fetch::{Fetch, Fetched, How, Watcher};
pub use lock::{LOCK, Lock, Locked, Strictness};
pub use manifest::Dependency;
pub use name::{Pinned, newer};
pub use registry::{DEFAULT_REGISTRIES, Registries};
pub use resolve::{Missing, Resolved, Shelf, is_built_in, is_carried};
pub use source::Source;
pub use stored::{LeftOut, Stores};

use super::Syntax;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The bounds on one package; crossing one refuses it.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of the `.tgz`: thirty times the largest that HL7 publishes.
    pub archive_bytes: u64,
    /// Bytes of everything in it: six times the largest, and what a laptop can hold.
    pub total_bytes: u64,
    /// Bytes of one resource: four times the largest value set expansion.
    pub entry_bytes: u64,
    /// Members, those outside `package/` included: six times the most.
    pub members: u64,
    /// Bytes out for each byte in, once past `ratio_from`. Definitions compress 10 to 30 times.
    pub ratio: u64,
    /// Bytes out before the ratio counts.
    pub ratio_from: u64,
    /// Levels of JSON or XML: real definitions have 30 at most, and a level must never cost a stack frame that is missing.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            archive_bytes: 512 << 20,
            total_bytes: 1 << 30,
            entry_bytes: 128 << 20,
            members: 50_000,
            ratio: 200,
            ratio_from: 16 << 20,
            depth: 120,
        }
    }
}

/// A package that was opened.
#[derive(Clone, Debug)]
pub struct Package {
    /// How messages call it: `NAME@VERSION`, or the file's name when it has neither.
    pub label: String,
    /// The name in its manifest; none of a single resource or a folder without a manifest.
    pub name: Option<String>,
    /// The version in its manifest.
    pub version: Option<String>,
    /// Releases of FHIR it says it is for, `4.0.1`.
    pub fhir_versions: Vec<String>,
    /// The base of its canonical URLs, as its manifest says.
    pub canonical: Option<String>,
    /// Packages it builds on, in the order of its manifest.
    pub dependencies: Vec<Dependency>,
    /// Its resources, in byte order of their files. Those of sub-folders (examples, schemas) are not among them.
    pub entries: Vec<Entry>,
    /// Files that look like resources and cannot be read as such, and why: what uses them will not find them.
    pub skipped: Vec<Skipped>,
    /// SHA-256 of the `.tgz` or of the single file, in hex; none of a folder, whose files are read one by one.
    pub sha256: Option<String>,
    /// Where it was read from.
    pub path: PathBuf,
    /// The bytes of its manifest; empty when it has none.
    manifest: Arc<[u8]>,
    limits: Limits,
    standing: stored::Standing,
}

/// One resource of a package.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The file's name, without folder.
    pub file: String,
    /// What it is written in.
    pub syntax: Syntax,
    /// `StructureDefinition`.
    pub resource_type: String,
    /// Logical id.
    pub id: Option<String>,
    /// Canonical URL.
    pub url: Option<String>,
    /// Business version.
    pub version: Option<String>,
    content: Content,
}

impl Entry {
    fn new(file: String, syntax: Syntax, head: head::Head, content: Content) -> Self {
        let head::Head { resource_type, id, url, version } = head;
        Self { file, syntax, resource_type, id, url, version, content }
    }
}

/// A file that is not among the entries although its name says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The file's name, escaped.
    pub file: String,
    /// Why, in our words.
    pub why: Cow<'static, str>,
}

/// Where an entry's bytes are.
#[derive(Clone, Debug)]
enum Content {
    Held(Arc<[u8]>),
    File(PathBuf),
}

/// Opens the package in the `.tgz`, folder or file at `path`.
///
/// # Errors
/// When it cannot be read, is no package, or is not safe to use; the error names the package and the entry.
pub fn open(path: &Path, limits: &Limits) -> Result<Package, PackageError> {
    let failed = |error: &std::io::Error| PackageError::unreadable(path, error);
    let about = std::fs::metadata(path).map_err(|error| failed(&error))?;
    if about.is_dir() {
        return folder::open(path, limits);
    }
    if !about.is_file() {
        return Err(PackageError::of_path(path, "it is neither a file nor a folder"));
    }
    if about.len() > limits.archive_bytes {
        return Err(PackageError::of_path(path, "the file is larger than a package may be"));
    }
    archive::open(path, limits)
}

impl Package {
    /// The bytes of one of its entries, without a byte order mark.
    ///
    /// # Errors
    /// When the file is no longer there, has grown past the bounds or nests too deep.
    pub fn bytes<'p>(&self, entry: &'p Entry) -> Result<Cow<'p, [u8]>, PackageError> {
        match &entry.content {
            Content::Held(bytes) => Ok(Cow::Borrowed(head::without_mark(bytes))),
            Content::File(path) => {
                let bytes = folder::read(path, &self.limits).map_err(|error| error.in_package(&self.label))?;
                head::shallow(&bytes, entry.syntax, &self.limits)
                    .map_err(|why| PackageError::of_entry(&self.label, &entry.file, why))?;
                let mark = bytes.len() - head::without_mark(&bytes).len();
                Ok(Cow::Owned(if mark == 0 { bytes } else { bytes[mark..].to_vec() }))
            }
        }
    }
}
