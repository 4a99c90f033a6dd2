//! What one file with everything nested in it may cost.
//!
//! In: entries and bytes as they come. Out: whether there may be more.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use crate::ingest::fault::Fault;
use crate::ingest::options::Limits;

/// Shared by all archives inside one file.
pub(in crate::ingest) struct Budget {
    entries: Cell<u64>,
    bytes: Cell<u64>,
    spent: Cell<bool>,
    refused: RefCell<BTreeMap<Fault, u64>>,
}

impl Budget {
    /// A full budget.
    pub(in crate::ingest) fn new(limits: &Limits) -> Self {
        Self {
            entries: Cell::new(limits.archive_entries),
            bytes: Cell::new(limits.archive_bytes),
            spent: Cell::new(false),
            refused: RefCell::default(),
        }
    }

    /// Whether nothing more may be read.
    pub(super) fn is_spent(&self) -> bool {
        self.spent.get()
    }

    /// Takes one entry; false, and spent for good, when none is left.
    pub(super) fn take_entry(&self) -> bool {
        self.take(&self.entries, 1)
    }

    /// Takes `count` bytes; false, and spent for good, when there are not so many left.
    pub(super) fn take_bytes(&self, count: u64) -> bool {
        self.take(&self.bytes, count)
    }

    fn take(&self, from: &Cell<u64>, count: u64) -> bool {
        match from.get().checked_sub(count).filter(|_| !self.spent.get()) {
            Some(left) => from.set(left),
            None => self.spent.set(true),
        }
        !self.spent.get()
    }

    /// Counts one refused entry; whether it is among the first `most` of its fault.
    pub(super) fn may_tell(&self, fault: Fault, most: u64) -> bool {
        let mut refused = self.refused.borrow_mut();
        let count = refused.entry(fault).or_default();
        *count += 1;
        *count <= most
    }

    /// How many entries of each fault were counted and not told.
    pub(super) fn untold(&self, most: u64) -> Vec<(Fault, u64)> {
        let refused = self.refused.borrow();
        refused.iter().filter(|(_, count)| **count > most).map(|(fault, count)| (*fault, count - most)).collect()
    }
}
