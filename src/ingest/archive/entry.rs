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

/// Longest name that is taken for a name: the longest path a system accepts.
pub(super) const NAME_BYTES: usize = 4096;

/// What is wrong with `name` as a path, if anything.
pub(super) fn unsafe_path(name: &[u8]) -> Option<Snag> {
    let told = |detail: &str| Some(Snag::new(Fault::ArchiveEntryPath, detail));
    if name.is_empty() || name.len() > NAME_BYTES {
        return told("the name is empty or too long");
    }
    if name.contains(&0) {
        return told("the name holds a NUL character");
    }
    if name.contains(&b'\\') {
        return told("the name holds a backslash, which is a path separator on Windows");
    }
    if name.starts_with(b"/") {
        return told("the name is an absolute path");
    }
    if name.len() >= 2 && name[1] == b':' && name[0].is_ascii_alphabetic() {
        return told("the name starts with a drive letter");
    }
    let mut parts = name.split(|b| *b == b'/');
    if parts.clone().any(|part| part == b"..") {
        return told("the name leads outside its folder");
    }
    if parts.any(is_device) {
        return told("the name is one that Windows reserves for a device");
    }
    None
}

fn is_device(part: &[u8]) -> bool {
    let stem = part.split(|b| *b == b'.').next().unwrap_or_default().trim_ascii_end().to_ascii_uppercase();
    let numbered = |prefix: &[u8]| stem.strip_prefix(prefix).is_some_and(|n| matches!(n, [b'0'..=b'9']));
    matches!(stem.as_slice(), b"CON" | b"PRN" | b"AUX" | b"NUL" | b"CONIN$" | b"CONOUT$" | b"CLOCK$")
        || numbered(b"COM")
        || numbered(b"LPT")
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
    fn unsafe_names_are_told_apart_from_odd_ones() {
        let bad: [&[u8]; 12] = [
            b"../../tmp/x",
            b"a/../../x",
            b"/tmp/x",
            b"..\\x",
            b"C:\\x",
            b"c:x",
            b"CON.json",
            b"d/nul",
            b"lpt1.txt",
            b"a\0b",
            b"",
            b"..",
        ];
        for name in bad {
            assert!(unsafe_path(name).is_some(), "{}", name.escape_ascii());
        }
        for name in [&b"a..b/c..json"[..], b"./a.json", b"console.json", b"COM10.json", b"a b/\xff.json", b"d/"] {
            assert!(unsafe_path(name).is_none(), "{}", name.escape_ascii());
        }
    }

    #[test]
    fn hidden_entries_are_those_a_folder_would_hide() {
        assert!(is_hidden(b".DS_Store") && is_hidden(b"a/.git/x") && is_hidden(b"__MACOSX/a"));
        assert!(!is_hidden(b"./a.json") && !is_hidden(b"a/b.json"));
    }
}
