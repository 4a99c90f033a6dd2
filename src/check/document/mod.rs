//! One document: FHIR in JSON or XML, and any other JSON.
//!
//! In: a unit. Out: counts and findings of the rules that answer for codes `json.*`, `xml.*` and `fhir.*`. What is wrong
//! with the notation comes first: where it leaves in doubt what the document says, nothing else is looked at. A document
//! that is no FHIR counts for no rule but those it breaks, and is not covered when it breaks none: being JSON proves
//! nothing about FHIR.

mod fhir;
mod json;
mod shape;
mod xml;

use crate::check::fhir::{Code, Issues, Links};
use crate::check::syntax::SyntaxRules;
use crate::check::tally::RuleId;
use crate::instance::{Instance, Namespaces};
use crate::parse::{self, Faults};

use shape::Lowered;

pub(super) use json::check as check_json;
pub(super) use xml::check as check_xml;

/// What a document is taken to be before it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A FHIR resource: what comes with it is FHIR.
    Resource,
    /// A FHIR resource, if it says so itself.
    Anything,
}

/// Memory that is reused from document to document, and which rule answers for which code.
pub(super) struct Desk {
    namespaces: Namespaces,
    /// The resource, and what lowering found: kept apart from what the parser found, which may make it void.
    lowered: Lowered,
    /// The same by another release, tried.
    tried: Lowered,
    issues: Issues,
    links: Links,
    rules: Rules,
}

/// Which rule answers for which code of FHIR.
struct Rules {
    /// By number of [`Code`].
    checks: Vec<Option<RuleId>>,
    /// By position in [`parse::fhir::CODES`].
    lowering: Vec<Option<RuleId>>,
    /// Every rule that speaks of FHIR, once.
    every: Vec<RuleId>,
}

impl Desk {
    /// A desk for the rules of `syntax`.
    pub(super) fn new(syntax: &SyntaxRules) -> Self {
        Self {
            namespaces: Namespaces::default(),
            lowered: Lowered::default(),
            tried: Lowered::default(),
            issues: Issues::default(),
            links: Links::default(),
            rules: Rules {
                checks: Code::ALL.iter().map(|code| syntax.rule(code.as_str())).collect(),
                lowering: parse::fhir::CODES.iter().map(|code| syntax.rule(code)).collect(),
                every: syntax.family("fhir.").collect(),
            },
        }
    }
}

/// The arena and the faults of the parser in hand.
pub(super) type Parsing<'a> = (&'a mut Instance, &'a mut Faults);
