//! The judge as a whole: runs in, judgements out.

use super::bench::{artifact, day, find, judged, pass, plan, run, tally, words};
use super::*;
use crate::check::{GroupKey, Located};
use crate::standard::Outcome::{CannotTell, Failed};

const RULES: &[&str] = &["R1 Q1 error +a/x -b/y", "R2 Q2 error +a/x", "R3 Q2,Q3 error +a/x +b/y", "R4 . warning -c/z"];

/// Every rule of [`RULES`] passed nine times.
fn passed(plan: &Plan) -> Tally {
    let mut tally = tally(plan, 9);
    for code in ["R1", "R2", "R3", "R4"] {
        pass(plan, &mut tally, code, 9);
    }
    tally
}

fn waiver(rule: &str, more: &str) -> Waiver {
    let text = format!(
        "[[waiver]]\nrule = '{rule}'\nreason = 'it is mapped'\nowner = 'the team'\napproved_by = 'the board'\n\
         expires = '2026-12-31'\n{more}"
    );
    waiver::read("w.toml", &text).expect("a waiver file").remove(0)
}

#[test]
fn each_integration_has_its_own_verdict() {
    let plan = plan("", RULES);
    assert_eq!(words(&judged(&plan, passed(&plan))), ["clear", "clear", "not-shown"]);
    let mut one = passed(&plan);
    find(&plan, &mut one, "R1", Failed, "a.hl7", "PID-3");
    let judgement = judged(&plan, one);
    assert_eq!(words(&judgement), ["blocked", "at-risk", "not-shown"]);
    let blocked = &judgement.verdicts[0];
    assert_eq!(
        blocked.summary,
        "As shown, this system cannot join: 1 of 3 requirements that could block it fails. PID-3: it is R1. It matters."
    );
    assert_eq!(
        (blocked.because[0].count, blocked.because[0].requirements.as_slice()),
        (1, ["Q1".to_owned()].as_slice())
    );
    assert_eq!(judgement.verdicts[1].summary, "Nothing shown blocks it, but 1 rule failed that make it work worse.");
    let clear = &judged(&plan, passed(&plan)).verdicts[0].summary.clone();
    assert_eq!(clear, "Shown by 9 messages: all 3 requirements that could block it held.");
}

#[test]
fn nothing_shown_is_never_clear() {
    let plan = plan("", RULES);
    for messages in [0, 9, 9_000] {
        let judgement = judged(&plan, tally(&plan, messages));
        assert_eq!(words(&judgement), ["not-shown"; 3]);
        assert_eq!(judgement.totals.exit(FailOn::default()), Exit::NothingProven);
    }
    let outcomes = |messages| judged(&plan, tally(&plan, messages)).rules[0].outcome;
    assert_eq!((outcomes(0), outcomes(9)), (Outcome::Untested, Outcome::Inapplicable));
}

#[test]
fn what_was_not_shown_is_listed_until_it_cannot_have_been_in_question() {
    let plan = plan("", RULES);
    let mut few = tally(&plan, verdict::ENOUGH - 1);
    pass(&plan, &mut few, "R2", 9);
    let judgement = judged(&plan, few);
    let verdict = &judgement.verdicts[0];
    assert_eq!(verdict.decision, Decision::NotShown);
    assert_eq!(verdict.summary, "Of 3 requirements that could block it, 2 were never shown; this is not a pass.");
    let told: Vec<_> =
        verdict.because.iter().map(|b| (b.outcome, b.requirements.join(" "), b.reason.as_str())).collect();
    let none = "none of the 29 messages of its kind had what it speaks of";
    assert_eq!(told, [(Outcome::Untested, "Q1".into(), none), (Outcome::Untested, "Q3".into(), none)]);

    let mut many = tally(&plan, verdict::ENOUGH);
    pass(&plan, &mut many, "R2", 9);
    let judgement = judged(&plan, many);
    let verdict = &judgement.verdicts[0];
    assert_eq!(verdict.decision, Decision::Clear);
    assert!(verdict.summary.ends_with("held, of which 2 never came into question."), "{}", verdict.summary);
    assert_eq!(verdict.because.iter().filter(|b| b.outcome == Outcome::Inapplicable).count(), 2);
}

#[test]
fn a_closed_gate_across_messages_is_evidence_missing() {
    let plan = plan("", &["R1 Q1 error +a/x", "R2 Q2 error +a/x across"]);
    let mut tally = tally(&plan, 9_000);
    pass(&plan, &mut tally, "R1", 9);
    assert_eq!(words(&judged(&plan, tally))[0], "not-shown");
}

