//! One segment of one kind of message, all layers laid over each other.

use super::lines::{Setting, Strength, Subject};
use super::made::SegmentGround;
use super::pattern;
use super::source::{Compiler, Layer, LayerLine, LocalField};
use crate::check::assertion::element::Varies;
use crate::check::assertion::{
    Asserted, Element, Expression, Format, Needed, Owned, Parts, SegmentPlan, Target, Usage,
};
use crate::check::{KindKey, RuleId};
use crate::standard::hl7v2::{self, Base, Datatype, TableKind, base};
use std::sync::Arc;

/// How deep datatypes nest: field, component, subcomponent.
const MAX_DEPTH: usize = 3;

/// The datatypes OBX-5 may take (table 0125), and a few that older feeds send.
const OBSERVED: &[&str] = &[
    "AD", "CE", "CF", "CK", "CN", "CP", "CX", "DT", "ED", "FT", "ID", "IS", "MO", "NM", "PN", "RP", "SN", "ST", "TM",
    "TN", "TS", "TX", "XAD", "XCN", "XON", "XPN", "XTN", "CWE", "CNE", "DTM", "EI", "SI",
];

/// What the base definitions say of a field or component.
struct Definition<'a> {
    label: &'static str,
    usage: hl7v2::Usage,
    repeats: (u16, u16),
    length: Option<u32>,
    datatype: &'a str,
    table: Option<&'a str>,
}

/// Everything needed while one segment is compiled.
struct Segment<'a> {
    compiler: &'a Compiler,
    key: &'a KindKey,
    base: &'static Base,
    layers: Vec<&'a Layer>,
    lowest: Lowest,
    ground: u32,
}

/// The rules that answer for the base standard's own constraints.
struct Lowest {
    usage: Option<RuleId>,
    cardinality: Option<RuleId>,
    length: Option<RuleId>,
    datatype: Option<RuleId>,
    table: Option<RuleId>,
    beyond: Option<RuleId>,
}

impl Compiler {
    pub(super) fn compile_segment(&self, key: &KindKey, name: [u8; 3]) -> Arc<SegmentPlan> {
        let layers: Vec<&Layer> = self.layers.iter().filter(|layer| layer.applies(key)).collect();
        let ground = self.ground(key);
        let speaks = self.speaks_of(&layers, key, name);
        let known = SegmentGround { ground, name, speaks };
        if let Some(plan) = self.made().segments.get(&known) {
            return Arc::clone(plan);
        }
        let lowest = |kind| layers.iter().find_map(|layer| layer.own(kind, key));
        let lowest = Lowest {
            usage: lowest("usage"),
            cardinality: lowest("cardinality"),
            length: lowest("length"),
            datatype: lowest("datatype"),
            table: lowest("table"),
            beyond: lowest("beyond"),
        };
        let base = base(key.version);
        let segment = Segment { compiler: self, key, base, layers, lowest, ground };
        let plan = Arc::new(segment.compile(name));
        Arc::clone(self.made().segments.entry(known).or_insert(plan))
    }
}

impl<'a> Segment<'a> {
    fn compile(&self, name: [u8; 3]) -> SegmentPlan {
        let mut plan = SegmentPlan { beyond: self.lowest.beyond, ..SegmentPlan::default() };
        let local = self.compiler.local.iter().rev().find(|local| local.name == name);
        if let Some(local) = local {
            plan.known = true;
            plan.fields = local.fields.iter().map(|field| self.element(&of_local(field), 0)).collect();
        } else if let Some(known) = self.base.segment_by_id(name) {
            plan.known = true;
            plan.fields = known
                .fields
                .iter()
                .map(|field| {
                    let definition = Definition {
                        label: field.name,
                        usage: field.usage,
                        repeats: (field.min, field.max.unwrap_or(u16::MAX)),
                        length: field.length,
                        datatype: field.datatype,
                        table: field.table,
                    };
                    self.element(&definition, 0)
                })
                .collect();
        } else {
            plan.beyond = None;
        }
        for (layer, entry) in self.lines(&String::from_utf8_lossy(&name)) {
            match &entry.line.subject {
                Subject::Field(target) => {
                    if let Some(element) = place(&mut plan.fields, target) {
                        self.apply(layer, entry, element, target.component == 0);
                    }
                }
                _ => plan.known |= entry.line.settings.iter().any(|setting| matches!(setting, Setting::Known)),
            }
        }
        self.rules(&mut plan, name);
        plan.settle();
        plan
    }

