//! A download on disk that may be taken up again.
//!
//! In: bytes as they come. Out: a file, whose name says what it is a part of, so that a part of one file is never taken
//! for a part of another. The digest at the end decides; nothing is believed because it is long enough.

use super::Watcher;
use crate::web::Sink;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A download.
pub(super) struct Part<'w> {
    path: PathBuf,
    file: File,
    held: u64,
    watcher: &'w mut dyn Watcher,
}

impl<'w> Part<'w> {
    /// The part of the file known by `key` in `folder`, as far as it came before. Another process that is at the same
    /// file keeps it; this one then begins a file of its own.
    pub(super) fn open(folder: &Path, key: &str, watcher: &'w mut dyn Watcher) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let options = || {
            let mut options = OpenOptions::new();
            options.create(true).read(true).write(true).truncate(false);
            options
        };
        let mut path = folder.join(format!("{key}.part"));
        let mut file = options().open(&path)?;
        // Where a disk knows no locks, two processes at one file are caught by the digest.
        if matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)) {
            path = folder.join(format!("{key}.{}.part", std::process::id()));
            file = options().open(&path)?;
        }
        let held = file.seek(SeekFrom::End(0))?;
        Ok(Self { path, file, held, watcher })
    }

    /// What it holds, from its start.
    pub(super) fn read(&mut self) -> io::Result<&mut File> {
        self.file.flush()?;
        self.file.seek(SeekFrom::Start(0))?;
        Ok(&mut self.file)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Begins again.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        self.begin(0, None)
    }

    /// Takes it away, whether it is right or can never be.
    pub(super) fn remove(self) {
        drop(self.file);
        // What stays behind costs space and is found again under its key.
        let _ = fs::remove_file(&self.path);
    }
}

impl Sink for Part<'_> {
    fn held(&self) -> u64 {
        self.held
    }

    fn begin(&mut self, from: u64, whole: Option<u64>) -> io::Result<()> {
        self.file.set_len(from)?;
        self.held = self.file.seek(SeekFrom::Start(from))?;
        self.watcher.at(self.held, whole);
        Ok(())
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.held += bytes.len() as u64;
        self.watcher.at(self.held, None);
        Ok(())
    }
}
