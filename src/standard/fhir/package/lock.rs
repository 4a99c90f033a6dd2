//! `hallmark.lock`: which packages a project was checked with, to the byte.
//!
//! In: the file, or a package that was fetched. Out: whether a package is the one that was locked. A name says who
//! published a package and a version which of theirs; only the digest says that nobody changed it since.

use super::{PackageError, Pinned, newer};
use crate::standard::PackError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// The name of the file, beside `hallmark.toml`.
pub const LOCK: &str = "hallmark.lock";
/// Bytes it may have.
const MAX_BYTES: u64 = 4 << 20;
/// The form that we write.
const FORM: u32 = 1;
const HEADING: &str = "# Written by `hallmark standards fetch`. Keep it with the project: a later run refuses a package \
                       that is not\n# the very same. `hallmark standards fetch` without names installs what stands here.\n";

/// The packages that are locked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    packages: BTreeMap<Pinned, Locked>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// SHA-256 of the `.tgz`, lower-case hex.
    pub sha256: String,
    /// Where it came from.
    pub source: String,
}

/// Whether what is not locked may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// A package that the lock does not name is used as it is.
    #[default]
    Free,
    /// Only what the lock names, and nothing whose digest is unknown.
    Locked,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    #[serde(default)]
    package: Vec<Row>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    version: String,
    sha256: String,
    source: String,
}

impl Lock {
    /// Reads the file at `path`; none when there is none.
    ///
    /// # Errors
    /// When it cannot be read, with the place in it.
    pub fn read(path: &Path) -> Result<Option<Self>, PackError> {
        let shown = path.display().to_string();
        let text = match fs::metadata(path).and_then(|about| match about.len() > MAX_BYTES {
            true => Err(io::Error::other("it is far larger than such a file can be")),
            false => fs::read_to_string(path),
        }) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(PackError::new(shown, format!("it cannot be read: {error}"))),
        };
        let wrong = |at: std::ops::Range<usize>, message: &str| PackError::at(&shown, &text, at, message);
        let file: File = toml::from_str(&text).map_err(|error| wrong(error.span().unwrap_or(0..0), error.message()))?;
        if file.version != FORM {
            return Err(wrong(0..0, "a newer Hallmark wrote this lock file"));
        }
        let mut packages = BTreeMap::new();
        for row in file.package {
            // Searched for to point at it: a value stands where it is written, and a wrong one is rare.
            let at = |value: &str| text.find(value).map_or(0..0, |at| at..at + value.len());
            let Some(pinned) = Pinned::new(&row.name, &row.version).filter(Pinned::is_exact) else {
                return Err(wrong(at(&row.name), "this is no package name and exact version"));
            };
            if row.sha256.len() != 64 || !row.sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
                return Err(wrong(at(&row.sha256), "a digest has 64 digits from 0 to 9 and a to f"));
            }
            let twice = at(&row.name);
            if packages.insert(pinned, Locked { sha256: row.sha256, source: row.source }).is_some() {
                return Err(wrong(twice, "one package stands here twice"));
            }
        }
        Ok(Some(Self { packages }))
    }

    /// Writes the file at `path`, whole or not at all.
    ///
    /// # Errors
    /// What the system said.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let row = |(pinned, locked): (&Pinned, &Locked)| Row {
            name: pinned.name.clone(),
            version: pinned.version.clone(),
            sha256: locked.sha256.clone(),
            source: locked.source.clone(),
        };
        let file = File { version: FORM, package: self.packages.iter().map(row).collect() };
        let text = toml::to_string(&file).map_err(io::Error::other)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut beside = tempfile::NamedTempFile::new_in(folder)?;
        beside.write_all(format!("{HEADING}{text}").as_bytes())?;
        beside.as_file().sync_all()?;
        // A lock is for everybody who works on the project, unlike other temporary files.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            beside.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
        }
        beside.persist(path).map_err(|error| error.error)?;
        Ok(())
    }

    /// The packages, by name and version.
    pub fn packages(&self) -> impl Iterator<Item = (&Pinned, &Locked)> {
        self.packages.iter()
    }

    /// What is locked of `pinned`.
    pub fn get(&self, pinned: &Pinned) -> Option<&Locked> {
        self.packages.get(pinned)
    }

    /// The newest locked version that `open` may mean.
    pub fn best(&self, open: &Pinned) -> Option<&Pinned> {
        let fits = |locked: &&Pinned| locked.name == open.name && open.accepts(&locked.version);
        self.packages.keys().filter(fits).max_by(|a, b| newer(&a.version, &b.version))
    }

    /// Locks `pinned` at `sha256`.
    pub fn add(&mut self, pinned: Pinned, sha256: String, source: String) {
        self.packages.insert(pinned, Locked { sha256, source });
    }

    /// Whether the package `pinned`, whose digest is `sha256` when it is known, may be used.
    ///
    /// # Errors
    /// When another digest is locked; under [`Strictness::Locked`] also when none is, or its own is unknown.
    pub fn admit(
        lock: Option<&Self>,
        pinned: &Pinned,
        sha256: Option<&str>,
        how: Strictness,
    ) -> Result<(), PackageError> {
        let refused = |message: String, help: String| Err(PackageError::new(&pinned.to_string(), message).help(help));
        let locked = lock.and_then(|lock| lock.get(pinned));
        match (locked, sha256, how) {
            (Some(locked), Some(sha256), _) if locked.sha256 != sha256 => refused(
                format!("it is not the package that {LOCK} names: SHA-256 {sha256}, locked is {}", locked.sha256),
                "Find out who changed it. If the change is wanted, remove its entry from the lock file and fetch it \
                 again."
                    .to_owned(),
            ),
            (None, _, Strictness::Locked) => refused(
                format!("--locked was asked for and {LOCK} does not name it"),
                format!("Run `hallmark standards fetch {pinned}` without --locked, and keep the lock file."),
            ),
            (Some(_), None, Strictness::Locked) => refused(
                "--locked was asked for and nobody knows the digest of what is installed: another tool put it there"
                    .to_owned(),
                format!("Run `hallmark standards fetch {pinned}`."),
            ),
            _ => Ok(()),
        }
    }
}
