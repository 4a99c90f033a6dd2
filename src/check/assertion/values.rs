//! Sets of codes.

use rustc_hash::FxHashSet;

/// A set of codes, and how binding it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Codes {
    /// What to call it: `table 0004`, `ITK table 0001`, `the list of the rule`.
    pub name: String,
    codes: FxHashSet<Box<[u8]>>,
    listed: String,
}

impl Codes {
    /// A set called `name`.
    pub fn new<'a>(name: impl Into<String>, codes: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let codes: FxHashSet<Box<[u8]>> = codes.into_iter().map(Box::from).collect();
        let listed = listed(&codes);
        Self { name: name.into(), codes, listed }
    }

    /// Whether `code` is one of them.
    pub fn contains(&self, code: &[u8]) -> bool {
        self.codes.contains(code)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// A few of them, sorted, for a message; all when there are few.
    pub fn listed(&self) -> &str {
        &self.listed
    }
}

fn listed(codes: &FxHashSet<Box<[u8]>>) -> String {
    const FEW: usize = 12;
    let mut all: Vec<_> = codes.iter().map(|code| String::from_utf8_lossy(code)).collect();
    all.sort();
    let more = all.len().saturating_sub(FEW);
    let text = all.iter().take(FEW).map(AsRef::as_ref).collect::<Vec<&str>>().join(", ");
    if more > 0 { format!("{text} and {more} more") } else { text }
}
