//! Report → file: whole or not at all.
//!
//! In: a report, a format, a path. Out: the file under its final name, on disk, or an error that says what to do. A
//! reader never sees half a report: it is written beside its target under another name, then renamed. Content never
//! names a file, and a symbolic link at the target is refused rather than followed or replaced.

use super::{Format, escape::terminal, model::Report};
use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

/// Why a report was not saved; the path is what the user asked for.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The folder does not exist.
    #[error("cannot save {}: its folder does not exist; create it, or save elsewhere", shown(.0))]
    NoFolder(PathBuf),
    /// The target is a symbolic link.
    #[error("will not save over {}: it is a symbolic link; name the file it points to, or remove the link", shown(.0))]
    Link(PathBuf),
    /// The target is a folder, device, pipe or socket.
    #[error("will not save over {}: it is not an ordinary file; choose another name", shown(.0))]
    NotAFile(PathBuf),
    /// The system refused: no permission, no room.
    #[error("cannot save {}: {cause}; nothing was left under that name", shown(path))]
    Refused {
        /// What the user asked for.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
}

fn shown(path: &Path) -> String {
    terminal::name(&path.to_string_lossy()).into_owned()
}

/// Writes `report` to `path` as `format`, replacing an ordinary file of that name in one step.
///
/// Only the owner may read the file when the report contains patient data.
pub fn save(report: &Report, format: Format, path: &Path) -> Result<(), SaveError> {
    let folder = ready(path)?;
    write(report, format, path, folder).map_err(|cause| SaveError::Refused { path: path.to_owned(), cause })
}

/// Whether a report could be saved to `path`, as far as can be told without writing: asked before a long run, so that
/// its result is not lost. Returns the folder it would be written in.
///
/// # Errors
/// Every [`SaveError`] but [`SaveError::Refused`].
pub fn ready(path: &Path) -> Result<&Path, SaveError> {
    match fs::symlink_metadata(path) {
        Ok(there) if there.is_symlink() => return Err(SaveError::Link(path.to_owned())),
        Ok(there) if !there.is_file() => return Err(SaveError::NotAFile(path.to_owned())),
        _ => {}
    }
    let folder = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return Err(SaveError::NotAFile(path.to_owned())),
    };
    if folder.is_dir() { Ok(folder) } else { Err(SaveError::NoFolder(path.to_owned())) }
}

fn write(report: &Report, format: Format, path: &Path, folder: &Path) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".hallmark-").suffix(".partial");
    let permissions = permissions(report);
    if let Some(permissions) = permissions {
        builder.permissions(permissions);
    }
    let file = builder.tempfile_in(folder)?;
    let mut out = io::BufWriter::with_capacity(1 << 16, file);
    format.renderer().render(report, &mut out)?;
    out.flush()?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|failed| failed.error)?;
    sync_folder(folder)
}

/// What a new file may be read by, before the user's mask: the owner alone when patients are in it.
#[cfg(unix)]
fn permissions(report: &Report) -> Option<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(fs::Permissions::from_mode(if report.contains_patient_data { 0o600 } else { 0o666 }))
}

/// Elsewhere a temporary file is the owner's alone as it is.
#[cfg(not(unix))]
fn permissions(_: &Report) -> Option<fs::Permissions> {
    None
}

/// Makes the rename last through a power cut.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    match fs::File::open(folder)?.sync_all() {
        // Some network file systems cannot sync a folder; the file itself is on disk by now.
        Err(cause) if matches!(cause.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        done => done,
    }
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
