//! `hallmark.toml`: the defaults of a project.
//!
//! In: the file found upward from the working directory, or the one named. Out: a [`Config`] whose paths are ready to
//! open, or the first mistake in the file with its place and what is allowed there. It never reads a message, and it
//! cannot ask for values to be shown: patient data in a report is for a person to ask for each time.

mod entry;

use super::args::{JoinKey, Save};
use super::console::When;
use super::fhir_options::Setting;
use crate::judge::FailOn;
use crate::report::Format;
use crate::standard::Day;
use clap::ValueEnum;
use entry::{Entry, Mistake, unknown};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{fs, io};
use toml::de::DeTable;

/// The name that is looked for.
pub(crate) const NAME: &str = "hallmark.toml";
/// Bytes a configuration file may have: a hundred times what any needs.
const MAX_BYTES: u64 = 1 << 20;

/// Every key and what is allowed there, in the order of the file that `init` writes.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("paths", "a list of files, folders, patterns or archives to check when none is typed"),
    ("for", "a list of integration ids; `hallmark list integrations` names them"),
    ("standards", "a list of folders that hold your own packs"),
    ("use", "a list of standard ids; `hallmark list standards` names them"),
    ("as-of", "a day, YYYY-MM-DD"),
    ("fail-on", "blocks, error, warning, information or never"),
    ("waivers", "the path of a waiver file"),
    ("baseline", "the path of an earlier JSON report"),
    ("format", "terminal, json, ndjson, sarif, junit, github, gitlab, operation-outcome, csv, markdown or html"),
    ("save", "a list of paths whose ending chooses the format, or FORMAT:PATH"),
    ("join-key", "the path of a key file, or \"none\""),
    ("gitignore", "true or false"),
    ("threads", "a whole number from 1 to 256"),
    ("quiet", "true or false"),
    ("color", "auto, always or never"),
    ("packages", "a table: [packages] with use, profiles and registries"),
    ("terminology", "a table: [terminology] with url, credential, timeout, budget, cache, keep and languages"),
    ("fhir", "a table: [fhir] with how strictly FHIR is checked"),
];

/// The same of `[packages]`.
pub(crate) const PACKAGE_KEYS: &[(&str, &str)] = &[
    ("use", "a list of FHIR packages: NAME@VERSION, the path of a .tgz, folder or conformance resource"),
    ("profiles", "a list of canonical URLs of FHIR profiles"),
    ("registries", "a list of addresses of package registries, asked in order"),
];

/// The same of `[terminology]`.
pub(crate) const TERMINOLOGY_KEYS: &[(&str, &str)] = &[
    ("url", "the address of a FHIR terminology server, or \"none\""),
    ("credential", "the name of an environment variable that begins with HALLMARK_TERMINOLOGY_"),
    ("timeout", "seconds for one answer, from 1 to 600"),
    ("budget", "seconds for all answers of a run, from 1 to 86400"),
    ("cache", "the path of a folder for answers, or \"none\""),
    ("keep", "days for which an answer is believed, from 1 to 365"),
    ("languages", "a list of language tags in which displays are wanted, most wanted first"),
];

/// A word of the file and where it stands, for what is known only once the packs are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// The word.
    pub(crate) text: String,
    /// Its byte range in the file.
    pub(crate) at: Range<usize>,
}

