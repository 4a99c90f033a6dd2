//! Names that stand twice in one object: two readers take two values.

use crate::instance::unescape;
use crate::parse::Faults;
use crate::span::Span;
use std::collections::HashSet;

/// Up to this many names are compared each with each, which is faster than hashing them.
const FEW: usize = 12;

/// Whether any name of an object is written with an escape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    Plain,
    Escaped,
}

/// Tells each of `names`, those of one object, that an earlier one equals. Linear: the set's hash is keyed, so that no
/// choice of names makes it slow.
pub(super) fn duplicates(bytes: &[u8], names: &[Span], spelling: Spelling, faults: &mut Faults) {
    if spelling == Spelling::Plain && names.len() <= FEW {
        for (at, name) in names.iter().enumerate() {
            let text = name.of(bytes);
            if names[..at].iter().any(|earlier| earlier.len() == text.len() && earlier.of(bytes) == text) {
                tell(*name, faults);
            }
        }
        return;
    }
    let mut seen = HashSet::with_capacity(names.len());
    for name in names {
        if !seen.insert(unescape(name.of(bytes))) {
            tell(*name, faults);
        }
    }
}

fn tell(name: Span, faults: &mut Faults) {
    faults.push(
        "json.duplicate-name",
        name,
        "the name stands twice in one object: duplicate names have no agreed meaning",
    );
}
