//! Byte spans, and the one place that turns them into lines and columns.
//!
//! In: byte ranges into one artifact. Out: one-based lines and columns. It never reads files and never keeps text.

/// A byte range into one artifact, `start..end`. `u32`: artifacts over 4 GiB are refused at ingest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte; never less than `start`.
    pub end: u32,
}

impl Span {
    /// The span `start..end`; an `end` before `start` gives the empty span at `start`.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The empty span at `at`.
    pub fn at(at: u32) -> Self {
        Self { start: at, end: at }
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the span covers no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The bytes it covers, or an empty slice where it reaches outside `bytes`.
    pub fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// A place a person can go to: both numbers start at one; the column counts Unicode code points, a tab as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// One-based line; CR, LF and CRLF each end one line.
    pub line: u64,
    /// One-based column in code points (bytes that are not UTF-8 count one each).
    pub column: u32,
}

/// The place of byte `offset` in `bytes`, whose first byte stands at the start of line `first_line` (one-based).
///
/// An offset past the end gives the place just after the last byte.
pub fn position(bytes: &[u8], offset: u32, first_line: u64) -> Position {
    let upto = &bytes[..(offset as usize).min(bytes.len())];
    let start = line_start(upto);
    Position { line: first_line + line_ends(&upto[..start]), column: columns(&upto[start..]) + 1 }
}

/// Finds positions one after the other without reading from the start each time: findings come mostly in order, and a
/// hostile message has thousands of them in one line of many megabytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ruler {
    offset: usize,
    lines: u64,
    columns: u32,
}

impl Ruler {
    /// The same as [`position`], for bytes that stay the same from call to call.
    pub fn position(&mut self, bytes: &[u8], offset: u32, first_line: u64) -> Position {
        let at = (offset as usize).min(bytes.len());
        if at < self.offset {
            *self = Self::default();
        }
        let fresh = &bytes[self.offset..at];
        let start = line_start(fresh);
        let before = if start == 0 { self.columns } else { 0 };
        let here = Self {
            offset: at,
            lines: self.lines + line_ends(&fresh[..start]),
            columns: before.saturating_add(columns(&fresh[start..])),
        };
        // Only a place between two characters and outside CRLF is one to go on from.
        let next = bytes.get(at).copied().unwrap_or_default();
        if next != b'\n' && !(0x80..0xC0).contains(&next) {
            *self = here;
        }
        Position { line: first_line + here.lines, column: here.columns.saturating_add(1) }
    }
}

/// How many lines end inside `bytes`; CR, LF and CRLF each count once.
pub fn line_ends(bytes: &[u8]) -> u64 {
    let mut lines = 0;
    for at in memchr::memchr2_iter(b'\r', b'\n', bytes) {
        let second_half_of_crlf = bytes[at] == b'\n' && at > 0 && bytes[at - 1] == b'\r';
        lines += u64::from(!second_half_of_crlf);
    }
    lines
}

/// Where the last, unfinished line of `bytes` starts.
fn line_start(bytes: &[u8]) -> usize {
    memchr::memrchr2(b'\r', b'\n', bytes).map_or(0, |at| at + 1)
}

/// Code points in `line`; a byte that is not part of valid UTF-8 counts as one.
fn columns(line: &[u8]) -> u32 {
    let mut count = 0usize;
    for chunk in line.utf8_chunks() {
        count += chunk.valid().chars().count() + chunk.invalid().len();
    }
    u32::try_from(count).unwrap_or(u32::MAX - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, needle: &str) -> (u64, u32) {
        let offset = text.find(needle).expect("the needle is in the text");
        let p = position(text.as_bytes(), offset as u32, 1);
        (p.line, p.column)
    }

    #[test]
    fn each_line_end_counts_once() {
        assert_eq!(at("a\rb\rX", "X"), (3, 1));
        assert_eq!(at("a\nb\nX", "X"), (3, 1));
        assert_eq!(at("a\r\nb\r\nX", "X"), (3, 1));
        assert_eq!(at("a\r\n\r\nX", "X"), (3, 1));
        assert_eq!(at("a\n\rX", "X"), (3, 1));
    }

    #[test]
    fn a_column_is_a_code_point() {
        assert_eq!(at("é\t€X", "X"), (1, 4));
        let p = position(b"\xff\xfeX", 2, 1);
        assert_eq!((p.line, p.column), (1, 3));
    }

    #[test]
    fn a_ruler_gives_the_same_in_any_order() {
        let bytes = b"MSH|a\r\nP\xc3\xa9D|\xff\xe2\x82|x\n\rOBX|\xe2\x82\xac\r";
        let mut forward = Ruler::default();
        let mut any = Ruler::default();
        for offset in 0..bytes.len() as u32 + 2 {
            assert_eq!(forward.position(bytes, offset, 3), position(bytes, offset, 3), "{offset}");
            let other = (offset * 7) % (bytes.len() as u32 + 1);
            assert_eq!(any.position(bytes, other, 3), position(bytes, other, 3), "{other}");
        }
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        assert_eq!(position(b"ab", 99, 7), Position { line: 7, column: 3 });
    }

    #[test]
    fn a_line_feed_after_a_split_carriage_return_starts_no_line() {
        // The position between CR and LF is still on the line that the pair ends.
        assert_eq!(position(b"a\r\nb", 3, 1).line, 2);
    }
}
