//! `hallmark standards compact`: a developer's command, which makes the definitions that the program carries out of
//! unpacked packages.

use super::args;
use super::error::Error;
use crate::standard::fhir::compact::Compact;
use crate::standard::fhir::pare::Refused;
use crate::standard::fhir::store::Store;
use std::fs;
use std::path::{Path, PathBuf};

/// Makes the files. Returns the exit code.
///
/// # Errors
/// When a package cannot be read or a file cannot be written.
pub(crate) fn compact(flags: &args::Compact) -> Result<u8, Error> {
    let mut instead = Vec::new();
    for path in &flags.instead {
        let store = Store::open(read(path)?);
        instead.push(store.ok_or_else(|| wrong(path, "it is no store of definitions"))?);
    }
    let mut compact = Compact::new(flags.release.into(), instead);
    for folder in &flags.expansions {
        each(folder, |json| compact.expand(json))?;
    }
    for folder in &flags.packages {
        each(folder, |json| compact.add(json))?;
    }
    let (store, types) = compact.finish().map_err(|error| wrong(&flags.out, &error.to_string()))?;
    write(&flags.out, &store)?;
    flags.types.as_ref().map_or(Ok(()), |path| write(path, types.as_bytes()))?;
    Ok(0)
}

fn wrong(path: &Path, why: &str) -> Error {
    Error::refused(format!("cannot use {}: {why}", path.display()), "Name folders of unpacked FHIR packages.")
}

/// Every resource of a folder, in byte order of the files' names.
fn each(folder: &Path, mut take: impl FnMut(&[u8]) -> Result<(), Refused>) -> Result<(), Error> {
    let failed = |error: std::io::Error| wrong(folder, &error.to_string());
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_manifest = path.file_name().is_some_and(|name| name == "package.json" || name == ".index.json");
        if path.extension().is_some_and(|kind| kind == "json") && !is_manifest {
            paths.push(path);
        }
    }
    paths.sort();
    for path in paths {
        take(&read(&path)?).map_err(|refused| wrong(&path, &refused.to_string()))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|cause| Error::Unreadable { what: "definitions", file: path.to_owned(), cause })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    fs::write(path, bytes).map_err(|cause| Error::Unwritable { file: path.to_owned(), cause })
}
