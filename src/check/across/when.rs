//! Times as facts: the interval that was written, in eight bytes.
//!
//! In: an HL7 v2 time. Out: a [`Timed`], and for many of them an [`Extent`] that answers "before all of them?" without
//! keeping them. A time is the whole of what it leaves open, so `202401011030` is that minute; two times that overlap
//! are a tie, and a tie orders nothing. A time without a zone is British local time: UTC or UTC+1.

use super::super::native::dates::{Moment, Precision, day_number, parse_hl7_ts};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A field that should hold a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Timed {
    /// Nothing is there.
    #[default]
    Absent,
    /// Something is there that is no time.
    Unreadable,
    /// A time.
    At(When),
}

/// A time as precisely as it was written: local milliseconds since year 1, precision, zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct When(u64);

/// What a time of each [`Precision`] is a multiple of; the last is the finest we keep.
const UNITS: [i64; 8] = [DAY, DAY, DAY, HOUR, MINUTE, SECOND, 1, 1];

/// The first of January 2025: times near it are stored as small numbers.
const BASE: i64 = 739_251 * DAY;

/// Zones run from −720 to 840 minutes; stored from 1, so that 0 is "none written".
const ZONE_SHIFT: i64 = 721;
const ZONE_BITS: u32 = 11;
const PRECISION_BITS: u32 = 3;

impl When {
    fn of(moment: &Moment) -> Self {
        let days = day_number(moment.year, moment.month, moment.day);
        let clock = i64::from(moment.hour) * HOUR
            + i64::from(moment.minute) * MINUTE
            + i64::from(moment.second) * SECOND
            + i64::from(moment.nanosecond) / 1_000_000;
        let zone = moment.zone_minutes.map_or(0, |minutes| i64::from(minutes) + ZONE_SHIFT);
        Self::assemble(days * DAY + clock, moment.precision as u64, zone as u64)
    }

    fn assemble(local: i64, precision: u64, zone: u64) -> Self {
        Self((local as u64) << (ZONE_BITS + PRECISION_BITS) | precision << ZONE_BITS | zone)
    }

    fn local(self) -> i64 {
        (self.0 >> (ZONE_BITS + PRECISION_BITS)) as i64
    }

    fn precision(self) -> u64 {
        self.0 >> ZONE_BITS & 7
    }

    fn zone(self) -> Option<i64> {
        let zone = (self.0 & 0x7ff) as i64;
        (zone != 0).then(|| zone - ZONE_SHIFT)
    }

    fn zoned(self) -> usize {
        usize::from(self.zone().is_some())
    }

    /// The start: UTC when a zone is written, else local.
    pub(super) fn start(self) -> i64 {
        self.local() - self.zone().unwrap_or(0) * MINUTE
    }

    /// The end, exclusive. A month is taken as 31 days and a year as 366: too long only makes a tie.
    pub(super) fn end(self) -> i64 {
        let length = match self.precision() {
            0 => 366 * DAY,
            1 => 31 * DAY,
            finer => UNITS[finer as usize],
        };
        self.start() + length
    }

    /// The day as written, when it was.
    pub(super) fn day(self) -> Option<i64> {
        (self.precision() >= Precision::Day as u64).then(|| self.local() / DAY)
    }

    /// Whether `self` ends before `other` begins, whatever their zones may be.
    pub(super) fn before(self, other: Self) -> bool {
        self.end() <= other.start() - widening(self.zoned(), other.zoned())
    }
}

/// A [`Timed`] in eight bytes, for long lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Word(u64);

impl From<Timed> for Word {
    fn from(timed: Timed) -> Self {
        match timed {
            Timed::Absent => Self(0),
            Timed::Unreadable => Self(1),
            // A time takes 63 bits, so there is room for the two.
            Timed::At(when) => Self(when.0 + 2),
        }
    }
}

impl From<Word> for Timed {
    fn from(word: Word) -> Self {
        match word.0 {
            0 => Self::Absent,
            1 => Self::Unreadable,
            time => Self::At(When(time - 2)),
        }
    }
}

/// How much earlier a later time without a zone may begin when the earlier one has a zone: it is UTC or UTC+1.
fn widening(earlier: usize, later: usize) -> i64 {
    if earlier == 1 && later == 0 { HOUR } else { 0 }
}

