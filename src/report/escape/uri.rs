//! The name of a file as a URI reference (RFC 3986): every byte that is not plain is percent-encoded.

use std::fmt::Write;

/// A name as given on the command line or in an archive → a reference relative to where the run started; one that
/// starts with `/` becomes a `file:` URI.
pub fn reference(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 16);
    if name.starts_with('/') {
        out.push_str("file://");
    }
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            // Writing to a String cannot fail.
            _ => _ = write!(out, "%{byte:02X}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::escape::hostile;

    #[test]
    fn only_plain_bytes_are_left() {
        for text in hostile::TEXTS {
            let uri = reference(text);
            assert!(uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)), "{uri}");
        }
    }

    #[test]
    fn no_name_becomes_a_scheme() {
        assert_eq!(reference("javascript:x()"), "javascript%3Ax%28%29");
        assert_eq!(reference("a b/é.hl7"), "a%20b/%C3%A9.hl7");
        assert_eq!(reference("/data/x.hl7"), "file:///data/x.hl7");
    }
}
