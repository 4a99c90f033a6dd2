//! One ElementDefinition → the assertions on one element.
//!
//! Of what a definition says, only what `known` does not say already becomes an assertion: a profile's snapshot repeats
//! all of its base.

use super::{literal, repair};
use crate::check::fhir::assertion::{
    Aggregation, Allowed, Alternatives, Binding, Check, Divided, Exactness, Invariant, Length, Limit, Matches, Side,
    Size, Strength, Targets, TypeProfiles,
};
use crate::check::fhir::expression::Expression;
use crate::check::fhir::{Broken, Code, Definitions, Source};
use crate::instance::TypeId;
use crate::standard::fhir::{Constraint, ElementDefinition, Model, StructureDefinition, TypeRef, Value};
use std::sync::Arc;

/// The invariant that every element has.
const CONTENT: (&str, &str) = ("ele-1", "hasValue()");

/// The invariant on contained resources that nothing refers to, which a check of its own tells of the resource itself.
const CONTAINED: &str = "dom-3";

/// Where compiled profiles of types are.
const CORE: &str = "http://hl7.org/fhir/StructureDefinition/";

/// What is compiled, and where what cannot be goes.
pub(super) struct Compiler<'d> {
    pub(super) definitions: &'d dyn Definitions,
    pub(super) model: &'d Model,
    pub(super) broken: Vec<Broken>,
}

/// Which of an element's types are made assertions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Types {
    /// Those that `known` does not have.
    Checked,
    /// None: something else tells of them.
    Elsewhere,
}

impl<'d> Compiler<'d> {
    pub(super) fn new(definitions: &'d dyn Definitions) -> Self {
        Self { definitions, model: definitions.model(), broken: Vec::new() }
    }

    /// The assertions of `element` that `known` does not make.
    pub(super) fn checks(
        &mut self,
        element: &ElementDefinition,
        known: Option<&ElementDefinition>,
        types: Types,
        source: &Source,
    ) -> Vec<Check> {
        let mut checks = Vec::new();
        if types == Types::Checked {
            checks.extend(self.allowed(element, known));
        }
        self.values(element, known, source, &mut checks);
        if let Some(length) = element.max_length.filter(|_| known.is_none_or(|k| k.max_length != element.max_length)) {
            checks.push(Check::Length(Length(length)));
        }
        if let Some(size) = element.max_size.filter(|_| known.is_none_or(|known| known.max_size != element.max_size)) {
            checks.push(Check::Size(Size(size)));
        }
        if !element.alternatives.is_empty() {
            checks.push(Check::Alternatives(Box::new(Alternatives(texts(&element.alternatives)))));
        }
        if !element.narrative_languages.is_empty() {
            checks.push(Check::Divided(Box::new(Divided(texts(&element.narrative_languages)))));
        }
        checks.extend(self.binding(element, known));
        checks.extend(self.targets(element, known));
        checks.extend(self.profiles(element, known));
        for constraint in &element.constraint {
            if known.is_none_or(|known| !known.constraint.iter().any(|other| is_same(other, constraint)))
                && !self.is_of_type(element, constraint)
            {
                checks.extend(self.invariant(constraint, source));
            }
        }
        checks
    }

    /// The type of this name, as definitions write it.
    pub(super) fn type_id(&self, code: &str) -> Option<TypeId> {
        self.model.type_id(code.strip_prefix(CORE).unwrap_or(code))
    }

    fn allowed(&self, element: &ElementDefinition, known: Option<&ElementDefinition>) -> Option<Check> {
        let known = known?;
        let has = |types: &[TypeRef], code: &str| types.iter().any(|one| one.code == code);
        // A choice that the profile narrows; one type of a name that has one type is no news.
        if element.types.is_empty() || known.types.iter().all(|one| has(&element.types, &one.code)) {
            return None;
        }
        let allowed: Vec<TypeId> = element.types.iter().filter_map(|one| self.type_id(&one.code)).collect();
        (allowed.len() == element.types.len()).then_some(Check::Types(Allowed(allowed)))
    }