#[test]
fn a_pack_of_which_nothing_was_shown_withholds_clear() {
    let mut plan = plan("", RULES);
    let mut other = plan.catalogue.packs[0].clone();
    other.id = "bookings".into();
    other.title = "The bookings".into();
    other.messages = vec!["SIU".into()];
    other.rules.truncate(1);
    other.rules[0].code = "B1".into();
    (other.rules[0].blocks, other.rules[0].degrades) = (Vec::new(), vec!["a/x".into()]);
    plan.catalogue.packs.push(other);
    let plan = Plan::new(std::mem::take(&mut plan.catalogue));
    let mut tally = passed(&plan);
    let b1 = usize::from(plan.find("B1").expect("the rule").0);
    tally.counts[b1] = Default::default();
    let judgement = judged(&plan, tally.clone());
    assert_eq!(words(&judgement), ["not-shown", "clear", "not-shown"]);
    let verdict = &judgement.verdicts[0];
    assert_eq!(verdict.summary, "What was shown held, but nothing was shown of The bookings; this is not a pass.");
    assert_eq!(verdict.because[0].reason, "nothing of The bookings was shown: no SIU message was shown");
    tally.counts[b1].reached = 1;
    assert_eq!(words(&judged(&plan, tally))[0], "clear");
}

#[test]
fn a_partial_run_puts_at_risk_what_it_showed() {
    let plan = plan("", RULES);
    let cut = Run { incomplete_because: vec!["interrupted".into()], ..run(&plan, passed(&plan)) };
    assert_eq!(words(&judge(cut)), ["at-risk"; 3]);
    let mut some = tally(&plan, 9);
    pass(&plan, &mut some, "R2", 9);
    let cut = Run { incomplete_because: vec!["interrupted".into()], ..run(&plan, some) };
    assert_eq!(words(&judge(cut)), ["at-risk", "not-shown", "not-shown"]);
    let unread = |state, sha256: &str| {
        let record = ArtifactRecord { state, sha256: sha256.into(), ..artifact("x.zip") };
        words(&judge(Run { artifacts: vec![record], ..run(&plan, passed(&plan)) }))[0]
    };
    assert_eq!(unread(ArtifactState::NotChecked, "00"), "clear", "a read-me file hides nothing");
    assert_eq!(unread(ArtifactState::NotChecked, ""), "at-risk");
    assert_eq!(unread(ArtifactState::Partly, "00"), "at-risk");
}

#[test]
fn scope_limits_verdicts_and_what_counts_as_blocking() {
    let plan = plan("", RULES);
    let mut tally = passed(&plan);
    find(&plan, &mut tally, "R2", Failed, "a.hl7", "PID-3");
    let scope = Scope { integrations: vec!["b/y".into()], standards: Vec::new() };
    let judgement = judge(Run { scope, ..run(&plan, tally.clone()) });
    assert_eq!(words(&judgement), ["clear"]);
    assert_eq!((judgement.totals.blocking, judgement.totals.error), (0, 1));
    let nothing = Scope { integrations: vec!["c/z".into()], standards: Vec::new() };
    let mut only_a = super::bench::tally(&plan, 9);
    pass(&plan, &mut only_a, "R2", 9);
    let judgement = judge(Run { scope: nothing, ..run(&plan, only_a) });
    assert_eq!(judgement.totals.exit(FailOn::default()), Exit::NothingProven);
    assert_eq!(judged(&plan, tally).totals.exit(FailOn::Blocks), Exit::Gaps);
}

#[test]
fn an_undecided_place_is_a_warning_and_blocks_nothing() {
    let plan = plan("", RULES);
    let mut tally = passed(&plan);
    find(&plan, &mut tally, "R2", CannotTell, "a.hl7", "PID-3");
    let judgement = judged(&plan, tally);
    assert_eq!(words(&judgement)[0], "at-risk");
    assert_eq!((judgement.totals.blocking, judgement.totals.error, judgement.totals.warning), (0, 0, 1));
    assert_eq!(judgement.requirements[1].outcome, CannotTell);
    assert!(judgement.verdicts[0].because[0].reason.starts_with("Could not be decided: PID-3"));
}

