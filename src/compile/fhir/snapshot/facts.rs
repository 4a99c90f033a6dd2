//! What an element says laid over what it builds on.
//!
//! In: the facts of an element in the base, and those that a differential, or the root of a type's profile, gives.
//! Out: both as one. It does not ask whether the profile was allowed to say so: an author's looser cardinality stands,
//! and the base is checked besides.

use crate::standard::fhir::{Binding, Constraint, ElementDefinition, Slicing, TypeRef};

/// Lays what `by` says over `base`. New constraints without a source come from `source`.
pub(super) fn refine(base: &mut ElementDefinition, by: &ElementDefinition, source: &str) {
    if let Some(slicing) = &by.slicing {
        base.slicing = Some(sliced(base.slicing.take(), slicing));
    }
    if !by.types.is_empty() {
        base.types = typed(&base.types, &by.types);
        base.content_reference = None;
    }
    if !by.representation.is_empty() {
        base.representation.clone_from(&by.representation);
    }
    set(&mut base.min, &by.min);
    set(&mut base.max, &by.max);
    set(&mut base.content_reference, &by.content_reference);
    set(&mut base.regex, &by.regex);
    set(&mut base.max_length, &by.max_length);
    set(&mut base.max_size, &by.max_size);
    for (base, by) in
        [(&mut base.alternatives, &by.alternatives), (&mut base.narrative_languages, &by.narrative_languages)]
    {
        if !by.is_empty() {
            base.clone_from(by);
        }
    }
    set(&mut base.is_modifier, &by.is_modifier);
    set(&mut base.fixed, &by.fixed);
    set(&mut base.pattern, &by.pattern);
    set(&mut base.min_value, &by.min_value);
    set(&mut base.max_value, &by.max_value);
    // What one profile calls necessary, none that builds on it can take back.
    if base.must_support != Some(true) {
        set(&mut base.must_support, &by.must_support);
    }
    if let Some(binding) = &by.binding {
        base.binding = Some(bound(base.binding.take(), binding));
    }
    constrain(&mut base.constraint, &by.constraint, source);
}

/// Lays over an element what the root of its type's profile says: how often it may stand, what must hold.
pub(super) fn refine_by_profile(base: &mut ElementDefinition, root: &ElementDefinition, source: &str) {
    let most = |max: Option<&str>| match max {
        Some("*") | None => u32::MAX,
        Some(max) => max.parse().unwrap_or(u32::MAX),
    };
    if most(root.max.as_deref()) < most(base.max.as_deref()) {
        base.max.clone_from(&root.max);
    }
    set(&mut base.is_modifier, &root.is_modifier.filter(|modifies| *modifies));
    constrain(&mut base.constraint, &root.constraint, source);
}

fn set<T: Clone>(base: &mut Option<T>, by: &Option<T>) {
    if by.is_some() {
        base.clone_from(by);
    }
}

fn sliced(base: Option<Slicing>, by: &Slicing) -> Slicing {
    let Some(mut base) = base else { return by.clone() };
    if !by.discriminator.is_empty() {
        base.discriminator.clone_from(&by.discriminator);
    }
    if !by.rules.is_empty() {
        base.rules.clone_from(&by.rules);
    }
    base.ordered |= by.ordered;
    base
}

/// The types of `by`. One that names no profiles or no targets has those that the base's type of its code has; how
/// references may lead to their target is said anew.
fn typed(base: &[TypeRef], by: &[TypeRef]) -> Vec<TypeRef> {
    let mut types = by.to_vec();
    for own in &mut types {
        let Some(inherited) = base.iter().find(|one| one.code == own.code) else { continue };
        if own.profile.is_empty() {
            own.profile.clone_from(&inherited.profile);
        }
        if own.target_profile.is_empty() {
            own.target_profile.clone_from(&inherited.target_profile);
        }
    }
    types
}

fn bound(base: Option<Binding>, by: &Binding) -> Binding {
    let base = base.unwrap_or_default();
    Binding {
        strength: if by.strength.is_empty() { base.strength } else { by.strength.clone() },
        value_set: by.value_set.clone().or(base.value_set),
        max_value_set: by.max_value_set.clone().or(base.max_value_set),
    }
}

/// Constraints add up; one of a known key replaces it.
fn constrain(base: &mut Vec<Constraint>, by: &[Constraint], source: &str) {
    for constraint in by {
        let mut own = constraint.clone();
        own.source.get_or_insert_with(|| source.to_owned());
        match base.iter_mut().find(|one| one.key == own.key) {
            Some(known) => *known = own,
            None => base.push(own),
        }
    }
}
