//! A part of a profile, used as the profile of an element's type (extension elementdefinition-profile-element).
//!
//! In: a definition with a snapshot and the id of one of its elements. Out: a definition of that element and what is
//! below it, as if it were a profile of the element's type.

use crate::standard::fhir::{ElementBase, ElementDefinition, StructureDefinition};

/// The part of `whole` that its element `id` is; none when it has no such element.
pub(super) fn of(whole: &StructureDefinition, id: &str) -> Option<StructureDefinition> {
    let name = |element: &ElementDefinition| element.id.clone().unwrap_or_else(|| element.path.clone());
    let at = whole.snapshot.iter().position(|element| name(element) == id)?;
    let root = &whole.snapshot[at];
    let type_name = root.types.first().map_or("BackboneElement", |one| one.code.as_str()).to_owned();
    // Its slices stand beside it and are other parts.
    let below = |element: &&ElementDefinition| {
        name(element).strip_prefix(id).is_some_and(|rest| rest.starts_with('.') || rest.is_empty())
    };
    let mut snapshot: Vec<ElementDefinition> = whole.snapshot[at..].iter().filter(below).cloned().collect();
    for element in &mut snapshot {
        element.base.get_or_insert_with(|| ElementBase { path: element.path.clone(), ..ElementBase::default() });
        let rest = name(element).split_off(id.len());
        element.id = Some(format!("{type_name}{rest}"));
        let rest = element.path.split_off(root.path.len());
        element.path = format!("{type_name}{rest}");
    }
    let first = snapshot.first_mut()?;
    (first.slice_name, first.slicing) = (None, None);
    Some(StructureDefinition {
        url: format!("{}#{id}", whole.url),
        base_definition: Some(format!("http://hl7.org/fhir/StructureDefinition/{type_name}")),
        derivation: Some("constraint".to_owned()),
        type_name,
        snapshot,
        differential: Vec::new(),
        ..whole.clone()
    })
}
