//! Invariants that were published with a mistake, and what they were meant to say.
//!
//! In: an expression as a release of FHIR published it. Out: the same, or one that asks what its description asks. Most
//! mistakes are of one kind: the expression says nothing where the element it speaks of is absent, and an invariant that
//! says nothing does not hold. Later releases mended them so; the field's reference validator mends them too.

use crate::check::fhir::assertion::Strength;
use crate::standard::fhir::Binding;
use std::borrow::Cow;

/// Published and meant, word by word.
const KNOWN: &[(&str, &str)] = &[
    // R4 ras-2, STU3 ras-2.
    (
        "probability is decimal implies (probability as decimal) <= 100",
        "probability.empty() or ((probability is decimal) implies ((probability as decimal) <= 100))",
    ),
    (
        "probability is decimal implies probability.as(decimal) <= 100",
        "probability.empty() or ((probability is decimal) implies (probability.as(decimal) <= 100))",
    ),
    // R4 que-12: two conditions already need to be told how they go together.
    (
        "enableWhen.count() > 2 implies enableBehavior.exists()",
        "enableWhen.count() >= 2 implies enableBehavior.exists()",
    ),
    // R4 que-7: an answer of the resource is never of a system type.
    ("operator = 'exists' implies (answer is Boolean)", "operator = 'exists' implies (answer is boolean)"),
    // R4 and STU3 bdl-8.
    ("fullUrl.contains('/_history/').not()", "fullUrl.exists() implies fullUrl.contains('/_history/').not()"),
    // STU3.
    ("generated='generated' implies source.empty()", "generation='generated' implies source.empty()"),
    (
        "isModifier implies isModifierReason.exists()",
        "isModifier.where($this = true).exists() implies isModifierReason.exists()",
    ),
    ("value.empty() or code!=component.code", "value.empty() or (code in component.code).not()"),
    ("telecom or endpoint", "telecom.exists() or endpoint.exists()"),
    ("searchType implies type = 'string'", "searchType.exists() implies type = 'string'"),
    (
        "abatement.empty() or (abatement as boolean).not()  or clinicalStatus='resolved' or clinicalStatus='remission' or clinicalStatus='inactive'",
        "abatement.empty() or (abatement is boolean and abatement.as(boolean).not()) or clinicalStatus='resolved' or clinicalStatus='remission' or clinicalStatus='inactive'",
    ),
    ("element.all(definition and min and max)", "element.all(definition.exists() and min.exists() and max.exists())"),
];

/// How ref-1 begins in every release.
const REFERENCE: &str = "reference.startsWith('#').not() or ";

/// What the invariant `expression` was meant to say.
pub(super) fn meant(expression: &str) -> Cow<'_, str> {
    if let Some((_, meant)) = KNOWN.iter().find(|(published, _)| *published == expression) {
        return Cow::Borrowed(meant);
    }
    if expression.starts_with(REFERENCE) {
        // Contained resources lie in the outermost one, and `#` is that itself.
        let inside = expression.replace("%resource.contained", "%rootResource.contained");
        return Cow::Owned(format!("reference.exists() implies (reference = '#' or ({inside}))"));
    }
    match whole_text(expression) {
        Some((element, pattern)) => {
            Cow::Owned(format!("{element}.exists() implies {element}.matches('^({pattern})$')"))
        }
        None => Cow::Borrowed(expression),
    }
}

/// The element and the pattern of `element.matches('pattern')` whose pattern is meant for all of the text, and does not
/// say so.
fn whole_text(expression: &str) -> Option<(&str, &str)> {
    let (element, rest) = expression.split_once(".matches('")?;
    let pattern = rest.strip_suffix("')")?;
    let is_name = !element.is_empty() && element.bytes().all(|b| b.is_ascii_alphanumeric());
    let is_one = !pattern.replace("\\'", "").contains('\'');
    (is_name && is_one && !pattern.starts_with('^')).then_some((element, pattern))
}

/// The units of vital signs, which R4 demands of all parts of a vital sign, percentages and scores among them: what it
/// means is that they are taken where they fit, and so the field's reference validator reads it.
const VITAL_UNITS: &str = "http://hl7.org/fhir/ValueSet/ucum-vitals-common";

/// How far `binding` was meant to bind.
pub(super) fn strength(binding: &Binding, published: Strength) -> Strength {
    let bare = binding.value_set.as_deref().and_then(|canonical| canonical.split('|').next());
    if bare == Some(VITAL_UNITS) { published.min(Strength::Extensible) } else { published }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standard::fhir::{Library, Release};

    #[test]
    fn what_is_meant_can_be_read_and_what_is_right_stays() {
        let library = Library::embedded(Release::R4);
        for (published, meant) in KNOWN {
            assert_ne!(published, meant);
            assert!(crate::check::fhir::expression::Expression::new(meant, library.model()).is_ok(), "{meant}");
        }
        assert_eq!(meant("name.exists()"), "name.exists()");
        assert_eq!(meant("name.matches('^a$')"), "name.matches('^a$')");
        assert_eq!(meant("name.matches('[A-Z]')"), "name.exists() implies name.matches('^([A-Z])$')");
        let reference = meant("reference.startsWith('#').not() or (reference.substring(1) in %resource.contained.id)");
        assert!(reference.starts_with("reference.exists() implies") && reference.contains("%rootResource"));
    }
}
