//! How long a text may be, and what form it must have.

use crate::check::fhir::walk::Walk;
use crate::check::fhir::{Code, Source};
use crate::instance::NodeId;
use regex::Regex;

/// Most characters (`maxLength`).
#[derive(Clone, Copy, Debug)]
pub struct Length(pub u32);

impl Length {
    pub(super) fn run(self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source) {
        let view = walk.view;
        walk.issues.applies(Code::MaxLength);
        // No character is less than a byte, escaped or not.
        if view.raw(id).len() <= self.0 as usize {
            return;
        }
        let Some(text) = view.text(id) else { return };
        let found = text.chars().count();
        if found > self.0 as usize {
            let allowed = self.0;
            walk.issues.fail(Code::MaxLength, id, Some(source), || {
                format!("{found} characters, and at most {allowed} are allowed").into()
            });
        }
    }
}

/// A form that the whole text must have (extension `regex`).
#[derive(Clone, Debug)]
pub struct Matches(Regex);

impl Matches {
    /// The form that `pattern` asks for; `None` when this program cannot read it.
    pub fn new(pattern: &str) -> Option<Self> {
        Regex::new(&format!("^(?:{pattern})$")).ok().map(Self)
    }

    pub(super) fn run(&self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source) {
        let Some(text) = walk.view.text(id) else { return };
        walk.issues.applies(Code::Regex);
        if !self.0.is_match(&text) {
            walk.issues.fail(Code::Regex, id, Some(source), || {
                let form = self.0.as_str().trim_start_matches("^(?:").trim_end_matches(")$");
                format!("the text is not in the form that the definition asks for: {form}").into()
            });
        }
    }
}
