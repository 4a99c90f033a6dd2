//! What a discriminator comes to for one slice: it leads to an element of the definition, or of the profile that is the
//! element's type, and what is said there is what tells the slice.

use super::derived::Making;
use super::literal;
use super::tree::{Ix, Tree};
use crate::check::fhir::Definitions;
use crate::check::fhir::assertion::{Exactness, Literal};
use crate::check::fhir::slicing::{Step, Test, What};
use crate::instance::{NameId, TypeId};
use crate::standard::fhir::{Discriminator, ElementDefinition, Model, StructureDefinition};
use std::sync::Arc;

/// Where compiled profiles of types are.
const CORE: &str = "http://hl7.org/fhir/StructureDefinition/";

/// Elements below a criterion that are looked through for fixed values.
const MAX_BELOW: usize = 64;

/// A step of the path as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Written {
    Child(String),
    OfType(String),
    Extension(String),
    Resolve,
}

impl Making<'_, '_> {
    /// Adds what `discriminator` comes to for `slice`.
    pub(super) fn criteria(&mut self, slice: Ix, discriminator: &Discriminator, tests: &mut Vec<Test>) {
        let Some(written) = read(&discriminator.path) else {
            let source = self.source(self.tree.branches[slice].element);
            return self.compiler.broken(&source, "the path of a discriminator cannot be read");
        };
        let Some(path) = steps(self.compiler.model, &written) else { return };
        let seek = Seek { definitions: self.compiler.definitions, model: self.compiler.model };
        let shown: Arc<str> = discriminator.path.as_str().into();
        let mut found = Vec::new();
        seek.element(self.tree, slice, &written, &discriminator.kind, &mut found, 8);
        for (below, what) in found {
            let mut path = path.clone();
            let mut shown = shown.to_string();
            for (name, step) in below {
                path.push(step);
                shown = if shown == "$this" { name } else { format!("{shown}.{name}") };
            }
            tests.push(Test { path, shown: shown.into(), what });
        }
    }
}

/// Reads a path: names with dots between, `extension('…')`, `resolve()`, `ofType(…)`, `$this`.
fn read(path: &str) -> Option<Vec<Written>> {
    let mut rest = path.trim();
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let end = rest.find(['.', '(']).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        let mut argument = None;
        if let Some(inside) = rest.strip_prefix('(') {
            // A URL in quotes may hold anything but its quote.
            let close = match inside.chars().next() {
                Some(quote @ ('\'' | '"')) => inside[1..].find(quote)? + 2,
                _ => inside.find(')')?,
            };
            let after = inside.get(close..)?.strip_prefix(')')?;
            argument = Some(inside[..close].trim_matches(['\'', '"', ' ']));
            rest = after;
        }
        match (word, argument) {
            ("$this", None) => {}
            ("resolve", Some(_)) => steps.push(Written::Resolve),
            ("extension", Some(url)) => steps.push(Written::Extension(url.to_owned())),
            ("ofType", Some(name)) => steps.push(Written::OfType(name.to_owned())),
            (_, None) if !word.is_empty() => steps.push(Written::Child(word.trim_end_matches("[x]").to_owned())),
            _ => return None,
        }
        rest = match rest.strip_prefix('.') {
            Some(after) => after,
            None if rest.is_empty() => rest,
            None => return None,
        };
    }
    Some(steps)
}

fn steps(model: &Model, written: &[Written]) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    for one in written {
        steps.push(match one {
            Written::Child(name) => Step::Child(model.name(name)?),
            Written::OfType(name) => Step::OfType(model.type_id(name.trim_start_matches("FHIR."))?),
            Written::Extension(url) => Step::Extension(url.as_str().into()),
            Written::Resolve => Step::Resolve,
        });
    }
    Some(steps)
}

/// Further steps to where something is said, and what is said.
type Found = (Vec<(String, Step)>, What);

struct Seek<'d> {
    definitions: &'d dyn Definitions,
    model: &'d Model,
}

