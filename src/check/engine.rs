//! One pass over one message: structure, segments, fields, values, rules.
//!
//! In: a unit and, from [`Plans`], what is expected of messages of its kind. Out: counts and findings in the
//! [`Recorder`]. A passing check allocates nothing; a wrong usage stops the descent, so that one cause gives one
//! finding.

use super::Checked;
use super::assertion::{Asserted, Groups, Layout, Misplaced, Owned, Scope, SegmentPlan, Structure, Truth};
use super::document::{self, Desk, Expected};
use super::fhir;
use super::fields::Checker;
use super::plan::Plan;
use super::record::{Recorder, Unit};
use super::syntax::{self, SyntaxRules};
use super::tally::{RuleId, Tally};
use crate::instance::{Instance, Message, NodeId, Path, Spot, Step};
use crate::parse::{Fault, Faults, hl7v2};
use crate::span::Span;
use crate::standard::Outcome;
use crate::standard::hl7v2::{Version, base};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::sync::Arc;

/// Kinds of message kept compiled per worker; a feed has some thirty, a hostile one may invent more.
const MAX_KINDS: usize = 512;

/// What decides which expectations apply to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KindKey {
    /// MSH-12, or the nearest version we hold.
    pub version: Version,
    /// MSH-9.1; zeros when it is no message type.
    pub kind: [u8; 3],
    /// MSH-9.2, else EVN-1; zeros when there is none.
    pub event: [u8; 3],
    /// MSH-9.3 when the version knows that structure.
    pub structure: Option<&'static str>,
}

/// What is expected of one kind of message.
pub struct KindPlan {
    /// Its structure and the rule that answers for order and cardinality of segments.
    pub structure: Option<Owned<Structure>>,
    /// The structure ids MSH-9.3 may name, and the rule that answers for it.
    pub event: Option<Owned<Vec<String>>>,
    /// The rule that answers for segments no definition knows.
    pub unknown_segment: Option<RuleId>,
    /// Rules on the message as a whole.
    pub asserted: Vec<Owned<Asserted>>,
    /// Every rule that speaks of this kind of message.
    pub reached: Vec<RuleId>,
}

/// Where the engine gets its expectations: `compile` makes them on first use.
pub trait Plans: Sync {
    /// What is expected of messages of this kind.
    fn kind(&self, key: &KindKey) -> Arc<KindPlan>;
    /// What is expected of the segment `name` in them.
    fn segment(&self, key: &KindKey, name: [u8; 3]) -> Arc<SegmentPlan>;
    /// Which rule answers for which fault of the parser.
    fn syntax(&self) -> &SyntaxRules;
    /// What FHIR is checked with.
    fn fhir(&self) -> &dyn fhir::Releases;
    /// Whether `rule` speaks of messages of this kind.
    fn speaks(&self, rule: RuleId, key: &KindKey) -> bool;
}

struct Kind {
    known: Known,
    /// Messages of this kind so far whose reach is not recorded yet.
    messages: u64,
    /// The layouts of sequences of segments that were walked: most messages of a kind have one of a few.
    layouts: FxHashMap<Box<[[u8; 3]]>, Layout>,
}

/// Layouts kept per kind of message. Most kinds have a handful, results some hundred by their tests and lines, each of
/// one or two kilobytes; a hostile feed invents more.
const MAX_LAYOUTS: usize = 256;
/// Layouts kept over all kinds.
const MAX_LAYOUTS_IN_ALL: usize = 4_096;

/// What is known of a kind of message.
struct Known {
    plan: Arc<KindPlan>,
    /// What is expected of the segments met, in the order in which they were first met.
    plans: Vec<Arc<SegmentPlan>>,
    /// The names of the first of them: looking through a few beats hashing.
    first: Vec<[u8; 3]>,
    /// Indices of the others; only a hostile feed has many.
    others: FxHashMap<[u8; 3], usize>,
}

/// Segments of a kind that are looked through; real kinds have some twenty.
const FIRST: usize = 32;

impl Known {
    fn new(plan: Arc<KindPlan>) -> Self {
        Self { plan, plans: Vec::new(), first: Vec::new(), others: FxHashMap::default() }
    }