    fn values(
        &mut self,
        element: &ElementDefinition,
        known: Option<&ElementDefinition>,
        source: &Source,
        checks: &mut Vec<Check>,
    ) {
        let is_news = |of: fn(&ElementDefinition) -> &Option<Value>| {
            let news = of(element).as_ref()?;
            let old = known.and_then(|known| of(known).as_ref());
            (old.map(|old| (&old.0, old.1.get())) != Some((&news.0, news.1.get()))).then_some(news)
        };
        for (value, exactness) in
            [(is_news(|e| &e.fixed), Exactness::Fixed), (is_news(|e| &e.pattern), Exactness::Pattern)]
        {
            let Some(value) = value else { continue };
            match literal::literal(self.model, value) {
                Some(literal) => checks.push(Check::Value(Box::new(literal), exactness)),
                None => self.broken(source, "its fixed value or pattern cannot be read"),
            }
        }
        for (value, side) in [(is_news(|e| &e.min_value), Side::Least), (is_news(|e| &e.max_value), Side::Greatest)] {
            let Some(value) = value else { continue };
            match literal::bound(self.model, value) {
                Some(bound) => checks.push(Check::Limit(Box::new(Limit { side, bound }))),
                None => self.broken(source, "its least or greatest value cannot be read"),
            }
        }
        let forms = element.types.iter().filter_map(|one| one.regex.as_ref()).chain(&element.regex);
        for form in forms {
            let is_old = known.is_some_and(|known| {
                known.regex.as_ref() == Some(form) || known.types.iter().any(|one| one.regex.as_ref() == Some(form))
            });
            match Matches::new(form) {
                _ if is_old => {}
                Some(matches) => checks.push(Check::Matches(Box::new(matches))),
                None => self.broken(source, "its regular expression cannot be read"),
            }
        }
    }

    fn binding(&self, element: &ElementDefinition, known: Option<&ElementDefinition>) -> Option<Check> {
        let binding = element.binding.as_ref()?;
        if known.and_then(|known| known.binding.as_ref()) == Some(binding) {
            return None;
        }
        let strength = repair::strength(binding, Strength::of(&binding.strength)?);
        Some(Check::Binding(Box::new(Binding {
            strength,
            value_set: binding.value_set.as_deref()?.into(),
            max: binding.max_value_set.as_deref().map(Arc::from),
        })))
    }

    fn targets(&self, element: &ElementDefinition, known: Option<&ElementDefinition>) -> Option<Check> {
        let of = |element: &ElementDefinition| -> Vec<(Vec<String>, Vec<String>)> {
            let references = element.types.iter().filter(|one| one.code == "Reference");
            references.map(|one| (one.target_profile.clone(), one.aggregation.clone())).collect()
        };
        let news = of(element);
        if news.is_empty() || known.is_some_and(|known| of(known) == news) {
            return None;
        }
        let mut targets = Targets::default();
        let mut any = false;
        for (profiles, aggregation) in &news {
            targets.aggregation.extend(aggregation.iter().filter_map(|word| Aggregation::of(word)));
            any |= profiles.is_empty();
            for canonical in profiles {
                let bare = canonical.split('|').next().unwrap_or(canonical);
                let core = bare.strip_prefix(CORE).and_then(|name| self.model.type_id(name));
                let known_type = core.or_else(|| {
                    self.definitions.structure(canonical).and_then(|profile| self.type_id(&profile.type_name))
                });
                match known_type {
                    Some(type_id) if core.is_none() => {
                        targets.types.push(type_id);
                        targets.profiles.push((type_id, canonical.as_str().into()));
                    }
                    Some(type_id) => {
                        any |= matches!(bare.strip_prefix(CORE), Some("Resource"));
                        targets.types.push(type_id);
                    }
                    // It may be of any type.
                    None => {
                        any = true;
                        targets.unheld.push(canonical.as_str().into());
                    }
                }
            }
        }
        if any {
            targets.types.clear();
        }
        // A type that is a target by itself needs no profile.
        let plain: Vec<TypeId> = (news.iter().flat_map(|(profiles, _)| profiles))
            .filter_map(|canonical| self.model.type_id(canonical.strip_prefix(CORE)?))
            .collect();
        targets.profiles.retain(|(type_id, _)| !plain.contains(type_id));
        let says_nothing = targets.types.is_empty()
            && targets.profiles.is_empty()
            && targets.unheld.is_empty()
            && targets.aggregation.is_empty();
        (!says_nothing).then(|| Check::Targets(Box::new(targets)))
    }

