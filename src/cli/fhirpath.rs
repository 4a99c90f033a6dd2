//! `hallmark fhirpath`: what an expression gives on a resource.
//!
//! This is the one command that prints values of an instance unasked: an expression is a question about them, typed at
//! a terminal by somebody who holds the file.

use super::args::{self, TextOrJson};
use super::console::print;
use super::error::Error;
use crate::check::fhir::{Links, Resolved, Resolver};
use crate::check::fhirpath::{Cause, Compiled, Dialect, ExprError, Halt, Host, Item, Moment, Resolution, Scratch};
use crate::instance::{Document, Elements, Instance, Namespaces, NodeId, Path};
use crate::parse::{Faults, fhir, json, xml};
use crate::report::escape::terminal;
use crate::standard::fhir::{Library, Model, Syntax, View};
use serde_json::json;
use std::fs;
use std::io::{self, Read, Write};

/// Prints the items that the expression gives, in order.
///
/// # Errors
/// When the expression is wrong or cannot be decided, the file is no FHIR resource, or nothing can be printed.
pub(crate) fn run(flags: &args::Fhirpath) -> Result<(), Error> {
    let library = Library::embedded(flags.release.into());
    let model = library.model();
    let compiled = Compiled::with(&flags.expression, model, Dialect::Published)
        .map_err(|error| wrong(&flags.expression, &error))?;
    let bytes = read(flags)?;
    let resource = Resource::new(bytes, model);
    if resource.elements.is_empty() {
        let headline = format!("{} holds no FHIR resource", terminal::name(&flags.file.to_string_lossy()));
        return Err(Error::refused(headline, "Name a file with one FHIR resource, in JSON or XML."));
    }
    let view = View { bytes: &resource.bytes, elements: &resource.elements, model, syntax: resource.syntax };
    let world = World { links: Links::default() };
    let items = match compiled.evaluate(&mut Scratch::default(), view, Elements::ROOT, &world) {
        Ok(items) => items,
        Err(Halt::Error(error)) => return Err(wrong(&flags.expression, &error)),
        Err(Halt::CannotTell(cause)) => {
            let headline = format!("the expression cannot be decided: {cause}");
            return Err(Error::refused(headline, "Ask something that the resource alone can answer."));
        }
    };
    print(|out| match flags.format {
        TextOrJson::Text => items.iter().try_for_each(|item| text(out, item, view)),
        TextOrJson::Json => {
            let all: Vec<serde_json::Value> = items.iter().map(|item| object(item, view)).collect();
            writeln!(out, "{:#}", serde_json::Value::Array(all))
        }
    })
    .map_err(Error::Output)
}

/// The expression with a mark under what is wrong.
fn wrong(expression: &str, error: &ExprError) -> Error {
    let start = error.span.start as usize;
    let before = expression.get(..start).unwrap_or(expression);
    // An expression of several lines is shown from the line that is wrong.
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = expression[line_start..].lines().next().unwrap_or_default();
    let column = before[line_start..].chars().count();
    let marks = expression.get(start..error.span.end as usize).map_or(1, |told| told.chars().count().max(1));
    let room = line.chars().count().saturating_sub(column).max(1);
    let pointer = format!("{}{}", " ".repeat(column), "^".repeat(marks.min(room)));
    let headline = format!("the expression is wrong at character {}: {}", before.chars().count() + 1, error.message);
    Error::refused(headline, format!("Change what is marked.\n{}\n{pointer}", terminal::text(line)))
}

fn read(flags: &args::Fhirpath) -> Result<Vec<u8>, Error> {
    let unreadable = |cause| Error::Unreadable { what: "resource", file: flags.file.clone(), cause };
    if flags.file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map_err(unreadable)?;
        return Ok(bytes);
    }
    fs::read(&flags.file).map_err(unreadable)
}

/// A resource that was read.
struct Resource {
    bytes: Vec<u8>,
    elements: Elements,
    syntax: Syntax,
}

impl Resource {
    fn new(bytes: Vec<u8>, model: &Model) -> Self {
        let (mut tree, mut faults, mut elements) = (Instance::default(), Faults::default(), Elements::default());
        // Spans are of 32 bits.
        if u32::try_from(bytes.len()).is_err() {
            return Self { bytes, elements, syntax: Syntax::Json };
        }
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(byte));
        if first.is_some_and(|&byte| byte == b'{' || byte == b'[') {
            json::parse(&bytes, &mut tree, &mut faults);
            fhir::json::lower(Document { bytes: &bytes, tree: &tree }, model, &mut elements, &mut faults);
            return Self { bytes, elements, syntax: Syntax::Json };
        }
        let mut namespaces = Namespaces::default();
        let parsed = xml::parse(&bytes, &mut tree, &mut namespaces, &mut faults);
        fhir::xml::lower(parsed.markup(&tree, &namespaces), model, &mut elements, &mut faults);
        Self { bytes: parsed.bytes.into_owned(), elements, syntax: Syntax::Xml }
    }
}

/// What the resource itself and the clock can answer.
struct World {
    links: Links,
}

impl Host for World {
    fn resolve(&self, view: View<'_>, from: NodeId, reference: &str) -> Resolution {
        match self.links.resolve(view, from, reference) {
            Resolved::Inside(node) => Resolution::Node(node),
            Resolved::Missing => Resolution::Nothing,
            Resolved::Outside(_) | Resolved::NotHeld => {
                Resolution::CannotTell(Cause::Borrowed("a reference leads out of the file"))
            }
        }
    }

    fn now(&self) -> Option<Moment> {
        Moment::parse_date_time(&jiff::Zoned::now().strftime("%Y-%m-%dT%H:%M:%S.%3f%:z").to_string())
    }
}

/// One item on a line: its type, and its value or where it is.
fn text(out: &mut dyn Write, item: &Item<'_>, view: View<'_>) -> io::Result<()> {
    let (kind, value) = (kind(item, view), value(item, view));
    match (item, value) {
        (_, Some(value)) => writeln!(out, "{kind}: {}", terminal::text(&value)),
        (Item::Node(node), None) => writeln!(out, "{kind} at {}", terminal::text(&path(*node, view))),
        (_, None) => writeln!(out, "{kind}"),
    }
}

fn object(item: &Item<'_>, view: View<'_>) -> serde_json::Value {
    let mut object = json!({ "type": kind(item, view) });
    if let Some(value) = value(item, view) {
        object["value"] = value.into();
    }
    if let Item::Node(node) = item {
        object["path"] = path(*node, view).into();
    }
    object
}

fn kind(item: &Item<'_>, view: View<'_>) -> String {
    match item {
        Item::Node(node) => view.type_name(*node).to_owned(),
        _ => item.system().map_or("resource", |system| system.name()).to_owned(),
    }
}

fn value(item: &Item<'_>, view: View<'_>) -> Option<String> {
    match item {
        Item::Node(node) => view.text(*node).map(|text| text.into_owned()),
        _ => item.to_text().map(|text| text.to_string()),
    }
}

fn path(node: NodeId, view: View<'_>) -> String {
    match view.path(node) {
        Path::Printed { full, .. } => full.to_string(),
        path => path.to_string(),
    }
}
