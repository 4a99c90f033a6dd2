//! What the tests of the judge are made of: a plan of invented packs, tallies, places.

use super::{ArtifactRecord, ArtifactState, Judgement, Run, Scope, judge};
use crate::check::{GroupKey, Located, Place, Plan, RuleId, Tally};
use crate::instance::Path;
use crate::standard::{Catalogue, Day, OWN_PACK, Outcome, Pack, Requirement};

pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).expect("a date")
}

pub(crate) fn place(artifact: &str, item: u64, offset: u32, path: &str) -> Place {
    let general = path.split(']').map(|part| part.split('[').next().unwrap_or_default()).collect::<String>();
    Place { artifact: artifact.into(), item, offset, path: Path::parse(path, &general) }
}

pub(crate) fn pack_with_dates(dates: &[(&str, &str, &[&str])]) -> Pack {
    let mut text = String::from(
        "id = 'p'\ntitle = 'P'\npublisher = 'us'\nversion = '1'\nstatus = 'active'\nlayer = 0\nintegrations = ['a/b']\n",
    );
    for (date, event, integrations) in dates {
        text.push_str(&format!(
            "[[date]]\ndate = '{date}'\nevent = '{event}'\nwhat = 'it happens'\nintegrations = {integrations:?}\nsource = {{ title = 't' }}\n"
        ));
    }
    toml::from_str(&text).expect("a pack")
}

/// A plan of one invented pack, `pack`, over the integrations `a/x`, `b/y` and `c/z`, and of Hallmark's own.
///
/// `dates` is TOML of the pack's dates; the rules stand in the form `CODE REQUIREMENT severity effect…`, where an
/// effect is `+id` (blocks) or `-id` (degrades) and a requirement of `.` is none; `across` makes it a rule across
/// messages.
pub(crate) fn plan(dates: &str, rules: &[&str]) -> Plan {
    let mut catalogue = Catalogue::default();
    for id in ["a/x", "b/y", "c/z"] {
        let text = format!("id = '{id}'\nname = 'Service {id}'\nowner = 'o'\njoins = 'j'\nabout = 'a'");
        catalogue.integrations.push(toml::from_str(&text).expect("an integration"));
    }
    let manifest = format!(
        "id = 'pack'\ntitle = 'The pack'\npublisher = 'us'\nversion = '1'\nstatus = 'active'\nlayer = 0\n\
         messages = ['ADT']\nintegrations = ['a/x', 'b/y', 'c/z']\n{dates}"
    );
    let mut pack: Pack = toml::from_str(&manifest).expect("a pack");
    for line in rules {
        let mut words = line.split_whitespace();
        let (code, requirement, severity) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
        let words: Vec<&str> = words.collect();
        let ids = |sign| words.iter().filter_map(|word| word.strip_prefix(sign)).collect::<Vec<_>>();
        let requirements: Vec<&str> = requirement.split(',').filter(|id| *id != ".").collect();
        let test = if words.contains(&"across") { "across" } else { "assert" };
        let text = format!(
            "code = '{code}'\nname = 'rule-{code}'\nrequirement = {requirements:?}\nseverity = '{severity}'\n{test} = 'x'\n\
             message = 'it is {code}'\nblocks = {:?}\ndegrades = {:?}\nwhy = 'It matters.'\nfix = 'Mend it.'\n\
             source = {{ title = 'T', section = 'S', verified = true }}",
            ids('+'),
            ids('-'),
        );
        pack.rules.push(toml::from_str(&text).expect("a rule"));
        for id in requirements {
            if !pack.requirements.iter().any(|known| known.id == id) {
                pack.requirements.push(Requirement {
                    id: id.into(),
                    statement: "It shall.".into(),
                    ..Default::default()
                });
            }
        }
    }
    catalogue.packs.push(pack);
    let built_in = Catalogue::load(&[]).expect("the built-in packs");
    catalogue.packs.extend(built_in.pack(OWN_PACK).cloned());
    Plan::new(catalogue)
}

/// A tally of `messages` messages that gives `plan`'s rules no place yet, though each could speak of every message.
pub(crate) fn tally(plan: &Plan, messages: u64) -> Tally {
    let mut tally = Tally::new(plan.rules.len(), plan.catalogue.integrations.len());
    tally.messages = messages;
    for id in plan.ids() {
        tally.counts[usize::from(id.0)].reached = messages;
    }
    tally
}

/// Counts `places` passed places of a rule, one in each message, and that they exercised its integrations.
pub(crate) fn pass(plan: &Plan, tally: &mut Tally, code: &str, places: u64) {
    let id = rule(plan, code);
    let counts = &mut tally.counts[usize::from(id.0)];
    counts.applicable += places;
    counts.messages += places;
    let planned = &plan.rules[usize::from(id.0)];
    for (at, shown) in tally.shown.iter_mut().enumerate() {
        if (planned.blocks | planned.degrades) & (1 << at) != 0 {
            *shown = (*shown).max(places);
        }
    }
}

/// Counts a finding of a rule in message 1 of `artifact`.
pub(crate) fn find(plan: &Plan, tally: &mut Tally, code: &str, outcome: Outcome, artifact: &str, path: &str) {
    let id = rule(plan, code);
    let counts = &mut tally.counts[usize::from(id.0)];
    counts.applicable += 1;
    counts.messages += 1;
    match outcome {
        Outcome::CannotTell => counts.cannot_tell += 1,
        _ => counts.failed += 1,
    }
    let at = place(artifact, 1, 0, path);
    let key = GroupKey { rule: id, outcome, path: at.path.general(), message: format!("it is {code}").into() };
    tally.find(key, at, Located::default);
}

pub(crate) fn rule(plan: &Plan, code: &str) -> RuleId {
    plan.find(code).expect("a rule of the plan")
}

pub(crate) fn artifact(id: &str) -> ArtifactRecord {
    ArtifactRecord {
        id: id.into(),
        origin: "file".into(),
        kind: "HL7 v2.4 ADT^A01".into(),
        messages: 1,
        bytes: 9,
        sha256: "0".repeat(64),
        state: ArtifactState::Checked,
        because: None,
    }
}

/// A run of `tally` over the artifacts `a.hl7` and `b.hl7` on 22 November 2026.
pub(crate) fn run(plan: &Plan, tally: Tally) -> Run<'_> {
    Run {
        plan,
        tally,
        artifacts: vec![artifact("b.hl7"), artifact("a.hl7")],
        incomplete_because: Vec::new(),
        as_of: day("2026-11-22"),
        scope: Scope::default(),
        waivers: Vec::new(),
        baseline: None,
        sealed: None,
        packages: Vec::new(),
        terminology: None,
        contains_patient_data: false,
    }
}

/// The words of the verdicts, in catalogue order.
pub(crate) fn words(judgement: &Judgement<'_>) -> Vec<&'static str> {
    judgement.verdicts.iter().map(|verdict| verdict.decision.as_str()).collect()
}

/// The judgement of a run with nothing special about it.
pub(crate) fn judged(plan: &Plan, tally: Tally) -> Judgement<'_> {
    judge(run(plan, tally))
}
