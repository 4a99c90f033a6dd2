//! The typed view of a JSON document over the arena.

use super::{Instance, Kind, NodeId};
use std::borrow::Cow;

/// One JSON document: its bytes and its tree. Names and strings are decoded on demand.
#[derive(Clone, Copy)]
pub struct Document<'a> {
    /// The unit's bytes; every span points into them.
    pub bytes: &'a [u8],
    /// The tree: the root, and the one value below it.
    pub tree: &'a Instance,
}

impl<'a> Document<'a> {
    /// The value that the document is, when there is one.
    pub fn value(self) -> Option<NodeId> {
        self.tree.children(Instance::ROOT).next()
    }

    /// What `id` is.
    pub fn kind(self, id: NodeId) -> Kind {
        self.tree.node(id).kind
    }

    /// The name of `id` in its object, escapes resolved; empty for an item of an array.
    pub fn name(self, id: NodeId) -> Cow<'a, [u8]> {
        unescape(self.tree.node(id).name.of(self.bytes))
    }

    /// The first member of `object` called `name`.
    pub fn member(self, object: NodeId, name: &[u8]) -> Option<NodeId> {
        if self.kind(object) != Kind::Object {
            return None;
        }
        self.tree.children(object).find(|&id| *self.name(id) == *name)
    }

    /// The items of the array `id`; none when it is no array.
    pub fn items(self, id: NodeId) -> impl Iterator<Item = NodeId> + 'a {
        let is_array = self.kind(id) == Kind::Array;
        self.tree.children(id).take_while(move |_| is_array)
    }

    /// The text of the string `id`, escapes resolved; `None` when it is no string.
    pub fn text(self, id: NodeId) -> Option<Cow<'a, [u8]>> {
        let node = self.tree.node(id);
        if node.kind != Kind::String {
            return None;
        }
        let quoted = node.span.of(self.bytes);
        let inside = quoted.strip_prefix(b"\"").unwrap_or(quoted);
        Some(unescape(inside.strip_suffix(b"\"").unwrap_or(inside)))
    }
}

/// `raw` with its escapes resolved (RFC 8259 section 7). Half a surrogate pair becomes U+FFFD; what is no escape stays.
pub fn unescape(raw: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr::memchr(b'\\', raw) else { return Cow::Borrowed(raw) };
    let mut text = Vec::with_capacity(raw.len());
    let (mut rest, mut next) = (raw, first);
    loop {
        text.extend_from_slice(&rest[..next]);
        rest = &rest[next..];
        let (character, length) = match rest.get(1) {
            Some(b'"') => ('"', 2),
            Some(b'\\') => ('\\', 2),
            Some(b'/') => ('/', 2),
            Some(b'b') => ('\u{8}', 2),
            Some(b'f') => ('\u{c}', 2),
            Some(b'n') => ('\n', 2),
            Some(b'r') => ('\r', 2),
            Some(b't') => ('\t', 2),
            Some(b'u') => match unit(rest) {
                Some(_) => code_point(rest),
                None => ('\\', 1),
            },
            _ => ('\\', 1),
        };
        text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        rest = &rest[length.min(rest.len())..];
        match memchr::memchr(b'\\', rest) {
            Some(at) => next = at,
            None => {
                text.extend_from_slice(rest);
                return Cow::Owned(text);
            }
        }
    }
}

/// The UTF-16 code unit of the `\uXXXX` that starts `escape`.
pub fn unit(escape: &[u8]) -> Option<u16> {
    let digits = escape.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0u16, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)? as u16))
}

/// The code point that one or two `\uXXXX` give, and the bytes they take.
fn code_point(escape: &[u8]) -> (char, usize) {
    let units = [unit(escape), escape.get(6..).and_then(unit)];
    let pair = char::decode_utf16(units.into_iter().flatten()).next();
    match pair {
        Some(Ok(character)) => (character, 6 * character.len_utf16()),
        _ => (char::REPLACEMENT_CHARACTER, 6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved() {
        let cases: [(&str, &str); 7] = [
            ("plain", "plain"),
            (r"\u0069d", "id"),
            (r#"a\"b\\c\/\n"#, "a\"b\\c/\n"),
            (r"\ud842\udfb7!", "\u{20bb7}!"),
            (r"\ud842x", "\u{fffd}x"),
            (r"\u12", r"\u12"),
            (r"end\", r"end\"),
        ];
        for (raw, text) in cases {
            assert_eq!(unescape(raw.as_bytes()), text.as_bytes(), "{raw}");
        }
    }
}
