//! The walk: a resource's elements, each against its base definition and against what profiles add.
//!
//! In: a view, a context and the sink. Out: what the sink holds then. Elements go as deep as the parser let them, which
//! caps depth; profiles that lead from resource to resource have a cap of their own.

use super::assertion::Further;
use super::profile::{Bits, Kids, Node, NodeIx, Profile, Slot};
use super::{Code, Context, Decision, Issues, Level, coded, extension, resource, slicing};
use crate::instance::{Elements, Flags, NameId, NodeId, TypeId};
use crate::standard::fhir::View;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Arc;

/// References followed from one resource to the next while profiles are tried.
const MAX_CHAIN: usize = 16;

/// Trials remembered per unit.
const MAX_REMEMBERED: usize = 10_000;

/// What the walk has in hand.
pub struct Walk<'a, 'i> {
    /// The resource and all that is in it.
    pub view: View<'a>,
    /// What else may be asked.
    pub context: &'a Context<'a>,
    /// Where findings go.
    pub issues: &'i mut Issues,
    /// Names and types that the walk looks for.
    pub known: Known,
    /// Profiles under way: what refers back to itself holds if the rest does.
    chain: Vec<(*const Profile, NodeId)>,
    /// How many expressions asked for one another before this walk.
    pub(super) nested: u32,
    remembered: FxHashMap<(usize, NodeId), Decision>,
    /// The languages that displays may be in, for [`super::CodingRef`].
    pub(super) languages: Cow<'a, str>,
    /// Displays that are not those of their code system; a value set that is bound may still give them.
    displays: Vec<Display>,
}

/// A display that its code system does not give.
#[derive(Debug)]
struct Display {
    coding: NodeId,
    node: NodeId,
    /// Whether a value set gives it.
    given: Cell<bool>,
}

/// Names and types that the walk looks for, by their numbers in the release.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub(super) extension: TypeId,
    pub(super) concept_type: TypeId,
    pub(super) coding_type: TypeId,
    /// Quantity and the types that specialise it.
    pub(super) quantities: [TypeId; 5],
    pub(super) url: NameId,
    pub(super) value: NameId,
    pub(super) id: NameId,
    pub(super) extension_name: NameId,
    pub(super) modifier: NameId,
    pub(super) meta: NameId,
    pub(super) profile: NameId,
    pub(super) reference: NameId,
    pub(super) system: NameId,
    pub(super) version: NameId,
    pub(super) code: NameId,
    pub(super) display: NameId,
    pub(super) coding: NameId,
    pub(super) unit: NameId,
    pub(super) language: NameId,
}

impl Known {
    fn of(view: View<'_>) -> Self {
        let name = |name| view.model.name(name).unwrap_or(NameId::UNKNOWN);
        let type_id = |name| view.model.type_id(name).unwrap_or(TypeId::UNKNOWN);
        Self {
            extension: type_id("Extension"),
            concept_type: type_id("CodeableConcept"),
            coding_type: type_id("Coding"),
            quantities: ["Quantity", "Age", "Count", "Distance", "Duration"].map(type_id),
            url: name("url"),
            value: name("value"),
            id: name("id"),
            extension_name: name("extension"),
            modifier: name("modifierExtension"),
            meta: name("meta"),
            profile: name("profile"),
            reference: name("reference"),
            system: name("system"),
            version: name("version"),
            code: name("code"),
            display: name("display"),
            coding: name("coding"),
            unit: name("unit"),
            language: name("language"),
        }
    }
}

impl<'a, 'i> Walk<'a, 'i> {
    pub(super) fn new(view: View<'a>, context: &'a Context<'a>, issues: &'i mut Issues) -> Self {
        let known = Known::of(view);
        let languages = match &*context.options.languages {
            [] => Cow::Borrowed(""),
            [one] => Cow::Borrowed(one.as_str()),
            all => Cow::Owned(all.join(",")),
        };
        Self {
            view,
            context,
            issues,
            known,
            chain: Vec::new(),
            nested: 0,
            remembered: FxHashMap::default(),
            languages,
            displays: Vec::new(),
        }
    }