impl Seek<'_> {
    /// What is said at the end of `path` from `at`. Profiles of types are followed `depth` deep.
    fn element(&self, tree: &Tree<'_>, at: Ix, path: &[Written], kind: &str, found: &mut Vec<Found>, depth: u32) {
        let element = tree.branches[at].element;
        let Some((step, rest)) = path.split_first() else {
            return self.said(tree, at, kind, found);
        };
        // A value above says what its parts are.
        if matches!(kind, "value" | "pattern")
            && let Some((literal, exactness)) = self.value(element)
        {
            if let Some(part) = self.part(&literal, path) {
                found.push((Vec::new(), What::Value(part.clone(), exactness)));
            }
            return;
        }
        match step {
            Written::Child(name) => {
                if let Some(child) = tree.child(at, name) {
                    self.element(tree, child, rest, kind, found, depth);
                    // What all repetitions leave open, a slice that must be there may say.
                    for &slice in &tree.branches[child].slices {
                        let must = tree.branches[slice].element.min.is_some_and(|min| min > 0);
                        if found.is_empty() && must {
                            self.element(tree, slice, rest, kind, found, depth);
                        }
                    }
                    if !found.is_empty() {
                        return;
                    }
                }
            }
            Written::OfType(_) => return self.element(tree, at, rest, kind, found, depth),
            Written::Extension(url) => {
                let slices = tree.child(at, "extension").map(|main| tree.branches[main].slices.clone());
                for slice in slices.unwrap_or_default() {
                    let types = &tree.branches[slice].element.types;
                    if types.iter().any(|one| {
                        one.profile.iter().any(|canonical| canonical.split('|').next() == Some(url.as_str()))
                    }) {
                        return match (rest, kind) {
                            ([], "exists") => self.said(tree, slice, kind, found),
                            _ => self.element(tree, slice, rest, kind, found, depth),
                        };
                    }
                }
            }
            Written::Resolve => {
                let targets = element.types.iter().flat_map(|one| &one.target_profile);
                let targets: Vec<&str> = targets.map(String::as_str).collect();
                return self.resolved(&targets, rest, kind, found, depth);
            }
        }
        let Some(depth) = depth.checked_sub(1) else { return };
        let profiles: Vec<&String> = element.types.iter().flat_map(|one| &one.profile).collect();
        for canonical in &profiles {
            if let Some(structure) = self.definitions.structure(canonical) {
                let other = Tree::of(&structure.snapshot);
                if !other.branches.is_empty() {
                    self.element(&other, 0, path, kind, found, depth);
                }
            } else if element.types.iter().any(|one| one.code == "Extension") && path == [Written::Child("url".into())]
            {
                // The URL of an extension is that of its definition, held or not.
                let url = canonical.split('|').next().unwrap_or(canonical);
                let literal = Literal::Primitive(crate::standard::fhir::Primitive::Uri, url.into());
                found.push((Vec::new(), What::Value(literal, Exactness::Fixed)));
            }
            if !found.is_empty() {
                return;
            }
        }
    }

    fn resolved(&self, targets: &[&str], rest: &[Written], kind: &str, found: &mut Vec<Found>, depth: u32) {
        let structures: Vec<Arc<StructureDefinition>> =
            targets.iter().filter_map(|canonical| self.definitions.structure(canonical)).collect();
        match (rest, kind) {
            ([], "type") => {
                let types: Vec<TypeId> =
                    (structures.iter()).filter_map(|structure| self.model.type_id(&structure.type_name)).collect();
                if !types.is_empty() {
                    found.push((Vec::new(), What::Type(types)));
                }
            }
            ([], _) if !targets.is_empty() => {
                found.push((Vec::new(), What::Profile(targets.iter().map(|&one| one.into()).collect())));
            }
            _ => {
                let Some(depth) = depth.checked_sub(1) else { return };
                for structure in structures {
                    let other = Tree::of(&structure.snapshot);
                    if !other.branches.is_empty() {
                        self.element(&other, 0, rest, kind, found, depth);
                    }
                }
            }
        }
    }

    /// What is said of `at` itself.
    fn said(&self, tree: &Tree<'_>, at: Ix, kind: &str, found: &mut Vec<Found>) {
        let element = tree.branches[at].element;
        let here = |what| (Vec::new(), what);
        if element.max.as_deref() == Some("0") && kind != "type" {
            return found.push(here(What::Absent));
        }
        match kind {
            "exists" => {
                if element.min.is_some_and(|min| min > 0) {
                    found.push(here(What::Exists));
                }
            }
            "type" => {
                let code = |code: &str| self.model.type_id(code.strip_prefix(CORE).unwrap_or(code));
                let mut types: Vec<TypeId> = element.types.iter().filter_map(|one| code(&one.code)).collect();
                if let Some(stem) = implied(tree, at)
                    && types.len() != 1
                {
                    types = code(&stem).into_iter().collect();
                }
                // A resource type by its profile: `Bundle.entry.resource` of a profile of Patient.
                if element.types.iter().all(|one| one.code == "Resource" && !one.profile.is_empty()) {
                    let profiles = element.types.iter().flat_map(|one| &one.profile);
                    let named = profiles.filter_map(|canonical| self.definitions.structure(canonical));
                    types = named.filter_map(|structure| code(&structure.type_name)).collect();
                }
                if types.is_empty() && element.types.is_empty() {
                    types.extend(code(&element.path));
                }
                if !types.is_empty() {
                    found.push(here(What::Type(types)));
                }
            }
            "profile" => {
                let profiles: Vec<Arc<str>> =
                    element.types.iter().flat_map(|one| &one.profile).map(|one| one.as_str().into()).collect();
                let targets = || -> Vec<Arc<str>> {
                    element.types.iter().flat_map(|one| &one.target_profile).map(|one| one.as_str().into()).collect()
                };
                if !profiles.is_empty() {
                    found.push(here(What::Profile(profiles)));
                } else if let [_, ..] = &*targets() {
                    found.push((vec![("resolve()".into(), Step::Resolve)], What::Profile(targets())));
                }
            }
            _ => {
                if let Some((literal, exactness)) = self.value(element) {
                    return found.push(here(What::Value(literal, exactness)));
                }
                if let Some(binding) = &element.binding
                    && binding.strength == "required"
                    && let Some(value_set) = &binding.value_set
                {
                    return found.push(here(What::Member(value_set.as_str().into())));
                }
                self.below(tree, at, &mut Vec::new(), found);
            }
        }
    }

    /// Fixed values in what is below `at`, which together are its value.
    fn below(&self, tree: &Tree<'_>, at: Ix, path: &mut Vec<(String, Step)>, found: &mut Vec<Found>) {
        for &child in &tree.branches[at].children {
            if found.len() >= MAX_BELOW || path.len() >= 8 {
                return;
            }
            let branch = &tree.branches[child];
            let name = branch.name.trim_end_matches("[x]");
            let Some(id) = self.model.name(name) else { continue };
            path.push((name.to_owned(), Step::Child(id)));
            match self.value(branch.element) {
                Some((literal, exactness)) => found.push((path.clone(), What::Value(literal, exactness))),
                None => self.below(tree, child, path, found),
            }
            path.pop();
        }
    }

    fn value(&self, element: &ElementDefinition) -> Option<(Literal, Exactness)> {
        let fixed = element.fixed.as_ref().and_then(|value| literal::literal(self.model, value));
        let pattern = element.pattern.as_ref().and_then(|value| literal::literal(self.model, value));
        fixed.map(|literal| (literal, Exactness::Fixed)).or(pattern.map(|literal| (literal, Exactness::Pattern)))
    }

    /// The part of `literal` at `path`.
    fn part<'l>(&self, literal: &'l Literal, path: &[Written]) -> Option<&'l Literal> {
        let Some((step, rest)) = path.split_first() else { return Some(literal) };
        let (Written::Child(name), Literal::Complex { parts, .. }) = (step, literal) else { return None };
        let id: NameId = self.model.name(name)?;
        let (_, _, items) = parts.iter().find(|(name, ..)| *name == id)?;
        self.part(items.first()?, rest)
    }
}

