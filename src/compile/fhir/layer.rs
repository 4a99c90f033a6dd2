//! A FHIR package → a layer of definitions.
//!
//! In: a package that was opened. Out: its resources that have a URL, pared to what checking needs, as a layer for the
//! library; and what could not be used, file by file. Resources in XML become JSON on the way, so that definitions are
//! read in one way.

use crate::instance::{Elements, Instance, Namespaces};
use crate::parse::{Faults, fhir, xml};
use crate::standard::fhir::package::{Entry, LeftOut, Package};
use crate::standard::fhir::pare::{self, Keep, Refused};
use crate::standard::fhir::store::{Builder, Packing, Store};
use crate::standard::fhir::{Layer, Model, Syntax, View, to_json};
use std::borrow::Cow;

/// The layer of `package`, whose XML is typed by `model`, and what of it is left out.
///
/// # Errors
/// When it is larger than a layer can be.
pub fn layer(package: &Package, model: &Model) -> std::io::Result<(Layer, Vec<LeftOut>)> {
    let of_package =
        |layer: Layer| layer.of_package(package.name.as_deref(), package.version.as_deref(), &package.dependencies);
    if let Some((store, left_out)) = package.store() {
        return Ok((of_package(Layer::shared(&package.label, store.clone())), left_out.to_vec()));
    }
    let mut builder = Builder::default();
    let mut left_out = Vec::new();
    for entry in &package.entries {
        match json(package, entry, model).map(|json| pare::add(&mut builder, &json, Keep::Facts)) {
            // An example has no URL, and nothing refers to it by one.
            Ok(Ok(()) | Err(Refused::Unnamed)) => {}
            Ok(Err(refused)) => left_out.push(LeftOut { file: entry.file.clone(), why: refused.to_string() }),
            Err(why) => left_out.push(LeftOut { file: entry.file.clone(), why }),
        }
    }
    // XML is read by one release, and the same package may be used with another.
    let bytes = match package.entries.iter().all(|entry| entry.syntax == Syntax::Json) {
        true => package.keep(builder, &left_out)?,
        false => builder.finish(Packing::Plain)?,
    };
    let store = Store::open(bytes).ok_or_else(|| std::io::Error::other("the layer cannot be read back"))?;
    Ok((of_package(Layer::new(&package.label, store)), left_out))
}

fn json<'p>(package: &Package, entry: &'p Entry, model: &Model) -> Result<Cow<'p, [u8]>, String> {
    let bytes = package.bytes(entry).map_err(|error| error.to_string())?;
    if entry.syntax == Syntax::Json {
        return Ok(bytes);
    }
    let (mut tree, mut namespaces) = (Instance::default(), Namespaces::default());
    let (mut elements, mut faults) = (Elements::default(), Faults::default());
    let parsed = xml::parse(&bytes, &mut tree, &mut namespaces, &mut faults);
    if !faults.is_empty() {
        return Err("it is not well-formed XML".to_owned());
    }
    // What the release does not have is not written, as it would not be read.
    fhir::xml::lower(parsed.markup(&tree, &namespaces), model, &mut elements, &mut faults);
    if elements.is_empty() {
        return Err("it is no FHIR resource".to_owned());
    }
    let view = View { bytes: &parsed.bytes, elements: &elements, model, syntax: Syntax::Xml };
    Ok(Cow::Owned(to_json(view, Elements::ROOT)))
}

#[cfg(test)]
mod tests {
    use super::layer;
    use crate::standard::fhir::package::{Limits, open};
    use crate::standard::fhir::{Library, Release};

    #[test]
    fn definitions_in_a_bundle_are_as_if_they_were_given_one_by_one() {
        let text = r#"{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient"}},
            {"fullUrl":"urn:x"},{"resource":{"resourceType":"ValueSet","url":"http://test/v","status":"draft"}},
            {"resource":{"resourceType":"Questionnaire","url":"http://test/q","status":"draft"}}]}"#;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bundle.json");
        std::fs::write(&path, text).unwrap();
        let base = Library::embedded(Release::R4);
        let (layer, left_out) = layer(&open(&path, &Limits::default()).unwrap(), base.model()).unwrap();
        assert_eq!(left_out, []);
        let library = base.with([layer]);
        assert!(library.value_set("http://test/v").is_some() && library.holds("Questionnaire", "http://test/q"));
    }

    #[test]
    fn a_definition_in_xml_is_the_same_as_in_json() {
        let xml = r#"<StructureDefinition xmlns="http://hl7.org/fhir"><url value="http://test/p"/><version value="1"/>
            <name value="P"/><status value="draft"/><fhirVersion value="4.0.1"/><kind value="resource"/>
            <abstract value="false"/><type value="Patient"/>
            <baseDefinition value="http://hl7.org/fhir/StructureDefinition/Patient"/><derivation value="constraint"/>
            <differential><element id="Patient.gender"><path value="Patient.gender"/><min value="1"/>
            <fixedCode value="other"/></element></differential></StructureDefinition>"#;
        let json = r#"{"resourceType":"StructureDefinition","url":"http://test/p","version":"1","name":"P",
            "status":"draft","fhirVersion":"4.0.1","kind":"resource","abstract":false,"type":"Patient",
            "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint",
            "differential":{"element":[{"id":"Patient.gender","path":"Patient.gender","min":1,"fixedCode":"other"}]}}"#;
        let folder = tempfile::tempdir().unwrap();
        let base = Library::embedded(Release::R4);
        let read = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            let package = open(&path, &Limits::default()).unwrap();
            let (layer, left_out) = layer(&package, base.model()).unwrap();
            assert_eq!(left_out, []);
            base.with([layer]).structure("http://test/p").unwrap()
        };
        let (of_xml, of_json) = (read("p.xml", xml), read("p.json", json));
        assert_eq!(of_xml.differential.len(), 1);
        assert_eq!(of_xml.differential[0].min, Some(1));
        assert_eq!(serde_json::to_string(&*of_xml).unwrap(), serde_json::to_string(&*of_json).unwrap());
    }
}