impl Timed {
    /// Reads the text of a field.
    pub(super) fn read(text: &[u8]) -> Self {
        if text.is_empty() {
            return Self::Absent;
        }
        parse_hl7_ts(text).map_or(Self::Unreadable, |moment| Self::At(When::of(&moment)))
    }

    /// The time, when it is one.
    pub(super) fn at(self) -> Option<When> {
        match self {
            Self::At(when) => Some(when),
            Self::Absent | Self::Unreadable => None,
        }
    }

    /// This, or `other` when nothing is here.
    pub(super) fn or(self, other: Self) -> Self {
        if self == Self::Absent { other } else { self }
    }

    /// Whether both are times and this one is before `other`.
    pub(super) fn before(self, other: Self) -> bool {
        matches!((self, other), (Self::At(a), Self::At(b)) if a.before(b))
    }

    /// For the canonical order: start of the interval, no time last.
    pub(super) fn order(self) -> i64 {
        self.at().map_or(i64::MAX, When::start)
    }

    /// As two small numbers: what was written (0 nothing, 1 no time, else its precision and zone), and how many units
    /// of that precision it lies from [`BASE`].
    pub(super) fn parts(self) -> (u64, i64) {
        match self {
            Self::Absent => (0, 0),
            Self::Unreadable => (1, 0),
            Self::At(when) => {
                let precision = when.precision();
                let unit = UNITS[precision as usize];
                ((precision + 2) | (when.0 & 0x7ff) << 4, when.local() / unit - BASE / unit)
            }
        }
    }

    /// The reverse of [`Timed::parts`]; none when the numbers are not of that form.
    pub(super) fn from_parts(tag: u64, units: i64) -> Option<Self> {
        if tag < 2 {
            return (units == 0).then_some(if tag == 0 { Self::Absent } else { Self::Unreadable });
        }
        let (precision, zone) = ((tag & 15).checked_sub(2)?, tag >> 4);
        let unit = *UNITS.get(precision as usize)?;
        let local = units.checked_add(BASE / unit)?.checked_mul(unit)?;
        let fits = (0..1 << (64 - ZONE_BITS - PRECISION_BITS)).contains(&local) && zone < 1 << ZONE_BITS;
        fits.then(|| Self::At(When::assemble(local, precision, zone)))
    }
}

/// What is known of many times together; times without a zone first, times with one second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    first_start: [i64; 2],
    last_start: [i64; 2],
    first_end: [i64; 2],
    last_end: [i64; 2],
    /// A field among them was empty.
    pub(super) absent: bool,
    /// A field among them held no time.
    pub(super) unreadable: bool,
}

impl Default for Extent {
    fn default() -> Self {
        Self {
            first_start: [i64::MAX; 2],
            last_start: [i64::MIN; 2],
            first_end: [i64::MAX; 2],
            last_end: [i64::MIN; 2],
            absent: false,
            unreadable: false,
        }
    }
}

impl Extent {
    /// Adds one.
    pub(super) fn add(&mut self, timed: Timed) {
        match timed {
            Timed::Absent => self.absent = true,
            Timed::Unreadable => self.unreadable = true,
            Timed::At(when) => {
                let z = when.zoned();
                let (start, end) = (when.start(), when.end());
                self.first_start[z] = self.first_start[z].min(start);
                self.last_start[z] = self.last_start[z].max(start);
                self.first_end[z] = self.first_end[z].min(end);
                self.last_end[z] = self.last_end[z].max(end);
            }
        }
    }

    /// Adds all of `other`.
    pub(super) fn join(&mut self, other: &Self) {
        for z in 0..2 {
            self.first_start[z] = self.first_start[z].min(other.first_start[z]);
            self.last_start[z] = self.last_start[z].max(other.last_start[z]);
            self.first_end[z] = self.first_end[z].min(other.first_end[z]);
            self.last_end[z] = self.last_end[z].max(other.last_end[z]);
        }
        self.absent |= other.absent;
        self.unreadable |= other.unreadable;
    }

    /// Whether there is a time among them.
    pub(super) fn known(&self) -> bool {
        self.has(0) || self.has(1)
    }