/// The defaults of a project.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    /// The file, as a person would open it.
    pub(crate) file: String,
    /// Its text.
    pub(crate) text: String,
    /// `paths`.
    pub(crate) paths: Vec<PathBuf>,
    /// `for`.
    pub(crate) integrations: Vec<Said>,
    /// `standards`.
    pub(crate) standards: Vec<PathBuf>,
    /// `use`.
    pub(crate) only: Vec<Said>,
    /// `as-of`.
    pub(crate) as_of: Option<Day>,
    /// `fail-on`.
    pub(crate) fail_on: Option<FailOn>,
    /// `waivers`.
    pub(crate) waivers: Option<PathBuf>,
    /// `baseline`.
    pub(crate) baseline: Option<PathBuf>,
    /// `format`.
    pub(crate) format: Option<Format>,
    /// `save`.
    pub(crate) save: Vec<Save>,
    /// `join-key`.
    pub(crate) join_key: Option<JoinKey>,
    /// `gitignore`.
    pub(crate) gitignore: bool,
    /// `threads`.
    pub(crate) threads: Option<u16>,
    /// `quiet`.
    pub(crate) quiet: bool,
    /// `color`.
    pub(crate) color: Option<When>,
    /// `packages.use`, whose paths are relative to `folder`.
    pub(crate) packages: Vec<Said>,
    /// `packages.profiles`.
    pub(crate) profiles: Vec<Said>,
    /// `packages.registries`.
    pub(crate) registries: Vec<Said>,
    /// `terminology`.
    pub(crate) terminology: Terminology,
    /// `fhir`: how strictly FHIR is checked.
    pub(crate) fhir: Vec<Setting>,
    /// The folder of the file; empty, for the working directory, when there is none.
    pub(crate) folder: PathBuf,
}

/// `[terminology]`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terminology {
    /// `url`.
    pub(crate) url: Option<Said>,
    /// `credential`.
    pub(crate) credential: Option<Said>,
    /// `timeout`, in seconds.
    pub(crate) timeout: Option<u64>,
    /// `budget`, in seconds.
    pub(crate) budget: Option<u64>,
    /// `cache`.
    pub(crate) cache: Option<PathBuf>,
    /// `keep`, in days.
    pub(crate) keep: Option<u64>,
    /// `languages`.
    pub(crate) languages: Vec<String>,
}

/// Why there are no defaults.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {file}: {cause}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        cause: io::Error,
    },
    /// A mistake in it.
    #[error("{file}: {message}")]
    Wrong {
        /// The file.
        file: String,
        /// Its text.
        text: String,
        /// Where.
        at: Range<usize>,
        /// What is wrong.
        message: String,
        /// What is allowed there.
        allowed: String,
    },
}

impl Config {
    /// Reads the nearest [`NAME`] in the working directory `from` or a folder above it; no file, no defaults.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub(crate) fn find(from: &Path) -> Result<Self, ConfigError> {
        // Named relative to the working directory, so that ids in a report do not depend on where the project lies.
        let above = from.ancestors().enumerate().find(|(_, folder)| folder.join(NAME).is_file());
        match above {
            Some((steps, _)) => Self::read(&std::iter::repeat_n("..", steps).collect::<PathBuf>().join(NAME)),
            None => Ok(Self::default()),
        }
    }

    /// Reads `file`.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub(crate) fn read(file: &Path) -> Result<Self, ConfigError> {
        let shown = file.display().to_string();
        let failed = |cause| ConfigError::Unreadable { file: shown.clone(), cause };
        if fs::metadata(file).map_err(failed)?.len() > MAX_BYTES {
            return Err(failed(io::Error::other("it is far larger than such a file can be")));
        }
        let text = fs::read_to_string(file).map_err(failed)?;
        let folder = file.parent().unwrap_or(Path::new(""));
        Self::parse(&shown, folder, text)
    }

    /// Reads `text`, whose paths are relative to `folder`.
    ///
    /// # Errors
    /// [`ConfigError::Wrong`].
    pub(crate) fn parse(file: &str, folder: &Path, text: String) -> Result<Self, ConfigError> {
        let mut config = Self { file: file.to_owned(), folder: folder.to_owned(), ..Self::default() };
        match config.fill(folder, &text) {
            Ok(()) => Ok(Self { text, ..config }),
            Err(Mistake { at, message, allowed }) => {
                Err(ConfigError::Wrong { file: config.file, text, at, message, allowed })
            }
        }
    }

    fn fill(&mut self, folder: &Path, text: &str) -> Result<(), Mistake> {
        let table = DeTable::parse(text).map_err(|error| {
            let at = error.span().unwrap_or(0..0);
            Mistake { at, message: error.message().to_owned(), allowed: "The file is TOML: key = value.".to_owned() }
        })?;
        let mut entries: Vec<_> = table.get_ref().iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let Some((key, allowed)) = KEYS.iter().find(|(known, _)| *known == key.get_ref()) else {
                return Err(unknown(key.get_ref(), key.span(), KEYS));
            };
            let entry = Entry { key, allowed, value, folder };
            match *key {
                "paths" => self.paths = entry.paths()?,
                "for" => self.integrations = entry.words()?,
                "standards" => self.standards = entry.paths()?,
                "use" => self.only = entry.words()?,
                "as-of" => self.as_of = Some(entry.day()?),
                "fail-on" => self.fail_on = Some(entry.parsed(|text| text.parse().ok())?),
                "waivers" => self.waivers = Some(entry.path()?),
                "baseline" => self.baseline = Some(entry.path()?),
                "format" => self.format = Some(entry.parsed(|text| text.parse().ok())?),
                "save" => self.save = entry.saves()?,
                "join-key" => self.join_key = Some(entry.join_key()?),
                "gitignore" => self.gitignore = entry.truth()?,
                "threads" => self.threads = Some(entry.threads()?),
                "quiet" => self.quiet = entry.truth()?,
                "packages" => self.packages(&entry)?,
                "terminology" => self.terminology(&entry)?,
                "fhir" => self.fhir = entry.fhir()?,
                _ => self.color = Some(entry.parsed(|text| When::from_str(text, false).ok())?),
            }
        }
        Ok(())
    }
}

