//! Bringing packages from registries into our cache, with everything they build on.
//!
//! In: names and versions. Out: packages installed, each downloaded within bounds, tested against the digest that the
//! registry gives and the one that is locked, read as any hostile archive is, and found to be what it was asked for as.
//! A name alone is never enough: what is installed has a name, a version and a digest, and all three are locked.

use super::archive;
use super::digest::Digests;
use super::lock::{Lock, Strictness};
use super::part::Part;
use super::registry::{Registries, Release};
use super::{Caches, Limits, Package, PackageError, Pinned, install, is_built_in, is_carried};
use crate::web::{Question, shown};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeSet, VecDeque};
use std::path::Path;

/// Packages that one fetch may bring.
const MAX_PACKAGES: usize = 500;
/// Where downloads lie until they are whole, in our cache.
const PARTS: &str = ".parts";

/// Told how a fetch goes.
pub trait Watcher {
    /// Work on a package begins.
    fn begins(&mut self, pinned: &Pinned);
    /// So many bytes of it have come, of so many when that is known (once for each try).
    fn at(&mut self, held: u64, whole: Option<u64>);
    /// It is done.
    fn done(&mut self, fetched: &Fetched);
}

/// A package that a fetch dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Its name and, unless the program carries it, exact version.
    pub pinned: Pinned,
    /// The package that builds on it; none when it was asked for.
    pub by: Option<String>,
    /// How it ended.
    pub how: How,
}

/// How a package was dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// Downloaded and installed; the SHA-256 of its `.tgz`.
    Installed(String),
    /// It was there, with this SHA-256.
    Present(String),
    /// The program carries its definitions.
    BuiltIn,
    /// Another package builds on it, and it was not to be had when the lock was made: no part of what is repeated.
    NotLocked,
    /// It could not be had.
    Failed(PackageError),
}

/// A fetch.
pub struct Fetch<'f> {
    /// Who is asked.
    pub registries: &'f Registries,
    /// Where packages are installed.
    pub caches: &'f Caches,
    /// Whether only what the lock names may come.
    pub strictness: Strictness,
    /// The bounds on each package.
    pub limits: Limits,
}

