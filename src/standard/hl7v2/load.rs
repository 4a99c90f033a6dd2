//! Reads the generated definition files of one version. In: their text. Out: a [`Base`], or the line that is wrong.

use super::{Base, ComponentDef, Datatype, FieldDef, Group, Segment, Structure, Usage, Version};

/// A line of a definition file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{file}, line {line}: {what}")]
pub(super) struct LoadError {
    file: &'static str,
    line: usize,
    what: &'static str,
}

macro_rules! files {
    ($version:literal) => {
        [
            include_str!(concat!("../../../standards/hl7v2-base/definitions/", $version, "/structures.txt")),
            include_str!(concat!("../../../standards/hl7v2-base/definitions/", $version, "/segments.txt")),
            include_str!(concat!("../../../standards/hl7v2-base/definitions/", $version, "/datatypes.txt")),
        ]
    };
}

/// The definitions of `version`.
pub(super) fn read(version: Version) -> Result<Base, LoadError> {
    let [structures, segments, datatypes] = match version {
        Version::V23 => files!("2.3"),
        Version::V231 => files!("2.3.1"),
        Version::V24 => files!("2.4"),
        Version::V25 => files!("2.5"),
        Version::V251 => files!("2.5.1"),
    };
    let (structures, events) = read_structures(structures)?;
    Ok(Base { version, structures, events, segments: read_segments(segments)?, datatypes: read_datatypes(datatypes)? })
}

/// The lines of `text` that carry data, numbered from one.
pub(super) fn data_lines(text: &'static str) -> impl Iterator<Item = (usize, &'static str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.starts_with("# "))
}

/// `ID [@VERSION] rest` of a heading line.
fn heading(line: &'static str) -> Option<(&'static str, Option<Version>, &'static str)> {
    let (id, rest) = line.split_once(' ').unwrap_or((line, ""));
    let Some(marked) = rest.strip_prefix('@') else { return Some((id, None, rest)) };
    let (version, rest) = marked.split_once(' ')?;
    Some((id, Some(Version::parse(version)?), rest))
}

type Structures = (Vec<Structure>, Vec<(&'static str, &'static str)>);

fn read_structures(text: &'static str) -> Result<Structures, LoadError> {
    let (mut structures, mut events, mut in_events) = (Vec::with_capacity(256), Vec::with_capacity(384), false);
    for (number, line) in data_lines(text) {
        let fault = |what| LoadError { file: "structures.txt", line: number, what };
        if line == "[events]" {
            in_events = true;
        } else if in_events {
            events.push(line.split_once(' ').ok_or_else(|| fault("not an event and a structure"))?);
        } else {
            let (id, adopted_from, grammar) = heading(line).ok_or_else(|| fault("not a structure"))?;
            let root = Group::parse(grammar).map_err(|_| fault("not a message grammar"))?;
            structures.push(Structure { id, root, adopted_from });
        }
    }
    Ok((structures, events))
}

fn read_segments(text: &'static str) -> Result<Vec<Segment>, LoadError> {
    let mut segments: Vec<Segment> = Vec::with_capacity(160);
    for (number, line) in data_lines(text) {
        let fault = |what| LoadError { file: "segments.txt", line: number, what };
        if line.contains('|') {
            let segment = segments.last_mut().ok_or_else(|| fault("a field before any segment"))?;
            let field = field(line, segment.fields.len() + 1).ok_or_else(|| fault("not a field, or out of order"))?;
            segment.fields.push(field);
        } else {
            let (id, adopted_from, name) = heading(line).ok_or_else(|| fault("not a segment"))?;
            let id = id.as_bytes().try_into().map_err(|_| fault("a segment id has three characters"))?;
            segments.push(Segment { id, name, fields: Vec::with_capacity(24), adopted_from });
        }
    }
    Ok(segments)
}

fn read_datatypes(text: &'static str) -> Result<Vec<Datatype>, LoadError> {
    let mut datatypes: Vec<Datatype> = Vec::with_capacity(96);
    for (number, line) in data_lines(text) {
        let fault = |what| LoadError { file: "datatypes.txt", line: number, what };
        if line.contains('|') {
            let datatype = datatypes.last_mut().ok_or_else(|| fault("a component before any datatype"))?;
            let next = datatype.components.len() + 1;
            datatype.components.push(component(line, next).ok_or_else(|| fault("not a component, or out of order"))?);
        } else {
            let (id, adopted_from, name) = heading(line).ok_or_else(|| fault("not a datatype"))?;
            datatypes.push(Datatype { id, name, components: Vec::new(), adopted_from });
        }
    }
    Ok(datatypes)
}

/// `number|usage|min..max|length|datatype|table|label`
fn field(line: &'static str, number: usize) -> Option<FieldDef> {
    let mut cells = line.split('|');
    if cells.next()?.parse() != Ok(number) {
        return None;
    }
    let usage = Usage::parse(cells.next()?)?;
    let (min, max) = cells.next()?.split_once("..")?;
    let max = if max == "*" { None } else { Some(max.parse().ok()?) };
    let (length, datatype, table, name) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
    Some(FieldDef {
        usage,
        min: min.parse().ok()?,
        max,
        length: optional(length)?,
        datatype,
        table: filled(table),
        name,
    })
}

/// `number|usage|length|datatype|table|label`
fn component(line: &'static str, number: usize) -> Option<ComponentDef> {
    let mut cells = line.split('|');
    if cells.next()?.parse() != Ok(number) {
        return None;
    }
    let usage = Usage::parse(cells.next()?)?;
    let (length, datatype, table, name) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
    Some(ComponentDef { usage, length: optional(length)?, datatype, table: filled(table), name })
}

/// An empty cell is no number; anything else must be one.
fn optional(cell: &str) -> Option<Option<u32>> {
    if cell.is_empty() { Some(None) } else { cell.parse().ok().map(Some) }
}

fn filled(cell: &'static str) -> Option<&'static str> {
    (!cell.is_empty()).then_some(cell)
}
