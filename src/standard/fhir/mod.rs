//! FHIR as data: the releases, their types, and the conformance resources that say what is allowed where.
//!
//! In: the definitions built into the program and those a user lays over them. Out: the model that types an instance,
//! and the definitions that `compile` turns into profiles. It never looks at an instance's values.

mod codesystem;
pub mod compact;
mod definition;
mod elements;
mod library;
mod model;
mod notation;
pub mod package;
pub mod pare;
mod reading;
pub mod store;
mod valueset;
mod view;
mod writing;

pub use codesystem::{CodeSystem, Concept, Property, PropertyDefinition, PropertyValue};
pub use definition::{
    Binding, Constraint, Context, Discriminator, ElementBase, ElementDefinition, Slicing, StructureDefinition, TypeRef,
    Value,
};
pub use elements::{Elements as PublishedNames, elements};
pub use library::{Layer, Library, Listing, Unread};
pub use model::{Child, Model, Primitive, Structures, TypeInfo, TypeKind};
pub use notation::to_json;
pub use valueset::{Compose, Contains, Designation, Expansion, Filter, Include, Listed, Parameter, ValueSet};
pub use view::{Syntax, View};

/// A release of FHIR that Hallmark holds the definitions of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Release {
    /// 3.0.2.
    Stu3,
    /// 4.0.1.
    R4,
    /// 4.3.0.
    R4b,
}

impl Release {
    /// Every release, that first which a resource is taken for when nothing shows.
    pub const ALL: [Self; 3] = [Self::R4, Self::Stu3, Self::R4b];

    /// The pack that holds it.
    pub fn pack(self) -> &'static str {
        match self {
            Self::Stu3 => "hl7-fhir-stu3",
            Self::R4 => "hl7-fhir-r4",
            Self::R4b => "hl7-fhir-r4b",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Stu3 => "STU3",
            Self::R4 => "R4",
            Self::R4b => "R4B",
        }
    }

    /// The release that a `fhirVersion` names, by its first two numbers.
    pub fn of_version(version: &str) -> Option<Self> {
        match version.get(..3)? {
            "3.0" => Some(Self::Stu3),
            "4.0" => Some(Self::R4),
            "4.3" => Some(Self::R4b),
            _ => None,
        }
    }

    /// Its version, as its publisher numbers it.
    pub fn version(self) -> &'static str {
        match self {
            Self::Stu3 => "3.0.2",
            Self::R4 => "4.0.1",
            Self::R4b => "4.3.0",
        }
    }
}
