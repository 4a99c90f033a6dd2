//! Automatic mutations over the compiled expectations: whatever a profile says of a place in a conforming sample is
//! broken there, once, and must be found at exactly that place by the rule that answers for it.

use crate::bench::{Bench, Found};
use hallmark::check::assertion::{Element, Format, Needed, Owned, Usage};
use hallmark::check::engine::kind_of;
use hallmark::check::{Plans, RuleId};
use hallmark::instance::{Instance, Message, NodeId, Path};
use hallmark::parse::{Faults, hl7v2};
use hallmark::standard::Severity;
use std::collections::{BTreeMap, BTreeSet};

const PACKS: &[&str] = &["itk-hl7v2-adt", "hl7v2-orders-results", "hl7v2-scheduling"];

/// Places where a mutation is not found as such, each with its reason. One that is not needed fails the test.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("empty", "MSH-1", "without its separator there is no header to check"),
    ("empty", "MSH-2", "without encoding characters the header cannot be read, which is told instead"),
    ("empty", "MSH-9", "a message without type is of no kind that a profile speaks of"),
    ("length", "MSH-1", "the separator is one byte; what follows is MSH-2"),
    ("code", "MSH-9.1", "another type is another kind of message"),
];

/// One message of a sample, parsed.
struct Sample<'a> {
    name: String,
    text: &'a str,
    message: Message<'a>,
}

/// One place and what is expected of it.
struct Spot<'e> {
    element: &'e Element,
    segment: NodeId,
    node: NodeId,
    /// Whether the place is the first part of an undivided value, and so the value itself.
    undivided: bool,
}

#[derive(Default)]
struct Outcomes {
    run: BTreeMap<&'static str, u32>,
    wrong: Vec<String>,
    used: BTreeSet<(&'static str, &'static str)>,
}

impl Outcomes {
    /// Runs `changed` and looks for `rule` at `path`.
    fn expect(
        &mut self,
        bench: &Bench,
        sample: &Sample<'_>,
        kind: &'static str,
        rule: RuleId,
        path: &str,
        changed: &str,
    ) -> Option<Found> {
        let general = general(path);
        if let Some((kind, at, _)) = EXCEPTIONS.iter().find(|(k, at, _)| *k == kind && *at == general) {
            self.used.insert((kind, at));
            return None;
        }
        *self.run.entry(kind).or_default() += 1;
        let code = &bench.plan.rule(rule).code;
        let found = bench.found(changed.as_bytes());
        let hit = found.iter().find(|found| found.code == *code && found.path == path);
        if hit.is_none() {
            let all: Vec<_> = found.iter().map(|found| format!("{}@{}", found.code, found.path)).collect();
            self.wrong.push(format!("{} {kind} {path}: {code} is not among {all:?}", sample.name));
        }
        hit.cloned()
    }

