//! Tallies, findings, waivers and the calendar → verdicts.
