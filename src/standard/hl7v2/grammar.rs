//! The one-line grammar of message structures: segments, groups, repetition and choice.
//!
//! In: text such as `MSH EVN PID [PD1] [{NK1}] PV1 [{PROCEDURE: PR1 [{ROL}]}]`. Out: a [`Group`]; printing it gives the
//! text back. The base definitions and every pack write structures this way.
//!
//! | text | meaning |
//! | --- | --- |
//! | `PID` | the segment, once |
//! | `[…]` | zero or one time |
//! | `{…}` | one or more times |
//! | `[{…}]` | any number of times |
//! | `{…}5`, `{…}2..5`, `{…}2..*` | one to five, two to five, two or more times |
//! | `(…)` | once: a group that only has a name |
//! | `NAME: …` | first in any bracket: the group's name |
//! | `<A\|B C\|[D]>` | one of the alternatives |

/// The three characters that start a segment.
pub type SegmentId = [u8; 3];

/// How deep brackets may nest: the deepest published structure has ten, and the reader recurses once per bracket.
pub const MAX_DEPTH: usize = 32;

/// Whether all members of a group follow one another or one of them stands for the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GroupKind {
    /// All members, in order.
    Sequence,
    /// Exactly one of the members.
    Choice,
}

/// Some members that occur, or repeat, together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name, such as `PATIENT`.
    pub name: Option<Box<str>>,
    /// Fewest occurrences.
    pub min: u16,
    /// Most occurrences; `None` is without limit.
    pub max: Option<u16>,
    /// Sequence or choice.
    pub kind: GroupKind,
    /// The members, never none.
    pub members: Vec<Member>,
}

/// One member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Member {
    /// A segment.
    Segment {
        /// Its three characters.
        id: SegmentId,
        /// Fewest occurrences.
        min: u16,
        /// Most occurrences; `None` is without limit.
        max: Option<u16>,
    },
    /// A group.
    Group(Group),
}

/// Why a grammar text cannot be read, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} (at byte {offset})")]
pub struct GrammarError {
    /// Byte offset into the text.
    pub offset: usize,
    /// What is wrong.
    pub what: &'static str,
}

impl Group {
    /// The structure that `text` writes: an unnamed sequence that occurs once.
    ///
    /// # Errors
    /// The first place that is not grammar; nesting deeper than [`MAX_DEPTH`].
    pub fn parse(text: &str) -> Result<Self, GrammarError> {
        let mut reader = Reader { text, at: 0, depth: 0 };
        let members = reader.items()?;
        match reader.peek() {
            None => Ok(Self { name: None, min: 1, max: Some(1), kind: GroupKind::Sequence, members }),
            Some(_) => Err(reader.fault("nothing is open here to close or divide")),
        }
    }

    /// Every segment id in the group and the groups in it, in order, repeats included.
    pub fn segment_ids(&self) -> Vec<SegmentId> {
        let mut ids = Vec::new();
        self.collect_ids(&mut ids);
        ids
    }

    fn collect_ids(&self, ids: &mut Vec<SegmentId>) {
        for member in &self.members {
            match member {
                Member::Segment { id, .. } => ids.push(*id),
                Member::Group(group) => group.collect_ids(ids),
            }
        }
    }
}

impl Member {
    fn range_mut(&mut self) -> (&mut u16, &mut Option<u16>) {
        match self {
            Self::Segment { min, max, .. } => (min, max),
            Self::Group(group) => (&mut group.min, &mut group.max),
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn fault(&self, what: &'static str) -> GrammarError {
        GrammarError { offset: self.at, what }
    }

    /// The next byte that is not a blank, without taking it.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.text.as_bytes().get(self.at).copied()
    }

    /// The run of capital letters, digits and underscores at the next non-blank.
    fn word(&mut self) -> &'t str {
        self.peek();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
        rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
    }

    /// One or more members, up to a closing bracket, a bar or the end.
    fn items(&mut self) -> Result<Vec<Member>, GrammarError> {
        let mut members = Vec::new();
        while let Some(byte) = self.peek() {
            match byte {
                b'[' => members.push(self.bracket(b']', 0, Some(1))?),
                b'{' => members.push(self.bracket(b'}', 1, None)?),
                b'(' => members.push(self.bracket(b')', 1, Some(1))?),
                b'<' => members.push(self.choice()?),
                b']' | b'}' | b')' | b'>' | b'|' => break,
                _ => members.push(self.segment()?),
            }
        }
        if members.is_empty() {
            return Err(self.fault("a segment or group is missing"));
        }
        Ok(members)
    }

