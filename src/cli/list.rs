//! `hallmark list`: standards, integrations, requirements, rules.

use super::args::{self, Listed};
use super::console::print;
use super::error::Error;
use super::settings::{Name, Shared, integrations};
use super::table::Table;
use crate::standard::{Catalogue, Day, Origin, Pack, Requirement, Rule};
use serde_json::{Value, json};

/// Prints the list.
///
/// # Errors
/// When a pack or name is wrong, or nothing can be printed.
pub(crate) fn run(flags: &args::List, shared: &Shared) -> Result<(), Error> {
    let catalogue = shared.packs(&flags.packs).load()?;
    // A project's `for` narrows what is judged, not what there is to be listed.
    let typed: Vec<Name> = flags.integrations.iter().map(|id| Name::typed(id)).collect();
    let wanted = integrations(&typed, &catalogue)?;
    let table = table(flags.what, &catalogue, &wanted);
    print(|out| table.print(flags.format, shared.color, out)).map_err(Error::Output)
}

fn table(what: Listed, catalogue: &Catalogue, wanted: &[String]) -> Table {
    match what {
        Listed::Standards => standards(catalogue, wanted),
        Listed::Integrations => integration_table(catalogue, wanted),
        Listed::Requirements => requirements(catalogue, wanted),
        Listed::Rules => rules(catalogue, wanted),
    }
}

/// Whether something that bears on `ids` is asked for.
fn bears(wanted: &[String], mut ids: impl Iterator<Item = impl AsRef<str>>) -> bool {
    wanted.is_empty() || ids.any(|id| wanted.iter().any(|wanted| wanted == id.as_ref()))
}

fn bears_on(rule: &Rule) -> impl Iterator<Item = &String> {
    rule.blocks.iter().chain(&rule.degrades)
}

fn standards(catalogue: &Catalogue, wanted: &[String]) -> Table {
    let today = Day::today();
    let row = |pack: &Pack| {
        let next = pack.dates.iter().filter(|date| !date.date.reached(today)).min_by_key(|date| date.date);
        vec![
            json!(pack.id),
            json!(pack.version),
            json!(pack.status_on(today)),
            json!(if pack.origin == Origin::User { "yours" } else { "built in" }),
            json!(pack.rules.len()),
            json!(pack.requirements.len()),
            next.map_or(Value::Null, |date| json!(format!("{} {}", date.date, date.event))),
            json!(pack.title),
            json!(pack.publisher),
        ]
    };
    let packs = catalogue.packs.iter().filter(|pack| bears(wanted, pack.integrations.iter()));
    Table {
        columns: &["id", "version", "status", "origin", "rules", "requirements", "next_date", "title", "publisher"],
        aside: "by",
        everything: 0,
        rows: packs.map(row).collect(),
    }
}

fn integration_table(catalogue: &Catalogue, wanted: &[String]) -> Table {
    let rows = catalogue.integrations.iter().filter(|known| bears(wanted, [&known.id].into_iter())).map(|known| {
        let rules = || catalogue.packs.iter().flat_map(|pack| &pack.rules);
        vec![
            json!(known.id),
            json!(rules().filter(|rule| rule.blocks.contains(&known.id)).count()),
            json!(rules().filter(|rule| rule.degrades.contains(&known.id)).count()),
            json!(known.owner),
            json!(known.name),
        ]
    });
    Table {
        columns: &["id", "blocking_rules", "degrading_rules", "owner", "name"],
        aside: "",
        everything: 0,
        rows: rows.collect(),
    }
}

fn requirements(catalogue: &Catalogue, wanted: &[String]) -> Table {
    let row = |pack: &Pack, requirement: &Requirement| {
        let rules: Vec<&Rule> = testers(pack, requirement).collect();
        let shown = match rules.is_empty() {
            true => bears(wanted, pack.integrations.iter()),
            false => bears(wanted, rules.iter().flat_map(|rule| bears_on(rule))),
        };
        shown.then(|| {
            vec![
                json!(requirement.id),
                json!(pack.id),
                json!(requirement.verb),
                json!(if rules.is_empty() { "not tested" } else { "tested" }),
                json!(rules.iter().map(|rule| rule.code.as_str()).collect::<Vec<_>>()),
                json!(requirement.statement),
                json!(requirement.why_not_tested),
            ]
        })
    };
    let rows =
        catalogue.packs.iter().flat_map(|pack| pack.requirements.iter().filter_map(move |known| row(pack, known)));
    Table {
        columns: &["id", "standard", "verb", "coverage", "rules", "statement", "why_not_tested"],
        aside: "not tested:",
        everything: 0,
        rows: rows.collect(),
    }
}

/// The rules that test a requirement: rules name those of their own pack.
pub(super) fn testers<'c>(pack: &'c Pack, requirement: &'c Requirement) -> impl Iterator<Item = &'c Rule> {
    pack.rules.iter().filter(|rule| rule.requirement.contains(&requirement.id))
}

fn rules(catalogue: &Catalogue, wanted: &[String]) -> Table {
    let rows = catalogue.packs.iter().flat_map(|pack| pack.rules.iter().map(move |rule| (pack, rule)));
    let rows = rows.filter(|(_, rule)| bears(wanted, bears_on(rule))).map(|(pack, rule)| {
        vec![
            json!(rule.code),
            json!(rule.severity.as_str()),
            json!(pack.id),
            json!(rule.requirement),
            json!(rule.blocks),
            json!(rule.degrades),
            json!(rule.name),
        ]
    });
    Table {
        columns: &["code", "severity", "standard", "requirements", "blocks", "degrades", "name"],
        aside: "",
        everything: catalogue.integrations.len(),
        rows: rows.collect(),
    }
}
