//! UN/EDIFACT: the type of the first message in the interchange, read with the service string it declares.
//!
//! In: text that starts with UNA or UNB. Out: its kind. Values are printed only in the form of a message type, version
//! and release; damage is left to the parser to report.

use super::{Kind, Syntax};

/// Whether `text` starts an interchange.
pub(super) fn starts(text: &[u8]) -> bool {
    text.starts_with(b"UNA") || (text.starts_with(b"UNB") && text.get(3).is_some_and(u8::is_ascii_punctuation))
}

/// The kind of `text`.
pub(super) fn detect(text: &[u8], mut kind: Kind) -> Kind {
    kind.standard = Some("EDIFACT".to_owned());
    let (component, element, terminator, body, reason) =
        match text.strip_prefix(b"UNA").and_then(|t| t.split_first_chunk::<6>()) {
            Some((service, body)) => (service[0], service[1], service[5], body, "starts with a UNA service string"),
            None => (b':', b'+', b'\'', text, "starts with a UNB interchange header"),
        };
    let header = body.split(|b| *b == terminator).map(<[u8]>::trim_ascii).find(|segment| segment.starts_with(b"UNH"));
    if let Some(header) = header {
        let id = header.split(|b| *b == element).nth(2).unwrap_or_default();
        let parts: Vec<&[u8]> = id.split(|b| *b == component).collect();
        let part = |at: usize, form: fn(&[u8]) -> bool| {
            parts.get(at).copied().filter(|part| form(part)).and_then(|part| std::str::from_utf8(part).ok())
        };
        match part(0, is_type) {
            Some(message) => {
                kind.because(format!("UNH gives the message type {message}"));
                kind.standard = Some(format!("EDIFACT {message}"));
                kind.role = Some(message.to_owned());
            }
            None => kind.because("UNH gives no message type in the usual form"),
        }
        let short = |part: &[u8]| (1..=3).contains(&part.len()) && part.iter().all(u8::is_ascii_alphanumeric);
        if let (Some(version), Some(release)) = (part(1, short), part(2, short)) {
            kind.version = Some(format!("{version}:{release}"));
        }
    }
    kind.is(Syntax::Edifact, reason)
}

/// Six capitals, or `NHS` and three digits, as NHS interchanges name theirs.
fn is_type(part: &[u8]) -> bool {
    let (section, rest) = part.split_at(part.len().min(3));
    part.len() == 6
        && section.iter().all(u8::is_ascii_uppercase)
        && (rest.iter().all(u8::is_ascii_uppercase) || (section == b"NHS" && rest.iter().all(u8::is_ascii_digit)))
}
