//! A differential walked over the tree of its base.
//!
//! In: the base's tree and the differential's. Out: the base's tree with everything the differential says in it: where
//! it goes into an element that the base lists without children, they are fetched from the element's type, the profile
//! of that type, or the element that it shares its content with; a new slice starts as a copy of what it slices.

use super::facts::{refine, refine_by_profile};
use super::tree::{DEEPEST, Listed, Node};
use super::{SnapshotError, Snapshots};
use crate::standard::fhir::{Discriminator, ElementDefinition, Slicing, StructureDefinition};
use std::cell::Cell;
use std::sync::Arc;

pub(super) struct Walk<'a> {
    pub(super) snapshots: &'a Snapshots,
    pub(super) definition: &'a StructureDefinition,
    /// The base as it was, for content references.
    pub(super) origin: &'a Node,
    /// How many definitions deep this one was asked for.
    pub(super) depth: usize,
    /// Elements that may still be copied: slices of slices of slices multiply.
    pub(super) left: Cell<usize>,
}

impl Walk<'_> {
    /// Lays the differential's `by` over `base`, at `id`.
    pub(super) fn apply(&self, base: &mut Node, by: Node, id: &str, depth: usize) -> Result<(), SnapshotError> {
        let id = match (&by.element.slice_name, id.is_empty()) {
            (_, true) => by.name.clone(),
            (Some(slice), _) => format!("{id}.{}:{slice}", by.name),
            (None, _) => format!("{id}.{}", by.name),
        };
        if depth > DEEPEST {
            return Err(self.wrong(&id, "it nests too deep"));
        }
        // A slice starts as what it slices was: what this differential says of all repetitions is checked with them all.
        let unsliced = by.slices.iter().any(|slice| base.slice(slice).is_none()).then(|| base.clone());
        if !by.says_nothing() && depth > 0 {
            self.say(base, &by)?;
        } else if depth == 0 {
            refine(&mut base.element, &by.element, &self.definition.url);
        }
        if !by.children.is_empty() && base.children.is_empty() {
            base.children = self.children_of(base, &id)?;
        }
        let mut forms: Vec<(String, Vec<Node>)> = Vec::new();
        let mut said: Vec<String> = Vec::new();
        for child in by.children {
            match base.choice_of(&child.name) {
                Some(choice) => match forms.iter_mut().find(|(known, _)| *known == choice) {
                    Some((_, forms)) => forms.push(child),
                    None => forms.push((choice, vec![child])),
                },
                None => {
                    said.push(child.name.clone());
                    self.apply_child(base, child, &id, depth)?;
                }
            }
        }
        for (choice, forms) in forms {
            let is_short = !said.contains(&choice);
            if let Some(known) = base.children.iter_mut().find(|known| known.name == choice) {
                self.apply_forms(known, forms, is_short, &id, depth)?;
            }
        }
        let above = id.rsplit_once('.').map_or("", |(above, _)| above).to_owned();
        for slice in by.slices {
            self.apply_slice(base, unsliced.as_ref(), slice, &above, depth)?;
        }
        Ok(())
    }

    /// What a differential says of an element itself.
    fn say(&self, base: &mut Node, said: &Node) -> Result<(), SnapshotError> {
        let by = &said.element;
        let profile = |element: &ElementDefinition| match element.types.as_slice() {
            [one] if one.profile.len() == 1 => one.profile.first().cloned(),
            _ => None,
        };
        if let Some(canonical) = profile(by)
            && profile(&base.element).as_ref() != Some(&canonical)
        {
            // What is said of its elements is said of the new profile's.
            if !said.children.is_empty() {
                base.children.clear();
            }
            if let Some(found) = self.snapshots.with_snapshot(&canonical, self.depth + 1)?
                && let Some(root) = found.snapshot.first()
            {
                refine_by_profile(&mut base.element, root, &found.url);
            }
        }
        refine(&mut base.element, by, &self.definition.url);
        Ok(())
    }

    fn apply_child(&self, base: &mut Node, child: Node, id: &str, depth: usize) -> Result<(), SnapshotError> {
        if let Some(at) = base.children.iter().position(|known| known.name == child.name) {
            return self.apply(&mut base.children[at], child, id, depth + 1);
        }
        // Where several types may stand, an element of one of them.
        if base.element.types.len() > 1
            && let Some(of_type) = self.child_of_any(&base.element, &child.name)?
        {
            base.children.push(of_type);
            let last = base.children.len() - 1;
            return self.apply(&mut base.children[last], child, id, depth + 1);
        }
        Err(self.wrong(&format!("{id}.{}", child.name), "what it builds on has no such element"))
    }

    /// `valueQuantity` is short for the slice of `value[x]` by its type, and for all of `value[x]` when that is the only
    /// type left. Where the profile says nothing else of the choice, no other types than those of `forms` remain.
    fn apply_forms(
        &self,
        known: &mut Node,
        forms: Vec<Node>,
        is_short: bool,
        id: &str,
        depth: usize,
    ) -> Result<(), SnapshotError> {
        let unsliced = Node { slices: Vec::new(), ..known.clone() };
        let types = &unsliced.element.types;
        let only = types.len() == 1 && known.slices.is_empty();
        if is_short && !only && known.element.slicing.is_none() {
            known.element.slicing = Some(Slicing { rules: "closed".to_owned(), ..sliced_by("type", "$this") });
            let left = types.iter().filter(|one| forms.iter().any(|form| is_form(&form.name, &one.code)));
            known.element.types = left.cloned().collect();
        }
        for mut form in forms {
            let name = std::mem::replace(&mut form.name, known.name.clone());
            let mut further = std::mem::take(&mut form.slices);
            if only && form.element.slice_name.is_none() {
                form.slices = further;
                self.apply(known, form, id, depth + 1)?;
                continue;
            }
            if form.element.types.is_empty() {
                form.element.types = types.iter().filter(|one| is_form(&name, &one.code)).cloned().collect();
            }
            form.element.slice_name.get_or_insert(name);
            further.iter_mut().for_each(|slice| slice.name.clone_from(&known.name));
            for form in std::iter::once(form).chain(further) {
                self.apply_slice(known, Some(&unsliced), form, id, depth)?;
            }
        }
        Ok(())
    }

    fn apply_slice(
        &self,
        base: &mut Node,
        unsliced: Option<&Node>,
        by: Node,
        id: &str,
        depth: usize,
    ) -> Result<(), SnapshotError> {
        if depth > DEEPEST {
            return Err(self.wrong(id, "it nests too deep"));
        }
        // A slice of a slice that this differential does not name itself.
        let above = by.element.slice_name.as_deref().and_then(|name| {
            let known = |slice: &Node| slice.element.slice_name.as_deref().is_some_and(|of| is_below(name, of));
            base.slice(&by).is_none().then(|| base.slices.iter().position(known)).flatten()
        });
        if let Some(above) = above {
            return self.apply_slice(&mut base.slices[above], None, by, id, depth + 1);
        }
        let at = match base.slice(&by) {
            Some(at) => at,
            None => {
                let mut slice = Node { slices: Vec::new(), ..unsliced.unwrap_or(base).clone() };
                slice.element.slicing = None;
                slice.element.slice_name.clone_from(&by.element.slice_name);
                slice.element.min = Some(0);
                self.copied(slice.count(), id)?;
                base.slices.push(slice);
                base.slices.len() - 1
            }
        };
        if base.element.slicing.is_none() {
            // Extensions and choices need not say how they are sliced.
            let by = match base.name.as_str() {
                "extension" | "modifierExtension" => Some(("value", "url")),
                name if name.ends_with("[x]") => Some(("type", "$this")),
                _ => None,
            };
            base.element.slicing = by.map(|(kind, path)| sliced_by(kind, path));
        }
        self.apply(&mut base.slices[at], by, id, depth + 1)
    }

    fn child_of_any(&self, element: &ElementDefinition, name: &str) -> Result<Option<Node>, SnapshotError> {
        for one in &element.types {
            let Some(found) = self.found(&one.code)? else { continue };
            let root = Node::of(&found.snapshot, &found.type_name, Listed::Snapshot);
            let child = root.and_then(|root| root.children.into_iter().find(|child| child.name == name));
            if child.is_some() {
                return Ok(child);
            }
        }
        Ok(None)
    }

    /// The elements of an element that the base lists without any.
    fn children_of(&self, base: &mut Node, id: &str) -> Result<Vec<Node>, SnapshotError> {
        if let Some(reference) = base.element.content_reference.take() {
            let path = reference.rsplit('#').next().unwrap_or_default();
            let shared = self.origin.at_path(path);
            let shared =
                shared.ok_or_else(|| self.wrong(id, "it shares the content of an element that is not there"))?;
            base.element.types.clone_from(&shared.element.types);
            self.copied(shared.count(), id)?;
            return Ok(shared.children.clone());
        }
        let (canonical, code) = match base.element.types.as_slice() {
            [one] if one.profile.len() == 1 => (one.profile.first().cloned(), one.code.clone()),
            [one] => (None, one.code.clone()),
            [] => return Err(self.wrong(id, "it has no type, so it has no elements")),
            // All that several types surely share.
            _ => (None, "Element".to_owned()),
        };
        let of_profile = match canonical {
            Some(canonical) => self.found(&canonical)?,
            None => None,
        };
        let found = match of_profile {
            Some(found) => Some(found),
            None => self.found(&code)?,
        };
        let found = found.ok_or_else(|| self.wrong(id, "no package here has its type"))?;
        let Some(mut root) = Node::of(&found.snapshot, &found.type_name, Listed::Snapshot) else {
            return Ok(Vec::new());
        };
        self.copied(root.count(), id)?;
        root.based();
        Ok(root.children)
    }

    fn copied(&self, elements: usize, id: &str) -> Result<(), SnapshotError> {
        let left = self.left.get().checked_sub(elements);
        self.left.set(left.ok_or_else(|| self.wrong(id, "its snapshot has more elements than any may have"))?);
        Ok(())
    }

    fn found(&self, canonical: &str) -> Result<Option<Arc<StructureDefinition>>, SnapshotError> {
        self.snapshots.with_snapshot(canonical, self.depth + 1)
    }

    fn wrong(&self, id: &str, why: &str) -> SnapshotError {
        SnapshotError::new(self.definition, Some(id), why)
    }
}

/// Whether `name` is that of a slice of the slice `of`.
fn is_below(name: &str, of: &str) -> bool {
    name.strip_prefix(of).is_some_and(|rest| rest.starts_with('/'))
}

/// Slicing that is open and in any order.
fn sliced_by(kind: &str, path: &str) -> Slicing {
    let discriminator = Discriminator { kind: kind.to_owned(), path: path.to_owned() };
    Slicing { discriminator: vec![discriminator], ordered: false, rules: "open".to_owned() }
}

/// Whether the name of a choice's form ends in the name of a type: `valueQuantity` in `Quantity`, `valueUri` in `uri`.
fn is_form(form: &str, code: &str) -> bool {
    let at = form.len().saturating_sub(code.len());
    form.get(at..)
        .is_some_and(|end| end.eq_ignore_ascii_case(code) && end.starts_with(|c: char| c.is_ascii_uppercase()))
}
