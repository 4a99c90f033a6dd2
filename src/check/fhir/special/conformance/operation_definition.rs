//! An OperationDefinition against the profiles of Parameters that it names (FHIR R4, OperationDefinition, section 5.4).
//!
//! In: the operation and the profiles. Out: parameters that one of the two has and the other has not, or has otherwise.

use super::super::super::{Code, Context, Issues};
use super::super::read::At;
use crate::standard::fhir::{ElementDefinition, StructureDefinition, Value};
use std::collections::BTreeSet;

/// Checks an OperationDefinition.
pub(in super::super) fn check(operation: At<'_>, context: &Context<'_>, issues: &mut Issues) {
    issues.applies(Code::Special);
    for (side, direction) in [("inputProfile", "in"), ("outputProfile", "out")] {
        let Some(named) = operation.child(side) else { continue };
        let Some(profile) = named.text().and_then(|canonical| context.library.structure(&canonical)) else {
            issues.applies(Code::SpecialWarning);
            issues.cannot_tell(Code::SpecialWarning, named.node, None, || {
                "the profile of the operation's parameters is not held".into()
            });
            continue;
        };
        let slices = slices(&profile);
        let parameters: Vec<At<'_>> = operation.all("parameter").filter(|one| one.word("use") == direction).collect();
        for (at, slice) in slices.iter().enumerate() {
            if !parameters.iter().any(|one| one.word("name") == slice.name) {
                warn(issues, named, || {
                    format!("the profile has a parameter that the operation does not have, number {}", at + 1)
                });
            }
        }
        for parameter in parameters {
            match slices.iter().find(|slice| parameter.word("name") == slice.name) {
                Some(slice) => compare(parameter, slice, issues),
                None => warn(issues, parameter, || "the profile does not have this parameter".to_owned()),
            }
        }
    }
}

fn warn(issues: &mut Issues, at: At<'_>, message: impl FnOnce() -> String) {
    issues.applies(Code::SpecialWarning);
    issues.fail(Code::SpecialWarning, at.node, None, || message().into());
}

/// A parameter as the profile has it.
#[derive(Default)]
struct Slice {
    name: String,
    min: Option<u32>,
    max: Option<String>,
    types: BTreeSet<String>,
    targets: BTreeSet<String>,
}

fn slices(profile: &StructureDefinition) -> Vec<Slice> {
    let all = if profile.snapshot.is_empty() { &profile.differential } else { &profile.snapshot };
    let mut slices: Vec<(String, Slice)> = Vec::new();
    for element in all {
        let Some(id) = &element.id else { continue };
        let Some(rest) = id.strip_prefix("Parameters.parameter:") else { continue };
        let (slice, below) = rest.split_once('.').map_or((rest, ""), |(slice, below)| (slice, below));
        if below.is_empty() {
            let made = Slice { min: element.min, max: element.max.clone(), ..Slice::default() };
            slices.push((slice.to_owned(), made));
            continue;
        }
        let Some((_, into)) = slices.iter_mut().find(|(name, _)| name == slice) else { continue };
        match below {
            "name" => into.name = text(element.fixed.as_ref().or(element.pattern.as_ref())).unwrap_or_default(),
            "value[x]" | "resource" if element.max.as_deref() != Some("0") => types(element, into),
            _ => {}
        }
    }
    slices.into_iter().map(|(_, slice)| slice).filter(|slice| !slice.name.is_empty()).collect()
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(|(_, json)| serde_json::from_str(json.get()).ok())
}

fn types(element: &ElementDefinition, into: &mut Slice) {
    for one in &element.types {
        into.types.insert(one.code.clone());
        into.targets.extend(one.profile.iter().chain(&one.target_profile).cloned());
    }
}

fn compare(parameter: At<'_>, slice: &Slice, issues: &mut Issues) {
    let mut fail = |message: String| issues.fail(Code::Special, parameter.node, None, || message.into());
    let min = parameter.text_of("min");
    if let (Some(ours), Some(theirs)) = (min, slice.min)
        && ours != theirs.to_string()
    {
        fail(format!("the least number of times is not that of the profile, {theirs}"));
    }
    if let (Some(ours), Some(theirs)) = (parameter.text_of("max"), &slice.max)
        && ours != *theirs
    {
        fail(format!("the greatest number of times is not that of the profile, {theirs}"));
    }
    let Some(kind) = parameter.text_of("type") else { return };
    let targets: BTreeSet<String> =
        parameter.all("targetProfile").filter_map(|one| Some(one.text()?.into_owned())).collect();
    if !slice.types.is_empty() && !matches!(&*kind, "Resource" | "Any" | "Element") {
        for theirs in slice.types.iter().filter(|theirs| **theirs != *kind) {
            fail(format!("the profile allows the type {theirs}, and the operation does not"));
        }
        if !slice.types.contains(&*kind) {
            fail("the operation has a type that the profile does not allow".to_owned());
            return;
        }
    }
    if kind == "Reference" || !targets.is_empty() {
        let theirs: BTreeSet<String> = if kind == "Reference" { slice.targets.clone() } else { BTreeSet::new() };
        if theirs.difference(&targets).next().is_some() {
            fail("the profile allows a target profile that the operation does not".to_owned());
        }
        if targets.difference(&theirs).next().is_some() {
            fail("the operation allows a target profile that the profile does not".to_owned());
        }
    }
}
