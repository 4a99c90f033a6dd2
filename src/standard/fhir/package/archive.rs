//! A package in one file: a `.tgz`, or a single conformance resource.
//!
//! In: the file, read once from start to end. Out: a package whose content is in memory. Every member is looked at, also
//! those that are not kept, and the first that is unsafe refuses the package.

use super::manifest::{self, Manifest};
use super::{Content, Entry, Limits, Package, PackageError, Skipped, error, head};
use crate::archive::{Broken, Content as Body, Kind, Members, blank_to_the_end, unsafe_path};
use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

/// What gzip starts with (RFC 1952 section 2.3.1).
const GZIP: [u8; 2] = [0x1F, 0x8B];
/// The folder that holds a package's resources.
const FOLDER: &[u8] = b"package/";
/// How much is read at once.
const BUFFER: usize = 64 << 10;

/// Opens the package in the regular file at `path`.
pub(super) fn open(path: &Path, limits: &Limits) -> Result<Package, PackageError> {
    let mut file = File::open(path).map_err(|error| PackageError::unreadable(path, &error))?;
    let mut first = Vec::new();
    (&mut file).take(2).read_to_end(&mut first).map_err(|error| PackageError::unreadable(path, &error))?;
    let whole = io::Cursor::new(first.clone()).chain(file);
    if first == GZIP { members(path, whole, limits) } else { resource(path, whole, limits) }
}

/// Every member of the archive in `file`.
pub(super) fn members(path: &Path, file: impl Read, limits: &Limits) -> Result<Package, PackageError> {
    let shown = path.display().to_string();
    let read = Rc::new(Cell::new(0));
    let hash = Rc::new(RefCell::new(Sha256::new()));
    let metered = Metered { inner: file.take(limits.archive_bytes + 1), read: read.clone(), hash: hash.clone() };
    let buffered = BufReader::with_capacity(BUFFER, metered);
    let mut input = Bounded { decoder: MultiGzDecoder::new(buffered), read: read.clone(), given: 0, limits };
    let refused = |name: &[u8], why: &str| PackageError::of_entry(&shown, &String::from_utf8_lossy(name), why);
    let mut kept: BTreeMap<String, Arc<[u8]>> = BTreeMap::new();
    let (mut walk, mut count) = (Members::default(), 0);
    while let Some(member) = walk.next(&mut input).map_err(|error| broken(path, &error))? {
        count += 1;
        if count > limits.members {
            return Err(PackageError::new(&shown, format!("it holds more than {} files", limits.members)));
        }
        if let Some(why) = unsafe_path(&member.name) {
            return Err(refused(&member.name, why));
        }
        if member.smuggled.is_some() {
            return Err(refused(&member.name, "its two headers declare different sizes"));
        }
        match member.kind {
            Kind::File | Kind::Folder => {}
            Kind::Link => return Err(refused(&member.name, "it is a link, which no package needs")),
            _ => return Err(refused(&member.name, "it is a device, pipe or other special file")),
        }
        let mut body = Body::of(&member, &mut input);
        if member.kind == Kind::File
            && let Some(name) = resource_name(&member.name)
        {
            let most = if name == "package.json" { manifest::MAX_BYTES } else { limits.entry_bytes };
            if member.size > most {
                return Err(refused(&member.name, "it is larger than such a file can be"));
            }
            let mut bytes = Vec::new();
            body.read_to_end(&mut bytes).map_err(|error| broken(path, &error))?;
            // Publishers do pack one file twice; only two different ones leave open which is meant.
            if kept.get(&name).is_some_and(|known| **known != *bytes) {
                return Err(refused(&member.name, "two different files have the same name"));
            }
            kept.insert(name, bytes.into());
        }
        body.finish().map_err(|error| broken(path, &error))?;
    }
    if !blank_to_the_end(&mut input).map_err(|error| broken(path, &error))? {
        return Err(PackageError::new(&shown, "bytes stand after the end of its tar archive"));
    }
    if read.get() > limits.archive_bytes {
        return Err(PackageError::new(&shown, "the file is larger than a package may be"));
    }
    drop(input);
    let digest = hex(&hash.replace(Sha256::new()).finalize());
    let Some(manifest) = kept.remove("package.json") else {
        let message = "it is no FHIR package: there is no package/package.json in it";
        return Err(PackageError::new(&shown, message));
    };
    package(path, Manifest::read(path, &manifest)?, kept, digest, limits)
}

