//! What a path means in a definition: for people who ask what is said there.
//!
//! In: a definition with its snapshot, and a path as people write it: by names (`Patient.name.given`), slices
//! (`Patient.identifier:nhsNumber`), choices (`Observation.valueQuantity`, `value.ofType(Quantity)`, `value[x]`),
//! extensions (`extension('https://…')`) and references (`subject.resolve()`). Out: the element that says most of it,
//! and which definitions it was reached through; or where the path leads nowhere, and what there is instead.

use super::snapshot::Snapshots;
use crate::standard::fhir::{ElementDefinition, StructureDefinition, TypeRef};
use std::sync::Arc;

/// Names in a path; the longest of real ones has some ten.
const MOST: usize = 64;

/// An element of a definition.
#[derive(Clone, Debug)]
pub struct Place {
    /// The definition.
    pub definition: Arc<StructureDefinition>,
    at: usize,
    /// The type that the path chose of several.
    pub chosen: Option<String>,
    /// The elements, with the names of their definitions, whose type or content led on to this one.
    pub through: Vec<String>,
}

/// Where a path leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nowhere {
    /// As far as it leads.
    pub within: String,
    /// What is not there.
    pub missing: String,
    /// What is.
    pub known: Vec<String>,
}

/// One name of a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Step {
    /// As written.
    text: String,
    name: String,
    slice: Option<String>,
    /// The type chosen of it.
    of: Option<String>,
}

impl Place {
    /// The element that `path` means in `definition`, whose type begins the path.
    ///
    /// # Errors
    /// Where it leads nowhere.
    pub fn find(snapshots: &Snapshots, definition: Arc<StructureDefinition>, path: &str) -> Result<Self, Nowhere> {
        let steps = steps(path);
        let mut within = definition.type_name.clone();
        let mut place = Self { definition, at: 0, chosen: None, through: Vec::new() };
        if let Some(of) = steps.first().and_then(|step| step.of.clone()) {
            place.chosen = Some(of);
        }
        for step in steps.iter().skip(1).take(MOST) {
            place = place.step(snapshots, step).ok_or_else(|| Nowhere {
                within: within.clone(),
                missing: step.text.clone(),
                known: place.known(snapshots, step),
            })?;
            within = format!("{within}.{}", step.text);
        }
        Ok(place)
    }

    /// The type that a path begins with.
    pub fn root(path: &str) -> String {
        steps(path).into_iter().next().map(|step| step.name).unwrap_or_default()
    }

    /// What is said of it.
    pub fn element(&self) -> &ElementDefinition {
        static NOTHING: std::sync::LazyLock<ElementDefinition> = std::sync::LazyLock::new(ElementDefinition::default);
        self.definition.snapshot.get(self.at).unwrap_or(&NOTHING)
    }

    /// Its id in its definition.
    pub fn key(&self) -> &str {
        key(self.element())
    }

    /// Its slices, in order; of a slice, those within it.
    pub fn slices(&self) -> Vec<&ElementDefinition> {
        let (own, mark) = (self.key(), if self.element().slice_name.is_some() { '/' } else { ':' });
        let is = |element: &&ElementDefinition| {
            let rest = key(element).strip_prefix(own).and_then(|rest| rest.strip_prefix(mark));
            rest.is_some_and(|rest| !rest.contains('.'))
        };
        self.definition.snapshot.iter().filter(is).collect()
    }

    /// What it is a slice of, when it is one.
    pub fn sliced(&self) -> Option<&ElementDefinition> {
        self.element().slice_name.as_ref()?;
        let main = unsliced(self.key());
        self.definition.snapshot.iter().find(|element| key(element) == main)
    }

    /// The element at `path` below one of its definition's elements.
    pub fn below(&self, element: &ElementDefinition, path: &str) -> Option<&ElementDefinition> {
        let wanted = format!("{}.{path}", key(element));
        self.definition.snapshot.iter().find(|element| key(element) == wanted)
    }

    /// The elements directly in it that its own definition lists.
    pub fn parts(&self) -> Vec<&ElementDefinition> {
        let own = self.parts_of(self.key());
        if own.is_empty() { self.parts_of(unsliced(self.key())) } else { own }
    }

