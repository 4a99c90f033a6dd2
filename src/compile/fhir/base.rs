//! The base definition of a type, which every element of that type is checked against.

use super::element::{Compiler, Types, most};
use crate::check::fhir::{Check, Definitions, Kids, KidsIx, Node, NodeIx, Profile, Slot, Source};
use crate::instance::TypeId;
use crate::standard::fhir::{ElementDefinition, TypeKind};
use std::sync::Arc;

/// What must hold of every element of type `id`; `None` when nobody holds its definition.
pub(super) fn compile(definitions: &dyn Definitions, id: TypeId) -> Option<Profile> {
    let mut compiler = Compiler::new(definitions);
    let model = compiler.model;
    let info = model.info(id)?;
    let owner = info.name.split('.').next().unwrap_or(&info.name);
    let structure = definitions.structure(owner)?;
    let profile: Arc<str> = structure.url.as_str().into();
    let source = |element: &ElementDefinition| Source {
        profile: Arc::clone(&profile),
        element: element.id.as_deref().unwrap_or(&element.path).into(),
    };
    let root = structure.snapshot.iter().find(|element| *element.path == *info.name)?;
    let mut checks = Vec::new();
    if info.kind == TypeKind::Backbone {
        checks.push(Check::Content);
    }
    for constraint in &root.constraint {
        checks.extend(compiler.invariant(constraint, &source(root)));
    }
    if !checks.iter().any(|check| matches!(check, Check::Content)) && is_element(&compiler, id) {
        checks.insert(0, Check::Content);
    }
    let mut first = true;
    checks.retain(|check| !matches!(check, Check::Content) || std::mem::take(&mut first));
    let mut nodes = vec![Node { source: source(root), checks: checks.into(), kids: None }];
    let mut slots = Vec::new();
    for element in &structure.snapshot {
        let Some(name) = child_of(&element.path, &info.name) else { continue };
        let Some(name) = model.name(name.strip_suffix("[x]").unwrap_or(name)) else { continue };
        if element.slice_name.is_some()
            || matches!(info.kind, TypeKind::Primitive(_)) && element.path.ends_with(".value")
        {
            continue;
        }
        let source = source(element);
        let backbone = model.type_id(&element.path).is_some();
        let mut checks = compiler.checks(element, None, Types::Elsewhere, &source);
        if backbone {
            // Its type has them.
            checks.retain(|check| !matches!(check, Check::Invariant(_) | Check::Content));
        }
        let node = NodeIx(u32::try_from(nodes.len()).unwrap_or(u32::MAX));
        nodes.push(Node { source, checks: checks.into(), kids: None });
        let (min, max) = (element.min.unwrap_or(0), most(element.max.as_deref()));
        slots.push(Slot { name, min, max, node, slicing: None });
    }
    let mut kids = Vec::new();
    if !slots.is_empty() {
        kids.push(Kids::new(slots));
        nodes[0].kids = Some(KidsIx(0));
    }
    Some(Profile {
        url: profile,
        version: structure.version.as_deref().map(Arc::from),
        type_id: id,
        nodes,
        kids,
        broken: compiler.broken,
        extension: None,
        imposed: Vec::new(),
    })
}

/// Whether the type is one of elements, all of which have a value or children.
fn is_element(compiler: &Compiler<'_>, id: TypeId) -> bool {
    compiler.model.info(id).is_some_and(|info| info.kind != TypeKind::Resource)
}

/// What `path` calls the child of `parent` that it is.
fn child_of<'p>(path: &'p str, parent: &str) -> Option<&'p str> {
    let name = path.strip_prefix(parent)?.strip_prefix('.')?;
    (!name.contains('.')).then_some(name)
}
