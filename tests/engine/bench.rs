//! A compiled set of packs, and what a run over some bytes finds.

use hallmark::check::{Plan, Plans, RuleId, Shown, Tally, Worker};
use hallmark::compile::hl7v2::Compiler;
use hallmark::ingest::{Event, Options, read_stream};
use hallmark::standard::{Catalogue, Outcome, Severity};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

/// A plan with its packs compiled.
pub(crate) struct Bench {
    pub(crate) plan: Plan,
    pub(crate) compiler: Compiler,
}

/// One finding, as a test looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) code: String,
    pub(crate) path: String,
    pub(crate) line: u64,
    pub(crate) column: u32,
    pub(crate) length: u32,
    pub(crate) severity: Severity,
    pub(crate) outcome: Outcome,
    pub(crate) message: String,
}

impl Bench {
    /// Every built-in pack.
    pub(crate) fn all() -> Self {
        Self::of(Catalogue::load(&[]).unwrap_or_else(|error| panic!("{error}")))
    }

    /// Only these packs and what they build on.
    pub(crate) fn only(ids: &[&str]) -> Self {
        let mut catalogue = Catalogue::load(&[]).unwrap_or_else(|error| panic!("{error}"));
        let ids: Vec<_> = ids.iter().map(|id| (*id).to_owned()).collect();
        catalogue.keep(&ids).unwrap_or_else(|error| panic!("{error}"));
        Self::of(catalogue)
    }

    /// Every built-in pack with those in `folder` laid over them.
    pub(crate) fn with(folder: PathBuf) -> Self {
        Self::of(Catalogue::load(&[folder]).unwrap_or_else(|error| panic!("{error}")))
    }

    fn of(catalogue: Catalogue) -> Self {
        let plan = Plan::new(catalogue);
        let compiler = Compiler::new(&plan).unwrap_or_else(|error| panic!("{error}"));
        Self { plan, compiler }
    }

    /// What a run over `bytes`, as one file, adds up to.
    pub(crate) fn tally(&self, bytes: &[u8]) -> Tally {
        let plans: &dyn Plans = &self.compiler;
        let mut worker = Worker::new(&self.plan, plans, Shown::Shapes);
        let mut sink = |event: Event| {
            match event {
                Event::Block(block) => worker.block(&block, &mut |_, _| {}),
                Event::Trouble(trouble) => worker.trouble(&trouble),
                Event::Start(_) | Event::End(_) => {}
            }
            ControlFlow::Continue(())
        };
        read_stream("test.hl7", &mut &bytes[..], &Options::default(), &mut sink);
        worker.finish()
    }

    /// What is found in `bytes`, in the order of the places.
    pub(crate) fn found(&self, bytes: &[u8]) -> Vec<Found> {
        let tally = self.tally(bytes);
        let mut placed: Vec<_> = tally
            .groups
            .iter()
            .flat_map(|(key, group)| group.first.iter().map(move |(place, located)| (place, key, located)))
            .collect();
        placed.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        let read = |id: RuleId| self.plan.rule(id);
        let found = placed.into_iter().map(|(place, key, located)| Found {
            code: read(key.rule).code.clone(),
            path: place.path.to_string(),
            line: located.position.line,
            column: located.position.column,
            length: located.length,
            severity: read(key.rule).severity,
            outcome: key.outcome,
            message: key.message.to_string(),
        });
        found.collect()
    }

    /// The findings as `CODE@PATH`, in the order of the places.
    pub(crate) fn codes(&self, bytes: &[u8]) -> Vec<String> {
        self.found(bytes).iter().map(|found| format!("{}@{}", found.code, found.path)).collect()
    }

    /// How many findings there are of each rule.
    pub(crate) fn counts(&self, bytes: &[u8]) -> BTreeMap<String, u64> {
        let tally = self.tally(bytes);
        let mut counts = BTreeMap::new();
        for (key, group) in &tally.groups {
            *counts.entry(self.plan.rule(key.rule).code.clone()).or_default() += group.count;
        }
        counts
    }

    /// A conforming sample.
    pub(crate) fn sample(&self, pack: &str, name: &str) -> String {
        let bytes = self.plan.catalogue.file(pack, &format!("samples/{name}"));
        let bytes = bytes.unwrap_or_else(|| panic!("{pack} has no sample {name}"));
        String::from_utf8(bytes.to_vec()).unwrap_or_else(|error| panic!("{pack} {name}: {error}"))
    }

    /// Every conforming sample of `pack`, by name.
    pub(crate) fn samples(&self, pack: &str) -> Vec<(String, String)> {
        let files = self.plan.catalogue.files_below(pack, "samples/");
        files.into_iter().map(|(name, bytes)| (name, String::from_utf8_lossy(bytes).into_owned())).collect()
    }
}

/// Asserts that the second, ten times the size of the first, takes nowhere near a hundred times as long. The machine
/// may be busy, so the best of a few attempts counts.
pub(crate) fn grows(about: &str, small: impl Fn() -> Duration, large: impl Fn() -> Duration) {
    let mut seen = Vec::new();
    for _ in 0..4 {
        let (few, many) = (small().max(Duration::from_millis(3)), large());
        if many < few * 40 {
            return;
        }
        seen.push((few, many));
    }
    panic!("{about}: ten times the size takes {seen:?}");
}

/// `text` with field `number` of the first `segment` replaced.
pub(crate) fn with_field(text: &str, segment: &str, number: usize, value: &str) -> String {
    let mut done = false;
    let lines = text.split('\r').map(|line| {
        if done || !line.starts_with(segment) {
            return line.to_owned();
        }
        done = true;
        let mut fields: Vec<_> = line.split('|').map(str::to_owned).collect();
        let at = if segment == "MSH" { number - 1 } else { number };
        while fields.len() <= at {
            fields.push(String::new());
        }
        fields[at] = value.to_owned();
        fields.join("|")
    });
    let changed = lines.collect::<Vec<_>>().join("\r");
    assert!(done, "there is no {segment}");
    changed
}
