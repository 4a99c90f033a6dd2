//! JUnit XML for the test tab of a CI server: a suite per integration, a case per rule that bears on it.
//!
//! In: a report. Out: XML that the schema of the Jenkins xUnit plug-in accepts. A rule that failed is a failure, one
//! that could not be decided an error, one that was not shown or did not apply is skipped with the reason: never a pass.

use super::{
    Renderer,
    escape::xml::text,
    model::{Finding, Group, Report, Rule},
    places::{Places, place},
    words,
};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};
use rustc_hash::FxHashMap;
use std::io;

/// Writes JUnit XML.
#[derive(Clone, Copy, Debug, Default)]
pub struct Junit;

/// Name of the suite for rules that block and degrade nothing.
const INFORMS: &str = "no integration";
/// Places named in the text of a failure.
const PLACES: usize = 10;

/// What a case says.
enum Case {
    Passed,
    Failed,
    Undecided,
    Skipped(&'static str),
}

type Groups<'r> = FxHashMap<&'r str, Vec<(&'r Group, &'r [&'r Finding])>>;

impl Renderer for Junit {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let places = Places::of(report);
        let mut groups: Groups<'_> = FxHashMap::default();
        for (group, findings) in places.groups(report) {
            groups.entry(&group.rule).or_default().push((group, findings));
        }
        let mut suites: Vec<(&str, Vec<&Rule>)> = Vec::new();
        for verdict in &report.verdicts {
            let bears = |rule: &&Rule| rule.impact.iter().any(|impact| impact.integration == verdict.integration);
            suites.push((&verdict.integration, report.rules.iter().filter(bears).collect()));
        }
        let judged =
            |rule: &Rule| rule.impact.iter().any(|i| report.verdicts.iter().any(|v| v.integration == i.integration));
        let others: Vec<&Rule> = report.rules.iter().filter(|rule| !judged(rule)).collect();
        if !others.is_empty() {
            suites.push((INFORMS, others));
        }
        let mut xml = Writer::new_with_indent(out, b' ', 2);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        xml.write_event(Event::Start(BytesStart::new("testsuites").with_attributes([("name", "Hallmark")])))?;
        for (name, rules) in suites {
            suite(&mut xml, report, name, &rules, &groups)?;
        }
        xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
        writeln!(xml.into_inner())
    }
}

type Xml<'w> = Writer<&'w mut dyn io::Write>;

fn suite(xml: &mut Xml<'_>, report: &Report, name: &str, rules: &[&Rule], groups: &Groups<'_>) -> io::Result<()> {
    let cases: Vec<Case> = rules.iter().map(|rule| case(rule, groups)).collect();
    let how_many = |is: fn(&Case) -> bool| cases.iter().filter(|case| is(case)).count().to_string();
    let mut start = BytesStart::new("testsuite");
    start.push_attribute(("name", text(name).as_ref()));
    start.push_attribute(("tests", cases.len().to_string().as_str()));
    start.push_attribute(("failures", how_many(|case| matches!(case, Case::Failed)).as_str()));
    start.push_attribute(("errors", how_many(|case| matches!(case, Case::Undecided)).as_str()));
    start.push_attribute(("skipped", how_many(|case| matches!(case, Case::Skipped(_))).as_str()));
    xml.write_event(Event::Start(start))?;
    if let Some(verdict) = report.verdicts.iter().find(|verdict| verdict.integration == name) {
        xml.write_event(Event::Start(BytesStart::new("properties")))?;
        let facts = [
            ("service", &verdict.name),
            ("verdict", &verdict.verdict),
            ("summary", &verdict.summary),
            ("as-of", &report.as_of),
        ];
        for (key, value) in facts {
            let mut property = BytesStart::new("property");
            property.push_attribute(("name", key));
            property.push_attribute(("value", text(value).as_ref()));
            xml.write_event(Event::Empty(property))?;
        }
        xml.write_event(Event::End(BytesEnd::new("properties")))?;
    }
    for (rule, case) in rules.iter().zip(cases) {
        test_case(xml, name, rule, &case, groups)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuite")))
}

fn case(rule: &Rule, groups: &Groups<'_>) -> Case {
    let of_rule = groups.get(rule.code.as_str()).map(Vec::as_slice).unwrap_or_default();
    let settled = !of_rule.is_empty() && of_rule.iter().all(|(group, _)| group.waived + group.known >= group.count);
    match rule.outcome.as_str() {
        "passed" => Case::Passed,
        "failed" if settled => Case::Skipped("failed, but every place is waived or in the baseline"),
        "failed" => Case::Failed,
        "cannot-tell" if settled => Case::Skipped("could not be decided; every place is waived or in the baseline"),
        "cannot-tell" => Case::Undecided,
        "inapplicable" => Case::Skipped("did not apply to anything in the input"),
        _ => Case::Skipped("not shown: nothing in the input exercised it"),
    }
}

fn test_case(xml: &mut Xml<'_>, suite: &str, rule: &Rule, case: &Case, groups: &Groups<'_>) -> io::Result<()> {
    let mut start = BytesStart::new("testcase");
    start.push_attribute(("name", text(&format!("{} {}", rule.code, rule.name)).as_ref()));
    start.push_attribute(("classname", text(suite).as_ref()));
    let (tag, kind) = match case {
        Case::Passed => return xml.write_event(Event::Empty(start)),
        Case::Failed => ("failure", rule.severity.as_str()),
        Case::Undecided => ("error", "cannot-tell"),
        Case::Skipped(_) => ("skipped", rule.outcome.as_str()),
    };
    xml.write_event(Event::Start(start))?;
    let mut verdict = BytesStart::new(tag);
    verdict.push_attribute(("type", text(kind).as_ref()));
    if let Case::Skipped(why) = case {
        verdict.push_attribute(("message", *why));
        xml.write_event(Event::Empty(verdict))?;
    } else {
        let of_rule = groups.get(rule.code.as_str()).map(Vec::as_slice).unwrap_or_default();
        let headline = match of_rule {
            [] => rule.why.clone(),
            [(group, _), rest @ ..] => {
                let others = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
                format!("{} ({}){others}", group.message, words::count(group.count, "place", "places"))
            }
        };
        verdict.push_attribute(("message", text(&headline).as_ref()));
        xml.write_event(Event::Start(verdict))?;
        xml.write_event(Event::Text(BytesText::new(&body(rule, of_rule))))?;
        xml.write_event(Event::End(BytesEnd::new(tag)))?;
    }
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

/// What a developer reads under a failed case; each piece is inert before the line ends are ours.
fn body(rule: &Rule, groups: &[(&Group, &[&Finding])]) -> String {
    let mut lines = Vec::new();
    for (group, findings) in groups {
        lines.push(format!("{} {} ({})", group.path, group.message, words::count(group.count, "place", "places")));
        for finding in findings.iter().take(PLACES) {
            lines.push(format!("  {} {}", place(finding), finding.path));
        }
        let left = group.count.saturating_sub(findings.len().min(PLACES) as u64);
        if left > 0 {
            lines.push(format!("  … and {}", words::count(left, "more place", "more places")));
        }
    }
    lines.push(format!("Why: {}", rule.why));
    lines.push(format!("Fix: {}", rule.fix));
    lines.push(format!("Source: {}", rule.source.shown()));
    lines.iter().map(|line| text(line)).collect::<Vec<_>>().join("\n")
}
