//! One answer: its type, and what its type is checked for.

use super::super::super::Code;
use super::super::read::At;
use super::form::Kind;
use super::{Check, limit, option};

/// The kinds of resource that a reference may lead to.
const REFERENCE: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-referenceResource";
/// The MIME types that an attachment may have.
const MIME_TYPE: &str = "http://hl7.org/fhir/StructureDefinition/mimeType";

/// Checks `answer` to the question at `index`; `further` when it is not the first.
pub(super) fn check<'c>(check: &mut Check<'c, '_>, answer: At<'c>, index: usize, further: bool) {
    let form = check.form;
    let asked = form.item(index);
    if further && !asked.repeats {
        let item = check.parent(answer);
        check.issues.fail(Code::ResponseRange, item.node, None, || {
            format!("{} has more than one answer, and does not repeat", form.called(index)).into()
        });
    }
    let Some(value) = answer.child("value") else { return };
    let found = value.type_name();
    let allowed = asked.kind.answers();
    if !allowed.contains(&found) {
        return check.issues.fail(Code::ResponseType, value.node, None, || {
            format!("the answer is a {found}; {} asks for {}", form.called(index), allowed.join(", ")).into()
        });
    }
    match asked.kind {
        Kind::Reference => reference(check, value, index),
        Kind::Attachment => attachment(check, value, index),
        Kind::Quantity => option::unit(check, value, index),
        Kind::String if value.text().is_some_and(|text| text.contains(['\n', '\r'])) => {
            check.issues.applies(Code::ResponseWarning);
            check.issues.fail(Code::ResponseWarning, value.node, None, || {
                "the answer has more than one line, and the question asks for one".into()
            });
        }
        _ => {}
    }
    option::check(check, answer, value, index);
    limit::check(check, value, index);
}

impl<'c> Check<'c, '_> {
    fn parent(&self, at: At<'c>) -> At<'c> {
        At { node: at.view.elements.node(at.node).parent, ..at }
    }
}

fn reference<'c>(check: &mut Check<'c, '_>, value: At<'c>, index: usize) {
    let form = check.form;
    let allowed: Vec<_> = form.item(index).at.extensions(REFERENCE).filter_map(At::text).collect();
    if allowed.is_empty() {
        return;
    }
    let target = value.text_of("reference");
    let stated = value.text_of("type");
    let in_url = target.as_deref().and_then(|url| {
        let mut steps = url.split("/_history/").next()?.rsplit('/');
        (steps.next(), steps.next()).1
    });
    let Some(found) = stated.as_deref().or(in_url) else { return };
    if check.context.model.type_id(found).is_some() && !allowed.iter().any(|one| one == found) {
        check.issues.fail(Code::ResponseType, value.node, None, || {
            let wanted = form.quoted(&allowed.join(", "), "another type of resource");
            format!("the reference leads to a {found}; {} asks for {wanted}", form.called(index)).into()
        });
    }
}

fn attachment<'c>(check: &mut Check<'c, '_>, value: At<'c>, index: usize) {
    let form = check.form;
    let allowed: Vec<_> = form.item(index).at.extensions(MIME_TYPE).filter_map(At::text).collect();
    let Some(found) = value.text_of("contentType") else { return };
    let found = found.split(';').next().unwrap_or_default().trim();
    if !allowed.is_empty() && !allowed.iter().any(|one| one.eq_ignore_ascii_case(found)) {
        check.issues.fail(Code::ResponseRange, value.node, None, || {
            let wanted = form.quoted(&allowed.join(", "), "something else");
            format!("the attachment is not of the type that the question asks for: {wanted}").into()
        });
    }
}