    fn element(&self, definition: &Definition<'_>, depth: usize) -> Element {
        let (min, max) = definition.repeats;
        let mut element = Element {
            label: definition.label,
            usage: self.lowest.usage.and_then(|rule| {
                let needed = match definition.usage {
                    hl7v2::Usage::R => Needed::Required,
                    hl7v2::Usage::X | hl7v2::Usage::W => Needed::Forbidden,
                    _ => return None,
                };
                Some(Owned { rule, test: Usage::Always(needed) })
            }),
            repeats: self
                .lowest
                .cardinality
                .filter(|_| depth == 0 && max > 0)
                .and_then(|rule| (max < u16::MAX || min > 1).then_some(Owned { rule, test: (min, max) })),
            length: self.lowest.length.zip(definition.length).map(|(rule, test)| Owned { rule, test }),
            ..Element::default()
        };
        if let Some(codes) = self.base_codes(definition) {
            element.more().codes = Some(codes);
        }
        self.type_of(&mut element, definition.datatype, self.lowest.datatype, depth);
        element
    }

    /// Codes of the base standard: only its own tables on coded datatypes are closed.
    fn base_codes(&self, definition: &Definition<'_>) -> Option<Owned<Arc<crate::check::assertion::Codes>>> {
        let rule = self.lowest.table?;
        let table = hl7v2::table(definition.table?)?;
        (table.kind == TableKind::Hl7 && definition.datatype == "ID")
            .then(|| self.compiler.codes(table.id))
            .flatten()
            .map(|test| Owned { rule, test })
    }

    /// Gives `element` the datatype `id`: its format, or its components with what the layers say of them.
    fn type_of(&self, element: &mut Element, id: &str, rule: Option<RuleId>, depth: usize) {
        element.parts = None;
        let known = self.base.datatype(id);
        element.datatype = rule.zip(known.filter(|_| id != "varies")).map(|(rule, known)| {
            let test = (known.id, Format::of(id));
            Owned { rule, test }
        });
        let Some(known) = known.filter(|_| depth < MAX_DEPTH) else { return };
        // What is inside depends on the rule only where a time stamp's own form is held to it.
        let key = (self.ground, known.id, depth, rule);
        let made = self.compiler.made().parts.get(&key).cloned();
        element.parts = made.or_else(|| {
            let parts = Arc::new(self.parts_of(known, rule, depth)?);
            self.compiler.made().parts.insert(key, Arc::clone(&parts));
            Some(parts)
        });
    }

    /// The components of datatype `known` with what the layers say of them; `None` when it has none.
    fn parts_of(&self, known: &'static Datatype, rule: Option<RuleId>, depth: usize) -> Option<Parts> {
        let components = known.components.iter().map(|component| {
            let definition = Definition {
                label: component.name,
                usage: component.usage,
                repeats: (0, u16::MAX),
                length: component.length,
                datatype: component.datatype,
                table: component.table,
            };
            self.element(&definition, depth + 1)
        });
        let mut parts: Vec<Element> = components.collect();
        if known.id == "TS"
            && let Some(first) = parts.first_mut()
        {
            // The tables call the time of a time stamp a string; its form is the datatype's own (2.9.47).
            first.datatype = rule.map(|rule| Owned { rule, test: (known.id, Format::TimeStamp) });
        }
        for (layer, entry) in self.lines(&format!("type {}", known.id)) {
            let Subject::Datatype { component, subcomponent, .. } = &entry.line.subject else { continue };
            let part = usize::from(*component).checked_sub(1).and_then(|at| parts.get_mut(at));
            let part = match (part, subcomponent) {
                (Some(part), 0) => Some(part),
                (Some(part), inner) => part.parts_mut().and_then(|parts| parts.get_mut(usize::from(*inner) - 1)),
                (None, _) => None,
            };
            if let Some(part) = part {
                self.apply_at(layer, entry, part, Depth(depth + 1));
            }
        }
        let mut parts = Parts { elements: parts, needed: Vec::new() };
        parts.settle();
        (!parts.elements.is_empty()).then_some(parts)
    }

