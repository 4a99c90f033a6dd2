//! What to ask the supplier next: the reasons of all verdicts, turned into requests, one per rule.

use super::{prose, sentence};
use crate::report::model::{Because, Report, Rule};
use rustc_hash::FxHashMap;

/// Requests in one list; the rest are counted.
const ASKS: usize = 25;

/// Requests of one kind.
pub(super) struct List {
    pub heading: &'static str,
    pub lead: &'static str,
    pub asks: Vec<Ask>,
    pub left: usize,
}

/// One request.
pub(super) struct Ask {
    pub rule: String,
    pub what: String,
    pub detail: String,
    pub services: Vec<String>,
}

type Wanted = fn(&Because) -> bool;

pub(super) fn lists(report: &Report) -> Vec<List> {
    let kinds: [(&str, &str, Wanted, bool); 4] = [
        (
            "Fix before joining",
            "Each of these blocks a service.",
            |b| b.outcome == "failed" && b.effect == "blocks",
            true,
        ),
        (
            "Show what was not shown",
            "Nothing that we were given exercises these. Ask for messages that do.",
            |b| b.outcome == "untested",
            false,
        ),
        ("Settle what could not be decided", "Ask for what is missing.", |b| b.outcome == "cannot-tell", false),
        (
            "Improve",
            "Each of these makes a service work less well.",
            |b| b.outcome == "failed" && b.effect != "blocks",
            true,
        ),
    ];
    let rules: FxHashMap<&str, &Rule> = report.rules.iter().map(|rule| (rule.code.as_str(), rule)).collect();
    let lists = kinds.into_iter().map(|(heading, lead, wanted, fix)| {
        let mut asks = asks(report, wanted, &rules, fix);
        let left = asks.len().saturating_sub(ASKS);
        asks.truncate(ASKS);
        List { heading, lead, asks, left }
    });
    lists.filter(|list| !list.asks.is_empty()).collect()
}

fn asks(report: &Report, wanted: Wanted, rules: &FxHashMap<&str, &Rule>, fix: bool) -> Vec<Ask> {
    let mut at: FxHashMap<&str, usize> = FxHashMap::default();
    let mut asks: Vec<Ask> = Vec::new();
    for verdict in &report.verdicts {
        for because in verdict.because.iter().filter(|because| wanted(because)) {
            let index = *at.entry(&because.rule).or_insert_with(|| {
                let remedy = rules.get(because.rule.as_str()).map(|rule| sentence(&rule.fix)).filter(|_| fix);
                let (what, detail) = match remedy {
                    Some(remedy) if !remedy.is_empty() => (remedy, sentence(&because.reason)),
                    _ => (sentence(&because.reason), String::new()),
                };
                asks.push(Ask { rule: prose(&because.rule), what, detail, services: Vec::new() });
                asks.len() - 1
            });
            let service = prose(&verdict.name);
            if !asks[index].services.contains(&service) {
                asks[index].services.push(service);
            }
        }
    }
    asks
}
