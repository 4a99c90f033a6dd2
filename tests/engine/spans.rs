//! Where a finding points: line, column and length cover exactly the bytes at fault, counted in the file as it is.

use crate::bench::{Bench, Found};
use std::sync::LazyLock;

static ALL: LazyLock<Bench> = LazyLock::new(Bench::all);

/// The text of `file` that a finding covers; lines end in CR, LF or CRLF, a column is a code point, or a byte that is
/// part of none.
fn covered(file: &[u8], found: &Found) -> String {
    let mut lines: Vec<Vec<char>> = vec![Vec::new()];
    let text: Vec<char> = file
        .utf8_chunks()
        .flat_map(|chunk| chunk.valid().chars().chain(chunk.invalid().iter().map(|_| '\u{FFFD}')).collect::<Vec<_>>())
        .collect();
    for (at, &c) in text.iter().enumerate() {
        let inside = c == '\n' && at > 0 && text[at - 1] == '\r';
        if inside {
            continue;
        }
        match c {
            '\r' | '\n' => lines.push(Vec::new()),
            _ => lines.last_mut().expect("there is a line").push(c),
        }
    }
    let line = &lines[found.line as usize - 1];
    let from = found.column as usize - 1;
    line.iter().skip(from).take(found.length as usize).collect()
}

/// The only finding of `code` in `file`, and what it covers.
fn covers(file: &[u8], code: &str) -> (String, String) {
    let all = ALL.found(file);
    let of_code: Vec<_> = all.iter().filter(|found| found.code == code).collect();
    let [found] = of_code.as_slice() else { panic!("{code} is found {} times: {all:?}", of_code.len()) };
    (found.path.clone(), covered(file, found))
}

fn a28() -> String {
    ALL.sample("itk-hl7v2-adt", "a28.hl7")
}

/// One change to the conforming message, the rule, its path and the text it must cover.
const FAULTS: &[(&str, &str, &str, &str, &str)] = &[
    ("|19620514|2|", "|19621314|2|", "HL7-04", "PID-7", "19621314"),
    ("|2|||1 TEST", "|F|||1 TEST", "PAS-13a", "PID-8", "F"),
    ("GBR^H||01632", "UK^H||01632", "ITK-08", "PID-11.6", "UK"),
    (
        "OLD QUARTER",
        "THE OLD QUARTER OF THE TOWN OF BURYTHORPE",
        "ITK-02",
        "PID-11.2",
        "THE OLD QUARTER OF THE TOWN OF BURYTHORPE",
    ),
    ("^^^RXX^MR~", "^^^^MR~", "PAS-10a", "PID-3[1].4", "100001^^^^MR"),
    ("^^^RXX^MR~", "^^^RXX&1.2.3^MR~", "ITK-06", "PID-3[1].4.2", "1.2.3"),
    ("EVN||202403010900|", "EVN||202403010900+2500|", "HL7-04", "EVN-2", "202403010900+2500"),
    ("|RXX000000001|", "|RXX-2024-0000000000001|", "PAS-03", "MSH-10", "RXX-2024-0000000000001"),
    ("|GBR|UNICODE", "|FRA|UNICODE", "PAS-05b", "MSH-17", "FRA"),
    ("AL1|1|", "AL1|one|", "ITK-13", "AL1-1", "one"),
    ("NK1|1|", "NK1||", "PAS-09", "NK1-1", "NK1"),
    ("\rEVN|", "\rZZZ|1\rEVN|", "HL7-08", "ZZZ", "ZZZ"),
    ("BURYTHORPE^NORTH", "BURY\\Q\\THORPE^NORTH", "HL7-28", "PID-11.3", "\\Q\\"),
];

