//! A resource: its base definition, the profiles that it claims, and those that the user gives.

use super::walk::Walk;
use super::{Code, Profile, implied, publisher, special};
use crate::instance::{Elements, NodeId};
use crate::standard::fhir::TypeKind;
use crate::standard::fhir::store::Facts;

/// Profiles that one resource may claim; the rest are told of and not followed.
const MAX_CLAIMS: usize = 64;

/// Checks the resource `id` with all that is in it.
pub(super) fn check(walk: &mut Walk<'_, '_>, id: NodeId) {
    match walk.child_text(id, walk.known.language).filter(|language| !language.is_empty()) {
        Some(language) => {
            let outer = std::mem::replace(&mut walk.languages, language);
            own(walk, id);
            walk.languages = outer;
        }
        None => own(walk, id),
    }
}

fn own(walk: &mut Walk<'_, '_>, id: NodeId) {
    let (view, context) = (walk.view, walk.context);
    let Some(info) = view.model.info(view.type_id(id)) else { return };
    walk.issues.applies(Code::AbstractType);
    if info.is_abstract && info.kind == TypeKind::Resource {
        return walk.issues.fail(Code::AbstractType, id, None, || {
            format!("`{}` is abstract: no resource is of just that type", info.name).into()
        });
    }
    walk.base(id);
    special::check(view, id, context, walk.issues);
    if let Some(meta) = view.child(id, walk.known.meta) {
        for (at, claim) in view.named(meta, walk.known.profile).enumerate() {
            let Some(canonical) = view.text(claim) else { continue };
            walk.issues.applies(Code::ProfileUnknown);
            if at == MAX_CLAIMS {
                walk.issues.cannot_tell(Code::Limit, claim, None, || {
                    format!("more than {MAX_CLAIMS} profiles are claimed: the rest are not checked").into()
                });
                break;
            }
            match context.profiles.profile(&canonical) {
                Some(profile) => claimed(walk, &profile, id),
                None => walk.issues.cannot_tell(Code::ProfileUnknown, claim, None, || {
                    let unheld = "the profile that the resource claims is not held";
                    match (context.library.nearest(&canonical, Facts::default()), publisher::of(&canonical)) {
                        (Some(near), _) => format!("{unheld}; {near} is, and may be meant").into(),
                        (None, Some(whose)) => format!("{unheld}; its address is that of {whose}").into(),
                        (None, None) => unheld.into(),
                    }
                }),
            }
        }
    }
    if let Some(profile) = implied::profile(view, id).and_then(|canonical| context.profiles.profile(canonical)) {
        claimed(walk, &profile, id);
    }
    if id == Elements::ROOT {
        for canonical in &context.options.profiles {
            walk.issues.applies(Code::ProfileUnknown);
            match context.profiles.profile(canonical) {
                Some(profile) => claimed(walk, &profile, id),
                None => walk.issues.cannot_tell(Code::ProfileUnknown, id, None, || {
                    match context.library.nearest(canonical, Facts::default()) {
                        Some(near) => {
                            format!("the profile {canonical} is not held; {near} is, and may be meant").into()
                        }
                        None => format!("the profile {canonical} is not held").into(),
                    }
                }),
            }
        }
    }
}

/// Checks `id` against a profile that is to hold for it.
fn claimed(walk: &mut Walk<'_, '_>, profile: &Profile, id: NodeId) {
    let view = walk.view;
    walk.issues.applies(Code::ProfileType);
    if !view.model.is_a(view.type_id(id), profile.type_id) {
        let wanted = view.model.info(profile.type_id).map_or("another type", |info| &info.name);
        let found = view.type_name(id);
        return walk.issues.fail(Code::ProfileType, id, None, || {
            format!("the profile {} is for `{wanted}`, and this is `{found}`", profile.url).into()
        });
    }
    walk.profile(profile, id);
    for imposed in &profile.imposed {
        match walk.context.profiles.profile(imposed) {
            Some(profile) => walk.profile(&profile, id),
            None => walk.issues.cannot_tell(Code::ProfileUnknown, id, None, || {
                format!("the profile {imposed}, which {} imposes, is not held", profile.url).into()
            }),
        }
    }
}
