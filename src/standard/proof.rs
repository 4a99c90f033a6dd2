//! Proofs: the changes of a rule's `breaks`, applied to the bytes of a conforming ER7 sample.
//!
//! In: a sample and a [`Break`]. Out: the files of the proof's run. It works on text alone, so that a proof cannot be
//! bent by the parser it is to test; samples use the recommended separators.

use super::Catalogue;
use super::rule::{Break, ExtraFile, Insert};
use std::collections::BTreeMap;

/// One file of a proof's run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofFile {
    /// Its name, the artifact id of the run.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The files of a proof: first the sample as it conforms, then the files with the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The conforming run: the sample, with the further files unchanged.
    pub conforming: Vec<ProofFile>,
    /// The run that must give the finding.
    pub broken: Vec<ProofFile>,
}

/// Makes the files of `change`, a proof of a rule in `pack`.
///
/// # Errors
/// What in the proof cannot be done, and why.
pub fn proof(catalogue: &Catalogue, pack: &str, change: &Break) -> Result<Proof, String> {
    let sample = sample(catalogue, pack, &change.sample)?;
    let mut broken = edit(&sample, &change.set, &change.delete, &change.insert)?;
    if let [one, other] = change.swap.as_slice() {
        broken = swap(&broken, one, other)?;
    } else if !change.swap.is_empty() {
        return Err("swap names exactly two segments".to_owned());
    }
    for replace in &change.replace {
        broken = replaced(&broken, replace.from.as_bytes(), replace.to.as_bytes())?;
    }
    broken.extend(change.append.as_deref().unwrap_or_default().bytes());
    let name = change.sample.rsplit('/').next().unwrap_or(&change.sample).to_owned();
    let mut proof = Proof {
        conforming: vec![ProofFile { name: name.clone(), bytes: sample }],
        broken: vec![ProofFile { name, bytes: broken }],
    };
    for extra in &change.files {
        let (plain, changed) = further(catalogue, pack, extra)?;
        if !proof.conforming.iter().any(|file| file.bytes == plain) {
            let name = extra.sample.rsplit('/').next().unwrap_or(&extra.sample).to_owned();
            proof.conforming.push(ProofFile { name, bytes: plain });
        }
        proof.broken.push(ProofFile { name: extra.name.clone(), bytes: changed });
    }
    Ok(proof)
}

fn further(catalogue: &Catalogue, pack: &str, extra: &ExtraFile) -> Result<(Vec<u8>, Vec<u8>), String> {
    let plain = sample(catalogue, pack, &extra.sample)?;
    let changed = edit(&plain, &extra.set, &extra.delete, &extra.insert)?;
    Ok((plain, changed))
}

/// `file` in the pack's own samples, or `other-pack/file`.
fn sample(catalogue: &Catalogue, pack: &str, name: &str) -> Result<Vec<u8>, String> {
    let own = catalogue.file(pack, &format!("samples/{name}"));
    let other = || name.split_once('/').and_then(|(other, file)| catalogue.file(other, &format!("samples/{file}")));
    own.or_else(other).map(<[u8]>::to_vec).ok_or_else(|| format!("there is no sample {name}"))
}

fn edit(
    sample: &[u8],
    set: &BTreeMap<String, String>,
    delete: &[String],
    insert: &[Insert],
) -> Result<Vec<u8>, String> {
    let mut segments = split(sample);
    for (path, text) in set {
        let place = Place::parse(path).ok_or_else(|| format!("set: {path} is no path such as PID-3[2].1"))?;
        let at = find(&segments, &place.segment, place.occurrence).ok_or_else(|| format!("set: there is no {path}"))?;
        segments[at] = place.set_in(&segments[at], text.as_bytes());
    }
    for insert in insert {
        let at = named(&segments, &insert.after).map_err(|what| format!("insert: {what}"))?;
        segments.insert(at + 1, insert.text.clone().into_bytes());
    }
    // From the back, so that occurrence numbers mean the sample as it stands.
    let mut gone = delete.iter().map(|name| named(&segments, name)).collect::<Result<Vec<_>, _>>()?;
    gone.sort_unstable();
    for at in gone.into_iter().rev() {
        segments.remove(at);
    }
    Ok(joined(&segments))
}

