//! `hallmark explain`: a rule, requirement, standard, integration or path of FHIR, in words.

mod path;

use super::args;
use super::console::print;
use super::error::{Error, Unknown};
use super::list::testers;
use super::packages::Definitions;
use super::settings::Shared;
use super::sheet::Sheet;
use crate::report::words;
use crate::standard::{Break, Catalogue, Day, Integration, Origin, Pack, ProofFile, Requirement, Rule, proof};
use path::{Paths, Told};
use std::io;

/// Something that has a code.
enum Found<'c> {
    Rule(&'c Pack, &'c Rule),
    Requirement(&'c Pack, &'c Requirement),
    Standard(&'c Pack),
    Integration(&'c Integration),
    Path(Told),
}

/// Explains each code.
///
/// # Errors
/// When a pack is wrong, nothing has the code, or nothing can be printed.
pub(crate) fn run(flags: &args::Explain, shared: &Shared) -> Result<(), Error> {
    let catalogue = shared.packs(&flags.packs).load()?;
    let definitions = Definitions::new(&flags.definitions, shared)?;
    let mut paths = None;
    let mut all = Vec::new();
    for code in &flags.codes {
        let mut found = find(&catalogue, code);
        if found.is_empty() && path::is_path(code) {
            let paths = match &paths {
                Some(paths) => paths,
                None => paths.insert(Paths::open(shared.packs(&flags.packs).load()?, &definitions)?),
            };
            found.extend(paths.find(code)?.into_iter().map(Found::Path));
        }
        if found.is_empty() {
            let unknown = Unknown {
                kind: "rule, requirement, standard, integration or path",
                name: code.clone(),
                place: None,
                known: names(&catalogue),
            };
            return Err(Box::new(unknown).into());
        }
        all.extend(found);
    }
    print(|out| {
        let mut sheet = Sheet::new(out, shared.color);
        for (at, found) in all.iter().enumerate() {
            if at > 0 {
                sheet.blank()?;
            }
            match found {
                Found::Rule(pack, rule) => explain_rule(&mut sheet, &catalogue, pack, rule)?,
                Found::Requirement(pack, known) => explain_requirement(&mut sheet, pack, known)?,
                Found::Standard(pack) => explain_standard(&mut sheet, pack)?,
                Found::Integration(known) => explain_integration(&mut sheet, &catalogue, known)?,
                Found::Path(told) => {
                    if let Some(paths) = &paths {
                        paths.write(&mut sheet, told)?;
                    }
                }
            }
        }
        Ok(())
    })
    .map_err(Error::Output)
}

/// Everything with this code, whatever the letter case; a rule also by its name.
fn find<'c>(catalogue: &'c Catalogue, code: &str) -> Vec<Found<'c>> {
    let is = |id: &str| id.eq_ignore_ascii_case(code);
    let mut found = Vec::new();
    for pack in &catalogue.packs {
        found.extend(is(&pack.id).then_some(Found::Standard(pack)));
        let rules: Vec<_> = pack.rules.iter().filter(|rule| is(&rule.code) || is(&rule.name)).collect();
        // A requirement whose only test has its own code is told with that rule.
        let told = |id: &str| rules.iter().any(|rule| rule.code == id);
        let requirements = pack.requirements.iter().filter(|known| is(&known.id) && !told(&known.id));
        found.extend(requirements.map(|known| Found::Requirement(pack, known)));
        found.extend(rules.iter().map(|rule| Found::Rule(pack, rule)));
    }
    found.extend(catalogue.integrations.iter().filter(|known| is(&known.id)).map(Found::Integration));
    found
}

fn names(catalogue: &Catalogue) -> Vec<String> {
    let packs = catalogue.packs.iter();
    let in_packs = packs.flat_map(|pack| {
        let rules = pack.rules.iter().flat_map(|rule| [&rule.code, &rule.name]);
        std::iter::once(&pack.id).chain(rules).chain(pack.requirements.iter().map(|known| &known.id))
    });
    in_packs.chain(catalogue.integrations.iter().map(|known| &known.id)).cloned().collect()
}

