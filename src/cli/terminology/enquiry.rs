//! Asking the server: many questions in few requests, and an end to it when it is of no use.
//!
//! In: questions. Out: what was said of each, or the trouble. The trouble of the moment is tried again within one
//! request's patience (see [`crate::web`]); a server that stays in trouble is left alone for the rest of the run.

use super::wire::{self, Held, Said};
use crate::check::terminology::{About, Question};
use crate::web::{Answer, Client, Question as Request, Url, WebError};
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use std::time::{Duration, Instant};

/// Questions in one request.
const BATCH: usize = 100;
/// Bytes an answer may have: a batch of concepts with all their names has some hundred thousand.
const MOST: u64 = 16 << 20;
/// Bytes of what a server says that it holds.
const MOST_HELD: u64 = 32 << 20;
/// Requests that fail one after the other before the server is left alone.
const FAILURES: u32 = 3;

const FHIR: &str = "application/fhir+json";

/// Why a request came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// No connection, silence, or an answer that broke off.
    Unreachable,
    /// It led to another address.
    LedAway,
    /// It wants other credentials.
    Refused(u16),
    /// It has too much to do.
    Busy(u16),
    /// Some other status.
    Failed(u16),
    /// What came is no answer.
    Nonsense,
    /// The answer is too long.
    TooLong,
    /// The time that the run may spend is spent.
    Late,
}

impl Trouble {
    /// The reason, for people. It names no address and no word of the server's.
    pub(super) fn cause(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Unreachable => "the terminology server cannot be reached, or breaks off",
            Self::LedAway => "the terminology server leads to another address, where no code is sent",
            Self::Refused(status) => {
                return format!("the terminology server refuses to answer (status {status}): it wants credentials")
                    .into();
            }
            Self::Busy(status) => {
                return format!("the terminology server is too busy to answer (status {status})").into();
            }
            Self::Failed(status) => return format!("the terminology server fails (status {status})").into(),
            Self::Nonsense => "what the terminology server answers is no answer",
            Self::TooLong => "the terminology server's answer is too long",
            Self::Late => "the time allowed for the terminology server is used up",
        })
    }

    fn of(error: &WebError) -> Self {
        match error {
            WebError::Redirect { .. } | WebError::Address { .. } => Self::LedAway,
            WebError::TooLong { .. } => Self::TooLong,
            WebError::Status { status, .. } => Self::status(*status),
            WebError::Failed { .. } | WebError::Sink(_) => Self::Unreachable,
        }
    }

    fn status(status: u16) -> Self {
        match status {
            401 | 403 | 407 => Self::Refused(status),
            429 | 503 => Self::Busy(status),
            _ => Self::Failed(status),
        }
    }

    /// Whether there is no use in asking anything more.
    fn is_final(&self) -> bool {
        matches!(self, Self::Unreachable | Self::LedAway | Self::Refused(_) | Self::Late)
    }
}

/// Whether a server takes a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Batches {
    Taken,
    Refused,
}

/// Somebody who asks one server.
pub(super) struct Enquiry {
    client: Client,
    base: Url,
    language: Option<String>,
    batches: Batches,
    /// What the server says that it holds, once it was asked.
    held: Option<Held>,
    /// Value sets that it does not hold.
    no_sets: FxHashSet<Box<str>>,
    failures: u32,
    left: Duration,
    closed: Option<Trouble>,
}

impl Enquiry {
    /// Asks the server at `base` for at most `budget` in all.
    pub(super) fn new(client: Client, base: Url, language: Option<String>, budget: Duration) -> Self {
        Self {
            client,
            base,
            language,
            batches: Batches::Taken,
            held: None,
            no_sets: FxHashSet::default(),
            failures: 0,
            left: budget,
            closed: None,
        }
    }

    /// Asks; what was said of each, in order.
    pub(super) fn ask(&mut self, questions: &[Question]) -> Vec<Result<Said, Trouble>> {
        let mut said: Vec<Option<Result<Said, Trouble>>> = vec![None; questions.len()];
        self.learn();
        let mut open: Vec<usize> = Vec::new();
        for (at, question) in questions.iter().enumerate() {
            match self.foreseen(question) {
                Some(foreseen) => said[at] = Some(Ok(foreseen)),
                None => open.push(at),
            }
        }
        for chunk in open.chunks(BATCH) {
            let asked: Vec<&Question> = chunk.iter().map(|&at| &questions[at]).collect();
            for (&at, one) in chunk.iter().zip(self.chunk(&asked)) {
                if let (Ok(Said::NoSet), About::Set(url, version)) = (&one, &questions[at].about) {
                    self.no_sets.insert(set_key(url, version.as_deref()));
                }
                said[at] = Some(one);
            }
        }
        said.into_iter().map(|one| one.unwrap_or(Err(Trouble::Nonsense))).collect()
    }

    /// The trouble for which the server is left alone.
    pub(super) fn closed(&self) -> Option<&Trouble> {
        self.closed.as_ref()
    }

