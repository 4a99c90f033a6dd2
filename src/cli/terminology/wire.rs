//! Questions and answers as a FHIR terminology server writes them (FHIR R4, Terminology Service, `$validate-code` and
//! `$lookup`; the same in STU3 and R4B).
//!
//! In: questions, and what came back. Out: JSON, and what the server said, in our kinds: no word of a server's own goes
//! further, because servers quote what they are asked.

use crate::check::terminology::{About, Question};
use regex::Regex;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// Names of one code that are kept; a concept of SNOMED CT may have some dozens.
const MAX_NAMES: usize = 200;
/// Characters of a name that are kept.
const MAX_NAME: usize = 1000;

/// What a server said of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// It is, and what the server calls it.
    Yes(Option<String>),
    /// It is not.
    No,
    /// What it is called.
    Names(Vec<String>),
    /// The server does not hold the code system.
    NoSystem,
    /// The server does not hold this version of the code system, or does not say that it does.
    NoVersion,
    /// The server does not hold the value set.
    NoSet,
    /// The server cannot say what it is called.
    NoNames,
    /// The server answered this question with a status that is no answer.
    Status(u16),
    /// What came is no answer.
    Nonsense,
}

/// The operation that answers `question`, below the server's address.
pub(super) fn operation(question: &Question) -> &'static str {
    match question.about {
        About::System => "CodeSystem/$validate-code",
        About::Names => "CodeSystem/$lookup",
        About::Set(..) | About::Part(_) => "ValueSet/$validate-code",
    }
}

/// The Parameters of `question`.
pub(super) fn parameters(question: &Question, language: Option<&str>) -> Value {
    let mut list = Vec::new();
    let mut add = |name: &str, kind: &str, value: Option<&str>| {
        if let Some(value) = value {
            list.push(json!({ "name": name, kind: value }));
        }
    };
    let (system, version) = (question.system.as_deref(), question.version.as_deref());
    match &question.about {
        About::System => {
            add("url", "valueUri", system);
            add("version", "valueString", version);
            add("displayLanguage", "valueCode", language);
        }
        About::Names => {
            add("system", "valueUri", system);
            add("version", "valueString", version);
        }
        About::Set(url, set_version) => {
            add("url", "valueUri", Some(url));
            add("valueSetVersion", "valueString", set_version.as_deref());
            add("system", "valueUri", system);
            add("systemVersion", "valueString", version);
            add("displayLanguage", "valueCode", language);
        }
        About::Part(_) => {
            add("system", "valueUri", system);
            add("systemVersion", "valueString", version);
            add("displayLanguage", "valueCode", language);
        }
    }
    add("code", "valueCode", Some(&question.code));
    match &question.about {
        About::Part(filters) => list.push(json!({ "name": "valueSet", "resource": part(question, filters) })),
        About::Set(..) if system.is_none() => list.push(json!({ "name": "inferSystem", "valueBoolean": true })),
        _ => {}
    }
    json!({ "resourceType": "Parameters", "parameter": list })
}

/// A value set of the part of a system that fulfils `filters`.
fn part(question: &Question, filters: &[[Box<str>; 3]]) -> Value {
    let filter = |[property, op, value]: &[Box<str>; 3]| json!({ "property": property, "op": op, "value": value });
    let mut include = Map::new();
    include.insert("system".into(), json!(question.system));
    if let Some(version) = &question.version {
        include.insert("version".into(), json!(version));
    }
    include.insert("filter".into(), filters.iter().map(filter).collect());
    json!({ "resourceType": "ValueSet", "status": "active", "compose": { "include": [include] } })
}

/// Several questions as one.
pub(super) fn batch(questions: &[&Question], language: Option<&str>) -> Value {
    let entry = |question: &&Question| {
        json!({
            "resource": parameters(question, language),
            "request": { "method": "POST", "url": operation(question) },
        })
    };
    json!({ "resourceType": "Bundle", "type": "batch", "entry": questions.iter().map(entry).collect::<Vec<_>>() })
}

