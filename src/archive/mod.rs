//! Tar archives and the names inside them, as bytes nobody vouches for.
//!
//! In: the bytes of an archive as they stream past. Out: its members, one by one, and whether a name is safe. Nothing
//! is extracted, nothing is allocated from a declared size, and what two readers could understand differently is told.
//! The room lies below every stage because two of them meet such archives: `ingest` as a delivery of messages, of which
//! it keeps what it can, and `standard` as a FHIR package, which one bad member condemns whole. Only the walk and the
//! verdict on names are shared; what follows from them is each room's own.

mod header;
mod name;
mod tar;

pub(crate) use header::{Kind, checksum_is_right};
pub(crate) use name::{NAME_BYTES, unsafe_path};
pub(crate) use tar::{Broken, Content, Members, blank_to_the_end};
