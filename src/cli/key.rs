//! The join key of a run or a merge, as asked for with `--join-key`.

use super::args::JoinKey;
use super::error::Error;
use super::join_key::{for_user, passing};
use crate::check::across::Key;

/// The key of a run.
pub(super) enum Joining {
    /// Facts are sealed with it.
    Sealed(Key),
    /// A key of this run alone; facts go into no report.
    Alone(Key),
}

impl Joining {
    /// The key to hash identifiers with.
    pub(super) fn key(&self) -> &Key {
        match self {
            Self::Sealed(key) | Self::Alone(key) => key,
        }
    }

    /// The key that was asked for; the user's own by default.
    ///
    /// # Errors
    /// When there should be a key and it cannot be used.
    pub(super) fn for_run(asked: Option<&JoinKey>) -> Result<Self, Error> {
        Ok(match Self::for_merge(asked)? {
            Some(key) => Self::Sealed(key),
            None => Self::Alone(passing()?),
        })
    }

    /// The key to open reports with; none when there is none.
    ///
    /// # Errors
    /// As [`Joining::for_run`].
    pub(super) fn for_merge(asked: Option<&JoinKey>) -> Result<Option<Key>, Error> {
        match asked {
            Some(JoinKey::Without) => Ok(None),
            Some(JoinKey::File(file)) => Ok(for_user(Some(file))?),
            None => Ok(for_user(None)?),
        }
    }
}
