//! Totals of a run, and the exit code they give.
//!
//! In: totals and what the user set as the threshold. Out: 0, 1 or 3; 2 ("could not run") is never the judge's.

use std::fmt;
use std::str::FromStr;

/// Totals of the run, so that nothing is ever uncounted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Messages checked.
    pub messages: u64,
    /// Findings that count against the threshold: neither waived nor in the baseline.
    pub findings: u64,
    /// Findings that a waiver covers.
    pub waived: u64,
    /// Findings that the baseline already had.
    pub known: u64,
    /// Of `findings`, those that block an integration in scope.
    pub blocking: u64,
    /// Of `findings`, by severity.
    pub fatal: u64,
    /// Of `findings`, by severity.
    pub error: u64,
    /// Of `findings`, by severity.
    pub warning: u64,
    /// Of `findings`, by severity.
    pub information: u64,
    /// Whether a message was checked, and at least one rule in scope passed or failed.
    pub proven: bool,
}

/// The least serious finding that makes a run fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailOn {
    /// A finding that blocks an integration in scope.
    Blocks,
    /// An error or fatal finding, or one that blocks.
    #[default]
    Error,
    /// A warning too.
    Warning,
    /// Anything found.
    Information,
    /// Nothing found makes it fail; a run that proved nothing still says so.
    Never,
}

/// How a judged run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing at or above the threshold.
    Clear,
    /// Gaps at or above the threshold.
    Gaps,
    /// Nothing was proven: no message was checked, or no rule in scope had a place to speak of.
    NothingProven,
}

impl Exit {
    /// The process exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Clear => 0,
            Self::Gaps => 1,
            Self::NothingProven => 3,
        }
    }
}

impl Totals {
    /// How the run ends: gaps first, then whether anything was proven at all.
    pub fn exit(&self, fail_on: FailOn) -> Exit {
        let error = self.blocking + self.fatal + self.error;
        let gaps = match fail_on {
            FailOn::Blocks => self.blocking,
            FailOn::Error => error,
            FailOn::Warning => error + self.warning,
            FailOn::Information => error + self.warning + self.information,
            FailOn::Never => 0,
        };
        match (gaps, self.proven) {
            (1.., _) => Exit::Gaps,
            (0, false) => Exit::NothingProven,
            (0, true) => Exit::Clear,
        }
    }
}

const NAMES: [(&str, FailOn); 5] = [
    ("blocks", FailOn::Blocks),
    ("error", FailOn::Error),
    ("warning", FailOn::Warning),
    ("information", FailOn::Information),
    ("never", FailOn::Never),
];

/// A threshold that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no level `{0}`; use blocks, error, warning, information or never")]
pub struct UnknownLevel(pub String);

impl FromStr for FailOn {
    type Err = UnknownLevel;

    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        let known = NAMES.iter().find(|(name, _)| *name == text);
        known.map(|(_, level)| *level).ok_or_else(|| UnknownLevel(text.to_owned()))
    }
}

impl fmt::Display for FailOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAMES.iter().find(|(_, level)| level == self).map_or("", |(name, _)| name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exits(totals: Totals) -> [u8; 5] {
        NAMES.map(|(_, level)| totals.exit(level).code())
    }

    #[test]
    fn the_threshold_decides_and_gaps_win_over_nothing_proven() {
        let proven = Totals { proven: true, ..Totals::default() };
        assert_eq!(exits(proven), [0, 0, 0, 0, 0]);
        assert_eq!(exits(Totals { information: 1, ..proven }), [0, 0, 0, 1, 0]);
        assert_eq!(exits(Totals { warning: 1, ..proven }), [0, 0, 1, 1, 0]);
        assert_eq!(exits(Totals { error: 1, ..proven }), [0, 1, 1, 1, 0]);
        assert_eq!(exits(Totals { fatal: 1, ..proven }), [0, 1, 1, 1, 0]);
        assert_eq!(exits(Totals { error: 1, blocking: 1, ..proven }), [1, 1, 1, 1, 0]);
        assert_eq!(exits(Totals::default()), [3, 3, 3, 3, 3]);
        assert_eq!(exits(Totals { error: 1, ..Totals::default() }), [3, 1, 1, 1, 3]);
        assert_eq!(exits(Totals { waived: 9, known: 9, ..proven }), [0, 0, 0, 0, 0]);
    }

    #[test]
    fn levels_are_read_and_printed() {
        for (name, level) in NAMES {
            assert_eq!((name.parse(), level.to_string().as_str()), (Ok(level), name));
        }
        assert!("blocked".parse::<FailOn>().is_err_and(|error| error.to_string().contains("blocks, error")));
    }
}
