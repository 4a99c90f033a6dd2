//! The releases of FHIR in force, each made ready on first use.
//!
//! In: the packs in use and what a user lays over the definitions. Out: what the engine checks with. A release that no
//! resource is of costs nothing.

use super::Compiled;
use crate::check::Plan;
use crate::check::fhir::{self, InForce, Options};
use crate::check::terminology::Terminology;
use crate::standard::fhir::{Layer, Library, Release};
use std::sync::{Arc, OnceLock};

/// The pack of what holds in every release.
const BASE: &str = "fhir-base";

/// The releases in force.
#[derive(Default)]
pub struct Releases {
    releases: Vec<Release>,
    layers: Vec<Layer>,
    options: Options,
    ready: [OnceLock<Ready>; 3],
}

struct Ready {
    library: Arc<Library>,
    profiles: Compiled<Arc<Library>>,
    terminology: Terminology,
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

    /// The same with `layers` over the definitions, the last on top, and with what a user asked for.
    #[must_use]
    pub fn with(self, layers: Vec<Layer>, options: Options) -> Self {
        Self { releases: self.releases, layers, options, ready: Default::default() }
    }

    fn ready(&self, release: Release) -> &Ready {
        self.ready[release as usize].get_or_init(|| {
            let embedded = Library::embedded(release);
            let library = match self.layers.is_empty() {
                true => embedded,
                false => Arc::new(embedded.with(self.layers.iter().cloned())),
            };
            let profiles = Compiled::new(Arc::clone(&library));
            let terminology = Terminology::new(Arc::clone(&library) as _);
            Ready { library, profiles, terminology }
        })
    }
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
}
