//! What a terminology server is asked, and what it may say.
//!
//! In: questions that nothing held decides. Out: answers, or why there is none. Who asks a server, keeps its answers and
//! bounds the waiting stands behind the trait [`Server`]; nothing here knows of a network. What may leave the machine is
//! decided here: system, version and code, and nothing of which a code might be a person's number. Displays stay: a
//! server tells its own, and they are compared on this side.

use super::known;
use crate::check::fhir::CodingRef;
use crate::check::native;
use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

/// Characters a code may have to be asked for; an expression of SNOMED CT may have some hundred.
const MAX_CODE: usize = 255;
/// Characters a URL or a version may have.
const MAX_URL: usize = 512;

/// A question to a terminology server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// What is asked of the code.
    pub about: About,
    /// The code system's URL; none where the value set knows it.
    pub system: Option<Box<str>>,
    /// Which version of the system.
    pub version: Option<Box<str>>,
    /// The code.
    pub code: Box<str>,
}

/// What is asked of a code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    /// Whether its system has it (`CodeSystem/$validate-code`).
    System,
    /// What it is called (`CodeSystem/$lookup`).
    Names,
    /// Whether this value set has it (`ValueSet/$validate-code`): its URL, and its version when one is meant.
    Set(Box<str>, Option<Box<str>>),
    /// Whether it is in the part of its system that fulfils all these filters: property, operator, value.
    Part(Vec<[Box<str>; 3]>),
}

/// What a server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It is, and is called so where the server says it.
    Yes(Option<Box<str>>),
    /// It is not.
    No,
    /// What it is called, in every way.
    Names(Box<[Box<str>]>),
    /// It does not know: why, in our words.
    Unknown(Cow<'static, str>),
    /// It has not been asked yet.
    Later,
}

/// A terminology server, as checks see it.
pub trait Server: Send + Sync {
    /// What it says, asking it where that is not known yet.
    fn answer(&self, question: &Question) -> Reply;

    /// What is known of its answer without asking.
    fn known(&self, question: &Question) -> Option<Reply>;

    /// Asks these, together, so that [`Server::known`] has them.
    fn ask(&self, questions: Vec<Question>);
}

/// Notes what would be asked, and asks nothing.
pub struct Listener<'s> {
    server: &'s dyn Server,
    heard: Mutex<Vec<Question>>,
}

impl<'s> Listener<'s> {
    /// One that has what `server` has said so far.
    pub fn new(server: &'s dyn Server) -> Self {
        Self { server, heard: Mutex::default() }
    }

    /// The questions since the last time.
    pub fn take(&self) -> Vec<Question> {
        std::mem::take(&mut self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Server for Listener<'_> {
    fn answer(&self, question: &Question) -> Reply {
        self.server.known(question).unwrap_or_else(|| {
            self.heard.lock().unwrap_or_else(PoisonError::into_inner).push(question.clone());
            Reply::Later
        })
    }

    fn known(&self, question: &Question) -> Option<Reply> {
        self.server.known(question)
    }

    fn ask(&self, _: Vec<Question>) {}
}

/// Why `coding` must not leave this machine; `None` when it may.
pub(super) fn kept_back(coding: CodingRef<'_>) -> Option<&'static str> {
    let CodingRef { system, version, code, .. } = coding;
    if let Some(system) = system {
        if !is_url(system) {
            return Some("the code system has no URL that a terminology server could know");
        }
        if is_naming(system) {
            return Some("the system names persons or things, and is no code system to ask a terminology server for");
        }
    }
    if version.is_some_and(|version| version.len() > MAX_URL || !is_plain(version)) {
        return Some("the version is none that a terminology server could know");
    }
    // A term between bars is text that somebody typed.
    if code.is_empty() || code.len() > MAX_CODE || !is_plain(code) || code.contains('|') {
        return Some("the code is not in the form of one, so no terminology server is asked");
    }
    let numbered = system.is_some_and(known::has_long_numbers);
    let digits: Vec<u8> = code.bytes().filter(|b| !matches!(b, b' ' | b'-')).collect();
    if !numbered && native::nhs_number::number(&digits).is_passed() {
        return Some("the code could be an NHS number, so no terminology server is asked");
    }
    None
}

/// Whether a server may be asked for the value set or system of this URL.
pub(super) fn is_url(url: &str) -> bool {
    let absolute = ["http://", "https://", "urn:"].iter().any(|scheme| url.starts_with(scheme));
    absolute && url.len() <= MAX_URL && !url.contains('#') && !url.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// Whether a text holds nothing but what codes and versions have.
fn is_plain(text: &str) -> bool {
    !text.chars().any(char::is_control) && !text.contains("  ") && text.trim() == text
}

/// Whether the URL is of those under which NHS England and HL7 UK name persons, organisations and things.
fn is_naming(url: &str) -> bool {
    // Classifications that have such a URL.
    const CODES: [&str; 4] = ["/opcs-4", "/read-codes", "/dmd", "/icd-10"];
    const NAMING: [&str; 4] = [
        "https://fhir.nhs.uk/Id/",
        "http://fhir.nhs.net/Id/",
        "https://fhir.hl7.org.uk/Id/",
        "http://hl7.org/fhir/sid/us-ssn",
    ];
    NAMING.iter().any(|start| url.starts_with(start)) && !CODES.iter().any(|end| url.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coding<'a>(system: &'a str, code: &'a str) -> CodingRef<'a> {
        CodingRef { system: Some(system), code, ..CodingRef::default() }
    }

    #[test]
    fn codes_leave_and_persons_stay() {
        assert_eq!(kept_back(coding("http://snomed.info/sct", "22298006")), None);
        // An NHS number is 10 digits, and so are some concepts.
        assert_eq!(kept_back(coding("http://snomed.info/sct", "9990000018")), None);
        assert_eq!(kept_back(coding("https://fhir.hl7.org.uk/Id/opcs-4", "K40.1")), None);
        for (system, code) in [
            ("https://fhir.nhs.uk/Id/nhs-number", "x"),
            ("https://trust.example/codes", "9990000018"),
            ("https://trust.example/codes", "999 000 0018"),
            ("https://trust.example/codes", "a  b"),
            ("https://trust.example/codes", "a\nb"),
            ("http://snomed.info/sct", "22298006 |Mrs Smith fell|"),
            ("local", "x"),
            ("https://trust.example/a b", "x"),
            ("#contained", "x"),
        ] {
            assert!(kept_back(coding(system, code)).is_some(), "{system} {code}");
        }
    }
}