    /// Index of what is expected of the segment `name`.
    fn place_of(&self, name: [u8; 3]) -> Option<usize> {
        let found = self.first.iter().position(|known| *known == name);
        found.or_else(|| self.others.get(&name).copied())
    }

    fn plan_of(&self, name: [u8; 3]) -> Option<&SegmentPlan> {
        self.place_of(name).and_then(|place| self.at(place))
    }

    fn at(&self, place: usize) -> Option<&SegmentPlan> {
        self.plans.get(place).map(AsRef::as_ref)
    }

    /// Adds one; returns its index.
    fn add(&mut self, name: [u8; 3], plan: Arc<SegmentPlan>) -> usize {
        let place = self.plans.len();
        self.plans.push(plan);
        if place < FIRST {
            self.first.push(name);
        } else {
            self.others.insert(name, place);
        }
        place
    }
}

/// One worker's engine: memory reused from message to message.
pub struct Engine<'p> {
    plans: &'p dyn Plans,
    /// What it has recorded so far.
    pub recorder: Recorder,
    kinds: FxHashMap<KindKey, Kind>,
    instance: Instance,
    faults: Faults,
    groups: Groups,
    segments: Vec<NodeId>,
    names: Vec<[u8; 3]>,
    desk: Desk,
    /// Of each segment, where its plan is.
    places: Vec<usize>,
    /// Layouts kept over all kinds.
    layouts: usize,
}

impl<'p> Engine<'p> {
    /// An engine for `plan`, whose expectations come from `plans`.
    pub fn new(plan: &Plan, plans: &'p dyn Plans, shown: super::Shown) -> Self {
        Self {
            plans,
            recorder: Recorder::new(plan, shown),
            kinds: FxHashMap::default(),
            instance: Instance::default(),
            faults: Faults::default(),
            groups: Groups::default(),
            segments: Vec::new(),
            names: Vec::new(),
            desk: Desk::new(plans.syntax()),
            places: Vec::new(),
            layouts: 0,
        }
    }

    /// Checks one HL7 v2 message and hands it on to `observe`, which may gather facts across messages.
    pub fn hl7v2(&mut self, unit: Unit<'_>, observe: &mut dyn FnMut(Message<'_>)) {
        self.recorder.start();
        self.faults.clear();
        let separators = hl7v2::parse(unit.bytes, &mut self.instance, &mut self.faults);
        let message = Message { bytes: unit.bytes, tree: &self.instance, separators };
        let key = kind_of(message);
        let place = &mut |_, fault: &Fault| syntax::place(message, fault);
        self.plans.syntax().check(&["hl7v2."], unit, &self.faults, place, &mut self.recorder);
        if self.kinds.len() >= MAX_KINDS {
            reach(&mut self.kinds, &mut self.recorder);
            self.kinds.clear();
            self.layouts = 0;
        }
        let plans = self.plans;
        let kind = self.kinds.entry(key).or_insert_with(|| Kind {
            known: Known::new(plans.kind(&key)),
            messages: 0,
            layouts: FxHashMap::default(),
        });
        kind.messages += 1;
        self.segments.clear();
        self.names.clear();
        self.places.clear();
        for segment in message.segments() {
            let name = name_of(message, segment);
            let place = match kind.known.place_of(name) {
                Some(place) => place,
                None => kind.known.add(name, plans.segment(&key, name)),
            };
            self.segments.push(segment);
            self.names.push(name);
            self.places.push(place);
        }
        let mut check = MessageCheck {
            unit,
            message,
            segments: &self.segments,
            names: &self.names,
            places: &self.places,
            kind: &kind.known,
            recorder: &mut self.recorder,
        };
        let known = kind.layouts.len();
        let room = self.layouts < MAX_LAYOUTS_IN_ALL && known < MAX_LAYOUTS;
        check.structure(&mut self.groups, &mut kind.layouts, room);
        self.layouts += kind.layouts.len() - known;
        check.rest(&self.groups);
        observe(message);
        self.recorder.end();
    }

    /// Checks one JSON document; what is no FHIR resource and breaks nothing is not covered.
    pub fn json(&mut self, unit: Unit<'_>, expected: Expected) -> Checked {
        let parsing = (&mut self.instance, &mut self.faults);
        document::check_json(unit, expected, self.plans, parsing, &mut self.desk, &mut self.recorder)
    }

    /// Checks one XML document; what is no FHIR resource and breaks nothing is not covered.
    pub fn xml(&mut self, unit: Unit<'_>, expected: Expected) -> Checked {
        let parsing = (&mut self.instance, &mut self.faults);
        document::check_xml(unit, expected, self.plans, parsing, &mut self.desk, &mut self.recorder)
    }
}

