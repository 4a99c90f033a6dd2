//! An extension: whether it is known, may stand where it does, and is what its definition says.

use super::expression::{Expression, Outcome};
use super::walk::Walk;
use super::{Code, Decision, Examples, Level, Profile, publisher};
use crate::instance::{Elements, Flags, NodeId, TypeId};
use crate::standard::fhir::View;
use crate::standard::fhir::store::Facts;
use crate::standard::near::nearest;
use std::sync::Arc;

/// What holds of an extension as a whole.
#[derive(Clone, Debug, Default)]
pub struct Definition {
    /// Where it may stand.
    pub contexts: Vec<Place>,
    /// Expressions that must hold where it stands.
    pub invariants: Vec<Expression>,
    /// Whether it may change the meaning of what it stands in.
    pub is_modifier: bool,
    /// The types of its value; empty when it has none.
    pub values: Vec<TypeId>,
    /// URLs of the extensions in it.
    pub inner: Vec<Arc<str>>,
    /// Whether its publisher took it back.
    pub deprecated: bool,
}

/// Where an extension may stand.
#[derive(Clone, Debug)]
pub enum Place {
    /// In elements of this path or type.
    Element(Arc<str>),
    /// In elements of this path, of resources that fulfil this profile.
    Profiled(Arc<str>, Arc<str>),
    /// In the extension of this URL.
    Extension(Arc<str>),
    /// In what this expression selects.
    Selected(Expression),
}

impl Place {
    fn shown(&self) -> String {
        match self {
            Self::Element(path) => path.to_string(),
            Self::Profiled(profile, path) => format!("{path} of {profile}"),
            Self::Extension(url) => format!("the extension {url}"),
            Self::Selected(expression) => expression.shown(),
        }
    }
}

/// Extensions used by the makers of definitions, which no package defines.
const TOOLS: &[&str] = &[
    "http://hl7.org/fhir/tools/StructureDefinition/",
    "http://hl7.org/fhir/StructureDefinition/structuredefinition-expression",
];

/// Elements of definitions in which any extension may stand: they are samples of another resource.
const SAMPLES: &[&str] = &["example", "pattern", "fixed", "defaultValue", "minValue", "maxValue"];

/// Checks the extension `id`, which is of the base definition already.
pub(super) fn check(walk: &mut Walk<'_, '_>, id: NodeId) {
    let (view, known) = (walk.view, walk.known);
    let Some(url_node) = view.child(id, known.url) else {
        return walk
            .issues
            .fail(Code::ExtensionUrl, id, None, || "the extension has no URL, so nothing says what it is".into());
    };
    let Some(url) = view.text(url_node).filter(|url| !url.is_empty()) else {
        return walk.issues.fail(Code::ExtensionUrl, id, None, || "the URL of the extension is empty".into());
    };
    let element = view.elements.node(id);
    let parent = element.parent;
    walk.issues.applies(Code::ExtensionUrl);
    let outer = (view.type_id(parent) == known.extension).then(|| walk.child_text(parent, known.url)).flatten();
    if !is_absolute(&url) {
        match outer {
            Some(outer) => inner(walk, id, &outer, &url),
            None => walk.issues.fail(Code::ExtensionUrl, id, None, || {
                "the URL of the extension is not absolute, so it names nothing".into()
            }),
        }
        return;
    }
    if url.contains('|') {
        walk.issues
            .fail(Code::ExtensionUrl, id, None, || "the URL of an extension has no version, and this one has".into());
    }
    let canonical = url.split('|').next().unwrap_or(&url);
    let Some(profile) = walk.context.profiles.profile(canonical) else {
        return unknown(walk, id, &url);
    };
    let Some(definition) = &profile.extension else {
        return walk
            .issues
            .fail(Code::ExtensionUrl, id, None, || format!("{} defines no extension", profile.url).into());
    };
    context(walk, id, parent, &profile, definition);
    modifier(walk, id, &profile, definition);
    value(walk, id, &profile, definition);
    if definition.deprecated {
        walk.issues
            .fail(Code::ExtensionStatus, id, None, || format!("the extension {} is deprecated", profile.url).into());
    }
    walk.profile(&profile, id);
}

