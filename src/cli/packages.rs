//! `--package` and `--profile`: the FHIR definitions of a run, beyond the built-in ones.
//!
//! In: what was typed or stands in `hallmark.toml`, and the environment, which says where packages are installed. Out:
//! packages, opened and with what they build on. It asks no network.

use super::args;
use super::console::say;
use super::error::{Error, Misused};
use super::settings::{Name, Shared};
use crate::check::fhir::Options;
use crate::compile::fhir::Releases;
use crate::judge::PackageUse;
use crate::report::escape::terminal;
use crate::standard::fhir::package::{Caches, LOCK, Limits, Lock, Package, Shelf, Source, Stores, Strictness};
use std::path::{Path, PathBuf};

/// Missing packages that are told one by one.
const TOLD: usize = 5;

/// The FHIR definitions asked for.
#[derive(Debug)]
pub(crate) struct Definitions {
    packages: Vec<(Name, Source)>,
    /// Canonical URLs to check against besides what a resource claims, as typed.
    pub(crate) profiles: Vec<String>,
    /// How strictly FHIR is checked.
    pub(crate) options: Options,
    strictness: Strictness,
    lock: PathBuf,
    quiet: bool,
}

impl Definitions {
    /// What the flags and the configuration file ask for together.
    ///
    /// # Errors
    /// The first name that can be none, where it stands.
    pub(crate) fn new(flags: &args::Definitions, shared: &Shared) -> Result<Self, Error> {
        let folder = if flags.packages.is_empty() { shared.config.folder.as_path() } else { Path::new("") };
        let mut packages = Vec::new();
        for name in shared.names(&flags.packages, &shared.config.packages) {
            match Source::typed(&name.text, folder) {
                Ok(source) => packages.push((name, source)),
                Err(error) => return Err(Misused::package(error, name)),
            }
        }
        let mut profiles = Vec::new();
        for name in shared.names(&flags.profiles, &shared.config.profiles) {
            if !is_canonical(&name.text) {
                return Err(Misused::error(
                    format!("{} is no canonical URL of a profile", name.text),
                    "A profile is named by its URL, with a version after a bar or without: https://…/StructureDefinition/\
                     name or …/name|1.2.0.",
                    name,
                ));
            }
            profiles.push(name.text);
        }
        let mut options = Options::default();
        shared.config.fhir.iter().chain(&flags.fhir).for_each(|setting| setting.set(&mut options));
        let strictness = if flags.locked { Strictness::Locked } else { Strictness::Free };
        Ok(Self { packages, profiles, options, strictness, lock: lock_file(shared), quiet: shared.quiet })
    }

    /// The packages, lowest first, with what they build on. What is not there of that is said once, on standard error.
    ///
    /// # Errors
    /// A package that is not installed, not sound, or not the one that is locked, where it was asked for.
    pub(crate) fn load(&self) -> Result<Vec<Package>, Error> {
        if self.packages.is_empty() {
            return Ok(Vec::new());
        }
        let shelf = Shelf {
            caches: caches(),
            lock: Lock::read(&self.lock)?,
            strictness: self.strictness,
            limits: Limits::default(),
            stores: cache_folder().map(|cache| Stores::new(cache.join("definitions"))),
        };
        let sources: Vec<Source> = self.packages.iter().map(|(_, source)| source.clone()).collect();
        let resolved =
            shelf.resolve(&sources).map_err(|(at, error)| Misused::package(error, self.packages[at].0.clone()))?;
        if !self.quiet {
            for missing in resolved.missing.iter().take(TOLD) {
                let instead = match &missing.instead {
                    Some(label) => format!("; {label} is used for it"),
                    None => "; what needs it cannot be told".to_owned(),
                };
                let line = format!(
                    "note: {} builds on {}, which is not installed{instead}. To have it: hallmark standards fetch {}",
                    missing.by, missing.wanted, missing.wanted
                );
                say(&terminal::text(&line));
            }
            if let Some(more) = resolved.missing.len().checked_sub(TOLD).filter(|more| *more > 0) {
                say(&format!("note: {more} more packages that others build on are not installed"));
            }
            for package in &resolved.packages {
                if let Some(first) = package.skipped.first() {
                    let line = format!(
                        "note: {} of the files in {} could not be read, first {}: {}",
                        package.skipped.len(),
                        package.label,
                        first.file,
                        first.why
                    );
                    say(&terminal::text(&line));
                }
            }
        }
        Ok(resolved.packages)
    }
}

/// What a report says of a package.
pub(super) fn used(package: &Package) -> PackageUse {
    PackageUse {
        name: package.name.clone().unwrap_or_else(|| package.label.clone()),
        version: package.version.clone().unwrap_or_default(),
        sha256: package.sha256.clone(),
    }
}

/// Tells what of the packages could not be used.
pub(super) fn left_out(releases: &Releases) {
    for (label, file) in releases.left_out().take(TOLD) {
        say(&terminal::text(&format!("note: {} of {label} cannot be used: {}", file.file, file.why)));
    }
    if let Some(more) = releases.left_out().count().checked_sub(TOLD).filter(|more| *more > 0) {
        say(&format!("note: {more} more files of packages cannot be used"));
    }
}

/// Whether `text` can be the canonical URL of a profile: absolute, without blanks, with one version at most.
fn is_canonical(text: &str) -> bool {
    let (url, version) = text.split_once('|').unwrap_or((text, "1"));
    let rest = ["http://", "https://", "urn:"].iter().find_map(|scheme| url.strip_prefix(scheme));
    rest.is_some_and(|rest| !rest.is_empty())
        && !version.is_empty()
        && !version.contains('|')
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// The lock file of the project: beside its configuration file, else in the working directory.
pub(super) fn lock_file(shared: &Shared) -> PathBuf {
    shared.config.folder.join(LOCK)
}

/// Where packages are installed: our own cache, then the one that FHIR tools share.
pub(super) fn caches() -> Caches {
    let home = std::env::home_dir().filter(|home| home.is_absolute());
    let ours = cache_folder().map(|cache| cache.join("packages"));
    Caches::new(ours, home.map(|home| home.join(".fhir").join("packages")).into_iter().collect())
}

/// Where we keep what can be had again; none where the environment names no such place.
pub(super) fn cache_folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = std::env::home_dir().filter(|home| home.is_absolute());
    let local = if cfg!(windows) { absolute("LOCALAPPDATA") } else { None };
    let cache = absolute("XDG_CACHE_HOME").or(local).or_else(|| home.map(|home| home.join(".cache")));
    cache.map(|cache| cache.join("hallmark"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_an_absolute_url() {
        for good in ["http://hl7.org/fhir/StructureDefinition/Patient", "https://x/y|1.2.0", "urn:oid:1.2.3"] {
            assert!(is_canonical(good), "{good}");
        }
        for bad in
            ["", "Patient", "https://", "https://x/ y", "https://x|", "https://x|1|2", "file:///x", "https://x\n"]
        {
            assert!(!is_canonical(bad), "{bad}");
        }
    }
}
