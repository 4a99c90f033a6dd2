//! What must stand where the value of an element does not (R5 `valueAlternatives`, or the extension that stands for it).

use crate::check::fhir::walk::Walk;
use crate::check::fhir::{Code, Source};
use crate::instance::NodeId;
use std::sync::Arc;

/// Extensions of which one must stand where there is no value, by URL.
#[derive(Clone, Debug)]
pub struct Alternatives(pub Vec<Arc<str>>);

impl Alternatives {
    pub(super) fn run(&self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source) {
        let (view, known) = (walk.view, walk.known);
        walk.issues.applies(Code::ValueAlternative);
        if view.has_value(id) || view.model.primitive(view.type_id(id)).is_none() {
            return;
        }
        let found = view.named(id, known.extension_name).any(|extension| {
            let url = walk.child_text(extension, known.url);
            url.is_some_and(|url| self.0.iter().any(|one| **one == *url))
        });
        if !found {
            walk.issues.fail(Code::ValueAlternative, id, Some(source), || {
                format!("there is no value, and none of the extensions that may stand for it: {}", self.0.join(", "))
                    .into()
            });
        }
    }
}
