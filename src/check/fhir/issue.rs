//! Where every check of a FHIR resource puts what it finds.
//!
//! In: applications and findings of [`Code`]s. Out: counts, and the findings once each. While a part is only tried
//! (does this slice fit? does one of these profiles hold?) nothing is kept but the [`Decision`], and no message is made.

use super::{Code, Decision};
use crate::check::fhirpath::Scratch;
use crate::instance::NodeId;
use crate::span::Span;
use crate::standard::Severity;
use rustc_hash::{FxHashSet, FxHasher};
use std::borrow::Cow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Where in the definitions an assertion comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// Canonical URL of the definition.
    pub profile: Arc<str>,
    /// Id of the element in it: `Patient.identifier:nhsNumber.system`.
    pub element: Arc<str>,
}

/// A finding.
#[derive(Clone, Debug)]
pub struct Issue {
    /// What it is.
    pub code: Code,
    /// Whether it failed or could not be decided.
    pub outcome: Found,
    /// The element.
    pub node: NodeId,
    /// The bytes, where they are not the element's own.
    pub span: Option<Span>,
    /// What is wrong; never a value of the instance.
    pub message: Cow<'static, str>,
    /// Which assertion of which definition says so, where it is one.
    pub source: Option<Source>,
}

/// What a finding comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Found {
    /// It does not hold.
    Failed,
    /// It could not be decided.
    CannotTell,
}

/// The findings and counts of one unit.
#[derive(Debug)]
pub struct Issues {
    applied: Box<[u32; Code::COUNT]>,
    failed: Box<[u32; Code::COUNT]>,
    cannot_tell: Box<[u32; Code::COUNT]>,
    kept: Vec<Issue>,
    seen: FxHashSet<u64>,
    /// How many trials are under way, one in another.
    probing: u32,
    probed: Decision,
    /// Memory that expressions work in.
    pub(super) scratch: Scratch,
}

/// A trial under way.
#[derive(Debug)]
#[must_use = "a trial ends with `Issues::settle`"]
pub struct Probe {
    outer: Decision,
}

impl Default for Issues {
    fn default() -> Self {
        let none = || Box::new([0; Code::COUNT]);
        Self {
            applied: none(),
            failed: none(),
            cannot_tell: none(),
            kept: Vec::new(),
            seen: FxHashSet::default(),
            probing: 0,
            probed: Decision::Success,
            scratch: Scratch::default(),
        }
    }
}

impl Issues {
    /// Findings of one code and outcome kept per unit; the rest are counted.
    pub const MAX_KEPT: u32 = 1000;

    /// Forgets everything, keeping its memory for the next unit.
    pub fn clear(&mut self) {
        self.applied.fill(0);
        self.failed.fill(0);
        self.cannot_tell.fill(0);
        self.kept.clear();
        self.seen.clear();
        self.probing = 0;
        self.probed = Decision::Success;
    }

    /// Something of this kind was looked at.
    #[inline]
    pub fn applies(&mut self, code: Code) {
        self.applied[code as usize] += u32::from(self.probing == 0);
    }

    /// `code` does not hold at `node`.
    pub fn fail(
        &mut self,
        code: Code,
        node: NodeId,
        source: Option<&Source>,
        message: impl FnOnce() -> Cow<'static, str>,
    ) {
        self.found(code, Found::Failed, node, None, source, message);
    }

    /// `code` does not hold at bytes that are not all of `node`.
    pub fn fail_at(
        &mut self,
        code: Code,
        node: NodeId,
        span: Span,
        source: Option<&Source>,
        message: impl FnOnce() -> Cow<'static, str>,
    ) {
        self.found(code, Found::Failed, node, Some(span), source, message);
    }

    /// Whether `code` holds at `node` cannot be decided; the message says for want of what.
    pub fn cannot_tell(
        &mut self,
        code: Code,
        node: NodeId,
        source: Option<&Source>,
        message: impl FnOnce() -> Cow<'static, str>,
    ) {
        self.found(code, Found::CannotTell, node, None, source, message);
    }

