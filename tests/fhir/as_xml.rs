//! A resource written as FHIR XML, whatever it was read from: for tests that want both notations of one resource.

use hallmark::instance::{Elements, Flags, NodeId};
use hallmark::standard::fhir::View;

/// The resource of `view` as XML (FHIR R4, XML representation of resources), an element to a line.
pub(crate) fn to_xml(view: View<'_>) -> Vec<u8> {
    let mut out = String::new();
    resource(view, Elements::ROOT, " xmlns=\"http://hl7.org/fhir\"", &mut out);
    out.into_bytes()
}

fn resource(view: View<'_>, id: NodeId, namespace: &str, out: &mut String) {
    let name = view.type_name(id);
    out.push_str(&format!("<{name}{namespace}>\n"));
    view.elements.children(id).for_each(|child| element(view, child, out));
    out.push_str(&format!("</{name}>\n"));
}

fn element(view: View<'_>, id: NodeId, out: &mut String) {
    let node = view.elements.node(id);
    let mut name = view.model.name_of(node.name).to_owned();
    assert!(!name.is_empty(), "an element of no name has no XML");
    if view.type_name(id) == "xhtml" {
        // Narrative is markup already.
        out.push_str(view.text(id).unwrap_or_default().trim());
        return out.push('\n');
    }
    if node.flags.has(Flags::CHOICE) {
        let kind = view.type_name(id);
        name.push_str(&kind[..1].to_ascii_uppercase());
        name.push_str(&kind[1..]);
    }
    if node.flags.has(Flags::RESOURCE) {
        out.push_str(&format!("<{name}>\n"));
        resource(view, id, "", out);
        return out.push_str(&format!("</{name}>\n"));
    }
    out.push('<');
    out.push_str(&name);
    // What XML has as attributes.
    let is_attribute = |child: NodeId| {
        let name = view.model.name_of(view.elements.node(child).name);
        name == "id" || name == "url" && view.type_name(id) == "Extension"
    };
    for child in view.elements.children(id).filter(|&child| is_attribute(child)) {
        let name = view.model.name_of(view.elements.node(child).name);
        attribute(name, &view.text(child).unwrap_or_default(), out);
    }
    if let Some(text) = view.text(id) {
        attribute("value", &text, out);
    }
    let rest: Vec<NodeId> = view.elements.children(id).filter(|&child| !is_attribute(child)).collect();
    if rest.is_empty() {
        return out.push_str("/>\n");
    }
    out.push_str(">\n");
    rest.into_iter().for_each(|child| element(view, child, out));
    out.push_str(&format!("</{name}>\n"));
}

fn attribute(name: &str, text: &str, out: &mut String) {
    out.push_str(&format!(" {name}=\""));
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            // A reader makes a blank of each of these where they stand bare.
            '\n' | '\r' | '\t' => out.push_str(&format!("&#{};", u32::from(letter))),
            _ => out.push(letter),
        }
    }
    out.push('"');
}
