//! What an assertion comes to: success, failure, or undecided.
//!
//! In: decisions on parts. Out: the decision on the whole. The law: [`Decision::and`] is a failure when either is, else
//! undecided when either is, else a success; [`Decision::or`] is a success when either is, else undecided when either
//! is, else a failure. Both are associative and commutative, with success and failure as their neutral elements, so
//! parts may be combined in any order and grouping, and looked at only until the whole is settled.

/// Whether something holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Decision {
    /// It holds.
    #[default]
    Success,
    /// What would decide it is not at hand.
    Undecided,
    /// It does not hold.
    Failure,
}

impl Decision {
    /// Whether both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Failure, _) | (_, Self::Failure) => Self::Failure,
            (Self::Undecided, _) | (_, Self::Undecided) => Self::Undecided,
            _ => Self::Success,
        }
    }

    /// Whether either holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Success, _) | (_, Self::Success) => Self::Success,
            (Self::Undecided, _) | (_, Self::Undecided) => Self::Undecided,
            _ => Self::Failure,
        }
    }

    /// Whether it does not hold; what is undecided stays so.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Success => Self::Failure,
            Self::Undecided => Self::Undecided,
            Self::Failure => Self::Success,
        }
    }
}

impl From<bool> for Decision {
    fn from(holds: bool) -> Self {
        if holds { Self::Success } else { Self::Failure }
    }
}

#[cfg(test)]
mod tests {
    use super::Decision::{self, Failure, Success, Undecided};

    #[test]
    fn the_law_holds_over_every_triple() {
        const EVERY: [Decision; 3] = [Success, Undecided, Failure];
        for a in EVERY {
            assert_eq!(a.and(Success), a);
            assert_eq!(a.or(Failure), a);
            assert_eq!(a.and(Failure), Failure);
            assert_eq!(a.or(Success), Success);
            for b in EVERY {
                assert_eq!(a.and(b), b.and(a));
                assert_eq!(a.or(b), b.or(a));
                assert_eq!(a.and(b).negated(), a.negated().or(b.negated()));
                for c in EVERY {
                    assert_eq!(a.and(b).and(c), a.and(b.and(c)));
                    assert_eq!(a.or(b).or(c), a.or(b.or(c)));
                }
            }
        }
    }
}
