//! The answers of one run.
//!
//! In: questions of checks on any thread. Out: answers, each asked for once in the run, however many threads want it at
//! the same time. What a report says of the server is counted over the answers that checks have used, so that it does
//! not depend on threads.

use super::cache::Cache;
use super::enquiry::{Enquiry, Trouble};
use super::wire::Said;
use crate::check::terminology::{Question, Reply, Server};
use crate::judge::TerminologyUse;
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

/// Answers kept in memory: a run over all of a trust's messages has some ten thousand codes.
const MAX_KEPT: usize = 500_000;

/// The answers of one run.
pub(crate) struct Session {
    origin: String,
    kept: RwLock<FxHashMap<Question, Kept>>,
    cache: Option<Cache>,
    /// One request at a time: who waits may find his answer among another's.
    enquiry: Mutex<Enquiry>,
}

/// An answer in memory.
struct Kept {
    reply: Reply,
    from: From,
    used: AtomicBool,
}

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    Server,
    Cache,
    Nobody,
}

impl Session {
    pub(super) fn new(origin: String, cache: Option<Cache>, enquiry: Enquiry) -> Self {
        Self { origin, kept: RwLock::default(), cache, enquiry: Mutex::new(enquiry) }
    }

    /// What a report says of it.
    pub(crate) fn summary(&self) -> TerminologyUse {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let used = |from: From| {
            kept.values().filter(|kept| kept.from == from && kept.used.load(Ordering::Relaxed)).count() as u64
        };
        TerminologyUse {
            server: self.origin.clone(),
            answered_by_server: used(From::Server),
            answered_by_cache: used(From::Cache),
            unanswered: used(From::Nobody),
        }
    }

    /// Why the server was left alone, if it was. Whoever still asks, in a run that was interrupted, is not waited for.
    pub(crate) fn trouble(&self) -> Option<Cow<'static, str>> {
        self.enquiry.try_lock().ok()?.closed().map(Trouble::cause)
    }

    fn keep(&self, question: &Question, reply: Reply, from: From) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MAX_KEPT {
            kept.entry(question.clone()).or_insert(Kept { reply, from, used: AtomicBool::new(false) });
        }
    }

    /// What is in memory; used from now on, when `using`.
    fn look(&self, question: &Question, using: bool) -> Option<Reply> {
        let all = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let kept = all.get(question)?;
        if using {
            kept.used.store(true, Ordering::Relaxed);
        }
        Some(kept.reply.clone())
    }
}

impl Server for Session {
    fn answer(&self, question: &Question) -> Reply {
        if self.known(question).is_none() {
            self.ask(vec![question.clone()]);
        }
        let full = || Reply::Unknown(Cow::Borrowed("more different codes than a terminology server is asked for"));
        self.look(question, true).unwrap_or_else(full)
    }

    fn known(&self, question: &Question) -> Option<Reply> {
        if let Some(reply) = self.look(question, false) {
            return Some(reply);
        }
        let (reply, from) = match self.cache.as_ref()?.get(question)? {
            said @ (Said::Yes(_) | Said::No | Said::Names(_)) => (reply(said), From::Cache),
            // That the server lacks something is no answer, wherever it is known from.
            said => (reply(said), From::Nobody),
        };
        self.keep(question, reply.clone(), from);
        Some(reply)
    }

    fn ask(&self, mut questions: Vec<Question>) {
        let mut enquiry = self.enquiry.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seen = FxHashSet::default();
        questions.retain(|question| self.known(question).is_none() && seen.insert(question.clone()));
        if questions.is_empty() || self.kept.read().unwrap_or_else(PoisonError::into_inner).len() >= MAX_KEPT {
            return;
        }
        for (question, said) in questions.iter().zip(enquiry.ask(&questions)) {
            match said {
                Ok(said) => {
                    if let Some(cache) = &self.cache {
                        cache.put(question, &said);
                    }
                    let from = match said {
                        Said::Yes(_) | Said::No | Said::Names(_) => From::Server,
                        _ => From::Nobody,
                    };
                    self.keep(question, reply(said), from);
                }
                Err(trouble) => self.keep(question, Reply::Unknown(trouble.cause()), From::Nobody),
            }
        }
    }
}

fn reply(said: Said) -> Reply {
    let unknown = |why| Reply::Unknown(Cow::Borrowed(why));
    match said {
        Said::Yes(display) => Reply::Yes(display.map(Into::into)),
        Said::No => Reply::No,
        Said::Names(names) => Reply::Names(names.into_iter().map(Into::into).collect()),
        Said::NoSystem => unknown("the terminology server does not hold the code system"),
        Said::NoVersion => unknown("the terminology server may not hold this version of the code system"),
        Said::NoSet => unknown("the terminology server does not hold the value set"),
        Said::NoNames => unknown("the terminology server does not say what the code is called"),
        Said::Status(_) | Said::Nonsense => unknown("what the terminology server answers is no answer"),
    }
}
