//! A Coding by itself: whether its system has its code, and whether its display is one of the code's.

use super::walk::Walk;
use super::{Code, CodingRef, Level, Membership};
use crate::instance::NodeId;

/// Checks the Coding `id`.
pub(super) fn check(walk: &mut Walk<'_, '_>, id: NodeId) {
    let (view, known) = (walk.view, walk.known);
    let Some(code_node) = view.child(id, known.code) else { return };
    let Some(code) = view.text(code_node) else { return };
    let Some(system_node) = view.child(id, known.system) else {
        walk.issues.applies(Code::CodingNoSystem);
        return walk.issues.fail(Code::CodingNoSystem, id, None, || {
            "a code without its system: nobody can tell what it means".into()
        });
    };
    let Some(system) = view.text(system_node) else { return };
    let version = walk.child_text(id, known.version);
    let display_node = view.child(id, known.display);
    let display = display_node.and_then(|node| view.text(node));
    let coding =
        CodingRef { system: Some(&system), version: version.as_deref(), code: &code, display: display.as_deref() };
    walk.issues.applies(Code::CodeUnknown);
    match walk.context.terminology.in_system(coding) {
        Membership::Member => {}
        Membership::NotMember => {
            // The system is held, so what names it is a definition's; a version may be anything.
            let held = system.split('|').next().unwrap_or_default();
            walk.issues.fail(Code::CodeUnknown, code_node, None, || format!("{held} has no such code").into());
        }
        Membership::WrongDisplay => {
            let code = match walk.context.options.wrong_display {
                Level::Ignore => return,
                Level::Error => Code::Display,
                Level::Warning => Code::DisplayWarning,
                Level::Information => Code::DisplayInformation,
            };
            walk.issues.fail(code, display_node.unwrap_or(id), None, || {
                "the display is none that the code system gives the code".into()
            });
        }
        Membership::CannotTell(cause) => {
            walk.issues.cannot_tell(Code::CodeUnknown, code_node, None, || {
                format!("whether the code system has the code cannot be told: {cause}").into()
            });
        }
    }
}
