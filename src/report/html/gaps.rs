//! The groups of findings as the page shows them.

use super::{GROUPS, Names, OPEN, name, prose, sentence, source};
use crate::report::{
    model::{Counts, Excerpt, Finding, Group, Report, Rule},
    places::Places,
    words,
};
use rustc_hash::FxHashMap;

/// Places listed per group; the rest are counted.
const PLACES: usize = 10;

/// One group.
pub(super) struct Row {
    pub number: usize,
    pub open: bool,
    pub rule: String,
    pub rule_name: String,
    pub severity: String,
    pub message: String,
    pub undecided: bool,
    pub path: String,
    pub count: String,
    pub settled: String,
    pub blocks: String,
    pub degrades: String,
    pub why: String,
    pub fix: String,
    pub source: String,
    pub source_url: String,
    pub verified: bool,
    pub definition: String,
    pub excerpt: Option<Marked>,
    pub when: String,
    pub places: Vec<Place>,
    pub places_left: String,
}

/// An excerpt with its mark.
pub(super) struct Marked {
    pub before: String,
    pub marked: String,
    pub after: String,
}

/// One place of a group.
pub(super) struct Place {
    pub file: String,
    pub line: String,
    pub path: String,
    pub state: &'static str,
    pub related: Vec<Related>,
}

/// Another place that belongs to a place.
pub(super) struct Related {
    pub at: String,
    pub what: String,
}

pub(super) fn rows(report: &Report, places: &Places<'_>) -> Vec<Row> {
    let rules: FxHashMap<&str, &Rule> = report.rules.iter().map(|rule| (rule.code.as_str(), rule)).collect();
    let names = Names::of_services(report);
    let listed = places.groups(report).take(GROUPS).enumerate();
    listed
        .map(|(at, (group, findings))| row(at, group, findings, rules.get(group.rule.as_str()).copied(), &names))
        .collect()
}

fn row(at: usize, group: &Group, findings: &[&Finding], rule: Option<&Rule>, names: &Names<'_>) -> Row {
    let first = findings.first().copied();
    let pick = |of_finding: fn(&Finding) -> &str, of_rule: fn(&Rule) -> &str| {
        first.map(of_finding).filter(|text| !text.is_empty()).or(rule.map(of_rule)).unwrap_or_default()
    };
    let hit = |effect: &str| {
        let hit = group.impact.iter().filter(|impact| impact.effect == effect).map(|i| names.of(&i.integration));
        hit.collect::<Vec<_>>().join("; ")
    };
    let from = first.map(|finding| &finding.source).filter(|s| !s.title.is_empty()).or(rule.map(|rule| &rule.source));
    let listed = findings.len().min(PLACES) as u64;
    let left = group.count.saturating_sub(listed);
    Row {
        number: at + 1,
        open: at < OPEN,
        rule: prose(&group.rule),
        rule_name: rule.map(|rule| prose(&rule.name)).unwrap_or_default(),
        severity: prose(&group.severity),
        message: sentence(&group.message),
        undecided: group.outcome == "cannot-tell",
        path: prose(&group.path),
        count: words::count(group.count, "place", "places"),
        settled: settled(group),
        blocks: hit("blocks"),
        degrades: hit("degrades"),
        why: sentence(pick(|finding| &finding.why, |rule| &rule.why)),
        fix: sentence(pick(|finding| &finding.fix, |rule| &rule.fix)),
        source: from.map(source).unwrap_or_default(),
        source_url: from.map(|source| prose(&source.url)).unwrap_or_default(),
        verified: from.is_none_or(|source| source.verified),
        definition: first.and_then(|finding| finding.definition.as_deref()).map(prose).unwrap_or_default(),
        excerpt: first.and_then(|finding| finding.excerpt.as_ref()).map(marked),
        when: first.and_then(|finding| finding.when.as_deref()).map(sentence).unwrap_or_default(),
        places: findings.iter().take(PLACES).map(|finding| place(finding)).collect(),
        places_left: if left == 0 { String::new() } else { words::count(left, "more place", "more places") },
    }
}

fn settled(group: &Group) -> String {
    let parts = [(group.waived, "waived"), (group.known, "in the baseline")];
    let some = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", words::number(*n)));
    some.collect::<Vec<_>>().join(", ")
}

fn marked(excerpt: &Excerpt) -> Marked {
    let chars: Vec<char> = excerpt.text.chars().collect();
    let from = (excerpt.from as usize).min(chars.len());
    let to = from.saturating_add(excerpt.columns as usize).min(chars.len());
    let part = |of: &[char]| prose(&of.iter().collect::<String>());
    Marked { before: part(&chars[..from]), marked: part(&chars[from..to]), after: part(&chars[to..]) }
}

fn place(finding: &Finding) -> Place {
    let mut line =
        if finding.line > 0 { format!("line {}, column {}", finding.line, finding.column) } else { String::new() };
    if finding.item > 1 {
        line.push_str(&format!(" (message {})", finding.item));
    }
    Place {
        file: if finding.artifact.is_empty() { "The run as a whole".to_owned() } else { name(&finding.artifact) },
        line,
        path: prose(&finding.path),
        state: match finding.state.as_str() {
            "waived" => "waived",
            "known" => "in the baseline",
            _ => "",
        },
        related: finding
            .related
            .iter()
            .map(|other| Related { at: format!("{}:{}", name(&other.artifact), other.line), what: prose(&other.what) })
            .collect(),
    }
}

/// The counts as a sentence.
pub(super) fn in_words(counts: &Counts) -> String {
    let severities = [
        (counts.fatal, "fatal"),
        (counts.error, "error"),
        (counts.warning, "warning"),
        (counts.information, "information"),
    ];
    let some = severities.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", words::number(*n)));
    let by_severity = some.collect::<Vec<_>>().join(", ");
    let detail = if by_severity.is_empty() { String::new() } else { format!(" ({by_severity})") };
    format!(
        "{}{detail}, of which {} blocking. Not counted here: {} waived, {} in the baseline.",
        words::count(counts.findings, "finding", "findings"),
        words::number(counts.blocking),
        words::number(counts.waived),
        words::number(counts.known),
    )
}
