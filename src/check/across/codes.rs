//! The types of value that each observation code came with: one entry per code, not per line.
//!
//! In: OBX lines of results. Out: per sender and code, the first place of each type. It adds up like [`super::Facts`]:
//! what is kept is the smallest of a set, whatever the order in which it was met.

use super::carry::{self, Carry};
use super::fact::MessageKind;
use super::facts::At;
use super::keyed::mix;
use super::spot::Spot;
use super::wire::{PlainReader, PlainWriter, put};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Codes kept. A large laboratory's catalogue has some thousands; more are not codes but free text.
const MAX_CODES: usize = 50_000;
/// Types kept per code; the standard has about thirty.
const MAX_TYPES: usize = 32;

/// What is known of all codes.
#[derive(Default)]
pub(super) struct Codes {
    by_key: FxHashMap<u64, Code>,
    /// There were more than are kept.
    pub(super) over: bool,
}

/// What is known of one code of one sender.
#[derive(Default)]
pub(super) struct Code {
    /// The two smallest lines with it, as hashes of message and position: two mean that it was seen twice, and a
    /// message that was sent again adds none.
    lines: [u64; 2],
    /// In order of type.
    pub(super) types: Vec<(Type, First)>,
}

/// OBX-2, at most three characters, with TX, FT and ST as one and NM and SN as one.
pub(super) type Type = [u8; 3];

/// The first line, in the order of sending, that has a code with a type.
#[derive(Clone, Debug)]
pub(super) struct First {
    /// Start of MSH-7, as [`super::when::Timed::order`] has it.
    pub(super) sent: i64,
    pub(super) at: At,
    pub(super) kind: MessageKind,
    pub(super) spot: Spot,
}

impl First {
    pub(super) fn order(&self) -> (i64, &str, u64, u32) {
        (self.sent, &self.at.artifact, self.at.item, self.spot.offset)
    }
}

/// One OBX line: its code and type, and which line of which message it is.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) key: u64,
    pub(super) kind: Type,
    pub(super) content: u64,
    pub(super) ordinal: u32,
    pub(super) sent: i64,
    pub(super) at: &'a At,
}

/// The type that `text` (OBX-2) counts as.
pub(super) fn class(text: &[u8]) -> Type {
    match text.to_ascii_uppercase().as_slice() {
        b"TX" | b"FT" | b"ST" => *b"TX ",
        b"NM" | b"SN" => *b"NM ",
        &[a, b] => [a, b, b' '],
        &[a, b, c] => [a, b, c],
        _ => *b"???",
    }
}

impl Code {
    /// Whether at least two lines have it.
    pub(super) fn is_repeated(&self) -> bool {
        self.lines[1] != 0
    }

    fn line(&mut self, line: u64) {
        let [first, second] = self.lines;
        self.lines = match line {
            0 => return,
            line if line == first || line == second => return,
            line if first == 0 || line < first => [line, first],
            line if second == 0 || line < second => [first, line],
            _ => return,
        };
    }

    fn first(&mut self, kind: Type, candidate: First) {
        match self.types.binary_search_by_key(&kind, |(kind, _)| *kind) {
            Ok(at) if candidate.order() < self.types[at].1.order() => self.types[at].1 = candidate,
            Ok(_) => {}
            Err(at) => {
                self.types.insert(at, (kind, candidate));
                self.types.truncate(MAX_TYPES);
            }
        }
    }
}

impl Codes {
    /// Adds one line; `place` is asked for only when it may be the first of its type.
    pub(super) fn add(&mut self, line: Line<'_>, place: impl FnOnce() -> (MessageKind, Spot)) {
        if self.over {
            return;
        }
        let code = self.by_key.entry(line.key).or_default();
        code.line(mix(line.content, u64::from(line.ordinal)));
        let found = code.types.binary_search_by_key(&line.kind, |(kind, _)| *kind);
        let later = found.is_ok_and(|at| {
            let first = &code.types[at].1;
            let message = (first.sent, first.at.artifact.as_ref(), first.at.item);
            message <= (line.sent, line.at.artifact.as_ref(), line.at.item)
        });
        if !later {
            let (kind, spot) = place();
            code.first(line.kind, First { sent: line.sent, at: line.at.clone(), kind, spot });
        }
        self.limit();
    }

