//! The part of SARIF 2.1.0 that Hallmark writes, as serde structs; section numbers are those of the OASIS standard.

use serde::Serialize;

/// 3.13.
#[derive(Serialize)]
pub(super) struct Log<'r> {
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    pub version: &'static str,
    pub runs: [Run<'r>; 1],
}

/// 3.14.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run<'r> {
    pub tool: Tool<'r>,
    pub invocations: [Invocation; 1],
    pub original_uri_base_ids: Bases,
    pub artifacts: Vec<Artifact>,
    pub results: Vec<Result<'r>>,
    pub column_kind: &'static str,
    pub properties: RunFacts<'r>,
}

/// Where relative references start: the folder the run was started in, whose name is nobody's business.
#[derive(Serialize)]
pub(super) struct Bases {
    #[serde(rename = "%SRCROOT%")]
    pub root: Base,
}

/// 3.4, as an entry of 3.14.14: a description without a URI.
#[derive(Serialize)]
pub(super) struct Base {
    pub description: Text,
}

/// 3.18.
#[derive(Serialize)]
pub(super) struct Tool<'r> {
    pub driver: Driver<'r>,
}

/// 3.19.
#[derive(Serialize)]
pub(super) struct Driver<'r> {
    pub name: &'r str,
    pub version: &'r str,
    pub rules: Vec<Descriptor<'r>>,
}

/// 3.49.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor<'r> {
    pub id: &'r str,
    pub name: &'r str,
    pub short_description: Text,
    pub full_description: Text,
    pub help: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help_uri: Option<&'r str>,
    pub default_configuration: Configuration,
    pub properties: RuleFacts<'r>,
}

/// 3.50.
#[derive(Serialize)]
pub(super) struct Configuration {
    pub level: &'static str,
}

/// 3.11 and 3.12.
#[derive(Serialize)]
pub(super) struct Text {
    pub text: String,
}

/// 3.20.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    pub execution_successful: bool,
    pub tool_execution_notifications: Vec<Notification>,
}

/// 3.58.
#[derive(Serialize)]
pub(super) struct Notification {
    pub level: &'static str,
    pub message: Text,
}

/// 3.24.
#[derive(Serialize)]
pub(super) struct Artifact {
    pub location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hashes: Option<Hashes>,
    pub length: u64,
}

/// 3.24.11.
#[derive(Serialize)]
pub(super) struct Hashes {
    #[serde(rename = "sha-256")]
    pub sha256: String,
}

/// 3.4.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactLocation {
    pub uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri_base_id: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
}

/// 3.27.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Result<'r> {
    pub rule_id: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_index: Option<usize>,
    pub kind: &'static str,
    pub level: &'static str,
    pub message: Text,
    pub locations: Vec<Location<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_locations: Vec<Location<'r>>,
    pub partial_fingerprints: Fingerprints<'r>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppressions: Vec<Suppression>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline_state: Option<&'static str>,
    pub properties: ResultFacts<'r>,
}

/// 3.27.17.
#[derive(Serialize)]
pub(super) struct Fingerprints<'r> {
    #[serde(rename = "hallmark/v1")]
    pub fingerprint: &'r str,
}

/// 3.28.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub physical_location: Option<PhysicalLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub logical_locations: Vec<LogicalLocation<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Text>,
}

/// 3.29.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLocation {
    pub artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
}

/// 3.30. Columns are code points (3.14.17).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub start_line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_column: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_column: Option<u64>,
}

/// 3.33.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogicalLocation<'r> {
    pub fully_qualified_name: &'r str,
}

/// 3.35.
#[derive(Serialize)]
pub(super) struct Suppression {
    pub kind: &'static str,
    pub status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub justification: Option<String>,
}

/// Property bag of the run (3.8).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunFacts<'r> {
    pub as_of: &'r str,
    pub contains_patient_data: bool,
    pub verdicts: Vec<Verdict<'r>>,
    pub counts: &'r crate::report::model::Counts,
}

/// One verdict, in the property bag of the run.
#[derive(Serialize)]
pub(super) struct Verdict<'r> {
    pub integration: &'r str,
    pub verdict: &'r str,
    pub summary: &'r str,
}

/// Property bag of a rule.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleFacts<'r> {
    pub standard: &'r str,
    pub requirements: &'r [String],
    pub impact: &'r [crate::report::model::Impact],
    pub outcome: &'r str,
    pub applicable: u64,
    pub passed: u64,
    pub failed: u64,
    pub cannot_tell: u64,
    pub source_verified: bool,
}

/// Property bag of a result.
#[derive(Serialize)]
pub(super) struct ResultFacts<'r> {
    pub item: u64,
    pub impact: &'r [crate::report::model::Impact],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<&'r str>,
}
