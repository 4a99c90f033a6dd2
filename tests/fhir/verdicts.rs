//! Snapshots made from differentials, against those that publishers ship: what the two say of real resources.
//!
//! Each profile that a package ships with a snapshot is asked of every example of its type, once as it was published and
//! once with the snapshot left out, so that ours is used. Findings that differ, path by path, are in
//! `verdict-differences.txt` with their reason; the list may only shrink. Real packages stay out of the repository;
//! without them the test says what it skipped.

use crate::house::{House, each, package, resources, shared};
use crate::resource::Resource;
use hallmark::standard::fhir::{Library, Release, Syntax, to_json};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Packages with snapshots, lowest first.
const PACKAGES: [&str; 3] =
    ["fhir.r4.ukcore.stu1-0.5.1", "uk.nhsdigital.r4-2.5.0", "uk.nhsdigital.bars.r4-1.34.0-snapshots"];

/// Folders of examples besides those in the packages.
const CORPORA: [&str; 2] = ["ukcore-examples-xml/examples", "bars-api-examples-1.0.0"];

/// Examples of a type that one profile is asked of; R4's own come last.
const MOST: usize = 40;

/// The differences that have a reason: a line each, `profile CODE`, under a comment that gives it.
const KNOWN: &str = include_str!("verdict-differences.txt");

/// The package `archive` with the snapshots of its StructureDefinitions left out, in `folder`.
fn without_snapshots(archive: &Path, folder: &Path) -> PathBuf {
    let name = archive.file_stem().expect("a package has a name");
    let made = folder.join(name);
    std::fs::create_dir_all(made.join("package")).expect("a temporary folder");
    let manifest = json!({"name": name.to_string_lossy(), "version": "1.0.0", "fhirVersions": ["4.0.1"]});
    std::fs::write(made.join("package/package.json"), manifest.to_string()).expect("it can be written");
    // What lies deeper are examples.
    let defined = resources(archive).into_iter().filter(|(name, _)| !name.contains('/'));
    for (at, (_, bytes)) in defined.enumerate() {
        let Ok(mut resource) = serde_json::from_slice::<Value>(&bytes) else { continue };
        let has_differential = !resource["differential"]["element"].is_null();
        if resource["resourceType"] == "StructureDefinition" && has_differential {
            resource.as_object_mut().expect("a resource is an object").remove("snapshot");
        }
        std::fs::write(made.join(format!("package/{at}.json")), resource.to_string()).expect("it can be written");
    }
    made
}

/// Every resource below `folder`, which may be in XML.
fn below(folder: &Path, all: &mut Vec<Value>) {
    let library = Library::embedded(Release::R4);
    let Ok(files) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = files.flatten().map(|file| file.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            below(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "xml") {
            let resource = Resource::read(&path, library.model());
            let json = to_json(resource.view(library.model()), hallmark::instance::Elements::ROOT);
            all.extend(serde_json::from_slice(&json));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            all.extend(std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()));
        }
    }
}

/// Examples by their type, each once; what is in Bundles too.
fn by_type(all: Vec<Value>) -> BTreeMap<String, Vec<Value>> {
    let mut sorted: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut known = BTreeSet::new();
    let mut waiting: std::collections::VecDeque<Value> = all.into();
    while let Some(resource) = waiting.pop_front() {
        let Some(kind) = resource["resourceType"].as_str() else { continue };
        if known.insert(resource.to_string()) {
            let entries = resource["entry"].as_array().into_iter().flatten();
            waiting.extend(entries.map(|entry| entry["resource"].clone()));
            sorted.entry(kind.to_owned()).or_default().push(resource);
        }
    }
    sorted
}

#[test]
fn snapshots_made_here_give_the_verdicts_of_the_published_ones() {
    let archives: Vec<PathBuf> = PACKAGES.iter().filter_map(|name| package(name)).collect();
    if archives.len() < PACKAGES.len() {
        return println!("SKIPPED the verdicts of {} packages, which are not here", PACKAGES.len() - archives.len());
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let stripped: Vec<PathBuf> = archives.iter().map(|archive| without_snapshots(archive, folder.path())).collect();
    let (published, made) = (House::of(&["hl7-fhir-r4"], &archives), House::of(&["hl7-fhir-r4"], &stripped));

    let (mut profiles, mut examples) = (Vec::new(), Vec::new());
    for archive in &archives {
        for (_, bytes) in resources(archive) {
            let Ok(resource) = serde_json::from_slice::<Value>(&bytes) else { continue };
            if resource["resourceType"] != "StructureDefinition" {
                examples.push(resource);
            } else if resource["snapshot"].is_object() && resource["kind"] == "resource" {
                profiles.push((
                    resource["url"].to_string().replace('"', ""),
                    resource["type"].to_string().replace('"', ""),
                ));
            }
        }
    }
    for corpus in CORPORA {
        below(&shared().join("corpora").join(corpus), &mut examples);
    }
    let published_by_hl7 = package("hl7.fhir.r4.examples-4.0.1").map(|archive| resources(&archive));
    for (_, bytes) in published_by_hl7.into_iter().flatten().filter(|(_, bytes)| bytes.len() < 100_000) {
        examples.extend(serde_json::from_slice::<Value>(&bytes));
    }
    let examples = by_type(examples);
    let asked: Vec<(&str, &Value)> = profiles
        .iter()
        .flat_map(|(url, kind)| examples.get(kind).into_iter().flatten().take(MOST).map(move |one| (url.as_str(), one)))
        .collect();
    let differing: Vec<(String, String)> = each(&asked, |(url, example)| {
        let mut example = (*example).clone();
        example["meta"] = json!({ "profile": [url] });
        let text = example.to_string();
        let [of_published, of_made] =
            [&published, &made].map(|house| house.findings(&house.check(text.as_bytes(), Syntax::Json), &[]));
        let differing = of_published.symmetric_difference(&of_made);
        differing
            .map(|finding| {
                let whose = if of_made.contains(finding) { "ours" } else { "theirs" };
                let short = url.rsplit('/').next().unwrap_or_default();
                let code = finding.split(' ').next().unwrap_or_default();
                (format!("{short} {code}"), format!("{whose}: {finding}"))
            })
            .collect::<Vec<_>>()
    })
    .into_iter()
    .flatten()
    .collect();
    println!("{} profiles asked of examples, {} checks", profiles.len(), asked.len());
    assert!(profiles.len() > 80 && asked.len() > 1_000, "{} profiles, {} checks", profiles.len(), asked.len());
    let known: BTreeSet<&str> = KNOWN.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    let found: BTreeSet<&str> = differing.iter().map(|(key, _)| key.as_str()).collect();
    // One finding for each shows what differs.
    let new: BTreeMap<_, _> =
        differing.iter().filter(|(key, _)| !known.contains(key.as_str())).map(|(a, b)| (a, b)).collect();
    let mended: Vec<_> = known.difference(&found).collect();
    assert!(new.is_empty(), "{} new differences: {new:#?}", new.len());
    assert!(mended.is_empty(), "take these from the list, they agree now: {mended:#?}");
}
