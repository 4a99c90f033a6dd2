//! What a command is to do: flags over `hallmark.toml` over defaults.
//!
//! A flag that may be repeated replaces the whole list of the file: what is typed is what is done.

use super::args::{self, Everywhere, JoinKey, Save};
use super::config::{Config, Said};
use super::console::When;
use super::error::{Error, Unknown};
use super::packages::Definitions;
use super::terminology::Terminology;
use crate::check::Shown;
use crate::ingest::{GitIgnore, Options, Source};
use crate::judge::FailOn;
use crate::report::Format;
use crate::standard::{Catalogue, Day};
use std::ops::Range;
use std::path::PathBuf;

/// A name the user gave, and where it stands when it is in a file.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    /// The name.
    pub(crate) text: String,
    /// The file it stands in, its text, and where; none when it was typed.
    pub(super) place: Option<(String, String, Range<usize>)>,
}

impl Name {
    /// A name from the command line.
    pub(crate) fn typed(text: &str) -> Self {
        Self { text: text.to_owned(), place: None }
    }
}

/// What every command needs to know.
#[derive(Debug)]
pub(crate) struct Shared {
    /// The configuration file; empty when there is none.
    pub(crate) config: Config,
    /// When to colour.
    pub(crate) color: When,
    /// Whether standard error is to hold errors only.
    pub(crate) quiet: bool,
}

impl Shared {
    /// What every command needs to know.
    ///
    /// # Errors
    /// A mistake in the configuration file.
    pub(crate) fn new(flags: &Everywhere) -> Result<Self, Error> {
        let config = match (&flags.config, flags.no_config) {
            (Some(file), _) => Config::read(file)?,
            (None, true) => Config::default(),
            // Without a working directory there is no way upward from it.
            (None, false) => match std::env::current_dir() {
                Ok(here) => Config::find(&here)?,
                Err(_) => Config::default(),
            },
        };
        let color = flags.color.or(config.color).unwrap_or_default();
        Ok(Self { color, quiet: flags.quiet || config.quiet, config })
    }

    /// The names typed, or the file's.
    pub(super) fn names(&self, typed: &[String], said: &[Said]) -> Vec<Name> {
        let place = |at: &Range<usize>| Some((self.config.file.clone(), self.config.text.clone(), at.clone()));
        match typed {
            [] => said.iter().map(|said| Name { text: said.text.clone(), place: place(&said.at) }).collect(),
            typed => typed.iter().map(|text| Name::typed(text)).collect(),
        }
    }

    /// The integrations asked for.
    pub(crate) fn integrations(&self, typed: &[String]) -> Vec<Name> {
        self.names(typed, &self.config.integrations)
    }

    /// The packs asked for.
    pub(crate) fn packs(&self, flags: &args::Packs) -> Packs {
        Packs {
            folders: typed_or(&flags.standards, &self.config.standards),
            only: self.names(&flags.only, &self.config.only),
        }
    }

    /// How to judge.
    pub(crate) fn judging(&self, flags: &args::Judging) -> Judging {
        Judging {
            as_of: flags.as_of.or(self.config.as_of),
            baseline: flags.baseline.clone().or_else(|| self.config.baseline.clone()),
            waivers: flags.waivers.clone().or_else(|| self.config.waivers.clone()),
            fail_on: flags.fail_on.or(self.config.fail_on).unwrap_or_default(),
        }
    }

    /// Where the report goes.
    pub(crate) fn output(&self, flags: &args::Output) -> Output {
        Output {
            format: flags.format.or(self.config.format).unwrap_or(Format::Terminal),
            save: typed_or(&flags.save, &self.config.save),
        }
    }

    /// The join key asked for.
    pub(crate) fn join_key(&self, typed: Option<&JoinKey>) -> Option<JoinKey> {
        typed.or(self.config.join_key.as_ref()).cloned()
    }
}

fn typed_or<T: Clone>(typed: &[T], said: &[T]) -> Vec<T> {
    if typed.is_empty() { said.to_vec() } else { typed.to_vec() }
}

/// Which packs.
#[derive(Debug)]
pub(crate) struct Packs {
    /// The user's own.
    pub(crate) folders: Vec<PathBuf>,
    /// Only these and what they build on; empty for all.
    pub(crate) only: Vec<Name>,
}

impl Packs {
    /// The ids asked for, sorted: a report says the same whatever the order typed.
    pub(crate) fn ids(&self) -> Vec<String> {
        ids(&self.only)
    }

