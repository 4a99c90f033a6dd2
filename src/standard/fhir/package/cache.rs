//! Packages that are installed: in our own cache, and where other FHIR tools keep theirs.
//!
//! In: the folders that hold caches, from the caller, since only the command line knows the environment. Out: where a
//! package is, and a package put there whole or not at all. Other tools' caches are read and never written.

use super::{Package, PackageError, Pinned, newer};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What we know of a package that we installed, beside its `package` folder.
const RECORD: &str = "installed.toml";
/// Bytes that record may have.
const MAX_RECORD: u64 = 64 << 10;
/// Entries of one cache that are looked at for the versions of a name.
const MAX_LISTED: usize = 100_000;

/// Where packages are installed.
#[derive(Clone, Debug, Default)]
pub struct Caches {
    ours: Option<PathBuf>,
    others: Vec<PathBuf>,
}

/// An installed package.
#[derive(Clone, Debug)]
pub struct Installed {
    /// Its exact name and version.
    pub pinned: Pinned,
    /// The folder that holds `package/`.
    pub folder: PathBuf,
    /// SHA-256 of the `.tgz` it came from, in hex; none when another tool installed it.
    pub sha256: Option<String>,
    /// Where it came from.
    pub source: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Record {
    name: String,
    version: String,
    sha256: String,
    source: String,
}

impl Caches {
    /// Our own cache, to which packages are installed, and those of other tools, in order.
    pub fn new(ours: Option<PathBuf>, others: Vec<PathBuf>) -> Self {
        Self { ours, others }
    }

    /// Our own.
    pub fn ours(&self) -> Option<&Path> {
        self.ours.as_deref()
    }

    /// The package `pinned`, whose version is exact, where it is installed.
    pub fn find(&self, pinned: &Pinned) -> Option<Installed> {
        self.all().find_map(|cache| {
            let folder = cache.join(format!("{}#{}", pinned.name, pinned.version));
            if !folder.join("package").join("package.json").is_file() {
                return None;
            }
            let record = record(&folder).filter(|record| {
                (record.name.as_str(), record.version.as_str()) == (pinned.name.as_str(), pinned.version.as_str())
            });
            let (sha256, source) = record.map(|record| (record.sha256, record.source)).unzip();
            Some(Installed { pinned: pinned.clone(), folder, sha256, source })
        })
    }

    /// The versions of `name` that are installed, oldest first.
    pub fn versions(&self, name: &str) -> Vec<String> {
        let beginning = format!("{name}#");
        let mut versions: Vec<String> = self
            .all()
            .filter_map(|cache| fs::read_dir(cache).ok())
            .flat_map(|entries| entries.take(MAX_LISTED).filter_map(Result::ok))
            .filter_map(|entry| Some(entry.file_name().to_str()?.strip_prefix(&beginning)?.to_owned()))
            .filter(|version| Pinned::new(name, version).is_some_and(|pinned| self.find(&pinned).is_some()))
            .collect();
        versions.sort_by(|a, b| newer(a, b));
        versions.dedup();
        versions
    }

    /// The newest installed version that `open` may mean.
    pub fn best(&self, open: &Pinned) -> Option<Installed> {
        if open.is_exact() {
            return self.find(open);
        }
        let version = self.versions(&open.name).into_iter().rfind(|version| open.accepts(version))?;
        self.find(&Pinned { name: open.name.clone(), version })
    }

    fn all(&self) -> impl Iterator<Item = &PathBuf> {
        self.ours.iter().chain(&self.others)
    }
}

fn record(folder: &Path) -> Option<Record> {
    let path = folder.join(RECORD);
    if fs::metadata(&path).ok()?.len() > MAX_RECORD {
        return None;
    }
    toml::from_str(&fs::read_to_string(path).ok()?).ok()
}

/// Installs `package`, which came from `source`, into `cache`: written beside and moved there in one step, so that no
/// reader ever meets half of it. What is installed under its name is replaced.
///
/// # Errors
/// When it has no name, or the disk refuses.
pub fn install(cache: &Path, package: &Package, source: &str) -> Result<Installed, PackageError> {
    let named = package.name.as_deref().zip(package.version.as_deref());
    let pinned = named.and_then(|(name, version)| Pinned::new(name, version));
    let (Some(pinned), Some(sha256)) = (pinned, package.sha256.clone()) else {
        return Err(PackageError::new(&package.label, "only a package in one file that has a name can be installed"));
    };
    let failed = |error: io::Error| {
        PackageError::new(&package.label, format!("it cannot be installed in {}: {error}", cache.display()))
    };
    fs::create_dir_all(cache).map_err(failed)?;
    // Hidden, so that no tool takes it for a package.
    let work = tempfile::Builder::new().prefix(".install-").tempdir_in(cache).map_err(failed)?;
    let inner = work.path().join("package");
    fs::create_dir(&inner).map_err(failed)?;
    // `create_new`: on a disk that ignores letter case two entries may be one file, which must not pass unseen.
    let write = |folder: &Path, name: &str, bytes: &[u8]| -> io::Result<()> {
        let mut file = File::create_new(folder.join(name))?;
        file.write_all(bytes)
    };
    write(&inner, "package.json", &package.manifest).map_err(failed)?;
    for entry in &package.entries {
        // An entry's name is one plain file name: the reader lets no other through.
        write(&inner, &entry.file, &package.bytes(entry)?).map_err(failed)?;
    }
    write(&inner, ".index.json", index(package).as_bytes()).map_err(failed)?;
    let record = Record {
        name: pinned.name.clone(),
        version: pinned.version.clone(),
        sha256: sha256.clone(),
        source: source.to_owned(),
    };
    let record = toml::to_string(&record).map_err(|error| failed(io::Error::other(error)))?;
    write(work.path(), RECORD, record.as_bytes()).map_err(failed)?;
    let folder = cache.join(format!("{}#{}", pinned.name, pinned.version));
    put(work, cache, &folder).map_err(failed)?;
    Ok(Installed { pinned, folder, sha256: Some(sha256), source: Some(source.to_owned()) })
}

/// Moves `work` to `folder`, and what was there out of the way first.
fn put(work: tempfile::TempDir, cache: &Path, folder: &Path) -> io::Result<()> {
    let old = tempfile::Builder::new().prefix(".old-").tempdir_in(cache)?;
    match fs::rename(folder, old.path().join("old")) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let moved = fs::rename(work.path(), folder);
    // From here on it is no longer ours to remove; when it was not moved, the removal of the folder it is in is.
    match moved {
        Ok(()) => {
            let _ = work.keep();
            Ok(())
        }
        // Another process was quicker, and what it installed passed the same tests.
        Err(_) if folder.join("package").join("package.json").is_file() => Ok(()),
        Err(error) => Err(error),
    }
}

/// `.index.json` of the package (FHIR package specification), which saves reading every file.
fn index(package: &Package) -> String {
    let files: Vec<_> = package
        .entries
        .iter()
        .map(|entry| {
            serde_json::json!({
                "filename": entry.file, "resourceType": entry.resource_type, "id": entry.id, "url": entry.url,
                "version": entry.version,
            })
        })
        .collect();
    serde_json::json!({ "index-version": 2, "files": files }).to_string()
}
