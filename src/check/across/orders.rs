//! Orders and their results, and reports that lose their final status.
//!
//! In: orders of ORM, OML, OMG and reports of ORU, OUL. They meet by placer or filler number.

use super::answers::Answers;
use super::entities::Entities;
use super::fact::{Entity, Intent, Order, Report, Status};
use super::feed::Feed;
use super::keyed::mix;
use super::names::Name;
use super::spot::Slot;
use super::when::{Earlier, Extent, Timed, When};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;

/// Decides the three checks.
pub(super) fn decide(feed: &Feed<'_>, answers: &mut Answers<'_, '_>) {
    if answers.wants(&[Name::ResultWithoutOrder]) {
        results(feed, answers);
    }
    if answers.wants(&[Name::OrderWithoutResult]) {
        orders(feed, answers);
    }
    if answers.wants(&[Name::ResultStatusRegression]) {
        for part in 0..feed.parts() {
            regressions(feed, part, answers);
        }
    }
}

fn results(feed: &Feed<'_>, answers: &mut Answers<'_, '_>) {
    let (mut placers, mut fillers) = (Entities::default(), Entities::default());
    // When each authority's orders were sent.
    let mut sent: FxHashMap<u64, Extent> = FxHashMap::default();
    feed.each(|_, record| {
        for order in &record.orders {
            placers.add(order.placer);
            fillers.add(order.filler);
            if order.placer.is_some() {
                sent.entry(order.placer.authority).or_default().add(record.sent.time);
            }
        }
    });
    placers.sort();
    fillers.sort();
    let earlier = |report: &Report, orders: &Extent| {
        report.observed.at().is_some_and(|observed| orders.known() && orders.all_after(observed))
    };
    feed.each(|rank, record| {
        for report in record.reports.iter().filter(|report| report.placer.is_some()) {
            let Some(orders) = sent.get(&report.placer.authority) else { continue };
            if earlier(report, orders) {
                continue;
            }
            answers.item(Name::ResultWithoutOrder, rank);
            if !placers.has(report.placer) && !fillers.has(report.filler) && !placers.has(report.parent) {
                answers.fail(Name::ResultWithoutOrder, rank, report.placer_slot, None);
            }
        }
    });
}

fn orders(feed: &Feed<'_>, answers: &mut Answers<'_, '_>) {
    let (mut placers, mut fillers) = (Entities::default(), Entities::default());
    // When each authority's results were sent, and all of them.
    let (mut sent, mut all): (FxHashMap<u64, Extent>, Extent) = (FxHashMap::default(), Extent::default());
    let mut ended = Entities::default();
    feed.each(|_, record| {
        for report in &record.reports {
            placers.add(report.placer);
            fillers.add(report.filler);
            all.add(record.sent.time);
            if report.placer.is_some() {
                sent.entry(report.placer.authority).or_default().add(record.sent.time);
            }
        }
        record.orders.iter().filter(|order| order.intent == Intent::Ended).for_each(|order| ended.add(order.placer));
    });
    [&mut placers, &mut fillers, &mut ended].into_iter().for_each(Entities::sort);
    let tested = |order: &Order, at: Timed| {
        let answered =
            sent.get(&order.placer.authority).is_some_and(|times| at.at().is_some_and(|at| times.any_after(at)));
        let later = order.start.at().is_some_and(|start| all.known() && all.all_before(start));
        order.test && order.intent == Intent::New && answered && !later && !ended.has(order.placer)
    };
    let mut first: Vec<(Entity, u32, Slot, bool)> = Vec::new();
    feed.each(|rank, record| {
        for order in record.orders.iter().filter(|order| order.placer.is_some() && tested(order, record.sent.time)) {
            let found = placers.has(order.placer) || fillers.has(order.filler);
            first.push((order.placer, rank, order.slot, found));
        }
    });
    first.sort_unstable();
    for same in first.chunk_by(|a, b| a.0 == b.0) {
        let (_, rank, slot, _) = same[0];
        answers.item(Name::OrderWithoutResult, rank);
        if !same.iter().any(|(.., found)| *found) {
            answers.fail(Name::OrderWithoutResult, rank, slot, None);
        }
    }
}

/// One report with a status.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    service: u64,
    rank: u32,
    slot: Slot,
    time: Timed,
    status: u8,
}

const FINAL: u8 = Status::Final as u8;
const UNFINISHED: u8 = Status::Unfinished as u8;

fn regressions(feed: &Feed<'_>, part: u64, answers: &mut Answers<'_, '_>) {
    let mut told = feed.list();
    feed.each(|rank, record| {
        for report in record.reports.iter().filter(|r| r.service != 0 && r.status != Status::None) {
            let service = mix(report.service, record.sender);
            if service % feed.parts() == part {
                let (slot, status) = (report.status_slot, report.status as u8);
                told.push(Told { service, rank, slot, time: report.reported.or(record.sent.time), status });
            }
        }
    });
    told.sort_unstable();
    let mut finals = Earlier::default();
    for same in told.chunk_by(|a, b| a.service == b.service).filter(|same| same.len() > 1) {
        let mut times = Extent::default();
        finals.clear();
        for report in same {
            times.add(report.time);
            if let (FINAL, Some(when)) = (report.status, report.time.at()) {
                finals.add(when, (Reverse(report.rank), report.slot));
            }
        }
        finals.sort();
        same.iter().for_each(|report| regression(report, &times, &finals, answers));
    }
}

type Finals = Earlier<(Reverse<u32>, Slot)>;

fn regression(report: &Told, times: &Extent, finals: &Finals, answers: &mut Answers<'_, '_>) {
    let name = Name::ResultStatusRegression;
    let earlier = |when: When| finals.latest_before(when).map(|(_, (Reverse(rank), slot))| (rank, slot));
    match report.time {
        Timed::At(when) if times.any_before(when) => {
            answers.item(name, report.rank);
            if let (UNFINISHED, Some(related)) = (report.status, earlier(when)) {
                answers.fail(name, report.rank, report.slot, Some(related));
            }
        }
        Timed::Unreadable if report.status == UNFINISHED && !finals.is_empty() => {
            answers.item(name, report.rank);
            answers.doubt(name, report.rank, report.slot);
        }
        _ => {}
    }
}
