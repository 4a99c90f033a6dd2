//! Bytes → report: an earlier JSON report read back, for a baseline or a merge.
//!
//! In: a reader. Out: a [`Report`], or an error that says what the file is not. Never the file's own text: a report
//! made with `--show-values` holds patient data.

use super::model::{FORMAT, Report};
use crate::judge::Baseline;
use crate::standard::Outcome;
use std::io::{self, Read};

/// Largest report that is read: a hundred places of a hundred thousand causes take less.
pub const MAX_REPORT: u64 = 512 * 1024 * 1024;
/// Largest count in a report: so many that no run reaches it, so few that sums of counts cannot overflow.
pub const MAX_COUNT: u64 = 1 << 48;

/// Why a file is not a report that this version reads.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system refused.
    #[error("the report cannot be read: {0}")]
    Io(#[from] io::Error),
    /// Larger than [`MAX_REPORT`].
    #[error("the file is larger than a report may be ({} MB)", MAX_REPORT / 1024 / 1024)]
    TooLarge,
    /// Not JSON, or JSON that ends early.
    #[error("the file is not JSON (line {line}, column {column}); give the report that `--save report.json` wrote")]
    NotJson {
        /// One-based line.
        line: usize,
        /// One-based column.
        column: usize,
    },
    /// JSON, but no report.
    #[error(
        "the file is not a Hallmark report (line {line}, column {column}); give the one that `--save report.json` wrote"
    )]
    NotAReport {
        /// One-based line where it stops being one; zero where that is not known.
        line: usize,
        /// One-based column.
        column: usize,
    },
    /// A report in another version of the form.
    #[error("the report is in form {found}, and this version reads {FORMAT}; make the report again with this version")]
    Format {
        /// Its version, digits and stops only.
        found: String,
    },
    /// A number that no run gives.
    #[error("the report holds a count that no run gives; it was damaged or edited")]
    Count,
}

/// Reads a report.
///
/// # Errors
/// When it is not one, is too large, or has another format version.
pub fn read(from: impl Read) -> Result<Report, ReadError> {
    let mut bytes = Vec::new();
    from.take(MAX_REPORT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_REPORT {
        return Err(ReadError::TooLarge);
    }
    let report: Report = match serde_json::from_slice(&bytes) {
        Ok(report) => report,
        Err(error) if matches!(error.classify(), serde_json::error::Category::Data) => {
            // Perhaps a report of another version, which is worth saying.
            return Err(match version(&bytes) {
                Some(found) if found != FORMAT => ReadError::Format { found },
                _ => ReadError::NotAReport { line: error.line(), column: error.column() },
            });
        }
        Err(error) => return Err(ReadError::NotJson { line: error.line(), column: error.column() }),
    };
    if report.format != FORMAT {
        return Err(
            version(&bytes).map_or(ReadError::NotAReport { line: 0, column: 0 }, |found| ReadError::Format { found })
        );
    }
    if counts(&report).any(|count| count > MAX_COUNT) {
        return Err(ReadError::Count);
    }
    Ok(report)
}

/// The baseline that a report makes.
pub fn baseline(report: &Report) -> Baseline {
    let mut baseline = Baseline::default();
    for finding in &report.findings {
        baseline.add_finding(&finding.fingerprint);
    }
    for group in &report.groups {
        if let Some(outcome) = outcome(&group.outcome) {
            baseline.add_group(&group.fingerprint, outcome, group.count, group.shown);
        }
    }
    baseline
}

/// The outcome of a finding or group, read back.
pub(super) fn outcome(text: &str) -> Option<Outcome> {
    [Outcome::Failed, Outcome::CannotTell].into_iter().find(|outcome| outcome.as_str() == text)
}

/// The format version that a JSON file claims, when it looks like one.
fn version(bytes: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Claim {
        format: String,
    }
    let claim: Claim = serde_json::from_slice(bytes).ok()?;
    let sound = claim.format.len() <= 12 && claim.format.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (sound && !claim.format.is_empty()).then_some(claim.format)
}

/// Every count that is added to another.
fn counts(report: &Report) -> impl Iterator<Item = u64> + '_ {
    let rules =
        report.rules.iter().flat_map(|r| [r.applicable, r.passed, r.failed, r.cannot_tell, r.messages, r.reached]);
    let groups = report.groups.iter().flat_map(|g| [g.count, g.shown, g.waived, g.known]);
    let verdicts = report.verdicts.iter().map(|verdict| verdict.shown_by);
    let artifacts = report.artifacts.iter().flat_map(|a| [a.messages, a.bytes]);
    rules.chain(groups).chain(verdicts).chain(artifacts).chain([report.counts.messages])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Renderer, json::Json, model};

    fn bytes(report: &Report) -> Vec<u8> {
        let mut out = Vec::new();
        Json.render(report, &mut out).unwrap();
        out
    }

    fn report() -> Report {
        Report { format: FORMAT.into(), ..Report::default() }
    }

    #[test]
    fn a_report_comes_back() {
        assert_eq!(read(bytes(&report()).as_slice()).unwrap(), report());
    }

    #[test]
    fn what_is_no_report_is_named_without_its_text() {
        let newer = Report { format: "2.0".into(), ..Report::default() };
        let mut edited = report();
        edited.rules.push(model::Rule { failed: u64::MAX, ..model::Rule::default() });
        let cases: [(Vec<u8>, &str); 7] = [
            (b"".to_vec(), "not JSON"),
            (b"MSH|^~\\&|SECRET".to_vec(), "not JSON"),
            (b"{\"format\": \"1.0\", \"tool\": \"SECRET\"}".to_vec(), "not a Hallmark report"),
            (b"[]".to_vec(), "not a Hallmark report"),
            (b"{\"format\": \"9.9\"}".to_vec(), "in form 9.9"),
            (bytes(&newer), "in form 2.0"),
            (bytes(&edited), "a count that no run gives"),
        ];
        for (bytes, says) in cases {
            let error = read(bytes.as_slice()).expect_err(says).to_string();
            assert!(error.contains(says) && !error.contains("SECRET"), "{error}");
        }
    }
}
