//! Which codes an element may have (`binding`).

use crate::check::fhir::walk::{Known, Walk};
use crate::check::fhir::{Code, CodingRef, Membership, Source};
use crate::instance::NodeId;
use crate::standard::fhir::View;
use std::borrow::Cow;
use std::sync::Arc;

/// A binding that is more than an example.
#[derive(Clone, Debug)]
pub struct Binding {
    /// How far it binds.
    pub strength: Strength,
    /// The value set's canonical URL.
    pub value_set: Arc<str>,
    /// The value set outside which no code may be.
    pub max: Option<Arc<str>>,
}

/// How far a value set binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Its codes are advised.
    Preferred,
    /// Others only where it has none that fits.
    Extensible,
    /// No others.
    Required,
}

impl Strength {
    /// That of its word; none for an example.
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "required" => Some(Self::Required),
            "extensible" => Some(Self::Extensible),
            "preferred" => Some(Self::Preferred),
            _ => None,
        }
    }

    fn code(self) -> Code {
        match self {
            Self::Required => Code::BindingRequired,
            Self::Extensible => Code::BindingExtensible,
            Self::Preferred => Code::BindingPreferred,
        }
    }
}

/// What a look at all the codes of an element came to.
enum Look {
    Member,
    Not,
    CannotTell(Cow<'static, str>),
    /// There is no code to look at, and none is needed.
    Nothing,
    /// There is no code where one is bound.
    NoCode,
}

impl Binding {
    pub(super) fn run(&self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source) {
        let code = self.strength.code();
        walk.issues.applies(code);
        match look(walk, id, &self.value_set) {
            Look::Member | Look::Nothing => {}
            Look::NoCode => self.no_code(walk, id, source),
            Look::CannotTell(cause) => walk.issues.cannot_tell(code, id, Some(source), || {
                format!("whether the code is in the value set {} cannot be told: {cause}", self.value_set).into()
            }),
            Look::Not => match &self.max {
                Some(max) => self.greatest(walk, id, source, max),
                None => self.outside(walk, id, source, code, &self.value_set),
            },
        }
    }

    #[cold]
    fn no_code(&self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source) {
        let code = match (self.strength, &self.max) {
            (Strength::Required, _) | (_, Some(_)) => Code::BindingNoCode,
            (Strength::Extensible, None) => Code::BindingNoCodeWarning,
            (Strength::Preferred, None) => return,
        };
        walk.issues.fail(code, id, Some(source), || {
            format!("no code, and one is bound here to the value set {} ({})", self.value_set, self.word()).into()
        });
    }

    #[cold]
    fn greatest(&self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source, max: &str) {
        walk.issues.applies(Code::BindingMax);
        match look(walk, id, max) {
            Look::Not => self.outside(walk, id, source, Code::BindingMax, max),
            Look::CannotTell(cause) => walk.issues.cannot_tell(Code::BindingMax, id, Some(source), || {
                format!("whether the code is in the value set {max} cannot be told: {cause}").into()
            }),
            _ => {}
        }
    }

    #[cold]
    fn outside(&self, walk: &mut Walk<'_, '_>, id: NodeId, source: &Source, code: Code, value_set: &str) {
        let terminology = walk.context.terminology;
        walk.issues.fail(code, id, Some(source), || {
            let word = if code == Code::BindingMax { "the greatest allowed" } else { self.word() };
            let mut message = format!("not in the value set {value_set} ({word})");
            if let Some(codes) = terminology.few_codes(value_set).filter(|codes| !codes.is_empty()) {
                message.push_str(&format!(", whose codes are {}", codes.join(", ")));
            }
            if let Some(near) = only_code(walk.view, walk.known, id).and_then(|code| terminology.near(value_set, &code))
            {
                message.push_str(&format!("; {near}"));
            }
            message.into()
        });
    }

    fn word(&self) -> &'static str {
        match self.strength {
            Strength::Required => "required",
            Strength::Extensible => "extensible",
            Strength::Preferred => "preferred",
        }
    }
}

/// The code of `id`, when it has just one.
fn only_code<'a>(view: View<'a>, known: Known, id: NodeId) -> Option<Cow<'a, str>> {
    let type_id = view.type_id(id);
    if view.model.primitive(type_id).is_some() {
        return view.text(id);
    }
    let coding = match type_id == known.concept_type {
        true => {
            let mut codings = view.named(id, known.coding);
            codings.next().filter(|_| codings.next().is_none())?
        }
        false => id,
    };
    view.text(view.child(coding, known.code)?)
}

/// Whether a code of `id` is in `value_set`; `None` where no code is there to be looked at.
pub(in crate::check::fhir) fn member(walk: &Walk<'_, '_>, id: NodeId, value_set: &str) -> Option<Membership> {
    match look(walk, id, value_set) {
        Look::Member => Some(Membership::Member),
        Look::Not => Some(Membership::NotMember),
        Look::CannotTell(cause) => Some(Membership::CannotTell(cause)),
        Look::Nothing | Look::NoCode => None,
    }
}

fn look(walk: &Walk<'_, '_>, id: NodeId, value_set: &str) -> Look {
    let (view, known) = (walk.view, walk.known);
    let type_id = view.type_id(id);
    if view.model.primitive(type_id).is_some() {
        let Some(text) = view.text(id) else { return Look::NoCode };
        return seen(walk, value_set, CodingRef { code: &text, ..CodingRef::default() });
    }
    if type_id == known.concept_type {
        let mut codings = view.named(id, known.coding).peekable();
        if codings.peek().is_none() {
            return Look::NoCode;
        }
        let mut undecided = None;
        let (mut found, mut member) = (false, false);
        for coding in codings {
            // One that is in the set is enough, unless another's display is to be looked up in it.
            if member && !walk.is_doubtful(coding) {
                continue;
            }
            match one(walk, coding, value_set) {
                Look::Member => member = true,
                Look::CannotTell(cause) => undecided = Some(cause),
                Look::Not => found = true,
                Look::Nothing | Look::NoCode => {}
            }
        }
        if member {
            return Look::Member;
        }
        return match undecided {
            Some(cause) => Look::CannotTell(cause),
            None if found => Look::Not,
            None => Look::Nothing,
        };
    }
    one(walk, id, value_set)
}

/// A Coding, or a Quantity, whose unit has the same parts.
fn one(walk: &Walk<'_, '_>, id: NodeId, value_set: &str) -> Look {
    let known = walk.known;
    let system = walk.child_text(id, known.system);
    let Some(code) = walk.child_text(id, known.code) else { return Look::Nothing };
    if system.is_none() {
        return Look::Nothing;
    }
    let version = walk.child_text(id, known.version);
    let display = if walk.is_doubtful(id) { walk.child_text(id, known.display) } else { None };
    let coding = CodingRef {
        system: system.as_deref(),
        version: version.as_deref(),
        code: &code,
        display: display.as_deref(),
        languages: &walk.languages,
    };
    if display.is_some() && walk.context.terminology.member(value_set, coding) == Membership::Member {
        walk.display_is_given(id);
    }
    seen(walk, value_set, coding)
}

fn seen(walk: &Walk<'_, '_>, value_set: &str, coding: CodingRef<'_>) -> Look {
    match walk.context.terminology.member(value_set, coding) {
        Membership::Member | Membership::WrongDisplay => Look::Member,
        Membership::NotMember => Look::Not,
        Membership::CannotTell(cause) => Look::CannotTell(cause),
    }
}
