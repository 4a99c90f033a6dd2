//! What is asked for: flags over `[terminology]` of `hallmark.toml` over defaults.
//!
//! In: names and numbers as typed. Out: a [`Session`] that asks nobody yet, or what is wrong and where it stands.

use super::cache::Cache;
use super::enquiry::Enquiry;
use super::session::Session;
use crate::cli::args;
use crate::cli::error::{Error, Misused};
use crate::cli::packages::cache_folder;
use crate::cli::settings::{Name, Shared};
use crate::web::{Client, Credential, Origin, Patience, Url, address};
use std::path::PathBuf;
use std::time::Duration;

/// The token for a server that was typed.
const TOKEN: &str = "HALLMARK_TERMINOLOGY_TOKEN";
/// How the name of a variable begins that `hallmark.toml` may name: a file that came with a project must not be able to
/// send somebody's other secrets to a host of its author's.
pub(crate) const VARIABLE: &str = "HALLMARK_TERMINOLOGY_";

/// Seconds for one answer, tries and pauses included.
const TIMEOUT: u64 = 60;
/// Seconds for all answers of a run.
const BUDGET: u64 = 1800;
/// Days for which an answer is believed.
const KEEP: u64 = 30;

/// Which terminology server, if any.
#[derive(Debug)]
pub(crate) struct Terminology {
    url: Option<(Name, Url)>,
    credential: Option<Credential>,
    timeout: Duration,
    budget: Duration,
    keep: Duration,
    cache: Option<PathBuf>,
    language: Option<String>,
}

impl Terminology {
    /// What the flags and the configuration file ask for together.
    ///
    /// # Errors
    /// The first thing that cannot be, where it stands.
    pub(crate) fn new(flags: &args::Terminology, shared: &Shared) -> Result<Self, Error> {
        let said = &shared.config.terminology;
        let typed: Vec<String> = flags.terminology.iter().cloned().collect();
        let name = shared.names(&typed, said.url.as_slice()).into_iter().next();
        let url = match name {
            Some(name) if name.text != "none" => {
                let url = base(&name)?;
                Some((name, url))
            }
            _ => None,
        };
        let seconds = |said: Option<u64>, default| Duration::from_secs(said.unwrap_or(default));
        let credential = match &url {
            Some((_, url)) => credential(url, flags.terminology.is_some(), shared)?,
            None => None,
        };
        Ok(Self {
            credential,
            timeout: seconds(said.timeout, TIMEOUT),
            budget: seconds(said.budget, BUDGET),
            keep: Duration::from_secs(said.keep.unwrap_or(KEEP) * 24 * 60 * 60),
            cache: match &said.cache {
                Some(folder) if folder.as_os_str() == "none" => None,
                Some(folder) => Some(folder.clone()),
                None => cache_folder().map(|cache| cache.join("terminology")),
            },
            language: (!said.languages.is_empty()).then(|| said.languages.join(", ")),
            url,
        })
    }

    /// The session with the server; none when none is asked for. Nothing is sent yet.
    ///
    /// # Errors
    /// When the system gives no means of asking.
    pub(crate) fn session(&self) -> Result<Option<Session>, Error> {
        let Some((name, url)) = &self.url else { return Ok(None) };
        let wrong = |why: String| {
            Misused::error(format!("the terminology server {} cannot be asked: {why}", name.text), HELP, name.clone())
        };
        let Some(origin) = Origin::of(url) else { return Err(wrong("it names no host".to_owned())) };
        let patience = Patience {
            connect: self.timeout.min(Duration::from_secs(10)),
            idle: self.timeout,
            answer: self.timeout,
            pause: Duration::from_millis(500),
            ..Patience::default()
        };
        let client = Client::new(patience, self.credential.clone()).map_err(|error| wrong(error.to_string()))?;
        let cache = self.cache.as_ref();
        let cache = cache.map(|folder| Cache::new(folder, url.as_str(), self.language.as_deref(), self.keep));
        let enquiry = Enquiry::new(client.only(origin.clone()), url.clone(), self.language.clone(), self.budget);
        Ok(Some(Session::new(origin.to_string(), cache, enquiry)))
    }
}

const HELP: &str = "A terminology server is named by the address of its FHIR endpoint: https://terms.example/r4, or \
                    http:// for one on this computer.";

/// The address of the server.
fn base(name: &Name) -> Result<Url, Error> {
    let wrong = |why: &str| {
        Misused::error(format!("the terminology server {} cannot be asked: {why}", name.text), HELP, name.clone())
    };
    let mut url = address(&name.text).map_err(|error| wrong(&error.to_string()))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it has a query or a fragment"));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// What is shown to the server at `url`: the token for whoever was typed, or that of the variable that the file names
/// for the origin that the file names.
fn credential(url: &Url, typed: bool, shared: &Shared) -> Result<Option<Credential>, Error> {
    let said = &shared.config.terminology;
    let of_file = || {
        let named = said.url.as_ref().and_then(|url| address(&url.text).ok());
        named.as_ref().and_then(Origin::of) == Origin::of(url)
    };
    let (variable, name) = match &said.credential {
        Some(variable) if of_file() => {
            let name = shared.names(&[], std::slice::from_ref(variable)).into_iter().next();
            (variable.text.as_str(), name)
        }
        _ if typed => (TOKEN, None),
        // A file that came with a project could name a host of its author's; the token is for a host that the user named.
        _ => return Ok(None),
    };
    let name = name.unwrap_or_else(|| Name::typed(variable));
    let secret = std::env::var(variable).ok().filter(|secret| !secret.trim().is_empty());
    match secret {
        None if variable == TOKEN && typed => Ok(None),
        None => Err(Misused::error(
            format!("there is no {variable} in the environment, and the terminology server is to be shown it"),
            "Set it to the server's token, or to `Basic …`; or run with --terminology none.",
            name,
        )),
        Some(secret) => match Credential::written(url, secret.trim()) {
            Some(credential) => Ok(Some(credential)),
            None => Err(Misused::error(format!("{variable} holds what no credential can"), "Set it anew.", name)),
        },
    }
}
