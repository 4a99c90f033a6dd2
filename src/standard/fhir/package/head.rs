//! What a file of a package is, from the members at its top.
//!
//! In: the bytes of one JSON or XML file. Out: the resource type, id, canonical URL and version, or why it is none.
//! Depth is counted before any reader that recurses sees the bytes.

use super::Limits;
use crate::markup;
use crate::standard::fhir::Syntax;
use quick_xml::events::{BytesStart, Event};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// The namespace of FHIR XML.
const FHIR: &str = "http://hl7.org/fhir";
/// Longest type, id, URL or version that is taken for one.
const WORD_BYTES: usize = 4096;

/// What a resource says of itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) resource_type: String,
    pub(super) id: Option<String>,
    pub(super) url: Option<String>,
    pub(super) version: Option<String>,
}

/// What the first character that is no blank says the file is written in.
pub(super) fn syntax(bytes: &[u8]) -> Option<Syntax> {
    match without_mark(bytes).trim_ascii_start().first() {
        Some(b'{') => Some(Syntax::Json),
        Some(b'<') => Some(Syntax::Xml),
        _ => None,
    }
}

/// `bytes` without a UTF-8 byte order mark.
pub(super) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// The head of the resource in `bytes`; none when it is well-formed and something else.
pub(super) fn read(bytes: &[u8], syntax: Syntax, limits: &Limits) -> Result<Option<Head>, &'static str> {
    shallow(bytes, syntax, limits)?;
    let bytes = without_mark(bytes);
    let head = match syntax {
        Syntax::Json => json(bytes)?,
        Syntax::Xml => xml(bytes)?,
    };
    let Some(head) = head else { return Ok(None) };
    let names_a_type = head.resource_type.bytes().all(|b| b.is_ascii_alphanumeric());
    Ok(Some(head).filter(|head| names_a_type && !head.resource_type.is_empty()))
}

/// Whether `bytes` nests no deeper than the limit.
pub(super) fn shallow(bytes: &[u8], syntax: Syntax, limits: &Limits) -> Result<(), &'static str> {
    let depth = match syntax {
        Syntax::Json => json_depth(bytes),
        // The XML reader below counts while it reads; here only tags are.
        Syntax::Xml => xml_depth(bytes),
    };
    if depth > limits.depth { Err("it nests deeper than any definition does") } else { Ok(()) }
}

fn json_depth(bytes: &[u8]) -> usize {
    let (mut depth, mut most, mut at) = (0usize, 0usize, 0usize);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at += 1;
                // To the quote that no backslash stands before.
                while let Some(step) = memchr::memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
                    at += step;
                    if bytes[at] == b'"' {
                        break;
                    }
                    at += 2;
                }
            }
            b'{' | b'[' => {
                depth += 1;
                most = most.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    most
}

/// An upper bound: start tags less end tags and self-closing tags, comments counted as they come.
fn xml_depth(bytes: &[u8]) -> usize {
    let (mut depth, mut most, mut at) = (0usize, 0usize, 0usize);
    while let Some(step) = memchr::memchr(b'<', &bytes[at..]) {
        at += step + 1;
        match bytes.get(at) {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(b'!' | b'?') | None => {}
            Some(_) => {
                let end = memchr::memchr(b'>', &bytes[at..]).map_or(bytes.len(), |end| at + end);
                if bytes[..end].last() != Some(&b'/') {
                    depth += 1;
                    most = most.max(depth);
                }
            }
        }
    }
    most
}

fn json(bytes: &[u8]) -> Result<Option<Head>, &'static str> {
    #[derive(Deserialize)]
    struct Top {
        #[serde(default, rename = "resourceType")]
        resource_type: Word,
        #[serde(default)]
        id: Word,
        #[serde(default)]
        url: Word,
        #[serde(default)]
        version: Word,
    }
    let top: Top = serde_json::from_slice(bytes)
        .map_err(|error| if error.is_data() { "a member stands in it twice" } else { "it is not well-formed JSON" })?;
    let head = |resource_type| Head { resource_type, id: top.id.0, url: top.url.0, version: top.version.0 };
    Ok(top.resource_type.0.map(head))
}

