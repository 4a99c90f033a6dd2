//! A ConceptMap in itself (FHIR R4, ConceptMap, section 4.10).
//!
//! In: the ConceptMap. Out: codes that the system of their group does not have, on either side.

use super::super::super::{Code, CodingRef, Context, Issues, Membership};
use super::super::read::At;

/// Codes that are looked up in one map.
const MOST_CODES: usize = 10_000;

/// Checks a ConceptMap.
pub(in super::super) fn check(map: At<'_>, context: &Context<'_>, issues: &mut Issues) {
    issues.applies(Code::ConceptMapWarning);
    let mut left = MOST_CODES;
    for group in map.all("group") {
        let side = |system: &str, version: &str| (group.text_of(system), group.text_of(version));
        let (source, target) = (side("source", "sourceVersion"), side("target", "targetVersion"));
        for element in group.all("element") {
            if left == 0 {
                return;
            }
            left -= 1;
            known(element, &source, context, issues);
            for target_element in element.all("target") {
                known(target_element, &target, context, issues);
            }
        }
    }
}

type Side<'a> = (Option<std::borrow::Cow<'a, str>>, Option<std::borrow::Cow<'a, str>>);

fn known(at: At<'_>, (system, version): &Side<'_>, context: &Context<'_>, issues: &mut Issues) {
    let (Some(system), Some(code)) = (system, at.text_of("code")) else { return };
    let coding = CodingRef { system: Some(system), version: version.as_deref(), code: &code, ..CodingRef::default() };
    if context.terminology.in_system(coding) == Membership::NotMember {
        issues
            .fail(Code::ConceptMapWarning, at.node, None, || "the system of the group does not have this code".into());
    }
}
