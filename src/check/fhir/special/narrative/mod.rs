//! Narrative: the XHTML in `text.div` (FHIR R4, Narrative, section 2.4.0).
//!
//! In: a resource. Out: markup that narrative may not have, an empty narrative, links that lead nowhere, ids that stand
//! twice, languages that differ. Nothing that the markup refers to is fetched, and none of its text is quoted.

mod allowed;
mod markup;
#[cfg(test)]
mod tests;

use super::super::{Code, Context, Issues};
use super::read::At;
use crate::instance::{Flags, NodeId, TypeId};
use crate::span::Span;
use crate::standard::fhir::{Syntax, View};
use markup::{Kind, Markup, Within};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cell::OnceCell;

/// The languages that a narrative is in, division by division.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Languages {
    /// Those of the divisions directly in the outermost element.
    pub sections: Vec<String>,
    /// Whether text stands outside of those.
    pub outside: bool,
}

/// Whether the narrative at `div` holds only the markup that FHIR lets through, and some content: `htmlChecks()`.
pub fn html_checks(view: View<'_>, div: NodeId) -> bool {
    let (_, markup) = read(At::new(view, div));
    markup.has_content
        && markup.faults.iter().all(|fault| matches!(fault.kind, Kind::Address | Kind::LinkWarning | Kind::Id))
}

/// The languages of the narrative at `div`, an element of type `xhtml`.
pub fn languages(view: View<'_>, div: NodeId) -> Languages {
    let (_, markup) = read(At::new(view, div));
    Languages { sections: markup.sections, outside: markup.outside }
}

/// The ids of the elements in `holder`, those of narrative as well, and how many have each.
pub(in crate::check::fhir) fn ids(view: View<'_>, holder: NodeId) -> FxHashMap<String, usize> {
    let mut found: FxHashMap<String, usize> = FxHashMap::default();
    let Some(name) = view.model.name("id") else { return found };
    for node in view.elements.descendants(holder).filter(|&node| view.elements.node(node).name == name) {
        if let Some(id) = view.text(node) {
            *found.entry(id.into_owned()).or_default() += 1;
        }
    }
    for div in divisions(view, view.elements.descendants(holder)) {
        for id in read(div).1.ids {
            *found.entry(id).or_default() += 1;
        }
    }
    found
}