    fn parts_of(&self, base: &str) -> Vec<&ElementDefinition> {
        let is = |element: &&ElementDefinition| {
            let rest = key(element).strip_prefix(base).and_then(|rest| rest.strip_prefix('.'));
            rest.is_some_and(|rest| !rest.contains(['.', ':']))
        };
        self.definition.snapshot.iter().filter(is).collect()
    }

    /// The definitions that say what is in it: of its types, or the one that was chosen.
    pub fn types(&self, snapshots: &Snapshots) -> Vec<Arc<StructureDefinition>> {
        let element = self.element();
        let named: Vec<TypeRef> = match &self.chosen {
            Some(chosen) => {
                let of = element.types.iter().find(|one| one.code == *chosen).cloned();
                vec![of.unwrap_or_else(|| TypeRef { code: chosen.clone(), ..TypeRef::default() })]
            }
            None => element.types.clone(),
        };
        let held = |canonical: &str| snapshots.structure(canonical).ok().flatten();
        let one = |of: &TypeRef| of.profile.iter().find_map(|url| held(url)).or_else(|| held(&of.code));
        named.iter().filter_map(one).filter(|of| !of.snapshot.is_empty()).collect()
    }

    fn step(&self, snapshots: &Snapshots, step: &Step) -> Option<Self> {
        if step.name == "resolve()" {
            return self.target(snapshots);
        }
        if let Some(found) = self.child(step) {
            return Some(found);
        }
        if let Some(referred) = &self.element().content_reference {
            let id = referred.rsplit('#').next().unwrap_or_default();
            let at = self.definition.snapshot.iter().position(|element| key(element) == id)?;
            let moved = Self { at, chosen: None, ..self.led_on() };
            return moved.child(step);
        }
        // A definition whose root is this very element would lead back to it for ever.
        if self.at == 0 && self.chosen.is_none() {
            return None;
        }
        self.types(snapshots).into_iter().find_map(|definition| {
            let moved = Self { definition, at: 0, chosen: None, ..self.led_on() };
            moved.child(step)
        })
    }

    fn led_on(&self) -> Self {
        let mut led = self.clone();
        led.through.push(format!("{} of {}", self.key(), self.definition.name));
        led
    }

    /// What a reference leads to.
    fn target(&self, snapshots: &Snapshots) -> Option<Self> {
        let mut targets = self.element().types.iter().flat_map(|of| &of.target_profile);
        let definition = targets.find_map(|url| snapshots.structure(url).ok().flatten())?;
        Some(Self { definition, at: 0, chosen: None, ..self.led_on() })
    }

    fn child(&self, step: &Step) -> Option<Self> {
        let own = self.key();
        // A slice that says nothing of what is in it has what the unsliced element has.
        self.child_of(own, step).or_else(|| match unsliced(own) {
            main if main == own => None,
            main => self.child_of(main, step),
        })
    }

