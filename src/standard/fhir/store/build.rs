//! Writes a store.
//!
//! In: resources with their type, URL and version. Out: the bytes of a store. The same resources in any order give the
//! same bytes.

use super::{Facts, GROUP, HEADER, MAGIC};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Resources are deflated together until they have this many bytes: small ones shrink well only in company, and what is
/// unpacked beside the one that is asked for stays within some tens of microseconds.
const TOGETHER: usize = 24 << 10;

/// How the resources are put down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// As small as deflate makes them: for a store that is shipped.
    Smallest,
    /// Deflated quickly: for a cache.
    Fast,
    /// As they are: for a store that lives in memory only.
    Plain,
}

/// Collects resources.
#[derive(Debug, Default)]
pub struct Builder {
    resources: BTreeMap<Vec<u8>, (Facts, Vec<u8>)>,
}

impl Builder {
    /// Adds a resource. A later one of the same type, URL and version replaces the earlier. A name with a NUL byte is no
    /// URL and is left out.
    pub fn add(&mut self, kind: &str, url: &str, version: &str, facts: Facts, json: Vec<u8>) {
        if [kind, url, version].iter().any(|part| part.contains('\0')) {
            return;
        }
        let mut key = Vec::with_capacity(kind.len() + url.len() + version.len() + 2);
        for part in [kind, "\0", url, "\0", version] {
            key.extend_from_slice(part.as_bytes());
        }
        self.resources.insert(key, (facts, json));
    }

    /// How many resources there are so far.
    pub fn len(&self) -> usize {
        self.resources.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty()
    }

    /// The store.
    ///
    /// # Errors
    /// When it would be larger than the 4 GiB that its offsets reach.
    pub fn finish(self, packing: Packing) -> io::Result<Vec<u8>> {
        let too_large = || io::Error::other("the definitions are larger than a store can be");
        let small = |length: usize| u32::try_from(length).map_err(|_| too_large());
        let (mut entries, mut groups, mut keys, mut data) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut open: Vec<u8> = Vec::new();
        let mut closed = 0;
        let mut close = |open: &mut Vec<u8>| -> io::Result<()> {
            if open.is_empty() {
                return Ok(());
            }
            let packed = pack(open, packing)?;
            for length in [data.len(), packed.len(), open.len()] {
                groups.extend_from_slice(&small(length)?.to_le_bytes());
            }
            data.extend_from_slice(&packed);
            open.clear();
            Ok(())
        };
        let count = self.resources.len();
        for (key, (facts, json)) in self.resources {
            if !open.is_empty() && open.len() + json.len() > TOGETHER {
                close(&mut open)?;
                closed += 1;
            }
            for part in [keys.len(), key.len(), facts.0 as usize, closed, open.len(), json.len()] {
                entries.extend_from_slice(&small(part)?.to_le_bytes());
            }
            keys.extend_from_slice(&key);
            open.extend_from_slice(&json);
        }
        close(&mut open)?;
        let mut store = Vec::with_capacity(HEADER + entries.len() + groups.len() + keys.len() + data.len());
        store.extend_from_slice(MAGIC);
        for part in [count, groups.len() / GROUP, keys.len()] {
            store.extend_from_slice(&small(part)?.to_le_bytes());
        }
        for part in [entries, groups, keys, data] {
            store.extend_from_slice(&part);
        }
        Ok(store)
    }
}

fn pack(bytes: &[u8], packing: Packing) -> io::Result<Vec<u8>> {
    let level = match packing {
        Packing::Smallest => Compression::best(),
        Packing::Fast => Compression::fast(),
        Packing::Plain => return Ok(bytes.to_vec()),
    };
    let mut encoder = DeflateEncoder::new(Vec::new(), level);
    encoder.write_all(bytes)?;
    let packed = encoder.finish()?;
    // Equal lengths mean plain.
    Ok(if packed.len() < bytes.len() { packed } else { bytes.to_vec() })
}
