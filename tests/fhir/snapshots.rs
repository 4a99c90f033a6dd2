//! Snapshots made from differentials, against those that publishers ship: element by element.
//!
//! Real packages stay out of the repository; without them the test says what it skipped. What differs is in
//! `snapshot-differences.txt`, each with its reason, and the list may only shrink.

use hallmark::compile::fhir::snapshot::Snapshots;
use hallmark::standard::fhir::package::{Limits, open};
use hallmark::standard::fhir::pare::{self, Keep};
use hallmark::standard::fhir::store::{Builder, Packing, Store};
use hallmark::standard::fhir::{
    ElementDefinition, Layer, Library, Release, Slicing, StructureDefinition, TypeRef, Value,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// Packages with snapshots, and those that they build on.
const PACKAGES: [(&str, &[&str]); 3] = [
    ("fhir.r4.ukcore.stu1-0.5.1", &[]),
    ("uk.nhsdigital.r4-2.5.0", &["fhir.r4.ukcore.stu1-0.5.1"]),
    ("uk.nhsdigital.bars.r4-1.34.0-snapshots", &["fhir.r4.ukcore.stu1-0.5.1", "uk.nhsdigital.r4-2.5.0"]),
];

/// The differences that have a reason: a line each, `package definition element aspect`, under a comment that gives it.
const KNOWN: &str = include_str!("snapshot-differences.txt");

#[test]
fn published_snapshots_are_made_again_from_their_differentials() {
    let shared = std::env::var_os("HALLMARK_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let folder = shared.join("packages");
    let (mut definitions, mut elements, mut skipped) = (0, 0, 0);
    let mut found: BTreeSet<String> = BTreeSet::new();
    for (name, below) in PACKAGES {
        let archives: Vec<PathBuf> =
            below.iter().chain([&name]).map(|name| folder.join(format!("{name}.tgz"))).collect();
        if !archives.iter().all(|archive| archive.is_file()) {
            skipped += 1;
            continue;
        }
        let packages: Vec<_> =
            archives.iter().map(|archive| open(archive, &Limits::default()).expect("real")).collect();
        let library = Arc::new(Library::embedded(Release::R4).with(packages.iter().map(|package| {
            let mut builder = Builder::default();
            for entry in &package.entries {
                let json = package.bytes(entry).expect("held");
                // Examples have no URL.
                let _ = pare::add(&mut builder, &json, Keep::Facts);
            }
            Layer::new(&package.label, Store::open(builder.finish(Packing::Plain).expect("small")).expect("just made"))
        })));
        let snapshots = Snapshots::new(library.clone());
        let package = packages.last().expect("at least its own");
        for entry in package.entries.iter().filter(|entry| entry.resource_type == "StructureDefinition") {
            let json = package.bytes(entry).expect("held");
            let definition: StructureDefinition = serde_json::from_slice(&json).expect("real");
            if definition.snapshot.is_empty() {
                continue;
            }
            definitions += 1;
            elements += definition.snapshot.len();
            let made = snapshots.generate(&definition).unwrap_or_else(|error| panic!("{name}: {error}"));
            let short = definition.url.rsplit('/').next().unwrap_or_default();
            for (element, aspect) in differences(&made, &definition.snapshot, &library) {
                found.insert(format!("{name} {short} {element} {aspect}"));
            }
        }
    }
    eprintln!("{definitions} snapshots, {elements} elements; {skipped} packages skipped, which are not here");
    if skipped > 0 {
        return;
    }
    assert!(definitions >= 219 && elements > 20_000);
    let known: BTreeSet<String> =
        KNOWN.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(str::to_owned).collect();
    let new: Vec<_> = found.difference(&known).collect();
    let mended: Vec<_> = known.difference(&found).collect();
    assert!(new.is_empty(), "{} new differences: {new:#?}", new.len());
    assert!(mended.is_empty(), "take these from the list, they agree now: {mended:#?}");
}

/// What differs: the element's id and in what. Left out is what cannot change a verdict, whatever the instance:
/// - constraints and bindings that the root of the element's type, of its profile or of `Element` has as well, which
///   some publishers copy to every element of that type: they are checked with the type;
/// - that extensions are sliced by URL where no slice follows;
/// - whether a content reference names the definition before its `#`.
fn differences(
    made: &[ElementDefinition],
    published: &[ElementDefinition],
    library: &Library,
) -> Vec<(String, String)> {
    let id = |element: &ElementDefinition| element.id.clone().unwrap_or_else(|| element.path.clone());
    let by_id = |all: &'_ [ElementDefinition]| -> BTreeMap<String, ElementDefinition> {
        all.iter().map(|element| (id(element), element.clone())).collect()
    };
    let (ours, theirs) = (by_id(made), by_id(published));
    let mut all = Vec::new();
    all.extend(theirs.keys().filter(|id| !ours.contains_key(*id)).map(|id| (id.clone(), "missing".to_owned())));
    all.extend(ours.keys().filter(|id| !theirs.contains_key(*id)).map(|id| (id.clone(), "surplus".to_owned())));
    let order = |of: &[ElementDefinition], other: &BTreeMap<String, ElementDefinition>| -> Vec<String> {
        of.iter().map(id).filter(|id| other.contains_key(id)).collect()
    };
    if order(made, &theirs) != order(published, &ours) {
        all.push((published[0].path.clone(), "order".to_owned()));
    }
    for (id, their) in &theirs {
        let Some(our) = ours.get(id) else { continue };
        let sliced = published.iter().any(|one| one.path == their.path && one.slice_name.is_some());
        let named = their.types.iter().flat_map(|one| one.profile.iter().chain([&one.code])).map(String::as_str);
        let roots: Vec<ElementDefinition> =
            named.chain(["Element"]).filter_map(|name| library.structure(name)?.snapshot.first().cloned()).collect();
        let aspects = [
            ("min", our.min == their.min),
            ("max", our.max == their.max),
            ("types", types(&our.types) == types(&their.types)),
            ("binding", binding(our) == binding(their) || roots.iter().any(|root| binding(root) == binding(their))),
            ("fixed", json(our.fixed.as_ref()) == json(their.fixed.as_ref())),
            ("pattern", json(our.pattern.as_ref()) == json(their.pattern.as_ref())),
            ("minValue", json(our.min_value.as_ref()) == json(their.min_value.as_ref())),
            ("maxValue", json(our.max_value.as_ref()) == json(their.max_value.as_ref())),
            ("maxLength", our.max_length == their.max_length),
            ("constraint", keys(our, &roots) == keys(their, &roots)),
            ("slicing", slicing(our, sliced) == slicing(their, sliced)),
            ("contentReference", reference(our) == reference(their)),
            ("base", our.base == their.base),
            ("isModifier", our.is_modifier.unwrap_or(false) == their.is_modifier.unwrap_or(false)),
            ("mustSupport", our.must_support.unwrap_or(false) == their.must_support.unwrap_or(false)),
        ];
        all.extend(aspects.iter().filter(|(_, same)| !same).map(|(aspect, _)| (id.clone(), (*aspect).to_owned())));
    }
    all
}

fn types(types: &[TypeRef]) -> BTreeSet<[Vec<String>; 4]> {
    let sorted = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort();
        list
    };
    types
        .iter()
        .map(|one| {
            let code = vec![one.code.clone()];
            [code, sorted(&one.profile), sorted(&one.target_profile), sorted(&one.aggregation)]
        })
        .collect()
}

