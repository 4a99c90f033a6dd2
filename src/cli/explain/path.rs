//! `hallmark explain Patient.identifier`: what the definitions in force say of a path.
//!
//! In: paths, and the definitions: built in, and the packages and profiles that were asked for. Out: a page for each
//! definition that speaks of the path: the base definition of the type, then each profile of that type.

use crate::check::Plan;
use crate::check::fhir::{Options, Releases as _};
use crate::cli::error::Error;
use crate::cli::packages::Definitions;
use crate::cli::sheet::Sheet;
use crate::compile::fhir::{Nowhere, Place, Releases, Snapshots};
use crate::standard::Catalogue;
use crate::standard::fhir::{
    Binding, Constraint, ElementDefinition, Release, Slicing, StructureDefinition, TypeRef, Value,
};
use crate::standard::near::nearest;
use std::io;
use std::sync::Arc;

/// Names listed before the rest are counted.
const LISTED: usize = 40;
/// Types of a choice whose content and invariants are told; of more, each has its own path.
const TYPES: usize = 4;
/// Where FHIR's own definitions have their URLs.
const CORE: &str = "http://hl7.org/fhir/StructureDefinition/";

/// The definitions in force, opened when a path is first asked for.
pub(super) struct Paths {
    releases: Releases,
    profiles: Vec<String>,
    all: Vec<Release>,
}

/// A path in one definition.
pub(super) struct Told {
    release: Release,
    place: Place,
    path: String,
    base: bool,
}

/// Whether `code` is written like a path, or the URL of a definition, and not like a code.
pub(super) fn is_path(code: &str) -> bool {
    if code.contains("://") {
        return true;
    }
    let root = Place::root(code);
    let is_name = !root.is_empty() && root.chars().all(char::is_alphanumeric);
    let mut letters = root.chars();
    let is_type = letters.next().is_some_and(char::is_uppercase) && letters.any(char::is_lowercase);
    is_name && (is_type || (code.contains('.') && root.starts_with(char::is_alphabetic)))
}

impl Paths {
    /// Those of `catalogue`, with what `definitions` lays over them.
    ///
    /// # Errors
    /// A package that cannot be used.
    pub(super) fn open(catalogue: Catalogue, definitions: &Definitions) -> Result<Self, Error> {
        let releases = Releases::of(&Plan::new(catalogue)).with(definitions.load()?, Options::default());
        let all = releases.releases().to_vec();
        if all.is_empty() {
            return Err(Error::refused(
                "no standard in use speaks of FHIR",
                "Use one that does: --use hl7-fhir-r4, hl7-fhir-stu3 or hl7-fhir-r4b; or leave --use out.",
            ));
        }
        Ok(Self { releases, profiles: definitions.profiles.clone(), all })
    }

    /// What is said of `path`, the base definition's word first.
    ///
    /// # Errors
    /// When there is no such type, profile or element.
    pub(super) fn find(&self, path: &str) -> Result<Vec<Told>, Error> {
        if path.contains("://") && !path.contains('(') {
            let (url, element) = path.split_once('#').unwrap_or((path, ""));
            let (release, profile) = self.profile(url)?;
            let within = if element.is_empty() { profile.type_name.clone() } else { element.to_owned() };
            return self.told(release, profile, &within, false).map(|told| vec![told]);
        }
        let root = Place::root(path);
        let mut found = Vec::new();
        let mut others = Vec::new();
        for url in &self.profiles {
            let (release, profile) = self.profile(url)?;
            if profile.type_name == root {
                found.push((release, profile));
            } else {
                others.push(format!("{} ({})", profile.name, profile.type_name));
            }
        }
        let release = found.first().map_or(self.all[0], |(release, _)| *release);
        let base = self.snapshots(release).structure(&root).ok().flatten();
        let Some(base) = base else { return Err(self.no_type(&root, release)) };
        if found.is_empty() && !others.is_empty() {
            return Err(Error::refused(
                format!("no profile in use is of {root}"),
                format!("Those in use: {}.", others.join(", ")),
            ));
        }
        // What profiles add may be reached by the profile alone: a slice is not in the base definition.
        let of_base = self.told(release, base, path, true);
        let mut told: Vec<Told> = Vec::new();
        let mut nowhere = None;
        for (release, profile) in found {
            match self.told(release, profile, path, false) {
                Ok(one) => told.push(one),
                Err(error) => nowhere = nowhere.or(Some(error)),
            }
        }
        // Where no profile says more than the type's own definition, one page says all.
        let same = |one: &Told, other: &Told| {
            one.place.definition.url == other.place.definition.url && one.place.key() == other.place.key()
        };
        let of_base = match of_base {
            Ok(base) if told.iter().any(|one| same(one, &base)) => return Ok(told),
            of_base => of_base,
        };
        match (of_base, nowhere) {
            (Ok(base), None) => told.insert(0, base),
            (Ok(base), Some(_)) if !told.is_empty() => told.insert(0, base),
            (Err(_), _) if !told.is_empty() => {}
            (_, Some(error)) | (Err(error), None) => return Err(error),
        }
        Ok(told)
    }