impl Engine<'_> {
    /// What it adds up to.
    pub fn finish(mut self) -> Tally {
        reach(&mut self.kinds, &mut self.recorder);
        self.recorder.finish()
    }
}

/// Records which rules the messages so far could have been spoken of by.
fn reach(kinds: &mut FxHashMap<KindKey, Kind>, recorder: &mut Recorder) {
    for kind in kinds.values_mut() {
        recorder.reaches(&kind.known.plan.reached, std::mem::take(&mut kind.messages));
    }
}

/// The kind of `message`, from its header.
pub fn kind_of(message: Message<'_>) -> KindKey {
    let header = message.segment(b"MSH");
    let part = |component| header.map_or(&b""[..], |msh| message.text(msh, 9, component));
    let three = |text: &[u8]| -> [u8; 3] {
        let plain = text.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        text.try_into().ok().filter(|_| plain).unwrap_or_default()
    };
    let version = header.map_or(&b""[..], |msh| message.text(msh, 12, 1));
    let version = Version::nearest(std::str::from_utf8(version).unwrap_or_default()).unwrap_or(Version::V24);
    let event = match three(part(2)) {
        [0, 0, 0] => three(message.text_of(b"EVN", 1, 1)),
        event => event,
    };
    let named = std::str::from_utf8(part(3)).unwrap_or_default();
    let structure = base(version).structure(named).map(|structure| structure.id);
    KindKey { version, kind: three(part(1)), event, structure }
}

struct MessageCheck<'a, 'r> {
    unit: Unit<'a>,
    message: Message<'a>,
    /// The segments, the name of each, and where its plan is.
    segments: &'a [NodeId],
    names: &'a [[u8; 3]],
    places: &'a [usize],
    kind: &'a Known,
    recorder: &'r mut Recorder,
}

impl MessageCheck<'_, '_> {
    fn rest(&mut self, groups: &Groups) {
        self.event();
        self.unknown_segments();
        let whole = Scope::whole(self.message, groups);
        for (&segment, &place) in self.segments.iter().zip(self.places) {
            if let Some(plan) = self.kind.at(place) {
                let scope = Scope { segment: Some(segment), node: Some(segment), ..whole };
                Checker { unit: self.unit, scope, recorder: self.recorder }.segment(plan);
            }
        }
        let mut checker = Checker { unit: self.unit, scope: whole, recorder: self.recorder };
        for asserted in &self.kind.plan.asserted {
            checker.asserted(asserted, None);
        }
    }

    /// Lays the segments in groups and reports what is misplaced; a new layout is kept where there is `room`.
    fn structure(&mut self, groups: &mut Groups, layouts: &mut FxHashMap<Box<[[u8; 3]]>, Layout>, room: bool) {
        let Some(Owned { rule, test: structure }) = &self.kind.plan.structure else {
            groups.clear();
            for (&segment, &name) in self.segments.iter().zip(self.names) {
                groups.add(segment, name, 0);
            }
            return groups.finish();
        };
        // Only the names of the segments decide, so a sequence that was walked need not be walked again.
        let misplaced = if let Some(layout) = layouts.get(self.names) {
            groups.lay(layout, self.segments, self.names);
            layout.misplaced(self.segments)
        } else {
            let known = |name: [u8; 3]| self.kind.plan_of(name).is_some_and(|plan| plan.known) && name[0] != b'Z';
            let misplaced = structure.check(self.message, groups, known);
            groups.finish();
            if room && let Some(layout) = groups.layout(&misplaced) {
                layouts.insert(self.names.into(), layout);
            }
            misplaced
        };
        // A segment that is there passes or fails; one that is missing is a place of its own.
        let missing = misplaced.iter().filter(|fault| matches!(fault, Misplaced::Missing(..))).count();
        self.recorder.applies_to(*rule, (self.names.len() + missing) as u32);
        for fault in misplaced {
            self.misplaced(*rule, fault, structure);
        }
    }

