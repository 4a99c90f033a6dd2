//! A definition's elements as a tree: children below their parent, slices below what they slice.
//!
//! In: elements in the order of a snapshot, or those of a differential, which may leave parents out. Out: a tree, and
//! again the elements of a snapshot with their paths and ids.

use crate::standard::fhir::{ElementBase, ElementDefinition};

/// Levels that a definition may nest: profiles on profiles walk into types, and a hostile one must end.
pub(super) const DEEPEST: usize = 64;

/// Slices of slices of slices: real ones have two.
const RE_SLICES: usize = 8;

/// What elements are a list of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listed {
    /// All of them, in order.
    Snapshot,
    /// Those that a profile speaks of: `valueQuantity` may be all of `value[x]` or a slice, which the base decides.
    Differential,
}

/// An element with what is below it.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    /// Its name in its parent, `value[x]`; of a root the type.
    pub(super) name: String,
    /// Its facts. Path and id are set when the tree is written out.
    pub(super) element: ElementDefinition,
    /// Its elements.
    pub(super) children: Vec<Node>,
    /// Its slices; re-slices are slices of a slice.
    pub(super) slices: Vec<Node>,
}

impl Node {
    /// The tree of a snapshot, or of a differential whose missing parents become nodes without facts. Nothing when there
    /// are no elements.
    pub(super) fn of(elements: &[ElementDefinition], type_name: &str, listed: Listed) -> Option<Self> {
        let first = elements.first()?;
        let name = first.path.split('.').next().unwrap_or_default();
        let mut root = Self { name: name.to_owned(), ..Self::default() };
        root.element.path = if name.is_empty() { type_name.to_owned() } else { name.to_owned() };
        // The slice that each step of the last element's path was in: what follows without ids is in it as well.
        let mut last: Vec<(String, Option<String>)> = Vec::new();
        for element in elements {
            let steps = steps(element, &last);
            if steps.len() > DEEPEST {
                continue;
            }
            let mut at = &mut root;
            for (name, slice) in &steps {
                match at.choice_of(name).filter(|_| listed == Listed::Snapshot) {
                    // STU3 writes the slice `valueQuantity` of `value[x]` with a path of its own.
                    Some(choice) => at = at.child_of(&choice).slice_of(slice.as_deref().unwrap_or(name)),
                    None => at = at.child_of(name),
                }
                if let Some(slice) = slice.as_deref().filter(|slice| at.element.slice_name.as_deref() != Some(*slice)) {
                    at = at.slice_of(slice);
                }
            }
            at.element = element.clone();
            last = steps;
        }
        Some(root)
    }

    /// The choice that `name` is one form of: `value[x]` for `valueQuantity`, unless an element has that very name.
    pub(super) fn choice_of(&self, name: &str) -> Option<String> {
        if self.children.iter().any(|child| child.name == name) {
            return None;
        }
        let choice = self.children.iter().find(|child| child.name != name && is_named(&child.name, name))?;
        Some(choice.name.clone())
    }

    /// The child called `name`, made when there is none.
    fn child_of(&mut self, name: &str) -> &mut Self {
        let at = self.children.iter().position(|child| child.name == name).unwrap_or_else(|| {
            self.children.push(Self { name: name.to_owned(), ..Self::default() });
            self.children.len() - 1
        });
        &mut self.children[at]
    }

    /// The slice called `name`, made when there is none: `a/b` is a slice of the slice `a`.
    fn slice_of(&mut self, name: &str) -> &mut Self {
        let mut at = self;
        let strokes = name.matches('/').count();
        let ends = name.match_indices('/').map(|(end, _)| end).filter(|_| strokes <= RE_SLICES).chain([name.len()]);
        for end in ends {
            let (called, is_last) = (&name[..end], end == name.len());
            let found = at.slices.iter().position(|slice| slice.element.slice_name.as_deref() == Some(called));
            let index = match found {
                Some(index) => index,
                // `a/b` without an `a` is a name with a stroke in it.
                None if !is_last => continue,
                None => {
                    let mut slice = Self { name: at.name.clone(), ..Self::default() };
                    slice.element.slice_name = Some(called.to_owned());
                    at.slices.push(slice);
                    at.slices.len() - 1
                }
            };
            at = &mut at.slices[index];
        }
        at
    }

    /// Notes at every element what it is here, where its first definition is not noted already: it is the first.
    pub(super) fn based(&mut self) {
        let path = self.name.clone();
        self.based_at(path);
    }

