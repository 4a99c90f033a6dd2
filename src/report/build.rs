//! The judgement, spelt out as a report.
//!
//! In: a [`Judgement`]. Out: the [`Report`]. It decides nothing: names, reasons and sources are looked up in the packs.

use super::model::{
    Artifact, Because, Counts, Date, Excerpt, FORMAT, Finding, Group, Impact, Package, Related, Report, Requirement,
    Rule, Scope, Source, Standard, Terminology, Tool, Verdict, Waiver,
};
use crate::check::Plan;
use crate::judge::{self, Judgement, State};
use crate::standard::{Effect, Origin, Outcome};

/// The report of a judgement.
pub fn build(judgement: &Judgement<'_>) -> Report {
    let catalogue = &judgement.plan.catalogue;
    let build = Build { judgement, plan: judgement.plan };
    Report {
        format: FORMAT.to_owned(),
        tool: Tool { name: "hallmark".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        complete: judgement.incomplete_because.is_empty(),
        incomplete_because: judgement.incomplete_because.clone(),
        contains_patient_data: judgement.contains_patient_data,
        as_of: judgement.as_of.to_string(),
        scope: Scope {
            integrations: judgement.scope.integrations.clone(),
            standards: judgement.scope.standards.clone(),
        },
        counts: build.counts(),
        verdicts: judgement.verdicts.iter().map(|verdict| build.verdict(verdict)).collect(),
        calendar: judgement.calendar.iter().map(|date| build.date(date)).collect(),
        requirements: judgement.requirements.iter().map(|requirement| build.requirement(requirement)).collect(),
        rules: judgement.plan.ids().zip(&judgement.rules).map(|(id, rule)| build.rule(id, rule)).collect(),
        groups: judgement.groups.iter().map(|group| build.group(group)).collect(),
        findings: judgement.findings.iter().map(|finding| build.finding(finding)).collect(),
        waivers: judgement.waivers.iter().map(waiver).collect(),
        standards: catalogue.packs.iter().map(|pack| build.standard(pack)).collect(),
        packages: judgement.packages.iter().map(package).collect(),
        terminology: judgement.terminology.as_ref().map(terminology),
        artifacts: judgement.artifacts.iter().map(artifact).collect(),
        sealed: judgement.sealed.clone(),
    }
}

fn package(package: &judge::PackageUse) -> Package {
    Package { name: package.name.clone(), version: package.version.clone(), sha256: package.sha256.clone() }
}

fn terminology(used: &judge::TerminologyUse) -> Terminology {
    Terminology {
        server: used.server.clone(),
        answered_by_server: used.answered_by_server,
        answered_by_cache: used.answered_by_cache,
        unanswered: used.unanswered,
    }
}

struct Build<'j> {
    judgement: &'j Judgement<'j>,
    plan: &'j Plan,
}

