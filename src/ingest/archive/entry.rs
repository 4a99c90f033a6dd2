//! Names of entries: whether they are safe, whether they are alike, how they are shown.
//!
//! In: the raw bytes of a name. Out: a snag or an id. No name is ever joined to a path.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use crate::ingest::event::Artifact;
use crate::ingest::fault::Fault;
use crate::ingest::name;
use crate::ingest::options::Names;
use crate::ingest::snag::Snag;

/// What is wrong with `name` as a path, if anything.
pub(super) fn unsafe_path(name: &[u8]) -> Option<Snag> {
    crate::archive::unsafe_path(name).map(|detail| Snag::new(Fault::ArchiveEntryPath, detail))
}

/// Whether an entry is hidden, as a file in a folder would be, or macOS's own bookkeeping.
pub(super) fn is_hidden(name: &[u8]) -> bool {
    name.split(|b| *b == b'/').any(|part| (part.starts_with(b".") && part.len() > 1) || part == b"__MACOSX")
}

/// The names met in one archive: 16 bytes for each, however long it is.
pub(super) struct Seen {
    keys: [RandomState; 2],
    names: HashMap<u128, u32>,
    ids: HashMap<u128, u32>,
}

impl Seen {
    pub(super) fn new() -> Self {
        Self { keys: [RandomState::new(), RandomState::new()], names: HashMap::new(), ids: HashMap::new() }
    }

    /// How often `name` was met, now included.
    pub(super) fn meet(&mut self, name: &[u8]) -> u32 {
        let key = self.key(name);
        count(&mut self.names, key)
    }

    /// The id of an entry of `archive`, unlike any before it.
    pub(super) fn id(&mut self, archive: &Artifact, name: &[u8], names: Names) -> String {
        let name = name.strip_prefix(b"./").unwrap_or(name);
        let id = format!("{}!{}", archive.id, name::shown_entry(name, names));
        let key = self.key(id.as_bytes());
        match count(&mut self.ids, key) {
            1 => id,
            times => format!("{id}#{times}"),
        }
    }

    fn key(&self, bytes: &[u8]) -> u128 {
        u128::from(self.keys[0].hash_one(bytes)) << 64 | u128::from(self.keys[1].hash_one(bytes))
    }
}

fn count(counts: &mut HashMap<u128, u32>, key: u128) -> u32 {
    let times = counts.entry(key).or_default();
    *times = times.saturating_add(1);
    *times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_entries_are_those_a_folder_would_hide() {
        assert!(is_hidden(b".DS_Store") && is_hidden(b"a/.git/x") && is_hidden(b"__MACOSX/a"));
        assert!(!is_hidden(b"./a.json") && !is_hidden(b"a/b.json"));
    }
}
