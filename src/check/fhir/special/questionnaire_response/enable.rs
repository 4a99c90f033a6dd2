//! Whether an item is asked, by the answers to others (FHIR R4, Questionnaire.item.enableWhen).

use super::super::super::Decision;
use super::super::super::expression::Asked;
use super::super::read::At;
use super::{Check, limit};
use crate::check::fhirpath::{Compiled, Scratch, Truth};
use std::cmp::Ordering;
use std::rc::Rc;

/// Extensions that give names to what expressions ask for.
const VARIABLE: &str = "http://hl7.org/fhir/StructureDefinition/variable";
/// The language of the expressions that are run here.
const FHIRPATH: &str = "text/fhirpath";

/// Extensions whose expression says when an item is enabled: that of Structured Data Capture, and one in national use
/// before there was any.
const EXPRESSIONS: [&str; 2] = [
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression",
    "http://phr.kanta.fi/StructureDefinition/fiphr-ext-questionnaire-enablewhen",
];

/// Whether the item is asked. `scope` is what encloses it in the response, outermost first.
pub(super) fn enabled(check: &Check<'_, '_>, index: usize, scope: &[At<'_>]) -> Decision {
    let asked = check.form.item(index);
    if let Some(value) = EXPRESSIONS.iter().find_map(|url| asked.at.extension(url)) {
        return by_expression(check, index, value);
    }
    let any = asked.at.word("enableBehavior") == "any";
    let mut conditions = asked.at.all("enableWhen").map(|condition| holds(check, condition, scope)).peekable();
    if conditions.peek().is_none() {
        return Decision::Success;
    }
    match any {
        true => conditions.fold(Decision::Failure, Decision::or),
        false => conditions.fold(Decision::Success, Decision::and),
    }
}

/// What the expression `value` of the item comes to; undecided when it asks for what is not at hand, or is none.
fn by_expression(check: &Check<'_, '_>, index: usize, value: At<'_>) -> Decision {
    let made = check.expressions.borrow().get(&index).cloned();
    let compiled = made.unwrap_or_else(|| {
        let compiled = compile(check, index, value).map(Rc::new);
        check.expressions.borrow_mut().insert(index, compiled.clone());
        compiled
    });
    let Some(compiled) = compiled else { return Decision::Undecided };
    let response = check.response;
    let host = Asked { context: check.context, nested: 0 };
    match compiled.check(&mut Scratch::default(), response.view, response.node, &host) {
        Truth::True => Decision::Success,
        Truth::False => Decision::Failure,
        Truth::CannotTell(_) | Truth::Error(_) => Decision::Undecided,
    }
}

/// The expression with the variables that the questionnaire and the items around this one define, outermost first.
fn compile(check: &Check<'_, '_>, index: usize, value: At<'_>) -> Option<Compiled> {
    let language = value.text_of("language");
    if language.is_some_and(|language| language != FHIRPATH) {
        return None;
    }
    let expression = value.text().or_else(|| value.text_of("expression"))?;
    let model = check.context.model;
    let mut holders = vec![check.form.item(index).at];
    while let Some(inner) = holders.last().filter(|inner| inner.node != check.form.at.node) {
        holders.push(At { node: inner.view.elements.node(inner.node).parent, ..*inner });
    }
    let mut variables = String::new();
    for variable in holders.iter().rev().flat_map(|holder| holder.extensions(VARIABLE)) {
        let (Some(name), Some(text)) = (variable.text_of("name"), variable.text_of("expression")) else { continue };
        if variable.word("language") != FHIRPATH || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            continue;
        }
        let more = format!("{variables}defineVariable('{name}', ({text})).");
        // One that cannot be read is missed by what uses it, and by nothing else.
        if Compiled::new(&format!("{more}select(true)"), model).is_ok() {
            variables = more;
        }
    }
    let whole = match &*variables {
        "" => expression.into_owned(),
        variables => format!("{variables}select({expression})"),
    };
    Compiled::new(&whole, model).ok()
}