    /// The lines of a segment or datatype that speak of this kind of message, lowest layer first.
    fn lines(&self, subject: &str) -> impl Iterator<Item = (&'a Layer, &'a LayerLine)> {
        let (layers, key) = (&self.compiler.layers, self.key);
        let places = self.compiler.lines_of.get(subject).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(move |&(layer, line)| {
            let layer = layers.get(layer).filter(|layer| layer.applies(key))?;
            let entry = layer.lines.get(line).filter(|entry| pattern::any(&entry.line.patterns, key))?;
            Some((layer, entry))
        })
    }

    fn apply(&self, layer: &Layer, entry: &LayerLine, element: &mut Element, field: bool) {
        self.apply_at(layer, entry, element, Depth(usize::from(!field)));
    }

    /// Lays one line over an element: the last word wins.
    fn apply_at(&self, layer: &Layer, entry: &LayerLine, element: &mut Element, depth: Depth) {
        let line = &entry.line;
        let condition = line.condition.as_ref();
        let closed = line.settings.iter().rev().find_map(|setting| match setting {
            Setting::Strength(strength) => Some(*strength == Strength::Closed),
            _ => None,
        });
        for setting in &line.settings {
            match setting {
                Setting::Usage(needed, by) => {
                    let kind = if by.is_some() { "predicate" } else { "usage" };
                    let Some(rule) = self.answers(layer, entry, kind) else { continue };
                    element.usage = usage(*needed, by.as_ref(), condition).map(|test| Owned { rule, test });
                }
                Setting::Repeats(min, max) => {
                    let rule = self.answers(layer, entry, "cardinality");
                    element.repeats = rule.map(|rule| Owned { rule, test: (*min, *max) });
                }
                Setting::Length(most) => {
                    let rule = self.answers(layer, entry, "length");
                    element.length = rule.zip(*most).map(|(rule, test)| Owned { rule, test });
                }
                Setting::Datatype(id) => {
                    let rule = self.answers(layer, entry, "datatype");
                    self.type_of(element, id, rule, depth.0);
                }
                Setting::VariesBy(field) => {
                    let Some(rule) = self.answers(layer, entry, "datatype") else { continue };
                    element.more().varies = Some(self.varies(*field, rule));
                }
                Setting::Table(None) => element.more().codes = None,
                Setting::Table(Some(id)) => {
                    let rule = self.answers(layer, entry, "table").filter(|_| closed == Some(true));
                    element.more().codes = rule.zip(self.compiler.codes(id)).map(|(rule, test)| Owned { rule, test });
                }
                Setting::Strength(Strength::Open) => element.more().codes = None,
                Setting::Strength(Strength::Closed) | Setting::Known => {}
                Setting::Fixed(value) => {
                    let rule = self.answers(layer, entry, "fixed");
                    element.more().fixed = rule.zip(value.clone()).map(|(rule, test)| Owned { rule, test });
                }
                Setting::Values(values) => {
                    let rule = self.answers(layer, entry, "value");
                    let listed = values.iter().map(AsRef::as_ref);
                    let codes = Arc::new(crate::check::assertion::Codes::new("the permitted values", listed));
                    element.more().codes = rule.map(|rule| Owned { rule, test: codes });
                }
                Setting::Native(None) => element.more().asserted.retain(|owned| owned.test.native.is_none()),
                Setting::Native(Some(native)) => {
                    let Some(rule) = self.answers(layer, entry, "native") else { continue };
                    let test = Asserted { condition: condition.cloned(), expression: None, native: Some(native) };
                    element
                        .more()
                        .asserted
                        .retain(|owned| owned.test.native.is_none_or(|known| known.name != native.name));
                    element.more().asserted.push(Owned { rule, test });
                }
            }
        }
    }

