//! Faults of the parser and of ingest → findings of the rules that answer for them.

use super::engine::header_span;
use super::record::{Recorder, Unit};
use super::tally::RuleId;
use crate::instance::{Instance, Message, NodeId, Path};
use crate::parse::{Fault, Faults, MAX_LISTED};
use crate::span::Span;
use crate::standard::Outcome;
use rustc_hash::FxHashMap;

/// Which rule answers for which fault.
#[derive(Debug, Default)]
pub struct SyntaxRules {
    by_code: FxHashMap<String, RuleId>,
    /// Of each family (`hl7v2.`), the rules with at least one of its fault codes, each once.
    by_family: Vec<(String, Vec<RuleId>)>,
}

impl SyntaxRules {
    /// Ties `code` to `rule`; a later one replaces an earlier one.
    pub fn tie(&mut self, code: &str, rule: RuleId) {
        self.by_code.insert(code.to_owned(), rule);
        let family = code.find('.').map_or(code, |dot| &code[..=dot]).to_owned();
        let of_family = match self.by_family.iter_mut().find(|(known, _)| *known == family) {
            Some((_, rules)) => rules,
            None => {
                self.by_family.push((family, Vec::new()));
                let last = self.by_family.len() - 1;
                &mut self.by_family[last].1
            }
        };
        if !of_family.contains(&rule) {
            of_family.push(rule);
        }
    }

    /// The rule for `code`.
    pub fn rule(&self, code: &str) -> Option<RuleId> {
        self.by_code.get(code).copied()
    }

    /// Every code that has a rule.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.by_code.keys().map(String::as_str)
    }

    /// The rules of a family of faults (`hl7v2.`).
    pub fn family(&self, family: &str) -> impl Iterator<Item = RuleId> {
        self.by_family.iter().filter(move |(known, _)| known == family).flat_map(|(_, rules)| rules.iter().copied())
    }

    /// Records the faults of one unit: every rule of `families` applied once, or as often as it failed; a rule of no
    /// such family only as often as it failed. `place` says where a listed fault, given with its index, is.
    pub fn check(
        &self,
        families: &[&str],
        unit: Unit<'_>,
        faults: &Faults,
        place: &mut dyn FnMut(usize, &Fault) -> (Path, Span),
        to: &mut Recorder,
    ) {
        for rule in families.iter().flat_map(|family| self.family(family)) {
            to.applies(rule);
        }
        if faults.is_empty() {
            return;
        }
        // The rules whose one application no fault has used yet.
        let mut unused: Vec<RuleId> = families.iter().flat_map(|family| self.family(family)).collect();
        for (code, count) in faults.counts() {
            let Some(rule) = self.rule(code) else { continue };
            let used = unused.iter().position(|known| *known == rule).map(|at| unused.swap_remove(at));
            to.applies_to(rule, *count - u32::from(used.is_some()));
            if *count > MAX_LISTED
                && let Some(last) = faults.listed().iter().rfind(|fault| fault.code == *code)
            {
                to.unlisted(rule, last.message.clone(), u64::from(*count - MAX_LISTED));
            }
        }
        for (at, fault) in faults.listed().iter().enumerate() {
            let Some(rule) = self.rule(fault.code) else { continue };
            let (path, span) = place(at, fault);
            to.found(unit, rule, Outcome::Failed, path, span, fault.message.clone());
        }
    }
}

/// The innermost place of the message that holds the fault.
pub(super) fn place(message: Message<'_>, fault: &Fault) -> (Path, Span) {
    let tree = message.tree;
    let holds = |id: NodeId| {
        let span = tree.node(id).span;
        span.start <= fault.span.start && fault.span.start < span.end.max(span.start + 1)
    };
    if tree.is_empty() {
        return (Path::Whole, fault.span);
    }
    let Some(segment) = tree.children(Instance::ROOT).find(|&id| holds(id)) else {
        return (Path::Whole, if fault.span.is_empty() { header_span(message) } else { fault.span });
    };
    let mut at = segment;
    while let Some(inner) = tree.children(at).find(|&id| holds(id)) {
        at = inner;
    }
    (Path::hl7(message, segment, at), fault.span)
}
