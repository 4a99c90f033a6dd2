//! The calendar: which packs are in force on the day judged for, and what changes with time.
//!
//! In: the packs' dates and the day. Out: a [`Phase`] per pack, lines for verdicts, the dates themselves. It never
//! reads the clock.
//!
//! A date without integrations speaks of the pack as a whole, and alone moves its phase. A date that names
//! integrations speaks of a part of the standard or of one that it rests on; it informs and moves nothing.
//! A month or a year counts from its first day.

use super::run::Scope;
use crate::check::Plan;
use crate::standard::{Date, Day, Effect, Outcome, Pack, Severity};

/// Where a pack stands in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It counts.
    InForce,
    /// It starts on this day, still ahead: its gaps are warnings of what comes, and block nothing yet.
    From(Day),
    /// It stopped on this day: its gaps are history, and conforming to it proves nothing any more.
    Over(Day),
}

impl Phase {
    /// Where `pack` stands on `as_of`.
    pub fn of(pack: &Pack, as_of: Day) -> Self {
        let whole = |event: &'static str| {
            pack.dates.iter().filter(move |d| d.event == event && d.integrations.is_empty()).map(|d| d.date)
        };
        if let Some(stopped) = whole("stops").filter(|day| day.reached(as_of)).min() {
            return Self::Over(stopped);
        }
        match whole("starts").min() {
            Some(start) if !start.reached(as_of) => Self::From(start),
            _ => Self::InForce,
        }
    }

    /// How severe a finding is now: what is not yet in force is at most a warning, what is over only informs, and
    /// what could not be decided is at most a warning, because nothing was shown to be broken.
    pub fn severity(self, severity: Severity, outcome: Outcome) -> Severity {
        let cap = match (self, outcome) {
            (Self::Over(_), _) => Severity::Information,
            (Self::From(_), _) | (_, Outcome::CannotTell) => Severity::Warning,
            _ => Severity::Fatal,
        };
        severity.max(cap)
    }

    /// What a finding does to an integration now; undecided or ahead, it can only degrade.
    pub fn effect(self, effect: Effect, outcome: Outcome) -> Option<Effect> {
        match (self, outcome) {
            (Self::Over(_), _) => None,
            (Self::From(_), _) | (_, Outcome::CannotTell) => Some(Effect::Degrades),
            _ => Some(effect),
        }
    }
}

/// What the calendar adds to a finding of `pack`: `from 2027-04-01`, `until 2027-03`, `retired since 2025-01-01`.
pub fn when(pack: &Pack, as_of: Day) -> Option<String> {
    match Phase::of(pack, as_of) {
        Phase::From(day) => Some(format!("from {day}")),
        Phase::Over(day) => Some(format!("retired since {day}")),
        Phase::InForce => {
            let ahead = pack.dates.iter().filter(|d| d.event == "stops" && d.integrations.is_empty());
            ahead.map(|d| d.date).min().map(|day| format!("until {day}"))
        }
    }
}

/// A date of a pack, seen from the day judged for.
#[derive(Clone, Debug)]
pub struct JudgedDate {
    /// Index of the pack in the catalogue.
    pub pack: usize,
    /// Index of the date in the pack.
    pub date: usize,
    /// Ids of the integrations it bears on.
    pub integrations: Vec<String>,
    /// `past`, `today` or `ahead`; a month is today throughout.
    pub seen: &'static str,
}

/// The dates that bear on an integration in scope, or on every one; soonest first.
pub fn dates(plan: &Plan, scope: &Scope, as_of: Day) -> Vec<JudgedDate> {
    let packs = &plan.catalogue.packs;
    let mut found = Vec::new();
    for (pack_index, pack) in packs.iter().enumerate() {
        for (index, date) in pack.dates.iter().enumerate() {
            let bears = integrations(pack, date);
            if bears.is_empty() || bears.iter().any(|id| scope.holds(id)) {
                let integrations = bears.to_vec();
                found.push(JudgedDate { pack: pack_index, date: index, integrations, seen: seen(date.date, as_of) });
            }
        }
    }
    found.sort_by_key(|d| (packs[d.pack].dates[d.date].date, d.pack, d.date));
    found
}

/// What changes with time for one integration, in plain words, soonest first.
pub fn lines(plan: &Plan, integration: &str, as_of: Day) -> Vec<String> {
    let mut found: Vec<(Day, String)> = Vec::new();
    for pack in &plan.catalogue.packs {
        for date in &pack.dates {
            if integrations(pack, date).iter().any(|id| id == integration)
                && let Some(line) = line(pack, date, as_of)
            {
                found.push((date.date, line));
            }
        }
    }
    found.sort();
    found.dedup();
    found.into_iter().map(|(_, line)| line).collect()
}

