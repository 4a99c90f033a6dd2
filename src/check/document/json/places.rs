//! Faults → paths such as `Patient.name[0].family`.
//!
//! In: the faults of one document. Out: the path of each. A name is printed only when FHIR publishes it: in a map keyed
//! by patients, names are patients.

use crate::instance::{Document, Instance, Kind, NodeId, Path};
use crate::parse::Fault;
use crate::standard::fhir::elements;
use std::fmt::Write as _;

/// How paths into a document begin that is no resource.
pub(super) const NO_RESOURCE: &str = "$";
/// Steps a path shows. Deep resources have some twenty; a path of two hundred tells nobody more.
const MAX_STEPS: usize = 30;

/// The path of each of `faults`, in their order; `root` is how the document itself is called. One walk over the tree
/// serves them all.
pub(super) fn paths(document: Document<'_>, root: &str, faults: &[Fault]) -> Vec<Path> {
    if faults.is_empty() {
        return Vec::new();
    }
    let mut order: Vec<usize> = (0..faults.len()).collect();
    order.sort_by_key(|at| faults[*at].span.start);
    let mut paths = vec![Path::Whole; faults.len()];
    let mut walk = Walk { document, open: vec![Instance::ROOT], next: Instance::ROOT + 1 };
    for at in order {
        walk.to(faults[at].span.start);
        paths[at] = walk.path(root);
    }
    paths
}

/// A walk over the tree towards ever later bytes.
struct Walk<'a> {
    document: Document<'a>,
    /// The node that holds the place, and those around it, outermost first; the root always stays.
    open: Vec<NodeId>,
    /// The next node to look at inside the innermost.
    next: NodeId,
}

impl Walk<'_> {
    /// Goes to the innermost node that holds byte `at`, which is not before the last one asked for.
    fn to(&mut self, at: u32) {
        while self.open.len() > 1
            && let Some(inner) = self.open.last().copied().filter(|id| !self.holds(*id, at))
        {
            self.next = self.document.tree.node(inner).next;
            self.open.pop();
        }
        while let Some(parent) = self.open.last()
            && self.next < self.document.tree.node(*parent).next
        {
            if self.holds(self.next, at) {
                self.open.push(self.next);
                self.next += 1;
            } else if self.start(self.next) > at {
                break;
            } else {
                self.next = self.document.tree.node(self.next).next;
            }
        }
    }

    fn holds(&self, id: NodeId, at: u32) -> bool {
        let end = self.document.tree.node(id).span.end;
        // What was cut off reaches past the last byte, where its fault is.
        let cut_off = end as usize == self.document.bytes.len() && at == end;
        self.start(id) <= at && (at < end || cut_off)
    }

    /// Where the member or item starts: at its name, if it has one.
    fn start(&self, id: NodeId) -> u32 {
        let node = self.document.tree.node(id);
        if node.name.is_empty() { node.span.start } else { node.name.start }
    }

    fn path(&self, root: &str) -> Path {
        let Some((_, inner)) = self.open.get(1..).and_then(<[NodeId]>::split_first) else { return Path::Whole };
        if inner.is_empty() && root == NO_RESOURCE {
            return Path::Whole;
        }
        let (mut full, mut general) = (root.to_owned(), root.to_owned());
        let mut parent = self.open[1];
        for (depth, id) in inner.iter().enumerate() {
            if depth == MAX_STEPS {
                full.push('…');
                general.push('…');
                break;
            }
            if self.document.kind(parent) == Kind::Array {
                let _infallible = write!(full, "[{}]", self.document.tree.node(*id).ordinal);
            } else {
                let name = self.document.name(*id);
                let known = Some(name.as_ref()).filter(|name| elements().is_known(name));
                let shown = known.and_then(|name| std::str::from_utf8(name).ok()).unwrap_or("?");
                for text in [&mut full, &mut general] {
                    text.push('.');
                    text.push_str(shown);
                }
            }
            parent = *id;
        }
        Path::Printed { full: full.into(), general: general.into() }
    }
}