/// The answers in a Bundle, one for each of `questions`; `None` when it is no answer to such a batch.
pub(super) fn answers(body: &[u8], questions: &[&Question], held: &Held) -> Option<Vec<Said>> {
    let bundle: Value = serde_json::from_slice(body).ok()?;
    let entries = bundle.get("entry")?.as_array()?;
    if bundle.get("resourceType")? != "Bundle" || entries.len() != questions.len() {
        return None;
    }
    let one = |(entry, question): (&Value, &&Question)| {
        let response = entry.get("response");
        let status = response.and_then(|response| response.get("status")).and_then(Value::as_str).unwrap_or("200");
        let status = status.get(..3).and_then(|status| status.parse().ok()).unwrap_or(200);
        let resource = entry.get("resource").or_else(|| response.and_then(|response| response.get("outcome")));
        said(status, resource, question, held)
    };
    Some(entries.iter().zip(questions).map(one).collect())
}

/// The answer to one question.
pub(super) fn answer(status: u16, body: &[u8], question: &Question, held: &Held) -> Said {
    match serde_json::from_slice::<Value>(body) {
        Ok(resource) => said(status, Some(&resource), question, held),
        // Not FHIR: some other server, or an address that is wrong.
        Err(_) if status >= 400 => Said::Status(status),
        Err(_) => Said::Nonsense,
    }
}

fn said(status: u16, resource: Option<&Value>, question: &Question, held: &Held) -> Said {
    let kind = resource.and_then(|resource| resource.get("resourceType")).and_then(Value::as_str);
    match (status, kind, resource) {
        (200..=299, Some("Parameters"), Some(resource)) => in_parameters(resource, question, held),
        (401 | 403 | 407 | 408 | 429 | 500.., ..) => Said::Status(status),
        // Told in the manner of FHIR that it cannot be answered: for want of the system or of the set.
        (_, Some("OperationOutcome"), _) | (400 | 404 | 410 | 422, ..) => lacking(question),
        (200..=299, ..) => Said::Nonsense,
        _ => Said::Status(status),
    }
}

/// What a server lacks that cannot answer `question`.
fn lacking(question: &Question) -> Said {
    match question.about {
        About::System => Said::NoSystem,
        About::Names => Said::NoNames,
        About::Set(..) | About::Part(_) => Said::NoSet,
    }
}

fn in_parameters(resource: &Value, question: &Question, held: &Held) -> Said {
    let Some(list) = resource.get("parameter").and_then(Value::as_array) else { return Said::Nonsense };
    let named = |name: &'static str| list.iter().filter(move |one| one.get("name").is_some_and(|is| is == name));
    let text = |one: &Value| {
        let text = one.get("valueString").or_else(|| one.get("valueCode")).and_then(Value::as_str)?;
        (!text.trim().is_empty()).then(|| text.chars().take(MAX_NAME).collect::<String>())
    };
    let display = named("display").find_map(text);
    if question.about == About::Names {
        let parts = named("designation").filter_map(|one| one.get("part")?.as_array()).flatten();
        let values = parts.filter(|part| part.get("name").is_some_and(|name| name == "value")).filter_map(text);
        let names: Vec<String> = display.into_iter().chain(values).take(MAX_NAMES).collect();
        return if names.is_empty() { Said::NoNames } else { Said::Names(names) };
    }
    let result = named("result").find_map(|one| one.get("valueBoolean")?.as_bool());
    match result {
        Some(true) => Said::Yes(display),
        Some(false) => denied(list, question, held),
        None => Said::Nonsense,
    }
}

