//! The plan of a run: every rule with its index, its impact as bits, and what the engine needs to know of it.
//!
//! In: a catalogue and the user's scope (by `compile`). Out: what the engine counts against and the judge judges by.

use super::tally::RuleId;
use crate::standard::{Catalogue, Rule, Severity};

/// Most integrations a plan can hold: their sets are bits of one word.
pub const MAX_INTEGRATIONS: usize = 64;

/// One rule of the plan.
#[derive(Clone, Debug)]
pub struct PlannedRule {
    /// Index of its pack in [`Plan::catalogue`].
    pub pack: usize,
    /// Index of the rule in its pack.
    pub index: usize,
    /// Code.
    pub code: String,
    /// Severity.
    pub severity: Severity,
    /// Integrations a failure blocks, bit by bit in catalogue order.
    pub blocks: u64,
    /// Integrations a failure makes worse.
    pub degrades: u64,
}

/// The rules of a run.
#[derive(Debug, Default)]
pub struct Plan {
    /// The packs and integrations in force.
    pub catalogue: Catalogue,
    /// Every rule, by [`RuleId`]: pack order, then rule order.
    pub rules: Vec<PlannedRule>,
}

impl Plan {
    /// Lists the rules of `catalogue`.
    pub fn new(catalogue: Catalogue) -> Self {
        let bit = |id: &String| {
            let at = catalogue.integrations.iter().position(|known| known.id == *id);
            at.filter(|at| *at < MAX_INTEGRATIONS).map_or(0, |at| 1u64 << at)
        };
        let mut rules = Vec::new();
        for (pack_index, pack) in catalogue.packs.iter().enumerate() {
            for (index, rule) in pack.rules.iter().enumerate() {
                rules.push(PlannedRule {
                    pack: pack_index,
                    index,
                    code: rule.code.clone(),
                    severity: rule.severity,
                    blocks: rule.blocks.iter().map(bit).fold(0, |a, b| a | b),
                    degrades: rule.degrades.iter().map(bit).fold(0, |a, b| a | b),
                });
            }
        }
        Self { catalogue, rules }
    }

    /// The rule as written in its pack.
    pub fn rule(&self, id: RuleId) -> &Rule {
        let planned = &self.rules[usize::from(id.0)];
        &self.catalogue.packs[planned.pack].rules[planned.index]
    }

    /// The rule with this code.
    pub fn find(&self, code: &str) -> Option<RuleId> {
        self.rules.iter().position(|rule| rule.code == code).map(|at| RuleId(at as u16))
    }

    /// Every rule id.
    pub fn ids(&self) -> impl Iterator<Item = RuleId> + use<> {
        (0..self.rules.len() as u16).map(RuleId)
    }
}
