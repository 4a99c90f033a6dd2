//! The official cases of the field's reference validator, run through the real binary.
//!
//! Each case is a resource, perhaps with profiles and packages, and what the reference found. Where we differ, the
//! difference is in `validator-differences.txt` with its reason. The list may only shrink: what is not in it fails
//! this test, and so does an entry that no longer differs.

use assert_cmd::Command;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The committed differences.
const LISTED: &str = include_str!("validator-differences.txt");

/// One run of one case.
struct Check<'c> {
    case: &'c Value,
    check: &'c Value,
}

/// How a run came out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Agreement {
    /// Same number of errors at the same places.
    Whole,
    /// Errors or none on both sides, and not the same ones.
    Verdict,
    /// One side has errors and the other has none.
    None,
}

impl Agreement {
    fn word(self) -> &'static str {
        match self {
            Self::Whole => "same",
            Self::Verdict => "other-errors",
            Self::None => "other-verdict",
        }
    }
}

#[test]
fn the_official_cases_come_out_as_the_reference_has_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/suites/fhir-validator");
    let Ok(text) = std::fs::read_to_string(root.join("cases.json")) else {
        return eprintln!("skipped: all official validator cases (the folder shared/suites is not there)");
    };
    let cases: Vec<Value> = serde_json::from_str(&text).expect("the list of cases is JSON");
    let checks: Vec<Check<'_>> = cases
        .iter()
        .flat_map(|case| case["checks"].as_array().into_iter().flatten().map(move |check| Check { case, check }))
        .collect();
    let next = AtomicUsize::new(0);
    let found = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(one) = checks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let came = one.run(&root);
                    found.lock().expect("no run panics while it holds the lock").insert(one.name(), came);
                }
            });
        }
    });
    let found = found.into_inner().expect("no run panics while it holds the lock");
    for line in report(&checks, &found) {
        println!("{line}");
    }
    let differing: BTreeSet<String> = found
        .iter()
        .filter(|(_, (agreement, _))| *agreement != Agreement::Whole)
        .map(|(name, (agreement, _))| format!("{name} {}", agreement.word()))
        .collect();
    let mut listed = BTreeSet::new();
    for line in LISTED.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (what, reason) = line.split_once(" — ").unwrap_or_else(|| panic!("an entry without a reason: {line}"));
        assert!(!reason.trim().is_empty(), "an entry without a reason: {line}");
        listed.insert(what.to_owned());
    }
    let new: Vec<_> = differing.difference(&listed).collect();
    let stale: Vec<_> = listed.difference(&differing).collect();
    let details: Vec<_> =
        new.iter().filter_map(|name| found.get(name.rsplit_once(' ')?.0)).map(|(_, why)| why).collect();
    assert!(new.is_empty(), "differences that are not listed:\n{new:#?}\n{details:#?}");
    assert!(stale.is_empty(), "listed differences that are none any more; take them out:\n{stale:#?}");
}

