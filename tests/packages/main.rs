//! FHIR packages from registries, over real sockets on this computer, and through the real binary.

mod command;
mod fetch;
mod server;

use base64::Engine as _;
use flate2::{Compression, write::GzEncoder};
use server::{Reply, Seen};
use sha2::Digest as _;
use std::sync::Arc;

/// One package of a registry.
#[derive(Clone)]
struct Made {
    name: &'static str,
    version: &'static str,
    tgz: Vec<u8>,
}

impl Made {
    /// A package with one profile, that builds on `needs`.
    fn new(name: &'static str, version: &'static str, needs: &[(&str, &str)]) -> Self {
        let needs: serde_json::Map<_, _> = needs.iter().map(|(name, v)| ((*name).to_owned(), (*v).into())).collect();
        let manifest = serde_json::json!({
            "name": name, "version": version, "fhirVersions": ["4.0.1"], "dependencies": needs,
        });
        let profile = serde_json::json!({
            "resourceType": "StructureDefinition", "url": format!("https://example.org/{name}"), "version": version,
        });
        let files = [
            ("package/package.json", manifest.to_string()),
            ("package/profile.json", profile.to_string()),
            // Bytes that do not compress, so that the file is long enough to be cut.
            ("package/other/noise", noise(60_000)),
        ];
        Self { name, version, tgz: tgz(&files.map(|(name, text)| (name, text.into_bytes()))) }
    }

    fn sha256(&self) -> String {
        sha2::Sha256::digest(&self.tgz).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn path(&self) -> String {
        format!("/-/{}-{}.tgz", self.name, self.version)
    }
}

fn noise(length: usize) -> String {
    let mut state = 7u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b' ' + u8::try_from(state >> 33 & 0x3F).expect("six bits"))
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn tgz(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        // As raw bytes: the crate would refuse the names that a hostile package has.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, bytes.as_slice()).expect("memory takes it");
    }
    builder.into_inner().expect("memory takes it").finish().expect("memory takes it")
}

/// What a registry says of its packages.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    Sha512,
    Sha1,
    Nothing,
    Lies,
}

/// A registry that holds `packages` and behaves.
fn site(packages: Vec<Made>, says: Says) -> impl Fn(&Seen) -> Reply + Send + Sync + Clone {
    let packages = Arc::new(packages);
    move |seen: &Seen| {
        if let Some(made) = packages.iter().find(|made| made.path() == seen.path) {
            return file(&made.tgz, seen);
        }
        let name = seen.path.trim_start_matches('/');
        let of: Vec<&Made> = packages.iter().filter(|made| made.name == name).collect();
        let Some(latest) = of.last() else { return Reply::of(404, "{}") };
        let host = &seen.headers["host"];
        let versions: serde_json::Map<_, _> = of
            .iter()
            .map(|made| {
                let mut dist = serde_json::json!({ "tarball": format!("http://{host}{}", made.path()) });
                let sha512 = base64::engine::general_purpose::STANDARD.encode(sha2::Sha512::digest(&made.tgz));
                let sha1: String = sha1::Sha1::digest(&made.tgz).iter().map(|byte| format!("{byte:02x}")).collect();
                match says {
                    Says::Sha512 => dist["integrity"] = format!("sha512-{sha512}").into(),
                    Says::Sha1 => dist["shasum"] = sha1.into(),
                    Says::Nothing => {}
                    Says::Lies => dist["shasum"] = "0".repeat(40).into(),
                }
                (made.version.to_owned(), serde_json::json!({ "name": made.name, "dist": dist }))
            })
            .collect();
        let said = serde_json::json!({ "name": name, "dist-tags": { "latest": latest.version }, "versions": versions });
        Reply::of(200, said.to_string())
    }
}

/// A file, or the part of it that is asked for.
fn file(bytes: &[u8], seen: &Seen) -> Reply {
    let from =
        seen.headers.get("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    match from {
        None => Reply::of(200, bytes),
        Some(from) if from >= bytes.len() => Reply::of(416, ""),
        Some(from) => {
            let range = format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len());
            Reply::of(206, &bytes[from..]).header("Content-Range", range)
        }
    }
}