/// A string, or anything else passed over.
#[derive(Default)]
struct Word(Option<String>);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Word;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E>(self, text: &str) -> Result<Word, E> {
                Ok(Word(Some(text).filter(|text| text.len() <= WORD_BYTES).map(str::to_owned)))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Word, E> {
                Ok(Word(None))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Word, E> {
                Ok(Word(None))
            }

            fn visit_u64<E>(self, _: u64) -> Result<Word, E> {
                Ok(Word(None))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Word, E> {
                Ok(Word(None))
            }

            fn visit_unit<E>(self) -> Result<Word, E> {
                Ok(Word(None))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Word, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Word(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Word, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Word(None))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

fn xml(bytes: &[u8]) -> Result<Option<Head>, &'static str> {
    let broken = "it is not well-formed XML";
    let text = std::str::from_utf8(bytes).map_err(|_| "it is XML in another encoding than UTF-8")?;
    let mut reader = markup::events(text.as_bytes());
    let (mut depth, mut head) = (0usize, None::<Head>);
    loop {
        let event = reader.read_event().map_err(|_| broken)?;
        let tag = match &event {
            Event::DocType(_) => return Err("it has a DOCTYPE, which no FHIR resource may have"),
            Event::Eof if depth == 0 && head.is_some() => return Ok(head),
            Event::Eof => return Err(broken),
            Event::End(_) => {
                depth = depth.checked_sub(1).ok_or(broken)?;
                continue;
            }
            Event::Start(tag) | Event::Empty(tag) => tag,
            _ => continue,
        };
        match (depth, &mut head) {
            (0, None) => {
                if !attribute(tag, |name| name == "xmlns" || name.starts_with("xmlns:")).contains(&FHIR.to_owned()) {
                    return Ok(None);
                }
                let resource_type = tag.local_name().as_ref().to_owned();
                head = Some(Head { resource_type, ..Head::default() });
            }
            (0, Some(_)) => return Err(broken),
            (1, Some(head)) => {
                let slot = match tag.local_name().as_ref() {
                    "id" => Some(&mut head.id),
                    "url" => Some(&mut head.url),
                    "version" => Some(&mut head.version),
                    _ => None,
                };
                if let Some(slot @ None) = slot {
                    *slot = attribute(tag, |name| name == "value").into_iter().next().and_then(unescaped);
                }
            }
            _ => {}
        }
        if matches!(event, Event::Start(_)) {
            depth += 1;
        }
    }
}

/// The values of the attributes whose name fits, as written.
fn attribute(tag: &BytesStart<'_>, fits: impl Fn(&str) -> bool) -> Vec<String> {
    let mut attributes = tag.attributes();
    let attributes = attributes.with_checks(false).take(64).filter_map(Result::ok);
    attributes.filter(|found| fits(found.key.as_ref())).map(|found| found.value.into_owned()).collect()
}

fn unescaped(value: String) -> Option<String> {
    let value = Some(value).filter(|value| value.len() <= WORD_BYTES)?;
    quick_xml::escape::unescape(&value).ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Result<Option<Head>, &'static str> {
        let syntax = syntax(text.as_bytes()).expect("it starts like one");
        read(text.as_bytes(), syntax, &Limits::default())
    }

    #[test]
    fn json_and_xml_say_the_same() {
        let want = Head {
            resource_type: "ValueSet".into(),
            id: Some("a".into()),
            url: Some("http://x/a&b".into()),
            version: Some("1.0".into()),
        };
        let json = r#"{"resourceType":"ValueSet","text":{"url":"no"},"id":"a","url":"http://x/a&b","version":"1.0"}"#;
        assert_eq!(head(json).as_ref(), Ok(&Some(want)));
        let xml = "\u{feff}<?xml version='1.0'?><!-- <x> --><f:ValueSet xmlns:f='http://hl7.org/fhir'><f:id value='a'/>\
                   <f:url value='http://x/a&amp;b'></f:url><f:version value='1.0'/><f:compose><f:include>\
                   <f:version value='9'/></f:include></f:compose></f:ValueSet>";
        assert_eq!(head(xml), head(json));
    }

    #[test]
    fn what_is_no_resource_is_none_and_what_is_broken_says_so() {
        assert_eq!(head(r#"{"index-version":1,"files":[]}"#), Ok(None));
        assert_eq!(head(r#"{"resourceType":7}"#), Ok(None));
        assert_eq!(head(r#"{"resourceType":"../x"}"#), Ok(None));
        assert_eq!(head("<schema xmlns='urn:x'/>"), Ok(None));
        assert!(head(r#"{"resourceType":"A""#).is_err());
        assert!(head(r#"{"resourceType":"A","resourceType":"B"}"#).is_err());
        assert!(head("<!DOCTYPE x [<!ENTITY a 'b'>]><ValueSet xmlns='http://hl7.org/fhir'/>").is_err());
        assert!(head("<ValueSet xmlns='http://hl7.org/fhir'><id value='x'/>").is_err());
    }

    #[test]
    fn depth_is_counted_outside_strings() {
        assert_eq!(json_depth(br#"{"a":"[[[[\"[[","b":[[1]]}"#), 3);
        assert_eq!(json_depth(b"\"\\"), 0);
        assert_eq!(xml_depth(b"<a><b/><c><d></d></c></a>"), 3);
        let deep = format!("{{\"resourceType\":\"A\",\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(head(&deep).is_err());
        let deep = format!("<A xmlns='http://hl7.org/fhir'>{}", "<b>".repeat(100_000));
        assert!(head(&deep).is_err());
    }
}
