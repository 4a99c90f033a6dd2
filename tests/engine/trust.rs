//! A trust's own pack: it may loosen one constraint and tighten another, and a mistake in it is pointed at.

use crate::bench::{Bench, with_field};
use hallmark::check::Plan;
use hallmark::compile::hl7v2::Compiler;
use hallmark::standard::{Catalogue, PackError};
use std::fs;
use tempfile::TempDir;

const MANIFEST: &str = r#"
id = "trust-rxx"
title = "Interfaces of the RXX trust"
publisher = "RXX"
version = "1"
status = "active"
layer = 100
builds_on = ["itk-hl7v2-adt"]
syntax = "hl7v2"
messages = ["ADT"]
"#;

const RULES: &str = r#"
[[rule]]
code = "RXX-01"
name = "general-practitioner-missing"
requirement = ["RXX-01"]
severity = "error"
constrain = ["PD1-4 usage=R"]
degrades = ["pas/feed"]
why = "Discharge letters go to the registered practitioner."
fix = "Send the practitioner."
source = { title = "RXX interface guide", section = "3", verified = true }

[[rule]]
code = "RXX-02"
name = "local-code"
requirement = ["RXX-01"]
severity = "warning"
derived = "table"
degrades = ["pas/feed"]
why = "Ward stock is counted by it."
fix = "Send a code of the trust."
source = { title = "RXX interface guide", section = "4", verified = true }
"#;

const REQUIREMENTS: &str =
    "id,section,verb,statement,why_not_tested\nRXX-01,3,SHALL,The practitioner and the codes of the trust are sent,\n";
const TABLES: &str = "RXX01 closed \"Patient class\"\nI|inpatient\nV|virtual ward\n";
const PROFILE: &str = "# ours\n[ADT]\nEVN-6 usage=O\nPV1-2 table=RXX01 strength=closed\nPID-11.2 len=-\n[ADT^A01]\nPV2-3 usage=R rule=RXX-01\n";

struct Pack(TempDir);

impl Pack {
    fn new() -> Self {
        let pack = Self(TempDir::new().expect("a temporary folder can be made"));
        pack.write("standard.toml", MANIFEST);
        pack.write("rules/rules.toml", RULES);
        pack.write("requirements.csv", REQUIREMENTS);
        pack.write("definitions/tables.txt", TABLES);
        pack.write("definitions/profile.txt", PROFILE);
        pack
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join("trust-rxx").join(name);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the folder can be made");
        fs::write(path, text).expect("the file can be written");
    }

    /// The error the pack gives with `name` holding `text`.
    fn error(&self, name: &str, text: &str) -> PackError {
        self.write(name, text);
        let made = Catalogue::load(&[self.0.path().to_owned()])
            .and_then(|catalogue| Compiler::new(&Plan::new(catalogue)).map(|_| ()));
        made.expect_err(name)
    }
}

#[test]
fn the_last_word_wins_constraint_by_constraint() {
    let pack = Pack::new();
    let (itk, trust) = (Bench::all(), Bench::with(pack.0.path().to_owned()));
    let a01 = itk.sample("itk-hl7v2-adt", "a01.hl7");
    assert_eq!(trust.codes(a01.as_bytes()), Vec::<String>::new());
    let cases = [
        // Loosened: ITK requires EVN-6, the trust does not …
        ("EVN", 6, "", vec!["PAS-09@EVN-6"], vec![]),
        // … but what is said of its form still holds.
        ("EVN", 6, "20240230", vec!["HL7-04@EVN-6"], vec!["HL7-04@EVN-6"]),
        // Tightened: the practitioner is optional in ITK.
        ("PD1", 4, "", vec![], vec!["RXX-01@PD1-4"]),
        // Replaced: the trust's list, so ITK's W is wrong and the trust's V is right …
        ("PV1", 2, "W", vec![], vec!["RXX-02@PV1-2"]),
        ("PV1", 2, "V", vec!["ITK-03@PV1-2"], vec![]),
        // … and that the field is required is still ITK's word.
        ("PV1", 2, "", vec!["PAS-09@PV1-2"], vec!["PAS-09@PV1-2"]),
        // Only the length is lifted.
        ("PID", 11, LONG, vec!["ITK-02@PID-11.2"], vec![]),
        ("PV2", 3, "", vec![], vec!["RXX-01@PV2-3"]),
    ];
    for (segment, field, value, by_itk, by_trust) in cases {
        let changed = with_field(&a01, segment, field, value);
        let of_interest = |bench: &Bench| {
            let mut found = bench.codes(changed.as_bytes());
            // A rule of its own watches how precise the time of the event is.
            found.retain(|code| !code.starts_with("PAS-20"));
            found
        };
        assert_eq!(of_interest(&itk), by_itk, "{segment}-{field} {value:?} by ITK");
        assert_eq!(of_interest(&trust), by_trust, "{segment}-{field} {value:?} by the trust");
    }
}

#[test]
fn a_pack_speaks_only_of_its_messages() {
    let pack = Pack::new();
    let (all, trust) = (Bench::all(), Bench::with(pack.0.path().to_owned()));
    for name in ["qbp-q22.hl7", "rsp-k22.hl7", "ack-a03.hl7"] {
        let sample = all.sample("itk-hl7v2-adt", name);
        assert_eq!(trust.codes(sample.as_bytes()), Vec::<String>::new(), "{name}");
    }
    let a02 = all.sample("itk-hl7v2-adt", "a02.hl7");
    let without = with_field(&with_field(&a02, "PV1", 2, "V"), "EVN", 6, "");
    assert_eq!(trust.codes(without.as_bytes()), Vec::<String>::new(), "the heading [ADT] holds for A02 too");
}

