//! Messages that nobody here wrote: what each yields, read through by us, rule by rule.

use crate::bench::Bench;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a file yields, and why that is right.
struct Expected {
    file: &'static str,
    about: &'static str,
    counts: &'static [&'static [(&'static str, u64)]],
}

/// What both forms of the American admission yield.
const AMERICAN: &[(&str, u64)] = &[
    ("HL7-03", 2),
    ("HL7-11", 1),
    ("HL7-12", 1),
    ("HL7-21", 1),
    ("HL7-24", 1),
    ("ITK-03", 4),
    ("ITK-09", 2),
    ("PAS-01", 1),
    ("PAS-04a", 1),
    ("PAS-05a", 1),
    ("PAS-05b", 1),
    ("PAS-05c", 1),
    ("PAS-05d", 1),
    ("PAS-06", 2),
    ("PAS-07", 1),
    ("PAS-09", 6),
    ("PAS-10a", 1),
    ("PAS-10b", 1),
    ("PAS-11a", 2),
    ("PAS-13a", 1),
    ("PAS-16a", 1),
    ("PAS-16b", 1),
    ("PAS-16c", 1),
    ("PAS-17a", 1),
    ("PAS-17b", 1),
    ("PAS-18a", 1),
    ("PAS-18b", 1),
    ("PAS-24i", 1),
    ("PAS-24j", 1),
];

/// What both forms of the Canadian report yield.
const CANADIAN: &[(&str, u64)] = &[
    ("HL7-01", 3),
    ("HL7-03", 1),
    ("HL7-11", 1),
    ("HL7-12", 1),
    ("HL7-24", 1),
    ("ID-08", 1),
    ("ID-24", 1),
    ("PATH-50d", 1),
    ("PATH-52b", 1),
    ("RES-07", 1),
];

const LINUXFORHEALTH: &[Expected] = &[
    Expected {
        file: "sample_unix.hl7",
        about: "An American admission of version 2.6, its escape character doubled by a programming language and a \
                literal \\r at two line ends. It is no ITK message, so nearly every header and code rule speaks; the \
                delimiters are one fault of base HL7, PRB is one fault of order, MSH-24 is beyond what we hold, as HL7-12 \
                says of the version.",
        counts: &[AMERICAN, &[("HL7-28", 2)]],
    },
    Expected {
        file: "sample_win.hl7",
        about: "The same with CRLF, and a third literal \\r in the header.",
        counts: &[AMERICAN, &[("HL7-28", 3)]],
    },
    Expected {
        file: "ORU-multiline-short.hl7",
        about: "A Canadian report sent line by line: no ORC, observations without a code, a postcode that is none of \
                the Post Office's. The structure is right.",
        counts: &[CANADIAN],
    },
    Expected {
        file: "ORU-multiline-short-mixed.hl7",
        about: "The same, with one observation that has a code without its coding system.",
        counts: &[CANADIAN, &[("PATH-52c", 1)]],
    },
];

fn messages_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            messages_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "hl7") {
            found.push(path);
        }
    }
}

#[test]
fn messages_of_linuxforhealth() {
    let shared = std::env::var_os("HALLMARK_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let mut files = Vec::new();
    messages_below(&shared.join("corpora/hl7v2-linuxforhealth"), &mut files);
    if files.is_empty() {
        println!("skipped: the corpus hl7v2-linuxforhealth is not here");
        return;
    }
    let all = Bench::all();
    let mut met = 0;
    for file in files {
        let bytes = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let counts = all.counts(&bytes);
        let name = file.file_name().expect("a file has a name").to_string_lossy();
        let expected = LINUXFORHEALTH.iter().find(|expected| expected.file == name);
        let expected = expected.unwrap_or_else(|| panic!("{name} is new; it yields {counts:?}"));
        let reviewed: BTreeMap<_, _> =
            expected.counts.concat().iter().map(|(code, n)| ((*code).to_owned(), *n)).collect();
        assert_eq!(counts, reviewed, "{name}: {}", expected.about);
        met += 1;
    }
    assert_eq!(met, LINUXFORHEALTH.len());
}
