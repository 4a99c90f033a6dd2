//! From what a user names to the packages that a run lays over the built-in definitions.
//!
//! In: names, paths, and the caches. Out: the packages with everything they build on, lowest first, and what of that is
//! not there. No network: what is missing is for the user to fetch.

use super::lock::{Lock, Strictness};
use super::{Caches, Dependency, Limits, Package, PackageError, Pinned, Source, Stores, newer, open};
use std::collections::{BTreeSet, VecDeque};
use std::path::Path;

/// Packages that one run may lay over one another; the largest guide needs thirty.
const MAX_PACKAGES: usize = 500;

/// Packages whose definitions the program carries, whatever version is asked for: the releases have one each.
const CORE: &[&str] = &["hl7.fhir.r3", "hl7.fhir.r4", "hl7.fhir.r4b"];
/// Their parts: everything, the same as XML, and the value sets spelt out.
const PARTS: &[&str] = &["core", "corexml", "expansions"];
/// Packages of which the program carries a version, used when the one asked for is not installed.
const CARRIED: &[&str] =
    &["hl7.terminology", "hl7.terminology.r4", "hl7.fhir.uv.extensions", "hl7.fhir.uv.extensions.r4"];

/// Whether the program carries the definitions of the package `name` at any version: base specifications.
pub fn is_built_in(name: &str) -> bool {
    let part = |(release, part): (&str, &str)| CORE.contains(&release) && PARTS.contains(&part);
    name == "hl7.fhir.core" || name.rsplit_once('.').is_some_and(part)
}

/// Whether the program carries some version of the package `name`.
pub fn is_carried(name: &str) -> bool {
    CARRIED.contains(&name)
}

/// Where packages are found and what may be used.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    /// The caches.
    pub caches: Caches,
    /// The lock file, when there is one.
    pub lock: Option<Lock>,
    /// Whether only what it names may be used.
    pub strictness: Strictness,
    /// The bounds on each package.
    pub limits: Limits,
    /// Where packages that were read before are kept ready.
    pub stores: Option<Stores>,
}

/// What a run lays over the built-in definitions.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// The packages, lowest first: what others build on before them, then those asked for in the order asked.
    pub packages: Vec<Package>,
    /// What they build on and is not there.
    pub missing: Vec<Missing>,
}

/// Something that a package builds on and that is not there. Not an error: what needs it says so where it matters, as
/// cannot-tell, and many packages name more than they use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What is missing.
    pub wanted: Dependency,
    /// The package that names it.
    pub by: String,
    /// A package of the same name and another version that is used, so that most of it may be there.
    pub instead: Option<String>,
}

impl Shelf {
    /// The packages `asked` and everything they build on.
    ///
    /// # Errors
    /// The first of `asked` that cannot be used, by its place there, and why.
    pub fn resolve(&self, asked: &[Source]) -> Result<Resolved, (usize, PackageError)> {
        let mut top: Vec<Package> = Vec::with_capacity(asked.len());
        let mut owners: VecDeque<(usize, Dependency, String)> = VecDeque::new();
        for (at, source) in asked.iter().enumerate() {
            let Some(package) = self.named(source).map_err(|error| (at, error))? else { continue };
            owners.extend(package.dependencies.iter().map(|needed| (at, needed.clone(), package.label.clone())));
            top.push(package);
        }
        let (mut below, mut missing) = (Vec::<Package>::new(), Vec::<Missing>::new());
        let mut seen: BTreeSet<Dependency> = BTreeSet::new();
        while let Some((at, needed, by)) = owners.pop_front() {
            // Packages do build on one another in a circle; each is taken once.
            if is_built_in(&needed.name) || !seen.insert(needed.clone()) {
                continue;
            }
            let used = |package: &&Package| package.name.as_deref() == Some(needed.name.as_str());
            let mut same = top.iter().chain(&below).filter(used);
            if same.clone().any(|package| package.version.as_deref().is_some_and(|version| needed.accepts(version))) {
                continue;
            }
            if top.len() + below.len() >= MAX_PACKAGES {
                let message = format!("with all it builds on it is more than {MAX_PACKAGES} packages");
                return Err((at, PackageError::new(&by, message)));
            }
            // What the packages build on is locked with them: what was not to be had when the lock was made is no part of
            // the run that it repeats.
            let locked = self.lock.as_ref().is_some_and(|lock| lock.best(&needed).is_some());
            let strict = self.strictness == Strictness::Locked;
            let installed =
                if strict && !locked { Ok(None) } else { self.installed(&needed).map_err(|error| (at, error)) };
            let found = match installed? {
                None if !strict => self.beside(&asked[at], &needed),
                found => found,
            };
            match found {
                Some(package) => {
                    let more = package.dependencies.iter().map(|needed| (at, needed.clone(), package.label.clone()));
                    owners.extend(more);
                    below.push(package);
                }
                None if is_carried(&needed.name) => {}
                None if strict && locked => {
                    let message = format!("{by} builds on it and it is not installed");
                    let help = fetch(&needed);
                    return Err((at, PackageError::new(&needed.to_string(), message).help(help)));
                }
                None => {
                    let instead = same.next().map(|package| package.label.clone());
                    missing.push(Missing { wanted: needed, by, instead });
                }
            }
        }
        below.reverse();
        below.append(&mut top);
        Ok(Resolved { packages: below, missing })
    }

