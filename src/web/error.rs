//! Why there is no answer.

use super::origin::shown;
use reqwest::Url;
use std::io;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// What was to be asked is no address that may be.
    #[error("{why}")]
    Address {
        /// Why not.
        why: &'static str,
    },
    /// The server led to where no answer may lead.
    #[error(
        "{from} leads on to an address that is not followed: not https, on this computer, elsewhere, or one too many"
    )]
    Redirect {
        /// Who led there.
        from: String,
    },
    /// The server could not be reached, or broke off.
    #[error("{url}: {what}")]
    Failed {
        /// What was asked.
        url: String,
        /// What happened, in our words and those of the system.
        what: String,
    },
    /// The server said no.
    #[error("{url}: the server answered with status {status}")]
    Status {
        /// What was asked.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The answer is longer than such an answer may be.
    #[error("{url}: the answer is longer than {most} bytes")]
    TooLong {
        /// What was asked.
        url: String,
        /// The bound.
        most: u64,
    },
    /// The answer could not be kept.
    #[error("cannot keep the answer: {0}")]
    Sink(io::Error),
}

impl WebError {
    /// What went wrong with the transport.
    pub(super) fn of(url: &Url, error: &reqwest::Error) -> Self {
        let what = if error.is_timeout() {
            "no answer in time"
        } else if error.is_connect() {
            "no connection"
        } else if error.is_body() || error.is_decode() {
            "the connection broke off in the middle of the answer"
        } else {
            "the exchange failed"
        };
        // The innermost cause is the system's or TLS's own; the outer ones repeat the address, query included.
        let mut inner: &dyn std::error::Error = error;
        while let Some(cause) = inner.source() {
            inner = cause;
        }
        let own = std::ptr::addr_eq(std::ptr::from_ref(inner), std::ptr::from_ref(error));
        let what = if own || error.is_timeout() { what.to_owned() } else { format!("{what} ({inner})") };
        Self::Failed { url: shown(url), what }
    }
}