/// How many agree, by tier.
fn report(checks: &[Check<'_>], found: &BTreeMap<String, (Agreement, String)>) -> Vec<String> {
    let share = |tiers: &[&str], at_least: Agreement| {
        let of = checks.iter().filter(|one| tiers.iter().any(|tier| one.check["tier"] == **tier));
        let (mut all, mut agree) = (0usize, 0usize);
        for one in of {
            all += 1;
            agree += usize::from(found.get(&one.name()).is_some_and(|(agreement, _)| *agreement <= at_least));
        }
        (agree, all)
    };
    [
        ("verdict, tiers A and B", &["A", "B"][..], Agreement::Verdict),
        ("count and places, tier A", &["A"][..], Agreement::Whole),
        ("verdict, tier D", &["D"][..], Agreement::Verdict),
        ("verdict, tier C", &["C"][..], Agreement::Verdict),
    ]
    .map(|(what, tiers, level)| {
        let (agree, all) = share(tiers, level);
        format!("official validator cases, {what}: {agree} of {all}")
    })
    .to_vec()
}

impl Check<'_> {
    fn name(&self) -> String {
        format!("{} {}", self.case["name"].as_str().unwrap_or("?"), self.check["mode"].as_str().unwrap_or("?"))
    }

    fn run(&self, root: &Path) -> (Agreement, String) {
        let file = |name: &Value| root.join(name.as_str().unwrap_or_default());
        let home = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::cargo_bin("hallmark").expect("it is built");
        command.env_clear().env("HOME", home.path()).env("LC_ALL", "C.UTF-8").current_dir(home.path());
        command.args(["--no-config", "check", "--use", "hl7-fhir-r4", "--format", "json", "--quiet"]);
        command.arg(file(&self.case["file"]));
        let profile = &self.check["profile"];
        let mut given: Vec<PathBuf> = Vec::new();
        let mut lists = vec!["packages", "supporting", "profiles"];
        if profile.is_string() {
            lists.push("profile_supporting");
        }
        for list in lists {
            given.extend(self.case[list].as_array().into_iter().flatten().map(file));
        }
        if profile.is_string() {
            let path = file(profile);
            let Some(url) = canonical(&path) else { return (Agreement::None, "its profile has no URL".to_owned()) };
            command.arg("--profile").arg(url);
            given.push(path);
        }
        for package in given {
            command.arg("--package").arg(package);
        }
        for (name, value) in self.case["options"].as_object().into_iter().flatten() {
            command.args(asked(name, value).map(|setting| format!("--fhir={setting}")));
        }
        let output = command.output().expect("it runs");
        let Ok(report) = serde_json::from_slice::<Value>(&output.stdout) else {
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            return (Agreement::None, format!("no report: {told}"));
        };
        self.compare(&report)
    }

    fn compare(&self, report: &Value) -> (Agreement, String) {
        let is_error = |finding: &&Value| {
            finding["outcome"] == "failed" && (finding["severity"] == "error" || finding["severity"] == "fatal")
        };
        let errors: Vec<&Value> = report["findings"].as_array().into_iter().flatten().filter(is_error).collect();
        let mut ours: Vec<String> =
            errors.iter().map(|finding| place(finding["path"].as_str().unwrap_or_default())).collect();
        let paths = self.check["error_paths"].as_array().into_iter().flatten();
        let mut theirs: Vec<String> = paths.map(|path| place(path.as_str().unwrap_or_default())).collect();
        ours.sort();
        theirs.sort();
        let expected = self.check["errors"].as_u64().unwrap_or_default() as usize;
        let agreement = match (errors.is_empty(), expected == 0) {
            (true, true) => Agreement::Whole,
            (false, false) if errors.len() == expected && ours == theirs => Agreement::Whole,
            (false, false) => Agreement::Verdict,
            _ => Agreement::None,
        };
        let told: Vec<String> = errors
            .iter()
            .map(|finding| format!("{} {} {}", finding["rule"], finding["path"], finding["message"]))
            .collect();
        (agreement, format!("{}: theirs {theirs:?}, ours {told:?}", self.name()))
    }
}

/// What an option of the reference is called here; none for those that we have no like of.
fn asked(name: &str, value: &Value) -> Option<String> {
    let ours = match name {
        "wrong-displays" | "best-practice" | "security-checks" | "examples" | "for-publication" => name,
        "allowed-extension-domain" => "extension-domains",
        _ => return None,
    };
    let value = match value.as_str() {
        Some(text) if name == "best-practice" => text.to_lowercase(),
        Some(text) => text.to_owned(),
        None => value.to_string(),
    };
    Some(format!("{ours}={value}"))
}

/// The canonical URL of a conformance resource.
fn canonical(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    if let Ok(json) = serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')) {
        return json["url"].as_str().map(str::to_owned);
    }
    // A resource inside has one of its own.
    let own = text.rsplit_once("</contained>").map_or(&*text, |(_, own)| own);
    let (_, element) = own.split_once("<url")?;
    let (_, value) = element.split_once("value=\"")?;
    value.split_once('"').map(|(url, _)| url.to_owned())
}

/// A path as both sides print it: without the reference's remarks on types and ids, and without XML prefixes.
fn place(path: &str) -> String {
    let mut plain = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once("/*") {
        plain.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let plain = plain.trim_start_matches('/').replace("/f:", ".").replace("f:", "");
    // A remark on which extension it is.
    match plain.split_once("[url=") {
        Some((before, after)) => format!("{before}{}", after.split_once(']').map_or("", |(_, after)| after)),
        None => plain,
    }
}
