//! What an expression gives: elements of the instance, and values of FHIRPath's own types.

use super::decimal::Decimal;
use super::duration::Unit;
use super::moment::{Clock, Moment};
use crate::instance::{NodeId, TypeId};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// One item of a collection. `'a` is the unit's bytes and the expression.
#[derive(Clone)]
pub enum Item<'a> {
    /// An element of the instance.
    Node(NodeId),
    /// A resource that is known to be of this type and is not at hand: only its type can be asked for.
    Elsewhere(TypeId),
    /// `System.Boolean`
    Boolean(bool),
    /// `System.Integer`
    Integer(i64),
    /// `System.Long`
    Long(i64),
    /// `System.Decimal`
    Decimal(Decimal),
    /// `System.String`
    Text(Text<'a>),
    /// `System.Date`
    Date(Moment),
    /// `System.DateTime`
    DateTime(Moment),
    /// `System.Time`
    Time(Moment),
    /// `System.Quantity`
    Quantity(Arc<Quantity>),
    /// What `type()` gives.
    Type(TypeOf),
}

/// A string, borrowed as long as nothing had to be made of it.
#[derive(Clone)]
pub enum Text<'a> {
    /// As it stands in the unit or in the expression.
    Borrowed(&'a str),
    /// Made by the evaluation.
    Made(Arc<str>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Made(text) => text,
        }
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self::Made(text.into())
    }
}

/// The types of FHIRPath itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the type of its name")]
pub enum System {
    Boolean,
    Integer,
    Long,
    Decimal,
    String,
    Date,
    DateTime,
    Time,
    Quantity,
    /// What `type()` gives.
    TypeInfo,
}

impl System {
    /// Its name, without the namespace.
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "Boolean",
            Self::Integer => "Integer",
            Self::Long => "Long",
            Self::Decimal => "Decimal",
            Self::String => "String",
            Self::Date => "Date",
            Self::DateTime => "DateTime",
            Self::Time => "Time",
            Self::Quantity => "Quantity",
            Self::TypeInfo => "TypeInfo",
        }
    }

    /// The type of this name.
    pub fn named(name: &str) -> Option<Self> {
        const EVERY: [System; 10] = [
            System::Boolean,
            System::Integer,
            System::Long,
            System::Decimal,
            System::String,
            System::Date,
            System::DateTime,
            System::Time,
            System::Quantity,
            System::TypeInfo,
        ];
        EVERY.into_iter().find(|system| system.name() == name)
    }
}

/// A type as a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeOf {
    /// One of FHIRPath's own.
    System(System),
    /// One of FHIR's.
    Fhir(TypeId),
}

/// A number with a unit.
#[derive(Clone)]
pub struct Quantity {
    /// How many.
    pub value: Decimal,
    /// Of what.
    pub unit: Measure,
}

/// The unit of a quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// A calendar unit.
    Calendar(Unit),
    /// A UCUM code; `1` for a number without unit.
    Code(Box<str>),
}

impl<'a> Item<'a> {
    /// Its type when it is one of FHIRPath's own.
    pub fn system(&self) -> Option<System> {
        Some(match self {
            Self::Node(_) | Self::Elsewhere(_) => return None,
            Self::Boolean(_) => System::Boolean,
            Self::Integer(_) => System::Integer,
            Self::Long(_) => System::Long,
            Self::Decimal(_) => System::Decimal,
            Self::Text(_) => System::String,
            Self::Date(_) => System::Date,
            Self::DateTime(_) => System::DateTime,
            Self::Time(_) => System::Time,
            Self::Quantity(_) => System::Quantity,
            Self::Type(_) => System::TypeInfo,
        })
    }

    /// A string that was made.
    pub(super) fn text(text: String) -> Self {
        Self::Text(text.into())
    }

    /// A quantity.
    pub(super) fn quantity(value: Decimal, unit: Measure) -> Self {
        Self::Quantity(Arc::new(Quantity { value, unit }))
    }

    /// The number that it is.
    pub(super) fn number(&self) -> Option<Decimal> {
        match self {
            Self::Integer(number) | Self::Long(number) => Some((*number).into()),
            Self::Decimal(number) => Some(*number),
            _ => None,
        }
    }

    /// As `toString` gives it; `None` for elements and types.
    pub fn to_text(&self) -> Option<Text<'a>> {
        Some(match self {
            Self::Node(_) | Self::Elsewhere(_) | Self::Type(_) => return None,
            Self::Boolean(value) => Text::Borrowed(if *value { "true" } else { "false" }),
            Self::Integer(number) | Self::Long(number) => number.to_string().into(),
            Self::Decimal(number) => number.to_string().into(),
            Self::Text(text) => text.clone(),
            Self::Date(moment) | Self::DateTime(moment) => moment.to_string().into(),
            Self::Time(moment) => Clock(*moment).to_string().into(),
            Self::Quantity(quantity) => quantity.to_string().into(),
        })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.unit {
            Measure::Calendar(unit) if self.value == Decimal::from(1) => write!(out, "{} {}", self.value, unit.word()),
            Measure::Calendar(unit) => write!(out, "{} {}s", self.value, unit.word()),
            Measure::Code(code) => write!(out, "{} '{code}'", self.value),
        }
    }
}

// What an item holds may be a patient's: only its kind is told.
impl fmt::Debug for Item<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.system().map_or("an element", System::name))
    }
}

impl fmt::Debug for Quantity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a quantity")
    }
}