fn explain_rule(sheet: &mut Sheet<'_>, catalogue: &Catalogue, pack: &Pack, rule: &Rule) -> io::Result<()> {
    sheet.heading(&format!("{} {}", rule.code, rule.name))?;
    sheet.field("what", rule.message.as_deref().unwrap_or_default())?;
    for id in &rule.requirement {
        if let Some(known) = pack.requirements.iter().find(|known| known.id == *id) {
            sheet.field("requirement", &format!("{} ({}): {}", known.id, known.verb, known.statement))?;
        }
    }
    sheet.field("why", &rule.why)?;
    sheet.field("fix", &rule.fix)?;
    sheet.field("severity", rule.severity.as_str())?;
    sheet.field("blocks", &rule.blocks.join(", "))?;
    sheet.field("degrades", &rule.degrades.join(", "))?;
    if rule.blocks.is_empty() && rule.degrades.is_empty() {
        sheet.field("effect", "on no integration; it informs")?;
    }
    sheet.field("where", rule.on.as_deref().unwrap_or_default())?;
    sheet.field("messages", &if rule.messages.is_empty() { &pack.messages } else { &rule.messages }.join(", "))?;
    let unverified = if rule.source.verified { "" } else { " (not verified by us, so the rule may only warn)" };
    sheet.field("source", &format!("{}, {}{unverified}", rule.source.title, rule.source.section))?;
    sheet.field("read it at", &rule.source.url)?;
    sheet.field("standard", &format!("{}: {} {}", pack.id, pack.title, pack.version))?;
    match rule.breaks.first() {
        Some(proof) => examples(sheet, catalogue, pack, rule, proof),
        None => Ok(()),
    }
}

/// The rule's own proof as a failing and a passing example.
fn examples(sheet: &mut Sheet<'_>, catalogue: &Catalogue, pack: &Pack, rule: &Rule, change: &Break) -> io::Result<()> {
    let Ok(proof) = proof(catalogue, &pack.id, change) else { return Ok(()) };
    let at = if matches!(change.at.as_str(), "" | "message") { "the message as a whole" } else { &change.at };
    sheet.blank()?;
    let lead = format!("An invented example, from the proof in {}. {} is found at {at}.", rule.file, rule.code);
    sheet.hanging("  ", &lead)?;
    let texts = |files: &[ProofFile]| -> Vec<String> { files.iter().flat_map(|file| lines(&file.bytes)).collect() };
    let (passing, failing) = (texts(&proof.conforming), texts(&proof.broken));
    let (lost, new) = difference(&passing, &failing);
    if proof.broken.len() > 1 {
        sheet.heading("  fails, read in one run")?;
        for file in &proof.broken {
            sheet.verbatim(&format!("    {}: {}", file.name, first_line(&file.bytes)))?;
        }
    } else {
        sheet.heading("  fails")?;
    }
    excerpt(sheet, &new)?;
    sheet.heading("  passes")?;
    match (lost.is_empty(), proof.broken.len()) {
        (true, 1) => sheet.verbatim("    the message without it"),
        (true, _) => sheet.verbatim("    each of these alone"),
        (false, _) => excerpt(sheet, &lost),
    }
}

fn excerpt(sheet: &mut Sheet<'_>, lines: &[&String]) -> io::Result<()> {
    lines.iter().try_for_each(|line| sheet.verbatim(&format!("    {line}")))
}

fn first_line(bytes: &[u8]) -> String {
    lines(bytes).into_iter().next().unwrap_or_default()
}

