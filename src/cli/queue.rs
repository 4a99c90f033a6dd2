//! Between the reading thread and the workers: bounded by bytes, so that memory follows the work in hand and not the
//! input.

use crate::ingest::{Block, Fault, Trouble};
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Bytes of blocks that may wait: enough that no worker idles while the disk is slow. One longer block passes alone.
const WAITING: usize = 8 << 20;

/// Pieces of work that are taken together.
const SLAB_LENGTH: usize = 512;
/// Bytes that are taken together.
const SLAB_BYTES: usize = 4 << 20;
/// How long is waited for more.
const SOON: Duration = Duration::from_millis(100);

/// Something for a worker to do.
pub(super) enum Work {
    /// Check these units.
    Block(Block),
    /// Record this.
    Trouble(Trouble),
    /// An artifact ended in which these faults were seen.
    Ended(Vec<Fault>),
}

impl Work {
    /// Roughly what it holds in memory.
    fn weight(&self) -> usize {
        match self {
            Self::Block(block) => block.bytes.len() + 1024,
            Self::Trouble(_) | Self::Ended(_) => 1024,
        }
    }
}

/// A queue that holds back whoever fills it.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    room: Condvar,
    work: Condvar,
    filling: Mutex<()>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Work>,
    bytes: usize,
    closed: bool,
}

impl Queue {
    /// Adds work, waiting until there is room; breaks when the queue was closed.
    pub(super) fn push(&self, work: Work) -> ControlFlow<()> {
        let weight = work.weight();
        let mut state = self.lock();
        while !state.closed && state.bytes > 0 && state.bytes + weight > WAITING {
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            return ControlFlow::Break(());
        }
        state.bytes += weight;
        state.waiting.push_back(work);
        self.work.notify_one();
        ControlFlow::Continue(())
    }

    /// Takes work, waiting until there is some; nothing when the queue is closed and empty.
    pub(super) fn pop(&self) -> Option<Work> {
        let mut state = self.lock();
        loop {
            if let Some(work) = state.waiting.pop_front() {
                state.bytes -= work.weight();
                self.room.notify_one();
                return Some(work);
            }
            if state.closed {
                return None;
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes work as [`Queue::pop`] does, and what comes soon after: to be done together. Nothing when all is done.
    pub(super) fn slab(&self) -> Vec<Work> {
        // One at a time: two who fill at once would share out what can be done together.
        let _filling = self.filling.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(first) = self.pop() else { return Vec::new() };
        let mut bytes = first.weight();
        let mut slab = vec![first];
        let end = Instant::now() + SOON;
        let mut state = self.lock();
        while slab.len() < SLAB_LENGTH && bytes < SLAB_BYTES {
            if let Some(work) = state.waiting.pop_front() {
                state.bytes -= work.weight();
                bytes += work.weight();
                slab.push(work);
                self.room.notify_one();
                continue;
            }
            let left = end.saturating_duration_since(Instant::now());
            if state.closed || left.is_zero() {
                break;
            }
            state = self.work.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        slab
    }

    /// How many pieces of work wait.
    pub(super) fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    /// No more comes; what waits is still done.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.work.notify_all();
        self.room.notify_all();
    }

    /// No more comes, and what waits is not done.
    pub(super) fn abandon(&self) {
        {
            let mut state = self.lock();
            state.closed = true;
            state.waiting.clear();
            state.bytes = 0;
        }
        self.work.notify_all();
        self.room.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::thread;

    #[test]
    fn a_full_queue_holds_the_reader_back_until_there_is_room_or_an_end() {
        let queue = Arc::new(Queue::default());
        let filling = Arc::clone(&queue);
        let reader = thread::spawn(move || {
            let mut pushed = 0;
            while filling.push(Work::Ended(Vec::new())).is_continue() {
                pushed += 1;
            }
            pushed
        });
        let full = WAITING / 1024;
        for _ in 0..2_000 {
            if queue.len() == full {
                break;
            }
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(queue.len(), full);
        assert!(queue.pop().is_some());
        queue.abandon();
        assert!(reader.join().expect("it ends") <= full + 1);
        assert!(queue.pop().is_none());
    }
}
