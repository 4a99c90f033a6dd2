//! A profile or an extension: what it adds to the base definition of its type.

use super::element::{Compiler, Types, most};
use super::tree::{Ix, Tree};
use crate::check::fhir::extension::{Definition, Place};
use crate::check::fhir::{Definitions, Kids, KidsIx, Node, NodeIx, Profile, Slot, Source};
use crate::instance::{NameId, TypeId};
use crate::standard::fhir::{ElementDefinition, StructureDefinition};
use std::sync::Arc;

/// Where the definitions of FHIR's own types are.
const CORE: &str = "http://hl7.org/fhir/StructureDefinition/";

/// Depth to which elements of a definition are followed.
const MAX_DEPTH: u32 = 64;

/// A profile being compiled.
pub(super) struct Making<'d, 's> {
    pub(super) compiler: Compiler<'d>,
    pub(super) structure: &'s StructureDefinition,
    pub(super) tree: &'s Tree<'s>,
    pub(super) url: Arc<str>,
    /// Whether it defines an extension, whose value is told of as a whole.
    is_extension: bool,
    /// The base definition of its type.
    core: Option<Arc<StructureDefinition>>,
    nodes: Vec<Node>,
    kids: Vec<Kids>,
    /// The children of a branch, once they are being compiled: what refers to them shares them.
    made: Vec<Option<KidsIx>>,
}

/// The profile that `structure` defines.
pub(super) fn compile(definitions: &dyn Definitions, structure: &StructureDefinition) -> Profile {
    let compiler = Compiler::new(definitions);
    let type_id = compiler.type_id(&structure.type_name).unwrap_or(TypeId::UNKNOWN);
    let tree = Tree::of(&structure.snapshot);
    let url: Arc<str> = structure.url.as_str().into();
    // Some publishers call a profile a specialisation; only what defines the type of its name is one.
    let defines = structure.url == structure.type_name
        || structure.url.strip_prefix(CORE).is_some_and(|name| name == structure.type_name);
    let is_core = structure.derivation.as_deref() != Some("constraint") && defines;
    let mut making = Making {
        is_extension: structure.type_name == "Extension" && !is_core,
        core: compiler.root(&structure.type_name),
        compiler,
        structure,
        tree: &tree,
        url,
        nodes: Vec::new(),
        kids: Vec::new(),
        made: vec![None; tree.branches.len()],
    };
    let root = Source { profile: Arc::clone(&making.url), element: structure.type_name.as_str().into() };
    if tree.branches.is_empty() && !is_core {
        making.compiler.broken(&root, "it has no snapshot");
    }
    if is_core || tree.branches.is_empty() {
        // What the base definition says is checked by the type.
        making.nodes.push(Node { source: root, checks: Box::default(), kids: None });
    } else {
        let slot = making.nodes.len();
        making.nodes.push(Node { source: root, checks: Box::default(), kids: None });
        making.node(0, NodeIx(slot as u32), Some(type_id), MAX_DEPTH);
    }
    let extension = making.is_extension.then(|| Box::new(making.extension()));
    Profile {
        version: structure.version.as_deref().map(Arc::from),
        type_id,
        nodes: making.nodes,
        kids: making.kids,
        broken: making.compiler.broken,
        extension,
        imposed: structure.imposed.iter().map(|one| one.as_str().into()).collect(),
        url: making.url,
    }
}

impl Making<'_, '_> {
    /// Fills in the element that `at` is; whether it says anything.
    fn node(&mut self, at: Ix, to: NodeIx, type_id: Option<TypeId>, depth: u32) -> bool {
        let element = self.tree.branches[at].element;
        let source = self.source(element);
        let known = self.known(element);
        let types = match self.is_extension && element.path == "Extension.value[x]" {
            true => Types::Elsewhere,
            false => Types::Checked,
        };
        let mut checks = self.compiler.checks(element, known.as_ref(), types, &source);
        // `valueQuantity` by itself is `value[x]` of that type.
        if let Some((_, Some(implied))) = self.name(at, None)
            && !self.tree.branches[at].name.ends_with("[x]")
            && self.tree.branches[at].element.slice_name.is_none()
        {
            use crate::check::fhir::assertion::{Allowed, Check};
            checks.insert(0, Check::Types(Allowed(vec![implied])));
        }
        let kids = match depth.checked_sub(1) {
            Some(depth) => self.children(at, type_id, depth),
            None => None,
        };
        let says = !checks.is_empty() || kids.is_some();
        self.nodes[to.0 as usize] = Node { source, checks: checks.into(), kids };
        says
    }

