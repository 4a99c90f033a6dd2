//! A FHIR resource: what lowering told, what its profiles say → counts and findings of rules.

use super::{Desk, Rules};
use crate::check::fhir::{self, Code, Context, Found, InForce, Issue, Issues, Links, Source};
use crate::check::record::{Recorder, Unit};
use crate::instance::{Flags, NodeId, Path};
use crate::parse::{self, Faults, MAX_LISTED};
use crate::span::Span;
use crate::standard::Outcome;
use crate::standard::fhir::{Library, Syntax, View};
use std::sync::Arc;

/// Counts a resource for every rule that speaks of FHIR.
pub(super) fn reach(desk: &Desk, to: &mut Recorder) {
    to.reaches(&desk.rules.every, 1);
}

/// Checks the resource that `view` is, and records it.
pub(super) fn check(
    unit: Unit<'_>,
    view: View<'_>,
    in_force: InForce<'_>,
    (lowered, issues, links): (&Faults, &mut Issues, &Links),
    rules: &Rules,
    to: &mut Recorder,
) {
    record_lowered(unit, view, lowered, rules, to);
    if view.elements.is_empty() {
        return;
    }
    let context = Context {
        library: in_force.library,
        model: in_force.library.model(),
        profiles: in_force.profiles,
        terminology: in_force.terminology,
        resolver: links,
        options: in_force.options,
    };
    issues.clear();
    links.start();
    fhir::check(view, &context, issues);
    record_checked(unit, view, (issues, in_force.library), rules, to);
}

/// What lowering looks at in a resource.
#[derive(Default)]
struct Looked {
    elements: u32,
    values: u32,
    resources: u32,
}

impl Looked {
    fn at(view: View<'_>) -> Self {
        let mut looked = Self { elements: view.elements.len() as u32, ..Self::default() };
        for id in 0..looked.elements {
            let flags = view.elements.node(id).flags;
            looked.values += u32::from(flags.has(Flags::VALUE));
            looked.resources += u32::from(flags.has(Flags::RESOURCE));
        }
        looked
    }

    /// At how many places `code` is looked for.
    fn of(&self, code: &str, syntax: Syntax) -> u32 {
        match code {
            "fhir.id-format" | "fhir.resource-type-missing" | "fhir.resource-type-unknown" => self.resources,
            "fhir.primitive-format" | "fhir.primitive-format-warning" | "fhir.whitespace" => self.values,
            "fhir.not-an-object" => u32::from(syntax == Syntax::Json),
            "fhir.element-order" if syntax == Syntax::Json => 0,
            _ if code.starts_with("fhir.json-") && syntax == Syntax::Xml => 0,
            _ if code.starts_with("fhir.xml-") && syntax == Syntax::Json => 0,
            _ => self.elements,
        }
    }
}

fn record_lowered(unit: Unit<'_>, view: View<'_>, lowered: &Faults, rules: &Rules, to: &mut Recorder) {
    let looked = Looked::at(view);
    for (code, rule) in parse::fhir::CODES.iter().zip(&rules.lowering) {
        let Some(rule) = *rule else { continue };
        let found = lowered.count(code);
        let places = looked.of(code, view.syntax).max(found);
        if places > 0 {
            to.applies_to(rule, places);
        }
        if found > MAX_LISTED
            && let Some(last) = lowered.listed().iter().rfind(|fault| fault.code == *code)
        {
            to.unlisted(rule, last.message.clone(), u64::from(found - MAX_LISTED));
        }
    }
    for fault in lowered.listed() {
        let position = parse::fhir::CODES.binary_search(&fault.code).ok();
        let Some(rule) = position.and_then(|at| rules.lowering[at]) else { continue };
        let path = match fault.element {
            Some(within) => view.path_below(within.node, within.below),
            None => Path::Whole,
        };
        to.found(unit, rule, Outcome::Failed, path, fault.span, fault.message.clone());
    }
}

fn record_checked(
    unit: Unit<'_>,
    view: View<'_>,
    (issues, library): (&Issues, &Library),
    rules: &Rules,
    to: &mut Recorder,
) {
    for (&code, rule) in Code::ALL.iter().zip(&rules.checks) {
        let (Some(rule), applied) = (*rule, issues.applied(code)) else { continue };
        if applied > 0 {
            to.applies_to(rule, applied);
        }
        for outcome in [Found::Failed, Found::CannotTell] {
            unkept(issues, (code, outcome), rule, to);
        }
    }
    for issue in issues.kept() {
        let Some(rule) = rules.checks[issue.code as usize] else { continue };
        let element = view.elements.node(issue.node);
        // What is wrong with its notation is told; the rest follows from that.
        if element.flags.has(Flags::BROKEN) {
            continue;
        }
        let span = issue.span.unwrap_or_else(|| shown(view, issue.node));
        let definition = || issue.source.as_ref().map(|source| definition(library, source));
        let path = place(view, issue);
        to.found_by(unit, rule, outcome(issue.outcome), (path, span), message(issue), definition);
    }
}

/// Counts the findings of `of` that there were too many of to be kept.
fn unkept(issues: &Issues, of: (Code, Found), rule: crate::check::RuleId, to: &mut Recorder) {
    let count = issues.count(of.0, of.1);
    if count <= Issues::MAX_KEPT {
        return;
    }
    if let Some(last) = issues.kept().iter().rfind(|issue| (issue.code, issue.outcome) == of) {
        to.more(rule, outcome(of.1), message(last), u64::from(count - Issues::MAX_KEPT));
    }
}

fn outcome(found: Found) -> Outcome {
    match found {
        Found::Failed => Outcome::Failed,
        Found::CannotTell => Outcome::CannotTell,
    }
}

fn message(issue: &Issue) -> std::borrow::Cow<'static, str> {
    issue.message.clone()
}

/// Where a finding stands. What is missing from the definitions at hand is one cause wherever it is missed, so such
/// findings share one general path.
fn place(view: View<'_>, issue: &Issue) -> Path {
    let path = view.path(issue.node);
    let general = match issue.code {
        Code::ProfileUnknown => "Resource.meta.profile",
        Code::ExtensionUnknown | Code::ExtensionUnknownModifier | Code::ExtensionUnknownInformation => {
            "Element.extension"
        }
        _ => return path,
    };
    Path::Printed { full: path.to_string().into(), general: general.into() }
}

/// A definition for people: the element in it, its address, and what holds it.
fn definition(library: &Library, source: &Source) -> Arc<str> {
    let Source { profile, element } = source;
    match library.layer_of("StructureDefinition", profile) {
        Some(layer) => format!("{element} of {profile} ({layer})").into(),
        None => format!("{element} of {profile}").into(),
    }
}

/// What a reader is shown of an element: its value, else where it begins.
fn shown(view: View<'_>, id: NodeId) -> Span {
    let element = view.elements.node(id);
    match (element.flags.has(Flags::VALUE), view.syntax) {
        (true, _) => element.span,
        (false, Syntax::Xml) => Span::new(element.span.start, element.key.end.max(element.span.start + 1)),
        (false, Syntax::Json) => Span::new(element.span.start, element.span.start + 1),
    }
}
