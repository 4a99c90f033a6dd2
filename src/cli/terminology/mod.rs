//! `--terminology`: a server that decides codes which nothing held decides.
//!
//! In: what was typed or stands in `[terminology]` of `hallmark.toml`, and questions of the checks. Out: answers, from
//! memory, from the cache on disk, or from the server, and how many of each. Only system, version and code of a coding
//! leave this machine, to the one origin that the user named. A server that cannot answer leaves things as undecided as
//! they were, with its reason.

mod cache;
mod enquiry;
mod session;
mod setting;
mod wire;

pub(crate) use setting::{Terminology, VARIABLE};
