//! XML that nobody here wrote, and XML made to be slow: what the parser says of it, and in what time.

use crate::bench::Bench;
use hallmark::instance::{Instance, Namespaces};
use hallmark::parse::{Extent, Faults, xml};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Files that are no XML document, by a part of their path, with the one fault that says so. All of them are refused by
/// expat too; of the others it refuses none.
const BROKEN: &[(&str, &str)] = &[
    // Fragments that the mapper puts into larger documents, so prefixes are declared elsewhere or roots are many.
    ("gp2gp-hl7v3/service/src/test/resources/ehr/mapper/", "xml.prefix-undeclared"),
    ("gp2gp-hl7v3/service/src/test/resources/ehr/mapper/", "xml.second-root"),
    (
        "gp2gp-hl7v3/service/src/test/resources/ehr/mapper/encountercomponents/contained-resources/output-empty.xml",
        "xml.empty",
    ),
    ("expected-ehr-extract-response-from-json.xml", "xml.prefix-undeclared"),
    // MIME messages under the name of XML.
    ("eps-coordinator-fixtures/packages/coordinator/tests/resources/spine-responses/", "xml.content-outside"),
    ("mhs_common/messages/tests/expected_messages/ebxml_request", "xml.content-outside"),
    ("integration-test/resources/uat/responses/polling/", "xml.content-outside"),
    // Test cases of the FHIR validator on this very matter; the second is stored as something other than its name says.
    ("fhir-validator/xml-bad-entities.xml", "xml.entity-undefined"),
    ("fhir-validator/japanese-utf8-ok.xml", "xml.encoding-broken"),
];

/// What the parser says of `bytes`.
fn read(bytes: &[u8]) -> (Vec<&'static str>, Extent) {
    let (mut tree, mut namespaces, mut faults) = (Instance::default(), Namespaces::default(), Faults::default());
    let parsed = xml::parse(bytes, &mut tree, &mut namespaces, &mut faults);
    (faults.counts().iter().map(|(code, _)| *code).collect(), parsed.extent)
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files_below(&path, found),
            Ok(kind) if kind.is_file() && path.extension().is_some_and(|extension| extension == "xml") => {
                found.push(path)
            }
            _ => {}
        }
    }
}

