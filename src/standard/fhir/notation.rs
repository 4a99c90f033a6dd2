//! A resource written as FHIR JSON, whatever it was read from.
//!
//! In: elements. Out: their JSON (FHIR R4, JSON representation of resources). What the lowering could not place is not
//! written. It walks as deep as the parser let the document be.

use super::{Primitive, View};
use crate::instance::{Elements, Flags, NodeId};

/// The resource or value `id` as JSON.
pub fn to_json(view: View<'_>, id: NodeId) -> Vec<u8> {
    let mut out = Vec::new();
    if view.model.primitive(view.type_id(id)).is_some() {
        value(view, id, &mut out);
    } else {
        object(view, id, &mut out);
    }
    out
}

fn object(view: View<'_>, id: NodeId, out: &mut Vec<u8>) {
    let mut comma = Comma::default();
    out.push(b'{');
    if id == Elements::ROOT || view.elements.node(id).flags.has(Flags::RESOURCE) {
        comma.put(out);
        out.extend_from_slice(b"\"resourceType\":");
        string(view.type_name(id), out);
    }
    let children: Vec<NodeId> = view.elements.children(id).collect();
    // Elements of one name stand together; those of a choice that was wrongly made twice have keys of their own.
    let alike = |&a: &NodeId, &b: &NodeId| {
        let (a, b) = (view.elements.node(a), view.elements.node(b));
        (a.name, a.type_id) == (b.name, b.type_id)
    };
    for same in children.chunk_by(alike) {
        let [first, ..] = same else { continue };
        let Some(key) = key(view, *first) else { continue };
        if view.model.primitive(view.type_id(*first)).is_none() {
            comma.put(out);
            named(&key, out);
            list(view, same, out, |id, out| object(view, id, out));
            continue;
        }
        if same.iter().any(|&id| view.has_value(id)) {
            comma.put(out);
            named(&key, out);
            list(view, same, out, |id, out| value(view, id, out));
        }
        // What a primitive has besides its value stands beside it.
        if same.iter().any(|&id| !view.elements.is_leaf(id)) {
            comma.put(out);
            named(&format!("_{key}"), out);
            list(view, same, out, |id, out| match view.elements.is_leaf(id) {
                true => out.extend_from_slice(b"null"),
                false => object(view, id, out),
            });
        }
    }
    out.push(b'}');
}

/// The name of an element in JSON: a choice ends in its type.
fn key(view: View<'_>, id: NodeId) -> Option<String> {
    let element = view.elements.node(id);
    let name = view.model.name_of(element.name);
    if name.is_empty() {
        return None;
    }
    if !element.flags.has(Flags::CHOICE) {
        return Some(name.to_owned());
    }
    let kind = view.type_name(id);
    let mut letters = kind.chars();
    let first = letters.next()?.to_ascii_uppercase();
    Some(format!("{name}{first}{}", letters.as_str()))
}

fn list(view: View<'_>, same: &[NodeId], out: &mut Vec<u8>, one: impl Fn(NodeId, &mut Vec<u8>)) {
    let repeats = same.iter().any(|&id| view.elements.node(id).flags.has(Flags::REPEATS));
    if let ([only], false) = (same, repeats) {
        return one(*only, out);
    }
    out.push(b'[');
    let mut comma = Comma::default();
    for &id in same {
        comma.put(out);
        one(id, out);
    }
    out.push(b']');
}

fn value(view: View<'_>, id: NodeId, out: &mut Vec<u8>) {
    let Some(text) = view.text(id) else { return out.extend_from_slice(b"null") };
    let bare = match view.model.primitive(view.type_id(id)) {
        Some(Primitive::Boolean) => matches!(&*text, "true" | "false"),
        Some(
            Primitive::Integer
            | Primitive::Integer64
            | Primitive::UnsignedInt
            | Primitive::PositiveInt
            | Primitive::Decimal,
        ) => serde_json::from_str::<serde_json::Number>(&text).is_ok(),
        _ => false,
    };
    match bare {
        true => out.extend_from_slice(text.as_bytes()),
        false => string(&text, out),
    }
}

fn named(key: &str, out: &mut Vec<u8>) {
    string(key, out);
    out.push(b':');
}

fn string(text: &str, out: &mut Vec<u8>) {
    // Writing text to memory does not fail.
    let _ = serde_json::to_writer(out, text);
}

/// Puts a comma before all but the first.
#[derive(Default)]
struct Comma {
    due: bool,
}

impl Comma {
    fn put(&mut self, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.due, true) {
            out.push(b',');
        }
    }
}