    /// Adds the element that `at` is; `None` when it says nothing.
    pub(super) fn add(&mut self, at: Ix, type_id: Option<TypeId>, depth: u32) -> (NodeIx, bool) {
        let to = NodeIx(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let source = self.source(self.tree.branches[at].element);
        self.nodes.push(Node { source, checks: Box::default(), kids: None });
        let says = self.node(at, to, type_id, depth);
        (to, says)
    }

    fn children(&mut self, at: Ix, type_id: Option<TypeId>, depth: u32) -> Option<KidsIx> {
        if let Some(made) = self.made[at] {
            return Some(made);
        }
        let branch = &self.tree.branches[at];
        if branch.children.is_empty() {
            // The content of another element of the profile, and with it what the profile says there.
            let referred = branch.element.content_reference.as_deref()?;
            let referred = self.tree.by_id(referred.rsplit('#').next()?)?;
            if let Some(made) = self.made[referred] {
                return Some(made);
            }
            let type_id = self.compiler.model.type_id(&self.tree.branches[referred].element.path);
            return self.children(referred, type_id, depth.checked_sub(1)?);
        }
        let kids = KidsIx(u32::try_from(self.kids.len()).unwrap_or(u32::MAX));
        self.kids.push(Kids::default());
        self.made[at] = Some(kids);
        let mut slots: Vec<Slot> = Vec::new();
        for &child in &branch.children {
            let Some((name, _)) = self.name(child, type_id) else {
                let element = self.tree.branches[child].element;
                let source = self.source(element);
                self.compiler.broken(&source, "no type of this release has an element of this name");
                continue;
            };
            if let Some(slot) = self.slot(child, name, type_id, depth) {
                slots.push(slot);
            }
        }
        if slots.is_empty() {
            // Nothing can refer to the last one, if it is empty, but what refers back to it.
            self.made[at] = None;
            if self.kids.len() == kids.0 as usize + 1 {
                self.kids.pop();
            }
            return None;
        }
        self.kids[kids.0 as usize] = Kids::new(slots);
        Some(kids)
    }

    fn slot(&mut self, at: Ix, name: NameId, parent: Option<TypeId>, depth: u32) -> Option<Slot> {
        let element = self.tree.branches[at].element;
        let known = self.known(element);
        let old_min = known.as_ref().and_then(|known| known.min).unwrap_or(0);
        let old_max = known.as_ref().map_or(u32::MAX, |known| most(known.max.as_deref()));
        let min = element.min.unwrap_or(0);
        let max = most(element.max.as_deref());
        let type_id = self.type_of(at, parent);
        let before = (self.nodes.len(), self.kids.len());
        let (node, says) = self.add(at, type_id, depth);
        let slicing = self.slicing(at, parent, depth);
        let (min, max) = (if min > old_min { min } else { 0 }, if max < old_max { max } else { u32::MAX });
        if says || slicing.is_some() || min > 0 || max != u32::MAX {
            return Some(Slot { name, min, max, node, slicing: slicing.map(Box::new) });
        }
        if self.kids.len() == before.1 {
            self.nodes.truncate(before.0);
        }
        None
    }

    /// The name of `at` in instances, and the type that the name implies.
    pub(super) fn name(&self, at: Ix, parent: Option<TypeId>) -> Option<(NameId, Option<TypeId>)> {
        let (model, name) = (self.compiler.model, self.tree.branches[at].name);
        if let Some(stem) = name.strip_suffix("[x]") {
            return model.name(stem).map(|id| (id, None));
        }
        let by_type = parent.and_then(|id| model.info(id)).and_then(|info| {
            let &(child, type_id) = info.keys.get(name.as_bytes())?;
            let child = info.children.get(usize::from(child))?;
            Some((child.name, child.choice.then_some(type_id)))
        });
        if by_type.is_some() {
            return by_type;
        }
        if let Some(id) = model.name(name) {
            return Some((id, None));
        }
        // `valueQuantity` where the type of the parent is not known.
        let at = name.char_indices().filter(|(_, c)| c.is_ascii_uppercase()).map(|(at, _)| at);
        at.filter_map(|at| {
            let (stem, tail) = name.split_at(at);
            let mut lower = tail.to_owned();
            lower[..1].make_ascii_lowercase();
            let type_id = model.type_id(tail).or_else(|| model.type_id(&lower))?;
            Some((model.name(stem)?, Some(type_id)))
        })
        .next()
    }

    /// The type of `at`, where it is one.
    pub(super) fn type_of(&self, at: Ix, parent: Option<TypeId>) -> Option<TypeId> {
        let branch = &self.tree.branches[at];
        let model = self.compiler.model;
        if let Some((_, Some(implied))) = self.name(at, parent) {
            return Some(implied);
        }
        let base = branch.element.base.as_ref().map(|base| base.path.as_str());
        if let Some(backbone) =
            model.type_id(&branch.element.path).or_else(|| base.and_then(|path| model.type_id(path)))
        {
            return Some(backbone);
        }
        match &*branch.element.types {
            [one] => self.compiler.type_id(&one.code),
            _ => None,
        }
    }

    /// What the base definitions say of the element, which every instance is checked against anyway.
    pub(super) fn known(&self, element: &ElementDefinition) -> Option<ElementDefinition> {
        let find = |structure: &StructureDefinition, path: &str| {
            structure.snapshot.iter().find(|other| other.path == path && other.slice_name.is_none()).cloned()
        };
        if let Some(found) = self.core.as_ref().and_then(|core| find(core, &element.path)) {
            return Some(found);
        }
        let path = &element.base.as_ref()?.path;
        let structure = self.compiler.root(path.split('.').next()?)?;
        find(&structure, path)
    }

    pub(super) fn source(&self, element: &ElementDefinition) -> Source {
        Source { profile: Arc::clone(&self.url), element: element.id.as_deref().unwrap_or(&element.path).into() }
    }

    /// The extension as the release itself defined it, when a later package of HL7 stands in for that: what the release
    /// names a place for is not wrong there because the package moved it. That it may stand anywhere names none.
    fn release_form(&self) -> Option<Arc<StructureDefinition>> {
        let version = self.compiler.definitions.model().release.version();
        if !self.url.starts_with(CORE) || self.structure.version.as_deref() == Some(version) {
            return None;
        }
        let held = self.compiler.definitions.structure(&format!("{}|{version}", self.url))?;
        let names_places = held.context.iter().all(|one| one.expression != "Element");
        (held.version.as_deref() == Some(version) && names_places).then_some(held)
    }

    fn extension(&mut self) -> Definition {
        let source = Source { profile: Arc::clone(&self.url), element: "Extension".into() };
        let mut contexts = Vec::new();
        let earlier = self.release_form();
        for context in self.structure.context.iter().chain(earlier.iter().flat_map(|earlier| &earlier.context)) {
            let text = context.expression.as_str();
            contexts.extend(match (&*context.kind, text.split_once('#')) {
                ("extension", _) => Some(Place::Extension(text.into())),
                ("fhirpath", _) => self.compiler.expression(text, &source).map(Place::Selected),
                (_, Some((profile, path))) => Some(Place::Profiled(profile.into(), path.into())),
                _ => Some(Place::Element(text.into())),
            });
        }
        let invariants = self.structure.context_invariant.iter();
        let invariants = invariants.filter_map(|text| self.compiler.expression(text, &source)).collect();
        let root = self.tree.branches.first().map(|branch| branch.element);
        let value = self.tree.child(0, "value").map(|at| self.tree.branches[at].element);
        let has_value = value.filter(|value| value.max.as_deref() != Some("0"));
        let mut inner: Vec<Arc<str>> = Vec::new();
        if let Some(main) = self.tree.child(0, "extension") {
            for &slice in &self.tree.branches[main].slices {
                if let Some(url) = self.tree.child(slice, "url").map(|at| self.tree.branches[at].element)
                    && let Some((_, fixed)) = &url.fixed
                    && let Ok(text) = serde_json::from_str::<String>(fixed.get())
                {
                    inner.push(text.into());
                }
            }
        }
        Definition {
            contexts,
            invariants,
            is_modifier: root.and_then(|root| root.is_modifier).unwrap_or(false),
            values: has_value
                .map(|value| value.types.iter().filter_map(|one| self.compiler.type_id(&one.code)).collect())
                .unwrap_or_default(),
            inner,
            deprecated: matches!(self.structure.standards_status.as_deref(), Some("deprecated" | "withdrawn")),
        }
    }
}
