//! Facts as bytes, to be sealed into a report, and back.
//!
//! The same facts give the same bytes, whatever the order of observing and merging: messages stand in the order of
//! artifact and ordinal. In: anything, for decoding: what is no such encoding is refused.

use super::carry;
use super::codes::Codes;
use super::fact::Record;
use super::facts::Facts;
use super::wire::{PlainReader, PlainWriter, put};
use std::sync::Arc;

const FORM: &[u8] = b"hallmark facts 1\n";

/// Weight of records that a report can carry: about 250,000 messages in 20 to 30 MB of report. A run with more says so
/// instead, and what is merged from it cannot tell.
pub const MAX_CARRIED: u64 = 24 << 20;

impl Facts {
    /// The bytes of these facts; without the messages when they weigh more than [`MAX_CARRIED`].
    pub fn encode(&self) -> Vec<u8> {
        let incomplete = self.incomplete || self.weight > MAX_CARRIED;
        let mut writer = PlainWriter { bytes: FORM.to_vec() };
        writer.bytes.push(u8::from(incomplete));
        put(&mut writer.bytes, self.messages);
        put(&mut writer.bytes, self.weight);
        put(&mut writer.bytes, self.touched);
        let artifacts = self.artifacts(incomplete);
        put(&mut writer.bytes, artifacts.len() as u64);
        for artifact in &artifacts {
            put(&mut writer.bytes, artifact.len() as u64);
            writer.bytes.extend_from_slice(artifact.as_bytes());
        }
        let number = |artifact: &Arc<str>| artifacts.binary_search(artifact).unwrap_or_default() as u64;
        if !incomplete {
            self.records(&mut writer, number);
        }
        self.codes.encode(&mut writer, number);
        writer.bytes
    }

    /// The facts that [`Facts::encode`] wrote; none when the bytes are anything else.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (incomplete, rest) = bytes.strip_prefix(FORM)?.split_first()?;
        let mut reader = PlainReader::new(rest);
        let (messages, weight, touched) = (reader.next(), reader.next(), reader.next());
        let mut artifacts: Vec<Arc<str>> = Vec::new();
        for _ in 0..reader.next() {
            artifacts.push(std::str::from_utf8(reader.text()).ok().filter(|_| !reader.failed)?.into());
        }
        let mut facts = Self::default();
        if *incomplete == 0 {
            let mut record = Record::default();
            for _ in 0..messages {
                let artifact = usize::try_from(reader.next()).ok().and_then(|at| artifacts.get(at))?;
                record.clear();
                carry::record(&mut reader, &mut record);
                if reader.failed {
                    return None;
                }
                facts.push(artifact, &mut record);
            }
            if facts.weight != weight {
                return None;
            }
        }
        facts.codes = Codes::decode(&mut reader, &artifacts);
        (facts.messages, facts.weight, facts.touched) = (messages, weight, touched);
        facts.incomplete = *incomplete != 0;
        (!reader.failed && reader.bytes.is_empty()).then_some(facts)
    }

    fn artifacts(&self, incomplete: bool) -> Vec<Arc<str>> {
        let mut artifacts: Vec<Arc<str>> = self.codes.artifacts().cloned().collect();
        if !incomplete {
            self.each(|artifact, _| {
                if artifacts.last() != Some(artifact) {
                    artifacts.push(Arc::clone(artifact));
                }
            });
        }
        artifacts.sort_unstable();
        artifacts.dedup();
        artifacts
    }

    fn records(&self, writer: &mut PlainWriter, number: impl Fn(&Arc<str>) -> u64) {
        let mut plain = PlainWriter::default();
        let mut order: Vec<(u64, u64, usize, usize)> = Vec::new();
        self.each_mut(|artifact, record| {
            let from = plain.bytes.len();
            carry::record(&mut plain, record);
            order.push((number(artifact), record.item, from, plain.bytes.len()));
        });
        let bytes = |row: &(u64, u64, usize, usize)| &plain.bytes[row.2..row.3];
        // The bytes decide between two records of one place, which only a broken reader could give.
        order.sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| bytes(a).cmp(bytes(b))));
        for row in &order {
            put(&mut writer.bytes, row.0);
            writer.bytes.extend_from_slice(bytes(row));
        }
    }
}
