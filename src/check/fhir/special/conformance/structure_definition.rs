//! A StructureDefinition in itself (FHIR R4, StructureDefinition, section 5.3).
//!
//! In: the StructureDefinition, and the one that it constrains. Out: a differential that cannot be applied to its base,
//! because its paths lead nowhere, its order is another, or it allows what the base does not. Its invariants are the
//! definition's own and not repeated here.

use super::super::super::{Code, Context, Issues};
use super::super::read::At;
use super::derivation;
use super::path::{Paths, Step};
use crate::check::fhirpath::Compiled;
use crate::standard::fhir::{ElementDefinition, StructureDefinition};
use std::sync::Arc;

/// Types whose values a value set can bind.
const CODED: [&str; 9] =
    ["code", "Coding", "CodeableConcept", "CodeableReference", "Quantity", "string", "uri", "markdown", "canonical"];

/// How slices may be told apart.
const DISCRIMINATORS: [&str; 5] = ["value", "exists", "pattern", "type", "profile"];

/// How often one definition is derived from another before it is taken for a circle.
const MAX_BASES: usize = 64;

/// Checks a StructureDefinition.
pub(in super::super) fn check(definition: At<'_>, context: &Context<'_>, issues: &mut Issues) {
    issues.applies(Code::StructureDefinition);
    issues.applies(Code::StructureDefinitionWarning);
    contexts(definition, issues);
    let derived_from = definition.text_of("baseDefinition").and_then(|base| context.library.structure(&base));
    if let Some(base) = derived_from.filter(|base| *base.url != *definition.word("url")) {
        derivation::check(definition, &base, issues);
    }
    let Some(differential) = definition.child("differential") else { return };
    if definition.word("derivation") != "constraint" {
        return;
    }
    let own = definition.word("url");
    let base = definition.text_of("baseDefinition");
    let is_circular = base.as_deref().is_some_and(|base| leads_to(base, &own, context));
    if is_circular {
        // An extension stands on its own legs: what is in it is told by its own elements, so the field lets it pass.
        let code = match definition.word("kind") == "resource" {
            true => Code::StructureDefinition,
            false => Code::StructureDefinitionWarning,
        };
        issues.fail(code, definition.node, None, || {
            "the definition is derived from itself, so it has no beginning".into()
        });
    }
    let base = base.filter(|_| !is_circular).and_then(|base| context.library.structure(&base));
    if base.is_none() && !is_circular {
        issues.cannot_tell(Code::StructureDefinitionWarning, definition.node, None, || {
            "the definition that this one constrains is not held, so nothing tells whether the two agree".into()
        });
    }
    let elements: Vec<At<'_>> = differential.all("element").collect();
    elements.iter().for_each(|element| constraints(*element, context, issues));
    if !applies(definition, &elements, context, issues) {
        return;
    }
    for &element in &elements {
        binding(element, issues);
        if let Some(base) = &base {
            against(element, base, issues);
        }
    }
}

/// Whether `base` is `own` or derived from it, as far as definitions are held.
fn leads_to(base: &str, own: &str, context: &Context<'_>) -> bool {
    let plain = |canonical: &str| canonical.split('|').next().unwrap_or_default().to_owned();
    let mut at = plain(base);
    for _ in 0..MAX_BASES {
        if at == own {
            return true;
        }
        let Some(next) = context.library.structure(&at).and_then(|held| held.base_definition.clone()) else {
            return false;
        };
        at = plain(&next);
    }
    // Nobody derives so often: what is held goes round without this definition in it.
    true
}

/// Invariants that the definition adds can be read.
fn constraints(element: At<'_>, context: &Context<'_>, issues: &mut Issues) {
    for constraint in element.all("constraint") {
        let Some(expression) = constraint.child("expression") else { continue };
        if expression.text().is_some_and(|text| Compiled::new(&text, context.model).is_err()) {
            issues.fail(Code::StructureDefinition, expression.node, None, || {
                "the expression of the invariant cannot be read as FHIRPath".into()
            });
        }
    }
}

/// An extension that may stand anywhere seldom means to.
fn contexts(definition: At<'_>, issues: &mut Issues) {
    if definition.word("type") != "Extension" {
        return;
    }
    for context in definition.all("context") {
        if context.word("type") == "element" && context.word("expression") == "Element" {
            issues.fail(Code::StructureDefinitionWarning, context.node, None, || {
                "the extension may stand on any element; that is seldom meant".into()
            });
        }
    }
}

