//! `hallmark completions` and `hallmark man`: made from the command line's own definition, so never out of date.

use super::args::{self, Arguments};
use super::console::print;
use super::error::Error;
use clap::{Command, CommandFactory};

/// Prints a completion script.
///
/// # Errors
/// When nothing can be printed.
pub(crate) fn completions(flags: &args::Completions) -> Result<(), Error> {
    print(|out| {
        // The generator panics when its writer fails, so it writes to memory.
        let mut script = Vec::new();
        clap_complete::generate(flags.shell, &mut Arguments::command(), "hallmark", &mut script);
        out.write_all(&script)
    })
    .map_err(Error::Output)
}

/// Prints the manual page of the program, or of one command.
///
/// # Errors
/// When there is no such command, or nothing can be printed.
pub(crate) fn man(flags: &args::Man) -> Result<(), Error> {
    let mut all = Arguments::command();
    all.build();
    let page = match &flags.command {
        None => Some(all.clone()),
        Some(name) => all.get_subcommands().find(|known| known.get_name() == name).cloned(),
    };
    let Some(page) = page else {
        let names: Vec<_> = all.get_subcommands().map(Command::get_name).collect();
        return Err(Error::refused(
            format!("there is no command {}", flags.command.as_deref().unwrap_or_default()),
            format!("The commands are: {}.", names.join(", ")),
        ));
    };
    print(|out| clap_mangen::Man::new(page).render(out)).map_err(Error::Output)
}
