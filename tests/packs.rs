//! Every rule's proof, and every sample: the rule fires, alone, where it says; a conforming message is clean.

use hallmark::check::fhir::Code;
use hallmark::check::{INTERNAL_ERROR, Plan, Plans};
use hallmark::cli::proofs;
use hallmark::compile::hl7v2::Compiler;
use hallmark::parse;
use hallmark::standard::{Catalogue, OWN_PACK, ProofFile, Test};

fn plan() -> Plan {
    Plan::new(Catalogue::load(&[]).unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn every_proof_holds() {
    let plan = plan();
    let compiler = Compiler::new(&plan).unwrap_or_else(|error| panic!("{error}"));
    let mut failed = Vec::new();
    let mut run = 0;
    for pack in &plan.catalogue.packs {
        for proved in proofs::pack(&plan, &compiler, pack) {
            run += 1;
            if !proved.faults.is_empty() {
                failed.push(format!("{} {} #{}: {}", pack.id, proved.code, proved.number, proved.faults.join("; ")));
            }
        }
    }
    assert!(failed.is_empty(), "{} of {run} proofs fail:\n{}", failed.len(), failed.join("\n"));
    assert!(run > 100, "only {run} proofs were found");
}

#[test]
fn every_rule_has_a_proof_or_says_why_not() {
    let plan = plan();
    let without: Vec<_> = plan
        .catalogue
        .packs
        .iter()
        // Hallmark's own rules are about a run, not a message: the judge's tests prove them.
        .filter(|pack| pack.id != OWN_PACK)
        .flat_map(|pack| &pack.rules)
        .filter(|rule| rule.breaks.is_empty() != rule.unproven.is_some())
        // No message shows that Hallmark itself fails; the tests of the command line make it.
        .filter(|rule| !matches!(rule.test(), Ok(Test::Syntax(codes)) if codes.iter().all(|c| c == INTERNAL_ERROR)))
        .map(|rule| rule.code.as_str())
        .collect();
    assert!(without.is_empty(), "rules without a proof, or with one that says why it has none: {without:?}");
}

#[test]
fn every_fault_of_the_fhir_engine_has_a_rule_of_its_severity() {
    let plan = plan();
    let compiler = Compiler::new(&plan).unwrap_or_else(|error| panic!("{error}"));
    for code in Code::ALL {
        let rule = compiler.syntax().rule(code.as_str()).unwrap_or_else(|| panic!("{} has no rule", code.as_str()));
        assert_eq!(plan.rule(rule).severity, code.severity(), "{}", code.as_str());
    }
    for code in parse::fhir::CODES {
        assert!(Code::named(code).is_some(), "{code}");
    }
}

#[test]
fn every_requirement_is_tested_or_says_why_not() {
    let plan = plan();
    for pack in &plan.catalogue.packs {
        for requirement in &pack.requirements {
            let tested = pack.rules.iter().any(|rule| rule.requirement.contains(&requirement.id));
            let says = !requirement.why_not_tested.trim().is_empty();
            assert!(tested != says, "{} {}: tested {tested}, says why not {says}", pack.id, requirement.id);
        }
    }
}

#[test]
fn samples_are_clean_one_by_one_and_all_together() {
    let plan = plan();
    let compiler = Compiler::new(&plan).unwrap_or_else(|error| panic!("{error}"));
    let mut all = Vec::new();
    for pack in &plan.catalogue.packs {
        for (name, bytes) in plan.catalogue.files_below(&pack.id, "samples/") {
            let file = ProofFile { name: format!("{}/{name}", pack.id), bytes: bytes.to_vec() };
            let found = proofs::findings(&plan, &compiler, std::slice::from_ref(&file));
            assert!(found.is_empty(), "{}: {found:?}", file.name);
            all.push(file);
        }
    }
    // The samples tell many stories, of which one need not hold the other half of another: rules across messages aside.
    let across = |found: &String| {
        let rule = found.split_once('@').and_then(|(code, _)| plan.find(code)).map(|id| plan.rule(id).test());
        matches!(rule, Some(Ok(Test::Across(_))))
    };
    let mut found = proofs::findings(&plan, &compiler, &all);
    found.retain(|found| !across(found));
    assert!(found.is_empty(), "all together: {found:?}");
}
