//! Merge equals the single run, through the written form; and what cannot be merged is refused.

use super::*;
use crate::check::RuleId;
use crate::judge::bench::{artifact, day, find, pass, plan, run};
use crate::judge::{self, ArtifactRecord, Run, waiver};
use crate::report::read::{baseline, read};
use crate::report::{Renderer, json::Json};
use crate::standard::Outcome;
use proptest::prelude::*;

const RULES: &[&str] =
    &["R1 Q1 error +a/x -b/y", "R2 Q2 error +a/x", "R3 Q2,Q3 fatal +b/y", "R4 Q4 warning +a/x across"];
const PATHS: &[&str] = &["PID-3", "PID-3[2]", "PID-3[10]", "OBX[2]-5", "OBX[10]-5", "", "Patient.name[0]"];
const ARTIFACTS: &[&str] = &["a.hl7", "b/c.hl7", "b/d.hl7", "e.zip/f.hl7", "g.hl7"];

fn bytes(report: &Report) -> Vec<u8> {
    let mut out = Vec::new();
    Json.render(report, &mut out).expect("memory takes all");
    out
}

fn part(name: &str, report: &Report) -> Part {
    Part { name: name.to_owned(), report: read(bytes(report).as_slice()).expect("our own report") }
}

fn no_facts(_: &[Option<&str>]) -> Result<Across, String> {
    Ok(Across::default())
}

/// One thing that a message showed.
#[derive(Clone, Debug)]
struct Event {
    artifact: usize,
    rule: u16,
    outcome: Option<Outcome>,
    item: u64,
    offset: u32,
    path: usize,
    message: usize,
    times: u32,
}

fn event() -> impl Strategy<Value = Event> {
    let outcome = prop_oneof![Just(None), Just(Some(Outcome::Failed)), Just(Some(Outcome::CannotTell))];
    let place = (1..4u64, 0..4u32, 0..PATHS.len());
    (0..ARTIFACTS.len(), 0..4u16, outcome, place, 0..2usize, prop_oneof![4 => 1..3u32, 1 => 80..130u32]).prop_map(
        |(artifact, rule, outcome, (item, offset, path), message, times)| Event {
            artifact,
            rule,
            outcome,
            item,
            offset,
            path,
            message,
            times,
        },
    )
}

/// Adds `event` as the engine would; one that happens many times walks through the message.
fn add(tally: &mut Tally, event: &Event) {
    let rule = RuleId(event.rule);
    for time in 0..event.times {
        let counts = &mut tally.counts[usize::from(rule.0)];
        counts.applicable += 1;
        counts.messages += 1;
        tally.shown[usize::from(event.rule) % 2] += 1;
        let Some(outcome) = event.outcome else { continue };
        match outcome {
            Outcome::CannotTell => counts.cannot_tell += 1,
            _ => counts.failed += 1,
        }
        let path = Path::parse(PATHS[event.path], "Patient.name");
        let message = ["one thing", "another thing"][event.message];
        let key = GroupKey { rule, outcome, path: path.general(), message: message.into() };
        let place = Place {
            artifact: ARTIFACTS[event.artifact].into(),
            item: event.item,
            offset: event.offset + time / 2,
            path,
        };
        if time % 7 == 6 {
            tally.count_only(key, 1);
        } else {
            tally.find(key, place, || Located {
                position: Position { line: event.item, column: event.offset },
                length: 3,
                related: vec![Related { artifact: "a.hl7".into(), item: 1, line: 2, what: "the first".into() }],
                excerpt: Some(Excerpt { text: "A{3}|9".into(), from: 1, columns: 2 }),
                definition: Some("Patient.name of http://test/p (test@1)".into()),
            });
        }
    }
}

/// What the artifacts in `held` show, without rules across messages.
fn shown(plan: &Plan, events: &[Event], held: &dyn Fn(usize) -> bool) -> (Tally, Vec<ArtifactRecord>) {
    let mut tally = Tally::new(plan.rules.len(), plan.catalogue.integrations.len());
    let mut records = Vec::new();
    for (at, id) in ARTIFACTS.iter().enumerate().filter(|(at, _)| held(*at)) {
        records.push(ArtifactRecord { sha256: if at == 3 { String::new() } else { "0".repeat(64) }, ..artifact(id) });
        tally.messages += 40;
        (0..3).for_each(|rule: usize| tally.counts[rule].reached += 40);
        events.iter().filter(|event| event.artifact == at && event.rule != 3).for_each(|event| add(&mut tally, event));
    }
    (tally, records)
}

