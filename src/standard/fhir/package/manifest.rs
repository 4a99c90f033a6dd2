//! `package.json`: who a package is and what it builds on.
//!
//! In: its bytes. Out: the few members that matter; a name or version that could not be part of a path refuses the
//! package. Unknown members are passed over, since every tool writes its own.

use super::name::{Pinned, is_name, is_version};
use super::{Package, PackageError, error, head};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use std::fmt;
use std::path::Path;

/// Bytes a manifest may have; real ones have one or two thousand.
pub(super) const MAX_BYTES: u64 = 1 << 20;
/// Dependencies a package may have; the most seen is fourteen.
const MAX_DEPENDENCIES: usize = 200;

/// A package that another one builds on.
pub type Dependency = Pinned;

/// What is known of a package from its manifest.
#[derive(Clone, Debug, Default)]
pub(super) struct Manifest {
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) fhir_versions: Vec<String>,
    pub(super) canonical: Option<String>,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) bytes: Vec<u8>,
}

#[derive(Deserialize)]
struct Written {
    name: String,
    version: String,
    #[serde(default, rename = "fhirVersions", alias = "fhir-version-list")]
    fhir_versions: Option<Vec<String>>,
    #[serde(default)]
    canonical: Option<String>,
    #[serde(default)]
    dependencies: Option<Pairs>,
}

/// The pairs of an object in their order, a name that comes twice included.
struct Pairs(Vec<(String, String)>);

impl Manifest {
    /// Reads the manifest of the package at `path`.
    pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Self, PackageError> {
        let refused = |message: String| {
            let shown = path.display().to_string();
            Err(PackageError::of_entry(&shown, "package.json", message))
        };
        if let Err(why) = head::shallow(bytes, super::Syntax::Json, &super::Limits::default()) {
            return refused(why.to_owned());
        }
        let written: Written = match serde_json::from_slice(head::without_mark(bytes)) {
            Ok(written) => written,
            // The library's text may quote the file; the kind of mistake and its place do not.
            Err(error) => {
                let what = if error.is_data() { "is not a package manifest" } else { "is not JSON" };
                return refused(format!("it {what}; the mistake is on line {}", error.line()));
            }
        };
        if !is_name(&written.name) {
            return refused("its name is not one that a package can have".to_owned());
        }
        if !is_version(&written.version) {
            return refused("its version is not one that a package can have".to_owned());
        }
        let asked = written.dependencies.map(|pairs| pairs.0).unwrap_or_default();
        if asked.len() > MAX_DEPENDENCIES {
            return refused(format!("it asks for {} packages, and {MAX_DEPENDENCIES} is the most", asked.len()));
        }
        let mut dependencies: Vec<Dependency> = Vec::with_capacity(asked.len());
        for (name, version) in &asked {
            let Some(dependency) = Pinned::new(name, version) else {
                return refused("it asks for a package by what is no name and version".to_owned());
            };
            if dependencies.iter().any(|known| known.name == dependency.name) {
                return refused(format!("it asks for {name} twice"));
            }
            dependencies.push(dependency);
        }
        Ok(Self {
            name: Some(written.name),
            version: Some(written.version),
            fhir_versions: written.fhir_versions.unwrap_or_default(),
            canonical: written.canonical,
            dependencies,
            bytes: bytes.to_vec(),
        })
    }
}

impl Manifest {
    /// The package at `path` that this is of, still without entries.
    pub(super) fn package(self, path: &Path, limits: &super::Limits) -> Package {
        let label = match (&self.name, &self.version) {
            (Some(name), Some(version)) => format!("{name}@{version}"),
            _ => path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned()),
        };
        Package {
            label: error::shown(&label),
            name: self.name,
            version: self.version,
            fhir_versions: self.fhir_versions,
            canonical: self.canonical,
            dependencies: self.dependencies,
            entries: Vec::new(),
            skipped: Vec::new(),
            sha256: None,
            path: path.to_owned(),
            manifest: self.bytes.into(),
            limits: limits.clone(),
            standing: Default::default(),
        }
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of names and versions")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Object)
    }
}
