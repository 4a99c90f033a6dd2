//! One sentence for a manager.
//!
//! In: a verdict and what it was reached from. Out: its summary, in plain words.

use super::because::Told;
use super::calendar::Phase;
use super::sentence::{count, number};
use super::verdict::{Bearing, Because, Decision, UnitState};
use crate::standard::{Day, Outcome};
use std::collections::BTreeSet;

impl Told<'_> {
    /// One sentence for a manager.
    pub(super) fn summary(&self, because: &[Because]) -> String {
        let state = |state: UnitState| self.units.values().filter(|unit| **unit == state).count() as u64;
        let all = self.units.len() as u64;
        let open = state(UnitState::NotShown);
        let could_block = || format!("{} that could block it", count(all, "requirement", "requirements"));
        match self.decision {
            Decision::Blocked => {
                let failed: BTreeSet<_> =
                    self.bearings.iter().filter(|b| b.blocks() && b.failing > 0).flat_map(|b| &b.units).collect();
                let first = because.first().map_or("", |first| first.reason.as_str());
                let fails = if failed.len() == 1 { "fails" } else { "fail" };
                let of = could_block();
                format!("As shown, this system cannot join: {} of {of} {fails}. {first}", number(failed.len() as u64))
            }
            Decision::AtRisk => {
                let mut text = format!("Nothing shown blocks it, but {}.", self.risks().join("; "));
                if open > 0 {
                    text.push_str(&format!(" Of {}, {} not shown.", could_block(), was(open)));
                }
                text
            }
            Decision::Clear => {
                let messages = count(self.shown.by, "message", "messages");
                let mut text = format!("Shown by {messages}: all {} held", could_block());
                match state(UnitState::NeverInQuestion) {
                    0 => text.push('.'),
                    n => text.push_str(&format!(", of which {} never came into question.", number(n))),
                }
                text
            }
            Decision::NotShown if self.shown.by == 0 => {
                "No message in the input exercises it, so nothing is proven.".to_owned()
            }
            Decision::NotShown if all == 0 => {
                let as_of = self.evidence.as_of;
                format!("No rule in use could block it on {as_of}, so nothing shown would prove it.")
            }
            Decision::NotShown if open == 0 && state(UnitState::Held) == 0 => {
                format!("None of {} came into question; this is not a pass.", could_block())
            }
            Decision::NotShown if open == 0 => {
                let titles: Vec<&str> = self.unseen.iter().map(|pack| self.title(*pack)).collect();
                format!(
                    "What was shown held, but nothing was shown of {}; this is not a pass.",
                    titles.join(", nor of ")
                )
            }
            Decision::NotShown => {
                format!("Of {}, {} never shown; this is not a pass.", could_block(), was(open))
            }
        }
    }

    /// What puts it at risk, each in a few words.
    fn risks(&self) -> Vec<String> {
        let blocking = |b: &&Bearing| b.blocks();
        let rules = |n: usize| count(n as u64, "rule", "rules");
        let mut risks = Vec::new();
        let undecided = self.bearings.iter().filter(blocking).filter(|b| b.outcome == Outcome::CannotTell).count();
        if undecided > 0 {
            risks.push(format!("{} that could block it could not be decided", rules(undecided)));
        }
        let waived = self.bearings.iter().filter(blocking).filter(|b| b.waived > 0).count();
        if waived > 0 {
            risks.push(format!("{} that would block it failed under a waiver", rules(waived)));
        }
        let worse = self.bearings.iter().filter(|b| b.phase == Phase::InForce && b.worsens()).count();
        if worse > 0 {
            risks.push(format!("{} failed that make it work worse", rules(worse)));
        }
        let ahead = self.bearings.iter().filter(|b| b.worsens());
        let ahead: Vec<Day> =
            ahead.filter_map(|b| if let Phase::From(day) = b.phase { Some(day) } else { None }).collect();
        if let Some(first) = ahead.iter().min() {
            risks.push(format!("{} failed that count from {first}", rules(ahead.len())));
        }
        if self.shown.in_part && self.shown.by > 0 {
            risks.push("not all of the input was read, so a gap may be hiding there".to_owned());
        }
        if self.retired_alone() {
            risks.push("all that was shown follows a standard that has been retired".to_owned());
        }
        risks
    }
}

/// `1 was`, `2 were`.
fn was(n: u64) -> String {
    format!("{} {}", number(n), if n == 1 { "was" } else { "were" })
}
