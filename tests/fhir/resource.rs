//! Resources for tests: read and lowered.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use hallmark::instance::{Document, Elements, Instance, Namespaces};
use hallmark::parse::{Faults, fhir, json, xml};
use hallmark::standard::fhir::{Model, Syntax, View};
use std::path::Path;

/// A resource that was read.
pub(crate) struct Resource {
    bytes: Vec<u8>,
    elements: Elements,
    syntax: Syntax,
}

impl Resource {
    /// Reads the file at `path`, XML or JSON by its name.
    pub(crate) fn read(path: &Path, model: &Model) -> Self {
        let bytes = std::fs::read(path).unwrap();
        if path.extension().is_some_and(|extension| extension == "xml") {
            return Self::of_xml(&bytes, model);
        }
        Self::of_json(bytes, model)
    }

    /// Reads XML.
    pub(crate) fn of_xml(bytes: &[u8], model: &Model) -> Self {
        let (mut tree, mut faults, mut elements) = (Instance::default(), Faults::default(), Elements::default());
        let mut namespaces = Namespaces::default();
        let parsed = xml::parse(bytes, &mut tree, &mut namespaces, &mut faults);
        fhir::xml::lower(parsed.markup(&tree, &namespaces), model, &mut elements, &mut faults);
        Self { bytes: parsed.bytes.into_owned(), elements, syntax: Syntax::Xml }
    }

    /// Reads JSON.
    pub(crate) fn of_json(bytes: Vec<u8>, model: &Model) -> Self {
        let (mut tree, mut faults, mut elements) = (Instance::default(), Faults::default(), Elements::default());
        json::parse(&bytes, &mut tree, &mut faults);
        fhir::json::lower(Document { bytes: &bytes, tree: &tree }, model, &mut elements, &mut faults);
        Self { bytes, elements, syntax: Syntax::Json }
    }

    /// What checks walk.
    pub(crate) fn view<'a>(&'a self, model: &'a Model) -> View<'a> {
        View { bytes: &self.bytes, elements: &self.elements, model, syntax: self.syntax }
    }
}
