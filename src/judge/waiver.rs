//! Waivers: gaps that somebody accepted, for a reason, until a day.
//!
//! In: a waiver file. Out: [`Waiver`]s, or the first mistake in the file with its place. A waiver hides nothing: what
//! it covers stays in the report and is named there, it lifts `blocked` to `at-risk` and never to `clear`, and when it
//! has run out or covers nothing it is a finding itself. It may cover a finding of any severity, fatal too: the
//! approver carries that risk, and the verdict says so.

use super::{ArtifactRecord, is_own};
use crate::check::{Group, GroupKey, Place, Plan, RuleId};
use crate::standard::Day;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

/// Most waivers in a file: far more than anybody can answer for.
const MAX_WAIVERS: usize = 10_000;
/// What an entry may hold; told with every mistake about it.
const ALLOWED: &str = "a waiver has rule, reason, owner, approved_by and expires, and may have artifact and path";

/// A gap that somebody accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// Rule code.
    pub rule: String,
    /// Pattern of artifact ids: `*` any text, `?` any character.
    pub artifact: String,
    /// `*`, or a path with or without indices; without them it covers every repetition.
    pub path: String,
    /// Why it was accepted.
    pub reason: String,
    /// Who owns the gap.
    pub owner: String,
    /// Who accepted it.
    pub approved_by: String,
    /// The last day it counts.
    pub expires: Day,
    /// The file it stands in, as the user named it.
    pub file: String,
    /// The line of that file where it starts, from one.
    pub line: u64,
}

/// A mistake in a waiver file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {message}")]
pub struct WaiverError {
    /// The file, as the user named it.
    pub file: String,
    /// Its text.
    pub text: String,
    /// Byte range in the text.
    pub at: Range<usize>,
    /// What is wrong, and what is allowed there.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WaiverFile {
    #[serde(default)]
    waiver: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: Spanned<String>,
    artifact: Option<Spanned<String>>,
    path: Option<Spanned<String>>,
    reason: Spanned<String>,
    owner: Spanned<String>,
    approved_by: Spanned<String>,
    expires: Spanned<String>,
}

/// Reads the waiver file called `file` with the text `text`.
///
/// # Errors
/// The first mistake, with its place and what is allowed there.
pub fn read(file: &str, text: &str) -> Result<Vec<Waiver>, WaiverError> {
    let wrong =
        |at: Range<usize>, message: String| WaiverError { file: file.to_owned(), text: text.to_owned(), at, message };
    let parsed: WaiverFile = toml::from_str(text)
        .map_err(|error| wrong(error.span().unwrap_or(0..0), format!("{}; {ALLOWED}", error.message().trim_end())))?;
    if parsed.waiver.len() > MAX_WAIVERS {
        return Err(wrong(
            0..0,
            format!("more than {MAX_WAIVERS} waivers: waive a rule or a path instead of each place"),
        ));
    }
    let mut waivers = Vec::new();
    for entry in parsed.waiver {
        let line = text[..entry.span().start.min(text.len())].matches('\n').count() as u64 + 1;
        let entry = entry.into_inner();
        let said = |name: &str, field: &Spanned<String>| match field.get_ref().trim() {
            "" => Err(wrong(field.span(), format!("{name} is empty; somebody has to say it"))),
            text => Ok(text.to_owned()),
        };
        let artifact = entry.artifact.as_ref().map_or(Ok("*".to_owned()), |field| {
            let pattern = said("artifact", field)?;
            let checked = glob::Pattern::new(&pattern);
            checked.map_err(|_| {
                wrong(field.span(), "artifact is no pattern: use * for any text, ? for any character".into())
            })?;
            Ok(pattern)
        })?;
        let expires = Day::parse(entry.expires.get_ref()).filter(|day| *day == day.first()).ok_or_else(|| {
            wrong(
                entry.expires.span(),
                "expires is not a day: write it as YYYY-MM-DD, the last day the waiver counts".into(),
            )
        })?;
        waivers.push(Waiver {
            rule: said("rule", &entry.rule)?,
            artifact,
            path: entry.path.as_ref().map_or(Ok("*".to_owned()), |field| said("path", field))?,
            reason: said("reason", &entry.reason)?,
            owner: said("owner", &entry.owner)?,
            approved_by: said("approved_by", &entry.approved_by)?,
            expires,
            file: file.to_owned(),
            line,
        });
    }
    Ok(waivers)
}

