//! The verdicts as the page shows them.

use super::{prose, sentence};
use crate::report::{model::Report, words};
use rustc_hash::FxHashMap;

/// Reasons listed under a service; the rest are counted.
const REASONS: usize = 40;

/// How many services have one verdict.
pub(super) struct Tally {
    pub code: &'static str,
    pub word: &'static str,
    pub means: &'static str,
    pub count: usize,
}

/// One service.
pub(super) struct Row {
    pub id: String,
    pub service: String,
    pub code: String,
    pub word: String,
    pub summary: String,
    /// The summary without the first reason, where the reasons follow it.
    pub lead: String,
    pub shown_by: String,
    pub dates: Vec<String>,
    pub because: Vec<Because>,
    pub because_left: usize,
}

/// One reason.
pub(super) struct Because {
    pub rule: String,
    /// Where the gap is told, when it is on the page.
    pub gap: Option<usize>,
    pub outcome: String,
    pub outcome_code: String,
    pub effect: String,
    pub reason: String,
    pub count: String,
    pub requirements: String,
}

pub(super) fn tally(report: &Report) -> Vec<Tally> {
    ["blocked", "at-risk", "not-shown", "clear"]
        .into_iter()
        .map(|code| Tally {
            code,
            word: words::verdict(code),
            means: words::verdict_means(code),
            count: report.verdicts.iter().filter(|verdict| verdict.verdict == code).count(),
        })
        .collect()
}

pub(super) fn rows(report: &Report) -> Vec<Row> {
    let mut gaps: FxHashMap<&str, usize> = FxHashMap::default();
    for (at, group) in report.groups.iter().enumerate().take(super::GROUPS) {
        gaps.entry(&group.rule).or_insert(at + 1);
    }
    report
        .verdicts
        .iter()
        .map(|verdict| Row {
            id: prose(&verdict.integration),
            service: prose(&verdict.name),
            code: verdict.verdict.clone(),
            word: prose(words::verdict(&verdict.verdict)),
            summary: sentence(&verdict.summary),
            lead: {
                let first = verdict.because.first().map_or("", |because| because.reason.as_str());
                sentence(verdict.summary.strip_suffix(first).unwrap_or(&verdict.summary).trim_end())
            },
            shown_by: match verdict.shown_by {
                0 => "no message".to_owned(),
                some => words::count(some, "message", "messages"),
            },
            dates: verdict.dates.iter().map(|date| sentence(date)).collect(),
            because: verdict
                .because
                .iter()
                .take(REASONS)
                .map(|because| Because {
                    rule: prose(&because.rule),
                    gap: gaps.get(because.rule.as_str()).copied().filter(|_| because.outcome != "untested"),
                    outcome: prose(words::outcome(&because.outcome)),
                    outcome_code: because.outcome.clone(),
                    effect: prose(&words::effect(&because.effect, &because.outcome)),
                    reason: sentence(&because.reason),
                    count: if because.count == 0 {
                        String::new()
                    } else {
                        words::count(because.count, "place", "places")
                    },
                    requirements: prose(&because.requirements.join(", ")),
                })
                .collect(),
            because_left: verdict.because.len().saturating_sub(REASONS),
        })
        .collect()
}
