//! The command line as typed. What it means, once the configuration file is laid under it, is in `settings`.
//!
//! One table of flags is what help, man page and completions are made of, so it stands in one piece, longer than files of
//! ours are; nothing is decided here.

use super::console::When;
use super::fhir_options::Setting;
use crate::judge::FailOn;
use crate::report::Format;
use crate::standard::Day;
use crate::standard::fhir::Release;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::str::FromStr;

/// Checks the messages a health system really emits against the national standards.
#[derive(Debug, Parser)]
#[command(name = "hallmark", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub(crate) everywhere: Everywhere,
}

const EXIT_CODES: &str = "Exit codes: 0 nothing at or above the threshold, 1 gaps, 2 could not run, 3 nothing was \
                          proven. An interrupted run writes what it has and ends with 130 (Ctrl-C), 143 or 129.";

/// Options of every command.
#[derive(Args, Clone, Debug)]
pub(crate) struct Everywhere {
    /// When to colour the output
    #[arg(long, global = true, value_name = "WHEN", help_heading = "Everywhere")]
    pub(crate) color: Option<When>,
    /// Say nothing on standard error but errors
    #[arg(long, short, global = true, help_heading = "Everywhere")]
    pub(crate) quiet: bool,
    /// Read this configuration file instead of the hallmark.toml found upward from here
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "no_config", help_heading = "Everywhere")]
    pub(crate) config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) no_config: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check messages and say, per national service, what would block the integration
    Check(Check),
    /// Say what each file is, and why we think so
    Detect(Detect),
    /// List standards, integrations, requirements or rules
    List(List),
    /// Explain a rule, requirement, standard, integration or path of FHIR
    Explain(Explain),
    /// Evaluate a FHIRPath expression on a resource and print what it gives, values included
    Fhirpath(Fhirpath),
    /// Make one report of several partial ones, the same as a single run would give
    Merge(Merge),
    /// Work on standards packs
    #[command(subcommand)]
    Standards(Standards),
    /// Write a commented hallmark.toml and waiver file
    Init(Init),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Print the manual page
    Man(Man),
}

/// `hallmark check`.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// Files, folders, patterns, .zip, .tar, .tar.gz or .gz archives, or - for standard input
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Judge only this integration (repeatable); `hallmark list integrations` names them
    #[arg(long = "for", value_name = "INTEGRATION")]
    pub(crate) integrations: Vec<String>,
    /// Which packs.
    #[command(flatten)]
    pub(crate) packs: Packs,
    /// Which FHIR definitions.
    #[command(flatten)]
    pub(crate) definitions: Definitions,
    /// Who is asked for codes.
    #[command(flatten)]
    pub(crate) terminology: Terminology,
    /// How to judge.
    #[command(flatten)]
    pub(crate) judging: Judging,
    /// Where the report goes.
    #[command(flatten)]
    pub(crate) output: Output,
    /// Show the text of the messages in the report; they are patient data
    #[arg(long)]
    pub(crate) show_values: bool,
    /// Worker threads [default: one per processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
    /// Leave out what .gitignore files name
    #[arg(long)]
    pub(crate) gitignore: bool,
    /// Key that seals facts across messages for a later merge, or `none` to leave them out
    #[arg(long, value_name = "FILE|none", env = "HALLMARK_JOIN_KEY", hide_env_values = true)]
    pub(crate) join_key: Option<JoinKey>,
}

/// Which packs.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Packs {
    /// Lay your own packs over the built-in ones (repeatable)
    #[arg(long, value_name = "DIR")]
    pub(crate) standards: Vec<PathBuf>,
    /// Use only this standard and what it builds on (repeatable); `hallmark list standards` names them
    #[arg(long = "use", value_name = "STANDARD")]
    pub(crate) only: Vec<String>,
}

/// FHIR definitions beyond the built-in ones.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Definitions {
    /// Lay a FHIR package over the built-in definitions (repeatable): NAME@VERSION that was fetched, a .tgz, a folder, or
    /// one conformance resource
    #[arg(long = "package", value_name = "PACKAGE")]
    pub(crate) packages: Vec<String>,
    /// Check against this FHIR profile besides those a resource claims (repeatable)
    #[arg(long = "profile", value_name = "CANONICAL")]
    pub(crate) profiles: Vec<String>,
    /// How strictly FHIR is checked (repeatable), as in the table fhir of hallmark.toml: best-practice, wrong-displays,
    /// security-checks, examples, unknown-extensions, extension-domains, for-publication
    #[arg(long = "fhir", value_name = "NAME=VALUE")]
    pub(crate) fhir: Vec<Setting>,
    /// Use only FHIR packages that hallmark.lock names, to the byte
    #[arg(long)]
    pub(crate) locked: bool,
}