/// Whether "no" means that the code is wrong: servers say it too when they do not hold what would decide.
fn denied(list: &[Value], question: &Question, held: &Held) -> Said {
    let name = |one: &Value| one.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    if list.iter().any(|one| matches!(&*name(one), "x-caused-by-unknown-system" | "x-unknown-system")) {
        return Said::NoSystem;
    }
    let outcomes = list.iter().filter(|one| name(one) == "issues").filter_map(|one| one.get("resource"));
    let issues: Vec<&Value> = outcomes.filter_map(|outcome| outcome.get("issue")?.as_array()).flatten().collect();
    let detail = |issue: &Value, code: &str| {
        let codings = issue.get("details").and_then(|details| details.get("coding")).and_then(Value::as_array);
        codings.is_some_and(|all| all.iter().any(|coding| coding.get("code").is_some_and(|is| is == code)))
    };
    let is_wrong = issues.iter().any(|issue| detail(issue, "invalid-code") || detail(issue, "not-in-vs"));
    let is_lacking = |issue: &&&Value| {
        let code = issue.get("code").and_then(Value::as_str).unwrap_or_default();
        detail(issue, "not-found") || detail(issue, "vs-invalid") || matches!(code, "not-found" | "not-supported")
    };
    if issues.iter().any(|issue| is_lacking(&issue)) {
        return lacking(question);
    }
    let words = list.iter().filter(|one| name(one) == "message").filter_map(|one| one.get("valueString")?.as_str());
    if words.into_iter().any(|words| LACKING.is_match(words)) {
        return lacking(question);
    }
    let (system, version) = (question.system.as_deref(), question.version.as_deref());
    if !is_wrong && version.is_some_and(|version| !system.is_some_and(|system| held.has_version(system, version))) {
        return Said::NoVersion;
    }
    Said::No
}

/// How servers that have no kind for it say that they do not hold a code system or a value set.
static LACKING: LazyLock<Regex> = LazyLock::new(|| {
    let what = r"(code ?system|value ?set)";
    let forms = [
        format!(r"(unknown|unsupported|no such) {what}"),
        format!(r"(unable|failed) to (find|resolve|load|expand) (the )?{what}"),
        format!(
            r"{what}\W+(with url\W+)?\S*\s*(\([^)]{{0,200}}\) )?((is|was) )?(unknown|not (known|found|supported|present|loaded)|does not exist)"
        ),
        format!(r"definition for (the )?{what} \S+ could not be found"),
    ];
    let all = format!("(?i)({})", forms.join("|"));
    Regex::new(&all).expect("the expression is ours and is tested")
});

/// The code systems that a server says it holds, with their versions (FHIR R4, TerminologyCapabilities).
#[derive(Clone, Debug, Default)]
pub(super) struct Held(Vec<(String, Vec<String>)>);

impl Held {
    /// Those of `body`; none when it is no such statement.
    pub(super) fn read(body: &[u8]) -> Self {
        let Ok(statement) = serde_json::from_slice::<Value>(body) else { return Self::default() };
        if statement.get("resourceType").is_none_or(|kind| kind != "TerminologyCapabilities") {
            return Self::default();
        }
        let systems = statement.get("codeSystem").and_then(Value::as_array).into_iter().flatten();
        let held = systems.filter_map(|system| {
            let url = system.get("uri")?.as_str()?;
            let versions = system.get("version").and_then(Value::as_array).into_iter().flatten();
            let versions = versions.filter_map(|version| version.get("code")?.as_str()).map(str::to_owned);
            Some((url.split('|').next()?.to_owned(), versions.collect()))
        });
        Self(held.collect())
    }

    /// Whether the server says that it does not hold the system at `url`: it lists what it holds, and this is not there.
    pub(super) fn lacks(&self, url: &str) -> bool {
        !self.0.is_empty() && !self.0.iter().any(|(held, _)| held == url)
    }

