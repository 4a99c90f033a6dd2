//! Names that a type does not have: what is said of them.
//!
//! In: a name from an instance and the type it stands in. Out: a message in which only published names stand: the name
//! itself when FHIR has it anywhere, and the nearest one that the type does have.

use crate::detect::resource_type;
use crate::standard::fhir::{Model, TypeInfo, elements};
use crate::standard::near::nearest;
use std::fmt::Write as _;

/// What is said of the element `name`, which `info` does not have.
pub(super) fn element(model: &Model, info: &TypeInfo, name: &[u8]) -> String {
    let text = std::str::from_utf8(name).unwrap_or_default();
    let bare = text.strip_prefix('_').unwrap_or(text);
    let choice = info.children.iter().find(|child| child.choice && model.name_of(child.name) == bare);
    let mut message = if choice.is_some() || elements().is_known(name) {
        format!("{} has no element {text}", info.name)
    } else {
        format!("an unknown element: {} has none of this name", info.name)
    };
    // Writing to a string does not fail.
    if let Some(child) = choice {
        let mut forms = forms(model, info, bare, child.types.len());
        if let Some(example) = forms.next() {
            let _ = write!(message, "; a choice carries its type in its name, as {example} does");
        }
    } else if let Some(same) = names(info).find(|name| name.eq_ignore_ascii_case(bare)) {
        let _ = write!(message, "; it is written {same}, and letter case counts");
    } else if let Some(belongs) = belongs(model, info, bare) {
        let _ = write!(message, "; it belongs in {belongs}");
    } else if let Some(near) = nearest(bare, names(info)) {
        let _ = write!(message, "; {near} may be meant");
    }
    message
}

/// Where near `info` an element called `name` has its place: in one of its own elements, or in what it is a part of.
fn belongs(model: &Model, info: &TypeInfo, name: &str) -> Option<String> {
    let has = |info: &TypeInfo| info.keys.contains_key(name.as_bytes());
    let outer = info.name.rsplit_once('.').and_then(|(outer, _)| model.info(model.type_id(outer)?));
    if let Some(outer) = outer.filter(|outer| has(outer)) {
        return Some(outer.name.to_string());
    }
    // What every element may have says nothing of where this one belongs; nor does a name that many have.
    let inner: Vec<&str> = info
        .children
        .iter()
        .filter(|child| !child.choice && !EVERYWHERE.contains(&model.name_of(child.name)))
        .filter(|child| child.types.iter().filter_map(|&id| model.info(id)).any(has))
        .map(|child| model.name_of(child.name))
        .collect();
    (1..=MOST_PLACES).contains(&inner.len()).then(|| inner.join(" or "))
}

/// Elements that hold anything, so that nothing belongs in them.
const EVERYWHERE: &[&str] = &["extension", "modifierExtension", "contained", "meta", "text", "resource"];

/// Places named; a name with more of them is a common one, and where it belongs is anybody's guess.
const MOST_PLACES: usize = 2;

/// What is said of the type `name`, which `model` has no resource of.
pub(super) fn resource(model: &Model, name: &[u8]) -> String {
    let release = model.release.version();
    if let Some(known) = resource_type(name) {
        return format!("FHIR {release} has no resource type {known}");
    }
    let text = std::str::from_utf8(name).unwrap_or_default();
    let types = model.types().filter(|(_, info)| super::values::is_instance(info)).map(|(_, info)| &*info.name);
    match nearest(text, types) {
        Some(near) => format!("the resource type is unknown; {near} may be meant"),
        None => "the resource type is unknown: no version of FHIR publishes it".to_owned(),
    }
}

fn names(info: &TypeInfo) -> impl Iterator<Item = &str> {
    info.keys.keys().filter_map(|key| std::str::from_utf8(key).ok())
}

/// The names that the forms of the choice `bare` have in an instance, in order of name.
fn forms<'a>(model: &Model, info: &'a TypeInfo, bare: &str, most: usize) -> impl Iterator<Item = &'a str> {
    let is_form = |key: &&str| {
        info.keys.get(key.as_bytes()).is_some_and(|(child, _)| {
            info.children.get(usize::from(*child)).is_some_and(|child| model.name_of(child.name) == bare)
        })
    };
    let mut all: Vec<&str> = names(info).filter(is_form).take(most.max(1)).collect();
    all.sort_unstable();
    all.into_iter()
}