/// An extension in another, named relative to it.
fn inner(walk: &mut Walk<'_, '_>, id: NodeId, outer: &str, url: &str) {
    if !is_absolute(outer) {
        return;
    }
    walk.issues.applies(Code::ExtensionUnknown);
    let Some(profile) = walk.context.profiles.profile(outer) else { return };
    let Some(definition) = &profile.extension else { return };
    if !definition.inner.iter().any(|known| **known == *url) {
        walk.issues.fail(Code::ExtensionUnknown, id, None, || {
            match (nearest(url, definition.inner.iter().map(|inner| &**inner)), &*definition.inner) {
                (Some(near), _) => {
                    format!("the extension {} has none of this name in it; `{near}` may be meant", profile.url).into()
                }
                (None, []) => format!("the extension {} has no extensions in it", profile.url).into(),
                (None, inner) => {
                    format!("the extension {} has none of this name in it: it has {}", profile.url, inner.join(", "))
                        .into()
                }
            }
        });
    }
}

#[cold]
fn unknown(walk: &mut Walk<'_, '_>, id: NodeId, url: &str) {
    let options = walk.context.options;
    let is_modifier = walk.view.elements.node(id).name == walk.known.modifier;
    let example = options.examples == Examples::Allowed && (url.contains("example.org") || url.contains("acme.com"));
    let allowed = example
        || url.contains("nema.org")
        || TOOLS.iter().any(|tool| url.starts_with(tool))
        || match &*options.extension_domains {
            [] => !url.starts_with("http://hl7.org/fhir/") && options.unknown_extensions != Level::Error,
            domains => domains.iter().any(|domain| url.starts_with(&**domain)),
        };
    let code = match (allowed, is_modifier) {
        (false, false) => Code::ExtensionUnknown,
        (false, true) => Code::ExtensionUnknownModifier,
        (true, _) => Code::ExtensionUnknownInformation,
    };
    walk.issues.applies(code);
    let library = walk.context.library;
    walk.issues.fail(code, id, None, || {
        let unheld = "the definition of the extension is not held";
        match (library.nearest(url, Facts::EXTENSION), publisher::of(url), allowed) {
            (Some(near), ..) => format!("{unheld}; {near} is, and may be meant").into(),
            (None, Some(whose), _) => format!("{unheld}; its address is that of {whose}").into(),
            (None, None, true) => "the definition of the extension is not held, so its content is not checked".into(),
            (None, None, false) => unheld.into(),
        }
    });
}

fn modifier(walk: &mut Walk<'_, '_>, id: NodeId, profile: &Profile, definition: &Definition) {
    let is_modifier = walk.view.elements.node(id).name == walk.known.modifier;
    walk.issues.applies(Code::ExtensionModifier);
    if is_modifier == definition.is_modifier {
        return;
    }
    walk.issues.fail(Code::ExtensionModifier, id, None, || {
        let url = &profile.url;
        match is_modifier {
            true => format!("{url} does not change the meaning of what it stands in: it belongs in `extension`").into(),
            false => {
                format!("{url} may change the meaning of what it stands in: it belongs in `modifierExtension`").into()
            }
        }
    });
}

fn value(walk: &mut Walk<'_, '_>, id: NodeId, profile: &Profile, definition: &Definition) {
    let (view, known) = (walk.view, walk.known);
    walk.issues.applies(Code::ExtensionValue);
    let wrong = match view.child(id, known.value) {
        Some(value) => {
            let found = view.type_id(value);
            let allowed = definition.values.iter().any(|&allowed| view.model.is_a(found, allowed));
            (!allowed && found != TypeId::UNKNOWN).then_some(view.type_name(value))
        }
        None => (!definition.values.is_empty()).then_some("none"),
    };
    let Some(found) = wrong else { return };
    walk.issues.fail(Code::ExtensionValue, id, None, || {
        let url = &profile.url;
        let names: Vec<&str> =
            definition.values.iter().filter_map(|&id| view.model.info(id)).map(|info| &*info.name).collect();
        match &*names {
            [] => format!("{url} has extensions in it and no value; here is one of type {found}").into(),
            names => format!("{url} has a value of type {}; here it is {found}", names.join(" or ")).into(),
        }
    });
}

fn context(walk: &mut Walk<'_, '_>, id: NodeId, container: NodeId, profile: &Profile, definition: &Definition) {
    walk.issues.applies(Code::ExtensionContext);
    if definition.contexts.is_empty() || is_sample(walk.view, container) {
        return;
    }
    let mut decision = Decision::from(is_tolerated(walk.view, container, &profile.url));
    for one in &definition.contexts {
        decision = decision.or(stands(walk, container, one));
        if decision == Decision::Success {
            break;
        }
    }
    let told = || {
        let mut list: Vec<String> = definition.contexts.iter().map(Place::shown).collect();
        list.dedup();
        format!("{} may stand in: {}", profile.url, list.join(", "))
    };
    match decision {
        Decision::Failure => {
            walk.issues.fail(Code::ExtensionContext, container, None, || {
                format!("an extension stands where it is not for: {}", told()).into()
            });
        }
        Decision::Undecided => walk.issues.cannot_tell(Code::ExtensionContext, container, None, || {
            format!("whether the extension may stand here cannot be decided: {}", told()).into()
        }),
        Decision::Success => invariants(walk, id, container, profile, definition),
    }
}

