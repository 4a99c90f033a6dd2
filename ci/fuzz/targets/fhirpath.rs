//! Any text as a FHIRPath expression: read, and when it can be read, run on every element of a resource.
//!
//! A profile may come from anyone, so its expressions may neither panic nor run away, whatever the resource holds.
#![no_main]

use hallmark::check::fhirpath::{Answer, Compiled, Dialect, Host, Moment, Resolution, Scratch, Subject};
use hallmark::instance::{Document, Elements, Instance, NodeId};
use hallmark::parse::{Faults, fhir, json};
use hallmark::standard::fhir::{Library, Release, Syntax, View};
use libfuzzer_sys::fuzz_target;
use std::sync::{Arc, OnceLock};

const PATIENT: &[u8] = br##"{
    "resourceType": "Patient", "id": "specimen", "meta": {"lastUpdated": "2024-02-29T23:59:60.123+14:00"},
    "text": {"status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">Specimen</div>"},
    "contained": [{"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "\u00e9\ud83e\ude7a"},
        "valueQuantity": {"value": 1.50e2, "unit": "mg", "code": "mg", "system": "http://unitsofmeasure.org"},
        "referenceRange": [{"low": {"value": 99999999999999999999999999999999999999, "code": "kg"}}],
        "subject": {"reference": "#specimen"}}],
    "extension": [{"url": "http://example.org/age", "valueAge": {"value": -0.0, "code": "a"}}],
    "active": true, "gender": "female", "birthDate": "1962", "_birthDate": {"id": "b"},
    "name": [{"use": "official", "family": "SPECIMEN", "given": ["ALEX", "B"], "period": {"start": "0001-01",
        "end": "9999-12-31"}}, {"given": ["LEX"], "_family": {"extension": [{"url": "u", "valueCode": "unknown"}]}}],
    "multipleBirthInteger": 2147483647, "managingOrganization": {"reference": "#o"}
}"##;

/// Knows a little, and cannot tell the rest.
struct Knows;

impl Host for Knows {
    fn resolve(&self, view: View<'_>, _: NodeId, reference: &str) -> Resolution {
        match (reference, view.child_called(Elements::ROOT, "contained")) {
            ("#o", Some(node)) => Resolution::Node(node),
            ("#specimen", _) => Resolution::Node(Elements::ROOT),
            _ => Resolution::CannotTell("it is not here".into()),
        }
    }

    fn member_of(&self, _: View<'_>, _: Subject<'_>, value_set: &str) -> Answer {
        if value_set.is_empty() { Answer::No } else { Answer::CannotTell("it is not held".into()) }
    }

    fn now(&self) -> Option<Moment> {
        Moment::of_unix(1_700_000_000)
    }
}

fn library() -> &'static Arc<Library> {
    static LIBRARY: OnceLock<Arc<Library>> = OnceLock::new();
    LIBRARY.get_or_init(|| Library::embedded(Release::R4))
}

fuzz_target!(|text: &str| {
    let model = library().model();
    let (mut tree, mut faults, mut elements) = (Instance::default(), Faults::default(), Elements::default());
    json::parse(PATIENT, &mut tree, &mut faults);
    fhir::json::lower(Document { bytes: PATIENT, tree: &tree }, model, &mut elements, &mut faults);
    let view = View { bytes: PATIENT, elements: &elements, model, syntax: Syntax::Json };
    let mut scratch = Scratch::default();
    for dialect in [Dialect::Invariants, Dialect::Published, Dialect::Strict] {
        let compiled = match Compiled::with(text, model, dialect) {
            Ok(compiled) => compiled,
            Err(error) => {
                assert!(error.span.end as usize <= text.len() + 1, "a mistake has its place in the expression");
                continue;
            }
        };
        let told = compiled.check(&mut scratch, view, Elements::ROOT, &Knows);
        assert_eq!(told, compiled.check(&mut scratch, view, Elements::ROOT, &Knows), "once is as good as twice");
        if let Ok(items) = compiled.evaluate(&mut scratch, view, Elements::ROOT, &Knows) {
            for item in items {
                let _ = item.to_text();
            }
        }
    }
});
