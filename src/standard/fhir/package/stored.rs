//! Packages as they were read before: their definitions in a store, so that they need not be read again.
//!
//! In: a `.tgz`, a folder or a file, and a folder of ours for what was made of it. Out: the package without entries and
//! with its store, when it is still the same package. A folder is the same while its files have the same names, lengths
//! and times; a file while it has the same bytes. What cannot be kept is read again the next time: nothing here fails.

use super::manifest::Manifest;
use super::{Limits, Package, PackageError, Skipped, archive, open};
use crate::standard::fhir::store::{Builder, Facts, Packing, Store};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// Changes whenever what a store keeps of a resource does.
const FORM: &str = "2";
/// Stores that are kept; the ones that were made first go.
const MOST: usize = 100;
/// The type, in a store, of what is known of the package itself.
const ABOUT: &str = "Package";
/// Files of a folder that are looked at; a package has no more.
const MOST_FILES: usize = 50_000;

/// A folder with stores of packages.
#[derive(Clone, Debug)]
pub struct Stores {
    folder: PathBuf,
}

/// How a package stands to the folder of stores.
#[derive(Clone, Debug, Default)]
pub(super) enum Standing {
    /// There is no such folder.
    #[default]
    Apart,
    /// It is not in there, and this would be its file.
    Unkept(PathBuf),
    /// It was read from there.
    Kept(Arc<Store>, Vec<LeftOut>),
}

/// A file of a package that nothing can be made of.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct LeftOut {
    /// Its name.
    pub file: String,
    /// Why.
    pub why: String,
}

#[derive(Deserialize, Serialize)]
struct About {
    label: String,
    manifest: String,
    sha256: Option<String>,
    skipped: Vec<LeftOut>,
    left_out: Vec<LeftOut>,
}

impl Stores {
    /// Those in `folder`, which is made when the first is kept.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The package at `path`: from its store when there is one, else opened, to be kept by [`Package::keep`].
    ///
    /// # Errors
    /// As [`open`].
    pub fn open(&self, path: &Path, limits: &Limits) -> Result<Package, PackageError> {
        let Ok(name) = fingerprint(path, limits) else { return open(path, limits) };
        let file = self.folder.join(format!("{name}.store"));
        if let Some(kept) = kept(&file, path, limits) {
            return Ok(kept);
        }
        let mut package = open(path, limits)?;
        package.standing = Standing::Unkept(file);
        Ok(package)
    }
}

impl Package {
    /// The store it was read from and what that leaves out of it; none when it was opened.
    pub fn store(&self) -> Option<(&Arc<Store>, &[LeftOut])> {
        match &self.standing {
            Standing::Kept(store, left_out) => Some((store, left_out)),
            _ => None,
        }
    }

    /// Makes a store of the package's resources, and keeps it for the next time where stores are kept.
    ///
    /// # Errors
    /// When the store would be larger than one can be.
    pub fn keep(&self, mut resources: Builder, left_out: &[LeftOut]) -> io::Result<Vec<u8>> {
        let Standing::Unkept(file) = &self.standing else { return resources.finish(Packing::Plain) };
        let skipped = self.skipped.iter().map(|one| LeftOut { file: one.file.clone(), why: one.why.to_string() });
        let about = About {
            label: self.label.clone(),
            manifest: String::from_utf8_lossy(&self.manifest).into_owned(),
            sha256: self.sha256.clone(),
            skipped: skipped.collect(),
            left_out: left_out.to_vec(),
        };
        resources.add(ABOUT, "", "", Facts::default(), serde_json::to_vec(&about)?);
        let bytes = resources.finish(Packing::Fast)?;
        // A full disk or a folder that is not ours to write in costs the next run its time, nothing else.
        let _ = write(file, &bytes);
        Ok(bytes)
    }
}

fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().ok_or_else(|| io::Error::other("it has no folder"))?;
    fs::create_dir_all(folder)?;
    let mut part = tempfile::Builder::new().prefix(".part").tempfile_in(folder)?;
    part.write_all(bytes)?;
    part.persist(file).map_err(|failed| failed.error)?;
    let mut all: Vec<(SystemTime, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder)?.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|kind| kind == "store") {
            all.push((entry.metadata()?.modified()?, path));
        }
    }
    all.sort();
    let surplus = all.len().saturating_sub(MOST);
    all.iter().take(surplus).try_for_each(|(_, path)| fs::remove_file(path))
}

fn kept(file: &Path, path: &Path, limits: &Limits) -> Option<Package> {
    let length = fs::metadata(file).ok()?.len();
    if length > limits.total_bytes {
        return None;
    }
    let store = Store::open(fs::read(file).ok()?)?;
    let at = store.find(ABOUT, "").next()?.at;
    let about: About = serde_json::from_slice(&store.read(at)?).ok()?;
    let manifest = match about.manifest.as_str() {
        "" => Manifest::default(),
        text => Manifest::read(path, text.as_bytes()).ok()?,
    };
    let mut package = manifest.package(path, limits);
    package.label = about.label;
    package.sha256 = about.sha256;
    package.skipped = about.skipped.into_iter().map(|one| Skipped { file: one.file, why: one.why.into() }).collect();
    package.standing = Standing::Kept(Arc::new(store), about.left_out);
    Some(package)
}