/// The single resource in `file`.
fn resource(path: &Path, file: impl Read, limits: &Limits) -> Result<Package, PackageError> {
    let mut bytes = Vec::new();
    let failed = |error: io::Error| PackageError::unreadable(path, &error);
    file.take(limits.entry_bytes + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limits.entry_bytes {
        return Err(PackageError::of_path(path, "the file is larger than a resource may be"));
    }
    let Some(syntax) = head::syntax(&bytes) else {
        let help = "Give a .tgz, a folder in the FHIR package layout, or one conformance resource as JSON or XML.";
        return Err(PackageError::of_path(path, "it is neither a package nor a FHIR resource").help(help));
    };
    let found = head::read(&bytes, syntax, limits).map_err(|why| PackageError::of_path(path, why))?;
    if found.is_none() {
        return Err(PackageError::of_path(path, "it is no FHIR resource: it names no resource type"));
    }
    let name = path.file_name().map_or_else(|| "resource".to_owned(), |name| name.to_string_lossy().into_owned());
    let digest = hex(&Sha256::digest(&bytes));
    package(path, Manifest::default(), BTreeMap::from([(name, bytes.into())]), digest, limits)
}

fn package(
    path: &Path,
    manifest: Manifest,
    files: BTreeMap<String, Arc<[u8]>>,
    sha256: String,
    limits: &Limits,
) -> Result<Package, PackageError> {
    let mut package = manifest.package(path, limits);
    package.sha256 = Some(sha256);
    for (file, bytes) in files {
        let Some(syntax) = head::syntax(&bytes) else { continue };
        match head::read(&bytes, syntax, limits) {
            Ok(None) => {}
            Ok(Some(head)) => package.entries.push(Entry::new(file, syntax, head, Content::Held(bytes))),
            Err(why) => package.skipped.push(Skipped { file: error::shown(&file), why: why.into() }),
        }
    }
    Ok(package)
}

/// The file name of a member that may be a resource: in `package/` itself, not hidden, JSON or XML or without an ending
/// (HL7's own value set expansions have none).
fn resource_name(member: &[u8]) -> Option<String> {
    let member = member.strip_prefix(b"./").unwrap_or(member);
    let name = std::str::from_utf8(member.strip_prefix(FOLDER)?).ok()?;
    may_be_resource(name).then(|| name.to_owned())
}

/// Whether the file `name` of a package's folder may be a resource, or is its manifest.
pub(super) fn may_be_resource(name: &str) -> bool {
    if name.is_empty() || name.starts_with('.') || name.contains('/') {
        return false;
    }
    match name.rsplit_once('.') {
        // `ValueSet-4.0.1` would have an ending too; no such file is known.
        Some((_, end)) => end.eq_ignore_ascii_case("json") || end.eq_ignore_ascii_case("xml"),
        None => true,
    }
}

fn broken(path: &Path, error: &io::Error) -> PackageError {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Exceeded>());
    if let Some(Exceeded(message)) = inner {
        return PackageError::of_path(path, message.clone());
    }
    let message = match (Broken::of(error), error.kind()) {
        (Some(broken), _) => broken.detail(),
        (None, io::ErrorKind::UnexpectedEof) => "the gzip stream ends before its end mark",
        (None, io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => "the gzip stream is corrupt",
        (None, _) => return PackageError::unreadable(path, error),
    };
    PackageError::of_path(path, message)
}

/// Lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Counts and digests what is read from the file.
struct Metered<R> {
    inner: R,
    read: Rc<Cell<u64>>,
    hash: Rc<RefCell<Sha256>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        self.read.set(self.read.get() + count as u64);
        self.hash.borrow_mut().update(&buf[..count]);
        Ok(count)
    }
}

/// Stops a decoder that gives too much.
struct Bounded<'l, R> {
    decoder: R,
    read: Rc<Cell<u64>>,
    given: u64,
    limits: &'l Limits,
}

/// A bound that was crossed, on its way through readers.
#[derive(Debug)]
struct Exceeded(String);

impl std::fmt::Display for Exceeded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Exceeded {}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.decoder.read(buf)?;
        self.given += count as u64;
        if self.given > self.limits.total_bytes {
            let message = format!("it expands to more than {} MiB", self.limits.total_bytes >> 20);
            return Err(io::Error::other(Exceeded(message)));
        }
        if self.given > self.limits.ratio_from && self.given > self.read.get().saturating_mul(self.limits.ratio) {
            let message = format!("it expands more than {} times, which no package does", self.limits.ratio);
            return Err(io::Error::other(Exceeded(message)));
        }
        Ok(count)
    }
}