impl Build<'_> {
    fn counts(&self) -> Counts {
        let totals = self.judgement.totals;
        let artifacts = &self.judgement.artifacts;
        let not_checked = artifacts.iter().filter(|artifact| artifact.state == judge::ArtifactState::NotChecked);
        Counts {
            artifacts: artifacts.len() as u64,
            artifacts_not_checked: not_checked.count() as u64,
            messages: totals.messages,
            findings: totals.findings,
            waived: totals.waived,
            known: totals.known,
            blocking: totals.blocking,
            fatal: totals.fatal,
            error: totals.error,
            warning: totals.warning,
            information: totals.information,
        }
    }

    fn verdict(&self, verdict: &judge::Verdict) -> Verdict {
        let integration = &self.plan.catalogue.integrations[verdict.integration];
        let because = |because: &judge::Because| Because {
            outcome: because.outcome.as_str().to_owned(),
            effect: because.effect.as_str().to_owned(),
            rule: because.rule.map(|id| self.plan.rule(id).code.clone()).unwrap_or_default(),
            requirements: because.requirements.clone(),
            count: because.count,
            reason: because.reason.clone(),
        };
        Verdict {
            integration: integration.id.clone(),
            name: integration.name.clone(),
            verdict: verdict.decision.as_str().to_owned(),
            summary: verdict.summary.clone(),
            shown_by: verdict.shown_by,
            because: verdict.because.iter().map(because).collect(),
            more: verdict.more,
            dates: verdict.dates.clone(),
        }
    }

    fn date(&self, judged: &judge::JudgedDate) -> Date {
        let pack = &self.plan.catalogue.packs[judged.pack];
        let date = &pack.dates[judged.date];
        Date {
            date: date.date.to_string(),
            standard: pack.id.clone(),
            event: date.event.clone(),
            what: date.what.clone(),
            integrations: judged.integrations.clone(),
            source: match date.source.section.as_str() {
                "" => date.source.title.clone(),
                section => format!("{}, {section}", date.source.title),
            },
            verified: date.source.verified,
            seen: judged.seen.to_owned(),
        }
    }

    fn requirement(&self, judged: &judge::JudgedRequirement) -> Requirement {
        let pack = &self.plan.catalogue.packs[judged.pack];
        let requirement = &pack.requirements[judged.index];
        Requirement {
            id: requirement.id.clone(),
            standard: pack.id.clone(),
            section: requirement.section.clone(),
            verb: requirement.verb.clone(),
            statement: requirement.statement.clone(),
            outcome: judged.outcome.as_str().to_owned(),
            applicable: judged.counts.applicable,
            passed: judged.counts.passed(),
            failed: judged.counts.failed,
            cannot_tell: judged.counts.cannot_tell,
            rules: judged.rules.iter().map(|id| self.plan.rule(*id).code.clone()).collect(),
            why_not_tested: judged.why_not_tested.clone(),
        }
    }

    fn rule(&self, id: crate::check::RuleId, judged: &judge::JudgedRule) -> Rule {
        let rule = self.plan.rule(id);
        let pack = &self.plan.catalogue.packs[self.plan.rules[usize::from(id.0)].pack];
        let counts = judged.counts;
        Rule {
            code: rule.code.clone(),
            name: rule.name.clone(),
            standard: pack.id.clone(),
            severity: judged.severity.as_str().to_owned(),
            outcome: judged.outcome.as_str().to_owned(),
            applicable: counts.applicable,
            passed: counts.passed(),
            failed: counts.failed,
            cannot_tell: counts.cannot_tell,
            messages: counts.messages,
            reached: counts.reached,
            requirements: rule.requirement.clone(),
            impact: self.impact(&judge::outcome::impact(self.plan, id, judged.phase, Outcome::Failed)),
            why: rule.why.clone(),
            fix: rule.fix.clone(),
            source: source(&rule.source),
        }
    }

    fn impact(&self, impact: &[(usize, Effect)]) -> Vec<Impact> {
        let integrations = &self.plan.catalogue.integrations;
        let one = |(at, effect): &(usize, Effect)| Impact {
            integration: integrations[*at].id.clone(),
            effect: effect.as_str().to_owned(),
        };
        impact.iter().map(one).collect()
    }

    fn group(&self, group: &judge::JudgedGroup) -> Group {
        Group {
            rule: self.plan.rule(group.rule).code.clone(),
            outcome: group.outcome.as_str().to_owned(),
            severity: group.severity.as_str().to_owned(),
            path: group.path.clone(),
            message: group.message.clone(),
            count: group.count,
            shown: group.shown,
            waived: group.waived,
            known: group.known,
            impact: self.impact(&group.impact),
            fingerprint: group.fingerprint.clone(),
        }
    }

    fn finding(&self, finding: &judge::JudgedFinding) -> Finding {
        let group = &self.judgement.groups[finding.group];
        let rule = self.plan.rule(group.rule);
        let (place, located) = (&finding.place, &finding.located);
        let related = |related: &crate::check::Related| Related {
            artifact: related.artifact.to_string(),
            item: related.item,
            line: related.line,
            what: related.what.clone(),
        };
        let (state, waiver) = match finding.state {
            State::Current => ("current", None),
            State::Known => ("known", None),
            State::Waived(at) => ("waived", Some(self.judgement.waivers[at].waiver.named())),
        };
        Finding {
            rule: rule.code.clone(),
            severity: group.severity.as_str().to_owned(),
            outcome: group.outcome.as_str().to_owned(),
            impact: self.impact(&group.impact),
            artifact: place.artifact.to_string(),
            item: place.item,
            offset: place.offset,
            path: place.path.to_string(),
            line: located.position.line,
            column: located.position.column,
            length: located.length,
            message: group.message.clone(),
            why: rule.why.clone(),
            fix: rule.fix.clone(),
            source: source(&rule.source),
            definition: located.definition.as_deref().map(str::to_owned),
            fingerprint: finding.fingerprint.clone(),
            group: group.fingerprint.clone(),
            related: located.related.iter().map(related).collect(),
            excerpt: located.excerpt.as_ref().map(|excerpt| Excerpt {
                text: excerpt.text.clone(),
                from: excerpt.from,
                columns: excerpt.columns,
            }),
            state: state.to_owned(),
            waiver,
            when: self.judgement.rules[usize::from(group.rule.0)].when.clone(),
        }
    }

    fn standard(&self, pack: &crate::standard::Pack) -> Standard {
        Standard {
            id: pack.id.clone(),
            title: pack.title.clone(),
            publisher: pack.publisher.clone(),
            version: pack.version.clone(),
            status: pack.status_on(self.judgement.as_of).to_owned(),
            origin: match pack.origin {
                Origin::BuiltIn => "built in".to_owned(),
                Origin::User => "yours".to_owned(),
            },
            digest: pack.digest.clone(),
            rules: pack.rules.len() as u64,
            requirements: pack.requirements.len() as u64,
        }
    }
}

fn source(source: &crate::standard::Source) -> Source {
    Source {
        title: source.title.clone(),
        section: source.section.clone(),
        url: source.url.clone(),
        verified: source.verified,
    }
}

fn waiver(judged: &judge::JudgedWaiver) -> Waiver {
    let waiver = &judged.waiver;
    Waiver {
        rule: waiver.rule.clone(),
        artifact: waiver.artifact.clone(),
        path: waiver.path.clone(),
        reason: waiver.reason.clone(),
        owner: waiver.owner.clone(),
        approved_by: waiver.approved_by.clone(),
        expires: waiver.expires.to_string(),
        matched: judged.matched,
        state: judged.state.as_str().to_owned(),
        file: waiver.file.clone(),
        line: waiver.line,
    }
}

fn artifact(artifact: &judge::ArtifactRecord) -> Artifact {
    Artifact {
        id: artifact.id.clone(),
        origin: artifact.origin.clone(),
        kind: artifact.kind.clone(),
        messages: artifact.messages,
        bytes: artifact.bytes,
        sha256: artifact.sha256.clone(),
        state: artifact.state.as_str().to_owned(),
        because: artifact.because.clone(),
    }
}