    /// What is known without asking.
    fn foreseen(&self, question: &Question) -> Option<Said> {
        let lacks = |url: &str| self.held.as_ref().is_some_and(|held| held.lacks(url));
        if question.system.as_deref().is_some_and(lacks) {
            return Some(Said::NoSystem);
        }
        match &question.about {
            About::Set(url, version) => self.no_sets.contains(&set_key(url, version.as_deref())).then_some(Said::NoSet),
            _ => None,
        }
    }

    /// Asks once what the server holds: codes of systems that it does not hold need not leave this machine.
    fn learn(&mut self) {
        if self.held.is_some() || self.closed.is_some() {
            return;
        }
        let url = below(&self.base, "metadata?mode=terminology");
        let request = Request { url: &url, accept: FHIR, body: None, most: MOST_HELD };
        let held = match self.send(&request) {
            Ok(answer) if (200..300).contains(&answer.status) => Held::read(&answer.body),
            Ok(_) => Held::default(),
            Err(trouble) => {
                // Not every server says what it holds.
                if trouble.is_final() {
                    self.closed = Some(trouble);
                }
                Held::default()
            }
        };
        self.held = Some(held);
    }

    fn chunk(&mut self, questions: &[&Question]) -> Vec<Result<Said, Trouble>> {
        if questions.len() > 1 && self.batches == Batches::Taken {
            match self.batch(questions) {
                Ok(said) => return said,
                Err(trouble @ (Trouble::Failed(_) | Trouble::Nonsense | Trouble::TooLong)) if self.closed.is_none() => {
                    if trouble != Trouble::TooLong {
                        self.batches = Batches::Refused;
                    }
                }
                Err(trouble) => return vec![Err(trouble); questions.len()],
            }
        }
        questions.iter().map(|question| self.one(question)).collect()
    }

    fn batch(&mut self, questions: &[&Question]) -> Result<Vec<Result<Said, Trouble>>, Trouble> {
        let body = wire::batch(questions, self.language.as_deref()).to_string();
        let base = self.base.clone();
        let answer = self.post(&base, &body)?;
        if matches!(answer.status, 401 | 403 | 407) {
            return Err(self.failed(Trouble::Refused(answer.status)));
        }
        let held = self.held.clone().unwrap_or_default();
        let said = (answer.status < 300).then(|| wire::answers(&answer.body, questions, &held)).flatten();
        // A server that takes no batch is no failing server.
        let said = said.ok_or(Trouble::Nonsense)?;
        self.failures = 0;
        Ok(said.into_iter().map(settled).collect())
    }

    fn one(&mut self, question: &Question) -> Result<Said, Trouble> {
        if let Some(foreseen) = self.foreseen(question) {
            return Ok(foreseen);
        }
        let body = wire::parameters(question, self.language.as_deref()).to_string();
        let url = below(&self.base, wire::operation(question));
        let answer = match self.post(&url, &body) {
            Ok(answer) => answer,
            Err(trouble) => return Err(self.failed(trouble)),
        };
        let held = self.held.clone().unwrap_or_default();
        match settled(wire::answer(answer.status, &answer.body, question, &held)) {
            Ok(said) => {
                self.failures = 0;
                Ok(said)
            }
            Err(trouble) => Err(self.failed(trouble)),
        }
    }

    fn post(&mut self, url: &Url, body: &str) -> Result<Answer, Trouble> {
        let request = Request { url, accept: FHIR, body: Some((FHIR, body.as_bytes())), most: MOST };
        self.send(&request)
    }

    fn send(&mut self, request: &Request<'_>) -> Result<Answer, Trouble> {
        if let Some(trouble) = &self.closed {
            return Err(trouble.clone());
        }
        if self.left.is_zero() {
            return Err(self.failed(Trouble::Late));
        }
        let began = Instant::now();
        let answer = self.client.ask(request);
        self.left = self.left.saturating_sub(began.elapsed());
        answer.map_err(|error| {
            let trouble = Trouble::of(&error);
            if trouble.is_final() { self.failed(trouble) } else { trouble }
        })
    }

    /// Counts a failure; the trouble that is told from now on, when it was one too many.
    fn failed(&mut self, trouble: Trouble) -> Trouble {
        self.failures += 1;
        if self.closed.is_none() && (trouble.is_final() || self.failures >= FAILURES) {
            self.closed = Some(trouble.clone());
        }
        trouble
    }
}

fn set_key(url: &str, version: Option<&str>) -> Box<str> {
    format!("{url}|{}", version.unwrap_or_default()).into()
}

/// An answer, or the trouble that came in its place.
fn settled(said: Said) -> Result<Said, Trouble> {
    match said {
        Said::Status(status) => Err(Trouble::status(status)),
        Said::Nonsense => Err(Trouble::Nonsense),
        said => Ok(said),
    }
}

/// The address of `path` below `base`.
fn below(base: &Url, path: &str) -> Url {
    let mut below = base.clone();
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    below.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    below.set_query(query);
    below
}
