//! The files of the packs: embedded in the binary, or in a folder of the user's.

use super::PackError;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// Bytes a pack file may have; the largest of ours is a tenth of it.
const MAX_FILE: u64 = 16 * 1024 * 1024;
/// Files a pack folder may hold.
const MAX_FILES: usize = 20_000;

/// Pack files by their path below the `standards` folder, forward slashes.
#[derive(Debug, Default)]
pub struct Files {
    files: BTreeMap<String, Cow<'static, [u8]>>,
}

/// The packs that the binary carries.
pub fn built_in() -> Files {
    let files = embedded::FILES.iter().map(|(name, bytes)| ((*name).to_owned(), Cow::Borrowed(*bytes))).collect();
    Files { files }
}

/// The text of one file that the binary carries; empty when it has none of this name.
pub(super) fn built_in_text(path: &str) -> &'static str {
    std::str::from_utf8(built_in_bytes(path)).unwrap_or_default()
}

/// The bytes of one file that the binary carries; empty when it has none of this name.
pub(super) fn built_in_bytes(path: &str) -> &'static [u8] {
    embedded::FILES.iter().find(|(name, _)| *name == path).map_or(&b""[..], |(_, bytes)| *bytes)
}

/// The digest of a pack that the binary carries, made when it was built: reading every pack at each start takes as long
/// as checking hundreds of messages.
pub(super) fn built_in_digest(id: &str) -> Option<&'static str> {
    embedded::DIGESTS.iter().find(|(pack, _)| *pack == id).map(|(_, digest)| *digest)
}

impl Files {
    /// Reads a user's folder: either one pack (it holds `standard.toml`) or a folder of packs.
    ///
    /// # Errors
    /// When the folder cannot be read or holds no `standard.toml`.
    pub fn read(folder: &Path) -> Result<Self, PackError> {
        let mut files = BTreeMap::new();
        let prefix = match folder.join("standard.toml").is_file() {
            true => {
                let name = folder.canonicalize().ok().and_then(|f| Some(f.file_name()?.to_string_lossy().into_owned()));
                format!("{}/", name.unwrap_or_else(|| "pack".to_owned()))
            }
            false => String::new(),
        };
        collect(folder, &prefix, &mut files)?;
        if !files.keys().any(|name| name.ends_with("/standard.toml")) {
            return Err(PackError::new(folder.display().to_string(), "no pack here: there is no standard.toml"));
        }
        Ok(Self { files })
    }

    /// The file at `path`, or nothing.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(AsRef::as_ref)
    }

    /// The files below `folder` (which ends in a slash), in byte order.
    pub fn below(&self, folder: &str) -> impl Iterator<Item = (&str, &[u8])> + use<'_> {
        let folder = folder.to_owned();
        self.files
            .range(folder.clone()..)
            .take_while(move |(name, _)| name.starts_with(&folder))
            .map(|(name, bytes)| (name.as_str(), bytes.as_ref()))
    }

    /// The folders that hold a `standard.toml`.
    pub fn packs(&self) -> impl Iterator<Item = &str> {
        self.files.keys().filter_map(|name| name.strip_suffix("/standard.toml")).filter(|id| !id.contains('/'))
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Cow<'static, [u8]>>) -> Result<(), PackError> {
    let failed = |path: &Path, error: &std::io::Error| PackError::new(path.display().to_string(), error.to_string());
    for entry in std::fs::read_dir(folder).map_err(|error| failed(folder, &error))? {
        let entry = entry.map_err(|error| failed(folder, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(|error| failed(&entry.path(), &error))?;
        if name.starts_with('.') {
            continue;
        }
        if kind.is_dir() {
            collect(&entry.path(), &format!("{prefix}{name}/"), files)?;
        } else if kind.is_file() {
            let path = entry.path();
            let length = entry.metadata().map_err(|error| failed(&path, &error))?.len();
            if length > MAX_FILE || files.len() >= MAX_FILES {
                return Err(PackError::new(path.display().to_string(), "the pack is larger than a pack may be"));
            }
            let bytes = std::fs::read(&path).map_err(|error| failed(&path, &error))?;
            files.insert(format!("{prefix}{name}"), Cow::Owned(bytes));
        }
    }
    Ok(())
}
