//! What expressions say of a message: the text of a pack, compiled and evaluated.

use super::parse;
use crate::check::assertion::{Groups, Scope, Structure, Truth};
use crate::instance::{Instance, Message, NodeId};
use crate::parse::{Faults, hl7v2};
use crate::standard::hl7v2::Group;

const ORDERS: &str = "MSH PID [{NTE}] [PV1] {ORDER: [ORC] OBR [{NTE}] [{OBSERVATION: OBX [{NTE}]}]}";

const REPORT: &str = "MSH|^~\\&|LAB|RXX|||202603021420||ORU^R01^ORU_R01|1|T|2.4\r\
    PID|1||A1^^^RXX&1.2&ISO^MR~9990000018^^^NHS^NH~B2^^^^|\"\"|SPECIMEN^ALEX^\"\"||19620514|2\r\
    NTE|1||of the patient\r\
    ORC|RE|P1|F1\r\
    OBR|1|P1|F1|T1||||||||||||||||||202603021200|||F\r\
    OBX|1|NM|K||4.10\r\
    NTE|1||of the first result\r\
    OBX|2|ST|NA||high\r\
    ORC|CA|P2|F2\r\
    OBR|2|P2|F9|T2|||||||||||||||||||||X\r";

/// What `text` says from the `nth` segment called `name` (or from the whole message), at its field repetition.
fn says_at(message: &str, place: Option<(&str, usize, u16, usize)>, text: &str) -> Truth {
    let (mut tree, mut faults) = (Instance::default(), Faults::default());
    let separators = hl7v2::parse(message.as_bytes(), &mut tree, &mut faults);
    let message = Message { bytes: message.as_bytes(), tree: &tree, separators };
    let root = Group::parse(ORDERS).unwrap_or_else(|error| panic!("{error}"));
    let mut groups = Groups::default();
    Structure::new("TEST", &root).check(message, &mut groups, |_| false);
    groups.finish();
    let expression = parse(text, &|_| None).unwrap_or_else(|wrong| panic!("{text}: {wrong:?}"));
    let mut scope = Scope::whole(message, &groups);
    if let Some((name, nth, field, repetition)) = place {
        let of_name = |id: &NodeId| message.segment_name(*id) == name.as_bytes();
        let segment = message.segments().filter(of_name).nth(nth - 1);
        scope.segment = segment;
        scope.node = segment;
        if field > 0 {
            let found = segment.and_then(|segment| message.field(segment, field).nth(repetition - 1));
            assert!(found.is_some(), "{name}-{field} is not there");
            scope.field = found;
            scope.node = found;
        }
    }
    expression.eval(&scope)
}

fn says(text: &str) -> Truth {
    says_at(REPORT, None, text)
}

fn hold(place: Option<(&str, usize, u16, usize)>, cases: &[(&str, Truth)]) {
    for (text, truth) in cases {
        assert_eq!(says_at(REPORT, place, text), *truth, "{text} at {place:?}");
    }
}

use Truth::{False, True, Undecided};

/// The birth date against a time in the middle of it: undecided for as long as the day lasts.
const DOUBT: &str = "PID-7 < '196205141200'";

#[test]
fn doubt_spreads_only_where_it_matters() {
    assert_eq!(says(DOUBT), Undecided);
    for (text, truth) in [
        ("not ¿", Undecided),
        ("¿ and true", Undecided),
        ("true and ¿", Undecided),
        ("¿ and false", False),
        ("false and ¿", False),
        ("¿ or true", True),
        ("true or ¿", True),
        ("¿ or false", Undecided),
        ("¿ and ¿", Undecided),
        ("¿ implies true", True),
        ("¿ implies false", Undecided),
        ("false implies ¿", True),
        ("true implies ¿", Undecided),
        ("exists(PID-3 where ¿)", Undecided),
        ("every(PID-3 where ¿ or present(.1))", True),
        ("every(PID-3 where ¿)", Undecided),
        ("exists(PID-3 where ¿ or .5 = 'NH')", True),
        // Only what surely satisfies the filter is counted.
        ("count(PID-3 where ¿) = 0", True),
    ] {
        assert_eq!(says(&text.replace('¿', DOUBT)), truth, "{text}");
    }
}

