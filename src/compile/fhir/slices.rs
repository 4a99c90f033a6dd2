//! The slices of an element, and what each is told by.

use super::derived::Making;
use super::element::most;
use super::tree::Ix;
use crate::check::fhir::slicing::{Rules, Slice, Slicing, Test, Tests, What};
use crate::instance::TypeId;
use crate::standard::fhir::Discriminator;

/// Slices of one element; no definition has near as many.
const MAX_SLICES: usize = 1000;

impl Making<'_, '_> {
    /// How the repetitions of `at` are told apart; `None` when they are not.
    pub(super) fn slicing(&mut self, at: Ix, parent: Option<TypeId>, depth: u32) -> Option<Slicing> {
        let branch = &self.tree.branches[at];
        if branch.slices.is_empty() {
            return None;
        }
        let depth = depth.checked_sub(1)?;
        let said = branch.element.slicing.as_ref();
        let source = self.source(branch.element);
        let rules = match said.map(|said| said.rules.as_str()) {
            Some("closed") => Rules::Closed,
            Some("openAtEnd") => Rules::OpenAtEnd,
            _ => Rules::Open,
        };
        // Where nothing is said of a choice's forms, they are told apart by type.
        let by_type = [Discriminator { kind: "type".into(), path: "$this".into() }];
        let discriminators = match said {
            Some(said) if !said.discriminator.is_empty() => &*said.discriminator,
            _ if branch.name.ends_with("[x]") => &by_type,
            _ => &[],
        };
        let mut slices = Vec::new();
        let mut position = 0u32;
        for &ix in branch.slices.iter().take(MAX_SLICES) {
            let element = self.tree.branches[ix].element;
            let name = element.slice_name.as_deref().unwrap_or_default();
            let (min, max) = (element.min.unwrap_or(0), most(element.max.as_deref()));
            let tests = match name {
                "@default" => Tests::Default,
                _ => self.tests(ix, discriminators, (position, min, max)),
            };
            position = position.saturating_add(min);
            if matches!(tests, Tests::Nothing) {
                let source = self.source(element);
                self.compiler.broken(&source, "nothing in it tells what is of the slice");
            }
            let type_id = self.type_of(ix, parent);
            let (node, _) = self.add(ix, type_id, depth);
            let reslicing = self.slicing(ix, parent, depth).map(Box::new);
            slices.push(Slice { name: name.into(), min, max, node, tests, reslicing });
        }
        let untold = slices.iter().any(|slice| matches!(slice.tests, Tests::Nothing));
        // What may be of a slice that nothing tells is not told to be of none.
        let rules = if untold && rules == Rules::Closed { Rules::Open } else { rules };
        Some(Slicing { source, ordered: said.is_some_and(|said| said.ordered), rules, slices })
    }

    fn tests(&mut self, slice: Ix, discriminators: &[Discriminator], (from, min, max): (u32, u32, u32)) -> Tests {
        let mut tests = Vec::new();
        for discriminator in discriminators {
            if discriminator.kind == "position" {
                let to = if max == u32::MAX { max } else { from.saturating_add(max.max(min)) };
                let what = What::Position(from, to);
                tests.push(Test { path: Vec::new(), shown: "$this".into(), what });
                continue;
            }
            self.criteria(slice, discriminator, &mut tests);
        }
        if tests.is_empty() { Tests::Nothing } else { Tests::All(tests) }
    }
}
