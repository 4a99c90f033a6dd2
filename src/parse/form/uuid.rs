//! Universally unique identifiers (RFC 9562, section 4).

const LENGTH: usize = 36;

/// What keeps `value` from being one in either case.
pub(crate) fn problem(value: &[u8]) -> Option<&'static str> {
    let fits = value.len() == LENGTH
        && value.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    if fits {
        return None;
    }
    Some(if value.starts_with(b"urn:") {
        "a bare UUID is wanted here, without its URN prefix"
    } else if value.starts_with(b"{") {
        "a UUID is sent without braces"
    } else if value.len() == 32 && value.iter().all(u8::is_ascii_hexdigit) {
        "the hyphens of the UUID are missing"
    } else {
        "a UUID is 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12"
    })
}
