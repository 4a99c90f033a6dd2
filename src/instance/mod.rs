//! The arena tree every syntax lowers to.
//!
//! In: nodes pushed by a parser in document order. Out: a flat tree whose nodes carry byte spans into the unit's
//! bytes; text stays there and is decoded on demand. It never copies a value and never allocates per node.

mod fhir;
mod hl7;
mod json;
mod node;
mod path;
mod xml;

pub use fhir::{Element, ElementChildren, Elements, Flags, NameId, TypeId};
pub use hl7::{Message, Separators};
pub use json::{Document, unescape, unit};
pub use node::{Builder, Children, Instance, Kind, Node, NodeId};
pub use path::{Path, Spot, Step};
pub use xml::{Markup, Namespaces, Reference, attribute_value, reference};
