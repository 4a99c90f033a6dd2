//! Slices: repetitions of one element that a profile tells apart.
//!
//! In: the children of one name. Out: each checked as the slice that it is, and whether there are as many of each slice
//! as there must be. Which slice one is, is tried without telling anything; a mismatch says what was tried and why each
//! slice does not fit. Where it cannot be decided which slice one is, neither are counts that depend on it.

mod discriminator;

pub use discriminator::{Step, Test, What};

use super::profile::{NodeIx, Profile, Slot};
use super::walk::Walk;
use super::{Code, Decision, Source};
use crate::instance::NodeId;
use std::fmt::Write as _;
use std::sync::Arc;

/// How repetitions are told apart.
#[derive(Debug)]
pub struct Slicing {
    /// Where it is said.
    pub source: Source,
    /// Whether the slices stand in the order of the definition.
    pub ordered: bool,
    /// Whether there may be others.
    pub rules: Rules,
    /// The slices.
    pub slices: Vec<Slice>,
}

/// Whether there may be repetitions that fit no slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// Anywhere.
    Open,
    /// After all slices.
    OpenAtEnd,
    /// No.
    Closed,
}

/// A slice.
#[derive(Debug)]
pub struct Slice {
    /// Its name.
    pub name: Arc<str>,
    /// Least times it stands.
    pub min: u32,
    /// Most times it stands.
    pub max: u32,
    /// What must hold of each.
    pub node: NodeIx,
    /// What makes one of it; all must hold.
    pub tests: Tests,
    /// Slices within it.
    pub reslicing: Option<Box<Slicing>>,
}

/// What makes a repetition one of a slice.
#[derive(Debug)]
pub enum Tests {
    /// All of these.
    All(Vec<Test>),
    /// That it fits no other (`@default`).
    Default,
    /// The definition gives nothing to tell it by.
    Nothing,
}

/// Slices counted without memory of their own; more are counted in memory.
const FEW: usize = 24;

/// Slices named in a message; the rest are counted.
const MAX_REASONS: usize = 8;

/// Where one was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Put {
    Slice(usize),
    Nowhere,
    Undecided,
}

/// Checks the children of `parent` that `slot` speaks of.
pub(super) fn run(walk: &mut Walk<'_, '_>, profile: &Profile, slot: &Slot, parent: NodeId) {
    let Some(slicing) = &slot.slicing else { return };
    group(walk, profile, slicing, parent, slot, &mut |_, _| true);
}

fn group(
    walk: &mut Walk<'_, '_>,
    profile: &Profile,
    slicing: &Slicing,
    parent: NodeId,
    slot: &Slot,
    belongs: &mut dyn FnMut(&mut Walk<'_, '_>, NodeId) -> bool,
) {
    let view = walk.view;
    let mut few = [0u32; FEW];
    let mut many = Vec::new();
    let counts: &mut [u32] = match few.get_mut(..slicing.slices.len()) {
        Some(counts) => counts,
        None => {
            many.resize(slicing.slices.len(), 0);
            &mut many
        }
    };
    let mut undecided = false;
    let mut resliced = false;
    let (mut last, mut open_before) = (0, false);
    for child in view.named(parent, slot.name) {
        if walk.issues.is_settled() {
            return;
        }
        if !belongs(walk, child) {
            continue;
        }
        walk.issues.applies(Code::SliceUnmatched);
        match put(walk, slicing, child, Some(&*profile.url)) {
            // What may not stand here at all is of no slice where there are to be no others.
            Put::Slice(at) if slicing.slices[at].max == 0 && slicing.rules == Rules::Closed => {
                unmatched(walk, slicing, child);
            }
            Put::Slice(at) => {
                let slice = &slicing.slices[at];
                counts[at] += 1;
                if (slicing.ordered && at < last) || (open_before && slicing.rules == Rules::OpenAtEnd) {
                    let name = &slice.name;
                    walk.issues.fail(Code::SliceOrder, child, Some(&slicing.source), || {
                        format!("the slice `{name}` stands after one that it must come before").into()
                    });
                }
                last = last.max(at);
                resliced |= slice.reslicing.is_some();
                walk.node(profile, slice.node, child);
            }
            Put::Undecided => undecided = true,
            Put::Nowhere => {
                open_before = true;
                if slicing.rules == Rules::Closed {
                    unmatched(walk, slicing, child);
                }
            }
        }
    }
    count(walk, profile, slicing, (parent, slot), counts, undecided);
    if resliced {
        for (at, slice) in slicing.slices.iter().enumerate() {
            let Some(inner) = &slice.reslicing else { continue };
            if counts[at] > 0 {
                group(walk, profile, inner, parent, slot, &mut |walk, child| {
                    belongs(walk, child) && put(walk, slicing, child, None) == Put::Slice(at)
                });
            }
        }
    }
}

