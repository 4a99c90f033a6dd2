//! A code with its system, in a Coding or a Quantity: whether the system can be one, whether it has the code, and whether
//! the display is one of the code's.

use super::walk::Walk;
use super::{Code, CodingRef, Membership};
use crate::instance::NodeId;

/// The system of UCUM units.
const UCUM: &str = "http://unitsofmeasure.org";

/// Checks the Coding `id`.
pub(super) fn check(walk: &mut Walk<'_, '_>, id: NodeId) {
    let (view, known) = (walk.view, walk.known);
    let Some(code) = view.child(id, known.code) else { return };
    if view.child(id, known.system).is_none() && view.text(code).is_some() {
        walk.issues.applies(Code::CodingNoSystem);
        return walk.issues.fail(Code::CodingNoSystem, id, None, || {
            "a code without its system: nobody can tell what it means".into()
        });
    }
    in_system(walk, id, view.child(id, known.display));
}

/// Checks the unit of the Quantity `id`.
pub(super) fn quantity(walk: &mut Walk<'_, '_>, id: NodeId) {
    in_system(walk, id, None);
}

fn in_system(walk: &mut Walk<'_, '_>, id: NodeId, display_node: Option<NodeId>) {
    let (view, known) = (walk.view, walk.known);
    let Some(code_node) = view.child(id, known.code) else { return };
    let Some(system_node) = view.child(id, known.system) else { return };
    let (Some(code), Some(system)) = (view.text(code_node), view.text(system_node)) else { return };
    let version = walk.child_text(id, known.version);
    let display = display_node.and_then(|node| view.text(node));
    let coding = CodingRef {
        system: Some(&system),
        version: version.as_deref(),
        code: &code,
        display: display.as_deref(),
        languages: &walk.languages,
    };
    let membership = walk.context.terminology.in_system(coding);
    walk.issues.applies(Code::CodeUnknown);
    match membership {
        Membership::Member => {}
        Membership::NotMember if walk.known.quantities.contains(&view.type_id(id)) && system == UCUM => {
            walk.issues.applies(Code::Unit);
            walk.issues.fail(Code::Unit, code_node, None, || "the code is no UCUM unit".into());
        }
        Membership::NotMember => {
            // The system is held, so what names it is a definition's; a version may be anything.
            let held = system.split('|').next().unwrap_or_default();
            walk.issues.fail(Code::CodeUnknown, code_node, None, || format!("{held} has no such code").into());
        }
        Membership::WrongDisplay => walk.wrong_display(id, display_node.unwrap_or(id)),
        Membership::CannotTell(cause) => {
            if let Some(why) = no_system(walk, &system) {
                walk.issues.applies(Code::CodeSystemUrl);
                return walk.issues.fail(Code::CodeSystemUrl, system_node, None, || why.into());
            }
            walk.issues.cannot_tell(Code::CodeUnknown, code_node, None, || {
                format!("whether the code system has the code cannot be told: {cause}").into()
            });
        }
    }
}

/// Why `url`, of which no code system is held, can be none.
fn no_system(walk: &Walk<'_, '_>, url: &str) -> Option<&'static str> {
    let bare = url.split('|').next().unwrap_or(url);
    if !is_absolute(bare) {
        return Some("the system of a code is an absolute URL, and this one is not");
    }
    if walk.context.library.holds("ValueSet", bare) {
        return Some("the URL is that of a value set, and codes are of code systems");
    }
    let held = walk.context.library.code_system(bare)?;
    held.is_supplement().then_some("the URL is that of a supplement, whose codes are of the system that it supplements")
}

/// Whether `url` has a scheme that code systems are named by.
fn is_absolute(url: &str) -> bool {
    const NAMES: [&str; 7] = ["http:", "https:", "urn:uuid:", "urn:oid:", "urn:ietf:", "urn:iso:", "urn:iso-astm:"];
    NAMES.iter().any(|name| url.starts_with(name)) || url.starts_with("urn:")
}
