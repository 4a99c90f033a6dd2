//! A FHIR resource against its base definition and its profiles.
//!
//! In: a resource's elements and a [`Context`]. Out: what was looked at and what was found, in [`Issues`]. It knows
//! nothing of rules and never reads a file: whatever it needs, it asks the context. Values of the instance never leave
//! it.

pub mod assertion;
mod code;
mod coded;
mod context;
mod decision;
pub mod expression;
pub mod extension;
mod implied;
mod issue;
mod links;
mod profile;
mod publisher;
mod release;
mod resource;
pub mod slicing;
pub mod special;
mod walk;

pub use assertion::Check;
pub use code::Code;
pub use context::{
    Candidates, CodingRef, Context, Definitions, Examples, Held, Level, Membership, Nothing, Options, Profiles,
    Publication, ReferenceCheck, Resolved, Resolver, SecurityChecks, Terms,
};
pub use decision::Decision;
pub use issue::{Found, Issue, Issues, Probe, Source};
pub use links::Links;
pub use profile::{Bits, Broken, Kids, KidsIx, Node, NodeIx, Profile, Slot};
pub(crate) use release::{Choice, release_of};
pub use release::{InForce, Releases};
pub use walk::{Known, Walk};

use crate::instance::Elements;
use crate::standard::fhir::View;

/// Checks the resource that `view` is, with all the resources in it.
pub fn check(view: View<'_>, context: &Context<'_>, issues: &mut Issues) {
    if !view.elements.is_empty() {
        let mut walk = Walk::new(view, context, issues);
        resource::check(&mut walk, Elements::ROOT);
        walk.tell_displays();
    }
}
