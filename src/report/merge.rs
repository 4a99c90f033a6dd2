//! Partial reports → one, byte for byte the report of a single run over the same files.
//!
//! In: reports read back, and the plan they were made by. Out: one report. It adds tallies up and judges again; it
//! takes over no verdict, waiver match, known finding or fingerprint from a part.
//!
//! Findings of rules across messages cannot be added up: two parts may each hold half of a pair. They are dropped, and
//! the caller finds them anew from the facts that the parts carry sealed.

use super::build;
use super::model::{self, Report};
use super::read::outcome;
use crate::check::{Counts, Excerpt, Group, GroupKey, Located, Place, Plan, Related, Tally};
use crate::instance::Path;
use crate::judge::{
    self, ArtifactRecord, ArtifactState, Baseline, Judgement, PackageUse, Run, Scope, TerminologyUse, Waiver,
};
use crate::span::Position;
use crate::standard::{Day, Test};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// A partial report, and what the user calls it.
#[derive(Clone, Debug)]
pub struct Part {
    /// The file it came from.
    pub name: String,
    /// The report.
    pub report: Report,
}

/// Why reports cannot be made one.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// No report was given.
    #[error("there is nothing to merge: name at least one report")]
    Nothing,
    /// Two reports, or a report and this program, differ in something that must be the same.
    #[error("{name} has {what} {found}, but {other} has {expected}; make both reports the same way")]
    Differs {
        /// The report.
        name: String,
        /// What it is compared with.
        other: String,
        /// What differs.
        what: &'static str,
        /// What the report has.
        found: String,
        /// What it should have.
        expected: String,
    },
    /// Two parts were given different waivers.
    #[error("{name} and {other} were given different waivers; give every part the same waiver file")]
    Waivers {
        /// One report.
        name: String,
        /// The other.
        other: String,
    },
    /// The same artifact in two parts.
    #[error("{name} and {other} both hold {artifact}; give each file to one part only")]
    Twice {
        /// One report.
        name: String,
        /// The other.
        other: String,
        /// The artifact.
        artifact: String,
    },
    /// A part was judged against a baseline and the merge is not.
    #[error("{0} was judged against a baseline; give the same --baseline to the merge")]
    NoBaseline(String),
    /// A part says something that no run says.
    #[error("{name} is damaged or was edited: {what}")]
    Damaged {
        /// The report.
        name: String,
        /// What is wrong with it.
        what: String,
    },
    /// The facts across messages could not be joined.
    #[error("the facts across messages cannot be joined: {0}")]
    Across(String),
}

/// What the caller found across messages, from the sealed facts of all parts.
#[derive(Clone, Debug, Default)]
pub struct Across {
    /// Counts and groups of rules across messages, all of it: of the parts nothing of them is kept.
    pub tally: Tally,
    /// The joined facts, sealed again.
    pub sealed: Option<String>,
    /// Why these rules could not be decided, when they could not: the merged report is then partial.
    pub incomplete_because: Option<String>,
}

/// Makes one report of `parts`. `across` is given the sealed facts of each part, in order.
///
/// # Errors
/// When the parts were not made alike, hold the same artifact, or are damaged.
pub fn merge(
    parts: &[Part],
    plan: &Plan,
    baseline: Option<Baseline>,
    across: impl FnOnce(&[Option<&str>]) -> Result<Across, String>,
) -> Result<Report, MergeError> {
    judge_parts(parts, plan, baseline, across).map(|judgement| build(&judgement))
}