#[test]
fn times_are_compared_as_far_as_they_go() {
    for (a, comparison, b, truth) in [
        ("20260302", "<", "20260303", True),
        ("20260302", "<=", "20260302", True),
        ("20260302", "<", "20260302", False),
        ("20260302", "<", "202603021200", Undecided),
        ("20260302", "<=", "202603012359", False),
        ("202603021200", "<", "20260303", True),
        ("2026", "<", "20270101", True),
        ("2027", "<=", "20260101", False),
        ("2026", "<=", "20260714", Undecided),
        ("202602", ">", "20260301", False),
        ("202603021200+0100", "=", "202603021200+0100", True),
        ("202603021200+0100", "<", "202603021200+0000", True),
        ("202603021200+0100", "<", "202603021200", Undecided),
        ("202603021200+0100", "<", "202603031200", True),
        // Not a time, so a number or nothing.
        ("20261301", "<", "20270101", True),
        ("soon", "<", "20270101", Undecided),
        ("soon", "!=", "20270101", True),
    ] {
        let text = format!("'{a}' {comparison} '{b}'");
        assert_eq!(says(&text), truth, "{text}");
    }
}

#[test]
fn numbers_and_versions_are_compared_as_such() {
    for (text, truth) in [
        ("10 > 9", True),
        ("'4.10' >= '4.1'", True),
        ("OBX-5 > 4", True),
        ("version < '2.5'", True),
        ("'2.3.1' < '2.4'", True),
        ("'2.5.1' > '2.5'", True),
        ("'1e9' > '5'", Undecided),
        ("'inf' > '5'", Undecided),
        ("'nan' < '5'", Undecided),
        // Equality is of the text as sent.
        ("'4.10' = '4.1'", False),
        ("length(PID-5.1) = 8", True),
        ("length(PID-5.1) < 8", False),
    ] {
        assert_eq!(says(text), truth, "{text}");
    }
}

#[test]
fn nothing_and_the_explicit_null_compare_as_nothing() {
    hold(
        None,
        &[
            ("present(PID-4)", False),
            ("absent(PID-4)", True),
            ("null(PID-4)", True),
            ("null(PID-5.3)", True),
            ("null(PID-8)", False),
            ("null(PID-20)", False),
            ("PID-4 = 'x'", False),
            ("PID-4 != 'x'", True),
            ("PID-4 < '20260101'", False),
            ("PID-20 >= '20260101'", False),
            ("PID-4 matches '.*'", False),
            ("PID-20 != 'x'", True),
            ("PID-20 in ['x']", False),
            ("length(PID-4) = 2", False),
            ("length(PID-20) = 0", False),
            ("every(PID-20 where false)", True),
            ("exists(PID-20)", False),
            ("present(ZU1)", False),
            ("present(PID)", True),
            // Only separators are nothing: the third identifier has no authority.
            ("present(PID-3[3].4)", False),
            ("present(PID-3[4])", False),
        ],
    );
}

#[test]
fn a_path_to_several_values_is_true_of_any_of_them() {
    hold(
        None,
        &[
            ("PID-3.5 = 'NH'", True),
            ("PID-3.5 = 'XX'", False),
            // Different means: none is equal.
            ("PID-3.5 != 'NH'", False),
            ("PID-3.5 != 'XX'", True),
            ("PID-3[1].5 = 'NH'", False),
            ("PID-3[2].5 = 'NH'", True),
            ("PID-3.4 = 'NHS'", True),
            ("PID-3.4.1 = 'RXX'", True),
            ("PID-3.4.3 = 'ISO'", True),
            ("PID-7.1 = '19620514'", True),
            ("PID-7.2 = '19620514'", False),
            ("count(PID-3) = 3", True),
            ("count(PID-3 where .5 = 'MR') = 1", True),
            ("count(PID-3 where present(.5)) = 2", True),
            ("count(OBX) = 2", True),
            ("count(OBX where OBX-2 = 'ST') = 1", True),
            ("count(OBX where exists(OBX-5 where . matches '[0-9.]+')) = 1", True),
            ("every(OBX where present(OBX-3))", True),
            ("every(OBX where OBX-2 = 'NM')", False),
            ("exists(PID-3 where .4 = 'NHS' and .1 is nhs-number)", True),
            ("exists(PID-3 where .4.1 = 'RXX' and .1 is nhs-number)", False),
            ("exists(PID-3.4 where .2 = '1.2')", True),
            ("exists(PID-3.4 where . = 'NHS')", True),
            ("OBX[2]-2 = 'ST'", True),
            ("OBX[3]-2 = 'ST'", False),
            ("PID-5.1 startswith 'SPEC'", True),
            ("PID-5.1 matches 'SPEC'", False),
            ("event = 'R01' and type = 'ORU' and structure in ['ORU_R01', 'ORU_R32']", True),
        ],
    );
}