#[test]
fn the_calendar_decides_what_counts_today() {
    let dates = "[[date]]\ndate = '2026-04-01'\nevent = 'starts'\nwhat = 'it starts'\nsource = { title = 't' }\n\
                 [[date]]\ndate = '2027-03'\nevent = 'stops'\nwhat = 'it stops'\nsource = { title = 't' }";
    let plan = plan(dates, RULES);
    let mut tally = passed(&plan);
    find(&plan, &mut tally, "R2", Failed, "a.hl7", "PID-3");
    let on = |as_of| judge(Run { as_of: day(as_of), ..run(&plan, tally.clone()) });

    let before = on("2026-03");
    assert_eq!(words(&before)[0], "at-risk");
    assert_eq!((before.totals.blocking, before.totals.error, before.totals.warning), (0, 0, 1));
    assert_eq!(before.verdicts[0].summary, "Nothing shown blocks it, but 1 rule failed that count from 2026-04-01.");
    assert_eq!(before.verdicts[0].dates[0], "from 2026-04-01: it starts (The pack)");
    assert_eq!(before.rules[1].when.as_deref(), Some("from 2026-04-01"));

    let during = on("2026-11-22");
    assert_eq!((words(&during)[0], during.totals.blocking), ("blocked", 1));
    assert_eq!(during.verdicts[0].dates, ["works today, stops 2027-03: it stops (The pack)"]);
    assert_eq!(during.calendar.iter().map(|d| d.seen).collect::<Vec<_>>(), ["past", "ahead"]);

    let after = on("2027-04-01");
    assert_eq!(words(&after)[0], "at-risk");
    assert_eq!((after.totals.error, after.totals.information), (0, 1));
    assert_eq!(
        after.verdicts[0].because.last().map(|b| b.reason.as_str()),
        Some("what was shown follows The pack, retired since 2027-03")
    );
    assert_eq!(after.verdicts[0].dates, ["retired since 2027-03: it stops (The pack)"]);
}

#[test]
fn a_waiver_lifts_blocked_to_at_risk_and_is_named() {
    let plan = plan("", RULES);
    let mut tally = passed(&plan);
    find(&plan, &mut tally, "R2", Failed, "a.hl7", "PID-3[1]");
    find(&plan, &mut tally, "R2", Failed, "b.hl7", "PID-3[2]");
    let with = |waivers| judge(Run { waivers, ..run(&plan, tally.clone()) });

    let whole = with(vec![waiver("R2", "")]);
    assert_eq!(words(&whole)[0], "at-risk");
    assert_eq!((whole.totals.waived, whole.totals.findings, whole.totals.blocking), (2, 0, 0));
    assert!(whole.findings.iter().all(|f| f.state == State::Waived(0)));
    assert_eq!((whole.waivers[0].state, whole.waivers[0].matched), (WaiverState::Active, 2));
    let named = &whole.verdicts[0].because[0];
    assert!(
        named.reason.ends_with("(waived until 2026-12-31 (approved by the board): it is mapped)"),
        "{}",
        named.reason
    );
    assert_eq!(whole.rules[1].outcome, Failed, "the outcome is what was found, waived or not");

    let half = with(vec![waiver("R2", "artifact = 'a.*'")]);
    assert_eq!((words(&half)[0], half.totals.waived, half.totals.blocking), ("blocked", 1, 1));
    let path = with(vec![waiver("R2", "path = 'PID-3[2]'")]);
    assert_eq!((path.totals.waived, path.waivers[0].matched), (1, 1));
    let both = with(vec![waiver("R2", "path = 'PID-3[2]'"), waiver("R2", "")]);
    assert_eq!(both.findings.iter().map(|f| f.state).collect::<Vec<_>>(), [State::Waived(1), State::Waived(0)]);
    assert_eq!((both.totals.waived, both.waivers[0].matched, both.waivers[1].matched), (2, 1, 2));
}

#[test]
fn findings_not_listed_are_waived_only_where_every_artifact_is() {
    let plan = plan("", RULES);
    let mut tally = passed(&plan);
    find(&plan, &mut tally, "R2", Failed, "a.hl7", "PID-3");
    let key: GroupKey = tally.groups.keys().next().expect("one group").clone();
    tally.count_only(key, 500);
    let with = |more| judge(Run { waivers: vec![waiver("R2", more)], ..run(&plan, tally.clone()) }).totals.waived;
    assert_eq!(with("artifact = 'a.hl7'"), 1);
    assert_eq!(with("artifact = '?.hl7'"), 501);
    assert_eq!(with("path = 'PID-3'"), 501);
    assert_eq!(with("path = 'PID-5'"), 0);
}