    /// Reads them.
    ///
    /// # Errors
    /// A mistake in a pack, or a standard that is not there.
    pub(crate) fn load(&self) -> Result<Catalogue, Error> {
        let mut catalogue = Catalogue::load(&self.folders)?;
        if !self.only.is_empty() {
            known("standard", &self.only, || catalogue.packs.iter().map(|pack| pack.id.clone()).collect())?;
            let ids: Vec<String> = self.only.iter().map(|name| name.text.clone()).collect();
            catalogue.keep(&ids).map_err(|said| Error::refused(said, ""))?;
        }
        Ok(catalogue)
    }
}

/// The ids of `names`, each an integration of `catalogue`.
///
/// # Errors
/// The first that is none.
pub(crate) fn integrations(names: &[Name], catalogue: &Catalogue) -> Result<Vec<String>, Error> {
    known("integration", names, || catalogue.integrations.iter().map(|known| known.id.clone()).collect())?;
    Ok(ids(names))
}

fn ids(names: &[Name]) -> Vec<String> {
    let mut ids: Vec<String> = names.iter().map(|name| name.text.clone()).collect();
    ids.sort();
    ids.dedup();
    ids
}

fn known(kind: &'static str, names: &[Name], known: impl Fn() -> Vec<String>) -> Result<(), Error> {
    let all = known();
    match names.iter().find(|name| !all.contains(&name.text)) {
        None => Ok(()),
        Some(name) => {
            let unknown = Unknown { kind, name: name.text.clone(), place: name.place.clone(), known: all };
            Err(Box::new(unknown).into())
        }
    }
}

/// How to judge.
#[derive(Debug)]
pub(crate) struct Judging {
    /// The day; none for today.
    pub(crate) as_of: Option<Day>,
    /// An earlier report.
    pub(crate) baseline: Option<PathBuf>,
    /// A waiver file.
    pub(crate) waivers: Option<PathBuf>,
    /// The threshold.
    pub(crate) fail_on: FailOn,
}

/// Where the report goes.
#[derive(Debug)]
pub(crate) struct Output {
    /// On standard output.
    pub(crate) format: Format,
    /// To files.
    pub(crate) save: Vec<Save>,
}

/// What `hallmark check` is to do.
#[derive(Debug)]
pub(crate) struct Check {
    /// What to read.
    pub(crate) sources: Vec<Source>,
    /// How to read it.
    pub(crate) reading: Options,
    /// What to judge; empty for all.
    pub(crate) integrations: Vec<Name>,
    /// Which packs.
    pub(crate) packs: Packs,
    /// Which FHIR definitions.
    pub(crate) definitions: Definitions,
    /// Who is asked for codes.
    pub(crate) terminology: Terminology,
    /// How to judge.
    pub(crate) judging: Judging,
    /// Where the report goes.
    pub(crate) output: Output,
    /// Whether values may be shown.
    pub(crate) shown: Shown,
    /// Worker threads.
    pub(crate) threads: usize,
    /// The join key asked for; none for the one kept for this user.
    pub(crate) join_key: Option<JoinKey>,
}

impl Check {
    /// What the flags and the configuration file ask for together.
    ///
    /// # Errors
    /// When there is nothing to read, or values may not be shown where the report goes.
    pub(crate) fn new(flags: args::Check, shared: &Shared) -> Result<Self, Error> {
        let paths = typed_or(&flags.paths, &shared.config.paths);
        if paths.is_empty() {
            return Err(Error::refused(
                "there is nothing to check",
                "Name files, folders or archives: hallmark check PATH…, or - for standard input. A hallmark.toml may \
                 name them with paths = […].",
            ));
        }
        let ignore = if flags.gitignore || shared.config.gitignore { GitIgnore::Respect } else { GitIgnore::Ignore };
        let output = shared.output(&flags.output);
        let shown = if flags.show_values { Shown::Values } else { Shown::Shapes };
        if shown == Shown::Values {
            super::values::allowed(&output)?;
        }
        let threads = flags.threads.or(shared.config.threads).map(usize::from);
        Ok(Self {
            sources: paths.iter().map(|path| Source::typed(path.as_os_str())).collect(),
            reading: Options { gitignore: ignore, ..Options::default() },
            integrations: shared.integrations(&flags.integrations),
            packs: shared.packs(&flags.packs),
            definitions: Definitions::new(&flags.definitions, shared)?,
            terminology: Terminology::new(&flags.terminology, shared)?,
            judging: shared.judging(&flags.judging),
            output,
            shown,
            threads: threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
            join_key: shared.join_key(flags.join_key.as_ref()),
        })
    }
}
