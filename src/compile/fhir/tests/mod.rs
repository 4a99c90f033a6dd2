//! Profiles compiled and run: one place for each kind of assertion.

mod extensions;
mod invariants;
mod links;
mod slices;
mod values;

use super::Compiled;
use crate::check::fhir::{self, CodingRef, Context, Definitions, Found, Issues, Links, Membership, Options, Terms};
use crate::check::fhirpath::Moment;
use crate::instance::{Document, Elements, Instance, Path};
use crate::parse::{Faults, fhir::json as lower, json};
use crate::standard::fhir::{Library, Model, Release, StructureDefinition, Syntax, View};
use serde_json::{Value, json};
use std::sync::Arc;

/// The embedded definitions with some of a test's own over them.
struct Over {
    library: Arc<Library>,
    own: Vec<Arc<StructureDefinition>>,
}

impl Definitions for Over {
    fn model(&self) -> &Model {
        self.library.model()
    }

    fn structure(&self, canonical: &str) -> Option<Arc<StructureDefinition>> {
        let url = canonical.split('|').next();
        let own = self.own.iter().find(|one| Some(one.url.as_str()) == url).cloned();
        own.or_else(|| self.library.structure(canonical))
    }
}

/// A value set `http://test/vs` of `a` and `b` of the system `http://test/cs`; of others nothing is known.
struct TwoCodes;

impl Terms for TwoCodes {
    fn member(&self, value_set: &str, coding: CodingRef<'_>) -> Membership {
        match (value_set, coding.system) {
            ("http://test/vs", None | Some("http://test/cs")) if matches!(coding.code, "a" | "b") => Membership::Member,
            ("http://test/vs", _) => Membership::NotMember,
            _ => Membership::CannotTell("not held".into()),
        }
    }

    fn in_system(&self, coding: CodingRef<'_>) -> Membership {
        match (coding.system, coding.code, coding.display) {
            (Some("http://test/cs"), "a" | "b", Some("wrong")) => Membership::WrongDisplay,
            (Some("http://test/cs"), "a" | "b", _) => Membership::Member,
            (Some("http://test/cs"), ..) => Membership::NotMember,
            _ => Membership::CannotTell("not held".into()),
        }
    }

    fn few_codes(&self, value_set: &str) -> Option<Vec<String>> {
        (value_set == "http://test/vs").then(|| vec!["a".into(), "b".into()])
    }
}

/// A profile `http://test/p` of `kind` with these elements in its snapshot, each `path` once more with what it says.
fn profile(kind: &str, elements: Value) -> Value {
    definition("http://test/p", kind, elements)
}

fn definition(url: &str, kind: &str, elements: Value) -> Value {
    let mut all = vec![json!({"id": kind, "path": kind})];
    all.extend(elements.as_array().cloned().unwrap_or_default());
    json!({
        "resourceType": "StructureDefinition", "url": url, "name": "Test", "status": "draft",
        "fhirVersion": "4.0.1", "kind": "resource", "abstract": false, "type": kind, "derivation": "constraint",
        "baseDefinition": format!("http://hl7.org/fhir/StructureDefinition/{kind}"),
        "snapshot": {"element": all}
    })
}

/// What is found in `resource` by these profiles, the first of which is given by the user: `code path`, those that
/// cannot be told with a question mark. Findings of the base definition alone are left out.
fn found(profiles: &[Value], resource: Value) -> Vec<String> {
    messages(profiles, resource).into_iter().map(|(finding, _)| finding).collect()
}

fn messages(profiles: &[Value], resource: Value) -> Vec<(String, String)> {
    let library = Library::embedded(Release::R4);
    let own = profiles.iter().map(|one| Arc::new(serde_json::from_value(one.clone()).unwrap())).collect();
    let compiled = Compiled::new(Over { library: Arc::clone(&library), own });
    let options = Options {
        profiles: profiles.first().map(|one| one["url"].as_str().unwrap_or_default().to_owned()).into_iter().collect(),
        now: Moment::parse_date_time("2020-06-15T12:00:00Z"),
        ..Options::default()
    };
    let context = Context {
        library: &library,
        model: library.model(),
        profiles: &compiled,
        terminology: &TwoCodes,
        resolver: &Links::default(),
        options: &options,
    };
    let bytes = resource.to_string().into_bytes();
    let (mut tree, mut elements, mut faults) = (Instance::default(), Elements::default(), Faults::default());
    json::parse(&bytes, &mut tree, &mut faults);
    lower::lower(Document { bytes: &bytes, tree: &tree }, library.model(), &mut elements, &mut faults);
    assert!(faults.is_empty(), "{faults:?}");
    let view = View { bytes: &bytes, elements: &elements, model: library.model(), syntax: Syntax::Json };
    let mut issues = Issues::default();
    fhir::check(view, &context, &mut issues);
    let told = issues.kept().iter().filter(|issue| {
        let ours = issue.source.as_ref().is_none_or(|source| source.profile.starts_with("http://test/"));
        ours && !(issue.outcome == Found::CannotTell && issue.source.is_none())
    });
    told.map(|issue| {
        let Path::Printed { full, .. } = view.path(issue.node) else { panic!("a path that is not printed") };
        let doubt = if issue.outcome == Found::CannotTell { "?" } else { "" };
        (format!("{}{doubt} {full}", &issue.code.as_str()[5..]), issue.message.to_string())
    })
    .collect()
}
