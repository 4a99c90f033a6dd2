//! What markup narrative may have (FHIR R4, Narrative, section 2.4.0; HTML 4.0, chapters 7 to 11 without 9.4, and 15).

/// Elements, in order of their names.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "area",
    "b",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "kbd",
    "li",
    "map",
    "ol",
    "p",
    "pre",
    "q",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "ul",
    "var",
];

/// Attributes that any element may have.
const ANYWHERE: &[&str] = &[
    "abbr",
    "accesskey",
    "align",
    "axis",
    "char",
    "charoff",
    "class",
    "colspan",
    "dir",
    "headers",
    "id",
    "lang",
    "rowspan",
    "scope",
    "span",
    "style",
    "tabindex",
    "title",
    "valign",
    "width",
    "xml:lang",
    "xml:space",
];

/// Attributes of single elements.
const OF_ELEMENT: &[(&str, &[&str])] = &[
    ("a", &["charset", "coords", "href", "hreflang", "name", "rel", "rev", "shape", "type"]),
    ("area", &["alt", "coords", "href", "nohref", "shape"]),
    ("blockquote", &["cite"]),
    ("img", &["alt", "border", "height", "ismap", "longdesc", "src", "usemap"]),
    ("map", &["name"]),
    ("pre", &["space"]),
    ("q", &["cite"]),
    ("table", &["border", "cellpadding", "cellspacing", "frame", "rules", "summary"]),
    ("td", &["nowrap"]),
    ("th", &["nowrap"]),
];

/// Elements that may do harm, with what each is.
const HARMFUL: &[(&str, &str)] = &[
    ("applet", "a program"),
    ("audio", "embedded media"),
    ("base", "a base for links"),
    ("button", "part of a form"),
    ("embed", "embedded content"),
    ("form", "a form"),
    ("frame", "a frame"),
    ("iframe", "a frame"),
    ("input", "part of a form"),
    ("link", "a link to a style sheet"),
    ("object", "embedded content"),
    ("script", "a script"),
    ("select", "part of a form"),
    ("style", "a style sheet"),
    ("textarea", "part of a form"),
    ("video", "embedded media"),
];

/// Whether narrative may have this element.
pub(super) fn element(name: &str) -> bool {
    ELEMENTS.binary_search(&name).is_ok()
}

/// What an element that it may not have is, when it may do harm.
pub(super) fn harm(name: &str) -> Option<&'static str> {
    HARMFUL.binary_search_by_key(&name, |(name, _)| name).ok().map(|at| HARMFUL[at].1)
}

/// Whether `element` may have this attribute.
pub(super) fn attribute(element: &str, name: &str) -> bool {
    if ANYWHERE.binary_search(&name).is_ok() || name == "xmlns" || name.starts_with("xmlns:") {
        return true;
    }
    OF_ELEMENT.iter().any(|(of, names)| *of == element && names.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_in_order() {
        assert!(ELEMENTS.is_sorted() && ANYWHERE.is_sorted() && HARMFUL.is_sorted());
        assert!(element("div") && !element("script") && harm("script").is_some());
        assert!(attribute("a", "href") && !attribute("p", "href") && !attribute("p", "onclick"));
    }
}
