//! Where a question may go.
//!
//! In: an address, or the step from one to the next. Out: whether it may be asked.

use super::WebError;
use reqwest::Url;
use std::fmt;

/// Scheme, host and port: what a credential is bound to (RFC 6454 section 4). Two are equal or they are strangers; no
/// beginning or ending of a name makes them kin.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    /// The origin of an address that [`address`] let through.
    pub fn of(url: &Url) -> Option<Self> {
        let (host, port) = (url.host_str()?, url.port_or_known_default()?);
        Some(Self { scheme: url.scheme().to_owned(), host: host.to_ascii_lowercase(), port })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.scheme, self.host, self.port)
    }
}

/// Reads an address that a person typed or a registry named.
///
/// # Errors
/// When it is none, is not https (http is for this computer only), or carries a name and password.
pub fn address(text: &str) -> Result<Url, WebError> {
    let refused = |why: &'static str| Err(WebError::Address { why });
    let Ok(url) = Url::parse(text) else { return refused("it is no address of the web") };
    if url.host_str().is_none_or(str::is_empty) {
        return refused("it names no host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refused("it carries a name or password, which addresses are logged with");
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_this_computer(&url) => Ok(url),
        "http" => refused("it is not encrypted; http is for a server on this computer only"),
        _ => refused("it is not https"),
    }
}

/// Whether an answer from `from` may lead on to `to`: to https anywhere but this computer, or to the same host of this
/// computer when it came from there.
pub fn may_lead(from: &Url, to: &Url) -> bool {
    if address(to.as_str()).is_err() {
        return false;
    }
    match (is_this_computer(from), is_this_computer(to)) {
        (true, true) => from.host_str() == to.host_str(),
        (_, true) => false,
        (_, false) => true,
    }
}

/// Whether the host is this computer, by its address or by the name that RFC 6761 section 6.3 reserves for it.
pub(super) fn is_this_computer(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// An address as messages and files show it: without query and fragment, which may hold what is secret.
pub fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_https_or_on_this_computer() {
        for good in ["https://packages.example", "http://localhost:80/x", "http://127.9.0.1:1", "http://[::1]:8080/"] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in [
            "http://packages.example",
            "file:///etc/passwd",
            "ftp://x",
            "https://",
            "x",
            "https://a:b@x",
            "https://a@x",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://0.0.0.0",
            "javascript:1",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn origins_are_exact() {
        let of = |text: &str| Origin::of(&address(text).expect("it is one"));
        assert_eq!(of("https://A.example/x"), of("https://a.example:443/y?z"));
        for other in ["https://a.example.evil", "https://a.example:444", "https://xa.example"] {
            assert_ne!(of("https://a.example"), of(other), "{other}");
        }
    }

    #[test]
    fn a_redirect_does_not_lead_to_plain_text_or_into_this_computer() {
        let leads =
            |from: &str, to: &str| may_lead(&Url::parse(from).expect("it is one"), &Url::parse(to).expect("it is one"));
        assert!(leads("https://a.example", "https://b.example"));
        assert!(leads("http://127.0.0.1:1", "http://127.0.0.1:2"));
        assert!(!leads("http://127.0.0.1:1", "http://localhost:2"));
        assert!(!leads("https://a.example", "http://a.example"));
        assert!(!leads("https://a.example", "http://127.0.0.1"));
        assert!(!leads("https://a.example", "https://127.0.0.1"));
        assert!(!leads("https://a.example", "https://[::ffff:127.0.0.1]"));
        assert!(!leads("https://a.example", "file:///etc/passwd"));
    }
}
