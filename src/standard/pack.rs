//! A standard as data: its manifest, its calendar and its requirements.

use super::rule::Rule;
use super::{Day, Severity};
use serde::Deserialize;

/// Where a pack came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// Carried by the binary.
    #[default]
    BuiltIn,
    /// Given by the user with `--standards`.
    User,
}

/// A published, dated specification as data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// The folder's name.
    pub id: String,
    /// Title of the document.
    pub title: String,
    /// Who publishes it.
    pub publisher: String,
    /// Version of the document.
    pub version: String,
    /// `draft`, `active`, `deprecated` or `retired`, as published.
    pub status: String,
    /// Order of application: later layers override earlier ones, constraint by constraint.
    pub layer: i32,
    /// Packs it needs.
    #[serde(default)]
    pub builds_on: Vec<String>,
    /// The syntax it speaks of, e.g. `hl7v2`; empty for every syntax.
    #[serde(default)]
    pub syntax: String,
    /// Message patterns it applies to: `ADT`, `ADT^A40`, `*`.
    #[serde(default)]
    pub messages: Vec<String>,
    /// Integrations it bears on.
    #[serde(default)]
    pub integrations: Vec<String>,
    /// One plain sentence.
    #[serde(default)]
    pub about: String,
    /// Its calendar.
    #[serde(default, rename = "date")]
    pub dates: Vec<Date>,
    /// Its rules, in file and then document order.
    #[serde(skip)]
    pub rules: Vec<Rule>,
    /// Its requirements, in document order.
    #[serde(skip)]
    pub requirements: Vec<Requirement>,
    /// Where it came from.
    #[serde(skip)]
    pub origin: Origin,
    /// SHA-256 over its files' names and bytes.
    #[serde(skip)]
    pub digest: String,
}

/// A date of a standard.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Date {
    /// When.
    pub date: Day,
    /// `starts`, `mandatory`, `deprecated`, `stops` or `review`.
    pub event: String,
    /// What happens, in plain words.
    pub what: String,
    /// Integrations it bears on; empty for all of the pack's.
    #[serde(default)]
    pub integrations: Vec<String>,
    /// Where the date is published.
    pub source: Source,
}

/// Which document says so.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Title of the document.
    pub title: String,
    /// Section in it.
    #[serde(default)]
    pub section: String,
    /// Where it is published, when it can be read on the web.
    #[serde(default)]
    pub url: String,
    /// Whether we read it there. A rule whose source is not verified may warn, never block.
    #[serde(default)]
    pub verified: bool,
}

/// The sentence a standard makes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Id, e.g. `PAS-09`.
    pub id: String,
    /// Section of the source.
    #[serde(default)]
    pub section: String,
    /// `SHALL`, `SHOULD` or `MAY`.
    #[serde(default)]
    pub verb: String,
    /// The requirement in our words.
    pub statement: String,
    /// Why no rule tests it and what would; empty when one does.
    #[serde(default)]
    pub why_not_tested: String,
}

/// A national service and the part a local system plays in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Integration {
    /// `service/role`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Who runs it.
    pub owner: String,
    /// How a system joins.
    pub joins: String,
    /// One plain sentence.
    pub about: String,
}

impl Pack {
    /// The status on `as_of`: what is published, moved on by the pack's own dates.
    pub fn status_on(&self, as_of: Day) -> &str {
        let mut status = self.status.as_str();
        for date in self.dates.iter().filter(|d| d.date.reached(as_of) && d.integrations.is_empty()) {
            match date.event.as_str() {
                "deprecated" => status = "deprecated",
                "stops" => status = "retired",
                _ => {}
            }
        }
        status
    }

    /// How many rules block something.
    pub fn blocking_rules(&self) -> usize {
        self.rules.iter().filter(|rule| !rule.blocks.is_empty() && rule.severity <= Severity::Error).count()
    }
}
