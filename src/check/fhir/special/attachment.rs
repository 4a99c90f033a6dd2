//! Attachments: the content against what is said of it (FHIR R4, Attachment, section 2.24.0.5).
//!
//! In: an Attachment. Out: a stated size that is not the content's, and addresses that no content has.

use super::super::{Code, Issues};
use super::read::At;

/// Checks the Attachment `at`.
pub(super) fn check(at: At<'_>, issues: &mut Issues) {
    issues.applies(Code::Attachment);
    let Some(data) = at.child("data").and_then(At::text) else {
        address(at, issues);
        return;
    };
    // That it is no base64 is told where the value is read.
    let Some(length) = length_of(&data) else { return };
    if let Some(stated) = at.text_of("size").and_then(|size| size.parse::<u64>().ok())
        && stated != length
    {
        issues.fail(Code::Attachment, at.node, None, || {
            format!("the attachment holds {length} bytes, which is not the size stated").into()
        });
    }
}

/// How many bytes the Attachment `at` holds; `None` when it holds none, or what is no base64.
pub(super) fn length(at: At<'_>) -> Option<u64> {
    at.child("data").and_then(At::text).and_then(|data| length_of(&data))
}

fn length_of(data: &str) -> Option<u64> {
    let clean: Vec<u8> = data.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    decoded_length(&clean)
}

/// How many bytes the base64 text `clean` stands for; `None` when it is none.
fn decoded_length(clean: &[u8]) -> Option<u64> {
    if !clean.len().is_multiple_of(4) {
        return None;
    }
    let padding = clean.iter().rev().take_while(|&&byte| byte == b'=').count();
    let body = &clean[..clean.len() - padding];
    let is_base64 = body.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    (is_base64 && padding <= 2).then(|| (clean.len() / 4 * 3 - padding) as u64)
}

/// Tells an address that carries content in itself.
fn address(at: At<'_>, issues: &mut Issues) {
    let Some(url) = at.child("url") else { return };
    if url.text().is_some_and(|text| text.trim_start().to_ascii_lowercase().starts_with("javascript:")) {
        issues.fail(Code::Attachment, url.node, None, || "the address of the content is a script".into());
    }
}
