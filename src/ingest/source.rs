//! What the user typed, turned into a sorted list of things to read.
//!
//! In: files, folders, patterns, `-`. Out: each file once, under one id, in byte order of ids. It opens nothing.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::fault::Fault;
use super::name;
use super::options::{GitIgnore, Options};
use super::snag::Snag;

/// Something to read, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file, a folder, or a pattern that matches some.
    Path(PathBuf),
    /// Standard input, typed `-`.
    StandardInput,
}

impl Source {
    /// Reads one argument: `-` is standard input, anything else a path.
    pub fn typed(argument: &OsStr) -> Self {
        if argument == "-" { Source::StandardInput } else { Source::Path(PathBuf::from(argument)) }
    }
}

/// Why there is nothing to read: a mistake in what was typed. The path is shown escaped and masked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// Nothing has this name.
    #[error("there is no file or folder {0}")]
    NotFound(String),
    /// The pattern matches nothing.
    #[error("no file matches the pattern {0}")]
    NoMatch(String),
    /// The pattern cannot be read.
    #[error("{0} is neither a path nor a pattern that can be read")]
    BadPattern(String),
}

/// One artifact to come.
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) what: What,
}

/// What stands behind an id.
pub(crate) enum What {
    StandardInput,
    File(PathBuf),
    /// Named, but not to be opened.
    Refused(Snag),
}

/// Everything the sources name, each file once.
pub(crate) fn list(sources: &[Source], options: &Options) -> Result<Vec<Listed>, SourceError> {
    let mut list = List { options, found: BTreeMap::new() };
    for source in sources {
        match source {
            Source::StandardInput => list.add(PathBuf::from("-"), b"-", What::StandardInput),
            Source::Path(path) => list.typed(path)?,
        }
    }
    Ok(list.finish())
}

struct List<'o> {
    options: &'o Options,
    /// By real path, so that a file reached twice is one; the least id wins, whatever the order typed.
    found: BTreeMap<PathBuf, (Vec<u8>, What)>,
}

impl List<'_> {
    fn typed(&mut self, path: &Path) -> Result<(), SourceError> {
        if path.symlink_metadata().is_ok() {
            self.path(path);
            return Ok(());
        }
        let shown = || name::shown(&raw(path), self.options.names);
        let pattern = path.to_str().filter(|text| text.contains(['*', '?', '[']));
        let Some(pattern) = pattern else { return Err(SourceError::NotFound(shown())) };
        let rules = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::new() };
        let matches = glob::glob_with(pattern, rules).map_err(|_| SourceError::BadPattern(shown()))?;
        let mut any = false;
        for found in matches {
            any = true;
            match found {
                Ok(path) => self.path(&path),
                Err(error) => {
                    let snag = Snag::of(error.error());
                    self.add(error.path().to_owned(), &raw(error.path()), What::Refused(snag));
                }
            }
        }
        if any { Ok(()) } else { Err(SourceError::NoMatch(shown())) }
    }

    /// A file or folder that the user named; a link is followed because they did.
    fn path(&mut self, path: &Path) {
        let id = raw(path);
        match fs::canonicalize(path).and_then(|real| Ok((real, fs::metadata(path)?))) {
            Ok((real, meta)) if meta.is_dir() => self.folder(&real, &id),
            Ok((real, meta)) if meta.is_file() => self.add(real, &id, What::File(path.to_owned())),
            Ok((real, meta)) => self.add(real, &id, What::Refused(special(meta.file_type()))),
            Err(error) => {
                let link = path.symlink_metadata().is_ok_and(|meta| meta.is_symlink());
                let snag = match link {
                    true => Snag::new(Fault::NotRegular, "it is a symbolic link that leads nowhere or back to itself"),
                    false => Snag::of(&error),
                };
                self.add(path.to_owned(), &id, What::Refused(snag));
            }
        }
    }

    fn folder(&mut self, root: &Path, id: &[u8]) {
        let mut walk = WalkBuilder::new(root);
        walk.standard_filters(false).hidden(true).follow_links(false);
        if self.options.gitignore == GitIgnore::Respect {
            walk.parents(true).ignore(true).git_ignore(true).git_exclude(true).require_git(false);
        }
        for entry in walk.build() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = failed_path(&error).unwrap_or(root).to_owned();
                    let snag = error.io_error().map_or(Snag::new(Fault::Unreadable, ""), Snag::of);
                    let id = joined(id, path.strip_prefix(root).unwrap_or(Path::new("")));
                    self.add(path, &id, What::Refused(snag));
                    continue;
                }
            };
            let Some(kind) = entry.file_type().filter(|kind| !kind.is_dir()) else { continue };
            let path = entry.into_path();
            let id = joined(id, path.strip_prefix(root).unwrap_or(&path));
            let what = if kind.is_file() {
                What::File(path.clone())
            } else if kind.is_symlink() {
                What::Refused(Snag::new(Fault::LinkNotFollowed, "name it on the command line to have it followed"))
            } else {
                What::Refused(special(kind))
            };
            self.add(path, &id, what);
        }
    }

    fn add(&mut self, real: PathBuf, id: &[u8], what: What) {
        match self.found.entry(real) {
            std::collections::btree_map::Entry::Vacant(slot) => {
                slot.insert((id.to_vec(), what));
            }
            std::collections::btree_map::Entry::Occupied(mut slot) => {
                // A link in a folder gives way to the same path typed.
                let refused = |what: &What| matches!(what, What::Refused(_));
                let (old_id, old) = slot.get();
                if (refused(&what), id) < (refused(old), old_id.as_slice()) {
                    slot.insert((id.to_vec(), what));
                }
            }
        }
    }

    /// In byte order of ids; files whose ids became alike by masking get a number.
    fn finish(self) -> Vec<Listed> {
        let mut found: Vec<(Vec<u8>, What)> = self.found.into_values().collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        let mut taken: BTreeMap<String, u32> = BTreeMap::new();
        let mut listed = Vec::with_capacity(found.len());
        for (raw, what) in found {
            let id = name::shown(&raw, self.options.names);
            let times = taken.entry(id.clone()).and_modify(|times| *times += 1).or_insert(1);
            let id = if *times == 1 { id } else { format!("{id}#{times}") };
            listed.push(Listed { id, what });
        }
        listed
    }
}

fn raw(path: &Path) -> Vec<u8> {
    path.as_os_str().as_encoded_bytes().to_vec()
}

fn joined(folder: &[u8], inner: &Path) -> Vec<u8> {
    let mut id = folder.to_vec();
    if !inner.as_os_str().is_empty() {
        if id.last() != Some(&b'/') {
            id.push(b'/');
        }
        id.extend_from_slice(inner.as_os_str().as_encoded_bytes());
    }
    id
}

fn failed_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => failed_path(err),
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}

fn special(kind: fs::FileType) -> Snag {
    #[cfg(unix)]
    let detail = {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            "it is a FIFO (named pipe)"
        } else if kind.is_socket() {
            "it is a socket"
        } else if kind.is_char_device() {
            "it is a character device"
        } else if kind.is_block_device() {
            "it is a block device"
        } else {
            "it is of a special type"
        }
    };
    #[cfg(not(unix))]
    let detail = if kind.is_symlink() { "it is a link" } else { "it is of a special type" };
    Snag::new(Fault::NotRegular, detail)
}
