//! Which release a resource is checked against, and with what.
//!
//! In: the releases in force and a resource. Out: everything that checking against one release needs. The release is
//! the one that the resource shows it is written for, else the first in force whose elements it has.

use super::{Options, Profiles, Terms};
use crate::check::terminology::Server;
use crate::detect::fhir_release;
use crate::standard::fhir::{Library, Release};

/// What one release is checked with.
#[derive(Clone, Copy)]
pub struct InForce<'a> {
    /// The definitions as published, with the user's over them.
    pub library: &'a Library,
    /// The same, compiled.
    pub profiles: &'a dyn Profiles,
    /// Which codes are where.
    pub terminology: &'a dyn Terms,
    /// What the user asked for.
    pub options: &'a Options,
}

/// Where the engine gets what it checks FHIR with: `compile` makes it on first use.
pub trait Releases: Sync {
    /// The releases in force, that first which a resource is taken for when nothing shows; none when FHIR is not asked
    /// for.
    fn releases(&self) -> &[Release];
    /// What `release` is checked with.
    fn in_force(&self, release: Release) -> InForce<'_>;
    /// Who is asked for codes that nothing held decides.
    fn server(&self) -> Option<&dyn Server> {
        None
    }
}

/// The release that a resource is checked against, and how that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// It shows it.
    Shown(Release),
    /// Nothing shows it, and others are in force.
    Assumed(Release),
}

/// The release of `text`; `None` when none is in force.
pub(crate) fn release_of(text: &[u8], releases: &[Release]) -> Option<Choice> {
    let default = *releases.first()?;
    if releases.len() == 1 {
        return Some(Choice::Shown(default));
    }
    let shown = fhir_release(text).map(|(release, _)| release).filter(|release| releases.contains(release));
    Some(shown.map_or(Choice::Assumed(default), Choice::Shown))
}
