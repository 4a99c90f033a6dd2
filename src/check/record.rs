//! Recording: one worker's tally, and the book-keeping of the message in hand.

use super::excerpt::{Shown, excerpt};
use super::finding::{Located, Place};
use super::plan::Plan;
use super::tally::{GroupKey, RuleId, Tally};
use crate::instance::{Path, Spot};
use crate::span::{Ruler, Span};
use crate::standard::{Outcome, Rule, Test};
use std::borrow::Cow;
use std::sync::Arc;

/// Findings of one rule listed per message; the rest are counted.
const LISTED_PER_UNIT: u32 = 100;

/// As many ids of rules as there can be.
const RULES: usize = 1 << 16;

/// One unit as the engine sees it.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Id of its artifact.
    pub artifact: &'a Arc<str>,
    /// Which message of the artifact, from one.
    pub item: u64,
    /// The line of the artifact on which it starts, from one.
    pub first_line: u64,
    /// Characters before it on that line: the one that opens an MLLP frame.
    pub indent: u32,
}

/// One worker's tally.
#[derive(Debug)]
pub struct Recorder {
    /// What it adds up to so far.
    pub tally: Tally,
    shown: Shown,
    /// Per rule, at how many places of the message in hand it applied. One for every id there can be, so that counting
    /// a place, which is done hundreds of times a message, looks nothing up; what is not used takes no memory.
    places: Box<[u32; RULES]>,
    /// Per rule, the rest of the book-keeping; what it adds up to goes to the tally once a message.
    marks: Vec<Mark>,
    /// The rules that applied in the message in hand.
    touched: Vec<RuleId>,
    ruler: Ruler,
    impacts: Vec<u64>,
    /// Headlines of the rules that word their own findings.
    headlines: Vec<Option<String>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    /// Whether it applied at all, if only at no further place.
    touched: bool,
    found: u32,
}

impl Recorder {
    /// A recorder for `plan`.
    pub fn new(plan: &Plan, shown: Shown) -> Self {
        Self {
            tally: Tally::new(plan.rules.len(), plan.catalogue.integrations.len()),
            shown,
            places: vec![0; RULES].into_boxed_slice().try_into().expect("it was made of that length"),
            marks: vec![Mark::default(); plan.rules.len()],
            touched: Vec::new(),
            ruler: Ruler::default(),
            headlines: plan.ids().map(|id| headline(plan.rule(id))).collect(),
            impacts: plan.rules.iter().map(|rule| rule.blocks | rule.degrades).collect(),
        }
    }

    /// Starts a message.
    pub fn start(&mut self) {
        self.settle();
        self.tally.messages += 1;
        self.ruler = Ruler::default();
    }

    /// Ends the message: counts it for the rules and integrations it exercised.
    pub fn end(&mut self) {
        let mut integrations = 0u64;
        for rule in &self.touched {
            let at = usize::from(rule.0);
            self.marks[at] = Mark::default();
            let counts = &mut self.tally.counts[at];
            counts.applicable += u64::from(std::mem::take(&mut self.places[at]));
            counts.messages += 1;
            integrations |= self.impacts[at];
        }
        self.touched.clear();
        while integrations != 0 {
            let at = integrations.trailing_zeros() as usize;
            if let Some(shown) = self.tally.shown.get_mut(at) {
                *shown += 1;
            }
            integrations &= integrations - 1;
        }
    }

    /// What it adds up to, also where the last message broke off.
    pub fn finish(mut self) -> Tally {
        self.settle();
        self.tally
    }

    /// Adds the places of a message whose check broke off to the tally.
    fn settle(&mut self) {
        for rule in self.touched.drain(..) {
            let at = usize::from(rule.0);
            self.marks[at] = Mark::default();
            self.tally.counts[at].applicable += u64::from(std::mem::take(&mut self.places[at]));
        }
    }

    /// The rule applied at a place.
    #[inline]
    pub fn applies(&mut self, rule: RuleId) {
        self.applies_to(rule, 1);
    }

    /// The rule applied at `places` places.
    #[inline]
    pub fn applies_to(&mut self, rule: RuleId, places: u32) {
        let sum = &mut self.places[usize::from(rule.0)];
        let before = *sum;
        *sum = before.saturating_add(places);
        if before == 0 {
            self.touch(rule);
        }
    }

    /// The first places of the message at which the rule applied.
    #[inline(never)]
    fn touch(&mut self, rule: RuleId) {
        let mark = &mut self.marks[usize::from(rule.0)];
        if !mark.touched {
            mark.touched = true;
            self.touched.push(rule);
        }
    }