    fn snapshots(&self, release: Release) -> &Arc<Snapshots> {
        self.releases.snapshots(release)
    }

    fn told(
        &self,
        release: Release,
        definition: Arc<StructureDefinition>,
        path: &str,
        base: bool,
    ) -> Result<Told, Error> {
        let name = definition.name.clone();
        let place =
            Place::find(self.snapshots(release), definition, path).map_err(|nowhere| no_element(&name, &nowhere))?;
        Ok(Told { release, place, path: path.to_owned(), base })
    }

    /// A profile, and the release it is of.
    fn profile(&self, url: &str) -> Result<(Release, Arc<StructureDefinition>), Error> {
        for &release in &self.all {
            match self.snapshots(release).structure(url) {
                Ok(Some(found)) => return Ok((release, found)),
                Ok(None) => {}
                Err(error) => {
                    return Err(Error::refused(
                        format!("the profile {url} cannot be used: {error}"),
                        "Tell its publisher.",
                    ));
                }
            }
        }
        let library = self.snapshots(self.all[0]).library();
        let known: Vec<&str> = library.list("StructureDefinition").map(|listed| listed.url).collect();
        let meant = nearest(url, known).map(|near| format!("did you mean {near}? ")).unwrap_or_default();
        let help = format!("{meant}Lay the package that has it over the definitions: --package NAME@VERSION.");
        Err(Error::refused(format!("no definition in use has the URL {url}"), help))
    }

    fn no_type(&self, root: &str, release: Release) -> Error {
        let library = self.snapshots(release).library();
        let names: Vec<&str> =
            library.model().types().map(|(_, info)| &*info.name).filter(|name| !name.contains('.')).collect();
        let meant = nearest(root, names).map(|near| format!("did you mean {near}? ")).unwrap_or_default();
        let help = format!("{meant}A path begins with a type of FHIR {}: Patient.identifier.", release.title());
        Error::refused(format!("there is no type called {root}"), help)
    }

    /// Writes one page.
    pub(super) fn write(&self, sheet: &mut Sheet<'_>, told: &Told) -> io::Result<()> {
        let Told { release, place, path, base } = told;
        let (element, definition) = (place.element(), &place.definition);
        let asked = if *base && self.all.len() > 1 { format!(" in FHIR {}", release.title()) } else { String::new() };
        sheet.heading(&format!("{path}{asked}"))?;
        let library = self.snapshots(*release).library();
        let version = definition.version.as_deref().unwrap_or_default();
        let named = format!("{} {version}", definition.name);
        sheet.field("definition", &format!("{} ({})", named.trim(), definition.url))?;
        let exact = if version.is_empty() { definition.url.clone() } else { format!("{}|{version}", definition.url) };
        let layer = library.layer_of("StructureDefinition", &exact).unwrap_or_default();
        let built_in = if layer == format!("FHIR {}", release.version()) { ", built in" } else { "" };
        sheet.field("package", &format!("{layer}{built_in}"))?;
        if place.key() != path {
            sheet.field("element", place.key())?;
        }
        for through in &place.through {
            sheet.field("through", through)?;
        }
        sheet.field("cardinality", &cardinality(element))?;
        let types: Vec<&TypeRef> = match &place.chosen {
            Some(chosen) if element.types.iter().any(|of| of.code == *chosen) => {
                element.types.iter().filter(|of| of.code == *chosen).collect()
            }
            _ => element.types.iter().collect(),
        };
        for of in types.iter().take(LISTED) {
            sheet.field("type", &type_of(of))?;
        }
        if let Some(more) = types.len().checked_sub(LISTED).filter(|more| *more > 0) {
            sheet.field("type", &format!("and {more} more"))?;
        }
        if let Some(content) = &element.content_reference {
            sheet.field("content", &format!("as that of {}", content.rsplit('#').next().unwrap_or(content)))?;
        }
        sheet.field("flags", &flags(element))?;
        if let Some(binding) = &element.binding {
            self.binding(sheet, *release, binding)?;
        }
        values(sheet, element)?;
        if let Some(slicing) = &element.slicing {
            sheet.field("slicing", &slicing_of(slicing))?;
        }
        let main = place.sliced();
        if let Some(main) = main {
            let how = main.slicing.as_ref().map(slicing_of).unwrap_or_default();
            sheet.field("slice of", &format!("{} ({how})", main.path))?;
        }
        let slicing = element.slicing.as_ref().or_else(|| main.and_then(|main| main.slicing.as_ref()));
        for slice in place.slices() {
            let name = slice.slice_name.as_deref().unwrap_or_default();
            let mark = marks(place, slice, slicing);
            let mark = if mark.is_empty() { String::new() } else { format!(": {mark}") };
            sheet.field("slice", &format!("{name} {}{}{mark}", range(slice), must(slice)))?;
        }
        let types_in = place.types(self.snapshots(*release));
        let of_types =
            types_in.iter().take(TYPES).filter_map(|of| of.snapshot.first()).flat_map(|root| &root.constraint);
        let mut seen: Vec<&str> = Vec::new();
        for constraint in element.constraint.iter().chain(of_types) {
            if !seen.contains(&constraint.key.as_str()) {
                seen.push(&constraint.key);
                sheet.field("invariant", &invariant(constraint, &definition.url))?;
            }
        }
        self.parts(sheet, *release, place)
    }

