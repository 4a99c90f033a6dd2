//! Cutting feeds: the same units for any block size, and a trouble for whatever is in no unit.

use proptest::prelude::*;

use super::*;

const ADT: &str = "MSH|^~\\&|A|B|C|D|20240101||ADT^A01|1|T|2.4\rPID|1||X\r";

#[test]
fn messages_are_cut_at_their_headers_whatever_ends_their_lines() {
    for end in ["\r", "\n", "\r\n"] {
        let message = ADT.replace('\r', end);
        let got = feed(format!("{message}{message}").as_bytes());
        assert_eq!(got.texts(), [message.as_str(), message.as_str()]);
        assert_eq!(got.units.iter().map(|unit| unit.line).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(got.units.iter().map(|unit| unit.ordinal).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(got.units[1].offset, message.len() as u64);
        assert!(got.troubles.is_empty());
    }
    let mixed = feed(b"MSH|a\rPID|1\nPV1\r\nMSH|b");
    assert_eq!(mixed.texts(), ["MSH|a\rPID|1\nPV1\r\n", "MSH|b"]);
    assert_eq!(mixed.units[1].line, 4);
}

#[test]
fn a_blank_line_does_not_end_a_message() {
    let got = feed(b"\xEF\xBB\xBF  MSH|a\r\r\n\rPID|1\rMSH|b");
    assert_eq!(got.texts(), ["MSH|a\r\r\n\rPID|1\r", "MSH|b"]);
    assert_eq!((got.units[0].offset, got.units[1].line), (5, 5));
}

#[test]
fn a_hard_wrapped_line_that_says_msh_is_a_message_only_in_capitals() {
    let got = feed(b"MSH|a\rNTE|1||see\rmsh for it\rmsh|b\r");
    assert_eq!(got.texts(), ["MSH|a\rNTE|1||see\rmsh for it\r", "msh|b\r"]);
}

#[test]
fn text_before_the_first_header_is_told_and_not_judged() {
    let got = feed(b"\r\nExported by X\r\nat noon\r\nMSH|a\r");
    assert_eq!(got.texts(), ["MSH|a\r"]);
    assert_eq!(
        got.troubles,
        [("feed.hl7".into(), "outside-message", Some(2), 1, "in one place, 24 bytes in all".into())]
    );
}

#[test]
fn segments_without_any_header_are_one_message_for_the_parser() {
    let got = feed(b"PID|1||X\rPV1|1\r");
    assert_eq!(got.texts(), ["PID|1||X\rPV1|1\r"]);
    assert!(got.troubles.is_empty());
    let got = feed(b"PID|1||X\rMSH|a\r");
    assert_eq!((got.texts(), got.codes()), (vec!["MSH|a\r".into()], vec!["outside-message"]));
}

#[test]
fn batches_are_envelopes_and_their_counts_are_checked() {
    let good = format!("FHS|^~\\&\rBHS|^~\\&\r{ADT}{ADT}BTS|2\rFTS|1\r");
    let got = feed(good.as_bytes());
    assert!(got.troubles.is_empty());
    let envelopes: Vec<_> = got.units.iter().filter(|unit| unit.kind == UnitKind::Envelope).collect();
    assert_eq!(envelopes.iter().map(|unit| unit.line).collect::<Vec<_>>(), [1, 2, 7, 8]);
    assert_eq!(got.units.iter().filter(|unit| unit.kind == UnitKind::Message).map(|u| u.ordinal).max(), Some(2));

    // The separator is the one that the batch header declares.
    assert!(feed(format!("BHS#^~\\&\r{ADT}BTS#1#x\r").as_bytes()).troubles.is_empty());
    assert!(feed(format!("BHS|^~\\&\r{ADT}BTS\r").as_bytes()).troubles.is_empty(), "an absent count declares nothing");
    assert!(feed(format!("FHS|^~\\&\r{ADT}FTS|0\r").as_bytes()).troubles.is_empty());
    for (bad, code, word) in [
        (format!("BHS|^~\\&\r{ADT}BTS|2\r"), "batch-count", "declares 2; messages found: 1"),
        (format!("BHS|^~\\&\r{ADT}BTS|-1\r"), "batch-count", "not a whole number"),
        (format!("BHS|^~\\&\r{ADT}BTS|9990000018\r"), "batch-count", "a number of 10 digits"),
        (format!("BHS|^~\\&\r{ADT}BTS|999999999999999999999\r"), "batch-count", "a number of 21 digits"),
        (format!("BHS|^~\\&\r{ADT}BTS#1\r"), "batch-count", "not set off"),
        (format!("FHS|^~\\&\rBHS|^~\\&\r{ADT}BTS|1\rFTS|2\r"), "batch-count", "declares 2; batches found: 1"),
        (format!("BHS|^~\\&\r{ADT}"), "batch-unclosed", "the BHS has no BTS"),
        (format!("FHS|^~\\&\rBHS|^~\\&\r{ADT}FTS|1\r"), "batch-unclosed", "the BHS has no BTS"),
        (format!("{ADT}BTS|1\r"), "batch-unclosed", "without a BHS"),
    ] {
        let got = feed(bad.as_bytes());
        assert_eq!(got.codes(), [code], "{bad:?}");
        assert!(got.troubles[0].4.contains(word), "{:?}", got.troubles);
    }
}

#[test]
fn frames_define_the_units() {
    let got = feed(format!("\x0b{ADT}\x1c\r\x0b{ADT}\x1c\r").as_bytes());
    assert_eq!(got.texts(), [ADT, ADT]);
    assert!(got.troubles.is_empty());
    assert!(got.units.iter().all(|unit| unit.framing == Framing::Mllp));
    assert_eq!(got.units[1].line, 4, "the end block stands on a line of its own");
}

#[test]
fn framing_faults_are_told_and_the_next_frame_is_still_read() {
    let frame = format!("\x0b{ADT}\x1c\r");
    for (bytes, codes, units) in [
        (format!("\x0b{ADT}\x0b{ADT}\x1c\r"), vec!["mllp-nested-start"], 2),
        (format!("\x0b\x0b{ADT}\x1c\r"), vec!["mllp-nested-start"], 1),
        (format!("{frame}\x0b\x1c\r{frame}"), vec!["mllp-empty-frame"], 2),
        (format!("noise\x0b{ADT}\x1c\rGET /\r\n{frame}"), vec!["mllp-outside-frame"], 2),
        (format!("{frame}{ADT}{frame}"), vec!["mllp-outside-frame"], 3),
        (format!("\x0b{ADT}\x1c{frame}"), vec!["mllp-no-cr"], 2),
        (format!("\x0b{ADT}\x1c"), vec!["mllp-no-cr"], 1),
        (format!("\x0b{ADT}"), vec!["mllp-no-end"], 1),
        (format!("{ADT}\x1c\r{frame}"), vec!["mllp-outside-frame"], 2),
        (String::from("\x0bPID|1||a\x0bb\r\x1c\r"), vec![], 1),
    ] {
        let got = stream_of("feed.mllp", bytes.as_bytes(), &Options::default());
        assert_eq!((got.codes(), got.units.len()), (codes, units), "{bytes:?}");
    }
}

#[test]
fn a_hundred_thousand_empty_frames_are_one_trouble_with_a_number() {
    let bytes = format!("\x0b{ADT}\x1c\r{}", "\x0b\x1c\r".repeat(100_000));
    let got = feed(bytes.as_bytes());
    assert_eq!(got.troubles.len(), 1);
    assert_eq!((got.troubles[0].1, got.troubles[0].2, got.troubles[0].3), ("mllp-empty-frame", Some(4), 100_000));
}

#[test]
fn lines_of_json_are_units_and_blank_ones_are_not() {
    let got = stream_of("a.ndjson", b"\xEF\xBB\xBF{\"a\":1}\r\n\n \t\n{\"b\":2}\n{\"c\":3}", &Options::default());
    assert_eq!(got.texts(), ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]);
    assert_eq!(got.units.iter().map(|unit| (unit.line, unit.ordinal)).collect::<Vec<_>>(), [(1, 1), (4, 2), (5, 3)]);
}

#[test]
fn a_thousand_lines_are_found_where_an_editor_shows_them() {
    let lines: String = (1..=1000).map(|n| format!("{{\"n\":{n}}}\n")).collect();
    let options = Options { limits: Limits { block_bytes: 1024, ..Limits::default() }, ..Options::default() };
    let got = stream_of("a.ndjson", lines.as_bytes(), &options);
    assert_eq!(got.units[500].text, b"{\"n\":501}");
    assert_eq!((got.units[500].line, got.units[500].ordinal), (501, 501));
}

#[test]
fn the_extension_counts_in_any_case_and_before_a_number() {
    for id in ["a.NDJSON", "z.zip!a.ndjson#2"] {
        assert_eq!(stream_of(id, b"{\"a\":1}\n2\n", &Options::default()).units.len(), 2, "{id}");
    }
}

#[test]
fn nothing_to_check_is_told() {
    for (id, bytes) in [("a.json", &b""[..]), ("a.json", b" \n\t"), ("a.ndjson", b"\n\n\n"), ("a.hl7", b"\r\n")] {
        let got = stream_of(id, bytes, &Options::default());
        assert_eq!((got.codes(), got.units.len()), (vec!["empty"], 0), "{id} {bytes:?}");
    }
}

#[test]
fn an_over_long_message_is_skipped_and_the_next_one_read() {
    let limits =
        Limits { unit_bytes: 1000, document_bytes: 1000, skip_bytes: 100_000, block_bytes: 128, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let bytes = format!("{ADT}MSH|long\rOBX|{}\r{ADT}", "A".repeat(50_000));
    let got = stream_of("a.hl7", bytes.as_bytes(), &options);
    assert_eq!(got.texts(), [ADT, ADT]);
    assert_eq!(got.troubles, [("a.hl7".into(), "too-large-unit", Some(3), 1, "the limit is 1000 bytes".into())]);

    let bytes = format!("{{\"a\":1}}\n{}\n{{\"b\":1}}\n", "A".repeat(50_000));
    let got = stream_of("a.ndjson", bytes.as_bytes(), &options);
    assert_eq!((got.texts().len(), got.codes()), (2, vec!["too-large-unit"]));

    // Past the skip limit the artifact is given up, and says so.
    let bytes = format!("{ADT}MSH|long\rOBX|{}\r{ADT}", "A".repeat(200_000));
    let got = stream_of("a.hl7", bytes.as_bytes(), &options);
    assert_eq!((got.texts().len(), got.codes()), (1, vec!["too-large-unit", "abandoned"]));
    assert!(!got.ends[0].complete && got.ends[0].digest.is_none());

    let bytes = format!("<a>{}</a>", "x".repeat(200_000));
    let got = stream_of("a.xml", bytes.as_bytes(), &options);
    assert_eq!((got.texts().len(), got.codes()), (0, vec!["too-large-unit"]));
}

#[test]
fn the_digest_is_that_of_all_bytes() {
    use sha2::Digest as _;
    let bytes = ADT.repeat(10_000);
    let got = feed(bytes.as_bytes());
    let expected: [u8; 32] = sha2::Sha256::digest(bytes.as_bytes()).into();
    assert_eq!(
        (got.ends[0].digest, got.ends[0].bytes, got.ends[0].complete),
        (Some(expected), bytes.len() as u64, true)
    );
    let got = stream_of("a.hl7", bytes.as_bytes(), &Options { digest: Digest::Skip, ..Options::default() });
    assert_eq!(got.ends[0].digest, None);
}

#[test]
fn a_sink_can_stop_the_reading() {
    let mut blocks = 0;
    let bytes = ADT.repeat(100_000);
    let reading = read_stream("a.hl7", &mut bytes.as_bytes(), &Options::default(), &mut |event| match event {
        Event::Block(_) => {
            blocks += 1;
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    });
    assert_eq!((reading, blocks), (Reading::Stopped, 1));
}

/// Reads a few bytes at a time, as a pipe may.
struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.len().min(self.1).min(buf.len());
        buf[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// Everything a reading gave that must not depend on block size or timing.
fn outcome(id: &str, bytes: &[u8], block_bytes: usize, step: usize) -> (Vec<Kept>, Vec<Told>, Vec<(u64, u64)>) {
    let limits = Limits { unit_bytes: 150, skip_bytes: 200, block_bytes, troubles: 5, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let mut got = Got::default();
    read_stream(id, &mut Trickle(bytes, step), &options, &mut |event| {
        got.take(event);
        ControlFlow::Continue(())
    });
    got.troubles.sort();
    let ends = got.ends.iter().map(|end| (end.units, got.units.len() as u64)).collect();
    (got.units, got.troubles, ends)
}

const PIECES: &[&str] = &[
    "MSH|^~\\&|A",
    "MSH",
    "MS",
    "msh|",
    "PID|1||X",
    "OBX|1|ST|some text",
    "FHS|^~\\&",
    "BHS|^~\\&",
    "BTS|1",
    "BTS|2",
    "FTS|1",
    "\r",
    "\r",
    "\r",
    "\n",
    "\r\n",
    "\r\n",
    "\r\r",
    "\n\r",
    "\x0b",
    "\x0bMSH|^",
    "\x1c",
    "\x1c\r",
    "\x1c\r\n",
    "  ",
    "x",
    "£é",
    "noise",
    "\0",
    "{\"a\":1}",
    "{",
    "{\"a\":1}\n{\"b\":2}\n",
    "\u{FEFF}",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn units_do_not_depend_on_block_size(
        picks in proptest::collection::vec(0..PIECES.len(), 0..120),
        name in 0usize..4,
        step in 1usize..200,
    ) {
        let text: String = picks.iter().map(|pick| PIECES[*pick]).collect();
        let id = ["a.hl7", "a.mllp", "a.ndjson", "a"][name];
        let expected = outcome(id, text.as_bytes(), 4 << 20, 1 << 20);
        for block_bytes in [64, 65, 100, 257, 1024, 65_536] {
            let got = outcome(id, text.as_bytes(), block_bytes, step);
            prop_assert_eq!(&got, &expected, "block of {}", block_bytes);
        }
    }

    #[test]
    fn no_byte_is_in_two_units_and_each_is_where_it_says(
        picks in proptest::collection::vec(0..PIECES.len(), 0..120),
        name in 0usize..3,
    ) {
        let text: String = picks.iter().map(|pick| PIECES[*pick]).collect();
        let (units, _, _) = outcome(["a.hl7", "a.ndjson", "a"][name], text.as_bytes(), 128, 50);
        let mut end = 0;
        for unit in units {
            prop_assert!(unit.offset >= end);
            let start = unit.offset as usize;
            end = unit.offset + unit.text.len() as u64;
            prop_assert_eq!(text.as_bytes().get(start..end as usize), Some(&unit.text[..]));
            let lines = crate::span::line_ends(&text.as_bytes()[..start]) + 1;
            prop_assert_eq!(unit.line, lines);
        }
    }
}