    /// Every mutation was found, and enough were tried.
    fn settle(&self, kinds: &[(&'static str, u32)]) {
        assert!(self.wrong.is_empty(), "{} mutations:\n{}", self.wrong.len(), self.wrong.join("\n"));
        for (kind, least) in kinds {
            let run = self.run.get(kind).copied().unwrap_or_default();
            println!("{run} mutations of the kind `{kind}` were found");
            assert!(run >= *least, "only {run} mutations of the kind `{kind}` were run, not {least}");
        }
        let kinds: BTreeSet<_> = kinds.iter().map(|(kind, _)| *kind).collect();
        for (kind, at, reason) in EXCEPTIONS.iter().filter(|(kind, ..)| kinds.contains(kind)) {
            assert!(self.used.contains(&(*kind, *at)), "the exception {kind} {at} is not needed: {reason}");
        }
    }
}

/// `OBX[2]-5[1].1` without its numbers.
fn general(path: &str) -> String {
    let mut depth = 0;
    let keep = |c: &char| {
        depth += i32::from(*c == '[');
        let outside = depth == 0;
        depth -= i32::from(*c == ']');
        outside
    };
    path.chars().filter(keep).collect()
}

fn each_sample(bench: &Bench, mut visit: impl FnMut(&Sample<'_>)) {
    for pack in PACKS {
        for (name, text) in bench.samples(pack) {
            let (mut tree, mut faults) = (Instance::default(), Faults::default());
            let separators = hl7v2::parse(text.as_bytes(), &mut tree, &mut faults);
            let message = Message { bytes: text.as_bytes(), tree: &tree, separators };
            visit(&Sample { name: format!("{pack}/{name}"), text: &text, message });
        }
    }
}

impl Sample<'_> {
    fn path(&self, segment: NodeId, node: NodeId) -> String {
        Path::hl7(self.message, segment, node).to_string()
    }

    /// The text with the bytes of `from..=to` replaced.
    fn with(&self, from: NodeId, to: NodeId, value: &str) -> String {
        let (start, end) = (self.message.span(from).start as usize, self.message.span(to).end as usize);
        format!("{}{value}{}", &self.text[..start], &self.text[end..])
    }

    /// The text with field `number` of `segment`, which is empty, set.
    fn with_field(&self, segment: NodeId, number: usize, value: &str) -> String {
        let span = self.message.span(segment);
        let (start, end) = (span.start as usize, span.end as usize);
        let mut fields: Vec<&str> = self.text[start..end].split('|').collect();
        let at = number - usize::from(fields[0] == "MSH");
        while fields.len() <= at {
            fields.push("");
        }
        fields[at] = value;
        format!("{}{}{}", &self.text[..start], fields.join("|"), &self.text[end..])
    }

    /// Every place that is there and has expectations: fields, components, subcomponents.
    fn each(&self, bench: &Bench, mut visit: impl FnMut(&Spot<'_>)) {
        let key = kind_of(self.message);
        for segment in self.message.segments() {
            let name = self.message.segment_name(segment).try_into().expect("samples have proper segments");
            let plan = bench.compiler.segment(&key, name);
            for field in self.message.tree.children(segment) {
                let number = usize::from(self.message.tree.node(field).number);
                let Some(element) = plan.fields.get(number - 1) else { continue };
                let varies = element.more.as_ref().and_then(|more| more.varies.as_ref());
                let named = varies.map(|varies| (varies, self.message.text(segment, varies.by, 1)));
                let typed = named
                    .and_then(|(varies, named)| varies.types.iter().find(|(id, _)| id.as_bytes() == named))
                    .map(|(_, element)| element);
                let spot = Spot { element: typed.unwrap_or(element), segment, node: field, undivided: false };
                self.below(&spot, &mut visit);
            }
        }
    }

    fn below(&self, spot: &Spot<'_>, visit: &mut dyn FnMut(&Spot<'_>)) {
        visit(spot);
        for (index, element) in parts(spot.element).iter().enumerate() {
            if let Some(node) = self.message.part(spot.node, index as u16 + 1) {
                self.below(&Spot { element, segment: spot.segment, node, undivided: node == spot.node }, visit);
            }
        }
    }
}

fn parts(element: &Element) -> &[Element] {
    element.parts.as_ref().map_or(&[], |parts| &parts.elements)
}

fn always(element: &Element, needed: Needed) -> Option<RuleId> {
    match &element.usage {
        Some(Owned { rule, test: Usage::Always(known) }) if *known == needed => Some(*rule),
        _ => None,
    }
}

#[test]
fn what_is_required_is_missed_where_it_was() {
    let bench = Bench::all();
    let mut outcomes = Outcomes::default();
    each_sample(&bench, |sample| {
        let message = sample.message;
        sample.each(&bench, |spot| {
            let Some(rule) = always(spot.element, Needed::Required) else { return };
            let tree = message.tree;
            if spot.undivided {
                return;
            }
            let is_field = tree.children(spot.segment).any(|field| field == spot.node);
            if is_field {
                let number = tree.node(spot.node).number;
                let all: Vec<_> = message.field(spot.segment, number).collect();
                if all[0] != spot.node {
                    return;
                }
                let path = format!("{}-{number}", sample.path(spot.segment, spot.segment));
                let changed = sample.with(all[0], all[all.len() - 1], "");
                outcomes.expect(&bench, sample, "empty", rule, &path, &changed);
            } else {
                // The only part of its parent takes the parent with it, and then there is nothing to lack a part.
                let parent = tree.children(spot.segment).find(|&field| spot.node < tree.node(field).next);
                let parent = parent.expect("a part lies in a field");
                let inside = tree.children(parent).find(|&part| spot.node < tree.node(part).next);
                let whole =
                    if inside == Some(spot.node) { parent } else { inside.expect("a part lies in a component") };
                if tree.children(whole).count() > 1 {
                    let changed = sample.with(spot.node, spot.node, "");
                    let path = sample.path(spot.segment, spot.node);
                    outcomes.expect(&bench, sample, "empty", rule, &path, &changed);
                }
            }
        });
    });
    outcomes.settle(&[("empty", 1_200)]);
}

#[test]
fn what_is_forbidden_is_found_where_it_is() {
    let bench = Bench::all();
    let mut outcomes = Outcomes::default();
    each_sample(&bench, |sample| {
        let message = sample.message;
        let key = kind_of(message);
        for segment in message.segments() {
            let name = message.segment_name(segment).try_into().expect("samples have proper segments");
            let plan = bench.compiler.segment(&key, name);
            for (index, element) in plan.fields.iter().enumerate() {
                let number = index + 1;
                if let Some(rule) = always(element, Needed::Forbidden)
                    && message.field(segment, number as u16).next().is_none()
                {
                    let path = format!("{}-{number}", sample.path(segment, segment));
                    let changed = sample.with_field(segment, number, "Q");
                    outcomes.expect(&bench, sample, "forbidden", rule, &path, &changed);
                }
            }
        }
        sample.each(&bench, |spot| {
            let divided = message.raw(spot.node).contains(&b'^') || !parts(spot.element).is_empty();
            let is_field = message.tree.children(spot.segment).any(|field| field == spot.node);
            if !divided || !is_field {
                return;
            }
            for (index, part) in parts(spot.element).iter().enumerate() {
                let Some(rule) = always(part, Needed::Forbidden) else { continue };
                let mut split: Vec<_> = std::str::from_utf8(message.raw(spot.node)).expect("text").split('^').collect();
                if split.get(index).is_some_and(|part| !part.is_empty()) {
                    continue;
                }
                while split.len() <= index {
                    split.push("");
                }
                split[index] = "Q";
                let path = format!("{}.{}", sample.path(spot.segment, spot.node), index + 1);
                let changed = sample.with(spot.node, spot.node, &split.join("^"));
                outcomes.expect(&bench, sample, "forbidden part", rule, &path, &changed);
            }
        });
    });
    outcomes.settle(&[("forbidden", 2_500), ("forbidden part", 300)]);
}

#[test]
fn a_code_that_no_closed_table_has_is_found() {
    let bench = Bench::all();
    let mut outcomes = Outcomes::default();
    each_sample(&bench, |sample| {
        sample.each(&bench, |spot| {
            let Some(Owned { rule, .. }) = spot.element.more.as_ref().and_then(|more| more.codes.as_ref()) else {
                return;
            };
            let first = match parts(spot.element).is_empty() {
                true => Some(spot.node),
                false => sample.message.part(spot.node, 1),
            };
            let Some(first) = first else { return };
            let path = sample.path(spot.segment, first);
            let changed = sample.with(first, first, "Q");
            outcomes.expect(&bench, sample, "code", *rule, &path, &changed);
        });
    });
    outcomes.settle(&[("code", 500)]);
}

#[test]
fn what_is_too_long_is_found_and_only_warned_of() {
    let bench = Bench::all();
    let mut outcomes = Outcomes::default();
    let mut grave = Vec::new();
    each_sample(&bench, |sample| {
        sample.each(&bench, |spot| {
            let Some(Owned { rule, test: most }) = &spot.element.length else { return };
            if *most > 1_000 || !sample.message.tree.is_leaf(spot.node) {
                return;
            }
            let path = sample.path(spot.segment, spot.node);
            let changed = sample.with(spot.node, spot.node, &"9".repeat(*most as usize + 1));
            let found = outcomes.expect(&bench, sample, "length", *rule, &path, &changed);
            grave.extend(found.filter(|found| found.severity != Severity::Warning));
        });
    });
    outcomes.settle(&[("length", 500)]);
    assert!(grave.is_empty(), "{grave:?}");
}

#[test]
fn a_value_that_is_not_of_its_datatype_is_found() {
    let bench = Bench::all();
    let mut outcomes = Outcomes::default();
    each_sample(&bench, |sample| {
        sample.each(&bench, |spot| {
            let Some(Owned { rule, test: (_, format) }) = &spot.element.datatype else { return };
            if !parts(spot.element).is_empty() {
                return;
            }
            let wrong: &[&str] = match format {
                Format::Date => &["20241301", "20230229", "2024-01-01"],
                Format::Time => &["2400", "1260", "1200+2500"],
                // Month 13, no leap year, hour 24, a zone that is nowhere, dashes.
                Format::TimeStamp => &["20241301", "20230229", "202401012400", "202401010000+2500", "2024-01-01"],
                Format::Numeric => &["12a", "1,5", "--1"],
                Format::Sequence => &["one", "1.5", "12345"],
                Format::Telephone => &["nobody"],
                Format::Text | Format::Coded => return,
            };
            let path = sample.path(spot.segment, spot.node);
            for value in wrong {
                outcomes.expect(&bench, sample, "datatype", *rule, &path, &sample.with(spot.node, spot.node, value));
            }
        });
    });
    outcomes.settle(&[("datatype", 1_000)]);
}