/// Who is asked for codes that nothing held decides.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Terminology {
    /// Have codes that are undecided offline decided by this FHIR terminology server, or by `none`. Only system, version
    /// and code are sent, no display and no other text; HALLMARK_TERMINOLOGY_TOKEN is sent to it and to nobody else
    #[arg(long, value_name = "URL")]
    pub(crate) terminology: Option<String>,
}

/// How to judge.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Judging {
    /// Judge as of this day [default: today]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) as_of: Option<Day>,
    /// A JSON report whose findings are known: they are shown and do not fail the run
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Gaps that somebody accepted
    #[arg(long, value_name = "FILE")]
    pub(crate) waivers: Option<PathBuf>,
    /// Exit 1 from this level on: blocks, error, warning, information or never [default: error]
    #[arg(long, value_name = "LEVEL")]
    pub(crate) fail_on: Option<FailOn>,
}

/// Where the report goes.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Output {
    /// Format on standard output: terminal, json, ndjson, sarif, junit, github, gitlab, operation-outcome, csv,
    /// markdown or html [default: terminal]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// Save the report too (repeatable): PATH, whose ending chooses the format, or FORMAT:PATH
    #[arg(long, value_name = "PATH")]
    pub(crate) save: Vec<Save>,
}

/// One `--save`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Save {
    /// The format.
    pub(crate) format: Format,
    /// The file.
    pub(crate) path: PathBuf,
}

impl FromStr for Save {
    type Err = crate::report::format::FormatError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Format::from_save(text).map(|(format, path)| Self { format, path })
    }
}

/// `--join-key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum JoinKey {
    /// Facts are left out of reports.
    Without,
    /// The key's file.
    File(PathBuf),
}

impl FromStr for JoinKey {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(if text == "none" { Self::Without } else { Self::File(text.into()) })
    }
}

/// `hallmark detect`.
#[derive(Args, Debug)]
pub(crate) struct Detect {
    /// Files, folders, patterns, archives, or - for standard input
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Form of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: TextOrJson,
    /// Leave out what .gitignore files name
    #[arg(long)]
    pub(crate) gitignore: bool,
}

/// Text for people, or JSON for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextOrJson {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// `hallmark list`.
#[derive(Args, Debug)]
pub(crate) struct List {
    /// What to list
    #[arg(value_name = "WHAT")]
    pub(crate) what: Listed,
    /// Only what bears on this integration (repeatable)
    #[arg(long = "for", value_name = "INTEGRATION")]
    pub(crate) integrations: Vec<String>,
    /// Which packs.
    #[command(flatten)]
    pub(crate) packs: Packs,
    /// Form of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ListFormat,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listed {
    /// Packs, with version, status and next date.
    Standards,
    /// National services and the part a local system plays in them.
    Integrations,
    /// What the standards ask, and which rule tests it or why none does.
    Requirements,
    /// Rules, with severity and effect.
    Rules,
}

/// Form of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// Aligned columns.
    Text,
    /// For programs.
    Json,
    /// For spreadsheets.
    Csv,
}

/// `hallmark explain`.
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// Rule codes, requirement ids, standard ids, integration ids, or paths of FHIR: Patient.identifier,
    /// Patient.identifier:nhsNumber.system, Observation.valueQuantity, the URL of a profile
    #[arg(value_name = "CODE", required = true)]
    pub(crate) codes: Vec<String>,
    /// Which packs.
    #[command(flatten)]
    pub(crate) packs: Packs,
    /// Which FHIR definitions.
    #[command(flatten)]
    pub(crate) definitions: Definitions,
}

/// `hallmark fhirpath`.
#[derive(Args, Debug)]
#[command(after_help = "Values of the file are printed, which may be patient data. References are followed within \
                        the file; what needs terminology or profiles is not decided.")]
pub(crate) struct Fhirpath {
    /// The expression, for instance `Patient.name.where(use = 'official').family`
    #[arg(value_name = "EXPRESSION")]
    pub(crate) expression: String,
    /// One FHIR resource in JSON or XML; - for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The release of FHIR that the resource is of
    #[arg(long, value_name = "RELEASE", default_value = "r4")]
    pub(crate) release: FhirRelease,
    /// Form of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: TextOrJson,
}