fn across(plan: &Plan, events: &[Event], held: &dyn Fn(usize) -> bool) -> Tally {
    let mut tally = Tally::new(plan.rules.len(), plan.catalogue.integrations.len());
    events.iter().filter(|event| event.rule == 3 && held(event.artifact)).for_each(|event| add(&mut tally, event));
    tally.shown.fill(0);
    tally
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn merge_is_the_single_run(
        events in prop::collection::vec(event(), 0..40),
        shares in prop::collection::vec(0..3usize, ARTIFACTS.len()),
        earlier in 0..40usize,
    ) {
        let plan = plan("", RULES);
        let waivers = waiver::read("w.toml", "
            [[waiver]]\nrule = 'R1'\nartifact = 'b/*'\nreason = 'r'\nowner = 'o'\napproved_by = 'p'\nexpires = '2027-01-01'
            [[waiver]]\nrule = 'R2'\npath = 'PID-3'\nreason = 'r'\nowner = 'o'\napproved_by = 'p'\nexpires = '2027-01-01'
            [[waiver]]\nrule = 'R3'\nreason = 'r'\nowner = 'o'\napproved_by = 'p'\nexpires = '2020-01-01'
        ").expect("a waiver file");
        let everything = |_: usize| true;
        let whole = |events: &[Event], known: Option<judge::Baseline>| {
            let (mut tally, artifacts) = shown(&plan, events, &everything);
            tally.merge(across(&plan, events, &everything));
            let sealed = Some("all".to_owned());
            build(&judge::judge(Run { artifacts, waivers: waivers.clone(), baseline: known, sealed, ..run(&plan, tally) }))
        };
        let before = whole(&events[..earlier.min(events.len())], None);
        let single = whole(&events, Some(baseline(&before)));

        let parts: Vec<Part> = (0..3).map(|share| {
            let held = |at: usize| shares[at] == share;
            let (mut tally, artifacts) = shown(&plan, &events, &held);
            tally.merge(across(&plan, &events, &held));
            let sealed = Some(format!("part {share}"));
            let known = Some(baseline(&before));
            let run = Run { artifacts, waivers: waivers.clone(), baseline: known, sealed, ..run(&plan, tally) };
            part("part", &build(&judge::judge(run)))
        }).collect();
        let merged = merge(&parts, &plan, Some(baseline(&before)), |sealed| {
            assert_eq!(sealed, [Some("part 0"), Some("part 1"), Some("part 2")]);
            let tally = across(&plan, &events, &everything);
            Ok(Across { tally, sealed: Some("all".into()), incomplete_because: None })
        }).expect("parts made alike");
        prop_assert!(bytes(&merged) == bytes(&single));
    }
}

/// An edit that makes a part unfit.
type Change = &'static dyn Fn(&mut Report);

/// A report over one artifact.
fn report(plan: &Plan, id: &str) -> Report {
    let mut tally = crate::judge::bench::tally(plan, 9);
    tally.counts[3] = Counts::default();
    pass(plan, &mut tally, "R1", 9);
    find(plan, &mut tally, "R2", Outcome::Failed, id, "PID-3");
    build(&judge::judge(Run { artifacts: vec![artifact(id)], ..run(plan, tally) }))
}

#[test]
fn one_part_merges_to_itself() {
    let plan = plan("", RULES);
    let one = report(&plan, "a.hl7");
    let merged = merge(&[part("a", &one)], &plan, None, no_facts).expect("one part");
    assert!(bytes(&merged) == bytes(&one));
}

#[test]
fn parts_that_were_not_made_alike_are_refused_with_what_differs() {
    let plan = plan("", RULES);
    let (first, second) = (report(&plan, "a.hl7"), report(&plan, "b.hl7"));
    let refused = |change: &dyn Fn(&mut Report)| {
        let mut changed = second.clone();
        change(&mut changed);
        let changed = Part { name: "b.json".into(), report: changed };
        let parts = [part("a.json", &first), changed];
        merge(&parts, &plan, None, no_facts).expect_err("refused").to_string()
    };
    let cases: [(Change, &str); 12] = [
        (&|r| r.as_of = "2027-01-01".into(), "b.json has the day 2027-01-01, but a.json has 2026-11-22"),
        (&|r| r.format = "9.0".into(), "b.json has form 9.0, but this program has 1.0"),
        (&|r| r.tool.version = "9.9.9".into(), "tool version 9.9.9, but this program has"),
        (&|r| r.scope.integrations = vec!["a/x".into()], "the integrations a/x, but a.json has all"),
        (&|r| r.scope.standards = vec!["pack".into()], "the chosen standards pack, but a.json has all"),
        (
            &|r| r.standards[0].digest = "f00d".repeat(16),
            "the standards pack (f00df00df00d), but this program has pack ()",
        ),
        (&|r| r.standards.clear(), "the standards no others, but this program has pack (), hallmark"),
        (
            &|r| r.waivers.push(model::Waiver { expires: "2027-01-01".into(), ..Default::default() }),
            "different waivers",
        ),
        (&|r| r.artifacts[0].id = "a.hl7".into(), "b.json and a.json both hold a.hl7"),
        (&|r| r.counts.known = 1, "the same --baseline"),
        (&|r| r.rules[0].code = "NONE".into(), "b.json is damaged or was edited"),
        (&|r| r.findings[0].group = "0".repeat(64), "a finding is of no group"),
    ];
    for (change, says) in cases {
        let error = refused(change);
        assert!(error.contains(says), "{error}");
    }
    assert!(matches!(merge(&[], &plan, None, no_facts), Err(MergeError::Nothing)));
    let failing = |_: &[Option<&str>]| Err("another key sealed them".to_owned());
    let error = merge(&[part("a", &first)], &plan, None, failing).expect_err("no facts").to_string();
    assert!(error.ends_with("another key sealed them"));
}

#[test]
fn facts_that_are_missing_make_the_merged_report_partial() {
    let plan = plan("", RULES);
    let missing = Across { incomplete_because: Some("a part carries no facts".into()), ..Across::default() };
    let merged = merge(&[part("a", &report(&plan, "a.hl7"))], &plan, None, |_| Ok(missing)).expect("merged");
    assert!(!merged.complete && merged.incomplete_because == ["a part carries no facts"]);
    assert_eq!(merged.as_of, day("2026-11-22").to_string());
}
