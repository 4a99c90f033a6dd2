//! Embeds the standards packs: every file under `standards/` becomes one entry of a table, in byte order of its path,
//! and each pack's digest stands beside it, so that no start has to read what it does not use.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("standards");
    println!("cargo::rerun-if-changed=standards");
    let mut files = Vec::new();
    collect(&root, &root, &mut files)?;
    files.sort();
    let mut table = String::from("pub(super) static FILES: &[(&str, &[u8])] = &[\n");
    let mut digests: BTreeMap<String, Sha256> = BTreeMap::new();
    for (name, file) in files {
        writeln!(table, "    ({name:?}, include_bytes!({:?})),", file.display().to_string())
            .map_err(io::Error::other)?;
        if let Some((pack, _)) = name.split_once('/') {
            add(digests.entry(pack.to_owned()).or_default(), &name, &fs::read(&file)?);
        }
    }
    table.push_str("];\n\npub(super) static DIGESTS: &[(&str, &str)] = &[\n");
    for (pack, digest) in digests {
        let digest = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        writeln!(table, "    ({pack:?}, {digest:?}),").map_err(io::Error::other)?;
    }
    table.push_str("];\n");
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?).join("embedded.rs");
    fs::write(out, table)
}

/// One file of a pack, as `standard::catalogue` adds it for a pack that is not built in; a test compares the two.
fn add(digest: &mut Sha256, name: &str, bytes: &[u8]) {
    digest.update(name.as_bytes());
    digest.update([0]);
    digest.update((bytes.len() as u64).to_be_bytes());
    digest.update(bytes);
}

/// Every file below `folder`, by its path below `root` with forward slashes.
fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            // The base definitions are embedded by their own loader, which reads them lazily per version.
            if !path.ends_with("hl7v2-base/definitions") {
                collect(root, &path, files)?;
            }
        } else {
            let name = path.strip_prefix(root).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
            files.push((name, path));
        }
    }
    Ok(())
}