/// An address whose second line is longer than ITK's 35 characters.
const LONG: &str = "1 TEST LANE^THE OLD SCHOOLHOUSE BEHIND THE VILLAGE GREEN^BURYTHORPE^^YO17 5TT^GBR^H";

/// A mistake, the text it is in, the part pointed at, and words the message must hold: what is allowed there.
struct Mistake {
    file: &'static str,
    text: String,
    at: &'static str,
    words: &'static [&'static str],
}

fn mistakes() -> Vec<Mistake> {
    let rule = |(from, to): (&str, &str), at, words| Mistake {
        file: "rules/rules.toml",
        text: RULES.replacen(from, to, 1),
        at,
        words,
    };
    let profile = |line: &'static str, words| Mistake {
        file: "definitions/profile.txt",
        text: format!("# ours\n[ADT]\n{line}\nPID-8 len=1\n"),
        at: line,
        words,
    };
    vec![
        profile("PID-8 colour=red", &["colour", "usage, card, len"]),
        profile("PID-8 usage=Q", &["Q is no usage", "R, RE, O, X, B or C(R/O)"]),
        profile("PID-8 usage=C(R/O)", &["when="]),
        profile("PID-8 card=1", &["min..max"]),
        profile("PID-8 table=0001", &["strength=closed"]),
        profile("PID-8 native=nhs-nummer", &["nhs-nummer"]),
        profile("PID-8 table=NOPE strength=closed", &["NOPE", "definitions/tables.txt"]),
        profile("PID-8 usage=R rule=RXX-99", &["RXX-99"]),
        profile("pid-8 usage=R", &["write PID-3, PID-3.4"]),
        profile("PID-8 usage=R when=\"PID-7 ~ 'x'\"", &["character 7", "= != < <= > >="]),
        profile("PID-8 type=XYZ", &["XYZ"]),
        profile("[ADTX]", &["*, ADT, ADT^A40 or !ORU"]),
        Mistake {
            file: "definitions/structures.txt",
            text: "ADT_A01 [ADT^A01]: MSH EVN {PID\n".into(),
            at: "ADT_A01 [ADT^A01]: MSH EVN {PID",
            words: &["ADT_A01", "not closed"],
        },
        Mistake {
            file: "definitions/tables.txt",
            text: "RXX01 closed \"Class\"\nI|inpatient\nV virtual\n".into(),
            at: "V virtual",
            words: &["code|label"],
        },
        Mistake {
            file: "definitions/segments.txt",
            text: "ZR1 Ours\n1|O|0..1||ST||a\n2|O|one||ST||b\n".into(),
            at: "2|O|one||ST||b",
            words: &["number|usage|min..max"],
        },
        rule(
            ("severity = \"error\"", "severity = \"grave\""),
            "\"grave\"",
            &["fatal", "error", "warning", "information"],
        ),
        rule(("fix = ", "cure = "), "cure", &["cure", "expected"]),
        rule(
            ("degrades = [\"pas/feed\"]", "degrades = [\"pas/food\"]"),
            "[[rule]]",
            &["pas/food", "integrations.toml"],
        ),
        rule(("requirement = [\"RXX-01\"]", "requirement = [\"RXX-07\"]"), "[[rule]]", &["RXX-07", "requirements.csv"]),
        rule(
            ("constrain = [\"PD1-4 usage=R\"]", "constrain = [\"PD1-4 usage=must\"]"),
            "[[rule]]",
            &["PD1-4 usage=must", "R, RE, O, X, B or C(R/O)"],
        ),
        rule(
            ("constrain = [\"PD1-4 usage=R\"]", "on = \"PD1-4\"\nassert = \"present(.1\""),
            "[[rule]]",
            &["assert, at character", "`)`"],
        ),
        rule(
            ("constrain = [\"PD1-4 usage=R\"]", "on = \"PD1-4[2]\"\nassert = \"present(.1)\""),
            "[[rule]]",
            &["where ="],
        ),
        Mistake {
            file: "standard.toml",
            text: MANIFEST.replace("layer = 100", "layer = \"top\""),
            at: "\"top\"",
            words: &["expected"],
        },
    ]
}

#[test]
fn a_mistake_in_a_pack_is_pointed_at_with_what_is_allowed() {
    for mistake in mistakes() {
        let error = Pack::new().error(mistake.file, &mistake.text);
        let about = format!("{}: {error}", mistake.file);
        assert!(error.file.ends_with(&format!("trust-rxx/{}", mistake.file)), "{about}");
        let text = error.text.as_deref().unwrap_or_else(|| panic!("{about}: no place"));
        assert_eq!(text, mistake.text, "{about}");
        let shown = text.get(error.at.clone()).unwrap_or_else(|| panic!("{about}: {:?} is no place", error.at));
        assert!(shown.starts_with(mistake.at), "{about}: points at {shown:?}, not at {:?}", mistake.at);
        for word in mistake.words {
            assert!(error.message.contains(word), "{about}: does not say {word:?}");
        }
    }
}
