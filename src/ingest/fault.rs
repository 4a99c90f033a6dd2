//! What can be wrong with the bytes before anyone parses them.
//!
//! In: nothing. Out: a stable code and a fixed headline for each fault. It never holds anything read from an input.

/// A fault that ingest saw. Each is tied to a rule of a pack by its [`code`](Fault::code).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// An entry's name would leave the folder it is unpacked into, or no system could store it safely.
    ArchiveEntryPath,
    /// An entry is a symbolic or hard link.
    ArchiveLink,
    /// An entry is a device, a pipe or another thing that holds no message.
    ArchiveSpecial,
    /// Far more bytes come out than went in.
    ArchiveRatio,
    /// The archive gives more bytes in all than the limit.
    ArchiveBytes,
    /// The archive holds more entries than the limit.
    ArchiveCount,
    /// An archive inside an archive, deeper than the limit.
    ArchiveNestedTooDeep,
    /// An entry is encrypted.
    ArchiveEncrypted,
    /// The bytes do not match their checksum, or do not decompress.
    ArchiveCrc,
    /// An entry is compressed by a method that is not read.
    ArchiveMethod,
    /// Two headers give one entry two names.
    ArchiveNameMismatch,
    /// Two headers, or a header and the bytes, give one entry two sizes.
    ArchiveSizeMismatch,
    /// The number of entries declared is not the number present.
    ArchiveEntriesMismatch,
    /// Two entries carry one name.
    ArchiveDuplicateName,
    /// The archive ends before its end mark.
    ArchiveTruncated,
    /// Two entries share the same stored bytes.
    ArchiveOverlap,
    /// A header inside the archive cannot be read.
    ArchiveHeader,
    /// The archive holds nothing that can be checked.
    ArchiveEmpty,
    /// Not a regular file: a device, pipe, socket, or a link that leads nowhere.
    NotRegular,
    /// A symbolic link inside a folder; only links that the user typed are followed.
    LinkNotFollowed,
    /// The file or folder cannot be opened or read.
    Unreadable,
    /// No content.
    Empty,
    /// One message, line or file over the limit.
    TooLargeUnit,
    /// Reading was given up inside an over-long message.
    Abandoned,
    /// The file became shorter while it was read.
    FileTruncated,
    /// An MLLP frame that never ends.
    MllpNoEnd,
    /// A start block inside a frame.
    MllpNestedStart,
    /// A frame with nothing in it.
    MllpEmptyFrame,
    /// Bytes outside any frame.
    MllpOutsideFrame,
    /// An end block without the carriage return that completes it.
    MllpNoCr,
    /// Text that belongs to no message.
    OutsideMessage,
    /// A batch or file trailer counts something else than what is there.
    BatchCount,
    /// A batch or file header without its trailer, or a trailer without its header.
    BatchUnclosed,
}

impl Fault {
    /// Every fault, in the order of declaration.
    pub const ALL: &[Fault] = &[
        Fault::ArchiveEntryPath,
        Fault::ArchiveLink,
        Fault::ArchiveSpecial,
        Fault::ArchiveRatio,
        Fault::ArchiveBytes,
        Fault::ArchiveCount,
        Fault::ArchiveNestedTooDeep,
        Fault::ArchiveEncrypted,
        Fault::ArchiveCrc,
        Fault::ArchiveMethod,
        Fault::ArchiveNameMismatch,
        Fault::ArchiveSizeMismatch,
        Fault::ArchiveEntriesMismatch,
        Fault::ArchiveDuplicateName,
        Fault::ArchiveTruncated,
        Fault::ArchiveOverlap,
        Fault::ArchiveHeader,
        Fault::ArchiveEmpty,
        Fault::NotRegular,
        Fault::LinkNotFollowed,
        Fault::Unreadable,
        Fault::Empty,
        Fault::TooLargeUnit,
        Fault::Abandoned,
        Fault::FileTruncated,
        Fault::MllpNoEnd,
        Fault::MllpNestedStart,
        Fault::MllpEmptyFrame,
        Fault::MllpOutsideFrame,
        Fault::MllpNoCr,
        Fault::OutsideMessage,
        Fault::BatchCount,
        Fault::BatchUnclosed,
    ];