impl Waiver {
    /// Whether its last day is before `as_of`.
    pub fn is_expired(&self, as_of: Day) -> bool {
        self.expires < as_of
    }

    /// How a report names it beside what it covers.
    pub fn named(&self) -> String {
        format!("waived until {} (approved by {}): {}", self.expires, self.approved_by, self.reason)
    }
}

/// A waiver ready to be matched.
pub(super) struct Matcher<'w> {
    /// The waiver.
    pub(super) waiver: &'w Waiver,
    pattern: Option<glob::Pattern>,
    /// Whether its pattern covers every artifact of the run, listed in a finding or not.
    everywhere: bool,
}

impl<'w> Matcher<'w> {
    /// A matcher for a run over `artifacts`.
    pub(super) fn new<'a>(waiver: &'w Waiver, mut artifacts: impl Iterator<Item = &'a str>) -> Self {
        // A pattern that does not parse (a report was edited) stands for itself.
        let pattern = glob::Pattern::new(&waiver.artifact).ok();
        let mut matcher = Self { waiver, pattern, everywhere: false };
        matcher.everywhere = waiver.artifact == "*" || artifacts.all(|id| matcher.artifact(id));
        matcher
    }

    fn artifact(&self, id: &str) -> bool {
        self.pattern.as_ref().map_or(self.waiver.artifact == id, |pattern| pattern.matches(id))
    }

    /// Whether it covers every finding of a group of its rule at the general path `path`, listed or not.
    pub(super) fn covers_group(&self, path: &str) -> bool {
        self.everywhere && (self.waiver.path == "*" || self.waiver.path == path)
    }

    /// Whether it covers the finding of its rule at `place`.
    pub(super) fn covers(&self, place: &Place, general: &str) -> bool {
        let path = &self.waiver.path;
        (path == "*" || path == general || *path == place.path.to_string()) && self.artifact(&place.artifact)
    }
}