    fn profiles(&self, element: &ElementDefinition, known: Option<&ElementDefinition>) -> Option<Check> {
        let mut by_type = Vec::new();
        let choice = element.types.len() > 1;
        for one in &element.types {
            let old = known.and_then(|known| known.types.iter().find(|other| other.code == one.code));
            if one.profile.is_empty() || old.is_some_and(|old| old.profile == one.profile) {
                continue;
            }
            // In a choice a reference is told by its targets.
            if choice && one.code == "Reference" {
                continue;
            }
            let core = |canonical: &String| {
                canonical.strip_prefix(CORE).is_some_and(|name| name == one.code || self.is_core(name))
            };
            let profiles: Vec<Arc<str>> = one
                .profile
                .iter()
                .filter(|canonical| !core(canonical))
                .map(|canonical| canonical.as_str().into())
                .collect();
            // A type by itself among its profiles: nothing more is asked.
            if profiles.len() == one.profile.len()
                && let Some(type_id) = self.type_id(&one.code)
            {
                by_type.push((type_id, profiles));
            }
        }
        (!by_type.is_empty()).then_some(Check::Profiles(TypeProfiles(by_type)))
    }

    /// Whether `name` is a resource type, as `Bundle.entry.resource` may be of.
    fn is_core(&self, name: &str) -> bool {
        use crate::standard::fhir::TypeKind;
        let info = self.model.type_id(name).and_then(|id| self.model.info(id));
        info.is_some_and(|info| info.kind == TypeKind::Resource)
    }

    /// Whether every type of `element` has `constraint` of itself.
    fn is_of_type(&self, element: &ElementDefinition, constraint: &Constraint) -> bool {
        if is_content(constraint) {
            return true;
        }
        !element.types.is_empty()
            && element.types.iter().all(|one| {
                let root = self.root(&one.code);
                root.is_some_and(|root| {
                    let first = root.snapshot.first();
                    first.is_some_and(|first| first.constraint.iter().any(|other| is_same(other, constraint)))
                })
            })
    }

    /// The core definition of a type.
    pub(super) fn root(&self, code: &str) -> Option<Arc<StructureDefinition>> {
        self.definitions.structure(code.strip_prefix(CORE).unwrap_or(code))
    }

    pub(super) fn invariant(&mut self, constraint: &Constraint, source: &Source) -> Option<Check> {
        let text = constraint.expression.as_deref()?;
        if is_content(constraint) {
            return Some(Check::Content);
        }
        if constraint.key == CONTAINED {
            return None;
        }
        let expression = self.expression(&repair::meant(text), source)?;
        let code = match &*constraint.severity {
            "warning" => Code::InvariantWarning,
            _ => Code::Invariant,
        };
        Some(Check::Invariant(Box::new(Invariant {
            key: constraint.key.as_str().into(),
            code,
            best_practice: constraint.best_practice,
            human: constraint.human.as_deref().map(Arc::from),
            expression,
        })))
    }

    /// An expression of the definition; one that cannot be read is noted.
    pub(super) fn expression(&mut self, text: &str, source: &Source) -> Option<Expression> {
        match Expression::new(text, self.model) {
            Ok(expression) => Some(expression),
            Err(why) => {
                self.broken(source, &format!("the expression {} cannot be read: {why}", Expression::excerpt(text)));
                None
            }
        }
    }

    /// Notes what cannot be used.
    pub(super) fn broken(&mut self, source: &Source, message: &str) {
        self.broken.push(Broken {
            source: source.clone(),
            message: format!(
                "part of the definition cannot be used, so it is not checked: at {}, {message}",
                source.element
            ),
        });
    }
}

fn texts(all: &[String]) -> Vec<Arc<str>> {
    all.iter().map(|one| one.as_str().into()).collect()
}

fn is_content(constraint: &Constraint) -> bool {
    constraint.key == CONTENT.0
        && constraint.expression.as_deref().is_some_and(|expression| expression.trim_start().starts_with(CONTENT.1))
}

fn is_same(one: &Constraint, other: &Constraint) -> bool {
    one.key == other.key && one.expression == other.expression && one.severity == other.severity
}

/// A cardinality's upper end.
pub(super) fn most(max: Option<&str>) -> u32 {
    max.and_then(|max| max.parse().ok()).unwrap_or(u32::MAX)
}
