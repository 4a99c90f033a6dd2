//! How many bytes an attachment may hold (extension `maxSize`).

use crate::check::fhir::walk::Walk;
use crate::check::fhir::{Code, Source, special};
use crate::instance::NodeId;

/// The most bytes.
#[derive(Clone, Copy, Debug)]
pub struct Size(pub u64);

impl Size {
    pub(super) fn run(self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source) {
        walk.issues.applies(Code::Attachment);
        let Some(length) = special::attachment_length(walk.view, id).filter(|length| *length > self.0) else { return };
        walk.issues.fail(Code::Attachment, id, Some(source), || {
            format!("the attachment holds {length} bytes, and may hold {} at most", self.0).into()
        });
    }
}
