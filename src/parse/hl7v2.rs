//! HL7 v2 in ER7 form → the arena (HL7 v2.4 chapter 2, sections 2.7 to 2.9).
//!
//! In: one message, from its `MSH` to before the next one, framing removed. Out: segments, field repetitions,
//! components, subcomponents (empty ones are left out: their number tells), and faults. It accepts any line end and
//! any separators the header declares, and goes on after whatever it cannot place.

pub use super::escape::decode;
use super::fields::{Fields, MAX_NODES};
use super::{Faults, charset, separators};
use crate::instance::{Builder, Instance, Kind, Message, Separators};
use crate::span::Span;

/// Segments lowered per message. A real message has tens, a long laboratory report thousands.
const MAX_SEGMENTS: u32 = 20_000;
/// What byte means what; bits, so that a field's bytes can be summed up in one number.
pub(super) mod class {
    pub(in crate::parse) const REPETITION: u8 = 1;
    pub(in crate::parse) const COMPONENT: u8 = 2;
    pub(in crate::parse) const SUBCOMPONENT: u8 = 4;
    pub(in crate::parse) const ESCAPE: u8 = 8;
    pub(in crate::parse) const HIGH: u8 = 16;
    pub(in crate::parse) const CONTROL: u8 = 32;
    pub(in crate::parse) const FIELD: u8 = 64;
    pub(in crate::parse) const DIVIDES: u8 = REPETITION | COMPONENT | SUBCOMPONENT;
}

/// Whether a message holds bytes outside ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HighBytes {
    None,
    Some,
}

/// The classes before any separator is known.
const PLAIN: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'\t' => 0,
            0..0x20 | 0x7F => class::CONTROL,
            0x80.. => class::HIGH,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// Parses `bytes` into `instance`, whose memory is reused; returns the separators in force.
///
/// Where no value holds the escape character, the separators say that there is none: then nothing needs decoding, and
/// whoever reads a value knows it without looking through the value.
pub fn parse(bytes: &[u8], instance: &mut Instance, faults: &mut Faults) -> Separators {
    let mut reader = Reader {
        bytes,
        build: Builder::new(instance),
        faults,
        classes: PLAIN,
        separators: Separators::default(),
        seen: 0,
        segments: 0,
        cut: false,
    };
    reader.message();
    let (mut separators, seen) = (reader.separators, reader.seen);
    if seen & class::ESCAPE == 0 {
        separators.escape = 0;
    }
    let high = if seen & class::HIGH == 0 { HighBytes::None } else { HighBytes::Some };
    charset::check(Message { bytes, tree: instance, separators }, high, faults);
    separators
}

struct Reader<'a> {
    bytes: &'a [u8],
    build: Builder<'a>,
    faults: &'a mut Faults,
    classes: [u8; 256],
    separators: Separators,
    /// Classes of all bytes met, to know whether the character set is worth checking.
    seen: u8,
    segments: u32,
    /// Whether a limit was met and told.
    cut: bool,
}