/// The judgement behind [`merge`], for who needs the exit code too.
///
/// # Errors
/// As [`merge`].
pub fn judge_parts<'p>(
    parts: &[Part],
    plan: &'p Plan,
    baseline: Option<Baseline>,
    across: impl FnOnce(&[Option<&str>]) -> Result<Across, String>,
) -> Result<Judgement<'p>, MergeError> {
    let first = parts.first().ok_or(MergeError::Nothing)?;
    alike(parts, plan)?;
    if let Some(part) = parts.iter().find(|part| part.report.counts.known > 0 && baseline.is_none()) {
        return Err(MergeError::NoBaseline(part.name.clone()));
    }
    let damaged = |part: &Part, what: &str| MergeError::Damaged { name: part.name.clone(), what: what.to_owned() };
    let mut run = Run {
        plan,
        tally: Tally::new(plan.rules.len(), plan.catalogue.integrations.len()),
        artifacts: Vec::new(),
        incomplete_because: Vec::new(),
        as_of: Day::parse(&first.report.as_of).ok_or_else(|| damaged(first, "as_of is no date"))?,
        scope: Scope {
            integrations: first.report.scope.integrations.clone(),
            standards: first.report.scope.standards.clone(),
        },
        waivers: waivers(&first.report).ok_or_else(|| damaged(first, "a waiver expires on no date"))?,
        baseline,
        sealed: None,
        packages: first.report.packages.iter().map(package).collect(),
        terminology: None,
        contains_patient_data: parts.iter().any(|part| part.report.contains_patient_data),
    };
    let mut holds: BTreeMap<&str, &Part> = BTreeMap::new();
    for part in parts {
        for artifact in &part.report.artifacts {
            if let Some(other) = holds.insert(&artifact.id, part) {
                let (name, other) = (part.name.clone(), other.name.clone());
                return Err(MergeError::Twice { name, other, artifact: artifact.id.clone() });
            }
            run.artifacts.push(record(artifact).ok_or_else(|| damaged(part, "an artifact has an unknown state"))?);
        }
        run.incomplete_because.extend(part.report.incomplete_because.iter().cloned());
        if let Some(used) = &part.report.terminology {
            let sum = run.terminology.get_or_insert_with(TerminologyUse::default);
            sum.server.clone_from(&used.server);
            sum.answered_by_server += used.answered_by_server;
            sum.answered_by_cache += used.answered_by_cache;
            sum.unanswered += used.unanswered;
        }
        let tally = tally(&part.report, plan).map_err(|what| damaged(part, &what))?;
        run.tally.merge(tally);
    }
    let sealed: Vec<Option<&str>> = parts.iter().map(|part| part.report.sealed.as_deref()).collect();
    let found = across(&sealed).map_err(MergeError::Across)?;
    run.tally.merge(found.tally);
    run.sealed = found.sealed;
    run.incomplete_because.extend(found.incomplete_because);
    Ok(judge::judge(run))
}

/// Whether all parts were made alike, by this program and these packs.
fn alike(parts: &[Part], plan: &Plan) -> Result<(), MergeError> {
    let first = &parts[0];
    for part in parts {
        let (one, other) = (&part.report, &first.report);
        let differs = |other: &str, what, found: String, expected: String| match found == expected {
            true => Ok(()),
            false => {
                Err(MergeError::Differs { name: part.name.clone(), other: other.to_owned(), what, found, expected })
            }
        };
        let here =
            |what, found: &str, expected: &str| differs("this program", what, found.to_owned(), expected.to_owned());
        let there = |what, found, expected| differs(&first.name, what, found, expected);
        here("form", &one.format, model::FORMAT)?;
        here("tool version", &one.tool.version, env!("CARGO_PKG_VERSION"))?;
        there("the day", one.as_of.clone(), other.as_of.clone())?;
        there("the integrations", ids(&one.scope.integrations), ids(&other.scope.integrations))?;
        there("the chosen standards", ids(&one.scope.standards), ids(&other.scope.standards))?;
        let theirs: Vec<(&str, &str)> = one.standards.iter().map(|s| (s.id.as_str(), s.digest.as_str())).collect();
        let ours: Vec<(&str, &str)> = plan.catalogue.packs.iter().map(|p| (p.id.as_str(), p.digest.as_str())).collect();
        let odd = |of: &[(&str, &str)], with: &[(&str, &str)]| {
            let odd: Vec<String> =
                of.iter().filter(|pack| !with.contains(pack)).map(|(id, digest)| named(id, digest)).collect();
            if odd.is_empty() { "no others".to_owned() } else { odd.join(", ") }
        };
        here("the standards", &odd(&theirs, &ours), &odd(&ours, &theirs))?;
        there("the packages", packages(one), packages(other))?;
        there("the terminology server", server(one), server(other))?;
        if waivers(one) != waivers(other) {
            return Err(MergeError::Waivers { name: part.name.clone(), other: first.name.clone() });
        }
    }
    Ok(())
}

fn packages(report: &Report) -> String {
    let name = |package: &model::Package| {
        let digest = package.sha256.as_deref().unwrap_or("no digest");
        named(&format!("{}@{}", package.name, package.version), digest)
    };
    match report.packages.as_slice() {
        [] => "none".to_owned(),
        packages => packages.iter().map(name).collect::<Vec<_>>().join(", "),
    }
}

fn server(report: &Report) -> String {
    report.terminology.as_ref().map_or_else(|| "none".to_owned(), |used| used.server.clone())
}

fn package(package: &model::Package) -> PackageUse {
    PackageUse { name: package.name.clone(), version: package.version.clone(), sha256: package.sha256.clone() }
}

fn ids(ids: &[String]) -> String {
    if ids.is_empty() { "all".to_owned() } else { ids.join(", ") }
}

