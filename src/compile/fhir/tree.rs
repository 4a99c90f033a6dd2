//! A snapshot as a tree: children under their parents, slices under what they slice.

use crate::standard::fhir::ElementDefinition;

/// An element of the tree by its number.
pub(super) type Ix = usize;

/// An element of the tree.
#[derive(Debug)]
pub(super) struct Branch<'s> {
    /// What it is.
    pub(super) element: &'s ElementDefinition,
    /// Its name in its parent, as the definition writes it: `value[x]`.
    pub(super) name: &'s str,
    /// Its children, slices left out.
    pub(super) children: Vec<Ix>,
    /// Its slices, or those within it when it is a slice.
    pub(super) slices: Vec<Ix>,
}

/// A snapshot as a tree; the first is the root.
#[derive(Debug, Default)]
pub(super) struct Tree<'s> {
    pub(super) branches: Vec<Branch<'s>>,
}

impl<'s> Tree<'s> {
    /// The tree of a snapshot, whose elements stand in order. What has no parent is left out.
    pub(super) fn of(snapshot: &'s [ElementDefinition]) -> Self {
        let mut tree = Self::default();
        // Per depth, the last element.
        let mut above: Vec<Ix> = Vec::new();
        for element in snapshot {
            let depth = element.path.bytes().filter(|&b| b == b'.').count();
            let name = element.path.rsplit('.').next().unwrap_or(&element.path);
            let ix = tree.branches.len();
            if depth == 0 {
                if ix == 0 {
                    tree.branches.push(Branch { element, name, children: Vec::new(), slices: Vec::new() });
                    above = vec![ix];
                }
                continue;
            }
            let Some(&parent) = above.get(depth - 1) else { continue };
            tree.branches.push(Branch { element, name, children: Vec::new(), slices: Vec::new() });
            match (&element.slice_name, tree.sliced(parent, name)) {
                (Some(slice), Some(main)) => {
                    let within = tree.within(main, slice);
                    tree.branches[within].slices.push(ix);
                }
                _ => tree.branches[parent].children.push(ix),
            }
            above.truncate(depth);
            above.push(ix);
        }
        tree
    }

    /// The child of `parent` that a slice of this name slices: `value[x]` for `valueQuantity` too.
    fn sliced(&self, parent: Ix, name: &str) -> Option<Ix> {
        let children = || self.branches[parent].children.iter().rev().copied();
        let same = children().find(|&at| self.branches[at].name == name);
        same.or_else(|| {
            children().find(|&at| {
                let stem = self.branches[at].name.strip_suffix("[x]");
                stem.and_then(|stem| name.strip_prefix(stem))
                    .is_some_and(|tail| tail.starts_with(|c: char| c.is_ascii_uppercase()))
            })
        })
    }

    /// What the slice `name` of `main` slices: the slice `a` for `a/b`, where there is one.
    fn within(&self, main: Ix, name: &str) -> Ix {
        let Some((outer, _)) = name.rsplit_once('/') else { return main };
        let mut at = main;
        // From the outermost in: `a`, then `a/b` of `a/b/c`.
        while let Some(&next) = self.branches[at].slices.iter().find(|&&ix| {
            let slice = self.branches[ix].element.slice_name.as_deref().unwrap_or_default();
            outer == slice || outer.strip_prefix(slice).is_some_and(|rest| rest.starts_with('/'))
        }) {
            at = next;
        }
        at
    }

    /// The child of `at` called `name`, `[x]` or not.
    pub(super) fn child(&self, at: Ix, name: &str) -> Option<Ix> {
        self.branches[at].children.iter().copied().find(|&ix| {
            let own = self.branches[ix].name;
            own == name || own.strip_suffix("[x]") == Some(name)
        })
    }

    /// The element of this id, as content references name it.
    pub(super) fn by_id(&self, id: &str) -> Option<Ix> {
        let is = |branch: &Branch<'_>| branch.element.id.as_deref().unwrap_or(&branch.element.path) == id;
        self.branches.iter().position(is)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(path: &str, slice: Option<&str>) -> ElementDefinition {
        ElementDefinition { path: path.into(), slice_name: slice.map(str::to_owned), ..Default::default() }
    }

    #[test]
    fn slices_stand_under_what_they_slice_and_reslices_under_slices() {
        let snapshot = [
            element("A", None),
            element("A.b", None),
            element("A.b.c", None),
            element("A.b", Some("x")),
            element("A.b.c", None),
            element("A.b", Some("x/y")),
            element("A.v[x]", None),
            element("A.vString", Some("vString")),
            element("A.d", None),
        ];
        let tree = Tree::of(&snapshot);
        assert_eq!(tree.branches[0].children, [1, 6, 8]);
        assert_eq!(tree.branches[1].children, [2]);
        assert_eq!(tree.branches[1].slices, [3]);
        assert_eq!(tree.branches[3].children, [4]);
        assert_eq!(tree.branches[3].slices, [5]);
        assert_eq!(tree.branches[6].slices, [7]);
        assert_eq!(tree.child(0, "v"), Some(6));
    }
}
