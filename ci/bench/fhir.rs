//! What checking FHIR costs: bulk against only reading the JSON, XML against JSON, and invariants a second. One run,
//! CPU time of this thread, medians of rounds that take turns.
//!
//! `cargo bench --bench fhir -- NDJSON [XML-FOLDER]`: resources one to a line, and a folder with some of them as XML.

#![expect(clippy::print_stdout, reason = "a measurement is for reading, and goes nowhere else")]

use hallmark::check::fhirpath::{Alone, Compiled, Scratch, Truth};
use hallmark::check::{Engine, Expected, Plan, Shown, Unit};
use hallmark::compile::hl7v2::Compiler;
use hallmark::instance::{Document, Elements, Instance, Namespaces, NodeId};
use hallmark::parse::{Faults, fhir, json, xml};
use hallmark::standard::Catalogue;
use hallmark::standard::fhir::{Library, Release, Syntax, View};
use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Odd, so that the median is a round that happened.
const ROUNDS: usize = 3;
/// Bytes of resources that the invariants are evaluated on.
const OF_INVARIANTS: usize = 8_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let Some(path) = arguments.first() else { return Ok(()) };
    let bytes = std::fs::read(path)?;
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    println!("resources: {}, {} bytes", lines.len(), bytes.len());

    let mut catalogue = Catalogue::load(&[])?;
    catalogue.keep(&["hl7-fhir-r4".to_owned()])?;
    let plan = Plan::new(catalogue);
    let compiler = Compiler::new(&plan)?;
    let mut engine = Engine::new(&plan, &compiler, Shown::Shapes);
    bulk(&lines, &mut engine)?;
    if let Some(folder) = arguments.get(1) {
        notations(&lines, Path::new(folder), &mut engine)?;
    }
    invariants(&lines)
}

/// Bulk: every resource against the base and its invariants, to `serde_json` reading the same lines.
fn bulk(lines: &[&[u8]], engine: &mut Engine<'_>) -> Result<(), Box<dyn Error>> {
    let (mut reading, mut checking) = (Vec::new(), Vec::new());
    // The first time, definitions are read; that is part of what a start costs, and measured there.
    check_all(lines, engine, Syntax::Json);
    for _ in 0..ROUNDS {
        let start = thread_time();
        for line in lines {
            black_box(serde_json::from_slice::<serde_json::Value>(line)?);
        }
        reading.push(seconds_since(start));
        let start = thread_time();
        check_all(lines, engine, Syntax::Json);
        checking.push(seconds_since(start));
    }
    let (reading, checking) = (median(reading), median(checking));
    let megabytes = lines.iter().map(|line| line.len()).sum::<usize>() as f64 / 1e6;
    println!("measured serde_json: {:.0} MB in a second of CPU (the baseline)", megabytes / reading);
    println!(
        "measured FHIR bulk: {:.0} MB in a second of CPU, ratio {:.2} of serde_json (goal: at most 8, aim 4)",
        megabytes / checking,
        checking / reading
    );
    Ok(())
}

/// Counts what a resource holds, to tell whether two forms of it hold the same.
struct Reader {
    library: Arc<Library>,
    tree: Instance,
    namespaces: Namespaces,
    elements: Elements,
    faults: Faults,
}

impl Reader {
    fn new() -> Self {
        Self {
            library: Library::embedded(Release::R4),
            tree: Instance::default(),
            namespaces: Namespaces::default(),
            elements: Elements::default(),
            faults: Faults::default(),
        }
    }

    fn elements(&mut self, bytes: &[u8], syntax: Syntax) -> usize {
        let Self { library, tree, namespaces, elements, faults } = self;
        faults.clear();
        match syntax {
            Syntax::Json => {
                json::parse(bytes, tree, faults);
                fhir::json::lower(Document { bytes, tree }, library.model(), elements, faults);
            }
            Syntax::Xml => {
                let parsed = xml::parse(bytes, tree, namespaces, faults);
                fhir::xml::lower(parsed.markup(tree, namespaces), library.model(), elements, faults);
            }
        }
        elements.len()
    }
}

