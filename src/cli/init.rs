//! `hallmark init`: a commented hallmark.toml and waivers.toml to start from.

use super::args;
use super::config;
use super::console::print;
use super::error::Error;
use crate::report::escape::terminal;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The configuration file. Every line is a comment but those that mean what the defaults mean.
const CONFIG: &str = include_str!("init/hallmark.toml");
/// The waiver file.
const WAIVERS: &str = include_str!("init/waivers.toml");

/// Writes both, or neither when one is there and may not be replaced.
///
/// # Errors
/// When a file is there, or the folder cannot be written.
pub(crate) fn run(flags: &args::Init) -> Result<(), Error> {
    let files = [(flags.folder.join(config::NAME), CONFIG), (flags.folder.join("waivers.toml"), WAIVERS)];
    if let Some((there, _)) = files.iter().find(|(path, _)| !flags.force && path.symlink_metadata().is_ok()) {
        let headline = format!("{} is there already; nothing was written", terminal::name(&there.to_string_lossy()));
        return Err(Error::refused(headline, "Edit it, or replace both files with --force."));
    }
    for (path, text) in &files {
        write(path, text, flags.force).map_err(|cause| Error::Unwritable { file: path.clone(), cause })?;
    }
    let paths: Vec<&PathBuf> = files.iter().map(|(path, _)| path).collect();
    print(|out| {
        for path in paths {
            writeln!(out, "wrote {}", terminal::name(&path.to_string_lossy()))?;
        }
        writeln!(out, "Next: name your messages in hallmark.toml (paths), then run: hallmark check")
    })
    .map_err(Error::Output)
}

fn write(path: &Path, text: &str, force: bool) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true);
    // Not creating anew what is there also keeps a link from being followed.
    let options = if force { options.create(true).truncate(true) } else { options.create_new(true) };
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::config::{Config, KEYS, PACKAGE_KEYS, TERMINOLOGY_KEYS};
    use crate::cli::fhir_options;

    #[test]
    fn what_is_written_is_read_and_tells_of_every_key() {
        Config::parse("hallmark.toml", Path::new(""), CONFIG.to_owned()).expect("as written");
        let uncommented: String = CONFIG
            .lines()
            .map(|line| {
                let written = |rest: &&str| rest.contains(" = ") || rest.starts_with('[');
                line.strip_prefix("# ").filter(written).unwrap_or(line)
            })
            .filter(|line| !line.starts_with('#'))
            .map(|line| format!("{line}\n"))
            .collect();
        let config = Config::parse("hallmark.toml", Path::new(""), uncommented.clone());
        config.unwrap_or_else(|error| panic!("{error}\n{uncommented}"));
        for (key, _) in KEYS.iter().chain(PACKAGE_KEYS).chain(TERMINOLOGY_KEYS).chain(fhir_options::KEYS) {
            let told = [format!("{key} = "), format!("[{key}]")];
            assert!(uncommented.lines().any(|line| told.iter().any(|told| line.starts_with(told))), "{key}");
        }
    }

    #[test]
    fn the_waiver_file_is_read_with_its_example() {
        assert_eq!(crate::judge::waiver::read("waivers.toml", WAIVERS).expect("as written").len(), 0);
        let example: String = WAIVERS
            .lines()
            .skip_while(|line| !line.contains("[["))
            .map(|line| line.trim_start_matches("# ").to_owned() + "\n")
            .collect();
        assert_eq!(crate::judge::waiver::read("waivers.toml", &example).expect("uncommented").len(), 1);
    }
}
