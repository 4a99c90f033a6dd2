//! A SearchParameter in itself (FHIR R4, SearchParameter, section 2.29).
//!
//! In: the SearchParameter. Out: composites without components, expressions on resources that it is not for, and
//! parameters that search where the one they are derived from does not.

use super::super::super::{Code, Context, Issues};
use super::super::read::{At, Loaded};

/// Checks a SearchParameter.
pub(in super::super) fn check(parameter: At<'_>, context: &Context<'_>, issues: &mut Issues) {
    issues.applies(Code::SearchParameter);
    if parameter.word("type") == "composite" && parameter.all("component").count() < 2 {
        issues.fail(Code::SearchParameter, parameter.node, None, || {
            "a composite parameter has two components or more".into()
        });
    }
    let bases: Vec<_> = parameter.all("base").filter_map(At::text).collect();
    if let Some(expression) = parameter.child("expression")
        && let Some(text) = expression.text()
        && !bases.is_empty()
        && text.split('|').any(|branch| is_elsewhere(branch, &bases, context))
    {
        issues.fail(Code::SearchParameter, expression.node, None, || {
            "the expression begins with a type of resource that the parameter is not for".into()
        });
    }
    let Some(canonical) = parameter.text_of("derivedFrom") else { return };
    issues.applies(Code::SearchParameterWarning);
    let Some(loaded) = Loaded::of("SearchParameter", &canonical, context) else {
        return issues.cannot_tell(Code::SearchParameterWarning, parameter.node, None, || {
            "the parameter that this one is derived from is not held".into()
        });
    };
    let origin = loaded.root(context.model);
    let theirs: Vec<_> = origin.all("base").filter_map(At::text).collect();
    let is_within =
        |base: &str| theirs.iter().any(|one| one == base || matches!(&**one, "Resource" | "DomainResource"));
    if !bases.iter().all(|base| is_within(base)) {
        issues.fail(Code::SearchParameter, parameter.node, None, || {
            "the parameter is for a type of resource that the one it is derived from is not for".into()
        });
    }
    if origin.text_of("type") != parameter.text_of("type") {
        issues.fail(Code::SearchParameter, parameter.node, None, || {
            "the parameter has another type than the one it is derived from".into()
        });
    }
}

/// Whether `branch` of an expression begins with a type of resource that is none of `bases`.
fn is_elsewhere(branch: &str, bases: &[std::borrow::Cow<'_, str>], context: &Context<'_>) -> bool {
    let branch = branch.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    let end = branch.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(branch.len());
    let name = &branch[..end];
    let is_type = name.starts_with(|c: char| c.is_ascii_uppercase()) && branch[end..].starts_with('.');
    let Some(kind) = context.model.type_id(name).filter(|_| is_type) else { return false };
    !bases.iter().any(|base| {
        let base = context.model.type_id(base);
        base.is_some_and(|base| context.model.is_a(base, kind) || context.model.is_a(kind, base))
    })
}
