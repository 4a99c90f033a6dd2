//! The traceability matrix and the Markdown summary.

use crate::{fixture, render};
use hallmark::report::{Format, csv::COLUMNS};

fn rows(text: &str) -> Vec<Vec<String>> {
    let body = text.strip_prefix('\u{feff}').unwrap();
    let mut reader = csv::ReaderBuilder::new().from_reader(body.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), COLUMNS);
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn at(column: &str) -> usize {
    COLUMNS.iter().position(|name| *name == column).unwrap()
}

#[test]
fn the_matrix_has_a_row_per_requirement_and_rule() {
    let mut report = fixture::report();
    report.requirements[0].rules.push("PAS-09".into());
    report.requirements[2].rules.clear();
    report.requirements[2].why_not_tested = Some("No published list exists.".into());
    let rows = rows(&render(Format::Csv, &report));
    let pairs: Vec<_> = rows.iter().map(|row| (row[at("requirement")].as_str(), row[at("rule")].as_str())).collect();
    assert_eq!(
        pairs,
        [
            ("ID-02", "ID-02"),
            ("ID-02", "PAS-09"),
            ("PAS-09", "PAS-09"),
            ("PAS-14", ""),
            ("PAS-20", "PAS-20"),
            ("ERS-03", "ERS-03"),
            ("LAB-01", "LAB-01"),
            ("LAB-07", "LAB-07"),
            ("", "PAS-14"),
        ]
    );
    assert_eq!(rows[0][at("failed")], "24");
    assert_eq!((rows[0][at("blocks")].as_str(), rows[0][at("degrades")].as_str()), ("pds/tracing", "pas/feed"));
    assert_eq!(rows[3][at("why not tested")], "No published list exists.");
    assert_eq!(rows[3][at("applicable")], "");
    assert!(rows[0][at("statement")].contains("with a comma and a \"quote\""));
}

#[test]
fn no_cell_computes() {
    let mut report = fixture::report();
    for (rule, text) in report.rules.iter_mut().zip(fixture::HOSTILE) {
        rule.why = (*text).into();
        rule.fix = (*text).into();
    }
    report.rules[0].name = "=HYPERLINK(\"http://evil.test\")".into();
    let text = render(Format::Csv, &report);
    assert!(!text.contains("\"=HYPERLINK") && !text.contains(|c: char| c.is_control() && !matches!(c, '\r' | '\n')));
    for cell in rows(&text).iter().flatten() {
        assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell}");
    }
}

#[test]
fn the_summary_tells_verdicts_gaps_and_what_was_not_shown() {
    let text = render(Format::Markdown, &fixture::report());
    for said in [
        "| ✗ **Blocked** | PAS feed to a trust integration engine |",
        "| ? **Not shown** | e-Referral Service: provider readiness |",
        "**Partial report.** one archive entry",
        "| 24 | `feeds/adt-march.hl7` line 3 |",
        "| 5, 2 waived, 1 known |",
        "could not be decided: 7 digits",
        "- e-Referral Service: provider readiness: No message books an appointment \\(SIU\\) (ERS-03)",
        "38 findings in 120 messages and 4 files: 26 blocking, 2 waived, 1 in the baseline. Judged as of 22 November 2026",
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
    assert!(
        render(Format::Markdown, &fixture::many(50)).contains("… and 30 more groups; the JSON report lists them all.")
    );
}

#[test]
fn the_summary_carries_no_markup_of_a_sender() {
    for text in fixture::HOSTILE {
        let mut report = fixture::hostile();
        report.findings[0].artifact = (*text).into();
        report.groups[0].message = format!("m {text}");
        report.findings[0].message = format!("m {text}");
        let shown = render(Format::Markdown, &report);
        assert!(!shown.contains(['<']) && !shown.contains("](") && !shown.contains("![t]"), "{shown}");
        assert!(!shown.contains(|c: char| c.is_control() && c != '\n'));
        let table = shown.lines().filter(|line| line.starts_with("| ID-02")).count();
        assert_eq!(table, 1);
    }
}
