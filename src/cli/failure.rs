//! When Hallmark itself fails: a short notice with the version and the place in our source, and never what the failure
//! says of itself, which may hold content of a message.

use super::console::say;
use std::panic;
use std::sync::atomic::{AtomicU32, Ordering};

/// Notices given; a fault that every message meets is told a few times, and counted in the report.
const TOLD: u32 = 3;

/// Gives the notice instead of the language's own.
pub(super) fn watch() {
    static TIMES: AtomicU32 = AtomicU32::new(0);
    panic::set_hook(Box::new(|info| {
        if TIMES.fetch_add(1, Ordering::Relaxed) >= TOLD {
            return;
        }
        let place = info.location().map(|at| format!("{}:{}:{}", at.file(), at.line(), at.column()));
        let version = env!("CARGO_PKG_VERSION");
        say(&format!(
            "hallmark {version}: internal error at {}. The run goes on without the message in hand. Please report this \
             line; it holds no content of your messages.",
            place.as_deref().unwrap_or("an unknown place"),
        ));
    }));
}
