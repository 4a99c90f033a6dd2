//! The codes held, and beside them a server that may be asked for what they leave open.
//!
//! In: a code. Out: a decision. What is held decides first, in silence; only what it leaves open is asked, first of the
//! value set as a whole, by its URL, then, where the server does not know that, of the parts that are left open.

use super::server::{self, About, Question, Reply, Server};
use super::set::Set;
use super::{Answer, Terminology, display, known};
use crate::check::fhir::{CodingRef, Membership, Terms};
use crate::standard::fhir::Filter;
use std::borrow::Cow;

/// Codes, and who is asked for others.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) terms: &'a Terminology,
    pub(super) server: Option<&'a dyn Server>,
}

impl Asked<'_> {
    /// What the server says of `coding`; the `otherwise` where none may be asked.
    fn server(&self, about: About, coding: CodingRef<'_>, otherwise: Cow<'static, str>) -> Reply {
        let Some(server) = self.server else { return Reply::Unknown(otherwise) };
        if let Some(why) = server::kept_back(coding) {
            return Reply::Unknown(Cow::Borrowed(why));
        }
        let question = Question {
            about,
            system: coding.system.map(Into::into),
            version: coding.version.map(Into::into),
            code: coding.code.into(),
        };
        server.answer(&question)
    }

    /// Whether the system at `url` has `code`.
    pub(super) fn code_in(&self, url: &str, version: Option<&str>, code: &str) -> Answer {
        match self.terms.code_in(url, version, code) {
            Answer::Unsure(cause) if self.server.is_some() => {
                let coding = CodingRef { system: Some(url), version, code, ..CodingRef::default() };
                self.server(About::System, coding, cause).into()
            }
            answer => answer,
        }
    }

    /// Whether `code` is in the part of the system at `url` that fulfils `filters`; `held` is what is known of that.
    pub(super) fn part(
        &self,
        (url, version): (&str, Option<&str>),
        code: &str,
        filters: &[Filter],
        held: Answer,
    ) -> Answer {
        match held {
            Answer::Unsure(cause) if self.server.is_some() => {
                let coding = CodingRef { system: Some(url), version, code, ..CodingRef::default() };
                self.server(about_part(url, filters), coding, cause).into()
            }
            held => held,
        }
    }

    /// Whether a value set that is not held has `coding`.
    pub(super) fn other_set(&self, canonical: &str, coding: CodingRef<'_>, cause: &'static str) -> Answer {
        let cause = Cow::Borrowed(cause);
        if !server::is_url(canonical) {
            return Answer::Unsure(cause);
        }
        let (url, version) = canonical.split_once('|').unzip();
        let about = About::Set(url.unwrap_or(canonical).into(), version.map(Into::into));
        self.server(about, coding, cause).into()
    }

    /// Whether `set` has `coding`.
    fn in_set(&self, canonical: &str, set: &Set, coding: CodingRef<'_>) -> Answer {
        let alone = Asked { terms: self.terms, server: None };
        match set.has(alone, coding) {
            Answer::Unsure(cause) if self.server.is_some() => {
                let url = canonical.split_once('|').map_or(canonical, |(url, _)| url);
                if server::is_url(url) {
                    let about = About::Set(url.into(), set.version.clone());
                    match self.server(about, coding, cause.clone()) {
                        // The server may know the parts where it does not know the whole.
                        Reply::Unknown(_) => {}
                        Reply::Later => return Answer::Unsure(cause),
                        reply => return reply.into(),
                    }
                }
                set.has(*self, coding)
            }
            answer => answer,
        }
    }

    /// Whether a name that the server has for the code is the one shown.
    fn is_called(&self, coding: CodingRef<'_>, preferred: Option<&str>) -> bool {
        let Some(shown) = coding.display else { return true };
        if preferred.is_some_and(|known| display::same(known, shown)) {
            return true;
        }
        match self.server(About::Names, coding, Cow::Borrowed("")) {
            Reply::Names(names) => names.is_empty() || names.iter().any(|known| display::same(known, shown)),
            // What nobody knows is right.
            _ => true,
        }
    }
}

/// What is asked for filters: of SNOMED CT, whose parts have URLs, by such a URL.
fn about_part(url: &str, filters: &[Filter]) -> About {
    match known::part_url(url, filters) {
        Some(part) => About::Set(part.into(), None),
        None => {
            let text = |filter: &Filter| [&filter.property, &filter.op, &filter.value].map(|text| text.as_str().into());
            About::Part(filters.iter().map(text).collect())
        }
    }
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        match reply {
            Reply::Yes(_) => Self::Yes,
            Reply::No => Self::No,
            Reply::Unknown(cause) => Self::Unsure(cause),
            Reply::Later | Reply::Names(_) => {
                Self::Unsure(Cow::Borrowed("the terminology server has not been asked yet"))
            }
        }
    }
}

impl Terms for Asked<'_> {
    fn member(&self, value_set: &str, coding: CodingRef<'_>) -> Membership {
        let answer = match self.terms.set(value_set, 0) {
            Some(set) => match self.in_set(value_set, &set, coding) {
                Answer::Yes if !self.terms.display_is_right(coding, Some(&set)) => return Membership::WrongDisplay,
                answer => answer,
            },
            None => {
                let cause = known::implicit(value_set).unwrap_or("the value set is not held");
                self.other_set(value_set, coding, cause)
            }
        };
        match answer {
            Answer::Yes => Membership::Member,
            Answer::No => Membership::NotMember,
            Answer::Unsure(cause) => Membership::CannotTell(cause),
        }
    }

    fn in_system(&self, coding: CodingRef<'_>) -> Membership {
        let Some(url) = coding.system else {
            return Membership::CannotTell(Cow::Borrowed("the code has no system"));
        };
        match self.terms.code_in(url, coding.version, coding.code) {
            Answer::No => Membership::NotMember,
            Answer::Yes if self.terms.display_is_right(coding, None) => Membership::Member,
            Answer::Yes => Membership::WrongDisplay,
            Answer::Unsure(cause) => match self.server(About::System, coding, cause) {
                Reply::No => Membership::NotMember,
                Reply::Yes(display) if self.is_called(coding, display.as_deref()) => Membership::Member,
                Reply::Yes(_) => Membership::WrongDisplay,
                other => match other.into() {
                    Answer::Unsure(cause) => Membership::CannotTell(cause),
                    _ => Membership::Member,
                },
            },
        }
    }

    fn few_codes(&self, value_set: &str) -> Option<Vec<String>> {
        self.terms.few_codes(value_set)
    }

    fn near(&self, value_set: &str, code: &str) -> Option<String> {
        self.terms.near(value_set, code)
    }
}
