//! Names and the classes of characters (XML 1.0, sections 2.2 and 2.3; Namespaces in XML 1.0, section 4).

/// May start a name; other than a colon.
pub(super) const START: u8 = 1;
/// May stand inside a name.
pub(super) const INNER: u8 = 2;
/// White space.
pub(super) const SPACE: u8 = 4;
/// Part of a character outside ASCII: looked at only when the name is complete.
const WIDE: u8 = 8;
/// Ends a name in a tag: white space, `=`, `/`, `>`, `<`, quotes.
const END: u8 = 16;
/// Needs a look inside a value: `<`, `&`, white space other than the blank.
pub(super) const VALUE: u8 = 32;

/// The classes of every byte.
pub(super) const CLASS: [u8; 256] = {
    let mut table = [0u8; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => START | INNER,
            b'0'..=b'9' | b'-' | b'.' => INNER,
            b' ' => SPACE | END,
            b'\t' | b'\n' | b'\r' => SPACE | END | VALUE,
            b'=' | b'/' | b'>' | b'"' | b'\'' => END,
            b'<' => END | VALUE,
            b'&' => VALUE,
            0x80..=0xFF => START | INNER | WIDE,
            _ => 0,
        };
        byte += 1;
    }
    table
};

/// Whether `byte` is of class `class`.
#[inline]
pub(super) fn is(byte: u8, class: u8) -> bool {
    CLASS[usize::from(byte)] & class != 0
}

/// The first byte of `bytes` that is no white space, or their length.
#[inline]
pub(super) fn blank(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| !is(*byte, SPACE)).unwrap_or(bytes.len())
}

/// A name at the start of some bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    /// Its length.
    pub(super) length: usize,
    /// Where the colon after its prefix is; only in a name that is right.
    pub(super) colon: Option<usize>,
    /// What is wrong with it.
    pub(super) fault: Option<&'static str>,
}

/// The name that `bytes` start with, up to what ends a name in a tag; it may be empty.
#[inline]
pub(super) fn name(bytes: &[u8]) -> Name {
    let (mut length, mut colon, mut all, mut any) = (0, None, INNER, 0);
    for byte in bytes {
        let class = CLASS[usize::from(*byte)];
        if class & END != 0 {
            break;
        }
        if *byte == b':' && colon.is_none() {
            colon = Some(length);
        } else {
            all &= class;
        }
        any |= class;
        length += 1;
    }
    let starts = bytes.first().is_some_and(|byte| is(*byte, START));
    let local = colon.is_none_or(|colon| bytes[..length].get(colon + 1).is_some_and(|byte| is(*byte, START)));
    if all & INNER != 0 && any & WIDE == 0 && starts && local {
        return Name { length, colon, fault: None };
    }
    let fault = fault(&bytes[..length]);
    Name { length, colon: colon.filter(|_| fault.is_none()), fault }
}

/// What is wrong with `name`, which is not plain.
#[cold]
fn fault(name: &[u8]) -> Option<&'static str> {
    let Ok(text) = std::str::from_utf8(name) else { return Some("a name holds what is no character") };
    let mut parts = text.split(':');
    let (first, second, third) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    if third.is_some() {
        return Some("a name holds two colons; one parts prefix and name");
    }
    for part in [Some(first), second].into_iter().flatten() {
        let Some(start) = part.chars().next() else {
            return Some("a name starts or ends with a colon; a colon parts prefix and name");
        };
        if !is_name_start(start) {
            return Some("a name starts with a character that no name starts with");
        }
        if !part.chars().all(is_name_character) {
            return Some("a name holds a character that no name holds");
        }
    }
    None
}

/// Production 4 of XML 1.0, without the colon.
fn is_name_start(character: char) -> bool {
    matches!(character,
        'A'..='Z' | 'a'..='z' | '_' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

/// Production 4a, without the colon.
fn is_name_character(character: char) -> bool {
    is_name_start(character)
        || matches!(character, '0'..='9' | '-' | '.' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_what_is_none() {
        for good in ["a", "_", "a:b", "Patient", "x-1.2", "é", "a\u{B7}", "名前", "p:é"] {
            let name = name(good.as_bytes());
            assert_eq!((name.length, name.fault), (good.len(), None), "{good}");
            assert_eq!(name.colon, good.find(':'), "{good}");
        }
        for bad in
            ["", ":", ":a", "a:", "a:b:c", "1a", "-a", ".a", "a:1", "a;b", "a$", "\u{B7}a", "×", "a÷b", "a:\u{300}"]
        {
            assert!(name(bad.as_bytes()).fault.is_some(), "{bad}");
        }
        for (text, length) in [("a b", 1), ("a=", 1), ("ab/>", 2), ("ab>", 2), ("a<b", 1), ("a'", 1)] {
            assert_eq!(name(text.as_bytes()).length, length, "{text}");
        }
    }
}
