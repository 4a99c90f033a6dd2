//! `hallmark standards test`: what a trust runs on its own pack. Lints it and runs every rule's proof with the engine
//! that checks messages.

use super::console::{print, say};
use super::error::Error;
use super::settings::Shared;
use super::sheet::Sheet;
use super::{args, proofs};
use crate::check::fhir::Code;
use crate::check::{INTERNAL_ERROR, Plan, across, native};
use crate::compile::hl7v2::Compiler;
use crate::ingest::Fault;
use crate::parse::CODES;
use crate::report::words;
use crate::standard::{Catalogue, OWN_PACK, Origin, Pack, Rule, Test};
use std::io;

/// Something is wrong with a pack.
const WRONG: u8 = 1;

/// What was found of one pack.
struct Tested<'p> {
    pack: &'p Pack,
    proofs: usize,
    wrong: Vec<(String, String)>,
}

/// Tests the packs in the folders. Returns the exit code.
///
/// # Errors
/// When a pack cannot be read, with the place in its file.
pub(crate) fn test(flags: &args::TestPacks, shared: &Shared) -> Result<u8, Error> {
    let catalogue = Catalogue::load(&flags.folders)?;
    let plan = Plan::new(catalogue);
    let compiler = Compiler::new(&plan)?;
    let own = plan.catalogue.packs.iter().filter(|pack| pack.origin == Origin::User);
    let tested: Vec<Tested<'_>> = own
        .map(|pack| {
            let mut wrong = lint(&plan.catalogue, pack);
            let proved = proofs::pack(&plan, &compiler, pack);
            for proof in &proved {
                let which = format!("{} proof {}", proof.code, proof.number);
                wrong.extend(proof.faults.iter().map(|fault| (which.clone(), fault.clone())));
            }
            Tested { pack, proofs: proved.len(), wrong }
        })
        .collect();
    let wrong: usize = tested.iter().map(|tested| tested.wrong.len()).sum();
    print(|out| tell(&mut Sheet::new(out, shared.color), &tested)).map_err(Error::Output)?;
    if wrong > 0 && !shared.quiet {
        say(&words::count(wrong as u64, "thing to mend", "things to mend"));
    }
    Ok(if wrong > 0 { WRONG } else { 0 })
}

fn tell(sheet: &mut Sheet<'_>, tested: &[Tested<'_>]) -> io::Result<()> {
    for (at, Tested { pack, proofs, wrong }) in tested.iter().enumerate() {
        if at > 0 {
            sheet.blank()?;
        }
        sheet.heading(&pack.id)?;
        let rules = words::count(pack.rules.len() as u64, "rule", "rules");
        let proofs = words::count(*proofs as u64, "proof", "proofs");
        let asked = words::count(pack.requirements.len() as u64, "requirement", "requirements");
        sheet.field("holds", &format!("{rules}, {proofs}, {asked}"))?;
        for (what, fault) in wrong {
            sheet.hanging(&format!("  {what}: "), fault)?;
        }
        sheet.field("result", if wrong.is_empty() { "nothing to mend" } else { "to be mended" })?;
    }
    Ok(())
}

/// What loading does not refuse and is still wrong: what, and why.
fn lint(catalogue: &Catalogue, pack: &Pack) -> Vec<(String, String)> {
    let mut wrong = Vec::new();
    let mut say = |what: &str, why: &str| wrong.push((what.to_owned(), why.to_owned()));
    for rule in &pack.rules {
        match (rule.breaks.is_empty(), rule.unproven.is_some()) {
            (true, false) if pack.id != OWN_PACK && !is_ours(rule) => {
                say(&rule.code, "it has no proof, so nothing shows that it can fire; add [[rule.breaks]]");
            }
            (false, true) => say(&rule.code, "it has a proof, so it must not say why it has none"),
            _ => {}
        }
        for unknown in unknown_names(rule) {
            say(&rule.code, &unknown);
        }
    }
    for requirement in &pack.requirements {
        let tested =
            catalogue.packs.iter().flat_map(|pack| &pack.rules).any(|rule| rule.requirement.contains(&requirement.id));
        match (tested, requirement.why_not_tested.trim().is_empty()) {
            (false, true) => {
                say(&requirement.id, "no rule tests it and why_not_tested is empty; say what would test it")
            }
            (true, false) => say(&requirement.id, "a rule tests it, so why_not_tested must be empty"),
            _ => {}
        }
    }
    wrong
}

/// Names in a rule that nothing here answers to: such a rule would never fire.
fn unknown_names(rule: &Rule) -> Vec<String> {
    match rule.test() {
        Ok(Test::Native(name)) if native::find(name).is_none() => {
            let names: Vec<_> = native::all().iter().map(|native| native.name).collect();
            vec![format!("there is no native check {name}; there are: {}", names.join(", "))]
        }
        Ok(Test::Across(name)) if !across::NAMES.contains(&name) => {
            vec![format!("there is no check across messages {name}; there are: {}", across::NAMES.join(", "))]
        }
        Ok(Test::Syntax(codes)) => {
            codes.iter().filter(|code| !is_fault(code)).map(|code| format!("there is no fault {code}")).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether it tells of a failure of Hallmark itself, which no message shows.
fn is_ours(rule: &Rule) -> bool {
    matches!(rule.test(), Ok(Test::Syntax(codes)) if codes.iter().all(|code| code == INTERNAL_ERROR))
}

fn is_fault(code: &str) -> bool {
    match code.split_once('.') {
        Some(("ingest", rest)) => Fault::ALL.iter().any(|fault| fault.code() == rest),
        Some(("hl7v2" | "json" | "xml", _)) => CODES.contains(&code),
        Some(("fhir", _)) => Code::named(code).is_some(),
        Some(("run" | "judge", _)) => true,
        _ => false,
    }
}
