//! The order of segments: one fault in a message is one finding, and the rest is still checked.

use crate::bench::{self, Bench};
use hallmark::standard::Severity;
use proptest::prelude::*;
use std::sync::LazyLock;
use std::time::Instant;

static ALL: LazyLock<Bench> = LazyLock::new(Bench::all);

/// A plain admission that every pack finds clean.
fn a01() -> String {
    ALL.sample("itk-hl7v2-adt", "a01.hl7")
}

fn segments(text: &str) -> Vec<String> {
    text.split('\r').filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn joined(segments: &[String]) -> String {
    segments.iter().map(|segment| format!("{segment}\r")).collect()
}

fn index(segments: &[String], name: &str) -> usize {
    segments.iter().position(|segment| segment.starts_with(name)).unwrap_or_else(|| panic!("there is no {name}"))
}

/// The conforming admission after `change`.
fn changed(change: impl FnOnce(&mut Vec<String>)) -> String {
    let mut all = segments(&a01());
    change(&mut all);
    joined(&all)
}

fn found(text: &str) -> Vec<String> {
    ALL.codes(text.as_bytes())
}

#[test]
fn swapped_segments_are_one_finding() {
    let text = changed(|all| {
        let at = index(all, "EVN");
        all.swap(at, at + 1);
    });
    assert_eq!(found(&text), ["PAS-07@PID"]);
}

#[test]
fn a_missing_segment_is_one_finding() {
    let text = changed(|all| drop(all.remove(index(all, "PV1"))));
    assert_eq!(found(&text), ["PAS-07@PV1"]);
}

#[test]
fn a_segment_too_many_is_one_finding() {
    let text = changed(|all| {
        let at = index(all, "PV1");
        all.insert(at + 1, all[at].clone());
    });
    assert_eq!(found(&text), ["PAS-07@PV1[2]"]);
}

#[test]
fn a_segment_of_another_message_is_one_finding() {
    let text = changed(|all| all.push("OBR|1|||26604007^Full blood count^SCT".into()));
    assert_eq!(found(&text), ["PAS-07@OBR"]);
}

#[test]
fn a_segment_before_its_place_is_one_finding() {
    let text = changed(|all| {
        let diagnosis = all.remove(index(all, "DG1"));
        all.insert(index(all, "PV1"), diagnosis);
    });
    assert_eq!(found(&text), ["PAS-07@DG1"]);
}

#[test]
fn a_national_segment_in_the_middle_is_one_finding() {
    let text = changed(|all| {
        let details = all.remove(index(all, "ZU1"));
        all.insert(index(all, "PV1"), details);
    });
    assert_eq!(found(&text), ["PAS-07@ZU1"]);
}

#[test]
fn a_local_segment_is_told_once_and_stops_nothing() {
    let text = changed(|all| {
        all.insert(3, "ZZA|1|Ward round".into());
        all.insert(6, "ZZA|2".into());
        all.push("ZZA|3".into());
        all.push("ZZB|3".into());
    });
    let found = ALL.found(text.as_bytes());
    let told: Vec<_> = found.iter().map(|f| (f.code.as_str(), f.path.as_str(), f.severity)).collect();
    assert_eq!(told, [("HL7-08", "ZZA[1]", Severity::Information), ("HL7-08", "ZZB", Severity::Information)]);
}

#[test]
fn a_blank_line_is_one_finding() {
    let text = a01().replace("PV1|", "\rPV1|");
    assert_eq!(found(&text).len(), 1, "{:?}", found(&text));
}

#[test]
fn several_faults_are_each_told_and_values_are_still_checked() {
    let text = changed(|all| {
        all.remove(index(all, "EVN"));
        let at = index(all, "PV1");
        all.insert(at + 1, all[at].clone());
        all.push("OBR|1".into());
        let pid = index(all, "PID");
        all[pid] = all[pid].replace("19620514", "19620230");
    });
    let found = found(&text);
    for expected in ["PAS-07@EVN", "PAS-07@PV1[2]", "PAS-07@OBR", "HL7-04@PID-7"] {
        assert!(found.iter().any(|code| code == expected), "{expected} is not in {found:?}");
    }
}

/// A report with `orders` order groups of one result each.
fn report(orders: usize) -> Vec<String> {
    let sample = segments(&ALL.sample("hl7v2-orders-results", "oru-r01.hl7"));
    let first = index(&sample, "ORC");
    let mut all: Vec<String> = sample[..first].to_vec();
    let group = &sample[index(&sample[first + 1..], "ORC") + first + 1..];
    for number in 1..=orders {
        for segment in group {
            let numbered = segment.replace("OR2600118", &format!("OR{number:07}"));
            let numbered = numbered.replace("26H0041235", &format!("26H{number:07}"));
            all.push(numbered.replace("OBR|2|", &format!("OBR|{number}|")));
        }
    }
    all
}

#[test]
fn groups_repeat_and_each_is_checked_by_itself() {
    let mut all = report(3);
    assert_eq!(found(&joined(&all)), Vec::<String>::new());
    let gone = all.iter().position(|segment| segment.starts_with("OBR|2")).expect("three orders were made");
    all.remove(gone);
    let without = found(&joined(&all));
    assert_eq!(without, ["PATH-50a@OBR"]);
}

#[test]
fn an_order_is_not_covered_by_its_neighbour() {
    let mut all = report(2);
    let second = all.iter().rposition(|segment| segment.starts_with("ORC")).expect("two orders were made");
    all.remove(second);
    assert_eq!(found(&joined(&all)), ["PATH-50d@OBR[2]"]);
}

#[test]
fn empty_groups_end() {
    // Only headers of groups, nothing in them: the walk must not wait for what never comes.
    let header = &report(1)[0];
    for name in ["ORC", "OBR", "OBX", "NTE", "PID", "PV1", "SPM", "TQ1", "ZZZ"] {
        let text = format!("{header}\r{}", format!("{name}|1\r").repeat(500));
        assert!(!found(&text).is_empty(), "{name}");
    }
    assert!(!found(&format!("{header}\r")).is_empty());
    assert!(!found("MSH|^~\\&\r").is_empty());
}

#[test]
fn a_long_report_is_checked_in_time_that_grows_with_it() {
    let time = |observations: usize| {
        let mut all = report(1);
        let at = index(&all, "OBX");
        let observation = all[at].clone();
        all.truncate(at);
        for number in 1..=observations {
            all.push(observation.replace("OBX|1|", &format!("OBX|{number}|")).replace("|F|", "|Q|"));
        }
        let text = joined(&all);
        let start = Instant::now();
        let counts = ALL.counts(text.as_bytes());
        assert_eq!(counts.values().max().copied(), Some(observations as u64), "{counts:?}");
        start.elapsed()
    };
    // Ten times the segments; a quadratic walk would take ninety times as long.
    bench::grows("results", || time(2_000), || time(19_000));
}

/// The rules that answer for the order of segments.
const ORDER: &[&str] = &["HL7-06@", "PAS-07@", "PATH-50a@", "PATH-50b@", "PATH-50c@", "SIU-01@"];

/// Every sample that has an order to disturb.
fn disturbed() -> impl Strategy<Value = (String, usize, usize)> {
    let samples: Vec<String> = ["itk-hl7v2-adt", "hl7v2-orders-results", "hl7v2-scheduling"]
        .iter()
        .flat_map(|pack| ALL.samples(pack))
        .map(|(_, text)| text)
        .filter(|text| segments(text).len() > 3)
        .collect();
    (prop::sample::select(samples), 1usize..40, 1usize..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    /// One segment moved anywhere behind the header: at most two findings about the order, and the rest is checked.
    #[test]
    fn one_displaced_segment_is_at_most_two_findings((text, from, to) in disturbed()) {
        let mut all = segments(&text);
        let (from, to) = (1 + from % (all.len() - 1), 1 + to % (all.len() - 1));
        let moved = all.remove(from);
        let name = moved[..3].to_owned();
        all.insert(to, moved);
        let found = found(&joined(&all));
        let order = found.iter().filter(|code| ORDER.iter().any(|rule| code.starts_with(rule)));
        prop_assert!(order.count() <= 2, "{name} from {from} to {to}: {found:?}");
        // Whatever the order, a wrong value is still seen.
        let broken = joined(&all).replace("|NSTS01", "|NSTS99");
        if broken != joined(&all) {
            let more = ALL.codes(broken.as_bytes());
            prop_assert!(more.iter().any(|code| code.contains("@PID") && code.contains("-32")), "{more:?}");
        }
    }

    /// Any order at all: no panic, and never more findings about the order than there are segments to speak of.
    #[test]
    fn any_order_ends((text, seed, _) in disturbed(), order in prop::collection::vec(any::<prop::sample::Index>(), 0..60)) {
        let all = segments(&text);
        let mut shuffled = vec![all[0].clone()];
        shuffled.extend(order.iter().map(|at| all[at.index(all.len())].clone()).skip(seed % 7));
        ALL.codes(joined(&shuffled).as_bytes());
    }
}