#[test]
fn a_finding_covers_exactly_what_is_wrong() {
    for (from, to, code, path, text) in FAULTS {
        let broken = a28().replacen(from, to, 1);
        assert_ne!(broken, a28(), "{from} is not in the sample");
        // Before the fault on its line: a tab, letters of two and three bytes.
        let wide = broken.replace("SPECIMEN^ALEX", "SPÉCIMEN€^AL\tEX");
        for (ends, end) in [("CR", "\r"), ("LF", "\n"), ("CRLF", "\r\n")] {
            for message in [&broken, &wide] {
                let file = message.replace('\r', end);
                let expected = ((*path).to_owned(), (*text).to_owned());
                assert_eq!(covers(file.as_bytes(), code), expected, "{code} with {ends}");
                let framed = format!("\u{b}{file}\u{1c}\r");
                assert_eq!(covers(framed.as_bytes(), code), expected, "{code} in an MLLP frame with {ends}");
                // The second message of the file, after one without fault.
                let first = a28().replace("RXX000000001", "RXX000000000").replace('\r', end);
                let both = format!("{first}{file}");
                assert_eq!(covers(both.as_bytes(), code), expected, "{code} in the second message with {ends}");
                let frames = format!("\u{b}{first}\u{1c}\r\u{b}{file}\u{1c}\r");
                assert_eq!(covers(frames.as_bytes(), code), expected, "{code} in the second frame with {ends}");
            }
        }
    }
}

#[test]
fn bytes_that_are_no_text_count_one_column_each() {
    let mut file = a28().replacen("|GBR|UNICODE|", "|GBR|8859/1|", 1).into_bytes();
    let at = file.windows(8).position(|bytes| bytes == b"SPECIMEN").expect("the sample has a name");
    file.splice(at..at + 1, [0xDF, 0xE9, 0xFF]);
    let text = b"|19620514|2|";
    let at = file.windows(text.len()).position(|bytes| bytes == text).expect("the sample has a birth date");
    file.splice(at..at + text.len(), *b"|19620230|2|");
    assert_eq!(covers(&file, "HL7-04"), ("PID-7".to_owned(), "19620230".to_owned()));
}

#[test]
fn what_is_missing_points_at_the_nearest_thing_that_is_there() {
    let cases = [
        ("PID-5 empty", "||SPECIMEN^ALEX^J^^MS^^L||", "||||", "PAS-09", "PID-5", "PID"),
        ("family name empty", "SPECIMEN^ALEX", "^ALEX", "PAS-09n", "PID-5.1", "^ALEX^J^^MS^^L"),
        ("null where a value is required", "||SPECIMEN^ALEX^J^^MS^^L||", "||\"\"||", "PAS-09", "PID-5", "\"\""),
        ("only separators", "||SPECIMEN^ALEX^J^^MS^^L||", "||^^^||", "PAS-09", "PID-5", "PID"),
    ];
    for (about, from, to, code, path, text) in cases {
        let broken = a28().replacen(from, to, 1);
        assert_ne!(broken, a28(), "{about}");
        assert_eq!(covers(broken.as_bytes(), code), (path.to_owned(), text.to_owned()), "{about}");
    }
}

#[test]
fn segments_and_repetitions_are_numbered_only_where_there_are_several() {
    let oru = ALL.sample("hl7v2-orders-results", "oru-r01.hl7");
    let broken = oru.replacen("|4.1|", "|four|", 1);
    assert_eq!(covers(broken.as_bytes(), "PATH-52e"), ("OBX[2]-5".to_owned(), "four".to_owned()));
    let once = a28().replacen("100001^^^RXX^MR~9990000018^^^NHS^NH", "100001^^^RXX", 1);
    assert_eq!(covers(once.as_bytes(), "PAS-10b").0, "PID-3.5");
    let twice = a28().replacen("~9990000018^^^NHS^NH", "~9990000018^^^NHS", 1);
    assert_eq!(covers(twice.as_bytes(), "PAS-10b").0, "PID-3[2].5");
    // An empty first repetition still counts.
    let second = a28().replacen("100001^^^RXX^MR~", "~", 1).replacen("^^^NHS^NH", "^^^NHS", 1);
    assert_eq!(covers(second.as_bytes(), "PAS-10b").0, "PID-3[2].5");
}
