//! Elements by their names, for checks that know what they look for.

use super::super::Context;
use crate::instance::{Document, Elements, Instance, NodeId};
use crate::parse::{self, Faults};
use crate::standard::fhir::{Model, Syntax, View};
use std::borrow::Cow;
use std::sync::Arc;

/// An element where it stands.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) view: View<'a>,
    pub(super) node: NodeId,
}

impl<'a> At<'a> {
    pub(super) fn new(view: View<'a>, node: NodeId) -> Self {
        Self { view, node }
    }

    /// The children called `name`.
    pub(super) fn all(self, name: &str) -> impl Iterator<Item = Self> + use<'a> {
        let view = self.view;
        let name = view.model.name(name);
        name.into_iter().flat_map(move |name| view.named(self.node, name)).map(move |node| Self { view, node })
    }

    /// The first child called `name`.
    pub(super) fn child(self, name: &str) -> Option<Self> {
        self.view.child_called(self.node, name).map(|node| Self { node, ..self })
    }

    /// Its own text.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        self.view.text(self.node)
    }

    /// The text of the child called `name`.
    pub(super) fn text_of(self, name: &str) -> Option<Cow<'a, str>> {
        self.child(name)?.text()
    }

    /// The text of the child called `name`, empty when there is none.
    pub(super) fn word(self, name: &str) -> Cow<'a, str> {
        self.text_of(name).unwrap_or_default()
    }

    /// Whether the child called `name` is `true`.
    pub(super) fn is_true(self, name: &str) -> bool {
        self.child(name).is_some_and(|child| child.view.raw(child.node) == b"true")
    }

    /// The name of its type.
    pub(super) fn type_name(self) -> &'a str {
        self.view.type_name(self.node)
    }

    /// The values of the extensions with this URL.
    pub(super) fn extensions(self, url: &str) -> impl Iterator<Item = Self> {
        self.all("extension").filter(move |one| one.word("url") == url).filter_map(|one| one.child("value"))
    }

    /// The value of the first extension with this URL.
    pub(super) fn extension(self, url: &str) -> Option<Self> {
        self.extensions(url).next()
    }

    /// Whether it lies in another resource, under `contained`.
    pub(super) fn is_contained(self) -> bool {
        let element = self.view.elements.node(self.node);
        self.node != Elements::ROOT && self.view.model.name("contained") == Some(element.name)
    }

    /// The resource that `id` names among those contained in the outermost resource that this one lies in.
    pub(super) fn contained(self, id: &str) -> Option<Self> {
        let mut holder = Self { node: self.view.resource_of(self.node), ..self };
        if holder.is_contained() {
            holder.node = self.view.resource_of(self.view.elements.node(holder.node).parent);
        }
        holder.all("contained").find(|one| one.word("id") == id)
    }
}

/// A resource that a library gave as JSON.
pub(super) struct Loaded {
    bytes: Arc<[u8]>,
    elements: Elements,
}

impl Loaded {
    /// The resource of the library that is of the type `kind` and has this canonical, lowered once for all who ask;
    /// `None` when there is none that can be read.
    pub(super) fn of(kind: &str, canonical: &str, context: &Context<'_>) -> Option<Arc<Self>> {
        context.library.made(kind, canonical, |bytes| Self::new(bytes, context.model))
    }

    fn new(bytes: Arc<[u8]>, model: &Model) -> Option<Self> {
        let (mut tree, mut elements, mut faults) = (Instance::default(), Elements::default(), Faults::default());
        parse::json::parse(&bytes, &mut tree, &mut faults);
        parse::fhir::json::lower(Document { bytes: &bytes, tree: &tree }, model, &mut elements, &mut faults);
        (!elements.is_empty()).then_some(Self { bytes, elements })
    }

    /// Its root.
    pub(super) fn root<'a>(&'a self, model: &'a Model) -> At<'a> {
        let view = View { bytes: &self.bytes, elements: &self.elements, model, syntax: Syntax::Json };
        At::new(view, Elements::ROOT)
    }
}
