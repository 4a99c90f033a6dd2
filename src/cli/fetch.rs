//! `hallmark standards fetch`: FHIR packages from registries into the cache, and into the lock file.
//!
//! In: names and versions, typed or those of `hallmark.toml` and `hallmark.lock`. Out: installed packages, a line for
//! each on standard output, and the lock file. This is the one command that asks the network.

use super::console::{Stream, is_ci, print, say};
use super::error::{Error, Misused};
use super::packages::{caches, lock_file};
use super::settings::{Name, Shared};
use super::{COULD_NOT_RUN, args};
use crate::report::escape::terminal;
use crate::standard::fhir::package::{
    DEFAULT_REGISTRIES, Fetch, Fetched, How, LOCK, Limits, Lock, Pinned, Registries, Source, Strictness, Watcher,
};
use crate::web::{Client, Credential, Patience, address};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A token for the registry that was typed.
const TOKEN: &str = "HALLMARK_REGISTRY_TOKEN";

/// Fetches. Returns the exit code.
///
/// # Errors
/// When it could not begin.
pub(crate) fn run(flags: &args::FetchPackages, shared: &Shared) -> Result<u8, Error> {
    let path = lock_file(shared);
    let locked = Lock::read(&path)?;
    let asked = asked(flags, shared, locked.as_ref())?;
    if flags.locked && locked.is_none() {
        let help = format!("Run `hallmark standards fetch` without --locked, and keep {LOCK} with the project.");
        return Err(Error::refused(format!("--locked was asked for and there is no {}", path.display()), help));
    }
    let registries = registries(flags, shared)?;
    let caches = caches();
    let fetch = Fetch {
        registries: &registries,
        caches: &caches,
        strictness: if flags.locked { Strictness::Locked } else { Strictness::Free },
        limits: Limits::default(),
    };
    let mut lock = locked.clone().unwrap_or_default();
    let mut bar = Bar { bar: None, wanted: !shared.quiet && !is_ci() && Stream::Error.is_terminal() };
    let fetched = fetch.run(&asked, &mut lock, &mut bar).map_err(Error::Package)?;
    // Before anything is said: a lock that is not written must not look as if it were.
    if locked.as_ref() != Some(&lock) && lock.packages().next().is_some() {
        lock.write(&path).map_err(|cause| Error::Unwritable { file: path.clone(), cause })?;
    }
    let lines: Vec<String> = fetched.iter().filter_map(line).collect();
    print(|out| lines.iter().try_for_each(|line| writeln!(out, "{}", terminal::text(line)))).map_err(Error::Output)?;
    let mut failed = 0;
    for Fetched { by, how, .. } in &fetched {
        if let How::Failed(error) = how {
            failed += 1;
            let mut error = error.clone();
            if let Some(by) = by {
                error.message = format!("{} ({by} builds on it)", error.message);
            }
            Error::Package(error).complaint().tell(shared.color);
        }
    }
    if failed > 0 && !shared.quiet {
        say(&format!("{} of {} packages could not be fetched", failed, fetched.len()));
    }
    Ok(if failed > 0 { COULD_NOT_RUN } else { 0 })
}

/// What to fetch: what was typed; without that, what the project names.
fn asked(flags: &args::FetchPackages, shared: &Shared, lock: Option<&Lock>) -> Result<Vec<Pinned>, Error> {
    let mut asked = Vec::new();
    for text in &flags.packages {
        asked.push(Pinned::parse(text).map_err(|error| Misused::package(error, Name::typed(text)))?);
    }
    if !asked.is_empty() {
        return Ok(asked);
    }
    for name in shared.names(&[], &shared.config.packages) {
        // A path is not fetched.
        if let Ok(Source::Named(pinned)) = Source::typed(&name.text, &shared.config.folder) {
            asked.push(pinned);
        }
    }
    asked.extend(lock.iter().flat_map(|lock| lock.packages()).map(|(pinned, _)| pinned.clone()));
    asked.dedup();
    if asked.is_empty() {
        return Err(Error::refused(
            "there is nothing to fetch",
            format!(
                "Name a package: hallmark standards fetch fhir.r4.ukcore.stu1@0.5.1. A hallmark.toml may name them with \
                 [packages] use = […], and {LOCK} does once they were fetched."
            ),
        ));
    }
    Ok(asked)
}

/// Who is asked: what was typed, else the file's, else the community's.
fn registries(flags: &args::FetchPackages, shared: &Shared) -> Result<Registries, Error> {
    let names = shared.names(&flags.registries, &shared.config.registries);
    let mut urls: Vec<String> = names.iter().map(|name| name.text.clone()).collect();
    if urls.is_empty() {
        urls = DEFAULT_REGISTRIES.iter().map(|url| (*url).to_owned()).collect();
    }
    // A file that came with a project could name a host of its author's; the token is for a host that the user named.
    let token = std::env::var(TOKEN).ok().filter(|token| !token.is_empty());
    let credential = match (token, flags.registries.first()) {
        (None, _) => None,
        (Some(_), None) => {
            say(&format!("note: {TOKEN} is not used: it is for the registry named with --registry, and none is"));
            None
        }
        (Some(token), Some(url)) => {
            let origin = address(url).map_err(|error| wrong_registry(&error, Name::typed(url)))?;
            match Credential::new(&origin, token.trim()) {
                Some(credential) => Some(credential),
                None => return Err(Error::refused(format!("{TOKEN} holds what no token can"), "Set it anew.")),
            }
        }
    };
    let client = Client::new(Patience::default(), credential).map_err(|error| Error::refused(error.to_string(), ""))?;
    Registries::new(&urls, client).map_err(|(at, error)| {
        let name = names.get(at).cloned().unwrap_or_else(|| Name::typed(&urls[at]));
        wrong_registry(&error, name)
    })
}

fn wrong_registry(error: &crate::web::WebError, name: Name) -> Error {
    let help = "A registry is named by its address: https://packages.example, or http:// for one on this computer.";
    Misused::error(format!("the registry {} cannot be asked: {error}", name.text), help, name)
}

/// The line about a package; none when an error is told of it instead.
fn line(fetched: &Fetched) -> Option<String> {
    let Fetched { pinned, how, .. } = fetched;
    Some(match how {
        How::Installed(sha256) => format!("installed  {pinned}  sha256:{sha256}"),
        How::Present(sha256) => format!("present    {pinned}  sha256:{sha256}"),
        How::BuiltIn => format!("built in   {pinned}"),
        How::NotLocked => format!("not locked {pinned}"),
        How::Failed(_) => return None,
    })
}

/// A bar on a terminal.
struct Bar {
    bar: Option<ProgressBar>,
    wanted: bool,
}

impl Watcher for Bar {
    fn begins(&mut self, pinned: &Pinned) {
        if !self.wanted {
            return;
        }
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        let form = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}";
        if let Ok(style) = ProgressStyle::with_template(form) {
            bar.set_style(style.progress_chars("#-."));
        }
        bar.set_message(pinned.to_string());
        bar.tick();
        self.bar = Some(bar);
    }

    fn at(&mut self, held: u64, whole: Option<u64>) {
        if let Some(bar) = &self.bar {
            if let Some(whole) = whole {
                bar.set_length(whole);
            }
            bar.set_position(held);
        }
    }

    fn done(&mut self, _: &Fetched) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