impl Reader<'_> {
    fn message(&mut self) {
        let root = self.build.open(Kind::Root, 0, 0, Span::default(), 0);
        self.separators_in_force(Separators::default());
        let start = match self.bytes {
            [0xEF, 0xBB, 0xBF, ..] => 3,
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => {
                let span = Span::new(0, 2);
                let message = "the message is in UTF-16; HL7 v2 messages are sent as ASCII, ISO 8859 or UTF-8 bytes";
                self.faults.push("hl7v2.charset-unsupported", span, message);
                self.bytes.len()
            }
            _ => 0,
        };
        let lines = self.lines(start);
        self.line_ends(lines);
        self.build.close(root, self.bytes.len() as u32);
    }

    /// Walks the lines; returns how many ended in LF or CRLF, and where the first of them ends.
    fn lines(&mut self, mut start: usize) -> (u32, usize) {
        let (mut feeds, mut first_feed) = (0, 0);
        while start < self.bytes.len() {
            let rest = &self.bytes[start..];
            let length = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
            let end = start + length;
            let ended_by: &[u8] = match &self.bytes[end..] {
                [b'\r', b'\n', ..] => b"\r\n",
                [byte, ..] => std::slice::from_ref(byte),
                [] => b"",
            };
            if ended_by.contains(&b'\n') {
                first_feed = if feeds == 0 { end } else { first_feed };
                feeds += 1;
            }
            let next = end + ended_by.len();
            self.line(start, end, next);
            start = next;
        }
        (feeds, first_feed)
    }

    fn line_ends(&mut self, (feeds, first): (u32, usize)) {
        if feeds > 0 {
            let message = "lines end in a line feed; each segment is terminated by a carriage return alone";
            self.faults.push("hl7v2.line-feed", Span::new(first as u32, first as u32 + 1), message);
        }
    }

    /// One line `start..end`; the next line starts at `next`.
    fn line(&mut self, start: usize, end: usize, next: usize) {
        let line = &self.bytes[start..end];
        if line.is_empty() {
            // Blank lines after the last segment are how files end.
            if self.bytes[next..].iter().any(|b| !matches!(b, b'\r' | b'\n')) {
                self.fault("hl7v2.blank-line", start, next, "an empty line stands between segments");
            }
            return;
        }
        if self.segments == 0 {
            return self.header(start, end);
        }
        if self.segments >= MAX_SEGMENTS || self.build.count() >= MAX_NODES {
            if !std::mem::replace(&mut self.cut, true) {
                let what = match self.segments >= MAX_SEGMENTS {
                    true => format!("{MAX_SEGMENTS} segments"),
                    false => format!("{MAX_NODES} values"),
                };
                let message = format!("the message is larger than the limit of {what}; the rest is not checked");
                self.faults.push("hl7v2.limit-segments", Span::new(start as u32, end as u32), message);
            }
            return;
        }
        match self.segment_start(line) {
            Start::Segment => self.segment(start, end, start + 3, 0),
            Start::Continuation => {
                let message = "this line is no segment; it looks like the rest of the segment before it";
                self.fault("hl7v2.continuation-line", start, end, message);
            }
            Start::Name => {
                let message = "the segment identifier is not a capital letter and two capital letters or digits";
                self.fault("hl7v2.segment-name", start, end.min(start + 3), message);
            }
            Start::Separator => {
                let message = "the segment identifier is not followed by the field separator";
                self.fault("hl7v2.field-separator-missing", start, end.min(start + 4), message);
            }
        }
    }

    fn segment_start(&self, line: &[u8]) -> Start {
        let name = line.len() >= 3
            && line[0].is_ascii_uppercase()
            && line[1..3].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let separated = line.get(3).is_none_or(|&b| b == self.separators.field);
        match (name, separated) {
            (true, true) => Start::Segment,
            (true, false) if line.len() > 3 && line[3].is_ascii_alphanumeric() => Start::Continuation,
            (true, false) => Start::Separator,
            (false, _) if line.len() > 3 && line[3] == self.separators.field => Start::Name,
            (false, _) if line.len() <= 3 => Start::Name,
            (false, _) => Start::Continuation,
        }
    }

    /// The first line: the message header.
    fn header(&mut self, start: usize, end: usize) {
        self.segments = 1;
        let line = &self.bytes[start..end];
        if !line.starts_with(b"MSH") {
            let message = "the message does not start with the header segment MSH";
            self.fault("hl7v2.no-msh", start, end.min(start + 3), message);
            self.guess(line);
            if matches!(self.segment_start(line), Start::Segment) {
                self.segment(start, end, start + 3, 0);
            }
            return;
        }
        let declared = separators::read(self.bytes, start, end, self.faults);
        self.separators_in_force(declared.separators);
        let name = Span::new(start as u32, start as u32 + 3);
        let id = self.build.open(Kind::Segment, 0, 1, name, start as u32);
        if !declared.field.is_empty() {
            self.build.leaf(Kind::Field, 1, 1, Span::default(), declared.field);
        }
        if !declared.encoding.is_empty() {
            self.build.leaf(Kind::Field, 2, 1, Span::default(), declared.encoding);
        }
        // MSH-2 names the escape character once; twice, and it may read as a sequence.
        let escapes = declared.encoding.of(self.bytes).iter().filter(|byte| **byte == self.separators.escape);
        if escapes.count() > 1 {
            self.seen |= class::ESCAPE;
        }
        let rest = declared.encoding.end as usize;
        if rest < end {
            self.fields(rest, end, 2);
        }
        self.build.close(id, end as u32);
    }

    /// Without a header, the byte after the first identifier is taken for the field separator.
    fn guess(&mut self, line: &[u8]) {
        if let Some(&byte) = line.get(3)
            && byte.is_ascii_graphic()
            && !byte.is_ascii_alphanumeric()
        {
            self.separators_in_force(Separators { field: byte, ..Separators::default() });
        }
    }

    fn segment(&mut self, start: usize, end: usize, fields: usize, before: u16) {
        self.segments += u32::from(before == 0 && self.build.count() > 1);
        let name = Span::new(start as u32, start as u32 + 3);
        let id = self.build.open(Kind::Segment, 0, self.segments, name, start as u32);
        self.fields(fields, end, before);
        self.build.close(id, end as u32);
    }

    /// The fields of `at..end`, where `at` is at the separator before field `before + 1`.
    fn fields(&mut self, at: usize, end: usize, before: u16) {
        let mut fields = Fields {
            bytes: self.bytes,
            classes: &self.classes,
            escape: self.separators.escape,
            build: &mut self.build,
            faults: self.faults,
        };
        self.seen |= fields.read(at, end, before);
    }

    fn fault(&mut self, code: &'static str, start: usize, end: usize, message: &'static str) {
        self.faults.push(code, Span::new(start as u32, end as u32), message);
    }

    fn separators_in_force(&mut self, separators: Separators) {
        self.separators = separators;
        self.classes = PLAIN;
        for (byte, class) in [
            (separators.repetition, class::REPETITION),
            (separators.component, class::COMPONENT),
            (separators.subcomponent, class::SUBCOMPONENT),
            (separators.escape, class::ESCAPE),
            (separators.field, class::FIELD),
        ] {
            if byte != 0 {
                self.classes[usize::from(byte)] = class;
            }
        }
    }
}

