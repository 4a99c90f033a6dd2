//! Any bytes as a FHIR resource, in JSON or in XML, through the lowering and every check of R4: types, invariants,
//! bindings, references, the checks of single resources.
//!
//! Nothing may panic or run away; every finding stands within the input; no value reaches a message or a path. Values
//! are planted as in the target `check`. What was read is written in the other notation too, and read again.
#![no_main]

use hallmark::check::{Engine, Expected, Plan, Shown, Unit};
use hallmark::compile::hl7v2::Compiler;
use hallmark::instance::{Document, Elements, Instance};
use hallmark::parse::{Faults, fhir, json};
use hallmark::standard::Catalogue;
use hallmark::standard::fhir::{Library, Release, Syntax, View, to_json};
use libfuzzer_sys::{Corpus, fuzz_target};
use std::sync::{Arc, OnceLock};

const CANARY: &str = "Zqxjkvwyqgh";
/// A fault of the size of a megabyte has a small form too.
const LONGEST: usize = 32 << 10;

fn house() -> &'static (Plan, Compiler) {
    static HOUSE: OnceLock<(Plan, Compiler)> = OnceLock::new();
    HOUSE.get_or_init(|| {
        let mut catalogue = Catalogue::load(&[]).expect("the built-in packs load");
        catalogue.keep(&["hl7-fhir-r4".to_owned()]).expect("a built-in pack");
        let plan = Plan::new(catalogue);
        let compiler = Compiler::new(&plan).expect("the built-in packs compile");
        (plan, compiler)
    })
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    if bytes.len() > LONGEST || holds(bytes) {
        return Corpus::Reject;
    }
    let planted: Vec<u8> = bytes
        .iter()
        .flat_map(|byte| if *byte == 1 { CANARY.as_bytes() } else { std::slice::from_ref(byte) })
        .copied()
        .collect();
    let is_xml = planted.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    check(&planted, if is_xml { Syntax::Xml } else { Syntax::Json });
    if !is_xml {
        again(&planted);
    }
    Corpus::Keep
});

fn check(text: &[u8], syntax: Syntax) {
    let (plan, compiler) = house();
    let mut engine = Engine::new(plan, compiler, Shown::Shapes);
    let artifact: Arc<str> = "a".into();
    let unit = Unit { bytes: text, artifact: &artifact, item: 1, first_line: 1, indent: 0 };
    match syntax {
        Syntax::Json => engine.json(unit, Expected::Resource),
        Syntax::Xml => engine.xml(unit, Expected::Resource),
    };
    let tally = engine.finish();
    let lines = text.len() as u64 + 1;
    for (key, group) in &tally.groups {
        assert!(!holds(key.message.as_bytes()), "a value reached a message");
        assert!(!holds(key.path.as_bytes()), "a value reached a path");
        for (place, located) in &group.first {
            assert!(!holds(place.path.to_string().as_bytes()), "a value reached a path");
            assert!((1..=lines).contains(&located.position.line), "a finding stands outside");
        }
    }
}

/// What was read of JSON in which nothing is wrong, written and read again, is the same once more.
fn again(text: &[u8]) {
    let library = Library::embedded(Release::R4);
    let written = |text: &[u8]| {
        let (mut tree, mut elements, mut faults) = (Instance::default(), Elements::default(), Faults::default());
        json::parse(text, &mut tree, &mut faults);
        fhir::json::lower(Document { bytes: text, tree: &tree }, library.model(), &mut elements, &mut faults);
        let view = View { bytes: text, elements: &elements, model: library.model(), syntax: Syntax::Json };
        (faults.is_empty() && !elements.is_empty()).then(|| to_json(view, Elements::ROOT))
    };
    let Some(once) = written(text) else { return };
    let twice = written(&once).expect("what was written is a resource");
    assert_eq!(twice, once, "a resource is not written as it was read");
}

/// Whether five letters of the canary stand together in `text`.
fn holds(text: &[u8]) -> bool {
    const LETTERS: usize = 5;
    let parts: Vec<&[u8]> = CANARY.as_bytes().windows(LETTERS).collect();
    text.windows(LETTERS).any(|window| parts.iter().any(|part| window.eq_ignore_ascii_case(part)))
}