/// Which slice `child` is; two at once are told when `told` names the profile.
fn put(walk: &mut Walk<'_, '_>, slicing: &Slicing, child: NodeId, told: Option<&str>) -> Put {
    let mut found = None;
    let mut undecided = false;
    let mut rest = None;
    for (at, slice) in slicing.slices.iter().enumerate() {
        match fits(walk, slice, child) {
            None => rest = rest.or(matches!(slice.tests, Tests::Default).then_some(at)),
            Some(Decision::Success) => match found {
                None => found = Some(at),
                Some(first) if told.is_some() => {
                    let (one, other) = (&slicing.slices[first].name, &slice.name);
                    walk.issues.fail(Code::SliceAmbiguous, child, Some(&slicing.source), || {
                        format!("it fits two slices, `{one}` and `{other}`").into()
                    });
                }
                Some(_) => {}
            },
            Some(Decision::Undecided) => undecided = true,
            Some(Decision::Failure) => {}
        }
    }
    match (found, undecided, rest) {
        (Some(at), ..) => Put::Slice(at),
        (None, true, _) => Put::Undecided,
        (None, false, Some(at)) => Put::Slice(at),
        (None, false, None) => Put::Nowhere,
    }
}

/// Whether `child` is of `slice`; `None` where nothing is given to tell.
fn fits(walk: &mut Walk<'_, '_>, slice: &Slice, child: NodeId) -> Option<Decision> {
    let Tests::All(tests) = &slice.tests else { return None };
    let mut decision = Decision::Success;
    for test in tests {
        decision = decision.and(test.run(walk, child));
        if decision == Decision::Failure {
            break;
        }
    }
    Some(decision)
}

fn count(
    walk: &mut Walk<'_, '_>,
    profile: &Profile,
    slicing: &Slicing,
    (parent, slot): (NodeId, &Slot),
    counts: &[u32],
    undecided: bool,
) {
    for (slice, &count) in slicing.slices.iter().zip(counts) {
        if matches!(slice.tests, Tests::Nothing) {
            continue;
        }
        let source = &profile.node(slice.node).source;
        if slice.min > 0 {
            walk.issues.applies(Code::SliceMin);
        }
        if slice.max != u32::MAX {
            walk.issues.applies(Code::SliceMax);
        }
        if count < slice.min {
            let name = &slice.name;
            if undecided {
                walk.issues.cannot_tell(Code::SliceMin, parent, Some(source), || {
                    format!("whether the slice `{name}` stands often enough cannot be told: which slice some are is not decided")
                        .into()
                });
            } else {
                too_few(walk, (parent, slot), slice, count, source);
            }
        }
        if count > slice.max {
            let (name, max) = (&slice.name, slice.max);
            walk.issues.fail(Code::SliceMax, parent, Some(source), || match max {
                0 => format!("the slice `{name}` may not stand here").into(),
                _ => format!("the slice `{name}` stands {count} times, and at most {max} may").into(),
            });
        }
    }
}

#[cold]
fn too_few(walk: &mut Walk<'_, '_>, (parent, slot): (NodeId, &Slot), slice: &Slice, count: u32, source: &Source) {
    if walk.issues.is_probing() {
        return walk.issues.fail(Code::SliceMin, parent, Some(source), || "".into());
    }
    let view = walk.view;
    let element = view.model.name_of(slot.name);
    let (name, min) = (&slice.name, slice.min);
    let mut message = match (count, min) {
        (0, 1) => format!("the slice `{name}` of `{element}` is missing, and there must be one"),
        _ => format!("the slice `{name}` of `{element}` stands {count} times, and there must be at least {min}"),
    };
    // Which of those that are there nearly fit is what a person looks for; one reason stands for all alike.
    let mut reasons: Vec<String> = Vec::new();
    for child in view.named(parent, slot.name) {
        if let Some(reason) = reason(walk, slice, child)
            && !reasons.contains(&reason)
            && reasons.len() < MAX_REASONS
        {
            reasons.push(reason);
        }
    }
    match (&slice.tests, &*reasons) {
        (Tests::All(tests), []) if !tests.is_empty() => {
            let told: Vec<String> = tests.iter().map(|test| test.told(view.model)).collect();
            let _ = write!(message, ": one where {}", told.join(" and "));
        }
        (_, []) => {}
        (_, reasons) => {
            let _ = write!(message, "; those that are there do not fit: {}", reasons.join("; "));
        }
    }
    walk.issues.fail(Code::SliceMin, parent, Some(source), || message.into());
}

#[cold]
fn unmatched(walk: &mut Walk<'_, '_>, slicing: &Slicing, child: NodeId) {
    if walk.issues.is_probing() {
        return walk.issues.fail(Code::SliceUnmatched, child, Some(&slicing.source), || "".into());
    }
    let mut message = String::from("it fits none of the slices, and there may be no others; tried:");
    for (at, slice) in slicing.slices.iter().enumerate() {
        if at == MAX_REASONS {
            let _ = write!(message, "; and {} more", slicing.slices.len() - at);
            break;
        }
        let why = match slice.max {
            0 => "which may not stand here".to_owned(),
            _ => reason(walk, slice, child).unwrap_or_else(|| "nothing tells it".to_owned()),
        };
        let _ = write!(message, "{} `{}` ({why})", if at == 0 { "" } else { "," }, slice.name);
    }
    walk.issues.fail(Code::SliceUnmatched, child, Some(&slicing.source), || message.into());
}

/// Why `child` is not of `slice`.
fn reason(walk: &mut Walk<'_, '_>, slice: &Slice, child: NodeId) -> Option<String> {
    let Tests::All(tests) = &slice.tests else { return None };
    let failing = tests.iter().find(|test| test.run(walk, child) != Decision::Success)?;
    Some(failing.why(walk, child))
}