/// The active waivers of a run, by the rule they waive.
pub(super) struct Matchers<'w>(FxHashMap<&'w str, Vec<(usize, Matcher<'w>)>>);

impl<'w> Matchers<'w> {
    /// Matchers for those of `waivers` that have not run out, in a run over `artifacts`.
    pub(super) fn new(waivers: &'w [Waiver], as_of: Day, artifacts: &[ArtifactRecord]) -> Self {
        let mut by_rule: FxHashMap<&str, Vec<_>> = FxHashMap::default();
        for (at, waiver) in waivers.iter().enumerate().filter(|(_, waiver)| !waiver.is_expired(as_of)) {
            let ids = artifacts.iter().map(|artifact| artifact.id.as_str());
            by_rule.entry(&waiver.rule).or_default().push((at, Matcher::new(waiver, ids)));
        }
        Self(by_rule)
    }

    /// Those of `rule`, with their index in the file; none for a rule of the judge's own, which cannot be waived.
    pub(super) fn of(&self, plan: &Plan, rule: RuleId) -> &[(usize, Matcher<'w>)] {
        match is_own(plan, rule) {
            true => &[],
            false => self.0.get(plan.rules[usize::from(rule.0)].code.as_str()).map_or(&[], Vec::as_slice),
        }
    }

    /// How many of the findings in `groups` each of `all` waivers covers, listed or not.
    pub(super) fn matched<'g>(
        &self,
        plan: &Plan,
        all: usize,
        groups: impl Iterator<Item = (&'g GroupKey, &'g Group)>,
    ) -> Vec<u64> {
        let mut matched = vec![0; all];
        for (key, group) in groups {
            for (at, matcher) in self.of(plan, key.rule) {
                let listed = || group.first.keys().filter(|place| matcher.covers(place, &key.path)).count() as u64;
                matched[*at] += if matcher.covers_group(&key.path) { group.count } else { listed() };
            }
        }
        matched
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{day, place};
    use super::*;

    const WHOLE: &str = r#"
[[waiver]]
rule = "PAS-11"
artifact = "feed/*.hl7"
path = "PID-3.1"
reason = "supplier releases a fix in May"
owner = "PAS team"
approved_by = "A. Approver"
expires = "2026-05-31"
"#;

    #[test]
    fn a_file_is_read_with_its_lines() {
        let two = format!("# ours\n{WHOLE}{}", WHOLE.replace("artifact = \"feed/*.hl7\"\npath = \"PID-3.1\"\n", ""));
        let waivers = read("w.toml", &two).expect("a sound file");
        assert_eq!(waivers.iter().map(|w| w.line).collect::<Vec<_>>(), [3, 12]);
        assert_eq!((waivers[1].artifact.as_str(), waivers[1].path.as_str()), ("*", "*"));
        assert_eq!(waivers[0].expires.to_string(), "2026-05-31");
        assert_eq!(read("w.toml", "").expect("no waivers"), []);
    }

    #[test]
    fn a_mistake_is_shown_where_it_is_with_what_is_allowed() {
        for (from, to, at, says) in [
            ("reason", "raeson", "raeson", "approved_by and expires"),
            ("owner = \"PAS team\"\n", "", "[[waiver]]", "approved_by and expires"),
            ("\"PAS team\"", "\" \"", "\" \"", "owner is empty"),
            ("2026-05-31", "2026-05", "\"2026-05\"", "YYYY-MM-DD"),
            ("2026-05-31", "31/05/2026", "\"31/05/2026\"", "YYYY-MM-DD"),
            ("feed/*.hl7", "feed/[", "\"feed/[\"", "* for any text"),
            ("\"PAS-11\"", "11", "11", "rule, reason"),
        ] {
            let text = WHOLE.replace(from, to);
            let error = read("w.toml", &text).expect_err(says);
            assert!(error.message.contains(says), "{}", error.message);
            assert!(text[error.at.clone()].starts_with(at), "{:?} is not {at:?}", &text[error.at]);
        }
    }

    #[test]
    fn the_last_day_still_counts() {
        let waiver = &read("w.toml", WHOLE).expect("a sound file")[0];
        assert!(!waiver.is_expired(day("2026-05-31")));
        assert!(waiver.is_expired(day("2026-06-01")));
    }

    #[test]
    fn a_waiver_covers_its_artifacts_and_path() {
        let waiver = &read("w.toml", WHOLE).expect("a sound file")[0];
        let some = Matcher::new(waiver, ["feed/a.hl7", "other.hl7"].into_iter());
        assert!(!some.covers_group("PID-3.1"));
        assert!(some.covers(&place("feed/a.hl7", 1, 0, "PID-3[2].1"), "PID-3.1"));
        assert!(!some.covers(&place("other.hl7", 1, 0, "PID-3[2].1"), "PID-3.1"));
        assert!(!some.covers(&place("feed/a.hl7", 1, 0, "PID-5"), "PID-5"));
        let all = Matcher::new(waiver, ["feed/a.hl7", "feed/sub/b.hl7"].into_iter());
        assert!(all.covers_group("PID-3.1") && !all.covers_group("PID-3.4"));
        let one = Waiver { path: "PID-3[2].1".into(), ..waiver.clone() };
        let one = Matcher::new(&one, std::iter::empty());
        assert!(one.covers(&place("feed/a.hl7", 1, 0, "PID-3[2].1"), "PID-3.1"));
        assert!(!one.covers(&place("feed/a.hl7", 1, 0, "PID-3[3].1"), "PID-3.1"));
        assert!(!one.covers_group("PID-3.1"));
    }
}
