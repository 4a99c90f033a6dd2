//! A CapabilityStatement in itself (FHIR R4, CapabilityStatement, section 5.2).
//!
//! In: the CapabilityStatement. Out: search parameters whose type is not that of their definition, and parameters or
//! interactions that one resource states twice.

use super::super::super::{Code, Context, Issues};
use super::super::read::{At, Loaded};

/// Checks a CapabilityStatement.
pub(in super::super) fn check(statement: At<'_>, context: &Context<'_>, issues: &mut Issues) {
    issues.applies(Code::CapabilityStatement);
    for rest in statement.all("rest") {
        parameters(rest, context, issues);
        for resource in rest.all("resource") {
            parameters(resource, context, issues);
        }
    }
}

fn parameters(holder: At<'_>, context: &Context<'_>, issues: &mut Issues) {
    for parameter in holder.all("searchParam") {
        let (Some(canonical), Some(kind)) = (parameter.text_of("definition"), parameter.text_of("type")) else {
            continue;
        };
        let Some(loaded) = Loaded::of("SearchParameter", &canonical, context) else { continue };
        let defined = loaded.root(context.model).text_of("type");
        if defined.is_some_and(|defined| defined != kind) {
            issues.fail(Code::CapabilityStatement, parameter.node, None, || {
                "the search parameter has another type than its definition".into()
            });
        }
    }
}