/// A pack and the start of its digest.
fn named(id: &str, digest: &str) -> String {
    format!("{id} ({})", digest.get(..12).unwrap_or(digest))
}

/// The waivers of a report; nothing when one expires on no date.
fn waivers(report: &Report) -> Option<Vec<Waiver>> {
    let waiver = |waiver: &model::Waiver| {
        Some(Waiver {
            rule: waiver.rule.clone(),
            artifact: waiver.artifact.clone(),
            path: waiver.path.clone(),
            reason: waiver.reason.clone(),
            owner: waiver.owner.clone(),
            approved_by: waiver.approved_by.clone(),
            expires: Day::parse(&waiver.expires)?,
            file: waiver.file.clone(),
            line: waiver.line,
        })
    };
    report.waivers.iter().map(waiver).collect()
}

fn record(artifact: &model::Artifact) -> Option<ArtifactRecord> {
    let states = [ArtifactState::Checked, ArtifactState::Partly, ArtifactState::NotChecked];
    Some(ArtifactRecord {
        id: artifact.id.clone(),
        origin: artifact.origin.clone(),
        kind: artifact.kind.clone(),
        messages: artifact.messages,
        bytes: artifact.bytes,
        sha256: artifact.sha256.clone(),
        state: states.into_iter().find(|state| state.as_str() == artifact.state)?,
        because: artifact.because.clone(),
    })
}

/// The tally behind a report, without what rules across messages added to it.
fn tally(report: &Report, plan: &Plan) -> Result<Tally, String> {
    let mut tally = Tally::new(plan.rules.len(), plan.catalogue.integrations.len());
    tally.messages = report.counts.messages;
    for verdict in &report.verdicts {
        let at = plan.catalogue.integrations.iter().position(|known| known.id == verdict.integration);
        let at = at.ok_or("a verdict is about no integration of these standards")?;
        tally.shown[at] = verdict.shown_by;
    }
    let across = |id| matches!(plan.rule(id).test(), Ok(Test::Across(_)));
    for rule in &report.rules {
        let id = plan.find(&rule.code).ok_or("it counts a rule that these standards do not have")?;
        let counts = &mut tally.counts[usize::from(id.0)];
        // Which messages a rule speaks of adds up; what it says across them does not.
        counts.reached = rule.reached;
        if !across(id) {
            *counts = Counts {
                applicable: rule.applicable,
                failed: rule.failed,
                cannot_tell: rule.cannot_tell,
                messages: rule.messages,
                ..*counts
            };
        }
    }
    let mut general: FxHashMap<(&str, &str, &str), &str> = FxHashMap::default();
    for group in &report.groups {
        let key = key(&group.rule, &group.outcome, &group.path, &group.message, plan)?;
        general.insert((&group.fingerprint, &group.outcome, &group.rule), &group.path);
        if !across(key.rule) {
            tally.groups.insert(key, Group { count: group.count, ..Group::default() });
        }
    }
    for finding in &report.findings {
        let path = general.get(&(finding.group.as_str(), finding.outcome.as_str(), finding.rule.as_str()));
        let path = path.ok_or("a finding is of no group")?;
        let key = key(&finding.rule, &finding.outcome, path, &finding.message, plan)?;
        if across(key.rule) {
            continue;
        }
        let place = Place {
            artifact: finding.artifact.as_str().into(),
            item: finding.item,
            offset: finding.offset,
            path: Path::parse(&finding.path, path),
        };
        tally.groups.get_mut(&key).ok_or("a finding is of no group")?.keep(place, located(finding));
    }
    Ok(tally)
}

fn key(rule: &str, outcome_said: &str, path: &str, message: &str, plan: &Plan) -> Result<GroupKey, String> {
    Ok(GroupKey {
        rule: plan.find(rule).ok_or("a finding is of a rule that these standards do not have")?,
        outcome: outcome(outcome_said).ok_or("a finding neither failed nor is undecided")?,
        path: path.to_owned(),
        message: message.to_owned().into(),
    })
}

fn located(finding: &model::Finding) -> Located {
    let related = |related: &model::Related| Related {
        artifact: related.artifact.as_str().into(),
        item: related.item,
        line: related.line,
        what: related.what.clone(),
    };
    Located {
        position: Position { line: finding.line, column: finding.column },
        length: finding.length,
        related: finding.related.iter().map(related).collect(),
        excerpt: finding.excerpt.as_ref().map(|excerpt| Excerpt {
            text: excerpt.text.clone(),
            from: excerpt.from,
            columns: excerpt.columns,
        }),
        definition: finding.definition.as_deref().map(Into::into),
    }
}

#[cfg(test)]
mod tests;
