//! One header block of a tar archive (POSIX.1-1988 ustar, the older format without a mark, GNU extensions).
//!
//! In: 512 bytes. Out: the fields that matter. Numbers that do not fit are refused, not wrapped.

/// A header block.
pub(crate) const BLOCK: usize = 512;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    Link,
    /// Device, pipe, sparse or unknown.
    Special,
    /// POSIX extended attributes for the next entry.
    Extended,
    /// POSIX extended attributes for all further entries.
    Global,
    /// GNU: the next entry's name.
    LongName,
    /// GNU: the next entry's link target.
    LongLink,
}

/// The fields of a header.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) name: Vec<u8>,
    pub(crate) size: u64,
    pub(crate) kind: Kind,
}

/// Reads `block`; `None` when its checksum or a number is wrong.
pub(crate) fn read(block: &[u8; BLOCK]) -> Option<Header> {
    if !checksum_is_right(block) {
        return None;
    }
    let mut name = until_nul(&block[..100]).to_vec();
    if &block[257..263] == b"ustar\0" && block[345] != 0 {
        name = [until_nul(&block[345..500]), b"/", &name].concat();
    }
    let kind = match block[156] {
        b'0' | 0 | b'7' if name.ends_with(b"/") => Kind::Folder,
        b'0' | 0 | b'7' => Kind::File,
        b'5' => Kind::Folder,
        b'1' | b'2' => Kind::Link,
        b'x' => Kind::Extended,
        b'g' => Kind::Global,
        b'L' => Kind::LongName,
        b'K' => Kind::LongLink,
        _ => Kind::Special,
    };
    Some(Header { name, size: number(&block[124..136])?, kind })
}

/// Whether the checksum field is the sum of the block's bytes with that field blank, signed or not.
pub(crate) fn checksum_is_right(block: &[u8; BLOCK]) -> bool {
    let blanked = |at: usize| if (148..156).contains(&at) { b' ' } else { block[at] };
    let unsigned: u64 = (0..BLOCK).map(|at| u64::from(blanked(at))).sum();
    let signed: i64 = (0..BLOCK).map(|at| i64::from(blanked(at).cast_signed())).sum();
    number(&block[148..156]).is_some_and(|sum| sum == unsigned || i64::try_from(sum) == Ok(signed))
}

fn until_nul(field: &[u8]) -> &[u8] {
    field.split(|b| *b == 0).next().unwrap_or_default()
}

/// Octal digits, or big-endian binary when the first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let first = u64::from(field[0] & 0x7F);
        return field[1..].iter().try_fold(first, |sum, b| sum.checked_mul(256)?.checked_add(u64::from(*b)));
    }
    let text = until_nul(field).trim_ascii();
    text.iter().try_fold(0u64, |sum, b| {
        let digit = matches!(b, b'0'..=b'7').then(|| u64::from(b - b'0'))?;
        sum.checked_mul(8)?.checked_add(digit)
    })
}

/// What extended attributes say of the next entry: its name and size, each if given.
pub(crate) fn extended(body: &[u8]) -> Option<(Option<Vec<u8>>, Option<u64>)> {
    let (mut name, mut size, mut rest) = (None, None, body);
    while !rest.is_empty() && rest[0] != 0 {
        let blank = rest.iter().position(|b| *b == b' ')?;
        let length: usize = std::str::from_utf8(&rest[..blank]).ok()?.parse().ok()?;
        let record = rest.get(blank + 1..length)?.strip_suffix(b"\n")?;
        let equals = record.iter().position(|b| *b == b'=')?;
        let value = &record[equals + 1..];
        match &record[..equals] {
            b"path" => name = Some(value.to_vec()),
            b"size" => size = Some(std::str::from_utf8(value).ok()?.parse().ok()?),
            _ => {}
        }
        rest = &rest[length..];
    }
    Some((name, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_binary_and_never_wrap() {
        assert_eq!(number(b"00000000017\0"), Some(15));
        assert_eq!(number(b"      17 \0\0\0"), Some(15));
        assert_eq!(number(b"\x80\0\0\0\0\0\0\0\0\0\x01\0"), Some(256));
        assert_eq!(number(&[0xFF; 12]), None);
        assert_eq!(number(b"00000000019\0"), None);
    }

    #[test]
    fn extended_attributes_are_length_prefixed_records() {
        assert_eq!(extended(b"14 path=a/b\n\n"), None);
        assert_eq!(extended(b"12 path=a/b\n15 size=100000\n"), Some((Some(b"a/b".to_vec()), Some(100_000))));
        assert_eq!(extended(b"99 path=a\n"), None);
        assert_eq!(extended(b"0 a=b\n"), None);
        assert_eq!(extended(b""), Some((None, None)));
    }
}
