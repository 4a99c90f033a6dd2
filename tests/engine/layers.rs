//! Layers: a UK message that is right stays clean, although base HL7 would reject it; the last word wins, constraint
//! by constraint.

use crate::bench::{Bench, with_field};
use std::collections::BTreeSet;

/// One place on which the texts disagree: a change to a conforming sample, and what each set of packs finds because
/// of it.
struct Conflict {
    about: &'static str,
    sample: &'static str,
    /// Segment, field, text.
    change: (&'static str, usize, &'static str),
    base: &'static [&'static str],
    uk: &'static [&'static str],
    itk: &'static [&'static str],
}

const CONFLICTS: &[Conflict] = &[
    Conflict {
        about: "practice codes hold letters; base 2.4 wants a number",
        sample: "a28.hl7",
        change: ("PD1", 3, "MALTON PRACTICE^^B82001"),
        base: &["HL7-04@PD1-3.3"],
        uk: &[],
        itk: &[],
    },
    Conflict {
        about: "British telephone numbers; base 2.4 wants the American form",
        sample: "a28.hl7",
        change: ("PID", 14, "+44 1632 960003^WPN^PH"),
        base: &["HL7-04@PID-14.1"],
        uk: &[],
        itk: &[],
    },
    Conflict {
        about: "sex is a letter in base HL7 and a digit in the NHS",
        sample: "a28.hl7",
        change: ("PID", 8, "F"),
        base: &[],
        uk: &[],
        itk: &["PAS-13a@PID-8"],
    },
    Conflict {
        about: "alias names moved from PID-9 to PID-5",
        sample: "a28.hl7",
        change: ("PID", 9, "SPECIMEN^AL"),
        base: &[],
        uk: &[],
        itk: &["PAS-09@PID-9"],
    },
    Conflict {
        about: "the maiden-name code of base HL7 is gone in the UK",
        sample: "a28.hl7",
        change: ("PID", 5, "SPECIMEN^ALEX^J^^MS^^M"),
        base: &[],
        uk: &["UK-07@PID-5.7"],
        itk: &["ITK-03@PID-5.7"],
    },
    Conflict {
        about: "UK name types are not in the base table",
        sample: "a28.hl7",
        change: ("PID", 5, "SPECIMEN^ALEX^J^^MS^^L~EXAMPLE^ALEX^^^^^PREVIOUS-MAIDEN"),
        base: &["HL7-05@PID-5[2].7"],
        uk: &[],
        itk: &[],
    },
    Conflict {
        about: "ITK has no enhanced acknowledgement, which A.3 supports",
        sample: "a28.hl7",
        change: ("MSH", 15, "AL"),
        base: &[],
        uk: &[],
        itk: &["PAS-06@MSH-15"],
    },
    Conflict {
        about: "the event stands in MSH-9 alone",
        sample: "a28.hl7",
        change: ("EVN", 1, "A28"),
        base: &[],
        uk: &[],
        itk: &["PAS-09@EVN-1"],
    },
    Conflict {
        about: "ward attenders are a patient class of the UK, and a user-defined table binds nobody in base HL7",
        sample: "a01.hl7",
        change: ("PV1", 2, "W"),
        base: &[],
        uk: &[],
        itk: &[],
    },
    Conflict {
        about: "a class that no UK list has",
        sample: "a01.hl7",
        change: ("PV1", 2, "D"),
        base: &[],
        uk: &[],
        itk: &["ITK-03@PV1-2"],
    },
    Conflict {
        about: "one attending clinician in the UK, several in base HL7",
        sample: "a01.hl7",
        change: ("PV1", 7, "C1234567^DARWIN^SAMUEL^^^DR^^^GMC~C7654321^MENDEL^GREGOR^^^DR^^^GMC"),
        base: &[],
        uk: &["UK-05@PV1-7[2]"],
        itk: &["ITK-01@PV1-7[2]"],
    },
    Conflict {
        about: "contract fields are not used by ITK",
        sample: "a01.hl7",
        change: ("PV1", 24, "C1"),
        base: &[],
        uk: &[],
        itk: &["PAS-09@PV1-24"],
    },
    Conflict {
        about: "the retired account number field of the American bill",
        sample: "a28.hl7",
        change: ("PID", 18, "ACC1^^^RXX^AN"),
        base: &[],
        uk: &[],
        itk: &["PAS-11a@PID-18"],
    },
];

