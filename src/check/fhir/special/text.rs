//! Text that looks like markup where text is plain, and markdown that carries HTML.
//!
//! In: a primitive. Out: strings with what reads as a tag (an error when the user asks for security checks), and markdown
//! with tags that may do harm. Narrative is looked at elsewhere; what a text says is never quoted.

use super::super::{Code, Context, Issues, SecurityChecks};
use super::read::At;
use crate::instance::Flags;
use crate::standard::fhir::Primitive;

/// Checks the text of the primitive `at`, which is of type `kind`.
pub(super) fn check(at: At<'_>, kind: Primitive, context: &Context<'_>, issues: &mut Issues) {
    if !matches!(kind, Primitive::String | Primitive::Markdown | Primitive::Code) {
        return;
    }
    let raw = at.view.raw(at.node);
    let is_escaped = at.view.elements.node(at.node).flags.has(Flags::ESCAPED);
    if memchr::memchr(b'<', raw).is_none() && !(is_escaped && may_be_tag(raw)) {
        return;
    }
    if !at.text().is_some_and(|text| has_tag(&text)) {
        return;
    }
    if kind == Primitive::Markdown {
        issues.applies(Code::UnsafeTextWarning);
        issues.fail(Code::UnsafeTextWarning, at.node, None, || {
            "the markdown has what looks like an HTML tag, which is shown as it stands or left out".into()
        });
    } else if context.options.security_checks == SecurityChecks::Enforced {
        issues.applies(Code::UnsafeText);
        issues.fail(Code::UnsafeText, at.node, None, || {
            "the text has what looks like an HTML tag, which may run where it is shown".into()
        });
    }
}

/// Whether an escape of JSON or a reference of XML may stand for `<`.
fn may_be_tag(raw: &[u8]) -> bool {
    [&b"&lt;"[..], b"&#", b"\\u003"].iter().any(|sign| memchr::memmem::find(raw, sign).is_some())
}

/// Whether `text` has what reads as a tag: `<`, perhaps `/`, a letter.
fn has_tag(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'<', bytes).any(|at| match bytes[at + 1..] {
        [b'/', letter, ..] | [letter, ..] if letter.is_ascii_alphabetic() => {
            memchr::memchr(b'>', &bytes[at..]).is_some() && !is_autolink(&bytes[at + 1..])
        }
        [b'!', b'-', b'-', ..] => true,
        _ => false,
    })
}

/// Whether what follows `<` is an address that markdown turns into a link.
fn is_autolink(rest: &[u8]) -> bool {
    let end = memchr::memchr(b'>', rest).unwrap_or(rest.len());
    let inside = &rest[..end];
    !inside.contains(&b' ') && (inside.contains(&b':') || inside.contains(&b'@'))
}