    fn binding(&self, sheet: &mut Sheet<'_>, release: Release, binding: &Binding) -> io::Result<()> {
        let Some(url) = &binding.value_set else { return sheet.field("binding", &binding.strength) };
        let library = self.snapshots(release).library();
        let held = match library.layer_of("ValueSet", url) {
            Some(layer) => format!("from {layer}"),
            None => "not held: whether a code is in it cannot be told".to_owned(),
        };
        sheet.field("binding", &format!("{}: {url} ({held})", binding.strength))?;
        let codes = self.releases.in_force(release).terminology.few_codes(url).unwrap_or_default();
        sheet.field("codes", &codes.join(", "))?;
        match &binding.max_value_set {
            Some(most) => sheet.field("at most", most),
            None => Ok(()),
        }
    }

    /// What is in it: its own parts, or those of its type.
    fn parts(&self, sheet: &mut Sheet<'_>, release: Release, place: &Place) -> io::Result<()> {
        let own = place.parts();
        if !own.is_empty() {
            return sheet.field("has", &names(&own));
        }
        for definition in place.types(self.snapshots(release)).iter().take(TYPES) {
            if definition.kind == "primitive-type" || definition.snapshot.is_empty() {
                continue;
            }
            let root = Place::find(self.snapshots(release), Arc::clone(definition), &definition.type_name);
            if let Ok(root) = root {
                sheet.field("has", &format!("as {}: {}", definition.name, names(&root.parts())))?;
            }
        }
        Ok(())
    }
}

fn no_element(definition: &str, nowhere: &Nowhere) -> Error {
    let Nowhere { within, missing, known } = nowhere;
    let meant = nearest(missing, known.iter().map(String::as_str));
    let meant = meant.map(|near| format!("did you mean {within}.{near}? ")).unwrap_or_default();
    let mut listed: Vec<&str> = known.iter().take(LISTED).map(String::as_str).collect();
    if known.len() > LISTED {
        listed.push("…");
    }
    let there = match listed.is_empty() {
        true => "It has no elements of its own.".to_owned(),
        false => format!("It has: {}.", listed.join(", ")),
    };
    Error::refused(format!("{within} has no {missing} in {definition}"), format!("{meant}{there}"))
}

fn range(element: &ElementDefinition) -> String {
    format!("{}..{}", element.min.unwrap_or(0), element.max.as_deref().unwrap_or("*"))
}

fn cardinality(element: &ElementDefinition) -> String {
    let own = range(element);
    match &element.base {
        Some(base) if format!("{}..{}", base.min, base.max) != own => {
            format!("{own} ({}..{} in {})", base.min, base.max, base.path)
        }
        _ => own,
    }
}

fn must(element: &ElementDefinition) -> &'static str {
    if element.must_support == Some(true) { ", must support" } else { "" }
}

fn flags(element: &ElementDefinition) -> String {
    let flags = [
        (element.must_support == Some(true), "must support"),
        (element.is_modifier == Some(true), "modifier: it may change what the rest means"),
    ];
    flags.into_iter().filter(|(holds, _)| *holds).map(|(_, flag)| flag).collect::<Vec<_>>().join(", ")
}