fn swap(bytes: &[u8], one: &str, other: &str) -> Result<Vec<u8>, String> {
    let mut segments = split(bytes);
    let (a, b) = (named(&segments, one)?, named(&segments, other)?);
    segments.swap(a, b);
    Ok(joined(&segments))
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Result<Vec<u8>, String> {
    let (mut out, mut at, mut found) = (Vec::with_capacity(bytes.len()), 0, false);
    if from.is_empty() {
        return Err("replace: from is empty".to_owned());
    }
    while let Some(next) = memchr::memmem::find(&bytes[at..], from) {
        out.extend_from_slice(&bytes[at..at + next]);
        out.extend_from_slice(to);
        at += next + from.len();
        found = true;
    }
    out.extend_from_slice(&bytes[at..]);
    if found { Ok(out) } else { Err("replace: the text is not in the sample".to_owned()) }
}

fn split(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split(|b| *b == b'\r').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()
}

fn joined(segments: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    for segment in segments {
        out.extend_from_slice(segment);
        out.push(b'\r');
    }
    out
}

/// The segment called `PV1` or `OBX[2]`.
fn named(segments: &[Vec<u8>], name: &str) -> Result<usize, String> {
    let place = Place::parse(name).filter(|place| place.numbers.is_empty());
    place
        .and_then(|place| find(segments, &place.segment, place.occurrence))
        .ok_or_else(|| format!("there is no segment {name}"))
}

fn find(segments: &[Vec<u8>], name: &str, occurrence: usize) -> Option<usize> {
    let mut found = segments.iter().enumerate().filter(|(_, segment)| segment.starts_with(name.as_bytes()));
    found.nth(occurrence - 1).map(|(at, _)| at)
}

/// A path, for writing.
struct Place {
    segment: String,
    occurrence: usize,
    /// Field, repetition, component, subcomponent; as many as the path has.
    numbers: Vec<usize>,
}

impl Place {
    fn parse(path: &str) -> Option<Self> {
        let (segment, field) = match path.split_once('-') {
            Some((segment, field)) => (segment, Some(field)),
            None => (path, None),
        };
        let (segment, occurrence) = indexed(segment)?;
        let mut numbers = Vec::new();
        if let Some(field) = field {
            let mut parts = field.split('.');
            let (number, repetition) = indexed(parts.next()?)?;
            numbers.extend([number.parse().ok()?, repetition]);
            for part in parts {
                numbers.push(part.parse().ok()?);
            }
            if numbers.len() > 4 || numbers.contains(&0) {
                return None;
            }
        }
        (segment.len() == 3).then(|| Self { segment: segment.to_owned(), occurrence, numbers })
    }

    fn set_in(&self, segment: &[u8], text: &[u8]) -> Vec<u8> {
        let header = segment.starts_with(b"MSH") || segment.starts_with(b"BHS") || segment.starts_with(b"FHS");
        let mut numbers = self.numbers.clone();
        let Some(field) = numbers.first_mut() else { return text.to_vec() };
        // MSH-1 is the separator itself, so MSH-2 is the first text after a separator.
        *field -= usize::from(header);
        put(segment, &numbers, b"|~^&", text)
    }
}

/// `name` or `name[2]`.
fn indexed(text: &str) -> Option<(&str, usize)> {
    match text.split_once('[') {
        Some((name, index)) => Some((name, index.strip_suffix(']')?.parse().ok().filter(|n| *n > 0)?)),
        None => Some((text, 1)),
    }
}

/// Puts `text` at the place that `numbers` lead to, each a step into the parts between one separator of `levels`.
fn put(whole: &[u8], numbers: &[usize], levels: &[u8], text: &[u8]) -> Vec<u8> {
    let (Some((&number, deeper)), Some((&separator, levels_below))) = (numbers.split_first(), levels.split_first())
    else {
        return text.to_vec();
    };
    // Fields count the identifier as part zero; the other levels count from one.
    let index = if separator == b'|' { number } else { number - 1 };
    let mut parts: Vec<Vec<u8>> = whole.split(|b| *b == separator).map(<[u8]>::to_vec).collect();
    while parts.len() <= index {
        parts.push(Vec::new());
    }
    // A whole field is replaced with all its repetitions; `[n]` beyond the first says one repetition.
    let whole_field = separator == b'|' && deeper == [1];
    parts[index] = if whole_field { text.to_vec() } else { put(&parts[index], deeper, levels_below, text) };
    parts.join(&separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &[u8] = b"MSH|^~\\&|A\rPID|1||X^^^NHS~Y\rOBX|1|ST\rOBX|2|NM\r";

    fn set(path: &str, text: &str) -> String {
        let set = BTreeMap::from([(path.to_owned(), text.to_owned())]);
        let out = edit(SAMPLE, &set, &[], &[]).expect("the path is in the sample");
        String::from_utf8(out).expect("the sample is ASCII")
    }

    #[test]
    fn a_value_is_set_where_the_path_says() {
        assert!(set("MSH-3", "B").starts_with("MSH|^~\\&|B\r"));
        assert!(set("MSH-5", "B").starts_with("MSH|^~\\&|A||B\r"));
        assert!(set("PID-3", "Z").contains("PID|1||Z\r"));
        assert!(set("PID-3.1", "Z").contains("PID|1||Z^^^NHS~Y\r"));
        assert!(set("PID-3[2].4.2", "Z").contains("PID|1||X^^^NHS~Y^^^&Z\r"));
        assert!(set("PID-3[2]", "Z").contains("PID|1||X^^^NHS~Z\r"));
        assert!(set("OBX[2]-3", "Z").contains("OBX|2|NM|Z\r"));
    }

    #[test]
    fn segments_come_and_go() {
        let insert = [Insert { after: "PID".into(), text: "PV1|1".into() }];
        let out = edit(SAMPLE, &BTreeMap::new(), &["OBX[1]".into()], &insert).expect("both are there");
        assert_eq!(out, b"MSH|^~\\&|A\rPID|1||X^^^NHS~Y\rPV1|1\rOBX|2|NM\r");
        assert!(edit(SAMPLE, &BTreeMap::new(), &["ZZZ".into()], &[]).is_err());
        assert!(swap(SAMPLE, "PID", "OBX").expect("both are there").starts_with(b"MSH|^~\\&|A\rOBX|1|ST\rPID"));
    }
}