    fn based_at(&mut self, path: String) {
        if self.element.base.is_none() {
            let (min, max) =
                (self.element.min.unwrap_or(0), self.element.max.clone().unwrap_or_else(|| "1".to_owned()));
            self.element.base = Some(ElementBase { path: path.clone(), min, max });
        }
        for child in &mut self.children {
            child.based_at(format!("{path}.{}", child.name));
        }
        for slice in &mut self.slices {
            slice.based_at(path.clone());
        }
    }

    /// How many elements it is.
    pub(super) fn count(&self) -> usize {
        1 + self.children.iter().chain(&self.slices).map(Self::count).sum::<usize>()
    }

    /// Which of its slices has the name that `other` has.
    pub(super) fn slice(&self, other: &Self) -> Option<usize> {
        self.slices.iter().position(|slice| slice.element.slice_name == other.element.slice_name)
    }

    /// Whether a differential says anything of this element itself.
    pub(super) fn says_nothing(&self) -> bool {
        self.element.path.is_empty()
    }

    /// The node at a path below this one, `Questionnaire.item.item`, slices not looked into.
    pub(super) fn at_path(&self, path: &str) -> Option<&Self> {
        let mut names = path.split('.');
        names.next()?;
        let mut at = self;
        for name in names {
            at = at.children.iter().find(|child| child.name == name)?;
        }
        Some(at)
    }

    /// The elements of the tree as a snapshot lists them.
    pub(super) fn listed(self) -> Vec<ElementDefinition> {
        let mut all = Vec::new();
        self.list("", "", &mut all);
        all
    }

    fn list(mut self, path_above: &str, id_above: &str, all: &mut Vec<ElementDefinition>) {
        let join = |above: &str| if above.is_empty() { self.name.clone() } else { format!("{above}.{}", self.name) };
        let (path, mut id) = (join(path_above), join(id_above));
        if let Some(slice) = &self.element.slice_name {
            id.push(':');
            id.push_str(slice);
        }
        self.element.path.clone_from(&path);
        self.element.id = Some(id.clone());
        all.push(self.element);
        for child in self.children {
            child.list(&path, &id, all);
        }
        for slice in self.slices {
            slice.list(path_above, id_above, all);
        }
    }
}

/// The names of an element's path below the root, each with the slice it is in. The id tells when it is a path's; else
/// an element is in the slices that the last one was in, as far as their paths are the same.
fn steps(element: &ElementDefinition, last: &[(String, Option<String>)]) -> Vec<(String, Option<String>)> {
    let names: Vec<&str> = element.path.split('.').skip(1).collect();
    let of_id = element.id.as_deref().and_then(|id| steps_of_id(id, &names));
    // Some publishers write ids by hand: one that names another slice than the element does is not believed at all, and
    // one without slices gives way to the order, in which what comes after a slice is in it.
    let of_id = of_id.filter(|steps| {
        let sliced = steps.iter().any(|(_, slice)| slice.is_some());
        sliced && steps.last().is_some_and(|(_, slice)| *slice == element.slice_name)
    });
    let mut steps = of_id.unwrap_or_else(|| {
        let mut same = true;
        names
            .iter()
            .enumerate()
            .map(|(at, name)| {
                same &= last.get(at).is_some_and(|(known, _)| known == name);
                let slice = if same { last[at].1.clone() } else { None };
                ((*name).to_owned(), slice)
            })
            .collect()
    });
    if let Some((_, slice)) = steps.last_mut() {
        slice.clone_from(&element.slice_name);
    }
    steps
}

fn steps_of_id(id: &str, names: &[&str]) -> Option<Vec<(String, Option<String>)>> {
    let steps: Vec<(String, Option<String>)> = id
        .split('.')
        .skip(1)
        .map(|step| match step.split_once(':') {
            Some((name, slice)) => (name.to_owned(), Some(slice.to_owned())),
            None => (step.to_owned(), None),
        })
        .collect();
    let fits = steps.len() == names.len() && steps.iter().zip(names).all(|((name, _), known)| is_named(name, known));
    fits.then_some(steps)
}

/// Whether a name with a choice in it stands for a name in a path: the same, or `value[x]` for `valueQuantity`.
fn is_named(choice: &str, name: &str) -> bool {
    let suffix = || name.strip_prefix(choice.strip_suffix("[x]")?);
    choice == name || suffix().is_some_and(|suffix| suffix.starts_with(|first: char| first.is_ascii_uppercase()))
}
