//! In which languages narrative is divided (extension `narrative-language-control`).

use crate::check::fhir::special::narrative;
use crate::check::fhir::walk::Walk;
use crate::check::fhir::{Code, Source};
use crate::instance::NodeId;
use std::sync::Arc;

/// What is asked: `_no`, `_yes`, `_resource`, or the tag of a language. All must hold.
#[derive(Clone, Debug)]
pub struct Divided(pub Vec<Arc<str>>);

impl Divided {
    pub(super) fn run(&self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source) {
        let view = walk.view;
        let Some(div) = view.child_called(id, "div").filter(|div| view.has_value(*div)) else { return };
        walk.issues.applies(Code::NarrativeSections);
        let sections = narrative::languages(view, div).sections;
        let has = |tag: &str| sections.iter().any(|one| one.eq_ignore_ascii_case(tag));
        let resource = view.resource_of(id);
        for asked in &self.0 {
            let wrong = match &**asked {
                "_no" if !sections.is_empty() => "the narrative is divided by language, and may not be",
                "_no" => continue,
                _ if sections.is_empty() => "the narrative is not divided by language, and must be",
                "_yes" => continue,
                "_resource" => match view.child_called(resource, "language").and_then(|node| view.text(node)) {
                    Some(language) if !has(&language) => {
                        "no division of the narrative is in the language of the resource, and one must be"
                    }
                    _ => continue,
                },
                tag if !has(tag) => {
                    walk.issues.fail(Code::NarrativeSections, id, Some(source), || {
                        format!("no division of the narrative is in the language `{tag}`, and one must be").into()
                    });
                    continue;
                }
                _ => continue,
            };
            walk.issues.fail(Code::NarrativeSections, id, Some(source), || wrong.into());
        }
    }
}
