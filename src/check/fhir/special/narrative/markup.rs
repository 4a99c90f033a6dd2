//! The markup of one narrative, read once.
//!
//! In: the XHTML as text. Out: what is not allowed in it, and what the rest of the checks ask of it: its text, its ids,
//! its links, its languages. It keeps one level a tag, up to a cap, and reads nothing that the markup refers to.

use super::allowed;
use crate::instance::attribute_value;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use std::ops::Range;

/// Elements open at once; people's narratives have some ten.
const MAX_DEPTH: usize = 256;

/// Schemes that run something, or carry a document of their own, when a link is followed.
const HARMFUL_SCHEMES: [&str; 3] = ["javascript:", "vbscript:", "data:text/html"];

/// The namespace that narrative is in.
const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// What a fault is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Markup,
    Link,
    LinkWarning,
    Id,
}

/// Something that is wrong.
pub(super) struct Fault {
    pub(super) kind: Kind,
    /// Where in the text.
    pub(super) at: Range<usize>,
    pub(super) message: Cow<'static, str>,
}

/// What a narrative is made of.
#[derive(Default)]
pub(super) struct Markup {
    pub(super) faults: Vec<Fault>,
    /// It has text that is not blank, or an image.
    pub(super) has_content: bool,
    /// Whether the outermost element says its language, and the first that is said anywhere.
    pub(super) lang: Option<String>,
    pub(super) xml_lang: Option<String>,
    /// The languages of the divisions directly in the outermost element.
    pub(super) sections: Vec<String>,
    /// Text stands outside those.
    pub(super) outside: bool,
    /// Every id and name of an anchor.
    pub(super) ids: FxHashSet<String>,
    /// Where links to `#…` stand, and to what.
    pub(super) links: Vec<(Range<usize>, String)>,
}

/// What surrounds the markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// A string of JSON: the namespace must be said, and names of HTML's characters may stand.
    Json,
    /// An XML document, whose parser has told what is no XML.
    Xml,
}

/// Reads `text`.
pub(super) fn read(text: &str, within: Within) -> Markup {
    let mut found = Markup::default();
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = true;
    let mut depth = 0_usize;
    // How deep the division that says its language opened.
    let mut section: Option<usize> = None;
    let mut roots = 0;
    loop {
        let start = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        let event = reader.read_event();
        let end = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        let at = start..end.min(text.len());
        let (tag, is_empty) = match event {
            Ok(Event::Eof) => break,
            Ok(Event::Start(tag)) => (tag, false),
            Ok(Event::Empty(tag)) => (tag, true),
            Ok(Event::End(_)) => {
                depth = depth.saturating_sub(1);
                if section == Some(depth) {
                    section = None;
                }
                continue;
            }
            Ok(Event::Text(content)) => {
                if content.bytes().any(|byte| !byte.is_ascii_whitespace()) {
                    found.has_content = true;
                    found.outside |= section.is_none();
                    if depth == 0 {
                        found.tell(Kind::Markup, at, "text stands outside the outermost element");
                    }
                }
                continue;
            }
            Ok(Event::GeneralRef(name)) => {
                let is_blank = matches!(&*name, "nbsp" | "#160" | "#xA0" | "#xa0" | "#32" | "#x20");
                found.has_content |= !is_blank;
                found.outside |= !is_blank && section.is_none();
                continue;
            }
            Ok(Event::Comment(_)) => continue,
            Ok(Event::CData(_)) => {
                found.has_content = true;
                continue;
            }
            Ok(_) => {
                found.tell(
                    Kind::Markup,
                    at,
                    "narrative has elements and text only: no instruction and no document type",
                );
                continue;
            }
            Err(_) => {
                found.malformed(text, end, within);
                return found;
            }
        };
        if depth == 0 {
            roots += 1;
            if roots > 1 {
                found.tell(Kind::Markup, at.clone(), "a second outermost element stands here; there is one `div`");
            }
        }
        let language = found.tag(&tag, at, depth, within);
        if let Some(language) = language
            && depth == 1
            && local(tag.name().as_ref()) == "div"
        {
            found.sections.push(language);
            if !is_empty {
                section = Some(depth);
            }
        }
        if !is_empty {
            depth += 1;
            if depth > MAX_DEPTH {
                found.tell(Kind::Markup, start..end, "elements lie deeper in each other than any narrative needs");
                return found;
            }
        }
    }
    if depth > 0 || roots == 0 {
        found.malformed(text, text.len(), within);
    }
    found
}

impl Markup {
    fn tell(&mut self, kind: Kind, at: Range<usize>, message: impl Into<Cow<'static, str>>) {
        self.faults.push(Fault { kind, at, message: message.into() });
    }