impl Config {
    /// Reads `[packages]`.
    fn packages(&mut self, entry: &Entry<'_>) -> Result<(), Mistake> {
        for entry in entry.table(PACKAGE_KEYS)? {
            let words = entry.words()?;
            match entry.key {
                "use" => self.packages = words,
                "profiles" => self.profiles = words,
                _ => self.registries = words,
            }
        }
        Ok(())
    }

    /// Reads `[terminology]`.
    fn terminology(&mut self, entry: &Entry<'_>) -> Result<(), Mistake> {
        for entry in entry.table(TERMINOLOGY_KEYS)? {
            let to = &mut self.terminology;
            match entry.key {
                "url" => to.url = Some(entry.string()?),
                "credential" => to.credential = Some(entry.variable()?),
                "timeout" => to.timeout = Some(entry.number(1..=600)?),
                "budget" => to.budget = Some(entry.number(1..=86_400)?),
                "cache" if entry.string()?.text == "none" => to.cache = Some(PathBuf::from("none")),
                "cache" => to.cache = Some(entry.path()?),
                "keep" => to.keep = Some(entry.number(1..=365)?),
                _ => to.languages = entry.languages()?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse("hallmark.toml", Path::new("/project"), text.to_owned())
    }

    /// The marked text, the message and what is allowed.
    fn mistake(text: &str) -> (String, String, String) {
        match parse(text) {
            Err(ConfigError::Wrong { text, at, message, allowed, .. }) => (text[at].to_owned(), message, allowed),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_key_is_read_and_paths_are_relative_to_the_file() {
        let config = parse(
            "paths = ['feed', '-']\nfor = ['pas/feed']\nstandards = ['packs']\nuse = ['common']\nas-of = 2027-04-01\n\
             fail-on = 'warning'\nwaivers = 'w.toml'\nbaseline = '/b.json'\nformat = 'json'\nsave = ['gitlab:o.json']\n\
             join-key = 'none'\ngitignore = true\nthreads = 4\nquiet = true\ncolor = 'never'\n\
             [packages]\nuse = ['a.b@1.0.0', 'p.tgz']\nprofiles = ['https://x/p']\nregistries = ['https://r']\n\
             [terminology]\nurl = 'https://t'\ncredential = 'HALLMARK_TERMINOLOGY_X'\ntimeout = 5\nbudget = 60\n\
             cache = 'terms'\nkeep = 7\nlanguages = ['en-GB', 'cy']\n\
             [fhir]\nexamples = false\nextension-domains = ['https://a/', 'https://b/']\n",
        )
        .expect("it is right");
        assert_eq!(config.paths, [PathBuf::from("/project/feed"), PathBuf::from("-")]);
        assert_eq!((config.integrations[0].text.as_str(), config.only[0].text.as_str()), ("pas/feed", "common"));
        assert_eq!(config.as_of, Day::parse("2027-04-01"));
        assert_eq!(config.baseline, Some(PathBuf::from("/b.json")));
        assert_eq!(config.save[0].path, PathBuf::from("/project/o.json"));
        assert_eq!(
            config.fhir,
            ["examples=false", "extension-domains=https://a/,https://b/"].map(|s| s.parse().unwrap())
        );
        assert_eq!((config.threads, config.color), (Some(4), Some(When::Never)));
        assert_eq!(config.join_key, Some(JoinKey::Without));
        assert_eq!((config.packages[1].text.as_str(), config.folder), ("p.tgz", PathBuf::from("/project")));
        let terms = &config.terminology;
        assert_eq!((terms.timeout, terms.budget, terms.keep), (Some(5), Some(60), Some(7)));
        assert_eq!(terms.cache, Some(PathBuf::from("/project/terms")));
        assert_eq!((terms.url.as_ref().map(|url| url.text.as_str()), terms.languages.len()), (Some("https://t"), 2));
        assert_eq!(
            (config.profiles[0].text.as_str(), config.registries[0].text.as_str()),
            ("https://x/p", "https://r")
        );
    }

    #[test]
    fn a_mistake_is_marked_and_what_is_allowed_is_told() {
        let (marked, _, allowed) = mistake("quiet = true\nfail_on = 'error'\n");
        assert_eq!(marked, "fail_on");
        assert!(allowed.starts_with("did you mean fail-on?") && allowed.contains("join-key"), "{allowed}");
        let (marked, _, allowed) = mistake("fail-on = 'errors'");
        assert_eq!(marked, "'errors'");
        assert!(allowed.contains("blocks, error, warning, information or never"), "{allowed}");
        assert_eq!(mistake("threads = 0").0, "0");
        assert_eq!(mistake("for = ['a', 7]").0, "7");
        assert_eq!(mistake("for = 'a'").0, "'a'");
        assert!(mistake("show_values = true").1.contains("patient data"));
        assert!(mistake("save = ['x']").1.contains("FORMAT:PATH"));
        assert!(mistake("quiet = ").2.contains("TOML"));
        assert_eq!(mistake("[check]\nquiet = true").0, "check");
        assert_eq!(mistake("packages = ['a@1']").0, "['a@1']");
        assert_eq!(mistake("[terminology]\ncredential = 'AWS_SECRET'").0, "'AWS_SECRET'");
        assert_eq!(mistake("[terminology]\ntimeout = 0").0, "0");
        assert_eq!(mistake("[terminology]\nlanguages = ['en_GB']").0, "'en_GB'");
        assert!(mistake("[terminology]\nurls = 'x'").2.starts_with("did you mean url?"));
        assert_eq!(mistake("[fhir]\nexamples = 'perhaps'").0, "'perhaps'");
        assert!(mistake("[fhir]\nexample = true").2.starts_with("did you mean examples?"));
        let (marked, _, allowed) = mistake("[packages]\nprofile = ['x']");
        assert_eq!(marked, "profile");
        assert!(allowed.starts_with("did you mean profiles?") && allowed.contains("registries"), "{allowed}");
    }

    #[test]
    fn every_key_is_told_of() {
        let (.., allowed) = mistake("x = 1");
        assert!(KEYS.iter().all(|(key, _)| allowed.contains(key)));
    }
}