/// `hallmark merge`.
#[derive(Args, Debug)]
pub(crate) struct Merge {
    /// Reports saved by `hallmark check --save part.json`
    #[arg(value_name = "REPORT.json", required = true)]
    pub(crate) reports: Vec<PathBuf>,
    /// Lay your own packs over the built-in ones (repeatable), as for the parts
    #[arg(long, value_name = "DIR")]
    pub(crate) standards: Vec<PathBuf>,
    /// A JSON report whose findings are known, as for the parts
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Exit 1 from this level on: blocks, error, warning, information or never [default: error]
    #[arg(long, value_name = "LEVEL")]
    pub(crate) fail_on: Option<FailOn>,
    /// Where the report goes.
    #[command(flatten)]
    pub(crate) output: Output,
    /// The key the partial reports were made with
    #[arg(long, value_name = "FILE|none", env = "HALLMARK_JOIN_KEY", hide_env_values = true)]
    pub(crate) join_key: Option<JoinKey>,
}

/// `hallmark standards`.
#[derive(Debug, Subcommand)]
pub(crate) enum Standards {
    /// Lint packs and run every rule's proof
    Test(TestPacks),
    /// Bring FHIR packages from a registry, with what they build on, and lock them
    Fetch(FetchPackages),
    /// Make the FHIR definitions that the program carries (for its developers)
    #[command(hide = true)]
    Compact(Compact),
}

/// `hallmark standards compact`.
#[derive(Args, Debug)]
pub(crate) struct Compact {
    /// Folders with the resources of unpacked packages, a later one over an earlier
    #[arg(value_name = "DIR", required = true)]
    pub(crate) packages: Vec<PathBuf>,
    /// The release of FHIR
    #[arg(long)]
    pub(crate) release: FhirRelease,
    /// Folder with expansions of the value sets
    #[arg(long, value_name = "DIR")]
    pub(crate) expansions: Vec<PathBuf>,
    /// Leave out what this store holds as well (repeatable)
    #[arg(long, value_name = "FILE")]
    pub(crate) instead: Vec<PathBuf>,
    /// Write the store here
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Write the table of types here
    #[arg(long, value_name = "FILE")]
    pub(crate) types: Option<PathBuf>,
}

/// A release of FHIR, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FhirRelease {
    /// 3.0.2.
    Stu3,
    /// 4.0.1.
    R4,
    /// 4.3.0.
    R4b,
}

impl From<FhirRelease> for Release {
    fn from(typed: FhirRelease) -> Self {
        match typed {
            FhirRelease::Stu3 => Self::Stu3,
            FhirRelease::R4 => Self::R4,
            FhirRelease::R4b => Self::R4b,
        }
    }
}

/// `hallmark standards test`.
#[derive(Args, Debug)]
pub(crate) struct TestPacks {
    /// Pack folders, or folders of packs
    #[arg(value_name = "DIR", required = true)]
    pub(crate) folders: Vec<PathBuf>,
}

/// `hallmark standards fetch`.
#[derive(Args, Debug)]
pub(crate) struct FetchPackages {
    /// Packages to fetch [default: those of hallmark.toml and hallmark.lock]
    #[arg(value_name = "NAME@VERSION")]
    pub(crate) packages: Vec<String>,
    /// Ask this registry instead of the public ones (repeatable, asked in order); the first that knows a name owns it.
    /// HALLMARK_REGISTRY_TOKEN is sent to the first and to nobody else
    #[arg(long = "registry", value_name = "URL", env = "HALLMARK_REGISTRY", value_delimiter = ',')]
    pub(crate) registries: Vec<String>,
    /// Fetch only what hallmark.lock names, to the byte
    #[arg(long)]
    pub(crate) locked: bool,
}

/// `hallmark init`.
#[derive(Args, Debug)]
pub(crate) struct Init {
    /// Folder to write in
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) folder: PathBuf,
    /// Replace files that are there
    #[arg(long)]
    pub(crate) force: bool,
}

/// `hallmark completions`.
#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

/// `hallmark man`.
#[derive(Args, Debug)]
pub(crate) struct Man {
    /// A command, for its own page
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Option<String>,
}

fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "a day is written YYYY-MM-DD (or YYYY-MM, or YYYY, for its first day)".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_save_names_its_format_or_its_ending_does() {
        let save = |text: &str| text.parse::<Save>().map(|save| save.format);
        assert_eq!(save("out.html"), Ok(Format::Html));
        assert_eq!(save("gitlab:out.json"), Ok(Format::Gitlab));
        assert!(save("out").is_err());
    }
}