    fn malformed(&mut self, text: &str, at: usize, within: Within) {
        // What is no XML in an XML document, its parser has told.
        if within == Within::Json {
            let at = at.min(text.len());
            self.tell(Kind::Markup, at..at, "the narrative is not well-formed XHTML");
        }
        // What could not be read may be the content.
        self.has_content = true;
    }

    /// One tag; gives the language that it says.
    fn tag(&mut self, tag: &BytesStart<'_>, at: Range<usize>, depth: usize, within: Within) -> Option<String> {
        let name = tag.name();
        let name = local(name.as_ref());
        if depth == 0 && name != "div" {
            self.tell(Kind::Markup, at.clone(), "the outermost element is not a `div`");
        } else if !allowed::element(name) {
            match allowed::harm(name) {
                Some(what) => self.tell(Kind::Markup, at.clone(), format!("`{name}` is {what}; narrative has none")),
                None => self.tell(Kind::Markup, at.clone(), "an element stands here that narrative does not have"),
            }
        }
        self.has_content |= name == "img";
        let (mut lang, mut xml_lang, mut namespace) = (None, None, None);
        for attribute in tag.attributes() {
            let Ok(attribute) = attribute else {
                if within == Within::Json {
                    self.tell(Kind::Markup, at.clone(), "the attributes of the element are not well-formed");
                }
                break;
            };
            // A browser resolves references before it looks at what the value is.
            let value = match attribute.value.contains('&') {
                true => String::from_utf8_lossy(&attribute_value(attribute.value.as_bytes())).into_owned().into(),
                false => attribute.value,
            };
            match attribute.key.as_ref() {
                "lang" => lang = Some(value.into_owned()),
                "xml:lang" => xml_lang = Some(value.into_owned()),
                "xmlns" => namespace = Some(value.into_owned()),
                "id" => {
                    if !self.ids.insert(value.into_owned()) {
                        self.tell(Kind::Id, at.clone(), "an id stands here that another element has");
                    }
                }
                "name" if name == "a" => {
                    self.ids.insert(value.into_owned());
                }
                "href" if name == "a" || name == "area" => self.link(&value, at.clone()),
                "src" if name == "img" => self.image(&value, at.clone()),
                "style" if reaches_out(&value) => {
                    self.tell(Kind::LinkWarning, at.clone(), "a style refers to something outside the narrative");
                }
                key if allowed::attribute(name, key) => {}
                key if key.len() > 2 && key.starts_with("on") => {
                    self.tell(Kind::Markup, at.clone(), "an attribute runs a script on an event");
                }
                _ => self.tell(Kind::Markup, at.clone(), "an attribute stands here that narrative does not have"),
            }
        }
        if depth == 0
            && within == Within::Json
            && namespace.as_deref() != Some(XHTML)
            && !tag.name().as_ref().contains(':')
        {
            self.tell(Kind::Markup, at, "the narrative does not say that it is in the namespace of XHTML");
        }
        let language = lang.clone().or_else(|| xml_lang.clone());
        if self.lang.is_none() && self.xml_lang.is_none() {
            (self.lang, self.xml_lang) = (lang, xml_lang);
        }
        language
    }

    fn link(&mut self, target: &str, at: Range<usize>) {
        let target = target.trim();
        if let Some(inside) = target.strip_prefix('#') {
            if !inside.is_empty() {
                self.links.push((at, inside.to_owned()));
            }
            return;
        }
        let start: String = target
            .chars()
            .filter(|c| !c.is_whitespace() && !c.is_control())
            .take(16)
            .collect::<String>()
            .to_ascii_lowercase();
        if HARMFUL_SCHEMES.iter().any(|scheme| start.starts_with(scheme)) {
            self.tell(Kind::Link, at, "a link runs a script or carries a document of its own");
        } else if target.is_empty() {
            self.tell(Kind::LinkWarning, at, "a link leads nowhere");
        } else if target.contains(['<', '>', '"', ' ']) {
            self.tell(Kind::LinkWarning, at, "the target of a link has characters that no address has");
        }
    }

    fn image(&mut self, source: &str, at: Range<usize>) {
        let source = source.trim();
        if let Some(inside) = source.strip_prefix('#') {
            if !inside.is_empty() {
                self.links.push((at, inside.to_owned()));
            }
        } else if source.is_empty() {
            self.tell(Kind::LinkWarning, at, "an image has no source");
        } else if source.get(..11).is_some_and(|start| start.eq_ignore_ascii_case("javascript:")) {
            self.tell(Kind::Link, at, "the source of an image is a script");
        }
    }
}

/// Whether a style loads something from elsewhere, or runs something.
fn reaches_out(style: &str) -> bool {
    let style = style.to_ascii_lowercase();
    let loads = style.match_indices("url(").any(|(at, _)| {
        let target = style[at + 4..].trim_start_matches([' ', '\'', '"']);
        target.starts_with("http") || target.starts_with("//") || target.starts_with("javascript:")
    });
    loads || style.contains("expression(") || style.contains("@import")
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}