    /// Adds another part of the run.
    pub(super) fn merge(&mut self, other: Self) {
        self.over |= other.over;
        for (key, theirs) in other.by_key {
            let mine = self.by_key.entry(key).or_default();
            theirs.lines.into_iter().for_each(|line| mine.line(line));
            theirs.types.into_iter().for_each(|(kind, first)| mine.first(kind, first));
        }
        self.limit();
    }

    /// The codes, in no order.
    pub(super) fn all(&self) -> impl Iterator<Item = &Code> {
        self.by_key.values()
    }

    /// The artifacts they were met in, some of them often.
    pub(super) fn artifacts(&self) -> impl Iterator<Item = &Arc<str>> {
        self.all().flat_map(|code| &code.types).map(|(_, first)| &first.at.artifact)
    }

    /// Whether no code was met.
    pub(super) fn is_empty(&self) -> bool {
        self.by_key.is_empty() && !self.over
    }

    /// Writes them in one order, with the artifacts as numbers.
    pub(super) fn encode(&self, writer: &mut PlainWriter, artifact: impl Fn(&Arc<str>) -> u64) {
        writer.bytes.push(u8::from(self.over));
        let mut sorted: Vec<_> = self.by_key.iter().collect();
        sorted.sort_unstable_by_key(|(key, _)| **key);
        put(&mut writer.bytes, sorted.len() as u64);
        for (key, code) in sorted {
            for word in [*key, code.lines[0], code.lines[1]] {
                writer.bytes.extend_from_slice(&word.to_le_bytes());
            }
            put(&mut writer.bytes, code.types.len() as u64);
            for (kind, first) in &code.types {
                writer.bytes.extend_from_slice(kind);
                writer.bytes.extend_from_slice(&first.sent.to_le_bytes());
                for number in [artifact(&first.at.artifact), first.at.item, first.at.first_line] {
                    put(&mut writer.bytes, number);
                }
                let (mut message, mut spot) = (first.kind, first.spot);
                carry::place(writer, &mut message, &mut spot);
            }
        }
    }

    /// Reads what [`Codes::encode`] wrote; the reader has failed when it could not.
    pub(super) fn decode(reader: &mut PlainReader<'_>, artifacts: &[Arc<str>]) -> Self {
        let mut codes = Self { over: reader.next() == 1, ..Self::default() };
        let length = reader.next();
        for _ in 0..length {
            if reader.failed {
                break;
            }
            let mut words = [0; 3];
            words.iter_mut().for_each(|word| reader.key(word));
            let [key, lines @ ..] = words;
            let types = reader.next();
            let mut code = Code { lines, ..Code::default() };
            for _ in 0..types {
                let Some((kind, first)) = first(reader, artifacts) else { break };
                code.first(kind, first);
            }
            codes.by_key.insert(key, code);
        }
        codes
    }

    fn limit(&mut self) {
        if self.over || self.by_key.len() > MAX_CODES {
            (self.over, self.by_key) = (true, FxHashMap::default());
        }
    }
}

fn first(reader: &mut PlainReader<'_>, artifacts: &[Arc<str>]) -> Option<(Type, First)> {
    let mut kind = Type::default();
    for byte in &mut kind {
        let (&next, rest) = reader.bytes.split_first()?;
        (*byte, reader.bytes) = (next, rest);
    }
    let mut sent = 0;
    reader.key(&mut sent);
    let artifact = usize::try_from(reader.next()).ok().and_then(|at| artifacts.get(at));
    let (item, first_line) = (reader.next(), reader.next());
    let (mut message, mut spot) = (MessageKind::default(), Spot::default());
    carry::place(reader, &mut message, &mut spot);
    let Some(artifact) = artifact.filter(|_| !reader.failed) else {
        reader.fail();
        return None;
    };
    let at = At { artifact: Arc::clone(artifact), item, first_line };
    Some((kind, First { sent: sent as i64, at, kind: message, spot }))
}