    fn child_of(&self, base: &str, step: &Step) -> Option<Self> {
        let all = &self.definition.snapshot;
        let position = |wanted: String| all.iter().position(|element| key(element) == wanted);
        let (name, slice) = (&step.name, step.slice.as_deref());
        let found = |at: usize, chosen: Option<String>| {
            let element = &all[at];
            let chosen = chosen.or_else(|| match element.types.as_slice() {
                // A slice of a choice has one type.
                [one] if element.slice_name.is_some() => Some(one.code.clone()),
                _ => None,
            });
            Some(Self { at, chosen, ..self.clone() })
        };
        if let Some(slice) = slice {
            if let Some(at) =
                position(format!("{base}.{name}:{slice}")).or_else(|| position(format!("{base}.{name}[x]:{slice}")))
            {
                return found(at, step.of.clone());
            }
            // An extension may be named by its URL.
            let main = format!("{base}.{name}:");
            let is = |element: &ElementDefinition| {
                let profiles = element.types.iter().flat_map(|of| &of.profile);
                key(element).strip_prefix(&main).is_some_and(|rest| !rest.contains('.'))
                    && profiles.into_iter().any(|url| url.split('|').next() == Some(slice))
            };
            if let Some(at) = all.iter().position(is) {
                return found(at, None);
            }
            if !slice.contains("://") {
                return None;
            }
            let at = position(format!("{base}.{name}"))?;
            return found(at, None).map(|place| Self { chosen: Some(slice.to_owned()), ..place });
        }
        if let Some(at) = position(format!("{base}.{name}")) {
            return found(at, step.of.clone());
        }
        let main = name.strip_suffix("[x]").unwrap_or(name);
        if let Some(at) = position(format!("{base}.{main}[x]")) {
            let of = step.of.as_deref();
            let own = of.and_then(|of| position(format!("{base}.{main}[x]:{main}{}", capital(of))));
            return found(own.unwrap_or(at), step.of.clone());
        }
        // `valueQuantity`.
        all.iter().enumerate().find_map(|(at, element)| {
            let stem = key(element).strip_prefix(base)?.strip_prefix('.')?.strip_suffix("[x]")?;
            let tail = name.strip_prefix(stem).filter(|_| !stem.contains('.'))?;
            let of = element.types.iter().find(|of| capital(&of.code) == tail)?.code.clone();
            let own = position(format!("{base}.{stem}[x]:{name}"));
            found(own.unwrap_or(at), Some(of))
        })
    }

    /// The names that might have been meant.
    fn known(&self, snapshots: &Snapshots, step: &Step) -> Vec<String> {
        if let Some(slice) = step.slice.as_ref() {
            let main = Step { text: step.name.clone(), name: step.name.clone(), slice: None, of: None };
            if let Some(place) = self.step(snapshots, &main).filter(|_| !slice.is_empty()) {
                let names = place.slices().into_iter().filter_map(|one| one.slice_name.as_deref());
                return names.map(|slice| format!("{}:{slice}", step.name)).collect();
            }
        }
        let name = |element: &ElementDefinition| element.path.rsplit('.').next().unwrap_or_default().to_owned();
        let mut known = Vec::new();
        let mut add = |element: &ElementDefinition| match name(element).strip_suffix("[x]") {
            Some(stem) if element.types.len() < 60 => {
                known.extend(element.types.iter().map(|of| format!("{stem}{}", capital(&of.code))));
            }
            Some(stem) => known.push(stem.to_owned()),
            None => known.push(name(element)),
        };
        let own = self.parts();
        own.iter().for_each(|element| add(element));
        if own.is_empty() {
            for definition in self.types(snapshots) {
                let place = Self { definition, at: 0, chosen: None, ..self.clone() };
                place.parts().iter().for_each(|element| add(element));
            }
        }
        known
    }
}

fn key(element: &ElementDefinition) -> &str {
    element.id.as_deref().unwrap_or(&element.path)
}

/// The id without the slice at its end.
fn unsliced(id: &str) -> &str {
    let last = id.rfind('.').map_or(0, |dot| dot + 1);
    id[last..].find(':').map_or(id, |colon| &id[..last + colon])
}