    /// `id` and all below it against the base definitions, and the resources in it against all that they claim.
    pub(super) fn base(&mut self, id: NodeId) {
        let view = self.view;
        let element = view.elements.node(id);
        let Some(plan) = self.context.profiles.for_type(element.type_id) else { return };
        self.checks(plan.node(Profile::ROOT), id);
        if view.elements.is_leaf(id) && plan.kids.is_empty() {
            return;
        }
        if let Some(kids) = plan.kids_of(plan.node(Profile::ROOT)) {
            self.children(plan, kids, id, |walk, slot, child| {
                if let Some(slot) = slot {
                    walk.checks(plan.node(slot.node), child);
                }
                walk.deeper(child);
            });
        }
        if element.type_id == self.known.extension {
            extension::check(self, id);
        } else if element.type_id == self.known.coding_type {
            coded::check(self, id);
        } else if self.known.quantities.contains(&element.type_id) {
            coded::quantity(self, id);
        }
    }

    #[inline]
    fn deeper(&mut self, id: NodeId) {
        if self.view.elements.node(id).flags.has(Flags::RESOURCE) {
            resource::check(self, id);
        } else {
            self.base(id);
        }
    }

    /// `id` against an element of a profile.
    pub(super) fn node(&mut self, profile: &Profile, at: NodeIx, id: NodeId) {
        let node = profile.node(at);
        if self.checks(node, id) == Further::No {
            return;
        }
        let Some(kids) = profile.kids_of(node) else { return };
        self.children(profile, kids, id, |walk, slot, child| {
            if let Some(slot) = slot {
                walk.node(profile, slot.node, child);
            }
        });
        for &at in &kids.sliced {
            if self.issues.is_settled() {
                return;
            }
            slicing::run(self, profile, &kids.slots[usize::from(at)], id);
        }
    }

    #[inline]
    fn checks(&mut self, node: &Node, id: NodeId) -> Further {
        for check in &node.checks {
            if self.issues.is_settled() || check.run(self, id, &node.source) == Further::No {
                return Further::No;
            }
        }
        Further::Yes
    }

    /// Each child of `id`, and whether there are as many of each as there must be.
    #[inline]
    fn children(
        &mut self,
        profile: &Profile,
        kids: &Kids,
        id: NodeId,
        mut each: impl FnMut(&mut Self, Option<&Slot>, NodeId),
    ) {
        let mut seen = Bits::default();
        for child in self.view.elements.children(id) {
            if self.issues.is_settled() {
                return;
            }
            let element = self.view.elements.node(child);
            let found = kids.slot(element.name);
            if let Some((at, slot)) = found {
                seen.set(at);
                // Those of one name stand together and are numbered.
                if element.index == slot.max {
                    self.too_many(profile, slot, id);
                }
            }
            each(self, found.map(|(_, slot)| slot), child);
        }
        self.issues.applies(Code::CardinalityMax);
        if !kids.required.is_empty() {
            self.issues.applies(Code::CardinalityMin);
            let missing = kids.required.without(seen);
            if !missing.is_empty() {
                for at in missing.iter() {
                    self.too_few(profile, &kids.slots[usize::from(at)], id, 0);
                }
            }
            for slot in kids.slots.iter().filter(|slot| slot.min > 1) {
                let count = self.view.named(id, slot.name).count();
                if count > 0 && count < slot.min as usize {
                    self.too_few(profile, slot, id, count);
                }
            }
        }
    }

    #[cold]
    fn too_few(&mut self, profile: &Profile, slot: &Slot, parent: NodeId, count: usize) {
        let name = self.view.model.name_of(slot.name);
        self.issues.fail(Code::CardinalityMin, parent, Some(&profile.node(slot.node).source), || match slot.min {
            1 => format!("`{name}` is missing, and there must be one").into(),
            min => format!("`{name}` stands {count} times, and there must be at least {min}").into(),
        });
    }

    #[cold]
    fn too_many(&mut self, profile: &Profile, slot: &Slot, parent: NodeId) {
        let name = self.view.model.name_of(slot.name);
        let count = self.view.named(parent, slot.name).count();
        self.issues.fail(Code::CardinalityMax, parent, Some(&profile.node(slot.node).source), || match slot.max {
            0 => format!("`{name}` may not stand here").into(),
            max => format!("`{name}` stands {count} times, and at most {max} may").into(),
        });
    }

