//! A CodeSystem in itself (FHIR R4, CodeSystem, section 4.8).
//!
//! In: the CodeSystem. Out: properties that are declared twice or against their meaning, concepts whose properties are
//! not those declared, and content that is not what is said of it.

use super::super::super::{Code, Context, Issues};
use super::super::read::At;
use super::content;
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::collections::hash_map::Entry;

/// Where the meanings of common properties are defined.
const PROPERTIES: &str = "http://hl7.org/fhir/concept-properties#";

/// Common properties and their types (FHIR R4, CodeSystem, table in section 4.8.11).
const COMMON: [(&str, &str); 12] = [
    ("child", "code"),
    ("comment", "string"),
    ("deprecationDate", "dateTime"),
    ("effectiveDate", "dateTime"),
    ("inactive", "boolean"),
    ("itemWeight", "decimal"),
    ("notSelectable", "boolean"),
    ("parent", "code"),
    ("partOf", "code"),
    ("retirementDate", "dateTime"),
    ("status", "code"),
    ("synonym", "code"),
];

fn common(code: &str) -> Option<&'static str> {
    COMMON.iter().find(|(name, _)| *name == code).map(|(_, kind)| *kind)
}

/// Whether HL7 itself publishes what has this URL.
pub(in super::super) fn is_of_hl7(url: &str) -> bool {
    ["http://hl7.org/fhir", "http://terminology.hl7.org"].iter().any(|start| url.starts_with(start))
}

/// Checks a CodeSystem.
pub(in super::super) fn check(system: At<'_>, context: &Context<'_>, issues: &mut Issues) {
    for code in [Code::CodeSystem, Code::CodeSystemWarning, Code::CodeSystemInformation] {
        issues.applies(code);
    }
    let of_hl7 = is_of_hl7(&system.word("url"));
    if system.child("caseSensitive").is_none() {
        let code = if of_hl7 { Code::CodeSystemWarning } else { Code::CodeSystemInformation };
        issues.fail(code, system.node, None, || {
            "nothing is said of case, so nobody knows whether `A` and `a` are one code".into()
        });
    }
    content::check(system, context, issues);
    let first = system.child("concept");
    match (system.word("content").as_ref(), first) {
        ("not-present", Some(concept)) => issues.fail(Code::CodeSystem, concept.node, None, || {
            "the code system says that its concepts are not here, and here is one".into()
        }),
        ("complete", None) => issues.fail(Code::CodeSystemWarning, system.node, None, || {
            "the code system says that all its concepts are here, and there is none".into()
        }),
        _ => {}
    }
    if let Some(concept) = first.filter(|_| of_hl7 && lacks_definition(system)) {
        issues.fail(Code::CodeSystemWarning, concept.node, None, || {
            "not every concept has a definition, which HL7 asks of its own code systems".into()
        });
    }
    let declared = properties(system, issues);
    let mut codes = FxHashSet::default();
    each_concept(system, &mut |concept| {
        codes.insert(concept.word("code"));
    });
    let language = system.text_of("language");
    each_concept(system, &mut |concept| {
        own_properties(concept, &declared, &codes, issues);
        for designation in concept.all("designation") {
            let said = designation.text_of("language");
            if designation.child("use").is_none() && (said.is_none() || said == language) {
                issues.fail(Code::CodeSystemWarning, designation.node, None, || {
                    "the designation has no use and the language of the display, so nothing tells the two apart".into()
                });
            }
        }
    });
}

/// Every concept, those below others too. They lie as deep as the parser lets them.
fn each_concept<'a>(holder: At<'a>, visit: &mut impl FnMut(At<'a>)) {
    for concept in holder.all("concept") {
        visit(concept);
        each_concept(concept, visit);
    }
}

fn lacks_definition(system: At<'_>) -> bool {
    let mut lacks = false;
    each_concept(system, &mut |concept| lacks |= concept.child("definition").is_none());
    lacks
}

/// The properties declared, with their types; the first of a name counts.
fn properties<'a>(system: At<'a>, issues: &mut Issues) -> FxHashMap<Cow<'a, str>, Cow<'a, str>> {
    let mut declared = FxHashMap::default();
    let mut uris = FxHashSet::default();
    for property in system.all("property") {
        let (code, kind, uri) = (property.word("code"), property.word("type"), property.text_of("uri"));
        let mut fail = |grade, message: &'static str| issues.fail(grade, property.node, None, || message.into());
        match uri.as_deref() {
            Some(uri) => {
                if let Some(meant) = uri.strip_prefix(PROPERTIES) {
                    if common(meant).is_some_and(|right| right != kind) {
                        fail(Code::CodeSystem, "the property has another type than its URI stands for");
                    }
                    if meant != code && common(meant).is_some() && common(&code).is_some() {
                        fail(
                            Code::CodeSystem,
                            "the property has the code of one common property and the URI of another",
                        );
                    }
                }
            }
            None if common(&code).is_some() => {
                fail(Code::CodeSystemWarning, "the property has the code of a common property and not its URI");
                if common(&code).is_some_and(|right| right != kind) {
                    fail(Code::CodeSystemWarning, "the property has another type than the common property of its code");
                }
            }
            None => fail(Code::CodeSystemInformation, "the property has no URI, so nothing says what it means"),
        }
        match declared.entry(code) {
            Entry::Occupied(_) => fail(Code::CodeSystem, "a property of this code is declared before"),
            Entry::Vacant(place) => {
                place.insert(kind);
            }
        }
        if let Some(uri) = uri
            && !uris.insert(uri)
        {
            fail(Code::CodeSystem, "a property of this URI is declared before");
        }
    }
    declared
}

fn own_properties(
    concept: At<'_>,
    declared: &FxHashMap<Cow<'_, str>, Cow<'_, str>>,
    codes: &FxHashSet<Cow<'_, str>>,
    issues: &mut Issues,
) {
    for property in concept.all("property") {
        let code = property.word("code");
        let Some(value) = property.child("value") else { continue };
        match declared.get(&code) {
            Some(kind) if kind != value.type_name() => issues.fail(Code::CodeSystem, property.node, None, || {
                "the property has a value of another type than is declared for it".into()
            }),
            Some(_) => {}
            None if matches!(common(&code), Some("code")) && value.type_name() == "code" => {}
            None => issues.fail(Code::CodeSystemWarning, property.node, None, || {
                "the property is not declared in the code system, so few tools know what to do with it".into()
            }),
        }
        let refers = matches!(&*code, "synonym" | "parent" | "child" | "partOf");
        if refers && value.text().is_some_and(|text| !codes.contains(&text)) {
            issues.fail(Code::CodeSystemWarning, property.node, None, || {
                "the property names another concept, and the code system has none of that code".into()
            });
        }
    }
}