    fn has(&self, z: usize) -> bool {
        self.last_end[z] != i64::MIN
    }

    /// Whether `when` is before each of them.
    pub(super) fn all_after(&self, when: When) -> bool {
        (0..2).all(|z| !self.has(z) || when.end() <= self.first_start[z] - widening(when.zoned(), z))
    }

    /// Whether each of them is before `when`.
    pub(super) fn all_before(&self, when: When) -> bool {
        (0..2).all(|z| !self.has(z) || self.last_end[z] <= when.start() - widening(z, when.zoned()))
    }

    /// Whether one of them is after `when`.
    pub(super) fn any_after(&self, when: When) -> bool {
        (0..2).any(|z| self.has(z) && when.end() <= self.last_start[z] - widening(when.zoned(), z))
    }

    /// Whether one of them is before `when`.
    pub(super) fn any_before(&self, when: When) -> bool {
        (0..2).any(|z| self.has(z) && self.first_end[z] <= when.start() - widening(z, when.zoned()))
    }

    /// Whether `timed` is before each of them: the question of rules that say "too early".
    pub(super) fn judge_early(&self, timed: Timed) -> Answer {
        match timed {
            Timed::At(when) if self.known() && !self.all_after(when) => Answer::No,
            Timed::At(when) if self.known() && !self.absent && !self.unreadable => {
                debug_assert!(self.all_after(when));
                Answer::Yes
            }
            Timed::Absent if !self.known() && !self.unreadable => Answer::NotAsked,
            _ => Answer::CannotTell,
        }
    }
}

/// What times can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    CannotTell,
    /// None of the messages gives a time at all.
    NotAsked,
}

/// Times sorted by their end, to find the latest of those that are over before a given time begins.
#[derive(Clone, Debug)]
pub(super) struct Earlier<T> {
    by_zone: [Vec<(i64, (i64, T))>; 2],
}

impl<T> Default for Earlier<T> {
    fn default() -> Self {
        Self { by_zone: [Vec::new(), Vec::new()] }
    }
}

impl<T: Copy + Ord> Earlier<T> {
    /// Adds a time and what it belongs to; [`Earlier::sort`] before asking.
    pub(super) fn add(&mut self, when: When, what: T) {
        self.by_zone[when.zoned()].push((when.end(), (when.start(), what)));
    }

    /// Forgets everything, keeping the memory.
    pub(super) fn clear(&mut self) {
        self.by_zone.iter_mut().for_each(Vec::clear);
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.by_zone.iter().all(Vec::is_empty)
    }

    /// Makes it ready to be asked.
    pub(super) fn sort(&mut self) {
        for list in &mut self.by_zone {
            list.sort_unstable();
            for at in 1..list.len() {
                list[at].1 = list[at].1.max(list[at - 1].1);
            }
        }
    }

    /// The latest of those before `when`, with its start.
    pub(super) fn latest_before(&self, when: When) -> Option<(i64, T)> {
        let latest = |z: usize| {
            let list = &self.by_zone[z];
            let over = list.partition_point(|(end, _)| *end <= when.start() - widening(z, when.zoned()));
            over.checked_sub(1).map(|last| list[last].1)
        };
        latest(0).max(latest(1))
    }
}

/// Times sorted by their start, to ask whether one may lie between two others.
#[derive(Clone, Debug, Default)]
pub(super) struct Between {
    /// Starts, each with the latest end so far.
    by_zone: [Vec<(i64, i64)>; 2],
}

impl Between {
    /// Adds a time; [`Between::sort`] before asking.
    pub(super) fn add(&mut self, when: When) {
        self.by_zone[when.zoned()].push((when.start(), when.end()));
    }

    /// Forgets everything, keeping the memory.
    pub(super) fn clear(&mut self) {
        self.by_zone.iter_mut().for_each(Vec::clear);
    }

    /// Makes it ready to be asked.
    pub(super) fn sort(&mut self) {
        for list in &mut self.by_zone {
            list.sort_unstable();
            for at in 1..list.len() {
                list[at].1 = list[at].1.max(list[at - 1].1);
            }
        }
    }