enum Start {
    Segment,
    Continuation,
    Name,
    Separator,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &[u8]) -> (Instance, Separators, Vec<&'static str>) {
        let (mut tree, mut faults) = (Instance::default(), Faults::default());
        let separators = parse(text, &mut tree, &mut faults);
        (tree, separators, faults.listed().iter().map(|f| f.code).collect())
    }

    const HEADER: &str = "MSH|^~\\&|PAS|RA9|TIE|RA9|20260401||ADT^A01^ADT_A01|1|T|2.4\r";

    fn value(text: &str, name: &[u8], field: u16, component: u16) -> String {
        let (tree, separators, _) = parsed(text.as_bytes());
        let message = Message { bytes: text.as_bytes(), tree: &tree, separators };
        String::from_utf8_lossy(message.text_of(name, field, component)).into_owned()
    }

    #[test]
    fn values_stand_where_the_standard_says() {
        let text = format!("{HEADER}PID|1||A^^^X&1.2&ISO^MR~B||SMITH^ANN");
        assert_eq!(value(&text, b"MSH", 1, 1), "|");
        assert_eq!(value(&text, b"MSH", 2, 1), "^~\\&");
        assert_eq!(value(&text, b"MSH", 9, 3), "ADT_A01");
        assert_eq!(value(&text, b"PID", 3, 1), "A");
        assert_eq!(value(&text, b"PID", 3, 4), "X&1.2&ISO");
        assert_eq!(value(&text, b"PID", 5, 2), "ANN");
        assert_eq!(value(&text, b"PID", 2, 1), "");
    }

    #[test]
    fn repetitions_keep_their_numbers_across_empty_ones() {
        let text = format!("{HEADER}PID|||A~~C");
        let (tree, separators, _) = parsed(text.as_bytes());
        let message = Message { bytes: text.as_bytes(), tree: &tree, separators };
        let pid = message.segment(b"PID").expect("PID is there");
        let found: Vec<_> = message.field(pid, 3).map(|id| (tree.node(id).ordinal, message.raw(id))).collect();
        assert_eq!(found, [(1, &b"A"[..]), (3, &b"C"[..])]);
    }

    #[test]
    fn what_holds_only_separators_is_empty() {
        let text = format!("{HEADER}PID|^^^|&|~|^&^|A^&&~^^~B^&x");
        let (tree, separators, faults) = parsed(text.as_bytes());
        let message = Message { bytes: text.as_bytes(), tree: &tree, separators };
        let pid = message.segment(b"PID").expect("PID is there");
        let found: Vec<_> =
            tree.children(pid).map(|id| (tree.node(id).number, tree.node(id).ordinal, message.raw(id))).collect();
        assert_eq!(found, [(5, 1, &b"A^&&"[..]), (5, 3, &b"B^&x"[..])]);
        assert_eq!(tree.children(message.field(pid, 5).next().expect("PID-5 is there")).count(), 1);
        assert!(faults.is_empty());
    }

    #[test]
    fn a_field_is_found_past_many_repetitions() {
        let text = format!("{HEADER}PID|1||{}|x|N", "A~".repeat(50_000));
        let (tree, separators, _) = parsed(text.as_bytes());
        let message = Message { bytes: text.as_bytes(), tree: &tree, separators };
        let pid = message.segment(b"PID").expect("PID is there");
        assert_eq!(message.field(pid, 3).count(), 50_000);
        assert_eq!(message.field(pid, 2).count(), 0);
        // Must not walk the repetitions each time.
        for _ in 0..200_000 {
            assert_eq!(message.text(pid, 5, 1), b"N");
        }
    }

    #[test]
    fn every_line_end_gives_the_same_segments() {
        for (end, expected) in [("\r", vec![]), ("\n", vec!["hl7v2.line-feed"]), ("\r\n", vec!["hl7v2.line-feed"])] {
            let text = format!("{HEADER}EVN|A01\rPID|1\r").replace('\r', end);
            let (tree, _, faults) = parsed(text.as_bytes());
            assert_eq!((tree.children(0).count(), faults), (3, expected));
        }
    }

    #[test]
    fn odd_lines_are_reported_and_the_rest_is_kept() {
        let text = format!("{HEADER}EVN|A01\r\rrest of a wrapped line\rpid|1\rPV1\rPIDX|2\rPV2^1\rDG1|1\r");
        let (tree, separators, faults) = parsed(text.as_bytes());
        let message = Message { bytes: text.as_bytes(), tree: &tree, separators };
        let names: Vec<_> = message.segments().map(|id| message.segment_name(id)).collect();
        assert_eq!(names, [b"MSH", b"EVN", b"PV1", b"DG1"]);
        let expected = [
            "hl7v2.blank-line",
            "hl7v2.continuation-line",
            "hl7v2.segment-name",
            "hl7v2.continuation-line",
            "hl7v2.field-separator-missing",
        ];
        assert_eq!(faults, expected);
    }

    #[test]
    fn a_message_may_choose_its_separators() {
        let text = HEADER.replace('|', "#").replace('^', "!") + "PID#1##A!!!X";
        assert_eq!(value(&text, b"PID", 3, 4), "X");
        assert_eq!(parsed(text.as_bytes()).2, ["hl7v2.encoding-characters"]);
    }

    #[test]
    fn separators_that_cannot_be_used_are_named() {
        for text in ["MSH|||||", "MSHABCDE", "MSH\0^~\\&\0A", "MSH|^^^^|A", "MSH1234516171"] {
            assert!(parsed(text.as_bytes()).2.contains(&"hl7v2.msh-separators"), "{text:?}");
        }
        // The escape character written twice is one fault, not one for everything after it.
        let doubled = HEADER.replacen("^~\\&", "^~\\\\&", 1);
        assert_eq!(parsed(doubled.as_bytes()).2, ["hl7v2.msh-separators"]);
        assert_eq!(parsed(doubled.as_bytes()).1, Separators::default());
        assert_eq!(parsed(b"MSH").2, ["hl7v2.msh-truncated"]);
        assert_eq!(parsed(b"PID|1||X").2, ["hl7v2.no-msh"]);
        assert_eq!(parsed(b"msh|^~\\&|A").2, ["hl7v2.no-msh"]);
    }

    #[test]
    fn bytes_are_held_against_the_declared_character_set() {
        let header = HEADER.trim_end();
        let utf8 = format!("{header}||||||UNICODE UTF-8\rPID|1||X||MÜLLER");
        assert_eq!(parsed(utf8.as_bytes()).2, Vec::<&str>::new());
        assert_eq!(parsed(format!("{HEADER}PID|1||X||MÜLLER").as_bytes()).2, ["hl7v2.charset-undeclared"]);
        let mut latin = format!("{header}||||||UNICODE UTF-8\rPID|1||X||M").into_bytes();
        latin.push(0xFC);
        assert_eq!(parsed(&latin).2, ["hl7v2.charset-mismatch"]);
        let single = String::from_utf8_lossy(&latin).replace("UNICODE UTF-8", "8859/1");
        assert_eq!(parsed(single.as_bytes()).2, Vec::<&str>::new());
        assert_eq!(parsed(b"\xFF\xFEM\0S\0").2, ["hl7v2.charset-unsupported"]);
        assert_eq!(parsed(format!("{header}||||||KLINGON").as_bytes()).2, ["hl7v2.charset-unknown"]);
    }

    #[test]
    fn a_huge_message_is_cut_at_a_limit_and_says_so() {
        let segments = HEADER.to_owned() + &"NTE|1||x\r".repeat(MAX_SEGMENTS as usize + 5);
        assert_eq!(parsed(segments.as_bytes()).2, ["hl7v2.limit-segments"]);
        let values = format!(
            "{HEADER}{}PV1|1\r",
            "NTE|".to_owned() + &"a~".repeat(600_000) + "\rNTE|" + &"b~".repeat(600_000) + "\r"
        );
        assert_eq!(parsed(values.as_bytes()).2, ["hl7v2.limit-nodes", "hl7v2.limit-segments"]);
        let fields = HEADER.to_owned() + "PID" + &"|".repeat(5000);
        assert_eq!(parsed(fields.as_bytes()).2, ["hl7v2.limit-nodes"]);
    }
}
