//! A QuestionnaireResponse against its Questionnaire (FHIR R4, QuestionnaireResponse, section 4.2).
//!
//! In: the response, and the Questionnaire that it names: of the library, or contained in it. Out: items that are unknown,
//! misplaced, out of order, missing, or answered while they are not enabled; and answers that are not what is asked for.

mod answer;
mod enable;
mod form;
mod limit;
mod option;

use super::super::{Code, Context, Decision, Issues};
use super::read::{At, Loaded};
use crate::check::fhirpath::Compiled;
use form::{Form, Kind, Origin};
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Items looked at to find the answers that conditions ask for, in one response. Real ones take some thousands.
const MOST_STEPS: u32 = 5_000_000;

/// A response in the course of being checked.
struct Check<'c, 'q> {
    form: &'c Form<'q>,
    /// The QuestionnaireResponse.
    response: At<'c>,
    context: &'c Context<'c>,
    issues: &'c mut Issues,
    /// It may still be unfinished: what is missing is not wrong yet.
    in_progress: bool,
    /// Items that may still be looked at for conditions.
    steps: Cell<u32>,
    /// Expressions by which items are enabled, as far as they were asked for; none where one cannot be run.
    expressions: RefCell<FxHashMap<usize, Option<Rc<Compiled>>>>,
}

/// Whether what is above an item is enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Above {
    Enabled,
    /// It is not, or nobody can tell; that was told.
    Not,
}

/// Checks a response.
pub(super) fn check(response: At<'_>, context: &Context<'_>, issues: &mut Issues) {
    issues.applies(Code::QuestionnaireUnknown);
    let Some(named) = response.child("questionnaire") else {
        issues.applies(Code::ResponseInformation);
        issues.fail(Code::ResponseInformation, response.node, None, || {
            "no questionnaire is named, so nothing tells what the answers answer".into()
        });
        return;
    };
    let Some(canonical) = named.text() else { return };
    if let Some(id) = canonical.strip_prefix('#') {
        match response.contained(id).filter(|found| found.type_name() == "Questionnaire") {
            Some(found) => against(&Form::new(found, Origin::Contained), response, context, issues),
            None => issues.fail(Code::Response, named.node, None, || {
                "no questionnaire of this id is contained in the response".into()
            }),
        }
        return;
    }
    match Loaded::of("Questionnaire", &canonical, context) {
        Some(loaded) => against(&Form::new(loaded.root(context.model), Origin::Library), response, context, issues),
        None => issues.cannot_tell(Code::QuestionnaireUnknown, response.node, None, || {
            "the questionnaire is not held, so nothing tells whether the answers answer it".into()
        }),
    }
}

fn against(form: &Form<'_>, response: At<'_>, context: &Context<'_>, issues: &mut Issues) {
    const CODES: [Code; 8] = [
        Code::ResponseItem,
        Code::ResponseRequired,
        Code::ResponseDisabled,
        Code::ResponseType,
        Code::ResponseOption,
        Code::ResponseRange,
        Code::ResponseOrder,
        Code::Response,
    ];
    for code in CODES {
        issues.applies(code);
    }
    let in_progress = response.word("status") == "in-progress";
    let (steps, expressions) = (Cell::new(MOST_STEPS), RefCell::default());
    let mut check = Check { form, response, context, issues, in_progress, steps, expressions };
    check.period();
    check.items(response, None, &[response], Above::Enabled);
    if check.steps.get() == 0 {
        check.issues.cannot_tell(Code::Limit, response.node, None, || {
            "there are too many items to look for the answers that others hang on".into()
        });
    }
}

