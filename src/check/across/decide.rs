//! From the facts of a run to what each rule that looks across messages says of it.

use super::answers::{Answers, Asked, Decided, FoundGroup};
use super::facts::{Facts, MAX_WEIGHT};
use super::feed::Feed;
use super::names::Name;
use super::{control, identity, lines, merged, movement, orders, schedule};
use crate::check::finding::{Located, Place};
use crate::instance::Path;
use crate::standard::Outcome;
use std::borrow::Cow;
use std::sync::Arc;

/// What each rule of `asked` says of the run, in the order of `asked`: the same for the same messages, however they were
/// split, ordered and merged.
pub fn decide(facts: &Facts, asked: &[Asked<'_>]) -> Vec<Decided> {
    if facts.is_over() || facts.incomplete {
        return asked.iter().map(|asked| without_records(facts, asked)).collect();
    }
    let feed = Feed::new(facts);
    let mut answers = Answers::new(&feed, asked);
    control::decide(&feed, &mut answers);
    movement::decide(&feed, &mut answers);
    merged::decide(&feed, &mut answers);
    identity::decide(&feed, &mut answers);
    orders::decide(&feed, &mut answers);
    schedule::decide(&feed, &mut answers);
    lines::decide(&feed, &mut answers);
    let mut decided = answers.finish();
    for (asked, decided) in asked.iter().zip(&mut decided) {
        let over = match Name::find(asked.name) {
            Some(Name::ObservationTwoTypes) if facts.codes.over => "cannot tell: there are more codes than can be kept",
            Some(name) if schedule::NAMES.contains(&name) && schedule::is_over(facts) => {
                "cannot tell: there are more appointments than can be compared"
            }
            _ => continue,
        };
        *decided = undecided(over.into());
    }
    decided
}

fn without_records(facts: &Facts, asked: &Asked<'_>) -> Decided {
    let Some(name) = Name::find(asked.name) else { return Decided::default() };
    let codes = name == Name::ObservationTwoTypes && !facts.codes.is_empty();
    if facts.touched & name.bit() == 0 && !codes {
        return Decided::default();
    }
    undecided(if facts.is_over() {
        let limit = MAX_WEIGHT >> 20;
        format!("cannot tell: there are more messages than can be compared ({limit} MiB of facts)").into()
    } else {
        "cannot tell: a merged report came from more messages than a report can carry".into()
    })
}

fn undecided(message: Cow<'static, str>) -> Decided {
    let place = Place { artifact: Arc::from(""), item: 0, offset: 0, path: Path::Whole };
    let first = vec![(place, Located::default())];
    let group = FoundGroup { outcome: Outcome::CannotTell, path: String::new(), message, count: 1, first };
    Decided { applicable: 1, cannot_tell: 1, groups: vec![group], ..Decided::default() }
}