#[test]
fn real_documents_are_read_and_broken_ones_told() {
    let shared = std::env::var_os("HALLMARK_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let (mut read_well, mut broken, mut wrong) = (0, BTreeMap::<&str, usize>::new(), Vec::new());
    for folder in ["corpora", "suites"] {
        let mut files = Vec::new();
        files_below(&shared.join(folder), &mut files);
        if files.is_empty() {
            println!("SKIPPED every XML file of {folder}: there is none here");
        }
        for path in files {
            let bytes = std::fs::read(&path).unwrap();
            let (codes, _) = read(&bytes);
            let name = path.to_string_lossy().replace('\\', "/");
            let known = BROKEN.iter().find(|(part, code)| name.contains(part) && codes.contains(code));
            match known {
                Some((_, code)) => *broken.entry(code).or_default() += 1,
                None if codes.is_empty() => read_well += 1,
                None => wrong.push(format!("{name}: {codes:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{read_well} XML files are well formed; broken as they should be: {broken:?}");
}

/// Documents that make a careless reader quadratic, of some `size` bytes.
fn hostile(size: usize) -> Vec<(&'static str, String)> {
    let many = |piece: &str| piece.repeat(size / piece.len());
    let numbered = |piece: fn(usize) -> String| {
        let mut text = String::with_capacity(size + 100);
        (0..)
            .map(piece)
            .take_while(|next| {
                text.push_str(next);
                text.len() < size
            })
            .for_each(drop);
        text
    };
    vec![
        ("unclosed elements", many("<a>")),
        ("attributes", format!("<a {}/>", numbered(|n| format!("a{n}='' ")))),
        ("declarations", format!("<a {}/>", numbered(|n| format!("xmlns:p{n}='u' ")))),
        ("namespaces", format!("<a>{}</a>", numbered(|n| format!("<b xmlns='urn:{n}'/>")))),
        (
            "prefixes",
            format!("<a {}>{}</a>", (0..128).map(|n| format!("xmlns:p{n}='u' ")).collect::<String>(), many("<p0:b/>")),
        ),
        ("undeclared prefixes", format!("<a>{}</a>", many("<p:b/>"))),
        ("stray end tags", format!("<a>{}</a>", many("</b>"))),
        ("crossed tags", format!("<a>{}</a>", many("<b><c></b></c>"))),
        ("open quotes", many("<a b=\"></a>")),
        ("mixed quotes", many("<a b='><c d=\"> ")),
        ("open tags", many("<a ")),
        ("less-than signs", format!("<a>{}</a>", many("< "))),
        ("ampersands", format!("<a>{}</a>", many("&"))),
        ("ampersands in a value", format!("<a b='{}'/>", many("&"))),
        ("references", format!("<a>{}</a>", many("&#0;"))),
        ("one long reference", format!("<a>&#{};</a>", many("9"))),
        ("open comments", format!("<a>{}", many("<!--"))),
        ("hyphens", format!("<a><!--{}--></a>", many("-"))),
        ("brackets", format!("<a>{}</a>", many("]"))),
        ("open CDATA sections", format!("<a>{}", many("<![CDATA["))),
        ("declarations of entities", format!("<!DOCTYPE a [{}]><a/>", many("<!ENTITY a 'b'>"))),
        ("open DOCTYPEs", many("<!DOCTYPE [")),
        ("one long name", format!("<{}/>", many("n"))),
        ("names with colons", format!("<a>{}</a>", many("<a:b:c/>"))),
        ("instructions", format!("<a>{}</a>", many("<?p?>"))),
        ("control characters", format!("<a>{}</a>", many("\u{1}"))),
        ("marks", many("\u{FEFF}")),
    ]
}

#[test]
fn time_grows_with_size_and_no_faster() {
    // Generous, for the slowest of builds on a busy machine; what is quadratic takes minutes.
    const MOST: Duration = Duration::from_secs(20);
    for (name, text) in hostile(2 << 20) {
        let started = Instant::now();
        let (codes, _) = read(text.as_bytes());
        let took = started.elapsed();
        assert!(took < MOST, "{name}: {took:?}");
        let harmless = ["prefixes", "instructions", "brackets"];
        assert!(!codes.is_empty() || harmless.contains(&name), "{name}: nothing was told");
    }
}

#[test]
fn a_clean_resource_proves_the_rules_on_xml_and_other_xml_none() {
    let bench = Bench::only(&["fhir-base"]);
    for (text, times) in
        [("<Patient xmlns='http://hl7.org/fhir'><id value='x'/></Patient>", 1), ("<ClinicalDocument/>", 0)]
    {
        let tally = bench.tally(text.as_bytes());
        assert!(tally.groups.is_empty() && tally.messages == times);
        for id in bench.plan.ids().filter(|id| bench.plan.rule(*id).file.ends_with("fhir-base/rules/xml.toml")) {
            let counts = tally.of(id);
            assert_eq!((counts.passed(), counts.messages, counts.reached), (times, times, times));
        }
    }
    let broken = bench.tally(b"<ClinicalDocument><a></ClinicalDocument>");
    assert_eq!((broken.groups.len(), broken.messages), (1, 1));
}

#[test]
fn a_fault_stands_on_its_line_in_every_encoding() {
    let bench = Bench::only(&["fhir-base"]);
    let text = "<?xml version='1.0' encoding='UTF-16'?>\r\n<Patient xmlns='http://hl7.org/fhir'>\r\n<name><family value='\u{e9}\u{1F600}&Zzyxcanary;'/></name></Patient>";
    let wide: Vec<u8> = format!("\u{FEFF}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [wide, text.replace("UTF-16", "UTF-8").into_bytes()] {
        let found = bench.found(&bytes);
        let [found] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((found.code.as_str(), found.line, found.column), ("FHIR-22b", 3, 24));
        assert_eq!(found.path, "/Patient/name/family/@value");
        assert!(!format!("{found:?}").contains("Zzyx"));
    }
}
