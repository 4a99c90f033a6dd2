//! Signals: the first asks the run to stop and tell what it has, the second leaves at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

/// Whether, and by what, the run was asked to stop.
#[derive(Debug, Default)]
pub(super) struct Stop {
    asked: AtomicBool,
    signal: AtomicI32,
}

impl Stop {
    /// Listens to the signals that end a program, those aside that whoever started us chose to ignore (`nohup`).
    pub(super) fn listen() -> Arc<Self> {
        let stop = Arc::new(Self::default());
        #[cfg(unix)]
        listen(&stop);
        stop
    }

    /// Whether the run is to stop.
    pub(super) fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// The exit code when a signal stopped the run: 128 and its number.
    pub(super) fn code(&self) -> Option<u8> {
        let signal = self.signal.load(Ordering::Relaxed);
        u8::try_from(128 + signal).ok().filter(|_| signal > 0)
    }

    #[cfg(unix)]
    fn ask(&self, signal: i32) {
        self.signal.store(signal, Ordering::Relaxed);
        self.asked.store(true, Ordering::Relaxed);
    }
}

#[cfg(unix)]
fn listen(stop: &Arc<Stop>) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    let ignored = ignored();
    let wanted = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0);
    // A file that may not grow further is an error of the write, not the end of the program.
    let _default_stays = signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
    // Where no handler can be set, the signals end the program as they always do.
    let Ok(mut signals) = signal_hook::iterator::Signals::new(wanted) else { return };
    let stop = Arc::clone(stop);
    let listener = std::thread::Builder::new().name("signals".to_owned()).stack_size(256 << 10);
    let _unheard = listener.spawn(move || {
        for signal in signals.forever() {
            if stop.is_asked() {
                signal_hook::low_level::exit(128 + signal);
            }
            stop.ask(signal);
        }
    });
}

/// The set of ignored signals, one bit each; none where the system does not tell.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