fn holds(check: &Check<'_, '_>, condition: At<'_>, scope: &[At<'_>]) -> Decision {
    let Some(question) = condition.text_of("question") else { return Decision::Undecided };
    let answers = answers(check, &question, scope);
    if check.steps.get() == 0 {
        return Decision::Undecided;
    }
    let Some(wanted) = condition.child("answer") else { return Decision::Undecided };
    let operator = condition.word("operator");
    if operator == "exists" {
        let exists = !answers.is_empty();
        return Decision::from((wanted.view.raw(wanted.node) == b"true") == exists);
    }
    if answers.is_empty() {
        return Decision::Failure;
    }
    if operator == "!=" {
        return answers
            .iter()
            .map(|answer| compare(*answer, wanted, "=").negated())
            .fold(Decision::Success, Decision::and);
    }
    answers.iter().map(|answer| compare(*answer, wanted, &operator)).fold(Decision::Failure, Decision::or)
}

/// The answers to `question` that are nearest: those in the innermost part of the response that has the question.
fn answers<'c>(check: &Check<'_, '_>, question: &str, scope: &[At<'c>]) -> Vec<At<'c>> {
    for &holder in scope.iter().rev() {
        let mut found = Vec::new();
        let mut met = false;
        gather(check, holder, question, &mut found, &mut met);
        if met {
            return found;
        }
    }
    Vec::new()
}

fn gather<'c>(check: &Check<'_, '_>, holder: At<'c>, question: &str, found: &mut Vec<At<'c>>, met: &mut bool) {
    for item in holder.all("item") {
        check.steps.set(check.steps.get().saturating_sub(1));
        if check.steps.get() == 0 {
            return;
        }
        if item.text_of("linkId").as_deref() == Some(question) {
            *met = true;
            found.extend(item.all("answer").filter_map(|answer| answer.child("value")));
        }
        gather(check, item, question, found, met);
        for answer in item.all("answer") {
            gather(check, answer, question, found, met);
        }
    }
}

/// Whether `answer` stands to `wanted` as `operator` says. What cannot be compared does not.
fn compare(answer: At<'_>, wanted: At<'_>, operator: &str) -> Decision {
    if operator == "=" && matches!(wanted.type_name(), "Coding" | "Reference") {
        return Decision::from(same_parts(answer, wanted));
    }
    let ordering = match (answer.type_name(), wanted.type_name()) {
        ("Quantity", "Quantity") => match limit::quantities(answer, wanted) {
            Ok(ordering) => Some(ordering),
            Err(_) => return Decision::Undecided,
        },
        ("decimal" | "integer", "decimal" | "integer") => {
            limit::numbers(answer.view.raw(answer.node), wanted.view.raw(wanted.node))
        }
        ("date" | "dateTime" | "time", "date" | "dateTime" | "time") => {
            match answer.text().zip(wanted.text()).map(|(answer, wanted)| limit::moments(&answer, &wanted)) {
                Some(Some(ordering)) => Some(ordering),
                _ => return Decision::Undecided,
            }
        }
        (ours, theirs) if ours == theirs || (ours == "string" && theirs == "text") => {
            answer.text().zip(wanted.text()).map(|(answer, wanted)| answer.cmp(&wanted))
        }
        _ => None,
    };
    let Some(ordering) = ordering else { return Decision::Failure };
    Decision::from(match operator {
        "=" => ordering == Ordering::Equal,
        ">" => ordering == Ordering::Greater,
        "<" => ordering == Ordering::Less,
        ">=" => ordering != Ordering::Less,
        "<=" => ordering != Ordering::Greater,
        _ => return Decision::Undecided,
    })
}

fn same_parts(answer: At<'_>, wanted: At<'_>) -> bool {
    let parts: &[&str] = if wanted.type_name() == "Coding" { &["system", "code"] } else { &["reference"] };
    answer.type_name() == wanted.type_name() && parts.iter().all(|part| answer.text_of(part) == wanted.text_of(part))
}
