use proptest::prelude::*;

use super::{Group, GroupKind, MAX_DEPTH, Member};

fn printed(text: &str) -> String {
    Group::parse(text).unwrap().to_string()
}

fn fault(text: &str) -> (usize, &'static str) {
    let error = Group::parse(text).unwrap_err();
    (error.offset, error.what)
}

#[test]
fn brackets_say_how_often() {
    let root = Group::parse("MSH [PD1] {NK1} [{AL1}] {[DG1]} {IN1}5 {IN2}2..4 {IN3}2..*").unwrap();
    let range = |member: &Member| match member {
        Member::Segment { min, max, .. } => (*min, *max),
        Member::Group(group) => (group.min, group.max),
    };
    let expected = [(1, Some(1)), (0, Some(1)), (1, None), (0, None), (0, None), (1, Some(5)), (2, Some(4)), (2, None)];
    assert_eq!(root.members.iter().map(range).collect::<Vec<_>>(), expected);
}

#[test]
fn a_group_has_a_name_and_members() {
    let root = Group::parse("MSH [{PROCEDURE: PR1 [{ROL}]}]").unwrap();
    let Member::Group(group) = &root.members[1] else { panic!("not a group") };
    assert_eq!((group.name.as_deref(), group.min, group.max), (Some("PROCEDURE"), 0, None));
    assert_eq!(group.members.len(), 2);
    assert_eq!(root.segment_ids(), [*b"MSH", *b"PR1", *b"ROL"]);
}

#[test]
fn a_choice_has_alternatives() {
    let root = Group::parse("ORC [<DETAIL: OBR|RXO {RXR}|[ODS]>]").unwrap();
    let Member::Group(choice) = &root.members[1] else { panic!("not a group") };
    assert_eq!((choice.kind, choice.min, choice.max), (GroupKind::Choice, 0, Some(1)));
    assert_eq!(choice.members.len(), 3);
    assert!(matches!(&choice.members[1], Member::Group(both) if both.kind == GroupKind::Sequence));
}

#[test]
fn printing_gives_the_text_back() {
    for text in [
        "MSH EVN PID [PD1] [{ROL}] [{PROCEDURE: PR1 [{ROL}]}]",
        "ORC [<DETAIL: OBR|RXO {RXR}|[ODS]>] (RESULT: OBX) {NTE}3 [{CTI}9] [{BLG}2..3] {FT1}2..*",
        "{<OBR|RXO>} [GROUP: [{NTE}]] {A01 B02}4",
        "ZU1 ZU3 {ZU4}0..0",
    ] {
        assert_eq!(printed(text), text);
    }
    assert_eq!(printed(" MSH\n\t[ [ PID ] ] ( PV1 ) {[{OBX}]} "), "MSH [PID] PV1 [{OBX}]");
}

#[test]
fn an_error_says_where() {
    assert_eq!(fault(""), (0, "a segment or group is missing"));
    assert_eq!(fault("MSH []"), (5, "a segment or group is missing"));
    assert_eq!(fault("MSH [PID"), (8, "a bracket is not closed, or another kind is"));
    assert_eq!(fault("MSH [PID}"), (8, "a bracket is not closed, or another kind is"));
    assert_eq!(fault("MSH PID]"), (7, "nothing is open here to close or divide"));
    assert_eq!(fault("MSH|PID"), (3, "nothing is open here to close or divide"));
    assert_eq!(fault("MSH <OBR|>"), (9, "a segment or group is missing"));
    let segment = "a segment id has three capital letters or digits, a letter first";
    assert_eq!(fault("MSH pid"), (4, segment));
    assert_eq!(fault("MSH PIDX"), (4, segment));
    assert_eq!(fault("MSH 1ID"), (4, segment));
    assert_eq!(fault("MSH £"), (4, segment));
    assert_eq!(fault("MSH NAME: PID"), (4, segment));
    assert_eq!(fault("{NK1}4..2"), (9, "the upper bound is missing or less than the lower"));
    assert_eq!(fault("{NK1}70000"), (5, "a number of repeats is at most 65535"));
}

#[test]
fn nesting_has_a_limit() {
    let nested = |depth: usize| format!("{}PID{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Group::parse(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(fault(&nested(MAX_DEPTH + 1)), (MAX_DEPTH, "brackets nest too deep"));
    assert!(Group::parse(&"[".repeat(1_000_000)).is_err());
}

fn member() -> impl Strategy<Value = String> {
    let leaf = "[A-Z][A-Z0-9]{2}";
    leaf.prop_recursive(4, 40, 4, |inner| {
        let some = prop::collection::vec(inner, 1..4);
        let brackets = prop::sample::select(vec![
            ("[", "]"),
            ("{", "}"),
            ("[{", "}]"),
            ("(", ")"),
            ("{", "}7"),
            ("{", "}2..5"),
            ("{", "}3..*"),
            ("[NAME: ", "]"),
            ("{NAME: ", "}"),
        ]);
        prop_oneof![
            (some.clone(), brackets).prop_map(|(some, (open, close))| format!("{open}{}{close}", some.join(" "))),
            some.prop_map(|some| format!("<{}>", some.join("|"))),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_reads_the_same(members in prop::collection::vec(member(), 1..5)) {
        let root = Group::parse(&members.join(" ")).unwrap();
        prop_assert_eq!(Group::parse(&root.to_string()).unwrap(), root);
    }

    #[test]
    fn no_text_panics(text in "[\\[\\]{}()<>|: A-Z0-9._*£]{0,60}") {
        let _ = Group::parse(&text);
    }
}
