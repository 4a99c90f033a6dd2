//! Arguments → run → exit code.
//!
//! In: the command line, the environment, `hallmark.toml`. Out: a report on standard output and in files, errors on
//! standard error, and the exit code. This is the only place that reads the clock, the environment or the working
//! directory, and the only one where an error becomes text.

mod args;
mod check;
mod compact;
mod complaint;
mod config;
mod console;
mod deliver;
mod detect;
mod error;
mod explain;
mod failure;
mod fetch;
mod fhir_options;
mod fhirpath;
mod init;
mod join_key;
mod joined;
mod ledger;
mod list;
mod merge;
mod packages;
mod progress;
pub mod proofs;
mod queue;
mod run;
mod settings;
mod sheet;
mod shell;
mod standards;
mod stop;
mod table;
mod terminology;
mod values;

use args::{Arguments, Command, Everywhere};
use clap::Parser;
use console::When;
use error::Error;
use settings::Shared;
use std::ffi::OsString;

/// Could not run.
const COULD_NOT_RUN: u8 = 2;

/// Runs the program on what was typed, its name first. Returns the exit code.
pub fn main(typed: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments = match Arguments::try_parse_from(typed) {
        Ok(arguments) => arguments,
        Err(said) => return usage(&said),
    };
    let alone = matches!(arguments.command, Command::Init(_) | Command::Completions(_) | Command::Man(_));
    // No configuration file bears on these, and a wrong one must not keep `init` from replacing it.
    let mut everywhere = arguments.everywhere;
    if alone {
        everywhere = Everywhere { no_config: true, config: None, ..everywhere };
    }
    let when = everywhere.color.unwrap_or_default();
    let shared = match Shared::new(&everywhere) {
        Ok(shared) => shared,
        Err(error) => {
            error.complaint().tell(when);
            return COULD_NOT_RUN;
        }
    };
    match run(arguments.command, &shared) {
        Ok(code) => code,
        Err(error) => {
            error.complaint().tell(shared.color);
            COULD_NOT_RUN
        }
    }
}

/// What clap has to say: help and versions on standard output, mistakes on standard error.
fn usage(said: &clap::Error) -> u8 {
    let code = if said.use_stderr() { COULD_NOT_RUN } else { 0 };
    match said.print() {
        Err(error) if code == 0 && error.kind() != std::io::ErrorKind::BrokenPipe => {
            Error::Output(error).complaint().tell(When::Auto);
            COULD_NOT_RUN
        }
        _ => code,
    }
}

fn run(command: Command, shared: &Shared) -> Result<u8, Error> {
    match command {
        Command::Check(flags) => check::run(flags, shared),
        Command::Merge(flags) => merge::run(&flags, shared),
        Command::Standards(args::Standards::Test(flags)) => standards::test(&flags, shared),
        Command::Standards(args::Standards::Compact(flags)) => compact::compact(&flags),
        Command::Standards(args::Standards::Fetch(flags)) => fetch::run(&flags, shared),
        Command::Detect(flags) => detect::run(&flags, shared).map(|()| 0),
        Command::List(flags) => list::run(&flags, shared).map(|()| 0),
        Command::Explain(flags) => explain::run(&flags, shared).map(|()| 0),
        Command::Fhirpath(flags) => fhirpath::run(&flags).map(|()| 0),
        Command::Init(flags) => init::run(&flags).map(|()| 0),
        Command::Completions(flags) => shell::completions(&flags).map(|()| 0),
        Command::Man(flags) => shell::man(&flags).map(|()| 0),
    }
}
