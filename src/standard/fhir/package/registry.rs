//! Registries of packages: npm's protocol, as FHIR package servers speak it.
//!
//! In: a name and version. Out: where its `.tgz` is and which digest it must have. Registries are asked in order, and the
//! first that knows a name owns it: when it lacks the version, or cannot be reached, nobody else is asked, since a name
//! that is private here may be anybody's there (dependency confusion).

use super::digest::Digest;
use super::{PackageError, Pinned, newer};
use crate::web::{Answer, Client, Question, Url, WebError, address, may_lead, shown};
use serde::Deserialize;
use std::collections::HashMap;

/// The registries that the FHIR community runs, in the order they are asked.
pub const DEFAULT_REGISTRIES: &[&str] = &["https://packages.fhir.org", "https://packages2.fhir.org/packages"];
/// Bytes a packument may have: ten times that of a package with two thousand versions.
const MAX_PACKUMENT: u64 = 64 << 20;

/// The registries to ask, and how.
pub struct Registries {
    urls: Vec<Url>,
    client: Client,
}

/// One version of a package at a registry.
#[derive(Debug)]
pub(super) struct Release {
    pub(super) pinned: Pinned,
    pub(super) tarball: Url,
    /// None when the registry gives none; then only the lock file can vouch for it.
    pub(super) digest: Option<Digest>,
}

/// What a registry says of a package, as far as it matters.
#[derive(Deserialize)]
struct Packument {
    #[serde(default, rename = "dist-tags")]
    tags: HashMap<String, String>,
    #[serde(default)]
    versions: HashMap<String, Version>,
}

#[derive(Deserialize)]
struct Version {
    #[serde(default)]
    dist: Option<Dist>,
}

#[derive(Deserialize)]
struct Dist {
    #[serde(default)]
    tarball: Option<String>,
    #[serde(default)]
    integrity: Option<String>,
    #[serde(default)]
    shasum: Option<String>,
}

impl Registries {
    /// The registries at `urls`, in order.
    ///
    /// # Errors
    /// The first of `urls` that is no address to ask, by its place.
    pub fn new(urls: &[String], client: Client) -> Result<Self, (usize, WebError)> {
        let urls: Result<_, _> =
            urls.iter().enumerate().map(|(at, url)| address(url).map_err(|error| (at, error))).collect();
        Ok(Self { urls: urls?, client })
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Where the package is that `wanted` means.
    pub(super) fn find(&self, wanted: &Pinned) -> Result<Release, PackageError> {
        let label = wanted.to_string();
        for registry in &self.urls {
            let Some(packument) = self.packument(registry, wanted)? else { continue };
            let version = packument.version(wanted).ok_or_else(|| {
                let mut known: Vec<&str> = packument.versions.keys().map(String::as_str).collect();
                known.sort_by(|a, b| newer(b, a));
                known.truncate(5);
                let known: Vec<String> = known.into_iter().map(super::error::shown).collect();
                let help = format!(
                    "The newest it has: {}. If another registry is meant, name it with --registry.",
                    known.join(", ")
                );
                PackageError::new(&label, format!("{} has no such version of it", shown(registry))).help(help)
            })?;
            let bad = |why: &str| PackageError::new(&label, format!("{} {why}", shown(registry)));
            let dist = packument.versions.get(&version).and_then(|version| version.dist.as_ref());
            let dist = dist.ok_or_else(|| bad("does not say where its file is"))?;
            let tarball = dist.tarball.as_deref().and_then(|text| registry.join(text).ok());
            let tarball = tarball.ok_or_else(|| bad("does not say where its file is"))?;
            if !may_lead(registry, &tarball) {
                return Err(bad("says its file is at an address that is not asked: not https, or on this computer"));
            }
            let digest = Digest::of(dist.integrity.as_deref(), dist.shasum.as_deref());
            let pinned = Pinned { name: wanted.name.clone(), version };
            return Ok(Release { pinned, tarball, digest });
        }
        let asked: Vec<String> = self.urls.iter().map(shown).collect();
        let help = "Check the spelling, name another registry with --registry, or download the .tgz and give its path.";
        Err(PackageError::new(&label, format!("no registry knows it; asked: {}", asked.join(", "))).help(help))
    }

    /// What `registry` says of the package; none when it knows none of this name.
    fn packument(&self, registry: &Url, wanted: &Pinned) -> Result<Option<Packument>, PackageError> {
        let label = wanted.to_string();
        // The name's grammar leaves nothing that an address could be bent with.
        let mut url = registry.clone();
        match url.path_segments_mut() {
            Ok(mut path) => path.pop_if_empty().push(&wanted.name),
            Err(()) => return Err(PackageError::new(&label, "the registry's address cannot have a path")),
        };
        let question = Question { url: &url, accept: "application/json", body: None, most: MAX_PACKUMENT };
        let unreachable = |error: WebError| {
            let help = "Try again later, or download the .tgz and give its path: --package FILE.tgz.";
            PackageError::new(&label, error.to_string()).help(help)
        };
        let Answer { status, body, .. } = self.client.ask(&question).map_err(unreachable)?;
        match status {
            200 => {}
            404 => return Ok(None),
            401 | 403 => {
                let help = "Set HALLMARK_REGISTRY_TOKEN to a token of this registry.";
                let message = format!("{} asks who you are (status {status})", shown(registry));
                return Err(PackageError::new(&label, message).help(help));
            }
            _ => return Err(unreachable(WebError::Status { url: shown(&url), status })),
        }
        let read: Result<Packument, _> = serde_json::from_slice(&body);
        let wrong = |_| PackageError::new(&label, format!("{} does not answer as a registry does", shown(registry)));
        read.map(Some).map_err(wrong)
    }
}

impl Packument {
    /// The exact version that `wanted` means, when it is here.
    fn version(&self, wanted: &Pinned) -> Option<String> {
        let fits = |version: &&String| Pinned::new(&wanted.name, version).is_some_and(|pinned| pinned.is_exact());
        if wanted.is_exact() {
            return self.versions.contains_key(&wanted.version).then(|| wanted.version.clone());
        }
        let tagged = self.tags.get(&wanted.version).filter(|version| self.versions.contains_key(*version));
        if let Some(tagged) = tagged.filter(fits) {
            return Some(tagged.clone());
        }
        let accepted = self.versions.keys().filter(|version| wanted.accepts(version)).filter(fits);
        accepted.max_by(|a, b| newer(a, b)).cloned()
    }
}
