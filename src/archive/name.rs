//! Whether the name of a member is safe as a path.
//!
//! In: the raw bytes of a name. Out: what is wrong with it. No name is ever joined to a path here.

/// Longest name that is taken for a name: the longest path a system accepts.
pub(crate) const NAME_BYTES: usize = 4096;

/// What is wrong with `name` as a path, if anything.
pub(crate) fn unsafe_path(name: &[u8]) -> Option<&'static str> {
    if name.is_empty() || name.len() > NAME_BYTES {
        return Some("the name is empty or too long");
    }
    if name.contains(&0) {
        return Some("the name holds a NUL character");
    }
    if name.contains(&b'\\') {
        return Some("the name holds a backslash, which is a path separator on Windows");
    }
    if name.starts_with(b"/") {
        return Some("the name is an absolute path");
    }
    if name.len() >= 2 && name[1] == b':' && name[0].is_ascii_alphabetic() {
        return Some("the name starts with a drive letter");
    }
    let mut parts = name.split(|b| *b == b'/');
    if parts.clone().any(|part| part == b"..") {
        return Some("the name leads outside its folder");
    }
    if parts.any(is_device) {
        return Some("the name is one that Windows reserves for a device");
    }
    None
}

fn is_device(part: &[u8]) -> bool {
    let stem = part.split(|b| *b == b'.').next().unwrap_or_default().trim_ascii_end().to_ascii_uppercase();
    let numbered = |prefix: &[u8]| stem.strip_prefix(prefix).is_some_and(|n| matches!(n, [b'0'..=b'9']));
    matches!(stem.as_slice(), b"CON" | b"PRN" | b"AUX" | b"NUL" | b"CONIN$" | b"CONOUT$" | b"CLOCK$")
        || numbered(b"COM")
        || numbered(b"LPT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_names_are_told_apart_from_odd_ones() {
        let bad: [&[u8]; 12] = [
            b"../../tmp/x",
            b"a/../../x",
            b"/tmp/x",
            b"..\\x",
            b"C:\\x",
            b"c:x",
            b"CON.json",
            b"d/nul",
            b"lpt1.txt",
            b"a\0b",
            b"",
            b"..",
        ];
        for name in bad {
            assert!(unsafe_path(name).is_some(), "{}", name.escape_ascii());
        }
        for name in [&b"a..b/c..json"[..], b"./a.json", b"console.json", b"COM10.json", b"a b/\xff.json", b"d/"] {
            assert!(unsafe_path(name).is_none(), "{}", name.escape_ascii());
        }
    }
}
