//! A Questionnaire, read so that a response can be held against it.
//!
//! In: the elements of a Questionnaire, of a library or contained in the response. Out: its items in one list, each with
//! its place among the others, its type and its rules.

use super::super::read::At;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::ops::Range;

/// Where a Questionnaire is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A library: what it says may be quoted.
    Library,
    /// The response's own contained resources: it is part of what the sender wrote, and not quoted.
    Contained,
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Group,
    Display,
    /// `question`, which no item may have, or a type that FHIR does not know.
    Abstract,
    Boolean,
    Decimal,
    Integer,
    Date,
    DateTime,
    Time,
    String,
    Text,
    Url,
    Choice,
    OpenChoice,
    Attachment,
    Reference,
    Quantity,
}

impl Kind {
    fn named(name: &str) -> Self {
        match name {
            "group" => Self::Group,
            "display" => Self::Display,
            "boolean" => Self::Boolean,
            "decimal" => Self::Decimal,
            "integer" => Self::Integer,
            "date" => Self::Date,
            "dateTime" => Self::DateTime,
            "time" => Self::Time,
            "string" => Self::String,
            "text" => Self::Text,
            "url" => Self::Url,
            "choice" | "coding" => Self::Choice,
            "open-choice" => Self::OpenChoice,
            "attachment" => Self::Attachment,
            "reference" => Self::Reference,
            "quantity" => Self::Quantity,
            _ => Self::Abstract,
        }
    }

    /// The types that an answer may have; none when it may have no answer.
    pub(super) fn answers(self) -> &'static [&'static str] {
        match self {
            Self::Group | Self::Display | Self::Abstract => &[],
            Self::Boolean => &["boolean"],
            Self::Decimal => &["decimal"],
            Self::Integer => &["integer"],
            Self::Date => &["date"],
            Self::DateTime => &["dateTime"],
            Self::Time => &["time"],
            Self::String | Self::Text => &["string"],
            Self::Url => &["uri"],
            Self::Choice | Self::OpenChoice => &["Coding", "date", "time", "integer", "string"],
            Self::Attachment => &["Attachment"],
            Self::Reference => &["Reference"],
            Self::Quantity => &["Quantity"],
        }
    }
}

/// An item.
pub(super) struct Item<'q> {
    pub(super) at: At<'q>,
    pub(super) link: Cow<'q, str>,
    pub(super) kind: Kind,
    pub(super) required: bool,
    pub(super) repeats: bool,
    /// Everything below it; its own children are those whose parent it is.
    pub(super) below: Range<usize>,
    /// Its number among its siblings and theirs above, from one: `2.1`.
    place: String,
}

/// A Questionnaire.
pub(super) struct Form<'q> {
    pub(super) at: At<'q>,
    origin: Origin,
    items: Vec<Item<'q>>,
    by_link: FxHashMap<Cow<'q, str>, usize>,
}

impl<'q> Form<'q> {
    /// Reads the Questionnaire at `at`. It goes as deep as the parser lets a document be.
    pub(super) fn new(at: At<'q>, origin: Origin) -> Self {
        let mut form = Self { at, origin, items: Vec::new(), by_link: FxHashMap::default() };
        form.read(at, "");
        form
    }

    fn read(&mut self, parent: At<'q>, above: &str) {
        for (number, at) in parent.all("item").enumerate() {
            let link = at.word("linkId");
            let place = match above {
                "" => (number + 1).to_string(),
                above => format!("{above}.{}", number + 1),
            };
            let index = self.items.len();
            // A name that stands twice is told of in the Questionnaire itself; the first is meant.
            self.by_link.entry(link.clone()).or_insert(index);
            let kind = Kind::named(&at.word("type"));
            let (required, repeats) = (at.is_true("required"), at.is_true("repeats"));
            self.items.push(Item { at, link, kind, required, repeats, below: 0..0, place: place.clone() });
            self.read(at, &place);
            self.items[index].below = index + 1..self.items.len();
        }
    }

    /// All items, which [`Form::children`] and [`Form::find`] number.
    pub(super) fn item(&self, index: usize) -> &Item<'q> {
        &self.items[index]
    }

    /// The items directly below one, or at the top.
    pub(super) fn children(&self, of: Option<usize>) -> impl Iterator<Item = usize> {
        let range = of.map_or(0..self.items.len(), |of| self.items[of].below.clone());
        let mut next = range.start;
        std::iter::from_fn(move || {
            let at = next;
            (at < range.end).then(|| {
                next = self.items[at].below.end;
                at
            })
        })
    }

    /// The item of this name, wherever it is.
    pub(super) fn find(&self, link: &str) -> Option<usize> {
        self.by_link.get(link).copied()
    }

    /// How an item is called in a message.
    pub(super) fn called(&self, index: usize) -> String {
        let item = &self.items[index];
        match self.origin {
            Origin::Library => format!("the item `{}` of the questionnaire", item.link),
            Origin::Contained => format!("item {} of the questionnaire", item.place),
        }
    }

    /// Something that the Questionnaire says, for a message; from a contained one, `otherwise`.
    pub(super) fn quoted(&self, said: &str, otherwise: &'static str) -> String {
        match self.origin {
            Origin::Library => said.to_owned(),
            Origin::Contained => otherwise.to_owned(),
        }
    }
}
