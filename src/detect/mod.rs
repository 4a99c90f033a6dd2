//! bytes → `Kind`, with reasons.
