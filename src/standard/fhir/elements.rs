//! The names of FHIR elements, STU3 to R5, as published.
//!
//! In: the generated list `standards/fhir-base/definitions/elements.txt`, built into the program and read on first use.
//! Out: which names may stand at the top of a resource, and which names are words of FHIR at all, so that a name from a
//! message is printed only when it is one. It knows neither types nor cardinalities.

use crate::standard::files;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::OnceLock;

/// The published names.
#[derive(Debug)]
pub struct Elements {
    top: FxHashMap<&'static [u8], FxHashSet<&'static [u8]>>,
    every: FxHashSet<&'static [u8]>,
}

/// The elements of every version together.
pub fn elements() -> &'static Elements {
    static ELEMENTS: OnceLock<Elements> = OnceLock::new();
    ELEMENTS.get_or_init(|| Elements::read(files::built_in_text("fhir-base/definitions/elements.txt")))
}

impl Elements {
    fn read(text: &'static str) -> Self {
        // Members that JSON adds to the elements themselves (FHIR R4, JSON representation).
        let always: [&[u8]; 2] = [b"resourceType", b"fhir_comments"];
        let mut read = Self { top: FxHashMap::default(), every: FxHashSet::from_iter(always) };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.split(' ').map(str::as_bytes);
            let Some(kind) = words.next() else { continue };
            let names: FxHashSet<&[u8]> = words.collect();
            read.every.extend(names.iter().copied());
            if kind != b"*" {
                read.top.insert(kind, names.into_iter().chain(always).collect());
            }
        }
        read
    }

    /// Whether `name` may stand at the top of a resource of type `resource` in some version; `None` when the list does
    /// not hold that type. `_name`, where JSON keeps what a primitive value cannot, counts as `name`.
    pub fn at_top(&self, resource: &[u8], name: &[u8]) -> Option<bool> {
        let names = self.top.get(resource)?;
        Some(names.contains(bare(name)))
    }

    /// Whether `name` is the name of an element anywhere in FHIR.
    pub fn is_known(&self, name: &[u8]) -> bool {
        self.every.contains(bare(name))
    }
}

fn bare(name: &[u8]) -> &[u8] {
    name.strip_prefix(b"_").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_what_only_looks_like_one() {
        let elements = elements();
        for name in ["birthDate", "_birthDate", "deceasedDateTime", "animal", "resourceType"] {
            assert_eq!(elements.at_top(b"Patient", name.as_bytes()), Some(true), "{name}");
        }
        for name in ["birthdate", "family", "deceased[x]", "__proto__", "constructor", ""] {
            assert_eq!(elements.at_top(b"Patient", name.as_bytes()), Some(false), "{name:?}");
        }
        assert_eq!(elements.at_top(b"Zzyxcanary", b"id"), None);
        assert!(elements.is_known(b"family") && !elements.is_known(b"zzyxcanary"));
    }
}