impl<'c> Check<'c, '_> {
    /// Tells a response that was written outside the time that its Questionnaire is for.
    fn period(&mut self) {
        let (Some(authored), Some(period)) = (self.response.child("authored"), self.form.at.child("effectivePeriod"))
        else {
            return;
        };
        let Some(when) = authored.text() else { return };
        self.issues.applies(Code::ResponseWarning);
        for (side, outside, message) in [
            ("start", std::cmp::Ordering::Less, "the response was written before the questionnaire was in use"),
            ("end", std::cmp::Ordering::Greater, "the response was written after the questionnaire was in use"),
        ] {
            let bound = period.text_of(side);
            if bound.and_then(|bound| limit::moments(&when, &bound)) == Some(outside) {
                self.issues.fail(Code::ResponseWarning, authored.node, None, || message.into());
            }
        }
    }

    /// The items in `holder`, the response, an item or an answer, against those below `of`. `scope` is what encloses
    /// them, outermost first.
    fn items(&mut self, holder: At<'c>, of: Option<usize>, scope: &[At<'c>], above: Above) {
        let form = self.form;
        let mut met: Vec<(usize, Vec<At<'c>>)> = form.children(of).map(|index| (index, Vec::new())).collect();
        let places: FxHashMap<usize, usize> =
            met.iter().enumerate().map(|(place, (index, _))| (*index, place)).collect();
        let mut last = 0;
        for item in holder.all("item") {
            let Some(link) = item.text_of("linkId") else { continue };
            let known = form.find(&link);
            if let Some(&place) = known.and_then(|index| places.get(&index)) {
                if place < last {
                    self.issues.fail(Code::ResponseOrder, item.node, None, || {
                        "the item stands after one that follows it in the questionnaire".into()
                    });
                }
                last = place;
                met[place].1.push(item);
                continue;
            }
            let span = item.view.elements.node(item.node).span;
            match known {
                Some(index) => {
                    self.issues.fail_at(Code::ResponseItem, holder.node, span, None, || {
                        format!("{} stands here, which is not its place", form.called(index)).into()
                    });
                    self.item(item, index, scope, above);
                }
                None => self.issues.fail_at(Code::ResponseItem, holder.node, span, None, || {
                    "an item has a linkId that the questionnaire does not have".into()
                }),
            }
        }
        for (index, items) in met {
            let enabled = match above {
                Above::Enabled => enable::enabled(self, index, scope),
                Above::Not => Decision::Failure,
            };
            if items.is_empty() {
                if enabled == Decision::Success && form.item(index).required && form.item(index).kind != Kind::Display {
                    self.missing(holder, index);
                }
                continue;
            }
            if items.len() > 1 && !form.item(index).repeats {
                self.issues.fail(Code::ResponseRange, holder.node, None, || {
                    format!("{} stands more than once, and does not repeat", form.called(index)).into()
                });
            }
            for item in items {
                let below = self.disabled(item, index, enabled, above);
                self.item(item, index, scope, below);
            }
        }
    }

    /// Tells an item that is answered and is not enabled; what that means for what is in it.
    fn disabled(&mut self, item: At<'c>, index: usize, enabled: Decision, above: Above) -> Above {
        if enabled == Decision::Success {
            return Above::Enabled;
        }
        if above == Above::Enabled && is_answered(item) {
            let form = self.form;
            if enabled == Decision::Failure {
                self.issues.fail(Code::ResponseDisabled, item.node, None, || {
                    format!("{} has an answer, and by the other answers it is not asked", form.called(index)).into()
                });
            } else {
                self.issues.cannot_tell(Code::ResponseDisabled, item.node, None, || {
                    format!("whether {} is asked hangs on an expression that was not decided", form.called(index))
                        .into()
                });
            }
        }
        Above::Not
    }

    /// Tells that a required item has no answer.
    fn missing(&mut self, at: At<'c>, index: usize) {
        let form = self.form;
        let code = if self.in_progress { Code::ResponseWarning } else { Code::ResponseRequired };
        self.issues
            .fail(code, at.node, None, || format!("{} is required and has no answer", form.called(index)).into());
    }

    /// One item against what the Questionnaire says of it.
    fn item(&mut self, item: At<'c>, index: usize, scope: &[At<'c>], above: Above) {
        let form = self.form;
        let asked = form.item(index);
        let answers: Vec<At<'c>> = item.all("answer").collect();
        self.texts_agree(item, index);
        let is_question = !asked.kind.answers().is_empty();
        if answers.is_empty() && asked.required && is_question && above == Above::Enabled {
            self.missing(item, index);
        }
        if !answers.is_empty() && !is_question {
            self.issues.fail(Code::ResponseType, item.node, None, || match asked.kind {
                Kind::Group => "a group has an answer; it only holds other items".into(),
                Kind::Display => "an item that is only shown has an answer".into(),
                _ => "the item has an answer, and the questionnaire gives it no type that answers have".into(),
            });
        }
        if is_question {
            limit::count(self, item, index, answers.len());
            for (number, &answer) in answers.iter().enumerate() {
                answer::check(self, answer, index, number > 0);
            }
            option::alone(self, &answers, index);
            let mut scope = scope.to_vec();
            scope.push(item);
            for &answer in &answers {
                scope.push(answer);
                self.items(answer, Some(index), &scope, above);
                scope.pop();
            }
        }
        if asked.kind == Kind::Group {
            let mut scope = scope.to_vec();
            scope.push(item);
            self.items(item, Some(index), &scope, above);
        } else if item.child("item").is_some() {
            self.issues.fail(Code::Response, item.node, None, || match asked.kind {
                Kind::Display => "an item that is only shown has items in it".into(),
                _ => "a question has items in it directly; they belong in its answer".into(),
            });
        }
    }

    /// Tells an item whose text is not that of the Questionnaire.
    fn texts_agree(&mut self, item: At<'c>, index: usize) {
        let Some(said) = item.text_of("text") else { return };
        let asked = self.form.item(index).at.text_of("text");
        if asked.is_some_and(|asked| asked != said) {
            self.issues.applies(Code::ResponseInformation);
            self.issues.fail(Code::ResponseInformation, item.node, None, || {
                "the text of the item is not the one in the questionnaire".into()
            });
        }
    }
}

/// Whether there is an answer in it, however deep.
fn is_answered(item: At<'_>) -> bool {
    let Some(answer) = item.view.model.name("answer") else { return false };
    item.view.elements.descendants(item.node).any(|node| item.view.elements.node(node).name == answer)
}
