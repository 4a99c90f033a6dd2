//! A Questionnaire in itself (FHIR R4, Questionnaire, section 4.1).
//!
//! In: the Questionnaire. Out: conditions that hang on nothing, on themselves, or on what comes later; and parts that
//! name what is not there. That names of items are single is an invariant, and not repeated here.

use super::super::{Code, Context, Issues};
use super::read::At;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::ops::Range;

/// An item's place in the order of all, and that of what is below it.
type Places<'a> = FxHashMap<Cow<'a, str>, Range<usize>>;

/// Checks a Questionnaire.
pub(super) fn check(questionnaire: At<'_>, context: &Context<'_>, issues: &mut Issues) {
    issues.applies(Code::Questionnaire);
    for derived in questionnaire.all("derivedFrom") {
        let Some(canonical) = derived.text() else { continue };
        issues.applies(Code::QuestionnaireWarning);
        if context.library.other("Questionnaire", &canonical).is_none() {
            issues.cannot_tell(Code::QuestionnaireWarning, derived.node, None, || {
                "the questionnaire that this one is derived from is not held".into()
            });
        }
    }
    let (mut places, mut count) = (Places::default(), 0);
    number(questionnaire, &mut places, &mut count);
    let mut at = 0;
    items(questionnaire, &places, &mut at, issues);
}

fn number<'a>(holder: At<'a>, places: &mut Places<'a>, count: &mut usize) {
    for item in holder.all("item") {
        let at = *count;
        *count += 1;
        number(item, places, count);
        if let Some(link) = item.text_of("linkId") {
            places.entry(link).or_insert(at..*count);
        }
    }
}

fn items(holder: At<'_>, places: &Places<'_>, at: &mut usize, issues: &mut Issues) {
    for item in holder.all("item") {
        let place = *at;
        *at += 1;
        conditions(item, place, places, issues);
        value_set(item, issues);
        items(item, places, at, issues);
    }
}

/// What the item's conditions hang on.
fn conditions(item: At<'_>, place: usize, places: &Places<'_>, issues: &mut Issues) {
    for condition in item.all("enableWhen") {
        let span = condition.view.elements.node(condition.node).span;
        let mut fail = |code, message: &'static str| issues.fail_at(code, item.node, span, None, || message.into());
        let Some(question) = condition.text_of("question") else { continue };
        let Some(target) = places.get(&question) else {
            fail(
                Code::Questionnaire,
                "the item is asked by the answer to a question that the questionnaire does not have",
            );
            continue;
        };
        let own = item.text_of("linkId").and_then(|link| places.get(&link).cloned());
        if target.start == place {
            fail(Code::Questionnaire, "the item is asked by the answer to itself");
        } else if own.is_some_and(|own| own.contains(&target.start)) {
            fail(
                Code::Questionnaire,
                "the item is asked by the answer to a question inside it, which is then never asked",
            );
        } else if target.start > place {
            issues.applies(Code::QuestionnaireWarning);
            issues.fail_at(Code::QuestionnaireWarning, item.node, span, None, || {
                "the item is asked by the answer to a question that comes after it".into()
            });
        }
    }
}

/// A contained value set that an item offers must be there.
fn value_set(item: At<'_>, issues: &mut Issues) {
    let Some(set) = item.child("answerValueSet") else { return };
    let Some(text) = set.text() else { return };
    if let Some(id) = text.strip_prefix('#')
        && item.contained(id).is_none()
    {
        issues.applies(Code::QuestionnaireWarning);
        issues.fail(Code::QuestionnaireWarning, set.node, None, || {
            "the item offers a contained value set, and none of that id is contained".into()
        });
    }
}