    fn found(
        &mut self,
        code: Code,
        outcome: Found,
        node: NodeId,
        span: Option<Span>,
        source: Option<&Source>,
        message: impl FnOnce() -> Cow<'static, str>,
    ) {
        if self.probing > 0 {
            self.probed = self.probed.and(weight(code, outcome));
            return;
        }
        let message = message();
        let mut hasher = FxHasher::default();
        (code, outcome, node, span.map(|span| (span.start, span.end)), &message).hash(&mut hasher);
        if !self.seen.insert(hasher.finish()) {
            return;
        }
        let count = match outcome {
            Found::Failed => &mut self.failed[code as usize],
            Found::CannotTell => &mut self.cannot_tell[code as usize],
        };
        *count += 1;
        if *count <= Self::MAX_KEPT {
            self.kept.push(Issue { code, outcome, node, span, message, source: source.cloned() });
        }
    }

    /// Starts a trial: until [`Issues::settle`] nothing is counted or kept.
    pub fn probe(&mut self) -> Probe {
        self.probing += 1;
        Probe { outer: std::mem::take(&mut self.probed) }
    }

    /// Ends a trial: what it came to. Only errors are failures.
    pub fn settle(&mut self, probe: Probe) -> Decision {
        self.probing = self.probing.saturating_sub(1);
        std::mem::replace(&mut self.probed, probe.outer)
    }

    /// Whether a trial is under way and has failed, so that there is no need to look further.
    #[inline]
    pub fn is_settled(&self) -> bool {
        self.probing > 0 && self.probed == Decision::Failure
    }

    /// Whether a trial is under way.
    #[inline]
    pub fn is_probing(&self) -> bool {
        self.probing > 0
    }

    /// The findings kept, in the order they were made.
    pub fn kept(&self) -> &[Issue] {
        &self.kept
    }

    /// At how many places `code` was looked at.
    pub fn applied(&self, code: Code) -> u32 {
        // Whoever finds something has looked.
        let index = code as usize;
        self.applied[index].max(self.failed[index].saturating_add(self.cannot_tell[index]))
    }

    /// At how many places `code` came to `outcome`, kept or not.
    pub fn count(&self, code: Code, outcome: Found) -> u32 {
        match outcome {
            Found::Failed => self.failed[code as usize],
            Found::CannotTell => self.cannot_tell[code as usize],
        }
    }
}

/// What a finding means for a trial: a warning does not make anything fail.
fn weight(code: Code, outcome: Found) -> Decision {
    match (outcome, code.severity()) {
        (Found::Failed, Severity::Error | Severity::Fatal) => Decision::Failure,
        (Found::CannotTell, Severity::Error | Severity::Fatal) => Decision::Undecided,
        _ => Decision::Success,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_finding_at_the_same_node_is_kept_once() {
        let mut issues = Issues::default();
        for _ in 0..3 {
            issues.applies(Code::Invariant);
            issues.fail(Code::Invariant, 4, None, || "pat-1".into());
        }
        issues.fail(Code::Invariant, 4, None, || "pat-2".into());
        issues.fail(Code::Invariant, 5, None, || "pat-1".into());
        issues.cannot_tell(Code::Invariant, 5, None, || "pat-1".into());
        assert_eq!(issues.kept().len(), 4);
        assert_eq!(issues.count(Code::Invariant, Found::Failed), 3);
        assert_eq!(issues.applied(Code::Invariant), 4);
        issues.clear();
        assert_eq!((issues.kept().len(), issues.applied(Code::Invariant)), (0, 0));
    }

    #[test]
    fn a_trial_keeps_nothing_but_its_decision() {
        let mut issues = Issues::default();
        let outer = issues.probe();
        issues.cannot_tell(Code::BindingRequired, 1, None, || unreachable!());
        let inner = issues.probe();
        issues.fail(Code::BindingExtensible, 1, None, || unreachable!());
        assert!(!issues.is_settled());
        issues.fail(Code::Fixed, 1, None, || unreachable!());
        assert!(issues.is_settled());
        assert_eq!(issues.settle(inner), Decision::Failure);
        assert!(!issues.is_settled());
        assert_eq!(issues.settle(outer), Decision::Undecided);
        issues.applies(Code::Fixed);
        issues.fail(Code::Fixed, 1, None, || "told".into());
        assert_eq!((issues.kept().len(), issues.applied(Code::Fixed)), (1, 1));
    }

    #[test]
    fn one_cause_repeated_is_counted_past_what_is_kept() {
        let mut issues = Issues::default();
        for node in 0..Issues::MAX_KEPT + 7 {
            issues.fail(Code::Fixed, node, None, || "told".into());
        }
        assert_eq!(issues.kept().len(), Issues::MAX_KEPT as usize);
        assert_eq!(issues.count(Code::Fixed, Found::Failed), Issues::MAX_KEPT + 7);
    }
}