    /// The stable kebab-case code, as rules name it: `syntax = "ingest.archive-crc"`.
    pub fn code(self) -> &'static str {
        self.text().0
    }

    /// The fact, as one headline that names the cause and quotes nothing.
    pub fn headline(self) -> &'static str {
        self.text().1
    }

    fn text(self) -> (&'static str, &'static str) {
        match self {
            Fault::ArchiveEntryPath => {
                ("archive-entry-path", "The name of an archive entry is an unsafe path, so the entry was not read")
            }
            Fault::ArchiveLink => ("archive-link", "An archive entry is a link, so it holds no content to read"),
            Fault::ArchiveSpecial => {
                ("archive-special", "An archive entry is not a regular file but a device, FIFO or other special type")
            }
            Fault::ArchiveRatio => {
                ("archive-ratio", "Compressed content expands beyond the ratio limit, so reading it stopped")
            }
            Fault::ArchiveBytes => {
                ("archive-bytes", "The archive expands beyond the limit on its size, so reading it stopped")
            }
            Fault::ArchiveCount => ("archive-count", "The archive holds more entries than the limit"),
            Fault::ArchiveNestedTooDeep => {
                ("archive-nested-too-deep", "Archives are nested inside archives deeper than the limit")
            }
            Fault::ArchiveEncrypted => {
                ("archive-encrypted", "An archive entry is encrypted and cannot be read without its password")
            }
            Fault::ArchiveCrc => {
                ("archive-crc", "Compressed content is corrupt: it fails its CRC or does not decompress")
            }
            Fault::ArchiveMethod => ("archive-method", "An archive entry uses an unsupported compression method"),
            Fault::ArchiveNameMismatch => {
                ("archive-name-mismatch", "The two headers of one archive entry give different names")
            }
            Fault::ArchiveSizeMismatch => {
                ("archive-size-mismatch", "The declared size of an archive entry does not match its content")
            }
            Fault::ArchiveEntriesMismatch => (
                "archive-entries-mismatch",
                "The count of entries an archive declares differs from what its directory lists",
            ),
            Fault::ArchiveDuplicateName => {
                ("archive-duplicate-name", "Two entries of one archive have the same name: a duplicate")
            }
            Fault::ArchiveTruncated => ("archive-truncated", "The archive is truncated: it ends before its end mark"),
            Fault::ArchiveOverlap => {
                ("archive-overlap", "Entries of the archive overlap: they share the same stored bytes")
            }
            Fault::ArchiveHeader => ("archive-header", "A header inside the archive cannot be read"),
            Fault::ArchiveEmpty => ("archive-empty", "The archive has no entry that can be checked"),
            Fault::NotRegular => ("not-regular", "This is not a regular file, so it was not opened"),
            Fault::LinkNotFollowed => (
                "link-not-followed",
                "A symbolic link inside a folder was not followed, so what it names was not checked",
            ),
            Fault::Unreadable => ("unreadable", "The file or folder could not be read"),
            Fault::Empty => ("empty", "The file is empty: it has no content to check"),
            Fault::TooLargeUnit => ("too-large-unit", "A message is larger than the size limit, so it was not checked"),
            Fault::Abandoned => ("abandoned", "Reading stopped inside an over-long message: the rest was not checked"),
            Fault::FileTruncated => ("file-truncated", "The file became shorter while it was being read"),
            Fault::MllpNoEnd => ("mllp-no-end", "An MLLP frame has no end block"),
            Fault::MllpNestedStart => ("mllp-nested-start", "An MLLP start block stands inside an open frame"),
            Fault::MllpEmptyFrame => ("mllp-empty-frame", "An MLLP frame is empty"),
            Fault::MllpOutsideFrame => ("mllp-outside-frame", "Bytes stand outside any MLLP frame"),
            Fault::MllpNoCr => ("mllp-no-cr", "An MLLP end block is not followed by a carriage return"),
            Fault::OutsideMessage => ("outside-message", "Text stands outside any message"),
            Fault::BatchCount => ("batch-count", "A batch or file trailer declares a count that is not what was sent"),
            Fault::BatchUnclosed => ("batch-unclosed", "A batch or file header and its trailer do not pair"),
        }
    }

    /// Whether one artifact can show this so often that only its number and first place are worth telling.
    pub(crate) fn is_counted(self) -> bool {
        matches!(
            self,
            Fault::MllpNestedStart
                | Fault::MllpEmptyFrame
                | Fault::MllpOutsideFrame
                | Fault::MllpNoCr
                | Fault::OutsideMessage
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_kebab_case_and_all_listed() {
        let codes: std::collections::BTreeSet<_> = Fault::ALL.iter().map(|f| f.code()).collect();
        assert_eq!(codes.len(), Fault::ALL.len());
        for code in codes {
            assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{code}");
        }
        // Declaration order is the discriminant, so a fault that is missing from the list shows as a gap.
        for (at, fault) in Fault::ALL.iter().enumerate() {
            assert_eq!(*fault as usize, at);
        }
        assert_eq!(Fault::ALL.last(), Some(&Fault::BatchUnclosed));
    }
}
