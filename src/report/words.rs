//! The words a reader sees for the report's own vocabulary: one place, so that every format says the same.
//!
//! In: a code of the model. Out: plain British English. An unknown code stands as it is.

pub use crate::judge::sentence::{count, number};

use super::model;

/// What a terminology server answered, in few words.
pub fn answers(used: &model::Terminology) -> String {
    let all = used.answered_by_server + used.answered_by_cache;
    let mut text = count(all, "question answered", "questions answered");
    if used.answered_by_cache > 0 {
        text.push_str(&format!(" ({} from the cache)", number(used.answered_by_cache)));
    }
    if used.unanswered > 0 {
        text.push_str(&format!(", {} not", number(used.unanswered)));
    }
    text
}

/// A verdict for people: `at-risk` → `At risk`.
pub fn verdict(code: &str) -> &str {
    match code {
        "blocked" => "Blocked",
        "at-risk" => "At risk",
        "clear" => "Clear",
        "not-shown" => "Not shown",
        other => other,
    }
}

/// What a verdict means, in one sentence for somebody who has not seen one before.
pub fn verdict_means(code: &str) -> &str {
    match code {
        "blocked" => "As shown, this system cannot join the service.",
        "at-risk" => "It may join, but something degrades the service or could not be decided.",
        "clear" => "Every requirement that could block it was exercised and held.",
        "not-shown" => "Not enough was shown to tell. This is not a pass.",
        _ => "",
    }
}

/// A shape for a verdict, so that colour is never the only sign.
pub fn verdict_shape(code: &str) -> &str {
    match code {
        "blocked" => "✗",
        "at-risk" => "!",
        "clear" => "✓",
        _ => "?",
    }
}

/// An outcome for people.
pub fn outcome(code: &str) -> &str {
    match code {
        "passed" => "passed",
        "failed" => "failed",
        "cannot-tell" => "could not be decided",
        "inapplicable" => "did not apply",
        "untested" => "not shown",
        other => other,
    }
}

/// What a rule does to an integration, given what came of it: `blocks the service`, or what it would do.
pub fn effect(effect: &str, outcome: &str) -> String {
    match (effect, outcome) {
        ("blocks", "failed") => "blocks the service".to_owned(),
        ("degrades", "failed") => "degrades the service".to_owned(),
        ("blocks", _) => "would block the service if it failed".to_owned(),
        ("degrades", _) => "would degrade the service if it failed".to_owned(),
        (other, _) => other.to_owned(),
    }
}

/// What happens on a calendar date.
pub fn event(code: &str) -> &str {
    match code {
        "starts" => "Starts",
        "mandatory" => "Becomes mandatory",
        "deprecated" => "Is deprecated",
        "stops" => "Stops",
        "review" => "Is reviewed",
        other => other,
    }
}

/// `2027-04-01` → `1 April 2027`, `2027-04` → `April 2027`; anything else stands as it is.
pub fn date(iso: &str) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let parts: Vec<&str> = iso.split('-').collect();
    let month = |text: &str| text.parse::<usize>().ok().and_then(|n| MONTHS.get(n.wrapping_sub(1)));
    match parts.as_slice() {
        [year, m] => month(m).map(|name| format!("{name} {year}")),
        [year, m, d] => month(m).zip(d.parse::<u8>().ok()).map(|(name, day)| format!("{day} {name} {year}")),
        _ => None,
    }
    .unwrap_or_else(|| iso.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_dates_read_well() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(count(1, "place", "places"), "1 place");
        assert_eq!(date("2027-04-01"), "1 April 2027");
        assert_eq!(date("2027-04"), "April 2027");
        assert_eq!(date("2027"), "2027");
        assert_eq!(date("2027-99-01"), "2027-99-01");
    }

    #[test]
    fn every_verdict_has_words_and_its_own_shape() {
        let codes = ["blocked", "at-risk", "clear", "not-shown"];
        let shapes: std::collections::BTreeSet<_> = codes.map(verdict_shape).into();
        assert_eq!(shapes.len(), 4);
        assert!(codes.iter().all(|code| !verdict_means(code).is_empty() && !verdict(code).contains('-')));
    }
}
