//! A StructureDefinition as a whole against the one that it is derived from (FHIR R4, StructureDefinition, section 5.3.2).
//!
//! In: the StructureDefinition and its base, where that is held. Out: a kind or type that cannot be derived from the
//! base, a derivation that is not stated, and an extension whose elements do not carry its own URL.

use super::super::super::{Code, Issues};
use super::super::read::At;
use crate::standard::fhir::StructureDefinition;

/// What every extension is derived from in the end.
const EXTENSION: &str = "http://hl7.org/fhir/StructureDefinition/Extension";

/// Checks `definition`, whose base is `base`.
pub(super) fn check(definition: At<'_>, base: &StructureDefinition, issues: &mut Issues) {
    let mut tell = |message: &'static str| {
        issues.fail(Code::StructureDefinition, definition.node, None, || message.into());
    };
    let name = |url: &str| url.rsplit('/').next().unwrap_or_default().to_owned();
    let (own, derived_from) = (name(&definition.word("type")), name(&base.type_name));
    let derivation = definition.word("derivation");
    match &*derivation {
        "" => tell("the definition has a base, and does not say whether it constrains or specialises it"),
        "constraint" if own != derived_from => tell("a definition that constrains another is of the same type"),
        "specialization" if own == derived_from => {
            tell("a definition that specialises another defines a type of its own, and this has the type of its base");
        }
        _ => {}
    }
    let kind = definition.word("kind");
    if !kind.is_empty() && *kind != base.kind && (derivation == "constraint" || !base.is_abstract) {
        tell("the definition is of another kind than what it is derived from");
    }
    let url = definition.word("url");
    if own == "Extension" && base.url == EXTENSION && !url.is_empty() {
        match fixed_url(definition) {
            None => tell("the extension does not fix its URL, so instances of it cannot be told from others"),
            Some(fixed) if fixed != url => tell("the extension fixes another URL than its own"),
            Some(_) => {}
        }
    }
}

/// What the extension's own `url` is fixed to.
fn fixed_url(definition: At<'_>) -> Option<std::borrow::Cow<'_, str>> {
    let parts = definition.child("differential").into_iter().chain(definition.child("snapshot"));
    let mut elements = parts.flat_map(|part| part.all("element"));
    elements.find_map(|element| if element.word("path") == "Extension.url" { element.text_of("fixed") } else { None })
}
