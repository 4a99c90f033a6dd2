//! The releases of FHIR in force, each made ready on first use.
//!
//! In: the packs in use and what a user lays over the definitions. Out: what the engine checks with. A release that no
//! resource is of costs nothing.

use super::snapshot::Snapshots;
use super::{Compiled, layer};
use crate::check::Plan;
use crate::check::fhir::{self, InForce, Options};
use crate::check::terminology::{Server, Terminology};
use crate::standard::fhir::package::{LeftOut, Package};
use crate::standard::fhir::{Library, Release};
use std::sync::{Arc, OnceLock};

/// The pack of what holds in every release.
const BASE: &str = "fhir-base";

/// The releases in force.
#[derive(Default)]
pub struct Releases {
    releases: Vec<Release>,
    packages: Vec<Package>,
    options: Options,
    server: Option<Arc<dyn Server>>,
    ready: [OnceLock<Ready>; 3],
}

struct Ready {
    library: Arc<Library>,
    profiles: Compiled<Arc<Snapshots>>,
    terminology: Terminology,
    /// What of the packages could not be used: the package, and the file or nothing for all of it.
    left_out: Vec<(String, LeftOut)>,
}

impl Releases {
    /// Those whose packs are in `plan`; every one when it has only what holds in every release.
    pub fn of(plan: &Plan) -> Self {
        let used = |pack| plan.catalogue.pack(pack).is_some();
        let mut releases: Vec<_> = Release::ALL.into_iter().filter(|release| used(release.pack())).collect();
        if releases.is_empty() && used(BASE) {
            releases.extend(Release::ALL);
        }
        Self { releases, ..Self::default() }
    }

    /// The same with `packages` over the definitions, the last on top, and with what a user asked for.
    #[must_use]
    pub fn with(self, packages: Vec<Package>, options: Options) -> Self {
        Self { packages, options, ready: Default::default(), ..self }
    }

    /// The same with a terminology server for what the definitions leave open.
    #[must_use]
    pub fn asking(self, server: Option<Arc<dyn Server>>) -> Self {
        Self { server, ready: Default::default(), ..self }
    }

    /// What of the packages could not be used, as far as they were: the package's label, and the file with the reason.
    pub fn left_out(&self) -> impl Iterator<Item = &(String, LeftOut)> {
        self.ready.iter().filter_map(OnceLock::get).flat_map(|ready| &ready.left_out)
    }

    /// The definitions of `release`, with snapshots.
    pub fn snapshots(&self, release: Release) -> &Arc<Snapshots> {
        self.ready(release).profiles.definitions()
    }

    fn ready(&self, release: Release) -> &Ready {
        self.ready[release as usize].get_or_init(|| {
            let embedded = Library::embedded(release);
            let mut left_out = Vec::new();
            let mut layers = Vec::new();
            for package in self.packages.iter().filter(|package| is_for(package, release)) {
                match layer(package, embedded.model()) {
                    Ok((layer, without)) => {
                        layers.push(layer);
                        left_out.extend(without.into_iter().map(|file| (package.label.clone(), file)));
                    }
                    Err(error) => {
                        let whole = LeftOut { file: "all of it".to_owned(), why: error.to_string() };
                        left_out.push((package.label.clone(), whole));
                    }
                }
            }
            let library = match layers.is_empty() {
                true => embedded,
                false => Arc::new(embedded.with(layers)),
            };
            let profiles = Compiled::new(Arc::new(Snapshots::new(Arc::clone(&library))));
            let terminology = Terminology::new(Arc::clone(&library) as _).with(self.server.clone());
            Ready { library, profiles, terminology, left_out }
        })
    }
}

/// Whether `package` is for `release`: what does not say is for every one.
fn is_for(package: &Package, release: Release) -> bool {
    let versions = &package.fhir_versions;
    versions.is_empty() || versions.iter().any(|version| Release::of_version(version) == Some(release))
}

impl fhir::Releases for Releases {
    fn releases(&self) -> &[Release] {
        &self.releases
    }

    fn in_force(&self, release: Release) -> InForce<'_> {
        let ready = self.ready(release);
        InForce {
            library: &ready.library,
            profiles: &ready.profiles,
            terminology: &ready.terminology,
            options: &self.options,
        }
    }

    fn server(&self) -> Option<&dyn Server> {
        self.server.as_deref()
    }
}
