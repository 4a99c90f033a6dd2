//! A MeasureReport against its Measure (FHIR R4, MeasureReport, section 10.14).
//!
//! In: the report, and the Measure that it names. Out: groups and populations that the Measure does not have or that are
//! missing, and counts that are not those of the subjects listed.

use super::super::super::{Code, Context, Issues};
use super::super::read::{At, Loaded};

/// Checks a MeasureReport.
pub(in super::super) fn check(report: At<'_>, context: &Context<'_>, issues: &mut Issues) {
    issues.applies(Code::MeasureReport);
    let Some(named) = report.child("measure") else { return };
    let Some(canonical) = named.text() else { return };
    let held;
    let measure = match canonical.strip_prefix('#') {
        Some(id) => report.contained(id),
        None => {
            held = Loaded::of("Measure", &canonical, context);
            held.as_ref().map(|loaded| loaded.root(context.model))
        }
    };
    let lists = report.word("type") == "subject-list";
    let Some(measure) = measure else {
        issues.applies(Code::MeasureReportWarning);
        return issues.cannot_tell(Code::MeasureReportWarning, named.node, None, || {
            "the measure is not held, so nothing tells whether the report is what it asks for".into()
        });
    };
    if report.word("status") == "error" {
        return;
    }
    let (asked, given): (Vec<At<'_>>, Vec<At<'_>>) = (measure.all("group").collect(), report.all("group").collect());
    if let ([asked], [given]) = (&asked[..], &given[..]) {
        return group(*asked, *given, lists, issues);
    }
    let mut met = vec![false; asked.len()];
    for &one in &given {
        let Some(code) = one.child("code") else {
            issues.fail(Code::MeasureReport, one.node, None, || {
                "the group has no code, and the measure has not just one group, or the report has not".into()
            });
            continue;
        };
        match asked.iter().position(|asked| asked.child("code").is_some_and(|theirs| is_same(code, theirs))) {
            Some(at) if met[at] => {
                issues.fail(Code::MeasureReport, one.node, None, || "the report has another group of this code".into())
            }
            Some(at) => {
                met[at] = true;
                group(asked[at], one, lists, issues);
            }
            None => issues.fail(Code::MeasureReport, one.node, None, || "the measure has no group of this code".into()),
        }
    }
    for (at, _) in met.iter().enumerate().filter(|(_, met)| !**met) {
        issues.fail(Code::MeasureReport, report.node, None, || {
            format!("the report has no group for group {} of the measure", at + 1).into()
        });
    }
}

fn group(asked: At<'_>, given: At<'_>, lists: bool, issues: &mut Issues) {
    let populations: Vec<At<'_>> = asked.all("population").collect();
    let mut met = vec![false; populations.len()];
    for one in given.all("population") {
        subjects(one, lists, issues);
        let Some(code) = one.child("code") else {
            if let [_] = populations[..] {
                met[0] = true;
            } else {
                issues.fail(Code::MeasureReport, one.node, None, || {
                    "the population has no code, and the measure has more than one in the group".into()
                });
            }
            continue;
        };
        let fits = |theirs: &At<'_>| theirs.child("code").is_some_and(|theirs| is_same(code, theirs));
        match populations.iter().position(fits) {
            Some(at) => met[at] = true,
            None => issues.fail(Code::MeasureReport, one.node, None, || {
                "the measure has no population of this code in the group".into()
            }),
        }
    }
    for (at, _) in met.iter().enumerate().filter(|(_, met)| !**met) {
        issues.fail(Code::MeasureReport, given.node, None, || {
            format!("the group has no population {} of the measure", at + 1).into()
        });
    }
}

/// The count of a population against the subjects that it lists.
fn subjects(population: At<'_>, lists: bool, issues: &mut Issues) {
    let listed = population.all("subjectResults").count();
    let count = population.text_of("count").and_then(|count| count.parse::<usize>().ok());
    if lists {
        if count.is_some_and(|count| count != listed) {
            issues.fail(Code::MeasureReport, population.node, None, || {
                format!("the count is not the number of subjects listed, {listed}").into()
            });
        }
        return;
    }
    if listed > 0 {
        issues.fail(Code::MeasureReport, population.node, None, || {
            "subjects are listed, and the report is of a type that lists none".into()
        });
    }
    if count.is_none() {
        issues.applies(Code::MeasureReportWarning);
        issues.fail(Code::MeasureReportWarning, population.node, None, || {
            "the population has no count, which a report that lists no subjects consists of".into()
        });
    }
}

/// Whether two concepts share a coding, or have the same text where neither has any.
fn is_same(ours: At<'_>, theirs: At<'_>) -> bool {
    let same =
        |a: At<'_>, b: At<'_>| a.text_of("system") == b.text_of("system") && a.text_of("code") == b.text_of("code");
    let coded = ours.child("coding").is_some() && theirs.child("coding").is_some();
    if coded {
        ours.all("coding").any(|a| theirs.all("coding").any(|b| same(a, b)))
    } else {
        ours.text_of("text").is_some() && ours.text_of("text") == theirs.text_of("text")
    }
}