#[test]
fn a_waiver_that_ran_out_or_covers_nothing_is_a_finding() {
    let plan = plan("", RULES);
    let mut tally = passed(&plan);
    find(&plan, &mut tally, "R2", Failed, "a.hl7", "PID-3");
    let old = Waiver { expires: day("2026-11-21"), ..waiver("R2", "") };
    let waivers = vec![old, waiver("R1", ""), waiver("NONE-1", ""), waiver("HM-02", "")];
    let judgement = judge(Run { waivers: waivers.clone(), ..run(&plan, tally.clone()) });
    assert_eq!((words(&judgement)[0], judgement.totals.waived), ("blocked", 0));
    let states: Vec<_> = judgement.waivers.iter().map(|w| w.state.as_str()).collect();
    assert_eq!(states, ["expired", "unmatched", "unmatched", "unmatched"]);
    let own: Vec<_> = judgement.groups.iter().filter(|g| is_own(&plan, g.rule)).map(|g| g.message.as_str()).collect();
    assert_eq!(
        own,
        [
            "the waiver of R2 ran out on 2026-11-21",
            "the waiver of HM-02 covers no finding",
            "the waiver of NONE-1 covers nothing: no rule in use has that code",
            "the waiver of R1 covers no finding",
        ]
    );
    let finding = judgement.findings.iter().find(|f| is_own(&plan, judgement.groups[f.group].rule)).expect("one");
    assert_eq!((finding.located.related[0].artifact.as_ref(), finding.located.related[0].line), ("w.toml", 1));
    assert_eq!(judgement.totals.warning, 4);

    let partial = Run { incomplete_because: vec!["cut".into()], waivers, ..run(&plan, tally) };
    let partial = judge(partial);
    assert_eq!(partial.totals.warning, 1, "in a partial run only the expired one is a finding");
}

#[test]
fn known_gaps_still_block_but_do_not_count() {
    let plan = plan("", RULES);
    let mut tally = passed(&plan);
    find(&plan, &mut tally, "R2", Failed, "a.hl7", "PID-3");
    let before = judged(&plan, tally.clone());
    let mut baseline = Baseline::default();
    before.findings.iter().for_each(|f| baseline.add_finding(&f.fingerprint));
    before.groups.iter().for_each(|g| baseline.add_group(&g.fingerprint, g.outcome, g.count, g.shown));
    find(&plan, &mut tally, "R1", Failed, "a.hl7", "PID-5");
    let after = judge(Run { baseline: Some(baseline.clone()), ..run(&plan, tally.clone()) });
    assert_eq!(words(&after)[0], "blocked");
    assert_eq!((after.totals.known, after.totals.findings), (1, 1));
    let waived = Run { baseline: Some(baseline), waivers: vec![waiver("R2", "")], ..run(&plan, tally) };
    let waived = judge(waived);
    assert_eq!((waived.totals.known, waived.totals.waived), (0, 1), "a waiver is named before the baseline");
}

#[test]
fn fingerprints_outlive_line_message_and_other_findings() {
    let plan = plan("", RULES);
    let fingerprints = |tally: &Tally| {
        let judgement = judged(&plan, tally.clone());
        let print = |f: &JudgedFinding| (f.place.path.to_string(), f.fingerprint.clone());
        judgement.findings.iter().map(print).collect::<std::collections::BTreeMap<_, _>>()
    };
    let mut tally = passed(&plan);
    find(&plan, &mut tally, "R2", Failed, "a.hl7", "PID-3[2]");
    let before = fingerprints(&tally);
    find(&plan, &mut tally, "R2", Failed, "a.hl7", "PID-3[1]");
    find(&plan, &mut tally, "R1", Failed, "a.hl7", "PID-3[2].1");
    assert_eq!(fingerprints(&tally)["PID-3[2]"], before["PID-3[2]"]);

    // Two findings that differ in nothing a fingerprint sees are told apart by their order.
    let key =
        GroupKey { rule: plan.find("R2").expect("R2"), outcome: Failed, path: "PID-3".into(), message: "else".into() };
    tally.find(key, super::bench::place("a.hl7", 1, 7, "PID-3[2]"), Located::default);
    let judgement = judged(&plan, tally);
    let same: std::collections::BTreeSet<_> = judgement.findings.iter().map(|f| &f.fingerprint).collect();
    assert_eq!(same.len(), 4);
    assert!(judgement.findings.iter().any(|f| f.fingerprint == before["PID-3[2]"]));
}

#[test]
fn requirements_say_why_nothing_was_shown() {
    let mut plan = plan("", RULES);
    let more = crate::standard::Requirement {
        id: "Q9".into(),
        why_not_tested: "a message cannot show it".into(),
        ..Default::default()
    };
    plan.catalogue.packs[0].requirements.push(more);
    let why = |tally| {
        let judgement = judged(&plan, tally);
        judgement.requirements.iter().map(|r| r.why_not_tested.clone().unwrap_or_default()).collect::<Vec<_>>()
    };
    let untested = "no ADT message was shown";
    assert_eq!(why(tally(&plan, 0)), [untested, untested, untested, "a message cannot show it"]);
    let one = "the one message of its kind had nothing it speaks of";
    assert_eq!(why(tally(&plan, 1)), [one, one, one, "a message cannot show it"]);
    assert_eq!(why(passed(&plan)), ["", "", "", "a message cannot show it"]);
}
