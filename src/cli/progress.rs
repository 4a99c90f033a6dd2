//! A line on standard error that shows a person the run is alive: on a terminal only, and only when it takes long.

use super::console::{Stream, When, is_ci};
use crate::report::terminal::Drawing;
use crate::report::words;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Work shorter than this needs no progress.
const AFTER: Duration = Duration::from_secs(1);

/// What the workers have done so far.
#[derive(Debug, Default)]
pub(super) struct Counter {
    messages: AtomicU64,
    bytes: AtomicU64,
}

impl Counter {
    /// Some messages were checked.
    pub(super) fn add(&self, messages: u64, bytes: u64) {
        self.messages.fetch_add(messages, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// The line.
pub(super) struct Progress {
    started: Instant,
    wanted: bool,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// A line for a run that starts now; never shown when `quiet`, under CI, or where nobody watches.
    pub(super) fn new(quiet: bool) -> Self {
        let wanted = !quiet && !is_ci() && Stream::Error.is_terminal();
        Self { started: Instant::now(), wanted, bar: None }
    }

    /// Shows how far the run is.
    pub(super) fn tick(&mut self, counter: &Counter) {
        if !self.wanted || self.started.elapsed() < AFTER {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                let ascii = Stream::Error.look(When::Never).drawing == Drawing::Ascii;
                bar.set_style(if ascii { style.tick_chars("|/-\\ ") } else { style });
            }
            bar
        });
        let messages = words::count(counter.messages.load(Ordering::Relaxed), "message", "messages");
        let megabytes = words::number(counter.bytes.load(Ordering::Relaxed) / 1_000_000);
        bar.set_message(format!("checked {messages}, {megabytes} MB, {} s", self.started.elapsed().as_secs()));
        bar.tick();
    }

    /// Takes the line away.
    pub(super) fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
