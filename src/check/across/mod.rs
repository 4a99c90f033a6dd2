//! Once-per-run checks over facts gathered from every message.
