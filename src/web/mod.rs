//! HTTP as this program asks: few hosts, each typed by a person, and answers nobody vouches for.
//!
//! In: an address and bounds. Out: an answer, or why there is none. Addresses are https, or http on this computer only;
//! a redirect never leads back to plain text or to another host of this computer; a credential goes to one exact origin
//! and nowhere else; every wait, size and number of tries has an end. Nothing here is asked because a message said so.
//!
//! The face is synchronous: the runtime that HTTP needs stays inside, so that nothing else has to know of it.

mod client;
mod error;
mod origin;

pub use client::{Answer, Client, Credential, Patience, Question, Sink};
pub use error::WebError;
pub use origin::{Origin, address, may_lead, shown};
pub use reqwest::Url;