/// Segments, with carriage returns at the ends left out and line feeds, which the standard does not have, shown.
fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    text.split('\r').filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Lines of `before` that `after` lacks, and the other way round; where only the order differs, all of both.
fn difference<'l>(before: &'l [String], after: &'l [String]) -> (Vec<&'l String>, Vec<&'l String>) {
    let missing = |from: &'l [String], of: &'l [String]| -> Vec<&'l String> {
        let mut left: Vec<&String> = from.iter().collect();
        from.iter()
            .filter(|line| match left.iter().position(|other| other == line) {
                // Count repeats: the second of two equal lines is new where there was one.
                Some(at) => {
                    left.remove(at);
                    of.iter().filter(|other| other == line).count() < from.iter().filter(|other| other == line).count()
                }
                None => false,
            })
            .collect()
    };
    let (lost, new) = (missing(before, after), missing(after, before));
    match before != after && lost.is_empty() && new.is_empty() {
        true => (before.iter().collect(), after.iter().collect()),
        false => (lost, new),
    }
}

fn explain_requirement(sheet: &mut Sheet<'_>, pack: &Pack, known: &Requirement) -> io::Result<()> {
    sheet.heading(&format!("{} requirement of {}", known.id, pack.id))?;
    sheet.field("what", &known.statement)?;
    sheet.field("strength", &known.verb)?;
    sheet.field("section", &known.section)?;
    for rule in testers(pack, known) {
        sheet.field("tested by", &format!("{} {}", rule.code, rule.name))?;
    }
    sheet.field("not tested", &known.why_not_tested)?;
    sheet.field("standard", &format!("{} {}", pack.title, pack.version))
}

fn explain_standard(sheet: &mut Sheet<'_>, pack: &Pack) -> io::Result<()> {
    sheet.heading(&format!("{} standard", pack.id))?;
    sheet.field("title", &pack.title)?;
    sheet.field("publisher", &pack.publisher)?;
    sheet.field("version", &pack.version)?;
    sheet.field("status", pack.status_on(Day::today()))?;
    sheet.field("about", &pack.about)?;
    sheet.field("messages", &pack.messages.join(", "))?;
    sheet.field("builds on", &pack.builds_on.join(", "))?;
    sheet.field("bears on", &pack.integrations.join(", "))?;
    let tested = pack.requirements.iter().filter(|known| testers(pack, known).next().is_some()).count();
    let asked = words::count(pack.requirements.len() as u64, "requirement", "requirements");
    let rules = words::count(pack.rules.len() as u64, "rule", "rules");
    sheet.field("coverage", &format!("{asked}, {tested} of them tested by {rules}"))?;
    for date in &pack.dates {
        let when = format!("{} {}: {}", date.date, date.event, date.what);
        sheet.field("date", &format!("{when} ({}, {})", date.source.title, date.source.section))?;
    }
    let origin = if pack.origin == Origin::User { "yours" } else { "built in" };
    sheet.field("origin", &format!("{origin}, SHA-256 {}", pack.digest))
}

fn explain_integration(sheet: &mut Sheet<'_>, catalogue: &Catalogue, known: &Integration) -> io::Result<()> {
    sheet.heading(&format!("{} integration", known.id))?;
    sheet.field("name", &known.name)?;
    sheet.field("about", &known.about)?;
    sheet.field("owner", &known.owner)?;
    sheet.field("joins", &known.joins)?;
    let rules = || catalogue.packs.iter().flat_map(|pack| &pack.rules);
    let codes = |of: fn(&Rule) -> &Vec<String>| -> String {
        rules()
            .filter(|rule| of(rule).contains(&known.id))
            .map(|rule| rule.code.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    sheet.field("blocked by", &codes(|rule| &rule.blocks))?;
    sheet.field("degraded by", &codes(|rule| &rule.degrades))?;
    let bearing = catalogue.packs.iter().filter(|pack| pack.integrations.contains(&known.id));
    sheet.field("standards", &bearing.map(|pack| pack.id.as_str()).collect::<Vec<_>>().join(", "))
}