    /// `id` against the whole of a profile, besides the base definition of its type.
    pub(super) fn profile(&mut self, profile: &Profile, id: NodeId) {
        if self.chain.contains(&(std::ptr::from_ref(profile), id)) {
            return;
        }
        if self.chain.len() == MAX_CHAIN {
            return self.issues.cannot_tell(Code::Limit, id, None, || {
                format!("profiles lead from one to the next more than {MAX_CHAIN} deep: not followed further").into()
            });
        }
        for broken in &profile.broken {
            self.issues.cannot_tell(Code::DefinitionBroken, id, Some(&broken.source), || broken.message.clone().into());
        }
        self.chain.push((std::ptr::from_ref(profile), id));
        self.node(profile, Profile::ROOT, id);
        self.chain.pop();
    }

    /// Whether `id` fulfils a profile besides the base definition of its type; nothing is told.
    pub(super) fn fulfils(&mut self, profile: &Arc<Profile>, id: NodeId) -> Decision {
        if !self.view.model.is_a(self.view.type_id(id), profile.type_id) {
            return Decision::Failure;
        }
        let key = (Arc::as_ptr(profile) as usize, id);
        if let Some(&decision) = self.remembered.get(&key) {
            return decision;
        }
        let under_way = self.chain.len();
        let probe = self.issues.probe();
        self.profile(profile, id);
        let decision = self.issues.settle(probe);
        // What was taken to hold because it is under way is not known yet.
        if under_way == 0 && self.remembered.len() < MAX_REMEMBERED {
            self.remembered.insert(key, decision);
        }
        decision
    }

    /// Whether the resource of a view of its own fulfils its base definition and a profile; nothing is told.
    pub(super) fn fulfils_alone(&mut self, profile: &Arc<Profile>) -> Decision {
        self.conforms(profile, Elements::ROOT)
    }

    /// Whether `id` fulfils its base definition and a profile; nothing is told.
    pub(super) fn conforms(&mut self, profile: &Arc<Profile>, id: NodeId) -> Decision {
        let probe = self.issues.probe();
        self.base(id);
        let base = self.issues.settle(probe);
        if base == Decision::Failure { base } else { base.and(self.fulfils(profile, id)) }
    }

    /// What a wrong display is told as.
    fn display_code(&self) -> Option<Code> {
        match self.context.options.wrong_display {
            Level::Ignore => None,
            Level::Error => Some(Code::Display),
            Level::Warning => Some(Code::DisplayWarning),
            Level::Information => Some(Code::DisplayInformation),
        }
    }

    /// `node`, the display of `coding`, is not one that the code system gives the code.
    pub(super) fn wrong_display(&mut self, coding: NodeId, node: NodeId) {
        let Some(code) = self.display_code() else { return };
        if !self.issues.is_probing() {
            return self.displays.push(Display { coding, node, given: Cell::new(false) });
        }
        self.issues.fail(code, node, None, || "".into());
    }

    /// Whether the display of `coding` is in doubt.
    pub(super) fn is_doubtful(&self, coding: NodeId) -> bool {
        !self.displays.is_empty() && self.displays.iter().any(|display| display.coding == coding)
    }

    /// A value set gives `coding` the display that it has.
    pub(super) fn display_is_given(&self, coding: NodeId) {
        for display in self.displays.iter().filter(|display| display.coding == coding) {
            display.given.set(true);
        }
    }

    /// Tells the displays that nothing gives their codes.
    pub(super) fn tell_displays(&mut self) {
        let Some(code) = self.display_code() else { return };
        for display in std::mem::take(&mut self.displays).into_iter().filter(|display| !display.given.get()) {
            self.issues
                .fail(code, display.node, None, || "the display is none that the code system gives the code".into());
        }
    }

    /// The text of the child of `id` called `name`, when it has one.
    pub(super) fn child_text(&self, id: NodeId, name: NameId) -> Option<Cow<'a, str>> {
        self.view.text(self.view.child(id, name)?)
    }
}
