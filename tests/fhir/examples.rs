//! Examples that publishers give: those of R4 itself, and those of UK Core. What is an error in them is in
//! `examples-differences.txt`, each with its reason; the lists may only shrink.

use crate::as_xml::to_xml;
use crate::house::{House, each, package, resources, shared};
use crate::resource::Resource;
use hallmark::standard::fhir::{Library, Release, Syntax};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Errors that have a reason: a line each, `collection verdict file rule`, under a comment that gives it. The verdict is
/// `true` when the example is wrong, `false` when we are.
const LISTED: &str = include_str!("examples-differences.txt");

/// The R4 examples: every resource of the release's own package of examples.
const EXAMPLES: &str = "hl7.fhir.r4.examples-4.0.1";

/// The lines of the list for `collection`: file and rule, with the verdict.
fn listed(collection: &str) -> BTreeMap<(String, String), bool> {
    let mut reason = "";
    let mut all = BTreeMap::new();
    for line in LISTED.lines() {
        if line.is_empty() || line.starts_with('#') {
            reason = line.trim_start_matches('#').trim();
            continue;
        }
        assert!(!reason.is_empty(), "an entry without a reason: {line}");
        let words: Vec<&str> = line.split(' ').collect();
        let [of, verdict, file, rule] = words[..] else { panic!("not an entry: {line}") };
        assert!(matches!(verdict, "true" | "false"), "not a verdict: {line}");
        if of == collection {
            assert!(all.insert((file.to_owned(), rule.to_owned()), verdict == "true").is_none(), "twice: {line}");
        }
    }
    all
}

/// Compares what was found, file and rule with a word on it, with the list; how many of the files have false errors.
fn compare(collection: &str, found: &BTreeMap<(String, String), String>) -> usize {
    let listed = listed(collection);
    let new: Vec<_> = found.iter().filter(|(key, _)| !listed.contains_key(*key)).collect();
    let mended: Vec<_> = listed.keys().filter(|key| !found.contains_key(*key)).collect();
    assert!(new.is_empty(), "{} errors that are not listed: {new:#?}", new.len());
    assert!(mended.is_empty(), "take these from the list, they are no errors any more: {mended:#?}");
    let wrong = listed.iter().filter(|(_, is_true)| !**is_true).map(|((file, _), _)| file);
    wrong.collect::<BTreeSet<_>>().len()
}

fn errors(house: &House, examples: &[(String, Vec<u8>)]) -> BTreeMap<(String, String), String> {
    let found = each(examples, |(name, text)| {
        let syntax = if name.ends_with(".xml") { Syntax::Xml } else { Syntax::Json };
        house.errors(&house.check(text, syntax))
    });
    let named = examples.iter().zip(found);
    named.flat_map(|((name, _), errors)| errors.into_iter().map(|(rule, told)| ((name.clone(), rule), told))).collect()
}

#[test]
fn published_examples_of_r4_have_the_listed_errors_only() {
    let Some(archive) = package(EXAMPLES) else {
        return println!("SKIPPED every R4 example: the package is not here (ci/suites/packages.sh fetches it)");
    };
    let examples = resources(&archive);
    assert!(examples.len() > 5_000, "only {} examples", examples.len());
    let house = House::of(&["hl7-fhir-r4"], &[]);
    let wrong = compare("r4", &errors(&house, &examples));
    println!("R4 examples: {}, with false errors {wrong}", examples.len());
    assert!(wrong * 1_000 <= examples.len() * 3, "false errors on {wrong} of {}", examples.len());
}

#[test]
fn published_examples_of_uk_core_have_the_listed_errors_only() {
    let names = ["fhir.r4.ukcore.stu1-0.5.1", "uk.nhsdigital.r4-2.5.0"];
    let packages: Vec<PathBuf> = names.iter().filter_map(|name| package(name)).collect();
    let folder = shared().join("corpora/ukcore-examples-xml/examples");
    let (Ok(files), true) = (std::fs::read_dir(&folder), packages.len() == names.len()) else {
        return println!("SKIPPED every UK Core example: examples or packages are not here");
    };
    let mut examples: Vec<(String, Vec<u8>)> = files
        .flatten()
        .map(|file| {
            let text = std::fs::read(file.path()).expect("an example can be read");
            (file.file_name().to_string_lossy().into_owned(), text)
        })
        .filter(|(name, _)| name.ends_with(".xml"))
        .collect();
    examples.sort();
    assert!(examples.len() > 200, "only {} examples", examples.len());
    let house = House::of(&["hl7-fhir-r4"], &packages);
    let wrong = compare("ukcore", &errors(&house, &examples));
    println!("UK Core examples: {}, with false errors {wrong}", examples.len());
    assert_eq!(wrong, 0, "false errors on UK Core examples");
}

#[test]
fn published_examples_of_r4_give_the_same_findings_in_both_notations() {
    let Some(archive) = package(EXAMPLES) else {
        return println!("SKIPPED both notations of every R4 example: the package is not here");
    };
    let library = Library::embedded(Release::R4);
    let house = House::of(&["hl7-fhir-r4"], &[]);
    let without = house.of_notation();
    let mut examples = resources(&archive);
    // The largest ones hold what the others are.
    examples.retain(|(_, text)| text.len() < 4_000_000);
    let differing: Vec<String> = each(&examples, |(name, json)| {
        let xml = to_xml(Resource::of_json(json.clone(), library.model()).view(library.model()));
        let of_json = house.findings(&house.check(json, Syntax::Json), &without);
        let of_xml = house.findings(&house.check(&xml, Syntax::Xml), &without);
        let only: Vec<String> = of_json.symmetric_difference(&of_xml).take(4).cloned().collect();
        (!only.is_empty()).then(|| format!("{name}: {only:#?}"))
    })
    .into_iter()
    .flatten()
    .collect();
    assert!(
        differing.is_empty(),
        "{} of {}: {}",
        differing.len(),
        examples.len(),
        differing[..differing.len().min(20)].join("\n")
    );
}