fn line(pack: &Pack, date: &Date, as_of: Day) -> Option<String> {
    let (day, what, title) = (date.date, &date.what, &pack.title);
    let whole = date.integrations.is_empty();
    match (date.event.as_str(), day.reached(as_of)) {
        ("starts", false) => Some(format!("from {day}: {what} ({title})")),
        ("mandatory", false) => Some(format!("from {day} required: {what} ({title})")),
        ("stops", false) => Some(format!("works today, stops {day}: {what} ({title})")),
        ("deprecated", false) => Some(format!("works today, deprecated from {day}: {what} ({title})")),
        ("review", false) => Some(format!("reviewed on {day}: {what} ({title})")),
        ("stops", true) if whole => Some(format!("retired since {day}: {what} ({title})")),
        ("deprecated", true) => Some(format!("deprecated since {day}: {what} ({title})")),
        _ => None,
    }
}

/// The integrations a date bears on: its own, or else all of its pack's.
fn integrations<'p>(pack: &'p Pack, date: &'p Date) -> &'p [String] {
    if date.integrations.is_empty() { &pack.integrations } else { &date.integrations }
}

fn seen(date: Day, as_of: Day) -> &'static str {
    match (date.reached(as_of), as_of.to_string().starts_with(&date.to_string())) {
        (false, _) => "ahead",
        (true, true) => "today",
        (true, false) => "past",
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{day, pack_with_dates};
    use super::*;

    #[test]
    fn a_pack_starts_counts_and_stops() {
        let pack = pack_with_dates(&[("2026-04", "starts", &[]), ("2027-03", "stops", &[])]);
        for (as_of, phase, says) in [
            ("2026-03-31", Phase::From(day("2026-04")), Some("from 2026-04")),
            ("2026-04-01", Phase::InForce, Some("until 2027-03")),
            ("2027-02-28", Phase::InForce, Some("until 2027-03")),
            ("2027-03-01", Phase::Over(day("2027-03")), Some("retired since 2027-03")),
        ] {
            assert_eq!(Phase::of(&pack, day(as_of)), phase, "{as_of}");
            assert_eq!(when(&pack, day(as_of)).as_deref(), says, "{as_of}");
        }
    }

    #[test]
    fn a_date_of_one_integration_moves_nothing() {
        let pack = pack_with_dates(&[("2023-11-07", "stops", &["a/b"]), ("2029", "starts", &["a/b"])]);
        assert_eq!(Phase::of(&pack, day("2026-11-22")), Phase::InForce);
        assert_eq!(when(&pack, day("2026-11-22")), None);
    }

    #[test]
    fn only_what_is_in_force_and_decided_keeps_its_weight() {
        let (from, over) = (Phase::From(day("2030")), Phase::Over(day("2020")));
        assert_eq!(Phase::InForce.severity(Severity::Fatal, Outcome::Failed), Severity::Fatal);
        assert_eq!(Phase::InForce.severity(Severity::Error, Outcome::CannotTell), Severity::Warning);
        assert_eq!(from.severity(Severity::Error, Outcome::Failed), Severity::Warning);
        assert_eq!(from.severity(Severity::Information, Outcome::Failed), Severity::Information);
        assert_eq!(over.severity(Severity::Fatal, Outcome::Failed), Severity::Information);
        assert_eq!(Phase::InForce.effect(Effect::Blocks, Outcome::Failed), Some(Effect::Blocks));
        assert_eq!(Phase::InForce.effect(Effect::Blocks, Outcome::CannotTell), Some(Effect::Degrades));
        assert_eq!(from.effect(Effect::Blocks, Outcome::Failed), Some(Effect::Degrades));
        assert_eq!(over.effect(Effect::Blocks, Outcome::Failed), None);
    }

    #[test]
    fn a_date_is_seen_to_its_precision() {
        for (date, as_of, want) in [
            ("2027-03", "2027-02-28", "ahead"),
            ("2027-03", "2027-03-31", "today"),
            ("2027-03", "2027-04-01", "past"),
            ("2027", "2027-12-31", "today"),
            ("2027-03-05", "2027-03-05", "today"),
            ("2027-03-05", "2027-03-06", "past"),
        ] {
            assert_eq!(seen(day(date), day(as_of)), want, "{date} from {as_of}");
        }
    }
}
