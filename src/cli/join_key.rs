//! The join key: a secret of this user that lets partial reports be merged without showing whom they are about.
//!
//! In: what `--join-key` asked for, or the user's state folder. Out: a key, made on first use. It is read from a file that no
//! one else can read, or not at all; its bytes never reach a message, a log or a report.

use super::args::JoinKey;
use crate::check::across::Key;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Bytes of a key.
const LENGTH: usize = 32;

/// Why there is no key although one was asked for.
#[derive(Debug, Error)]
pub(super) enum KeyError {
    /// The file cannot be read; the user named it, so going on without it would surprise.
    #[error("the join key {path} cannot be read: {reason}")]
    Unreadable {
        /// As the user gave it.
        path: PathBuf,
        /// The system's word for it.
        reason: io::ErrorKind,
    },
    /// Others can read the file, so that it is no secret.
    #[error(
        "the join key {0} can be read by others; run chmod 600 on it, or make a new one if others may have read it"
    )]
    NotPrivate(PathBuf),
    /// The file is not 32 bytes long.
    #[error("the join key {0} is not a key: it must hold 32 random bytes and nothing else")]
    NotAKey(PathBuf),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes, so no key can be made")]
    NoRandomness,
}

/// The key of a run.
pub(super) enum Joining {
    /// Facts are sealed with it.
    Sealed(Key),
    /// A key of this run alone; facts go into no report.
    Alone(Key),
}

impl Joining {
    /// The key to hash identifiers with.
    pub(super) fn key(&self) -> &Key {
        match self {
            Self::Sealed(key) | Self::Alone(key) => key,
        }
    }

    /// The key that was asked for; the user's own by default.
    ///
    /// # Errors
    /// When there should be a key and it cannot be used.
    pub(super) fn for_run(asked: Option<&JoinKey>) -> Result<Self, KeyError> {
        Ok(match Self::for_merge(asked)? {
            Some(key) => Self::Sealed(key),
            None => Self::Alone(passing()?),
        })
    }

    /// The key to open reports with; none when there is none.
    ///
    /// # Errors
    /// As [`Joining::for_run`].
    pub(super) fn for_merge(asked: Option<&JoinKey>) -> Result<Option<Key>, KeyError> {
        match asked {
            Some(JoinKey::Without) => Ok(None),
            Some(JoinKey::File(file)) => for_user(Some(file)),
            None => for_user(None),
        }
    }
}

/// The user's key: from `explicit` (`--join-key` or `HALLMARK_JOIN_KEY`), else from the state folder, where it is made
/// when there is none. `Ok(None)` when there is no state folder or it cannot be written: then the run works as always, and
/// its report cannot be merged across messages.
fn for_user(explicit: Option<&Path>) -> Result<Option<Key>, KeyError> {
    if let Some(path) = explicit {
        return read(path).map(Some);
    }
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::home_dir().filter(|home| home.is_absolute()).map(|home| home.join(".local/state"));
    match state.or_else(home) {
        Some(folder) => in_folder(&folder.join("hallmark")),
        None => Ok(None),
    }
}

/// A key that nobody keeps, for a run without a join key.
fn passing() -> Result<Key, KeyError> {
    random().map(Key::new)
}

fn in_folder(folder: &Path) -> Result<Option<Key>, KeyError> {
    let path = folder.join("join-key");
    match read(&path) {
        Err(KeyError::Unreadable { reason: io::ErrorKind::NotFound, .. }) => {}
        Err(KeyError::Unreadable { .. }) => return Ok(None),
        read => return read.map(Some),
    }
    let bytes = random()?;
    match create(folder, &path, &bytes) {
        Ok(()) => Ok(Some(Key::new(bytes))),
        // Another run made it in the meantime: both must use the same.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read(&path).map(Some),
        Err(_) => Ok(None),
    }
}

fn random() -> Result<[u8; LENGTH], KeyError> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|_| KeyError::NoRandomness)?;
    Ok(bytes)
}

/// Writes the key beside its place and links it there whole, so that no other run ever reads half of it.
fn create(folder: &Path, path: &Path, bytes: &[u8; LENGTH]) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".join-key").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map(drop).map_err(|error| error.error)
}

fn read(path: &Path) -> Result<Key, KeyError> {
    let unreadable = |error: io::Error| KeyError::Unreadable { path: path.to_owned(), reason: error.kind() };
    let file = open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(KeyError::NotAKey(path.to_owned()));
    }
    if !is_private(&about) {
        return Err(KeyError::NotPrivate(path.to_owned()));
    }
    let mut bytes = Vec::with_capacity(LENGTH + 1);
    file.take(LENGTH as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let bytes: [u8; LENGTH] = bytes.try_into().map_err(|_| KeyError::NotAKey(path.to_owned()))?;
    Ok(Key::new(bytes))
}

fn open(path: &Path) -> io::Result<File> {
    // A pipe or device would block or never end: the kind is known before it is opened.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    OpenOptions::new().read(true).open(path)
}

#[cfg(unix)]
fn is_private(about: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    about.mode() & 0o077 == 0
}

/// Elsewhere the user's own folder is private by itself.
#[cfg(not(unix))]
fn is_private(_: &std::fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, bytes: &[u8], mode: u32) {
        std::fs::write(path, bytes).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
    }

    #[test]
    fn a_key_is_made_once_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state/hallmark");
        let first = in_folder(&state).unwrap().unwrap();
        let again = in_folder(&state).unwrap().unwrap();
        assert!(first.secret() == again.secret());
        assert_eq!(std::fs::read(state.join("join-key")).unwrap().len(), LENGTH);
        assert!(is_private(&std::fs::metadata(state.join("join-key")).unwrap()));
        assert_eq!(std::fs::read_dir(&state).unwrap().count(), 1, "nothing else is left there");
        assert!(passing().unwrap().secret() != passing().unwrap().secret());
    }

    #[test]
    #[cfg(unix)]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("join-key");
        for mode in [0o640, 0o604, 0o644] {
            write(&path, &[1; LENGTH], mode);
            assert!(matches!(for_user(Some(&path)), Err(KeyError::NotPrivate(_))));
            assert!(matches!(in_folder(folder.path()), Err(KeyError::NotPrivate(_))));
        }
        write(&path, &[1; LENGTH], 0o600);
        assert!(for_user(Some(&path)).unwrap().unwrap().secret() == &[1; LENGTH]);
    }

    #[test]
    fn a_file_that_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        for length in [0, LENGTH - 1, LENGTH + 1, 4096] {
            write(&path, &vec![1; length], 0o600);
            assert!(matches!(for_user(Some(&path)), Err(KeyError::NotAKey(_))));
        }
        assert!(matches!(for_user(Some(folder.path())), Err(KeyError::Unreadable { .. })));
        let missing = for_user(Some(&folder.path().join("none")));
        assert!(matches!(missing, Err(KeyError::Unreadable { reason: io::ErrorKind::NotFound, .. })));
    }

    #[test]
    fn without_a_place_to_keep_it_there_is_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        write(&file, b"", 0o600);
        assert!(in_folder(&file.join("hallmark")).unwrap().is_none());
    }
}