/// Whether the differential can be applied at all: its slicing, its paths and their order.
fn applies(definition: At<'_>, elements: &[At<'_>], context: &Context<'_>, issues: &mut Issues) -> bool {
    let mut unusable = |why: &'static str| {
        issues.fail(Code::StructureDefinition, definition.node, None, || {
            format!("the differential cannot be applied to its base: {why}").into()
        });
    };
    let root = definition.word("type");
    let mut sliced_root = None;
    for &element in elements {
        let path = element.word("path");
        if path.split('.').any(str::is_empty) {
            unusable("a path has a step without a name");
            return false;
        }
        if path.split('.').next() != root.rsplit('/').next() {
            unusable("a path does not begin with the type that is constrained");
            return false;
        }
        let Some(slicing) = element.child("slicing") else { continue };
        if !path.contains('.') {
            unusable("the root is sliced, and there is only one");
            sliced_root = Some(element);
            break;
        }
        let known = |one: At<'_>| DISCRIMINATORS.contains(&&*one.word("type"));
        if !slicing.all("discriminator").all(known) {
            unusable("slices are told apart in a way that FHIR does not have");
            return false;
        }
    }
    if let Some(element) = sliced_root {
        issues.fail(Code::StructureDefinition, element.node, None, || "the root of a definition is not sliced".into());
        return false;
    }
    let Some(paths) = Paths::of(&root, context.model) else { return true };
    let mut walked = Vec::new();
    for &element in elements {
        match paths.follow(&element.word("path")) {
            Step::Choice => {
                unusable("a path names a form of a choice that the choice does not have");
                return false;
            }
            Step::Unknown => walked.push((element, None)),
            Step::At(places) => walked.push((element, Some(places))),
            Step::Open => {}
        }
    }
    let is_late = |at: usize| match &walked[at].1 {
        None => true,
        Some(places) => overtaken(places, walked[at + 1..].iter().filter_map(|(_, later)| later.as_deref())),
    };
    let lost: Vec<At<'_>> = (0..walked.len()).filter(|&at| is_late(at)).map(|at| walked[at].0).collect();
    if lost.is_empty() {
        return true;
    }
    unusable("elements of it are not in the base, or not in its order");
    for element in &lost {
        issues.fail(Code::StructureDefinition, element.node, None, || {
            "the element is not in the base, or stands after one that it comes before there".into()
        });
    }
    // What the binding says holds wherever the element is.
    elements.iter().for_each(|element| binding(*element, issues));
    false
}

/// Whether any of `later` comes before `places` in the definition, among the children of the same element.
fn overtaken<'p>(places: &[u16], later: impl Iterator<Item = &'p [u16]>) -> bool {
    let Some((own, above)) = places.split_last() else { return false };
    later
        // Slices of what is above begin again.
        .take_while(|other| other.len() >= places.len() && other.starts_with(above))
        .any(|other| other[above.len()] < *own)
}

/// A binding belongs to codes.
fn binding(element: At<'_>, issues: &mut Issues) {
    let types: Vec<_> = element.all("type").map(|one| one.word("code")).collect();
    let is_coded = |one: &str| CODED.contains(&one) || one.contains('/') || one == "Extension";
    if element.child("binding").is_some() && !types.is_empty() && !types.iter().any(|one| is_coded(one)) {
        issues.fail(Code::StructureDefinition, element.node, None, || {
            "the element is bound to a value set, and none of its types has codes".into()
        });
    }
}

/// What the element says against what the base says of the same.
fn against(element: At<'_>, base: &Arc<StructureDefinition>, issues: &mut Issues) {
    let (id, path) = (element.word("id"), element.word("path"));
    // A slice of its own is not in the base.
    if id.contains(':') || element.child("sliceName").is_some() {
        return;
    }
    let of_path = |one: &&ElementDefinition| one.path == path && one.slice_name.is_none();
    let all = if base.snapshot.is_empty() { &base.differential } else { &base.snapshot };
    let Some(theirs) = all.iter().find(of_path) else { return };
    let number = |name: &str| element.text_of(name).and_then(|text| text.parse::<u32>().ok());
    if let (Some(ours), Some(theirs)) = (number("min"), theirs.min)
        && ours < theirs
    {
        issues.fail(Code::StructureDefinition, element.node, None, || {
            format!("the element may stand {ours} times, and in the base stands {theirs} times or more").into()
        });
    }
    let most = |text: &str| if text == "*" { Some(u32::MAX) } else { text.parse::<u32>().ok() };
    let ours = element.text_of("max").and_then(|text| most(&text));
    if let (Some(ours), Some(theirs)) = (ours, theirs.max.as_deref().and_then(most))
        && ours > theirs
    {
        issues.fail(Code::StructureDefinition, element.node, None, || {
            "the element may stand more often than in the base".into()
        });
    }
    let (Some(ours), Some((_, theirs))) = (element.child("fixed"), &theirs.fixed) else { return };
    let theirs = serde_json::from_str::<String>(theirs.get()).ok();
    if theirs.is_some_and(|theirs| ours.text().is_some_and(|ours| ours != theirs)) {
        issues.fail(Code::StructureDefinition, ours.node, None, || {
            "the element is fixed to another value in the base, so nothing fulfils both".into()
        });
    }
}