/// The ids that the links and images of narrative in `resource` name.
pub(super) fn targets(view: View<'_>, resource: NodeId) -> impl Iterator<Item = String> + use<'_> {
    divisions(view, view.elements.descendants(resource))
        .flat_map(|div| read(div).1.links.into_iter().map(|link| link.target))
}

/// The narratives among `nodes`.
fn divisions(view: View<'_>, nodes: std::ops::Range<NodeId>) -> impl Iterator<Item = At<'_>> {
    let xhtml = view.model.type_id("xhtml").unwrap_or(TypeId::UNKNOWN);
    nodes.filter(move |&node| view.type_id(node) == xhtml && view.has_value(node)).map(move |node| At::new(view, node))
}

/// Checks the narratives of `resource`: its own, and those of parts of it.
pub(super) fn check(resource: At<'_>, context: &Context<'_>, issues: &mut Issues) {
    let view = resource.view;
    for div in divisions(view, view.elements.descendants(resource.node)) {
        if view.resource_of(div.node) == resource.node {
            one(resource, div, context, issues);
        }
    }
}

/// Checks the narrative `div` of `resource`.
fn one(resource: At<'_>, div: At<'_>, context: &Context<'_>, issues: &mut Issues) {
    for code in [Code::NarrativeMarkup, Code::NarrativeEmpty, Code::NarrativeLink, Code::NarrativeId] {
        issues.applies(code);
    }
    let (text, markup) = read(div);
    let tell = |issues: &mut Issues, code: Code, at: std::ops::Range<usize>, message: Cow<'static, str>| {
        issues.fail_at(code, div.node, place(div, &text, at), None, || message);
    };
    for fault in markup.faults {
        let code = match fault.kind {
            Kind::Markup => Code::NarrativeMarkup,
            Kind::Link | Kind::Address => Code::NarrativeLink,
            Kind::LinkWarning => Code::NarrativeLinkWarning,
            Kind::Id => Code::NarrativeId,
        };
        tell(issues, code, fault.at, fault.message);
    }
    if !markup.links.is_empty() {
        issues.applies(Code::NarrativeLinkWarning);
    }
    let own = OnceCell::new();
    let mut astray = markup.links.iter().filter(|link| {
        let of_resource = || own.get_or_init(|| ids(resource.view, resource.node)).contains_key(&link.target);
        let of_unit = || !link.is_image && context.resolver.has_id(resource.view, &link.target);
        !markup.ids.contains(&link.target) && !of_resource() && !of_unit()
    });
    if let Some(link) = astray.next() {
        let what = if link.is_image { "an image names" } else { "a link leads to" };
        let more = match astray.count() {
            0 => "",
            _ => ", and it is not the only one",
        };
        let message = format!("{what} an id that nothing here has{more}").into();
        tell(issues, Code::NarrativeLinkWarning, link.at.clone(), message);
    }
    if !markup.has_content {
        issues.fail(Code::NarrativeEmpty, div.node, None, || "the narrative has neither text nor image".into());
    }
    if !markup.sections.is_empty() && markup.outside {
        issues.applies(Code::NarrativeWarning);
        issues.fail(Code::NarrativeWarning, div.node, None, || {
            "some of the narrative is divided by language, and some is not in any such division".into()
        });
    }
    language(resource, markup.lang, markup.xml_lang, issues);
}

/// Tells a narrative in another language than its resource says.
fn language(resource: At<'_>, lang: Option<String>, xml_lang: Option<String>, issues: &mut Issues) {
    let Some(stated) = resource.text_of("language") else { return };
    issues.applies(Code::NarrativeLanguage);
    let differs = |found: &Option<String>| found.as_deref().is_some_and(|found| !found.eq_ignore_ascii_case(&stated));
    let message = if lang.is_none() && xml_lang.is_none() {
        "the resource says its language, and the narrative has neither `lang` nor `xml:lang`"
    } else if differs(&lang) || differs(&xml_lang) {
        "the narrative says another language than the resource"
    } else if lang.is_none() {
        "the narrative says its language by `xml:lang`, which browsers do not read; `lang` is missing"
    } else if xml_lang.is_none() {
        "the narrative says its language by `lang`, which XML does not read; `xml:lang` is missing"
    } else {
        return;
    };
    issues.fail(Code::NarrativeLanguage, resource.node, None, || message.into());
}

/// The markup of a narrative, and the text that its places count in.
fn read(div: At<'_>) -> (Cow<'_, str>, Markup) {
    let (text, within) = match div.view.syntax {
        Syntax::Json => (div.text().unwrap_or_default(), Within::Json),
        Syntax::Xml => (String::from_utf8_lossy(div.view.raw(div.node)), Within::Xml),
    };
    let markup = markup::read(&text, within);
    (text, markup)
}

/// The bytes of the unit that are `at` in the text of the narrative.
fn place(div: At<'_>, text: &str, at: std::ops::Range<usize>) -> Span {
    let value = div.view.elements.node(div.node).value;
    let flags = div.view.elements.node(div.node).flags;
    let raw = div.view.raw(div.node);
    let step = |wanted: usize| -> usize {
        if div.view.syntax == Syntax::Xml || !flags.has(Flags::ESCAPED) {
            return wanted.min(raw.len());
        }
        written(raw, text, wanted)
    };
    let (start, end) = (step(at.start) as u32, step(at.end) as u32);
    Span::new(value.start + start, value.start + end.max(start))
}

/// Where in the escaped `raw` the byte `wanted` of its resolved `text` is written.
fn written(raw: &[u8], text: &str, wanted: usize) -> usize {
    let (mut at, mut resolved) = (0, 0);
    let mut characters = text.chars();
    while resolved < wanted && at < raw.len() {
        let Some(character) = characters.next() else { break };
        resolved += character.len_utf8();
        at += match raw[at..] {
            [b'\\', b'u', ..] if character.len_utf8() == 4 => 12,
            [b'\\', b'u', ..] => 6,
            [b'\\', ..] => 2,
            _ => character.len_utf8(),
        };
    }
    at.min(raw.len())
}