    /// Whether there is one that is not before `from` and not after `to`.
    pub(super) fn any(&self, from: When, to: When) -> bool {
        (0..2).any(|z| {
            let list = &self.by_zone[z];
            let not_after = list.partition_point(|(start, _)| *start < to.end() + widening(to.zoned(), z));
            not_after > 0 && list[not_after - 1].1 > from.start() - widening(z, from.zoned())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> When {
        Timed::read(text.as_bytes()).at().expect("a time of the test")
    }

    #[test]
    fn order_is_claimed_only_when_the_intervals_are_apart() {
        for (a, b, before) in [
            ("202401011030", "202401011031", true),
            ("202401011030", "20240101103059", false),
            ("20240101", "202401021030", true),
            ("20240101", "202401011030", false),
            ("20240229", "202403", true),
            ("2023", "2024", false),
            ("202401011030+0000", "202401011200", true),
            // 11:15 without a zone may be 10:15 UTC.
            ("202401011030+0000", "202401011115", false),
            ("202401011030", "202401011031+0000", true),
            ("202401011030+0100", "202401011000+0000", true),
        ] {
            assert_eq!(at(a).before(at(b)), before, "{a} before {b}");
            assert!(!at(b).before(at(a)), "{b} before {a}");
        }
    }

    #[test]
    fn an_extent_answers_as_its_members_would() {
        let all = ["202401011030", "20240101", "202401020000+0100", "20240103"].map(at);
        for size in 0..=all.len() {
            let mut extent = Extent::default();
            all[..size].iter().for_each(|&when| extent.add(Timed::At(when)));
            for asked in ["2023123123", "202401011031", "202401020100+0000", "20240105", "2024"].map(at) {
                let members = &all[..size];
                assert_eq!(extent.all_after(asked), members.iter().all(|m| asked.before(*m)));
                assert_eq!(extent.all_before(asked), members.iter().all(|m| m.before(asked)));
                assert_eq!(extent.any_after(asked), members.iter().any(|m| asked.before(*m)));
                assert_eq!(extent.any_before(asked), members.iter().any(|m| m.before(asked)));
            }
        }
    }

    #[test]
    fn parts_and_times_are_the_same() {
        for text in ["0001", "99991231235959.9999+1400", "202401011030-1200", "", "x"] {
            let timed = Timed::read(text.as_bytes());
            let (tag, units) = timed.parts();
            assert_eq!(Timed::from_parts(tag, units), Some(timed), "{text}");
            assert_eq!(Timed::from(Word::from(timed)), timed, "{text}");
        }
        assert_eq!(Timed::read(b"20250101").parts(), (Precision::Day as u64 + 2, 0));
        for (tag, units) in [(0, 1), (9, i64::MAX), (10, 0), (2, -800_000), (u64::MAX, 0)] {
            assert_eq!(Timed::from_parts(tag, units), None);
        }
    }

    #[test]
    fn the_latest_earlier_time_is_found() {
        let mut earlier = Earlier::default();
        for (text, what) in [("202401011030", 1), ("20240101", 2), ("202401021030+0000", 3)] {
            earlier.add(at(text), what);
        }
        earlier.sort();
        let latest = |text| earlier.latest_before(at(text)).map(|(_, what)| what);
        assert_eq!(latest("2023"), None);
        assert_eq!(latest("202401011031"), Some(1));
        assert_eq!(latest("202401020000"), Some(1));
        assert_eq!(latest("20240104"), Some(3));
    }

    #[test]
    fn between_answers_as_its_members_would() {
        let all = ["202401011030", "20240103", "202401020000+0000", "2024010512+0100"].map(at);
        let mut between = Between::default();
        all.iter().for_each(|when| between.add(*when));
        between.sort();
        let asked =
            ["2023", "202401011031", "20240102", "202401020030", "202401020000+0100", "20240104", "2025"].map(at);
        for from in asked {
            for to in asked {
                let expected = all.iter().any(|r| !r.before(from) && !to.before(*r));
                assert!(!expected || between.any(from, to), "none is missed");
                // One list may answer with two members what neither says alone, but only when `to` is before `from`.
                assert!(expected || !between.any(from, to) || to.before(from));
            }
        }
    }
}