/// `Quantity` of `quantity`, as names of choices end.
fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// A path cut at its dots, but for those in brackets and slice names that are URLs.
fn steps(path: &str) -> Vec<Step> {
    let mut parts = vec![String::new()];
    let mut depth = 0_usize;
    for letter in path.trim().chars() {
        depth = match letter {
            '(' => depth + 1,
            ')' => depth.saturating_sub(1),
            _ => depth,
        };
        match (letter, depth, parts.last_mut()) {
            ('.', 0, _) => parts.push(String::new()),
            (_, _, Some(part)) => part.push(letter),
            _ => {}
        }
    }
    let mut steps: Vec<Step> = Vec::new();
    for text in parts {
        let (name, argument) = match text.strip_suffix(')').and_then(|text| text.split_once('(')) {
            Some((name, argument)) => (name, Some(argument.trim_matches(['\'', '"', ' ']))),
            None => (&*text, None),
        };
        match (name, argument) {
            ("ofType" | "as", Some(of)) => {
                if let Some(last) = steps.last_mut() {
                    last.of = Some(of.trim_start_matches("FHIR.").to_owned());
                    last.text.push_str(&format!(".{text}"));
                }
            }
            ("resolve", Some(_)) => {
                steps.push(Step { name: "resolve()".into(), text: text.clone(), ..Step::default() })
            }
            (name, Some(url)) => {
                let (name, slice) = (name.to_owned(), Some(url.to_owned()));
                steps.push(Step { name, slice, text: text.clone(), of: None });
            }
            (name, None) => {
                // `[0]` is a repetition, `[x]` is a choice.
                let name = name.find('[').filter(|at| !name[*at..].starts_with("[x]")).map_or(name, |at| &name[..at]);
                let (name, slice) = name.split_once(':').map_or((name, None), |(name, slice)| (name, Some(slice)));
                let slice = slice.map(str::to_owned);
                steps.push(Step { name: name.to_owned(), slice, text: text.clone(), of: None });
            }
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standard::fhir::{Library, Release};

    fn find(path: &str) -> Result<Place, Nowhere> {
        let snapshots = Snapshots::new(Library::embedded(Release::R4));
        let definition = snapshots.structure(&Place::root(path)).unwrap().unwrap();
        Place::find(&snapshots, definition, path)
    }

    #[test]
    fn paths_lead_through_types_choices_references_and_shared_content() {
        for (path, definition, id) in [
            ("Patient", "Patient", "Patient"),
            ("Patient.identifier", "Patient", "Patient.identifier"),
            ("Patient.identifier[0].system", "Identifier", "Identifier.system"),
            ("Patient.contact.name.given[1]", "HumanName", "HumanName.given"),
            ("Observation.value[x]", "Observation", "Observation.value[x]"),
            ("Observation.valueQuantity.code", "Quantity", "Quantity.code"),
            ("Observation.value.ofType(Quantity).code", "Quantity", "Quantity.code"),
            ("Observation.component.referenceRange.low", "Observation", "Observation.referenceRange.low"),
            ("Questionnaire.item.item.item.linkId", "Questionnaire", "Questionnaire.item.linkId"),
            ("Observation.subject.resolve().name.family", "HumanName", "HumanName.family"),
            ("Bundle.entry.resource.ofType(Patient).birthDate", "Patient", "Patient.birthDate"),
            ("HumanName.family", "HumanName", "HumanName.family"),
            ("Patient.birthDate.extension", "date", "date.extension"),
        ] {
            let place = find(path).unwrap_or_else(|nowhere| panic!("{path}: {nowhere:?}"));
            assert_eq!((place.definition.name.as_str(), place.key()), (definition, id), "{path}");
        }
        assert_eq!(find("Observation.valueDateTime").unwrap().chosen.as_deref(), Some("dateTime"));
        assert_eq!(find("Patient.identifier.system").unwrap().through, ["Patient.identifier of Patient"]);
    }

    #[test]
    fn where_a_path_leads_nowhere_is_told_with_what_there_is() {
        let nowhere = find("Patient.contact.nam.given").unwrap_err();
        assert_eq!((&*nowhere.within, &*nowhere.missing), ("Patient.contact", "nam"));
        assert!(nowhere.known.contains(&"name".to_owned()), "{nowhere:?}");
        let nowhere = find("Observation.valueAddress").unwrap_err();
        assert!(nowhere.known.contains(&"valueQuantity".to_owned()), "{nowhere:?}");
        assert!(find("Patient.identifier.system.x").unwrap_err().known.contains(&"extension".to_owned()));
    }

    #[test]
    fn brackets_and_addresses_are_part_of_one_name() {
        let steps = steps("Patient.extension('https://a.example/x.y').value.ofType(FHIR.Coding).code");
        assert_eq!(steps[1].slice.as_deref(), Some("https://a.example/x.y"));
        assert_eq!((steps[2].name.as_str(), steps[2].of.as_deref()), ("value", Some("Coding")));
        assert_eq!(steps.len(), 4);
        assert_eq!(unsliced("Patient.identifier:a/b"), "Patient.identifier");
        assert_eq!(unsliced("Patient.identifier:a.system"), "Patient.identifier:a.system");
    }
}