    /// The rule that answers for a line: the one it names, its pack's for the kind, else the lowest layer's.
    fn answers(&self, layer: &Layer, entry: &LayerLine, kind: &str) -> Option<RuleId> {
        let fallback = match kind {
            "predicate" => Some("usage"),
            "value" | "fixed" | "native" => Some("table"),
            _ => None,
        };
        let from =
            |layer: &Layer| layer.own(kind, self.key).or_else(|| fallback.and_then(|other| layer.own(other, self.key)));
        entry.rule.or_else(|| from(layer)).or_else(|| self.layers.iter().find_map(|layer| from(layer)))
    }

    fn varies(&self, by: u16, rule: RuleId) -> Varies {
        let known = OBSERVED.iter().filter(|id| self.base.datatype(id).is_some());
        let types = known.map(|id| {
            let mut element = Element::default();
            self.type_of(&mut element, id, Some(rule), 0);
            (*id, element)
        });
        Varies { by, rule, types: types.collect() }
    }

    /// Rules with a place in this segment.
    fn rules(&self, plan: &mut SegmentPlan, name: [u8; 3]) {
        for rule in self.layers.iter().flat_map(|layer| &layer.rules) {
            let Some(on) = rule.on.filter(|on| on.segment == name) else { continue };
            if !pattern::any(&rule.patterns, self.key) {
                continue;
            }
            let owned = rule.asserted.clone();
            if on.field == 0 {
                plan.asserted.push(owned);
            } else {
                while plan.fields.len() < usize::from(on.field).min(200) {
                    plan.fields.push(Element::default());
                }
                if let Some(element) = place(&mut plan.fields, &on) {
                    element.more().asserted.push(owned);
                }
            }
        }
    }
}

/// How deep an element lies: 0 a field, 1 a component.
#[derive(Clone, Copy)]
struct Depth(usize);

fn usage(needed: Needed, by: Option<&(Arc<Expression>, Needed)>, condition: Option<&Arc<Expression>>) -> Option<Usage> {
    match (by, condition) {
        (Some((predicate, otherwise)), _) => {
            Some(Usage::When { condition: Arc::clone(predicate), then: needed, otherwise: *otherwise })
        }
        (None, Some(condition)) => {
            Some(Usage::When { condition: Arc::clone(condition), then: needed, otherwise: Needed::Free })
        }
        (None, None) if needed == Needed::Free => None,
        (None, None) => Some(Usage::Always(needed)),
    }
}

/// The element at `target` in `fields`, made if the definitions have none.
fn place<'e>(fields: &'e mut Vec<Element>, target: &Target) -> Option<&'e mut Element> {
    let mut at = fields;
    let mut numbers = [target.field, target.component, target.subcomponent].into_iter().filter(|n| *n > 0).peekable();
    while let Some(number) = numbers.next() {
        let index = usize::from(number) - 1;
        // No segment or datatype of any version is longer.
        if index >= 200 {
            return None;
        }
        while at.len() <= index {
            at.push(Element::default());
        }
        // Component 1 of an undivided value is the value itself.
        let itself = at[index].parts.is_none() && at[index].datatype.is_some() && numbers.peek() == Some(&1);
        if itself {
            numbers.next();
        }
        if numbers.peek().is_none() {
            return at.get_mut(index);
        }
        at = &mut Arc::make_mut(at[index].parts.get_or_insert_default()).elements;
    }
    None
}

fn of_local(field: &LocalField) -> Definition<'_> {
    Definition {
        label: field.label,
        usage: hl7v2::Usage::parse(&field.usage).unwrap_or(hl7v2::Usage::O),
        repeats: field.repeats,
        length: field.length,
        datatype: &field.datatype,
        table: field.table.as_deref(),
    }
}
