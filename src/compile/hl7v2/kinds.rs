//! What is expected of one kind of message: its structure, its event, and the rules on the message as a whole.

use super::pattern;
use super::source::Compiler;
use crate::check::assertion::{Owned, Structure};
use crate::check::{KindKey, KindPlan, RuleId};
use crate::standard::hl7v2::base;

impl Compiler {
    pub(super) fn compile_kind(&self, key: &KindKey) -> KindPlan {
        let (ids, root) = self.structure(key);
        let structure = self.answers("structure", key).zip(root);
        let event = self.answers("event", key).filter(|_| !ids.is_empty());
        let layers = self.layers.iter().filter(|layer| layer.applies(key));
        let rules = layers.flat_map(|layer| &layer.rules);
        KindPlan {
            structure: structure.map(|(rule, test)| Owned { rule, test }),
            event: event.map(|rule| Owned { rule, test: ids }),
            unknown_segment: self.answers("segment", key),
            asserted: rules
                .filter(|rule| rule.on.is_none() && pattern::any(&rule.patterns, key))
                .map(|rule| rule.asserted.clone())
                .collect(),
            reached: self.reached(key),
        }
    }

    /// The structure ids a message of this kind may name, and its structure: the highest layer's, else the base's.
    fn structure(&self, key: &KindKey) -> (Vec<String>, Option<Structure>) {
        for layer in self.layers.iter().rev().filter(|layer| layer.applies(key)) {
            let own = layer
                .structures
                .iter()
                .find(|structure| !structure.patterns.is_empty() && pattern::any(&structure.patterns, key));
            if let Some(found) = own {
                return (vec![found.id.clone()], Some(Structure::new(&found.id, &found.root)));
            }
        }
        let text = |part: [u8; 3]| String::from_utf8_lossy(&part).trim_matches('\0').to_owned();
        let base = base(key.version);
        let (kind, event) = (text(key.kind), text(key.event));
        let by_event = base.structure_for(&format!("{kind}^{event}")).or_else(|| base.structure_for(&kind));
        let ids = by_event.map(str::to_owned).into_iter().collect();
        let found = by_event.or(key.structure).and_then(|id| base.structure(id));
        (ids, found.map(|structure| Structure::new(structure.id, &structure.root)))
    }

    /// The rule that answers for constraints of `kind` in such messages: the highest layer's.
    pub(super) fn answers(&self, kind: &str, key: &KindKey) -> Option<RuleId> {
        self.layers.iter().rev().filter(|layer| layer.applies(key)).find_map(|layer| layer.own(kind, key))
    }

    fn reached(&self, key: &KindKey) -> Vec<RuleId> {
        let speaks = self.plan_rules.iter().filter(|(_, patterns)| pattern::any(patterns, key));
        speaks.map(|(id, _)| *id).collect()
    }
}

impl super::source::Layer {
    /// The pack's own rule for constraints of `kind`.
    pub(super) fn own(&self, kind: &str, key: &KindKey) -> Option<RuleId> {
        let mut own =
            self.derived.iter().filter(|(derived, patterns, _)| derived == kind && pattern::any(patterns, key));
        own.next().map(|(_, _, id)| *id)
    }
}
