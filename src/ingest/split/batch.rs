//! Batch envelopes of HL7 v2 (chapter 2, "HL7 batch protocol"): `FHS { BHS { messages } BTS } FTS`.
//!
//! In: envelope lines and the messages between them. Out: troubles where headers and trailers do not pair, or a count
//! is not what was seen. It never prints a declared count that is too long to be one: it may be an identifier.

use super::found::Found;
use crate::ingest::fault::Fault;
use crate::ingest::shape::Header;

/// Longest declared count that is printed; anything longer is described by its length.
const PRINTED_DIGITS: usize = 6;

/// What is open.
#[derive(Default)]
pub(super) struct Batch {
    file: Option<Level>,
    batch: Option<Level>,
}

/// One open header.
struct Level {
    offset: u64,
    line: u64,
    separator: Option<u8>,
    count: u64,
    /// Messages of a file that stand in no batch.
    loose: u64,
}

impl Batch {
    /// A message header was met.
    pub(super) fn message(&mut self) {
        if let Some(batch) = &mut self.batch {
            batch.count += 1;
        } else if let Some(file) = &mut self.file {
            file.loose += 1;
        }
    }

    /// An envelope line was met, whole.
    pub(super) fn line(&mut self, header: Header, bytes: &[u8], offset: u64, line: u64, found: &mut Found) {
        let bytes = bytes.trim_ascii_end();
        let level = Level { offset, line, separator: bytes.get(3).copied(), count: 0, loose: 0 };
        match header {
            Header::Msh => {}
            Header::Fhs => {
                self.finish(found);
                self.file = Some(level);
            }
            Header::Bhs => {
                unclosed(self.batch.take(), "BHS", "BTS", found);
                if let Some(file) = &mut self.file {
                    file.count += 1;
                }
                self.batch = Some(level);
            }
            Header::Bts => match self.batch.take() {
                Some(open) => check("BTS-1", "messages", &open, &[open.count], bytes, &level, found),
                None => found.trouble(Fault::BatchUnclosed, offset, line, "a BTS stands without a BHS before it"),
            },
            Header::Fts => {
                unclosed(self.batch.take(), "BHS", "BTS", found);
                match self.file.take() {
                    // A file may hold messages without a batch around them; they may be counted as one batch or none.
                    Some(open) if open.count == 0 && open.loose > 0 => {
                        check("FTS-1", "batches", &open, &[0, 1], bytes, &level, found);
                    }
                    Some(open) => check("FTS-1", "batches", &open, &[open.count], bytes, &level, found),
                    None => found.trouble(Fault::BatchUnclosed, offset, line, "an FTS stands without an FHS before it"),
                }
            }
        }
    }

    /// The artifact ends.
    pub(super) fn finish(&mut self, found: &mut Found) {
        unclosed(self.batch.take(), "BHS", "BTS", found);
        unclosed(self.file.take(), "FHS", "FTS", found);
    }
}

fn unclosed(level: Option<Level>, header: &str, trailer: &str, found: &mut Found) {
    if let Some(open) = level {
        let detail = format!("the {header} has no {trailer}");
        found.trouble(Fault::BatchUnclosed, open.offset, open.line, detail);
    }
}

/// Compares field 1 of a trailer with what was counted; an absent count declares nothing.
fn check(field: &str, of: &str, open: &Level, counts: &[u64], trailer: &[u8], at: &Level, found: &mut Found) {
    let Some(rest) = trailer.get(3..).filter(|rest| !rest.is_empty()) else { return };
    let mut tell = |detail: String| found.trouble(Fault::BatchCount, at.offset, at.line, detail);
    let Some(separator) = open.separator.filter(|separator| rest.first() == Some(separator)) else {
        return tell(format!("{field} is not set off by the separator that the header declares"));
    };
    let declared = rest[1..].split(|b| *b == separator).next().unwrap_or_default().trim_ascii();
    if declared.is_empty() {
        return;
    }
    if !declared.iter().all(u8::is_ascii_digit) {
        return tell(format!("{field} is not a whole number; {of} found: {}", counts[0]));
    }
    let significant = &declared[declared.iter().take_while(|b| **b == b'0').count()..];
    let value = significant.iter().take(18).fold(0u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    if significant.len() <= 18 && counts.contains(&value) {
        return;
    }
    let said = match significant.len() {
        0..=PRINTED_DIGITS => format!("declares {value}"),
        digits => format!("declares a number of {digits} digits"),
    };
    tell(format!("{field} {said}; {of} found: {}", counts[0]));
}
