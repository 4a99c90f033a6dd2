//! A Measure in itself (FHIR R4, Measure, section 10.13).
//!
//! In: the Measure, and the Libraries that it names. Out: criteria in CQL that nothing defines.

use super::super::super::{Code, Context, Issues};
use super::super::read::{At, Loaded};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A Library: its name, and its CQL when it is held with content.
struct Cql {
    name: String,
    text: Option<String>,
}

/// Checks a Measure.
pub(in super::super) fn check(measure: At<'_>, context: &Context<'_>, issues: &mut Issues) {
    issues.applies(Code::Measure);
    let mut libraries = Vec::new();
    for named in measure.all("library") {
        let Some(canonical) = named.text() else { continue };
        match Loaded::of("Library", &canonical, context) {
            Some(loaded) => libraries.push(read(loaded.root(context.model))),
            None => {
                issues.applies(Code::MeasureWarning);
                issues.cannot_tell(Code::MeasureWarning, measure.node, None, || {
                    "a library of the measure is not held, so its expressions were not looked up".into()
                });
            }
        }
    }
    for group in measure.all("group") {
        for stratifier in group.all("stratifier") {
            criteria(stratifier, &libraries, issues);
            for component in stratifier.all("component") {
                criteria(component, &libraries, issues);
            }
        }
    }
    for data in measure.all("supplementalData") {
        criteria(data, &libraries, issues);
    }
}

fn read(library: At<'_>) -> Cql {
    let content = library.all("content").find(|content| content.word("contentType").starts_with("text/cql"));
    let data = content.and_then(|content| content.text_of("data"));
    let bytes = data.and_then(|data| {
        let clean: String = data.chars().filter(|c| !c.is_whitespace()).collect();
        STANDARD.decode(clean).ok()
    });
    let text = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Cql { name: library.word("name").into_owned(), text }
}

fn criteria(holder: At<'_>, libraries: &[Cql], issues: &mut Issues) {
    let Some(criteria) = holder.child("criteria") else { return };
    let language = criteria.word("language");
    if !matches!(&*language, "text/cql" | "text/cql.identifier" | "text/cql-identifier") {
        return;
    }
    let Some(expression) = criteria.text_of("expression") else { return };
    let mut fail = |message: &'static str| issues.fail(Code::Measure, criteria.node, None, || message.into());
    if libraries.is_empty() {
        return fail("the criteria are in CQL, and no library of the measure is held that could define them");
    }
    let plain = |part: &str| part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ' | '"'));
    let (library, name) = match expression.split_once('.') {
        Some((library, name)) if plain(library) && plain(name) => {
            match libraries.iter().find(|one| one.name == library.trim_matches('"')) {
                Some(found) => (found, name),
                None => return fail("the criteria name a library that the measure does not have"),
            }
        }
        // An expression of its own, not a name.
        _ if !plain(&expression) => return,
        _ => match libraries {
            [only] => (only, &*expression),
            _ => return fail("the criteria do not say which of the measure's libraries defines them"),
        },
    };
    let Some(text) = &library.text else { return };
    if !defines(text, name.trim_matches('"')) {
        fail("the library has no definition of the name that the criteria give");
    }
}

/// Whether CQL `text` defines `name`.
fn defines(text: &str, name: &str) -> bool {
    text.lines().filter_map(|line| line.trim_start().strip_prefix("define")).any(|rest| {
        let mut rest = rest.trim_start();
        for word in ["public", "private", "fluent", "function"] {
            rest = rest.strip_prefix(word).map_or(rest, str::trim_start);
        }
        match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next() == Some(name),
            None => rest.split([':', '(', ' ']).next() == Some(name),
        }
    })
}