fn short(url: &str) -> &str {
    url.strip_prefix(CORE).unwrap_or(url)
}

fn type_of(of: &TypeRef) -> String {
    let mut text = short(&of.code).to_owned();
    let list = |urls: &[String]| urls.iter().map(|url| short(url)).collect::<Vec<_>>().join(" or ");
    if !of.profile.is_empty() {
        text.push_str(&format!(" by the profile {}", list(&of.profile)));
    }
    if !of.target_profile.is_empty() {
        text.push_str(&format!(" to {}", list(&of.target_profile)));
    }
    if !of.aggregation.is_empty() {
        text.push_str(&format!(", {}", of.aggregation.join(" or ")));
    }
    match of.versioning.as_deref() {
        Some(versioning) if versioning != "either" => format!("{text}, version {versioning}"),
        _ => text,
    }
}

fn values(sheet: &mut Sheet<'_>, element: &ElementDefinition) -> io::Result<()> {
    let value = |value: &Value| format!("{} {}", value.0, value.1.get());
    let labelled = [
        ("fixed", &element.fixed),
        ("pattern", &element.pattern),
        ("at least", &element.min_value),
        ("at most", &element.max_value),
    ];
    for (label, of) in labelled {
        sheet.field(label, &of.as_ref().map(value).unwrap_or_default())?;
    }
    if let Some(most) = element.max_length {
        sheet.field("length", &format!("at most {most} characters"))?;
    }
    let expressions = element.regex.iter().chain(element.types.iter().filter_map(|of| of.regex.as_ref()));
    expressions.into_iter().try_for_each(|regex| sheet.field("matches", regex))
}

fn slicing_of(slicing: &Slicing) -> String {
    let by: Vec<String> = slicing.discriminator.iter().map(|by| format!("{} of {}", by.kind, by.path)).collect();
    let by =
        if by.is_empty() { "by nothing that tells slices apart".to_owned() } else { format!("by {}", by.join(", ")) };
    let rules = match slicing.rules.as_str() {
        "closed" => "closed: nothing else may stand",
        "openAtEnd" => "open at the end: others may follow",
        "open" => "open: others may stand beside",
        other => other,
    };
    format!("{by}; {rules}{}", if slicing.ordered { "; in this order" } else { "" })
}

/// What a slice is known by.
fn marks(place: &Place, slice: &ElementDefinition, slicing: Option<&Slicing>) -> String {
    let said = |element: &ElementDefinition| {
        element.fixed.as_ref().or(element.pattern.as_ref()).map(|value| value.1.get().to_owned())
    };
    let mut marks = Vec::new();
    for by in slicing.iter().flat_map(|slicing| &slicing.discriminator) {
        let element = if by.path == "$this" { Some(slice) } else { place.below(slice, &by.path) };
        if let Some(value) = element.and_then(said) {
            marks.push(format!("{} {value}", by.path));
        } else if by.kind == "type" || by.path == "url" || by.kind == "profile" {
            marks.extend(slice.types.iter().map(|of| match of.profile.first() {
                Some(profile) => short(profile).to_owned(),
                None => short(&of.code).to_owned(),
            }));
        } else if let Some(set) = element.and_then(|element| element.binding.as_ref()?.value_set.as_ref()) {
            marks.push(format!("{} in {set}", by.path));
        }
    }
    marks.join(", ")
}

fn invariant(constraint: &Constraint, definition: &str) -> String {
    let Constraint { key, severity, human, expression, source, best_practice } = constraint;
    let mut text = format!("{key} ({severity}{})", if *best_practice { ", best practice" } else { "" });
    if let Some(human) = human {
        text.push_str(&format!(": {human}"));
    }
    match expression {
        Some(expression) => text.push_str(&format!(": {expression}")),
        None => text.push_str(": without an expression, so nothing tests it"),
    }
    match source.as_deref() {
        Some(source) if source != definition && short(source) != short(definition) => {
            format!("{text} [{}]", short(source))
        }
        _ => text,
    }
}

fn names(parts: &[&ElementDefinition]) -> String {
    let one = |element: &&ElementDefinition| {
        let name = element.path.rsplit('.').next().unwrap_or_default();
        format!("{name} {}", range(element))
    };
    let mut all: Vec<String> = parts.iter().take(LISTED).map(one).collect();
    if let Some(more) = parts.len().checked_sub(LISTED).filter(|more| *more > 0) {
        all.push(format!("and {more} more"));
    }
    all.join(", ")
}