/// The type that the name of `at` ends in: `Quantity` of `valueQuantity`, where it slices `value[x]`.
fn implied(tree: &Tree<'_>, at: Ix) -> Option<String> {
    let element = tree.branches[at].element;
    let name = [tree.branches[at].name, element.slice_name.as_deref().unwrap_or_default()];
    let stem = element.base.as_ref()?.path.rsplit('.').next()?.strip_suffix("[x]")?;
    name.iter()
        .find_map(|name| name.strip_prefix(stem).filter(|tail| !tail.is_empty() && *tail != "[x]"))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_discriminators_are_read() {
        let child = |name: &str| Written::Child(name.into());
        assert_eq!(read("$this"), Some(vec![]));
        assert_eq!(read("code.coding.code"), Some(vec![child("code"), child("coding"), child("code")]));
        assert_eq!(read("$this.resolve()"), Some(vec![Written::Resolve]));
        assert_eq!(
            read("extension('http://a.org/b.c(d)').value"),
            Some(vec![Written::Extension("http://a.org/b.c(d)".into()), child("value")])
        );
        assert_eq!(
            read("value.ofType(Quantity).code"),
            Some(vec![child("value"), Written::OfType("Quantity".into()), child("code")])
        );
        for wrong in ["a..b", "where(x)", "a(", "extension('x"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