/// The resources of which both forms are at hand and hold the same, in each.
fn notations(lines: &[&[u8]], folder: &Path, engine: &mut Engine<'_>) -> Result<(), Box<dyn Error>> {
    let mut by_name = BTreeMap::new();
    for line in lines {
        let read: serde_json::Value = serde_json::from_slice(line)?;
        if let (Some(kind), Some(id)) = (read["resourceType"].as_str(), read["id"].as_str()) {
            by_name.insert(format!("{kind}-{id}.xml"), *line);
        }
    }
    let (mut as_json, mut as_xml, mut reader) = (Vec::new(), Vec::new(), Reader::new());
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if let Some(line) = by_name.get(entry.file_name().to_string_lossy().as_ref()) {
            let bytes = std::fs::read(entry.path())?;
            // Some were published with more in one form than in the other.
            if reader.elements(line, Syntax::Json) == reader.elements(&bytes, Syntax::Xml) {
                as_json.push(*line);
                as_xml.push(bytes);
            }
        }
    }
    let as_xml: Vec<&[u8]> = as_xml.iter().map(Vec::as_slice).collect();
    let (mut json, mut xml) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = thread_time();
        check_all(&as_json, engine, Syntax::Json);
        json.push(seconds_since(start));
        let start = thread_time();
        check_all(&as_xml, engine, Syntax::Xml);
        xml.push(seconds_since(start));
    }
    println!(
        "measured FHIR XML: ratio {:.2} of the same {} resources as JSON (goal: at most 2)",
        median(xml) / median(json),
        as_json.len()
    );
    Ok(())
}

fn check_all(resources: &[&[u8]], engine: &mut Engine<'_>, syntax: Syntax) {
    let artifact: Arc<str> = "bulk".into();
    for (at, bytes) in resources.iter().enumerate() {
        let unit = Unit { bytes, artifact: &artifact, item: at as u64 + 1, first_line: at as u64 + 1, indent: 0 };
        black_box(match syntax {
            Syntax::Json => engine.json(unit, Expected::Resource),
            Syntax::Xml => engine.xml(unit, Expected::Resource),
        });
    }
}

/// The invariants that nearly every element has, by the evaluator that every other one goes through too.
fn invariants(lines: &[&[u8]]) -> Result<(), Box<dyn Error>> {
    let library = Library::embedded(Release::R4);
    let model = library.model();
    let compiled = |text: &str| Compiled::new(text, model).map_err(|error| format!("{text}: {error}"));
    let element = compiled("hasValue() or (children().count() > id.count())")?;
    let extension = compiled("extension.exists() != value.exists()")?;
    let resource = [
        compiled("contained.contained.empty()")?,
        compiled(
            "contained.where((('#'+id in (%resource.descendants().reference | %resource.descendants().as(canonical) | \
             %resource.descendants().as(uri) | %resource.descendants().as(url))) or \
             descendants().where(reference = '#').exists() or descendants().where(as(canonical) = '#').exists() or \
             descendants().where(as(canonical) = '#').exists()).not()).trace('unmatched', id).empty()",
        )?,
        compiled("contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()")?,
        compiled("contained.meta.security.empty()")?,
        compiled("text.`div`.exists()")?,
    ];
    let (mut tree, mut faults, mut elements) = (Instance::default(), Faults::default(), Elements::default());
    let (mut scratch, mut done, mut spent, mut read, mut untold) = (Scratch::default(), 0_u64, 0.0, 0, 0_u64);
    for line in lines {
        if read > OF_INVARIANTS {
            break;
        }
        read += line.len();
        json::parse(line, &mut tree, &mut faults);
        fhir::json::lower(Document { bytes: line, tree: &tree }, model, &mut elements, &mut faults);
        let view = View { bytes: line, elements: &elements, model, syntax: Syntax::Json };
        let extensions: Vec<NodeId> =
            (0..elements.len() as NodeId).filter(|&id| view.type_name(id) == "Extension").collect();
        let start = thread_time();
        let mut holds = |invariant: &Compiled, id| {
            done += 1;
            untold += u64::from(matches!(invariant.check(&mut scratch, view, id, &Alone), Truth::Error(_)));
        };
        (0..elements.len() as NodeId).for_each(|id| holds(&element, id));
        extensions.into_iter().for_each(|id| holds(&extension, id));
        resource.iter().for_each(|invariant| holds(invariant, Elements::ROOT));
        spent += seconds_since(start);
    }
    println!(
        "measured invariants: {:.1} million evaluations of ele-1, ext-1 and dom-2 to dom-6 in a second of CPU (goal: 1), \
         {done} done, {untold} broke off",
        done as f64 / spent / 1e6
    );
    Ok(())
}

fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

fn seconds_since(start: Duration) -> f64 {
    (thread_time() - start).as_secs_f64()
}

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}
