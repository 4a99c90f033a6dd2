//! The report as one JSON record per line, for streams and for tools that read line by line.
//!
//! In: a report. Out: a `run` line, then `artifact`, `finding`, `group`, `rule`, `requirement` and `verdict` lines, then
//! one `end` line with the SHA-256 of every byte before it: a file without a true `end` line was cut.

use super::escape::json::{Layout, write};
use super::{Renderer, hex, model};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io;

/// Writes one record per line.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ndjson;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Record<'r> {
    Run {
        format: &'r str,
        tool: &'r model::Tool,
        as_of: &'r str,
        scope: &'r model::Scope,
        contains_patient_data: bool,
        standards: &'r [model::Standard],
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        packages: &'r [model::Package],
        #[serde(skip_serializing_if = "Option::is_none")]
        terminology: Option<&'r model::Terminology>,
        calendar: &'r [model::Date],
        waivers: &'r [model::Waiver],
        #[serde(skip_serializing_if = "Option::is_none")]
        sealed: Option<&'r str>,
    },
    Artifact(&'r model::Artifact),
    Finding(&'r model::Finding),
    Group(&'r model::Group),
    Rule(&'r model::Rule),
    Requirement(&'r model::Requirement),
    Verdict(&'r model::Verdict),
    End {
        complete: bool,
        incomplete_because: &'r [String],
        counts: &'r model::Counts,
        sha256: &'r str,
    },
}

impl Renderer for Ndjson {
    fn render(&self, report: &model::Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut lines = Lines { out, digest: Sha256::new(), line: Vec::new() };
        lines.put(&Record::Run {
            format: &report.format,
            tool: &report.tool,
            as_of: &report.as_of,
            scope: &report.scope,
            contains_patient_data: report.contains_patient_data,
            standards: &report.standards,
            packages: &report.packages,
            terminology: report.terminology.as_ref(),
            calendar: &report.calendar,
            waivers: &report.waivers,
            sealed: report.sealed.as_deref(),
        })?;
        report.artifacts.iter().try_for_each(|artifact| lines.put(&Record::Artifact(artifact)))?;
        report.findings.iter().try_for_each(|finding| lines.put(&Record::Finding(finding)))?;
        report.groups.iter().try_for_each(|group| lines.put(&Record::Group(group)))?;
        report.rules.iter().try_for_each(|rule| lines.put(&Record::Rule(rule)))?;
        report.requirements.iter().try_for_each(|requirement| lines.put(&Record::Requirement(requirement)))?;
        report.verdicts.iter().try_for_each(|verdict| lines.put(&Record::Verdict(verdict)))?;
        let sha256 = hex(&lines.digest.clone().finalize());
        lines.put(&Record::End {
            complete: report.complete,
            incomplete_because: &report.incomplete_because,
            counts: &report.counts,
            sha256: &sha256,
        })
    }
}

/// The writer, with the digest of what went to it.
struct Lines<'w> {
    out: &'w mut dyn io::Write,
    digest: Sha256,
    line: Vec<u8>,
}

impl Lines<'_> {
    fn put(&mut self, record: &Record<'_>) -> io::Result<()> {
        self.line.clear();
        write(record, Layout::OneLine, &mut self.line)?;
        self.line.push(b'\n');
        self.digest.update(&self.line);
        self.out.write_all(&self.line)
    }
}