    fn segment(&mut self) -> Result<Member, GrammarError> {
        let word = self.word();
        let id =
            SegmentId::try_from(word.as_bytes()).ok().filter(|id| id[0].is_ascii_uppercase() && !id.contains(&b'_'));
        let id = id.ok_or_else(|| self.fault("a segment id has three capital letters or digits, a letter first"))?;
        self.at += word.len();
        Ok(Member::Segment { id, min: 1, max: Some(1) })
    }

    /// Takes the opening bracket, the group's name if there is one, and notes the depth.
    fn open(&mut self) -> Result<Option<Box<str>>, GrammarError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.fault("brackets nest too deep"));
        }
        self.at += 1;
        let word = self.word();
        if word.is_empty() || self.text.as_bytes().get(self.at + word.len()) != Some(&b':') {
            return Ok(None);
        }
        self.at += word.len() + 1;
        Ok(Some(word.into()))
    }

    fn close(&mut self, bracket: u8) -> Result<(), GrammarError> {
        if self.peek() != Some(bracket) {
            return Err(self.fault("a bracket is not closed, or another kind is"));
        }
        self.at += 1;
        self.depth -= 1;
        Ok(())
    }

    fn bracket(&mut self, closing: u8, mut min: u16, mut max: Option<u16>) -> Result<Member, GrammarError> {
        let name = self.open()?;
        let mut members = self.items()?;
        self.close(closing)?;
        if closing == b'}' {
            (min, max) = self.range()?;
        }
        // `[{X}]` is one member, not a group of a group. Only `[{X}2..3]`, none or at least two, needs both.
        if name.is_none() && members.len() == 1 {
            let (inner_min, inner_max) = members[0].range_mut();
            if min > 0 || *inner_min <= 1 {
                *inner_min = inner_min.saturating_mul(min);
                *inner_max = product(*inner_max, max);
                return Ok(members.remove(0));
            }
        }
        Ok(Member::Group(Group { name, min, max, kind: GroupKind::Sequence, members }))
    }

    fn choice(&mut self) -> Result<Member, GrammarError> {
        let name = self.open()?;
        let mut members = Vec::new();
        loop {
            let mut alternative = self.items()?;
            members.push(if alternative.len() == 1 {
                alternative.remove(0)
            } else {
                let (kind, members) = (GroupKind::Sequence, alternative);
                Member::Group(Group { name: None, min: 1, max: Some(1), kind, members })
            });
            if self.peek() != Some(b'|') {
                break;
            }
            self.at += 1;
        }
        self.close(b'>')?;
        Ok(Member::Group(Group { name, min: 1, max: Some(1), kind: GroupKind::Choice, members }))
    }

    /// What may follow `}` without a blank: `5`, `2..5` or `2..*`; nothing is one or more.
    fn range(&mut self) -> Result<(u16, Option<u16>), GrammarError> {
        let Some(first) = self.number()? else { return Ok((1, None)) };
        if !self.text.get(self.at..).is_some_and(|rest| rest.starts_with("..")) {
            return Ok((1.min(first), Some(first)));
        }
        self.at += 2;
        if self.text.as_bytes().get(self.at) == Some(&b'*') {
            self.at += 1;
            return Ok((first, None));
        }
        match self.number()? {
            Some(last) if last >= first => Ok((first, Some(last))),
            _ => Err(self.fault("the upper bound is missing or less than the lower")),
        }
    }

    fn number(&mut self) -> Result<Option<u16>, GrammarError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let digits = rest.get(..rest.bytes().take_while(u8::is_ascii_digit).count()).unwrap_or_default();
        if digits.is_empty() {
            return Ok(None);
        }
        let number = digits.parse().map_err(|_| self.fault("a number of repeats is at most 65535"))?;
        self.at += digits.len();
        Ok(Some(number))
    }
}

fn product(a: Option<u16>, b: Option<u16>) -> Option<u16> {
    match (a, b) {
        (Some(0), _) | (_, Some(0)) => Some(0),
        (Some(a), Some(b)) => Some(a.saturating_mul(b)),
        _ => None,
    }
}

#[cfg(test)]
#[path = "grammar_tests.rs"]
mod tests;