    fn misplaced(&mut self, rule: RuleId, fault: Misplaced, structure: &Structure) {
        let id = &structure.id;
        let (segment, what) = match fault {
            Misplaced::Missing(lacking, after) => {
                let span = self.message.tree.node(after).name;
                let path = Path::Hl7(Step { segment: lacking, ..Step::default() });
                let text = format!("{} is missing; {id} requires it", String::from_utf8_lossy(&lacking));
                return self.recorder.found(self.unit, rule, Outcome::Failed, path, span, text);
            }
            Misplaced::Unexpected(segment) => (segment, format!("is no part of {id}")),
            Misplaced::OutOfOrder(segment) => (segment, format!("stands out of the order of {id}")),
            Misplaced::Repeated(segment) => (segment, format!("occurs more often than {id} allows")),
        };
        let text = format!("{} {what}", String::from_utf8_lossy(self.message.segment_name(segment)));
        self.at_name(rule, segment, text);
    }

    /// A finding about a segment as a whole: its name is marked.
    fn at_name(&mut self, rule: RuleId, segment: NodeId, text: impl Into<Cow<'static, str>>) {
        let spot = Spot::new(self.message, segment, None, segment);
        let span = self.message.tree.node(segment).name;
        self.recorder.found_at(self.unit, rule, Outcome::Failed, spot, span, text);
    }

    /// MSH-9.3 against the trigger event.
    fn event(&mut self) {
        let Some(Owned { rule, test: expected }) = &self.kind.plan.event else { return };
        let Some(header) = self.message.segment(b"MSH") else { return };
        let named = self.message.text(header, 9, 3);
        if named.is_empty() {
            return;
        }
        self.recorder.applies(*rule);
        if expected.iter().any(|id| id.as_bytes() == named) {
            return;
        }
        let part = self.message.field(header, 9).next().and_then(|field| self.message.part(field, 3));
        let Some(part) = part else { return };
        let message = format!("the message structure in MSH-9.3 is not {}", expected.join(" or "));
        let path = Path::hl7(self.message, header, part);
        self.recorder.found(self.unit, *rule, Outcome::Failed, path, self.message.span(part), message);
    }

    /// Segments that no definition knows: each name once.
    fn unknown_segments(&mut self) {
        const MOST: usize = 20;
        let Some(rule) = self.kind.plan.unknown_segment else { return };
        let mut seen: Vec<[u8; 3]> = Vec::new();
        for ((&segment, &name), &place) in self.segments.iter().zip(self.names).zip(self.places) {
            let known = self.kind.at(place).is_some_and(|plan| plan.known);
            if known || seen.contains(&name) {
                continue;
            }
            if seen.len() == MOST {
                break;
            }
            seen.push(name);
            self.recorder.applies(rule);
            self.at_name(
                rule,
                segment,
                match name {
                    [b'Z', ..] => "a local segment that no standard in use describes; its content is not checked",
                    _ => "a segment that no standard in use describes; its content is not checked",
                },
            );
        }
        if seen.is_empty() {
            self.recorder.applies(rule);
        }
    }
}

/// The identifier of a segment; the parser lets no other than three bytes through.
fn name_of(message: Message<'_>, segment: NodeId) -> [u8; 3] {
    message.segment_name(segment).try_into().unwrap_or_default()
}

/// Whether MSH-12 names a later version than any we hold: what is beyond our definitions is then no fault.
pub(super) fn is_later(message: Message<'_>) -> bool {
    let header = message.segments().next().filter(|&id| message.segment_name(id) == b"MSH");
    let version = header.map_or(&b""[..], |msh| message.text(msh, 12, 1));
    Version::is_later(std::str::from_utf8(version).unwrap_or_default())
}

/// Where a finding about the whole message points: its header.
pub(super) fn header_span(message: Message<'_>) -> Span {
    message.segments().next().map_or(Span::at(0), |segment| message.tree.node(segment).name)
}

/// How an undecided or failed truth reads as an outcome; `None` when it holds.
pub(super) fn outcome(truth: Truth) -> Option<Outcome> {
    match truth {
        Truth::True => None,
        Truth::False => Some(Outcome::Failed),
        Truth::Undecided => Some(Outcome::CannotTell),
    }
}
