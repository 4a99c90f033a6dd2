//! The terminal form: order, words, width, and nothing that a terminal would obey.

use crate::{fixture, render};
use hallmark::report::{
    Format, Renderer,
    model::{Excerpt, Report},
    terminal::{Colour, Detail, Drawing, Terminal},
};

fn drawn(report: &Report, look: Terminal) -> String {
    let mut out = Vec::new();
    look.render(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn verdicts_come_first_then_gaps_then_the_unshown_then_counts() {
    let text = render(Format::Terminal, &fixture::report());
    let order = ["\nVerdicts\n", "\nGaps\n", "\nNot shown\n", "\nDates ahead\n", "\nWaivers\n", "\nCounts\n"];
    let at: Vec<_> =
        order.iter().map(|heading| text.find(heading).unwrap_or_else(|| panic!("{heading} in {text}"))).collect();
    assert!(at.is_sorted(), "{text}");
    for said in [
        "✗ Blocked",
        "! At risk",
        "? Not shown",
        "✓ Clear",
        "PAS feed to a trust integration engine",
        "Partial report:",
        "one archive entry could not be read",
        "ID-02 nhs-number-check-digit · error · blocks pds/tracing · degrades pas/feed",
        "24 places: feeds/adt-march.hl7:3:9, feeds/adt-march.hl7:51:9 (message 7)",
        "The Spine refuses the request",
        "Send the ten digits as issued",
        "ITK HL7 V2 Message Specifications, 4.2",
        "could not be decided: 7 digits",
        "5 places, 2 waived, 1 in the baseline",
        "feeds/readme.docx: not checked: this is a word processor file",
        "1 April 2027",
        "38 findings (26 error, 12 warning), 26 blocking; 2 waived, 1 in the baseline",
        "7 requirements: 1 passed, 3 failed, 1 not decided, 1 did not apply, 1 not shown",
    ] {
        assert!(text.contains(said), "{said:?} is not in\n{text}");
    }
}

#[test]
fn a_blocked_service_gives_its_first_reason_once() {
    let mut report = fixture::report();
    let verdict = &mut report.verdicts[0];
    verdict.summary = format!("As shown, this system cannot join: 1 of 2 fails. {}", verdict.because[0].reason);
    let text = drawn(&report, Terminal { width: 160, ..Terminal::default() });
    assert!(text.contains("this system cannot join: 1 of 2 fails.\n"), "{text}");
    assert!(text.contains(&format!("· PAS-09: {} (2 places)\n", report.verdicts[0].because[0].reason)), "{text}");
    assert_eq!(text.matches(&report.verdicts[0].because[0].reason).count(), 1, "{text}");
}

#[test]
fn the_underline_is_under_the_place() {
    let text = render(Format::Terminal, &fixture::report());
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.contains("PID|1||9{3}")).unwrap();
    let column = |line: &str, what: &str| line.find(what).map(|byte| line[..byte].chars().count());
    let start = column(lines[at], "9{3} 9{3}").unwrap();
    let marked: Vec<char> = lines[at + 1].chars().collect();
    assert!(matches!(marked[start], '─' | '┬') && marked[start - 1] == ' ', "{text}");
    assert!(lines[at - 1].contains("[feeds/adt-march.hl7:3:9]"), "{text}");
    assert!(lines[at].trim_start().starts_with('3'), "{text}");
}

#[test]
fn a_terminal_is_sent_only_our_own_colours() {
    for colour in [Colour::Never, Colour::Ansi] {
        let text = drawn(&fixture::hostile(), Terminal { colour, ..Terminal::default() });
        let mut rest = text.as_str();
        while let Some(at) = rest.find('\u{1b}') {
            let (code, after) = rest[at + 1..].split_once('m').unwrap();
            assert!(
                colour == Colour::Ansi
                    && code.starts_with('[')
                    && code[1..].chars().all(|c| c.is_ascii_digit() || c == ';')
            );
            rest = after;
        }
        let acts = |c: char| {
            c.is_control() && !matches!(c, '\n' | '\u{1b}')
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        };
        assert!(!text.contains(acts));
        assert!(!text.contains("<img") && !text.contains("\n::error"));
    }
}

#[test]
fn ascii_means_ascii() {
    let text = drawn(&fixture::report(), Terminal { drawing: Drawing::Ascii, ..Terminal::default() });
    assert!(text.is_ascii(), "{text}");
}

#[test]
fn every_line_fits_the_width() {
    for width in [60, 80, 120] {
        let text = drawn(&fixture::report(), Terminal { width, ..Terminal::default() });
        for line in text.lines().filter(|line| !line.contains("[feeds/")) {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn a_very_long_line_far_to_the_right_does_not_panic() {
    let mut report = fixture::report();
    report.findings[0].column = 4_000_000_000;
    report.findings[0].line = u64::MAX;
    report.findings[0].excerpt = Some(Excerpt { text: "x".repeat(200_000), from: 70_000, columns: 90_000 });
    let text = render(Format::Terminal, &report);
    assert!(text.len() < 20_000);
}

#[test]
fn many_groups_stay_short_and_say_what_is_left_out() {
    let report = fixture::many(500);
    let text = render(Format::Terminal, &report);
    assert!(text.contains("… and 390 more groups; the JSON report lists them all"), "{text}");
    assert!(text.lines().count() < 450, "{}", text.lines().count());
    let full = drawn(&report, Terminal { detail: Detail::Full, ..Terminal::default() });
    assert!(full.contains("fault number 499"));
}

#[test]
fn an_empty_report_says_so() {
    let text = render(Format::Terminal, &Report::default());
    assert!(text.contains("No integration was judged") && text.contains("No finding is not a pass"), "{text}");
}