fn set(codes: Vec<String>) -> BTreeSet<String> {
    codes.into_iter().collect()
}

#[test]
fn each_layer_says_of_a_conflict_what_its_text_says() {
    let benches = [
        ("hl7v2-base", Bench::only(&["hl7v2-base"])),
        ("hl7v2-uk", Bench::only(&["hl7v2-uk"])),
        ("everything", Bench::all()),
    ];
    for conflict in CONFLICTS {
        let sample = benches[2].1.sample("itk-hl7v2-adt", conflict.sample);
        let (segment, field, value) = conflict.change;
        let changed = with_field(&sample, segment, field, value);
        for ((name, bench), expected) in benches.iter().zip([conflict.base, conflict.uk, conflict.itk]) {
            let before = set(bench.codes(with_field(&sample, segment, field, "").as_bytes()));
            let after = set(bench.codes(changed.as_bytes()));
            // What the empty field itself lacks is not the question.
            let new: BTreeSet<_> = after.difference(&before).map(String::as_str).collect();
            assert_eq!(new, expected.iter().copied().collect(), "{}: {name}", conflict.about);
        }
    }
}

#[test]
fn a_conforming_itk_message_is_clean_and_base_hl7_alone_would_reject_it() {
    let (all, base) = (Bench::all(), Bench::only(&["hl7v2-base"]));
    let cases: &[(&str, &[&str])] = &[
        ("a01.hl7", &["HL7-04@PID-13.1", "HL7-04@PD1-3.3", "HL7-04@NK1-5.1", "HL7-03@PR1-9"]),
        ("a03.hl7", &["HL7-04@PID-13.1", "HL7-04@PD1-3.3"]),
        // A28 and A31 are about the person, so ITK asks for no visit; base 2.4 does.
        ("a28.hl7", &["HL7-04@PID-13.1", "HL7-04@PD1-3.3", "HL7-06@PV1", "HL7-04@NK1-5.1"]),
        ("a31.hl7", &["HL7-04@PID-13.1", "HL7-04@PD1-3.3", "HL7-06@PV1", "HL7-04@NK1-5.1"]),
        // A query repeats its parameters, and the visit query is national.
        ("qbp-q22.hl7", &["HL7-02@QPD-3[2]"]),
        ("qbp-zv1.hl7", &["HL7-05@MSH-9.2"]),
    ];
    for (name, expected) in cases {
        let sample = all.sample("itk-hl7v2-adt", name);
        assert_eq!(all.codes(sample.as_bytes()), Vec::<String>::new(), "{name} with every pack");
        let mut found = base.codes(sample.as_bytes());
        // Base HL7 knows no ZU segments and says so; that rejects nothing.
        found.retain(|code| !code.starts_with("HL7-08@ZU"));
        assert_eq!(found, *expected, "{name} with base HL7 alone");
    }
}

#[test]
fn uk_alone_loosens_values_but_keeps_the_base_structures() {
    let (all, uk) = (Bench::all(), Bench::only(&["hl7v2-uk"]));
    let sample = all.sample("itk-hl7v2-adt", "a28.hl7");
    let mut found = uk.codes(sample.as_bytes());
    found.retain(|code| !code.starts_with("HL7-08@ZU"));
    assert_eq!(found, ["HL7-06@PV1"]);
}

#[test]
fn a_layer_may_also_narrow_a_structure() {
    let (all, base) = (Bench::all(), Bench::only(&["hl7v2-base"]));
    let sample = all.sample("itk-hl7v2-adt", "a03.hl7");
    let diagnosed = sample.replace("ZU1|", "DG1|1||I259^Chronic ischaemic heart disease^ICD10|||A\rZU1|");
    assert_eq!(all.codes(diagnosed.as_bytes()), ["PAS-07@DG1"]);
    assert!(!base.codes(diagnosed.as_bytes()).iter().any(|code| code.contains("DG1")));
}
