//! What a package means by a canonical that names no version.
//!
//! In: the packages of a library, each with what it builds on. Out: for each, the layers in which it looks first. Two
//! versions of one package may be held at once, each for another that builds on it.

use super::Layer;
use crate::standard::fhir::package::Dependency;
use crate::standard::fhir::{CodeSystem, StructureDefinition, ValueSet};

/// Where a package looks first.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    name: Option<Box<str>>,
    version: Option<Box<str>>,
    needs: Vec<Dependency>,
    /// The layers by their numbers; empty for what builds on nothing.
    places: Vec<usize>,
}

impl Scope {
    pub(super) fn new(name: Option<&str>, version: Option<&str>, needs: &[Dependency]) -> Self {
        Self { name: name.map(Into::into), version: version.map(Into::into), needs: needs.to_vec(), places: Vec::new() }
    }

    /// Whether it is less than all layers.
    pub(super) fn is_narrow(&self) -> bool {
        !self.places.is_empty()
    }

    pub(super) fn has(&self, place: usize) -> bool {
        self.places.contains(&place)
    }

    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        self.places.iter().copied()
    }

    fn meets(&self, need: &Dependency) -> bool {
        let version = self.version.as_deref();
        self.name.as_deref() == Some(need.name.as_str()) && version.is_some_and(|version| need.accepts(version))
    }
}

/// Works out the scope of every layer: itself and all that it builds on, directly or not.
pub(super) fn settle(layers: &mut [Layer]) {
    for place in 0..layers.len() {
        if layers[place].scope.needs.is_empty() {
            continue;
        }
        let mut places = vec![place];
        let mut next = 0;
        while let Some(&at) = places.get(next) {
            next += 1;
            for need in &layers[at].scope.needs {
                let met = (0..layers.len()).rev().find(|&other| layers[other].scope.meets(need));
                places.extend(met.filter(|other| !places.contains(other)));
            }
        }
        layers[place].scope.places = places;
    }
}

/// A definition that names others.
pub(super) trait Names {
    /// Hands out every canonical that it names, with the type of what it means.
    fn each(&mut self, take: &mut dyn FnMut(&str, &mut String));
}

impl Names for StructureDefinition {
    fn each(&mut self, take: &mut dyn FnMut(&str, &mut String)) {
        const KIND: &str = "StructureDefinition";
        self.base_definition.iter_mut().chain(&mut self.imposed).for_each(|one| take(KIND, one));
        for element in self.snapshot.iter_mut().chain(&mut self.differential) {
            for of_type in &mut element.types {
                of_type.profile.iter_mut().chain(&mut of_type.target_profile).for_each(|one| take(KIND, one));
            }
            if let Some(binding) = &mut element.binding {
                let sets = [&mut binding.value_set, &mut binding.max_value_set].into_iter().flatten();
                sets.for_each(|one| take("ValueSet", one));
            }
        }
    }
}

impl Names for ValueSet {
    fn each(&mut self, take: &mut dyn FnMut(&str, &mut String)) {
        let Some(compose) = &mut self.compose else { return };
        for include in compose.include.iter_mut().chain(&mut compose.exclude) {
            include.value_set.iter_mut().for_each(|one| take("ValueSet", one));
            if let (Some(system), None) = (&include.system, &include.version) {
                let mut named = system.clone();
                take("CodeSystem", &mut named);
                include.version = named.split_once('|').map(|(_, version)| version.to_owned());
            }
        }
    }
}

impl Names for CodeSystem {
    fn each(&mut self, _: &mut dyn FnMut(&str, &mut String)) {}
}