    /// The package `needed` as a file or folder beside the one that a user gave, under the names that tools give such:
    /// `NAME#VERSION.tgz`, `NAME-VERSION.tgz`, the folder `NAME#VERSION`. What cannot be used is as if it were not there.
    fn beside(&self, asked: &Source, needed: &Dependency) -> Option<Package> {
        let Source::Path(path) = asked else { return None };
        let folder = path.parent()?;
        let (name, version) = (&needed.name, &needed.version);
        let files = [format!("{name}#{version}.tgz"), format!("{name}-{version}.tgz"), format!("{name}#{version}")];
        let found = files.iter().map(|file| folder.join(file)).find(|file| file.exists())?;
        let package = self.named(&Source::Path(found)).ok()??;
        let is = pinned(&package).is_some_and(|found| found.name == needed.name && needed.accepts(&found.version));
        is.then_some(package)
    }

    /// The package that a user names; none when the program carries it.
    fn named(&self, source: &Source) -> Result<Option<Package>, PackageError> {
        let package = match source {
            Source::Path(path) => self.open(path)?,
            Source::Named(pinned) => match self.installed(pinned)? {
                Some(package) => package,
                None if is_built_in(&pinned.name) || is_carried(&pinned.name) => return Ok(None),
                None => return Err(self.absent(pinned)),
            },
        };
        if let (Source::Path(_), Some(pinned)) = (source, pinned(&package)) {
            // A folder somebody is working in has no digest that could be locked.
            let how = if package.sha256.is_some() { self.strictness } else { Strictness::Free };
            Lock::admit(self.lock.as_ref(), &pinned, package.sha256.as_deref(), how)?;
        }
        Ok(Some(package))
    }

    /// The installed package that `wanted` means: the locked version of an open one, else the newest.
    fn installed(&self, wanted: &Pinned) -> Result<Option<Package>, PackageError> {
        let locked = self.lock.as_ref().and_then(|lock| lock.best(wanted));
        let Some(installed) = self.caches.best(locked.unwrap_or(wanted)) else { return Ok(None) };
        Lock::admit(self.lock.as_ref(), &installed.pinned, installed.sha256.as_deref(), self.strictness)?;
        let package = self.open(&installed.folder)?;
        if pinned(&package).as_ref() != Some(&installed.pinned) {
            let message = format!("the package installed under this name calls itself {}", package.label);
            return Err(PackageError::new(&installed.pinned.to_string(), message).help(fetch(&installed.pinned)));
        }
        Ok(Some(Package { sha256: installed.sha256, ..package }))
    }

    fn open(&self, path: &Path) -> Result<Package, PackageError> {
        self.stores.as_ref().map_or_else(|| open(path, &self.limits), |stores| stores.open(path, &self.limits))
    }

    fn absent(&self, wanted: &Pinned) -> PackageError {
        let error = PackageError::new(&wanted.to_string(), "it is not installed");
        let mut versions = self.caches.versions(&wanted.name);
        versions.sort_by(|a, b| newer(b, a));
        versions.truncate(5);
        match versions.as_slice() {
            [] => error.help(fetch(wanted)),
            some => error.help(format!("{} Installed of it: {}.", fetch(wanted), some.join(", "))),
        }
    }
}

/// The command that mends a missing package.
fn fetch(wanted: &Pinned) -> String {
    format!("Run `hallmark standards fetch {wanted}`.")
}

fn pinned(package: &Package) -> Option<Pinned> {
    Pinned::new(package.name.as_deref()?, package.version.as_deref()?)
}
