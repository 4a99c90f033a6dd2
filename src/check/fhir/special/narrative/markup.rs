//! The markup of one narrative, read once.
//!
//! In: the XHTML as text. Out: what is not allowed in it, and what the rest of the checks ask of it: its text, its ids,
//! its links, its languages. It keeps one level a tag, up to a cap, and reads nothing that the markup refers to.

use super::allowed;
use crate::instance::{Instance, Kind as XmlKind, Markup as Xml, Namespaces, NodeId};
use crate::parse::{self, Faults};
use crate::span::Span;
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use std::ops::Range;

/// What the parser says of a name that stands for a character in HTML and for none in XML.
const ENTITY: &str = "xml.entity-undefined";

/// Schemes that run something, or carry a document of their own, when a link is followed.
const HARMFUL_SCHEMES: [&str; 3] = ["javascript:", "vbscript:", "data:text/html"];

/// Schemes of names: there is nothing behind them to go to.
const LITERAL_SCHEMES: [&str; 2] = ["urn:", "cid:"];

/// The namespace that narrative is in.
const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// What a fault is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Markup,
    Link,
    /// An address that no link can have: it does no harm.
    Address,
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

/// A link or image that names an id.
pub(super) struct Link {
    /// Where in the text.
    pub(super) at: Range<usize>,
    /// The id.
    pub(super) target: String,
    /// Whether it is the source of an image.
    pub(super) is_image: bool,
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
    /// What leads to `#…`.
    pub(super) links: Vec<Link>,
    /// Targets of links that are names and told of.
    named: FxHashSet<String>,
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
    let (mut tree, mut namespaces, mut faults) = (Instance::default(), Namespaces::default(), Faults::default());
    let parsed = parse::xml::parse(text.as_bytes(), &mut tree, &mut namespaces, &mut faults);
    let xml = parsed.markup(&tree, &namespaces);
    let mut found = Markup::default();
    // What is no XML in an XML document, its parser has told.
    if within == Within::Json
        && let Some(fault) = faults.listed().iter().find(|fault| fault.code != ENTITY)
    {
        found.tell(Kind::Markup, bytes(fault.span), "the narrative is not well-formed XHTML");
        // What could not be read may be the content.
        found.has_content = true;
    }
    for id in xml.contents(Instance::ROOT) {
        found.node(xml, id, 0, within, false);
    }
    found
}

fn bytes(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

impl Markup {
    fn tell(&mut self, kind: Kind, at: Range<usize>, message: impl Into<Cow<'static, str>>) {
        self.faults.push(Fault { kind, at, message: message.into() });
    }

    /// One node and all in it, at most as deep as the parser goes. `sectioned` when a division around it says its
    /// language.
    fn node(&mut self, xml: Xml<'_>, id: NodeId, depth: usize, within: Within, sectioned: bool) {
        match xml.kind(id) {
            XmlKind::Element => {
                let language = self.tag(xml, id, depth, within);
                let divides = depth == 1 && xml.local_name(id) == b"div" && language.is_some();
                if divides {
                    self.sections.extend(language);
                }
                for inside in xml.contents(id) {
                    self.node(xml, inside, depth + 1, within, sectioned || divides);
                }
            }
            XmlKind::Text | XmlKind::CData => {
                if !is_blank(&xml.text(id)) {
                    self.has_content = true;
                    self.outside |= !sectioned;
                }
            }
            XmlKind::Comment => {}
            _ => {
                let message = "narrative has elements and text only: no instruction and no document type";
                self.tell(Kind::Markup, bytes(xml.whole(id)), message);
            }
        }
    }

    /// One tag; gives the language that it says.
    fn tag(&mut self, xml: Xml<'_>, id: NodeId, depth: usize, within: Within) -> Option<String> {
        let at = bytes(xml.tag(id));
        let name = std::str::from_utf8(xml.local_name(id)).unwrap_or_default();
        if depth == 0 && name != "div" {
            self.tell(Kind::Markup, at.clone(), "the outermost element is not a `div`");
        } else if !allowed::element(name) {
            match allowed::harm(name) {
                Some(what) => self.tell(Kind::Markup, at.clone(), format!("`{name}` is {what}; narrative has none")),
                None => self.tell(Kind::Markup, at.clone(), "an element stands here that narrative does not have"),
            }
        }
        self.has_content |= name == "img";
        let (mut lang, mut xml_lang) = (None, None);
        for attribute in xml.attributes(id) {
            let key = bytes(xml.qualified_name(attribute));
            let key = xml.bytes.get(key).and_then(|key| std::str::from_utf8(key).ok()).unwrap_or_default();
            // References are resolved, as a browser does before it looks at what the value is.
            let value = xml.text(attribute);
            let value = String::from_utf8_lossy(&value);
            match key {
                "lang" => lang = Some(value.into_owned()),
                "xml:lang" => xml_lang = Some(value.into_owned()),
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
        if depth == 0 && within == Within::Json && xml.namespace(id) != XHTML {
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
                self.links.push(Link { at, target: inside.to_owned(), is_image: false });
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
        } else if LITERAL_SCHEMES.iter().any(|scheme| start.starts_with(scheme)) {
            // The same name again is the same fault.
            if self.named.insert(target.to_owned()) {
                self.tell(Kind::Address, at, "a link has a name as its target, which no browser can follow");
            }
        } else if target.is_empty() {
            self.tell(Kind::Address, at, "a link leads nowhere");
        } else if target.contains(['<', '>', '"', ' ']) {
            self.tell(Kind::LinkWarning, at, "the target of a link has characters that no address has");
        }
    }

    fn image(&mut self, source: &str, at: Range<usize>) {
        let source = source.trim();
        if let Some(inside) = source.strip_prefix('#') {
            if !inside.is_empty() {
                self.links.push(Link { at, target: inside.to_owned(), is_image: true });
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

/// Whether character data shows nothing: blanks, and the blank that HTML calls `nbsp`.
fn is_blank(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    text.split("&nbsp;").all(|part| part.chars().all(|character| character.is_whitespace()))
}