/// Extensions that HL7's own definitions have where their definitions do not have them, as the reference validator
/// allows it too.
const TOLERATED: &[(&str, &str)] = &[
    ("http://hl7.org/fhir/StructureDefinition/regex", "ElementDefinition.type"),
    ("http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type", "ElementDefinition.type"),
];

fn is_tolerated(view: View<'_>, container: NodeId, url: &str) -> bool {
    TOLERATED.iter().any(|(known, path)| *known == url && is_element(view, container, path))
}

/// Whether `container` is what `one` says.
fn stands(walk: &mut Walk<'_, '_>, container: NodeId, one: &Place) -> Decision {
    let (view, known) = (walk.view, walk.known);
    match one {
        Place::Extension(wanted) => {
            let is_extension = view.type_id(container) == known.extension;
            let parent = view.elements.node(container).parent;
            let outer = match is_extension {
                true => Some(container),
                false => (view.type_id(parent) == known.extension).then_some(parent),
            };
            let url = outer.and_then(|outer| walk.child_text(outer, known.url));
            url.is_some_and(|url| *url == **wanted).into()
        }
        Place::Selected(expression) => expression.selects(walk, container),
        Place::Profiled(canonical, path) => {
            if !is_element(view, container, path) {
                return Decision::Failure;
            }
            let resource = view.resource_of(container);
            match walk.context.profiles.profile(canonical) {
                Some(profile) => walk.fulfils(&profile, resource),
                None => Decision::Undecided,
            }
        }
        Place::Element(path) => is_element(view, container, path).into(),
    }
}

/// Whether `path` (`Patient.contact.name`, `HumanName`, `Element`) is a name of the element `id`.
pub(super) fn is_element(view: View<'_>, id: NodeId, path: &str) -> bool {
    if matches!(path, "Element" | "Any" | "*") {
        return true;
    }
    if path == "CanonicalResource" {
        return view.elements.node(id).flags.has(Flags::RESOURCE) && view.child_called(id, "url").is_some();
    }
    let (mut at, mut rest) = (id, path);
    loop {
        if is_type(view, view.type_id(at), rest) {
            return true;
        }
        let Some((head, last)) = rest.rsplit_once('.') else { return false };
        let element = view.elements.node(at);
        let name = view.model.name_of(element.name);
        let called = match last.strip_suffix("[x]") {
            Some(stem) => stem == name,
            None if element.flags.has(Flags::CHOICE) => {
                // `valueQuantity`, and `value` by itself.
                last == name
                    || last.strip_prefix(name).is_some_and(|tail| tail.eq_ignore_ascii_case(view.type_name(at)))
            }
            None => last == name,
        };
        if !called || at == Elements::ROOT {
            return false;
        }
        (at, rest) = (element.parent, head);
    }
}

/// Whether a type is called `name` or specialises one that is.
fn is_type(view: View<'_>, id: TypeId, name: &str) -> bool {
    let mut at = id;
    // As deep as `Model::is_a` goes.
    for _ in 0..16 {
        let Some(info) = view.model.info(at) else { return false };
        if &*info.name == name {
            return true;
        }
        at = info.base;
    }
    false
}

fn is_sample(view: View<'_>, container: NodeId) -> bool {
    let mut at = container;
    while at != Elements::ROOT {
        let parent = view.elements.node(at).parent;
        if view.type_name(parent).starts_with("ElementDefinition") {
            let name = view.model.name_of(view.elements.node(at).name);
            return SAMPLES.contains(&name);
        }
        at = parent;
    }
    false
}

fn invariants(walk: &mut Walk<'_, '_>, id: NodeId, container: NodeId, profile: &Profile, definition: &Definition) {
    for expression in &definition.invariants {
        match expression.holds(walk, container) {
            Outcome::Holds => {}
            Outcome::Fails => walk.issues.fail(Code::ExtensionContext, container, None, || {
                format!("{} may not stand here: {} does not hold", profile.url, expression.shown()).into()
            }),
            Outcome::CannotTell(cause) => walk.issues.cannot_tell(Code::ExtensionContext, id, None, || {
                format!("whether {} may stand here cannot be decided: {cause}", profile.url).into()
            }),
        }
    }
}

fn is_absolute(url: &str) -> bool {
    url.split_once(':').is_some_and(|(scheme, rest)| {
        !rest.is_empty()
            && !scheme.is_empty()
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    })
}