#[test]
fn the_current_place_is_what_a_path_into_it_means() {
    hold(
        Some(("PID", 1, 3, 2)),
        &[
            (".4 = 'NHS'", True),
            (".1 is nhs-number", True),
            ("PID-3.5 = 'NH'", True),
            ("PID-3.5 = 'MR'", False),
            ("count(PID-3) = 1", True),
            ("PID-3[1].5 = 'MR'", True),
            ("PID-8 = '2'", True),
            (". startswith '999'", True),
        ],
    );
    hold(Some(("OBX", 2, 0, 0)), &[("OBX-2 = 'ST'", True), ("OBX-2 = 'NM'", False), ("OBX[1]-2 = 'NM'", True)]);
}

#[test]
fn other_segments_are_those_of_the_same_group() {
    // From a result: its own order, not another's.
    hold(
        Some(("OBX", 1, 0, 0)),
        &[
            ("OBR-4 = 'T1'", True),
            ("OBR-4 = 'T2'", False),
            ("ORC-1 = 'RE'", True),
            ("ORC-1 = 'CA'", False),
            ("OBR[2]-4 = 'T2'", True),
            ("PID-8 = '2'", True),
            // Its own note, not the patient's.
            ("NTE-3 = 'of the first result'", True),
            ("NTE-3 = 'of the patient'", False),
        ],
    );
    // The second result has no note of its own, and the first one's is not its: the patient's is seen.
    hold(
        Some(("OBX", 2, 0, 0)),
        &[("NTE-3 = 'of the first result'", False), ("NTE-3 = 'of the patient'", True), ("OBR-4 = 'T1'", True)],
    );
    hold(
        Some(("OBR", 1, 0, 0)),
        &[("OBR-3 = ORC-3", True), ("count(OBX) = 2", True), ("exists(OBX where OBX-2 = 'NM')", True)],
    );
    hold(
        Some(("OBR", 2, 0, 0)),
        &[("OBR-2 = ORC-2", True), ("OBR-3 = ORC-3", False), ("ORC-1 = 'CA' and OBR-25 = 'X'", True)],
    );
}

#[test]
fn a_group_without_a_segment_has_not_its_neighbours() {
    // The second order has no result.
    hold(Some(("OBR", 2, 0, 0)), &[("count(OBX) = 0", True), ("absent(OBX-5)", True), ("present(PID-3)", True)]);
    // An order without its control segment is not covered by another's.
    let without = REPORT.replace("ORC|CA|P2|F2\r", "");
    assert_eq!(says_at(&without, Some(("OBR", 2, 0, 0)), "present(ORC-1)"), False);
    assert_eq!(says_at(&without, Some(("OBR", 1, 0, 0)), "present(ORC-1)"), True);
    assert_eq!(says_at(&without, None, "present(ORC-1)"), True);
}

#[test]
fn a_long_message_gives_the_same_answers() {
    // Past some length segments are found by an index of names.
    let notes: String = (0..200).map(|n| format!("NTE|{n}||of the second order\r")).collect();
    let long = format!("{REPORT}{notes}");
    for (nth, text, truth) in [
        (1, "NTE-3 = 'of the second order'", False),
        (1, "NTE-3 = 'of the first result'", True),
        (2, "NTE-3 = 'of the second order'", True),
        (2, "count(NTE) = 200", True),
        (2, "NTE[1]-3 = 'of the patient'", True),
        (2, "NTE[2]-3 = 'of the first result'", True),
        (2, "NTE[202]-1 = '199'", True),
        (2, "present(NTE[203])", False),
        (1, "OBR-4 = 'T1'", True),
    ] {
        assert_eq!(says_at(&long, Some(("OBR", nth, 0, 0)), text), truth, "{text} from order {nth}");
    }
}