    /// The rules speak of `messages` messages.
    pub fn reaches(&mut self, rules: &[RuleId], messages: u64) {
        for rule in rules {
            self.tally.counts[usize::from(rule.0)].reached += messages;
        }
    }

    /// The rule failed or could not be decided at a place where it [`Recorder::applies`].
    pub fn found(
        &mut self,
        unit: Unit<'_>,
        rule: RuleId,
        outcome: Outcome,
        path: Path,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) {
        let place = (path.general(), span);
        self.record(unit, rule, outcome, place, || path, message.into(), || None);
    }

    /// The same, said by a definition, which is named only when the finding is listed.
    pub fn found_by(
        &mut self,
        unit: Unit<'_>,
        rule: RuleId,
        outcome: Outcome,
        (path, span): (Path, Span),
        message: Cow<'static, str>,
        definition: impl FnOnce() -> Option<Arc<str>>,
    ) {
        self.record(unit, rule, outcome, (path.general(), span), || path, message, definition);
    }

    /// The same at a place of the message, whose full path is made only when the finding is listed.
    pub fn found_at(
        &mut self,
        unit: Unit<'_>,
        rule: RuleId,
        outcome: Outcome,
        spot: Spot<'_>,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) {
        let general = spot.general().to_string();
        self.record(unit, rule, outcome, (general, span), || Path::Hl7(spot.step()), message.into(), || None);
    }

    #[expect(clippy::too_many_arguments, reason = "one finding has these parts; the public forms bundle two of them")]
    fn record(
        &mut self,
        unit: Unit<'_>,
        rule: RuleId,
        outcome: Outcome,
        (general, span): (String, Span),
        path: impl FnOnce() -> Path,
        message: Cow<'static, str>,
        definition: impl FnOnce() -> Option<Arc<str>>,
    ) {
        let at = usize::from(rule.0);
        match outcome {
            Outcome::CannotTell => self.tally.counts[at].cannot_tell += 1,
            _ => self.tally.counts[at].failed += 1,
        }
        let message = self.worded(rule, message);
        let key = GroupKey { rule, outcome, path: general, message };
        let mark = &mut self.marks[at];
        mark.found += 1;
        if mark.found > LISTED_PER_UNIT {
            return self.tally.count_only(key, 1);
        }
        let place = Place { artifact: Arc::clone(unit.artifact), item: unit.item, offset: span.start, path: path() };
        let (shown, ruler) = (self.shown, &mut self.ruler);
        self.tally.find(key, place, || Located { definition: definition(), ..located(unit, span, shown, ruler) });
    }

    fn worded(&self, rule: RuleId, message: Cow<'static, str>) -> Cow<'static, str> {
        match self.headlines.get(usize::from(rule.0)) {
            Some(Some(headline)) if message.is_empty() => headline.clone().into(),
            Some(Some(headline)) => format!("{headline}: {message}").into(),
            _ => message,
        }
    }

    /// Counts `more` places of a group that the parser counted and did not list.
    pub fn unlisted(&mut self, rule: RuleId, message: Cow<'static, str>, more: u64) {
        self.more(rule, Outcome::Failed, message, more);
    }

    /// Counts `more` findings of a group that were counted and not kept.
    pub fn more(&mut self, rule: RuleId, outcome: Outcome, message: Cow<'static, str>, more: u64) {
        let counts = &mut self.tally.counts[usize::from(rule.0)];
        match outcome {
            Outcome::CannotTell => counts.cannot_tell += more,
            _ => counts.failed += more,
        }
        let key = GroupKey { rule, outcome, path: String::new(), message };
        self.tally.count_only(key, more);
    }
}

/// What heads a finding of `rule`; constraints and faults describe themselves.
fn headline(rule: &Rule) -> Option<String> {
    match rule.test() {
        Ok(Test::Assert(_) | Test::Native(_)) => {
            Some(rule.message.clone().unwrap_or_else(|| rule.name.replace('-', " ")))
        }
        _ => None,
    }
}

/// Where `span` is, for a reader.
fn located(unit: Unit<'_>, span: Span, shown: Shown, ruler: &mut Ruler) -> Located {
    let covered = span.of(unit.bytes);
    let end_of_line = memchr::memchr2(b'\r', b'\n', covered).unwrap_or(covered.len());
    let length = super::assertion::expression::characters(&covered[..end_of_line]).max(1);
    let mut position = ruler.position(unit.bytes, span.start, unit.first_line);
    if position.line == unit.first_line {
        position.column = position.column.saturating_add(unit.indent);
    }
    Located {
        position,
        length: u32::try_from(length).unwrap_or(u32::MAX),
        related: Vec::new(),
        excerpt: Some(excerpt(unit.bytes, span, shown)),
        definition: None,
    }
}