fn binding(element: &ElementDefinition) -> Option<(&str, Option<&str>)> {
    element.binding.as_ref().map(|binding| (binding.strength.as_str(), binding.value_set.as_deref()))
}

fn json(value: Option<&Value>) -> Option<(String, serde_json::Value)> {
    value.map(|(name, json)| (name.clone(), serde_json::from_str(json.get()).expect("it was read as JSON")))
}

fn keys<'e>(element: &'e ElementDefinition, roots: &[ElementDefinition]) -> BTreeSet<&'e str> {
    let of_type = |key: &str| roots.iter().flat_map(|root| &root.constraint).any(|one| one.key == key);
    element.constraint.iter().map(|one| one.key.as_str()).filter(|key| !of_type(key)).collect()
}

fn slicing(element: &ElementDefinition, sliced: bool) -> Option<Slicing> {
    let of_extensions = element.path.ends_with(".extension") || element.path.ends_with(".modifierExtension");
    element.slicing.clone().filter(|slicing| {
        let by_url = slicing.discriminator.iter().all(|one| one.kind == "value" && one.path == "url");
        sliced || !(of_extensions && by_url && slicing.rules == "open")
    })
}

fn reference(element: &ElementDefinition) -> Option<&str> {
    element.content_reference.as_deref().map(|reference| reference.rsplit('#').next().unwrap_or_default())
}