/// What a package is known by again.
fn fingerprint(path: &Path, limits: &Limits) -> io::Result<String> {
    let mut digest = Sha256::new();
    digest.update(format!("{FORM} {}\n", env!("CARGO_PKG_VERSION")));
    if fs::metadata(path)?.is_dir() {
        folder(path, &mut digest)?;
    } else {
        let mut file = File::open(path)?.take(limits.archive_bytes);
        let mut piece = vec![0; 1 << 16];
        loop {
            match file.read(&mut piece)? {
                0 => break,
                read => digest.update(&piece[..read]),
            }
        }
        // A single resource is known by its file's name, not by a manifest.
        digest.update(path.file_name().map(|name| name.as_encoded_bytes()).unwrap_or_default());
    }
    Ok(archive::hex(&digest.finalize()))
}

/// The files of a folder and of `package` below it, by name, length and time; and where it is, because the same files
/// elsewhere may be links to others.
fn folder(path: &Path, digest: &mut Sha256) -> io::Result<()> {
    digest.update(path.canonicalize()?.as_os_str().as_encoded_bytes());
    for folder in [path.to_owned(), path.join("package")] {
        let mut files = Vec::new();
        let Ok(listed) = fs::read_dir(&folder) else { continue };
        for entry in listed {
            let entry = entry?;
            let about = entry.metadata()?;
            let time = about.modified()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            files.push((entry.file_name(), about.len(), time.as_nanos(), about.is_file()));
            if files.len() > MOST_FILES {
                return Err(io::Error::other("it has too many files"));
            }
        }
        files.sort();
        for (name, length, time, is_file) in files {
            digest.update(name.as_encoded_bytes());
            digest.update(format!("\0{length} {time} {is_file}\n"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standard::fhir::pare::{self, Keep};

    const MANIFEST: &str = r#"{"name":"test.kept","version":"1.0.0","dependencies":{"test.other":"2.0.0"}}"#;

    fn folder_with(version: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("package")).unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join("package").join(name), text).unwrap();
        write("package.json", MANIFEST);
        write("vs.json", &format!(r#"{{"resourceType":"ValueSet","url":"http://test/vs","version":"{version}"}}"#));
        folder
    }

    fn keep(package: &Package, left_out: &[LeftOut]) {
        let mut builder = Builder::default();
        for entry in &package.entries {
            pare::add(&mut builder, &package.bytes(entry).unwrap(), Keep::Facts).unwrap();
        }
        package.keep(builder, left_out).unwrap();
    }

    #[test]
    fn a_package_that_was_kept_is_not_read_again_until_it_changes() {
        let (package, cache) = (folder_with("1"), tempfile::tempdir().unwrap());
        let stores = Stores::new(cache.path().join("definitions"));
        let first = stores.open(package.path(), &Limits::default()).unwrap();
        assert!(first.store().is_none());
        let left_out = [LeftOut { file: "x.json".into(), why: "it is no value set".into() }];
        keep(&first, &left_out);
        let again = stores.open(package.path(), &Limits::default()).unwrap();
        let (store, left) = again.store().expect("kept");
        assert_eq!(store.find("ValueSet", "http://test/vs").map(|held| held.version).collect::<Vec<_>>(), ["1"]);
        assert_eq!(left, left_out);
        assert_eq!((again.label.as_str(), again.entries.len()), ("test.kept@1.0.0", 0));
        assert_eq!(again.dependencies, first.dependencies);
        assert_eq!(again.sha256, first.sha256);
        fs::write(package.path().join("package").join("more.json"), "{}").unwrap();
        assert!(stores.open(package.path(), &Limits::default()).unwrap().store().is_none());
    }

    #[test]
    fn a_broken_store_is_made_again() {
        let (package, cache) = (folder_with("1"), tempfile::tempdir().unwrap());
        let stores = Stores::new(cache.path().to_owned());
        keep(&stores.open(package.path(), &Limits::default()).unwrap(), &[]);
        let file = fs::read_dir(cache.path()).unwrap().next().unwrap().unwrap().path();
        let whole = fs::read(&file).unwrap();
        for length in [0, 4, whole.len() / 2, whole.len() - 1] {
            fs::write(&file, &whole[..length]).unwrap();
            let opened = stores.open(package.path(), &Limits::default()).unwrap();
            assert_eq!(opened.label, "test.kept@1.0.0");
            assert!(opened.store().is_none());
        }
    }

    #[test]
    fn no_more_stores_are_kept_than_some() {
        let cache = tempfile::tempdir().unwrap();
        for at in 0..MOST + 5 {
            write(&cache.path().join(format!("{at}.store")), b"x").unwrap();
        }
        assert_eq!(fs::read_dir(cache.path()).unwrap().count(), MOST);
    }
}
