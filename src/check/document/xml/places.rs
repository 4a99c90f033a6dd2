//! Faults → paths such as `/Patient/name[2]/family/@value`, in the notation of XPath.
//!
//! In: the faults of one document. Out: the path of each. A name is printed only when FHIR publishes it, and as `*`
//! otherwise: in a document of somebody's own making, names may be patients.

use crate::detect::resource_type;
use crate::instance::{Instance, Kind, Markup, NodeId, Path};
use crate::parse::Fault;
use crate::standard::fhir::elements;
use std::collections::HashMap;
use std::fmt::Write as _;

/// Steps a path shows. Deep documents have some forty; a path of two hundred tells nobody more.
const MAX_STEPS: usize = 40;

/// The path of each of `faults`, in their order. One walk over the tree serves them all.
pub(super) fn paths(document: Markup<'_>, faults: &[Fault]) -> Vec<Path> {
    if faults.is_empty() {
        return Vec::new();
    }
    let mut order: Vec<usize> = (0..faults.len()).collect();
    order.sort_by_key(|at| faults[*at].span.start);
    let mut paths = vec![Path::Whole; faults.len()];
    let mut walk = Walk { document, open: vec![Level::new(document, Instance::ROOT, "", 0)] };
    for at in order {
        walk.to(faults[at].span.start);
        paths[at] = walk.path();
    }
    paths
}

/// A walk over the tree towards ever later bytes: the node that holds the place and those around it, outermost first;
/// the root always stays.
struct Walk<'a> {
    document: Markup<'a>,
    open: Vec<Level<'a>>,
}

/// A node on the way, and how far its children were passed.
struct Level<'a> {
    id: NodeId,
    /// How it is shown.
    name: &'a str,
    /// Its place among the elements beside it that are shown so, from one; zero when it is the only one.
    number: u32,
    /// The next child to look at.
    next: NodeId,
    /// The elements in it by name, and all of them by `*`, as XPath counts: how many were passed, how many there are.
    counts: HashMap<&'a str, (u32, u32)>,
}

/// What every element is called that is not shown by name.
const ANY: &str = "*";

/// The name that element or attribute `id` is shown under.
fn shown(document: Markup<'_>, id: NodeId) -> &str {
    let name = document.local_name(id);
    let known = elements().is_known(name) || resource_type(name).is_some();
    Some(name).filter(|_| known).and_then(|name| std::str::from_utf8(name).ok()).unwrap_or(ANY)
}

impl<'a> Level<'a> {
    fn new(document: Markup<'a>, id: NodeId, name: &'a str, number: u32) -> Self {
        let mut counts: HashMap<&str, (u32, u32)> = HashMap::new();
        for inner in document.elements(id) {
            counts.entry(ANY).or_default().1 += 1;
            match shown(document, inner) {
                ANY => {}
                name => counts.entry(name).or_default().1 += 1,
            }
        }
        Self { id, name, number, next: id + 1, counts }
    }

    /// Goes past the child `id`; gives how it is shown and its number.
    fn pass(&mut self, document: Markup<'a>, id: NodeId) -> (&'a str, u32) {
        self.next = document.tree.node(id).next;
        let name = shown(document, id);
        if document.kind(id) != Kind::Element {
            return (name, 0);
        }
        let count = |counts: &mut HashMap<&'a str, (u32, u32)>, name| {
            let (passed, all) = counts.entry(name).or_default();
            *passed += 1;
            if *all > 1 { *passed } else { 0 }
        };
        let any = count(&mut self.counts, ANY);
        let number = if name == ANY { any } else { count(&mut self.counts, name) };
        (name, number)
    }
}

impl Walk<'_> {
    /// Goes to the innermost node that holds byte `at`, which is not before the last one asked for.
    fn to(&mut self, at: u32) {
        while self.open.len() > 1 && self.open.last().is_some_and(|level| !self.holds(level.id, at)) {
            self.open.pop();
        }
        while let Some(level) = self.open.last()
            && level.next < self.document.tree.node(level.id).next
            && self.document.whole(level.next).start <= at
        {
            let (child, document) = (level.next, self.document);
            let holds = self.holds(child, at);
            let Some(level) = self.open.last_mut() else { return };
            let (name, number) = level.pass(document, child);
            if holds {
                self.open.push(Level::new(document, child, name, number));
            }
        }
    }

    fn holds(&self, id: NodeId, at: u32) -> bool {
        let whole = self.document.whole(id);
        // What was cut off reaches past the last byte, where its fault is.
        let cut_off = whole.end as usize == self.document.bytes.len() && at == whole.end;
        whole.start <= at && (at < whole.end || cut_off)
    }

    fn path(&self) -> Path {
        let (mut full, mut general) = (String::new(), String::new());
        for (depth, level) in self.open.iter().skip(1).enumerate() {
            let mark = match self.document.kind(level.id) {
                Kind::Element => "/",
                Kind::Attribute => "/@",
                _ => break,
            };
            if depth == MAX_STEPS {
                full.push('…');
                general.push('…');
                break;
            }
            for text in [&mut full, &mut general] {
                text.push_str(mark);
                text.push_str(level.name);
            }
            if level.number > 0 {
                let _infallible = write!(full, "[{}]", level.number);
            }
        }
        if full.is_empty() { Path::Whole } else { Path::Printed { full: full.into(), general: general.into() } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::Namespaces;
    use crate::parse::{Faults, xml};
    use crate::span::Span;

    /// The path of the place where each `!` stands, which the document is parsed with.
    fn at(text: &str) -> Vec<String> {
        let (mut tree, mut namespaces) = (Instance::default(), Namespaces::default());
        let parsed = xml::parse(text.as_bytes(), &mut tree, &mut namespaces, &mut Faults::default());
        let mut faults = Faults::default();
        for (at, _) in text.match_indices('!') {
            faults.push("xml.markup", Span::new(at as u32, at as u32 + 1), "");
        }
        let paths = paths(parsed.markup(&tree, &namespaces), faults.listed());
        paths.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_place_is_named_as_xpath_names_it() {
        let text = "!<Patient !x='1'><id value='!'/>!<name><family/></name><name>!<family value=''/><given/><given !v=''>!</given></name></Patient>!";
        assert_eq!(
            at(text),
            [
                "",
                "/Patient/@*",
                "/Patient/id/@value",
                "/Patient",
                "/Patient/name[2]",
                "/Patient/name[2]/given[2]/@*",
                "/Patient/name[2]/given[2]",
                ""
            ]
        );
    }

    #[test]
    fn only_published_names_are_shown() {
        let text = "<Smith jones='!'><id/><Brown>!</Brown><id>!</id><Green/></Smith>";
        assert_eq!(at(text), ["/*/@*", "/*/*[2]", "/*/id[2]"]);
    }

    #[test]
    fn what_is_cut_off_is_where_it_stops() {
        let (mut tree, mut namespaces, mut faults) = (Instance::default(), Namespaces::default(), Faults::default());
        let parsed = xml::parse(b"<Patient><name>", &mut tree, &mut namespaces, &mut faults);
        let paths = paths(parsed.markup(&tree, &namespaces), faults.listed());
        assert_eq!(paths[0].to_string(), "/Patient/name");
    }

    #[test]
    fn a_deep_place_is_cut_short() {
        let text = "<id>".repeat(60) + "!";
        assert_eq!(at(&text), ["/id".repeat(MAX_STEPS) + "…"]);
    }
}
