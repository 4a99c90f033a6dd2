//! The page: a manager's part before the engineer's, nothing that acts, and usable however large the report.

use crate::{fixture, render};
use base64::{Engine, engine::general_purpose::STANDARD};
use hallmark::report::{Format, html, model::Report};
use sha2::{Digest, Sha256};

#[test]
fn the_manager_reads_first_then_the_engineer() {
    let text = render(Format::Html, &fixture::report());
    let order = [
        "id=\"verdicts\"",
        "id=\"ask\"",
        "id=\"dates\"",
        "id=\"reasons\"",
        "id=\"findings\"",
        "id=\"requirements\"",
        "id=\"waivers\"",
        "id=\"evidence\"",
    ];
    let at: Vec<_> = order.iter().map(|id| text.find(id).unwrap_or_else(|| panic!("no {id}"))).collect();
    assert!(at.is_sorted(), "{at:?}");
    for said in [
        "<html lang=\"en-GB\">",
        "120 messages in 4 files, judged as of 22 November 2026.",
        "<strong>Partial report.</strong> One archive entry could not be read to its end.",
        "Merges would not reach the engine",
        "Works today; the interface it uses stops on 30 September 2027.",
        "Fix before joining",
        "Send A40 as structure ADT_A39 with one MRG for each PID.",
        "Show what was not shown",
        "No message books an appointment (SIU)",
        "<time datetime=\"2027-04-01\">1 April 2027</time>",
        "(not verified by us)",
        "PID|1||<mark>9{3} 9{3} 9{4}</mark>^^^NHS",
        "The Spine refuses the request, so the patient cannot be traced.",
        "ITK HL7 V2 Message Specifications, 4.2",
        "24 places",
        "and 21 more places",
        "5 places (2 waived, 1 in the baseline)",
        "Could not be decided: 7 digits",
        "<code>feeds/adt-march.hl7:22</code> the first message of the pair",
        "Chief information officer",
        "Expired: its findings count",
        "not issued, approved or endorsed by the NHS",
    ] {
        assert!(text.contains(said), "{said:?} is not on the page");
    }
}

#[test]
fn a_blocked_service_gives_its_first_reason_once_where_the_reasons_stand() {
    let mut report = fixture::report();
    let reason = report.verdicts[0].because[0].reason.clone();
    report.verdicts[0].summary = format!("As shown, this system cannot join: 1 of 2 fails. {reason}");
    let text = render(Format::Html, &report);
    let (from, to) = (text.find("id=\"reasons\"").unwrap(), text.find("id=\"findings\"").unwrap());
    assert_eq!(text[from..to].matches(&reason).count(), 1, "{}", &text[from..to]);
    assert!(text[from..to].contains("this system cannot join: 1 of 2 fails.</p>"), "{}", &text[from..to]);
    assert_eq!(text[..from].matches(&reason).count(), 2, "in the table, and among what to ask for");
}

#[test]
fn a_gap_names_the_document_its_address_and_the_definition() {
    let mut report = fixture::report();
    for finding in &mut report.findings {
        finding.source.url = "https://hl7.org/fhir/R4/elementdefinition.html#cardinality".to_owned();
        finding.definition = Some("Patient.name of http://test/<p> (test@1)".to_owned());
    }
    let text = render(Format::Html, &report);
    assert!(text.contains("<span class=\"address\">https://hl7.org/fhir/R4/elementdefinition.html#cardinality</span>"));
    assert!(text.contains("<dt>Definition</dt><dd>Patient.name of http://test/&#60;p&#62; (test@1)</dd>"), "{text}");
    let text = render(Format::Terminal, &report);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("4.2 <https://hl7.org/fhir/R4/elementdefinition.html#cardinality>"), "{flat}");
    assert!(flat.contains("asks: Patient.name of http://test/<p> (test@1)"), "{flat}");
}

#[test]
fn the_policy_allows_this_style_and_nothing_else() {
    let text = render(Format::Html, &fixture::report());
    let (_, rest) = text.split_once("<style>").unwrap();
    let (style, rest) = rest.split_once("</style>").unwrap();
    let hash = STANDARD.encode(Sha256::digest(style.as_bytes()));
    assert!(text.contains(&format!(
        "content=\"default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\""
    )));
    assert!(!rest.contains("<style") && !style.contains("url(") && !style.contains("@import"));
}

#[test]
fn nothing_of_a_sender_acts() {
    let text = render(Format::Html, &fixture::hostile());
    let lower = text.to_lowercase();
    for bad in
        ["<script", "<img", "<iframe", "<link", "<form", "javascript:canary()\"", " style=", "<!--", "://evil.test\""]
    {
        assert!(!lower.contains(bad), "{bad}");
    }
    let (_, body) = text.split_once("</style>").unwrap();
    for (at, _) in body.match_indices("href=") {
        assert!(body[at..].starts_with("href=\"#"), "{}", &body[at..at + 40]);
    }
    for (at, _) in body.match_indices("<svg") {
        assert!(body[at..].starts_with("<svg class=\"shape\""));
    }
    assert!(!text.contains(
        |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202e}' | '\u{2066}' | '\u{2028}' | '\u{200b}')
    ));
    assert!(text.contains("&#60;img src=x onerror=alert(1)&#62;"), "the name is still readable");
    assert!(text.contains("<strong>Contains patient data.</strong>") && text.contains("<title>Contains patient data:"));
}

#[test]
fn no_code_of_the_model_becomes_an_attribute_of_its_own() {
    let mut report = fixture::report();
    let attack = "x\" onmouseover=\"canary()";
    report.verdicts[0].verdict = attack.into();
    report.verdicts[0].because[0].outcome = attack.into();
    report.groups[0].severity = attack.into();
    report.requirements[0].outcome = attack.into();
    report.calendar[0].date = attack.into();
    assert!(!render(Format::Html, &report).contains("onmouseover=\"canary"));
}

#[test]
fn a_very_large_report_stays_usable_and_says_what_is_left_out() {
    let text = render(Format::Html, &fixture::many(5000));
    assert_eq!(text.matches("<details class=\"gap").count(), html::GROUPS);
    assert!(text.contains("4,500 more groups are left out"));
    assert_eq!(text.matches("<details class=\"gap error\" id=\"gap-5\" open>").count(), 1);
    assert!(!text.contains("id=\"gap-6\" open"));
    assert!(text.len() < 2_000_000, "{}", text.len());
}

#[test]
fn an_empty_report_is_a_page_that_says_so() {
    let text = render(Format::Html, &Report::default());
    assert!(text.contains("No integration was judged") && text.contains("No finding is not a pass"));
}