    fn has_version(&self, url: &str, version: &str) -> bool {
        self.0.iter().any(|(held, versions)| held == url && versions.iter().any(|held| held == version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(about: About) -> Question {
        Question { about, system: Some("http://snomed.info/sct".into()), version: None, code: "22298006".into() }
    }

    fn of(about: About, status: u16, body: &Value) -> Said {
        answer(status, body.to_string().as_bytes(), &asked(about), &Held::default())
    }

    fn no(message: &str) -> Value {
        json!({ "resourceType": "Parameters", "parameter": [
            { "name": "result", "valueBoolean": false }, { "name": "message", "valueString": message } ] })
    }

    #[test]
    fn a_question_holds_system_version_and_code_only() {
        let whole = parameters(&asked(About::Set("http://x/vs".into(), None)), Some("en-GB")).to_string();
        assert!(whole.contains(r#"{"name":"url","valueUri":"http://x/vs"}"#), "{whole}");
        assert!(whole.contains(r#"{"name":"code","valueCode":"22298006"}"#), "{whole}");
        assert!(!whole.contains("display\""), "{whole}");
        let filters = vec![["concept".into(), "is-a".into(), "404684003".into()]];
        let part = parameters(&asked(About::Part(filters)), None).to_string();
        assert!(part.contains(r#""op":"is-a""#) && part.contains(r#""system":"http://snomed.info/sct""#), "{part}");
    }

    #[test]
    fn no_is_no_only_when_the_server_holds_what_decides() {
        for words in [
            "Unknown code '22298006' in the CodeSystem 'http://snomed.info/sct' version 'x'",
            "The code was not found in the code system",
            "The provided code is not in the value set",
            "",
        ] {
            assert_eq!(of(About::System, 200, &no(words)), Said::No, "{words}");
        }
        for words in [
            "Unknown code system: http://snomed.info/sct",
            "CodeSystem http://snomed.info/sct is not known to this server",
            "A definition for CodeSystem 'http://snomed.info/sct' could not be found, so the code cannot be validated",
            "Unable to find code system http://snomed.info/sct",
            "The code system 'http://snomed.info/sct' is unknown",
        ] {
            assert_eq!(of(About::System, 200, &no(words)), Said::NoSystem, "{words}");
        }
        let unknown = json!({ "resourceType": "Parameters", "parameter": [ { "name": "result", "valueBoolean": false },
            { "name": "x-caused-by-unknown-system", "valueCanonical": "http://snomed.info/sct" } ] });
        assert_eq!(of(About::Set("http://x".into(), None), 200, &unknown), Said::NoSystem);
        let mut versioned = asked(About::System);
        versioned.version = Some("1".into());
        let body = no("").to_string();
        assert_eq!(answer(200, body.as_bytes(), &versioned, &Held::default()), Said::NoVersion);
    }

    #[test]
    fn what_is_no_answer_is_told_apart() {
        let outcome =
            json!({ "resourceType": "OperationOutcome", "issue": [{ "severity": "error", "code": "not-found" }] });
        assert_eq!(of(About::System, 404, &outcome), Said::NoSystem);
        assert_eq!(of(About::Set("http://x".into(), None), 200, &outcome), Said::NoSet);
        assert_eq!(of(About::Names, 404, &outcome), Said::NoNames);
        assert_eq!(of(About::System, 200, &json!({ "resourceType": "Patient" })), Said::Nonsense);
        assert_eq!(of(About::System, 200, &json!({ "resourceType": "Parameters" })), Said::Nonsense);
        assert_eq!(of(About::System, 200, &json!([1])), Said::Nonsense);
        assert_eq!(of(About::System, 500, &outcome), Said::Status(500));
        assert_eq!(answer(404, b"<html>", &asked(About::System), &Held::default()), Said::Status(404));
        assert_eq!(answer(200, b"<html>", &asked(About::System), &Held::default()), Said::Nonsense);
    }

    #[test]
    fn a_batch_is_answered_in_its_order_or_not_at_all() {
        let yes = json!({ "resourceType": "Parameters", "parameter": [ { "name": "result", "valueBoolean": true },
            { "name": "display", "valueString": "Infarct" } ] });
        let (one, two) = (asked(About::System), asked(About::Names));
        let bundle = |entries: Value| json!({ "resourceType": "Bundle", "type": "batch-response", "entry": entries });
        let entries =
            json!([ { "resource": yes, "response": { "status": "200 OK" } }, { "response": { "status": "404" } } ]);
        let read = |entries| answers(bundle(entries).to_string().as_bytes(), &[&one, &two], &Held::default());
        assert_eq!(read(entries), Some(vec![Said::Yes(Some("Infarct".into())), Said::NoNames]));
        assert_eq!(read(json!([{ "resource": yes }])), None);
    }

    #[test]
    fn what_a_server_holds_is_believed_when_it_lists_anything() {
        let statement = json!({ "resourceType": "TerminologyCapabilities",
            "codeSystem": [{ "uri": "http://loinc.org", "version": [{ "code": "2.77" }] }] });
        let held = Held::read(statement.to_string().as_bytes());
        assert!(held.lacks("http://snomed.info/sct") && !held.lacks("http://loinc.org"));
        assert!(held.has_version("http://loinc.org", "2.77") && !held.has_version("http://loinc.org", "1"));
        assert!(!Held::read(b"{}").lacks("http://snomed.info/sct"));
    }
}
