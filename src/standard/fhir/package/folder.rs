//! A package as a folder: unpacked by a tool, or kept that way by its author.
//!
//! In: a folder that holds `package/`, or the resources themselves. Out: a package whose resources stay on disk until
//! asked for. `.index.json`, where a tool left one, saves reading every file; a file it does not list is read.

use super::archive::may_be_resource;
use super::manifest::{self, Manifest};
use super::{Content, Entry, Limits, Package, PackageError, Skipped, error, head};
use serde::Deserialize;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Bytes an index may have; that of the largest package has 2 MB.
const MAX_INDEX: u64 = 64 << 20;

/// Opens the package in `folder`.
pub(super) fn open(folder: &Path, limits: &Limits) -> Result<Package, PackageError> {
    let inner = folder.join("package");
    let folder = if inner.join("package.json").is_file() { inner } else { folder.to_owned() };
    let manifest = match small(&folder.join("package.json"), manifest::MAX_BYTES)? {
        Some(bytes) => Manifest::read(&folder, &bytes)?,
        // A folder of profiles that somebody is writing has no manifest yet.
        None => Manifest::default(),
    };
    let named = manifest.name.is_some();
    let mut package = manifest.package(&folder, limits);
    let mut known = index(&folder)?;
    for name in names(&folder, limits)? {
        let path = folder.join(&name);
        // A link could lead anywhere, also to what somebody else may read and the package's author may not.
        if !fs::symlink_metadata(&path).is_ok_and(|about| about.is_file()) {
            package.skipped.push(Skipped { file: error::shown(&name), why: "it is not a regular file".into() });
            continue;
        }
        let listed = known.remove(&name).filter(|listed| !listed.resource_type.is_empty());
        let found = match listed {
            Some(listed) => {
                let syntax = if name.ends_with(".xml") { super::Syntax::Xml } else { super::Syntax::Json };
                Ok(Some((syntax, listed.head())))
            }
            None => look(&path, limits).map_err(|error| error.in_package(&package.label))?,
        };
        match found {
            Ok(None) => {}
            Ok(Some((syntax, head))) => package.entries.push(Entry::new(name, syntax, head, Content::File(path))),
            Err(why) => package.skipped.push(Skipped { file: error::shown(&name), why: why.into() }),
        }
    }
    if package.entries.is_empty() && !named {
        let help = "A package holds package.json and its resources, in the folder or in package/ below it.";
        return Err(PackageError::of_path(&folder, "no FHIR resource is in the folder").help(help));
    }
    Ok(package)
}

type Looked = Result<Option<(super::Syntax, head::Head)>, &'static str>;

fn look(path: &Path, limits: &Limits) -> Result<Looked, PackageError> {
    let bytes = read(path, limits)?;
    let Some(syntax) = head::syntax(&bytes) else { return Ok(Ok(None)) };
    Ok(head::read(&bytes, syntax, limits).map(|head| head.map(|head| (syntax, head))))
}

/// The whole of the regular file at `path`, within the bounds.
pub(super) fn read(path: &Path, limits: &Limits) -> Result<Vec<u8>, PackageError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let failed = |error: &io::Error| PackageError::unreadable(Path::new(name.as_ref()), error);
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| failed(&error))?;
    file.take(limits.entry_bytes + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    if bytes.len() as u64 > limits.entry_bytes {
        return Err(PackageError::new(&name, "it is larger than such a file can be"));
    }
    Ok(bytes)
}

/// The names of the files that may be resources, in byte order.
fn names(folder: &Path, limits: &Limits) -> Result<Vec<String>, PackageError> {
    let failed = |error: io::Error| PackageError::unreadable(folder, &error);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        // What is not text cannot be listed by any index, and no resource is called so.
        let Ok(name) = entry.file_name().into_string() else { continue };
        if !may_be_resource(&name) || name == "package.json" || entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        if names.len() as u64 >= limits.members {
            let message = format!("it holds more than {} files", limits.members);
            return Err(PackageError::of_path(folder, message));
        }
        names.push(name);
    }
    names.sort();
    Ok(names)
}

/// The file at `path` when it is there.
fn small(path: &Path, most: u64) -> Result<Option<Vec<u8>>, PackageError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(PackageError::unreadable(path, &error)),
    };
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(|error| PackageError::unreadable(path, &error))?;
    if bytes.len() as u64 > most {
        return Err(PackageError::of_path(path, "it is larger than such a file can be"));
    }
    Ok(Some(bytes))
}

/// One file of `.index.json` (FHIR package specification, "index").
#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    filename: String,
    #[serde(default, rename = "resourceType")]
    resource_type: String,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    version: Option<String>,
}

impl Listed {
    fn head(self) -> head::Head {
        head::Head { resource_type: self.resource_type, id: self.id, url: self.url, version: self.version }
    }
}

/// The files that the index of `folder` lists; none when there is no index that can be read, which only costs time.
fn index(folder: &Path) -> Result<HashMap<String, Listed>, PackageError> {
    #[derive(Deserialize)]
    struct Index {
        files: Vec<Listed>,
    }
    let Some(bytes) = small(&folder.join(".index.json"), MAX_INDEX)? else { return Ok(HashMap::new()) };
    let read: Result<Index, _> = serde_json::from_slice(head::without_mark(&bytes));
    let files = read.map(|index| index.files).unwrap_or_default();
    Ok(files.into_iter().map(|listed| (listed.filename.clone(), listed)).collect())
}