impl Fetch<'_> {
    /// Brings the packages `asked` and everything they build on, and locks them. Every package is tried, so that one
    /// that cannot be had does not keep the others away.
    ///
    /// # Errors
    /// When there is no cache to install to.
    pub fn run(
        &self,
        asked: &[Pinned],
        lock: &mut Lock,
        watcher: &mut dyn Watcher,
    ) -> Result<Vec<Fetched>, PackageError> {
        let Some(cache) = self.caches.ours() else {
            let help = "Set HOME, or XDG_CACHE_HOME, to a folder that can be written to.";
            return Err(PackageError::new("cache", "there is no folder to install packages in").help(help));
        };
        let mut queue: VecDeque<(Pinned, Option<String>)> = asked.iter().map(|pinned| (pinned.clone(), None)).collect();
        let (mut seen, mut all) = (BTreeSet::new(), Vec::new());
        while let Some((wanted, by)) = queue.pop_front() {
            if !seen.insert(wanted.clone()) {
                continue;
            }
            watcher.begins(&wanted);
            let mut fetched = Fetched { pinned: wanted.clone(), by, how: How::BuiltIn };
            // A version that is carried serves those who only build on it.
            let carried = fetched.by.is_some() && is_carried(&wanted.name);
            let strict = fetched.by.is_some() && self.strictness == Strictness::Locked;
            if is_built_in(&wanted.name) || carried {
                fetched.how = How::BuiltIn;
            } else if strict && lock.best(&wanted).is_none() {
                fetched.how = How::NotLocked;
            } else {
                let got = match seen.len() > MAX_PACKAGES {
                    true => Err(PackageError::new(&wanted.to_string(), "it is one package too many")),
                    false => self.one(cache, &wanted, fetched.by.is_some(), lock, watcher),
                };
                match got {
                    Ok((pinned, how, more)) => {
                        let by = pinned.to_string();
                        seen.insert(pinned.clone());
                        queue.extend(more.into_iter().map(|needed| (needed, Some(by.clone()))));
                        (fetched.pinned, fetched.how) = (pinned, how);
                    }
                    Err(error) => fetched.how = How::Failed(error),
                }
            }
            watcher.done(&fetched);
            all.push(fetched);
        }
        Ok(all)
    }

    /// One package: its exact version, how it was had, and what it builds on.
    fn one(
        &self,
        cache: &Path,
        wanted: &Pinned,
        needed: bool,
        lock: &mut Lock,
        watcher: &mut dyn Watcher,
    ) -> Result<(Pinned, How, Vec<Pinned>), PackageError> {
        // An open version means, once locked, what was locked; that is what a lock is for.
        let exact = if wanted.is_exact() { wanted.clone() } else { lock.best(wanted).unwrap_or(wanted).clone() };
        let locked = lock.get(&exact).map(|locked| locked.sha256.clone());
        if self.strictness == Strictness::Locked && locked.is_none() {
            Lock::admit(Some(lock), &exact, None, self.strictness)?;
        }
        if needed && !exact.is_exact() && exact.version == "latest" {
            let message = "a package asks for it without a version; name the version you want yourself";
            return Err(PackageError::new(&exact.to_string(), message));
        }
        let present = self.caches.find(&exact).filter(|_| exact.is_exact());
        if let Some((installed, sha256)) = present.and_then(|installed| Some((installed.clone(), installed.sha256?)))
            && locked.as_ref().is_none_or(|locked| *locked == sha256)
            && let Ok(package) = super::open(&installed.folder, &self.limits)
        {
            lock.add(exact.clone(), sha256.clone(), installed.source.unwrap_or_default());
            return Ok((exact, How::Present(sha256), package.dependencies));
        }
        let release = self.registries.find(&exact)?;
        // An open version is only now exact, and may be locked or there already.
        if release.pinned != exact {
            return self.one(cache, &release.pinned, needed, lock, watcher);
        }
        let (package, sha256) = self.download(cache, &release, locked.as_deref(), watcher)?;
        let source = shown(&release.tarball);
        install(cache, &package, &source)?;
        lock.add(exact.clone(), sha256.clone(), source);
        Ok((exact, How::Installed(sha256), package.dependencies))
    }

    /// The package of a release, downloaded and tested.
    fn download(
        &self,
        cache: &Path,
        release: &Release,
        locked: Option<&str>,
        watcher: &mut dyn Watcher,
    ) -> Result<(Package, String), PackageError> {
        let label = release.pinned.to_string();
        let refused = |message: String| PackageError::new(&label, message);
        if release.digest.is_none() && locked.is_none() {
            let message = "the registry gives no digest for it and it is not locked, so nothing vouches for it";
            return Err(refused(message.to_owned()));
        }
        let kept =
            |error: std::io::Error| refused(format!("the download cannot be kept in {}: {error}", cache.display()));
        let mut part = Part::open(&cache.join(PARTS), &key(release), watcher).map_err(kept)?;
        let most = self.limits.archive_bytes;
        let question = Question { url: &release.tarball, accept: "*/*", body: None, most };
        // What was left of an earlier run may be of a file that changed: a wrong digest then is no news yet.
        let mut resumed = crate::web::Sink::held(&part) > 0;
        let digests = loop {
            let came = self.registries.client().download(&question, &mut part);
            came.map_err(|error| {
                refused(error.to_string()).help("Run the same command again: it goes on where this one broke off.")
            })?;
            let digests = Digests::of(part.read().map_err(kept)?).map_err(kept)?;
            let fits = release.digest.as_ref().is_none_or(|digest| digests.fit(digest));
            if fits || !resumed {
                break digests;
            }
            part.clear().map_err(kept)?;
            resumed = false;
        };
        let tested = self.test(release, locked, &digests, &mut part);
        part.remove();
        tested.map(|package| (package, digests.sha256))
    }

    fn test(
        &self,
        release: &Release,
        locked: Option<&str>,
        digests: &Digests,
        part: &mut Part<'_>,
    ) -> Result<Package, PackageError> {
        let label = release.pinned.to_string();
        if let Some(digest) = release.digest.as_ref().filter(|digest| !digests.fit(digest)) {
            let message = format!("what came is not what the registry says it is: its {} is another", digest.name());
            let help = "Do not use it. Try again later; if it stays so, tell whoever runs the registry.";
            return Err(PackageError::new(&label, message).help(help));
        }
        if let Some(locked) = locked.filter(|locked| **locked != digests.sha256) {
            let mut lock = Lock::default();
            lock.add(release.pinned.clone(), locked.to_owned(), String::new());
            Lock::admit(Some(&lock), &release.pinned, Some(&digests.sha256), self.strictness)?;
        }
        let path = part.path().to_owned();
        let file = part.read().map_err(|error| PackageError::unreadable(&path, &error))?;
        let package = archive::members(Path::new(&label), file, &self.limits)?;
        if package.name.as_deref() != Some(&release.pinned.name)
            || package.version.as_deref() != Some(&release.pinned.version)
        {
            return Err(PackageError::new(&label, format!("what came calls itself {}", package.label)));
        }
        Ok(package)
    }
}

/// What a part is of: the package, where it comes from and what it must be.
fn key(release: &Release) -> String {
    let mut hash = Sha256::new();
    hash.update(release.tarball.as_str());
    hash.update(format!("{:?}", release.digest));
    let hash = archive::hex(&hash.finalize());
    format!("{}#{}.{}", release.pinned.name, release.pinned.version, &hash[..16])
}
